"""First station: a question and the turns before it → a question that stands alone, or the readings to choose from.

A follow-up is completed by rules (`followup.py`) over what the conversation spoke of (`context.py`). Where one reading
is plainly the likeliest it is taken, and shown; where several are about as likely, the documents decide (`choose.py`);
where they don't, the user is asked. What comes from outside as an earlier answer helps to understand the question and
does nothing else: no answer rests on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.anchor import anchors
from rag.resolve.choose import Judge, choose
from rag.resolve.followup import dangling, readings, understand
from rag.types import Resolved, Turn

__all__ = ["Judge", "resolve"]


def resolve(question: str, history: Sequence[Turn] = (), judge: Judge | None = None) -> Resolved:
    """Complete a follow-up from the turns before it; a question that stands alone is returned as it is.

    `judge` says what the documents answer; without one, readings that are about as likely are asked back.
    """
    question = " ".join(question.split())
    turns = understand(history)
    if not turns:
        return Resolved(question, clear=_says_enough(question) and not dangling(question))
    found = readings(question, turns)
    if not found:
        return Resolved(question, clear=not dangling(question) and _says_enough(question))
    resolved = choose(found, judge)
    return resolved if resolved.clear else replace(resolved, question=question)


def _says_enough(question: str) -> bool:
    return bool(anchors(question)) or len(question.split()) > 2
