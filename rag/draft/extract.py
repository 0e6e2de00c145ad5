"""The embedded drafter: every candidate is a sentence of a document, word for word, that a reading rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rag.draft.asked import wants_list, wants_sentences
from rag.draft.weigh import FEATURES, Ranked, Reading, SpanReader, Weighing, rank, readings, same_answer
from rag.types import Candidate, Draft, Evidence, Retrieved

_AS_FULL = 1.0  # log-odds within which a full name is preferred to a last name
_AS_GOOD = 2.5  # log-odds within which another document's answer, or a list's other sentence, stands beside the best
_HARDLY = 0.1  # confidence below which nothing answers: of our questions that have an answer, 13 % lie there
_READ = 8  # questions whose readings are kept: what a chat model writes is held against them right after
_SENTENCES = 4  # an answer is a few sentences, not a page


class ReaderDrafter:
    """Drafts with the embedded reader: every candidate is a sentence of a document, word for word."""

    name = "reader"

    def __init__(self, reader: SpanReader, weighing: Weighing) -> None:
        self.threshold = weighing.threshold
        self._reader = reader
        self._weighing = weighing
        self._ranked = lru_cache(_READ)(self._rank)

    def drafts(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """Yield the one draft that there is."""
        yield self.draft(question, found, evidence)

    def draft(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Draft:
        """Return the best reading's sentence, and the others that belong to the answer."""
        ranked = self._ranked(question, tuple(found))
        if not ranked:
            return Draft((), "", 0.0, self.name)
        numbers = {(item.passage.document, item.sentence.start): item.number for item in evidence}
        chosen = _chosen(question, ranked)
        candidates = [_candidate(reading, numbers) for reading in chosen]
        short = "" if wants_sentences(question) else "; ".join(_distinct(candidate.short for candidate in candidates))
        return Draft(tuple(candidates), short, self._weighing.confident(ranked), self.name, self.threshold)

    def answering(self, question: str, found: Sequence[Retrieved]) -> frozenset[tuple[str, int]]:
        """The sentences, as (document, start), that answer about as well as the best one, or hold its answer.

        None where even the best one hardly answers.
        """
        ranked = self._ranked(question, tuple(found))
        best = ranked[:1] if ranked and self._weighing.confident(ranked) >= _HARDLY else []
        return frozenset(
            (reading.passage.document, reading.sentence.start)
            for odds, reading in ranked
            for top, first in best
            if odds >= top - _AS_GOOD or same_answer(reading.short, first.short)
        )

    def _rank(self, question: str, found: tuple[Retrieved, ...]) -> Ranked:
        return rank(readings(question, found, self._reader), self._weighing.reading)


def _chosen(question: str, ranked: Ranked) -> list[Reading]:
    """The best reading, those of a list, and those in which other documents answer, alike or differently."""
    best_odds, best = ranked[0]
    best = _fullest(best, [reading for odds, reading in ranked if odds > best_odds - _AS_FULL])
    chosen = [best]
    listed = wants_list(question)
    for odds, reading in ranked[1:]:
        if len(chosen) == _SENTENCES or odds < best_odds - _AS_GOOD:
            break
        if any(_same_place(reading, other) for other in chosen):
            continue
        same_document = reading.passage.document == best.passage.document
        if (same_document and listed) or (not same_document and _answers_too(reading, chosen)):
            chosen.append(reading)
    return chosen


def _fullest(best: Reading, others: Sequence[Reading]) -> Reading:
    """The reading that gives the same person's full name, where the best one has the last name alone."""
    fuller = (other for other in others if other.short.endswith(f" {best.short}") and other.short.istitle())
    return next(fuller, best)


def _answers_too(reading: Reading, chosen: Sequence[Reading]) -> bool:
    """Whether another document, not heard yet, answers what was asked."""
    accounted = dict(zip(FEATURES, reading.features, strict=True))
    anchored = accounted["names_near"] == 1 and accounted["numbers_near"] == 1 and not accounted["rival"]
    heard = {other.passage.document for other in chosen}
    return anchored and accounted["preferred"] > 0 and reading.passage.document not in heard


def _same_place(reading: Reading, other: Reading) -> bool:
    return (reading.passage.document, reading.sentence) == (other.passage.document, other.sentence)


def _candidate(reading: Reading, numbers: dict[tuple[str, int], int]) -> Candidate:
    number = numbers[reading.passage.document, reading.sentence.start]
    return Candidate(reading.sentence.text, (number,), reading.short)


def _distinct(shorts: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for short in shorts:
        if short and not any(same_answer(short, other) for other in kept):
            kept.append(short)
    return kept
