"""The tables that a person reads in the terminal. Names from question files are printed as text, never as markup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from eval.compare import Comparison, Difference
from eval.intervals import Interval
from eval.summary import LATENCY, Summary

GROUP_METRICS = (
    "answer_contains",
    "answer_f1",
    "rouge_l",
    "citation_recall",
    "abstention_f1",
    "coverage",
    "risk",
    "recall@5",
    "nDCG@10",
)
_KIND_METRICS = ("answer_contains", "citation_recall", "abstention_f1", "coverage", "risk")  # fit into 80 columns
_PIPE_WIDTH = 120  # columns, where the output is no terminal
_LISTED = 20  # questions named under a comparison


def open_console() -> Console:
    """Standard output; names are neither markup nor highlighted."""
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=_PIPE_WIDTH)


def summary_table(summary: Summary) -> Table:
    """Metric, value, 95 % interval, n."""
    shown = table("metric", "value", "95 % interval", "n")
    for name, figure in summary.items():
        shown.add_row(plain(name), number(name, figure.value), _span(name, figure), str(figure.n))
    return shown


def group_table(group: str, summaries: Mapping[str, Summary], metrics: Sequence[str] = _KIND_METRICS) -> Table:
    """One line for each kind, question file or benchmark; metrics that none of them has are left out."""
    names = [name for name in metrics if any(name in summary for summary in summaries.values())]
    shown = table(group, "n", *names)
    for title, summary in summaries.items():
        figures = [summary.get(name) for name in names]
        asked = str(summary[LATENCY].n) if LATENCY in summary else "0"
        values = [number(name, figure.value) if figure else "-" for name, figure in zip(names, figures, strict=True)]
        shown.add_row(plain(title) if title else Text("(none)", style="dim"), asked, *values)
    return shown


def comparison_table(comparison: Comparison) -> Table:
    """Metric, both values, the difference with its interval, p where the test is exact, and what follows."""
    shown = table("metric", "baseline", "now", "change", "95 % interval", "p", "")
    for row in comparison.differences:
        shown.add_row(
            plain(row.metric),
            number(row.metric, row.before),
            number(row.metric, row.after),
            _signed(row),
            f"{number(row.metric, row.low)} to {number(row.metric, row.high)}",
            "" if row.p is None else f"{row.p:.3f}",
            Text(row.verdict, style={"worse": "bold red", "better": "green"}.get(row.verdict, "")),
        )
    return shown


def comparison_lines(comparison: Comparison) -> list[str]:
    """What was compared, under what different circumstances, and the questions that moved."""
    lines = [f"{comparison.common} questions are in both runs" + _left_out(comparison) + "."]
    lines += [f"Note: {note}." for note in comparison.notes]
    for title, moved in (("Better", comparison.better), ("Worse", comparison.worse)):
        if moved:
            more = f" and {len(moved) - _LISTED} more" if len(moved) > _LISTED else ""
            lines.append(f"{title}, {len(moved)}: {', '.join(list(moved)[:_LISTED])}{more}.")
    return lines


def table(first: str, *others: str) -> Table:
    """An empty table: the first column holds names, the others numbers."""
    empty = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    empty.add_column(first, no_wrap=True)
    for other in others:
        empty.add_column(other.replace("_", "_\n"), justify="right", no_wrap=True)  # narrow enough for 80 columns
    return empty


def plain(text: str) -> Text:
    """The text without characters that a terminal would obey."""
    return Text("".join(character if character.isprintable() else "�" for character in text))


def number(metric: str, value: float) -> str:
    """Milliseconds whole, shares to three places."""
    return f"{round(value)} ms" if metric.startswith(LATENCY) else f"{value:.3f}"


def _span(name: str, figure: Interval) -> str:
    return f"{number(name, figure.low)} to {number(name, figure.high)}"


def _signed(row: Difference) -> str:
    difference = row.after - row.before
    return ("+" if difference >= 0 else "") + number(row.metric, difference)


def _left_out(comparison: Comparison) -> str:
    parts: Sequence[tuple[int, str]] = (
        (comparison.only_before, "only in the baseline"),
        (comparison.only_after, "only in this run"),
    )
    named = [f"{count} {where}" for count, where in parts if count]
    return f" ({', '.join(named)}, not compared)" if named else ""
