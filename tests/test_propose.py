"""A chat model may put a follow-up in full, and nothing that the conversation does not name gets in."""

from __future__ import annotations

import pytest
from langchain_core.language_models import BaseChatModel, FakeListChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult

from rag.resolve import proposer, resolve

LED = ("Who led Russia's delegation on 16 May 2025?", "Vladimir Medinsky led Russia's delegation.")
BY_RULES = "Who led Ukraine's delegation on 16 May 2025?"


class Failing(FakeListChatModel):
    """A model that cannot be reached."""

    def _generate(self, messages: list[BaseMessage], *args: object, **options: object) -> ChatResult:
        raise ConnectionError("refused")


def saying(text: str) -> BaseChatModel:
    return FakeListChatModel(responses=[text])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        pytest.param(
            "Who was the head of Ukraine's delegation on 16 May 2025?",
            "Who was the head of Ukraine's delegation on 16 May 2025?",
            id="another wording",
        ),
        pytest.param('"Who led Ukraine’s delegation?"', "Who led Ukraine’s delegation?", id="in quotation marks"),
        pytest.param("Who led Belarus's delegation on 16 May 2025?", BY_RULES, id="another name"),
        pytest.param("Who led Ukraine's delegation on 17 May 2025?", BY_RULES, id="another day"),
        pytest.param("Who led Ukraine's delegation of 12?", BY_RULES, id="a number"),
        pytest.param("Who led Russia's delegation?", BY_RULES, id="the name that was asked for is lost"),
        pytest.param("Rustem Umerov led Ukraine's delegation.", BY_RULES, id="an answer with a new name"),
        pytest.param("Sure! Here it is:\nWho led Ukraine's delegation?", BY_RULES, id="talk around it"),
        pytest.param("", BY_RULES, id="nothing"),
        pytest.param("Who led Ukraine's delegation " * 40, BY_RULES, id="too long"),
    ],
)
def test_the_guard(written: str, read_as: str) -> None:
    """A proposal that changes what is asked about is dropped, and the rules decide."""
    assert resolve("And Ukraine's?", [LED], propose=proposer(saying(written))).question == read_as


def test_a_model_that_fails() -> None:
    """The rules decide."""
    assert resolve("And Ukraine's?", [LED], propose=proposer(Failing(responses=[""]))).question == BY_RULES


def test_a_question_that_stands_alone_is_not_sent() -> None:
    """No request is made for it."""
    assert resolve("Who hosted the talks in Istanbul?", [LED], propose=proposer(Failing(responses=[""]))).question == (
        "Who hosted the talks in Istanbul?"
    )


def test_two_men_are_asked_back_whatever_the_model_guesses() -> None:
    """A guess is a guess, whoever makes it."""
    met = ("Who met in Antalya?", "Dmytro Kuleba and Sergei Lavrov met in Antalya.")
    resolved = resolve("When was he born?", [met], propose=proposer(saying("When was Sergei Lavrov born?")))
    assert len(resolved.readings) == 2
