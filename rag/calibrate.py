"""Calibration: which abstention threshold keeps wrong answers rare on one's own documents, and how sure that is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.errors import CalibrationError, QuestionError, QuestionSetError
from rag.judge import judge
from rag.questions import Question, check_evidence, read_questions, spread
from rag.quiz import make_questions
from rag.risk import LEVEL, Operation, Outcome, choose, needed, operations
from rag.types import Answer, Document, IndexedDocument, Turn

_MADE = 400  # questions made from the documents, where nobody says how many: some minutes on a laptop


class Bot(Protocol):
    """What a calibration needs of the chatbot, which is to answer whatever its confidence."""

    @property
    def documents(self) -> tuple[IndexedDocument, ...]: ...

    def document(self, identifier: str) -> Document: ...

    def ask(self, question: str, history: Sequence[Turn] = ()) -> Answer: ...


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions whose answers can be judged, with the words that say where they came from."""

    questions: tuple[Question, ...]
    origin: str

    @property
    def answerable(self) -> int:
        """How many the documents answer."""
        return sum(question.should_answer is not False for question in self.questions)


def question_set(bot: Bot, path: Path | None, limit: int | None) -> QuestionSet:
    """At most `limit` questions of a file, or made from the documents where there is none; raises QuestionSetError.

    Questions of a file whose answers nobody can judge, having none or long ones only, are left out.
    """
    documents = [bot.document(document.id) for document in bot.documents]
    if path is None:
        made = make_questions(documents, limit or _MADE)
        kinds = Counter(question.kind.partition(":")[0] for question in made)
        counts = ", ".join(f"{count} {kind.removeprefix('made ')}" for kind, count in sorted(kinds.items()))
        return QuestionSet(tuple(made), f"made from {len(documents)} documents: {counts or 'none'}")
    given = read_questions([path])
    check_evidence(given, {document.id: document.text for document in documents})
    judged = [question for question in given if judge(question, "") is not None]
    left_out = f", {len(given) - len(judged)} left out: nothing tells their right answer" if judged != given else ""
    return QuestionSet(tuple(spread(judged, limit)), f"{path.name}{left_out}")


def require_enough(asked: QuestionSet, risk: float) -> None:
    """Raises CalibrationError where too few questions are answerable for any bound of this risk."""
    if asked.answerable < needed(risk):
        raise CalibrationError(
            f"To show a risk of at most {risk:.1%}, {needed(risk)} answerable questions are needed and there are "
            f"{asked.answerable} ({asked.origin}); the threshold stays as it was. "
            "Give more with --questions FILE, or allow more errors with --risk."
        )


def ask_all(bot: Bot, asked: QuestionSet, progress: Callable[[int, int], None]) -> list[Outcome]:
    """Ask every question in order; `progress` is told how many are done, of how many."""
    outcomes: list[Outcome] = []
    for question in asked.questions:
        try:
            answer = bot.ask(question.question, question.turns)
        except QuestionError as error:
            raise QuestionSetError(f"{question.place}: {error}") from None
        answered = answer.status in ("answered", "corrected")
        outcomes.append(Outcome(answer.confidence, answered, answered and judge(question, answer.text) is True))
        progress(len(outcomes), len(asked.questions))
    return outcomes


def chosen_operation(outcomes: Sequence[Outcome], risk: float) -> Operation:
    """The threshold with the largest coverage whose risk is bounded by `risk`; raises CalibrationError for none."""
    tested = operations(outcomes, risk)
    if not tested:
        raise CalibrationError(
            f"To show a risk of at most {risk:.1%}, {needed(risk)} questions must be answered and "
            f"{sum(outcome.answered for outcome in outcomes)} of {len(outcomes)} were; the threshold stays as it was. "
            "Give more with --questions FILE, or allow more errors with --risk."
        )
    chosen = choose(tested, risk)
    if chosen is None:
        first = tested[0]
        raise CalibrationError(
            f"A risk of at most {risk:.1%} cannot be shown: at the strictest threshold with enough answers, "
            f"{first.threshold:.2f}, {first.wrong} of {first.answered} were wrong, and the best bound attainable is "
            f"{first.bound:.1%} ({LEVEL:.0%} sure); the threshold stays as it was. Allow more errors with --risk, or "
            "give more questions with --questions FILE."
        )
    return chosen
