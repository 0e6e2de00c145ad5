"""First station: a question and the turns before it → a question that stands alone, or the readings to choose from.

Typing errors are mended first (`spelling.py`). A follow-up is completed by rules (`followup.py`) over what the
conversation spoke of (`context.py`). Where one reading is plainly the likeliest it is taken, and shown; where several
are about as likely, the documents decide (`choose.py`); where they don't, the user is asked. What comes from outside as
an earlier answer helps to understand the question and does nothing else: no answer rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import chain

from rag.anchor import anchors
from rag.resolve.choose import Judge, choose, with_topic
from rag.resolve.described import unnamed
from rag.resolve.followup import dangling, even, readings, understand
from rag.resolve.propose import Propose, proposer
from rag.resolve.spelling import spelled
from rag.resolve.topic import about
from rag.types import Resolved, Turn

__all__ = ["Judge", "Propose", "proposer", "resolve"]


def resolve(
    question: str, history: Sequence[Turn] = (), judge: Judge | None = None, propose: Propose | None = None
) -> Resolved:
    """Complete a follow-up from the turns before it; a question that stands alone is returned as it is.

    `judge` says what the documents answer; without one, readings that are about as likely are asked back. `propose` is
    a chat model's reading, taken before the rules' where they leave something to be understood and no doubt who is
    meant.
    """
    question = " ".join(question.split())
    typed = spelled(question, chain(judge.texts(question), *history)) if judge else Resolved(question)
    return _completed(typed.question, history, judge, propose) if typed.clear else typed


def _completed(question: str, history: Sequence[Turn], judge: Judge | None, propose: Propose | None) -> Resolved:
    turns = understand(history)
    if judge and (noun := unnamed(question, turns)) and judge.documents(question, noun) >= _SEVERAL:
        return Resolved(question, clear=False)
    if not turns:
        return Resolved(question, clear=_says_enough(question) and not dangling(question))
    found = readings(question, turns)
    if judge and [reading.question for reading in found] == [question] and (whole := about(question, turns)):
        return with_topic(question, whole, judge)
    if not found:
        return Resolved(question, clear=False)
    if propose and found[0].question != question and not even(found) and (proposed := propose(question, history)):
        return Resolved(proposed)
    resolved = choose(found, judge)
    return resolved if resolved.clear else replace(resolved, question=question)


_SEVERAL = 3  # documents that have the noun of a description: which of them is meant, nobody said


def _says_enough(question: str) -> bool:
    return bool(anchors(question)) or len(question.split()) > 2
