"""From a sentence that a chat model wrote to the numbered sentences that it rests on, by its words alone.

Models, small ones above all, point at numbers that do not exist, at wrong ones, or at none. What the sentence names
tells more: the evidence that accounts for its names, numbers and words is what it can rest on. This judges nothing: a
pointer is where the checks look.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag import anchor
from rag.anchor import Anchor
from rag.draft.written import Written
from rag.types import Candidate, Evidence

_ENOUGH = 0.5  # share of a sentence's anchors that must be found where it gives no usable number
_MOST = 4  # numbers that one sentence may have


@dataclass(frozen=True, slots=True)
class Numbered:
    """A numbered sentence with the keys that it accounts for, and those of its title and date."""

    number: int
    text: str
    own: frozenset[str]
    around: frozenset[str]


def numbered(evidence: Sequence[Evidence]) -> tuple[Numbered, ...]:
    """Return the evidence with its keys, which are the same for every sentence that a model writes."""
    return tuple(
        Numbered(
            item.number,
            " ".join(item.sentence.text.split()),
            anchor.keys(item.sentence.text),
            anchor.keys(f"{item.passage.title} {item.passage.date}"),
        )
        for item in evidence
    )


def pointed(written: Written, evidence: Sequence[Numbered]) -> Candidate | None:
    """Return the sentence with numbers that exist: its own, or where these are no good, those that its words point at.

    None where neither gives any.
    """
    own = tuple(item for item in evidence if item.number in written.numbers)[:_MOST]
    named = anchor.anchors(written.text)
    values = [given for given in named if given.kind != "word"]
    closest = _closest(named, values, evidence)
    chosen = closest if not own or _share(values, own) < _share(values, closest) else own
    in_order = sorted(chosen, key=lambda item: written.numbers.index(item.number) if item in own else item.number)
    return Candidate(written.text, tuple(item.number for item in in_order)) if chosen else None


def quoting(words: str, evidence: Sequence[Numbered]) -> tuple[int, ...]:
    """Return the numbers of the sentences that a provider's own quotation holds, or is a part of."""
    words = " ".join(words.split())
    if not words:
        return ()
    return tuple(item.number for item in evidence if words in item.text or item.text in words)[:_MOST]


def _closest(named: Sequence[Anchor], values: Sequence[Anchor], evidence: Sequence[Numbered]) -> tuple[Numbered, ...]:
    """The sentence that accounts for most, with the one that adds most where a name or number is still missing."""
    if not named or not evidence:
        return ()
    chosen: tuple[Numbered, ...] = (max(evidence, key=lambda item: _share(named, (item,))),)
    if _share(values, chosen) < 1:
        more = max(evidence, key=lambda item: (_share(values, (*chosen, item)), _share(named, (*chosen, item))))
        chosen += (more,) if _share(values, (*chosen, more)) > _share(values, chosen) else ()
    return chosen if _share(named, chosen) >= _ENOUGH else ()


def _share(named: Sequence[Anchor], items: Sequence[Numbered]) -> float:
    """The share of the anchors that the sentences account for, a title or a date by half: they surround many."""
    if not items:
        return 0.0
    own = frozenset[str]().union(*(item.own for item in items))
    around = own.union(*(item.around for item in items))
    found = ((anchor.accounted(given, own) + anchor.accounted(given, around)) / 2 for given in named)
    return sum(found) / len(named) if named else 1.0
