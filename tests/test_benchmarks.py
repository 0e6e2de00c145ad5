"""Figures that must not fall, on public question sets that do not ship with the project."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from eval.run import Run, ask_all, open_corpus
from eval.summary import summarise
from rag.chatbot import Chatbot
from rag.questions import read_questions
from rag.settings import Settings

pytestmark = [pytest.mark.benchmark, pytest.mark.models]
BENCHMARKS = Path(os.environ.get("BENCHMARKS", Path(__file__).parent.parent.parent / "shared" / "benchmarks"))


def test_the_answerable_questions_of_squad2(tmp_path: Path) -> None:
    """With forced answers, 72 of 100 contain the accepted answer; every citation holds."""
    folder = BENCHMARKS / "squad2"
    if not folder.is_dir():
        pytest.skip(f"the question set {folder} is not here; name its parent with BENCHMARKS=FOLDER")
    settings = Settings(corpus=folder / "corpus", index=tmp_path / "index")
    questions = [question for question in read_questions([folder / "questions.jsonl"]) if question.should_answer]
    run = Run({}, "")
    ask_all(run, Chatbot.open(settings, forced=True), questions, open_corpus(settings.corpus).texts, "squad2")
    figures = summarise(run.rows)
    assert figures["answer_contains"].value >= 0.72
    assert figures["valid_citations"].value == 1.0
