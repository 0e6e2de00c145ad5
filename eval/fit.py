"""`python -m eval.fit`: fits how the reader's spans are weighed, and when to abstain, on development questions.

Two models and a threshold, written to rag/models/reader/weighing.json. The first, a conditional logit, tells right
spans from wrong ones of the same question; the second, a logistic regression, tells whether the best span is right,
from scores of the first that were made without the question's own fold. The threshold is the confidence above
which the share of the right answers exceeds that of the wrong ones by most.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from scipy.optimize import minimize

from eval.command import positive, run
from eval.followups import by_rules
from eval.metrics import Place, locate, token_f1
from eval.run import open_corpus
from rag.draft.asked import wants_sentences
from rag.draft.weigh import ANCHORED, FEATURES, WEIGHTS, Reading, Weighing, confidence_features, rank, readings
from rag.embed import Embedder, load_embedder
from rag.index import Index, refresh
from rag.judge import contains
from rag.questions import Question, read_questions
from rag.reader import Reader
from rag.retrieve import retrieve
from rag.settings import Settings

Floats = NDArray[np.float64]

_CACHE = Path(".cache") / "benchmarks"
_FOLDS = 5
_PULL = 40.0  # of the weights towards those expected, standardised; a question of average share weighs 1
# What each feature may say, 1 for the reading, -1 against it, 0 either, and the weight expected before any question is
# seen. A set that happens to say otherwise of, say, names that are nowhere in the passage is not believed.
_BELIEFS: dict[str, tuple[int, float]] = dict.fromkeys(FEATURES, (1, 0.0)) | {
    "behind": (-1, 0.0),
    "names_own": (1, 1.0),
    "names_near": (1, 2.0),
    "names_nowhere": (-1, -1.0),
    "numbers_own": (1, 0.5),
    "numbers_near": (1, 2.0),
    "numbers_nowhere": (-1, -1.0),
    "words_nowhere": (-1, -1.0),
    "rival": (-1, -1.5),
    "other_year": (-1, -2.0),
    "heading": (-1, -1.5),
    "misfit": (-1, -1.5),
    "echo": (-1, 0.0),
    "length": (0, 0.0),
    "open": (0, 0.0),
    "anchored": (1, 1.0),
}
SIGNS = tuple(sign for sign, _ in _BELIEFS.values())
EXPECTED = tuple(weight for _, weight in _BELIEFS.values())
_SAME_ANSWER = 0.5  # token F1 from which a span is taken for the accepted answer


@dataclass(frozen=True, slots=True)
class DevelopmentSet:
    """Questions, and the settings that open the documents they are asked of."""

    name: str
    questions: Sequence[Question]
    settings: Settings


@dataclass(frozen=True, slots=True)
class Example:
    """One question with every reading and whether it is right."""

    set: str
    answerable: bool
    readings: Sequence[Reading]
    right: Floats  # 1 for a right reading, else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write; 0 done, 1 an error in one sentence."""
    options = _parser().parse_args(arguments)
    return run(lambda: _fit_and_write(options))


def _fit_and_write(options: argparse.Namespace) -> None:
    embedder, reader = load_embedder(), Reader()
    examples = [
        example
        for development in development_sets(options.set, options.limit)
        for example in read_set(development, embedder, reader)
    ]
    _write(fit(examples), examples, options.out)


def development_sets(folders: Sequence[Path], limit: int) -> Iterator[DevelopmentSet]:
    """Our own development questions, and the question sets of the folders, each with its documents in `corpus/`.

    Of a set with more than `limit` questions every second, third ... is taken.

    Sets whose questions need two places were tried and left out: no one sentence answers them, so they teach that the
    names of a question need not be anywhere near its answer. So were conversations that are answered by whole
    paragraphs (MTRAG): they teach that a heading may be an answer.
    """
    own = Settings(corpus=Path("corpus"), index=Path(".footnote"))
    yield DevelopmentSet("own", read_questions([Path("eval/questions.jsonl")]), own)
    for folder in folders:
        settings = Settings(corpus=folder / "corpus", index=_CACHE / folder.name)
        questions = read_questions([folder / "questions.jsonl"])
        yield DevelopmentSet(folder.name, questions[:: math.ceil(len(questions) / limit)], settings)


