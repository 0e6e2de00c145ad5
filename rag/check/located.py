"""The values and places of a claim that no clause pins down: they must stand in the sentence or around it."""

from __future__ import annotations

from collections.abc import Iterator

from rag import anchor, lexicon
from rag.check.clauses import Clause, clause_of, conjuncts
from rag.check.coverage import common_noun, covered_word, stands
from rag.check.findings import Around, Finding
from rag.check.owners import held
from rag.check.pairs import same_predicate
from rag.check.reading import Reading, earlier, refers, surely_person
from rag.check.values import Value, agrees, amount, first_names_known, names, rivals


def located(value: Value, claim: Reading, evidence: Reading, around: Around) -> Iterator[Finding]:
    """A value must stand in the sentence, or around it where the sentence has nothing else in its place."""
    same_kind = [other for other in evidence.values if other.kind == value.kind]
    exactly = _place_itself(value, claim)
    if stands(value, evidence, exactly):
        if value.kind == "number":
            yield from _counted(value, claim, evidence)
        if value.kind == "date":
            yield from _dated(value, claim, evidence)
        return
    instead = [other for other in same_kind if _instead(value, other, claim, evidence)]
    there = instead[0].text if instead and _spoken_of(value, claim, evidence) else ""
    elsewhere = claim.locative(value) or not (value.person and _refers_back(value, evidence))
    apart = bool(instead) and (value.kind in {"date", "number"} or elsewhere)
    if apart or not _around(value, exactly, around, claim, evidence):
        yield Finding("value", value.text, there) if there else Finding("missing", value.text)


