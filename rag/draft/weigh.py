"""Weighing: which of the reader's spans answers, and how surely.

The reader scores a span inside one passage. Which of all spans answers is decided here, on one scale for every passage:
a conditional logit (McFadden 1974) over the reader's score, the retrieval scores, the anchoring of the question's
names, numbers and words in the span's sentence and around it, and the fit of the span to what is asked ("who", "when",
"how many"). A logistic regression turns the best span's features and lead into a probability that the answer is right.
`python -m eval.fit` fits both.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np

from rag import anchor
from rag.anchor import Anchor
from rag.draft.asked import misfits, to_the_point, wants_sentences
from rag.draft.instructions import instructs
from rag.errors import ModelFileError
from rag.reader import Bounds, Span
from rag.surroundings import Surroundings, years
from rag.types import Passage, Retrieved, Sentence

WEIGHTS = Path(__file__).parent.parent / "models" / "reader" / "weighing.json"

_SPANS = 2  # read in each sentence: the second party or date of a sentence has its own
_TITLE = 200  # characters of a title that the reader is given: it has to read the passage
_CLEAR_LEAD = 4.0  # log-odds beyond which a lead says nothing more
_SENTENCE_END = re.compile(r"[.!?…][\"”’'»)\]]*$")


class SpanReader(Protocol):
    """What this drafter needs of a reader: `rag.reader.Reader`, or a fake."""

    def read(
        self, question: str, passages: Sequence[str], n_best: int = ..., sentences: Sequence[Bounds] | None = ...
    ) -> list[list[Span]]: ...


@dataclass(frozen=True, slots=True)
class Reading:
    """One span as a possible answer, with everything that speaks for and against it."""

    short: str
    sentence: Sentence
    passage: Passage
    features: tuple[float, ...]  # in the order of FEATURES


Ranked = list[tuple[float, Reading]]  # best first; what two scores differ by are log-odds

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
    "other_year",  # it and those before it, the title or the date speak of other years than the one asked for
    "heading",  # the sentence does not end like one: it names a subject, and says nothing of it
    "misfit",  # the span lacks the form of what is asked: no name for "who", no number for "how many"
    "echo",  # share of the span's words that the question has already
    "length",  # logarithm of the span's words
    "open",  # sentences are asked for, so that the reader, trained on short answers, scores every span low
    "anchored",  # share that the passage accounts for of the name or number of which it accounts for least
)
ANCHORED = FEATURES.index("anchored")


def readings(question: str, found: Sequence[Retrieved], reader: SpanReader) -> list[Reading]:
    """Return the spans that the reader finds in each sentence of the passages, with their features."""
    asked = _Asked(question)
    heads = [_head(hit.passage) for hit in found]
    texts = [f"{head}{hit.passage.text}" for head, hit in zip(heads, found, strict=True)]
    bounds = [_bounds(hit.passage, len(head)) for head, hit in zip(heads, found, strict=True)]
    spans = reader.read(question, texts, _SPANS, bounds)
    best = max((span.score for passage in spans for span in passage), default=0.0)
    return [
        _reading(asked, context, anchored, replace(span, start=span.start - len(head), end=span.end - len(head)), best)
        for rank, (hit, head, passage_spans) in enumerate(zip(found, heads, spans, strict=True))
        for context in [_Context(hit, rank)]
        for anchored in [asked.anchored(context.whole)]
        for span in passage_spans
        if re.search(r"\w", span.text)
    ]


def _head(passage: Passage) -> str:
    """The line that a passage is read under: who "he" is, and which year it was, may stand nowhere else."""
    title = passage.title[:_TITLE]
    return f"{title} ({passage.date})\n" if passage.date else f"{title}\n"


def _bounds(passage: Passage, behind: int) -> Bounds:
    """Where its sentences stand behind so many characters; those that instruct whoever answers are left out."""
    return [
        (sentence.start - passage.start + behind, sentence.end - passage.start + behind)
        for sentence in passage.sentences
        if not instructs(sentence.text)
    ]


def _reading(asked: _Asked, context: _Context, anchored: float, span: Span, best: float) -> Reading:
    passage = context.passage
    place = context.sentence_at(passage.start + span.start)
    sentence = passage.sentences[place]
    reader = (span.score / 10, max(span.score, 0) / 10, (best - span.score) / 10)
    heading = float(not _SENTENCE_END.search(sentence.text))
    features = (
        *reader,
        *context.retrieval,
        *asked.anchoring(context, place),
        heading,
        *asked.form(span.text),
        anchored,
    )
    return Reading(asked.to_the_point(span.text.strip(" ,.;:")), sentence, passage, features)


class _Context(Surroundings):
    """A passage with its place in the ranking."""

    def __init__(self, hit: Retrieved, rank: int) -> None:
        super().__init__(hit.passage)
        self.retrieval = (hit.similarity, 1 / (1 + rank))


class _Asked:
    """What a question names and what form its answer has."""

    def __init__(self, question: str) -> None:
        self._anchors = anchor.anchors(question)
        self._keys = anchor.keys(question)
        named = {key for asked in self._anchors for part in asked.parts for key in part}
        self._places, self._years = anchor.places(named), years(named)
        self._question = question
        self._open = float(wants_sentences(question))

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
        return (*features, float(apart(self._places, anchor.places(own))), float(apart(self._years, years(near))))

    def form(self, short: str) -> tuple[float, ...]:
        words = anchor.keys(short)
        echo = len(words & self._keys) / len(words) if words else 1.0
        length = math.log(1 + len(short.split()))
        return (float(misfits(self._question, short)), echo, length, self._open)

    def to_the_point(self, short: str) -> str:
        return to_the_point(self._question, short)

    def anchored(self, whole: frozenset[str]) -> float:
        named = [given for given in self._anchors if given.kind != "word"]
        return min((anchor.anchored(given, whole) for given in named), default=1.0)


def apart(asked: frozenset[str], spoken_of: frozenset[str]) -> bool:
    """Whether something is asked for, and nothing but others of its kind is spoken of."""
    return bool(asked and spoken_of and not asked & spoken_of)


def _share(asked: Sequence[Anchor], keys: frozenset[str]) -> float:
    return sum(anchor.accounted(given, keys) for given in asked) / len(asked) if asked else 1.0


@dataclass(frozen=True, slots=True)
class Weighing:
    """The fitted logistic models: one weight for each of FEATURES, and the confidence's for these and two more."""

    reading: tuple[float, ...]
    confidence: tuple[float, ...]  # FEATURES of the best reading, then its score and its lead over another answer
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
                tuple(fitted["confidence"]),
                fitted["confidence_bias"],
                fitted["threshold"],
            )
        except (OSError, ValueError, KeyError) as error:
            raise ModelFileError(
                f"The reader's weights {path} cannot be used ({error}). Install Footnote again."
            ) from None

    def confident(self, ranked: Ranked) -> float:
        """Probability that the first of the ranked readings is right; they come best first.

        An answer is no surer than it is anchored: a passage that never mentions the party, the place or the year that
        is asked about does not answer, whatever its best span.
        """
        odds = float(np.dot(self.confidence, confidence_features(ranked))) + self.confidence_bias
        return ranked[0][1].features[ANCHORED] / (1 + math.exp(-odds))


def rank(found: Sequence[Reading], weights: Sequence[float]) -> Ranked:
    """Readings with their weighted features, on one scale for all passages, best first."""
    weighed = [(float(np.dot(weights, reading.features)), reading) for reading in found]
    return sorted(weighed, key=lambda item: -item[0])


def confidence_features(ranked: Ranked) -> tuple[float, ...]:
    """The best reading's features, its score, and its lead over the best reading that answers something else."""
    score, best = ranked[0]
    others = (value for value, reading in ranked if not same_answer(reading.short, best.short))
    return (*best.features, score, min(score - next(others, -math.inf), _CLEAR_LEAD))


def same_answer(short: str, other: str) -> bool:
    """Whether one answer's words are all in the other: "Medinsky" and "Vladimir Medinsky"."""
    words, others = anchor.keys(short), anchor.keys(other)
    return words <= others or others <= words
