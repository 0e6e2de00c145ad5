"""The report: what it shows, and that nothing in it is obeyed or loaded."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from eval.compare import Baseline, compare
from eval.plots import expected_calibration_error, reliability_bins, risk_coverage_points
from eval.report import Piece, failure_types, mark, render
from eval.run import Run
from eval.summary import Row, summarise
from rag.types import Answer
from tests.test_eval_compare import make_row, make_rows
from tests.test_eval_metrics import TEXTS, make_answer, make_citation, make_question

HOSTILE = "<script>alert(1)</script><img src=http://evil.test/x onerror=alert(1)>\"'&{{ 7*7 }}"


def make_run(*rows: Row) -> Run:
    """A complete run."""
    return Run({"corpus": "corpus", "model": "", "forced": False}, "0" * 64, list(rows), True)


class Tags(HTMLParser):
    """Collects the tags with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def hostile_page() -> str:
    """A report in which everything that can be hostile is."""
    texts = {HOSTILE: f"Before. {HOSTILE} After."}
    question = make_question(
        id=HOSTILE, kind=HOSTILE, question=HOSTILE, answers=[HOSTILE], evidence=[HOSTILE], history=[[HOSTILE, HOSTILE]]
    )
    citation = replace(make_citation(HOSTILE, "After.", texts), title=HOSTILE, url="javascript:alert(1)", quote=HOSTILE)
    answer = replace(
        make_answer(HOSTILE, short="x", citations=[citation], question=HOSTILE), resolved_question="y", version=HOSTILE
    )
    run = make_run(make_row(question, answer), make_row(make_question(id="ok", answers=["Medinsky"]), make_answer()))
    return render(run, [question, make_question(id="ok")], texts)


def test_hostile_text_is_only_text() -> None:
    """One script, ours; no image, no link, no handler, nothing that loads."""
    page = hostile_page()
    tags = Tags(page).found
    assert [tag for tag, _ in tags].count("script") == 1
    assert not {tag for tag, _ in tags} & {"img", "iframe", "object", "embed", "link", "a", "base", "image"}
    assert not [name for _, attributes in tags for name in attributes if name.startswith("on") or name == "src"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_nothing_is_loaded() -> None:
    """The page's own parts name no address at all, and its policy forbids every load."""
    run = make_run(*make_rows([make_answer(), make_answer("Umerov.")]))
    page = render(run, [make_question(id="q0"), make_question(id="q1")], TEXTS)
    assert "http" not in page.replace("http-equiv", "")
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert "default-src 'none'" in page


def test_every_failure_is_shown_with_its_evidence() -> None:
    """Question, answer, accepted answers, and the text with both marks; what went right is not listed."""
    gold = {"answers": ["Medinsky"], "evidence": ["Medinsky led Russia's delegation."], "kind": "fact"}
    wrong, right = make_question(id="wrong", **gold), make_question(id="right", **gold)
    cited = [make_citation("talks", "Umerov led Ukraine's.")]
    rows = [make_row(wrong, make_answer("Umerov did.", citations=cited)), make_row(right, make_answer())]
    rows[1].scores["citation_recall"] = 1.0
    page = render(make_run(*rows), [wrong, right], TEXTS)
    articles = [attributes for tag, attributes in Tags(page).found if tag == "article"]
    assert articles == [{"data-kind": "fact", "data-failures": "wrong elsewhere"}]
    assert '<mark class="cited">Umerov led Ukraine&#39;s.</mark>' in page
    assert '<mark class=" evidence">Medinsky led Russia&#39;s delegation.</mark>' in page


@pytest.mark.parametrize(
    ("gold", "answer", "expected"),
    [
        pytest.param({"answers": ["Medinsky"]}, make_answer(), (), id="right"),
        pytest.param({"answers": ["Fidan"]}, make_answer(), ("wrong",), id="wrong"),
        pytest.param({"answerable": False}, make_answer(), ("unanswerable",), id="answered the unanswerable"),
        pytest.param({"answers": ["Fidan"]}, make_answer(status="abstained"), ("silent",), id="silent"),
        pytest.param({"answerable": False}, make_answer(status="abstained"), (), id="rightly silent"),
        pytest.param({"evidence": ["Umerov led"]}, make_answer(), ("elsewhere",), id="cited elsewhere"),
        pytest.param(
            {},
            make_answer(citations=[make_citation("talks", "led", shift=1)]),
            ("invalid",),
            id="quote not at its place",
        ),
        pytest.param({}, make_answer(), (), id="nobody can tell"),
    ],
)
def test_failure_types(gold: dict[str, object], answer: Answer, expected: tuple[str, ...]) -> None:
    """What went wrong, by name."""
    assert failure_types(make_row(make_question(**gold), answer)) == expected


def test_marks_may_overlap() -> None:
    """The text is cut where a mark begins or ends, and stays whole."""
    ((*pieces,),) = mark("abcdef", [(1, 4)], [(3, 5)])
    assert pieces == [
        Piece("a", False, False),
        Piece("bc", True, False),
        Piece("d", True, True),
        Piece("e", False, True),
        Piece("f", False, False),
    ]


def test_far_marks_have_stretches_of_their_own() -> None:
    """Text between them is left out."""
    text = "x" * 1000
    assert [sum(len(piece.text) for piece in pieces) for pieces in mark(text, [(0, 10)], [(990, 1000)])] == [170, 170]
    assert mark(text, [], []) == []


def test_plots_by_hand() -> None:
    """Right at 0.95, wrong at 0.91, right at 0.2, silent once."""
    answers = [make_answer("Medinsky.", confidence=0.95), make_answer("Umerov.", confidence=0.91)]
    rows = make_rows([*answers, make_answer("Medinsky.", confidence=0.2), make_answer(status="abstained")])
    assert risk_coverage_points(rows) == ([0.25, 0.5, 0.75], [0, 0.5, pytest.approx(1 / 3)])
    assert reliability_bins(rows) == [(0.2, 0.2, 1.0, 1), (0.9, pytest.approx(0.93), 0.5, 2)]
    assert expected_calibration_error(rows) == pytest.approx((0.8 + 2 * 0.43) / 3)
    assert expected_calibration_error(rows[3:]) is None


def test_risk_says_nothing_where_most_answers_cannot_be_judged() -> None:
    """Else it would be the risk of the unanswerable questions alone."""
    unjudged = [make_row(make_question(id=f"u{place}", documents=["talks"]), make_answer()) for place in range(3)]
    judged = make_rows([make_answer()])
    assert "risk" not in summarise(unjudged + judged)
    assert "aurc" not in summarise(unjudged + judged)
    assert summarise(unjudged[:1] + judged)["risk"].n == 1


def test_the_comparison_is_part_of_the_page() -> None:
    """With a baseline, the page names it."""
    rows = make_rows([make_answer()] * 2)
    comparison = compare(Baseline("base<b>.json", tuple(rows), {}, "", True), rows, {}, "")
    page = render(make_run(*rows), [make_question(id="q0"), make_question(id="q1")], TEXTS, comparison)
    assert "Against base&lt;b&gt;.json" in page
