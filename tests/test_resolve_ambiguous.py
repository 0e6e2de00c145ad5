"""Follow-ups that two readings fit: asked back, unless the documents or the user tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from rag.resolve import resolve
from rag.types import Turn

KULEBA, LAVROV = "Dmytro Kuleba", "Sergei Lavrov"
MET = ("Who met in Antalya?", "Dmytro Kuleba and Sergei Lavrov met in Antalya.")
WON = ("Who won the prize in 1903?", "Marie Curie and Irène Novak won the prize.")
MINISTERS = (
    "Who were the foreign ministers in 2022?",
    "Dmytro Kuleba was Ukraine's foreign minister, and Sergei Lavrov was Russia's.",
)
CANDIDATES = ("Who were the candidates?", "The candidates were David Miller, Peter Brown and Thomas Green.")
SENT = ("Whom did Vladimir Putin send?", "Vladimir Putin sent Vladimir Medinsky.")
SISTERS = ("Who founded the school?", "Anna Petrova and Maria Petrova-Lang founded the school.")


class Told:
    """What the documents answer to whole questions; to all others, nothing."""

    threshold = 0.5

    def __init__(self, answers: Mapping[str, str]) -> None:
        self._answers = answers

    def confidence(self, question: str, found_for: str = "") -> tuple[float, str]:
        read = found_for or question
        return (0.9, self._answers[read]) if read in self._answers else (0.1, "something else")

    def finds_alike(self, question: str, other: str) -> bool:
        return False

    def texts(self, question: str) -> Iterable[str]:
        return ()

    def documents(self, question: str, word: str) -> int:
        return 5  # every noun occurs in many documents


@pytest.mark.parametrize(
    ("turns", "question", "clear"),
    [
        ([], "What awards has the actor received?", False),
        ([MET], "Which sports are played in the country's stadium?", False),
        ([], "What is the purpose of that mission?", False),
        ([], "Who was the president of France?", True),
        ([], "What awards has the actor David Miller received?", True),
        ([("Who is the actor in Rocky?", "Sylvester Stallone.")], "What awards has the actor received?", True),
        ([], "Who hosted the talks?", True),
    ],
)
def test_a_description_of_one_among_many(turns: list[Turn], question: str, clear: bool) -> None:
    """ "The actor", where nobody spoke of one and the documents speak of several, is asked back."""
    assert resolve(question, turns, Told({})).clear is clear


@pytest.mark.parametrize(
    ("answers", "read_as"),
    [
        pytest.param({"Who took part?": "x", "About Antalya: who took part?": "y"}, "About Antalya", id="goes on"),
        pytest.param({"Who took part?": "x"}, "Who took part?", id="only by itself"),
        pytest.param({}, "About Antalya", id="neither"),
    ],
)
def test_a_question_without_a_name_goes_on_with_the_topic(answers: Mapping[str, str], read_as: str) -> None:
    """Unless the documents answer it only as it stands."""
    assert resolve("Who took part?", [MET], Told(answers)).question.startswith(read_as)


def both(template: str, *names: str) -> tuple[str, ...]:
    return tuple(template.format(name) for name in names)


@pytest.mark.parametrize(
    ("turn", "question", "readings"),
    [
        (MET, "When was he born?", both("When was {} born?", KULEBA, LAVROV)),
        (MET, "Where does he live?", both("Where does {} live?", KULEBA, LAVROV)),
        (MET, "What did he say?", both("What did {} say?", KULEBA, LAVROV)),
        (MET, "Who is he?", both("Who is {}?", KULEBA, LAVROV)),
        (MET, "And what is his office?", both("What is {}'s office?", KULEBA, LAVROV)),
        (MET, "Did the talks go as he had hoped?", both("Did the talks go as {} had hoped?", KULEBA, LAVROV)),
        (MET, "Who criticised him?", both("Who criticised {}?", KULEBA, LAVROV)),
        (MET, "How old is he?", both("How old is {}?", KULEBA, LAVROV)),
        (MINISTERS, "When was he born?", both("When was {} born?", KULEBA, LAVROV)),
        (MINISTERS, "What did he demand?", both("What did {} demand?", KULEBA, LAVROV)),
        (WON, "Where was she born?", both("Where was {} born?", "Marie Curie", "Irène Novak")),
        (WON, "What did she discover?", both("What did {} discover?", "Marie Curie", "Irène Novak")),
        (WON, "Who was her husband?", both("Who was {}'s husband?", "Marie Curie", "Irène Novak")),
        (SISTERS, "When did she die?", both("When did {} die?", "Anna Petrova", "Maria Petrova-Lang")),
        (CANDIDATES, "Where did he study?", both("Where did {} study?", "David Miller", "Peter Brown", "Thomas Green")),
        (CANDIDATES, "Who voted for him?", both("Who voted for {}?", "David Miller", "Peter Brown", "Thomas Green")),
        (SENT, "When did he arrive?", both("When did {} arrive?", "Vladimir Medinsky", "Vladimir Putin")),
        (SENT, "What is his age?", both("What is {}'s age?", "Vladimir Medinsky", "Vladimir Putin")),
        (SENT, "Was he in Belarus?", both("Was {} in Belarus?", "Vladimir Medinsky", "Vladimir Putin")),
    ],
)
def test_two_that_fit_are_asked_back(turn: Turn, question: str, readings: tuple[str, ...]) -> None:
    """Where the documents answer none of them, nobody guesses: the readings are there to choose from."""
    resolved = resolve(question, [turn], Told({}))
    assert not resolved.clear
    assert resolved.question == question
    assert set(resolved.readings) == set(readings)


BORN = {name: f"When was {name} born?" for name in (KULEBA, LAVROV)}


@pytest.mark.parametrize(
    ("answers", "read_as"),
    [
        pytest.param({BORN[LAVROV]: "1950"}, BORN[LAVROV], id="one is answered"),
        pytest.param({BORN[KULEBA]: "1981", BORN[LAVROV]: "1950"}, None, id="both, differently"),
        pytest.param({BORN[KULEBA]: "in spring", BORN[LAVROV]: "in spring"}, BORN[KULEBA], id="both alike"),
        pytest.param({}, None, id="neither"),
    ],
)
def test_the_documents_tell_readings_apart(answers: Mapping[str, str], read_as: str | None) -> None:
    """One that alone is answered is taken; two that are answered differently are asked back."""
    resolved = resolve("When was he born?", [MET], Told(answers))
    assert (resolved.question if resolved.clear else None) == read_as


@pytest.mark.parametrize(
    ("reply", "read_as"),
    [
        ("Lavrov", BORN[LAVROV]),
        ("Sergei Lavrov?", BORN[LAVROV]),
        ("Kuleba, please", BORN[KULEBA]),
        ("the first", BORN[KULEBA]),
        ("the second one", BORN[LAVROV]),
        ("2", BORN[LAVROV]),
        (BORN[KULEBA], BORN[KULEBA]),
    ],
)
def test_the_reply_to_what_was_asked_back(reply: str, read_as: str) -> None:
    """A name, a place in the list, or the reading itself, as the page sends it."""
    assert resolve(reply, [MET, ("When was he born?", "Which do you mean?")]).question == read_as
