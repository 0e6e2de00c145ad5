"""The planted errors: what ships is what the rules make, and both halves hold every kind."""

from __future__ import annotations

import json
from collections import Counter

from eval.edits import ELSEWHERE, FREER, FREER_ELSEWHERE, Case, Outcome, hold_all, read_cases, share
from eval.plant import CLAIMS, EDITS, REJECTED, plant
from rag.types import CheckedSentence, CheckedText


def test_the_edits_are_what_the_rules_make() -> None:
    """Nothing was written into the file by hand; what was struck out is named."""
    claims = [json.loads(line) for line in CLAIMS.read_text("utf-8").splitlines()]
    rejected = {line.split()[0] for line in REJECTED.read_text("utf-8").splitlines() if line and line[0] != "#"}
    made = [edit for edit in plant(claims) if edit["id"] not in rejected]
    assert made == [json.loads(line) for line in EDITS.read_text("utf-8").splitlines()]


def test_both_halves_hold_enough_of_every_kind() -> None:
    """At least 300 edits of nine kinds and 100 true claims, none twice."""
    cases = read_cases()
    assert len({case.text for case in cases}) == len(cases)
    assert sum(not case.true for case in cases) >= 300
    assert sum(case.true for case in cases) >= 100
    kinds = Counter((case.development, case.kind) for case in cases if not case.true)
    assert len(kinds) == 18
    assert min(kinds.values()) >= 10


def test_the_sentences_over_other_articles_hold_every_kind_in_both_halves() -> None:
    """True and false ones, none twice, none of our own articles' ids."""
    cases = read_cases([ELSEWHERE])
    assert len({case.text for case in cases}) == len(cases)
    kinds = [{(case.true, case.kind) for case in cases if case.development == half} for half in (True, False)]
    assert kinds[0] == kinds[1] == {(case.true, case.kind) for case in read_cases()}
    assert not {case.id for case in cases} & {case.id for case in read_cases()}


def test_the_freer_sentences_are_true_and_false_in_both_halves() -> None:
    """None twice, and every paraphrase over other articles has an edit of the same number."""
    cases = read_cases([FREER, FREER_ELSEWHERE])
    assert len({case.text for case in cases}) == len({case.id for case in cases}) == len(cases)
    assert {(case.development, case.true) for case in cases} == {(a, b) for a in (True, False) for b in (True, False)}
    pairs = [case for case in cases if case.id.startswith("g")]
    assert {case.id for case in pairs if case.true} == {
        case.id.removesuffix("-edit") for case in pairs if not case.true
    }


def test_an_edit_is_caught_unless_it_is_supported() -> None:
    """One caught, one missed, and a true claim that is doubted: hand arithmetic."""
    cases = [
        Case("u002", "person", "a", False),
        Case("u004", "person", "b", False),
        Case("u006", "untouched", "c", True),
    ]
    verdicts = {"a": "absent", "b": "supported", "c": "contradicted"}

    def check(text: str) -> CheckedText:
        return CheckedText([CheckedSentence(text, verdicts[text], (), ())])  # type: ignore[arg-type]

    outcomes: list[Outcome] = hold_all(cases, check)
    assert [outcome.wrong for outcome in outcomes] == [False, True, True]
    caught = share(outcomes[:2], wrong=False)
    assert caught is not None
    assert (caught.value, caught.n) == (0.5, 2)
