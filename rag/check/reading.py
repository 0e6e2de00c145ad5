"""A sentence read in its surroundings: its clauses and values, with pronouns read as what they stand for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from rag import anchor
from rag.check.clauses import Clause, clause_of, clauses, terms
from rag.check.values import Value, values
from rag.grammar import Parse, Word, parse

_HE = frozenset("he him his himself she her hers herself".split())
_IT = frozenset("it its itself they them their theirs themselves".split())
_LOCATIVE = frozenset("in at to from near into within inside outside around across".split())
_DEFINITE = frozenset("the this that these those both such two its his her their".split())
_ACTOR = ("er", "or", "ist", "ian", "man", "woman", "men", "women")  # "minister", "author", "comedian"
_PEOPLE = frozenset("president king queen general mayor prince princess agent person people couple pair".split())
_THINGS = frozenset(
    """
    party side delegation team club company firm group band organisation organization agency government country state
    nation army city town village palace building museum school university college airport festival film movie book
    novel story song album single series show game programme program work institution bank union ship brewery engine
    meeting talk summit event ceremony conference
    """.split()
)
OWNERS = frozenset({"poss", "compound", "amod", "nmod"})
_OF = frozenset("of from for".split())
_SAYING = frozenset({"NN", "VB", "JJ", "RB"})  # tags of words that say something
_LIFE = re.compile(r"\((?:born )?([\w ,]*\d{4}) ?[–—-] ?([\w ,]*\d{4})\)")  # a person's years, in brackets
_ELIDED = re.compile(  # "Kuleba was Ukraine's minister, and Lavrov was Russia's": the noun is said once
    r"((?:was|is) [^,.;]*?['’]s (?P<noun>[a-z]+(?: [a-z]+)?),? and [^,.;]*? (?:was|is) [A-Z]\w+['’]s)(?=[.,;]|$)"
)
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

    @cached_property
    def terms(self) -> frozenset[str]:
        """What its words may be looked up as, particle verbs as two words."""
        named = {place for value in self.own for place in range(value.first, value.place + 1)}
        said = (word for word in self.words if word.tag[:2] in _SAYING and word.place not in named)
        return frozenset().union(*(terms(word.place, self.words) for word in said))

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
        if self.words[self.words[word.head].head].lemma in {"accord", "according"}:
            return False
        return word.role == "pobj" and self.words[word.head].lemma in _LOCATIVE

    # --- what pronouns stand for --------------------------------------------------------------------------------------

    def _antecedents(self, word: Word) -> tuple[Value, ...]:
        text = word.text.lower()
        if text == "there" and word.role != "expl" and self.before:
            return tuple(value for value in self.before.values if self.before.locative(value))
        if word.tag not in {"PRP", "PRP$"} or not (text in _HE or text in _IT):
            return ()
        if text in _HE:
            return self._person(word.place)
        if text.startswith("it"):
            return tuple(value for value in self._nearest(word.place, persons=False) if not surely_person(value))
        return self._nearest(word.place, persons=False)

    def _person(self, place: int) -> tuple[Value, ...]:
        """Who "he" or "she" is: the one who acts, or somebody named after them in the same sentence."""
        first = self._nearest(place, persons=True)[:1]
        since = (v for v in self.own if first and first[0].place < v.place < place and _fits(v, self, True))
        return first + tuple(value for value in since if not _acts(value, self))[-1:]

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


def refers(word: Word, reading: Reading, person: bool = False) -> bool:
    """Whether a word may stand for somebody or something named elsewhere: an open pronoun, "the minister"."""
    if word.tag in {"PRP", "PRP$"}:
        return word.lemma in {"it", "its", "they", "their"} or word.place not in reading.stands_for
    someone = word.lemma in _PEOPLE or word.lemma.endswith(_ACTOR)
    if word.tag not in {"NN", "NNS"} or not (someone or (word.lemma in _THINGS and not person)):
        return False
    before = [reading.words[c] for c in word.children]
    named = word.role == "appos" or any(other.role == "appos" for other in before)
    return not named and any(other.lemma in _DEFINITE for other in before)


def earlier(reading: Reading) -> Iterator[Reading]:
    """The sentences before one, the nearest first."""
    while reading.before:
        reading = reading.before
        yield reading


def _fits(value: Value, reading: Reading, persons: bool) -> bool:
    if persons:
        return value.person and not reading.locative(value)
    return value.kind in {"name", "country"}


def surely_person(value: Value) -> bool:
    """Whether a name is a person's: it has a first name."""
    return value.person and len(value.text.split()) > 1


def _acts(value: Value, reading: Reading) -> bool:
    subjects = {place for clause in reading.clauses for place in clause.subject}
    subjects |= (
        {child for place in subjects for child in reading.words[place].children if reading.words[child].role in OWNERS}
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
    text = _LIFE.sub(r"(born \1, died \2)", anchor.spelt_out(text))
    text = _ELIDED.sub(r"\1 \g<noun>", _RANGE.sub(r"\1 – \2", text))
    words = parse(text)
    return Reading(text, words, clauses(words), values(words), read(tuple(before)) if before else None)


_STANDS_IN = {"country": "a country", "date": "then", "number": "some"}


def bare(reading: Reading, places: Collection[int] | None = None) -> str:
    """A sentence, or some words of it, with "someone" for its persons, "then" for its dates, and so on."""
    named = {place: value for value in reading.own for place in range(value.first, value.place + 1)}
    said: list[str] = []
    for word in reading.words:
        if places is not None and word.place not in places:
            continue
        value = named.get(word.place)
        if value is None:
            said.append(word.text)
        elif word.place == value.first or (places is not None and value.first not in places):
            said.append(_STANDS_IN.get(value.kind, "someone" if value.person else "it"))
    return " ".join(said)
