"""What every request passes before the page sees it, and every response before it leaves. Pure ASGI, no state."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from hashlib import sha256
from urllib.parse import unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_LIMIT = 256 * 1024  # bytes; the longest question and a long history fit many times over
# The page takes no uploads and serves no files. Gradio's file route would also fetch any public address for a caller,
# and so carry text out past the policy below, from our own origin.
_CLOSED = re.compile(r"/(?:file[=/]|proxy=|upload|stream/|component_server|monitoring)")
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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self.app(scope, receive, send)
            return  # no websocket is served
        outgoing = _Outgoing(send)
        if refusal := _refusal(scope):
            await outgoing.refuse(*refusal)
            return
        body = await _read(receive)
        if body is None:
            await outgoing.refuse(413, _TOO_LARGE)
            return
        await self.app(_plain(scope), _replay(body, receive), outgoing.send)


_TOO_LARGE = f"The request is larger than {BODY_LIMIT // 1024} KB. Ask a shorter question."


def _refusal(scope: Scope) -> tuple[int, str] | None:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if _CLOSED.search(_decoded(scope["path"])):
        return 403, "The page serves no files."
    if origin is not None and scope["method"] not in {"GET", "HEAD"} and urlsplit(origin).netloc != headers.get("host"):
        return 403, "The request comes from another site."
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > BODY_LIMIT:
        return 413, _TOO_LARGE
    return None


def _decoded(path: str) -> str:
    """The path with every layer of percent-encoding taken off, in lower case."""
    while (plain := unquote(path)) != path:
        path = plain
    return path.lower().replace("\\", "/")


async def _read(receive: Receive) -> list[Message] | None:
    """The request's messages up to its end, or None where its body exceeds the limit."""
    messages: list[Message] = []
    size = 0
    while True:
        message = await receive()
        messages.append(message)
        size += len(message.get("body", b""))
        if size > BODY_LIMIT:
            return None
        if not message.get("more_body", False):
            return messages


def _replay(messages: list[Message], receive: Receive) -> Receive:
    waiting = iter(messages)

    async def replayed() -> Message:
        return next(waiting, None) or await receive()

    return replayed


def _plain(scope: Scope) -> Scope:
    """The request without its wish for compression: the inline scripts of a response must be legible here."""
    return {**scope, "headers": [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]}


class _Outgoing:
    """Sends a response with the headers; an HTML one is held until it is whole, for the hashes of its scripts."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
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

    async def refuse(self, status: int, reason: str) -> None:
        """Answer with a status and one sentence."""
        body = json.dumps({"detail": reason}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await self.send({"type": "http.response.start", "status": status, "headers": headers})
        await self.send({"type": "http.response.body", "body": body})


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
