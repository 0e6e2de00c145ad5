"""Fourth station: candidate claims → claims that may be shown.

A candidate must point at sentences that exist, and everything that it names (people, places, dates, numbers) must stand
in those sentences or be accounted for by what surrounds them: the sentences before, the title, the date.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag import anchor
from rag.cite import CheckedClaim
from rag.types import Candidate, Evidence

_BEFORE = 2  # sentences before the cited one in which a pronoun's antecedent is looked for


def check(candidates: Sequence[Candidate], evidence: Sequence[Evidence]) -> tuple[CheckedClaim, ...]:
    """Return the claims that pass, in order; a candidate that fails is dropped."""
    numbered = {item.number: item for item in evidence}
    checked = (_checked(candidate, numbered) for candidate in candidates)
    return tuple(claim for claim in checked if claim is not None)


def _checked(candidate: Candidate, numbered: dict[int, Evidence]) -> CheckedClaim | None:
    pointed = tuple(numbered[number] for number in candidate.evidence if number in numbered)
    if not pointed or len(pointed) != len(candidate.evidence) or not candidate.text.strip():
        return None
    if all(candidate.text == item.sentence.text for item in pointed):
        return CheckedClaim(candidate.text, pointed, "verbatim")
    return CheckedClaim(candidate.text, pointed, "checked") if not unaccounted(candidate.text, pointed) else None


def unaccounted(text: str, pointed: Sequence[Evidence]) -> tuple[str, ...]:
    """Return the names and numbers of `text` that the evidence does not account for."""
    keys = frozenset[str]().union(*(_context(item) for item in pointed))
    values = [given for given in anchor.anchors(text) if given.kind != "word"]
    return tuple(given.text for given in values if anchor.accounted(given, keys) < 1)


def _context(item: Evidence) -> frozenset[str]:
    sentences = item.passage.sentences
    place = sentences.index(item.sentence)
    before = [sentence.text for sentence in sentences[max(0, place - _BEFORE) : place + 1]]
    return anchor.keys(" ".join([item.passage.title, item.passage.date, *before]))
