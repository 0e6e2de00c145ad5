"""A provider of chat models on this machine: answers over HTTP in the shapes that were recorded of the real ones."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-secret-of-the-user-0123456789"  # providers repeat it in what they say

Request = dict[str, Any]


@dataclass
class Reply:
    """What the server answers to one request."""

    status: int = 200
    body: str = ""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    pieces: Sequence[str] = ()  # sent one after the other, each flushed
    endless: str = ""  # then this, for ever
    stalls: bool = False  # then nothing, and the connection stays open
    cut: bool = False  # then the connection is closed, against what was announced


@dataclass
class Provider:
    """A running server: its address, and what it was asked."""

    address: str
    requests: list[Request] = field(default_factory=list)


def failing(status: int, message: str, **more: Any) -> Reply:
    """An error as OpenAI sends it, and those who speak its language."""
    return Reply(status, json.dumps({"error": {"message": message, "type": "error", **more}}))


def streamed(*texts: str, finish: str = "stop") -> Reply:
    """A chat completion in pieces."""
    return Reply(kind="text/event-stream", pieces=[*map(event, texts), event("", finish), "data: [DONE]\n\n"])


def event(text: str, finish: str | None = None) -> str:
    """One piece of a streamed chat completion."""
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": finish}
    return _event({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]})


def anthropic(*blocks: tuple[str, Sequence[str]]) -> Reply:
    """A message of Anthropic in pieces: texts, each with the texts that it cites."""
    message = {"id": "m", "type": "message", "role": "assistant", "model": "claude", "content": []}
    usage = {"input_tokens": 1, "output_tokens": 1}
    pieces = [_named("message_start", message={**message, "stop_reason": None, "usage": usage})]
    for index, (text, cited) in enumerate(blocks):
        start = {"type": "text", "text": "", **({"citations": []} if cited else {})}
        pieces.append(_named("content_block_start", index=index, content_block=start))
        for words in cited:
            pieces.append(_delta(index, {"type": "citations_delta", "citation": _location(words)}))
        pieces += [
            _delta(index, {"type": "text_delta", "text": part})
            for part in (text[: len(text) // 2], text[len(text) // 2 :])
        ]
        pieces.append(_named("content_block_stop", index=index))
    pieces.append(_named("message_delta", delta={"stop_reason": "end_turn", "stop_sequence": None}, usage=usage))
    return Reply(kind="text/event-stream", pieces=[*pieces, _named("message_stop")])


def ollama(*texts: str) -> Reply:
    """A chat answer of Ollama in pieces: a JSON object a line."""
    parts = [{"message": {"role": "assistant", "content": text}, "done": False} for text in texts]
    end = {"message": {"role": "assistant", "content": ""}, "done": True, "done_reason": "stop"}
    lines = [json.dumps({"model": "m", "created_at": "2026-01-01T00:00:00Z", **part}) + "\n" for part in [*parts, end]]
    return Reply(kind="application/x-ndjson", pieces=lines)


def _location(words: str) -> dict[str, Any]:
    return {
        "type": "content_block_location",
        "cited_text": words,
        "document_index": 0,
        "document_title": "Title",
        "start_block_index": 0,
        "end_block_index": 1,
    }


def _delta(index: int, delta: dict[str, Any]) -> str:
    return _named("content_block_delta", index=index, delta=delta)


def _named(name: str, **values: Any) -> str:
    return f"event: {name}\n" + _event({"type": name, **values})


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value)}\n\n"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, answer: Callable[[Request], Reply]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.over = threading.Event()
        self.provider = Provider(f"http://127.0.0.1:{self.server_address[1]}")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kept = {**request, "path": self.path, "authorization": self.headers["authorization"]}
        self.server.provider.requests.append(kept)
        reply = self.server.answer(request)
        streams = bool(reply.pieces or reply.endless or reply.stalls or reply.cut)
        length = ("transfer-encoding", "chunked") if streams else ("content-length", str(len(reply.body.encode())))
        self.send_response(reply.status)
        for name, value in [("content-type", reply.kind), *reply.headers.items(), length]:
            self.send_header(name, value)
        self.end_headers()
        if streams:
            self._stream(reply)
        else:
            self.wfile.write(reply.body.encode())

    def _stream(self, reply: Reply) -> None:
        self.close_connection = reply.cut
        try:
            for piece in reply.pieces:
                self._chunk(piece)
            while reply.endless and not self.server.over.wait(0.02):
                self._chunk(reply.endless)
            if reply.stalls:
                self.server.over.wait()
            if not reply.cut:
                self._chunk("")
        except OSError:  # the client has gone
            self.close_connection = True

    def _chunk(self, piece: str) -> None:
        sent = piece.encode()
        self.wfile.write(f"{len(sent):x}\r\n".encode() + sent + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serve(answer: Callable[[Request], Reply]) -> Iterator[Provider]:
    """Serve on a free loopback port; `answer` decides on each request's body, which is kept."""
    server = _Server(answer)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.provider
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()
        thread.join(timeout=10)
