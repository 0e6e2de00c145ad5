"""A real chat model over HTTP: whatever it writes, what is shown holds. `make test-llm` installs it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from eval.smollm2 import MODEL, serve
from rag import Chatbot, Settings
from rag.check import check
from rag.draft.provider import greet, load_model

pytest.importorskip("xllamacpp", reason="the chat model's server is not installed: make test-llm")
pytest.importorskip("langchain_openai", reason="its client is not installed: make test-llm")
pytestmark = [pytest.mark.llm, pytest.mark.models]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def bot(address: str, tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    index = tmp_path_factory.mktemp("index") / "index"
    return Chatbot.open(
        Settings(corpus=Path("corpus"), index=index, model=MODEL, base_url=address, passages=2, deadline=600)
    )


@pytest.mark.parametrize("question", ["Who led Ukraine's delegation?", "Who is prime minister of France?"])
def test_every_sentence_that_is_shown_has_passed(bot: Chatbot, question: str) -> None:
    """Released claims are the answer's, every citation holds, and who drafted is said."""
    events = list(bot.stream(question))
    answer = events[-1].answer
    assert answer is not None
    assert answer.claims == tuple(event.claim for event in events if event.claim)
    assert answer.status in {"answered", "corrected", "abstained"}
    assert answer.drafter in {"reader", MODEL}
    assert bool(answer.note) <= (answer.drafter == "reader")
    for citation in answer.citations:
        assert bot.document(citation.document).text[citation.start : citation.end] == citation.quote


def test_what_is_longer_than_its_context_is_halved(bot: Chatbot, address: str) -> None:
    """The server says so in its own words, and is asked again with less."""
    from rag.draft import number_evidence
    from rag.draft.chat import ChatDrafter
    from tests.build import make_found, make_passage
    from tests.test_chat_drafter import Reader

    settings = Settings(model=MODEL, base_url=address, deadline=600)
    short = make_passage("Rustem Umerov led Ukraine's delegation.")
    long = [make_passage("And " * 110 + f"{number}.", identifier=f"{number}.txt") for number in range(150)]
    found = make_found(short, *long)
    model = load_model(settings)
    drafts = list(ChatDrafter(MODEL, model, Reader(), 600).drafts("Who led it?", found, number_evidence(found)))
    assert drafts
    assert "cannot read" in drafts[-1].note  # half of it is still too long
    assert check(drafts[-1].candidates, number_evidence(found)) == ()


def test_the_doctor_gets_a_word(address: str) -> None:
    """The server answers."""
    assert greet(MODEL, load_model(Settings(model=MODEL, base_url=address)), 600) > 0
