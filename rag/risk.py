"""How often may an answer be wrong? Pure statistics over asked questions, exact for finite samples.

The risk is the share of wrong among answered. For a fixed threshold, given how many were answered, the number of wrong
ones is binomial, and the bound of Clopper and Pearson (1934) holds at its confidence level. To choose a threshold
without spending that level on each one, thresholds are tested in a fixed sequence, the strictest first, until one fails
(Angelopoulos et al. 2021, "Learn then Test"): the bound then holds for the chosen one, where the risk does not fall as
the threshold falls.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

LEVEL = 0.95  # how sure a bound is

_THRESHOLDS = tuple(step / 100 for step in range(99, -1, -1))  # fixed beforehand: the answers must not choose them
_FIRST_SHARE = 4  # the first test answers a quarter of the questions: among fewer a single slip would end the sequence


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question that was asked whatever the confidence."""

    confidence: float
    answered: bool  # False: nothing could be said even so
    right: bool


@dataclass(frozen=True, slots=True)
class Operation:
    """Abstaining below a threshold: how many are answered, how many of those wrong, and the bound of the risk."""

    threshold: float
    answered: int
    wrong: int
    bound: float


def upper_bound(wrong: int, answered: int, level: float = LEVEL) -> float:
    """The one-sided upper bound of a share by Clopper and Pearson: 0 of 59 → 0.0495; 1 where nothing is answered."""
    from scipy.stats import beta  # imported here: it takes a second

    return float(beta.ppf(level, wrong + 1, answered - wrong)) if wrong < answered else 1.0


def needed(risk: float, level: float = LEVEL) -> int:
    """The fewest answers, none of them wrong, whose bound is at most `risk`, between 0 and 1: 0.05 → 59."""
    return math.ceil(math.log(1 - level) / math.log(1 - risk))


def operations(outcomes: Sequence[Outcome], risk: float) -> list[Operation]:
    """The thresholds to test for a target risk, the strictest first; none where too few questions are answered."""
    fewest = max(needed(risk), len(outcomes) // _FIRST_SHARE)
    tested: list[Operation] = []
    for threshold in _THRESHOLDS:
        given = [outcome for outcome in outcomes if outcome.answered and outcome.confidence >= threshold]
        if len(given) >= fewest and (not tested or len(given) > tested[-1].answered):
            wrong = sum(not outcome.right for outcome in given)
            tested.append(Operation(threshold, len(given), wrong, upper_bound(wrong, len(given))))
    return tested


def choose(tested: Sequence[Operation], risk: float) -> Operation | None:
    """The last operation before the first whose bound is above `risk`; None where the strictest one's is."""
    chosen = None
    for operation in tested:
        if operation.bound > risk:
            break
        chosen = operation
    return chosen
