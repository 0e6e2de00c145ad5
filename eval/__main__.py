"""`python -m eval`: ask every question of a set, print and write how good the answers are."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.command import positive, run

if TYPE_CHECKING:
    from eval.compare import Comparison
    from eval.run import OpenBot, Run
    from rag.questions import Question
    from rag.settings import Settings


def main(arguments: Sequence[str] | None = None, open_bot: OpenBot | None = None) -> int:
    """Run the evaluation; 0 done, 1 an error or a metric that fell beyond chance, 2 usage, 130 interrupted."""
    options = parser().parse_args(arguments)
    interrupted = "Interrupted. What was asked by then is in the files that you named."
    return run(lambda: _evaluate(options, open_bot), interrupted)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    described = "Ask every question of a set and say how good the answers are, each figure with its 95 % interval."
    commands = argparse.ArgumentParser(prog="python -m eval", description=described)
    add = commands.add_argument
    add("--questions", type=Path, action="append", required=True, metavar="FILE", help="JSON lines; may be given again")
    add("--corpus", type=Path, required=True, metavar="DIR", help="folder of documents")
    add("--index", type=Path, metavar="DIR", help="folder of the index (default: as for python -m rag)")
    add("--json", type=Path, metavar="OUT", help="write every figure and every answer here")
    add("--html", type=Path, metavar="OUT", help="write a page here: plots, and each failure with its evidence")
    add("--baseline", type=Path, metavar="FILE", help="compare with a run that --json wrote; 1 if a metric fell")
    add("--model", metavar="PROVIDER:NAME", help="chat model (default: the embedded reader)")
    add("--forced", action="store_true", help="answer below the abstention threshold too")
    add("--limit", type=positive, metavar="N", help="ask N of the questions, spread over the kinds")
    return commands


def _evaluate(options: argparse.Namespace, open_bot: OpenBot | None) -> int:
    from eval.compare import compare, read_baseline, require_common
    from eval.run import Run, ask_all, open_chatbot, open_corpus, require_writable
    from rag.questions import check_evidence, read_questions, spread

    require_writable(options.json)
    require_writable(options.html)
    questions = spread(read_questions(options.questions), options.limit)
    baseline = read_baseline(options.baseline) if options.baseline else None
    if baseline:
        require_common(baseline, questions)
    settings = _settings(options)
    documents = open_corpus(settings.corpus)
    check_evidence(questions, documents.texts)
    bot = (open_bot or open_chatbot)(settings, options.forced)
    run = Run(_circumstances(settings, options), documents.sha256)
    comparison = None
    try:
        ask_all(run, bot, questions, documents.texts, "Asking")
        if baseline:
            comparison = compare(baseline, run.rows, run.settings, run.corpus_sha256)
    finally:  # after an interruption too: what was asked by then is worth keeping
        _publish(run, questions, documents.texts, comparison, options)
    return 1 if comparison and comparison.fell else 0


def _settings(options: argparse.Namespace) -> Settings:
    from rag.settings import Settings

    given = {
        name: getattr(options, name) for name in ("corpus", "index", "model") if getattr(options, name) is not None
    }
    return Settings(**given)


def _circumstances(settings: Settings, options: argparse.Namespace) -> dict[str, Any]:
    """What the JSON says under "settings": all that the answers may depend on, and no password of an address."""
    import re

    chosen: dict[str, Any] = settings.model_dump(mode="json")
    for name in ("base_url", "chroma_url"):
        chosen[name] = re.sub(r"//[^/@]*@", "//", chosen[name])
    asked = {"questions": [str(path) for path in options.questions], "limit": options.limit, "forced": options.forced}
    return chosen | asked


def _publish(
    run: Run,
    questions: Sequence[Question],
    texts: Mapping[str, str],
    comparison: Comparison | None,
    options: argparse.Namespace,
) -> None:
    """Print the tables and write the files that were asked for."""
    from eval.run import write_json, write_text

    if options.json:
        write_json(run.to_dict() | ({"comparison": comparison.to_dict()} if comparison else {}), options.json)
    if run.rows:
        _print(run, comparison)
    if options.html and run.rows:
        from eval.report import render  # imported here: matplotlib takes a second

        write_text(render(run, questions, texts, comparison), options.html)


def _print(run: Run, comparison: Comparison | None) -> None:
    from eval.summary import by_kind, by_set, summarise
    from eval.table import comparison_lines, comparison_table, group_table, open_console, plain, summary_table

    out = open_console()
    kinds, sets = by_kind(run.rows), by_set(run.rows)
    tables = [summary_table(summarise(run.rows)), group_table("by kind", kinds)]
    tables += [group_table("by set", sets)] if len(sets) > 1 else []
    tables += [comparison_table(comparison)] if comparison else []
    for table in tables:
        out.print(table, "")
    for line in comparison_lines(comparison) if comparison else ():
        out.print(plain(line), soft_wrap=True)
    if comparison and comparison.fell:
        out.print(f"Fell beyond chance against {comparison.baseline}: {', '.join(comparison.fell)}.", style="bold red")


if __name__ == "__main__":
    sys.exit(main())
