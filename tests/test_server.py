"""The server: where it listens, whom it lets in, what it says of itself, and how it ends."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

import rag.__main__ as command_line
from app import build_app
from page.log import JsonLines, logged
from page.login import Users
from page.server import listen
from page.session import Sessions
from rag.errors import FootnoteError, SettingsError
from rag.passwords import matches, read_users, user_line
from rag.settings import Settings
from tests.fake_chatbot import FakeChatbot, serve

ROOT = Path(__file__).parent.parent
PASSWORD = "correct horse battery"


def basic(name: str, password: str) -> dict[str, str]:
    return {"authorization": f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"}


# --- where it listens -------------------------------------------------------------------------------------------------


def test_it_listens_on_the_loopback_address_only() -> None:
    """Without a word about it, other machines do not reach the page."""
    with listen(Settings().model_copy(update={"port": 0})) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "FOOTNOTE_HOSTS="),
        ({"hosts": "footnote.example.org"}, "FOOTNOTE_AUTH_FILE=FILE"),
        ({"public": True}, "FOOTNOTE_HOSTS="),
    ],
    ids=["alone", "no users", "no names"],
)
def test_it_is_not_opened_by_mistake(given: dict[str, object], said: str) -> None:
    """An address that others reach needs the names of the page, and users or the word that all may ask."""
    with pytest.raises(SettingsError, match=said):
        listen(Settings(host="0.0.0.0", **given))


def test_it_is_opened_where_that_is_said() -> None:
    """With names and everybody let in, it listens on every address of the machine."""
    settings = Settings(host="0.0.0.0", hosts="footnote.example.org", public=True)
    with listen(settings.model_copy(update={"port": 0})) as listening:
        assert listening.getsockname()[0] == "0.0.0.0"


@pytest.mark.parametrize(("name", "value"), [("host", "example.org"), ("host", ""), ("hosts", "*"), ("hosts", "a b")])
def test_an_address_and_names_are_checked(name: str, value: str) -> None:
    """A name to look up, or one that stands for all names, is refused with the value."""
    with pytest.raises(SettingsError, match=f"setting {name}"):
        Settings(**{name: value})


def test_a_port_in_use_is_a_sentence() -> None:
    """The next port is offered."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(FootnoteError, match=f"Port {port} .*FOOTNOTE_PORT={port % 65535 + 1} python app.py"):
            listen(Settings(port=port))


def test_names_that_are_told_are_trusted() -> None:
    """A request for a told name passes, one for another does not."""
    settings = Settings(hosts="footnote.example.org, other.example.org")
    with TestClient(build_app(FakeChatbot(), settings)) as client:
        statuses = [
            client.get("/healthz", headers={"host": name}).status_code
            for name in ("footnote.example.org", "other.example.org:8080", "127.0.0.1", "evil.example")
        ]
    assert statuses == [200, 200, 200, 400]


# --- health -----------------------------------------------------------------------------------------------------------


def test_ready_or_not() -> None:
    """`/readyz` gives 503 and the reason while questions cannot be answered, and heals; `/healthz` goes on."""
    bot = FakeChatbot()
    with TestClient(build_app(bot), base_url="http://127.0.0.1") as client:
        assert client.get("/readyz").status_code == 200
        bot.trouble = "There is no index in x. Build it: python -m rag index"
        answer = client.get("/readyz")
        assert (answer.status_code, answer.json()["reason"]) == (503, bot.trouble)
        assert answer.headers["retry-after"] == "5"
        assert client.get("/healthz").status_code == 200
        bot.trouble = ""
        assert client.get("/readyz").status_code == 200


# --- passwords --------------------------------------------------------------------------------------------------------


def test_a_password_is_kept_as_its_hash() -> None:
    """The line holds no password, differs each time, and only the right password matches it."""
    line, again = user_line("ada", PASSWORD), user_line("ada", PASSWORD)
    stored = line.partition(":")[2]
    assert PASSWORD not in line
    assert line != again
    assert [matches(given, stored) for given in (PASSWORD, PASSWORD + " ", "", "x" * 100_000)] == [True] + [False] * 3
    assert not matches(PASSWORD, None)


