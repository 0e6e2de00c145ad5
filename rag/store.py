"""One collection of Chroma, in a folder or on a server. The only module that imports chromadb and langchain_chroma.

Chroma's embedded store is safe for threads but not for processes, and some damage to it is silent: `rag.index` sees to
both. Nothing here reads `Collection.configuration`, which would build whatever embedding function a store names.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar
from urllib.parse import urlsplit

import httpx
import numpy as np
from langchain_core.embeddings import Embeddings
from pydantic import ValidationError

from rag.errors import FootnoteError, IndexDamagedError, SettingsError
from rag.manifest import REBUILD
from rag.types import Passage, Sentence

if TYPE_CHECKING:  # importing them takes a second
    from chromadb.api import ClientAPI
    from chromadb.config import Settings as ChromaSettings
    from langchain_chroma import Chroma

_Item = TypeVar("_Item")

_SERVER_SECONDS = 30.0  # that a Chroma server may take for one request; a search takes milliseconds

DISTANCE = "cosine"

_BEAM = 200  # Chroma's own is 100; a passage that the graph misses cannot be cited, and a search takes milliseconds
_LEAST_SYNC = 2  # vectors; Chroma accepts no less
_LONGEST_TITLE = 200  # code points; models read a few hundred tokens, and the text must be among them
_READ_BATCH = 5_000  # ids in one read; SQLite takes at most 32,766
_WHOLE_AUDIT = 20_000  # passages; up to here one search must return all of them
_SELF_LOOKUPS = 500  # passages, evenly spaced, that must find themselves
_LOOKUP_BATCH = 100
_NEAREST = 10  # passages that a self-lookup looks at
_SAME = 1e-5  # cosine distance of a vector to itself, as float32 computes it


def indexed_text(passage: Passage) -> str:
    """What is embedded and searched for a passage: its title, which often names what the text calls "he" or "it"."""
    return _storable(f"{passage.title[:_LONGEST_TITLE]}\n{passage.text}")


class Store:
    """Passages with their vectors. Every method raises IndexDamagedError where Chroma fails."""

    def __init__(
        self, place: Path | str, collection: str, embeddings: Embeddings, neighbours: int = 0, expected: int = 0
    ) -> None:
        """The collection in a folder or at a server's address.

        With `neighbours` a new one to add to, whose graph has so many for each vector, written at every `expected` of
        them. The others are read without LangChain, whose import takes a second of a new process.
        """
        self._place = place
        self._chroma: Chroma | None = None
        with store_errors(place):
            self._client: ClientAPI | None = _client(place)
            try:
                if neighbours:
                    _delete(self._client, collection)
                    self._chroma = _langchain(self._client, collection, embeddings, neighbours, expected)
                self._collection = self._client.get_collection(collection, embedding_function=None)
            except BaseException:
                self.close()
                raise

    @classmethod
    def delete(cls, place: Path | str, collection: str) -> None:
        """Delete a collection, if there is one."""
        with store_errors(place):
            client = _client(place)
            _delete(client, collection)
            _close(client)

    def add(self, passages: Sequence[Passage]) -> None:
        """Embed at most 5,461 passages and add them to a new collection."""
        assert self._chroma is not None
        with store_errors(self._place):
            self._chroma.add_texts(
                [indexed_text(passage) for passage in passages],
                metadatas=[_metadata(passage) for passage in passages],
                ids=[passage.id for passage in passages],
            )

    def search(self, vector: Sequence[float], k: int) -> list[tuple[str, float]]:
        """The ids of at most `k` passages nearest to `vector`, with their cosine similarity, best first, then by id.

        Their texts are not read: that takes three times as long as the search.
        """
        asked = np.asarray([vector], dtype=np.float32)
        with store_errors(self._place):
            found = self._collection.query(query_embeddings=asked, n_results=k, include=["distances"])
            distances = (found["distances"] or [[]])[0]
        ranked = zip(found["ids"][0], map(similarity, distances), strict=True)
        return sorted(ranked, key=lambda item: (-item[1], item[0]))

    def passages(self, ids: Sequence[str]) -> list[Passage]:
        """The passages with these ids, in this order; KeyError for an id that is not stored."""
        if not ids:  # Chroma reads an empty list as "all"
            return []
        with store_errors(self._place):
            found = self._collection.get(ids=list(ids), include=["documents", "metadatas"])
        stored = zip(found["ids"], found["documents"] or [], found["metadatas"] or [], strict=True)
        passages = {name: _passage(name, text, about) for name, text, about in stored}
        return [passages[name] for name in ids]

    def vectors(self, ids: Sequence[str]) -> dict[str, list[float]]:
        """The stored vectors of the passages with these ids."""
        if not ids:
            return {}
        with store_errors(self._place):
            found = self._collection.get(ids=list(ids), include=["embeddings"])
        vectors = np.asarray(found["embeddings"]).tolist()
        return dict(zip(found["ids"], vectors, strict=True))

    def texts(self, ids: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Each of these ids with the text that was embedded for it, in any order."""
        for part in batches(ids, _READ_BATCH):
            with store_errors(self._place):
                found = self._collection.get(ids=list(part), include=["documents"])
            yield from zip(found["ids"], found["documents"] or [], strict=True)

    def count(self) -> int:
        """The number of vectors that Chroma counts, which can be more than it finds."""
        with store_errors(self._place):
            return int(self._collection.count())

    def unfound(self, ids: Sequence[str]) -> set[str]:
        """The ids that no search finds: all are looked for in a small store, evenly spaced ones in a large one."""
        if not ids:
            return set()
        with store_errors(self._place):
            lost = set(ids) - self._found_by_one_search(ids) if len(ids) <= _WHOLE_AUDIT else set()
            sample = ids[:: max(1, len(ids) // _SELF_LOOKUPS)]
            return lost.union(*(self._not_nearest_to_themselves(part) for part in batches(sample, _LOOKUP_BATCH)))

    def close(self) -> None:
        """Let go of Chroma's client; a second call does nothing."""
        client, self._client = self._client, None
        if client is not None:
            _close(client)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _found_by_one_search(self, ids: Sequence[str]) -> set[str]:
        first = self._collection.get(ids=[ids[0]], include=["embeddings"])["embeddings"]
        found = self._collection.query(query_embeddings=first, n_results=len(ids), include=[])
        return set(found["ids"][0])

    def _not_nearest_to_themselves(self, ids: Sequence[str]) -> set[str]:
        """Those of `ids` that a search for their own vector does not find, save for crowds of the same text."""
        stored = self._collection.get(ids=list(ids), include=["embeddings"])
        vectors = np.asarray(stored["embeddings"])
        found = self._collection.query(query_embeddings=vectors, n_results=_NEAREST, include=["distances"])
        nearest = zip(stored["ids"], vectors, found["ids"], found["distances"] or [], strict=True)
        return {
            name
            for name, vector, near, distances in nearest
            if name not in near and distances[-1] > _SAME and np.any(vector)  # zeros are near to nothing
        }


@contextmanager
def store_errors(place: Path | str, what: str = "cannot be used") -> Iterator[None]:
    """Whatever Chroma, SQLite or the disk raise becomes an IndexDamagedError: they share no class to catch."""
    try:
        yield
    except FootnoteError:
        raise
    except Exception as error:
        reason = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
        if isinstance(place, str):
            message = f"The Chroma server at {place} {what} ({reason}). Start it, or unset FOOTNOTE_CHROMA_URL."
        else:
            message = f"The index in {place} {what} ({reason}). Look at free space and permissions. {REBUILD}"
        raise IndexDamagedError(message) from error


def similarity(distance: float) -> float:
    """The cosine, -1 to 1, that belongs to a cosine distance as float32 computes it."""
    return max(-1.0, min(1.0, 1.0 - float(distance)))


def batches(items: Sequence[_Item], size: int) -> Iterator[Sequence[_Item]]:
    """`items` in runs of at most `size`."""
    return (items[start : start + size] for start in range(0, len(items), size))


def _client(place: Path | str) -> ClientAPI:
    try:
        import chromadb
        from chromadb.api.shared_system_client import SharedSystemClient
    except ValidationError as error:  # its import reads the environment and `.env`, which no setting of ours prevents
        name = str(error.errors()[0]["loc"][0])
        raise SettingsError(
            f"Chroma does not accept {name.upper()} in the environment or in {Path('.env').resolve()}. Remove it."
        ) from None
    if isinstance(place, Path):  # Chroma takes two spellings of one path for two stores
        path = os.path.realpath(place)
        try:
            return chromadb.PersistentClient(path, settings=_settings())
        except Exception:  # what failed to start stays in Chroma's cache, and would be handed out the next time
            SharedSystemClient._identifier_to_system.pop(path, None)
            raise
    address = urlsplit(place)
    secure = address.scheme == "https"
    port = address.port or (443 if secure else 80)
    # Chroma's client would wait for ever: this asks first, and then its requests are given a time too.
    httpx.get(f"{place.rstrip('/')}/api/v2/heartbeat", timeout=_SERVER_SECONDS).raise_for_status()
    client = chromadb.HttpClient(address.hostname or "", port, secure, settings=_settings())
    client._server._session.timeout = _SERVER_SECONDS  # type: ignore[attr-defined]
    return client


def _close(client: ClientAPI) -> None:
    client.close()  # type: ignore[attr-defined]  # left out of the interface, there in every client


def _langchain(client: ClientAPI, collection: str, embeddings: Embeddings, neighbours: int, expected: int) -> Chroma:
    from langchain_chroma import Chroma

    graph = {
        "space": DISTANCE,
        "max_neighbors": neighbours,
        "ef_construction": _BEAM,
        "ef_search": _BEAM,
        # Chroma's own 1,000 writes the whole graph again for every thousand vectors, and leaves the last ones to be
        # put into it each time that the store is opened; what is not written is read again at each addition
        "sync_threshold": max(expected, _LEAST_SYNC),
    }
    return Chroma(
        collection,
        embeddings,
        client=client,
        client_settings=_settings(),
        collection_configuration={"hnsw": graph},  # type: ignore[arg-type]
    )


def _delete(client: ClientAPI, collection: str) -> None:
    from chromadb.errors import NotFoundError

    with suppress(NotFoundError):
        client.delete_collection(collection)


def _settings() -> ChromaSettings:
    """Chroma's settings without the `.env` of the working folder, which belongs to somebody else."""
    from chromadb.config import Settings

    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        anonymized_telemetry=False,
        chroma_otel_collection_endpoint="",
        chroma_api_impl="chromadb.api.rust.RustBindingsAPI",
        allow_reset=False,
    )


def _metadata(passage: Passage) -> dict[str, Any]:
    return {
        "document": passage.document,
        "title": _storable(passage.title),
        "url": _storable(passage.url),
        "date": _storable(passage.date),
        "sha256": passage.sha256,
        "start": passage.start,
        "end": passage.end,
        "sentences": [offset for sentence in passage.sentences for offset in (sentence.start, sentence.end)],
    }


def _passage(name: str, indexed: str, about: Mapping[str, Any]) -> Passage:
    text = indexed[len(about["title"][:_LONGEST_TITLE]) + 1 :]
    start = about["start"]
    return Passage(
        id=name,
        document=about["document"],
        title=about["title"],
        url=about["url"],
        date=about["date"],
        sha256=about["sha256"],
        start=start,
        end=about["end"],
        text=text,
        sentences=tuple(Sentence(a, b, text[a - start : b - start]) for a, b in batches(about["sentences"], 2)),
    )


def _storable(text: str) -> str:
    """`text` in as many code points, without lone surrogates, which Chroma refuses."""
    return text.encode("utf-8", "replace").decode()
