"""Documents of the readers' own: added on the page, asked beside the articles, and gone with their session.

They lie in a folder beside the index, `INDEX-uploads/`, one folder for each session, or `all` for what everybody sees:

    session-RANDOM/documents/uploads/NAME   what was given, under a name that is safe
    session-RANDOM/index/                   an index like any other

The page talks to it in three requests, each with the tab's own token in the header `x-footnote-tab`:

    GET    /uploads             what there is, how far indexing is, and the limits: see `Uploads.listed`
    POST   /uploads?name=NAME   the file as the body; 200 with its entry, or 4xx with {"detail": why not, in a sentence}
    DELETE /uploads?name=NAME   the entry's name; 200 with what is left
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path, PurePath
from threading import Lock
from typing import Any, Literal, Protocol, Self, cast

import anyio
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from filelock import FileLock, Timeout

from page.login import USER
from page.session import Bot, Sessions
from rag.errors import FootnoteError
from rag.types import Answer, CheckedSentence, CheckedText, Document, Event, IndexedDocument, Turn, Verdict

Scope = Literal["off", "session", "all"]

TYPES = (".txt", ".md", ".html", ".htm", ".pdf", ".docx")  # a .jsonl file names its documents itself, as it likes
FILE_LIMIT = 10_000_000  # bytes of one file
FILES = 20  # of a session
TOTAL_LIMIT = 50_000_000  # bytes of a session
SHARED_FILES, SHARED_TOTAL = 500, 1_000_000_000  # where all see them
_SESSIONS = 100  # that have documents of their own at once; the one unused for longest loses them
_UNUSED = 12 * 3600.0  # seconds after which a session's documents go
_NAME_BYTES = 120  # of a file's name; file systems take 255
_TELLING: tuple[Verdict, ...] = ("contradicted", "supported", "absent")  # the most telling verdict first
PREFIX = "uploads/"  # of the ids of these documents, which no article has


class UploadError(FootnoteError):
    """A document that cannot be added, and why."""


@dataclass(frozen=True, slots=True)
class Upload:
    """One document that was added."""

    name: str  # of the file, and what removes it
    document: str  # id
    title: str
    passages: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Listed:
    """The documents that a session sees beside the articles."""

    scope: Scope
    uploads: tuple[Upload, ...]
    done: int  # passages embedded of the file that is being indexed
    total: int  # 0 while none is
    types: tuple[str, ...] = TYPES
    file_limit: int = FILE_LIMIT
    files: int = FILES


class Library(Bot, Protocol):
    """A chatbot that can be opened over other folders too, as `rag.Chatbot` can."""

    def over(self, corpus: Path, index: Path, progress: Callable[[int, int], None], /) -> Self: ...
    def refresh(self, progress: Callable[[int, int], None], /) -> object: ...
    def close(self) -> None: ...


class Uploads:
    """The documents of all sessions. Nothing is written before the first one is added."""

    def __init__(self, bot: Bot, index: Path, scope: Scope) -> None:
        self.scope = scope
        self._bot = cast(Library, bot)
        self._root = index.with_name(f"{index.name}-uploads")
        self._lock = Lock()
        self._collections: dict[str, _Collection] = {}  # by key, the latest used last
        _remove_abandoned(self._root)
        if scope == "all" and (self._root / "all").is_dir():
            self._collection("all").open()

    def listed(self, key: str) -> Listed:
        """What the session with this key sees; the key is a user and a tab's token, "" for none."""
        found = self._find(key)
        if found is None:
            return Listed(self.scope, (), 0, 0)
        return Listed(self.scope, found.uploads(), *found.progress)

    def add(self, key: str, name: str, content: bytes) -> Upload:
        """Add a document, or put it in the place of the one of the same name; UploadError where it cannot be read."""
        if self.scope == "off":
            raise UploadError("No documents can be added here. Start with FOOTNOTE_UPLOADS=session to allow it.")
        if self.scope == "session" and not key:
            raise UploadError("This page has no session. Reload it and add the document again.")
        return self._collection(self._key(key)).add(_safe_name(name), content)

    def remove(self, key: str, name: str) -> Listed:
        """Remove a document; what is not there is removed already."""
        found = self._find(key)
        if found:
            found.remove(name)
        return self.listed(key)

    def forget(self, key: str) -> None:
        """Remove all documents of a session."""
        if self.scope == "session":
            with self._lock:
                gone = self._collections.pop(key, None)
            if gone:
                gone.delete()

    def bot(self, key: str) -> Bot:
        """The chatbot that answers the session with this key."""
        found = self._find(key)
        own = found.bot if found else None
        return cast(Bot, _Beside(self._bot, own)) if own else self._bot

    def close(self) -> None:
        """Remove the documents of all sessions; what all see stays."""
        with self._lock:
            gone, self._collections = list(self._collections.values()), {}
        for collection in gone:
            if self.scope == "session":
                collection.delete()

    def _key(self, key: str) -> str:
        return key if self.scope == "session" else "all"

    def _find(self, key: str) -> _Collection | None:
        self._sweep()
        with self._lock:
            found = self._collections.pop(self._key(key), None)
            if found:
                found.used = time.monotonic()
                self._collections[self._key(key)] = found
        return found

    def _collection(self, key: str) -> _Collection:
        with self._lock:
            if key not in self._collections:
                name = "all" if self.scope == "all" else f"session-{secrets.token_hex(16)}"
                self._collections[key] = _Collection(self._bot, self._root / name, shared=self.scope == "all")
            self._collections[key].used = time.monotonic()
            return self._collections[key]

    def _sweep(self) -> None:
        if self.scope != "session":
            return
        with self._lock:
            unused = time.monotonic() - _UNUSED
            keys = [key for key, each in self._collections.items() if each.used < unused]
            keys += [key for key in self._collections if key not in keys][: max(0, len(self._collections) - _SESSIONS)]
            gone = [self._collections.pop(key) for key in keys]
        for collection in gone:
            collection.delete()


