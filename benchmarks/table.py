"""The results as a Markdown table, each figure beside its ratio to LangChain's tutorial in the same run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_BASE = "langchain"
_FIGURES = (  # name, words, digits, whether more is better
    ("letters_per_s", "indexed, characters a second", 0, True),
    ("letters_per_cpu_s", "indexed, characters a processor second", 0, True),
    ("open_s", "opened, s", 2, False),
    ("first_s", "first texts found in a fresh process, s", 2, False),
    ("first_cpu_s", "the same, processor seconds", 2, False),
    ("search_p50_ms", "search p50, ms", 1, False),
    ("search_p95_ms", "search p95, ms", 1, False),
    ("search_cpu_p50_ms", "search p50, processor ms", 1, False),
    ("index_mb", "memory while indexing, MB", 0, False),
    ("search_mb", "memory while searching, MB", 0, False),
    ("disk_mb", "size on disk, MB", 1, False),
    ("recall_squad2", "recall@5, squad2", 3, True),
    ("recall_musique", "recall@5, musique", 3, True),
    ("shown", "characters of those five", 0, False),
    ("first_answer_s", "first full answer in a fresh process, s", 2, False),
    ("answer_p50_ms", "full answer p50, ms", 0, False),
    ("answer_p95_ms", "full answer p95, ms", 0, False),
    ("answer_cpu_p50_ms", "full answer p50, processor ms", 0, False),
)


def markdown(results: Sequence[dict[str, Any]]) -> str:
    """A table for each size; a ratio above 1 says how many times better than LangChain's tutorial."""
    sizes = dict.fromkeys((row["size"], row["static"]) for row in results)
    return "\n".join(_table(size, static, [row for row in results if row["size"] == size]) for size, static in sizes)


def _table(size: int, static: bool, rows: Sequence[dict[str, Any]]) -> str:
    base = next((row for row in rows if row["system"] == _BASE), {})
    vectors = "static vectors, so its speed of embedding and its recall are not the model's" if static else "real model"
    head = ["", *(f"{row['system']} ({row.get('texts', '?')} texts)" for row in rows)]
    lines = [f"### {size:,} passages ({vectors})\n", _line(head), _line(["---"] * len(head))]
    for name, words, digits, more in _FIGURES:
        if any(name in row for row in rows):
            lines.append(_line([words, *(_cell(row, base, name, digits, more) for row in rows)]))
    return "\n".join(lines) + "\n"


def _cell(row: dict[str, Any], base: dict[str, Any], name: str, digits: int, more: bool) -> str:
    value, other = row.get(name), base.get(name)
    if value is None:
        return "–"
    shown = f"{value:,.{digits}f}"
    if row is base or not other or not value:
        return shown
    return f"{shown} ({value / other if more else other / value:.2f}×)"


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
