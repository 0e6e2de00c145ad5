"""Citations: numbered once, exact, and found again when a document changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cite import CheckedClaim, citation, cite, compose, reanchor
from rag.types import Document
from tests.build import make_document, make_evidence

TEXT = "Before it all. İstanbul hosted the talks. İstanbul hosted the talks. After it all."


def _claim(*places: int, text: str = TEXT, **passage: str) -> CheckedClaim:
    evidence = make_evidence(text, **passage)
    pointed = tuple(evidence[place] for place in places)
    return CheckedClaim(pointed[0].sentence.text, pointed, "verbatim")


def test_numbers_follow_the_claims_and_a_sentence_has_one() -> None:
    """Numbers start at 1 in the order of use; a sentence that is cited twice keeps its number."""
    document = make_document(TEXT)
    claims, citations = cite([_claim(3), _claim(0, 3)], lambda _: document)
    assert [claim.citations for claim in claims] == [(1,), (2, 1)]
    assert [item.quote for item in citations] == ["After it all.", "Before it all."]


def test_a_citation_holds_in_the_unmodified_text() -> None:
    """The quote is what stands at its offsets, even after letters whose lower case is longer."""
    document = make_document(TEXT)
    _, (item,) = cite([_claim(2)], lambda _: document)
    assert document.text[item.start : item.end] == item.quote == "İstanbul hosted the talks."
    assert document.text[: item.start].endswith(item.prefix)
    assert document.text[item.end :].startswith(item.suffix)
    assert item.sha256 == document.sha256


def test_several_documents_are_named() -> None:
    """Where two documents answer, each sentence stands on a line with its title and date."""
    one = _claim(0, text="Umerov led it.", title="In 2025", identifier="a", date="2025-05-16")
    other = _claim(0, text="Arakhamia led it.", title="In 2022", identifier="b")
    assert compose([one, other]) == "In 2025 (2025-05-16): Umerov led it.\nIn 2022: Arakhamia led it."
    assert compose([one]) == "Umerov led it."


QUOTE = "İstanbul hosted the talks."


@pytest.mark.parametrize(
    ("today", "place", "quote"),
    [
        pytest.param(TEXT, "same", QUOTE, id="the same text"),
        pytest.param(TEXT + " More.", "same", QUOTE, id="an edit behind it"),
        pytest.param("New first line. " + TEXT, "moved", QUOTE, id="an edit before it"),
        pytest.param("After it all. İstanbul hosted the talks.", "moved", QUOTE, id="one of two occurrences left"),
        pytest.param(
            "Before it all. Istanbul hosted the talk. After.", "changed", "Istanbul hosted the talk.", id="reworded"
        ),
        pytest.param("Something else entirely stands here now, about fish.", "gone", QUOTE, id="gone"),
        pytest.param("", "gone", QUOTE, id="emptied"),
        pytest.param(None, "gone", QUOTE, id="document removed"),
    ],
)
def test_a_stored_citation_is_found_again(today: str | None, place: str, quote: str) -> None:
    """The same quote, the moved one, the reworded one and the lost one are told apart."""
    start = TEXT.index(QUOTE)
    stored = citation(1, make_document(TEXT), start, start + len(QUOTE))
    found, anchored = reanchor(stored, today)
    assert found == place
    assert quote in anchored.quote
    if today is not None and place != "gone":
        assert today[anchored.start : anchored.end] == anchored.quote


def test_the_occurrence_with_the_same_neighbours_is_taken() -> None:
    """Of two equal sentences the one between the old prefix and suffix is the quoted one."""
    start = TEXT.rindex(QUOTE)
    stored = citation(1, make_document(TEXT), start, start + len(QUOTE))
    today = "A new line. " + TEXT
    _, anchored = reanchor(stored, today)
    assert anchored.start == today.rindex(QUOTE)


@given(st.text(), st.text(min_size=1), st.text(), st.text())
def test_reanchored_quotes_hold(before: str, quote: str, after: str, inserted: str) -> None:
    """Whatever is inserted in front, the re-anchored quote is what stands at its offsets."""
    document = Document("a", "", before + quote + after)
    stored = citation(1, document, len(before), len(before) + len(quote))
    assert stored.quote == quote
    today = inserted + document.text
    place, anchored = reanchor(stored, today)
    assert place in {"same", "moved"}
    assert today[anchored.start : anchored.end] == anchored.quote == quote
    assert replace(anchored, start=0, end=0, prefix="", suffix="", sha256="") == replace(
        stored, start=0, end=0, prefix="", suffix="", sha256=""
    )