def read_set(development: DevelopmentSet, embedder: Embedder, reader: Reader) -> Iterator[Example]:
    """Read the passages found for each question and mark the readings that are right."""
    settings = development.settings
    refresh(settings, embedder)
    texts = open_corpus(settings.corpus).texts
    with Index.open(settings, embedder) as index:
        for question in track(development.questions, development.name, console=Console(stderr=True)):
            resolved = by_rules(question)
            hits = retrieve(resolved.question, index, embedder, settings.passages)
            if found := readings(resolved.asks or resolved.question, hits, reader):
                right = np.array([float(is_right(reading, question, texts)) for reading in found])
                yield Example(development.name, bool(question.should_answer), found, right)


def is_right(reading: Reading, question: Question, texts: Mapping[str, str]) -> bool:
    """Whether the span is an accepted answer, in a sentence of the evidence where the set names any.

    Where sentences are asked for, the sentence of the evidence is right, whatever the span in it.
    """
    if not question.should_answer:
        return False
    places: list[Place] = [place for evidence in question.evidence for place in locate(evidence, texts)]
    document, start, end = reading.passage.document, reading.sentence.start, reading.sentence.end
    if places and not any(name == document and start < stop and first < end for name, first, stop in places):
        return False
    if places and wants_sentences(question.question):
        return True
    return any(
        token_f1(reading.short, answer) >= _SAME_ANSWER or contains(reading.short, answer)
        for answer in question.answers
    )


def fit(examples: Sequence[Example]) -> Weighing:
    """Fit both models and the threshold."""
    features, right = _out_of_fold(examples)
    shares = _balanced([(example.set, example.answerable) for example in examples])
    weights, bias = logistic(features, right, shares, (*EXPECTED, 0.0, 0.0), (*SIGNS, 1, 1))
    confidence = features[:, ANCHORED] / (1 + np.exp(-(features @ weights + bias)))
    return Weighing(_fit_readings(examples), tuple(weights.tolist()), bias, _threshold(confidence, right, shares))


def _fit_readings(examples: Sequence[Example]) -> tuple[float, ...]:
    """Weights that tell right readings from wrong ones, from the questions that have both."""
    told = [example for example in examples if example.right.any()]
    features = [np.array([reading.features for reading in example.readings]) for example in told]
    shares = _balanced([example.set for example in told])
    return tuple(conditional_logit(features, [example.right for example in told], shares, EXPECTED, SIGNS).tolist())


def _out_of_fold(examples: Sequence[Example]) -> tuple[Floats, Floats]:
    """The confidence's features of each question, weighed by a model that has not seen it; is its best right."""
    features: list[tuple[float, ...]] = []
    right: list[bool] = []
    for fold in range(_FOLDS):
        train = [example for number, example in enumerate(examples) if number % _FOLDS != fold]
        weights = _fit_readings(train)
        for example in examples[fold::_FOLDS]:
            ranked = rank(example.readings, weights)
            features.append(confidence_features(ranked))
            right.append(bool(example.right[example.readings.index(ranked[0][1])]))
    order = np.argsort([number for fold in range(_FOLDS) for number in range(len(examples))[fold::_FOLDS]])
    return np.array(features)[order], np.array(right, dtype=float)[order]


def _balanced(groups: Sequence[object]) -> Floats:
    """A weight for each member of a group, so that every group weighs the same; 1 on average."""
    sizes = Counter(groups)
    return np.array([len(groups) / (len(sizes) * sizes[group]) for group in groups])


