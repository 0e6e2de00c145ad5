"""What the page knows of the articles of today while it shows an answer of earlier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

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


class Shelves:
    """Makes the shelf of today, again whenever the articles have changed."""

    def __init__(self, document: Callable[[str], Document]) -> None:
        self._document = document
        self._documents: Sequence[IndexedDocument] = ()
        self._shelf = Shelf()

    def today(self, documents: Sequence[IndexedDocument]) -> Shelf:
        """Return the shelf of these documents."""
        if documents is not self._documents:
            hashes = {document.id: document.sha256 for document in documents}
            find = lru_cache(_REMEMBERED)(self._find)

            def place(citation: Citation) -> Place:
                return "same" if hashes.get(citation.document) == citation.sha256 else find(citation)

            self._shelf = Shelf({document.id: document.date for document in documents}, place)
            self._documents = documents
        return self._shelf

    def _find(self, citation: Citation) -> Place:
        try:
            text = self._document(citation.document).text
        except (FootnoteError, KeyError):
            return "gone"
        return reanchor(citation, text)[0]
