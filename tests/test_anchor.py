"""Anchoring: what a question names, and whether a text accounts for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.anchor import accounted, anchors, keys, places


@pytest.mark.parametrize(
    ("question", "names"),
    [
        pytest.param("Who led Russia's delegation?", ["Russia"], id="possessive"),
        pytest.param("who led russia's delegation", ["russia"], id="a country in lower case"),
        pytest.param("WHO LED THE RUSSIAN DELEGATION?", ["RUSSIAN"], id="capitals everywhere say nothing"),
        pytest.param("Did Russian President Vladimir Putin come?", ["Russian", "President Vladimir Putin"], id="run"),
        pytest.param("What did France and Germany say?", ["France", "Germany"], id="two names"),
        pytest.param("Where is Dolmabahçe Palace?", ["Dolmabahçe Palace"], id="a thing's name"),
        pytest.param("Did Lavrov, Kuleba speak?", ["Lavrov", "Kuleba"], id="comma parts names"),
        pytest.param("What did the U.S. propose?", ["U.S."], id="abbreviation"),
        pytest.param("Did he tell us why?", [], id="us is a pronoun"),
        pytest.param("Where did it happen?", [], id="no name"),
    ],
)
def test_names(question: str, names: list[str]) -> None:
    """Names are runs of capitalised words and known countries."""
    assert [anchor.text for anchor in anchors(question) if anchor.kind == "name"] == names


@pytest.mark.parametrize(
    ("asked", "text", "share"),
    [
        pytest.param("Who led Russia's delegation?", "the Russian side", 1.0, id="demonym"),
        pytest.param("Who led Russia's delegation?", "Moscow said", 0.5, id="seat of government stands for it, half"),
        pytest.param("Who led Moscow's team?", "Russia's team", 0.5, id="and the other way round"),
        pytest.param("Who hosted for Turkey?", "Türkiye was the host", 1.0, id="other spelling"),
        pytest.param("What did the US want?", "The United States wants peace", 1.0, id="abbreviation"),
        pytest.param("What did the United Kingdom do?", "British officials", 1.0, id="several words"),
        pytest.param("Who led China's delegation?", "Russia's delegation", 0.0, id="another country"),
        pytest.param("Who led Iraq's delegation?", "Iran's delegation", 0.0, id="no misspelling of a country"),
        pytest.param("Who is Volodymyr Zelensky?", "Zelenskyy spoke", 1.0, id="transliteration"),
        pytest.param("Who is Vladimir Medinksy?", "Medinsky spoke", 1.0, id="typing error"),
        pytest.param("Who is Sergei Lavrov?", "Lavrov spoke", 1.0, id="last name alone"),
        pytest.param("Where is Dolmabahce Palace?", "the Topkapı Palace", 0.5, id="a palace is not this palace"),
        pytest.param("Where is Dolmabahce Palace?", "Dolmabahçe Palace", 1.0, id="accents"),
    ],
)
def test_a_name_is_accounted_for_through_its_variants(asked: str, text: str, share: float) -> None:
    """Spelling variants, demonyms and seats of government count; another party does not."""
    (name,) = [anchor for anchor in anchors(asked) if anchor.kind == "name"]
    assert accounted(name, keys(text)) == share


@pytest.mark.parametrize(
    ("asked", "text", "accounts"),
    [
        pytest.param("in 2022", "on 28 February 2022", True, id="year"),
        pytest.param("in 2022", "2025-05-16", False, id="another year"),
        pytest.param("on 16 May 2025", "2025-05-16", True, id="ISO date"),
        pytest.param("on May 16", "the 16 May meeting", True, id="order"),
        pytest.param("for three days", "3 days", True, id="number word"),
        pytest.param("of 1,000 people", "1000 people", True, id="thousands"),
        pytest.param("of 1,000 people", "11,000 people", False, id="another number"),
        pytest.param("of 3.5 tonnes", "3.5 tonnes", True, id="decimal"),
        pytest.param("in Feb 2022", "in Feb. 2022", True, id="short month"),
    ],
)
def test_numbers_and_dates(asked: str, text: str, accounts: bool) -> None:
    """Numbers and dates are accounted for in any form, and only by the same value."""
    numbers = [anchor for anchor in anchors(asked) if anchor.kind == "number"]
    assert numbers
    assert all(accounted(number, keys(text)) == 1 for number in numbers) == accounts


def test_places_of_a_text() -> None:
    """Countries are recognised by name, by demonym and by seat of government."""
    assert places(keys("Ukrainian officials met Moscow's envoy in New Zealand")) == {"ukraine", "russia", "new zealand"}


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    """No text, however odd, is too much; what a text names, it accounts for."""
    text_keys = keys(text)
    assert all(accounted(anchor, text_keys) > 0 for anchor in anchors(text) if anchor.kind == "number")


def test_an_office_is_named_by_the_word_before_it() -> None:
    """A defence minister accounts for half of a prime minister."""
    (office, _) = anchors("Who is the prime minister of Ukraine?")
    assert (office.text, office.kind) == ("prime minister", "name")
    assert accounted(office, keys("its defence minister, Rustem Umerov")) == 0.5
