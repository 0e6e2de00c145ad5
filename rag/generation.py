"""Writing the next generation of an index: beside the current one, audited as a reader would see it, then published."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from langchain_core.embeddings import Embeddings

from rag.database import DATABASE, compact
from rag.embed import Embedder
from rag.errors import FootnoteError, IndexDamagedError
from rag.lexical import Lexical
from rag.manifest import (
    REBUILD,
    SCHEMA,
    Manifest,
    current_generation,
    digests,
    generations,
    ids_sha256,
    next_generation,
    point_to,
    sync_tree,
    write_manifest,
)
from rag.passages import PASSAGE_VERSION, split_passages
from rag.store import DISTANCE, Store, batches, indexed_text, store_errors
from rag.types import Document, IndexedDocument, Passage, Skipped, text_sha256

_Item = TypeVar("_Item")
Progress = Callable[[int, int], None]  # passages done, passages in all

_KEPT = 2  # generations: the current one, and the former, which a reader may still be on its way into
LOCAL_COLLECTION = "footnote"
_NEIGHBOURS = (16, 64)  # of each vector in the graph; the wider one where crowds of equal vectors drift apart
# Share of the passages that the graph of vectors may miss at its widest, as an approximate one does where there are
# many: a search by words finds them still, while a run that refused would leave nothing to search.
_BEARABLE = 0.001
_BATCH = 128  # passages that are embedded between two words of progress
_ADDED = 5_000  # passages that are added at once; Chroma takes at most 5,461
_SENT = 1_000  # to a server, which takes 40 MB and has a time limit


class Reusing(Embeddings):
    """Takes a text's vector from a store that holds it already, and embeds the others; `embedded` counts those."""

    def __init__(self, embedder: Embeddings, store: Store | None = None, ids: Sequence[str] = ()) -> None:
        self.embedded = 0
        self._embedder = embedder
        self._store = store
        self._ids = {text_sha256(text): name for name, text in store.texts(ids)} if store else {}
        self.tell(unseen, 0)

    def tell(self, progress: Progress, total: int) -> None:
        """From now on call `progress` with the number of texts that have their vectors, and `total`."""
        self._progress, self._done, self._total = progress, 0, total
        progress(0, total)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors = []
        for part in batches(texts, _BATCH):
            vectors += self._embed(part)
            self._done += len(part)
            self._progress(self._done, self._total)
        return vectors

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        vectors = self._stored(texts)
        new = [text for text in dict.fromkeys(texts) if text not in vectors]
        vectors.update(zip(new, self._embedder.embed_documents(new) if new else [], strict=True))
        self.embedded += len(new)
        return [vectors[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._embedder.embed_query(text)

    def _stored(self, texts: Sequence[str]) -> dict[str, list[float]]:
        ids = {text: name for text in texts if (name := self._ids.get(text_sha256(text)))}
        vectors = self._store.vectors(list(set(ids.values()))) if self._store else {}
        return {text: vectors[name] for text, name in ids.items()}


class Generation:
    """The next generation of the index in `root`, whose lock the caller holds; `server` is Chroma's address or ""."""

    def __init__(self, root: Path, server: str, embedder: Embedder, embeddings: Reusing, progress: Progress) -> None:
        self._root = root
        self._server = server
        self._embedder = embedder
        self._embeddings = embeddings
        self._progress = progress
        self._current = _current_or_none(root)
        if self._current:
            self._keep_only(generations(root, up_to=self._current)[-_KEPT:])  # the others are of runs that were killed
        self.name = next_generation(root)
        self._folder = root / self.name

    def write(self, documents: Sequence[Document], skipped: tuple[Skipped, ...]) -> None:
        """Write, audit and publish. Whatever is raised on the way, the generation that was current stays current."""
        try:
            with store_errors(self._folder, "could not be written"):
                self._write(documents, skipped)
                sync_tree(self._folder)
        except BaseException:
            self._remove(self.name)  # gives the space back
            raise
        with store_errors(self._root, "could not be written"):
            point_to(self._root, self.name)
        self._keep_only([self.name, self._current])

    def _write(self, documents: Sequence[Document], skipped: tuple[Skipped, ...]) -> None:
        split = list(_distinct(split_passages(document) for document in documents))
        passages = [passage for parts in split for passage in parts]
        ids = [passage.id for passage in passages]
        (self._folder / "texts").mkdir(parents=True)
        self._write_texts(documents)
        (self._folder / "passages.json").write_text(json.dumps(ids), encoding="utf-8")
        Lexical.build([indexed_text(passage) for passage in passages]).save(self._folder / "bm25")
        self._fill(passages)
        manifest = Manifest(
            schema_version=SCHEMA,
            generation=self.name,
            collection=self._collection(self.name),
            embedder=self._embedder.name,
            fingerprint=self._embedder.fingerprint,
            dimension=self._embedder.dimension,
            distance=DISTANCE,
            passage_version=PASSAGE_VERSION,
            chromadb=version("chromadb"),
            documents=tuple(described(document, len(parts)) for document, parts in zip(documents, split, strict=True)),
            passages=len(ids),
            passage_ids_sha256=ids_sha256(ids),
            skipped=skipped,
            files=digests(self._folder),
        )
        write_manifest(self._folder, manifest)

    def _write_texts(self, documents: Sequence[Document]) -> None:
        """The texts of this corpus and of earlier ones: a citation stays checkable when its file changes or goes."""
        earlier = {path.name: path for path in (self._root / self._current / "texts").glob("*.txt") if self._current}
        for document in documents:
            path = text_path(self._folder, document.sha256)
            content = document.text.encode("utf-8", "surrogatepass")
            old = earlier.pop(path.name, None)
            if old and old.read_bytes() == content:
                _link(old, path)
            else:
                path.write_bytes(content)
        for name, old in earlier.items():
            _link(old, self._folder / "texts" / name)

    def _fill(self, passages: Sequence[Passage]) -> None:
        for neighbours in _NEIGHBOURS:
            self._add(passages, neighbours)
            lost = self._lost([passage.id for passage in passages])
            if not lost:
                return
        if lost > _BEARABLE * len(passages):
            raise IndexDamagedError(
                f"Chroma does not find {lost} of {len(passages)} passages that it was given. {REBUILD}"
            )

    def _add(self, passages: Sequence[Passage], neighbours: int) -> None:
        parts = even(passages, _SENT if self._server else _ADDED)
        self._embeddings.tell(self._progress, len(passages))
        with self._store(neighbours, min(map(len, parts), default=0)) as store:
            for part in parts:
                store.add(part)
        if not self._server:
            compact(self._folder / "chroma" / DATABASE)

    def _lost(self, ids: Sequence[str]) -> int:
        """How many passages a reader, who opens the store anew, would not find; all where the store miscounts them."""
        with self._store() as store:
            return len(ids) if store.count() != len(ids) else len(store.unfound(ids))

    def _store(self, neighbours: int = 0, expected: int = 0) -> Store:
        place = store_place(self._folder, self._server)
        return Store(place, self._collection(self.name), self._embeddings, neighbours, expected)

    def _collection(self, generation: str) -> str:
        return f"footnote-{_identity(self._root)}-{generation}" if self._server else LOCAL_COLLECTION

    @staticmethod
    def has_remains(root: Path) -> bool:
        """Whether a run that was killed left more folders than are kept."""
        return len(generations(root)) > _KEPT

    def _keep_only(self, kept: Sequence[str]) -> None:
        for name in generations(self._root):
            if name not in kept:
                self._remove(name)

    def _remove(self, name: str) -> None:
        if self._server:
            with suppress(FootnoteError):  # the server went away: it keeps a collection that nobody reads
                Store.delete(self._server, self._collection(name))
        shutil.rmtree(self._root / name, ignore_errors=True)


def even(items: Sequence[_Item], most: int) -> list[Sequence[_Item]]:
    """Parts of at most so many, equal but for one, so that Chroma writes each of them to disk, whole.

    Until then Chroma reads all that it has not written again at each addition, which takes the square of their number.
    """
    count = -(-len(items) // most)
    bounds = [number * len(items) // count for number in range(count + 1)] if count else []
    return [items[start:end] for start, end in pairwise(bounds)]


def unseen(done: int, total: int) -> None:
    """Nobody watches."""


def _distinct(split: Iterable[Sequence[Passage]]) -> Iterator[list[Passage]]:
    """Each document's passages, without those that say the same as an earlier one: either can be cited."""
    seen: set[str] = set()
    for passages in split:
        kept = []
        for passage in passages:
            key = " ".join(indexed_text(passage).casefold().split())
            if key not in seen:
                seen.add(key)
                kept.append(passage)
        yield kept


def described(document: Document, passages: int) -> IndexedDocument:
    """The document as the manifest keeps it."""
    return IndexedDocument(
        document.id,
        document.title,
        document.url,
        document.date,
        document.author,
        document.source,
        document.sha256,
        passages,
    )


def text_path(folder: Path, sha256: str) -> Path:
    """Where the generation in `folder` keeps the text with this SHA-256."""
    return folder / "texts" / f"{sha256}.txt"


def store_place(folder: Path, server: str) -> Path | str:
    """Where the generation in `folder` keeps its vectors."""
    return server or folder / "chroma"


def _current_or_none(root: Path) -> str:
    with suppress(IndexDamagedError):
        return current_generation(root)
    return ""


def _identity(root: Path) -> str:
    """What tells this index's collections from those of other indexes on the same server."""
    path = root / ".identity"
    if not path.exists():
        path.write_text(uuid.uuid4().hex[:12], encoding="ascii")
    return path.read_text(encoding="ascii")


def _link(old: Path, new: Path) -> None:
    try:
        os.link(old, new)
    except OSError:  # a file system without hard links
        shutil.copyfile(old, new)
