"""An answer that the configured chat model did not give says so, wherever it is shown."""

from __future__ import annotations

import json

from page.conversation import ShownTurn, conversation
from page.shelf import Shelf
from rag.terminal import render_answer
from tests.fake_chatbot import LED, TALKS, make_answer

NOTE = "The model openai:<b> did not answer in time. The embedded reader took over."


def test_a_note_is_shown_on_the_page_in_the_terminal_and_in_json() -> None:
    """One line, escaped."""
    answer = make_answer("Who led it?", (LED, TALKS, LED), note=NOTE)
    assert render_answer(answer).splitlines()[0] == f"Note: {NOTE}"
    assert json.loads(json.dumps(answer.to_dict()))["note"] == NOTE
    page = conversation([ShownTurn("Who led it?", answer=answer)], Shelf())
    assert "did not answer in time" in page
    assert "openai:<b>" not in page


def test_without_a_note_nothing_is_said() -> None:
    """The usual answer has no line for it."""
    answer = make_answer("Who led it?", (LED, TALKS, LED))
    assert "Note" not in render_answer(answer)
    assert "took over" not in conversation([ShownTurn("Who led it?", answer=answer)], Shelf())