def test_the_command_makes_a_line(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m rag password NAME` reads the password from standard input and prints the line."""
    monkeypatch.setattr("sys.stdin", StringIO(f"{PASSWORD}\n"))
    assert command_line.main(["password", "ada"]) == 0
    name, _, stored = capsys.readouterr().out.strip().partition(":")
    assert (name, matches(PASSWORD, stored)) == ("ada", True)


@pytest.mark.parametrize(
    ("name", "password", "said"), [("a:b", PASSWORD, "name"), ("", PASSWORD, "name"), ("ada", "short", "5 characters")]
)
def test_a_user_that_cannot_be_made(name: str, password: str, said: str) -> None:
    """The reason names the value, and never a password."""
    with pytest.raises(SettingsError, match=said):
        user_line(name, password)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read"),
        (b"", "names nobody"),
        (b"# only a comment\n", "names nobody"),
        (b"ada:secret\n", "Line 1"),
        (b"\xff\xfe", "not UTF-8"),
    ],
    ids=["missing", "empty", "comment", "no hash", "bytes"],
)
def test_a_file_of_users_that_cannot_be_used(tmp_path: Path, content: bytes | None, said: str) -> None:
    """The line is named, and what stands in it is not shown: it may be a password."""
    if content is not None:
        (tmp_path / "users").write_bytes(content)
    with pytest.raises(SettingsError, match=said) as raised:
        read_users(tmp_path / "users")
    assert "secret" not in str(raised.value)


@pytest.fixture(scope="module")
def users_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two users."""
    path = tmp_path_factory.mktemp("users") / "users"
    path.write_text(f"# who may ask\n{user_line('ada', PASSWORD)}\n{user_line('bob', PASSWORD[::-1])}\n")
    return path


@pytest.fixture(scope="module")
def guarded(users_file: Path) -> Iterator[TestClient]:
    """A page that asks for a password."""
    app = build_app(FakeChatbot(), Settings(auth_file=users_file))
    with TestClient(app, base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize(
    "path", ["/", "/config", "/page.css", "/gradio_api/info", "/gradio_api/queue/data", "/nowhere"]
)
def test_nothing_is_shown_without_a_password(guarded: TestClient, path: str) -> None:
    """Every path asks for it, with the headers of every answer."""
    answer = guarded.get(path)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Basic realm="Footnote"')
    assert "content-security-policy" in answer.headers


def test_health_needs_no_password_and_tells_no_path(users_file: Path) -> None:
    """Programs that watch the server know no password, and learn nothing of where things are."""
    bot = FakeChatbot()
    bot.trouble = "There is no index in /home/ada/index"
    with TestClient(build_app(bot, Settings(auth_file=users_file)), base_url="http://127.0.0.1") as client:
        assert client.get("/healthz").status_code == 200
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "/home" not in answer.text


@pytest.mark.parametrize(
    "authorization",
    [
        basic("ada", "wrong password"),
        basic("bob", PASSWORD),
        basic("eve", PASSWORD),
        basic("", ""),
        {"authorization": "Basic !!!"},
        {"authorization": "Basic " + b64encode(b"\xff\xfe:x").decode()},
        {"authorization": "Bearer x"},
        {"x-footnote-user": "ada"},
    ],
    ids=["wrong", "another's", "unknown", "empty", "no base64", "no UTF-8", "another scheme", "forged name"],
)
def test_a_wrong_password_opens_nothing(guarded: TestClient, authorization: dict[str, str]) -> None:
    """Neither does a header that only the server may set."""
    assert guarded.get("/config", headers=authorization).status_code == 401


def test_the_right_password_opens_the_page(guarded: TestClient) -> None:
    """Once let in, requests pass without another hash."""
    assert [guarded.get("/config", headers=basic("ada", PASSWORD)).status_code for _ in range(20)] == [200] * 20


class Clock:
    """A time that a test sets."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_guessing_is_slowed_down(users_file: Path) -> None:
    """After five wrong tries an address waits, twice as long each time; others and those who are in do not."""
    clock = Clock()
    users = Users(users_file, clock)

    def enters(password: str, address: str = "10.0.0.1", name: str = "ada") -> tuple[bool, float]:
        verdict = asyncio.run(users.admit(basic(name, password)["authorization"], address))
        return bool(verdict.name), verdict.wait

    assert [enters("wrong wrong") for _ in range(5)] == [(False, 0.0)] * 5
    assert enters(PASSWORD) == (False, 1.0)  # right, but not looked at
    assert enters(PASSWORD, "10.0.0.2") == (True, 0.0)
    assert enters(PASSWORD) == (True, 0.0)  # the same person, who is in
    assert enters(PASSWORD[::-1], name="bob") == (True, 0.0)
    clock.now += 1.5
    assert enters("wrong again") == (False, 0.0)
    assert enters("wrong again")[1] == 2.0
    clock.now += 10_000
    assert enters(PASSWORD) == (True, 0.0)


def test_many_names_from_one_address_are_slowed_down(users_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another name for each try does not help."""
    monkeypatch.setattr("page.login.matches", lambda password, stored: False)  # saves fifty hashes
    users = Users(users_file, Clock())
    for number in range(50):
        asyncio.run(users.admit(basic(f"name{number}", "guess")["authorization"], "10.0.0.1"))
    assert asyncio.run(users.admit(basic("another", "guess")["authorization"], "10.0.0.1")).wait > 0


def test_a_changed_file_of_users_counts_at_once(tmp_path: Path, users_file: Path) -> None:
    """Who is removed is out at the next request; a file half saved locks nobody out."""
    path = tmp_path / "users"
    lines = users_file.read_text().splitlines()
    path.write_text("\n".join(lines))
    users = Users(path)
    ada, bob = (basic(*each)["authorization"] for each in (("ada", PASSWORD), ("bob", PASSWORD[::-1])))

    def enter(authorization: str) -> bool:
        return bool(asyncio.run(users.admit(authorization, "10.0.0.1")).name)

    assert (enter(ada), enter(bob)) == (True, True)
    path.write_text("\n".join(lines)[:-9])
    assert (enter(ada), enter(bob)) == (True, True)
    path.write_text(lines[1])
    assert (enter(ada), enter(bob)) == (True, False)


def test_the_sessions_of_two_users_are_apart() -> None:
    """A token that another user came to know opens an empty session."""
    sessions = Sessions()
    mine = sessions.of("token of the first page", "ada")
    assert sessions.of("token of the first page", "bob") is not mine
    assert sessions.of("token of the first page") is not mine
    assert sessions.of("token of the first page", "ada") is mine


# --- the log ----------------------------------------------------------------------------------------------------------


@contextmanager
def log_lines(*, questions: bool) -> Iterator[list[dict[str, object]]]:
    """What is logged meanwhile, a dict a line."""
    stream, lines = StringIO(), []
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines(questions=questions))
    logger = logging.getLogger("footnote")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    lines += [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("questions", [False, True])
def test_an_answer_is_one_line_of_json(questions: bool) -> None:
    """It says how the answer ended, and what was asked only where that is wanted."""
    bot = logged(FakeChatbot(), questions=questions)
    with log_lines(questions=questions) as lines:
        bot.ask("Who led\nthe secret talks?")
        list(bot.stream("prime minister of the secret?"))
    assert [(line["event"], line["status"]) for line in lines] == [("answer", "answered"), ("answer", "abstained")]
    assert [line.get("question") for line in lines] == (
        ["Who led\nthe secret talks?", "prime minister of the secret?"] if questions else [None, None]
    )
    assert "secret" not in json.dumps(lines) or questions


def test_an_unexpected_error_is_logged_without_its_words() -> None:
    """An exception's message may quote the question: its class and its place are enough to look further."""
    with log_lines(questions=False) as lines:
        try:
            raise ValueError("in a question about secrets")
        except ValueError:
            logging.getLogger("footnote").exception("A question could not be answered")
    (line,) = lines
    assert (line["level"], line["error"]) == ("error", "ValueError")
    assert "test_server.py" in str(line["where"])
    assert "secrets" not in json.dumps(line)


# --- many at once, and the end ----------------------------------------------------------------------------------------


def begin(client: httpx.Client, question: str) -> httpx.Response:
    """Ask at the endpoint; the response names the event that will bring the answer."""
    return client.post("/gradio_api/call/ask", json={"data": [question, None]})


def answered(client: httpx.Client, begun: httpx.Response) -> str:
    """The question of the answer, once that is there."""
    said = client.get(f"/gradio_api/call/ask/{begun.json()['event_id']}").text
    return str(json.loads(said.partition("data: ")[2].splitlines()[0])[0]["question"])


@contextmanager
def many(bot: FakeChatbot) -> Iterator[httpx.Client]:
    """A client that may ask as often at once as it likes."""
    with (
        serve(bot) as url,
        httpx.Client(base_url=url, timeout=120, limits=httpx.Limits(max_connections=None)) as client,
    ):
        yield client


def test_fifty_at_once_are_all_answered() -> None:
    """All wait at the same time, and each gets the answer to its own question."""
    bot = FakeChatbot()
    bot.gate.clear()
    questions = [f"Question number {number}?" for number in range(50)]
    with many(bot) as client, ThreadPoolExecutor(50) as pool:
        begun = [begin(client, question) for question in questions]
        waiting = [pool.submit(answered, client, each) for each in begun]
        bot.gate.set()
        assert [each.result() for each in waiting] == questions


def test_too_many_at_once_are_told_to_wait() -> None:
    """Beyond the queue a question is refused with 503, a sentence and a time; those that wait are answered."""
    bot = FakeChatbot()
    bot.gate.clear()
    with many(bot) as client:
        begun = [begin(client, f"Question number {number}?") for number in range(75)]
        refused = [each for each in begun if each.status_code == 503]
        assert 1 <= len(refused) <= 11
        assert {each.json()["detail"] for each in refused} == {
            "Many questions are waiting for an answer. Ask again in a moment."
        }
        assert {each.headers["retry-after"] for each in refused} == {"5"}
        assert client.get("/healthz").status_code == 200
        bot.gate.set()
        assert answered(client, begun[0]) == "Question number 0?"
        assert begin(client, "And now?").status_code == 200


def test_a_reader_who_leaves_frees_the_place() -> None:
    """Eight who ask and go before their answer leave room for the next one."""
    bot = FakeChatbot()
    bot.gate.clear()
    with many(bot) as client:
        begun = [begin(client, f"Question number {number}?") for number in range(8)]
        for each in begun:
            with client.stream("GET", f"/gradio_api/call/ask/{each.json()['event_id']}"):
                pass  # connected, and gone
        bot.gate.set()
        assert answered(client, begin(client, "And now?")) == "And now?"


@pytest.mark.skipif(os.name != "posix", reason="signals of a POSIX system")
def test_it_ends_cleanly_during_an_answer() -> None:
    """The process ends with 0 within seconds and frees its port; the log holds lines of JSON and no question."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.served"],
        cwd=ROOT,
        env={**os.environ, "FOOTNOTE_PORT": str(port)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert f"http://127.0.0.1:{port}" in process.stdout.readline()
    url = f"http://127.0.0.1:{port}"
    call = f"{url}/gradio_api/call/ask"
    begun = httpx.Client(transport=httpx.HTTPTransport(retries=20), timeout=300).post(
        call, json={"data": ["slow secret?", None]}
    )
    assert begun.status_code == 200
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=300)
    assert process.returncode == 0
    for line in said.splitlines():
        json.loads(line)
    assert "secret" not in said
    with listen(Settings(port=port)):
        pass
