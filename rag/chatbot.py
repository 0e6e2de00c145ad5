"""The order of the stations, and nothing else: resolve, retrieve, draft, check, cite."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from rag import __version__, prompts
from rag.abstain import nearest, silence
from rag.calibration import calibrated_threshold
from rag.check import check
from rag.check.text import hold
from rag.cite import cite_text, compose
from rag.draft import Drafter, joined, number_evidence
from rag.draft.extract import ReaderDrafter
from rag.draft.weigh import Weighing
from rag.embed import Embedder, load_embedder
from rag.errors import IndexDamagedError, IndexLockedError, KeyMissingError, QuestionError, SettingsError
from rag.index import Index, current_generation, refresh
from rag.look import Looked
from rag.manifest import pointer_mark
from rag.passed import Passed
from rag.premise import correction
from rag.reader import Reader
from rag.resolve import Propose, proposer, resolve
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.smalltalk import small_talk
from rag.types import (
    Answer,
    CheckedText,
    Document,
    Draft,
    Event,
    IndexedDocument,
    IndexReport,
    Resolved,
    Retrieved,
    Skipped,
    Status,
    Turn,
)

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

_QUESTION_CHARACTERS = 2000  # a question, not a document
_TEXT_CHARACTERS = 20_000  # a draft of some pages
_VECTORS = 5_000  # sentences whose vectors are kept, 384 numbers each
_STATIONS = ("resolve", "retrieve", "draft", "check")  # whose times an answer tells
_FORKED = (
    "This chatbot was opened before the process was forked, which Chroma does not survive. "
    "Open it in each worker: gunicorn without --preload."
)


@dataclass(frozen=True, slots=True)
class Models:
    """The heavy things that every chatbot of a process may share."""

    embedder: Embedder
    reader: ReaderDrafter  # tells the readings of a follow-up apart, and drafts where nothing else does
    drafter: Drafter
    propose: Propose | None = None  # how a chat model reads a follow-up


class Chatbot:
    """Answers questions about a folder of documents. Safe to use from several threads."""

    def __init__(self, settings: Settings, models: Models, index: Index, forced: bool = False) -> None:
        self.settings = settings
        self._models = models
        self._forced = forced
        self._threshold = 0.0 if forced else settings.threshold  # None: each draft has its own
        self._index = index
        self._replaced: Index | None = None  # the generation before, which other threads may still be reading
        self._lock = Lock()
        self._process = os.getpid()
        self._vectors: dict[str, list[float]] = {}  # of sentences that were compared in meaning

    @classmethod
    def open(
        cls,
        settings: Settings | None = None,
        *,
        forced: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Chatbot:
        """Build or refresh the index when needed, load the models, and return a bot that is ready.

        `forced` answers below the abstention threshold too; `progress` is told (passages done, of how many) while
        they are embedded.
        Raises a FootnoteError that says what to do.
        """
        settings = settings or Settings()
        embedder = load_embedder(settings.embedder)
        reader = ReaderDrafter(Reader(), Weighing.load())
        models = Models(embedder, reader, *_drafter(settings, reader))
        index = _open_index(settings, embedder, progress)
        if settings.threshold is None:
            settings = settings.model_copy(update={"threshold": calibrated_threshold(settings)})
        return cls(settings, models, index, forced)

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer:
        """Answer a question; `history` holds the earlier (question, answer text) pairs.

        Raises QuestionError for an empty or an overlong question.
        """
        *_, last = self.stream(question, history)
        assert last.answer is not None
        return last.answer

    def stream(self, question: str, history: Sequence[Turn] = ()) -> Iterator[Event]:
        """Yield each station as it begins, each claim that passed its checks, and last the whole answer."""
        question = _valid(question)
        index = self._current_index()
        watch = _Watch()
        yield watch.begin("resolve")
        looked = Looked(partial(self._retrieve, index=index), self._models.reader, self.settings.threshold)
        reply = small_talk(question, index.documents)
        unasked = Resolved(question, clear=False)
        resolved = unasked if reply else resolve(question, history, looked, self._models.propose)
        yield watch.begin("retrieve")
        found = looked.found(resolved.question) if resolved.clear else ()
        evidence = number_evidence(found)
        yield watch.begin("draft")
        corrected = correction(resolved.question, evidence, self._models.drafter.name, self._embed_sentences)
        drafts = looked.drafts(resolved, self._models.drafter) if resolved.clear else ()
        agrees = None if corrected else partial(looked.answers, resolved.question)
        passed = Passed(
            partial(check, evidence=evidence, question=resolved.question, embed=self._embed_sentences, agrees=agrees)
        )
        for draft in [corrected] if corrected else drafts:
            if draft.instead and passed.claims:
                break
            yield watch.begin("check")
            yield from passed.take(draft, self._worth_showing(draft), index.document)
            watch.begin("draft")  # of the next sentence, unseen: what is shown meanwhile stays
        draft = joined([Draft((), "", 0.0, self._models.drafter.name), *passed.drafts])
        claims = passed.claims
        answer = Answer(
            question=question,
            resolved_question=resolved.question,
            status=_status(bool(claims), corrected is not None, resolved.clear),
            text=compose(passed.checked) if claims else reply or silence(resolved, found, len(index.documents)),
            short=draft.short if claims else "",
            confidence=round(draft.confidence, 4),
            claims=claims,
            citations=passed.citations,
            nearest=() if claims else nearest(found, index.document),
            drafter=draft.drafter,
            timings_ms=watch.end(),
            version=__version__,
            readings=resolved.readings,
            note=draft.note,
        )
        yield Event("answer", answer=answer)

    def check(self, text: str) -> CheckedText:
        """Hold each sentence of a text against the documents: supported, contradicted or absent, and why.

        Raises QuestionError for an empty or an overlong text.
        """
        index = self._current_index()
        held = hold(
            _valid_text(text), lambda sentence: number_evidence(self._retrieve(sentence, index)), self._embed_sentences
        )
        return cite_text(tuple(held), index.document)

    def retrieve(self, question: str) -> tuple[Retrieved, ...]:
        """Return the passages that are read for a question, best first."""
        return self._retrieve(question, self._current_index())

    def as_retriever(self) -> BaseRetriever:
        """Return a LangChain retriever over the same passages, with their scores and offsets as metadata."""
        from rag.runnables import PassageRetriever  # only who asks for LangChain waits for it

        return PassageRetriever(bot=self)

    def as_runnable(self) -> Runnable[Any, dict[str, Any]]:
        """Return a LangChain runnable: a question, or {"question", "history"}, in; the answer's JSON out."""
        from rag.runnables import answer_runnable

        return answer_runnable(self)

    @property
    def documents(self) -> tuple[IndexedDocument, ...]:
        """The documents that answers come from."""
        return self._current_index().documents

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read, and why."""
        return self._current_index().skipped

    def document(self, identifier: str) -> Document:
        """Return a document by its id; raises KeyError for an unknown one."""
        return self._current_index().document(identifier)

    def over(self, corpus: Path, index: Path, progress: Callable[[int, int], None] | None = None) -> Chatbot:
        """Return a chatbot over another folder, whose index is brought up to date first, with the same models."""
        settings = self.settings.model_copy(update={"corpus": corpus, "index": index, "chroma_url": ""})
        opened = _open_index(settings, self._models.embedder, progress)
        return Chatbot(settings, self._models, opened, self._forced)

    def refresh(self, progress: Callable[[int, int], None] | None = None) -> IndexReport:
        """Bring the index up to the documents; the next question sees them."""
        return refresh(self.settings, self._models.embedder, progress)

    def close(self) -> None:
        """Let go of the index; nothing can be asked any more."""
        with self._lock:
            for index in filter(None, (self._index, self._replaced)):
                index.close()

    def check_ready(self) -> None:
        """Raise a FootnoteError that says what is missing where no question can be answered now."""
        self._current_index().check()

    def _worth_showing(self, draft: Draft) -> bool:
        return draft.confidence >= (draft.threshold if self._threshold is None else self._threshold)

    def _retrieve(self, question: str, index: Index) -> tuple[Retrieved, ...]:
        return retrieve(question, index, self._models.embedder, self.settings.passages)

    def _embed_sentences(self, texts: list[str]) -> list[list[float]]:
        """Their vectors, each sentence's kept: a draft comes back to the same ones."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if len(self._vectors) > _VECTORS:
            self._vectors.clear()
            missing = list(dict.fromkeys(texts))
        self._vectors.update(zip(missing, self._models.embedder.embed_sentences(missing), strict=True))
        return [self._vectors[text] for text in texts]

    def _current_index(self) -> Index:
        """The index, opened again where another process has finished a new generation."""
        if os.getpid() != self._process:
            raise SettingsError(_FORKED)
        with self._lock:
            generation = current_generation(self.settings.index)
            if (generation, pointer_mark(self.settings.index)) != (self._index.generation, self._index.mark):
                if self._replaced:
                    self._replaced.close()
                    self._replaced = None
                if (
                    generation == self._index.generation
                ):  # deleted and built anew: Chroma keeps what is open by its path
                    self._index.close()
                self._replaced, self._index = self._index, Index.open(self.settings, self._models.embedder)
            return self._index


