"""From rows, one for each question asked, to the figures of a set, with intervals."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from eval.intervals import Floats, Interval, Statistic, aurc, draws, f1, interval, mean, quantile
from eval.metrics import Scores

_ABOUT = ("id", "set", "kind", "question", "answerable")
_JUDGED = 0.5  # of the answers to answerable questions; with fewer judged, risk would be that of the unanswerable ones


@dataclass(frozen=True, slots=True)
class Row:
    """One question, what was answered, and how that scored."""

    id: str
    set: str
    kind: str
    question: str  # as the question file has it
    answerable: bool | None
    answer: dict[str, Any]  # Answer.to_dict()
    scores: Scores
    latency_ms: float

    @property
    def confidence(self) -> float:
        return float(self.answer["confidence"])

    def to_dict(self) -> dict[str, Any]:
        """The row as it stands under "questions" in the JSON."""
        about = {name: getattr(self, name) for name in _ABOUT}
        return about | {"answer": self.answer} | self.scores | {"latency_ms": self.latency_ms}

    @classmethod
    def from_dict(cls, fields: Mapping[str, Any]) -> Row:
        """The row again; raises KeyError, TypeError or ValueError when `fields` is not one."""
        about = {name: fields[name] for name in _ABOUT}
        answer = dict(fields["answer"])
        float(answer["confidence"])
        scores = {metric.name: _number(fields[metric.name]) for metric in METRICS if metric.name in fields}
        return cls(**about, answer=answer, scores=scores, latency_ms=float(fields["latency_ms"]))


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric's name, which way is better, and whether a question scores yes or no on it in every run."""

    name: str
    better: Literal["higher", "lower", "neither"] = "higher"
    yes_no: bool = False


METRICS = (
    Metric("answer_contains", yes_no=True),
    Metric("answer_f1"),
    Metric("rouge_l"),
    Metric("citation_recall", yes_no=True),
    Metric("citation_precision"),
    Metric("valid_citations"),
    Metric("abstention_precision"),
    Metric("abstention_recall", yes_no=True),
    Metric("abstention_f1"),
    Metric("coverage", better="neither", yes_no=True),  # answering more is good or bad as risk and abstention say
    Metric("risk", better="lower"),
    Metric("aurc", better="lower"),
    Metric("recall@5"),
    Metric("nDCG@10"),
)
LATENCY = "latency_ms"
Summary = dict[str, Interval]


def summarise(rows: Sequence[Row]) -> Summary:
    """Each metric that is defined on these rows; latency_ms is the median, `latency_ms p95` the 95th percentile."""
    weights = draws(len(rows))
    figures = {metric.name: _interval(metric.name, rows, weights) for metric in METRICS}
    latencies = [row.latency_ms for row in rows]
    figures[LATENCY] = interval(quantile(latencies, 0.5), weights, len(rows))
    figures[LATENCY + " p95"] = interval(quantile(latencies, 0.95), weights, len(rows))
    return {name: figure for name, figure in figures.items() if figure is not None}


def by_kind(rows: Sequence[Row]) -> dict[str, Summary]:
    """The summary of each kind of question, in the order of their first questions."""
    return {kind: summarise([row for row in rows if row.kind == kind]) for kind in _distinct(row.kind for row in rows)}


def by_set(rows: Sequence[Row]) -> dict[str, Summary]:
    """The summary of each question file, in order."""
    return {name: summarise([row for row in rows if row.set == name]) for name in _distinct(row.set for row in rows)}


def statistic(name: str, rows: Sequence[Row]) -> Statistic:
    """The metric of that name as a function of how often each row was drawn."""
    if name == "abstention_f1":
        return f1(column(rows, "abstention_precision"), column(rows, "abstention_recall"))
    if name == "aurc":
        return aurc(_judged_risk(rows), [row.confidence for row in rows])
    return mean(_judged_risk(rows) if name == "risk" else column(rows, name))


def column(rows: Iterable[Row], name: str) -> list[float | None]:
    """One metric of every row."""
    return [row.scores.get(name) for row in rows]


def summary_json(summary: Summary) -> dict[str, Any]:
    """{metric: {"value", "low", "high", "n"}}; the 95th percentile of latency stands inside latency_ms as "p95"."""
    figures: dict[str, Any] = {name: figure.to_dict() for name, figure in summary.items() if " " not in name}
    if LATENCY in figures:
        figures[LATENCY]["p95"] = summary[LATENCY + " p95"].to_dict()
    return figures


def _interval(name: str, rows: Sequence[Row], weights: Floats) -> Interval | None:
    scored: Sequence[float | None] = _judged_risk(rows) if name in ("risk", "aurc") else column(rows, name)
    if name == "abstention_f1":
        scored = [row.answerable for row in rows]
    return interval(statistic(name, rows), weights, sum(value is not None for value in scored))


def _judged_risk(rows: Sequence[Row]) -> list[float | None]:
    """Each row's risk; all None where most answers to answerable questions cannot be called right or wrong."""
    risk = column(rows, "risk")
    judged = [
        value is not None
        for row, value in zip(rows, risk, strict=True)
        if row.answerable and row.scores.get("coverage")
    ]
    return risk if sum(judged) >= _JUDGED * len(judged) else [None] * len(rows)


def _distinct(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
