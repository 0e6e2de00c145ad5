"""Which of the readings is meant: the likeliest where one is, else as retrieval and the reader find; or to ask back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from rag.resolve.context import Reading
from rag.resolve.followup import even
from rag.types import Resolved

_WEIGHED = 3  # readings that the reader is asked about: each takes as long as an answer
_TOPIC = 0.15  # confidence by which a question must be better answered by itself to be taken for a new topic
_CLOSE = 0.45  # likelihood within which a less likely reading may be what was meant


class Judge(Protocol):
    """What the documents say about a question."""

    def confidence(self, question: str, found_for: str = "") -> tuple[float, str]:
        """How sure the reader is of its answer, 0 to 1, and the shortest form of that answer.

        It reads the passages that are found for `found_for`, or for the question itself.
        """
        ...

    def finds_alike(self, question: str, other: str) -> bool:
        """Whether the same passages come first for both."""
        ...

    def texts(self, question: str) -> Iterable[str]:
        """The titles and texts of the passages that are found for a question."""
        ...

    def documents(self, question: str, word: str) -> int:
        """How many documents the passages come from that are found for a question and have a word."""
        ...

    @property
    def threshold(self) -> float:
        """The confidence below which an answer is not shown."""
        ...


def choose(found: Sequence[Reading], judge: Judge | None) -> Resolved:
    """The reading that is meant; not clear, with the readings to choose from, where two make sense or none does."""
    best = found[0]
    rivals = [reading for reading in found if reading.likelihood > best.likelihood - _CLOSE][:_WEIGHED]
    tied = even(rivals)
    if len(rivals) == 1:
        return Resolved(best.question)
    if judge is None:
        return _asked_back(tied) if tied else Resolved(best.question)
    judged = {reading: judge.confidence(reading.question) for reading in rivals}
    answered = [reading for reading in rivals if judged[reading][0] >= judge.threshold]
    told = {judged[reading][1].casefold() for reading in tied if reading in answered}
    if tied and len(told) != 1:  # the documents answer several of them, differently, or none
        return _asked_back(tied)
    return Resolved(max(answered or [best], key=lambda reading: judged[reading][0] + reading.likelihood).question)


def with_topic(question: str, whole: str, judge: Judge) -> Resolved:
    """The question as a part of the topic, `whole`, unless the documents answer it rather by itself.

    The topic tells where to look. The reader is asked the question alone: it has to be answered, not the topic.
    """
    if judge.finds_alike(question, whole):
        return Resolved(question)
    alone, _ = judge.confidence(question)
    within, _ = judge.confidence(question, whole)
    return Resolved(whole, asks=question) if within >= alone - _TOPIC else Resolved(question)


def _asked_back(readings: Sequence[Reading]) -> Resolved:
    return Resolved("", clear=False, readings=tuple(reading.question for reading in readings))
