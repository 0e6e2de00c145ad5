"""The report: one HTML page that loads nothing, with the figures, three plots and every failure with its evidence."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval import plots
from eval.compare import Comparison
from eval.metrics import Place, locate
from eval.run import Run
from eval.summary import LATENCY, Row, by_kind, by_set, summarise
from eval.table import GROUP_METRICS, number
from rag.questions import Question

_FOLDER = Path(__file__).parent
_AROUND = 160  # code points of text shown on each side of a mark
_PLACES = 3  # places shown of evidence that occurs more often

FAILURES = {
    "wrong": "wrong answer",
    "unanswerable": "answered the unanswerable",
    "silent": "silent though answerable",
    "elsewhere": "cited elsewhere",
    "invalid": "quote not at its place",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of a document's text under the same marks."""

    text: str
    cited: bool
    evidence: bool


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a document around marks; `cut` tells that text is left out before it and after it."""

    document: str
    pieces: tuple[Piece, ...]
    cut: tuple[bool, bool]


@dataclass(frozen=True, slots=True)
class Failure:
    """A question that went wrong, and how."""

    row: Row
    question: Question
    types: tuple[str, ...]  # keys of FAILURES
    excerpts: tuple[Excerpt, ...]


def render(
    run: Run, questions: Sequence[Question], texts: Mapping[str, str], comparison: Comparison | None = None
) -> str:
    """The page; all that comes from questions, answers and documents is escaped."""
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    summary = summarise(run.rows)
    groups = {"by kind": by_kind(run.rows), "by set": by_set(run.rows)}
    script = (_FOLDER / "report.js").read_text("utf-8")
    return environment.get_template("report.html.jinja").render(
        run=run,
        summary=summary,
        groups={title: group for title, group in groups.items() if title == "by kind" or len(group) > 1},
        group_metrics=[name for name in GROUP_METRICS if name in summary],
        latency=LATENCY,
        number=number,
        plots=_plots(run.rows, "aurc" in summary),
        calibration_error=plots.expected_calibration_error(run.rows) if "aurc" in summary else None,
        failures=failures(run.rows, questions, texts),
        failure_names=FAILURES,
        comparison=comparison,
        script=Markup(script),  # noqa: S704  ours, and named by its hash in the page's content security policy
        script_hash=base64.b64encode(sha256(script.encode()).digest()).decode(),
    )


def failures(rows: Iterable[Row], questions: Iterable[Question], texts: Mapping[str, str]) -> list[Failure]:
    """Every row that went wrong in some way, in order."""
    asked = {question.id: question for question in questions}
    return [
        Failure(row, asked[row.id], types, _excerpts(row, asked[row.id], texts))
        for row in rows
        if (types := failure_types(row))
    ]


def failure_types(row: Row) -> tuple[str, ...]:
    """The keys of FAILURES that apply to a row."""
    answered, wrong = row.scores["coverage"] == 1, row.scores["risk"] == 1
    applies = {
        "wrong": wrong and row.answerable is not False,
        "unanswerable": wrong and row.answerable is False,
        "silent": not answered and row.answerable is True,
        "elsewhere": answered and row.scores["citation_recall"] == 0,
        "invalid": (row.scores["valid_citations"] or 1) < 1 or row.scores["valid_citations"] == 0,
    }
    return tuple(name for name, applied in applies.items() if applied)


def mark(text: str, cited: Iterable[tuple[int, int]], evidence: Iterable[tuple[int, int]]) -> list[tuple[Piece, ...]]:
    """Stretches of the text around the spans, each cut into pieces where a mark begins or ends."""
    cited, evidence = list(cited), list(evidence)
    stretches = []
    for start, end in _stretches([*cited, *evidence], text):
        inside = {edge for span in [*cited, *evidence] for edge in span if start < edge < end}
        edges = sorted({start, end} | inside)
        stretches.append(
            tuple(
                Piece(text[one:other], _covered(one, cited), _covered(one, evidence)) for one, other in pairwise(edges)
            )
        )
    return stretches


def _excerpts(row: Row, question: Question, texts: Mapping[str, str]) -> tuple[Excerpt, ...]:
    cited = [(one["document"], one["start"], one["end"]) for one in row.answer["citations"] + row.answer["nearest"]]
    evidence = [place for one in question.evidence for place in locate(one, texts)[:_PLACES]]
    found = []
    for document in dict.fromkeys(place[0] for place in [*cited, *evidence]):
        text = texts.get(document, "")
        for pieces in mark(text, _within(cited, document, text), _within(evidence, document, text)):
            shown = "".join(piece.text for piece in pieces)
            found.append(Excerpt(document, pieces, (not text.startswith(shown), not text.endswith(shown))))
    return tuple(found)


def _within(places: Iterable[Place], document: str, text: str) -> list[tuple[int, int]]:
    """The places of one document that exist in its text."""
    return [(start, end) for name, start, end in places if name == document and 0 <= start < end <= len(text)]


def _stretches(spans: Iterable[tuple[int, int]], text: str) -> list[tuple[int, int]]:
    """The spans with text around them, cut between words where there are any, those that touch joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted((_word_start(text, start), _word_end(text, end)) for start, end in spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _word_start(text: str, mark: int) -> int:
    first = max(0, mark - _AROUND)
    return text.find(" ", first, mark) + 1 or first if first else 0


def _word_end(text: str, mark: int) -> int:
    last = min(len(text), mark + _AROUND)
    space = text.rfind(" ", mark, last)
    return last if last == len(text) or space < 0 else space


def _covered(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _plots(rows: Sequence[Row], judged: bool) -> dict[str, Markup]:
    drawn: dict[str, str] = {}
    if judged:
        drawn["Risk and coverage"] = plots.risk_coverage(rows)
        drawn["Reliability of the confidence"] = plots.reliability(rows)
    drawn["Latency"] = plots.latency(rows)
    return {title: Markup(svg) for title, svg in drawn.items()}  # noqa: S704  numbers and our own words only
