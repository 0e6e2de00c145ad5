"""One claim against one sentence of the evidence: what it says otherwise, what is missing, and how much is covered.

Not one score: names, numbers and dates are compared where they stand (who acts, who is acted upon, whose, where,
when), then what is denied, what is only said or hoped, and in whose words. What the claim puts into other words is
matched by word families and the lexicon.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rag import lexicon
from rag.check.coverage import coverage, stands, unsaid
from rag.check.findings import Around, Comparison, Finding
from rag.check.located import elsewhere, located
from rag.check.modality import denied_nouns, loose
from rag.check.owners import offices, owners
from rag.check.pairs import best
from rag.check.reading import Reading


def compare(claim: Reading, evidence: Reading, around: Around) -> Comparison:
    """Return what a claim says that the evidence does not bear out."""
    pairs = [best(clause, claim, evidence, around.keys) for clause in claim.clauses]
    findings = [finding for pair in pairs for finding in pair.findings]
    pinned = frozenset().union(*(pair.values for pair in pairs))
    findings += [f for value in claim.own if value not in pinned for f in located(value, claim, evidence, around)]
    findings += owners(claim, evidence)
    findings += offices(claim, evidence)
    unpaired = [clause for pair, clause in zip(pairs, claim.clauses, strict=True) if not pair.evidence]
    findings += [finding for clause in unpaired for finding in loose(clause, claim, evidence)]
    findings += denied_nouns(claim, evidence)
    findings += _contraries(claim, evidence)
    findings += elsewhere(claim, evidence, around)
    covered, own = coverage(claim, evidence, around)
    return Comparison(
        _distinct(findings),
        covered,
        own,
        any(pair.evidence for pair in pairs),
        sum(pair.agreeing for pair in pairs),
        unsaid(claim, evidence),
        len(claim.own),
        sum(stands(value, evidence) for value in claim.own),
    )


def _distinct(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings without those that another one says more fully, or in another way."""
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda finding: (-len(finding.said), finding.kind != "speaker")):
        if not any(finding.said in other.said for other in kept):
            kept.append(finding)
    return tuple(sorted(kept, key=lambda finding: not finding.contradicts))


def _contraries(claim: Reading, evidence: Reading) -> Iterator[Finding]:
    """An adjective against its contrary of the same noun: "the Asian shore" and "the European shore"."""
    for word in claim.words:
        if word.role != "amod" or any(lexicon.same(word.lemma, lemma) for lemma in evidence.lemmas):
            continue
        for other in evidence.words:
            nouns = (claim.words[word.head].lemma, evidence.words[other.head].lemma)
            if other.role == "amod" and lexicon.contrary(word.lemma, other.lemma) and lexicon.same(*nouns):
                yield Finding("contrary", word.text, other.text)
