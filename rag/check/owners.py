"""Whose: what belongs to whom, and who holds which office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rag import lexicon
from rag.check.clauses import misplaced
from rag.check.findings import Finding
from rag.check.reading import Reading, earlier
from rag.check.values import Value, agrees


def owners(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A noun's owner: the evidence's "Russia's delegation" does not bear out "Ukraine's delegation"."""
    for place, owner in claim.owned:
        noun = claim.words[place]
        if claim.words[owner.place].role == "compound" and owner.kind == "name":
            continue  # "the Shakespeare book" is not Shakespeare's
        there = [
            (evidence.words[p].lemma, other)
            for p, other in evidence.owned
            if lexicon.same(noun.lemma, evidence.words[p].lemma) and other.kind == owner.kind and not other.quoted
        ]
        if there and not any(agrees(owner, other) for _, other in there):
            yield Finding("owner", f"{owner.text}’s {noun.text}", f"{there[0][1].text}’s {there[0][0]}")


def offices(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Who holds an office, and which and whose it is, here and in the sentences before."""
    facts = list(held(claim))
    known = [office for reading in (evidence, *earlier(evidence)) for office in held(reading)]
    for fact in facts:
        alike = [other for other in known if lexicon.same(fact.noun, other.noun)]
        of_them = [other for other in alike if agrees(fact.holder, other.holder)]
        if of_them and not any(_same_office(fact, other) for other in of_them):
            yield Finding("owner", fact.words, of_them[0].words)
        elif not of_them:
            of_it = [other for other in alike if fact.owner and other.owner and _same_office(fact, other)]
            if of_it:
                yield Finding("value", fact.holder.text, of_it[0].holder.text)


@dataclass(frozen=True, slots=True)
class Office:
    holder: Value
    noun: str
    which: frozenset[str]  # "foreign", "prime"
    owner: Value | None
    words: str


def held(reading: Reading) -> Iterator[Office]:
    for value in reading.own:
        if not value.person:
            continue
        for place in _titles(value, reading):
            word = reading.words[place]
            which = frozenset(
                reading.words[c].lemma
                for c in word.children
                if reading.words[c].role in {"amod", "compound", "nmod"} and not reading.is_(c)
            )
            owners = [owner for owned, owner in reading.owned if owned == place and owner.kind == "country"]
            said = " ".join(filter(None, [owners[0].text + "’s" if owners else "", *which, word.text]))
            yield Office(value, word.lemma, which, owners[0] if owners else None, said)


def _titles(value: Value, reading: Reading) -> Iterator[int]:
    """The nouns that say what a person is: in apposition, or after "is"."""
    word = reading.words[value.place]
    head = reading.words[word.head]
    if word.role == "appos" and head.tag == "NN":
        yield head.place
    yield from (c for c in word.children if reading.words[c].role == "appos" and reading.words[c].tag == "NN")
    yield from (noun.place for noun in reading.words if value.place in misplaced(noun.place, reading.words))
    for clause in reading.clauses:
        if reading.words[clause.predicate].lemma == "be" and not clause.negated and value.place in clause.subject:
            yield from (p for p in clause.object if reading.words[p].tag == "NN")


def _same_office(fact: Office, other: Office) -> bool:
    owned = not (fact.owner and other.owner) or agrees(fact.owner, other.owner)
    which = not (fact.which and other.which) or any(lexicon.same(a, b) for a in fact.which for b in other.which)
    return owned and which