def _spoken_of(value: Value, claim: Reading, evidence: Reading) -> bool:
    """Whether the evidence says the same of something, so that another value there speaks against this one."""
    clause = claim.clause_at(value.place)
    return (
        value.kind == "number"
        or clause is None
        or any(same_predicate(clause, other, claim, evidence) for other in evidence.clauses)
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
    return left_out and rivals(value, other)


def _around(value: Value, exactly: bool, around: Around, claim: Reading, evidence: Reading) -> bool:
    if value.kind == "date":
        return any(agrees(value, other) for other in around.dates)
    if value.kind == "number":
        return _listed(value, claim, evidence) or _numbered(value, around, claim, evidence)
    if claim.locative(value):
        return any(agrees(value, other, exactly) for other in around.places)
    if value.person and around.after and _introduced(value, evidence, around.after):
        return True
    # who is named in the sentences before must be meant by a word of this one that names nobody
    known = names(value, around.keys, exactly) and first_names_known(value, around.keys)
    return (
        known
        and _refers_back(value, evidence)
        and (claim.words[value.place].role == "compound" or not _held_by_others(value, evidence, around))
    )


def _numbered(value: Value, around: Around, claim: Reading, evidence: Reading) -> bool:
    if anchor.ordinal(value.text):
        before = (other for reading in earlier(evidence) for other in reading.own)
        return any(anchor.ordinal(other.text) and agrees(value, other) for other in before)
    parties = amount(value) == "2" and lexicon.same(_noun(value, claim), "side")  # "the two sides"
    number = anchor.number(value.text)
    return parties or (number is not None and number in around.keys)


def _listed(value: Value, claim: Reading, evidence: Reading) -> bool:
    """Whether a number counts names that stand side by side: "the two countries", "three states: Britain, ..."."""
    runs = [
        [v for place in conjuncts(word.place, reading.words) for v in reading.is_(place)]
        for reading in (claim, evidence)
        for word in reading.words
        if word.role != "conj"
    ]
    return bool(_noun(value, claim)) and any(len(run) > 1 and str(len(run)) == amount(value) for run in runs)


def _refers_back(value: Value, evidence: Reading) -> bool:
    return any(refers(word, evidence, surely_person(value)) for word in evidence.words)


def _held_by_others(value: Value, evidence: Reading, around: Around) -> bool:
    """Whether others are known to hold the office that the sentence speaks of: "the foreign ministers met"."""
    readings = (evidence, *earlier(evidence), *filter(None, [around.after]))
    known = [office for reading in readings for office in held(reading)]
    offices = [office for office in known if office.noun in evidence.lemmas]
    return value.person and bool(offices) and not any(agrees(value, office.holder) for office in offices)


def _introduced(value: Value, evidence: Reading, after: Reading) -> bool:
    """Whether the next sentence says that a person holds an office of this one: "the foreign ministers met"."""
    offices = [office.noun for office in held(after) if agrees(value, office.holder)]
    elided = held(after) if any(agrees(value, other) for other in after.own) else ()  # "and Lavrov was Russia's"
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


def _dated(value: Value, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A date that stands in the evidence must be that of the same event, where others have dates of their own."""
    alone = sum(other.kind == "date" for other in claim.own) == 1
    mine = [clause for clause in claim.clauses if alone or clause == claim.clause_at(value.place)]
    own = [_date_of(other, evidence) for other in evidence.clauses if any(_says(clause, other) for clause in mine)]
    if own and all(dates and not any(agrees(value, date) for date in dates) for dates in own):
        yield Finding("value", value.text, own[0][0].text)
    turns = [other for other in evidence.own if other.person or other.kind == "date"]
    in_turn = len(turns) >= 4 and all(other.person != (place % 2 == 1) for place, other in enumerate(turns))
    if in_turn:  # "by Pasha in 1551 and by Branca in 1629"
        theirs = [date for who, date in zip(turns[::2], turns[1::2], strict=False)
                  for mine in claim.own if mine.person and agrees(mine, who)]  # fmt: skip
        if theirs and not any(agrees(value, date) for date in theirs):
            yield Finding("value", value.text, theirs[0].text)


def _says(clause: Clause, other: Clause) -> bool:
    pairs = ((one, two) for one in clause.lemmas for two in other.lemmas)
    return any(lexicon.same(one, two) and not lexicon.light(one) for one, two in pairs)


def _date_of(clause: Clause, reading: Reading) -> list[Value]:
    dates = [value for value in reading.own if value.kind == "date"]
    return [date for date in dates if clause_of(date.place, reading.words) == clause.predicate]


def _counted(value: Value, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A number that stands in the evidence must count the same: not "1,000 soldiers" for "1,000 prisoners"."""
    noun = _noun(value, claim)
    counted = [
        (_noun(other, evidence), other)
        for other in evidence.values
        if other.kind == "number" and anchor.ordinal(other.text) == anchor.ordinal(value.text)
    ]
    mine = [other for other_noun, other in counted if other_noun and noun and lexicon.same(noun, other_noun)]
    if mine and not any(agrees(value, other) for other in mine):
        yield Finding("value", f"{value.text} {noun}", f"{mine[0].text} {noun}")


_TIMES = frozenset(
    "year month week day time middle beginning end start century decade morning evening hour moment period age".split()
)
_WHERE = frozenset("at in from to near".split())


def elsewhere(claim: Reading, evidence: Reading, around: Around) -> Iterator[Finding]:
    """A place without a name, where the evidence has another one: "at the airport" and "at the palace"."""
    there = [(prep, evidence.words[place]) for prep, place in _prepositions(evidence)]
    for prep, place in _prepositions(claim):
        noun = claim.words[place]
        if (
            prep not in _WHERE
            or not common_noun(noun)
            or covered_word(noun, evidence)
            or anchor.keys(noun.lemma) & around.keys
        ):
            continue
        named = [other for preposition, other in there if preposition == prep and evidence.is_(other.place)]
        if named and prep == "at":
            yield Finding("value", noun.text, named[0].text)
        others = [other for preposition, other in there if preposition == prep and common_noun(other)]
        if others and not any(covered_word(other, claim) for other in others):
            yield Finding("value", noun.text, others[0].text)


def _prepositions(reading: Reading) -> list[tuple[str, int]]:
    """The prepositions of a sentence with the words under them that tell no time."""
    placed = (word for word in reading.words if word.role == "pobj" and word.lemma not in _TIMES)
    return [(reading.words[word.head].lemma, word.place) for word in placed]
