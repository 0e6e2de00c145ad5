"""`python -m benchmarks`: every measure of every system and size, each in a fresh process, and a table with ratios."""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import STARTED_WITH
from benchmarks.documents import write_corpus
from benchmarks.systems import SYSTEMS
from benchmarks.table import markdown

_MODEL_UP_TO = 4_000  # passages; beyond, embedding takes a processor hours, and both systems get static vectors
_SECONDS = 3 * 3600  # for one measure
_MEASURES = ("index", "open", "search", "quality", "answer")

Rows = list[dict[str, Any]]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, and write OUT.json and OUT.md after each measure, so that a run can be stopped."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    add = parser.add_argument
    add("benchmarks", type=Path, help="folder of the public question sets")
    add("--out", type=Path, default=Path(".cache/bench"), help="folder of indexes and results (default: .cache/bench)")
    add("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="PASSAGES")
    add("--systems", nargs="+", choices=SYSTEMS, default=["footnote", "langchain"], metavar="SYSTEM")
    add("--measures", nargs="+", choices=_MEASURES, default=_MEASURES, metavar="MEASURE")
    add("--rounds", type=int, default=2, help="how often each is measured; the median counts (default: 2)")
    add("--questions", type=int, default=0, help="questions of each set whose latency is measured (default: 60)")
    add("--model-up-to", type=int, default=_MODEL_UP_TO, metavar="PASSAGES", help="larger ones get static vectors")
    options = parser.parse_args(arguments)
    rows: Rows = []
    for row in _measured(options):
        rows.append(row)
        results = _medians(rows)
        (options.out / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
        (options.out / "results.md").write_text(markdown(results), encoding="utf-8")
        print(json.dumps(row), flush=True)


def _measured(options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    for size in options.sizes:
        corpus = options.out / str(size) / "corpus"
        if not corpus.is_dir():
            write_corpus(options.benchmarks, corpus, size)
        for turn in range(options.rounds):
            for measure in options.measures:
                # in turns, so that what else the machine does strikes none of them alone
                systems = options.systems if turn % 2 == 0 else options.systems[::-1]
                for system in systems:
                    static = size > options.model_up_to
                    if measure == "answer" and system != "footnote":
                        continue
                    asked = {"system": system, "measure": measure, "size": size, "static": static}
                    yield asked | {"turn": turn} | _one(asked, corpus, options)


def _one(asked: dict[str, Any], corpus: Path, options: argparse.Namespace) -> dict[str, Any]:
    folder = options.out / str(asked["size"]) / asked["system"]
    if asked["measure"] == "index":
        shutil.rmtree(folder, ignore_errors=True)
    about = asked | {
        "corpus": str(corpus),
        "folder": str(folder),
        "benchmarks": str(options.benchmarks),
        "questions": options.questions,
    }
    command = [sys.executable, "-m", "benchmarks.measure", json.dumps(about)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module
            command, capture_output=True, text=True, timeout=_SECONDS, check=True, env=_environment()
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"more than {_SECONDS} s"}
    except subprocess.CalledProcessError as error:
        return {"failed": (error.stderr.strip() or "died").splitlines()[-1][:200]}
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def _environment() -> dict[str, str]:
    """Offline for all; what Footnote sets for itself is not set for the others, whose users would not know of it."""
    return {**STARTED_WITH, "HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}


def _medians(rows: Rows) -> Rows:
    """One row for each size and system, each figure the median of its rounds."""
    keys = dict.fromkeys((row["size"], row["system"], row["static"]) for row in rows)
    return [
        {"size": size, "system": system, "static": static}
        | _median([row for row in rows if (row["size"], row["system"]) == (size, system)])
        for size, system, static in keys
    ]


def _median(rows: Rows) -> dict[str, Any]:
    figures: dict[str, list[float]] = {}
    failed = {}
    for row in rows:
        for name, value in row.items():
            if name == "failed":
                failed[f"{row['measure']}_failed"] = value
            elif name == "peak_mb":
                figures.setdefault(f"{row['measure']}_mb", []).append(value)
            elif isinstance(value, float):
                figures.setdefault(name, []).append(value)
    medians = {name: round(statistics.median(values), 4) for name, values in figures.items()}
    texts = [row["texts"] for row in rows if "texts" in row]
    return medians | failed | ({"texts": texts[-1]} if texts else {})


if __name__ == "__main__":
    main()
