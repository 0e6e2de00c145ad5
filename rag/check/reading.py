"""A sentence read in its surroundings: its clauses and values, with pronouns read as what they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rag import anchor
from rag.check.clauses import Clause, clause_of, clauses, inside
from rag.check.values import Value, values
from rag.grammar import Parse, Word, parse

_HE = frozenset("he him his himself she her hers herself".split())
_IT = frozenset("it its itself they them their theirs themselves".split())
_LOCATIVE = frozenset("in at to from near into within inside outside around across".split())
OWNERS = frozenset({"poss", "compound", "amod", "nmod"})
_OF = frozenset("of from for".split())
_RANGE = re.compile(r"\b(\d{3,4}) ?[–—-] ?(\d{3,4})\b")  # "1869–1909": two years, one word to the grammar


@dataclass(frozen=True)
class Reading:
    """One sentence, the last of `texts`; the others are those before it, nearest last."""

    text: str
    words: Parse
    clauses: tuple[Clause, ...]
    own: tuple[Value, ...]
    before: Reading | None

    @cached_property
    def stands_for(self) -> dict[int, tuple[Value, ...]]:
        """What each pronoun and "there" stands for, by its place; what cannot be told is left out."""
        found = {word.place: self._antecedents(word) for word in self.words}
        return {
            place: tuple(replace(value, place=place, first=place) for value in given)
            for place, given in found.items()
            if given
        }

    @cached_property
    def values(self) -> tuple[Value, ...]:
        """The values that stand in the sentence or that its pronouns stand for."""
        return self.own + tuple(value for given in self.stands_for.values() for value in given)

    @cached_property
    def keys(self) -> frozenset[str]:
        """Every key that the sentence and its pronouns account for."""
        return anchor.keys(self.text).union(*(value.keys for given in self.stands_for.values() for value in given))

    @cached_property
    def lemmas(self) -> frozenset[str]:
        """The lemmas of its words."""
        return frozenset(word.lemma for word in self.words)

    def is_(self, place: int) -> tuple[Value, ...]:
        """The values that a word names or, as a pronoun, stands for."""
        return tuple(value for value in self.own if value.first <= place <= value.place) + self.stands_for.get(
            place, ()
        )

    def all_at(self, places: tuple[int, ...]) -> tuple[Value, ...]:
        """The values that any of the words names."""
        return tuple(value for place in places for value in self.is_(place) if value.kind in {"name", "country"})

    def under(self, place: int) -> tuple[Value, ...]:
        """The values that belong to a word: "Russia's delegation", "the minister of Turkey"."""
        return tuple(value for owned, value in self.owned if owned == place)

    @cached_property
    def owned(self) -> tuple[tuple[int, Value], ...]:
        """Each noun with a name or country that it belongs to."""
        return tuple(self._owned())

    def _owned(self) -> Iterator[tuple[int, Value]]:
        places = [(place, value) for value in self.own for place in (value.place,) if value.kind in {"name", "country"}]
        places += [(place, value) for place, given in self.stands_for.items() for value in given]
        for place, value in places:
            yield from ((owned, value) for owned in self._owner_of(place))

    def _owner_of(self, place: int) -> Iterator[int]:
        word = self.words[place]
        while word.role == "conj":
            word = self.words[word.head]
        head = self.words[word.head]
        if word.role in OWNERS and head.tag.startswith("NN"):
            yield head.place
        elif word.role == "pobj" and head.lemma in _OF and self.words[head.head].tag in {"NN", "NNS"}:
            yield head.head

    def clause_at(self, place: int) -> Clause | None:
        """The innermost clause that holds a word."""
        predicate = clause_of(place, self.words)
        return next((clause for clause in self.clauses if clause.predicate == predicate), None)

    def locative(self, value: Value) -> bool:
        """Whether a value says where."""
        word = self.words[value.place]
        while word.role in {"conj", "appos", "compound"} and word.head != word.place:
            word = self.words[word.head]
        return word.role == "pobj" and self.words[word.head].lemma in _LOCATIVE

    # --- what pronouns stand for --------------------------------------------------------------------------------------

    def _antecedents(self, word: Word) -> tuple[Value, ...]:
        text = word.text.lower()
        if text == "there" and word.role != "expl" and self.before:
            return tuple(value for value in self.before.values if self.before.locative(value))
        if word.tag not in {"PRP", "PRP$"} or not (text in _HE or text in _IT):
            return ()
        if text in _HE:
            return tuple(value for value in self._nearest(word.place, persons=True))[:1]
        if text.startswith("it"):
            return tuple(value for value in self._nearest(word.place, persons=False) if not _surely_person(value, self))
        return self._nearest(word.place, persons=False)

    def _nearest(self, place: int, persons: bool) -> tuple[Value, ...]:
        """The best antecedents of a pronoun: of its own sentence before it, else of the sentence before."""
        here = [value for value in self.own if value.place < place and _fits(value, self, persons)]
        subjects = [value for value in here if _acts(value, self)]
        if not persons and here:
            return (here[-1],)
        if subjects and persons:
            return tuple(subjects[-1:])
        return self.before.salient(persons) if self.before else ()

    def salient(self, persons: bool) -> tuple[Value, ...]:
        """What a pronoun of the next sentence most likely stands for, most likely first."""
        pronouns = [
            value
            for place, given in self.stands_for.items()
            if self.words[place].role in {"nsubj", "nsubjpass"}
            for value in given
        ]
        fit = [value for value in self.own if _fits(value, self, persons)]
        acting = [value for value in fit if _acts(value, self)]
        others = [value for value in fit if value not in acting]
        mine = tuple(acting + [value for value in pronouns if value.person == persons or not persons] + others)
        if mine:
            return mine if persons else mine[:1] if not acting else tuple(acting)
        return self.before.salient(persons) if self.before else ()


def _fits(value: Value, reading: Reading, persons: bool) -> bool:
    if persons:
        return value.person and not reading.locative(value)
    return value.kind in {"name", "country"}


def _surely_person(value: Value, reading: Reading) -> bool:
    return value.person and len(value.text.split()) > 1


def _acts(value: Value, reading: Reading) -> bool:
    subjects = {place for clause in reading.clauses for place in clause.subject}
    subjects |= (
        {child for place in subjects for child in reading.words[place].children if reading.words[child].role == "poss"}
        if not value.person
        else set()
    )
    raised = {
        place for clause in reading.clauses for place in clause.object if reading.words[place].role == "nsubjpass"
    }
    owners = (
        {value.place for owned, value in _simple_owned(reading) if owned in subjects | raised}
        if not value.person
        else set()
    )
    return bool({value.place} & (subjects | raised | owners)) or any(
        value.first <= place <= value.place for place in subjects | raised
    )


def _simple_owned(reading: Reading) -> Iterator[tuple[int, Value]]:
    for value in reading.own:
        yield from ((owned, value) for owned in reading._owner_of(value.place))


@lru_cache(maxsize=20_000)
def read(texts: tuple[str, ...]) -> Reading:
    """Read the last of the texts, with those before it as its surroundings."""
    *before, text = texts
    text = _RANGE.sub(r"\1 – \2", anchor.spelt_out(text))
    words = parse(text)
    return Reading(text, words, clauses(words), values(words), read(tuple(before)) if before else None)


def noun_phrase(place: int, words: Parse) -> str:
    """The words of a noun with what belongs to it, as they stand."""
    places = sorted(inside(place, words))
    return " ".join(words[p].text for p in places)
