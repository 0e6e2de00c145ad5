"""How much of a claim a sentence accounts for: its content words, by word families, the lexicon and WordNet."""

from __future__ import annotations

from collections.abc import Iterator

from rag import anchor, lexicon
from rag.check.clauses import Clause, terms, within
from rag.check.findings import Around
from rag.check.reading import Reading, refers
from rag.check.values import Value, agrees, names
from rag.grammar import Word

_BLAND = frozenset(  # verbs that say little beside what they are said of
    """
    put serve see keep need let mean become undergo remain stand draw rank mark last witness lie show prove happen come
    """.split()
)
_CONTENT = ("NN", "VB", "JJ", "RB")
_STOP = frozenset(
    """
    be have do take place get make go not also too then there here however instead still even so very more most
    nevertheless several many few time afterwards therefore thus such other same own well as ever yet that up out off
    """.split()
)


def coverage(claim: Reading, evidence: Reading, around: Around) -> tuple[float, float]:
    """The shares of the claim's content words that the evidence accounts for: with its surroundings, and alone."""
    words = [word for word in claim.words if content(word, claim)]
    named = [word for word in words if not refers(word, claim)]  # "the team" only says who
    words = words if len(named) == 1 else named
    counted = words or _light(claim)
    own = [covered_word(word, evidence, claim) for word in counted]
    near = [
        max(mine, 0.7 * bool(anchor.keys(word.lemma) & around.keys)) for mine, word in zip(own, counted, strict=True)
    ]
    if not words:  # then its values are what it says; one that is not even around is a finding
        here = [float(stands(value, evidence)) for value in claim.own]
        own, near = own + here, near + [1.0] * len(here)
    count = len(own) or 1
    return sum(near) / count, sum(own) / count


def _light(claim: Reading) -> list[Word]:
    """The verbs of a claim that has nothing but light ones."""
    return [word for word in claim.words if word.tag.startswith("VB") and word.lemma not in {"be", "have", "do"}]


def stands(value: Value, evidence: Reading, exactly: bool = False) -> bool:
    """Whether evidence speaks of a value; where it has a name of the same last name, that one decides."""
    if any(agrees(value, other, exactly) for other in evidence.values):
        return True
    alike = any(names(value, other.keys) for other in evidence.values)
    return value.kind in {"name", "country"} and names(value, evidence.keys, exactly) and not (value.person and alike)


def content(word: Word, reading: Reading) -> bool:
    """Whether a word says something that evidence must bear out, and is no value."""
    if not word.tag.startswith(_CONTENT) or word.role in {"aux", "auxpass", "neg"} or word.lemma in _STOP:
        return False
    if word.lemma in _BLAND or (lexicon.same(word.lemma, "side") and reading.under(word.place)):
        return False  # "Russian negotiators" are Russia
    named = any(value.first <= word.place <= value.place for value in reading.own)
    return not named and not within(word.place, reading.words)


def covered_word(word: Word, evidence: Reading, claim: Reading | None = None) -> float:
    """How far the evidence accounts for a word of a claim: 1 fully, 0.8 by its contrary, 0 not at all."""
    looked_up = terms(word.place, claim.words) if claim else frozenset({word.lemma})
    if any(len(term.split()) == 1 and anchor.keys(term) & evidence.keys for term in looked_up):
        return 1.0
    if any(lexicon.follows(term, other) for term in looked_up for other in evidence.terms):
        return 1.0
    return 0.8 if any(lexicon.contrary(term, other) for term in looked_up for other in evidence.terms) else 0.0


def unsaid(claim: Reading, evidence: Reading) -> tuple[str, ...]:
    """The predicates of a claim that no word of the evidence bears out."""
    predicates = [clause.predicate for clause in claim.clauses if not _borne_out(clause, claim, evidence)]
    wanted = [place for clause in claim.clauses for place in _wanted(clause, claim)]
    predicates += [place for place in wanted if not covered_word(claim.words[place], evidence, claim)]
    return tuple(claim.words[place].text for place in predicates)


def _wanted(clause: Clause, claim: Reading) -> Iterator[int]:
    """The nouns that say what somebody calls for, proposes or refuses: they are what is said."""
    if "want" in lexicon.doubts(claim.words[clause.predicate].lemma):
        places = (*clause.object, *(place for preposition, place in clause.obliques if preposition == "for"))
        yield from (place for place in places if common_noun(claim.words[place]) and content(claim.words[place], claim))


def _borne_out(clause: Clause, claim: Reading, evidence: Reading) -> bool:
    word = claim.words[clause.predicate]
    if (
        claim.is_(word.place)
        or not word.tag.startswith("VB")
        or word.lemma in _STOP | _BLAND
        or lexicon.light(word.lemma)
    ):
        return True
    if any(claim.words[c].role in {"xcomp", "ccomp"} for c in word.children) and lexicon.doubts(word.lemma):
        return True  # "needs to", "is meant to": then what is needed counts, and the need as a doubt
    if any(lexicon.follows(term, other) for term in clause.lemmas for other in evidence.terms):
        return True
    spoken = lexicon.doubts(word.lemma) & {"say", "think"}
    if any(spoken & lexicon.doubts(other) for other in evidence.lemmas):
        return True
    denied = clause.negated or any(other.negated for other in evidence.clauses)
    return denied and any(lexicon.contrary(term, other) for term in clause.lemmas for other in evidence.terms)


def common_noun(word: Word) -> bool:
    """Whether a word is a noun and no name."""
    return word.tag in {"NN", "NNS"}
