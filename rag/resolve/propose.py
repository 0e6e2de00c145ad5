"""A chat model's reading of a follow-up, and the guard that keeps it from asking about anything else.

The model may only put together what the question and the turns before it have: a name, a date or a number that stands
in neither of them, or that the question has and the proposal lacks, makes the proposal void, and so does any failure.
Then the rules decide as they do without a model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from rag import anchor, prompts
from rag.resolve.context import trimmed
from rag.types import Turn

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Propose = Callable[[str, Sequence[Turn]], str]  # question, turns → a whole question, "" where there is none

_log = logging.getLogger("footnote")
_TURNS = 6  # that the model is shown
_CHARACTERS = 400  # of a proposal; a longer one is no question


def proposer(model: BaseChatModel) -> Propose:
    """What asks this model; any failure of it is logged by its kind and gives no proposal."""

    def propose(question: str, turns: Sequence[Turn]) -> str:
        from langchain_core.messages import HumanMessage, SystemMessage  # loads slowly, and only with a model

        try:
            written = model.invoke([SystemMessage(prompts.REWRITE), HumanMessage(_conversation(question, turns))]).text
        except Exception as error:  # as many classes as clients
            _log.warning("The chat model did not read the follow-up (%s); the rules do.", type(error).__name__)
            return ""
        return guarded(written, question, turns)

    return propose


def guarded(written: str, question: str, turns: Sequence[Turn]) -> str:
    """The proposal where it is one question and names what the conversation names; else ""."""
    lines = [line.strip(" \"'“”") for line in written.strip().splitlines() if line.strip()]
    if len(lines) != 1 or len(lines[0]) > _CHARACTERS:
        return ""
    told = anchor.keys(" ".join([question, *(text for turn in trimmed(turns) for text in turn)]))
    invented = any(anchor.accounted(given, told) < 1 for given in _values(lines[0]))
    proposed = anchor.keys(lines[0])
    lost = any(anchor.accounted(given, proposed) < 1 for given in _values(question))
    return "" if invented or lost else lines[0]


def _values(text: str) -> list[anchor.Anchor]:
    return [given for given in anchor.anchors(text) if given.kind != "word"]


def _conversation(question: str, turns: Sequence[Turn]) -> str:
    told = "\n".join(
        f"Question: {_fenced(asked)}\nAnswer: {_fenced(answer)}" for asked, answer in trimmed(turns)[-_TURNS:]
    )
    return prompts.FOLLOW_UP.format(turns=told, question=_fenced(question))


def _fenced(text: str) -> str:
    return " ".join(text.translate(str.maketrans("<>", "‹›")).split())
