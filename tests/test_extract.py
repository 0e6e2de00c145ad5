"""The embedded drafter: which span answers, how surely, and which sentences are said."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from rag.draft import number_evidence
from rag.draft.asked import misfits, to_the_point, wants_list, wants_sentences
from rag.draft.extract import ReaderDrafter
from rag.draft.weigh import FEATURES, Weighing, rank, readings
from rag.errors import ModelFileError
from rag.types import Draft
from tests.build import make_found, make_passage
from tests.fakes import LookupReader

TALKS = make_passage(
    "Ukraine's delegation was led by Rustem Umerov. President Putin stayed away. "
    "Vladimir Medinsky led Russia's delegation.",
    title="The talks of 2025",
    identifier="talks.md",
    date="2025-05-16",
)
EARLIER = make_passage(
    "David Arakhamia led Ukraine's delegation in March 2022.", title="Earlier talks", identifier="earlier.md"
)


def make_weighing(**weights: float) -> Weighing:
    """Weights of zero, but for those named; the confidence is the logistic of the best reading's score."""
    reading = tuple(weights.get(name, 0.0) for name in FEATURES)
    return Weighing(reading, (*[0.0] * len(FEATURES), 1.0, 0.0), 0.0, 0.5)


def draft(question: str, scores: dict[str, float], *passages: object, **weights: float) -> Draft:
    found = make_found(*passages or (TALKS,))  # type: ignore[arg-type]
    return ReaderDrafter(LookupReader(scores), make_weighing(**weights)).draft(question, found, number_evidence(found))


def test_the_sentence_of_the_right_party_wins_over_a_better_span() -> None:
    """A span whose sentence speaks of another party loses to one whose sentence speaks of the right one."""
    scores = {"Rustem Umerov": 6.0, "Vladimir Medinsky": 4.0}
    question = "Who led Russia's delegation?"
    assert draft(question, scores, score=1).short == "Rustem Umerov"
    drafted = draft(question, scores, score=1, names_own=3)
    assert drafted.short == "Vladimir Medinsky"
    assert [candidate.text for candidate in drafted.candidates] == ["Vladimir Medinsky led Russia's delegation."]


def test_documents_that_answer_differently_are_both_given() -> None:
    """Two documents, two leaders: both sentences, each pointing at its own."""
    drafted = draft(
        "Who led Ukraine's delegation?", {"Rustem Umerov": 5, "David Arakhamia": 4}, TALKS, EARLIER, score=1
    )
    assert drafted.short == "Rustem Umerov; David Arakhamia"
    assert [candidate.evidence for candidate in drafted.candidates] == [(1,), (4,)]


def test_another_document_that_says_the_same_is_cited_too() -> None:
    """Both sentences are shown, and the last name alone is the same short answer as the full name."""
    copy = make_passage("Ukraine sent Umerov to lead its delegation.", identifier="copy.md")
    drafted = draft("Who led Ukraine's delegation?", {"Rustem Umerov": 5, "Umerov": 4.5}, TALKS, copy, score=1)
    assert drafted.short == "Rustem Umerov"
    assert [candidate.evidence for candidate in drafted.candidates] == [(1,), (4,)]


def test_a_question_for_sentences_has_no_short_answer() -> None:
    """ "Why" is answered by the sentence."""
    drafted = draft("Why did Putin's side lead?", {"Vladimir Medinsky": 5}, score=1)
    assert (drafted.short, len(drafted.candidates)) == ("", 1)


@pytest.mark.parametrize(
    ("question", "short", "shown"),
    [
        ("Who led it?", "its defence minister, Rustem Umerov", "Rustem Umerov"),
        ("Who hosted it?", "Turkey's foreign minister, Hakan Fidan", "Hakan Fidan"),
        ("Whom did he meet?", "officials of the United Kingdom, France and Germany", None),
        ("Who came?", "the United Kingdom, France and Germany", None),
        ("What was he?", "its defence minister, Rustem Umerov", None),
    ],
)
def test_a_person_is_named_without_the_office(question: str, short: str, shown: str | None) -> None:
    """Only where a person is asked for, and where nothing but an office stands before the name."""
    assert to_the_point(question, short) == (shown or short)


def test_no_span_is_no_answer() -> None:
    """Without any span there is nothing to say, and no confidence."""
    assert replace(draft("Who hosted?", {}, score=1), threshold=0.0) == Draft((), "", 0.0, "reader")


