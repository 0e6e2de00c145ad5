"""Figures of a whole set with bootstrap intervals, and tests of two runs on the same questions.

A statistic takes weights, shape (resamples, questions): how often each question was drawn. All ones give the figure
itself, rows of a bootstrap give its spread, so that one definition serves both. NaN: the figure is not defined.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Statistic = Callable[[Floats], Floats]  # (resamples, questions) → (resamples,)

RESAMPLES = 2000
_SEED = 20250516  # fixed, so that the same answers give the same intervals
_LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its percentile bootstrap 95 % interval, over `n` questions that could be scored."""

    value: float
    low: float
    high: float
    n: int

    def to_dict(self) -> dict[str, float | int]:
        """The JSON form, rounded: the last bits depend on the machine's linear algebra."""
        return {name: round(number, 6) for name, number in asdict(self).items()}


def mean(values: Sequence[float | None]) -> Statistic:
    """The mean over the questions that have a value."""
    numbers, scored = _numbers(values)
    return lambda weights: _ratio(weights @ numbers, weights @ scored)


def f1(precision: Sequence[float | None], recall: Sequence[float | None]) -> Statistic:
    """F1 of abstaining, from what each question adds to precision and recall; NaN where nothing is unanswerable."""
    hits = np.array([float(value == 1) for value in precision])
    false_alarms = np.array([float(value == 0) for value in precision])
    misses = np.array([float(value == 0) for value in recall])

    def statistic(weights: Floats) -> Floats:
        true = weights @ hits
        missed = weights @ misses
        f = _ratio(2 * true, 2 * true + weights @ false_alarms + missed)
        return np.where(true + missed > 0, f, np.nan)

    return statistic


def aurc(wrong: Sequence[float | None], confidence: Sequence[float]) -> Statistic:
    """Mean risk over all coverages when the surest answers are given first (Geifman and El-Yaniv 2017).

    Answers of equal confidence count as if in random order: the mean of the area over all their orders.
    """
    answered = sorted(
        (-sure, place) for place, (sure, bad) in enumerate(zip(confidence, wrong, strict=True)) if bad is not None
    )
    order = np.array([place for _, place in answered], dtype=np.intp)
    errors = np.array([float(wrong[place] or 0) for place in order])
    sure = np.array([sure for sure, _ in answered])
    first = np.flatnonzero(np.r_[True, np.diff(sure) != 0]) if len(order) else order

    def statistic(weights: Floats) -> Floats:
        if not len(order):
            return np.full(len(weights), np.nan)
        drawn = weights[:, order]
        return _area(np.add.reduceat(drawn, first, axis=1), np.add.reduceat(drawn * errors, first, axis=1))

    return statistic


def quantile(values: Sequence[float], share: float) -> Statistic:
    """The smallest value that at least `share` of the questions do not exceed."""
    order = np.argsort(values, kind="stable")
    ranked = np.asarray(values, dtype=np.float64)[order]

    def statistic(weights: Floats) -> Floats:
        reached = np.cumsum(weights[:, order], axis=1)
        return np.asarray(ranked[np.argmax(reached >= share * reached[:, -1:] - 1e-9, axis=1)])

    return statistic


def draws(questions: int, resamples: int = RESAMPLES) -> Floats:
    """Bootstrap weights, the same at every call: each row draws `questions` questions with replacement."""
    if not questions:
        return np.ones((0, 0))
    share = np.full(questions, 1 / questions)
    return np.random.default_rng(_SEED).multinomial(questions, share, size=resamples).astype(np.float64)


def figure(statistic: Statistic, questions: int) -> float:
    """The statistic of the questions as they are, NaN where it is not defined."""
    return float(statistic(np.ones((1, questions)))[0]) if questions else float("nan")


def interval(statistic: Statistic, weights: Floats, n: int) -> Interval | None:
    """The figure and the middle 95 % of its resamples; None where the figure is not defined."""
    value = figure(statistic, weights.shape[1])
    if np.isnan(value):
        return None
    return Interval(value, *_middle(statistic(weights)), n)


def paired(before: Statistic, after: Statistic, weights: Floats, n: int) -> Interval | None:
    """after - before, both on the same questions in every resample; None where one of them is not defined."""
    value = figure(after, weights.shape[1]) - figure(before, weights.shape[1])
    if np.isnan(value):
        return None
    return Interval(value, *_middle(after(weights) - before(weights)), n)


def mcnemar(before: Sequence[float], after: Sequence[float]) -> float:
    """Two-sided p of the exact McNemar test on yes/no values: could the changes as well have gone the other way?"""
    from scipy.stats import binomtest  # imported here: a second of start-up, and only comparisons need it

    gained = sum(new > old for old, new in zip(before, after, strict=True))
    lost = sum(new < old for old, new in zip(before, after, strict=True))
    return float(binomtest(gained, gained + lost).pvalue) if gained + lost else 1.0


def _area(drawn: Floats, errors: Floats) -> Floats:
    """The area from counts per level of confidence, surest first, shapes (resamples, levels).

    With W answers and E errors before a level of w answers and e errors, its j-th answer stands at a mean risk of
    (E + e j / w) / (W + j). Summed over j: E d + e / w (w - W d), where d = H(W + w) - H(W), H the harmonic numbers.
    """
    until, errors_until = np.cumsum(drawn, axis=1), np.cumsum(errors, axis=1)
    before, errors_before = until - drawn, errors_until - errors
    most = int(until.max(initial=0))
    harmonic = np.concatenate([[0.0], np.cumsum(1 / np.arange(1, most + 1))])
    step = harmonic[until.astype(np.intp)] - harmonic[before.astype(np.intp)]
    rate = np.divide(errors, drawn, out=np.zeros_like(errors), where=drawn > 0)
    return _ratio((errors_before * step + rate * (drawn - before * step)).sum(axis=1), until[:, -1])


def _middle(resampled: Floats) -> tuple[float, float]:
    """The percentiles that hold the middle 95 % of the resamples in which the figure is defined."""
    tail = 100 * (1 - _LEVEL) / 2
    low, high = np.nanpercentile(resampled, [tail, 100 - tail])
    return float(low), float(high)


def _numbers(values: Sequence[float | None]) -> tuple[Floats, Floats]:
    """The values, 0 for None, and 1 where there is a value."""
    numbers = np.array([0.0 if value is None else value for value in values], dtype=np.float64)
    return numbers, np.array([float(value is not None) for value in values], dtype=np.float64)


def _ratio(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)
