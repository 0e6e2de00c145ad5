"""The chat model over HTTP, with the real clients: every way to fail ends in the reader's answer and a note."""

from __future__ import annotations

import json
import logging
import socket
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from rag import prompts
from rag.draft import joined, number_evidence
from rag.draft.chat import ChatDrafter
from rag.draft.provider import failure, greet, load_model
from rag.errors import KeyMissingError, ProviderError
from rag.settings import Settings
from rag.types import Candidate, Draft
from tests import fake_provider as fake
from tests.build import make_found, make_passage
from tests.fake_provider import KEY, Reply, Request, failing, streamed

pytest.importorskip("langchain_openai")

TALKS = make_passage("Rustem Umerov led Ukraine's delegation. Vladimir Medinsky led Russia's delegation.")
FOUND = make_found(TALKS)
EVIDENCE = number_evidence(FOUND)
LED = "Rustem Umerov led Ukraine's delegation."
READ = Draft((Candidate(LED, (1,), "Rustem Umerov"),), "Rustem Umerov", 0.8, "reader")


class Reader:
    """Drafts the same, whatever is asked."""

    def draft(self, *_: object) -> Draft:
        return READ


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY"):
        monkeypatch.setenv(name, KEY)


def drafter(address: str, model: str = "openai:gpt-test", seconds: float = 20) -> ChatDrafter:
    base_url = address + "/v1" if model.startswith("openai") else address
    settings = Settings(model=model, base_url=base_url, deadline=seconds)
    return ChatDrafter(model, load_model(settings), Reader(), seconds)


def drafts(answer: Callable[[Request], Reply], **options: Any) -> tuple[list[Draft], list[Request]]:
    """What is drafted with a provider that answers so, and what it was asked."""
    with fake.serve(answer) as provider:
        return list(drafter(provider.address, **options).drafts("Who led it?", FOUND, EVIDENCE)), provider.requests


HTML = "<!doctype html><html><body>502 Bad Gateway</body></html>"
FAILURES = [
    pytest.param(failing(401, f"Incorrect API key provided: {KEY}."), "did not accept the key", id="wrong key"),
    pytest.param(failing(403, "Country not supported", code="unsupported"), "did not accept the key", id="forbidden"),
    pytest.param(
        failing(404, "The model `gpt-test` does not exist", code="model_not_found"), "is not known", id="model"
    ),
    pytest.param(
        replace(failing(429, f"Rate limit reached for {KEY}"), headers={"retry-after": "0"}), "too many", id="429"
    ),
    pytest.param(
        replace(failing(429, "You exceeded your quota", code="insufficient_quota"), headers={"retry-after": "0"}),
        "no credit is left",
        id="no credit",
    ),
    pytest.param(
        replace(failing(500, "The server had an error"), headers={"retry-after": "0"}), "out of order", id="500"
    ),
    pytest.param(Reply(503, HTML, "text/html", {"retry-after": "0"}), "out of order", id="503 in HTML"),
    pytest.param(Reply(200, HTML, "text/html"), "nothing that can be used", id="HTML with 200"),
    pytest.param(Reply(200, "{]", "text/event-stream"), "nothing that can be used", id="no stream"),
    pytest.param(Reply(200, "data: {]\n\n", "text/event-stream"), "nothing that can be used", id="no JSON"),
    pytest.param(streamed(""), "sent an empty answer", id="empty content"),
    pytest.param(streamed("<think>Hm.</think>"), "sent an empty answer", id="thoughts alone"),
    pytest.param(
        Reply(kind="text/event-stream", pieces=['data: {"id":"1","choices":[]}\n\n', "data: [DONE]\n\n"]),
        "sent",
        id="no choices",
    ),
    pytest.param(failing(400, "This model does not like you"), "rejected the request", id="400"),
    pytest.param(
        failing(400, "maximum context length is 8 tokens", code="context_length_exceeded"),
        "cannot read that much",
        id="context too long twice",
    ),
]


@pytest.mark.parametrize(("reply", "words"), FAILURES)
def test_every_failure_ends_in_the_readers_answer(reply: Reply, words: str, caplog: pytest.LogCaptureFixture) -> None:
    """With a note in our words; the provider's, which may hold the key, are neither shown nor logged."""
    caplog.set_level(logging.INFO)
    found, asked = drafts(lambda _: reply)
    assert [draft.candidates for draft in found] == [READ.candidates]
    assert found[0].instead
    assert words in found[0].note
    assert found[0].note.endswith(prompts.TOOK_OVER)
    assert KEY not in found[0].note + caplog.text
    assert 1 <= len(asked) <= 4  # bounded: a repetition for each of two requests


