"""`python -m eval.conversation`: are follow-ups answered as well as the same questions asked in full?

Every question that has a history and a rewrite by hand (eval/rewrites.jsonl) is asked twice: as it stands, after its
turns, and in full, after none. The differences are paired, question by question.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from eval.command import run
from eval.compare import Baseline, Comparison, compare
from eval.errors import EvaluationError
from eval.run import Bot, Documents, OpenBot, ask, open_chatbot, open_corpus, require_writable, write_json
from eval.summary import Row, summarise, summary_json
from eval.table import comparison_table, open_console, plain
from rag.questions import Question, check_evidence, read_questions
from rag.settings import Settings

REWRITES = Path(__file__).with_name("rewrites.jsonl")


def main(arguments: Sequence[str] | None = None, open_bot: OpenBot = open_chatbot) -> int:
    """Ask and compare; 0 done, 1 an error or answers that are worse beyond chance, 2 usage, 130 interrupted."""
    options = _parser().parse_args(arguments)
    return run(lambda: _evaluate(options, open_bot))


def read_rewrites(path: Path) -> dict[str, str]:
    """Whole questions by the id of their follow-up; raises EvaluationError that names the file."""
    try:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return {str(line["id"]): str(line["question"]) for line in lines}
    except (ValueError, TypeError, KeyError) as error:
        raise EvaluationError(
            f'{path}: not rewrites ({error}). Write {{"id": ..., "question": ...}} on each line.'
        ) from None
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Name a file of rewrites.") from None


def both_ways(
    bot: Bot, questions: Sequence[Question], rewrites: Mapping[str, str], documents: Documents
) -> tuple[list[Row], list[Row]]:
    """The rows of the questions asked in full, and of the same questions as follow-ups."""
    in_full, following = [], []
    for question in questions:
        whole = question.model_copy(update={"question": rewrites[question.id], "history": []})
        in_full.append(replace(ask(bot, whole, documents.texts), question=question.question))
        following.append(ask(bot, question, documents.texts))
    return in_full, following


def _evaluate(options: argparse.Namespace, open_bot: OpenBot) -> int:
    require_writable(options.json)
    rewrites = read_rewrites(options.rewrites)
    questions = [
        question for question in read_questions(options.questions) if question.history and question.id in rewrites
    ]
    if not questions:
        raise EvaluationError(f"{options.rewrites}: it has no rewrite of a question with a history. Name other files.")
    settings = Settings(**{name: getattr(options, name) for name in ("corpus", "index") if getattr(options, name)})
    documents = open_corpus(settings.corpus)
    check_evidence(questions, documents.texts)
    in_full, following = both_ways(open_bot(settings, options.forced), questions, rewrites, documents)
    baseline = Baseline("asked in full", tuple(in_full), {}, documents.sha256, complete=True)
    comparison = compare(baseline, following, {}, documents.sha256)
    _print(comparison, in_full, following, rewrites)
    if options.json:
        write_json(_content(comparison, in_full, following), options.json)
    return 1 if comparison.fell else 0


def _print(
    comparison: Comparison, in_full: Sequence[Row], following: Sequence[Row], rewrites: Mapping[str, str]
) -> None:
    out = open_console()
    out.print(comparison_table(comparison), "")
    for whole, row in zip(in_full, following, strict=True):
        if row.id in comparison.better or row.id in comparison.worse:
            sign = "-" if row.id in comparison.worse else "+"
            read_as = row.answer["resolved_question"] if row.answer["status"] != "unclear" else "asked back"
            out.print(plain(f"{sign} {row.id}: {row.question}"), soft_wrap=True)
            out.print(plain(f"    read as {read_as} → {_said(row)}"), soft_wrap=True)
            out.print(plain(f"    in full {rewrites[row.id]} → {_said(whole)}"), soft_wrap=True)


def _said(row: Row) -> str:
    answer = row.answer
    return f"{answer['status']}: {answer['short'] or answer['text']}"[:160]


def _content(comparison: Comparison, in_full: Sequence[Row], following: Sequence[Row]) -> dict[str, object]:
    return {
        "comparison": comparison.to_dict(),
        "in_full": {"summary": summary_json(summarise(in_full)), "questions": [row.to_dict() for row in in_full]},
        "following": {"summary": summary_json(summarise(following)), "questions": [row.to_dict() for row in following]},
    }


def _parser() -> argparse.ArgumentParser:
    described = "Ask follow-ups after their turns and in full, and compare the answers."
    commands = argparse.ArgumentParser(prog="python -m eval.conversation", description=described)
    add = commands.add_argument
    add("--questions", type=Path, action="append", required=True, metavar="FILE", help="JSON lines; may be given again")
    add("--rewrites", type=Path, default=REWRITES, metavar="FILE", help="the follow-ups in full, by id")
    add("--corpus", type=Path, required=True, metavar="DIR", help="folder of documents")
    add("--index", type=Path, metavar="DIR", help="folder of the index (default: as for python -m rag)")
    add("--json", type=Path, metavar="OUT", help="write every figure and every answer here")
    add("--forced", action="store_true", help="answer below the abstention threshold too")
    return commands


if __name__ == "__main__":
    sys.exit(main())
