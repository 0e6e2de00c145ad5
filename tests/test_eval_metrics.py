"""Metrics of one answer, checked by hand arithmetic. The builders here serve the other tests of the evaluation too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log2
from typing import Any

import pytest

from eval.metrics import (
    exact_match,
    is_valid,
    locate,
    ndcg_at,
    overlaps,
    recall_at,
    rouge_l,
    score,
    token_f1,
)
from rag.judge import contains
from rag.questions import Question
from rag.types import Answer, Citation, Status, text_sha256

TEXTS = {
    "talks": "Fidan hosted the talks. Medinsky led Russia's delegation. Umerov led Ukraine's.",
    "palace": "The palace is in Istanbul. Medinsky led Russia's delegation.",
}


def make_question(**fields: Any) -> Question:
    """A question about the talks; `fields` change it."""
    return Question.model_validate({"id": "q1", "question": "Who led Russia's delegation?"} | fields)


def make_citation(document: str, quote: str, texts: Mapping[str, str] = TEXTS, shift: int = 0) -> Citation:
    """A citation of the first place of `quote`, moved by `shift` to make it invalid."""
    text = texts[document]
    start = text.index(quote) + shift
    end = start + len(quote)
    before, after = text[max(0, start - 32) : start], text[end : end + 32]
    return Citation(1, document, document.title(), "", start, end, quote, before, after, text_sha256(text))


def make_answer(
    text: str = "Medinsky led Russia's delegation.",
    short: str = "",
    status: Status = "answered",
    citations: Sequence[Citation] = (),
    confidence: float = 0.9,
    question: str = "Who led Russia's delegation?",
) -> Answer:
    """An answer without claims, which no metric looks at."""
    return Answer(
        question=question,
        resolved_question=question,
        status=status,
        text=text,
        short=short,
        confidence=confidence,
        claims=(),
        citations=tuple(citations),
        nearest=(),
        drafter="reader",
        timings_ms={"total": 1.0},
        version="0.0",
    )


@pytest.mark.parametrize(
    ("prediction", "reference", "expected"),
    [
        pytest.param("Vladimir Medinsky", "Medinsky", 2 / 3, id="one of two: p=1/2, r=1"),
        pytest.param("the palace", "Palace.", 1.0, id="case, article and full stop do not count"),
        pytest.param("a b c", "d e", 0.0, id="nothing shared"),
        pytest.param("x x y", "x y y", 2 / 3, id="repeated words count as often as both have them: 2 of 3"),
        pytest.param("", "", 1.0, id="both empty"),
        pytest.param("", "palace", 0.0, id="one empty"),
    ],
)
def test_token_f1(prediction: str, reference: str, expected: float) -> None:
    """F1 is that of SQuAD's script."""
    assert token_f1(prediction, reference) == pytest.approx(expected)


def test_exact_match_ignores_what_squad_ignores() -> None:
    """Exact match is of the normalised tokens, in order."""
    assert exact_match("The Dolmabahçe Palace!", "dolmabahçe palace") == 1
    assert exact_match("Palace Dolmabahçe", "Dolmabahçe Palace") == 0


@pytest.mark.parametrize(
    ("text", "accepted", "expected"),
    [
        pytest.param("It was Hakan Fidan.", "hakan fidan", True, id="case and full stop"),
        pytest.param("in the north", "no", False, id="part of a word"),
        pytest.param("about 11,000 people", "1,000", False, id="part of a number"),
        pytest.param("1,000 prisoners", "1000", True, id="thousands separator"),
        pytest.param("The U.S. was there", "US", True, id="abbreviation"),
        pytest.param("“Medinsky” led", "Medinsky", True, id="curly quotes"),
        pytest.param("Russia’s side", "Russia's side", True, id="curly apostrophe"),
        pytest.param("16 May 2025", "May 16", False, id="other order"),
        pytest.param("version 3.5", "35", False, id="decimal point is not dropped"),
        pytest.param("it ended.Then rain", "ended", True, id="no space after the full stop"),
        pytest.param("Grade A", "A", True, id="nothing but an article is compared as written"),
        pytest.param("anything", "", False, id="empty answer"),
        pytest.param("在伊斯坦布尔", "伊斯坦布尔", False, id="no word borders to go by"),
    ],
)
def test_contains(text: str, accepted: str, expected: bool) -> None:
    """An accepted answer occurs as a run of whole words."""
    assert contains(text, accepted) is expected