@dataclass
class _Collection:
    """The documents of one session, or of all, with their index."""

    articles: Library
    folder: Path
    shared: bool
    used: float = 0.0
    bot: Library | None = None
    progress: tuple[int, int] = (0, 0)
    _lock: Lock = field(default_factory=Lock)  # one change at a time
    _owner: FileLock | None = None

    @property
    def documents(self) -> Path:
        return self.folder / "documents" / PREFIX

    def open(self) -> None:
        """Take up what an earlier process left."""
        with self._lock:
            self._refresh()

    def uploads(self) -> tuple[Upload, ...]:
        if self.bot is None:
            return ()
        return tuple(
            Upload(
                PurePath(each.source).name,
                each.id,
                each.title,
                each.passages,
                _size(self.documents.parent / each.source),
            )
            for each in self.bot.documents
        )

    def add(self, name: str, content: bytes) -> Upload:
        with self._lock:
            self._refuse_excess(name, content)
            self._make()
            path = self.documents / name
            before = path.read_bytes() if path.exists() else None
            path.write_bytes(content)
            try:
                self._refresh()
            except BaseException:
                self._put_back(path, before)
                raise
            found = next((each for each in self.uploads() if each.name == name), None)
            if found is None:
                reason = self._reason(name)
                self._put_back(path, before)
                self._refresh()
                raise UploadError(f"{name} was not added: {reason}.")
            return found

    def remove(self, name: str) -> None:
        with self._lock:
            if name in {each.name for each in self.uploads()}:
                (self.documents / name).unlink(missing_ok=True)
                self._refresh()

    def delete(self) -> None:
        with self._lock:
            if self.bot:
                self.bot.close()
                self.bot = None
            if self._owner:
                self._owner.release()
            shutil.rmtree(self.folder, ignore_errors=True)

    def _make(self) -> None:
        self.documents.mkdir(parents=True, exist_ok=True)
        if not self.shared and self._owner is None:
            self._owner = FileLock(self.folder / ".owner")
            self._owner.acquire(timeout=0)

    def _refresh(self) -> None:
        try:
            if self.bot is None:
                self.bot = self.articles.over(self.folder / "documents", self.folder / "index", self._advanced)
            else:
                self.bot.refresh(self._advanced)
        finally:
            self.progress = (0, 0)

    def _advanced(self, done: int, total: int) -> None:
        self.progress = (done, total)

    def _reason(self, name: str) -> str:
        skipped = self.bot.skipped if self.bot else ()
        return next((each.reason for each in skipped if each.source.startswith(f"{PREFIX}{name}")), "it has no text")

    def _refuse_excess(self, name: str, content: bytes) -> None:
        others = [each for each in self.uploads() if each.name != name]
        files, total = (SHARED_FILES, SHARED_TOTAL) if self.shared else (FILES, TOTAL_LIMIT)
        if len(content) > FILE_LIMIT:
            raise UploadError(f"{name} is larger than {FILE_LIMIT // 1_000_000} MB. Split it.")
        if len(others) >= files:
            raise UploadError(f"There are {files} documents already. Remove one first.")
        if sum(each.bytes for each in others) + len(content) > total:
            raise UploadError(f"The documents would be larger than {total // 1_000_000} MB together. Remove one first.")

    def _put_back(self, path: Path, before: bytes | None) -> None:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)


