"""What the server keeps of one open page, and how its last turn grows with the answer."""

from __future__ import annotations

import json
import logging
import re
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Protocol

from page.conversation import ShownTurn
from page.draft import ShownDraft
from page.seal import Seal, SealedTurn
from page.shelf import Shelves
from rag.errors import FootnoteError, QuestionError
from rag.types import Answer, CheckedSentence, Document, Event, IndexedDocument, Skipped, Turn

STOPPED = "Stopped."
ALTERED = "What this browser kept as the answer is not what Footnote said, so it is not shown. Ask again."
UNEXPECTED = "Something went wrong, and it is not your question. Ask again; the terminal says more."
_SESSIONS = 500  # conversations kept in memory; the one unused for longest leaves
_UNUSED = 6 * 3600.0  # seconds after which a conversation that nobody uses leaves the memory
_KEPT = 40  # turns of a page; older ones leave it
_HISTORY = 10  # turns given to the chatbot with a question
_PAIR_LIMIT = 4000  # code points of each question and answer of a history from outside

_RECORD_LIMIT = 100_000  # code points of one kept turn
_QUESTION_LIMIT = 2000  # code points of the question of a turn that is not ours
_ID = re.compile(r"[0-9a-f]{1,64}")

_NO_DRAFT = ShownDraft()

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
    def check(self, text: str, /) -> Sequence[CheckedSentence]: ...
    def check_ready(self) -> None: ...


@dataclass
class Session:
    """The turns of one open page."""

    conversation: str = ""  # the name that the browser gave to the conversation, "" before the page has loaded
    turns: tuple[ShownTurn, ...] = ()
    draft: ShownDraft = _NO_DRAFT
    key: str = ""  # of the user and the tab, "" where there is none
    shelves: Shelves = field(default_factory=Shelves)
    asked: int = 0  # goes up with each question and each stop: an older question sees that it is wanted no more

    def settle(self) -> None:
        """Let go of the question that is on its way, if there is one."""
        self.asked += 1
        self.turns = tuple(turn if turn.done else replace(turn, trouble=STOPPED) for turn in self.turns)[-_KEPT:]

    def begin(self, conversation: object, turns: Sequence[ShownTurn] = ()) -> None:
        """Begin a new conversation, or go on with one that the browser kept."""
        self.settle()
        self.conversation, self.turns = identifier(conversation), tuple(turns)

    def waits_for(self, question: str) -> bool:
        """Whether this very question is on its way already."""
        return any(not turn.done and question in {turn.question, turn.reading} for turn in self.turns)

    def ask(self, bot: Bot, question: str) -> Iterator[ShownTurn]:
        """Ask, and let the last turn grow with the answer; yield it at each step, for as long as it is wanted."""
        self.settle()
        turn = ShownTurn(question, id=secrets.token_hex(8))
        return self._grow(bot, turn, history(self.turns), self.turns, ())

    def reread(self, bot: Bot, number: int, question: str) -> Iterator[ShownTurn]:
        """Answer a turn anew, its question read as given: that is asked as it stands, whatever was said before."""
        read = self.turns[number]
        self.settle()
        place = next((place for place, turn in enumerate(self.turns) if turn.id == read.id), len(self.turns))
        turn = ShownTurn(read.question, id=read.id, reading=question)
        return self._grow(bot, turn, (), self.turns[:place], self.turns[place + 1 :])

    def _grow(
        self,
        bot: Bot,
        turn: ShownTurn,
        earlier: Sequence[Turn],
        before: tuple[ShownTurn, ...],
        after: tuple[ShownTurn, ...],
    ) -> Iterator[ShownTurn]:
        mine = self.asked
        for grown in _follow(bot, turn, earlier):
            if self.asked != mine:
                return
            self.turns = (*before, grown, *after)
            yield grown

    def check(self, bot: Bot, text: str) -> Iterator[ShownDraft]:
        """Check a draft; yield it on its way and when it is done."""
        for shown in _checked(bot, text):
            self.draft = shown
            yield shown


