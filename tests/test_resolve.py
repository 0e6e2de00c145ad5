"""Follow-ups become questions that stand alone."""

from __future__ import annotations

import pytest

from rag.resolve import resolve

TURN = ("Who led Russia's delegation?", "He sent his adviser, Vladimir Medinsky, to lead Russia's delegation.")


@pytest.mark.parametrize(
    ("question", "read_as"),
    [
        pytest.param("And Ukraine's?", "Who led Ukraine's delegation?", id="and X"),
        pytest.param("what about Turkey?", "Who led Turkey's delegation?", id="what about X"),
        pytest.param("When?", "Who led Russia's delegation: When?", id="a bare question word"),
        pytest.param(
            "Did he travel far?", "Who led Russia's delegation: Did he travel far?", id="pronoun without a name"
        ),
        pytest.param("Where did the Black Sea fleet go?", "Where did the Black Sea fleet go?", id="a new topic"),
        pytest.param("  Who   hosted the talks? ", "Who hosted the talks?", id="white space"),
    ],
)
def test_read_as(question: str, read_as: str) -> None:
    """What a follow-up leaves out comes from the turn before it; a new topic is left alone."""
    assert resolve(question, [TURN]).question == read_as


@pytest.mark.parametrize(
    ("question", "clear"),
    [("Who led Russia's delegation?", True), ("When?", False), ("???", False), ("and?", False), ("🤔", False)],
)
def test_without_a_turn_before_it(question: str, clear: bool) -> None:
    """A question that says nothing, with nothing before it, cannot be resolved."""
    assert resolve(question).clear is clear
