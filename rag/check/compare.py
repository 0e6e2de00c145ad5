"""One claim against one sentence of the evidence: what it says otherwise, what is missing, and how much is covered.

Not one score: names, numbers and dates are compared where they stand (who acts, who is acted upon, whose, where,
when), then what is denied, what is only said or hoped, and in whose words. What the claim puts into other words is
matched by word families and the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from rag import anchor, lexicon
from rag.check.clauses import Clause, denied, denied_noun, doubts, predicative, speakers
from rag.check.reading import Reading
from rag.check.values import Value, agrees, names
from rag.grammar import Word

Kind = Literal["value", "owner", "denial", "doubt", "speaker", "contrary", "missing"]

_MUTUAL = frozenset("meet talk negotiate discuss agree speak fight hold sign be marry compete play".split())
_CONTENT = ("NN", "VB", "JJ", "RB")
_STOP = frozenset(
    """
    be have do take place get make go not also too then there here however instead still even so very more most
    nevertheless therefore thus such other same own well as ever yet that up out off
    """.split()
)
_ANSWERING = {frozenset({"may", "expect", "think"}), frozenset({"want", "expect"}), frozenset({"say", "think"})}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that a claim says and its evidence does not; `against` is what stands there instead."""

    kind: Kind
    said: str
    against: str = ""
    spoken: bool = False  # of a doubt: it lies in whose words it is
    negated: bool = False  # of a denial: the evidence is what denies

    @property
    def contradicts(self) -> bool:
        """Whether the evidence says something else, rather than nothing."""
        return bool(self.against)


@dataclass(frozen=True, slots=True)
class Comparison:
    """How a claim, or one clause of it, compares with one sentence of the evidence."""

    findings: tuple[Finding, ...]
    covered: float  # share of the claim's content words that the sentence or its surroundings account for, 0 to 1
    own: float  # the same, by the sentence alone
    aligned: bool  # whether a clause of the evidence has the claim's predicate
    agreeing: int  # values and arguments that agree


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a sentence: keys and dates of those before it, the title and the document's date."""

    keys: frozenset[str]
    dates: tuple[Value, ...]


def compare(claim: Reading, evidence: Reading, around: Around) -> Comparison:
    """Return what a claim says that the evidence does not bear out."""
    pairs = [_best(clause, claim, evidence) for clause in claim.clauses]
    findings = [finding for pair in pairs for finding in pair.findings]
    pinned = frozenset().union(*(pair.values for pair in pairs))
    findings += [f for value in claim.own if value not in pinned for f in _located(value, claim, evidence, around)]
    findings += _owners(claim, evidence)
    findings += _offices(claim, evidence)
    if not any(pair.evidence for pair in pairs):
        findings += _loose(claim, evidence)
    covered, own = _coverage(claim, evidence, around)
    return Comparison(
        tuple(dict.fromkeys(findings)),
        covered,
        own,
        any(pair.evidence for pair in pairs),
        sum(pair.agreeing for pair in pairs),
    )


# --- clause by clause -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    evidence: Clause | None
    findings: tuple[Finding, ...] = ()
    values: frozenset[Value] = frozenset()  # values of the claim that this pair accounts for or finds contradicted
    agreeing: int = 0


def _best(clause: Clause, claim: Reading, evidence: Reading) -> _Pair:
    """The clause of the evidence with the same predicate that agrees best."""
    pairs = [
        _pair(clause, other, claim, evidence) for other in evidence.clauses if _same_predicate(clause, other, claim, evidence)
    ]
    return min(pairs, key=lambda pair: (len(pair.findings), -pair.agreeing), default=_Pair(None))


