"""Asks for a name and a password (HTTP Basic, RFC 7617), where a file of users is given. Pure ASGI.

The name travels on in the header `x-footnote-user`, which `page.guard` takes away from what comes from outside.
"""

from __future__ import annotations

import binascii
import hmac
import json
import logging
import os
from base64 import b64decode
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

import anyio
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.errors import SettingsError
from rag.passwords import matches, read_users

USER = "x-footnote-user"  # header, set by us alone
OPEN_PATHS = {"/healthz", "/readyz"}  # asked by programs that know no password
_FREE_TRIES = 5  # of one address for one name, before it has to wait
_LONGEST_WAIT = 900.0  # seconds; the wait doubles with each further failure
_ADDRESS_TRIES = 50  # of one address for any names
_REMEMBERED = 10_000  # addresses and names, and as many requests that were right
_TRUSTED_FOR = 600.0  # seconds that a right password is not hashed again
_HASHES_AT_ONCE = 2  # each takes 16 MB and a quarter of a second

_log = logging.getLogger("footnote")


class Login:
    """Lets known users through; 401 without a right name and password, 429 after too many wrong ones."""

    def __init__(self, app: ASGIApp, users: Users) -> None:
        self.app = app
        self._users = users

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in OPEN_PATHS:
            await self.app(scope, receive, send)
            return
        address = (scope.get("client") or ("",))[0]
        verdict = await self._users.admit(Headers(scope=scope).get("authorization", ""), address)
        if verdict.name:
            named = [*scope["headers"], (USER.encode(), verdict.name.encode())]
            await self.app({**scope, "headers": named}, receive, send)
        else:
            await _refuse(send, verdict.wait)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Who it is, or for how many seconds no further try is looked at."""

    name: str = ""
    wait: float = 0.0


class Users:
    """The users of a file, read again when it changes, and how often each address was wrong lately."""

    def __init__(self, path: Path, clock: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._key = os.urandom(32)  # passwords are kept in memory as keyed digests only
        self._right: dict[bytes, tuple[str, str, float]] = {}  # digest to name, its stored hash, and until when
        self._wrong: dict[tuple[str, str], tuple[int, float]] = {}  # address and name to failures, and until when
        self._stamp = self._stamped()
        self._known = read_users(path)
        self._hashing: anyio.CapacityLimiter | None = None

    async def admit(self, authorization: str, address: str) -> Verdict:
        """Whom this header names, asked from this address."""
        name, password = _credentials(authorization)
        if not name:
            return Verdict()
        known = self._current()
        digest = hmac.digest(self._key, authorization.encode(), sha256)
        remembered = self._right.get(digest)
        if remembered and remembered[1] == known.get(name) and self._clock() < remembered[2]:
            return Verdict(name)
        if (wait := self._wait(address, name)) > 0:
            return Verdict(wait=wait)
        self._hashing = self._hashing or anyio.CapacityLimiter(_HASHES_AT_ONCE)
        if await anyio.to_thread.run_sync(matches, password, known.get(name), limiter=self._hashing):
            self._note_right(digest, name, known[name], address)
            return Verdict(name)
        self._note_wrong(address, name)
        return Verdict()

    def _wait(self, address: str, name: str) -> float:
        with self._lock:
            return max(self._wrong.get(key, (0, 0.0))[1] for key in ((address, name), (address, ""))) - self._clock()

    def _note_right(self, digest: bytes, name: str, stored: str, address: str) -> None:
        with self._lock:
            self._wrong.pop((address, name), None)
            self._right[digest] = (name, stored, self._clock() + _TRUSTED_FOR)
            _forget_oldest(self._right)

    def _note_wrong(self, address: str, name: str) -> None:
        _log.warning("login failed", extra={"fields": {"address": address}})
        with self._lock:
            for key, free in (((address, name), _FREE_TRIES), ((address, ""), _ADDRESS_TRIES)):
                failures = self._wrong.pop(key, (0, 0.0))[0] + 1
                wait = min(_LONGEST_WAIT, 2.0 ** min(failures - free, 30)) if failures >= free else 0.0
                self._wrong[key] = (failures, self._clock() + wait)
            _forget_oldest(self._wrong)

    def _current(self) -> dict[str, str]:
        stamp = self._stamped()
        if stamp != self._stamp:
            self._stamp = stamp
            try:
                self._known = read_users(self._path)
            except SettingsError as error:  # half saved, perhaps: those who could enter still can
                _log.error("users not read", extra={"fields": {"reason": str(error)}})
        return self._known

    def _stamped(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size


def _forget_oldest(remembered: dict[Any, Any]) -> None:
    while len(remembered) > _REMEMBERED:
        del remembered[next(iter(remembered))]


def _credentials(authorization: str) -> tuple[str, str]:
    scheme, _, given = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "", ""
    try:
        name, _, password = b64decode(given, validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeError):
        return "", ""
    return name, password


async def _refuse(send: Send, wait: float) -> None:
    seconds = str(int(wait) + 1)
    reason = f"Too many wrong passwords. Wait {seconds} seconds." if wait > 0 else "Give your name and password."
    extra = (b"retry-after", seconds.encode()) if wait > 0 else (b"www-authenticate", b'Basic realm="Footnote"')
    body = json.dumps({"detail": reason}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()), extra]
    await send({"type": "http.response.start", "status": 429 if wait > 0 else 401, "headers": headers})
    await send({"type": "http.response.body", "body": body})
