"""What a question without names is about: "How can I apply?" in a conversation about paid family leave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.grammar import parse
from rag.resolve.context import Understood, mentions, spoken_of
from rag.resolve.names import names, plain

_TURNS = 2  # further back, the conversation was about something else
_NAMES_NOTHING = frozenset(
    "answer bit case difference example fact idea issue kind list lot number part people person point problem question"
    " reason sort thing type way".split()
)
_POINTING = re.compile(r"(?:this|that|these|those|my|your|our|his|her|its|their|an?|any)\b", re.I)


def about(question: str, turns: Sequence[Understood]) -> str:
    """The question with the topic of the last questions before it; "" where it names its own, or they have none."""
    if any(mention.kind != "time" for mention in names(question)):
        return ""
    for turn in reversed(turns[-_TURNS:]):
        if topic := _topic(turn, question):
            return f"About {topic}: {_lowered(question)}"
    return ""


def _topic(turn: Understood, question: str) -> str:
    """What the turn's question speaks of first, where the question itself does not speak of it."""
    said = set(plain(question).rstrip("?.!").split())
    for spoken in spoken_of([replace(turn, answer="", answered_with=())]):
        mention = spoken.mention
        if mention.kind == "time" or _POINTING.match(mention.text):
            continue
        named = mention.text if mention.proper else _nouns(mention.text, turn.question)
        if named and not set(plain(named).split()) <= said:
            return named
    return ""


def _nouns(phrase: str, text: str) -> str:
    """The phrase up to its last noun, by the grammar of the text that it stands in; "" where that names no topic."""
    tags = {word.text: word.tag for word in parse(text)}
    words = phrase.split()
    while words and not tags.get(words[-1], "NN").startswith("NN"):
        words.pop()
    if not words or words[-1].lower().removesuffix("s") in _NAMES_NOTHING:
        return ""
    return " ".join([f"{words[0][:1].lower()}{words[0][1:]}", *words[1:]])


def _lowered(question: str) -> str:
    first = re.match(r"[^\W\d_]+", question)
    kept = first is None or first[0] == "I" or (len(first[0]) > 1 and first[0].isupper()) or bool(mentions(first[0]))
    return question if kept else f"{question[:1].lower()}{question[1:]}"
