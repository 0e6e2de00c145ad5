"""The server around the page: where it listens, who may ask, what it says of its health, and how it ends."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from contextlib import suppress
from ipaddress import ip_address
from types import FrameType

import uvicorn
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from starlette.middleware.trustedhost import TrustedHostMiddleware

from page.guard import Guard
from page.login import Login, Users
from page.session import Bot
from rag import __version__
from rag.errors import FootnoteError, SettingsError
from rag.settings import Settings

_LOOPBACK = ["127.0.0.1", "localhost", "[::1]"]  # any other name for this machine was given to it by another site
_LONGEST_END = 5.0  # seconds after which an answer that is still on its way is given up
_GRACE = 1  # seconds that open connections have after the end; an open page holds one for ever

_log = logging.getLogger("footnote")


def add_health(app: FastAPI, bot: Bot, settings: Settings) -> None:
    """Add `/healthz`, the process is alive, and `/readyz`, questions can be answered: 503 with a reason where not."""

    @app.get("/healthz")
    async def health() -> JSONResponse:
        return JSONResponse({"status": "ok", "version": __version__})

    @app.get("/readyz")
    def ready() -> JSONResponse:
        try:
            bot.check_ready()
            return JSONResponse({"status": "ok", "documents": len(bot.documents)})
        except FootnoteError as error:
            _log.warning("not ready", extra={"fields": {"reason": str(error)}})
            # Whoever gives no password learns no path and no address.
            reason = "Questions cannot be answered now; the log says why." if settings.auth_file else str(error)
            return JSONResponse({"status": "unavailable", "reason": reason}, 503, {"retry-after": "5"})


def protect(app: FastAPI, settings: Settings) -> None:
    """Put the guard before the application, and the question for name and password where users are given."""
    if settings.auth_file:
        app.add_middleware(Login, users=Users(settings.auth_file))
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=[*_LOOPBACK, *_names(settings)])
    app.add_middleware(Guard)


def listen(settings: Settings) -> socket.socket:
    """Take the port, before the index is opened: a port in use is to cost no wait. Raises FootnoteError."""
    _refuse_openness(settings)
    host, port = settings.host, settings.port
    listening = socket.socket(socket.AF_INET6 if ip_address(host).version == 6 else socket.AF_INET)
    if os.name == "posix":  # elsewhere this would let two servers share a port
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen()
    except OSError as error:
        listening.close()
        other = f"FOOTNOTE_PORT={port % 65535 + 1} python app.py"
        raise FootnoteError(f"Port {port} of {host} cannot be used ({error.strerror}). Take another: {other}") from None
    return listening


def end_at_sigterm() -> None:
    """Let SIGTERM end the process as Ctrl-C does: what is open is closed, and a lock is released."""
    signal.signal(signal.SIGTERM, _end)


def run(app: FastAPI, listening: socket.socket) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    config = uvicorn.Config(app, log_config=None, access_log=False, timeout_graceful_shutdown=_GRACE)
    server = _Server(config)
    # An open page holds a connection, which the end cuts off; that is no error.
    logging.getLogger("uvicorn.error").addFilter(lambda _: not server.should_exit)
    with suppress(KeyboardInterrupt):
        server.run(sockets=[listening])


class _Server(uvicorn.Server):
    """Ends even where an answer does not: its thread cannot be stopped, and writes nothing that could be lost."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        last_resort = threading.Timer(_LONGEST_END, os._exit, (0,))
        last_resort.daemon = True
        last_resort.start()


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


def _names(settings: Settings) -> list[str]:
    return [name for part in settings.hosts.split(",") if (name := part.strip())]


def _refuse_openness(settings: Settings) -> None:
    """Other machines reach the page only where their names for it are told, and who they are, or that all may."""
    if ip_address(settings.host).is_loopback:
        return
    what = f"FOOTNOTE_HOST={settings.host} lets other machines reach the page"
    if not _names(settings):
        raise SettingsError(f"{what}. Say by which names: FOOTNOTE_HOSTS=footnote.example.org")
    if not settings.auth_file and not settings.public:
        raise SettingsError(
            f"{what}, and nobody would be asked for a password. Give users, FOOTNOTE_AUTH_FILE=FILE, "
            "or let everybody in: FOOTNOTE_PUBLIC=true"
        )
