"""Small builders of the values that travel between the stations."""

from __future__ import annotations

from rag.passages import split_passages
from rag.types import Document, Evidence, Passage, Retrieved


def make_document(text: str, title: str = "Title", identifier: str = "a.txt", date: str = "") -> Document:
    return Document(id=identifier, title=title, text=text, date=date, source=identifier)


def make_passage(text: str, title: str = "Title", identifier: str = "a.txt", date: str = "") -> Passage:
    """The first passage of a document of one short text."""
    return split_passages(make_document(text, title, identifier, date))[0]


def make_found(*passages: Passage) -> tuple[Retrieved, ...]:
    """The passages as if retrieved in this order."""
    return tuple(Retrieved(passage, 1 / (61 + rank), 0.5, 1.0) for rank, passage in enumerate(passages))


def make_evidence(text: str, **passage: str) -> tuple[Evidence, ...]:
    """Every sentence of a text, numbered from 1."""
    made = make_passage(text, **passage)
    return tuple(Evidence(number, sentence, made) for number, sentence in enumerate(made.sentences, start=1))