def test_nobody_there() -> None:
    """A refused connection."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # bound, not listening: nobody else gets the port, nobody answers
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        [draft] = drafter(address).drafts("Who led it?", FOUND, EVIDENCE)
    assert "could not be reached" in draft.note


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        pytest.param(Reply(kind="text/event-stream", stalls=True), "did not answer in time", id="says nothing"),
        pytest.param(
            Reply(kind="text/event-stream", pieces=[fake.event("Rustem ")], stalls=True), "in time", id="stalls"
        ),
        pytest.param(
            Reply(kind="text/event-stream", endless=fake.event("word ")), "did not answer in time", id="trickles"
        ),
        pytest.param(Reply(endless=" "), "did not answer in time", id="trickles bytes"),
        pytest.param(
            Reply(kind="text/event-stream", pieces=[fake.event("Rustem ")], cut=True), "could not be reached", id="cut"
        ),
    ],
)
def test_a_stream_that_does_not_end(reply: Reply, words: str) -> None:
    """The deadline holds for all of it, however often something arrives."""
    found, _ = drafts(lambda _: reply, seconds=1)
    assert [draft.drafter for draft in found] == ["reader"]
    assert words in found[0].note


def test_what_was_finished_before_the_end_is_kept() -> None:
    """A cut stream's whole sentences are candidates, with a note; the reader's draft is for when none passes."""
    pieces = [fake.event("Rustem Umerov led Ukraine's delegation [1]. "), fake.event("Medinsky led")]
    first, note, instead = drafts(lambda _: Reply(kind="text/event-stream", pieces=pieces, cut=True))[0]
    assert first.candidates == (Candidate(LED, (1,), "Rustem Umerov"),)
    assert note.note.endswith(prompts.BROKE_OFF)
    assert instead.instead
    shown = joined([first, note])
    assert (shown.candidates, shown.short, shown.confidence) == (first.candidates, "Rustem Umerov", 0.8)
    assert shown.note == note.note


def test_a_form_that_the_server_does_not_know_is_not_asked_for_again() -> None:
    """Structured output first, then plain text."""

    def answer(request: Request) -> Reply:
        if "response_format" in request or "temperature" in request:
            return failing(400, "Unsupported parameter: 'response_format'")
        return streamed("Rustem Umerov led Ukraine's delegation [1].")

    found, asked = drafts(answer)
    assert found[0].candidates == (Candidate(LED, (1,), "Rustem Umerov"),)
    assert ["response_format" in request for request in asked] == [True, False]


def test_a_structured_answer() -> None:
    """The form is asked for, and its sentences are candidates."""
    sentence = {"text": LED, "numbers": [1]}
    found, asked = drafts(lambda _: streamed(json.dumps({"answered": True, "sentences": [sentence]})))
    assert found[0].candidates == (Candidate(LED, (1,), "Rustem Umerov"),)
    assert asked[0]["response_format"]["type"] == "json_schema"
    assert asked[0]["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(failing(400, "x", code="context_length_exceeded"), id="OpenAI"),
        pytest.param(
            failing(400, "the request exceeds the available context size", type="exceed_context_size_error"),
            id="llama.cpp",
        ),
        pytest.param(failing(400, "This model's maximum context length is 8 tokens. However, ..."), id="vLLM"),
    ],
)
def test_a_question_that_is_too_long_is_asked_once_more_with_half(error: Reply) -> None:
    """The first half of the sentences: the best passages come first."""

    def answer(request: Request) -> Reply:
        return error if "[2]" in request["messages"][-1]["content"] else streamed("Rustem Umerov led it [1].")

    found, asked = drafts(answer)
    assert found[0].candidates[0].evidence == (1,)
    assert len(asked) == 2


def test_a_local_server_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of one's own is enough."""
    monkeypatch.delenv("OPENAI_API_KEY")
    found, _ = drafts(lambda _: streamed("Rustem Umerov led it [1]."))
    assert found[0].drafter == "openai:gpt-test"


