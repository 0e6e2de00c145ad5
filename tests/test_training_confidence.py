"""What a confidence is worth, by hand arithmetic."""

from __future__ import annotations

import pytest

from training.confidence import Judged, calibration_error, reliability


def test_reliability_and_calibration_error_by_hand() -> None:
    """Two answers at 0.9 of which one is right, two at 0.1 of which none is: off by 0.4 and by 0.1, half each."""
    answers = [Judged(True, 0.9, True), Judged(False, 0.9, False), Judged(True, 0.1, False), Judged(False, 0.1, False)]
    low, high = reliability(answers)
    assert (low.count, low.confidence, low.right) == (2, pytest.approx(0.1), 0.0)
    assert (high.count, high.confidence, high.right) == (2, pytest.approx(0.9), 0.5)
    assert calibration_error(answers) == pytest.approx((0.4 + 0.1) / 2)


def test_certainty_has_a_bin() -> None:
    """A confidence of 1 belongs to the last tenth."""
    [last] = reliability([Judged(True, 1.0, True)])
    assert (last.confidence, last.right) == (1.0, 1.0)
