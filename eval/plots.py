"""The report's plots, drawn by matplotlib as SVG whose colours the page decides, so that they follow light and dark.

Why matplotlib: it writes a few kilobytes of plain SVG, with text as text; plotly would put megabytes of script into a
page that must load nothing and be readable with scripts off.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from eval.summary import Row

_BINS = 10
_INK, _FIRST, _SECOND = "#010101", "#020202", "#030303"  # stand-ins, replaced by the page's own colours
_PAGE_COLOURS = {_INK: "currentColor", _FIRST: "var(--accent)", _SECOND: "var(--muted)"}
_STYLE: dict[str, Any] = {
    "svg.fonttype": "none",  # text stays text: it can be selected and read aloud
    "svg.hashsalt": "footnote",  # ids do not change from run to run
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "text.color": _INK,
}


def risk_coverage(rows: Sequence[Row]) -> str:
    """Share of wrong answers when only the surest are given, against the share of questions answered."""
    coverage, risk = risk_coverage_points(rows)
    figure, axes = _axes("coverage: share of questions answered", "risk: share of wrong answers")
    axes.step(coverage, risk, where="post", color=_FIRST, linewidth=1.5)
    axes.set(xlim=(0, 1), ylim=(0, max(0.1, *risk) * 1.05) if risk else (0, 1))
    return _svg(figure, "Risk against coverage")


def reliability(rows: Sequence[Row]) -> str:
    """How often answers of a confidence are right, in ten bins, beside the diagonal where confidence is honest."""
    figure, axes = _axes("confidence of the answer", "share right")
    axes.plot([0, 1], [0, 1], color=_SECOND, linewidth=1.2, linestyle="--", zorder=3)
    for start, _, right, count in reliability_bins(rows):
        axes.bar(start, right, width=1 / _BINS, align="edge", color=_FIRST, edgecolor=_INK, linewidth=0.5)
        axes.annotate(str(count), (start + 0.5 / _BINS, right), ha="center", va="bottom", fontsize=7, color=_INK)
    axes.set(xlim=(0, 1), ylim=(0, 1.08))
    return _svg(figure, "Reliability of the confidence; the numbers count answers")


def latency(rows: Sequence[Row]) -> str:
    """How long questions took."""
    figure, axes = _axes("milliseconds", "questions")
    axes.hist([row.latency_ms for row in rows], bins=20, color=_FIRST, edgecolor=_INK, linewidth=0.5)
    return _svg(figure, "Time to answer")


def risk_coverage_points(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    """The curve's points, one after each level of confidence, surest first."""
    judged = [(row.confidence, risk) for row in rows if (risk := row.scores.get("risk")) is not None]
    coverage, risks = [], []
    for level in sorted({sure for sure, _ in judged}, reverse=True):
        kept = [risk for sure, risk in judged if sure >= level]
        coverage.append(len(kept) / len(rows))
        risks.append(sum(kept) / len(kept))
    return coverage, risks


def reliability_bins(rows: Sequence[Row]) -> list[tuple[float, float, float, int]]:
    """(start of the bin, mean confidence, share right, answers) of each bin that holds an answer."""
    judged = [(row.confidence, 1 - risk) for row in rows if (risk := row.scores.get("risk")) is not None]
    bins: dict[int, list[tuple[float, float]]] = {}
    for sure, right in judged:
        bins.setdefault(min(int(sure * _BINS), _BINS - 1), []).append((sure, right))
    return [
        (
            place / _BINS,
            float(np.mean([sure for sure, _ in held])),
            float(np.mean([right for _, right in held])),
            len(held),
        )
        for place, held in sorted(bins.items())
    ]


def expected_calibration_error(rows: Sequence[Row]) -> float | None:
    """Mean distance of confidence and share right over the bins, by their answers (Naeini et al. 2015)."""
    bins = reliability_bins(rows)
    answers = sum(count for *_, count in bins)
    return sum(abs(sure - right) * count for _, sure, right, count in bins) / answers if answers else None


def _axes(across: str, up: str) -> tuple[Figure, Axes]:
    with style.context(_STYLE):
        figure = Figure(figsize=(4.4, 3.0), layout="constrained")
        axes = figure.add_subplot()
        axes.set(xlabel=across, ylabel=up)
    return figure, axes


def _svg(figure: Figure, title: str) -> str:
    """The drawing alone, to stand inside HTML: no prolog, no metadata, no address of any schema."""
    drawn = io.StringIO()
    figure.patch.set_alpha(0)
    for axes in figure.axes:
        axes.patch.set_alpha(0)
    with style.context(_STYLE):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    svg = drawn.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|\s+xmlns(:\w+)?=\"[^\"]*\"", "", svg, flags=re.DOTALL)
    for drawn_colour, page_colour in _PAGE_COLOURS.items():
        svg = svg.replace(drawn_colour, page_colour)
    return svg.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
