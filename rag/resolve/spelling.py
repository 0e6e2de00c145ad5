"""Words that are typed wrongly: "who hosted kuleba and lavrow in antalia" → "who hosted kuleba and Lavrov in Antalya".

A word is taken for a mistake where neither the passages found for the question, nor the turns before it, nor English
know it, and where one word of those passages or turns is a slip of the finger away (optimal string alignment, Boytsov
2011). English is asked by its most used words, so names of people are none of it: what may well be another person's
name is asked back, unless the question is typed without capitals, where it is read as the name, and shown so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING

from rapidfuzz.distance import OSA

from rag.lexical import words
from rag.types import Resolved

if TYPE_CHECKING:
    from spellchecker import SpellChecker

_WORD = re.compile(r"[^\W\d_]+\b(?!['’]t\b)")  # "weren" of "weren't" is no word
_SHORTEST, _LONG = 4, 8  # letters of a word that may be wrong at all, and at two places


def spelled(question: str, texts: Iterable[str]) -> Resolved:
    """The question with its mistakes mended; not clear where a name may be another one, with the reading to confirm."""
    known = Counter(word for text in texts for word in _WORD.findall(text))
    stems = set(words(" ".join(known)))
    doubtful = False
    parts, end = [], 0
    for found in _WORD.finditer(question):
        word = found[0]
        if len(word) < _SHORTEST or stems.issuperset(words(word)):
            continue
        if (meant := _meant(word, known)) and not _is_english(word):
            parts += [question[end : found.start()], meant]
            end = found.end()
            doubtful |= word[0].isupper() and not _is_english(meant)
    whole = "".join([*parts, question[end:]])
    return Resolved(question, clear=False, readings=(whole,)) if doubtful else Resolved(whole)


def _meant(word: str, known: Counter[str]) -> str:
    """The known word that was meant, the most frequent of the nearest; "" where none is near."""
    typed, reach = word.casefold(), 1 + (len(word) >= _LONG)
    near = [
        (distance, -count, other)
        for other, count in known.items()
        if len(other) >= _SHORTEST
        and other[0].casefold() == typed[0]
        and (distance := OSA.distance(typed, other.casefold(), score_cutoff=reach)) <= reach
    ]
    if not near:
        return ""
    meant = min(near)[2]
    return meant.lower() if meant.lower() in known else meant  # capitals of a sentence's first word say nothing


def _is_english(word: str) -> bool:
    return bool(_english()[word.casefold()])


@cache
def _english() -> SpellChecker:
    from spellchecker import SpellChecker  # takes up to a second to load, and most questions are typed well

    return SpellChecker(language="en", distance=1)
