"""WiCE's claims: what is read, and how balanced accuracy is counted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from eval.errors import EvaluationError
from eval.wice import Measured, balanced, crossed, figures, measure, page_evidence, read_claims, threshold

PAGE = [
    "(meta data) TITLE: Fishing talks",
    "# Fishing talks",
    "Norway's delegation was led by Ingrid Solberg.",
    "She called for a fair quota.",
]
CLAIMS = [
    ("supported", "Ingrid Solberg led Norway's delegation."),
    ("not_supported", "Lars Holm led Norway's delegation."),
    ("partially_supported", "Ingrid Solberg led Norway's delegation in 1987."),
]


def _embed(texts: list[str]) -> list[list[float]]:
    return [[1.0, 0.0] if place == 0 else [0.0, 1.0] for place, _ in enumerate(texts)]


def _write(folder: Path) -> Path:
    lines = [
        json.dumps(
            {
                "label": label,
                "claim": text,
                "supporting_sentences": [[1]],
                "evidence": PAGE,
                "meta": {"id": text, "claim_title": "Norway", "claim_context": "The talks took place at sea."},
            }
        )
        for label, text in CLAIMS
    ]
    (folder / "claims.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def test_only_what_the_page_bears_out_is_supported(tmp_path: Path) -> None:
    """Another person and a date of its own are not."""
    measured = [measure(claim, _embed) for claim in read_claims(_write(tmp_path))]
    assert [(item.supported, item.checked) for item in measured] == [(True, True), (False, False), (False, False)]
    assert figures(measured)["the check"].value == 1


def test_a_page_keeps_its_sentences_and_its_title() -> None:
    """Headings lose their mark, the page's data are no sentences, and offsets fit."""
    found = list(page_evidence(PAGE))
    assert [item.number for item in found] == [1, 2, 3]
    assert found[0].passage.title == "Fishing talks"
    assert all(i.passage.text[i.sentence.start : i.sentence.end] == i.sentence.text for i in found)


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        pytest.param([True, True, True, True], 1.0, id="all right"),
        pytest.param([True, False, False, False], 0.5, id="one of one, none of three"),
        pytest.param([False, True, True, False], 1 / 3, id="none of one, two of three"),
    ],
)
def test_both_kinds_weigh_the_same(right: list[bool], expected: float) -> None:
    """One positive and three negatives, counted by hand."""
    statistic = balanced(right, [True, False, False, False])
    assert statistic(np.ones((1, 4)))[0] == pytest.approx(expected)


def test_a_threshold_is_measured_on_the_other_half() -> None:
    """The first half parts at 0.9, the second at 0.3: neither fits the other."""
    values = [0.9, 0.3, 0.5, 0.1]
    positive = [True, True, False, False]
    assert threshold(values[0::2], positive[0::2]) == 0.9
    assert threshold(values[1::2], positive[1::2]) == 0.3
    assert crossed(values, positive) == [True, False, False, True]


def test_every_signal_has_a_figure() -> None:
    """The check is right about all, a signal that knows nothing about half."""
    measured = [Measured(place < 4, place < 4, 0.5, place / 10) for place in range(8)]
    found = figures(measured)
    assert found["the check"].value == 1
    assert found["word overlap"].value == 0.5


def test_what_is_not_the_set_is_one_sentence(tmp_path: Path) -> None:
    """A missing file and another set's file are told apart."""
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_claims(tmp_path)
    (tmp_path / "claims.jsonl").write_text('{"claim": "x"}\n', "utf-8")
    with pytest.raises(EvaluationError, match="not WiCE"):
        read_claims(tmp_path)
