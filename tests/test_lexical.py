"""Ranking by words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.lexical import Lexical, best_rows, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("The talks of the ministers", ["talk", "minist"], id="stop words go, English words are stemmed"),
        pytest.param("Dolmabahçe", ["dolmabahc"], id="accents go"),
        pytest.param("İSTANBUL ıstanbul", ["istanbul", "istanbul"], id="Turkish i with and without a dot"),
        pytest.param("Łódź Ærø", ["lodz", "aero"], id="letters that Unicode does not take apart"),
        pytest.param("Ukraine's", ["ukrain"], id="possessive"),
        pytest.param("don’t", ["don"], id="typographic apostrophe"),
        pytest.param("the U.S. and the E.U.", ["us", "eu"], id="abbreviations"),
        pytest.param("1,000 men, 3,5 and 2022", ["1000", "men", "3", "5", "2022"], id="numbers"),
        pytest.param("ﬁne", ["fine"], id="ligature"),
        pytest.param("cease\u00adfire Istan\u200bbul", ["ceasefir", "istanbul"], id="invisible characters"),
        pytest.param("हिन्दी भाषा", ["हिन्दी", "भाषा"], id="vowel signs stay in their words"),
        pytest.param("東京タワー 2025", ["東", "京", "タ", "ワ", "ー", "2025"], id="Chinese and Japanese by character"),
        pytest.param("\x00 🙂 -- ?", [], id="nothing to search for"),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """A text is indexed under the words that people type."""
    assert words(text) == expected


@given(st.text())
def test_words_of_any_text(text: str) -> None:
    """Any Unicode text has words, none of them empty, lone surrogates included."""
    assert all(words(text + "\ud800"))


TEXTS = [
    "Officials of Ukraine and Russia met in Istanbul",
    "Dolmabahçe Palace is a museum in Istanbul",
    "The prisoners were exchanged",
    "",
]


@pytest.fixture(params=["built", "loaded"])
def lexical(request: pytest.FixtureRequest, tmp_path: Path) -> Lexical:
    """The same index, in memory and from disk."""
    built = Lexical.build(TEXTS)
    if request.param == "built":
        return built
    built.save(tmp_path / "bm25")
    return Lexical.load(tmp_path / "bm25", len(TEXTS))


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        pytest.param("Who met in Istanbul?", [0, 1], id="the rarer word counts more"),
        pytest.param("dolmabahce", [1], id="typed without accents"),
        pytest.param("Which prisoner was exchanged?", [2], id="other forms of a word"),
        pytest.param("volcano", [], id="no known word"),
        pytest.param("volcano museum", [1], id="a known word beside an unknown one"),
        pytest.param("the of and", [], id="stop words only"),
        pytest.param("", [], id="empty"),
        pytest.param("🙂 \x00", [], id="no words"),
        pytest.param('AND NEAR(* "palace) OR %_ {x} \\', [1], id="operators are only text"),
    ],
)
def test_search(lexical: Lexical, question: str, rows: list[int]) -> None:
    """The rows that share words with the question, best first, and no others."""
    found = lexical.search(question, 3)
    assert [row for row, _ in found] == rows
    assert all(score > 0 for _, score in found)


def test_a_hand_computed_score() -> None:
    """Lucene's BM25 of one word in one of two rows of equal length: ln(1 + 1.5 / 1.5) * 1 / (1 + 1.5)."""
    scores = Lexical.build(["peace", "war"]).scores("peace")
    assert scores == pytest.approx([np.log(2) / 2.5, 0])


@pytest.mark.parametrize("k", [0, -1])
def test_no_rows_asked_for(lexical: Lexical, k: int) -> None:
    """Asking for no row gives none."""
    assert lexical.search("Istanbul", k) == []


def test_equal_scores_keep_the_order_of_rows() -> None:
    """Among rows of the same score the first comes first, however many are asked for."""
    scores = np.array([1, 2, 1, 2, 0], dtype=np.float32)
    assert best_rows(scores, 3) == [(1, 2.0), (3, 2.0), (0, 1.0)]


@pytest.mark.parametrize("texts", [pytest.param([], id="no rows"), pytest.param(["", "the"], id="rows without words")])
def test_nothing_to_find(tmp_path: Path, texts: list[str]) -> None:
    """An index without any word can be saved and loaded, and finds nothing."""
    Lexical.build(texts).save(tmp_path)
    loaded = Lexical.load(tmp_path, len(texts))
    assert loaded.search("the peace", 3) == []
    assert loaded.scores("peace").shape == (len(texts),)


def test_rows_that_are_not_ours(tmp_path: Path) -> None:
    """An index of other rows than expected is refused."""
    Lexical.build(["peace"]).save(tmp_path)
    with pytest.raises(ValueError, match="1 rows instead of 2"):
        Lexical.load(tmp_path, 2)
