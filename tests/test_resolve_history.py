"""Earlier turns come from outside: they help to understand a question, are cut to size, and are never an answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.resolve import resolve
from rag.resolve.context import trimmed

LED = ("Who led Russia's delegation?", "Vladimir Medinsky led Russia's delegation.")


def test_two_hundred_turns() -> None:
    """Only the last turns are looked at, and the very last one counts as ever."""
    turns = [(f"Who is Person Number{number}?", "A person.") for number in range(200)]
    assert resolve("And Ukraine's?", [*turns, LED]).question == "Who led Ukraine's delegation?"
    assert len(trimmed(turns)) < 50


@pytest.mark.parametrize(
    "markup",
    [
        "<script>alert('{}')</script>",
        "<b>{}</b>",
        "<img src=x onerror=alert(1)>{}",
        "{} [1][2, 3]",
        "\u202e{}\u202c\x00",
        "{}\n\n\t",
    ],
)
def test_markup_in_an_earlier_turn_is_no_part_of_the_question(markup: str) -> None:
    """Tags, citation marks and what nobody can see are left out of what a follow-up is read as."""
    turns = [(markup.format(LED[0]), markup.format(LED[1]))]
    read_as = resolve("And Ukraine's?", turns).question
    assert not set("<>[]\x00\u202e") & set(read_as)
    assert "Ukraine" in read_as


def test_an_earlier_answer_of_a_megabyte_is_cut() -> None:
    """What follows the first sentences of an earlier answer was not what was spoken of."""
    turns = [(LED[0], LED[1] + " Sergei Lavrov came too." * 50_000)]
    assert resolve("When was he born?", turns).question == "When was Vladimir Medinsky born?"
    assert sum(len(question) + len(answer) for question, answer in trimmed(turns)) < 5_000


@pytest.mark.parametrize(
    "turn", [("", ""), ("   ", "x"), ("🤔", "🤔"), ("???", ""), ("When?", "When?"), ("and?", "and?")]
)
def test_turns_that_say_nothing(turn: tuple[str, str]) -> None:
    """They change nothing about a question that stands alone."""
    assert resolve("Who led Russia's delegation?", [turn, turn]).question == "Who led Russia's delegation?"


@settings(max_examples=40, deadline=None)
@given(
    question=st.text(min_size=1, max_size=60).filter(str.strip),
    turns=st.lists(st.tuples(st.text(max_size=60), st.text(max_size=120)), max_size=4),
)
def test_any_text_can_be_resolved(question: str, turns: list[tuple[str, str]]) -> None:
    """No text is an error, and what is read is never empty."""
    resolved = resolve(question, turns)
    assert resolved.question.strip()
    assert len(resolved.question) <= 800
