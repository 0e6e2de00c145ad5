"""`python -m eval.followups DIR`: what resolving does to retrieval and to silence, on a benchmark of conversations.

The passages for the last question alone, for all questions joined and for the question as it was resolved are compared
by nDCG@10. The half of the conversations that --half names is asked, by a hash of the part of a question's id before
"<::>": what is chosen on one half is reported on the other.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from rich.progress import track

from eval.command import positive, run
from eval.errors import EvaluationError
from eval.intervals import Interval, draws, interval, mean, paired
from eval.metrics import ndcg_at
from eval.run import open_corpus, require_writable, write_json
from eval.table import open_console, table
from rag.chatbot import Chatbot
from rag.questions import Question, read_questions, spread
from rag.resolve import resolve
from rag.resolve.followup import understand
from rag.resolve.topic import about
from rag.settings import Settings
from rag.types import Resolved

_CACHE = Path(".cache") / "benchmarks"
_DEPTH = 10  # passages that nDCG looks at
_SILENT = ("abstained", "unclear")
WAYS = ("last question alone", "all questions joined", "as resolved")


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of the benchmark, what was retrieved for it in each way, and whether it was met with silence."""

    question: Question
    resolved: str
    status: str
    confidence: float
    ndcg: Mapping[str, float]  # by way; empty where no gold passage is known


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask one half; 0 done, 1 an error, 2 usage, 130 interrupted."""
    options = _parser().parse_args(arguments)
    return run(lambda: _evaluate(options))


def half(identifier: str) -> str:
    """ "dev" or "test": the half that a question's conversation belongs to."""
    conversation = identifier.partition("<::>")[0]
    return "dev" if sha256(conversation.encode()).digest()[0] % 2 == 0 else "test"


def joined(question: Question) -> str:
    """All questions of the conversation, in order, as one text."""
    return " ".join([*(earlier for earlier, _ in question.history), question.question])


def by_rules(question: Question) -> Resolved:
    """The question as the rules and the topic complete it, where nothing is read that would tell readings apart."""
    resolved = resolve(question.question, question.turns)
    if resolved.question == question.question and (whole := about(question.question, understand(question.turns))):
        return Resolved(whole)
    return resolved


def ask(bot: Chatbot, question: Question, known: frozenset[str], rules: bool = False) -> Asked:
    """Ask a question after its turns, and retrieve for it in every way; by `rules`, nothing is read or answered."""
    if rules:
        resolved = by_rules(question)
        text, status, confidence = resolved.question, "answered" if resolved.clear else "unclear", 0.0
    else:
        answer = bot.ask(question.question, question.turns)
        text, status, confidence = answer.resolved_question, str(answer.status), answer.confidence
    gold = [document for document in question.documents if document in known] if question.should_answer else []
    ways = dict(zip(WAYS, (question.question, joined(question)[-2000:], text), strict=True))
    ndcg = {way: ndcg_at(_documents(bot, text), gold, _DEPTH) for way, text in ways.items()} if gold else {}
    return Asked(question, text, status, confidence, ndcg)


def _documents(bot: Chatbot, text: str) -> list[str]:
    return list(dict.fromkeys(hit.passage.document for hit in bot.retrieve(text)))


def _evaluate(options: argparse.Namespace) -> None:
    require_writable(options.json)
    index = options.index or _CACHE / options.folder.name
    settings = Settings(corpus=options.folder / "corpus", index=index, passages=_DEPTH)
    questions = [item for item in read_questions([options.folder / "questions.jsonl"]) if half(item.id) == options.half]
    if not questions:
        raise EvaluationError(f"{options.folder}: no question belongs to the half {options.half!r}.")
    known = frozenset(open_corpus(settings.corpus).texts)
    bot = Chatbot.open(settings)
    asked = [ask(bot, question, known, options.rules) for question in track(spread(questions, options.limit), "Asking")]
    _print(asked)
    if options.json:
        write_json(_content(asked, options), options.json)


def gains(asked: Sequence[Asked]) -> dict[str, tuple[Interval | None, Interval | None]]:
    """By way: nDCG@10, and how much it is above the last question alone, each with its 95 % interval."""
    scored = [item.ndcg for item in asked if item.ndcg]
    weights = draws(len(scored))
    columns = {way: mean([ndcg[way] for ndcg in scored]) for way in WAYS}
    return {
        way: (
            interval(columns[way], weights, len(scored)),
            paired(columns[WAYS[0]], columns[way], weights, len(scored)),
        )
        for way in WAYS
    }


def silence(asked: Sequence[Asked]) -> dict[str, Interval | None]:
    """Precision and recall of silence where nothing must be answered, and how often each kind met with it."""
    told = [item for item in asked if item.question.should_answer is not None]
    weights = draws(len(told))
    quiet = [item.status in _SILENT for item in told]
    due = [item.question.should_answer is False for item in told]
    precision = [float(must) if silent else None for must, silent in zip(due, quiet, strict=True)]
    found = {"precision": interval(mean(precision), weights, sum(quiet))}
    for kind in (None, *dict.fromkeys(item.question.kind for item in told)):
        recall = [
            float(silent) if (must if kind is None else item.question.kind == kind) else None
            for item, must, silent in zip(told, due, quiet, strict=True)
        ]
        name = "recall" if kind is None else f"silent on {kind}"
        found[name] = interval(mean(recall), weights, sum(value is not None for value in recall))
    return found


def _print(asked: Sequence[Asked]) -> None:
    out = open_console()
    shown = table("retrieved for", "nDCG@10", "above the last question", "n")
    for way, (value, above) in gains(asked).items():
        shown.add_row(way, _figure(value), _figure(above), str(value.n) if value else "0")
    out.print(shown, "")
    quiet = table("silence", "value", "n")
    for name, found in silence(asked).items():
        quiet.add_row(name, _figure(found), str(found.n) if found else "0")
    out.print(quiet)


def _figure(found: Interval | None) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]" if found else "-"


def _content(asked: Sequence[Asked], options: argparse.Namespace) -> dict[str, Any]:
    return {
        "half": options.half,
        "nDCG@10": {
            way: {"value": value.to_dict() if value else None, "above": above.to_dict() if above else None}
            for way, (value, above) in gains(asked).items()
        },
        "silence": {name: found.to_dict() if found else None for name, found in silence(asked).items()},
        "questions": [
            {
                "id": item.question.id,
                "kind": item.question.kind,
                "question": item.question.question,
                "resolved": item.resolved,
                "status": item.status,
                "confidence": item.confidence,
                "nDCG@10": dict(item.ndcg),
            }
            for item in asked
        ],
    }


def _parser() -> argparse.ArgumentParser:
    described = "Measure what resolving follow-ups does to retrieval and to silence."
    commands = argparse.ArgumentParser(prog="python -m eval.followups", description=described)
    add = commands.add_argument
    add("folder", type=Path, metavar="DIR", help="holds questions.jsonl and corpus/")
    add("--half", choices=("dev", "test"), default="dev", help="of the conversations (default: dev)")
    add("--index", type=Path, metavar="DIR", help="folder of the index (default: .cache/benchmarks/NAME)")
    add("--limit", type=positive, metavar="N", help="ask N of the questions, spread over the kinds")
    add("--rules", action="store_true", help="resolve by rules alone and read nothing: retrieval only, much faster")
    add("--json", type=Path, metavar="OUT", help="write every figure and every question here")
    return commands


if __name__ == "__main__":
    sys.exit(main())
