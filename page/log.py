"""The log of the server: one JSON object a line on stderr, without what people ask unless they want it there."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from page.session import Bot
from rag.types import Answer, Event, Turn

_FRAMES = 8  # of a traceback, the innermost

_log = logging.getLogger("footnote")


def begin(*, questions: bool) -> None:
    """Log to stderr from here on, warnings of all libraries and what Footnote has to say."""
    handler = logging.StreamHandler()
    handler.setFormatter(JsonLines(questions=questions))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    _log.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """A record as one line of JSON. The message of an exception may quote a question: it is left out like those."""

    def __init__(self, *, questions: bool) -> None:
        super().__init__()
        self._questions = questions

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
        }
        line |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            line |= self._error(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True)

    def _error(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
        where = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        said = {"message": str(error)} if self._questions else {}
        return {"error": type(error).__name__, "where": where, **said}


def logged(bot: Bot, *, questions: bool) -> Bot:
    """Return the chatbot, each of whose answers is logged: how it ended and what it took."""
    return cast(Bot, _Logged(bot, questions=questions))


class _Logged:
    def __init__(self, bot: Bot, *, questions: bool) -> None:
        self._bot = bot
        self._questions = questions

    def __getattr__(self, name: str) -> Any:
        return getattr(self._bot, name)  # all that is not logged

    def ask(self, question: str, history: Sequence[Turn] = (), /) -> Answer:
        answer = self._bot.ask(question, history)
        self._note(answer)
        return answer

    def stream(self, question: str, history: Sequence[Turn] = (), /) -> Iterator[Event]:
        for event in self._bot.stream(question, history):
            if event.answer is not None:
                self._note(event.answer)
            yield event

    def _note(self, answer: Answer) -> None:
        fields = {
            "status": answer.status,
            "claims": len(answer.claims),
            "confidence": answer.confidence,
            "drafter": answer.drafter,
            "characters": len(answer.question),
            "ms": answer.timings_ms.get("total"),
        }
        asked = {"question": answer.question} if self._questions else {}
        _log.info("answer", extra={"fields": fields | asked})
