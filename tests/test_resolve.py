"""Follow-ups become questions that stand alone, or are asked back."""

from __future__ import annotations

import pytest

from rag.resolve import resolve
from rag.types import Resolved, Turn

LED = ("Who led Russia's delegation?", "Vladimir Medinsky led Russia's delegation.")
MET = ("Who met in Antalya?", "Dmytro Kuleba and Sergei Lavrov met in Antalya.")
ATATURK = ("Who is Mustafa Kemal Atatürk?", "Mustafa Kemal Atatürk was the founder of modern Turkey.")
BEYONCE = ("When was Beyoncé born?", "Beyoncé was born on September 4, 1981.")
FRANCE = ("What is the capital of France?", "Paris is the capital of France.")
AUSTEN = ("Who wrote Pride and Prejudice?", "Jane Austen wrote Pride and Prejudice in 1813.")
HASTINGS = ("When did the Battle of Hastings take place?", "The Battle of Hastings took place on 14 October 1066.")
TEXAS = ("Who was the governor of Texas in 1995?", "George W. Bush was the governor of Texas.")
BEATS = ("Did Apple buy Beats?", "Yes, Apple bought Beats in 2014 for $3 billion.")
SIGNED = (
    "What was signed at Dolmabahçe Palace?",
    "The Black Sea Grain Initiative was signed at Dolmabahçe Palace on 22 July 2022.",
)
ASPIRIN = ("What are the side effects of aspirin?", "Common side effects of aspirin are nausea and bleeding.")
TALKS = (
    "Where did the talks of 16 May 2025 take place?",
    "The talks took place at Dolmabahçe Palace in Istanbul, Turkey.",
)


def case(turn: Turn, question: str, read_as: str) -> object:
    return pytest.param([turn], question, read_as, id=f"{question} after {turn[0]}")


@pytest.mark.parametrize(
    ("turns", "question", "read_as"),
    [
        case(LED, "And Ukraine's?", "Who led Ukraine's delegation?"),
        case(LED, "what about Turkey?", "Who led Turkey's delegation?"),
        case(LED, "no, in 2022", "Who led Russia's delegation in 2022?"),
        case(LED, "and in 2022?", "Who led Russia's delegation in 2022?"),
        case(LED, "I meant Ukraine's", "Who led Ukraine's delegation?"),
        case(LED, "When?", "When did Vladimir Medinsky lead Russia's delegation?"),
        case(LED, "Did he travel far?", "Did Vladimir Medinsky travel far?"),
        case(LED, "who was he?", "Who was Vladimir Medinsky?"),
        case(ATATURK, "When did he die?", "When did Mustafa Kemal Atatürk die?"),
        case(ATATURK, "What was his wife's name?", "What was Mustafa Kemal Atatürk's wife's name?"),
        case(BEYONCE, "And Jay-Z?", "When was Jay-Z born?"),
        case(BEYONCE, "Where was she born?", "Where was Beyoncé born?"),
        case(BEYONCE, "What is her husband's name?", "What is Beyoncé's husband's name?"),
        case(BEYONCE, "Where?", "Where was Beyoncé born?"),
        case(FRANCE, "And of Germany?", "What is the capital of Germany?"),
        case(FRANCE, "How many people live there?", "How many people live in Paris?"),
        case(FRANCE, "What is its population?", "What is Paris's population?"),
        case(AUSTEN, "When was it published?", "When was Pride and Prejudice published?"),
        case(AUSTEN, "And Emma?", "Who wrote Emma?"),
        case(HASTINGS, "Who won?", "Who won the Battle of Hastings?"),
        case(HASTINGS, "Where exactly?", "Where did the Battle of Hastings take place?"),
        case(HASTINGS, "Why was it fought?", "Why was the Battle of Hastings fought?"),
        case(TEXAS, "And the mayor of Houston?", "Who was the mayor of Houston in 1995?"),
        case(TEXAS, "and in 2005?", "Who was the governor of Texas in 2005?"),
        case(("Did Putin come to Istanbul?", "He did not."), "Why not?", "Why did Putin not come to Istanbul?"),
        case(BEATS, "Why?", "Why did Apple buy Beats?"),
        case(SIGNED, "With whom?", "With whom was the Black Sea Grain Initiative signed at Dolmabahçe Palace?"),
        case(ASPIRIN, "And ibuprofen?", "What are the side effects of ibuprofen?"),
        case(MET, "Why did they meet there?", "Why did Dmytro Kuleba and Sergei Lavrov meet in Antalya?"),
        case(TALKS, "Who designed it?", "Who designed Dolmabahçe Palace?"),
    ],
)
def test_read_as(turns: list[Turn], question: str, read_as: str) -> None:
    """What a follow-up leaves out comes from the turn before it, in English."""
    assert resolve(question, turns).question == read_as