@pytest.mark.parametrize(
    ("question", "feature", "values"),
    [
        pytest.param("Who led Russia's delegation?", "names_own", (0, 1), id="names of the sentence"),
        pytest.param("Who led Russia's delegation?", "rival", (1, 0), id="another country"),
        pytest.param("Who led China's delegation?", "names_nowhere", (1, 1), id="a name that is nowhere"),
        pytest.param("Who led it in 2025?", "numbers_near", (1, 1), id="the year of the date"),
        pytest.param("Who led it in 2022?", "numbers_nowhere", (1, 1), id="another year"),
        pytest.param("Who led it in 2022?", "other_year", (1, 1), id="sentences of another year than asked"),
        pytest.param("Who led it in 2025?", "other_year", (0, 0), id="sentences of the year asked"),
        pytest.param("Was Umerov there?", "echo", (0.5, 0), id="words of the question"),
        pytest.param("How many came?", "misfit", (1, 1), id="a name is no number"),
    ],
)
def test_features_by_hand(question: str, feature: str, values: tuple[float, float]) -> None:
    """The anchoring of Umerov's and of Medinsky's sentence, worked out by hand."""
    found = readings(
        question,
        make_found(TALKS),
        LookupReader({"Rustem Umerov": 5.0, "Vladimir Medinsky": 4.0}),
    )
    assert tuple(reading.features[FEATURES.index(feature)] for reading in found) == values


def test_ranking_is_by_the_weighted_sum() -> None:
    """The score is the weighted sum of the features."""
    found = readings("Who?", make_found(TALKS), LookupReader({"Rustem Umerov": 5.0, "Vladimir Medinsky": 10.0}))
    ranked = rank(found, make_weighing(score=2).reading)
    assert [(odds, reading.short) for odds, reading in ranked] == [(2.0, "Vladimir Medinsky"), (1.0, "Rustem Umerov")]


@pytest.mark.parametrize(
    ("question", "short", "misfit"),
    [
        ("Who led it?", "Vladimir Medinsky", False),
        ("Who led it?", "the adviser", True),
        ("When did they meet?", "16 May 2025", False),
        ("When did they meet?", "Istanbul", True),
        ("How many came?", "three", False),
        ("How many came?", "large", True),
        ("What year was it?", "in 1856", False),
        ("What year was it?", "16 May", True),
        ("What was agreed?", "a ceasefire", False),
    ],
)
def test_the_form_of_an_answer(question: str, short: str, misfit: bool) -> None:
    """Who asks for a name, when for a time, how many for a number."""
    assert misfits(question, short) is misfit


@pytest.mark.parametrize(
    ("question", "sentences", "listed"),
    [
        ("Why did he stay away?", True, False),
        ("How did the talks end?", True, False),
        ("How many came?", False, False),
        ("Did Putin come?", True, False),
        ("What did Ukraine demand?", True, True),
        ("Which countries took part?", False, True),
        ("Who led Russia's delegation?", False, False),
        ("Where did they meet?", False, False),
    ],
)
def test_what_is_asked_for(question: str, sentences: bool, listed: bool) -> None:
    """Sentences, a list, or a short answer."""
    assert (wants_sentences(question), wants_list(question)) == (sentences, listed)


def test_a_sentence_of_two_passages_has_one_number() -> None:
    """Overlapping passages do not number a sentence twice."""
    numbered = number_evidence(make_found(TALKS, TALKS, EARLIER))
    assert [item.number for item in numbered] == [1, 2, 3, 4]


def test_an_answer_is_no_surer_than_it_is_anchored() -> None:
    """A party that the passage never mentions takes all confidence, an office half named takes half."""
    scores = {"Rustem Umerov": 5.0}
    sure = draft("Who led Ukraine's delegation?", scores, score=1).confidence
    assert sure == pytest.approx(1 / (1 + math.exp(-0.5)))
    assert draft("Who led China's delegation?", scores, score=1).confidence == 0
    minister = make_passage("Ukraine sent its defence minister, Rustem Umerov.")
    assert draft("Who is Ukraine's prime minister?", scores, minister, score=1).confidence == pytest.approx(sure / 2)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("{", id="not JSON"),
        pytest.param(json.dumps({"features": ["score"]}), id="other features"),
        pytest.param(json.dumps({"features": list(FEATURES)}), id="weights missing"),
    ],
)
def test_unusable_weights_are_refused(tmp_path: Path, content: str) -> None:
    """A file that does not fit the code is named, not half used."""
    path = tmp_path / "weighing.json"
    path.write_text(content)
    with pytest.raises(ModelFileError, match=r"weighing\.json"):
        Weighing.load(path)
