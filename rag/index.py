"""The index: what the stations read of a corpus, and `refresh`, which brings it up to date.

    rag/store.py        one collection of Chroma
    rag/manifest.py     the lock, the pointer, and what a generation says about itself
    rag/generation.py   writing the next generation

There is one writer at a time, a generation never changes once it is current, and opening it compares it with its
manifest: Chroma's embedded store bears no second process that writes, and some damage to it is silent.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt

from rag.documents import read_corpus
from rag.embed import Embedder
from rag.errors import IndexDamagedError, IndexLockedError
from rag.generation import LOCAL_COLLECTION, Generation, Progress, Reusing, described, store_place, text_path, unseen
from rag.lexical import Lexical
from rag.manifest import (
    REBUILD,
    Manifest,
    changed_file,
    current_generation,
    ids_sha256,
    pointer_mark,
    read_manifest,
    writing,
)
from rag.passages import PASSAGE_VERSION
from rag.settings import Settings
from rag.store import DISTANCE, Store, similarity, store_errors
from rag.types import Document, IndexedDocument, IndexReport, Passage, Skipped, text_sha256

__all__ = ["Index", "current_generation", "refresh"]

_TEXT_CACHE = 64  # documents
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Index:
    """The current generation, open for reading; safe for threads. Close it, or use it in a `with` statement."""

    def __init__(self, folder: Path, manifest: Manifest, store: Store, ids: Sequence[str], lexical: Lexical) -> None:
        self.store = store
        self.lexical = lexical
        self.mark = (0, 0)  # of the pointer that led here
        self.ids = tuple(ids)  # of the passages, in the order of the rows of `lexical`
        self._folder = folder
        self._manifest = manifest
        self._documents = {document.id: document for document in manifest.documents}
        self._rows = {name: row for row, name in enumerate(ids)}
        self._text = lru_cache(_TEXT_CACHE)(self._read_text)

    @classmethod
    def open(cls, settings: Settings, embedder: Embedder) -> Index:
        """The current generation; IndexDamagedError where it is missing, damaged or made with other settings."""
        root = _root(settings)
        mark = pointer_mark(root)  # before the pointer is read: a swap in between is then seen at the next question
        folder = root / current_generation(root)
        manifest = read_manifest(folder)
        _refuse_other_settings(manifest, settings, embedder)
        _refuse_changed_files(folder, manifest)
        with store_errors(folder):
            ids: list[str] = json.loads((folder / "passages.json").read_text(encoding="utf-8"))
            lexical = Lexical.load(folder / "bm25", len(ids))
        store = Store(store_place(folder, settings.chroma_url), manifest.collection, embedder)
        if store.count() != manifest.passages or ids_sha256(ids) != manifest.passage_ids_sha256:
            store.close()
            raise IndexDamagedError(f"The index in {folder} does not hold the passages of its manifest. {REBUILD}")
        index = cls(folder, manifest, store, ids, lexical)
        index.mark = mark
        return index

    @property
    def generation(self) -> str:
        """The name of the open generation."""
        return self._manifest.generation

    @property
    def count(self) -> int:
        """The number of passages."""
        return len(self.ids)

    @property
    def documents(self) -> tuple[IndexedDocument, ...]:
        """The indexed documents, in the order of the corpus."""
        return self._manifest.documents

    @property
    def skipped(self) -> tuple[Skipped, ...]:
        """What could not be read when this generation was written."""
        return self._manifest.skipped

    def document(self, name: str) -> Document:
        """The document with this id, its text as indexed; KeyError where there is none."""
        found = self._documents.get(name)
        if found is None:
            raise KeyError(f"no document {name!r} in the index")
        text = self.text(found.sha256)
        return Document(found.id, found.title, text, found.url, found.date, found.author, found.source)

    def text(self, sha256: str) -> str:
        """The text with this SHA-256, of a document indexed now or earlier; KeyError where there is none."""
        return self._text(sha256)

    def row(self, name: str) -> int:
        """The row in `lexical` of the passage with this id."""
        return self._rows[name]

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids, in this order; KeyError for an id that there is not."""
        return self.store.passages(ids)

    def search(self, vector: Sequence[float], k: int) -> list[tuple[str, float]]:
        """The ids of at most `k` passages nearest to `vector`, with their cosine similarity, best first, then by id."""
        k = min(k, self.count)
        return self.store.search(vector, k) if k > 0 else []

    def similarities(self, vector: Sequence[float], ids: Sequence[str]) -> dict[str, float]:
        """The cosine similarity of `vector` and each of these passages, 0 for a vector without direction."""
        asked = np.asarray(vector, dtype=np.float64)
        return {name: _cosine(asked, np.asarray(found)) for name, found in self.store.vectors(ids).items()}

    def check(self) -> None:
        """Ask the store for its count; IndexDamagedError where the store, or the folder's pointer, is gone."""
        current_generation(self._folder.parent)
        if self.store.count() != self._manifest.passages:
            raise IndexDamagedError(f"The index in {self._folder} has lost passages. {REBUILD}")

    def close(self) -> None:
        """Let go of the store; a second call does nothing."""
        self.store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _read_text(self, sha256: str) -> str:
        path = text_path(self._folder, sha256)
        if not _SHA256.fullmatch(sha256) or not path.exists():
            raise KeyError(f"no text with the SHA-256 {sha256[:64]!r} in the index")
        text = path.read_bytes().decode("utf-8", "surrogatepass")
        if text_sha256(text) != sha256:
            raise IndexDamagedError(f"The index is damaged: {path} is not what was written. {REBUILD}")
        return text


