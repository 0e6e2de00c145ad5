"""Figures of a set, their intervals, and paired tests."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence

import numpy as np
import pytest

from eval.intervals import aurc, draws, f1, figure, interval, mcnemar, mean, paired, quantile


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param([1.0] * 12, (1, 1, 1), id="all right"),
        pytest.param([0.0] * 12, (0, 0, 0), id="all wrong"),
        pytest.param([1.0, None, None], (1, 1, 1), id="what cannot be scored does not count"),
    ],
)
def test_interval_of_equal_values(values: Sequence[float | None], expected: tuple[float, float, float]) -> None:
    """Where all values are equal, so are the ends."""
    found = interval(mean(values), draws(len(values)), 1)
    assert found is not None
    assert (found.value, found.low, found.high) == expected


def test_nothing_scored_has_no_figure() -> None:
    """None, not zero."""
    assert interval(mean([None, None]), draws(2), 0) is None
    assert interval(mean([]), draws(0), 0) is None


def test_interval_is_close_to_the_binomial_one() -> None:
    """50 of 100: the normal approximation says 0.402 to 0.598."""
    found = interval(mean([1.0, 0.0] * 50), draws(100), 100)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.402, 0.598), abs=0.02)


def test_draws_are_the_same_at_every_call() -> None:
    """A fixed seed: equal answers have equal intervals; every row draws as many questions as there are."""
    assert (draws(7) == draws(7)).all()
    assert (draws(7).sum(axis=1) == 7).all()


def test_abstention_f1_by_hand() -> None:
    """2 right abstentions, 1 needless, 1 missed: 2*2 / (2*2 + 1 + 1)."""
    precision, recall = [1, 1, 0, None, None], [1, 1, None, 0, None]
    assert figure(f1(precision, recall), 5) == pytest.approx(4 / 6)
    assert np.isnan(figure(f1([0, None], [None, None]), 2)), "nothing is unanswerable"
    assert figure(f1([None], [0]), 1) == 0


@pytest.mark.parametrize(
    ("wrong", "confidence", "expected"),
    [
        pytest.param(
            [0, 0, 1, 1], [0.9, 0.8, 0.7, 0.6], (0 + 0 + 1 / 3 + 2 / 4) / 4, id="the wrong ones are the least sure"
        ),
        pytest.param([1, 0], [0.9, 0.1], (1 + 1 / 2) / 2, id="the wrong one is the surest"),
        pytest.param([1, 0], [0.5, 0.5], 0.5, id="equally sure: mean of (1 + 1/2)/2 and (0 + 1/2)/2"),
        pytest.param([0, None, 1], [0.2, 0.9, 0.1], (0 + 1 / 2) / 2, id="abstentions are left out"),
    ],
)
def test_aurc_by_hand(wrong: Sequence[float | None], confidence: Sequence[float], expected: float) -> None:
    """The mean of the risks at each coverage."""
    assert figure(aurc(wrong, confidence), len(wrong)) == pytest.approx(expected)


def test_aurc_of_ties_is_the_mean_over_their_orders() -> None:
    """The closed form equals going through all orders."""
    wrong, confidence = [1.0, 0.0, 1.0, 0.0, 1.0], [0.9, 0.5, 0.5, 0.5, 0.5]

    def area(order: Sequence[float]) -> float:
        return sum(sum(order[:count]) / count for count in range(1, len(order) + 1)) / len(order)

    areas = [area([1.0, *tied]) for tied in itertools.permutations(wrong[1:])]
    assert figure(aurc(wrong, confidence), 5) == pytest.approx(sum(areas) / len(areas))


def test_a_weight_is_a_repeated_question() -> None:
    """A question drawn twice counts as two, in every statistic."""
    rng = random.Random(1)
    wrong = [float(rng.random() < 0.4) for _ in range(12)]
    sure = [round(rng.random(), 1) for _ in range(12)]
    weights = draws(12, 3)
    for row in weights:
        repeated = [place for place, count in enumerate(row) for _ in range(int(count))]
        again = aurc([wrong[place] for place in repeated], [sure[place] for place in repeated])
        assert aurc(wrong, sure)(row[None])[0] == pytest.approx(figure(again, 12))
        median = quantile([sure[place] for place in repeated], 0.5)
        assert quantile(sure, 0.5)(row[None])[0] == figure(median, 12)


def test_quantile_by_hand() -> None:
    """The smallest value that so many do not exceed."""
    values = [30.0, 10.0, 20.0, 40.0]
    assert figure(quantile(values, 0.5), 4) == 20
    assert figure(quantile(values, 0.95), 4) == 40


def test_paired_difference_knows_that_questions_are_the_same() -> None:
    """A gain of 0.1 on every question is certain, however much the questions differ."""
    before = [0.0, 0.5, 0.9, 0.2] * 5
    found = paired(mean(before), mean([value + 0.1 for value in before]), draws(20), 20)
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1))


@pytest.mark.parametrize(
    ("gained", "lost", "expected"),
    [
        pytest.param(0, 0, 1.0, id="nothing changed"),
        pytest.param(0, 5, 2 / 2**5, id="five lost: p = 0.0625"),
        pytest.param(0, 6, 2 / 2**6, id="six lost: p = 0.03125"),
        pytest.param(1, 5, 2 * (1 + 6) / 2**6, id="one gained, five lost"),
        pytest.param(3, 3, 1.0, id="as many either way"),
    ],
)
def test_mcnemar_by_hand(gained: int, lost: int, expected: float) -> None:
    """The exact test counts the questions that changed, and only those."""
    before = [0.0] * gained + [1.0] * lost + [1.0] * 30
    after = [1.0] * gained + [0.0] * lost + [1.0] * 30
    assert mcnemar(before, after) == pytest.approx(expected)
