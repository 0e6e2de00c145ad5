"""`python -m eval.squad FILE`: the reader alone, on paragraphs that are given, measured as SQuAD 2.0 measures.

Exact match and F1 follow Rajpurkar, Jia and Liang 2018: each question scores its best over the accepted answers, and an
unanswerable question scores 1 for silence and 0 for anything else.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track

from eval.command import positive, run
from eval.errors import EvaluationError
from eval.intervals import Floats
from eval.metrics import exact_match, squad_tokens, token_f1
from eval.run import require_writable, write_json
from eval.table import open_console, table

Metric = Callable[[str, str], float]  # prediction, accepted answer → 0 to 1


class SpanLike(Protocol):
    """What is needed of a span that the reader found."""

    @property
    def text(self) -> str: ...
    @property
    def score(self) -> float: ...


class ReaderLike(Protocol):
    """What is needed of the reader."""

    def read(self, question: str, passages: Sequence[str], n_best: int = ...) -> Sequence[Sequence[SpanLike]]: ...


@dataclass(frozen=True, slots=True)
class Item:
    """A question with its paragraph; no accepted answers means that it is unanswerable."""

    id: str
    question: str
    paragraph: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prediction:
    """The best span for an item, and by how much the reader prefers it to silence."""

    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares from 0 to 1; None where there is no such question."""

    questions: int
    em: float | None
    f1: float | None
    has_answer_em: float | None
    has_answer_f1: float | None
    no_answer: float | None  # EM and F1 are the same there
    best_f1: float | None  # overall F1 at the threshold that suits these questions best
    best_threshold: float | None
    auc: float | None  # chance that an answerable question scores above an unanswerable one


def main(arguments: Sequence[str] | None = None, reader: ReaderLike | None = None) -> int:
    """Measure the reader; 0 done, 1 an error, 2 usage, 130 interrupted."""
    options = _parser().parse_args(arguments)
    return run(lambda: _measure(options, reader))


def _measure(options: argparse.Namespace, reader: ReaderLike | None) -> None:
    require_writable(options.json)
    items = read_items(options.file, options.titles)[: options.limit]
    predictions = predict(reader or _reader(), items)
    found = figures(items, predictions, options.threshold, options.forced)
    if options.json:
        write_json(asdict(found), options.json)
    _print(found)


def read_items(path: Path, titles: Sequence[str] = ()) -> list[Item]:
    """The questions of a SQuAD 2.0 file (.json or .json.gz), of the named articles or all; raises EvaluationError."""
    try:
        raw = path.read_bytes()
        articles = json.loads(gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw)["data"]
        by_title = {_title(article["title"]): list(_items(article)) for article in articles}
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror or error}). Name a SQuAD 2.0 file.") from None
    except (ValueError, KeyError, TypeError, EOFError, RecursionError) as error:
        raise EvaluationError(f"{path}: not in the form of SQuAD 2.0 ({error!r}). Name a SQuAD 2.0 file.") from None
    for title in titles:
        if _title(title) not in by_title:
            raise EvaluationError(f"{path}: there is no article {title!r}. It holds: {', '.join(by_title)}.")
    items = [item for title in map(_title, titles or by_title) for item in by_title[title]]
    if not items:
        raise EvaluationError(f"{path}: there is no question in it. Name a SQuAD 2.0 file.")
    return items


def predict(reader: ReaderLike, items: Sequence[Item]) -> list[Prediction]:
    """The reader's best span for each item, with a progress bar on standard error."""
    return [_best(reader, item) for item in track(items, "Reading", console=Console(stderr=True))]


