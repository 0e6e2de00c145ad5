"""A real Chroma server that is not there, goes, hangs and comes back, under a chatbot and under its page."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from app import build_app
from rag import store
from rag.errors import IndexDamagedError
from rag.index import refresh
from rag.settings import Settings
from tests.fake_chatbot import serve
from tests.fakes import BagOfWordsEmbedder
from tests.faults import outcome, run
from tests.invariants import MARK, assert_cites, assert_sound, make_bot

QUESTION = f"What is {MARK} of the town?"


class Server:
    """A Chroma server on a port of its own, that can be ended, stopped and started again over the same folder."""

    def __init__(self, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self._port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._folder = folder
        self.start()

    def start(self) -> None:
        program = Path(sys.executable).parent / "chroma"
        command = [program, "run", "--path", self._folder, "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(600):
            try:
                httpx.get(f"{self.url}/api/v2/heartbeat").raise_for_status()
                return
            except httpx.HTTPError:
                time.sleep(0.1)
        raise RuntimeError("the Chroma server did not start")

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def hang(self, *, on: bool) -> None:
        self._process.send_signal(signal.SIGSTOP if on else signal.SIGCONT)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("server"))
    yield server
    server.hang(on=False)
    server.end()


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    """Two articles, indexed on the server."""
    (tmp_path / "corpus").mkdir()
    for name in ("town", "river"):
        (tmp_path / "corpus" / f"{name}.txt").write_text(f"Many know that the sign of the {name} is a key.", "utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", chroma_url=server.url)
    refresh(settings, BagOfWordsEmbedder())
    return settings


def test_a_server_that_goes_and_comes_back(server: Server, settings: Settings) -> None:
    """Without it a question gets the address and what to do, and /readyz 503; with it back, all is well again."""
    bot = make_bot(settings)
    with TestClient(build_app(bot, settings), base_url="http://127.0.0.1") as client:
        assert client.get("/readyz").status_code == 200
        server.end()
        with pytest.raises(IndexDamagedError, match=rf"server at {server.url} cannot be used .*FOOTNOTE_CHROMA_URL"):
            bot.ask(QUESTION)
        answer = client.get("/readyz")
        assert (answer.status_code, server.url in answer.json()["reason"]) == (503, True)
        with pytest.raises(IndexDamagedError, match="server at"):
            make_bot(settings)
        server.start()
        assert client.get("/readyz").status_code == 200
    assert_cites(bot, QUESTION)
    assert_sound(settings)


def test_a_server_that_hangs(server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is given up after a time, at the start and during a question, and used again once it answers."""
    monkeypatch.setattr(store, "_SERVER_SECONDS", 1.0)
    bot = make_bot(settings)
    server.hang(on=True)
    with pytest.raises(IndexDamagedError, match="timed out"):
        bot.ask(QUESTION)
    with pytest.raises(IndexDamagedError, match="timed out"):
        make_bot(settings)
    server.hang(on=False)
    assert_cites(bot, QUESTION)


def test_a_run_under_a_serving_page(tmp_path: Path) -> None:
    """What another process indexes is in the page's next answer, without a restart."""
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    refresh(settings, BagOfWordsEmbedder())
    with serve(make_bot(settings), settings) as url, httpx.Client(base_url=url, timeout=300) as client:
        assert client.get("/readyz").json()["documents"] == 0
        (settings.corpus / "town.txt").write_text(f"Many know that {MARK} of the town is a key.", "utf-8")
        assert outcome(run, settings) == "done"
        assert client.get("/readyz").json()["documents"] == 1
        event = client.post("/gradio_api/call/ask", json={"data": [QUESTION, None]}).json()["event_id"]
        assert "is a key" in client.get(f"/gradio_api/call/ask/{event}").text


def test_something_else_at_the_address(settings: Settings) -> None:
    """A web server that is no Chroma is said to be unusable."""
    with TestClient(build_app(make_bot(settings), settings)), socket.create_server(("127.0.0.1", 0)) as other:
        other.settimeout(20)
        wrong = settings.model_copy(update={"chroma_url": f"http://127.0.0.1:{other.getsockname()[1]}"})

        def answer() -> None:
            connection, _ = other.accept()
            connection.recv(1000)
            connection.sendall(b"HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\nno")
            connection.close()

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(IndexDamagedError, match="404"):
            make_bot(wrong)
