"""Words that stand for each other, that deny each other, and that say doubt. Pure; the facts are in lexicon.tsv."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from rag import anchor, wordnet

_STEM = 5  # letters that two words of one family share: "propose" and "proposal", "agree" and "agreement"
_LIGHT = frozenset("be have do make get take go come give hold".split())  # say little by themselves


@lru_cache(maxsize=65536)
def same(word: str, other: str) -> bool:
    """Whether one lemma may stand for the other: one family, one group of the lexicon, or one sense of WordNet."""
    alike = _family(word, other) or (wordnet.same_sense(word, other) and not light(word) and not light(other))
    return _grouped(word, other) or (alike and not contrary(word, other))


@lru_cache(maxsize=65536)
def follows(word: str, other: str) -> bool:
    """Whether what is said with `word` follows from what is said with `other`: the same, or more general."""
    return same(word, other) or (wordnet.follows(word, other) and not light(word) and not contrary(word, other))


def known(word: str) -> bool:
    """Whether the lexicon or WordNet has a lemma, of several words perhaps: "set up"."""
    return wordnet.known(word) or word in _words()


def _grouped(word: str, other: str) -> bool:
    return any(word in group and other in group for group in _same())


@lru_cache(maxsize=65536)
def contrary(word: str, other: str) -> bool:
    """Whether saying the one denies the other."""
    return any((word in one and other in two) or (word in two and other in one) for one, two in _contrary())


def doubts(word: str) -> frozenset[str]:
    """The kinds of doubt that a lemma puts what depends on it under: "may", "expect", "say", "think", "want"."""
    return _doubts().get(word, frozenset())


def light(word: str) -> bool:
    """Whether a verb says little by itself."""
    return word in _LIGHT


def _family(word: str, other: str) -> bool:
    if word == other or " " in word + other:
        return word == other
    if anchor.keys(word) & anchor.keys(other):
        return True
    shared = next((place for place, (a, b) in enumerate(zip(word, other, strict=False)) if a != b), None)
    shared = min(len(word), len(other)) if shared is None else shared
    return shared >= _STEM and max(len(word), len(other)) - shared <= _STEM


@cache
def _rows() -> list[list[str]]:
    lines = Path(__file__).with_name("lexicon.tsv").read_text("utf-8").splitlines()
    return [line.split("|") for line in lines if line and not line.startswith("#")]


@cache
def _same() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_split(row[1])) for row in _rows() if row[0] == "same")


@cache
def _words() -> frozenset[str]:
    return frozenset(word for row in _rows() for group in row[1:] for word in _split(group))


def _split(group: str) -> list[str]:
    return [word.replace("_", " ") for word in group.split()]


@cache
def _contrary() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple((frozenset(_split(row[1])), frozenset(_split(row[2]))) for row in _rows() if row[0] == "contrary")


@cache
def _doubts() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, word in ((row[0], word) for row in _rows() if row[0].startswith("hedge:") for word in _split(row[1])):
        found.setdefault(word, set()).add(kind.removeprefix("hedge:"))
    return {word: frozenset(kinds) for word, kinds in found.items()}
