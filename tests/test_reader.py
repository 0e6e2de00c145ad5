"""The real reader: right spans at right offsets, verified files, long passages."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import pytest

from rag.errors import ModelFileError
from rag.reader import READER_FOLDER, Reader

pytestmark = pytest.mark.models

PASSAGE = (
    "Ukraine's delegation was led by its defence minister, Rustem Umerov. President Vladimir Putin did not come. "
    "He sent his adviser, Vladimir Medinsky, to lead Russia's delegation in İstanbul 🕊️. They met on 16 May 2025."
)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return Reader()


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("Who led Russia's delegation?", "Vladimir Medinsky"),
        ("Who led Ukraine's delegation?", "Rustem Umerov"),
        ("When did they meet?", "16 May 2025"),
    ],
)
def test_the_best_span_answers(reader: Reader, question: str, words: str) -> None:
    """The right party of two in one passage."""
    (spans,) = reader.read(question, [PASSAGE])
    assert words in spans[0].text


def test_offsets_hold_and_spans_do_not_overlap(reader: Reader) -> None:
    """Every span is what stands at its offsets, behind letters of any width."""
    (spans,) = reader.read("When did they meet in İstanbul?", [PASSAGE], n_best=20)
    assert len(spans) > 3
    assert all(PASSAGE[span.start : span.end] == span.text for span in spans)
    ordered = sorted(spans, key=lambda span: span.start)
    assert all(left.end <= right.start for left, right in itertools.pairwise(ordered))


def test_each_sentence_has_its_own_spans(reader: Reader) -> None:
    """With sentence bounds, each sentence gives as many spans as asked for, and none crosses a bound."""
    first = PASSAGE.index("President")
    bounds = [(0, first - 1), (first, len(PASSAGE))]
    (spans,) = reader.read("Who led Russia's delegation?", [PASSAGE], n_best=2, sentences=[bounds])
    assert [sum(start <= span.start and span.end <= end for span in spans) for start, end in bounds] == [2, 2]


def test_a_passage_longer_than_the_window_is_read_to_its_end(reader: Reader) -> None:
    """An answer behind thousands of words is found, at its offset."""
    passage = "Nothing of note was said that day by anybody. " * 300 + PASSAGE
    (spans,) = reader.read("Who led Russia's delegation?", [passage], n_best=1)
    assert "Medinsky" in spans[0].text
    assert passage[spans[0].start : spans[0].end] == spans[0].text


def test_the_order_of_passages_does_not_matter(reader: Reader) -> None:
    """Batches are sorted by length inside; results come in the order of the passages."""
    passages = [PASSAGE, "Medinsky.", PASSAGE * 3, ""]
    together = reader.read("Who led it?", passages)
    assert [
        spans[:1] == reader.read("Who led it?", [text])[0][:1] for spans, text in zip(together, passages, strict=True)
    ]
    assert together[3] == []


@pytest.mark.parametrize("question", ["", "?" * 2000, "\0", "who " * 1500], ids=["empty", "marks", "NUL", "long"])
def test_odd_questions_are_read(reader: Reader, question: str) -> None:
    """A question of any length leaves room for the passage."""
    assert len(reader.read(question, [PASSAGE])[0]) > 0


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


@pytest.mark.parametrize("name", ["reader.int8.onnx", "tokenizer.json"])
@pytest.mark.parametrize("damage", [Path.unlink, _cut], ids=["missing", "cut"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, name: str, damage: object) -> None:
    """One sentence with the file's name, before anything is loaded."""
    folder = tmp_path / "reader"
    shutil.copytree(READER_FOLDER, folder)
    damage(folder / name)  # type: ignore[operator]
    with pytest.raises(ModelFileError, match=name):
        Reader(folder)
