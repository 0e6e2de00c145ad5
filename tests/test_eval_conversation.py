"""The measures of follow-ups: asked after their turns and in full, and what resolving does to retrieval."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from eval.conversation import REWRITES, main, read_rewrites
from eval.errors import EvaluationError
from eval.followups import WAYS, Asked, by_rules, gains, half, joined, silence
from rag.questions import Question, read_questions
from tests.test_eval_run import RIGHT, SILENT, ScriptedBot, make_rows, make_set

HISTORY = [["Who led Ukraine's delegation?", "Umerov."]]
ROOT = Path(__file__).parent.parent


def written(folder: Path, *rewrites: tuple[str, str]) -> list[str]:
    path = folder / "rewrites.jsonl"
    path.write_text("".join(json.dumps({"id": name, "question": text}) + "\n" for name, text in rewrites), "utf-8")
    return ["--rewrites", str(path)]


def test_each_follow_up_is_asked_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With its turns and in full, without; a question that has no rewrite is left out, a loss is listed."""
    arguments = make_set(tmp_path, *make_rows(3, history=HISTORY))
    arguments += written(tmp_path, ("q0", "Who led Russia's delegation?"), ("q1", "Who led it in 2022?"))
    bot = ScriptedBot(
        {
            "Who led Russia's delegation?": RIGHT,
            "Who led, 0?": SILENT,
            "Who led it in 2022?": RIGHT,
            "Who led, 1?": RIGHT,
        }
    )
    out = tmp_path / "out.json"
    assert main([*arguments, "--json", str(out)], lambda settings, forced: bot) == 0  # one loss may be chance
    assert [(asked, len(turns)) for asked, turns in bot.asked] == [
        *(("Who led Russia's delegation?", 0), ("Who led, 0?", 1), ("Who led it in 2022?", 0), ("Who led, 1?", 1)),
    ]
    told = json.loads(out.read_text("utf-8"))
    contains = next(row for row in told["comparison"]["differences"] if row["metric"] == "answer_contains")
    assert (contains["before"], contains["after"], contains["n"]) == (1.0, 0.5, 2)
    printed = capsys.readouterr().out
    assert "- q0: Who led, 0?" in printed
    assert "q1:" not in printed


def test_no_rewrite_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named."""
    arguments = make_set(tmp_path, *make_rows(1, history=HISTORY)) + written(tmp_path, ("other", "Who?"))
    assert main(arguments, lambda settings, forced: ScriptedBot({})) == 1
    assert "rewrites.jsonl" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["{", "[]", '{"id": "a"}'])
def test_a_file_that_is_no_rewrites(tmp_path: Path, line: str) -> None:
    """One sentence says what a line has to look like."""
    path = tmp_path / "rewrites.jsonl"
    path.write_text(line + "\n", "utf-8")
    with pytest.raises(EvaluationError, match="on each line"):
        read_rewrites(path)


def test_every_conversation_of_ours_has_a_rewrite() -> None:
    """A question that is added gets one too."""
    questions = read_questions([ROOT / "eval" / "questions.jsonl", ROOT / "eval" / "questions-test.jsonl"])
    followed = {question.id for question in questions if question.kind == "conversation"}
    assert followed <= read_rewrites(REWRITES).keys()


def test_a_conversation_belongs_to_one_half() -> None:
    """All of its turns do; and neither half is empty."""
    assert half("abc<::>1") == half("abc<::>9")
    assert {half(f"{number}<::>1") for number in range(20)} == {"dev", "test"}


def test_the_ways_of_retrieving() -> None:
    """All questions joined keep their order; by rules, the follow-up is completed."""
    question = Question(id="a<::>2", question="And Russia's?", history=HISTORY)
    assert joined(question) == "Who led Ukraine's delegation? And Russia's?"
    assert by_rules(question).question == "Who led Russia's delegation?"


def asked(kind: str, answerable: bool, status: str, *ndcg: float) -> Asked:
    question = Question(id="a", question="Who?", kind=kind, answerable=answerable)
    return Asked(question, "Who?", status, 0.5, dict(zip(WAYS, ndcg, strict=False)))


def test_gain_and_silence_by_hand() -> None:
    """Two questions with gold passages; two silent of three, one of them rightly."""
    rows = [
        asked("answerable", True, "answered", 0.5, 0.25, 1.0),
        asked("answerable", True, "abstained", 0.0, 0.25, 0.5),
        asked("underspecified", False, "unclear"),
        asked("unanswerable", False, "answered"),
    ]
    value, above = gains(rows)["as resolved"]
    assert value is not None
    assert above is not None
    assert (value.value, above.value, value.n) == (0.75, 0.5, 2)
    figures = {name: found.value for name, found in silence(rows).items() if found}
    assert figures == {
        "precision": 0.5,
        "recall": 0.5,
        "silent on answerable": 0.5,
        "silent on underspecified": 1.0,
        "silent on unanswerable": 0.0,
    }