def _same_predicate(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> bool:
    pairs = [
        (one, two)
        for one in clause.lemmas
        for two in other.lemmas
        if lexicon.same(one, two) or lexicon.contrary(one, two)
    ]
    if not pairs:
        return False
    if all(lexicon.light(one) or lexicon.light(two) for one, two in pairs):
        # "be", "take", "hold" say little: what they are said of must be the same
        heads = [claim.words[p].lemma for p in clause.subject + clause.object if claim.words[p].tag.startswith("NN")]
        others = [evidence.words[p].lemma for p in other.subject + other.object]
        return any(lexicon.same(one, two) for one in heads for two in others)
    return True


def _pair(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> _Pair:
    findings: list[Finding] = []
    pinned: set[Value] = set()
    agreeing = 0
    for slot, across in (("subject", "object"), ("object", "subject")):
        for value in claim.all_at(getattr(clause, slot)):
            there = evidence.all_at(getattr(other, slot))
            if any(agrees(value, found) for found in there):
                pinned.add(value)
                agreeing += 1
            elif rivals := [found for found in there if _rivals(value, found)]:
                pinned.add(value)
                findings.append(Finding("value", value.text, rivals[0].text))
            elif not clause.lemmas & _MUTUAL and any(agrees(value, f) for f in evidence.all_at(getattr(other, across))):
                pinned.add(value)
                findings.append(Finding("value", value.text, _said_of(other, slot, evidence)))
        agreeing += _shared_heads(getattr(clause, slot), getattr(other, slot), claim, evidence)
    findings += _parties(clause, other, claim, evidence)
    findings += _denials(clause, other, claim, evidence)
    findings += _doubts(clause.predicate, other.predicate, claim, evidence)
    findings += _speakers(clause.predicate, other.predicate, claim, evidence)
    return _Pair(other, tuple(findings), frozenset(pinned), agreeing)


def _rivals(value: Value, other: Value) -> bool:
    """Whether two values of one place in a clause exclude each other: two countries, two persons, two palaces."""
    return value.kind == other.kind


def _said_of(clause: Clause, slot: str, evidence: Reading) -> str:
    found = evidence.all_at(getattr(clause, slot))
    return found[0].text if found else evidence.words[clause.predicate].text


def _shared_heads(places: Sequence[int], others: Sequence[int], claim: Reading, evidence: Reading) -> int:
    return sum(
        any(lexicon.same(claim.words[p].lemma, evidence.words[o].lemma) for o in others)
        for p in places
        if claim.words[p].tag in {"NN", "NNS"}
    )


def _parties(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A country that acts, against the one whose people act in the evidence: "Russia" and "Ukraine's delegation"."""
    for slot in ("subject", "object"):
        said = _countries(getattr(clause, slot), claim)
        there = _countries(getattr(other, slot), evidence)
        named = evidence.all_at(getattr(other, slot))
        if said and there and not any(agrees(a, b) for a in said for b in (*there, *named)):
            yield Finding("owner", said[0].text, there[0].text)


def _countries(places: Sequence[int], reading: Reading) -> tuple[Value, ...]:
    found = [v for p in places for v in (*reading.is_(p), *reading.under(p)) if v.kind == "country"]
    return tuple(found)


def _denials(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    against = any(
        lexicon.contrary(one, two) for one in clause.lemmas for two in other.lemmas
    ) and not any(lexicon.same(one, two) for one in clause.lemmas for two in other.lemmas)
    if clause.negated == (other.negated != against):
        return
    if clause.negated != other.negated:
        yield Finding(
            "denial", claim.words[clause.predicate].text, evidence.words[other.predicate].text, negated=other.negated
        )
    else:
        yield Finding("contrary", claim.words[clause.predicate].text, evidence.words[other.predicate].text)


def _doubts(place: int, other: int, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    there = doubts(other, evidence.words)
    here = doubts(place, claim.words) | _any_doubt(claim)
    if there and not any(_answers(kind, here) for kind in there):
        yield Finding("doubt", claim.words[place].text, _doubt_word(there, evidence), spoken="say" in there)


def _any_doubt(claim: Reading) -> frozenset[str]:
    """The doubts of all words of a claim: it may put them in any form."""
    found = frozenset[str]().union(*(lexicon.doubts(word.lemma) for word in claim.words if word.tag[:2] != "NN" or word.lemma in _DOUBT_NOUNS))
    return found


_DOUBT_NOUNS = frozenset(
    """
    hope goal aim purpose intention plan proposal demand call request allegation claim view opinion belief expectation
    prediction forecast risk chance possibility likelihood appeal offer accusation threat promise pledge commitment
    """.split()
)


def _answers(kind: str, here: frozenset[str]) -> bool:
    return kind in here or any(kind in group and group & here for group in _ANSWERING)


def _doubt_word(kinds: frozenset[str], evidence: Reading) -> str:
    return next((word.text for word in evidence.words if lexicon.doubts(word.lemma) & kinds), "")


def _speakers(place: int, other: int, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    said = [v for p in speakers(place, claim.words) for v in (*claim.is_(p), *claim.under(p))]
    there = [v for p in speakers(other, evidence.words) for v in (*evidence.is_(p), *evidence.under(p))]
    if said and there and not any(agrees(a, b) for a in said for b in there) and any(_rivals(a, b) for a in said for b in there):
        yield Finding("speaker", said[0].text, there[0].text)


# --- values that no clause pins down ----------------------------------------------------------------------------------


def _located(value: Value, claim: Reading, evidence: Reading, around: Around) -> Iterator[Finding]:
    """A value must stand in the sentence, or around it where the sentence has nothing else in its place."""
    same_kind = [other for other in evidence.values if other.kind == value.kind]
    if any(agrees(value, other, exactly=value.kind == "country" and claim.locative(value)) for other in same_kind):
        if value.kind == "number":
            yield from _counted(value, claim, evidence)
        return
    if value.kind in {"name", "country"} and names(value, evidence.keys):
        return
    rivals = [other for other in same_kind if _same_role(value, other, claim, evidence)]
    if rivals:
        yield Finding("value", value.text, rivals[0].text)
    elif not _around(value, around, claim, evidence):
        yield Finding("missing", value.text)


def _same_role(value: Value, other: Value, claim: Reading, evidence: Reading) -> bool:
    if value.kind == "date":
        return True
    if value.kind == "number":
        counted, others = _noun(value, claim), _noun(other, evidence)
        return bool(counted and others and lexicon.same(counted, others))
    if claim.locative(value):
        return evidence.locative(other)
    clause, there = claim.clause_at(value.place), evidence.clause_at(other.place)
    return bool(clause and there and _same_predicate(clause, there, claim, evidence) and not evidence.locative(other))


def _around(value: Value, around: Around, claim: Reading, evidence: Reading) -> bool:
    if value.kind == "date":
        return any(agrees(value, other) for other in around.dates)
    if value.kind == "number":
        number = anchor.number(value.text)
        return number is not None and number in around.keys
    if not names(value, around.keys):
        return False
    # a person of the sentences before must be meant by a word of this one that names nobody
    return not value.person or claim.locative(value) or _nameless_subject(evidence)


def _nameless_subject(evidence: Reading) -> bool:
    return any(not evidence.all_at(clause.subject) for clause in evidence.clauses)


def _noun(value: Value, reading: Reading) -> str:
    """What a number counts."""
    word = reading.words[value.place]
    head = reading.words[word.head]
    if word.role in {"nummod", "amod", "det", "compound", "quantmod"} and head.tag.startswith("NN"):
        return head.lemma
    inner = [reading.words[p] for c in word.children if reading.words[c].role == "prep" for p in reading.words[c].children]
    return next((noun.lemma for noun in inner if noun.role == "pobj"), "")


def _counted(value: Value, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A number that stands in the evidence must count the same: not "1,000 soldiers" for "1,000 prisoners"."""
    noun = _noun(value, claim)
    counted = [(_noun(other, evidence), other) for other in evidence.values if other.kind == "number"]
    mine = [other for other_noun, other in counted if other_noun and noun and lexicon.same(noun, other_noun)]
    if mine and not any(agrees(value, other) for other in mine):
        yield Finding("value", f"{value.text} {noun}", f"{mine[0].text} {noun}")


# --- whose ------------------------------------------------------------------------------------------------------------


def _owners(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A noun's owner: the evidence's "Russia's delegation" does not bear out "Ukraine's delegation"."""
    for place, owner in claim.owned:
        noun = claim.words[place]
        there = [
            (evidence.words[p].lemma, other)
            for p, other in evidence.owned
            if lexicon.same(noun.lemma, evidence.words[p].lemma) and other.kind == owner.kind
        ]
        if there and not any(agrees(owner, other) for _, other in there):
            yield Finding("owner", f"{owner.text}’s {noun.text}", f"{there[0][1].text}’s {there[0][0]}")


def _offices(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Who holds an office, and which and whose it is, here and in the sentences before."""
    facts = list(_held(claim))
    reading: Reading | None = evidence
    known: list[_Office] = []
    while reading:
        known += _held(reading)
        reading = reading.before
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
class _Office:
    holder: Value
    noun: str
    which: frozenset[str]  # "foreign", "prime"
    owner: Value | None
    words: str


def _held(reading: Reading) -> Iterator[_Office]:
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
            yield _Office(value, word.lemma, which, owners[0] if owners else None, said)


def _titles(value: Value, reading: Reading) -> Iterator[int]:
    """The nouns that say what a person is: in apposition, or after "is"."""
    word = reading.words[value.place]
    head = reading.words[word.head]
    if word.role == "appos" and head.tag == "NN":
        yield head.place
    yield from (c for c in word.children if reading.words[c].role == "appos" and reading.words[c].tag == "NN")
    for clause in reading.clauses:
        if reading.words[clause.predicate].lemma == "be" and not clause.negated and value.place in clause.subject:
            yield from (p for p in clause.object if reading.words[p].tag == "NN")


def _same_office(fact: _Office, other: _Office) -> bool:
    owned = not (fact.owner and other.owner) or agrees(fact.owner, other.owner)
    which = not (fact.which and other.which) or any(lexicon.same(a, b) for a in fact.which for b in other.which)
    return owned and which


# --- without a clause in common ---------------------------------------------------------------------------------------


def _loose(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Denial and doubt of the nouns in common, where the predicates are different words."""
    for word in claim.words:
        if word.tag not in {"NN", "NNS"} or word.lemma in _STOP:
            continue
        for other in evidence.words:
            if other.tag not in {"NN", "NNS"} or not lexicon.same(word.lemma, other.lemma):
                continue
            if _plainly_denied(other.place, evidence) and not denied_noun(word.place, claim.words) and not _negative(claim):
                yield Finding("denial", word.text, other.text, negated=True)
                return
            there = doubts(other.place, evidence.words)
            if there and not any(_answers(kind, _any_doubt(claim)) for kind in there):
                yield Finding("doubt", word.text, _doubt_word(there, evidence), spoken="say" in there)
                return


def _plainly_denied(place: int, reading: Reading) -> bool:
    return any(reading.words[c].text.lower() in {"no", "any"} for c in reading.words[place].children) and denied_noun(place, reading.words)


def _negative(claim: Reading) -> bool:
    return any(denied(clause.predicate, claim.words) for clause in claim.clauses)


# --- how much is covered ----------------------------------------------------------------------------------------------


def _coverage(claim: Reading, evidence: Reading, around: Around) -> tuple[float, float]:
    """The shares of the claim's content words that the evidence accounts for: with its surroundings, and alone."""
    words = [word for word in claim.words if content(word, claim)]
    if not words:
        return 1.0, 1.0
    own = [_covered(word, evidence) for word in words]
    near = [max(mine, 0.7 * bool(anchor.keys(word.lemma) & around.keys)) for mine, word in zip(own, words, strict=True)]
    return sum(near) / len(words), sum(own) / len(words)


def content(word: Word, reading: Reading) -> bool:
    """Whether a word says something that evidence must bear out, and is no value."""
    if not word.tag.startswith(_CONTENT) or word.role in {"aux", "auxpass", "neg"} or word.lemma in _STOP:
        return False
    return not any(value.first <= word.place <= value.place for value in reading.own)


def _covered(word: Word, evidence: Reading) -> float:
    if anchor.keys(word.lemma) & evidence.keys:
        return 1.0
    if any(lexicon.same(word.lemma, other) for other in evidence.lemmas):
        return 1.0
    return 0.8 if any(lexicon.contrary(word.lemma, other) for other in evidence.lemmas) else 0.0


def predicates(reading: Reading) -> tuple[Word, ...]:
    """The words of a sentence that are predicates."""
    return tuple(word for word in reading.words if predicative(word, reading.words))
