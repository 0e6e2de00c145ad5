"""The order of the stations, and nothing else: resolve, retrieve, draft, check, cite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from rag import __version__, prompts
from rag.abstain import nearest, silence
from rag.calibration import calibrated_threshold
from rag.check import check
from rag.check.text import hold
from rag.cite import cite, cite_text, compose
from rag.draft import Drafter, number_evidence
from rag.draft.extract import ReaderDrafter
from rag.draft.weigh import Weighing
from rag.embed import Embedder, load_embedder
from rag.errors import IndexDamagedError, IndexLockedError, QuestionError
from rag.index import Index, current_generation, refresh
from rag.premise import correction
from rag.reader import Reader
from rag.resolve import resolve
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.types import Answer, CheckedText, Document, Draft, Event, IndexedDocument, Retrieved, Skipped, Status, Turn

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

_QUESTION_CHARACTERS = 2000  # a question, not a document
_TEXT_CHARACTERS = 20_000  # a draft of some pages
_VECTORS = 5_000  # sentences whose vectors are kept, 384 numbers each
_TURNS = 20  # older ones do not help to understand a follow-up


class Chatbot:
    """Answers questions about a folder of documents. Safe to use from several threads."""

    def __init__(
        self, settings: Settings, embedder: Embedder, drafter: Drafter, index: Index, forced: bool = False
    ) -> None:
        self.settings = settings
        self._embedder = embedder
        self._drafter = drafter
        self._threshold = 0.0 if forced else drafter.threshold if settings.threshold is None else settings.threshold
        self._index = index
        self._replaced: Index | None = None  # the generation before, which other threads may still be reading
        self._lock = Lock()
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
        drafter, index = _drafter(settings), _open_index(settings, embedder, progress)
        if settings.threshold is None:
            settings = settings.model_copy(update={"threshold": calibrated_threshold(settings)})
        return cls(settings, embedder, drafter, index, forced)

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
        resolved = resolve(question, list(history)[-_TURNS:])
        yield watch.begin("retrieve")
        found = self._retrieve(resolved.question, index) if resolved.clear else ()
        evidence = number_evidence(found)
        yield watch.begin("draft")
        corrected = correction(resolved.question, evidence, self._drafter.name, self._embed_sentences)
        draft = corrected or (
            self._drafter.draft(resolved.question, found, evidence) if found else Draft((), "", 0.0, self._drafter.name)
        )
        yield watch.begin("check")
        confident = draft.confidence >= self._threshold
        checked = check(draft.candidates, evidence, resolved.question, self._embed_sentences) if confident else ()
        claims, citations = cite(checked, index.document)
        for claim in claims:
            yield Event(
                "claim", claim=claim, citations=tuple(item for item in citations if item.number in claim.citations)
            )
        answer = Answer(
            question=question,
            resolved_question=resolved.question,
            status=_status(bool(claims), corrected is not None, resolved.clear),
            text=compose(checked) if claims else silence(resolved, found, len(index.documents)),
            short=draft.short if claims else "",
            confidence=round(draft.confidence, 4),
            claims=claims,
            citations=citations,
            nearest=() if claims else nearest(found, index.document),
            drafter=draft.drafter,
            timings_ms=watch.end(),
            version=__version__,
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

    def _retrieve(self, question: str, index: Index) -> tuple[Retrieved, ...]:
        return retrieve(question, index, self._embedder, self.settings.passages)

    def _embed_sentences(self, texts: list[str]) -> list[list[float]]:
        """Their vectors, each sentence's kept: a draft comes back to the same ones."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._vectors]
        if len(self._vectors) > _VECTORS:
            self._vectors.clear()
            missing = list(dict.fromkeys(texts))
        self._vectors.update(zip(missing, self._embedder.embed_documents(missing), strict=True))
        return [self._vectors[text] for text in texts]

    def _current_index(self) -> Index:
        """The index, opened again where another process has finished a new generation."""
        with self._lock:
            if current_generation(self.settings.index) != self._index.generation:
                if self._replaced:
                    self._replaced.close()
                self._replaced, self._index = self._index, Index.open(self.settings, self._embedder)
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


def _drafter(settings: Settings) -> Drafter:
    reader = ReaderDrafter(Reader(), Weighing.load())
    if not settings.model:
        return reader
    from rag.draft.chat import ChatDrafter, load_model  # loads slowly, and most users have no chat model

    return ChatDrafter(settings.model, load_model(settings), fallback=reader)


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
        spent = {name: round(1000 * (end - start), 2) for (name, start), end in zip(self._laps, ends, strict=True)}
        return {**spent, "total": round(1000 * (ends[-1] - self._laps[0][1]), 2)}
