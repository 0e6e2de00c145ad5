"""What an index folder says about itself: the lock, the pointer CURRENT, and each generation's manifest.

    .lock        held by the one process that writes; .writer names it
    CURRENT      the name of the generation that readers open, replaced atomically
    gen-000N/    manifest.json, passages.json, texts/, bm25/, chroma/

A generation never changes once CURRENT names it. Its manifest holds the digest of every file that answers rest on.
"""

from __future__ import annotations

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, ValidationError

from rag.database import DATABASE, database_digest, same_database
from rag.errors import IndexDamagedError, IndexLockedError
from rag.types import IndexedDocument, Skipped

SCHEMA = 2  # bump when the stored form changes
REBUILD = "Build it again: python -m rag index"

_CURRENT = "CURRENT"
_GENERATION = re.compile(r"gen-(\d{4,})")
_MANIFEST = "manifest.json"


class Manifest(BaseModel):
    """What one generation was made from, with what, and the digests that tell whether it still is what was written."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    generation: str
    collection: str  # of Chroma
    embedder: str
    fingerprint: str  # of the embedder's files and settings
    dimension: int
    distance: str
    passage_version: int | str
    chromadb: str  # release that wrote the store: another one may rewrite it as it opens it
    documents: tuple[IndexedDocument, ...]
    passages: int
    passage_ids_sha256: str
    skipped: tuple[Skipped, ...]
    files: dict[str, str]  # path in the generation, "/" between parts, to digest


def ids_sha256(ids: Iterable[str]) -> str:
    """The SHA-256 of the sorted passage ids: equal for equal sets."""
    return sha256(json.dumps(sorted(ids)).encode()).hexdigest()


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `manifest` into the generation `folder`, with its own SHA-256."""
    body = manifest.model_dump(mode="json")
    text = json.dumps({"sha256": _sha256_of(body), **body}, ensure_ascii=False, indent=1)
    (folder / _MANIFEST).write_text(text + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of the generation `folder`; IndexDamagedError where it is missing, changed or of another schema."""
    path = folder / _MANIFEST
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        if body.get("schema_version") != SCHEMA:
            found = body.get("schema_version")
            raise IndexDamagedError(f"The index in {folder} has schema {found}, this release reads {SCHEMA}. {REBUILD}")
        if body.pop("sha256", "") != _sha256_of(body):
            raise IndexDamagedError(f"The index is damaged: {path} is not what was written. {REBUILD}")
        return Manifest.model_validate(body)
    except (OSError, ValueError, AttributeError) as error:  # ill-formed JSON and values are ValueErrors
        raise IndexDamagedError(f"The index is damaged: {path} cannot be read ({_reason(error)}). {REBUILD}") from error


def current_generation(index: Path) -> str:
    """The generation that readers of the folder `index` should use; IndexDamagedError where there is none."""
    try:
        name = (index / _CURRENT).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise IndexDamagedError(f"There is no index in {index}. Build it: python -m rag index") from None
    except (OSError, UnicodeError) as error:
        raise IndexDamagedError(f"{index / _CURRENT} cannot be read ({_reason(error)}). {REBUILD}") from error
    if not _GENERATION.fullmatch(name):
        raise IndexDamagedError(f"{index / _CURRENT} names no generation but {name[:40]!r}. {REBUILD}")
    return name


def pointer_mark(index: Path) -> tuple[int, int]:
    """What changes whenever a run publishes: an index that was deleted and built anew may use a name again."""
    try:
        status = (index / _CURRENT).stat()
    except OSError:
        return 0, 0  # `current_generation` says what is wrong
    return status.st_ino, status.st_mtime_ns


def point_to(index: Path, generation: str) -> None:
    """Make `generation` the current one: readers see the old one or the new one, never neither."""
    replace_text(index / _CURRENT, f"{generation}\n")


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path`: who reads it, or a crash, finds the old text or the new one, never a part or neither."""
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def generations(index: Path, up_to: str = "") -> list[str]:
    """The names of the generation folders, finished or not, oldest first, to `up_to` where it is given."""
    names = sorted((path.name for path in index.iterdir() if _GENERATION.fullmatch(path.name)), key=_number)
    return [name for name in names if not up_to or _number(name) <= _number(up_to)]


def next_generation(index: Path) -> str:
    """A name after those of all generation folders, and of the current one, whose folder may be lost."""
    named = generations(index)
    with suppress(IndexDamagedError):
        named.append(current_generation(index))
    last = max(map(_number, named), default=0)
    return f"gen-{last + 1:04d}"


@contextmanager
def writing(index: Path) -> Iterator[None]:
    """Hold the index's lock, making the folder where needed; IndexLockedError where another process holds it."""
    lock = FileLock(index / ".lock")
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexLockedError(
            f"The index at {index} is being written by process {_writer(index)}; wait for it to finish."
        ) from None
    except OSError as error:
        raise IndexDamagedError(
            f"The index folder {index} cannot be written ({_reason(error)}). Name another one: --index DIR"
        ) from error
    try:
        with suppress(OSError):  # it only serves the message above
            (index / ".writer").write_text(str(os.getpid()), encoding="ascii")
        yield
    finally:
        lock.release()


def digests(generation: Path) -> dict[str, str]:
    """The digest of every file below `generation` that must not change, by its path with "/" between parts.

    Texts are left out, since their names are their digests, and so are vectors that Chroma has yet to flush, which it
    keeps in its database.
    """
    paths = (path for path in sorted(generation.rglob("*")) if path.is_file() and _lasting(path, generation))
    return {path.relative_to(generation).as_posix(): _digest(path) for path in paths}


def changed_file(generation: Path, expected: dict[str, str]) -> str:
    """The first file whose digest is not the expected one, "" where all are."""
    for name, digest in expected.items():
        try:
            if not _unchanged(generation / name, digest):
                return name
        except (OSError, sqlite3.Error):
            return name
    return ""


def sync_tree(folder: Path) -> None:
    """Wait until every file and folder below `folder`, and itself, is on the disk."""
    for path in (*folder.rglob("*"), folder):
        _sync(path)


def _sha256_of(body: dict[str, Any]) -> str:
    return sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()


def _number(generation: str) -> int:
    return int(generation.removeprefix("gen-"))


def _lasting(path: Path, generation: Path) -> bool:
    parts = path.relative_to(generation).parts
    if parts[0] == "chroma":
        return path.name == DATABASE or (path.parent / "index_metadata.pickle").exists()
    return parts[0] != "texts" and path.name != _MANIFEST


def _unchanged(path: Path, digest: str) -> bool:
    return same_database(path, digest) if path.name == DATABASE else _digest(path) == digest


def _digest(path: Path) -> str:
    if path.name == DATABASE:
        return database_digest(path)
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _writer(index: Path) -> str:
    try:
        return (index / ".writer").read_text(encoding="ascii")
    except (OSError, UnicodeError):
        return "unknown"


def _sync(path: Path) -> None:
    if path.is_dir() and os.name == "nt":
        return  # Windows cannot open a folder
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _reason(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return f"{error.error_count()} ill-formed values"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)
