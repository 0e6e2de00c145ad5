"""Typing errors: mended where nothing else can be meant, asked back where another name may be."""

from __future__ import annotations

import pytest

from rag.chatbot import Chatbot
from rag.resolve.spelling import spelled
from tests.test_chatbot import ARTICLE, make_bot

TEXTS = (
    "Sergei Lavrov met Rustem Umerov in Istanbul in March 2022.",
    "Delegations of Ukraine spoke of a prisoner exchange. The Ukrainian side led; the delegations didn't agree.",
    "Construction of the palace in Beşiktaş ended in 1856.",
)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        pytest.param("who met lavrow in istambul", "who met Lavrov in Istanbul", id="names without capitals"),
        pytest.param("Which Ukranian side led?", "Which Ukrainian side led?", id="a word of English"),
        pytest.param("what did the delegatons say in marhc?", "what did the delegations say in March?", id="letters"),
    ],
)
def test_mistakes_are_mended(typed: str, read: str) -> None:
    """By the word of the passages that is a slip away, in the form that the passages have."""
    assert (spelled(typed, TEXTS).question, spelled(typed, TEXTS).clear) == (read, True)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("Did they walk to the place?", id="English words near to others"),
        pytest.param("Why didn't they agree, and who weren't there?", id="contractions"),
        pytest.param("Where is Besiktas?", id="without its accents"),
        pytest.param("Was Austria there?", id="a country that is not spoken of"),
        pytest.param("What did Baerbock say?", id="a name that is near to none"),
        pytest.param("Who is Obi?", id="short"),
    ],
)
def test_what_is_no_mistake_stays(question: str) -> None:
    """A known word, an English one, and a name that is near to nothing are left as they are."""
    assert spelled(question, TEXTS).question == question
    assert spelled(question, TEXTS).clear


def test_another_name_is_asked_back() -> None:
    """Umarov may be another person than Umerov: the reading is offered, not taken."""
    asked = spelled("Who is Umarov?", TEXTS)
    assert (asked.clear, asked.readings) == (False, ("Who is Umerov?",))


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return make_bot(tmp_path_factory.mktemp("spelling"), talks=ARTICLE)


def test_an_answer_shows_how_it_was_read(bot: Chatbot) -> None:
    """The question that was answered is not the one that was typed, and the answer says so."""
    answer = bot.ask("who led russias delegaton?")
    assert answer.resolved_question == "who led russias delegation?"
    asked = bot.ask("Did Medinsku lead Russia's delegation?")
    assert (asked.status, asked.readings) == ("unclear", ("Did Medinsky lead Russia's delegation?",))
