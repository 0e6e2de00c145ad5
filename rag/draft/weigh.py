"""Weighing: which of the reader's spans answers, and how surely.

The reader scores a span inside one passage. Which of all spans answers is decided here, on one scale for every passage:
a logistic model over the reader's score, the retrieval scores, the anchoring of the question's names, numbers and words
in the span's sentence and around it, and the fit of the span to what is asked ("who", "when", "how many"). A second
logistic model turns the best span's lead into a probability that the answer is right. `python -m eval.fit` fits both.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np

from rag import anchor
from rag.anchor import Anchor
from rag.draft.asked import form_fit
from rag.errors import ModelFileError
from rag.reader import Span
from rag.types import Passage, Retrieved, Sentence

WEIGHTS = Path(__file__).parent.parent / "models" / "reader" / "weighing.json"

_SPANS = 5  # read in each passage, so that a second party's sentence has its own
_CLEAR_LEAD = 4.0  # log-odds beyond which a lead says nothing more
_BEFORE = 2  # sentences before the span's own that count as its context: antecedents stand there


class SpanReader(Protocol):
    """What this drafter needs of a reader: `rag.reader.Reader`, or a fake."""

    def read(self, question: str, passages: Sequence[str], n_best: int = ...) -> list[list[Span]]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One span as a possible answer, with everything that speaks for and against it."""

    short: str
    sentence: Sentence
    passage: Passage
    features: tuple[float, ...]  # in the order of FEATURES


Ranked = list[tuple[float, Reading]]  # log-odds and reading, best first

FEATURES = (
    "score",  # of the reader: the span's logits above those of "no answer", in tens
    "preferred",  # the same where it is above 0, else 0
    "behind",  # how far the score lies behind the best of all passages, in tens
    "similarity",  # cosine of question and passage
    "rank",  # 1 for the first passage, 1/2 for the second ...
    "names_own",  # share of the question's names that the span's own sentence accounts for
    "names_near",  # ... that its sentence, those before it, the title or the date account for
    "names_nowhere",  # number of names that not even the rest of the passage accounts for
    "numbers_own",
    "numbers_near",
    "numbers_nowhere",
    "words_own",
    "words_near",
    "words_nowhere",  # share of the other words that the passage does not account for
    "rival",  # the sentence speaks of another country than the one that is asked for
    "fits",  # the span has the form of what is asked: 1, 0, or 1/2 where nothing is known
    "echo",  # share of the span's words that the question has already
    "length",  # logarithm of the span's words
)


def readings(question: str, found: Sequence[Retrieved], reader: SpanReader) -> list[Reading]:
    """Return every span that the reader finds in the passages, with its features."""
    asked = _Asked(question)
    spans = reader.read(question, [hit.passage.text for hit in found], _SPANS)
    best = max((span.score for passage in spans for span in passage), default=0.0)
    return [
        reading
        for rank, (hit, passage_spans) in enumerate(zip(found, spans, strict=True))
        for reading in _passage_readings(asked, hit, rank, passage_spans, best)
    ]


def _passage_readings(asked: _Asked, hit: Retrieved, rank: int, spans: Sequence[Span], best: float) -> list[Reading]:
    context = _Context(hit.passage)
    found = []
    for span in spans:
        place = context.sentence_at(hit.passage.start + span.start)
        if not re.search(r"\w", span.text):
            continue
        retrieval = (span.score / 10, max(span.score, 0) / 10, (best - span.score) / 10, hit.similarity, 1 / (1 + rank))
        features = retrieval + asked.anchoring(context, place) + asked.form(span.text)
        found.append(Reading(span.text.strip(" ,.;:"), hit.passage.sentences[place], hit.passage, features))
    return found


