"""Fitting how readings are weighed: optima that can be worked out by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from eval.fit import EXPECTED, SIGNS, _balanced, _threshold, conditional_logit, is_right, logistic
from rag.draft.weigh import FEATURES, Reading
from rag.questions import Question
from tests.build import make_passage

ONES = np.ones(4)


def test_beliefs_name_every_feature_and_agree_with_their_sign() -> None:
    """Each feature has a sign, and no expected weight contradicts it."""
    assert len(SIGNS) == len(EXPECTED) == len(FEATURES)
    assert all(sign == 0 or sign * weight >= 0 for sign, weight in zip(SIGNS, EXPECTED, strict=True))


def test_a_logistic_regression_of_pure_chance_is_its_base_rate() -> None:
    """A feature without meaning gets no weight; the bias is the log-odds of the share of right ones."""
    features = np.array([[0.0], [1.0], [0.0], [1.0]] * 2)
    right = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 0.0])
    weights, bias = logistic(features, right, np.ones(8), (0.0,), (0,))
    assert weights[0] == pytest.approx(0, abs=1e-4)
    assert bias == pytest.approx(math.log(6 / 2), abs=1e-3)


@pytest.mark.parametrize(("sign", "negative"), [(0, True), (-1, True), (1, False)], ids=["free", "against", "for"])
def test_a_weight_keeps_its_sign(sign: int, negative: bool) -> None:
    """Data that say the opposite of what a feature may say leave its weight at zero."""
    features = np.array([[1.0], [1.0], [0.0], [0.0]])
    weights, _ = logistic(features, np.array([0.0, 0.0, 1.0, 1.0]), ONES, (0.0,), (sign,))
    assert bool(weights[0] < 0) is negative
    assert negative or weights[0] == 0


def test_without_evidence_a_weight_is_the_expected_one() -> None:
    """A feature that is the same for all readings of each question stays where it was expected."""
    features = [np.array([[1.0], [1.0]]), np.array([[0.0], [0.0]])]
    right = [np.array([1.0, 0.0]), np.array([0.0, 1.0])]
    assert conditional_logit(features, right, np.ones(2), (0.7,), (1,)) == pytest.approx([0.7])


def test_a_feature_of_right_readings_is_believed() -> None:
    """What the right readings have and the wrong ones lack gains weight."""
    features = [np.array([[1.0], [0.0]])] * 50
    weights = conditional_logit(features, [np.array([1.0, 0.0])] * 50, np.ones(50), (0.0,), (1,))
    assert weights[0] > 1


def test_groups_weigh_the_same() -> None:
    """Three of one group weigh as much as one of the other, and one on average."""
    assert _balanced(["a", "a", "a", "b"]).tolist() == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2])


def test_the_threshold_by_hand() -> None:
    """Right ones kept less wrong ones shown, by counting; of equal thresholds the strictest."""
    confidence, right = np.array([0.9, 0.8, 0.6, 0.2]), np.array([1.0, 0.0, 1.0, 0.0])
    assert _threshold(confidence, right, ONES) == 0.9
    assert _threshold(confidence, np.array([1.0, 1.0, 0.0, 0.0]), ONES) == 0.8


@pytest.mark.parametrize(
    ("asked", "short", "right"),
    [
        pytest.param({"question": "Who?", "answers": ["Umerov"]}, "Rustem Umerov", True, id="contained"),
        pytest.param({"question": "Who?", "answers": ["Medinsky"]}, "Rustem Umerov", False, id="another"),
        pytest.param({"question": "Who?", "answerable": False}, "Rustem Umerov", False, id="unanswerable"),
        pytest.param(
            {"question": "Who?", "answers": ["Umerov"], "evidence": ["He left."]}, "Umerov", False, id="elsewhere"
        ),
        pytest.param(
            {"question": "Why?", "answers": ["x"], "evidence": ["Rustem Umerov led."]}, "led", True, id="sentence"
        ),
    ],
)
def test_what_counts_as_right(asked: dict[str, object], short: str, right: bool) -> None:
    """The accepted answer in the sentence of the evidence; the sentence alone where sentences are asked for."""
    passage = make_passage("Rustem Umerov led. He left.")
    reading = Reading(short, passage.sentences[0], passage, ())
    question = Question.model_validate({"id": "1", **asked})
    assert is_right(reading, question, {"a.txt": "Rustem Umerov led. He left."}) is right