@pytest.mark.parametrize(
    "question",
    [
        "Where did the Black Sea fleet go?",
        "When did the Berlin Wall fall?",
        "Is it true that Putin came to Istanbul?",
        "Was there an agreement between Ukraine and Russia?",
        "Did Putin send his adviser?",
        "How long does it take to fly to Ankara?",
        "Which countries border Turkey and how many people live there, in Turkey?",
    ],
)
def test_a_new_topic_is_left_alone(question: str) -> None:
    """A question that leaves nothing out is read as it stands, whatever came before it."""
    assert resolve(question, [LED]).question == question


def test_white_space_is_evened_out() -> None:
    """Nothing but the words counts."""
    assert resolve("  Who   hosted the talks? ").question == "Who hosted the talks?"


def test_follow_ups_of_follow_ups() -> None:
    """Each turn is read in the light of those before it."""
    turns = [
        ("Who led Ukraine's delegation on 16 May 2025?", "Rustem Umerov."),
        ("And Russia's?", "Vladimir Medinsky."),
        ("thanks", "You're welcome."),
    ]
    assert resolve("And in 2022?", turns).question == "Who led Russia's delegation in 2022?"
    assert resolve("Who hosted them?", turns).question == "Who hosted Rustem Umerov and Vladimir Medinsky?"


def test_the_other_side() -> None:
    """Who was spoken of before and is not in the last question; where nobody was, it is asked back."""
    turns = [
        ("Who led Ukraine's delegation?", "Rustem Umerov led Ukraine's delegation."),
        ("And Russia's?", "Medinsky."),
    ]
    assert resolve("And the other side?", turns).question == "Who led Ukraine's delegation?"
    assert not resolve("And the other side?", [("Who led Russia's delegation?", "Some 40 words of nothing." * 3)]).clear


@pytest.mark.parametrize(
    ("question", "clear"),
    [
        ("Who led Russia's delegation?", True),
        ("Is it possible to visit the palace?", True),
        ("When?", False),
        ("Where exactly?", False),
        ("When was he born?", False),
        ("Who designed it?", False),
        ("What did they want?", False),
        ("???", False),
        ("and?", False),
        ("🤔", False),
    ],
)
def test_without_a_turn_before_it(question: str, clear: bool) -> None:
    """A question that says nothing, or speaks of someone unnamed, cannot be resolved with nothing before it."""
    assert resolve(question).clear is clear


def test_a_pronoun_that_nothing_fits_is_asked_back() -> None:
    """Two men were named, and no woman."""
    resolved = resolve("Did she speak?", [MET])
    assert (resolved.clear, resolved.readings, resolved.question) == (False, (), "Did she speak?")


@pytest.mark.parametrize(
    "question",
    [
        "Whom did Putin send to Istanbul instead of coming himself?",
        "Which diplomat opened his country's doors to the negotiators?",
        "How do estate agents earn their money?",
        "How many folk have had to flee their homes?",
        "While packets are labeled correctly, what can happen to them?",
        "Who invited Washington to dine with him?",
        "How long had it been since officials last met face to face?",
        "When was This Is It made?",
        "What are the terms of the ceasefire that was signed on 16 May 2025?",
    ],
)
def test_what_explains_its_own_pronouns_stands_alone(question: str) -> None:
    """No question back where the question itself says who or what is meant."""
    assert resolve(question) == Resolved(question)
