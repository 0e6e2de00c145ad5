"""What a comparison of a claim with a sentence finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rag.check.reading import Reading
from rag.check.values import Value

Kind = Literal["value", "owner", "denial", "doubt", "speaker", "contrary", "missing"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a claim says and its evidence does not; `against` is what stands there instead."""

    kind: Kind
    said: str
    against: str = ""
    spoken: bool = False  # of a doubt: it lies in whose words it is
    negated: bool = False  # of a denial: the evidence is what denies

    @property
    def contradicts(self) -> bool:
        """Whether the evidence says something else, rather than nothing."""
        return bool(self.against)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a claim, or one clause of it, compares with one sentence of the evidence."""

    findings: tuple[Finding, ...]
    covered: float  # share of the claim's content words that the sentence or its surroundings account for, 0 to 1
    own: float  # the same, by the sentence alone
    aligned: bool  # whether a clause of the evidence has the claim's predicate
    agreeing: int  # values and arguments that agree
    unsaid: tuple[str, ...]  # predicates of the claim that no word of the sentence bears out
    named: int  # values of the claim
    standing: int  # values of the claim that stand in the sentence itself


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a sentence, in those before it, the title and the date: keys, dates, places."""

    keys: frozenset[str]
    dates: tuple[Value, ...]
    places: tuple[Value, ...]
    after: Reading | None  # the next sentence, which may say who "the ministers" are
