"""A conversation as a file to keep: Markdown to read on, JSON to work with, both with every citation."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from page.conversation import ShownTurn, reads_otherwise
from page.markup import plain, web_address
from page.shelf import Shelf
from rag import __version__
from rag.types import Answer, Citation

_ACTIVE = re.compile(r"([\\`*_\[\]<>&!|~$#])")  # what means something in Markdown, or in HTML inside of it
_BLOCK = re.compile(r"^(\d+(?=[.)])|(?=[-+=]))")  # what begins a list or a heading, up to the sign that does
_NAME_LIMIT = 60  # code points of a file name, without its ending
_STATUS = {
    "corrected": "The articles say otherwise.",
    "abstained": "Not in the articles.",
    "unclear": "The question was not clear.",
}


def as_json(turns: Sequence[ShownTurn], shelf: Shelf) -> str:
    """Return the conversation as JSON: each answer in its own JSON form, and where its quotes stand today."""
    exported = {"footnote": __version__, "exported": _now(), "turns": [_entry(turn, shelf) for turn in turns]}
    return json.dumps(exported, ensure_ascii=False, indent=2) + "\n"


def as_markdown(turns: Sequence[ShownTurn], shelf: Shelf) -> str:
    """Return the conversation as Markdown, its citations as footnotes; nothing in it loads anything."""
    title = _escaped(turns[0].question) if turns else "An empty conversation"
    head = f"# {title}\n\nExported from Footnote {__version__}, {_now()}.\n"
    return "\n".join([head, *(_section(number, turn, shelf) for number, turn in enumerate(turns, 1))])


def file_name(turns: Sequence[ShownTurn], ending: str) -> str:
    """Return a name for the file, after the first question, of letters, digits and hyphens alone."""
    words = re.findall(r"[^\W_]+", turns[0].question.replace("'s", "s").replace("’s", "s")) if turns else []
    return "-".join(["footnote", *words]).lower()[:_NAME_LIMIT].rstrip("-") + ending


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _entry(turn: ShownTurn, shelf: Shelf) -> dict[str, Any]:
    if turn.answer is None:
        return {"question": turn.question, "answer": None, "reason": turn.trouble}
    places = {str(citation.number): shelf.place(citation) for citation in turn.answer.citations}
    return {"question": turn.question, "answer": turn.answer.to_dict(), "citations_today": places}


def _section(number: int, turn: ShownTurn, shelf: Shelf) -> str:
    answer = turn.answer
    body = [_escaped(turn.trouble)] if answer is None else _answer(number, reads_otherwise(turn), answer, shelf)
    return "\n\n".join([f"## {_escaped(turn.question)}", *body]) + "\n"


def _answer(number: int, read_as: str, answer: Answer, shelf: Shelf) -> Iterator[str]:
    if read_as:
        yield f"*Read as: {_escaped(read_as)}*"
    if answer.status in _STATUS:
        yield f"*{_STATUS[answer.status]}*"
    if answer.short:
        yield f"**{_escaped(answer.short)}**"
    for claim in answer.claims:
        yield _escaped(claim.text) + "".join(f"[^{number}.{cited}]" for cited in claim.citations)
    if not answer.claims:
        yield _escaped(answer.text)
    if answer.note:
        yield f"*{_escaped(answer.note)}*"
    for citation in answer.citations:
        yield f"[^{number}.{citation.number}]: {_source(citation, shelf)}"
    for citation in answer.nearest:
        yield f"The nearest passage, not an answer: {_source(citation, shelf)}"


def _source(citation: Citation, shelf: Shelf) -> str:
    place = shelf.place(citation)
    url = f"<{citation.url}>" if web_address(citation.url) else ""
    parts = [f"*{_escaped(citation.title)}*", _escaped(shelf.date(citation)), url]
    where = f"{citation.document}, characters {citation.start} to {citation.end}"
    now = "" if place == "same" else f"; today {place}"
    return f"{', '.join(part for part in parts if part)}: “{_escaped(citation.quote)}” ({_escaped(where + now)})"


def _escaped(text: str) -> str:
    """The text on one line, showing what it says and doing nothing."""
    return _BLOCK.sub(r"\1\\", _ACTIVE.sub(r"\\\1", plain(text)))