class _Context:
    """The keys of a passage, sentence by sentence, with what surrounds them."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.own = [anchor.keys(sentence.text) for sentence in passage.sentences]
        self.frame = anchor.keys(f"{passage.title} {passage.date}")

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence that holds an offset of the document."""
        later = [number for number, sentence in enumerate(self.passage.sentences) if offset < sentence.end]
        return later[0] if later else len(self.passage.sentences) - 1

    def near(self, place: int) -> frozenset[str]:
        return self.frame.union(*self.own[max(0, place - _BEFORE) : place + 1])

    @cached_property
    def whole(self) -> frozenset[str]:
        return self.frame.union(*self.own)


class _Asked:
    """What a question names and what form its answer has."""

    def __init__(self, question: str) -> None:
        self._anchors = anchor.anchors(question)
        self._keys = anchor.keys(question)
        self._places = anchor.places(key for asked in self._anchors for part in asked.parts for key in part)
        self._question = question

    def anchoring(self, context: _Context, place: int) -> tuple[float, ...]:
        own, near, whole = context.own[place], context.near(place), context.whole
        features: list[float] = []
        for kind in ("name", "number", "word"):
            asked = [given for given in self._anchors if given.kind == kind]
            nowhere = sum(anchor.accounted(given, whole) == 0 for given in asked)
            features += [
                _share(asked, own),
                _share(asked, near),
                nowhere / len(asked) if kind == "word" and asked else nowhere,
            ]
        return (*features, float(self._speaks_of_another(own)))

    def form(self, short: str) -> tuple[float, ...]:
        words = anchor.keys(short)
        echo = len(words & self._keys) / len(words) if words else 1.0
        return (form_fit(self._question, short), echo, math.log(1 + len(short.split())))

    def _speaks_of_another(self, own: frozenset[str]) -> bool:
        spoken_of = anchor.places(own)
        return bool(self._places and spoken_of and not self._places & spoken_of)


def _share(asked: Sequence[Anchor], keys: frozenset[str]) -> float:
    return sum(anchor.accounted(given, keys) for given in asked) / len(asked) if asked else 1.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """The fitted logistic models: one weight for each of FEATURES, and the confidence's for these and two leads."""

    reading: tuple[float, ...]
    reading_bias: float
    confidence: tuple[float, ...]  # FEATURES of the best reading, then its log-odds and its lead over another answer
    confidence_bias: float
    threshold: float  # abstain below this confidence

    @classmethod
    def load(cls, path: Path = WEIGHTS) -> Weighing:
        """Read what `python -m eval.fit` wrote; raises ModelFileError when it is missing or not of these features."""
        try:
            fitted = json.loads(path.read_text("utf-8"))
            if tuple(fitted["features"]) != FEATURES:
                raise ValueError("other features")
            return cls(
                tuple(fitted["reading"]),
                fitted["reading_bias"],
                tuple(fitted["confidence"]),
                fitted["confidence_bias"],
                fitted["threshold"],
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelFileError(
                f"The reader's weights {path} cannot be used ({error}). Install Footnote again."
            ) from None

    def confident(self, ranked: Ranked) -> float:
        """Probability that the first of the ranked readings is right; they come best first."""
        return 1 / (1 + math.exp(-float(np.dot(self.confidence, confidence_features(ranked))) - self.confidence_bias))


def rank(found: Sequence[Reading], weights: Sequence[float], bias: float) -> Ranked:
    """Readings with their log-odds of being right, on one scale for all passages, best first."""
    weighed = [(float(np.dot(weights, reading.features)) + bias, reading) for reading in found]
    return sorted(weighed, key=lambda item: -item[0])


def confidence_features(ranked: Ranked) -> tuple[float, ...]:
    """The best reading's features, its log-odds, and its lead over the best reading that answers something else."""
    odds, best = ranked[0]
    other = next((value for value, reading in ranked if not same_answer(reading.short, best.short)), odds - _CLEAR_LEAD)
    return (*best.features, odds, min(odds - other, _CLEAR_LEAD))


def same_answer(short: str, other: str) -> bool:
    """Whether one answer's words are all in the other: "Medinsky" and "Vladimir Medinsky"."""
    words, others = anchor.keys(short), anchor.keys(other)
    return words <= others or others <= words
