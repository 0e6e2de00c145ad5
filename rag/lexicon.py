"""Words that stand for each other, words that deny each other, and words of doubt. Pure; the facts are in lexicon.tsv."""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

from rag import anchor

_STEM = 5  # letters that two words of one family share: "propose" and "proposal", "agree" and "agreement"
_LIGHT = frozenset("be have do make get take go come give hold".split())  # say little by themselves


@lru_cache(maxsize=65536)
def same(word: str, other: str) -> bool:
    """Whether one lemma may stand for the other: one family, or one group of the lexicon."""
    return _family(word, other) or any(word in group and other in group for group in _same())


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
    if word == other or anchor.keys(word) & anchor.keys(other):
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
    return tuple(frozenset(row[1].split()) for row in _rows() if row[0] == "same")


@cache
def _contrary() -> tuple[tuple[frozenset[str], frozenset[str]], ...]:
    return tuple((frozenset(row[1].split()), frozenset(row[2].split())) for row in _rows() if row[0] == "contrary")


@cache
def _doubts() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for kind, word in ((row[0], word) for row in _rows() if row[0].startswith("hedge:") for word in row[1].split()):
        found.setdefault(word, set()).add(kind.removeprefix("hedge:"))
    return {word: frozenset(kinds) for word, kinds in found.items()}
