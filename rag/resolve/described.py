"""Descriptions that say too little: "the actor", "this TV series", where nobody spoke of one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.resolve.context import Understood
from rag.resolve.names import names, plain
from rag.resolve.phrases import head, phrases

# Nouns for one of many: in a conversation that names none of them, "the actor" may be any.
_ONE_OF_MANY = frozenset(
    """
    actor actress album animal app athlete author band bird book brand building car chain character city club company
    county country disease drug fish film game hotel hurricane island language library magazine mission mountain movie
    museum musician newspaper novel organisation organization painting park person place plant player poem politician
    product programme program restaurant river school scientist series show singer song sport star state store storm
    stadium team town university village writer
    """.split()
)
_DEFINITE = re.compile(r"(?:the|this|that|these|those)\b", re.I)
_SAYS_MORE = re.compile(r" (?:of|that|which|who|in|for|called|named)\b", re.I)
_OF_ITS_OWN = frozenset(
    "case day kind month moment one reason respect sense sort time topic type way week year".split()
)


def unnamed(question: str, turns: Sequence[Understood]) -> str:
    """The noun of a description that neither the question nor the turns before it say more of; "" where there is none.

    A question with a name of its own says enough, and so does "the president of France".
    """
    if any(mention.kind != "time" for mention in names(question)):
        return ""
    told = {word for turn in turns for text in (turn.question, turn.answer) for word in _words(text)}
    for start in range(len(question)):
        if not (start == 0 or question[start - 4 : start] == " of "):
            continue  # "the purpose of that mission" holds two descriptions
        if noun := _unnamed(question[start:], told):
            return noun
    return ""


def _unnamed(question: str, told: set[str]) -> str:
    for phrase in phrases(question):
        noun = head(phrase)
        plain_noun = noun if noun in _ONE_OF_MANY else noun.removesuffix("s")
        if not _DEFINITE.match(phrase.text) or noun in _OF_ITS_OWN or {noun, plain_noun} & told:
            continue
        if plain_noun in _ONE_OF_MANY and not _SAYS_MORE.match(question[phrase.end :]):
            return noun
    return ""


def _words(text: str) -> set[str]:
    found = set(re.findall(r"[^\W\d_]+", plain(text)))
    return found | {word.removesuffix("s") for word in found}
