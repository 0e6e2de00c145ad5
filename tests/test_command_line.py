"""The command line as a user meets it: exit codes, one sentence for an error, nothing a terminal would act on."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rag import __main__ as command_line
from rag.chatbot import Chatbot
from rag.errors import IndexLockedError
from rag.terminal import render_answer, visible
from tests.test_chatbot import ARTICLE, make_bot


@pytest.fixture
def bot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Chatbot:
    """Every command that opens a bot gets this one."""
    made = make_bot(tmp_path, talks=ARTICLE)
    monkeypatch.setattr(command_line, "_open", lambda _: made)
    return made


def test_ask_prints_answer_and_source(bot: Chatbot, capsys: pytest.CaptureFixture[str]) -> None:
    """The short answer first, then the sentence with its number, then the source with its offsets."""
    assert command_line.main(["ask", "Who led Russia's delegation?"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Vladimir Medinsky"
    assert lines[1] == "Vladimir Medinsky led Russia's delegation to the talks. [1]"
    assert lines[2].startswith("[1] talks (talks.txt, 40-95): “Vladimir Medinsky")


def test_ask_json_is_the_answers_json(bot: Chatbot, capsys: pytest.CaptureFixture[str]) -> None:
    """The same JSON as from Python, timings apart."""
    assert command_line.main(["ask", "Who led Russia's delegation?", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    expected = bot.ask("Who led Russia's delegation?").to_dict()
    assert told | {"timings_ms": 0} == json.loads(json.dumps(expected)) | {"timings_ms": 0}


def test_chat_keeps_the_turns(
    bot: Chatbot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A follow-up is read with the turn before it; an error of one question does not end the talk."""
    lines = iter(["Who led Russia's delegation?", "x" * 3000, "And Ukraine's?", ""])
    monkeypatch.setattr("builtins.input", lambda _="": next(lines))
    assert command_line.main(["chat"]) == 0
    captured = capsys.readouterr()
    assert "Read as: Who led Ukraine's delegation?\nRustem Umerov" in captured.out
    assert "3,000 characters" in captured.err


def test_abstaining_is_no_error(bot: Chatbot, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0, the silence in words, and the nearest passage marked as such."""
    assert command_line.main(["ask", "Who led China's delegation?"]) == 0
    out = capsys.readouterr().out
    assert "do not mention “China”" in out
    assert "Nearest: [1]" in out


@pytest.mark.parametrize("arguments", [[], ["ask"], ["sing"], ["ask", "x", "--colour"]], ids=str)
def test_wrong_usage_exits_with_2(arguments: list[str]) -> None:
    """Usage errors are told apart from others."""
    with pytest.raises(SystemExit, match="2"):
        command_line.main(arguments)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["ask", " "], "The question is empty", id="empty question"),
        pytest.param(["ask", "x" * 1_000_000], "1,000,000 characters", id="1 MB question"),
        pytest.param(["index", "--corpus", "no/such/folder"], "no/such/folder", id="missing folder"),
        pytest.param(["ask", "Who?", "--model", "gpt"], "PROVIDER:NAME", id="ill-formed model"),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_1(
    arguments: list[str], words: str, bot: Chatbot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What happened and the value, on stderr, without a traceback."""
    if "--model" in arguments:
        monkeypatch.undo()
    monkeypatch.setattr("rag.embed.load_embedder", lambda _: bot._models.embedder)
    assert command_line.main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert "Traceback" not in captured.err


def test_a_locked_index_is_said(
    bot: Chatbot, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error from deep inside ends in its sentence."""

    def locked(*_: object) -> None:
        raise IndexLockedError("The index at x is being written by process 7.")

    monkeypatch.setattr(bot, "ask", locked)
    assert command_line.main(["ask", "Who?"]) == 1
    assert capsys.readouterr().err.strip() == "The index at x is being written by process 7."


def test_nothing_moves_the_cursor(bot: Chatbot) -> None:
    """Escape sequences and bidirectional overrides of an article are shown, not sent."""
    answer = bot.ask("Who led Russia's delegation?")
    hostile = replace(answer, short="\x1b[2J\x1b]0;title\x07 \u202egnp.exe\r")
    assert "\x1b" not in render_answer(hostile)
    assert visible("a\x1b[31m\u202eb\n") == "a\\u001b[31m\\u202eb\n"


def test_help_needs_none_of_the_heavy_libraries() -> None:
    """`--help` answers before torch, chromadb or gradio is imported."""
    program = (
        "import sys; from rag.__main__ import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'chromadb', 'gradio', 'sentence_transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_the_readings_of_an_unclear_question_are_numbered(bot: Chatbot) -> None:
    """The terminal lists what the page offers to click."""
    readings = ("When was A born?", "When was B born?")
    answer = replace(bot.ask("Who?"), status="unclear", claims=(), text="Which?", short="", readings=readings)
    lines = render_answer(answer).splitlines()
    assert lines[lines.index("Which?") :][:3] == ["Which?", "  1. When was A born?", "  2. When was B born?"]