class Sessions:
    """The sessions of the pages that are open or were lately, so that a page finds its conversation after a reload."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._by_token: dict[str, tuple[float, Session]] = {}  # with the time of use, the latest last

    @staticmethod
    def key(token: object, user: str = "") -> str:
        """Return what names the session of a user's tab, "" where the token is none that a page made."""
        return f"{user} {token}" if isinstance(token, str) and 16 <= len(token) <= 64 else ""

    def of(self, token: object, user: str = "") -> Session:
        """Return the session of a page's own random token; a new one where it is new, none, or of another user."""
        key, now = self.key(token, user), time.monotonic()
        with self._lock:
            _, session = self._by_token.pop(key, (now, Session(key=key)))
            if key:
                self._by_token[key] = now, session
            while self._outlived(now):
                del self._by_token[next(iter(self._by_token))]
        return session

    def _outlived(self, now: float) -> bool:
        """Whether the session unused for longest is to leave."""
        oldest, _ = next(iter(self._by_token.values()), (now, Session()))
        return len(self._by_token) > _SESSIONS or now - oldest > _UNUSED


def identifier(given: object) -> str:
    """Return a name that a browser gave to a conversation or a turn, or a new one where it has another form."""
    return given if isinstance(given, str) and _ID.fullmatch(given) else secrets.token_hex(8)


def restored(given: object, seal: Seal) -> tuple[ShownTurn, ...]:
    """Return the turns that a browser kept. An answer is taken for ours by its seal alone; else its question is left.

    What has another shape than {"id", "record", "seal"} is left out.
    """
    listed = given if isinstance(given, list) else []
    turns = (_restored(each, seal) for each in listed[-_KEPT:] if isinstance(each, dict))
    return tuple(turn for turn in turns if turn is not None)


def _restored(given: dict[str, object], seal: Seal) -> ShownTurn | None:
    record, sealed = given.get("record"), given.get("seal")
    if not isinstance(record, str) or not isinstance(sealed, str) or len(record) > _RECORD_LIMIT:
        return None
    known = identifier(given.get("id"))
    if opened := seal.open(SealedTurn(record, sealed)):
        question, answer = opened
        return ShownTurn(question, id=known, answer=answer)
    question = _question(record)
    return ShownTurn(question, id=known, trouble=ALTERED) if question else None


def _question(record: str) -> str:
    """The question of a turn that is not ours, "" where none can be read."""
    try:
        found = json.loads(record)
    except (ValueError, RecursionError):
        return ""
    question = found.get("question") if isinstance(found, dict) else None
    return _encodable(question)[:_QUESTION_LIMIT] if isinstance(question, str) else ""


def history(turns: Sequence[ShownTurn]) -> list[Turn]:
    """Return the latest answered turns, as the chatbot takes them."""
    answers = [turn.answer for turn in turns if turn.answer is not None]
    return [(answer.question, answer.text) for answer in answers[-_HISTORY:]]


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


def _follow(bot: Bot, turn: ShownTurn, earlier: Sequence[Turn]) -> Iterator[ShownTurn]:
    """The turn as it grows; the last one is done, with an answer or with what went wrong."""
    yield turn
    try:
        for event in bot.stream(turn.reading or turn.question, earlier):
            turn = _grown(turn, event)
            yield turn
        if turn.answer is None:
            raise RuntimeError("the stream ended without an answer")
    except FootnoteError as error:
        yield replace(turn, trouble=str(error))
    except Exception:
        _log.exception("A question could not be answered")
        yield replace(turn, trouble=UNEXPECTED)


def _checked(bot: Bot, text: str) -> Iterator[ShownDraft]:
    yield ShownDraft(text, pending=True)
    try:
        yield ShownDraft(text, tuple(bot.check(text)))
    except FootnoteError as error:
        yield ShownDraft(text, trouble=str(error))
    except Exception:
        _log.exception("A draft could not be checked")
        yield ShownDraft(text, trouble=UNEXPECTED)


def _grown(turn: ShownTurn, event: Event) -> ShownTurn:
    if event.kind == "station":
        return replace(turn, station=event.station)
    if event.kind == "claim" and event.claim is not None:
        citations = {citation.number: citation for citation in (*turn.citations, *event.citations)}
        return replace(turn, claims=(*turn.claims, event.claim), citations=tuple(citations.values()))
    return replace(turn, answer=event.answer)
