"""What a claim denies, asserts or puts into a mouth, against what its evidence does: denial, doubt, speaker."""

from __future__ import annotations

from collections.abc import Iterator

from rag import lexicon
from rag.check.clauses import FAILING, Clause, akin, clause_of, conjuncts, denied_noun, doubts, speakers, subtree
from rag.check.coverage import common_noun
from rag.check.findings import Finding
from rag.check.reading import Reading, refers
from rag.check.values import agrees, names
from rag.grammar import Word

_ANSWERS = {  # the doubts of a claim that keep a doubt of the evidence
    "may": {"may", "expect"},
    "expect": {"may", "expect", "think"},
    "say": {"say", "think", "expect"},
    "think": {"say", "think", "may", "expect"},
    "want": {"want", "expect"},
}


def denials(clause: Clause, other: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    contrary = any(lexicon.contrary(one, two) for one in clause.lemmas for two in other.lemmas)
    against = contrary and not akin(clause, other)
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


def doubts_dropped(place: int, other: int, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    there = doubts(other, evidence.words)
    here = doubts(place, claim.words) | _any_doubt(claim, place) | _led_in(claim)
    if not all(_answers(kind, here) for kind in there):
        yield Finding("doubt", claim.words[place].text, _doubt_word(there, evidence), spoken="say" in there)


def _led_in(claim: Reading) -> frozenset[str]:
    """That the whole claim stands in somebody's words: "For Ukraine, ...", "..., according to Ukraine"."""
    root = next(word.place for word in claim.words if word.head == word.place)
    return doubts(root, claim.words) & {"say", "think"}


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
    return _phrases(claim) | frozenset[str]().union(*kinds)


def _phrases(claim: Reading) -> frozenset[str]:
    """The doubts that two words of a claim cast together: "had to be settled", "was taken as a sign"."""
    pairs = {(claim.words[word.head].lemma, word.role if word.role == "xcomp" else word.lemma) for word in claim.words}
    had, taken = ("have", "xcomp") in pairs, ("take", "as") in pairs
    held = any(w.role == "ccomp" and claim.words[w.head].lemma == "hold" for w in claim.words)
    return frozenset({*(["want"] if had else []), *(["think"] if taken or held else [])})


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


def other_speakers(
    place: int, other: int, claim: Reading, evidence: Reading, around: frozenset[str]
) -> Iterator[Finding]:
    """Somebody in whose words the claim puts it, and in whose words the evidence does not."""
    said, there = speakers(place, claim.words), speakers(other, evidence.words)
    heard = there or tuple(p for clause in evidence.clauses for p in clause.subject)
    if said and not any(_same_voice(one, two, claim, evidence, around) for one in said for two in heard):
        yield Finding("speaker", _voice(said[0], claim), _voice(there[0], evidence) if there else "")


def _same_voice(one: int, two: int, claim: Reading, evidence: Reading, around: frozenset[str]) -> bool:
    """Whether a speaker may be another: the same name or noun, or a pronoun or "the company" that names nobody."""
    mine, others = ([v for p in conjuncts(place, r.words) for v in (*r.is_(p), *r.under(p))]
                    for place, r in ((one, claim), (two, evidence)))  # fmt: skip
    if mine and others:
        return any(agrees(a, b) for a in mine for b in others)
    nouns = claim.words[one], evidence.words[two]
    if any(word.tag.startswith("PR") for word in nouns):
        return True
    if not mine:
        return lexicon.same(nouns[0].lemma, nouns[1].lemma)
    return refers(nouns[1], evidence) and any(names(value, around) for value in mine)


def _voice(place: int, reading: Reading) -> str:
    values = reading.is_(place)
    return values[0].text if values else reading.words[place].text


# --- without a clause in common ---------------------------------------------------------------------------------------


def loose(clause: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """Denial and doubt of a clause whose predicate the evidence puts into another word, by the nouns in common."""
    if clause.negated and not _negative(evidence) and not _opposed(claim, evidence):
        yield Finding("denial", claim.words[clause.predicate].text, _predicate(evidence))
        return
    yield from _contrary_noun(clause, claim, evidence)
    for word in claim.words:
        if word.tag not in {"NN", "NNS"} or clause_of(word.place, claim.words) != clause.predicate:
            continue
        same = [other for other in evidence.words if common_noun(other) and lexicon.same(word.lemma, other.lemma)]
        if any(_granted(other, evidence) for other in same):
            continue
        found = [_loose_noun(word, other, claim, evidence) for other in same]
        if found and all(found):  # where one of them stands under no doubt, the claim may be of that one
            yield from filter(None, found[:1])


def _contrary_noun(clause: Clause, claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A noun that denies what is asserted: "came", where the evidence speaks of an absence."""
    if clause.negated or any(lexicon.same(one, two) for one in clause.lemmas for two in evidence.terms):
        return
    nouns = [word for word in evidence.words if common_noun(word)]
    against = [word for word in nouns if any(lexicon.contrary(lemma, word.lemma) for lemma in clause.lemmas)]
    yield from (Finding("contrary", claim.words[clause.predicate].text, word.text) for word in against[:1])


def _granted(word: Word, evidence: Reading) -> bool:
    """Whether a noun is taken for granted wherever it stands: "its candidate, Morsi", "the deal that they reached"."""
    roles = {evidence.words[c].role for c in word.children}
    return bool(roles & {"appos"}) or {"det", "relcl"} <= roles


def _loose_noun(word: Word, other: Word, claim: Reading, evidence: Reading) -> Finding | None:
    kinds = doubts(other.place, evidence.words)
    if all(_answers(kind, _any_doubt(claim, word.place)) for kind in kinds):
        return None
    return Finding("doubt", word.text, _doubt_word(kinds, evidence), spoken="say" in kinds)


def denied_nouns(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """A noun that the evidence denies by its own "no" or as "not any", in a claim that denies nothing."""
    if any(clause.negated for clause in claim.clauses):
        return
    for other in (evidence.words[word.head] for word in evidence.words if word.text.lower() in {"no", "any"}):
        found = [word for word in claim.words if common_noun(word) and lexicon.same(word.lemma, other.lemma)]
        if found and denied_noun(other.place, evidence.words):
            yield Finding("denial", found[0].text, other.text, negated=True)


def _negative(reading: Reading) -> bool:
    return any(clause.negated for clause in reading.clauses) or any(word.lemma in FAILING for word in reading.words)


def _opposed(claim: Reading, evidence: Reading) -> bool:
    return any(lexicon.contrary(one.lemma, two) for one in claim.words for two in evidence.lemmas)


def _predicate(reading: Reading) -> str:
    return next((reading.words[clause.predicate].text for clause in reading.clauses), "")
