"""`python -m eval.fit`: fits how the reader's spans are weighed, and when to abstain, on development questions.

Two logistic regressions and a threshold, written to rag/models/reader/weighing.json. The first tells right spans from
wrong ones, on one scale for all passages; the second tells whether the best span of a question is right, from scores of
the first that were made without the question's own fold. The threshold is the confidence from which right answers
outnumber wrong ones by most. Questions whose answer is not a span of one document are left out of the first.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from eval.metrics import Place, contains, locate, token_f1
from eval.questions import Question, read_questions
from eval.run import open_corpus
from eval.squad import read_items
from rag.draft.weigh import FEATURES, WEIGHTS, Reading, Weighing, confidence_features, rank, readings
from rag.embed import Embedder, load_embedder
from rag.errors import FootnoteError
from rag.index import Index, refresh
from rag.reader import Reader
from rag.resolve import resolve
from rag.retrieve import retrieve
from rag.settings import Settings

Floats = NDArray[np.float64]

_CACHE = Path(".cache") / "benchmarks"
_PENALTY = 1.0  # inverse strength of the L2 penalty on standardised features
_FOLDS = 5
_SAME_ANSWER = 0.5  # token F1 from which a span is taken for the accepted answer
_SPAN_KINDS = {"comparison_query", "temporal_query", "yesno"}  # answered by yes or no: no span is right
_SQUAD_ARTICLES = ("Normans", "French and Indian War", "Packet switching")  # the reader was not trained on them


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
    readings: Sequence[Reading]
    right: NDArray[np.bool_]
    fits_readings: bool  # False: only the confidence may learn from it


def main(arguments: Sequence[str] | None = None) -> int:
    """Fit and write; 0 done, 1 an error in one sentence."""
    options = _parser().parse_args(arguments)
    try:
        embedder, reader = load_embedder(), Reader()
        examples = [
            example
            for development in development_sets(options.benchmarks)
            for example in read_set(development, embedder, reader)
        ]
        _write(fit(examples), examples, options.out)
    except FootnoteError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


def development_sets(benchmarks: Path | None) -> Iterator[DevelopmentSet]:
    """Our own development questions, and where the folder is there, those of the public sets in it."""
    own = Settings(corpus=Path("corpus"), index=Path(".footnote"), threshold=None)
    yield DevelopmentSet("own", read_questions([Path("eval/questions.jsonl")]), own)
    for folder in sorted(benchmarks.iterdir()) if benchmarks and benchmarks.is_dir() else ():
        if not (folder / "questions.jsonl").is_file():
            continue
        questions = read_questions([folder / "questions.jsonl"])
        settings = Settings(corpus=folder / "corpus", index=_CACHE / folder.name)
        if (squad := folder / "dev-v2.0.json.gz").is_file():
            yield DevelopmentSet(folder.name, list(_other_questions(squad, questions)), settings)
        elif any(contains_short(question) or question.should_answer is False for question in questions):
            yield DevelopmentSet(folder.name, questions, settings)


def contains_short(question: Question) -> bool:
    """Whether an accepted answer is short enough to be a span."""
    return any(len(answer.split()) <= 12 for answer in question.answers)


def _other_questions(squad: Path, asked: Sequence[Question]) -> Iterator[Question]:
    """SQuAD's questions on the articles that the reader was not trained on, without those of the question set."""
    known = {question.question for question in asked}
    for item in read_items(squad, _SQUAD_ARTICLES):
        if item.question not in known:
            yield Question(
                id=item.id,
                question=item.question,
                answers=list(item.answers),
                evidence=[item.paragraph] if item.answers else [],
                answerable=bool(item.answers),
            )