def refresh(settings: Settings, embedder: Embedder, progress: Progress | None = None) -> IndexReport:
    """Bring the index up to the corpus: only texts that are new are embedded, nothing is written if nothing changed.

    `progress` is called with the number of passages done and in all. Readers of the current generation are not
    disturbed. Raises CorpusError, IndexLockedError while another process writes, and IndexDamagedError where the index
    folder or the Chroma server cannot be used; the current generation then stays as it was.
    """
    root = _root(settings)
    documents, skipped = read_corpus(settings.corpus)
    previous = _sound(settings, embedder)
    try:
        if previous and previous.skipped == skipped and not any(_differences(previous.documents, documents)):
            _clear_remains(root, settings, embedder)
            return _report(previous.documents, documents, skipped, 0, previous.generation)
        with writing(root):
            known = previous.documents if previous else _known_documents(root)
            embeddings = Reusing(embedder, previous.store, previous.ids) if previous else Reusing(embedder)
            generation = Generation(root, settings.chroma_url, embedder, embeddings, progress or unseen)
            generation.write(documents, skipped)
        return _report(known, documents, skipped, embeddings.embedded, generation.name)
    finally:
        if previous:
            previous.close()


def _clear_remains(root: Path, settings: Settings, embedder: Embedder) -> None:
    """Remove what a killed run left, where nobody is writing."""
    if Generation.has_remains(root):
        with suppress(IndexLockedError), writing(root):
            Generation(root, settings.chroma_url, embedder, Reusing(embedder), unseen)  # begins by clearing up


def _refuse_other_settings(manifest: Manifest, settings: Settings, embedder: Embedder) -> None:
    server = bool(settings.chroma_url)
    where = {False: "inside its folder", True: "on a Chroma server"}
    for what, built, asked in (
        ("with the embedder", manifest.embedder, embedder.name),
        ("with an embedder whose files hash to", manifest.fingerprint, embedder.fingerprint),
        ("with passages of version", manifest.passage_version, PASSAGE_VERSION),
        ("with the distance", manifest.distance, DISTANCE),
        ("with its vectors", where[manifest.collection != LOCAL_COLLECTION], where[server]),
        # another release may migrate a store as it opens it, which cannot be undone
        ("by chromadb", manifest.chromadb, manifest.chromadb if server else version("chromadb")),
    ):
        if built != asked:
            raise IndexDamagedError(f"The index was built {what} {built}, the settings ask for {asked}. {REBUILD}")


def _refuse_changed_files(folder: Path, manifest: Manifest) -> None:
    changed = changed_file(folder, manifest.files)
    if changed:
        raise IndexDamagedError(f"The index is damaged: {folder / changed} is not what was written. {REBUILD}")
    texts = folder / "texts"
    present = {path.name for path in texts.iterdir()} if texts.is_dir() else set()
    for document in manifest.documents:
        if text_path(folder, document.sha256).name not in present:
            raise IndexDamagedError(f"The index is damaged: the text of {document.id} is missing. {REBUILD}")


def _sound(settings: Settings, embedder: Embedder) -> Index | None:
    with suppress(IndexDamagedError):  # then all of it is built anew
        return Index.open(settings, embedder)
    return None


def _known_documents(root: Path) -> tuple[IndexedDocument, ...]:
    with suppress(IndexDamagedError):
        return read_manifest(root / current_generation(root)).documents
    return ()


def _differences(
    known: Sequence[IndexedDocument], documents: Sequence[Document]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The ids of the documents that were added, changed and removed since."""
    before = {document.id: document for document in known}
    after = {document.id: document for document in documents}
    kept = [name for name in after if name in before]
    changed = tuple(name for name in kept if described(after[name], before[name].passages) != before[name])
    added = tuple(name for name in after if name not in before)
    return added, changed, tuple(name for name in before if name not in after)


def _report(
    known: Sequence[IndexedDocument],
    documents: Sequence[Document],
    skipped: tuple[Skipped, ...],
    embedded: int,
    generation: str,
) -> IndexReport:
    added, changed, removed = _differences(known, documents)
    unchanged = len(documents) - len(added) - len(changed)
    return IndexReport(added, changed, removed, unchanged, skipped, embedded, generation)


def _cosine(left: npt.NDArray[np.float64], right: npt.NDArray[np.float64]) -> float:
    lengths = float(np.linalg.norm(left) * np.linalg.norm(right))
    return similarity(1.0 - float(left @ right) / lengths) if lengths and np.isfinite(lengths) else 0.0


def _root(settings: Settings) -> Path:
    return Path(os.path.realpath(settings.index))
