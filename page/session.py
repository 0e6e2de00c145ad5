"""What the server keeps of one open page, and how its last turn grows with the answer."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Protocol

from page.conversation import ShownTurn
from rag.errors import FootnoteError, QuestionError
from rag.types import Answer, Document, Event, IndexedDocument, Skipped, Turn

STOPPED = "Stopped."
UNEXPECTED = "Something went wrong, and it is not your question. Ask again; the terminal says more."
_SESSIONS = 500  # conversations kept in memory; the one unused for longest leaves
_KEPT = 40  # turns of a page; older ones leave it
_HISTORY = 10  # turns given to the chatbot with a question
_PAIR_LIMIT = 4000  # code points of each question and answer of a history from outside

_log = logging.getLogger("footnote")


class Bot(Protocol):
    """What the page needs of a chatbot."""

    @property
    def documents(self) -> Sequence[IndexedDocument]: ...
    @property
    def skipped(self) -> Sequence[Skipped]: ...
    def document(self, identifier: str, /) -> Document: ...
    def ask(self, question: str, history: Sequence[Turn] = (), /) -> Answer: ...
    def stream(self, question: str, history: Sequence[Turn] = (), /) -> Iterator[Event]: ...
    def check_ready(self) -> None: ...


@dataclass
class Session:
    """The turns of one open page."""

    turns: tuple[ShownTurn, ...] = ()
    key: str = ""  # of the user and the tab, "" where there is none
    asked: int = 0  # goes up with each question and each stop: an older question sees that it is wanted no more

    def settle(self) -> None:
        """Let go of the question that is on its way, if there is one."""
        self.asked += 1
        self.turns = tuple(turn if turn.done else replace(turn, trouble=STOPPED) for turn in self.turns)[-_KEPT:]

    def clear(self) -> None:
        """Begin a new conversation."""
        self.settle()
        self.turns = ()

    def waits_for(self, question: str) -> bool:
        """Whether this very question is on its way already."""
        return any(not turn.done and turn.question == question for turn in self.turns)

    def ask(self, bot: Bot, question: str) -> Iterator[ShownTurn]:
        """Ask, and let the last turn grow with the answer; yield it at each step, for as long as it is wanted."""
        self.settle()
        mine, earlier = self.asked, self.turns
        for turn in _follow(bot, question, history(earlier)):
            if self.asked != mine:
                return
            self.turns = (*earlier, turn)
            yield turn


class Sessions:
    """The sessions of the pages that are open or were lately, so that a page finds its conversation after a reload."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_token: dict[str, Session] = {}  # the latest used last

    @staticmethod
    def key(token: object, user: str = "") -> str:
        """Return what names the session of a user's tab, "" where the token is none that a page made."""
        return f"{user} {token}" if isinstance(token, str) and 16 <= len(token) <= 64 else ""

    def of(self, token: object, user: str = "") -> Session:
        """Return the session of a page's own random token; a new one where it is new, none, or of another user."""
        key = self.key(token, user)
        with self._lock:
            session = self._by_token.pop(key, None) if key else None
            session = session or Session(key=key)
            if key:
                self._by_token[key] = session
            while len(self._by_token) > _SESSIONS:
                del self._by_token[next(iter(self._by_token))]
        return session


def history(turns: Sequence[ShownTurn]) -> list[Turn]:
    """Return the latest answered turns, as the chatbot takes them."""
    return [(turn.question, turn.answer.text) for turn in turns if turn.answer is not None][-_HISTORY:]


def pairs(given: object) -> list[Turn]:
    """Return the latest turns of a history from outside, cut to a length; QuestionError where it has another shape."""
    listed = [] if given is None else given if isinstance(given, list) else [given]
    return [_pair(each) for each in listed][-_HISTORY:]


def text(given: object) -> str:
    """Return a question from outside, without lone surrogates, which have no UTF-8; QuestionError if it is no text."""
    if not isinstance(given, str):
        raise QuestionError(f"A question must be text, and this is {type(given).__name__}. Send a string.")
    return _encodable(given)


def _pair(given: object) -> Turn:
    if isinstance(given, list | tuple) and len(given) == 2:
        question, said = given
        if isinstance(question, str) and isinstance(said, str):
            return _encodable(question)[:_PAIR_LIMIT], _encodable(said)[:_PAIR_LIMIT]
    raise QuestionError('The history must be a list of [question, answer] pairs of text, such as [["Who?", "He."]].')


def _encodable(given: str) -> str:
    return given.encode("utf-8", "replace").decode("utf-8")


def _follow(bot: Bot, question: str, earlier: Sequence[Turn]) -> Iterator[ShownTurn]:
    """The turn as it grows; the last one is done, with an answer or with what went wrong."""
    turn = ShownTurn(question)
    yield turn
    try:
        for event in bot.stream(question, earlier):
            turn = _grown(turn, event)
            yield turn
        if turn.answer is None:
            raise RuntimeError("the stream ended without an answer")
    except FootnoteError as error:
        yield replace(turn, trouble=str(error))
    except Exception:
        _log.exception("A question could not be answered")
        yield replace(turn, trouble=UNEXPECTED)


def _grown(turn: ShownTurn, event: Event) -> ShownTurn:
    if event.kind == "station":
        return replace(turn, station=event.station)
    if event.kind == "claim" and event.claim is not None:
        citations = {citation.number: citation for citation in (*turn.citations, *event.citations)}
        return replace(turn, claims=(*turn.claims, event.claim), citations=tuple(citations.values()))
    return replace(turn, answer=event.answer)
