"""Small talk gets a reply, and questions about the documents are never taken for it."""

from __future__ import annotations

import pytest

from rag import prompts
from rag.smalltalk import is_small_talk, small_talk
from rag.types import IndexedDocument


def indexed(title: str) -> IndexedDocument:
    return IndexedDocument(f"{title}.md", title, "", "", "", f"{title}.md", "0" * 64, 1)


ARTICLES = [indexed("Talks in Istanbul"), indexed("A palace")]


@pytest.mark.parametrize(
    ("said", "reply"),
    [
        ("hello", prompts.HELLO),
        ("Hi there!", prompts.HELLO),
        ("Good morning.", prompts.HELLO),
        ("thanks", prompts.THANKS),
        ("Thank you very much!", prompts.THANKS),
        ("ok, thanks for the help", prompts.THANKS),
        ("got it", prompts.THANKS),
        ("bye", prompts.BYE),
        ("who are you?", prompts.WHO_I_AM),
        ("Are you a robot?", prompts.WHO_I_AM),
    ],
)
def test_a_reply(said: str, reply: str) -> None:
    """Case, politeness and punctuation do not matter."""
    assert small_talk(said, ARTICLES) == reply


@pytest.mark.parametrize(
    "said",
    [
        "which articles do you have?",
        "What documents are there?",
        "list the articles",
        "Show me all documents",
        "what sources do you use?",
        "How many articles do you have?",
        "what can I ask?",
        "help",
    ],
)
def test_the_articles_are_listed(said: str) -> None:
    """By their titles, from the index."""
    reply = small_talk(said, ARTICLES)
    assert "2 articles: “Talks in Istanbul” and “A palace”" in reply


def test_a_long_list_is_cut_and_counted() -> None:
    """A title is cut too: it comes from a document."""
    reply = small_talk("which articles do you have?", [indexed("x" * 500)] + [indexed(f"n{i}") for i in range(1999)])
    assert "2,000 articles" in reply
    assert "1,988 more" in reply
    assert len(reply) < 500


def test_no_articles() -> None:
    """The reply says what to do."""
    assert small_talk("which articles do you have?", []) == prompts.NO_DOCUMENTS


@pytest.mark.parametrize(
    "question",
    [
        "Who led Russia's delegation?",
        "Who are the ministers?",
        "What documents were signed in Istanbul?",
        "Which articles of the treaty were broken?",
        "Who helped Ukraine?",
        "Thanks to whom was the exchange possible?",
        "Hello Kitty was created by whom?",
        "What can Ukraine ask for?",
        "How does the grain initiative work?",
        "no, in 2022",
        "And Ukraine's?",
        "Why?",
        "",
        "👍 for what?",
    ],
)
def test_questions_about_the_documents(question: str) -> None:
    """None of these is small talk."""
    assert small_talk(question, ARTICLES) == ""
    assert not is_small_talk(question)
