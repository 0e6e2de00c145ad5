"""The drafter for those who configure a chat model: it writes the sentences, and points at the evidence by number.

It never copies a quote or an id; code resolves the numbers. What it writes passes the same checks as everything else,
sentence by sentence as it arrives. Where it fails, or nothing of it passes, the embedded reader's draft is next.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, Protocol

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, HumanMessage, SystemMessage

from rag import anchor, prompts
from rag.draft.point import Numbered, numbered, pointed, quoting
from rag.draft.provider import EmptyAnswerError, chunks, failure, overflows, rejects
from rag.draft.written import Writing, Written
from rag.types import Candidate, Draft, Evidence, Retrieved

_log = logging.getLogger("footnote")
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "answered": {"type": "boolean"},
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"text": {"type": "string"}, "numbers": {"type": "array", "items": {"type": "integer"}}},
                "required": ["text", "numbers"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["answered", "sentences"],
    "additionalProperties": False,
}
_FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA}}
_OPTIONS: dict[str, dict[str, Any]] = {  # by provider; others are asked plainly
    "openai": {"temperature": 0, "extra_body": {"response_format": _FORMAT}},
    "ollama": {"options": {"temperature": 0}, "response_format": _FORMAT},
}
_CITING = {"anthropic"}  # providers that cite numbered documents by themselves


class Reader(Protocol):
    """What this drafter needs of the embedded one."""

    def draft(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Draft: ...


class ChatDrafter:
    """Drafts with any LangChain chat model; the reader measures it, and drafts where it fails."""

    def __init__(self, name: str, model: BaseChatModel, reader: Reader, seconds: float = 60) -> None:
        self.name = name
        self._provider = name.partition(":")[0]
        self._model = model
        self._reader = reader
        self._seconds = seconds

    def drafts(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """Yield the model's sentences as they are finished, none where it declines, and the reader's draft instead."""
        read = self._reader.draft(question, found, evidence)
        writing = Writing()
        known = numbered(evidence)
        wrote = False
        try:
            for written in self._sentences(question, evidence, known, writing):
                if candidate := pointed(written, known):
                    yield self._measured(candidate, read)
                    wrote = True
            note = prompts.NOTHING_PASSED.format(model=self.name)
        except Exception as error:  # clients raise as many classes as there are
            _log.warning("%s did not answer (%s).", self.name, type(error).__name__)
            note = failure(self.name, error)
            if wrote:
                yield Draft((), "", 0.0, self.name, note=f"{note} {prompts.BROKE_OFF}")
        if writing.refused:
            yield Draft((), "", 0.0, self.name)
        else:
            yield replace(read, instead=True, note=f"{note} {prompts.TOOK_OVER}")

    def _measured(self, candidate: Candidate, read: Draft) -> Draft:
        """A model gives no probability: the reader's on the same passages stands in for it.

        Where the reader finds the same, its confidence holds; where it finds something else, no more than what its own
        answer leaves.
        """
        agrees, short = _agreement(candidate, read)
        confidence = read.confidence if agrees else min(read.confidence, 1 - read.confidence)
        return Draft((replace(candidate, short=short),), short, confidence, self.name)

    def _sentences(
        self, question: str, evidence: Sequence[Evidence], known: Sequence[Numbered], writing: Writing
    ) -> Iterator[Written]:
        """The model's sentences as they are finished."""
        for text in self._text(question, evidence, known):
            yield from writing.add(text)
            if writing.ended:
                return
        yield from writing.end()
        if writing.empty:
            raise EmptyAnswerError

    def _text(self, question: str, evidence: Sequence[Evidence], known: Sequence[Numbered]) -> Iterator[str]:
        """What the model writes as it arrives.

        A request that is rejected is made again plainly, one that is too long with half of the sentences.
        """
        ends = time.monotonic() + self._seconds
        plain = trimmed = False
        while True:
            started = False
            try:
                for text in _with_numbers(self._chunks(question, evidence, ends, plain=plain), known):
                    started = started or bool(text)
                    yield text
                return
            except Exception as error:
                if not started and not trimmed and overflows(error) and len(evidence) > 1:
                    evidence, trimmed = evidence[: len(evidence) // 2], True
                elif not started and not plain and rejects(error) and not overflows(error):
                    plain = True
                else:
                    raise

    def _chunks(
        self, question: str, evidence: Sequence[Evidence], ends: float, *, plain: bool
    ) -> Iterator[AIMessageChunk]:
        if self._provider in _CITING and not plain:
            return chunks(self._model, _documents(question, evidence), ends)
        options = {} if plain else _OPTIONS.get(self._provider, {})
        form = prompts.STRUCTURED if options else prompts.MARKED
        return chunks(self._model, _messages(question, evidence, form), ends, **options)


class ReaderInstead:
    """The reader, where a chat model is configured that cannot be asked: its answers say so."""

    def __init__(self, reader: Reader, reason: str) -> None:
        self.name = "reader"
        self._reader = reader
        self._note = f"{reason} {prompts.TOOK_OVER}"

    def drafts(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """Yield the reader's draft, with the note."""
        yield replace(self._reader.draft(question, found, evidence), note=self._note)


def _agreement(candidate: Candidate, read: Draft) -> tuple[bool, str]:
    """Whether a sentence says or cites what the reader found, and the reader's short answer that it contains."""
    said = anchor.keys(candidate.text)
    shorts = [each.short for each in read.candidates if each.short and anchor.keys(each.short) <= said]
    cites = any(set(candidate.evidence) & set(each.evidence) for each in read.candidates)
    return bool(shorts) or (cites and not read.short), shorts[0] if shorts and read.short else ""


def _with_numbers(arrived: Iterator[AIMessageChunk], known: Sequence[Numbered]) -> Iterator[str]:
    """The text as it arrives; a provider's own citations become numbers at the end of the text that they belong to."""
    place: object = None
    numbers: list[int] = []
    for chunk in arrived:
        for block in chunk.content_blocks:
            if block["type"] != "text":
                continue
            if block.get("index") != place:
                yield _mark(numbers)
                place, numbers = block.get("index"), []
            for note in block.get("annotations", []):
                if note["type"] == "citation":
                    numbers += quoting(note.get("cited_text", ""), known)
            yield block["text"]
    yield _mark(numbers)


def _mark(numbers: Sequence[int]) -> str:
    return "".join(f" [{number}]" for number in dict.fromkeys(numbers))


def _messages(question: str, evidence: Sequence[Evidence], form: tuple[str, str]) -> list[SystemMessage | HumanMessage]:
    # Brackets are how the model points at sentences, so none may come from a document.
    parts = []
    for place, items in _by_passage(evidence):
        title, date = place
        parts.append(prompts.HEADING.format(title=_fenced(title), date=f", {_fenced(date)}" if date else ""))
        parts += [f"[{item.number}] {_fenced(item.sentence.text)}" for item in items]
    asked = prompts.QUESTION.format(sentences="\n".join(parts), question=_fenced(question))
    return [SystemMessage(prompts.SYSTEM.format(form=form[0], refusal=form[1])), HumanMessage(asked)]


def _documents(question: str, evidence: Sequence[Evidence]) -> list[SystemMessage | HumanMessage]:
    """The sentences as documents in blocks, which the provider cites by itself."""
    form = prompts.CITED
    blocks: list[str | dict[Any, Any]] = [
        {
            "type": "document",
            "title": title,
            "context": date or "no date",
            "source": {
                "type": "content",
                "content": [{"type": "text", "text": " ".join(item.sentence.text.split())} for item in items],
            },
            "citations": {"enabled": True},
        }
        for (title, date), items in _by_passage(evidence)
    ]
    return [
        SystemMessage(prompts.SYSTEM.format(form=form[0], refusal=form[1])),
        HumanMessage([*blocks, {"type": "text", "text": question}]),
    ]


def _by_passage(evidence: Sequence[Evidence]) -> list[tuple[tuple[str, str], list[Evidence]]]:
    grouped = groupby(evidence, key=lambda item: (item.passage.document, item.passage.title, item.passage.date))
    return [(key[1:], list(items)) for key, items in grouped]


def _fenced(text: str) -> str:
    return " ".join(text.translate(str.maketrans("[]<>", "()‹›")).split())
