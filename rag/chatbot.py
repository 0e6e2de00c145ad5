"""The order of the stations, and nothing else: resolve, retrieve, draft, check, cite."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any

from rag import __version__, anchor, prompts
from rag.abstain import nearest, silence
from rag.calibration import calibrated_threshold
from rag.check import check
from rag.cite import cite, compose
from rag.draft import Drafter, number_evidence
from rag.draft.extract import ReaderDrafter
from rag.draft.weigh import Weighing
from rag.embed import Embedder, load_embedder
from rag.errors import IndexDamagedError, IndexLockedError, QuestionError
from rag.index import Index, current_generation, refresh
from rag.reader import Reader
from rag.resolve import Propose, proposer, resolve
from rag.retrieve import retrieve
from rag.settings import Settings
from rag.smalltalk import small_talk
from rag.types import Answer, Document, Draft, Event, IndexedDocument, Resolved, Retrieved, Skipped, Turn

if TYPE_CHECKING:
    from langchain_core.retrievers import BaseRetriever
    from langchain_core.runnables import Runnable

_QUESTION_CHARACTERS = 2000  # a question, not a document
_FIRST = 3  # passages that tell whether two questions look in the same place


class Chatbot:
    """Answers questions about a folder of documents. Safe to use from several threads."""

    def __init__(  # noqa: PLR0913, PLR0917 -- the parts are built in `open` and nowhere else
        self,
        settings: Settings,
        embedder: Embedder,
        drafter: Drafter,
        index: Index,
        forced: bool = False,
        reader: Drafter | None = None,
        propose: Propose | None = None,
    ) -> None:
        self.settings = settings
        self._embedder = embedder
        self._drafter = drafter
        self._reader = drafter if reader is None else reader  # tells the readings of a follow-up apart
        self._propose = propose  # how a chat model reads a follow-up
        self._threshold = 0.0 if forced else drafter.threshold if settings.threshold is None else settings.threshold
        self._index = index
        self._replaced: Index | None = None  # the generation before, which other threads may still be reading
        self._lock = Lock()

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
        drafter, propose = _drafter(settings, reader)
        index = _open_index(settings, embedder, progress)
        if settings.threshold is None:
            settings = settings.model_copy(update={"threshold": calibrated_threshold(settings)})
        return cls(settings, embedder, drafter, index, forced, reader, propose)

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
        looked = _Looked(partial(self._retrieve, index=index), self._reader, self._threshold)
        reply = small_talk(question, index.documents)
        resolved = Resolved(question, clear=False) if reply else resolve(question, history, looked, self._propose)
        yield watch.begin("retrieve")
        found = looked.found(resolved.question) if resolved.clear else ()
        evidence = number_evidence(found)
        yield watch.begin("draft")
        draft = Draft((), "", 0.0, self._drafter.name)
        if found:
            alone = resolved.asks if self._drafter is self._reader else ""  # a chat model may well know the topic
            draft = looked.draft(alone or resolved.question, self._drafter, resolved.question)
        yield watch.begin("check")
        checked = check(draft.candidates, evidence) if draft.confidence >= self._threshold else ()
        claims, citations = cite(checked, index.document)
        for claim in claims:
            yield Event(
                "claim", claim=claim, citations=tuple(item for item in citations if item.number in claim.citations)
            )
        answer = Answer(
            question=question,
            resolved_question=resolved.question,
            status="answered" if claims else "abstained" if resolved.clear else "unclear",
            text=compose(checked) if claims else reply or silence(resolved, found, len(index.documents)),
            short=draft.short if claims else "",
            confidence=round(draft.confidence, 4),
            claims=claims,
            citations=citations,
            nearest=() if claims else nearest(found, index.document),
            drafter=draft.drafter,
            timings_ms=watch.end(),
            version=__version__,
            readings=resolved.readings,
        )
        yield Event("answer", answer=answer)

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


def _drafter(settings: Settings, reader: Drafter) -> tuple[Drafter, Propose | None]:
    """What drafts, and what reads follow-ups where a chat model is configured."""
    if not settings.model:
        return reader, None
    from rag.draft.chat import ChatDrafter, load_model  # loads slowly, and most users have no chat model

    model = load_model(settings)
    return ChatDrafter(settings.model, model, fallback=reader), proposer(model)


def _valid(question: str) -> str:
    if not question.strip():
        raise QuestionError(prompts.EMPTY_QUESTION)
    if len(question) > _QUESTION_CHARACTERS:
        raise QuestionError(prompts.LONG_QUESTION.format(length=len(question), limit=_QUESTION_CHARACTERS))
    return question.strip()


class _Looked:
    """What was found and read for the questions looked at so far: the reading that is chosen is not read twice."""

    def __init__(self, retrieve: Callable[[str], tuple[Retrieved, ...]], reader: Drafter, threshold: float) -> None:
        self.threshold = threshold or reader.threshold  # with 0, forced or a chat model's, every reading would do
        self._retrieve, self._reader = retrieve, reader
        self._found: dict[str, tuple[Retrieved, ...]] = {}
        self._drafts: dict[tuple[str, str, str], Draft] = {}

    def found(self, question: str) -> tuple[Retrieved, ...]:
        if question not in self._found:
            self._found[question] = self._retrieve(question)
        return self._found[question]

    def draft(self, question: str, drafter: Drafter, found_for: str) -> Draft:
        key = (question, drafter.name, found_for)
        if key not in self._drafts:
            found = self.found(found_for)
            self._drafts[key] = drafter.draft(question, found, number_evidence(found))
        return self._drafts[key]

    def finds_alike(self, question: str, other: str) -> bool:
        """Whether the same passages come first for both."""
        first, second = ({hit.passage.id for hit in self.found(text)[:_FIRST]} for text in (question, other))
        return first == second

    def confidence(self, question: str, found_for: str = "") -> tuple[float, str]:
        """The reader's confidence in its answer, and the answer."""
        draft = self.draft(question, self._reader, found_for or question)
        return draft.confidence, draft.short or " ".join(candidate.text for candidate in draft.candidates[:1])

    def documents(self, question: str, word: str) -> int:
        """How many documents the passages found for a question come from, of those that have a word."""
        key = anchor.keys(word)
        return len({hit.passage.document for hit in self.found(question) if key & anchor.keys(hit.passage.text)})


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
