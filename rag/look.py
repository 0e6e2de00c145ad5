"""What was found and read for the questions looked at so far, so that the reading of a follow-up is not read twice."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rag import anchor
from rag.draft import Drafter, joined, number_evidence
from rag.draft.extract import ReaderDrafter
from rag.types import Draft, Evidence, Resolved, Retrieved

_FIRST = 3  # passages that tell whether two questions look in the same place
_NOTHING = Draft((), "", 0.0, "")


class Looked:
    """The documents as one question sees them: what `resolve` asks of them, and what the drafter needs after it."""

    def __init__(
        self, retrieve: Callable[[str], tuple[Retrieved, ...]], reader: ReaderDrafter, threshold: float | None
    ) -> None:
        self.threshold = reader.threshold if threshold is None else threshold
        self._retrieve, self._reader = retrieve, reader
        self._found: dict[str, tuple[Retrieved, ...]] = {}
        self._read: dict[tuple[str, str], tuple[Draft, ...]] = {}
        self._answering: dict[str, frozenset[tuple[str, int]]] = {}

    def found(self, question: str) -> tuple[Retrieved, ...]:
        """The passages found for a question."""
        if question not in self._found:
            self._found[question] = self._retrieve(question)
        return self._found[question]

    def drafts(self, resolved: Resolved, drafter: Drafter) -> Iterable[Draft]:
        """The drafter's drafts; none where nothing was found."""
        alone = resolved.asks if drafter is self._reader else ""  # a chat model may well know the topic
        return self._drafts(alone or resolved.question, resolved.question, drafter)

    def confidence(self, question: str, found_for: str = "") -> tuple[float, str]:
        """The reader's confidence in its answer, and the answer."""
        draft = joined([_NOTHING, *self._drafts(question, found_for or question, self._reader)])
        return draft.confidence, draft.short or " ".join(candidate.text for candidate in draft.candidates[:1])

    def answers(self, question: str, item: Evidence) -> bool:
        """Whether the reader takes a sentence for an answer to the question."""
        if question not in self._answering:
            self._answering[question] = self._reader.answering(question, self.found(question))
        return (item.passage.document, item.sentence.start) in self._answering[question]

    def finds_alike(self, question: str, other: str) -> bool:
        """Whether the same passages come first for both."""
        first, second = ({hit.passage.id for hit in self.found(text)[:_FIRST]} for text in (question, other))
        return first == second

    def texts(self, question: str) -> Iterable[str]:
        """The titles and texts of the passages found for a question."""
        return (text for hit in self.found(question) for text in (hit.passage.title, hit.passage.text))

    def documents(self, question: str, word: str) -> int:
        """How many documents the passages found for a question come from, of those that have a word."""
        key = anchor.keys(word)
        return len({hit.passage.document for hit in self.found(question) if key & anchor.keys(hit.passage.text)})

    def _drafts(self, question: str, found_for: str, drafter: Drafter) -> Iterable[Draft]:
        found = self.found(found_for)
        if not found:
            return ()
        if drafter is not self._reader:
            return drafter.drafts(question, found, number_evidence(found))
        if (question, found_for) not in self._read:
            self._read[question, found_for] = tuple(drafter.drafts(question, found, number_evidence(found)))
        return self._read[question, found_for]
