"""Sentences and passages: which words belong together, and offsets that hold in any text."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentencex import get_sentence_boundaries

from rag.passages import split_passages, split_sentences
from rag.types import Document, Passage

# "|" separates the expected sentences.
SENTENCES = {
    "two sentences": "He left. | She stayed.",
    "no full stop at the end": "He left. | She stayed",
    "titles": "Mr. Smith met Dr. Who and Gen. Lee. | Lt. Col. West and Sen. Graham left.",
    "governor, saint and ambassador": "Gov. Hochul went to St. Petersburg. | Amb. Rao stayed.",
    "states and unions": "In the U.S. Army he served. | The U.K. agreed and the U.N. Security Council met.",
    "month before a day": "On Jan. 5 they met. | On Sept. 3 they parted.",
    "clock inside a sentence": "It began at 10 a.m. on Friday. | It ended at 5 p.m. Moscow time.",
    "clock before a day": "It began at 10 a.m. Friday and lasted. | It ended at 10 a.m. (0700 GMT) sharp.",
    "clock at the end": "They met at 5 p.m. | They left at once.",
    "companies": "Apple Inc. said so. | Nokia Corp. denied it.",
    "versus": "It was Arsenal vs. Chelsea. | Nobody won.",
    "and so on": "Apples, pears, etc. were sold. | Nothing was left.",
    "for example, that is": "Some fruit, e.g. Apples, i.e. Red ones, sold. | Others did not.",
    "numbers": "He lives at No. 5 now. | See Fig. 3 and p. 4 and Vol. 2 there.",
    "about": "It took approx. Five hours. | Then it ended.",
    "initials": "J. R. R. Tolkien met George W. Bush. | V. Putin did not come.",
    "initials without spaces": "J.R.R. Tolkien and J.K. Rowling write. | They sell.",
    "letter at the end": "So did I. | Then we left.",
    "decimals": "It cost $3.5 million, up 4.5%. | Pi is 3.14.",
    "web address": "See example.com/a.b?c=d for more. | It is free.",
    "three full stops": "Well... he left. | And then... | She came back.",
    "one ellipsis character": "He left… and came back. | He left… | She came back.",
    "quotation of two sentences": '"He left. It was late," she said. | Nobody asked.',
    "curly quotation of two sentences": "“He left. It was late,” she said. | Nobody asked.",
    "quotation ends the sentence": 'He said: "It was late." | Then he left.',
    "question in quotation": '"Why?" asked Tom. | "Go!" she said.',
    "question, then the speaker's name": "“Why not?” President Putin said. | He left.",
    "quotation, then another sentence": "“Why not?” | He left.",
    "full stop in quotation, lower case after": "“It was late.” she said. | He left.",
    "quoted words": "He called it “a disaster.” | Then he left.",
    "apostrophes are no quotes": "The boys' team won. | They left. | The girls' team lost.",
    "single quotes": "He said 'no'. | Then he said 'Go. Now.' | She went.",
    "exclamation in a name": "Yahoo! said so. | Who asked?",
    "lower-case brand begins a sentence": "Why? | iPhone sales rose.",
    "sentences in brackets": "(He left. She stayed.) | It ended.",
    "words in brackets": "He (the minister) left. | Sen. Paul (R-Ky.) stayed.",
    "square brackets": "He left [on Friday]. | She stayed.",
    "footnote marks": "He left.[1] | She stayed.[2]",
    "reference without a number": "He left.[citation needed] | She stayed.",
    "questions": "Who won? | Nobody! | Really?! | Yes.",
    "lower case throughout": "he left. | she stayed.",
    "emphasis": "**He left.** | She *really* stayed. | _It ended._",
    "link": "[He left.](http://a.b/c?d=e.f) | She stayed.",
    "emoji": "😀 He left. | She stayed 😀. | It ended. 😀",
    "Russian and Chinese": "Он ушёл. | Она осталась. | 他走了。 | 她来了！",
    "right to left": "הוא הלך. | היא נשארה.",
    "decomposed letters": "De\u0301ja\u0300 vu. | E\u0301te\u0301 came.",
    "no-break space": "He paid 5\u00a0million. |\u00a0She paid 6.",
    "zero-width space": "\u200bHe left. |\u200b She stayed.",
}

BLOCKS = {
    "blank line": ("No stop here\n\nNext paragraph.", ["No stop here", "Next paragraph."]),
    "line break in a sentence": ("He left\nthe room. She\nstayed.", ["He left\nthe room.", "She\nstayed."]),
    "carriage returns": ("He left\r\nthe room.\r\n\r\nShe stayed.", ["He left\r\nthe room.", "She stayed."]),
    "blank line with spaces": ("One\n \t\nTwo", ["One", "Two"]),
    "heading": ("# The talks\nHe left.", ["The talks", "He left."]),
    "underlined heading": ("The talks\n=========\nHe left.", ["The talks", "He left."]),
    "bullets": ("- one\n- two\n  goes on\n* three\n• four", ["one", "two\n  goes on", "three", "four"]),
    "numbered list": ("1. one\n2. two\n10) ten", ["one", "two", "ten"]),
    "number after a wrapped line": ("He has\n12. She has none.", ["He has\n12.", "She has none."]),
    "year at the start of a line": ("It was\n1990. Then", ["It was\n1990.", "Then"]),
    "block quote": ("> He left\n> the room. She\n> stayed.", ["He left\n> the room.", "She\n> stayed."]),
    "quote after text": ("He said\n> I left", ["He said", "I left"]),
    "table": ("| a | b |\n|---|---|\n| c | d |", ["a | b |", "c | d |"]),
    "rule": ("One\n\n***\n\nTwo", ["One", "Two"]),
    "headline on the line before": (
        "Talks resume in Istanbul\nThe delegations of both countries met on Friday for two hours.\nThey agreed.",
        [
            "Talks resume in Istanbul",
            "The delegations of both countries met on Friday for two hours.",
            "They agreed.",
        ],
    ),
    "nothing": ("", []),
    "white space": (" \n\t\r\n ", []),
    "signs only": ("***\n\n!!! ...\n\n😀", []),
    "lone surrogate": ("He \ud800 left. She stayed.", ["He \ud800 left.", "She stayed."]),
}

# Markdown and news pieces make structure likely; st.text() brings the rest of Unicode.
WORDS = ["He left. ", "Dr. ", "U.S. ", "5 p.m. ", "e\u0301", "😀", "שלום. ", "他走了。", "\ud83d"]
MARKERS = ["# ", "- ", "> ", "| ", "1. ", "**", "(", ")", '"', "“", "”", "'", "…", "! ", "? "]
SPACES = ["\n", "\n\n", "\r\n", "\r", "\x85", "\u2029", "\u00a0", "\u200b"]
PIECES = st.sampled_from([*WORDS, *MARKERS, *SPACES])
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=6)), max_size=60).map("".join)


def make_document(text: str, name: str = "a.md") -> Document:
    return Document(id=name, title="A title", text=text, url="https://a.example/", date="2025-05-16")


def make_text(*sizes: int) -> str:
    """A text of one paragraph with a sentence for each size in words."""
    return " ".join("Word" + " word" * (size - 1) + "." for size in sizes)


def has_word(left_out: str) -> bool:
    """Whether letters or digits were left out that are not the number of a list item."""
    return re.search(r"[^\W_]", re.sub(r"\d{1,3}[.)](?=\s)", "", left_out)) is not None


def sizes_of(passage: Passage) -> list[int]:
    return [len(sentence.text.split()) for sentence in passage.sentences]


@pytest.mark.parametrize("marked", SENTENCES.values(), ids=SENTENCES.keys())
def test_a_sentence_ends_where_a_reader_ends_it(marked: str) -> None:
    """Abbreviations, initials, numbers and quotations do not end a sentence; full stops do."""
    expected = [re.sub("^\u200b", "", part.strip()).strip() for part in marked.split("|")]
    assert [sentence.text for sentence in split_sentences(marked.replace(" |", ""))] == expected


@pytest.mark.parametrize(("text", "expected"), BLOCKS.values(), ids=BLOCKS.keys())
def test_a_block_ends_a_sentence_and_a_line_break_does_not(text: str, expected: list[str]) -> None:
    """Blank lines, headings, list items and table rows stand alone, without their markers."""
    assert [sentence.text for sentence in split_sentences(text)] == expected


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_sentences_are_exact_ordered_and_lose_no_word(text: str) -> None:
    """In any Unicode text, offsets hold, nothing overlaps, and only list numbers are left out."""
    sentences = split_sentences(text)
    end = 0
    for sentence in sentences:
        assert sentence.start >= end
        assert text[sentence.start : sentence.end] == sentence.text == sentence.text.strip()
        assert re.search(r"[^\W_]", sentence.text)
        assert not has_word(text[end : sentence.start])
        end = sentence.end
    assert not has_word(text[end:])


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_passages_are_exact_and_hold_every_sentence(text: str) -> None:
    """In any Unicode text, a passage is its sentences, and no sentence is in none."""
    passages = split_passages(make_document(text))
    for passage in passages:
        assert text[passage.start : passage.end] == passage.text
        assert passage.start == passage.sentences[0].start
        assert passage.end == passage.sentences[-1].end
    held = {sentence for passage in passages for sentence in passage.sentences}
    assert held == set(split_sentences(text))
    assert len({passage.id for passage in passages}) == len(passages)


def test_a_long_quotation_is_cut_at_the_sentences_inside_it() -> None:
    """A quotation of a page is evidence sentence by sentence."""
    quoted = "We will come back to the table next week. " * 30
    sentences = split_sentences(f'He said: "{quoted}"')
    assert [sentence.text for sentence in sentences[1:29]] == [quoted[:41]] * 28


@pytest.mark.parametrize("unit", ["word ", "longer ", "x", "他", "a.b"])
def test_a_sentence_without_end_is_cut(unit: str) -> None:
    """A sentence has at most 1,200 code points, and words stay whole where there are any."""
    sentences = split_sentences(unit * 5000)
    assert max(len(sentence.text) for sentence in sentences) <= 1200
    assert "".join(sentence.text for sentence in sentences).replace(" ", "") == (unit * 5000).replace(" ", "")
    if " " in unit:
        assert {word for sentence in sentences for word in sentence.text.split()} == {unit.strip()}


@pytest.mark.parametrize("unit", ["word ", "He left. ", "“a. ", "'", "(A. ", "> a\n", "x", "..."])
def test_the_work_grows_with_the_text(unit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentencex, quadratic in unclosed quotation marks, sees a bounded window, and each code point a few times."""
    windows: list[int] = []

    def counted(language: str, text: str) -> list[dict[str, int]]:
        windows.append(len(text))
        boundaries: list[dict[str, int]] = get_sentence_boundaries(language, text)
        return boundaries

    monkeypatch.setattr("rag.passages.get_sentence_boundaries", counted)
    text = unit * (200_000 // len(unit))
    split_sentences(text)
    assert max(windows, default=0) <= 4000
    assert sum(windows) <= 4 * len(text)


PASSAGES = {
    "one sentence": ([10], [[10]]),
    "all fit": ([40, 40, 40], [[40, 40, 40]]),
    "one sentence of overlap": ([40, 40, 40, 10, 10], [[40, 40, 40], [40, 10, 10]]),
    "a long sentence is not repeated": ([60, 41, 50], [[60, 41], [50]]),
    "overlap that leaves no room is dropped": ([60, 40, 100], [[60, 40], [100]]),
    "a sentence longer than a passage": ([10, 150, 10], [[10], [150], [10]]),
}


@pytest.mark.parametrize(("sizes", "expected"), PASSAGES.values(), ids=PASSAGES.keys())
def test_passages_have_120_words_and_overlap_by_a_sentence(sizes: list[int], expected: list[list[int]]) -> None:
    """Whole sentences up to 120 words; the last is repeated unless it is longer than 40 words."""
    assert [sizes_of(passage) for passage in split_passages(make_document(make_text(*sizes)))] == expected


def test_a_paragraph_end_ends_a_passage_of_60_words() -> None:
    """A passage that is half full does not run into the next paragraph."""
    text = "\n\n".join([make_text(30), make_text(20, 20), make_text(30)])
    assert [sizes_of(passage) for passage in split_passages(make_document(text))] == [[30, 20, 20], [20, 30]]


def test_a_passage_knows_its_document() -> None:
    """Title, address, date and hash travel with the passage."""
    document = make_document("He left.")
    (passage,) = split_passages(document)
    assert (passage.document, passage.title, passage.url) == ("a.md", "A title", "https://a.example/")
    assert (passage.date, passage.sha256) == ("2025-05-16", document.sha256)


def test_the_id_of_a_passage_is_the_same_every_time() -> None:
    """The id is a function of document id, text and offsets alone."""
    (first,) = split_passages(make_document("He left."))
    (again,) = split_passages(make_document("He left."))
    (elsewhere,) = split_passages(make_document("He left.", name="b.md"))
    (edited,) = split_passages(make_document("He left!"))
    assert first.id == again.id
    assert len({first.id, elsewhere.id, edited.id}) == 3
    assert re.fullmatch("[0-9a-f]{32}", first.id)


@pytest.mark.parametrize("text", ["", " \n", "***"], ids=["empty", "white space", "signs"])
def test_a_text_without_words_has_no_passages(text: str) -> None:
    """Nothing to say, nothing to index."""
    assert split_passages(make_document(text)) == ()
