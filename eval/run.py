"""Asks every question and keeps a row for each; what was done by the time of an interruption stays."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from errno import EISDIR
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryFile
from time import perf_counter
from typing import TYPE_CHECKING, Any, Protocol

from rich.console import Console
from rich.progress import Progress, track

from eval.errors import EvaluationError
from eval.metrics import score
from eval.summary import Row, by_kind, by_set, summarise, summary_json
from rag.errors import FootnoteError
from rag.questions import Question
from rag.settings import Settings
from rag.types import Answer, Document, Retrieved, text_sha256

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


class Bot(Protocol):
    """What an evaluation needs of the chatbot."""

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer: ...


OpenBot = Callable[[Settings, bool], Bot]  # settings, forced


@dataclass(frozen=True, slots=True)
class Documents:
    """What answers are checked against."""

    texts: Mapping[str, str]  # by document id
    sha256: str


def open_chatbot(settings: Settings, forced: bool) -> Chatbot:
    """The real chatbot, its index built or refreshed."""
    from rag.chatbot import Chatbot  # imported here: it loads the models' libraries

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("Indexing", total=None)

        def show(done: int, passages: int) -> None:
            bar.update(task, completed=done, total=passages)

        return Chatbot.open(settings, forced=forced, progress=show)


@dataclass(slots=True)
class Run:
    """The rows so far, and under what circumstances they were made."""

    settings: Mapping[str, Any]
    corpus_sha256: str
    rows: list[Row] = field(default_factory=list)
    complete: bool = False

    @property
    def version(self) -> str:
        """The version that answered, "" before the first answer."""
        return str(self.rows[0].answer["version"]) if self.rows else ""

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; alike for the same answers but for what stands under latency_ms and timings_ms."""
        return {
            "summary": summary_json(summarise(self.rows)),
            "by_kind": {kind: summary_json(summary) for kind, summary in by_kind(self.rows).items()},
            "by_set": {name: summary_json(summary) for name, summary in by_set(self.rows).items()},
            "questions": [row.to_dict() for row in self.rows],
            "settings": dict(self.settings),
            "corpus_sha256": self.corpus_sha256,
            "version": self.version,
            "complete": self.complete,
        }


def ask_all(run: Run, bot: Bot, questions: Sequence[Question], texts: Mapping[str, str], title: str) -> None:
    """Ask in order with a progress bar on standard error; the rows are kept in `run`, complete after the last one."""
    console = Console(stderr=True, highlight=False)
    missing = {document for question in questions for document in question.documents} - texts.keys()
    if missing:  # a copy of another document, perhaps: those are read once
        console.print(f"{len(missing)} gold documents are not in the corpus and are left out of recall@5 and nDCG@10.")
    for question in track(questions, title, console=console):
        try:
            run.rows.append(ask(bot, question, texts))
        except FootnoteError as error:
            raise EvaluationError(f"Question {question.id!r} ({question.place}) could not be asked: {error}") from error
    run.complete = True


def ask(bot: Bot, question: Question, texts: Mapping[str, str]) -> Row:
    """One question's row."""
    began = perf_counter()
    answer = bot.ask(question.question, question.turns)
    latency_ms = round((perf_counter() - began) * 1000, 1)
    scores = score(question, answer, texts, _ranking(bot, answer) if question.documents else ())
    return Row(
        id=question.id,
        set=question.set,
        kind=question.kind,
        question=question.question,
        answerable=question.should_answer,
        answer=answer.to_dict(),
        scores=scores,
        latency_ms=latency_ms,
    )


def open_corpus(folder: Path) -> Documents:
    """The texts of a folder by document id, and one SHA-256 for all of it; raises CorpusError."""
    from rag.documents import read_corpus  # imported here: it loads the readers of all file formats

    documents, _ = read_corpus(folder)
    return Documents({document.id: document.text for document in documents}, corpus_sha256(documents))


def corpus_sha256(documents: Sequence[Document]) -> str:
    """One SHA-256 for the ids and texts of all documents, whatever their order."""
    lines = sorted(f"{document.sha256} {text_sha256(document.id)}\n" for document in documents)
    return sha256("".join(lines).encode()).hexdigest()


def write_json(content: Any, path: Path) -> None:
    """Write `content` as JSON; raises EvaluationError where that cannot be."""
    write_text(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write `text` whole or not at all; raises EvaluationError where that cannot be."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(
            text.encode("utf-8", "backslashreplace")
        )  # a lone surrogate of a document must not lose the run
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(path, error) from None


def require_writable(path: Path | None) -> None:
    """Raises EvaluationError where `path`, if there is one, cannot be written: better before a long run than after."""
    if path is None:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=path.parent):
            if path.is_dir():
                raise IsADirectoryError(EISDIR, "it is a folder")
    except OSError as error:
        raise _unwritable(path, error) from None


def _unwritable(path: Path, error: OSError) -> EvaluationError:
    return EvaluationError(f"{path}: cannot be written ({error.strerror}). Name another file.")


def _ranking(bot: Bot, answer: Answer) -> list[str]:
    """Document ids, best first, each once: as retrieved where the bot shows that, else as cited."""
    retrieve: Callable[[str], Sequence[Retrieved]] | None = getattr(bot, "retrieve", None)
    if retrieve is None:
        return list(dict.fromkeys(citation.document for citation in answer.citations))
    return list(dict.fromkeys(found.passage.document for found in retrieve(answer.resolved_question)))
