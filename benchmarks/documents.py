"""The documents that are measured on: the public sets first, then new ones made of other sets' sentences."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from rag.documents import read_corpus
from rag.passages import split_passages, split_sentences
from rag.questions import read_questions
from rag.types import Document

_ASKED = ("squad2", "musique")  # their questions measure quality
_SENTENCES = ("hotpotqa", "mtrag")  # whose sentences the made documents recombine
_MADE_SENTENCES = 24  # of one made document: four or five passages
_FILE = 5_000  # documents, some 13 MB; Footnote reads no file above 50 MB
_SHORTEST = 40  # code points of a sentence worth reading


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and the texts in the documents that answer it."""

    set: str
    question: str
    evidence: tuple[str, ...]


def write_corpus(benchmarks: Path, folder: Path, passages: int) -> None:
    """A corpus of about `passages` passages in `folder`: squad2, then musique, then made documents."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for number, document in enumerate(_documents(benchmarks)):
        if written >= passages:
            return
        written += len(split_passages(document))
        line = json.dumps({"id": document.id, "title": document.title, "text": document.text})
        with (folder / f"{number // _FILE:03}.jsonl").open("a", encoding="utf-8") as lines:
            lines.write(f"{line}\n")


def read_asked(benchmarks: Path, sets: tuple[str, ...] = _ASKED) -> list[Asked]:
    """The questions that have evidence, of each set."""
    return [
        Asked(name, question.question, tuple(question.evidence))
        for name in sets
        for question in read_questions([benchmarks / name / "questions.jsonl"])
        if question.evidence
    ]


def _documents(benchmarks: Path) -> Iterator[Document]:
    known: set[str] = set()
    for name in _ASKED:
        for document in read_corpus(benchmarks / name / "corpus")[0]:
            known.update(sentence.text for sentence in split_sentences(document.text))
            yield Document(f"{name}/{document.id}", document.title, document.text)
    yield from _made(benchmarks, known)


def _made(benchmarks: Path, known: set[str]) -> Iterator[Document]:
    """New documents without end, each of sentences drawn by chance, the same in every run."""
    drawn = random.Random(7)
    documents = [document for name in _SENTENCES for document in read_corpus(benchmarks / name / "corpus")[0]]
    sentences = sorted({text for document in documents for text in _sentences(document)} - known)
    titles = sorted({document.title for document in documents})
    for number in count():
        title = f"{drawn.choice(titles)}, {drawn.choice(titles)}"
        yield Document(f"made/{number:06}", title, " ".join(drawn.sample(sentences, _MADE_SENTENCES)))


def _sentences(document: Document) -> Iterator[str]:
    for sentence in split_sentences(document.text):
        text = " ".join(sentence.text.split())
        if len(text) >= _SHORTEST and text[-1] in ".!?":
            yield text
