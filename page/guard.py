"""What every request passes before the page sees it, and every response before it leaves. Pure ASGI, no state."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 256 * 1024  # bytes; the longest question and a long history fit many times over
# Gradio takes no uploads and serves no files here. Its file route would also fetch any public address for a caller,
# and so carry text out past the policy below, from our own origin.
_UPLOADS = "/uploads"  # where documents are added, which may be larger
UPLOAD_LIMIT = 10_000_000  # bytes, held in memory until the whole file is there
_UPLOADS_AT_ONCE = 4
_CLOSED = re.compile(r"/(?:file[=/]|proxy=|upload|stream/|component_server|monitoring)")
_NOT_PASSED = {b"accept-encoding", b"x-footnote-user"}
_BUSY_UPLOADS = "Other documents are being added. Add yours in a moment."
_BUSY = "Many questions are waiting for an answer. Ask again in a moment."
_INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
_POLICY = (
    "default-src 'self'; "
    # Gradio's HTML component builds its template with Function(), which needs 'unsafe-eval'. Inline scripts run by
    # their hash alone, so injected markup, event handlers included, runs nothing.
    "script-src 'self' 'unsafe-eval'{hashes}; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; "
    "media-src 'self' blob:; worker-src 'self' blob:; frame-src 'none'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


class Guard:
    """Refuses closed routes and foreign origins (403) and large bodies (413); sets the security headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._uploading = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websocket is served
        outgoing = _Outgoing(send, asks=scope["path"].startswith("/gradio_api/"))
        if refusal := _refusal(scope):
            await outgoing.refuse(*refusal)
            return
        adds = scope["path"] == _UPLOADS and scope["method"] == "POST"
        if adds and self._uploading == _UPLOADS_AT_ONCE:
            await outgoing.refuse(503, _BUSY_UPLOADS, {"retry-after": "5"})
            return
        self._uploading += adds
        try:
            body = await _read(receive, _limit(scope))
            if body is None:
                await outgoing.refuse(413, _too_large(scope))
                return
            await self.app(_plain(scope), _replay(body, receive), outgoing.send)
        finally:
            self._uploading -= adds


def _limit(scope: Scope) -> int:
    return UPLOAD_LIMIT if scope["path"] == _UPLOADS else BODY_LIMIT


def _too_large(scope: Scope) -> str:
    if scope["path"] == _UPLOADS:
        return f"The file is larger than {UPLOAD_LIMIT // 1_000_000} MB. Split it."
    return f"The request is larger than {BODY_LIMIT // 1024} KB. Ask a shorter question."


def _refusal(scope: Scope) -> tuple[int, str] | None:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if scope["path"] != _UPLOADS and _CLOSED.search(_decoded(scope["path"])):
        return 403, "The page serves no files."
    if origin is not None and scope["method"] not in {"GET", "HEAD"} and urlsplit(origin).netloc != headers.get("host"):
        return 403, "The request comes from another site."
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > _limit(scope):
        return 413, _too_large(scope)
    return None


def _decoded(path: str) -> str:
    """The path with every layer of percent-encoding taken off, in lower case."""
    while (plain := unquote(path)) != path:
        path = plain
    return path.lower().replace("\\", "/")


async def _read(receive: Receive, limit: int) -> list[Message] | None:
    """The request's messages up to its end, or None where its body exceeds the limit."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > limit:
            return None
        if not message.get("more_body", False):
            return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Message:
        return next(waiting, None) or await receive()

    return replayed


def _plain(scope: Scope) -> Scope:
    """The request without its wish for compression: the inline scripts of a response must be legible here.

    And without a user's name, which `page.login` alone may give.
    """
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] not in _NOT_PASSED]}


class _Outgoing:
    """Sends a response with the headers; an HTML one is held until it is whole, for the hashes of its scripts."""

    def __init__(self, send: Send, *, asks: bool) -> None:
        self._send = send
        self._asks = asks
        self._refused = False
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if self._refused:
            return
        if message["type"] == "http.response.start":
            if self._asks and message["status"] == 503:  # Gradio's queue is full, which it says in its own words
                await self.refuse(503, _BUSY, {"retry-after": "5"})
                self._refused = True
                return
            if _is_html(message):
                self._start = message
                return
            _set_headers(message, b"")
        elif self._start is not None and message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            _set_headers(self._start, self._body)
            await self._send(self._start)
            message = {"type": "http.response.body", "body": self._body}
        await self._send(message)

    async def refuse(self, status: int, reason: str, headers: Mapping[str, str] | None = None) -> None:
        """Answer with a status and one sentence."""
        body = json.dumps({"detail": reason}).encode()
        described = {"content-type": "application/json", "content-length": str(len(body)), **(headers or {})}
        start = {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in described.items()],
        }
        _set_headers(start, b"")
        await self._send(start)
        await self._send({"type": "http.response.body", "body": body})


def _is_html(start: Message) -> bool:
    return Headers(raw=start["headers"]).get("content-type", "").startswith("text/html")


def _set_headers(start: Message, html: bytes) -> None:
    hashes = "".join(
        f" 'sha256-{b64encode(sha256(script).digest()).decode()}'"
        for script in dict.fromkeys(_INLINE_SCRIPT.findall(html))
    )
    headers = MutableHeaders(scope=start)
    headers.update(_HEADERS)
    headers["content-security-policy"] = _POLICY.format(hashes=hashes)
