"""The reader on given paragraphs, against figures computed by hand."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from eval.errors import EvaluationError
from eval.squad import Figures, Item, Prediction, figures, main, read_items

ITEMS = [
    Item("1", "Who led?", "", ("Vladimir Medinsky", "Medinsky")),
    Item("2", "Where?", "", ("Dolmabahçe Palace",)),
    Item("3", "Who hosted?", "", ("Hakan Fidan",)),
    Item("4", "Who paid?", "", ()),
    Item("5", "Who lost?", "", ()),
]
PREDICTIONS = [
    Prediction("Medinsky", 5.0),  # EM 1, F1 1
    Prediction("the palace", 1.0),  # EM 0, F1 of "palace" against two words: 2/3
    Prediction("Fidan", -1.0),  # F1 2/3, but silent at the threshold 0
    Prediction("Turkey", 3.0),  # unanswerable, answered: 0
    Prediction("Ukraine", -2.0),  # unanswerable, silent: 1
]


def test_figures_by_hand() -> None:
    """Above the threshold the span counts, below it silence does."""
    found = figures(ITEMS, PREDICTIONS)
    assert found.em == pytest.approx((1 + 0 + 0 + 0 + 1) / 5)
    assert found.f1 == pytest.approx((1 + 2 / 3 + 0 + 0 + 1) / 5)
    assert (found.has_answer_em, found.no_answer) == pytest.approx((1 / 3, 1 / 2))
    assert found.has_answer_f1 == pytest.approx((1 + 2 / 3) / 3)
    # answering the first 0, 1, 2, 3, 4, 5 by score: 2, 3, 2, 2 2/3, 3 1/3, 2 1/3
    assert (found.best_f1, found.best_threshold) == pytest.approx(((3 + 1 / 3) / 5, -1.0))
    # pairs answerable above unanswerable: 5 over both, 1 and -1 over -2 only
    assert found.auc == pytest.approx(4 / 6)


def test_forced_always_answers() -> None:
    """The unanswerable ones are then all wrong."""
    found = figures(ITEMS, PREDICTIONS, forced=True)
    assert (found.has_answer_em, found.no_answer) == pytest.approx((1 / 3, 0))
    assert found.has_answer_f1 == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)


def test_ties_are_answered_together() -> None:
    """Two spans of one score are both answered or both not: no threshold lies between them."""
    items = [Item("1", "", "", ("a1",)), Item("2", "", "", ())]
    found = figures(items, [Prediction("a1", 1.0), Prediction("b", 1.0)])
    assert (found.best_f1, found.best_threshold, found.auc) == (0.5, None, 0.5)


def test_a_passage_without_a_span_is_silence() -> None:
    """Forced or not, there is nothing to say."""
    found = figures(ITEMS[3:], [Prediction("", float("-inf"))] * 2, forced=True)
    assert found == Figures(2, 1.0, 1.0, None, None, 1.0, 1.0, None, None)


@dataclass(frozen=True)
class FirstWord:
    """A span of the passage's first word."""

    text: str
    score: float


class FirstWordReader:
    """Answers with the first word of the passage, surer the longer the question."""

    def read(self, question: str, passages: Sequence[str], n_best: int = 5) -> list[list[FirstWord]]:
        return [[FirstWord(passage.split()[0], len(question) - 5)] if passage.split() else [] for passage in passages]


def article(title: str, *asked: tuple[str, str, Sequence[str]]) -> dict[str, Any]:
    """An article of (question, paragraph, accepted answers)."""
    paragraphs = [
        {
            "context": context,
            "qas": [{"id": question, "question": question, "answers": [{"text": one} for one in answers]}],
        }
        for question, context, answers in asked
    ]
    return {"title": title, "paragraphs": paragraphs}


@pytest.fixture
def squad_file(tmp_path: Path) -> Path:
    """Two articles, three questions."""
    path = tmp_path / "dev.json.gz"
    one = article("Black_Sea", ("Which sea?", "Black is its name.", ["Black", "black", "The"]), ("Who?", "Nobody.", []))
    other = article("Istanbul", ("Which palace?", "Dolmabahçe it was.", ["Topkapı"]))
    path.write_bytes(gzip.compress(json.dumps({"data": [one, other]}).encode()))
    return path


def test_titles_choose_articles(squad_file: Path) -> None:
    """Titles may be written with spaces; accepted answers that normalise to nothing are dropped, as SQuAD does."""
    assert [item.question for item in read_items(squad_file)] == ["Which sea?", "Who?", "Which palace?"]
    assert [item.answers for item in read_items(squad_file, ["Black Sea"])] == [("Black", "black"), ()]
    with pytest.raises(EvaluationError, match=r"there is no article 'Normans'\. It holds: Black_Sea, Istanbul"):
        read_items(squad_file, ["Normans"])


def test_command_line(squad_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The figures are printed and written: one right, one rightly silent, one wrong."""
    assert main([str(squad_file), "--json", str(tmp_path / "out.json")], FirstWordReader()) == 0
    written = json.loads((tmp_path / "out.json").read_text())
    assert (written["questions"], written["em"]) == (3, pytest.approx(2 / 3))
    assert "0.667" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "content"),
    [("none.json", None), ("bad.json", b"{"), ("cut.json.gz", b"\x1f\x8b\x08"), ("other.json", b'{"data": [{}]}')],
)
def test_bad_files(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None) -> None:
    """One sentence, exit code 1."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main([str(tmp_path / name)], FirstWordReader()) == 1
    error = capsys.readouterr().err
    assert error.startswith("Error: ")
    assert name in error
    assert error.count("\n") == 1
