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
from rag.check.clauses import COPULAS, FAILING, Clause, clause_of, denied_noun, doubts, misplaced, speakers, subtree
from rag.check.reading import Reading
from rag.check.values import Value, agrees, amount, names
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
_ANSWERS = {  # the doubts of a claim that keep a doubt of the evidence
    "may": {"may", "expect"},
    "expect": {"may", "expect", "think"},
    "say": {"say", "think"},
    "think": {"say", "think", "may", "expect"},
    "want": {"want", "expect"},
}


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
    standing: int  # values of the claim that stand in the sentence itself


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a sentence, in those before it, the title and the date: keys, dates, places."""

    keys: frozenset[str]
    dates: tuple[Value, ...]
    places: tuple[Value, ...]
    after: Reading | None  # the next sentence, which may say who "the ministers" are


def compare(claim: Reading, evidence: Reading, around: Around) -> Comparison:
    """Return what a claim says that the evidence does not bear out."""
    pairs = [_best(clause, claim, evidence) for clause in claim.clauses]
    findings = [finding for pair in pairs for finding in pair.findings]
    pinned = frozenset().union(*(pair.values for pair in pairs))
    findings += [f for value in claim.own if value not in pinned for f in _located(value, claim, evidence, around)]
    findings += _owners(claim, evidence)
    findings += _offices(claim, evidence)
    loose = [clause for pair, clause in zip(pairs, claim.clauses, strict=True) if not pair.evidence]
    findings += [finding for clause in loose for finding in _loose(clause, claim, evidence)]
    findings += _denied_nouns(claim, evidence)
    findings += _contraries(claim, evidence)
    findings += _elsewhere(claim, evidence, around)
    covered, own = _coverage(claim, evidence, around)
    return Comparison(
        _distinct(findings),
        covered,
        own,
        any(pair.evidence for pair in pairs),
        sum(pair.agreeing for pair in pairs),
        sum(_stands(value, evidence) for value in claim.own),
    )


def _distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings without those that another one says more fully, or in another way."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: (-len(finding.said), finding.kind != "speaker")):
        if not any(finding.said in other.said for other in kept):
            kept.append(finding)
    return tuple(sorted(kept, key=lambda finding: not finding.contradicts))


# --- clause by clause -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pair:
    evidence: Clause | None
    findings: tuple[Finding, ...] = ()
    values: frozenset[Value] = frozenset()  # values of the claim that this pair accounts for or finds contradicted
    agreeing: int = 0


def _best(clause: Clause, claim: Reading, evidence: Reading) -> _Pair:
    """The clause of the evidence with the same predicate that agrees best."""
    others = [other for other in evidence.clauses if _same_predicate(clause, other, claim, evidence)]
    alike = [other for other in others if _akin(clause, other)]
    pairs = [_pair(clause, other, claim, evidence) for other in alike or others]
    agreeing = [pair for pair in pairs if pair.agreeing]
    pairs = agreeing or (pairs if alike else [])  # the contrary of something else is none
    return min(pairs, key=lambda pair: (len(pair.findings), -pair.agreeing), default=_Pair(None))


def _akin(clause: Clause, other: Clause) -> bool:
    return any(lexicon.same(one, two) for one in clause.lemmas for two in other.lemmas)


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
    for slot in ("subject", "object"):
        there = evidence.all_at(_slot(other, slot, evidence))
        across = evidence.all_at(_slot(other, _ACROSS[slot], evidence))
        for value in claim.all_at(getattr(clause, slot)):
            if any(agrees(value, found) for found in there):
                pinned.add(value)
                agreeing += 1
            elif rivals := [found for found in there if _rivals(value, found)]:
                pinned.add(value)
                findings.append(Finding("value", value.text, rivals[0].text))
            elif not clause.lemmas & _MUTUAL and any(agrees(value, found) for found in across):
                pinned.add(value)
                findings.append(Finding("value", value.text, there[0].text if there else ""))
        agreeing += _shared_heads(getattr(clause, slot), _slot(other, slot, evidence), claim, evidence)
    under, there_under = ([p for _, p in item.obliques] for item in (clause, other))
    agreeing += _shared_heads(under, there_under, claim, evidence)
    findings += _parties(clause, other, claim, evidence)
    findings += _others(clause, other, claim, evidence)
    findings += _denials(clause, other, claim, evidence)
    findings += _doubts(clause.predicate, other.predicate, claim, evidence)
    findings += _speakers(clause.predicate, other.predicate, claim, evidence)
    return _Pair(other, tuple(findings), frozenset(pinned), agreeing)


_ACROSS = {"subject": "object", "object": "subject"}


def _slot(clause: Clause, slot: str, reading: Reading) -> tuple[int, ...]:
    """Who acts, or who is acted upon; both of "is", which may be turned round."""
    if reading.words[clause.predicate].lemma in COPULAS:
        return clause.subject + clause.object
    return clause.subject if slot == "subject" else clause.object


def _rivals(value: Value, other: Value) -> bool:
    """Whether two values of one place in a clause exclude each other: two countries, two persons, two palaces."""
    return value.kind == other.kind and value.person == other.person


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


def _others(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Somebody who acts, known to the sentences before as somebody else than who acts in the evidence."""
    there = [evidence.words[place] for place in _slot(other, "subject", evidence)]
    if not there or any(word.tag.startswith("PR") for word in there):
        return
    earlier = frozenset[str]().union(*(reading.lemmas for reading in _before(evidence)))
    for word in (claim.words[place] for place in clause.subject):
        if not _common(word) or _covered(word, evidence) or claim.is_(word.place):
            continue
        name = word.place == 0 and word.tag == "NN" and not any(claim.words[c].role == "det" for c in word.children)
        named = name and any(evidence.is_(o.place) for o in there)  # a name that the grammar took for a noun
        if named or any(lexicon.same(word.lemma, lemma) for lemma in earlier):
            yield Finding("value", word.text, there[0].text)


