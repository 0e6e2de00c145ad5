"""Question files: what is read, and what is said of bad ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import QuestionSetError
from rag.questions import check_evidence, read_questions, spread
from tests.test_eval_metrics import TEXTS, make_question

GOOD = '{"id": "a", "question": "Who?"}'


def write(folder: Path, *lines: str, name: str = "set.jsonl") -> Path:
    """A question file."""
    path = folder / name
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_only_id_and_question_must_be_there(tmp_path: Path) -> None:
    """Blank lines, a byte order mark and unknown keys are passed over; U+2028 in a string begins no new line."""
    path = write(tmp_path, "\ufeff" + GOOD, "", '{"id": "b", "question": "What\u2028now?", "note": "mine"}')
    questions = read_questions([path])
    assert [(question.id, question.kind, question.answers, question.should_answer) for question in questions] == [
        ("a", "", [], None),
        ("b", "", [], None),
    ]
    assert [question.set for question in questions] == ["set", "set"]


def test_a_question_with_a_gold_answer_is_answerable() -> None:
    """`answerable` may be left out where the rest tells it."""
    assert make_question(answers=["Medinsky"]).should_answer is True
    assert make_question(answerable=False).should_answer is False
    assert make_question(history=[["Who hosted?", "Fidan"]]).turns == [("Who hosted?", "Fidan")]


@pytest.mark.parametrize(
    ("lines", "place", "reason"),
    [
        pytest.param([GOOD, '{"id": "b"'], "line 2", "not JSON", id="malformed"),
        pytest.param([GOOD, "[1]"], "line 2", "is not an object", id="no object"),
        pytest.param(['{"id": "a"}'], "line 1", "'question' cannot be used", id="no question"),
        pytest.param(['{"id": 1, "question": "Who?"}'], "line 1", "'id' cannot be used", id="a number as id"),
        pytest.param(['{"id": "a", "question": ""}'], "line 1", "'question' cannot be used", id="empty question"),
        pytest.param(
            ['{"id": "a", "question": "Who?", "answers": "me"}'], "line 1", "'answers' cannot be used", id="no list"
        ),
        pytest.param(
            ['{"id": "a", "question": "Who?", "history": [["one"]]}'], "line 1", "'history.0'", id="half a turn"
        ),
        pytest.param(
            ['{"id": "a", "question": "Who?", "answerable": "no"}'], "line 1", "'answerable'", id="a word for a truth"
        ),
        pytest.param([GOOD, "", GOOD], "line 3", "already used at", id="duplicate id"),
        pytest.param(["", " "], "set.jsonl", "no question in it", id="empty"),
        pytest.param(["[" * 100_000], "line 1", "not JSON", id="nested too deep"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path: Path, lines: list[str], place: str, reason: str) -> None:
    """The message names the file and the line, and says what is wrong."""
    with pytest.raises(QuestionSetError) as raised:
        read_questions([write(tmp_path, *lines)])
    message = str(raised.value)
    assert "set.jsonl" in message
    assert place in message
    assert reason in message
    assert "\n" not in message


def test_unreadable_files(tmp_path: Path) -> None:
    """A missing file, a folder and other encodings are named too."""
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "a", "question": "Où?"}'.encode("latin-1"))
    for path, reason in ((tmp_path / "none.jsonl", "cannot be read"), (tmp_path, "cannot be read"), (latin, "UTF-8")):
        with pytest.raises(QuestionSetError, match=reason):
            read_questions([path])


def test_ids_are_unique_over_all_files(tmp_path: Path) -> None:
    """Joined files share one space of ids, because runs are paired by them."""
    one, other = write(tmp_path, GOOD, name="one.jsonl"), write(tmp_path, GOOD, name="other.jsonl")
    with pytest.raises(
        QuestionSetError, match=r"other\.jsonl, line 1: the id 'a' is already used at .*one\.jsonl, line 1"
    ):
        read_questions([one, other])


def test_evidence_must_occur(tmp_path: Path) -> None:
    """Word for word, in some document."""
    check_evidence([make_question(evidence=["Umerov led Ukraine's."])], TEXTS)
    with pytest.raises(
        QuestionSetError, match=r"set, line 3: the evidence 'Umerov lead' of question 'q1' occurs in none"
    ):
        check_evidence([make_question(evidence=["Umerov lead"], place="set, line 3")], TEXTS)


def test_spread_takes_from_each_kind_in_turn() -> None:
    """Three of a, a, a, b, c: the first of each, in file order."""
    questions = [make_question(id=str(place), kind=kind) for place, kind in enumerate("aaabc")]
    assert [question.id for question in spread(questions, 3)] == ["0", "3", "4"]
    assert [question.id for question in spread(questions, 4)] == ["0", "1", "3", "4"]
    assert spread(questions, None) == spread(questions, 9) == questions