def read_set(development: DevelopmentSet, embedder: Embedder, reader: Reader) -> Iterator[Example]:
    """Read the passages found for each question and mark the readings that are right."""
    settings = development.settings
    refresh(settings, embedder)
    texts = open_corpus(settings.corpus).texts
    with Index.open(settings, embedder) as index:
        for question in track(development.questions, development.name, console=Console(stderr=True)):
            if question.should_answer and not contains_short(question):
                continue
            resolved = resolve(question.question, question.turns).question
            found = readings(resolved, retrieve(resolved, index, embedder, settings.passages), reader)
            if found:
                right = np.array([is_right(reading, question, texts) for reading in found])
                fits = question.kind not in _SPAN_KINDS and question.should_answer is not None
                yield Example(development.name, found, right, fits)


def is_right(reading: Reading, question: Question, texts: Mapping[str, str]) -> bool:
    """Whether the span is an accepted answer, in a sentence of the evidence where the set names any."""
    if not question.should_answer:
        return False
    places: list[Place] = [place for evidence in question.evidence for place in locate(evidence, texts)]
    document, start, end = reading.passage.document, reading.sentence.start, reading.sentence.end
    if places and not any(name == document and start < stop and first < end for name, first, stop in places):
        return False
    return any(
        token_f1(reading.short, answer) >= _SAME_ANSWER or contains(reading.short, answer)
        for answer in question.answers
    )


def fit(examples: Sequence[Example]) -> Weighing:
    """Fit both models and the threshold."""
    fitted = _fit_readings([example for example in examples if example.fits_readings])
    features, right = _out_of_fold(examples)
    weights, bias = _logistic(features, right)
    confidence = 1 / (1 + np.exp(-(features @ weights + bias)))
    return Weighing(*fitted, tuple(weights), bias, _threshold(confidence, right))


def _fit_readings(examples: Sequence[Example]) -> tuple[tuple[float, ...], float]:
    features = np.array([reading.features for example in examples for reading in example.readings])
    weights, bias = _logistic(features, np.concatenate([example.right for example in examples]))
    return tuple(weights), bias


def _out_of_fold(examples: Sequence[Example]) -> tuple[Floats, NDArray[np.bool_]]:
    """The confidence's features of each question, weighed by a model that has not seen it; is its best right."""
    features: list[tuple[float, ...]] = []
    right: list[bool] = []
    groups = np.arange(len(examples))
    for train, test in GroupKFold(_FOLDS).split(groups, groups=groups):
        weights, bias = _fit_readings([examples[number] for number in train if examples[number].fits_readings])
        for number in test:
            example = examples[number]
            ranked = rank(example.readings, weights, bias)
            features.append(confidence_features(ranked))
            right.append(
                any(example.right[place] for place, reading in enumerate(example.readings) if reading is ranked[0][1])
            )
    return np.array(features), np.array(right)


def _logistic(features: Floats, right: NDArray[np.bool_]) -> tuple[Floats, float]:
    """Weights and bias for features as they are, fitted on standardised ones so that the penalty treats all alike."""
    mean, spread = features.mean(axis=0), features.std(axis=0)
    spread[spread == 0] = 1.0
    model = LogisticRegression(C=_PENALTY, max_iter=5000).fit((features - mean) / spread, right)
    weights = model.coef_[0] / spread
    return weights, float(model.intercept_[0] - weights @ mean)


def _threshold(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """The confidence at which right answers less wrong ones are most, if all above it are given."""
    order = np.argsort(-confidence, kind="stable")
    gain = np.cumsum(np.where(right[order], 1, -1))
    return float(round(confidence[order][gain.argmax()], 4))


def _write(weighing: Weighing, examples: Sequence[Example], out: Path) -> None:
    counts = {name: sum(example.set == name for example in examples) for name in dict.fromkeys(e.set for e in examples)}
    content = {
        "features": list(FEATURES),
        "reading": [round(weight, 5) for weight in weighing.reading],
        "reading_bias": round(weighing.reading_bias, 5),
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
    commands.add_argument("--benchmarks", type=Path, metavar="DIR", help="folder of public question sets")
    commands.add_argument("--out", type=Path, default=WEIGHTS, metavar="FILE", help="default: the shipped weights")
    return commands


if __name__ == "__main__":
    sys.exit(main())