@pytest.mark.parametrize(
    ("prediction", "reference", "expected"),
    [
        pytest.param("the cat sat", "the cat sat", 1.0, id="the same"),
        pytest.param("police killed the gunman", "police kill the gunman", 0.75, id="three of four in order"),
        pytest.param("b a", "a b", 0.5, id="order counts"),
        pytest.param("a", "a b c", 0.5, id="p=1, r=1/3"),
        pytest.param("", "a", 0.0, id="empty"),
    ],
)
def test_rouge_l(prediction: str, reference: str, expected: float) -> None:
    """ROUGE-L is the F1 of the longest common subsequence."""
    assert rouge_l(prediction, reference) == pytest.approx(expected)


def test_evidence_is_located_wherever_it_occurs() -> None:
    """Every place in every document counts, overlapping ones too, in code points."""
    assert locate("aa", {"one": "aaa", "two": "𝔞 aa"}) == [("one", 0, 2), ("one", 1, 3), ("two", 2, 4)]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param(0, 5, False, id="ends where the evidence begins"),
        pytest.param(0, 6, True, id="one code point"),
        pytest.param(9, 12, True, id="last code point"),
        pytest.param(10, 12, False, id="begins where it ends"),
        pytest.param(6, 7, True, id="inside"),
    ],
)
def test_overlap_has_exclusive_ends(start: int, end: int, expected: bool) -> None:
    """A citation overlaps evidence at [5, 10) when they share a code point, in the same document only."""
    citation = Citation(1, "talks", "", "", start, end, "", "", "", "")
    assert overlaps(citation, [("talks", 5, 10)]) is expected
    assert not overlaps(citation, [("palace", 5, 10)])


def test_citation_is_valid_where_its_quote_stands() -> None:
    """Quote, place and document must agree."""
    assert is_valid(make_citation("talks", "Umerov led"), TEXTS)
    assert not is_valid(make_citation("talks", "Umerov led", shift=1), TEXTS)
    assert not is_valid(make_citation("talks", "Umerov led"), {"palace": TEXTS["palace"]})


def test_ranking_metrics() -> None:
    """Recall counts gold documents in the first 5; nDCG discounts by rank."""
    ranking = ["a", "x", "b", "y", "z", "c"]
    assert recall_at(ranking, ["a", "b", "c"]) == pytest.approx(2 / 3)
    ideal = 1 + 1 / log2(3) + 1 / log2(4)
    assert ndcg_at(ranking, ["a", "b", "c"]) == pytest.approx((1 + 1 / log2(4) + 1 / log2(7)) / ideal)
    assert ndcg_at([], ["a"]) == 0


