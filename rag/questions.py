"""Question sets: JSON lines, of which only `id` and `question` must be there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import QuestionSetError


class Question(BaseModel):
    """One question with what is known about its right answer; unknown keys of the file are passed over."""

    model_config = ConfigDict(frozen=True, strict=True)

    id: Annotated[str, Field(min_length=1)]
    question: Annotated[str, Field(min_length=1)]
    kind: str = ""
    answers: list[str] = []
    evidence: list[Annotated[str, Field(min_length=1)]] = []
    answerable: bool | None = None
    history: list[Annotated[list[str], Field(min_length=2, max_length=2)]] = []
    documents: list[str] = []
    set: str = ""  # the question file's name, without its ending
    place: str = ""  # file and line, for messages

    @property
    def turns(self) -> list[tuple[str, str]]:
        """The turns before this one: (question, answer text)."""
        return [(question, answer) for question, answer in self.history]

    @property
    def should_answer(self) -> bool | None:
        """Whether the documents answer it; None where the set says nothing that tells."""
        if self.answerable is None and (self.answers or self.evidence or self.documents):
            return True
        return self.answerable


def read_questions(paths: Sequence[Path]) -> list[Question]:
    """The questions of all files in order; raises QuestionSetError that names file and line.

    A malformed line, an id that was there before, an empty file and a missing file are errors.
    """
    questions: list[Question] = []
    seen: dict[str, str] = {}
    for path in paths:
        for question in _read(path):
            if question.id in seen:
                raise QuestionSetError(
                    f"{question.place}: the id {question.id!r} is already used at {seen[question.id]}. Give it its own."
                )
            seen[question.id] = question.place
            questions.append(question)
    return questions


def check_evidence(questions: Iterable[Question], texts: Mapping[str, str]) -> None:
    """Raises QuestionSetError for the first evidence that occurs in no document, word for word."""
    for question in questions:
        for evidence in question.evidence:
            if not any(evidence in text for text in texts.values()):
                raise QuestionSetError(
                    f"{question.place}: the evidence {_shortened(evidence)!r} of question {question.id!r} occurs "
                    f"in none of the {len(texts)} documents. Copy it from a document, character for character."
                )


def spread(questions: Sequence[Question], limit: int | None) -> list[Question]:
    """At most `limit` questions, in their order, taken from each kind in turn, so that every kind is there."""
    if limit is None or limit >= len(questions):
        return list(questions)
    turn_of_kind: dict[str, int] = {}
    turns: list[tuple[int, int]] = []
    for position, question in enumerate(questions):
        turn = turn_of_kind[question.kind] = turn_of_kind.get(question.kind, 0) + 1
        turns.append((turn, position))
    return [questions[position] for position in sorted(position for _, position in sorted(turns)[:limit])]


def _read(path: Path) -> list[Question]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise QuestionSetError(f"{path}: byte {error.start} is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise QuestionSetError(f"{path}: cannot be read ({error.strerror}). Name a file of JSON lines.") from None
    questions = [
        _question(line, path.stem, f"{path}, line {number}") for number, line in enumerate(lines, 1) if line.strip()
    ]
    if not questions:
        raise QuestionSetError(f"{path}: there is no question in it. Write one JSON object on each line.")
    return questions


def _question(line: str, name: str, place: str) -> Question:
    try:
        fields: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionSetError(f"{place}: not JSON ({error}). Write one JSON object on each line.") from None
    if not isinstance(fields, dict):
        raise QuestionSetError(f"{place}: {_shortened(line)!r} is not an object. Write one JSON object on each line.")
    try:
        return Question.model_validate(fields | {"set": name, "place": place})
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise QuestionSetError(f"{place}: {key!r} cannot be used: {first['msg']}.") from None


def _shortened(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"
