"""How a drafted sentence is judged, and that what a model wrote can be kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.gate import Recorder, _read, _write, judge
from rag.questions import Question
from rag.types import Candidate, Draft

LED = "Rustem Umerov led it."


def question(**given: Any) -> Question:
    return Question(**{"id": "q", "question": "Who led it?", "answers": ["Umerov"], "answerable": True, **given})


@pytest.mark.parametrize(
    ("asked", "text", "labels", "verdict"),
    [
        pytest.param(question(), LED, {}, "right", id="an accepted answer"),
        pytest.param(question(), "It was calm.", {}, "open", id="none"),
        pytest.param(question(), "Umerovich led it.", {}, "open", id="a part of a word"),
        pytest.param(question(answerable=False, answers=[]), LED, {}, "wrong", id="nothing answers"),
        pytest.param(question(), LED, {("q", LED): "wrong"}, "wrong", id="a label counts first"),
        pytest.param(question(), LED, {("r", LED): "wrong"}, "right", id="another question's label"),
    ],
)
def test_the_verdict_on_a_sentence(
    asked: Question, text: str, labels: dict[tuple[str, str], str], verdict: str
) -> None:
    """By hand, else by the question."""
    assert judge(asked, text, labels) == verdict


def test_what_was_written_is_kept(tmp_path: Path) -> None:
    """Written and read again, and not drafted twice."""
    draft = Draft((Candidate(LED, (1,), "Umerov"),), "Umerov", 0.5, "fake:model", note="Done.")

    class Once:
        name = "fake:model"

        def drafts(self, *_: object) -> Iterator[Draft]:
            yield draft

    recorder = Recorder(Once(), {})
    assert list(recorder.drafts("Who?", (), ())) == [draft]
    _write(tmp_path / "drafts.json", recorder.known)
    assert _read(tmp_path / "drafts.json") == {"Who?": [draft]}
    assert list(Recorder(Once(), {"Who?": []}).drafts("Who?", (), ())) == []
