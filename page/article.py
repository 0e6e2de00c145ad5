"""The right side: the list of articles, or one of them with every cited sentence lit."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import PurePosixPath

from page.markup import button, day, escape, label, link
from rag.types import Citation, Document, IndexedDocument, Skipped

_LISTED = 300  # articles in the list; more would only slow the page
_SHOWN = 120_000  # code points of an article in the pane; a longer one is shown around its first lit sentence
_WRAPPED = 60  # a file whose lines are this long, but for a paragraph's last one, was broken to fit a width
_BLANK = re.compile(r"(?:[ \t]*(?:\r\n|\r|\n)){2,}")
_HEADING = re.compile(r"#{1,6}[ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class Lit:
    """A stretch of a document's text to light, offsets in code points, end exclusive."""

    start: int
    end: int
    number: int
    current: bool = False


def contents(documents: Sequence[IndexedDocument], skipped: Sequence[Skipped]) -> str:
    """Return the list of articles as markup, with what was skipped and why."""
    rows = "".join(f"<li>{_row(document)}</li>" for document in documents[:_LISTED])
    more = len(documents) - _LISTED
    return _sheet(
        "The articles",
        f'<header><h2>The articles <span class="count">{len(documents)}</span></h2></header>'
        + (f'<ul class="contents">{rows}</ul>' if rows else _EMPTY)
        + (f'<p class="note">and {more} more</p>' if more > 0 else "")
        + _left_out(skipped),
    )


_EMPTY = (
    '<p class="note">No articles are indexed yet. Put some into the corpus folder and run '
    "<code>python -m rag index</code>.</p>"
)


def article(document: Document, lit: Sequence[Lit], *, nearest: bool = False, turn: int = -1, notice: str = "") -> str:
    """Return one document as markup, its `lit` stretches marked; `turn` is the answer that they belong to."""
    meta = [day(document.date), label(document.author), link(document.url, "Open the source")]
    numbers = sorted({span.number: span for span in lit}.values(), key=lambda span: span.number)
    jumps = "".join(_jump(span, turn) for span in numbers) if turn >= 0 and not nearest else ""
    return _sheet(
        "Article",
        _bar(jumps)
        + f'<header><h2 dir="auto">{label(document.title)}</h2>'
        + f'<p class="meta">{" · ".join(part for part in meta if part)}</p>'
        + (f'<p class="note">{escape(notice)}</p>' if notice else "")
        + f'</header><div class="text{" nearest" if nearest else ""}">{_text(document, lit)}</div>'
        + f'<footer class="note">{label(document.source or document.id)}</footer>',
    )


def missing(citation: Citation, reason: str) -> str:
    """Return what is left of a citation whose document cannot be shown, as markup."""
    return _sheet(
        "Article",
        f'{_bar()}<header><h2 dir="auto">{label(citation.title)}</h2></header><p class="note">{escape(reason)}</p>'
        f'<div class="text"><p dir="auto"><mark class="current">{escape(citation.quote)}</mark></p></div>',
    )


def notice(words: str) -> str:
    """Return a sentence in place of an article, as markup."""
    return _sheet("Article", f'{_bar()}<p class="note">{escape(words)}</p>')


def _sheet(name: str, inner: str) -> str:
    return f'<section class="sheet" aria-label="{name}" tabindex="0">{inner}</section>'


def _bar(jumps: str = "") -> str:
    """The ways out of an article, which stay in view while it scrolls."""
    return (
        f'<div class="ways">{button("‹ All articles", "click", style="quiet", contents="all")}'
        '<button type="button" class="quiet return" data-return="">Back to the answer ↑</button>'
        + (f'<span class="jumps">Cited here {jumps}</span>' if jumps else "")
        + "</div>"
    )


def _row(document: IndexedDocument) -> str:
    when = day(document.date)
    words = f'<bdi class="title">{label(document.title)}</bdi>' + (f"<time>{when}</time>" if when else "")
    return button(words, "click", document=document.id)


def _left_out(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    rows = "".join(
        f"<li><bdi>{label(each.source)}</bdi> <span>{label(each.reason)}</span></li>" for each in skipped[:_LISTED]
    )
    return f'<details class="skipped"><summary>Skipped: {len(skipped)}</summary><ul>{rows}</ul></details>'


def _jump(span: Lit, turn: int) -> str:
    style = "cite active" if span.current else "cite"
    name = f"Citation {span.number}: show the sentence"
    return button(str(span.number), "click", style=style, name=name, turn=turn, number=span.number)


def _text(document: Document, lit: Sequence[Lit]) -> str:
    text = document.text
    first, last = _window(text, lit)
    markdown = PurePosixPath(document.source or document.id).suffix.lower() in {".md", ".markdown"}
    shown = "".join(_paragraph(text, start, end, lit, markdown) for start, end in _paragraphs(text, first, last))
    cut = '<p class="note">…</p>'
    return (cut if first > 0 else "") + shown + (cut if last < len(text) else "")


def _window(text: str, lit: Sequence[Lit]) -> tuple[int, int]:
    if len(text) <= _SHOWN:
        return 0, len(text)
    current = next((span for span in lit if span.current), lit[0] if lit else None)
    first = max(0, (current.start if current else 0) - _SHOWN // 2)
    return first, min(len(text), first + _SHOWN)


def _paragraphs(text: str, first: int, last: int) -> Iterator[tuple[int, int]]:
    start = first
    for blank in (*(found.span() for found in _BLANK.finditer(text, first, last)), (last, last)):
        piece = text[start : blank[0]]
        if piece.strip():
            yield start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        start = blank[1]


def _paragraph(text: str, start: int, end: int, lit: Iterable[Lit], markdown: bool) -> str:
    heading = _HEADING.match(text, start, end) if markdown and "\n" not in text[start:end].strip("\r\n") else None
    if heading:
        return f'<h3 dir="auto">{_marked(text, heading.end(), end, lit)}</h3>'
    *lines, _ = text[start:end].splitlines() or [""]
    style = "" if all(len(line) >= _WRAPPED for line in lines) else ' class="lines"'
    return f'<p dir="auto"{style}>{_marked(text, start, end, lit)}</p>'


def _marked(text: str, start: int, end: int, lit: Iterable[Lit]) -> str:
    """The text from start to end, cut wherever a lit stretch begins or ends, so that overlapping ones stay whole."""
    spans = [span for span in lit if span.start < end and span.end > start]
    cuts = sorted({start, end, *(min(max(cut, start), end) for span in spans for cut in (span.start, span.end))})
    parts = []
    for left, right in pairwise(cuts):
        over = [span for span in spans if span.start <= left and right <= span.end]
        parts.append(_mark(text[left:right], over, right) if over else escape(text[left:right]))
    return "".join(parts)


def _mark(piece: str, spans: Sequence[Lit], right: int) -> str:
    style = ' class="current"' if any(span.current for span in spans) else ""
    ends = " ".join(str(span.number) for span in spans if span.end == right and span.number)
    shown = f' data-ends="{ends}"' if ends else ""
    return f"<mark{style}{shown}>{escape(piece)}</mark>"
