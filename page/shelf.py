"""What the page knows of the articles of today while it shows an answer of earlier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Protocol

from page.markup import day
from rag.cite import Place, reanchor
from rag.errors import FootnoteError
from rag.types import Answer, Citation, Document, IndexedDocument

_REMEMBERED = 2000  # citations whose place in a changed article is not looked for again


@dataclass(frozen=True, slots=True)
class Shelf:
    """The articles' dates, and where the quote of a citation stands now."""

    dates: Mapping[str, str] = field(default_factory=dict)  # ISO, by document id
    place: Callable[[Citation], Place] = lambda _: "same"

    def date(self, citation: Citation) -> str:
        """Return the ISO date of the cited article, "" where unknown."""
        return self.dates.get(citation.document, "")

    def day(self, citation: Citation) -> str:
        """Return the date of the cited article in words, as markup."""
        return day(self.date(citation))

    def holds(self, answer: Answer) -> bool:
        """Whether every quote that the answer rests on is still in the articles, word for word."""
        return all(self.place(citation) in {"same", "moved"} for citation in answer.citations)


class Articles(Protocol):
    """What a shelf needs of a chatbot."""

    @property
    def documents(self) -> Sequence[IndexedDocument]: ...
    def document(self, identifier: str, /) -> Document: ...


class Shelves:
    """Makes the shelf of today, again whenever the articles have changed."""

    def __init__(self) -> None:
        self._documents: Sequence[IndexedDocument] = ()
        self._shelf = Shelf()

    def today(self, articles: Articles) -> Shelf:
        """Return the shelf of the articles as they are now."""
        documents = articles.documents
        if documents != self._documents:  # the same objects as a rule, so that this costs next to nothing
            self._documents, self._shelf = documents, _shelf(articles, documents)
        return self._shelf


def _shelf(articles: Articles, documents: Sequence[IndexedDocument]) -> Shelf:
    hashes = {document.id: document.sha256 for document in documents}

    @lru_cache(_REMEMBERED)
    def find(citation: Citation) -> Place:
        try:
            return reanchor(citation, articles.document(citation.document).text)[0]
        except (FootnoteError, KeyError):
            return "gone"

    def place(citation: Citation) -> Place:
        return "same" if hashes.get(citation.document) == citation.sha256 else find(citation)

    return Shelf({document.id: document.date for document in documents}, place)