class _Beside:
    """Answers from the articles and from documents of the reader's own, whichever answer more surely."""

    def __init__(self, articles: Bot, own: Bot) -> None:
        self._articles = articles
        self._own = own

    def __getattr__(self, name: str) -> Any:
        return getattr(self._articles, name)

    @property
    def documents(self) -> Sequence[IndexedDocument]:
        return (*self._articles.documents, *self._own.documents)

    def document(self, identifier: str, /) -> Document:
        return (self._own if identifier.startswith(PREFIX) else self._articles).document(identifier)

    def ask(self, question: str, history: Sequence[Turn] = (), /) -> Answer:
        return _surer(self._own.ask(question, history), self._articles.ask(question, history))

    def stream(self, question: str, history: Sequence[Turn] = (), /) -> Iterator[Event]:
        """The stations of both, and then the claims of the one whose answer is surer: none is taken back."""
        events: dict[int, list[Event]] = {}
        for number, bot in enumerate((self._own, self._articles)):
            events[number] = []
            for event in bot.stream(question, history):
                events[number].append(event)
                if event.kind == "station" and number == 0:
                    yield event
        own, articles = (each[-1].answer for each in events.values())
        assert own is not None
        assert articles is not None
        chosen = 0 if _surer(own, articles) is own else 1
        yield from (event for event in events[chosen] if event.kind != "station")

    def check(self, text: str, /) -> CheckedText:
        """Each sentence as the documents speak of it that say most; a contradiction in either of them counts."""
        articles, own = self._articles.check(text), self._own.check(text)
        behind = max((citation.number for each in articles for citation in each.citations), default=0)
        return CheckedText(
            min(pair, key=lambda each: _TELLING.index(each.verdict))
            for pair in zip(articles, (_numbered_behind(behind, each) for each in own), strict=True)
        )


def _numbered_behind(behind: int, sentence: CheckedSentence) -> CheckedSentence:
    citations = (replace(citation, number=citation.number + behind) for citation in sentence.citations)
    return replace(sentence, citations=tuple(citations))


def _surer(own: Answer, articles: Answer) -> Answer:
    """An answer before a silence, and of two answers the surer one; of two silences that of the articles."""
    if bool(own.claims) != bool(articles.claims):
        return own if own.claims else articles
    return own if own.claims and own.confidence > articles.confidence else articles


def _safe_name(given: str) -> str:
    """The last part of a path as a file's name that any system takes; UploadError where its type is not read."""
    plain = unicodedata.normalize("NFC", given.encode("utf-8", "replace").decode())
    last = plain.replace("\\", "/").rpartition("/")[2]
    clean = "".join("_" if _is_unsafe(character) else character for character in last).strip(" .")
    stem, suffix = os.path.splitext(clean)  # noqa: PTH122 - PurePath would take a name apart at more places
    if suffix.lower() not in TYPES:
        raise UploadError(f"{clean[:60] or 'This file'} is not of a type that can be added: {', '.join(TYPES)}.")
    short = stem.encode()[: _NAME_BYTES - len(suffix)].decode(errors="ignore").strip(" .")
    return f"{short}{suffix.lower()}"


def _is_unsafe(character: str) -> bool:
    """Control and format characters, other spaces than the plain one, and what Windows does not take."""
    return character in '<>:"|?*' or (unicodedata.category(character)[0] in "CZ" and character != " ")


def _size(path: Path) -> int:
    with suppress(OSError):
        return path.stat().st_size
    return 0


def _remove_abandoned(root: Path) -> None:
    """Remove the documents of sessions whose process ended without doing so."""
    for folder in root.glob("session-*") if root.is_dir() else ():
        lock = FileLock(folder / ".owner")
        with suppress(Timeout, OSError), lock.acquire(timeout=0):
            shutil.rmtree(folder, ignore_errors=True)


def add_uploads(app: FastAPI, uploads: Uploads) -> None:
    """Add the three requests."""

    def key(request: Request) -> str:
        return Sessions.key(request.headers.get("x-footnote-tab"), request.headers.get(USER, ""))

    def respond(work: Callable[[], Upload | Listed]) -> JSONResponse:
        try:
            return JSONResponse(asdict(work()))
        except FootnoteError as error:
            return JSONResponse({"detail": str(error)}, 422)

    @app.get("/uploads")
    def listed(request: Request) -> JSONResponse:
        return respond(lambda: uploads.listed(key(request)))

    @app.post("/uploads")
    async def add(request: Request, name: str = "") -> JSONResponse:
        content = await request.body()
        return await anyio.to_thread.run_sync(respond, lambda: uploads.add(key(request), name, content))

    @app.delete("/uploads")
    def remove(request: Request, name: str = "") -> JSONResponse:
        return respond(lambda: uploads.remove(key(request), name))
