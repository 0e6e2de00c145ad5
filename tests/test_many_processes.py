"""Beyond one process: several answer from one Chroma server while another one indexes."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag.index import refresh
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder

ROOT = Path(__file__).parent.parent
SECONDS = 600  # after which a process that says nothing has failed
# One process that serves: a chatbot's own way of following the pointer, asked once for each line of its input.
READER = """
import sys
from rag.chatbot import Chatbot, Models
from rag.index import Index
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder, LookupReader
from rag.draft.extract import ReaderDrafter
from rag.draft.weigh import Weighing

settings = Settings(corpus=sys.argv[1], index=sys.argv[2], chroma_url=sys.argv[3])
embedder = BagOfWordsEmbedder()
drafter = ReaderDrafter(LookupReader({}), Weighing.load())
bot = Chatbot(settings, Models(embedder, drafter, drafter), Index.open(settings, embedder))
for question in sys.stdin:
    print(bot.retrieve(question)[0].passage.document, flush=True)
"""
WRITER = """
import sys
from rag.index import refresh
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder

settings = Settings(corpus=sys.argv[1], index=sys.argv[2], chroma_url=sys.argv[3])
print(refresh(settings, BagOfWordsEmbedder()).generation)
"""


@contextmanager
def chroma(folder: Path, port: int) -> Iterator[None]:
    """A Chroma server on this machine while the block runs."""
    program = Path(sys.executable).parent / "chroma"
    command = [program, "run", "--path", folder, "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat").close()
            return
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the Chroma server did not start")


@pytest.fixture
def port() -> int:
    """A port that nobody uses."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        found: int = free.getsockname()[1]
        return found


@pytest.fixture
def settings(tmp_path: Path, port: int) -> Settings:
    """Two articles, and their index on a server that is not started yet."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "talks.txt").write_text("Officials of Ukraine and Russia met in Istanbul.")
    (tmp_path / "corpus" / "palace.txt").write_text("Dolmabahçe Palace was built for Sultan Abdülmecid.")
    return Settings(corpus=tmp_path / "corpus", index=tmp_path / "index", chroma_url=f"http://127.0.0.1:{port}")


def _process(script: str, settings: Settings) -> subprocess.Popen[str]:
    places = [str(settings.corpus), str(settings.index), settings.chroma_url]
    return subprocess.Popen(
        [sys.executable, "-c", script, *places], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def _asked(reader: subprocess.Popen[str], question: str) -> str:
    """The document that a serving process finds first."""
    assert reader.stdin
    assert reader.stdout
    reader.stdin.write(f"{question}\n")
    reader.stdin.flush()
    return reader.stdout.readline().strip()


def test_several_serve_while_one_indexes(tmp_path: Path, port: int, settings: Settings) -> None:
    """Two processes answer from one server, another one indexes; each finds the new article at its next question."""
    with chroma(tmp_path / "server", port):
        refresh(settings, BagOfWordsEmbedder())
        readers = [_process(READER, settings) for _ in range(2)]
        started = list(readers)
        try:
            before = [_asked(reader, "Who signed the grain initiative in Istanbul?") for reader in readers]
            (settings.corpus / "grain.txt").write_text("The grain initiative was signed by the ministers.")
            writer = _process(WRITER, settings)
            started.append(writer)
            assert writer.communicate(timeout=SECONDS)[0].strip() == "gen-0002"
            after = [_asked(reader, "Who signed the grain initiative in Istanbul?") for reader in readers]
        finally:
            for process in started:
                process.kill()
                process.communicate()
    assert before == ["talks.txt"] * 2
    assert after == ["grain.txt"] * 2
