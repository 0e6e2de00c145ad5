"""Which words may stand for which: the table that ships, and how it is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import lexicon, wordnet
from training.wordnet import table


@pytest.mark.parametrize(
    ("said", "there", "follows"),
    [
        pytest.param("buy", "purchase", True, id="one sense"),
        pytest.param("set up", "found", True, id="a particle verb"),
        pytest.param("emphasise", "emphasis", True, id="derived from one another"),
        pytest.param("take", "abduct", False, id="a verb that says little"),
        pytest.param("walk", "trudge", True, id="more general than what is there"),
        pytest.param("trudge", "walk", False, id="more special than what is there"),
        pytest.param("sell", "buy", False, id="the contrary"),
        pytest.param("lead", "leave", False, id="alike in a rare sense, and contrary"),
        pytest.param("expel", "address", False, id="nothing in common"),
    ],
)
def test_what_follows_from_what(said: str, there: str, follows: bool) -> None:
    """The same or something more general follows; something more special or contrary does not."""
    assert lexicon.follows(said, there) == follows


def test_a_word_that_nobody_knows_stands_for_itself_alone() -> None:
    """No entry, no error."""
    assert not wordnet.known("zelenskyy")
    assert lexicon.follows("zelenskyy", "zelenskyy")
    assert not lexicon.follows("zelenskyy", "buy")


def test_the_table_holds_shared_and_more_general_senses(tmp_path: Path) -> None:
    """Two synonyms share a number, and the more general word's is in the last column."""
    empty = "  1 licence\n"
    verbs = "00000001 30 v 02 buy 0 purchase 0 001 @ 00000002 v 0000 | gloss\n00000002 30 v 01 get 0 000 | gloss\n"
    index = (
        "buy v 1 1 @ 1 1 00000001\npurchase v 1 1 @ 1 0 00000001\nget v 1 0 1 1 00000002\n"  # lemma, part, senses ...
    )
    for name in ("noun", "verb", "adj", "adv"):
        (tmp_path / f"data.{name}").write_text(empty + (verbs if name == "verb" else ""), "utf-8")
        (tmp_path / f"index.{name}").write_text(empty + (index if name == "verb" else ""), "utf-8")
    assert table(tmp_path).splitlines()[1:] == ["buy\t0\t1", "get\t1\t", "purchase\t0\t1"]
