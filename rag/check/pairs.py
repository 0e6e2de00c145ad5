"""A claim clause by clause: the clause of the evidence that says the same, and what the two say of whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag import lexicon
from rag.check.clauses import COPULAS, Clause, akin
from rag.check.coverage import common_noun, covered_word
from rag.check.findings import Finding
from rag.check.modality import denials, doubts_dropped, other_speakers
from rag.check.reading import Reading, earlier
from rag.check.values import Value, agrees, rivals
from rag.grammar import Word

_MUTUAL = frozenset("meet talk negotiate discuss agree speak fight hold sign be marry compete play".split())


@dataclass(frozen=True, slots=True)
class Pair:
    evidence: Clause | None
    findings: tuple[Finding, ...] = ()
    values: frozenset[Value] = frozenset()  # values of the claim that this pair accounts for or finds contradicted
    agreeing: int = 0


def best(clause: Clause, claim: Reading, evidence: Reading, around: frozenset[str]) -> Pair:
    """The clause of the evidence with the same predicate that agrees best."""
    others = [other for other in evidence.clauses if same_predicate(clause, other, claim, evidence)]
    exactly = [other for other in others if clause.lemmas & other.lemmas]
    alike = exactly or [other for other in others if akin(clause, other)]
    pairs = [_pair(clause, other, claim, evidence, around) for other in alike or others]
    agreeing = [pair for pair in pairs if pair.agreeing]
    pairs = agreeing or (pairs if alike else [])  # the contrary of something else is none
    return min(pairs, key=lambda pair: (len(pair.findings), -pair.agreeing), default=Pair(None))


def same_predicate(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> bool:
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


def _pair(clause: Clause, other: Clause, claim: Reading, evidence: Reading, around: frozenset[str]) -> Pair:
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
            elif others := [found for found in there if rivals(value, found)]:
                pinned.add(value)
                findings.append(Finding("value", value.text, others[0].text))
            elif not _either_way(clause, other, claim, evidence) and any(agrees(value, found) for found in across):
                pinned.add(value)
                findings.append(Finding("value", value.text, there[0].text if there else ""))
        agreeing += _shared_heads(getattr(clause, slot), _slot(other, slot, evidence), claim, evidence)
    under, there_under = ([p for _, p in item.obliques] for item in (clause, other))
    agreeing += _shared_heads(under, there_under, claim, evidence)
    findings += _unnamed(clause, other, claim, evidence)
    findings += _parties(clause, other, claim, evidence)
    findings += _others(clause, other, claim, evidence)
    findings += denials(clause, other, claim, evidence)
    findings += doubts_dropped(clause.predicate, other.predicate, claim, evidence)
    findings += other_speakers(clause.predicate, other.predicate, claim, evidence, around)
    return Pair(other, tuple(findings), frozenset(pinned), agreeing)


def _either_way(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> bool:
    """Whether who is named before and who after the verb may change places."""
    verbs = claim.words[clause.predicate].lemma, evidence.words[other.predicate].lemma
    alone = not (clause.subject or other.object) or not (clause.object or other.subject)  # "is situated" and "lies"
    return alone or bool(clause.lemmas & _MUTUAL) or any(lexicon.light(verb) or verb in COPULAS for verb in verbs)


_ACROSS = {"subject": "object", "object": "subject"}


def _slot(clause: Clause, slot: str, reading: Reading) -> tuple[int, ...]:
    """Who acts, or who is acted upon; both of "is", which may be turned round."""
    if reading.words[clause.predicate].lemma in COPULAS:
        return clause.subject + clause.object
    return clause.subject if slot == "subject" else clause.object


def _shared_heads(places: Sequence[int], others: Sequence[int], claim: Reading, evidence: Reading) -> int:
    return sum(
        any(lexicon.same(claim.words[p].lemma, evidence.words[o].lemma) for o in others)
        for p in places
        if claim.words[p].tag in {"NN", "NNS"}
    )


def _unnamed(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Somebody named, where the evidence has others without a name: "Zelenskyy hopes" and "observers hope"."""
    there = [evidence.words[place] for place in _slot(other, "subject", evidence)]
    if not there or not all(_indefinite(word, evidence) for word in there):
        return
    yield from (Finding("value", v.text, there[0].text) for v in claim.all_at(clause.subject) if v.person)


def _indefinite(word: Word, reading: Reading) -> bool:
    """Whether a noun names nobody and refers to nobody: "observers", "another user"."""
    before = [reading.words[c] for c in word.children]
    marked = any(other.lemma in _INDEFINITE for other in before)
    alone = word.tag == "NNS" and not any(other.role in {"det", "poss", "nummod", "appos"} for other in before)
    return (
        word.role in {"nsubj", "nsubjpass"}
        and common_noun(word)
        and not reading.is_(word.place)
        and not reading.under(word.place)
        and (marked or alone)
    )


_INDEFINITE = frozenset("a an another some".split())


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
    known = frozenset[str]().union(*(reading.lemmas for reading in earlier(evidence)))
    for word in (claim.words[place] for place in clause.subject):
        if not common_noun(word) or covered_word(word, evidence) or claim.is_(word.place):
            continue
        name = word.place == 0 and word.tag == "NN" and not any(claim.words[c].role == "det" for c in word.children)
        named = name and any(evidence.is_(o.place) for o in there)  # a name that the grammar took for a noun
        if named or any(lexicon.same(word.lemma, lemma) for lemma in known):
            yield Finding("value", word.text, there[0].text)


def _countries(places: Sequence[int], reading: Reading) -> tuple[Value, ...]:
    found = [v for p in places for v in (*reading.is_(p), *reading.under(p)) if v.kind == "country"]
    return tuple(found)
