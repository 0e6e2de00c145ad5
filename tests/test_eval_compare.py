"""A run against a baseline: what fell beyond chance, and what may be chance."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from eval.compare import Baseline, Comparison, compare, read_baseline, require_common
from eval.errors import EvaluationError
from eval.metrics import score
from eval.run import Run, write_json
from eval.summary import Row
from rag.questions import Question
from rag.types import Answer
from tests.test_eval_metrics import TEXTS, make_answer, make_question

RIGHT, WRONG, SILENT = make_answer("Medinsky."), make_answer("Umerov."), make_answer(status="abstained")


def make_row(question: Question, answer: Answer, latency_ms: float = 5.0) -> Row:
    """The row of one answer."""
    return Row(
        id=question.id,
        set=question.set,
        kind=question.kind,
        question=question.question,
        answerable=question.should_answer,
        answer=answer.to_dict(),
        scores=score(question, answer, TEXTS),
        latency_ms=latency_ms,
    )


def make_rows(answers: Sequence[Answer], answerable: bool = True, latency_ms: float = 5.0) -> list[Row]:
    """A row for each answer, the question being who led Russia's delegation."""
    gold = {"answers": ["Medinsky"]} if answerable else {"answerable": False}
    return [make_row(make_question(id=f"q{place}", **gold), answer, latency_ms) for place, answer in enumerate(answers)]


def against(before: Sequence[Row], after: Sequence[Row]) -> Comparison:
    """The comparison of two lists of rows under equal circumstances."""
    return compare(Baseline("base.json", tuple(before), {}, "same", True), after, {}, "same")


def verdicts(comparison: Comparison) -> dict[str, str]:
    """Metric → verdict, where there is one."""
    return {row.metric: row.verdict for row in comparison.differences if row.verdict}


def test_equal_runs_pass() -> None:
    """The same answers differ in nothing, however slow they were."""
    comparison = against(make_rows([RIGHT, WRONG] * 5), make_rows([RIGHT, WRONG] * 5, latency_ms=5000))
    assert comparison.fell == []
    assert comparison.better == comparison.worse == {}
    assert {(row.after - row.before) for row in comparison.differences if "latency" not in row.metric} == {0}


@pytest.mark.parametrize(
    ("lost", "fell"),
    [
        pytest.param(5, [], id="five of 20: McNemar's p is 0.0625, may be chance"),
        pytest.param(6, ["answer_contains", "answer_f1", "risk", "aurc"], id="six of 20: p is 0.03125"),
    ],
)
def test_answers_that_became_wrong(lost: int, fell: list[str]) -> None:
    """A metric fell when so many questions got worse that chance would rarely do it."""
    comparison = against(make_rows([RIGHT] * 20), make_rows([WRONG] * lost + [RIGHT] * (20 - lost)))
    assert comparison.fell == fell
    assert list(comparison.worse) == [f"q{place}" for place in range(lost)]
    assert comparison.worse["q0"] == ["answer_contains", "answer_f1", "risk"]


def test_better_is_no_failure() -> None:
    """Risk and aurc are better when they fall."""
    comparison = against(make_rows([WRONG] * 8 + [RIGHT] * 8), make_rows([RIGHT] * 16))
    assert comparison.fell == []
    assert len(comparison.better) == 8
    assert verdicts(comparison) == dict.fromkeys(["answer_contains", "answer_f1", "risk", "aurc"], "better")


def test_coverage_alone_is_neither_good_nor_bad() -> None:
    """Keeping silent where nothing is to be said lowers coverage, and is better."""
    before, after = make_rows([WRONG] * 8, answerable=False), make_rows([SILENT] * 8, answerable=False)
    assert verdicts(against(before, after)) == {"abstention_recall": "better", "abstention_f1": "better"}
    assert against(after, before).fell == ["abstention_recall", "abstention_f1"]


def test_latency_is_reported_and_never_fails() -> None:
    """A slower run passes."""
    comparison = against(make_rows([RIGHT] * 9), make_rows([RIGHT] * 9, latency_ms=900))
    assert comparison.fell == []
    (median,) = [row for row in comparison.differences if row.metric == "latency_ms p50"]
    assert (median.before, median.after, median.low) == (5, 900, 895)


def test_only_common_questions_are_compared() -> None:
    """A question with other words is another question; what is left out is counted."""
    before, after = make_rows([RIGHT] * 4), make_rows([RIGHT] * 5)[1:]
    after[0] = make_row(make_question(id="q1", question="Who came?", answers=["Medinsky"]), RIGHT)
    comparison = against(before, after)
    assert (comparison.common, comparison.only_before, comparison.only_after) == (2, 2, 2)


def test_a_baseline_of_other_questions_is_an_error() -> None:
    """It is said before anything is asked."""
    baseline = Baseline("base.json", tuple(make_rows([RIGHT])), {}, "", True)
    require_common(baseline, [make_question(id="q0")])
    with pytest.raises(EvaluationError, match=r"base\.json: none of its 1 questions is among the 2 to be asked"):
        require_common(baseline, [make_question(id="x"), make_question(id="q0", question="Who else?")])


def test_different_circumstances_are_noted() -> None:
    """Other documents, an interrupted baseline and changed settings, but not other folders."""
    baseline = Baseline("b", tuple(make_rows([RIGHT])), {"forced": False, "index": "a"}, "one", False)
    notes = compare(baseline, make_rows([RIGHT]), {"forced": True, "index": "b"}, "two").notes
    assert notes == ("the baseline was interrupted", "the documents are not the same", "forced was False and is True")


def test_a_written_run_is_a_baseline(tmp_path: Path) -> None:
    """Rows survive the JSON, and compare as equal."""
    rows = make_rows([RIGHT, WRONG, SILENT])
    write_json(Run({"forced": False}, "same", rows, True).to_dict(), tmp_path / "run.json")
    baseline = read_baseline(tmp_path / "run.json")
    written = json.loads(json.dumps([row.to_dict() for row in rows]))
    assert json.loads(json.dumps([row.to_dict() for row in baseline.rows])) == written
    assert compare(baseline, rows, {"forced": False}, "same").notes == ()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[]", id="a list"),
        pytest.param(
            '{"questions": [{}], "settings": {}, "corpus_sha256": "", "complete": true}', id="rows of nothing"
        ),
        pytest.param("\udcff", id="not UTF-8"),
    ],
)
def test_a_file_that_is_no_run(tmp_path: Path, content: str) -> None:
    """One sentence that names the file."""
    path = tmp_path / "base.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(EvaluationError, match=r"base\.json: not a run of this evaluation"):
        read_baseline(path)
