"""`python -m eval` from end to end, with a bot that knows its answers by heart."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from eval import benchmarks
from eval.__main__ import main
from rag.errors import ProviderError
from rag.settings import Settings
from rag.types import Answer
from tests.test_eval_metrics import TEXTS, make_answer, make_citation

EVIDENCE = "Medinsky led Russia's delegation."
RIGHT = make_answer(short="Medinsky", citations=[make_citation("talks", EVIDENCE)])
WRONG = make_answer("Umerov led it.", citations=[make_citation("talks", "Umerov led Ukraine's.")], confidence=0.4)
SILENT = make_answer("The documents do not say.", status="abstained", confidence=0.1)


class ScriptedBot:
    """Gives the answer that belongs to a question; an exception is raised instead."""

    def __init__(self, script: Mapping[str, Answer | BaseException]) -> None:
        self.script = script
        self.asked: list[tuple[str, Sequence[tuple[str, str]]]] = []

    def ask(self, question: str, history: Sequence[tuple[str, str]] = ()) -> Answer:
        self.asked.append((question, history))
        answer = self.script[question]
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, question=question)


def make_set(folder: Path, *rows: Mapping[str, Any]) -> list[str]:
    """A corpus and a question file in `folder`; the arguments that name them."""
    documents = [{"id": name, "title": name.title(), "text": text} for name, text in TEXTS.items()]
    for path, lines in ((folder / "corpus" / "documents.jsonl", documents), (folder / "questions.jsonl", rows)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    return ["--questions", str(folder / "questions.jsonl"), "--corpus", str(folder / "corpus")]


def make_rows(count: int, **fields: Any) -> list[dict[str, Any]]:
    """Questions q0, q1, ... about who led the delegation, asked in as many words."""
    gold = {"kind": "fact", "answers": ["Medinsky"], "evidence": [EVIDENCE]}
    return [{"id": f"q{number}", "question": f"Who led, {number}?"} | gold | fields for number in range(count)]


def script(rows: Sequence[Mapping[str, Any]], *answers: Answer | BaseException) -> ScriptedBot:
    """The answers in turn, the last one for all the others."""
    said = [*answers, *[answers[-1]] * len(rows)]
    return ScriptedBot({row["question"]: answer for row, answer in zip(rows, said, strict=False)})


def run(arguments: Sequence[str], bot: ScriptedBot) -> int:
    """The exit code of the command line."""
    return main(arguments, lambda settings, forced: bot)


def without_times(content: Any) -> Any:
    """The JSON without what may differ between two runs."""
    if isinstance(content, dict):
        times = ("latency_ms", "timings_ms")
        return {key: without_times(value) for key, value in content.items() if key not in times}
    return [without_times(value) for value in content] if isinstance(content, list) else content


def test_figures_are_written_and_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three of four right: the JSON has the fields that others rely on, the terminal a table."""
    rows = [*make_rows(4), {"id": "none", "kind": "absent", "question": "Who paid?", "answerable": False}]
    bot = ScriptedBot({**script(rows[:4], WRONG, RIGHT).script, "Who paid?": SILENT})
    assert run([*make_set(tmp_path, *rows), "--json", str(tmp_path / "out.json")], bot) == 0
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert list(written) == [
        "summary", "by_kind", "by_set", "questions", "settings", "corpus_sha256", "version", "complete",
    ]  # fmt: skip
    contains = written["summary"]["answer_contains"]
    assert (contains["value"], contains["n"]) == (0.75, 4)
    assert contains["low"] < 0.75 < contains["high"]
    assert written["summary"]["abstention_f1"] == {"value": 1, "low": 1, "high": 1, "n": 5}
    assert written["summary"]["risk"]["value"] == 0.25
    assert set(written["summary"]["latency_ms"]) == {"value", "low", "high", "n", "p95"}
    assert written["by_kind"]["absent"]["abstention_recall"]["value"] == 1
    first = written["questions"][0]
    assert (first["id"], first["answer"]["text"], first["answer_contains"]) == ("q0", "Umerov led it.", 0)
    assert written["settings"]["forced"] is False
    assert len(written["corpus_sha256"]) == 64
    shown = capsys.readouterr().out
    assert "answer_contains" in shown
    assert "0.750" in shown
    assert "absent" in shown