def logistic(
    features: Floats, right: Floats, shares: Floats, expected: Sequence[float], signs: Sequence[int]
) -> tuple[Floats, float]:
    """Weights and bias of a logistic regression whose weights keep the sign that their feature is meant to have.

    `signs` holds 1, -1 or 0 (free) for each feature; `shares` weighs the examples. The L2 penalty draws the weights of
    standardised features, so that it treats all alike, towards those `expected`.
    """
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    scaled = np.column_stack([(features - mean) / spread, np.ones(len(features))])
    prior, pull = np.append(np.array(expected) * spread, 0.0), np.append(np.full(features.shape[1], _PULL), 0.0)

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = scaled @ weights
        error = shares * (1 / (1 + np.exp(-odds)) - right)
        value = float(shares @ (np.logaddexp(0, odds) - right * odds) + pull @ (weights - prior) ** 2 / 2)
        return value, scaled.T @ error + pull * (weights - prior)

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=_ranges((*signs, 0)))
    weights = found.x[:-1] / spread
    return weights, float(found.x[-1] - weights @ mean)


def conditional_logit(
    features: Sequence[Floats], right: Sequence[Floats], shares: Floats, expected: Sequence[float], signs: Sequence[int]
) -> Floats:
    """Weights under which the right readings of each question take most of its softmax (McFadden 1974).

    One array of readings x features for each question; the L2 penalty draws the weights towards `expected`.
    """
    joined, marks = np.concatenate(features), np.concatenate(right)
    sizes = [len(part) for part in features]
    first, question = np.cumsum([0, *sizes[:-1]]), np.repeat(np.arange(len(sizes)), sizes)
    spread = joined.std(axis=0)
    spread[spread == 0] = 1.0
    scaled, prior = joined / spread, np.array(expected) * spread

    def loss(weights: Floats) -> tuple[float, Floats]:
        scores = scaled @ weights
        odds = np.exp(scores - np.maximum.reduceat(scores, first)[question])
        all_odds, right_odds = np.add.reduceat(odds, first), np.add.reduceat(odds * marks, first)
        error = shares[question] * (odds / all_odds[question] - odds * marks / right_odds[question])
        value = float(shares @ np.log(all_odds / right_odds)) + _PULL * float((weights - prior) @ (weights - prior)) / 2
        return value, scaled.T @ error + _PULL * (weights - prior)

    found = minimize(loss, prior, jac=True, method="L-BFGS-B", bounds=_ranges(signs))
    return np.asarray(found.x / spread)


def _ranges(signs: Sequence[int]) -> list[tuple[float | None, float | None]]:
    return [(0 if sign > 0 else None, 0 if sign < 0 else None) for sign in signs]


def _threshold(confidence: Floats, right: Floats, shares: Floats) -> float:
    """The confidence above which the share of right answers exceeds that of wrong ones by most (Youden 1950)."""
    order = np.argsort(-confidence, kind="stable")
    kept, shown = (np.cumsum((part * shares)[order]) / (part @ shares) for part in (right, 1 - right))
    return float(round(confidence[order][(kept - shown).argmax()], 4))


def _write(weighing: Weighing, examples: Sequence[Example], out: Path) -> None:
    counts = {name: sum(example.set == name for example in examples) for name in dict.fromkeys(e.set for e in examples)}
    content = {
        "features": list(FEATURES),
        "reading": [round(weight, 5) for weight in weighing.reading],
        "confidence": [round(weight, 5) for weight in weighing.confidence],
        "confidence_bias": round(weighing.confidence_bias, 5),
        "threshold": weighing.threshold,
        "fitted_on": counts,
    }
    out.write_text(json.dumps(content, indent=1) + "\n", "utf-8")
    print(f"{out}: threshold {weighing.threshold}, fitted on {counts}")


def _parser() -> argparse.ArgumentParser:
    described = "Fit how the reader's spans are weighed and when to abstain, on development questions."
    commands = argparse.ArgumentParser(prog="python -m eval.fit", description=described)
    commands.add_argument(
        "--set",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="questions.jsonl and corpus/; may be repeated",
    )
    commands.add_argument(
        "--limit", type=positive, default=800, metavar="N", help="questions of each set (default: 800)"
    )
    commands.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="default: the shipped weights")
    return commands


if __name__ == "__main__":
    sys.exit(main())
