"""A passage with what surrounds each of its sentences: those before it, the title, the date. As texts and as keys."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property, lru_cache

from rag import anchor
from rag.types import Evidence, Passage

_YEAR = re.compile(r"1\d{3}|20\d{2}")
BEFORE = 2  # sentences before one that count as its context: antecedents stand there
_KEPT = 64  # passages whose surroundings are kept: those of a few questions


def years(keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that are years."""
    return frozenset(key for key in keys if _YEAR.fullmatch(key))


class Surroundings:
    """The keys of a passage, sentence by sentence, with what surrounds them."""

    def __init__(self, passage: Passage) -> None:
        self.passage = passage
        self.own = [anchor.keys(sentence.text) for sentence in passage.sentences]
        self._title, self._date = anchor.keys(passage.title), anchor.keys(passage.date)

    def sentence_at(self, offset: int) -> int:
        """The number of the sentence that holds an offset of the document."""
        sentences = self.passage.sentences
        return next((number for number, sentence in enumerate(sentences) if offset < sentence.end), len(sentences) - 1)

    def near(self, place: int) -> frozenset[str]:
        """With the title; with the document's date only where no sentence names a year of its own."""
        near = self._title.union(*self.own[max(0, place - BEFORE) : place + 1])
        return near if years(near) else near | self._date

    def before(self, place: int) -> tuple[str, ...]:
        """The texts of the sentences before one, nearest last."""
        return tuple(sentence.text for sentence in self.passage.sentences[max(0, place - BEFORE) : place])

    @cached_property
    def whole(self) -> frozenset[str]:
        """With the title and the date."""
        return self._title.union(self._date, *self.own)


def surrounding(item: Evidence) -> tuple[Surroundings, int]:
    """A sentence's passage with its surroundings, and the number of the sentence there."""
    return _surroundings(item.passage), item.passage.sentences.index(item.sentence)


@lru_cache(_KEPT)
def _surroundings(passage: Passage) -> Surroundings:
    return Surroundings(passage)