def figures(
    items: Sequence[Item], predictions: Sequence[Prediction], threshold: float = 0.0, forced: bool = False
) -> Figures:
    """EM and F1 where spans that score `threshold` or more count as answers, all of them when forced."""
    answerable = np.array([bool(item.answers) for item in items])
    scores = np.array([prediction.score for prediction in predictions])
    silent = (~answerable).astype(np.float64)  # what each item scores if nothing is said
    answers = np.isfinite(scores) & (forced | (scores >= threshold))
    spoken = _spoken(items, predictions, token_f1)
    em = np.where(answers, _spoken(items, predictions, exact_match), silent)
    f1 = np.where(answers, spoken, silent)
    best_f1, best_threshold = _best_threshold(spoken, silent, scores)
    return Figures(
        questions=len(items),
        em=_mean(em),
        f1=_mean(f1),
        has_answer_em=_mean(em[answerable]),
        has_answer_f1=_mean(f1[answerable]),
        no_answer=_mean(em[~answerable]),
        best_f1=best_f1,
        best_threshold=best_threshold,
        auc=_auc(answerable, scores),
    )


def _spoken(items: Sequence[Item], predictions: Sequence[Prediction], metric: Metric) -> Floats:
    """What each item scores if its span is given: 0 for the unanswerable."""
    return np.array(
        [
            max((metric(prediction.text, answer) for answer in item.answers), default=0.0)
            for item, prediction in zip(items, predictions, strict=True)
        ]
    )


def _best_threshold(spoken: Floats, silent: Floats, scores: Floats) -> tuple[float | None, float | None]:
    """The best overall F1 over all thresholds, and the lowest score that is an answer there (None: none is)."""
    if not len(scores):
        return None, None
    order = np.argsort(-scores, kind="stable")
    totals = silent.sum() + np.r_[0.0, np.cumsum((spoken - silent)[order])]
    ranked = scores[order]
    possible = np.r_[True, np.r_[ranked[1:] != ranked[:-1], True] & np.isfinite(ranked)]  # equal scores go together
    best = int(np.argmax(np.where(possible, totals, -np.inf)))
    return float(totals[best] / len(scores)), float(ranked[best - 1]) if best else None


def _auc(answerable: NDArray[np.bool_], scores: Floats) -> float | None:
    """Area under the ROC curve, by ranks, ties half (Hanley and McNeil 1982)."""
    from scipy.stats import rankdata  # imported here: a second of start-up

    positive, negative = int(answerable.sum()), int((~answerable).sum())
    if not positive or not negative:
        return None
    above = rankdata(scores)[answerable].sum() - positive * (positive + 1) / 2
    return float(above / (positive * negative))


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if len(values) else None


def _best(reader: ReaderLike, item: Item) -> Prediction:
    spans = reader.read(item.question, [item.paragraph], n_best=1)[0]
    return Prediction(spans[0].text, float(spans[0].score)) if spans else Prediction("", float("-inf"))


def _items(article: Mapping[str, Any]) -> Iterator[Item]:
    for paragraph in article["paragraphs"]:
        for asked in paragraph["qas"]:
            accepted = dict.fromkeys(answer["text"] for answer in asked["answers"])
            answers = tuple(answer for answer in accepted if squad_tokens(answer))
            yield Item(asked["id"], asked["question"], paragraph["context"], answers)


def _title(name: str) -> str:
    """SQuAD writes titles as Wikipedia's addresses do."""
    return name.replace(" ", "_")


def _reader() -> ReaderLike:
    from rag.reader import Reader  # imported here: it loads the model

    return Reader()


def _parser() -> argparse.ArgumentParser:
    described = "Exact match and F1 of the reader alone on given paragraphs, as SQuAD 2.0 measures."
    commands = argparse.ArgumentParser(prog="python -m eval.squad", description=described)
    add = commands.add_argument
    add("file", type=Path, metavar="FILE", help="a SQuAD 2.0 file, .json or .json.gz")
    add("--titles", nargs="+", default=(), metavar="TITLE", help="these articles only")
    add("--threshold", type=float, default=0.0, metavar="SCORE", help="a span of this score counts as an answer")
    add("--forced", action="store_true", help="always answer with the best span")
    add("--limit", type=positive, metavar="N", help="the first N questions only")
    add("--json", type=Path, metavar="OUT", help="write the figures here")
    return commands


def _print(found: Figures) -> None:
    shown = table("figure", "value")
    for name, value in asdict(found).items():
        shown.add_row(name, "-" if value is None else f"{value:.3f}" if isinstance(value, float) else str(value))
    open_console().print(shown)


if __name__ == "__main__":
    sys.exit(main())
