"""The shipped articles with the real models: what a newcomer asks first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rag.chatbot import Chatbot
from rag.settings import Settings

pytestmark = pytest.mark.models
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return Settings(corpus=ROOT / "corpus", index=tmp_path_factory.mktemp("index"))


@pytest.fixture(scope="module")
def bot(settings: Settings) -> Chatbot:
    return Chatbot.open(settings)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("who led Russia's delegation?", "Vladimir Medinsky"),
        ("Who led Ukraine's delegation in 2025?", "Rustem Umerov"),
        ("Who led Ukraine's delegation on 29 March 2022?", "David Arakhamia"),
        ("Where in Istanbul did the talks take place?", "Dolmabahçe Palace"),
        ("Who hosted the talks in Istanbul?", "Hakan Fidan"),
        ("On what date did officials of Ukraine and Russia meet face to face?", "16 May 2025"),
        ("Who represented the United States?", "Marco Rubio"),
        ("Which officials did Marco Rubio meet?", "national security officials"),
        ("Why did Zelenskyy criticise Putin's absence?", "no genuine interest"),
        ("What did Umerov propose?", "exchange of prisoners"),
        ("Did the talks end in an agreement?", "no immediate agreement"),
        ("When did the full-scale invasion begin?", "24 February 2022"),
        ("Who led Russia's delegation in Gomel?", "Vladimir Medinsky"),
        ("Who was Ukraine's foreign minister in Antalya?", "Kuleba"),
        ("Who was Russia's foreign minister?", "Lavrov"),
        ("Who hosted the meeting in Antalya?", "Çavuşoğlu"),
        ("When was the Black Sea Grain Initiative signed?", "22 July 2022"),
        ("For whom was Dolmabahçe Palace built?", "Abdülmecid"),
        ("Who were the architects of Dolmabahce Palace?", "Balyan"),
        ("When did Atatürk die?", "10 November 1938"),
    ],
)
def test_what_the_articles_say(bot: Chatbot, question: str, words: str) -> None:
    """The answer names the right thing, and each citation is what stands in the article."""
    answer = bot.ask(question)
    assert (answer.status, words in answer.text) == ("answered", True), answer.text
    assert answer.claims
    for citation in answer.citations:
        assert bot.document(citation.document).text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize(
    "question",
    [
        "Who led China's delegation?",
        "Who led Russia's delegation in 2019?",
        "Who is the prime minister of Ukraine?",
        "How many prisoners were exchanged?",
        "Who hosted the talks in Geneva?",
        "When will Putin and Zelenskyy meet in Washington?",
        "What is the capital of Peru?",
        "How much did the palace cost to build?",
        "Who represented Germany's chancellor at the talks in Minsk?",
        "Which football team won the cup?",
    ],
)
def test_what_the_articles_do_not_say(bot: Chatbot, question: str) -> None:
    """Silence, with the nearest passage."""
    answer = bot.ask(question)
    assert (answer.status, answer.claims, answer.short) == ("abstained", (), ""), answer.text
    assert len(answer.nearest) == 1


def test_two_leaders_at_two_times(bot: Chatbot) -> None:
    """A question that two articles answer differently gets both, each with its document and date."""
    answer = bot.ask("Who led Ukraine's delegation?")
    assert "Rustem Umerov" in answer.text
    assert "David Arakhamia" in answer.text
    assert {citation.document for citation in answer.citations} == {"istanbul-talks-2025.md", "earlier-talks-2022.md"}
    assert "(2025-05-16)" in answer.text


def test_the_command_line_end_to_end(settings: Settings) -> None:
    """A fresh process answers with the right man, the sentence, and a quote that holds."""
    command = [sys.executable, "-m", "rag", "ask", "who led Russia's delegation?", "--json"]
    places = ["--corpus", str(settings.corpus), "--index", str(settings.index)]
    done = subprocess.run([*command, *places], capture_output=True, text=True, check=True, cwd=ROOT)
    answer = json.loads(done.stdout)
    assert answer["short"] == "Vladimir Medinsky"
    assert {citation["document"] for citation in answer["citations"]} >= {"istanbul-talks-2025.md"}
    for citation in answer["citations"]:
        assert citation["quote"] in (settings.corpus / citation["document"]).read_text("utf-8")
        assert "Medinsky" in citation["quote"]
