"""Fourth station: candidate claims → claims that may be shown.

A candidate must point at sentences that exist. Word for word, it is its own proof. In other words, it must be borne out
by a sentence that it points at: the same names, numbers and dates in the same places, the same denied and the same
asserted, what is only said or hoped still said or hoped, by the same speaker; and it must answer what was asked. One
that fails is replaced by the sentence itself where that answers, and dropped where it does not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag import anchor
from rag.check.evidence import Embed, Judged, bears_out, judge
from rag.check.reading import read
from rag.cite import CheckedClaim
from rag.draft.asked import wants_sentences
from rag.surroundings import surrounding
from rag.types import Candidate, Evidence

Agrees = Callable[[Evidence], bool]  # whether the reader takes a sentence for an answer

_OPENING = re.compile(r"\W*(?:the )?answer\b[^:.]{0,60}?\b(?:is|was|are|were)\b:?\s*", re.I)  # says nothing yet
_BEFORE = 2  # claims before one, in which its pronouns are looked up


@dataclass(frozen=True, slots=True)
class _Asked:
    question: str
    embed: Embed | None
    agrees: Agrees | None


def check(
    candidates: Sequence[Candidate],
    evidence: Sequence[Evidence],
    question: str = "",
    embed: Embed | None = None,
    agrees: Agrees | None = None,
) -> tuple[CheckedClaim, ...]:
    """Return the claims that pass, in order, none twice.

    `embed` lets likeness in meaning count as well; `agrees` says whether the reader takes a sentence for an answer:
    what no reader drafted is shown only where it rests on one that it does.
    """
    numbered = {item.number: item for item in evidence}
    asked = _Asked(question, embed, agrees)
    passed: dict[str, tuple[CheckedClaim, bool]] = {}
    for place, candidate in enumerate(candidates):
        before = tuple(other.text for other in candidates[max(0, place - _BEFORE) : place])
        for claim in _checked(candidate, before, numbered, asked):
            passed.setdefault(claim.text, (claim, claim.text != candidate.text))
    said = [item for claim, repaired in passed.values() if not repaired for item in claim.evidence]
    # what a claim that passed says already needs no repair
    return tuple(claim for claim, repaired in passed.values() if not repaired or claim.evidence[0] not in said)


def _checked(
    candidate: Candidate, before: tuple[str, ...], numbered: dict[int, Evidence], asked: _Asked
) -> Iterator[CheckedClaim]:
    pointed = tuple(numbered[number] for number in candidate.evidence if number in numbered)
    if not pointed or len(pointed) != len(candidate.evidence) or not candidate.text.strip():
        return
    if all(candidate.text == item.sentence.text for item in pointed):
        if candidate.short or asked.agrees is None or _responds(pointed[0], asked):
            yield CheckedClaim(candidate.text, pointed, "verbatim")
        return
    judged = judge(read((*before, candidate.text)), pointed, asked.embed)
    resting = bears_out(judged)
    read_so = asked.agrees is None or any(asked.agrees(item) for item in resting)
    if resting and read_so and answers(asked.question, candidate.text, resting):
        yield CheckedClaim(candidate.text, tuple(item for item in pointed if item in resting), "checked")
    elif not resting:
        yield from _repaired(judged, asked)


def _repaired(judged: Sequence[Judged], asked: _Asked) -> Iterator[CheckedClaim]:
    """The sentence that the claim was meant to rest on, word for word, where it answers."""
    best = judged[0].evidence
    if _responds(best, asked):
        yield CheckedClaim(best.sentence.text, (best,), "verbatim")


def _responds(item: Evidence, asked: _Asked) -> bool:
    """Whether a sentence of the documents answers, by what it names and by the reader."""
    read_so = asked.agrees is None or asked.agrees(item)
    return read_so and answers(asked.question, item.sentence.text, [item])


def answers(question: str, text: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a claim speaks of what the question names, and says more than the question does."""
    known = anchor.keys(text).union(*(_near(item) for item in evidence))
    named = [given for given in anchor.anchors(question) if given.kind != "word"]
    if any(anchor.anchored(given, known) < 1 for given in named):
        return False
    asked = anchor.keys(question)
    said = anchor.anchors(_OPENING.sub("", text))
    return wants_sentences(question) or any(anchor.anchored(given, asked) < 1 for given in said)


def _near(item: Evidence) -> frozenset[str]:
    around, place = surrounding(item)
    return around.near(place)
