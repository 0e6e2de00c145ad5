"""The questions written for this project: found again with their passages, and split by passage."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.written import WRITTEN, Written, _groups, digest, main, to_examples, written

BENCHMARKS = Path(__file__).parents[2] / "shared" / "benchmarks"
PASSAGE = "Eastern teams won. The East beat the West in 1981."


def make_sets(folder: Path, texts: list[str]) -> Path:
    """Public sets of which one holds `texts`, the others nothing."""
    for name in ("hotpotqa", "musique", "mtrag"):
        (folder / name / "corpus").mkdir(parents=True)
        rows = [{"title": "T", "text": text} for text in texts] if name == "musique" else []
        (folder / name / "corpus" / "documents.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "wice").mkdir()
    (folder / "wice" / "claims.jsonl").write_text("")
    return folder


def make_questions(folder: Path, texts: list[str]) -> Path:
    folder.mkdir()
    *trained, held_out = [f"{digest(text)}\nWho won?\t{text.split()[0]}\nWho lost?\t-" for text in texts]
    (folder / "1.tsv").write_text("\n\n".join(trained) + "\n")
    (folder / "held-out.tsv").write_text(held_out + "\n")
    return folder


def test_passages_are_found_by_their_digest(tmp_path: Path) -> None:
    """Each block of questions gets its passage; those of one file are held out."""
    texts = [f"{name} won the cup." for name in "ABC"]
    found = list(written(make_sets(tmp_path / "sets", texts), make_questions(tmp_path / "asked", texts)))
    assert [each.passage for each in found] == texts
    assert [each.held_out for each in found] == [False, False, True]
    assert found[0].asked == (("Who won?", "A"), ("Who lost?", ""))


def test_an_unknown_passage_is_named(tmp_path: Path) -> None:
    """Questions whose passage no set holds are an error, not silently fewer."""
    asked = make_questions(tmp_path / "asked", ["Somebody won.", "Nobody won."])
    with pytest.raises(ValueError, match=digest("Nobody won.")):
        list(written(make_sets(tmp_path / "sets", ["Somebody won."]), asked))


def test_answers_are_whole_words() -> None:
    """The answer stands where it is a word, not inside another one; silence has no place."""
    answered, silent = to_examples(Written("T", PASSAGE, (("Who won?", "East"), ("Who lost 1982?", "")), False))
    assert PASSAGE[answered.start :].startswith("East beat")
    assert (silent.start, silent.answer) == (-1, "")


def test_shipped_questions_are_well_formed() -> None:
    """Every line is a question and an answer, both there, and about half of them have none."""
    asked = [pair for path in sorted(WRITTEN.glob("*.tsv")) for _, pairs in _groups(path) for pair in pairs]
    assert len(asked) > 3000
    assert all(question.strip() for question, _ in asked)
    assert 0.4 < sum(not answer for _, answer in asked) / len(asked) < 0.6


@pytest.mark.benchmark
@pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the public question sets are not beside the project")
def test_shipped_questions_find_their_passages(tmp_path: Path) -> None:
    """Both parts are written, every answer begins in its sentence, and no passage is in both."""
    main([str(BENCHMARKS), str(tmp_path)])
    questions = [json.loads(line) for line in (tmp_path / "questions.jsonl").read_text("utf-8").splitlines()]
    assert all(q["answers"][0].strip('"').split()[0] in q["evidence"][0] for q in questions if q["answerable"])
    trained = {json.loads(line)["passage"] for line in (tmp_path / "train.jsonl").read_text("utf-8").splitlines()}
    assert not {digest(passage) for passage in trained} & {q["id"].rpartition("-")[0] for q in questions}
