"""Fifth station: checked claims → an Answer whose every citation holds, and keeps holding when a document changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rapidfuzz import fuzz

from rag import prompts
from rag.passages import split_sentences
from rag.types import (
    CheckedSentence,
    CheckedText,
    Citation,
    Claim,
    Document,
    Evidence,
    Held,
    Support,
    text_sha256,
)

CONTEXT = 32  # code points kept before and after a quote, to find it again among equal ones

Place = Literal["same", "moved", "changed", "gone"]
_CHANGED = 80.0  # rapidfuzz ratio above which an altered passage still counts as the quoted one


@dataclass(frozen=True, slots=True)
class CheckedClaim:
    """A claim that may be shown, with the sentences that it rests on."""

    text: str
    evidence: tuple[Evidence, ...]
    supported_by: Support


def cite(
    claims: Sequence[CheckedClaim], document: Callable[[str], Document]
) -> tuple[tuple[Claim, ...], tuple[Citation, ...]]:
    """Number the cited sentences in the order in which the claims use them; one sentence has one number.

    `document` gives a document by its id.
    """
    numbered: dict[tuple[str, int, int], Citation] = {}
    cited = []
    for claim in claims:
        numbers = [_numbered(evidence, numbered, document).number for evidence in claim.evidence]
        cited.append(Claim(claim.text, tuple(dict.fromkeys(numbers)), claim.supported_by))
    return tuple(cited), tuple(numbered.values())


def cite_text(held: Sequence[Held], document: Callable[[str], Document]) -> CheckedText:
    """Number what the sentences of a user's text rest on, one number for one sentence of a document."""
    numbered: dict[tuple[str, int, int], Citation] = {}
    checked = [
        CheckedSentence(
            item.text, item.verdict, item.reasons, tuple(_numbered(place, numbered, document) for place in item.evidence)
        )
        for item in held
    ]
    return CheckedText(checked)


def _numbered(
    evidence: Evidence, numbered: dict[tuple[str, int, int], Citation], document: Callable[[str], Document]
) -> Citation:
    place = (evidence.passage.document, evidence.sentence.start, evidence.sentence.end)
    if place not in numbered:
        numbered[place] = citation(len(numbered) + 1, document(evidence.passage.document), *place[1:])
    return numbered[place]


def compose(claims: Sequence[CheckedClaim]) -> str:
    """Join the claims to a text; where several documents answer, each on a line with its title and date."""
    if len({claim.evidence[0].passage.document for claim in claims}) < 2:
        return " ".join(claim.text for claim in claims)
    return "\n".join(_with_source(claim) for claim in claims)


def _with_source(claim: CheckedClaim) -> str:
    passage = claim.evidence[0].passage
    date = f" ({passage.date})" if passage.date else ""
    return prompts.SOURCE.format(title=passage.title, date=date, text=claim.text)


def citation(number: int, document: Document, start: int, end: int) -> Citation:
    """Point at `document.text[start:end]`."""
    return Citation(
        number=number,
        document=document.id,
        title=document.title,
        url=document.url,
        start=start,
        end=end,
        quote=document.text[start:end],
        prefix=document.text[max(0, start - CONTEXT) : start],
        suffix=document.text[end : end + CONTEXT],
        sha256=document.sha256,
    )


def reanchor(stored: Citation, text: str | None) -> tuple[Place, Citation]:
    """Find a stored citation in the document's text of today; None where the document is gone.

    "same" and "moved" quotes are word for word in `text`; "changed" gives the sentences most like it, as they are now;
    of a "gone" one the stored citation is all that is left.
    """
    if text is None:
        return "gone", stored
    if text_sha256(text) == stored.sha256 or text[stored.start : stored.end] == stored.quote:
        return "same", _moved(stored, text, stored.start, stored.end)
    if starts := _occurrences(stored.quote, text):
        best = max(starts, key=lambda start: (_fit(stored, text, start), -abs(start - stored.start)))
        return "moved", _moved(stored, text, best, best + len(stored.quote))
    similar = fuzz.partial_ratio_alignment(stored.quote, text, score_cutoff=_CHANGED) if stored.quote else None
    if similar is None or similar.dest_start == similar.dest_end:
        return "gone", stored
    sentences = split_sentences(text)
    touched = [item for item in sentences if item.start < similar.dest_end and similar.dest_start < item.end]
    return "changed", _moved(stored, text, touched[0].start, touched[-1].end)


def _moved(stored: Citation, text: str, start: int, end: int) -> Citation:
    return replace(
        stored,
        start=start,
        end=end,
        quote=text[start:end],
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
        sha256=text_sha256(text),
    )


def _occurrences(quote: str, text: str) -> list[int]:
    starts = []
    start = text.find(quote) if quote else -1
    while start >= 0:
        starts.append(start)
        start = text.find(quote, start + 1)
    return starts


def _fit(stored: Citation, text: str, start: int) -> float:
    end = start + len(stored.quote)
    before, after = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return fuzz.ratio(stored.prefix, before) + fuzz.ratio(stored.suffix, after)
