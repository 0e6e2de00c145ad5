"""A claim against a choice of sentences: which bears it out, which speaks against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from rag import anchor
from rag.check.clauses import subtree
from rag.check.compare import compare
from rag.check.findings import Around, Comparison
from rag.check.reading import Reading, bare, earlier, read
from rag.check.values import Value, values
from rag.grammar import parse
from rag.surroundings import surrounding
from rag.types import Evidence

Embed = Callable[[list[str]], list[list[float]]]  # unit vectors of texts

COVERED = 0.6  # share of a claim's content words that its evidence must account for, by development claims
OWN = 0.4  # ... and the sentence alone, without those around it
_ALIKE = 0.7  # cosine from which a sentence counts as saying the same in other words, if nothing speaks against it
_FAR = 0.3  # cosine below which a sentence speaks of something else, if no clause of it matches
_BARE = 0.82  # ... and without its names, so that it is not they that make the two alike
_HALF = 0.34  # share that must be covered all the same
_NEAREST = 8  # sentences that are compared with a claim


@dataclass(frozen=True, slots=True)
class Judged:
    """One sentence of the evidence as a claim's support."""

    evidence: Evidence
    comparison: Comparison
    alike: float  # cosine of claim and sentence, 0 where nobody asked
    bare: float = 0.0  # the same without their names, dates and numbers, by the nearest clause of the sentence

    @property
    def supports(self) -> bool:
        """Whether the sentence says what the claim says."""
        return not self.comparison.findings and self.covers

    @property
    def covers(self) -> bool:
        """Whether it says enough of it, whatever speaks against it."""
        covered, own = self.comparison.covered, self.comparison.own
        if self.alike >= _ALIKE and self.bare >= _BARE:
            return True
        unnamed = self.comparison.named and not self.comparison.standing and self.alike < OWN
        elsewhere = 0 < self.alike < _FAR or unnamed
        if elsewhere and not self.comparison.aligned:
            return False
        enough = (covered >= COVERED and own >= OWN) or (self.alike >= _ALIKE and covered >= _HALF)
        return enough and not self.comparison.unsaid

    @property
    def contradicts(self) -> bool:
        """Whether the sentence says something else of the same."""
        found = self.comparison.findings
        against = [finding for finding in found if finding.contradicts and finding.kind != "doubt"]
        enough = self.comparison.covered >= COVERED or self.alike >= _ALIKE
        return bool(against) and len(found) <= 2 and enough and self.comparison.agreeing > 0

    @property
    def strength(self) -> float:
        """For choosing among sentences: little against it, much covered."""
        return self.comparison.covered + self.comparison.own + self.alike - 0.8 * len(self.comparison.findings)


def judge(claim: Reading, evidence: Sequence[Evidence], embed: Embed | None = None) -> list[Judged]:
    """Compare a claim with each sentence, the best first; `embed` counts likeness in meaning too."""
    alike = _likeness(claim.text, evidence, embed)
    judged = [_judged(claim, item, near, embed) for item, near in zip(evidence, alike, strict=True)]
    return sorted(judged, key=lambda item: (not item.supports, -item.strength))


def _judged(claim: Reading, item: Evidence, alike: float, embed: Embed | None) -> Judged:
    reading, around = _in_context(item)
    judged = Judged(item, compare(claim, reading, around), alike)
    if embed is None or judged.comparison.findings or judged.covers or alike < _ALIKE:
        return judged  # nothing that likeness could decide
    return replace(judged, bare=_bare_likeness(claim, reading, embed))


def _bare_likeness(claim: Reading, evidence: Reading, embed: Embed) -> float:
    """Cosine of a claim and the nearest clause of the sentence, or the whole of it, without what they name."""
    clauses = [frozenset(subtree(clause.predicate, evidence.words)) for clause in evidence.clauses]
    first, *others = np.asarray(embed([bare(claim), bare(evidence), *(bare(evidence, places) for places in clauses)]))
    return max(float(first @ other) for other in others)


def nearest(claim: Reading, evidence: Sequence[Evidence]) -> list[Evidence]:
    """The sentences that share most with a claim."""
    keys = anchor.keys(claim.text).union(*(value.keys for value in claim.values))
    weighed = [(_shared(keys, item), -item.number, item) for item in evidence]
    return [item for _, _, item in sorted(weighed, reverse=True)[:_NEAREST]]


def _shared(keys: frozenset[str], item: Evidence) -> float:
    around, place = surrounding(item)
    return len(keys & around.own[place]) + 0.5 * len(keys & around.near(place))


def _in_context(item: Evidence) -> tuple[Reading, Around]:
    surroundings, place = surrounding(item)
    reading = read((*surroundings.before(place), item.sentence.text))
    following = item.passage.sentences[place + 1 : place + 2]
    after = read((item.sentence.text, following[0].text)) if following else None
    title = read((item.passage.title,))
    dates, places = tuple(_dates(reading, title, item)), tuple(_places(reading, title))
    return reading, Around(surroundings.near(place), dates, places, after)


def _dates(reading: Reading, title: Reading, item: Evidence) -> Iterator[Value]:
    """The dates of the sentences before and of the title; the document's own where none of them names a year."""
    found = [value for other in (*earlier(reading), title) for value in other.own if value.kind == "date"]
    yield from found
    if item.passage.date and not any(value.date[0] for value in (*found, *reading.own)):
        yield from values(parse(anchor.spelt_out(item.passage.date)))


def _places(reading: Reading, title: Reading) -> Iterator[Value]:
    for other in (*earlier(reading), title):
        yield from (value for value in other.values if other.locative(value) or _in_list(other))


def _in_list(reading: Reading) -> bool:
    """Whether a heading names it: no verb says what it is there."""
    return not any(word.tag.startswith("VB") for word in reading.words)


def _likeness(text: str, evidence: Sequence[Evidence], embed: Embed | None) -> list[float]:
    if embed is None or not evidence:
        return [0.0] * len(evidence)
    first, *others = np.asarray(embed([text, *(item.sentence.text for item in evidence)]))
    return [float(first @ other) for other in others]


def bears_out(judged: Sequence[Judged]) -> list[Evidence]:
    """The sentences that a claim rests on: one that supports it, or several that do so together; [] where none do.

    Together: none of them speaks against it, what one does not mention another does, and they cover it.
    """
    if single := [item.evidence for item in judged if item.supports]:
        return single
    used = [item for item in judged if item.comparison.own >= OWN / 2]
    if len(used) < 2 or frozenset.intersection(*(frozenset(item.comparison.unsaid) for item in used)):
        return []
    if any(finding.contradicts for item in used for finding in item.comparison.findings):
        return []
    missing = [frozenset(item.comparison.findings) for item in used]
    covered = sum(item.comparison.own for item in used)
    return [item.evidence for item in used] if not frozenset.intersection(*missing) and covered >= COVERED + OWN else []
