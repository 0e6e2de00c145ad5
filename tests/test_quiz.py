"""Questions made from documents: which sentence gives which question, and which near miss is kept."""

from __future__ import annotations

import pytest

from rag.quiz import make_questions
from rag.types import Document

# words that these documents show to be no names, since they stand in lower case
PLAIN = "Nearby, six talks about a palace and the construction went on quietly.\n\n"


def make_document(text: str, name: str = "a.txt") -> Document:
    return Document(name, "", text)


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "answer"),
    [
        pytest.param(
            "Vladimir Medinsky led Russia's delegation to the talks.",
            "made who",
            "Who led Russia's delegation to the talks?",
            "Vladimir Medinsky",
            id="person",
        ),
        pytest.param(
            "Hakan Fidan, the foreign minister, hosted the talks in Turkey.",
            "made who",
            "Who hosted the talks in Turkey?",
            "Hakan Fidan",
            id="apposition left out",
        ),
        pytest.param(
            "The palace of Sultan Abdul was built for Russia (and cost much) in 1856.",
            "made when",
            "When was the palace of Sultan Abdul built for Russia?",
            "1856",
            id="passive",
        ),
        pytest.param(
            "On 22 July 2022, Ukraine signed the agreement, with others.",
            "made when",
            "When did Ukraine sign the agreement?",
            "22 July 2022",
            id="date first",
        ),
        pytest.param(
            "Six Russian ministers met in Turkey in March 2022.",
            "made when",
            "When did six Russian ministers meet in Turkey?",
            "March 2022",
            id="a word that is no name loses its capital",
        ),
        pytest.param(
            "The Anglian palace has 1,285 rooms near Istanbul.",
            "made how many",
            "How many rooms does the Anglian palace have near Istanbul?",
            "1,285",
            id="number",
        ),
        pytest.param(
            "The Anglian palace was designed by Garabet Balyan for Turkey.",
            "made what",
            "What was designed by Garabet Balyan for Turkey?",
            "Anglian palace",
            id="thing",
        ),
    ],
)
def test_a_sentence_gives_a_question(sentence: str, kind: str, question: str, answer: str) -> None:
    """Grammatical, with its answer, and the sentence as its evidence word for word."""
    made = make_questions([make_document(PLAIN + sentence)], 10)[0]
    assert (made.kind, made.question, made.answers) == (kind, question, [answer])
    assert (made.evidence, made.documents, made.should_answer) == ([sentence], ["a.txt"], True)


@pytest.mark.parametrize(
    "sentence",
    [
        pytest.param("He led Russia's delegation in 2022.", id="pronoun"),
        pytest.param("“Vladimir Medinsky led it in 2022.”", id="quotation"),
        pytest.param("The palace built in Turkey was sold in 1856.", id="two verbs"),
        pytest.param("Vladimir Medinsky was famous.", id="nothing particular"),
        pytest.param("Did Vladimir Medinsky lead Russia's delegation?", id="question"),
        pytest.param("# Russia's delegation in 2022", id="heading"),
        pytest.param("Vladimir Medinsky led the delegation there in 2022.", id="points outside the sentence"),
        pytest.param("<script>alert(1)</script> was led by Russia in 2022.", id="markup"),
        pytest.param("", id="nothing"),
    ],
)
def test_an_unsure_sentence_is_passed_over(sentence: str) -> None:
    """No question is better than a bad one."""
    assert make_questions([make_document(PLAIN + sentence)], 10) == []


LED = "Vladimir Medinsky led Russia's delegation to the talks."


def test_a_near_miss_names_what_stands_elsewhere() -> None:
    """Another country of the documents takes the place of the one that the sentence names."""
    documents = [make_document(LED), make_document("The foreign minister of China was absent.", "b.txt")]
    assert [(made.id, made.kind, made.question, made.should_answer) for made in make_questions(documents, 10)] == [
        ("made-0001", "made who", LED.replace("Vladimir Medinsky", "Who").replace(".", "?"), True),
        ("made-0002", "near miss: country", "Who led China's delegation to the talks?", False),
    ]


def test_a_near_miss_that_the_documents_speak_of_is_dropped() -> None:
    """A passage that names the country and half of the other words may well answer."""
    documents = [make_document(LED), make_document("At the talks, China had its own delegation.", "b.txt")]
    assert [made.kind for made in make_questions(documents, 10)] == ["made who"]


def test_one_question_for_each_wording_and_no_more_than_asked_for() -> None:
    """What two sentences answer has both answers; `most` counts near misses too."""
    other = make_document("Hakan Fidan led Russia's delegation to the talks.", "b.txt")
    made = make_questions([make_document(LED), other, make_document("The minister of China was absent.", "c.txt")], 2)
    assert made[0].answers == ["Vladimir Medinsky", "Hakan Fidan"]
    assert [question.should_answer for question in made] == [True, False]


def test_the_same_documents_give_the_same_questions() -> None:
    """Whatever their order."""
    documents = [make_document(LED), make_document("The minister of China left France in 2022.", "b.txt")]
    assert make_questions(documents, 10) == make_questions(documents[::-1], 10)
