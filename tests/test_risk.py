"""Bounds and the choice of a threshold, checked by hand arithmetic."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.risk import Operation, Outcome, choose, needed, operations, upper_bound


def make_outcomes(*runs: tuple[float, str]) -> list[Outcome]:
    """Outcomes of one confidence each: + right, x wrong, - not answered."""
    return [Outcome(confidence, mark != "-", mark == "+") for confidence, marks in runs for mark in marks]


@pytest.mark.parametrize(
    ("wrong", "answered", "bound"),
    [
        pytest.param(0, 59, 1 - 0.05 ** (1 / 59), id="none wrong: 1 - 0.05^(1/n)"),
        pytest.param(1, 1, 1.0, id="all wrong"),
        pytest.param(0, 0, 1.0, id="nothing answered"),
        pytest.param(1, 2, 0.95**0.5, id="one of two: the share p with 1 - p^2 = 0.05"),
    ],
)
def test_upper_bound(wrong: int, answered: int, bound: float) -> None:
    """The share at which as few wrong ones, or fewer, come about once in twenty times."""
    assert upper_bound(wrong, answered) == pytest.approx(bound)


@pytest.mark.parametrize(("risk", "answers"), [(0.05, 59), (0.1, 29), (0.5, 5)])
def test_needed_is_the_fewest(risk: float, answers: int) -> None:
    """As many answers without an error are enough, one fewer is not."""
    assert needed(risk) == answers
    assert upper_bound(0, answers) <= risk < upper_bound(0, answers - 1)


def test_thresholds_are_tested_from_the_strictest_that_answers_enough() -> None:
    """With a risk of 0.5, five answers are needed; a threshold that answers no more is no new test."""
    tested = operations(make_outcomes((0.9, "+++"), (0.8, "++"), (0.5, "x-"), (0.2, "+")), 0.5)
    assert [(test.threshold, test.answered, test.wrong) for test in tested] == [(0.8, 5, 0), (0.5, 6, 1), (0.2, 7, 1)]


def test_a_quarter_of_the_questions_is_the_first_test() -> None:
    """Among the first few one slip says little: 12 of 48 questions are answered before anything is tested."""
    tested = operations(make_outcomes((0.9, "x" + "+" * 10), (0.8, "+" * 10), (0.1, "-" * 27)), 0.5)
    assert [(test.threshold, test.answered, test.wrong) for test in tested] == [(0.8, 21, 1)]


def test_too_few_answers_give_no_test() -> None:
    """Nothing can be shown of four answers."""
    assert operations(make_outcomes((0.9, "++++"), (0.8, "----")), 0.5) == []


@pytest.mark.parametrize(
    ("bounds", "chosen"),
    [
        pytest.param([0.04, 0.05, 0.06], 1, id="the last that passes"),
        pytest.param([0.04, 0.06, 0.03], 0, id="none beyond the first that fails"),
        pytest.param([0.06, 0.04], None, id="the strictest fails"),
        pytest.param([], None, id="none to test"),
    ],
)
def test_the_sequence_ends_at_the_first_failure(bounds: Sequence[float], chosen: int | None) -> None:
    """Else the bound would not hold for the chosen one."""
    tested = [Operation(0.9 - place / 10, 60, 0, bound) for place, bound in enumerate(bounds)]
    assert choose(tested, 0.05) == (None if chosen is None else tested[chosen])
