"""What the confidence is worth on paragraphs that are given: AUC, expected calibration error, reliability."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from eval.metrics import token_f1
from eval.squad import Item
from rag.draft.weigh import SpanReader, Weighing, rank, readings
from rag.embed import Embedder
from rag.passages import split_passages
from rag.types import Document, Retrieved

_BINS = 10  # of equal width, as in Guo et al. 2017
_RIGHT = 0.5  # token F1 with an accepted answer from which a short answer counts as right


@dataclass(frozen=True, slots=True)
class Judged:
    """An answer's confidence, and whether it is right; for a question without an answer nothing is."""

    answerable: bool
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Bin:
    """The answers whose confidence lies in one tenth of the range."""

    count: int
    confidence: float  # their mean
    right: float  # share that is right


def judged(reader: SpanReader, weighing: Weighing, embedder: Embedder, items: Sequence[Item]) -> list[Judged]:
    """The reader's best answer to each question from its own paragraph, whatever its confidence."""
    paragraphs = list(dict.fromkeys(item.paragraph for item in items))
    passages = {text: split_passages(Document(id="paragraph", title="", text=text)) for text in paragraphs}
    texts = [passage.text for text in paragraphs for passage in passages[text]]
    vectors = dict(zip(texts, map(np.array, embedder.embed_documents(texts)), strict=True))
    found = []
    for item in track(items, "Judging", console=Console(stderr=True)):
        question = np.array(embedder.embed_query(item.question))
        hits = [Retrieved(each, 0.0, float(question @ vectors[each.text]), 0.0) for each in passages[item.paragraph]]
        ranked = rank(readings(item.question, hits, reader), weighing.reading)
        if ranked:
            right = max((token_f1(ranked[0][1].short, answer) for answer in item.answers), default=0.0) >= _RIGHT
            found.append(Judged(bool(item.answers), weighing.confident(ranked), right))
    return found


def reliability(answers: Sequence[Judged]) -> Iterator[Bin]:
    """The bins that hold an answer, by rising confidence."""
    confidence, right = _columns(answers)
    place = np.minimum((confidence * _BINS).astype(int), _BINS - 1)
    for number in range(_BINS):
        inside = place == number
        if inside.any():
            yield Bin(int(inside.sum()), float(confidence[inside].mean()), float(right[inside].mean()))


def calibration_error(answers: Sequence[Judged]) -> float:
    """The expected calibration error: how far confidence and share right lie apart, over the bins by their size."""
    return sum(each.count * abs(each.confidence - each.right) for each in reliability(answers)) / len(answers)


def _columns(answers: Sequence[Judged]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array([each.confidence for each in answers]), np.array([float(each.right) for each in answers])
