"""What the checks are worth: a chat model's sentences on our questions, with the checks and without.

    python -m eval.gate                  # SmolLM2-135M on this machine; see eval/smollm2.py
    python -m eval.gate --model openai:gpt-test

A sentence is judged by hand where gate-labels.jsonl has it, else by the question: without an answer in the documents
nothing is right, with one a sentence is right that holds an accepted answer, and open otherwise. `--drafts` keeps what
the model wrote, so that other checks can be measured on the same sentences without asking it again.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from scipy.stats import binomtest

from eval.command import run
from eval.metrics import squad_tokens
from eval.smollm2 import MODEL, serve
from rag.chatbot import Chatbot, Models
from rag.draft import Drafter
from rag.draft.chat import ChatDrafter
from rag.draft.extract import ReaderDrafter
from rag.draft.provider import load_model
from rag.draft.weigh import Weighing
from rag.embed import load_embedder
from rag.index import Index, refresh
from rag.questions import Question, read_questions, spread
from rag.reader import Reader
from rag.settings import Settings
from rag.types import Answer, Candidate, Draft, Evidence, Retrieved

_LABELS = Path(__file__).parent / "gate-labels.jsonl"
_QUESTIONS = Path(__file__).parent / "questions-test.jsonl"
_VERDICTS = ("right", "beside", "wrong", "open")  # true and an answer; true, no answer; not true; not judged yet
_SECONDS = 600  # for one answer of a small model on a busy machine


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with what the model wrote and what was shown."""

    question: Question
    written: tuple[str, ...]
    answer: Answer


class Recorder:
    """A drafter that keeps what another drafts, by the question; what it knows already is not drafted again."""

    def __init__(self, drafter: Drafter, known: dict[str, list[Draft]]) -> None:
        self.name = drafter.name
        self.known = known
        self._drafter = drafter

    def drafts(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """Yield what is known of the question, else what is drafted now, in full."""
        if question not in self.known:
            self.known[question] = list(self._drafter.drafts(question, found, evidence))
        yield from self.known[question]


def main(arguments: Sequence[str] | None = None) -> int:
    """Ask, judge and print; 1 with a sentence where that is not possible."""
    options = _parser().parse_args(arguments)
    with ExitStack() as running:
        return run(lambda: _measure(options, running))


def _measure(options: argparse.Namespace, running: ExitStack) -> None:
    questions = spread(read_questions([options.questions]), options.limit)
    known = _read(options.drafts)
    chosen: dict[str, Any] = {"corpus": options.corpus, "index": options.index, "passages": options.passages}
    if options.model:
        settings = Settings(model=options.model, **chosen)
    else:
        address = running.enter_context(serve(options.threads))
        settings = Settings(model=MODEL, base_url=address, deadline=_SECONDS, **chosen)
    bot, recorder = _bot(settings, known)
    asked = []
    for question in track(questions, "Asking", console=Console(stderr=True), transient=True):
        answer = bot.ask(question.question, question.turns)
        drafts = recorder.known.get(answer.resolved_question, [])
        written = tuple(each.text for draft in drafts if not draft.instead for each in draft.candidates)
        asked.append(Asked(question, written, answer))
        if options.drafts:
            _write(options.drafts, recorder.known)
    _print(asked, _labels(), settings.model)


def _bot(settings: Settings, known: dict[str, list[Draft]]) -> tuple[Chatbot, Recorder]:
    embedder = load_embedder(settings.embedder)
    refresh(settings, embedder)
    reader = ReaderDrafter(Reader(), Weighing.load())
    recorder = Recorder(ChatDrafter(settings.model, load_model(settings), reader, settings.deadline), known)
    return Chatbot(settings, Models(embedder, reader, recorder), Index.open(settings, embedder)), recorder


def _print(asked: Sequence[Asked], labels: Mapping[tuple[str, str], str], model: str) -> None:
    shown_by_model = [item for item in asked if item.answer.drafter == model]
    print(f"{model}, {len(asked)} questions")
    for name, pairs in (
        ("without the checks", [(item.question, text) for item in asked for text in item.written]),
        ("with the checks, the model's", [pair for item in shown_by_model for pair in _shown(item)]),
        ("with the checks, all shown", [pair for item in asked for pair in _shown(item)]),
    ):
        counts = Counter(judge(question, text, labels) for question, text in pairs)
        wrong, total = counts["wrong"], sum(counts.values())
        said = ", ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS)
        share = _share(wrong, total) if total else "none"
        print(f"{name:30} {total:4} sentences: {said}; {share}")
    print(f"answered {sum(bool(item.answer.claims) for item in asked)}, by the model {len(shown_by_model)}")
    for question, text in dict.fromkeys(
        (item.question.id, text) for item in asked for text in (*item.written, *(pair[1] for pair in _shown(item)))
    ):
        if (question, text) not in labels:
            print(json.dumps({"id": question, "text": text}, ensure_ascii=False))


def _share(wrong: int, total: int) -> str:
    interval = binomtest(wrong, total).proportion_ci(method="wilson")
    return f"{wrong / total:.1%} wrong [{interval.low:.1%}, {interval.high:.1%}]"


def _shown(item: Asked) -> list[tuple[Question, str]]:
    return [(item.question, claim.text) for claim in item.answer.claims]


def judge(question: Question, text: str, labels: Mapping[tuple[str, str], str]) -> str:
    """Return the verdict on a sentence as an answer: by hand where there is one, else by the question."""
    if label := labels.get((question.id, text)):
        return label
    if not question.answerable:
        return "wrong"
    words = f" {' '.join(squad_tokens(text))} "
    return "right" if any(f" {' '.join(squad_tokens(answer))} " in words for answer in question.answers) else "open"


def _labels() -> dict[tuple[str, str], str]:
    lines = _LABELS.read_text("utf-8").splitlines() if _LABELS.exists() else []
    return {(label["id"], label["text"]): label["verdict"] for label in map(json.loads, filter(None, lines))}


def _read(path: Path | None) -> dict[str, list[Draft]]:
    if path is None or not path.exists():
        return {}
    stored = json.loads(path.read_text("utf-8"))
    return {question: [_draft(each) for each in drafts] for question, drafts in stored.items()}


def _draft(stored: dict[str, Any]) -> Draft:
    candidates = (Candidate(each["text"], tuple(each["evidence"]), each["short"]) for each in stored["candidates"])
    return Draft(**{**stored, "candidates": tuple(candidates)})


def _write(path: Path, known: Mapping[str, Sequence[Draft]]) -> None:
    stored = {question: [asdict(draft) for draft in drafts] for question, drafts in known.items()}
    path.write_text(json.dumps(stored, ensure_ascii=False, indent=1), "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m eval.gate", description=(__doc__ or "").splitlines()[0])
    add = parser.add_argument
    add("--questions", type=Path, default=_QUESTIONS, metavar="FILE", help="JSON lines (default: our test questions)")
    add("--limit", type=int, metavar="N", help="ask N of them, spread over the file")
    add("--corpus", type=Path, default=Path("corpus"), metavar="DIR")
    add("--index", type=Path, default=Path(".footnote"), metavar="DIR")
    add("--passages", type=int, default=8, metavar="N", help="passages that are read for a question")
    add("--drafts", type=Path, metavar="FILE", help="keep what the model writes here, and ask it nothing twice")
    add("--model", metavar="PROVIDER:NAME", help="another chat model (default: SmolLM2-135M on this machine)")
    add("--threads", type=int, default=1, metavar="N", help="processor threads of the default model")
    return parser


if __name__ == "__main__":
    sys.exit(main())
