"""Many questions, for long, and without a network: what is held stays flat, and nobody is looked up."""

from __future__ import annotations

import gc
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fake_chatbot import FakeChatbot, serve
from tests.test_chatbot import ARTICLE, OTHER, make_bot

ROOT = Path(__file__).parent.parent


def test_a_page_looks_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Made, loaded with all that it names, and asked, the page asks no name server for anybody."""
    looked_up: set[str] = set()
    real = socket.getaddrinfo

    def watched(host: str | bytes | None, *rest: object, **more: object) -> object:
        looked_up.add(str(host))
        return real(host, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", watched)
    with serve(FakeChatbot()) as url, httpx.Client(base_url=url, timeout=300) as client:
        page = client.get("/").text
        own = set(re.findall(r'(?:href|src)="(/[^"]*|\./[^"]*)"', page))
        for path in sorted(own)[:40]:
            client.get(path.removeprefix("."))
        begun = client.post("/gradio_api/call/ask", json={"data": ["Who led?", None]}).json()
        assert "Medinsky" in client.get(f"/gradio_api/call/ask/{begun['event_id']}").text
    assert own
    assert looked_up <= {"127.0.0.1", "localhost", "None"}


def held() -> tuple[int, int]:
    """Megabytes of memory and open files of this process."""
    gc.collect()
    resident = int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return resident // 1_000_000, len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.torture
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_five_hundred_chats(tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    """Five hundred chats, one in ten left before its answer: memory and open files are as after the first fifty."""
    record_property("trials", 500)
    bot = make_bot(tmp_path, talks=ARTICLE, palace=OTHER)
    questions = ("Who led Russia's delegation?", "Who led China's delegation?", "What is the palace today?", "And he?")

    def chat(client: httpx.Client, number: int) -> None:
        question = questions[number % len(questions)]
        data = [question, [["Who led Ukraine's delegation?", "Rustem Umerov led Ukraine's delegation."]]]
        event = client.post("/gradio_api/call/ask", json={"data": data}).json()["event_id"]
        if number % 10 == 9:
            with client.stream("GET", f"/gradio_api/call/ask/{event}"):
                return
        said = client.get(f"/gradio_api/call/ask/{event}").text
        assert json.loads(said.partition("data: ")[2].splitlines()[0])[0]["question"] == question

    with serve(bot) as url, httpx.Client(base_url=url, timeout=300) as client:
        for number in range(50):
            chat(client, number)
        memory, files = held()
        for number in range(500):
            chat(client, number)
        grown = held()
    assert grown[1] <= files + 10
    assert grown[0] <= memory + 40


@pytest.mark.torture
@pytest.mark.models
def test_everything_works_without_a_network(tmp_path: Path) -> None:
    """In a name space without any network the real models index and answer, and no name is looked up."""
    if not shutil.which("unshare") or subprocess.run(["unshare", "-n", "true"], check=False).returncode:
        pytest.skip("needs root and unshare")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "talks.txt").write_text(ARTICLE, "utf-8")
    program = (
        "import socket, sys\n"
        "def none(*_, **__): print('LOOKED UP', _, file=sys.stderr); raise OSError('no network')\n"
        "socket.getaddrinfo = socket.gethostbyname = none\n"
        "from rag.__main__ import main\n"
        f"sys.exit(main(['ask', \"Who led Russia's delegation?\", '--corpus', {str(tmp_path / 'corpus')!r}, "
        f"'--index', {str(tmp_path / 'index')!r}]))"
    )
    done = subprocess.run(
        ["unshare", "-n", sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "Vladimir Medinsky" in done.stdout
    assert "LOOKED UP" not in done.stderr