def test_history_goes_to_the_bot(tmp_path: Path) -> None:
    """A follow-up is asked with the turns before it."""
    rows = make_rows(1, history=[["Who hosted?", "Fidan did."]])
    bot = script(rows, RIGHT)
    assert run(make_set(tmp_path, *rows), bot) == 0
    assert bot.asked == [("Who led, 0?", [("Who hosted?", "Fidan did.")])]


def test_the_same_answers_give_the_same_json(tmp_path: Path) -> None:
    """Apart from what stands under latency_ms and timings_ms."""
    rows = make_rows(9)
    arguments = make_set(tmp_path, *rows)
    for name in ("one.json", "two.json"):
        assert run([*arguments, "--json", str(tmp_path / name)], script(rows, WRONG, SILENT, RIGHT)) == 0
    one, two = (json.loads((tmp_path / name).read_text("utf-8")) for name in ("one.json", "two.json"))
    assert without_times(one) == without_times(two)


@pytest.mark.parametrize(
    ("stop", "code", "message"),
    [
        pytest.param(KeyboardInterrupt(), 130, "Interrupted", id="Ctrl-C"),
        pytest.param(ProviderError("the model is gone. Check the name."), 1, "Question 'q2'", id="an error"),
    ],
)
def test_what_was_done_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], stop: BaseException, code: int, message: str
) -> None:
    """An interruption or an error at the third question leaves the first two, readable and marked incomplete."""
    rows = make_rows(4)
    out, page = tmp_path / "out.json", tmp_path / "out.html"
    arguments = [*make_set(tmp_path, *rows), "--json", str(out), "--html", str(page)]
    assert run(arguments, script(rows, RIGHT, WRONG, stop)) == code
    written = json.loads(out.read_text("utf-8"))
    assert written["complete"] is False
    assert [row["id"] for row in written["questions"]] == ["q0", "q1"]
    assert written["summary"]["answer_contains"]["value"] == 0.5
    assert "Interrupted" in page.read_text("utf-8")
    assert message in capsys.readouterr().err


def test_interrupted_before_the_first_answer(tmp_path: Path) -> None:
    """Nothing done is a readable file too."""
    rows = make_rows(1)
    assert (
        run([*make_set(tmp_path, *rows), "--json", str(tmp_path / "o.json")], script(rows, KeyboardInterrupt())) == 130
    )
    written = json.loads((tmp_path / "o.json").read_text("utf-8"))
    assert (written["summary"], written["questions"], written["complete"]) == ({}, [], False)


def test_a_fall_against_the_baseline_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1 and the metrics by name; equal answers pass."""
    rows, base, out = make_rows(12), tmp_path / "base.json", tmp_path / "out.json"
    arguments = make_set(tmp_path, *rows)
    assert run([*arguments, "--json", str(base)], script(rows, RIGHT)) == 0
    arguments += ["--baseline", str(base), "--json", str(out)]
    assert run(arguments, script(rows, RIGHT)) == 0
    assert json.loads(out.read_text("utf-8"))["comparison"]["fell"] == []
    assert run(arguments, script(rows, *[WRONG] * 8, RIGHT)) == 1
    comparison = json.loads(out.read_text("utf-8"))["comparison"]
    assert "answer_contains" in comparison["fell"]
    assert len(comparison["worse"]) == 8
    shown = capsys.readouterr().out
    assert "Fell beyond chance against base.json: answer_contains" in shown
    assert "12 questions are in both runs." in shown


def test_several_files_are_shown_by_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files are joined, and each has a line."""
    rows, more = make_rows(2), [{"id": "m", "question": "More?", "answers": ["Medinsky"]}]
    arguments = make_set(tmp_path, *rows)
    (tmp_path / "more.jsonl").write_text(json.dumps(more[0]))
    assert run([*arguments, "--questions", str(tmp_path / "more.jsonl")], script([*rows, *more], RIGHT)) == 0
    shown = capsys.readouterr().out
    assert "by set" in shown
    assert "more " in shown


