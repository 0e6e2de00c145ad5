"""A chatbot without models, and a server for it: every answer is written below, in terms of a document's own words."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import uvicorn
from fastapi import FastAPI

from app import build_app
from rag.cite import citation
from rag.errors import IndexDamagedError, ProviderError, QuestionError
from rag.passages import split_sentences
from rag.settings import Settings
from rag.types import (
    Answer,
    CheckedSentence,
    CheckedText,
    Citation,
    Claim,
    Document,
    Event,
    IndexedDocument,
    Sentence,
    Skipped,
)

LED = "Instead, he sent his adviser of many years, Vladimir Medinsky, to lead Russia's delegation."
ABSENT = "President Vladimir Putin did not come to Istanbul."
FILLER = "\n\n".join(
    f"Paragraph {number} says nothing that anybody would ask about, at some length." for number in range(40)
)
TALKS = Document(
    id="istanbul-talks-2025.md",
    title="Ukraine and Russia meet face to face in Istanbul",
    text=f"The talks took place in Istanbul.\n\n## Two delegations\n\n{FILLER}\n\n{ABSENT} {LED}\n",
    url="https://example.org/talks",
    date="2025-05-16",
    author="Footnote",
    source="istanbul-talks-2025.md",
)
EARLIER = Document(
    id="earlier-talks-2022.md",
    title="How Ukraine and Russia talked in 2022",
    text="Russia's side was led by Vladimir Medinsky then too.",
    date="2025-05-15",
    source="earlier-talks-2022.md",
)
PALACE = Document(
    id="dolmabahce-palace.md",
    title="Dolmabahçe Palace",
    text="Dolmabahçe Palace stands on the European shore of the Bosphorus.",
    source="dolmabahce-palace.md",
)


def make_answer(question: str, *claims: tuple[str, Document, str], **changes: object) -> Answer:
    """An answer whose claims are (text, document, quote)."""
    citations = tuple(cited(number, document, quote) for number, (_, document, quote) in enumerate(claims, 1))
    answer = Answer(
        question=question,
        resolved_question=question,
        status="answered",
        text=" ".join(text for text, *_ in claims),
        short="",
        confidence=0.87,
        claims=tuple(Claim(text, (number,), "verbatim") for number, (text, *_) in enumerate(claims, 1)),
        citations=citations,
        nearest=(),
        drafter="reader",
        timings_ms={"resolve": 1.0, "retrieve": 2.0, "draft": 3.0, "check": 1.0, "total": 7.0},
        version="test",
    )
    return replace(answer, **changes)  # type: ignore[arg-type]


def cited(number: int, document: Document, quote: str) -> Citation:
    """A citation of a quote that occurs in the document."""
    start = document.text.index(quote)
    return citation(number, document, start, start + len(quote))


class FakeChatbot:
    """Answers by a word of the question (see `ask`), and repeats any other question as a claim."""

    def __init__(self, *documents: Document, skipped: Sequence[Skipped] = ()) -> None:
        self.texts = {document.id: document for document in documents or (TALKS, EARLIER, PALACE)}
        self.skipped = tuple(skipped)
        self.asked: list[tuple[str, list[tuple[str, str]]]] = []  # every question with its history
        self.drafts: list[str] = []  # every text that was to be checked
        self.trouble = ""  # why it is not ready
        self.gate = threading.Event()  # no answer ends before it is set
        self.gate.set()
        self.pause = 0.0  # seconds between the events of a stream

    @property
    def documents(self) -> tuple[IndexedDocument, ...]:
        return tuple(
            IndexedDocument(each.id, each.title, each.url, each.date, each.author, each.source, each.sha256, 1)
            for each in self.texts.values()
        )

    def check_ready(self) -> None:
        if self.trouble:
            raise IndexDamagedError(self.trouble)

    def document(self, identifier: str, /) -> Document:
        return self.texts[identifier]

    def ask(self, question: str, history: Sequence[tuple[str, str]] = (), /) -> Answer:
        self.asked.append((question, list(history)))
        self.gate.wait(60)
        words = question.lower()
        if len(question) > 2000 or not question.strip():
            raise QuestionError(f"The question has {len(question)} characters; ask one of 1 to 2,000.")
        if "broken" in words:
            raise ProviderError("The chat model fake:<b>one</b> did not answer. Check the key and ask again.")
        if "crash" in words:
            raise ValueError("secret internals")
        if "prime" in words:
            nearest = (cited(1, TALKS, ABSENT),)
            return make_answer(
                question, status="abstained", text="The articles do not say who is prime minister.", nearest=nearest
            )
        if "what about" in words:
            return make_answer(
                question,
                status="unclear",
                text="About what? Name the person or the meeting that you mean.",
                readings=("Who led Russia's delegation?", "Who led Russia's delegation in 2022?"),
            )
        if "2022" in words:
            claim = ("Vladimir Medinsky led Russia's side in 2022 too.", EARLIER, EARLIER.text)
            return make_answer(
                question, claim, resolved_question=f"{question} (Russia's delegation)", status="corrected"
            )
        if "who" in words:
            return make_answer(question, (LED, TALKS, LED), (ABSENT, TALKS, ABSENT), short="Vladimir Medinsky")
        first = next(iter(self.texts.values()))
        return make_answer(question, (question, first, first.text), short=question, resolved_question=f"{question} ?")

    def check(self, text: str, /) -> CheckedText:
        """Each sentence is supported where the articles say it word for word, contradicted where it names Kyiv."""
        self.drafts.append(text)
        if "crash" in text:
            raise ValueError("secret internals")
        return CheckedText(self._checked(number, said) for number, said in enumerate(split_sentences(text), 1))

    def _checked(self, number: int, said: Sentence) -> CheckedSentence:
        if "Kyiv" in said.text:
            reason = "The articles place the talks in Istanbul, not in Kyiv."
            opening = cited(number, TALKS, "The talks took place in Istanbul.")
            return CheckedSentence(said.text, "contradicted", (reason,), (opening,))
        for document in self.texts.values():
            if said.text in document.text:
                return CheckedSentence(said.text, "supported", (), (cited(number, document, said.text),))
        return CheckedSentence(said.text, "absent", ("No article says this.",), ())

    def stream(self, question: str, history: Sequence[tuple[str, str]] = (), /) -> Iterator[Event]:
        for station in ("resolve", "retrieve", "draft"):
            yield Event("station", station=station)
            time.sleep(self.pause)
        answer = self.ask(question, history)
        for claim in answer.claims:
            yield Event(
                "claim", claim=claim, citations=tuple(c for c in answer.citations if c.number in claim.citations)
            )
            time.sleep(self.pause)
        yield Event("answer", answer=answer)


@contextmanager
def serve(bot: FakeChatbot, settings: Settings | None = None, port: int = 0) -> Iterator[str]:
    """Serve the page over a bot on a loopback port, 0 for a free one; gives the address."""
    app: FastAPI = build_app(bot, settings)
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
