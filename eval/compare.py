"""Two runs on the same questions: what became better or worse, and whether by more than chance."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.errors import EvaluationError
from eval.intervals import Floats, Interval, draws, figure, mcnemar, paired, quantile
from eval.summary import LATENCY, METRICS, Metric, Row, statistic
from rag.questions import Question

_CHANCE = 0.05
_FEWEST_CHANGES = 6  # of fewer questions that changed, all for the worse, an exact sign test gives p > 0.05

_PLACES = ("questions", "corpus", "index", "port")  # settings that may differ between two runs on the same things


@dataclass(frozen=True, slots=True)
class Baseline:
    """An earlier run, as its JSON tells it."""

    name: str
    rows: tuple[Row, ...]
    settings: Mapping[str, Any]
    corpus_sha256: str
    complete: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric, this run minus the baseline."""

    metric: str
    before: float
    after: float
    low: float  # of the 95 % interval of after - before
    high: float
    p: float | None  # exact McNemar, for yes/no metrics
    n: int  # questions that both runs score
    changed: int  # questions whose score differs
    verdict: str  # "better", "worse", "" where it may be chance or has no better side


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences, and the ids of the questions that moved, with the metrics that moved them."""

    baseline: str
    common: int  # questions asked in both runs
    only_before: int
    only_after: int
    notes: tuple[str, ...]  # circumstances that differ
    differences: tuple[Difference, ...]
    better: dict[str, list[str]]  # id → metrics
    worse: dict[str, list[str]]

    @property
    def fell(self) -> list[str]:
        """The metrics that became worse beyond chance."""
        return [difference.metric for difference in self.differences if difference.verdict == "worse"]

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; latency stands under a key of its own."""
        fields = asdict(self)
        rows = fields.pop("differences")
        return (
            fields
            | {"fell": self.fell, "differences": [row for row in rows if not row["metric"].startswith(LATENCY)]}
            | {LATENCY: [row for row in rows if row["metric"].startswith(LATENCY)]}
        )


def read_baseline(path: Path) -> Baseline:
    """The run that `--json` wrote to `path`; raises EvaluationError when it is none."""
    try:
        run = json.loads(path.read_text("utf-8"))
        rows = tuple(Row.from_dict(fields) for fields in run["questions"])
        return Baseline(path.name, rows, dict(run["settings"]), str(run["corpus_sha256"]), bool(run["complete"]))
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Name a file written by --json.") from None
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise EvaluationError(
            f"{path}: not a run of this evaluation ({error}). Name a file written by --json."
        ) from None


def require_common(baseline: Baseline, questions: Sequence[Question]) -> None:
    """Raises EvaluationError when the baseline holds none of the questions."""
    if not {_key(row) for row in baseline.rows} & {(question.id, question.question) for question in questions}:
        raise EvaluationError(
            f"{baseline.name}: none of its {len(baseline.rows)} questions is among the {len(questions)} to be asked. "
            "Compare with a run of the same question file."
        )


def compare(baseline: Baseline, rows: Sequence[Row], settings: Mapping[str, Any], corpus_sha256: str) -> Comparison:
    """Pair the runs question by question: same id, same words; the others are counted and left out."""
    earlier = {_key(row): row for row in baseline.rows}
    after = [row for row in rows if _key(row) in earlier]
    before = [earlier[_key(row)] for row in after]
    better, worse = _moved(before, after)
    return Comparison(
        baseline=baseline.name,
        common=len(after),
        only_before=len(baseline.rows) - len(after),
        only_after=len(rows) - len(after),
        notes=_notes(baseline, settings, corpus_sha256),
        differences=_differences(before, after),
        better=better,
        worse=worse,
    )


def _differences(before: Sequence[Row], after: Sequence[Row]) -> tuple[Difference, ...]:
    weights = draws(len(after))
    found = [_difference(metric, before, after, weights) for metric in METRICS]
    found += [_latency(share, before, after, weights) for share in (0.5, 0.95)]
    return tuple(difference for difference in found if difference is not None)


def _difference(metric: Metric, before: Sequence[Row], after: Sequence[Row], weights: Floats) -> Difference | None:
    pairs = [(_inputs(metric.name, old), _inputs(metric.name, new)) for old, new in zip(before, after, strict=True)]
    scored = [(old[0], new[0]) for old, new in pairs if old[0] is not None and new[0] is not None]
    changed = sum(old != new for old, new in pairs)
    old_statistic, new_statistic = statistic(metric.name, before), statistic(metric.name, after)
    spread = paired(old_statistic, new_statistic, weights, len(scored))
    if spread is None:
        return None
    p = mcnemar([old for old, _ in scored], [new for _, new in scored]) if metric.yes_no else None
    beyond = _excludes_zero(spread) and changed >= _FEWEST_CHANGES if p is None else p < _CHANCE
    first = figure(old_statistic, len(before))
    verdict = _verdict(metric, spread.value) if beyond else ""
    return Difference(metric.name, first, first + spread.value, spread.low, spread.high, p, spread.n, changed, verdict)


def _latency(share: float, before: Sequence[Row], after: Sequence[Row], weights: Floats) -> Difference | None:
    """Reported, without a verdict: the machine's other work changes it too."""
    old, new = (quantile([row.latency_ms for row in rows], share) for rows in (before, after))
    spread = paired(old, new, weights, len(after))
    if spread is None:
        return None
    first, name = figure(old, len(before)), f"{LATENCY} p{share * 100:.0f}"
    return Difference(name, first, first + spread.value, spread.low, spread.high, None, spread.n, len(after), "")


def _inputs(name: str, row: Row) -> tuple[float | None, ...]:
    """What of a row its metric is computed from, the score that pairs it with the other run first."""
    if name == "abstention_f1":
        known = None if row.answerable is None else 1.0
        return known, row.scores.get("abstention_precision"), row.scores.get("abstention_recall")
    if name == "aurc":
        return row.scores.get("risk"), row.confidence
    return (row.scores.get(name),)


def _verdict(metric: Metric, difference: float) -> str:
    if metric.better == "neither":
        return ""
    return "better" if (difference > 0) == (metric.better == "higher") else "worse"


def _excludes_zero(spread: Interval) -> bool:
    return spread.low > 0 or spread.high < 0


def _moved(before: Sequence[Row], after: Sequence[Row]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The questions that a metric moved, for the better and for the worse; one can be in both."""
    moved: dict[str, dict[str, list[str]]] = {"better": {}, "worse": {}}
    for old, new in zip(before, after, strict=True):
        for metric in METRICS:
            one, other = old.scores.get(metric.name), new.scores.get(metric.name)
            if one is not None and other is not None and one != other and metric.better != "neither":
                moved[_verdict(metric, other - one)].setdefault(new.id, []).append(metric.name)
    return moved["better"], moved["worse"]


def _notes(baseline: Baseline, settings: Mapping[str, Any], corpus_sha256: str) -> tuple[str, ...]:
    notes = [] if baseline.complete else ["the baseline was interrupted"]
    if baseline.corpus_sha256 != corpus_sha256:
        notes.append("the documents are not the same")
    for name in sorted(settings.keys() & baseline.settings.keys()):
        if name not in _PLACES and settings[name] != baseline.settings[name]:
            notes.append(f"{name} was {baseline.settings[name]!r} and is {settings[name]!r}")
    return tuple(notes)


def _key(row: Row) -> tuple[str, str]:
    return row.id, row.question