def _open_index(settings: Settings, embedder: Embedder, progress: Callable[[int, int], None] | None) -> Index:
    """The refreshed index; while another process is writing it, the generation that it will replace."""
    try:
        refresh(settings, embedder, progress)
    except IndexLockedError:
        with suppress(IndexDamagedError):
            return Index.open(settings, embedder)
        raise  # there is none to serve yet
    return Index.open(settings, embedder)


def _drafter(settings: Settings, reader: ReaderDrafter) -> tuple[Drafter, Propose | None]:
    """What drafts, and what reads follow-ups where a chat model is configured."""
    if not settings.model:
        return reader, None
    from rag.draft.chat import ChatDrafter, ReaderInstead  # loads slowly, and most users have no chat model
    from rag.draft.provider import load_model

    try:
        model = load_model(settings)
    except KeyMissingError as error:
        return ReaderInstead(reader, str(error)), None
    return ChatDrafter(settings.model, model, reader, settings.deadline), proposer(model)


def _status(claims: bool, corrected: bool, clear: bool) -> Status:
    if claims:
        return "corrected" if corrected else "answered"
    return "abstained" if clear else "unclear"


def _valid(question: str) -> str:
    if not question.strip():
        raise QuestionError(prompts.EMPTY_QUESTION)
    if len(question) > _QUESTION_CHARACTERS:
        raise QuestionError(prompts.LONG_QUESTION.format(length=len(question), limit=_QUESTION_CHARACTERS))
    return question.strip()


def _valid_text(text: str) -> str:
    if not text.strip():
        raise QuestionError(prompts.EMPTY_TEXT)
    if len(text) > _TEXT_CHARACTERS:
        raise QuestionError(prompts.LONG_TEXT.format(length=len(text), limit=_TEXT_CHARACTERS))
    return text


class _Watch:
    """Milliseconds spent in each station."""

    def __init__(self) -> None:
        self._laps: list[tuple[str, float]] = []

    def begin(self, station: str) -> Event:
        self._laps.append((station, time.perf_counter()))
        return Event("station", station=station)

    def end(self) -> dict[str, float]:
        ends = [start for _, start in self._laps[1:]] + [time.perf_counter()]
        spent = dict.fromkeys(_STATIONS, 0.0)
        for (name, start), end in zip(self._laps, ends, strict=True):
            spent[name] = round(spent[name] + 1000 * (end - start), 2)
        return {**spent, "total": round(1000 * (ends[-1] - self._laps[0][1]), 2)}
