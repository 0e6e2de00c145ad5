"""`python -m eval.benchmarks DIR`: every question set of a folder, each on its own documents, in one table.

A set is a folder with `questions.jsonl` and `corpus/`. Its index is kept in `.cache/benchmarks/SET` for the next time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.command import positive, run
from eval.errors import EvaluationError
from eval.run import OpenBot, Run, ask_all, open_chatbot, open_corpus, require_writable, write_json
from eval.summary import summarise
from eval.table import GROUP_METRICS, group_table, open_console
from rag.questions import read_questions, spread
from rag.settings import Settings

_CACHE = Path(".cache") / "benchmarks"


def main(arguments: Sequence[str] | None = None, open_bot: OpenBot = open_chatbot) -> int:
    """Run the sets; 0 done, 1 an error, 2 usage, 130 interrupted, with the sets done by then printed and written."""
    options = _parser().parse_args(arguments)
    return run(lambda: _run_all(options, open_bot))


def question_sets(folder: Path) -> list[Path]:
    """The folders below `folder` that hold a question set, by name; raises EvaluationError when there is none."""
    if not folder.is_dir():
        raise EvaluationError(
            f"{folder}: there is no such folder. Name one whose folders hold questions.jsonl and corpus/."
        )
    found = sorted(path.parent for path in folder.glob("*/questions.jsonl") if (path.parent / "corpus").is_dir())
    if not found:
        raise EvaluationError(f"{folder}: none of its folders holds questions.jsonl and corpus/. Name another folder.")
    return found


def _run_all(options: argparse.Namespace, open_bot: OpenBot) -> None:
    require_writable(options.json)
    runs: dict[str, Run] = {}
    try:
        for folder in question_sets(options.folder):
            _run_set(folder, options, runs, open_bot)
            _write(runs, options)  # after each set: the next one may take an hour and be ended from outside
    finally:  # after an interruption too
        _write(runs, options)
        _print(runs)


def _run_set(folder: Path, options: argparse.Namespace, runs: dict[str, Run], open_bot: OpenBot) -> None:
    settings = Settings(corpus=folder / "corpus", index=_CACHE / folder.name)
    questions = spread(read_questions([folder / "questions.jsonl"]), options.limit)
    documents = open_corpus(settings.corpus)
    runs[folder.name] = run = Run({"limit": options.limit, "forced": options.forced}, documents.sha256)
    ask_all(run, open_bot(settings, options.forced), questions, documents.texts, folder.name)


def _print(runs: dict[str, Run]) -> None:
    asked = {name: run for name, run in runs.items() if run.rows}
    if asked:
        summaries = {name: summarise(run.rows) for name, run in asked.items()}
        open_console().print(group_table("set", summaries, GROUP_METRICS))


def _write(runs: dict[str, Run], options: argparse.Namespace) -> None:
    if options.json and runs:
        content: dict[str, Any] = {name: run.to_dict() for name, run in runs.items()}
        write_json(content, options.json)


def _parser() -> argparse.ArgumentParser:
    described = "Run every question set of a folder, each on its own documents, and print one table."
    commands = argparse.ArgumentParser(prog="python -m eval.benchmarks", description=described)
    add = commands.add_argument
    add("folder", type=Path, metavar="DIR", help="holds a folder for each set, with questions.jsonl and corpus/")
    add("--json", type=Path, metavar="OUT", help="write every figure and every answer here")
    add("--limit", type=positive, metavar="N", help="ask N questions of each set, spread over its kinds")
    add("--forced", action="store_true", help="answer below the abstention threshold too")
    return commands


if __name__ == "__main__":
    sys.exit(main())
