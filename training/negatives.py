"""Questions that their passage does not answer: exchanged names and numbers, turned words, retrieved passages."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence

import bm25s

from training.examples import Example, unanswerable

_MENTION = re.compile(r"\b[A-Z][a-z]+(?: (?:of |the )?[A-Z][a-z]+)*\b|\b\d{4}\b|\b\d+(?:\.\d+)?\b")
_RETRIEVED = 12  # passages looked at for a question
_NEAREST = 4  # of those that do not answer, one of the nearest is taken

_TURNED = [
    pair.split("/")
    for pair in (
        "begin/end began/ended start/stop started/stopped first/last win/lose won/lost buy/sell bought/sold "
        "increase/decrease increased/decreased rise/fall rose/fell before/after most/least largest/smallest "
        "biggest/smallest highest/lowest oldest/youngest northern/southern eastern/western north/south east/west "
        "arrive/leave arrived/left join/leave joined/left born/buried opened/closed accept/reject accepted/rejected "
        "support/oppose supported/opposed attacked/defended maximum/minimum next/previous import/export best/worst "
        "early/late created/destroyed built/demolished gained/lost more/fewer allowed/forbidden taught/studied "
        "founded/dissolved invaded/evacuated signed/annulled male/female hot/cold upper/lower strong/weak "
        "advantage/disadvantage can/cannot praised/criticized like/dislike likes/dislikes loves/hates good/bad "
        "appointed/dismissed hired/fired gave/received sent/received teacher/student employer/employee above/below"
    ).split()
]
_OPPOSITE = {word: other for left, right in _TURNED for word, other in ((left, right), (right, left))}
_NEGATED = {
    "did": "did not",
    "does": "does not",
    "is": "is not",
    "are": "are not",
    "was": "was not",
    "were": "were not",
}


def kind(mention: str) -> str:
    """What may stand for a mention: a year for a year, a number for a number, a name for a name."""
    if not mention[0].isdigit():
        return "name"
    return "year" if re.fullmatch(r"\d{4}", mention) else "number"


def exchanged(example: Example, chance: random.Random) -> Example | None:
    """The question about another name or number of its passage, one that the answer's sentence does not hold."""
    left, right = sentence_bounds(example)
    sentence, rest = example.passage[left:right], example.passage[:left] + " " + example.passage[right:]
    asked = [m for m in _MENTION.finditer(example.question) if m.start() > 0 and m.group() in sentence]
    if not asked:
        return None
    mention = chance.choice(asked)
    others = sorted(
        {
            other
            for other in _MENTION.findall(rest)
            if kind(other) == kind(mention.group()) and not _overlap(other, sentence, example)
        }
    )
    if not others:
        return None
    question = example.question[: mention.start()] + chance.choice(others) + example.question[mention.end() :]
    return unanswerable(question, example.passage, "exchanged")


def _overlap(mention: str, sentence: str, example: Example) -> bool:
    return mention in sentence or mention in example.question or example.answer in mention


def sentence_bounds(example: Example) -> tuple[int, int]:
    """Where the sentence that holds the answer starts and ends."""
    left = example.passage.rfind(". ", 0, example.start) + 1
    right = example.passage.find(". ", example.start)
    return left, len(example.passage) if right < 0 else right + 1


def turned(example: Example, chance: random.Random) -> Example | None:
    """The question with a word turned into its opposite, or its verb negated; None where there is none to turn."""
    words = example.question.split(" ")
    places = [
        at
        for at, word in enumerate(words)
        if at
        and _OPPOSITE.get(word.strip("?"), example.passage) not in example.passage
        and word.strip("?") in _OPPOSITE
    ]
    if places:
        at = chance.choice(places)
        words[at] = words[at].replace(words[at].strip("?"), _OPPOSITE[words[at].strip("?")])
    else:
        negatable = [at for at, word in enumerate(words[:4]) if at and word in _NEGATED]
        if not negatable or " not " in example.question:
            return None
        words[negatable[0]] = _NEGATED[words[negatable[0]]]
    return unanswerable(" ".join(words), example.passage, "turned")


def retrieved(asked: Sequence[Example], passages: Sequence[str], chance: random.Random) -> Iterator[Example]:
    """Each question beside a passage that BM25 finds for it and that does not hold its answer."""
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(passages), stopwords="en", show_progress=False), show_progress=False)
    queries = bm25s.tokenize([example.question for example in asked], stopwords="en", show_progress=False)
    found, _ = index.retrieve(queries, k=min(_RETRIEVED, len(passages)), show_progress=False)
    for example, numbers in zip(asked, found, strict=True):
        silent = [passages[number] for number in numbers if not _may_answer(passages[number], example)]
        if silent:
            yield unanswerable(example.question, chance.choice(silent[:_NEAREST]), "retrieved")


def _may_answer(passage: str, example: Example) -> bool:
    """Whether the passage holds the answer's words or shares its text with the question's own passage."""
    return (
        example.answer.lower() in passage.lower()
        or passage[:80] in example.passage
        or (example.passage[:80] in passage)
    )
