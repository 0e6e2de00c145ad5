"""Which words may stand for which, by WordNet 3.1: same sense, derived from one another, or one step more general.

Pure; the facts are in wordnet.tsv.gz, which `training/wordnet.py` makes. Particle verbs are written "set up".
"""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class _Senses:
    own: frozenset[str]
    general: frozenset[str]


_NONE = _Senses(frozenset(), frozenset())


def known(lemma: str) -> bool:
    """Whether WordNet has a lemma in more than one word's company."""
    return lemma in _table()


def same_sense(one: str, two: str) -> bool:
    """Whether two lemmas share one of their most frequent senses, or words derived from them do."""
    return not _senses(one).own.isdisjoint(_senses(two).own)


def follows(general: str, special: str) -> bool:
    """Whether what is said with one lemma follows from what is said with the other: "take" from "abduct"."""
    return same_sense(general, special) or not _senses(general).own.isdisjoint(_senses(special).general)


def _senses(lemma: str) -> _Senses:
    columns = _table().get(lemma)
    return _Senses(*(frozenset(column.split()) for column in columns.split("\t"))) if columns else _NONE


@cache
def _table() -> dict[str, str]:
    packed = Path(__file__).with_name("wordnet.tsv.gz").read_bytes()
    lines = gzip.decompress(packed).decode("utf-8").splitlines()
    return dict(line.split("\t", 1) for line in lines if not line.startswith("#"))
