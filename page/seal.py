"""What lets the server know its own answers again when a browser brings them back.

A conversation is kept by the browser alone, and whoever sits at it can change what it keeps. So each turn leaves with
a seal, a keyed hash of exactly the text that is kept: a turn that comes back with another seal is not ours.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from rag.types import Answer

_KEY_BYTES = 32
_KEY_FILE = "answers.key"
_LOCK_WAIT = 5.0  # seconds; the file is written in far less
_PURPOSE = b"footnote turn 1\n"  # bump when the stored form changes


@dataclass(frozen=True, slots=True)
class SealedTurn:
    """A question as it was typed and its answer, as the browser keeps them: `record` is JSON, `seal` its keyed hash."""

    record: str
    seal: str


@dataclass(frozen=True, slots=True)
class _Record:
    question: str
    answer: Answer


_RECORD = TypeAdapter(_Record)


class Seal:
    """Seals turns, and opens those that it sealed. Without a key it makes one for this process alone."""

    def __init__(self, key: bytes | None = None) -> None:
        self._key = key or secrets.token_bytes(_KEY_BYTES)

    @classmethod
    def of(cls, folder: Path) -> Seal:
        """Return the seal of an index folder, whose key outlives the process; a folder that is read-only keeps none."""
        path = folder / _KEY_FILE
        if not folder.is_dir():
            return cls()
        try:
            with FileLock(folder / f".{_KEY_FILE}.lock", timeout=_LOCK_WAIT):
                return cls(_read(path) or _write(path))
        except (OSError, Timeout):
            return cls()

    def close(self, question: str, answer: Answer) -> SealedTurn:
        """Return a turn as the browser is to keep it."""
        record = json.dumps({"question": question, "answer": answer.to_dict()}, ensure_ascii=False)
        return SealedTurn(record, self._hash(record))

    def open(self, turn: SealedTurn) -> tuple[str, Answer] | None:
        """Return the question and the answer of a turn that was sealed here and not changed since, else None."""
        if not hmac.compare_digest(self._hash(turn.record).encode(), turn.seal.encode("utf-8", "replace")):
            return None
        try:
            record = _RECORD.validate_json(turn.record)
        except ValidationError:  # of a version that wrote another form
            return None
        return record.question, record.answer

    def _hash(self, record: str) -> str:
        return hmac.new(self._key, _PURPOSE + record.encode("utf-8", "surrogatepass"), sha256).hexdigest()


def _read(path: Path) -> bytes:
    key = path.read_bytes() if path.exists() else b""
    return key if len(key) == _KEY_BYTES else b""


def _write(path: Path) -> bytes:
    key = secrets.token_bytes(_KEY_BYTES)
    path.touch(mode=0o600)
    path.write_bytes(key)
    return key
