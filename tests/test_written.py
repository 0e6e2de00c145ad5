"""What chat models really write: sentences with their numbers, whatever the form, whole or piece by piece."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import prompts
from rag.draft.written import Writing, Written

LED, LEFT = "Umerov led it.", "He left early."


def read(*pieces: str) -> tuple[list[tuple[str, tuple[int, ...]]], Writing]:
    writing = Writing()
    found: list[Written] = []
    for piece in pieces:
        found += writing.add(piece)
        if writing.ended:
            break
    found += [] if writing.ended else writing.end()
    return [(item.text, item.numbers) for item in found], writing


FORMS = [
    pytest.param("Umerov led it [1].", [(LED, (1,))], id="before the stop"),
    pytest.param("Umerov led it. [1]", [(LED, (1,))], id="after the stop"),
    pytest.param("Umerov led it.[1]", [(LED, (1,))], id="at the stop"),
    pytest.param("Umerov led it [1].[1]", [(LED, (1,))], id="on both sides"),
    pytest.param("Umerov led it [1]", [(LED, (1,))], id="no stop"),
    pytest.param("Umerov led it [1][2].", [(LED, (1, 2))], id="two"),
    pytest.param("Umerov led it [1] [2].", [(LED, (1, 2))], id="two with a space"),
    pytest.param("Umerov led it [1, 2,3].", [(LED, (1, 2, 3))], id="list"),
    pytest.param("Umerov led it [1; 2].", [(LED, (1, 2))], id="semicolon"),
    pytest.param("Umerov led it [1-3].", [(LED, (1, 2, 3))], id="range"),
    pytest.param("Umerov led it [1–3].", [(LED, (1, 2, 3))], id="dash range"),
    pytest.param("Umerov led it [2 to 4].", [(LED, (2, 3, 4))], id="range in words"),
    pytest.param("Umerov led it [1-900].", [(LED, ())], id="no such range"),
    pytest.param("Umerov led it [1] and [2].", [(LED, (1, 2))], id="two with and"),
    pytest.param("Umerov led it [1 and 2].", [(LED, (1, 2))], id="and in the bracket"),
    pytest.param("Umerov led it (1).", [(LED, (1,))], id="round"),
    pytest.param("Umerov led it (1)(2).", [(LED, (1, 2))], id="round twice"),
    pytest.param("Umerov led it 【1】.", [(LED, (1,))], id="lenticular"),
    pytest.param("Umerov led it【4†source】.", [(LED, (4,))], id="with source"),
    pytest.param("Umerov led it 【4:0†source】", [(LED, (4,))], id="with place and source"),
    pytest.param("Umerov led it ［１］.", [(LED, (1,))], id="full width"),
    pytest.param("Umerov led it [^1].", [(LED, (1,))], id="Markdown footnote"),
    pytest.param("Umerov led it [S1].", [(LED, (1,))], id="letter"),
    pytest.param("Umerov led it [sentence 1].", [(LED, (1,))], id="word"),
    pytest.param("Umerov led it [sentences 1 and 3].", [(LED, (1, 3))], id="words"),
    pytest.param("Umerov led it [1](https://example.org).", [(LED, (1,))], id="as a link"),
    pytest.param("Umerov led it [1][1].", [(LED, (1,))], id="twice the same"),
    pytest.param("Umerov led it [99].", [(LED, (99,))], id="out of range: the pointer's matter"),
    pytest.param("It began in [2022] in Gomel [3].", [("It began in [2022] in Gomel.", (3,))], id="a year"),
    pytest.param("In May (2025) Umerov led it [3].", [("In May (2025) Umerov led it.", (3,))], id="a round year"),
    pytest.param("Umerov led it.", [(LED, ())], id="no number"),
    pytest.param("Umerov led it. He left early [2].", [(LED, ()), (LEFT, (2,))], id="one without"),
    pytest.param("Umerov led it [1]. He left early [2].", [(LED, (1,)), (LEFT, (2,))], id="two sentences"),
    pytest.param("Umerov led it. [1] He left early. [2]", [(LED, (1,)), (LEFT, (2,))], id="two, after the stop"),
    pytest.param("Umerov [1] led it [2].", [(LED, (1, 2))], id="inside the sentence"),
    pytest.param("[1] Umerov led it.", [(LED, (1,))], id="leading"),
    pytest.param("[1] Umerov led it. [2] He left early.", [(LED, (1,)), (LEFT, (2,))], id="two leading"),
    pytest.param("[1] Umerov led it.\n[2] He left early.", [(LED, (1,)), (LEFT, (2,))], id="lines leading"),
    pytest.param("[1]: Umerov led it.", [(LED, (1,))], id="leading with a colon"),
    pytest.param("(1) Umerov led it [3].", [("(1) Umerov led it.", (3,))], id="a round number first is text"),
    pytest.param("[1] Umerov led it [3].", [(LED, (3,))], id="the last number counts"),
    pytest.param("1. Umerov led it [3].\n2. He left early [4].", [(LED, (3,)), (LEFT, (4,))], id="numbered list"),
    pytest.param("- Umerov led it [1]\n- He left early [2]", [(LED, (1,)), (LEFT, (2,))], id="bullets"),
    pytest.param("• Umerov led it [1]\n• He left early [2]", [(LED, (1,)), (LEFT, (2,))], id="round bullets"),
    pytest.param("**Umerov** led *it* [1].", [(LED, (1,))], id="emphasis"),
    pytest.param("**Umerov led it [1].**", [(LED, (1,))], id="bold number"),
    pytest.param("## Answer: Umerov led it [1].", [(LED, (1,))], id="heading"),
    pytest.param("> Umerov led it [1].", [(LED, (1,))], id="quotation mark of Markdown"),
    pytest.param("**Answer:** Umerov led it [1].", [(LED, (1,))], id="label"),
    pytest.param("```\nUmerov led it [1].\n```", [(LED, (1,))], id="code fence"),
    pytest.param("`Umerov led it [1].`", [(LED, (1,))], id="code"),
    pytest.param('"Umerov led it [1]."', [(LED, (1,))], id="in quotation marks"),
    pytest.param("“Umerov led it.” [1]", [(LED, (1,))], id="in quotation marks, number behind"),
    pytest.param('He said "no" [1].', [('He said "no".', (1,))], id="a quotation inside"),
    pytest.param(
        "U.S. Secretary Rubio came [1]. He left early [2].",
        [("U.S. Secretary Rubio came.", (1,)), (LEFT, (2,))],
        id="abbreviation",
    ),
    pytest.param("<think>Who? [4]</think>Umerov led it [1].", [(LED, (1,))], id="thought"),
    pytest.param("<think>Who? Nobody knows [4].", [], id="thought without an end"),
    pytest.param("Umerov led it [1].\n\nSources:\n[1] Something else.", [(LED, (1,))], id="sources"),
    pytest.param("Umerov led it [1].\n**References**:\n[1] Something.", [(LED, (1,))], id="bold references"),
    pytest.param("Umerov led it [1].\nQuestion: Who else?\nHe left early [2].", [(LED, (1,))], id="goes on asking"),
    pytest.param("| who | what |\nUmerov led it [1].", [(LED, (1,))], id="table"),
    pytest.param("Umerov led it [1]. He left ear", [(LED, (1,))], id="cut"),
    pytest.param("Umerov led it [1]. Umerov led it [1].", [(LED, (1,))], id="says it twice"),
    pytest.param("[1]", [], id="a number alone"),
    pytest.param("[1], [2]", [], id="numbers alone"),
    pytest.param("", [], id="nothing"),
    pytest.param("\n \n", [], id="space"),
    pytest.param("...", [], id="dots"),
]


@pytest.mark.parametrize(("text", "sentences"), FORMS)
def test_every_form_of_pointing(text: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    """The sentence without its marks, and its numbers."""
    assert read(text)[0] == sentences


@pytest.mark.parametrize(("text", "sentences"), FORMS)
def test_piece_by_piece_is_the_same(text: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    """Where a provider cuts its stream makes no difference."""
    assert read(*text)[0] == sentences
    assert read(*[text[at : at + 3] for at in range(0, len(text), 3)])[0] == sentences


def test_a_sentence_is_there_as_soon_as_the_next_begins() -> None:
    """Nobody waits for the end of the answer to see its first sentence."""
    writing = Writing()
    assert writing.add("Umerov led it [1]") == []
    assert writing.add(". ") == []
    assert writing.add("He") == [Written(LED, (1,))]
    assert writing.add(" left early. [2") == []
    assert writing.add("]\n") == [Written(LEFT, (2,))]
    assert writing.end() == []


@pytest.mark.parametrize(
    ("text", "before"),
    [
        pytest.param(prompts.REFUSAL, [], id="alone"),
        pytest.param(f"**{prompts.REFUSAL}**.", [], id="bold"),
        pytest.param("Not in the articles.", [], id="lower case"),
        pytest.param(f"Sorry: {prompts.REFUSAL}. [1]", [], id="among words"),
        pytest.param(f"{prompts.REFUSAL}. However, Macron is [1].", [], id="and yet an answer"),
        pytest.param(f"Umerov led it [1]. {prompts.REFUSAL}.", [(LED, (1,))], id="after an answer"),
        pytest.param("The provided sentences do not mention the prime minister.", [], id="own words"),
        pytest.param("I don't know who led it.", [], id="does not know"),
        pytest.param('{"answered": false, "sentences": []}', [], id="structured"),
        pytest.param(
            '{"answered": true, "sentences": [{"text": "Not in the articles", "numbers": []}]}', [], id="in the form"
        ),
        pytest.param(f"{prompts.REFUSAL}.\nSources:\n[1] Umerov led it.", [], id="with sources"),
    ],
)
def test_a_refusal_ends_the_answer(text: str, before: list[tuple[str, tuple[int, ...]]]) -> None:
    """What stands before it is kept, what follows is not read."""
    for pieces in ([text], list(text)):
        found, writing = read(*pieces)
        assert found == before
        assert writing.refused


def test_a_claim_about_silence_is_no_refusal() -> None:
    """With a number it speaks of what a source says."""
    found, writing = read("The articles of the treaty do not mention a ceasefire [3].")
    assert found == [("The articles of the treaty do not mention a ceasefire.", (3,))]
    assert not writing.refused


STRUCTURED = json.dumps(
    {"answered": True, "sentences": [{"text": "Umerov led it", "numbers": [1, 1]}, {"text": LEFT, "numbers": [2]}]}
)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        pytest.param(STRUCTURED, [(LED, (1,)), (LEFT, (2,))], id="JSON"),
        pytest.param(f"```json\n{STRUCTURED}\n```", [(LED, (1,)), (LEFT, (2,))], id="fenced JSON"),
        pytest.param(STRUCTURED[:-30], [(LED, (1,))], id="cut JSON"),
        pytest.param(
            '{"sentences": [{"text": "Umerov led it [3].", "numbers": [1]}]}', [(LED, (3,))], id="with a mark"
        ),
        pytest.param('{"sentences": [{"text": "Umerov led it."}]}', [(LED, ())], id="no numbers"),
        pytest.param('{"sentences": ["Umerov", 4, {"text": 5}, {"numbers": ["1"]}]}', [], id="other shapes"),
        pytest.param('{"answer": "Umerov"}', [], id="another form"),
        pytest.param("{]", [], id="no JSON"),
    ],
)
def test_structured_answers(text: str, sentences: list[tuple[str, tuple[int, ...]]]) -> None:
    """The same from JSON, whole and piece by piece."""
    assert read(text)[0] == sentences
    assert read(*text)[0] == sentences


def test_a_structured_sentence_is_there_before_the_end() -> None:
    """When the next one begins, or the list ends."""
    writing = Writing()
    half = STRUCTURED.index('{"text": "He')
    assert writing.add(STRUCTURED[:half]) == []
    assert writing.add(STRUCTURED[half : half + 9]) == [Written(LED, (1,))]


def test_an_answer_that_does_not_end_is_left() -> None:
    """Eight sentences are read, and no more text than a few sentences can have."""
    found, writing = read(*(f"Sentence {number} says so [{number}]. " for number in range(1, 40)))
    assert len(found) == 8
    assert writing.ended
    assert read(*["word " * 1000] * 10)[1].ended


def test_an_answer_that_repeats_itself_is_left() -> None:
    """Small models do, with another number each time."""
    found, writing = read("Umerov led it [1]. He left early [2]. He left early [3]. Medinsky came [4]. And so on.")
    assert found == [(LED, (1,)), (LEFT, (2,)), ("Medinsky came.", (4,))]
    assert writing.ended
    assert read(*"Umerov led it [1]. Umerov led it [2]. Umerov led it [3]. Medinsky came [4].")[0] == [(LED, (1,))]


def test_empty_is_what_has_no_words() -> None:
    """Thoughts alone are no answer."""
    assert read("<think>Hm.</think>\n")[1].empty
    assert not read("Hm")[1].empty


@given(st.text(alphabet=st.sampled_from(" .,[]()1234-–abcABC\n\"'`*{}<>/:|#"), max_size=60))
def test_nothing_breaks_it(text: str) -> None:
    """Whatever comes, sentences have letters, numbers are whole, and no mark is left in what is shown."""
    for pieces in ([text], list(text)):
        for words, numbers in read(*pieces)[0]:
            assert any(char.isalpha() for char in words)
            assert all(number >= 0 for number in numbers)