@pytest.mark.parametrize(
    ("model", "variable"), [("openai:gpt-test", "OPENAI_API_KEY"), ("anthropic:claude-test", "ANTHROPIC_API_KEY")]
)
def test_no_key(model: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said by name; the reader answers meanwhile."""
    monkeypatch.delenv(variable)
    with pytest.raises(KeyMissingError, match=f"{model} has no key: set {variable}"):
        load_model(Settings(model=model))


@pytest.mark.parametrize(
    ("model", "words"),
    [
        pytest.param("nosuch:x", "'nosuch' of the model nosuch:x is no provider. Use one of: .*openai", id="provider"),
        pytest.param("groq:x", "pip install langchain-groq", id="package"),
    ],
)
def test_a_model_that_cannot_be_set_up_is_an_error(model: str, words: str) -> None:
    """Never a silent fallback to another provider: the name and the next step."""
    with pytest.raises(ProviderError, match=words):
        load_model(Settings(model=model))


@pytest.mark.parametrize(
    ("provider", "extra"),
    [("openai", "openai"), ("anthropic", "anthropic"), ("google_genai", "google"), ("ollama", "ollama")],
)
def test_a_missing_package_is_named_with_its_extra(provider: str, extra: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine without it."""
    from langchain.chat_models.base import _get_chat_model_creator  # keeps what it has imported

    _get_chat_model_creator.cache_clear()
    module = f"langchain_{provider}"
    monkeypatch.setitem(__import__("sys").modules, module, None)
    monkeypatch.setitem(__import__("sys").modules, "langchain_community.chat_models", None)
    with pytest.raises(ProviderError, match=rf"pip install 'footnote\[{extra}\]'"):
        load_model(Settings(model=f"{provider}:x"))
    _get_chat_model_creator.cache_clear()


def test_the_doctor_asks_for_a_word() -> None:
    """It answers, or why it does not."""
    with fake.serve(lambda _: streamed("ready")) as provider:
        assert greet("openai:m", load_model(Settings(model="openai:m", base_url=provider.address)), 20) >= 0
    with fake.serve(lambda _: failing(401, f"Incorrect API key provided: {KEY}")) as provider:
        model = load_model(Settings(model="openai:m", base_url=provider.address))
        with pytest.raises(ProviderError, match="openai:m did not accept the key: set OPENAI_API_KEY") as raised:
            greet("openai:m", model, 20)
    assert KEY not in str(raised.value)


# --- the other providers' real clients ---


def test_what_anthropic_cites_becomes_our_numbers() -> None:
    """Its own citations are found again among our sentences, and end the text that they belong to."""
    pytest.importorskip("langchain_anthropic")
    reply = fake.anthropic(
        ("According to the article, ", ()),
        ("Rustem Umerov led Ukraine's delegation", [LED]),
        (". ", ()),
        ("Medinsky led Russia's.", ["Vladimir Medinsky led Russia's delegation."]),
    )
    found, asked = drafts(lambda _: reply, model="anthropic:claude-test")
    assert [draft.candidates[0].text for draft in found[:2]] == [
        "According to the article, Rustem Umerov led Ukraine's delegation.",
        "Medinsky led Russia's.",
    ]
    assert [draft.candidates[0].evidence for draft in found[:2]] == [(1,), (2,)]
    document = asked[0]["messages"][0]["content"][0]
    assert document["citations"] == {"enabled": True}
    assert [block["text"] for block in document["source"]["content"]] == [item.sentence.text for item in EVIDENCE]


@pytest.mark.parametrize(
    ("status", "kind", "message", "words"),
    [
        (401, "authentication_error", f"invalid x-api-key {KEY}", "did not accept the key: set ANTHROPIC_API_KEY"),
        (404, "not_found_error", "model: claude-test", "is not known"),
        (429, "rate_limit_error", "too fast", "too many"),
        (529, "overloaded_error", "Overloaded", "out of order"),
        (400, "invalid_request_error", "prompt is too long: 9 tokens > 8 maximum", "cannot read that much"),
    ],
    ids=["key", "model", "429", "overloaded", "too long"],
)
def test_anthropic_failures(status: int, kind: str, message: str, words: str) -> None:
    """The same words as for everybody else."""
    pytest.importorskip("langchain_anthropic")
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}})
    reply = Reply(status, body, headers={"retry-after": "0"})
    found, _ = drafts(lambda _: reply, model="anthropic:claude-test")
    assert words in found[-1].note
    assert KEY not in found[-1].note


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (fake.ollama("Rustem Umerov led ", "it [1]."), ""),
        (Reply(404, json.dumps({"error": "model 'm' not found, try pulling it first"})), "is not known"),
        (Reply(500, json.dumps({"error": "llama runner process has terminated"})), "out of order"),
    ],
    ids=["answer", "model", "500"],
)
def test_ollama(reply: Reply, words: str) -> None:
    """Its answers, and its failures."""
    pytest.importorskip("langchain_ollama")
    found, _ = drafts(lambda _: reply, model="ollama:m")
    assert words in found[0].note
    assert bool(words) == found[0].instead


class CodedError(Exception):
    """As Google's client raises it."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (CodedError(400, f"API key not valid: {KEY}"), "rejected"),
        (CodedError(403, "denied"), "did not accept the key: set GOOGLE_API_KEY"),
        (CodedError(429, "quota"), "too many"),
        (CodedError(503, "overloaded"), "out of order"),
        (TimeoutError(), "did not answer in time"),
        (ConnectionRefusedError(), "could not be reached"),
        (RuntimeError(KEY), "nothing that can be used"),
    ],
    ids=lambda value: str(value)[:12],
)
def test_errors_of_clients_that_have_classes_of_their_own(error: Exception, words: str) -> None:
    """Told by their status or by their kind; never by their text."""
    said = failure("google_genai:gemini-test", error)
    assert words in said
    assert KEY not in said
