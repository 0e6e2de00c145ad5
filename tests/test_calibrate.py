"""Calibration from question to stored threshold: with computable parts, and once with the real ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from rag import __main__ as command_line
from rag import calibrate, calibration, doctor
from rag import chatbot as chatbot_module
from rag.calibrate import QuestionSet
from rag.calibration import Calibration, calibrated_threshold, stored
from rag.chatbot import Chatbot
from rag.errors import CalibrationError, IndexDamagedError, QuestionSetError
from rag.questions import Question
from rag.risk import Outcome
from rag.settings import Settings
from tests.test_chatbot import ARTICLE, OTHER, make_bot

LED = "Who led Russia's delegation?"
ROOT = Path(__file__).parent.parent


def make_file(folder: Path, *questions: dict[str, object]) -> Path:
    """A question set, ids added."""
    path = folder / "mine.jsonl"
    lines = [json.dumps({"id": str(number), **question}) for number, question in enumerate(questions)]
    path.write_text("\n".join(lines), "utf-8")
    return path


def make_calibration(settings: Settings, **changes: object) -> Calibration:
    """One that holds for the index of `settings`; `changes` change it."""
    conditions, passage_ids = calibration.conditions(settings)
    fields = {
        "schema_version": calibration.SCHEMA,
        **{"threshold": 0.7, "risk": 0.05, "bound": 0.04, "level": 0.95},
        **{"asked": 200, "answerable": 150, "answered": 100, "wrong": 1, "questions": "mine.jsonl"},
        **{"conditions": conditions, "passage_ids_sha256": passage_ids},
    }
    return Calibration.model_validate(fields | changes)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Of a folder with an index."""
    return make_bot(tmp_path, talks=ARTICLE).settings


@pytest.fixture
def commanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Runs `calibrate` on the two articles with the computable parts."""
    bot = make_bot(tmp_path, forced=True, talks=ARTICLE, palace=OTHER)
    monkeypatch.setattr(command_line, "_open", lambda _, forced: bot if forced else None)
    folders = ["--index", str(bot.settings.index), "--corpus", str(bot.settings.corpus)]
    return lambda *arguments: command_line.main(["calibrate", *folders, *arguments])


def test_the_command_stores_what_it_prints(
    commanded: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nine right answers: 1 - 0.05^(1/9) = 28.3 % bounds the error, below the 30 % asked for."""
    path = make_file(tmp_path, *[{"question": LED, "answers": ["Medinsky"]}] * 9)
    assert commanded("--questions", str(path), "--risk", "0.3") == 0
    printed = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    found = stored(Settings(index=tmp_path / "index")).calibration
    assert found is not None
    assert printed == {
        "questions": "9, mine.jsonl",
        "answerable": "9",
        "unanswerable": "0",
        "threshold": f"{found.threshold:.2f}",
        "coverage": "100.0%, 9 answered",
        "error": "0.0%, 0 wrong",
        "bound": "28.3%, 95% sure; target 30.0%",
    }
    assert found.bound == pytest.approx(1 - 0.05 ** (1 / 9))