EVIDENCE = "Medinsky led Russia's delegation."
GOLD = {"answers": ["Vladimir Medinsky", "Medinsky"], "evidence": [EVIDENCE]}
RIGHT, OTHER = make_citation("palace", EVIDENCE), make_citation("talks", "Umerov led Ukraine's.")


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        pytest.param(
            GOLD,
            make_answer(short="Medinsky", citations=[RIGHT]),
            {"answer_contains": 1, "answer_f1": 1, "citation_recall": 1, "citation_precision": 1, "valid_citations": 1}
            | {"risk": 0, "coverage": 1, "abstention_precision": None, "abstention_recall": None, "rouge_l": None},
            id="right, cited in another document that says the same",
        ),
        pytest.param(
            GOLD,
            make_answer("Umerov led it.", citations=[OTHER, RIGHT]),
            {"answer_contains": 0, "answer_f1": 0, "citation_recall": 1, "citation_precision": 0.5, "risk": 1},
            id="wrong, one citation of two on the evidence",
        ),
        pytest.param(
            GOLD,
            make_answer(short=""),
            {"answer_f1": 0.4, "citation_recall": 0, "citation_precision": None, "valid_citations": None},
            id="no short answer: F1 of the text, 1 of 4 words and 1 of 1; no citations to be precise",
        ),
        pytest.param(
            GOLD,
            make_answer("The documents do not say. Nearest: Medinsky led.", status="abstained"),
            {"answer_contains": 0, "answer_f1": 0, "citation_recall": 0, "risk": None, "coverage": 0}
            | {"abstention_precision": 0, "abstention_recall": None},
            id="an abstention is no answer, whatever it shows",
        ),
        pytest.param(
            {"answerable": False},
            make_answer("Which talks?", status="unclear"),
            {"answer_contains": None, "answer_f1": None, "citation_recall": None, "risk": None}
            | {"abstention_precision": 1, "abstention_recall": 1, "coverage": 0},
            id="asking back counts as abstaining",
        ),
        pytest.param(
            {"answerable": False},
            make_answer(citations=[OTHER]),
            {"risk": 1, "abstention_precision": None, "abstention_recall": 0, "citation_precision": None},
            id="an answer to an unanswerable question is wrong",
        ),
        pytest.param(
            GOLD,
            make_answer("No: Medinsky did.", status="corrected"),
            {"answer_contains": 1, "risk": 0, "coverage": 1},
            id="a correction is an answer",
        ),
        pytest.param(
            {},
            make_answer(citations=[make_citation("talks", "Umerov led", shift=1), OTHER]),
            {"answer_contains": None, "risk": None, "citation_recall": None, "coverage": 1, "valid_citations": 0.5},
            id="id and question alone: what cannot be scored scores nothing",
        ),
        pytest.param(
            {},
            make_answer(status="abstained"),
            {"abstention_precision": None, "abstention_recall": None, "coverage": 0},
            id="nobody knows whether it is answerable",
        ),
        pytest.param(
            {"answers": [" ".join(["word"] * 21)]},
            make_answer("word " * 7),
            {"answer_contains": None, "risk": None, "rouge_l": 0.5, "answer_f1": 0.5},
            id="a long reference is compared, not searched for: 2*7/(7+21)",
        ),
    ],
)
def test_score(gold: dict[str, Any], answer: Answer, expected: dict[str, float | None]) -> None:
    """Each metric of one answer, None where it cannot be scored."""
    scores = score(make_question(**gold), answer, TEXTS)
    assert {name: scores[name] for name in expected} == pytest.approx(expected)


def test_nearest_passages_must_be_valid_but_are_no_citations() -> None:
    """What an abstention shows is checked for its place, and earns no citation score."""
    from dataclasses import replace

    answer = replace(make_answer(status="abstained"), nearest=(make_citation("talks", EVIDENCE, shift=2),))
    scores = score(make_question(**GOLD), answer, TEXTS)
    assert (scores["valid_citations"], scores["citation_recall"], scores["citation_precision"]) == (0, 0, None)


def test_ranking_is_scored_only_where_documents_are_named() -> None:
    """Gold documents of an unanswerable question are not wanted, nor those that the corpus does not hold."""
    ranking = ["palace", "talks"]
    assert score(make_question(documents=["talks"]), make_answer(), TEXTS, ranking)["nDCG@10"] == pytest.approx(
        1 / log2(3)
    )
    assert score(make_question(), make_answer(), TEXTS, ranking)["recall@5"] is None
    assert score(make_question(documents=["palace", "lost"]), make_answer(), TEXTS, ranking)["recall@5"] == 1
    unanswerable = make_question(documents=["talks"], answerable=False)
    assert score(unanswerable, make_answer(), TEXTS, ranking)["recall@5"] is None
