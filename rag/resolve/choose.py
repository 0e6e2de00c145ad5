"""Which of the readings is meant: the likeliest where one is, else as retrieval and the reader find; or to ask back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.resolve.followup import Reading
from rag.types import Resolved

_WEIGHED = 3  # readings that the reader is asked about: each takes as long as an answer
_CLOSE = 0.45  # likelihood within which a less likely reading may be what was meant
_EVEN = 0.2  # likelihood within which nothing but the documents can tell; where they don't, the user is asked


class Judge(Protocol):
    """What the documents say about a question."""

    def confidence(self, question: str) -> tuple[float, str]:
        """How sure the reader is of its answer, 0 to 1, and the shortest form of that answer."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence below which an answer is not shown."""
        ...


def choose(found: Sequence[Reading], judge: Judge | None) -> Resolved:
    """The reading that is meant; not clear, with the readings to choose from, where two make sense or none does."""
    best = found[0]
    rivals = [reading for reading in found if reading.likelihood > best.likelihood - _CLOSE][:_WEIGHED]
    even = [reading for reading in rivals if reading.likelihood > best.likelihood - _EVEN]
    if len(rivals) == 1:
        return Resolved(best.question)
    if judge is None:
        return _asked_back(even) if _differ(even) else Resolved(best.question)
    judged = {reading: judge.confidence(reading.question) for reading in rivals}
    answered = [reading for reading in rivals if judged[reading][0] >= judge.threshold]
    even_answers = {judged[reading][1].casefold() for reading in even if reading in answered}
    if _differ(even) and len(even_answers) != 1:
        return _asked_back(even)
    return Resolved(max(answered or [best], key=lambda reading: judged[reading][0] + reading.likelihood).question)


def _differ(readings: Sequence[Reading]) -> bool:
    return len({reading.stands_for for reading in readings}) > 1


def _asked_back(readings: Sequence[Reading]) -> Resolved:
    return Resolved("", clear=False, readings=tuple(reading.question for reading in readings))
