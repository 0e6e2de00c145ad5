"""`python -m training.measure BENCHMARKS TOKENIZER MODEL.onnx ...`: every figure of the model card, for each model.

The threshold of silence is chosen on the development set, the held-out part of the written questions, and applied to
the three articles of SQuAD 2.0 that only measure.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from statistics import mean, median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import numpy as np

from eval.metrics import token_f1
from eval.squad import Item, Prediction, figures, predict, read_items
from rag import reader
from rag.draft.weigh import Weighing
from rag.embed import Embedder, load_embedder
from training.confidence import calibration_error, judged, reliability
from training.examples import Example
from training.negatives import retrieved
from training.sources import MEASURING
from training.written import written

PAIRS = Path(__file__).parent / "pairs.jsonl"
_SEED = 5
_RIGHT = 0.5  # token F1 from which an answer to a pair counts as right: its words, give or take an article or a title
_WORDS, _PASSAGES, _RUNS = 120, 8, 40  # what the speed is measured on


def load(model: Path, tokenizer: Path) -> reader.Reader:
    """The project's own reader, made to trust weights that it does not ship."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "reader.int8.onnx").symlink_to(model.resolve())
        (folder / "tokenizer.json").symlink_to(tokenizer.resolve())
        sums = {path.name: sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
        with patch.dict(reader._SHA256, sums):
            return reader.Reader(folder)


@dataclass(frozen=True, slots=True)
class Pair:
    """A question about one of two parties, places, dates or amounts of a passage; no answers: it speaks of neither."""

    kind: str
    item: Item


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table: one row a figure, one column a model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("benchmarks", type=Path)
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("models", type=Path, nargs="+")
    parser.add_argument("--development", action="store_true", help="leave the measuring articles alone")
    options = parser.parse_args(arguments)
    readers = [load(model, options.tokenizer) for model in options.models]
    embedder, weighing = load_embedder(), Weighing.load()
    sets = [development(options.benchmarks)] + ([] if options.development else [measuring(options.benchmarks)])
    tables = [measured(each, sets) | on_confidence(each, weighing, embedder, sets[-1]) for each in readers]
    for table, milliseconds in zip(tables, speeds(readers, sets[0].passages), strict=True):
        table["ms for eight passages of 120 words"] = milliseconds
    print("| measured |", " | ".join(f"{model.parent.name}/{model.stem}" for model in options.models), "|")
    print("|---|" + "---|" * len(tables))
    for row in dict.fromkeys(row for table in tables for row in table):
        print(f"| {row} |", " | ".join(f"{table[row]:.3f}" if row in table else "" for table in tables), "|")


@dataclass(frozen=True, slots=True)
class Items:
    """Questions with their paragraphs, and all passages among which another one is found for each."""

    name: str
    items: Sequence[Item]
    passages: Sequence[str]


def development(benchmarks: Path) -> Items:
    """The held-out part of the written questions."""
    found = list(written(benchmarks))
    items = [
        Item("", question, each.passage, (answer,) if answer else ())
        for each in found
        if each.held_out
        for question, answer in each.asked
    ]
    return Items("development", items, sorted({each.passage for each in found}))


def measuring(benchmarks: Path) -> Items:
    """The three articles that nothing was trained on or chosen by."""
    squad2 = benchmarks / "squad2" / "dev-v2.0.json.gz"
    return Items("held out", read_items(squad2, MEASURING), sorted({item.paragraph for item in read_items(squad2)}))


def measured(model: reader.Reader, sets: Sequence[Items]) -> dict[str, float]:
    """The figures on each set, at the threshold that suits the first one best, and on the pairs."""
    found: dict[str, float] = {}
    threshold: float | None = None
    for each in sets:
        table, threshold = on_items(model, each, threshold)
        found |= {f"{each.name}: {row}": value for row, value in table.items()}
    return found | {f"pairs: {row}": value for row, value in on_pairs(model, read_pairs(PAIRS)).items()}


def on_items(model: reader.Reader, asked: Items, threshold: float | None = None) -> tuple[dict[str, float], float]:
    """The figures on a set, and the threshold used: the one given or the one that suits it best."""
    predictions = predict(model, asked.items)
    answerable = [p.score for item, p in zip(asked.items, predictions, strict=True) if item.answers]
    forced = figures(asked.items, predictions, forced=True)
    threshold = forced.best_threshold if threshold is None else threshold
    assert threshold is not None
    table = {
        "forced EM": forced.has_answer_em,
        "forced F1": forced.has_answer_f1,
        "overall F1 at the development threshold": figures(asked.items, predictions, threshold).f1,
        "best overall F1": forced.best_f1,
        "AUC against adversarially unanswerable": forced.auc,
        "AUC against retrieved passages": auc(answerable, [p.score for p in predict(model, beside_retrieved(asked))]),
        "threshold": threshold,
    }
    return {row: value for row, value in table.items() if value is not None}, threshold


def on_confidence(model: reader.Reader, weighing: Weighing, embedder: Embedder, asked: Items) -> dict[str, float]:
    """What the fitted confidence is worth on a set; the reliability of each tenth of its range."""
    found = judged(model, weighing, embedder, asked.items)
    beside = judged(model, weighing, embedder, beside_retrieved(asked))
    answerable = [each.confidence for each in found if each.answerable]
    right, wrong = ([each.confidence for each in found if each.right is verdict] for verdict in (True, False))
    table = {
        "AUC against adversarially unanswerable": auc(answerable, [e.confidence for e in found if not e.answerable]),
        "AUC against retrieved passages": auc(answerable, [each.confidence for each in beside]),
        "AUC of right against wrong": auc(right, wrong),
        "expected calibration error": calibration_error(found),
    }
    for each in reliability(found):
        table[f"right at {each.confidence:.2f} ({each.count})"] = each.right
    return {f"{asked.name}, confidence: {row}": value for row, value in table.items()}


def beside_retrieved(asked: Items) -> list[Item]:
    """Each answerable question beside a passage that BM25 finds for it and that does not hold its answer."""
    examples = [
        Example(item.question, item.paragraph, item.paragraph.find(item.answers[0]), item.answers[0], item.id)
        for item in asked.items
        if item.answers
    ]
    found = retrieved(examples, asked.passages, random.Random(_SEED))
    return [Item("", example.question, example.passage, ()) for example in found]


def auc(higher: Sequence[float], lower: Sequence[float]) -> float:
    """The chance that one of `higher` lies above one of `lower`, a tie counting half."""
    one, other = np.array(higher)[:, None], np.array(lower)[None, :]
    return float(np.mean((one > other) + 0.5 * (one == other)))


def read_pairs(path: Path) -> list[list[Pair]]:
    """The pairs, those of one passage together."""
    return [_pairs(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _pairs(row: dict[str, Any]) -> list[Pair]:
    return [Pair(row["kind"], Item("", q["question"], row["passage"], tuple(q["answers"]))) for q in row["questions"]]


def on_pairs(model: reader.Reader, groups: Sequence[Sequence[Pair]]) -> dict[str, float]:
    """The share right by kind, of all, and of passages with every answer right; AUC against what is not answered."""
    by_kind: dict[str, list[bool]] = defaultdict(list)
    together, answered, silent = [], [], []
    for group in groups:
        predictions = predict(model, [pair.item for pair in group])
        asked = [(pair, found) for pair, found in zip(group, predictions, strict=True) if pair.item.answers]
        verdicts = [right(pair.item, found) for pair, found in asked]
        by_kind[group[0].kind] += verdicts
        together.append(all(verdicts))
        answered += [found.score for _, found in asked]
        silent += [found.score for pair, found in zip(group, predictions, strict=True) if not pair.item.answers]
    shares = {f"{kind} ({len(verdicts)})": mean(verdicts) for kind, verdicts in by_kind.items()}
    everything = [verdict for verdicts in by_kind.values() for verdict in verdicts]
    return shares | {
        f"all ({len(everything)})": mean(everything),
        f"all of a passage ({len(together)})": mean(together),
        f"AUC against a third party ({len(silent)})": auc(answered, silent),
    }


def right(item: Item, found: Prediction) -> bool:
    """Whether an answer has the words of an accepted one."""
    return max(token_f1(found.text, answer) for answer in item.answers) >= _RIGHT


def speeds(readers: Sequence[reader.Reader], passages: Sequence[str]) -> list[float]:
    """Milliseconds for eight passages of 120 words, the median of runs that take turns."""
    words = " ".join(passages).split()
    chosen = [" ".join(words[first : first + _WORDS]) for first in range(0, _PASSAGES * _WORDS, _WORDS)]
    times: list[list[float]] = [[] for _ in readers]
    for _ in range(_RUNS):
        for model, taken in zip(readers, times, strict=True):
            began = time.perf_counter()
            model.read("Which countries joined the embargo, and when?", chosen)
            taken.append(1000 * (time.perf_counter() - began))
    return [median(taken) for taken in times]


if __name__ == "__main__":
    main()
