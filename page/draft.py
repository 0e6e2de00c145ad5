"""A draft of the reader's own, sentence by sentence: what the articles support, contradict, or do not say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from page.markup import button, escape, label
from page.shelf import Shelf
from rag.types import CheckedSentence, Citation

_VERDICTS = {"supported": "Supported", "contradicted": "Contradicted", "absent": "Not in the articles"}
_SIGNS = {"supported": "✓", "contradicted": "✗", "absent": "?"}  # a verdict is never told by its colour alone
_HELP = (
    '<div class="opening"><h2>Check a draft.</h2><p>Paste a text below. Each sentence comes back as supported by the '
    "articles, contradicted by them, or not found in them, with the words that say so.</p></div>"
)


@dataclass(frozen=True, slots=True)
class ShownDraft:
    """A draft and how far its check has come: `sentences` when done, `trouble` when it went wrong."""

    text: str = ""
    sentences: tuple[CheckedSentence, ...] = ()
    trouble: str = ""  # a sentence for a person
    pending: bool = False


def draft(shown: ShownDraft, shelf: Shelf) -> str:
    """Return the checked draft as markup."""
    if shown.pending:
        inner = '<p class="progress"><span>Checking every sentence</span></p>'
    elif shown.trouble:
        inner = f'<p class="trouble" dir="auto">{escape(shown.trouble)}</p>'
    elif shown.sentences:
        rows = "".join(_sentence(index, sentence, shelf) for index, sentence in enumerate(shown.sentences))
        inner = f'<p class="tally">{tally(shown.sentences)}</p><ol class="sentences">{rows}</ol>'
    else:
        inner = _HELP
    return f'<div class="talk" role="region" aria-label="Checked draft" tabindex="0">{inner}</div>'


def tally(sentences: Sequence[CheckedSentence]) -> str:
    """Return how many sentences there are of each verdict, in words."""
    counts = [(sum(each.verdict == verdict for each in sentences), name) for verdict, name in _VERDICTS.items()]
    several = f"{len(sentences)} sentence{'s' * (len(sentences) != 1)}"
    return f"{several}: " + ", ".join(f"{count} {name[0].lower()}{name[1:]}" for count, name in counts if count)


def _sentence(index: int, sentence: CheckedSentence, shelf: Shelf) -> str:
    sign = f'<span class="sign" aria-hidden="true">{_SIGNS[sentence.verdict]}</span>'
    near = "Nearest, and not evidence of it:" if sentence.verdict == "absent" and sentence.citations else ""
    reasons = "".join(f'<li dir="auto">{escape(reason)}</li>' for reason in sentence.reasons)
    evidence = "".join(_evidence(index, citation, shelf) for citation in sentence.citations)
    return (
        f'<li class="sentence {sentence.verdict}"><p class="said" dir="auto">{escape(sentence.text)}</p>'
        f'<p class="verdict">{sign} {_VERDICTS[sentence.verdict]}</p>'
        + (f'<ul class="reasons">{reasons}</ul>' if reasons else "")
        + (f'<p class="near">{near}</p>' if near else "")
        + (f'<ol class="evidence">{evidence}</ol>' if evidence else "")
        + "</li>"
    )


def _evidence(index: int, citation: Citation, shelf: Shelf) -> str:
    when = shelf.day(citation)
    head = f'<span class="number">{citation.number}</span><bdi class="title">{label(citation.title)}</bdi>'
    head += f"<time>{when}</time>" if when else ""
    name = f"Show in the article {citation.title}"
    shown = button(head, "click", style="source", name=name, sentence=index, number=citation.number)
    return f'<li>{shown}<blockquote dir="auto">{escape(citation.quote)}</blockquote></li>'