def _before(reading: Reading) -> Iterator[Reading]:
    while reading.before:
        reading = reading.before
        yield reading


def _countries(places: Sequence[int], reading: Reading) -> tuple[Value, ...]:
    found = [v for p in places for v in (*reading.is_(p), *reading.under(p)) if v.kind == "country"]
    return tuple(found)


def _denials(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    against = any(lexicon.contrary(one, two) for one in clause.lemmas for two in other.lemmas) and not any(
        lexicon.same(one, two) for one in clause.lemmas for two in other.lemmas
    )
    if clause.negated == (other.negated != against) or _denied_alike(claim, evidence):
        return
    if clause.negated != other.negated:
        yield Finding(
            "denial", claim.words[clause.predicate].text, evidence.words[other.predicate].text, negated=other.negated
        )
    else:
        yield Finding("contrary", claim.words[clause.predicate].text, evidence.words[other.predicate].text)


def _denied_alike(claim: Reading, evidence: Reading) -> bool:
    """Whether a noun that both share has its own "no" in both: the predicates may then be different ones."""
    mine, others = ({r.words[w.head].lemma for w in r.words if w.text.lower() == "no"} for r in (claim, evidence))
    return any(lexicon.same(one, two) for one in mine for two in others)


def _doubts(place: int, other: int, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    there = doubts(other, evidence.words)
    here = doubts(place, claim.words) | _any_doubt(claim, place)
    if not all(_answers(kind, here) for kind in there):
        yield Finding("doubt", claim.words[place].text, _doubt_word(there, evidence), spoken="say" in there)


def _any_doubt(claim: Reading, place: int) -> frozenset[str]:
    """The doubts of a claim's words but for those that a predicate is said of: it may put them in any form."""
    below = {
        p
        for child in claim.words[place].children
        if not _leads(claim.words[child])
        for p in subtree(child, claim.words)
    }
    doubtful = (word for word in claim.words if word.place not in below)
    kinds = (lexicon.doubts(word.lemma) for word in doubtful if word.tag[:2] != "NN" or word.lemma in _DOUBT_NOUNS)
    return frozenset[str]().union(*kinds)


def _leads(word: Word) -> bool:
    """Whether a word stands over a predicate rather than under it: its subject, its modal verb, "in its view"."""
    return word.role in {"nsubj", "nsubjpass", "csubj", "aux", "advmod", "parataxis", "acomp", "neg"} or (
        word.role == "prep" and word.place == 0
    )


_DOUBT_NOUNS = frozenset(
    """
    hope goal aim purpose intention plan proposal demand call request allegation claim view opinion belief expectation
    prediction forecast risk chance possibility likelihood appeal offer accusation threat promise pledge commitment need
    stance position
    """.split()
)


def _answers(kind: str, here: frozenset[str]) -> bool:
    return bool(_ANSWERS[kind] & here)


def _doubt_word(kinds: frozenset[str], evidence: Reading) -> str:
    return next((word.text for word in evidence.words if lexicon.doubts(word.lemma) & kinds), "")


def _speakers(place: int, other: int, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    said = [v for p in speakers(place, claim.words) for v in (*claim.is_(p), *claim.under(p))]
    there = [v for p in speakers(other, evidence.words) for v in (*evidence.is_(p), *evidence.under(p))]
    if (
        said
        and there
        and not any(agrees(a, b) for a in said for b in there)
        and any(_rivals(a, b) for a in said for b in there)
    ):
        yield Finding("speaker", said[0].text, there[0].text)


# --- values that no clause pins down ----------------------------------------------------------------------------------


def _located(value: Value, claim: Reading, evidence: Reading, around: Around) -> Iterator[Finding]:
    """A value must stand in the sentence, or around it where the sentence has nothing else in its place."""
    same_kind = [other for other in evidence.values if other.kind == value.kind]
    exactly = _place_itself(value, claim)
    if any(agrees(value, other, exactly) for other in same_kind):
        if value.kind == "number":
            yield from _counted(value, claim, evidence)
        return
    if value.kind in {"name", "country"} and names(value, evidence.keys, exactly):
        return
    rivals = [other for other in same_kind if _instead(value, other, claim, evidence)]
    there = rivals[0].text if rivals and _spoken_of(value, claim, evidence) else ""
    elsewhere = claim.locative(value) or not (value.person and _refers_back(evidence))
    apart = bool(rivals) and (value.kind in {"date", "number"} or elsewhere)
    if apart or not _around(value, exactly, around, claim, evidence):
        yield Finding("value", value.text, there) if there else Finding("missing", value.text)


def _spoken_of(value: Value, claim: Reading, evidence: Reading) -> bool:
    """Whether the evidence says the same of something, so that another value there speaks against this one."""
    clause = claim.clause_at(value.place)
    return (
        value.kind == "number"
        or clause is None
        or any(_same_predicate(clause, other, claim, evidence) for other in evidence.clauses)
    )


def _place_itself(value: Value, claim: Reading) -> bool:
    """Whether a city is the place, not a government that sits there."""
    return claim.locative(value) or claim.words[value.place].role == "compound"


def _instead(value: Value, other: Value, claim: Reading, evidence: Reading) -> bool:
    """Whether the evidence has another value in place of one: a date, a count of the same, a place, a party."""
    if value.kind == "date":
        return True
    if value.kind == "number":
        counted, others = _noun(value, claim), _noun(other, evidence)
        return bool(counted and others and lexicon.same(counted, others))
    if claim.locative(value) != evidence.locative(other) and value.kind == "name":
        return False
    left_out = not any(agrees(mine, other) or agrees(other, mine) for mine in claim.values if mine.kind == other.kind)
    return left_out and _rivals(value, other)


def _around(value: Value, exactly: bool, around: Around, claim: Reading, evidence: Reading) -> bool:
    if value.kind == "date":
        return any(agrees(value, other) for other in around.dates)
    if value.kind == "number":
        number = anchor.number(value.text)
        parties = amount(value) == "2" and lexicon.same(_noun(value, claim), "side")  # "the two sides"
        return parties or (number is not None and number in around.keys)
    if claim.locative(value):
        return any(agrees(value, other, exactly) for other in around.places)
    if value.person and around.after and _introduced(value, evidence, around.after):
        return True
    # who is named in the sentences before must be meant by a word of this one that names nobody
    return names(value, around.keys, exactly) and _refers_back(evidence)


_BACK = frozenset("the this that these those both such they he she his her their its it him them each".split())


def _refers_back(evidence: Reading) -> bool:
    return any(word.lemma in _BACK and word.place not in evidence.stands_for for word in evidence.words)


def _introduced(value: Value, evidence: Reading, after: Reading) -> bool:
    """Whether the next sentence says that a person holds an office of this one: "the foreign ministers met"."""
    offices = [office.noun for office in _held(after) if agrees(value, office.holder)]
    elided = _held(after) if any(agrees(value, other) for other in after.own) else ()  # "and Lavrov was Russia's"
    return any(noun in evidence.lemmas for noun in (*offices, *(office.noun for office in elided)))


def _noun(value: Value, reading: Reading) -> str:
    """What a number counts."""
    word = reading.words[value.place]
    head = reading.words[word.head]
    if word.role in {"nummod", "amod", "det", "compound", "quantmod"} and head.tag.startswith("NN"):
        return head.lemma
    inner = [
        reading.words[p] for c in word.children if reading.words[c].role == "prep" for p in reading.words[c].children
    ]
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
    yield from (noun.place for noun in reading.words if value.place in misplaced(noun.place, reading.words))
    for clause in reading.clauses:
        if reading.words[clause.predicate].lemma == "be" and not clause.negated and value.place in clause.subject:
            yield from (p for p in clause.object if reading.words[p].tag == "NN")


def _same_office(fact: _Office, other: _Office) -> bool:
    owned = not (fact.owner and other.owner) or agrees(fact.owner, other.owner)
    which = not (fact.which and other.which) or any(lexicon.same(a, b) for a in fact.which for b in other.which)
    return owned and which


# --- without a clause in common ---------------------------------------------------------------------------------------


def _loose(clause: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Denial and doubt of a clause whose predicate the evidence puts into another word, by the nouns in common."""
    if clause.negated and not _negative(evidence) and not _opposed(claim, evidence):
        yield Finding("denial", claim.words[clause.predicate].text, _predicate(evidence))
        return
    for word in claim.words:
        if word.tag not in {"NN", "NNS"} or clause_of(word.place, claim.words) != clause.predicate:
            continue
        same = [other for other in evidence.words if _common(other) and lexicon.same(word.lemma, other.lemma)]
        found = [_loose_noun(word, other, claim, evidence) for other in same]
        if found and all(found):  # where one of them stands under no doubt, the claim may be of that one
            yield from filter(None, found[:1])


def _loose_noun(word: Word, other: Word, claim: Reading, evidence: Reading) -> Finding | None:
    kinds = doubts(other.place, evidence.words)
    if all(_answers(kind, _any_doubt(claim, word.place)) for kind in kinds):
        return None
    return Finding("doubt", word.text, _doubt_word(kinds, evidence), spoken="say" in kinds)


def _denied_nouns(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A noun that the evidence denies by its own "no", in a claim that denies nothing."""
    if any(clause.negated for clause in claim.clauses):
        return
    for other in (evidence.words[word.head] for word in evidence.words if word.text.lower() == "no"):
        found = [word for word in claim.words if _common(word) and lexicon.same(word.lemma, other.lemma)]
        if found and denied_noun(other.place, evidence.words):
            yield Finding("denial", found[0].text, other.text, negated=True)


def _negative(reading: Reading) -> bool:
    return any(clause.negated for clause in reading.clauses) or any(word.lemma in FAILING for word in reading.words)


def _opposed(claim: Reading, evidence: Reading) -> bool:
    return any(lexicon.contrary(one.lemma, two) for one in claim.words for two in evidence.lemmas)


def _predicate(reading: Reading) -> str:
    return next((reading.words[clause.predicate].text for clause in reading.clauses), "")


def _contraries(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """An adjective against its contrary of the same noun: "the Asian shore" and "the European shore"."""
    for word in claim.words:
        if word.role != "amod" or any(lexicon.same(word.lemma, lemma) for lemma in evidence.lemmas):
            continue
        for other in evidence.words:
            nouns = (claim.words[word.head].lemma, evidence.words[other.head].lemma)
            if other.role == "amod" and lexicon.contrary(word.lemma, other.lemma) and lexicon.same(*nouns):
                yield Finding("contrary", word.text, other.text)


_WHERE = frozenset("at in from to near".split())


def _elsewhere(claim: Reading, evidence: Reading, around: Around) -> Iterator[Finding]:
    """A place without a name, where the evidence has another one: "at the airport" and "at the palace"."""
    there = [(prep, evidence.words[p]) for clause in evidence.clauses for prep, p in _all_under(clause, evidence)]
    for prep, place in (item for clause in claim.clauses for item in _all_under(clause, claim)):
        noun = claim.words[place]
        if prep not in _WHERE or not _common(noun) or _covered(noun, evidence) or anchor.keys(noun.lemma) & around.keys:
            continue
        rivals = [other for preposition, other in there if preposition == prep and _common(other)]
        if rivals and not any(_covered(other, claim) for other in rivals):
            yield Finding("value", noun.text, rivals[0].text)


def _common(word: Word) -> bool:
    return word.tag in {"NN", "NNS"}


def _all_under(clause: Clause, reading: Reading) -> Iterator[tuple[str, int]]:
    """The clause's prepositions with their nouns, those after its subject and object too."""
    yield from clause.obliques
    for place in clause.subject + clause.object:
        for child in reading.words[place].children:
            if reading.words[child].role == "prep":
                yield from ((reading.words[child].lemma, p) for p in reading.words[child].children)


# --- how much is covered ----------------------------------------------------------------------------------------------


def _coverage(claim: Reading, evidence: Reading, around: Around) -> tuple[float, float]:
    """The shares of the claim's content words that the evidence accounts for: with its surroundings, and alone."""
    words = [word for word in claim.words if content(word, claim)]
    counted = words or _light(claim)
    own = [_covered(word, evidence) for word in counted]
    near = [
        max(mine, 0.7 * bool(anchor.keys(word.lemma) & around.keys)) for mine, word in zip(own, counted, strict=True)
    ]
    if not words:  # then its values are what it says; one that is not even around is a finding
        here = [float(_stands(value, evidence)) for value in claim.own]
        own, near = own + here, near + [1.0] * len(here)
    count = len(own) or 1
    return sum(near) / count, sum(own) / count


def _light(claim: Reading) -> list[Word]:
    """The verbs of a claim that has nothing but light ones."""
    return [word for word in claim.words if word.tag.startswith("VB") and word.lemma not in {"be", "have", "do"}]


def _stands(value: Value, evidence: Reading) -> bool:
    return any(agrees(value, other) for other in evidence.values) or (
        value.kind in {"name", "country"} and names(value, evidence.keys)
    )


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