def test_hostile_names_do_not_reach_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Control characters of a kind are shown as replacements, markup as it is written."""
    rows = make_rows(1, kind="\x1b[2J[red]kind\u202e")
    assert run(make_set(tmp_path, *rows), script(rows, RIGHT)) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "[red]kind" in shown


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(["--questions", "none.jsonl"], "none.jsonl", id="no question file"),
        pytest.param(["--corpus", "no-such-folder"], "no-such-folder", id="no corpus"),
        pytest.param(["--baseline", "none.json"], "none.json", id="no baseline"),
        pytest.param(["--model", "nonsense"], "nonsense", id="model without provider"),
    ],
)
def test_errors_are_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], change: list[str], message: str
) -> None:
    """Exit code 1, the name of what is wrong, no traceback."""
    rows = make_rows(1)
    assert run([*make_set(tmp_path, *rows), *change], script(rows, RIGHT)) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert message in error
    assert "Traceback" not in error


def test_an_unwritable_place_is_named_before_anything_is_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A long run must not end in vain."""
    rows = make_rows(1)
    bot = script(rows, RIGHT)
    (tmp_path / "file").write_text("")
    assert run([*make_set(tmp_path, *rows), "--json", str(tmp_path / "file" / "out.json")], bot) == 1
    assert "out.json: cannot be written" in capsys.readouterr().err
    assert bot.asked == []


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param([], id="nothing"),
        pytest.param(["--questions", "q", "--corpus", "c", "--limit", "0"], id="limit 0"),
        pytest.param(["--questions", "q", "--corpus", "c", "--nonsense"], id="unknown option"),
    ],
)
def test_usage(arguments: list[str]) -> None:
    """Exit code 2."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2


def test_help_loads_nothing_heavy() -> None:
    """Help comes without numpy, let alone the models."""
    code = "import sys; sys.argv = ['eval', '--help']\ntry:\n    import eval.__main__ as e; e.main()\nfinally:\n    "
    code += "print(sorted({'numpy', 'rich', 'pydantic', 'rag.chatbot'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines()[-1] == "[]"


def test_limit_asks_fewer(tmp_path: Path) -> None:
    """Two of five, one of each kind."""
    rows = make_rows(4) + make_rows(5, kind="other")[4:]
    bot = script(rows, RIGHT)
    assert run([*make_set(tmp_path, *rows), "--limit", "2"], bot) == 0
    assert [question for question, _ in bot.asked] == ["Who led, 0?", "Who led, 4?"]


def test_benchmarks_run_every_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each set is asked about its own documents, with an index of its own; one table, one JSON."""
    monkeypatch.chdir(tmp_path)
    rows = make_rows(3)
    make_set(tmp_path / "sets" / "one", *rows)
    make_set(tmp_path / "sets" / "two", *rows)
    (tmp_path / "sets" / "no-set").mkdir()
    opened: list[Settings] = []

    def open_bot(settings: Settings, forced: bool) -> ScriptedBot:
        opened.append(settings)
        return script(rows, RIGHT, WRONG)

    assert benchmarks.main(["sets", "--json", "out.json", "--limit", "2"], open_bot) == 0
    assert [settings.index.as_posix() for settings in opened] == [".cache/benchmarks/one", ".cache/benchmarks/two"]
    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert {name: run["summary"]["answer_contains"]["value"] for name, run in written.items()} == {
        "one": 0.5,
        "two": 0.5,
    }
    assert "two" in capsys.readouterr().out


def test_benchmarks_of_a_folder_without_sets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Absent or empty, it is one sentence."""
    for folder in (tmp_path / "none", tmp_path):
        assert benchmarks.main([str(folder)]) == 1
        error = capsys.readouterr().err
        assert error.startswith("Error: ")
        assert error.count("\n") == 1