@pytest.mark.parametrize(
    ("question", "count", "words"),
    [
        pytest.param({"question": LED, "answers": ["Medinsky"]}, 8, "9 answerable questions are needed", id="too few"),
        pytest.param({"question": LED, "answers": ["Umerov"]}, 9, "9 of 9 were wrong", id="all wrong"),
        pytest.param({"question": "?", "answers": ["Umerov"]}, 9, "0 of 9 were", id="none answered"),
        pytest.param({"question": "x" * 3000, "answers": ["x"]}, 9, "line 1: ", id="overlong question"),
        pytest.param({"question": LED, "evidence": ["nowhere"]}, 9, "'nowhere'", id="evidence of other articles"),
    ],
)
def test_without_a_bound_nothing_is_stored(
    question: dict[str, object],
    count: int,
    words: str,
    commanded: Callable[..., int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One sentence on stderr, exit code 1, and the threshold stays."""
    path = make_file(tmp_path, *[question] * count)
    assert commanded("--questions", str(path), "--risk", "0.3") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert words in captured.err
    assert not (tmp_path / "index" / "calibration.json").exists()


def test_made_questions_that_are_too_few(commanded: Callable[..., int], capsys: pytest.CaptureFixture[str]) -> None:
    """Two short articles give too few; what was made is said."""
    assert commanded() == 1
    assert "59 answerable questions are needed and there are" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--risk", "0"], ["--risk", "1"], ["--risk", "nan"], ["--limit", "0"]], ids=str)
def test_wrong_usage(arguments: list[str], commanded: Callable[..., int]) -> None:
    """A share lies between 0 and 1."""
    with pytest.raises(SystemExit, match="2"):
        commanded(*arguments)


def test_what_nobody_can_judge_is_left_out(tmp_path: Path) -> None:
    """A question without an answer, or with a whole text for one, is not asked; an unanswerable one is."""
    bot = make_bot(tmp_path, talks=ARTICLE)
    path = make_file(
        tmp_path,
        {"question": LED},
        {"question": LED, "answers": ["word " * 21]},
        {"question": "Who led China's delegation?", "answerable": False},
    )
    asked = calibrate.question_set(bot, path, None)
    assert [question.id for question in asked.questions] == ["2"]
    assert (asked.answerable, asked.origin) == (0, "mine.jsonl, 2 left out: nothing tells their right answer")


def test_an_answer_to_what_cannot_be_answered_is_wrong(tmp_path: Path) -> None:
    """Whatever it says."""
    bot = make_bot(tmp_path, forced=True, talks=ARTICLE)
    questions = [
        Question(id=str(known), question=LED, answers=["Medinsky"], answerable=known) for known in (True, False)
    ]
    seen: list[tuple[int, int]] = []
    outcomes = calibrate.ask_all(bot, QuestionSet(tuple(questions), ""), lambda *done: seen.append(done))
    assert [(outcome.answered, outcome.right) for outcome in outcomes] == [(True, True), (True, False)]
    assert seen == [(1, 2), (2, 2)]


def test_the_best_bound_is_said() -> None:
    """One wrong of nine: a bound of 42.9 %."""
    outcomes = [Outcome(0.9, True, number > 0) for number in range(9)]
    with pytest.raises(CalibrationError, match=r"1 of 9 were wrong, and the best bound attainable is 42\.9%"):
        calibrate.chosen_operation(outcomes, 0.3)


# --- kept with the index ----------------------------------------------------------------------------------------------


def test_stored_and_read(settings: Settings) -> None:
    """Whole, and nothing else is left in the folder."""
    before = {path.name for path in settings.index.iterdir()}
    made = make_calibration(settings)
    assert stored(settings).calibration is None
    path = calibration.store(settings, made)
    assert (stored(settings).calibration, stored(settings).threshold) == (made, 0.7)
    assert {path.name for path in settings.index.iterdir()} == before | {path.name}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({"reader": "0"}, "other weights of the reader", id="weights"),
        pytest.param({"embedder": "0"}, "another embedder", id="embedder"),
        pytest.param({"passages": 3}, "with 3 passages read, not 8", id="passages"),
    ],
)
def test_made_under_other_conditions_it_is_not_used(changes: dict[str, object], why: str, settings: Settings) -> None:
    """The doctor fails and says why; the threshold is the fitted one."""
    conditions, _ = calibration.conditions(settings)
    calibration.store(settings, make_calibration(settings, conditions=conditions.model_copy(update=changes)))
    assert calibrated_threshold(settings) is None
    finding = doctor._calibration(settings)
    assert not finding.works
    assert why in finding.words
    assert "python -m rag calibrate" in finding.words


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\xff\xfe", b"[]", b'"x"', b'{"schema_version": 99}', b'{"schema_version": 1, "threshold": NaN}'),
        pytest.param(b"[" * 100_000, id="nested too deep"),
    ],
)
def test_a_damaged_file_is_not_used(content: bytes, settings: Settings) -> None:
    """Whatever stands in it, the bot opens and the doctor says so."""
    (settings.index / "calibration.json").write_bytes(content)
    assert calibrated_threshold(settings) is None
    assert not doctor._calibration(settings).works


def test_a_folder_in_its_place_is_said(settings: Settings) -> None:
    """It cannot be read, nor written over."""
    (settings.index / "calibration.json").mkdir()
    assert stored(settings).ignored
    with pytest.raises(IndexDamagedError, match="cannot be written"):
        calibration.store(settings, make_calibration(settings))


def test_changed_documents_are_said(settings: Settings, tmp_path: Path) -> None:
    """The calibration stays in use."""
    calibration.store(settings, make_calibration(settings))
    assert "1 wrong of 100 answered, 200 questions asked, mine.jsonl; documents unchanged" in (
        doctor._calibration(settings).words
    )
    make_bot(tmp_path, palace=OTHER)
    assert calibrated_threshold(settings) == 0.7
    assert doctor._calibration(settings).words.endswith("documents have changed since")


@pytest.mark.parametrize(
    ("given", "kept", "used"),
    [
        pytest.param(0.3, True, 0.3, id="the setting first"),
        pytest.param(None, True, 0.7, id="then the calibration"),
        pytest.param(None, False, None, id="then the fitted one, which every draft brings along"),
    ],
)
def test_which_threshold_decides(
    given: float | None, kept: bool, used: float | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Setting, calibration, fit, in this order; forced, none of them."""
    bot = make_bot(tmp_path, threshold=given, talks=ARTICLE)
    monkeypatch.setattr(chatbot_module, "load_embedder", lambda _: bot._models.embedder)
    monkeypatch.setattr(chatbot_module, "_drafter", lambda *_: (bot._models.drafter, None))
    if kept:
        calibration.store(bot.settings, make_calibration(bot.settings))
    assert Chatbot.open(bot.settings)._threshold == used
    assert Chatbot.open(bot.settings, forced=True)._threshold == 0


def test_a_chat_model_is_not_calibrated(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    """It gives no probability: the stored threshold is not used for it, and the command refuses."""
    calibration.store(settings, make_calibration(settings))
    with_model = settings.model_copy(update={"model": "openai:x"})
    assert calibrated_threshold(with_model) is None
    assert "openai:x gives no probability" in doctor._calibration(with_model).words


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    """By its name."""
    with pytest.raises(QuestionSetError, match=r"none\.jsonl: cannot be read"):
        calibrate.question_set(make_bot(tmp_path, talks=ARTICLE), tmp_path / "none.jsonl", None)


@pytest.mark.models
def test_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The real parts on the corpus that ships; how good they are is not asked here, so nearly any risk will do."""
    folders = ["--index", str(tmp_path / "index"), "--corpus", str(ROOT / "corpus")]
    asked = ["--questions", str(ROOT / "eval" / "questions.jsonl"), "--limit", "24", "--risk", "0.9"]
    assert command_line.main(["calibrate", *folders, *asked]) == 0
    assert "target 90.0%" in capsys.readouterr().out
    settings = Settings(corpus=ROOT / "corpus", index=tmp_path / "index")
    found = stored(settings)
    assert found.calibration is not None
    assert found.calibration.bound <= 0.9
    assert Chatbot.open(settings)._threshold == found.threshold
