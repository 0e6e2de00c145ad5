"""What cannot have happened: who was not there did nothing there, and what did not take place had no course."""

from __future__ import annotations

from rag import lexicon
from rag.check.clauses import Clause, doubts, inside, subtree
from rag.check.reading import Reading, read
from rag.check.values import Value, agrees, names
from rag.surroundings import surrounding
from rag.types import Evidence

_COME = "come"
_AWAY = frozenset("skip miss boycott absent absence avoid".split()) | {"stay away", "keep away"}
_THERE = frozenset(  # what only somebody who is there can do
    """
    open come attend arrive appear join participate enter leave depart quit exit stay sit stand wait speak address talk
    say tell ask answer interrupt shout laugh cry smile shake greet hug embrace meet sign negotiate debate host
    chair walk storm rush run return vote perform play sing dance eat drink dine sleep bring present deliver give
    receive accept
    """.split()
)
_HELD = frozenset("happen occur hold convene proceed".split()) | {"take place", "go ahead"}
_OFF = frozenset("cancel cancellation scrap abandon".split()) | {"call off"}
_EVENTS = frozenset(
    """
    meeting talk talks negotiation summit conference session round ceremony gathering event hearing trial debate match
    game concert show performance dinner lunch reception party funeral wedding festival election vote visit congress
    assembly parliament signing interview rally race final festival premiere launch inauguration
    """.split()
)


def ruled_out(claim: Reading, item: Evidence) -> bool:
    """Whether a sentence plainly says what makes a claim impossible: its actor was not there, its event was not."""
    around, place = surrounding(item)
    reading = read((*around.before(place), item.sentence.text))
    if not _same_occasion(claim, reading, around.whole):
        return False
    return any(
        _kept_away(clause, other, claim, reading) or _never_held(clause, other, claim, reading)
        for clause in claim.clauses[:1]
        for other in reading.clauses
        if not clause.negated and not doubts(other.predicate, reading.words)
    )


def _same_occasion(claim: Reading, reading: Reading, near: frozenset[str]) -> bool:
    """Whether all that a claim names is spoken of around the sentence, and its places and dates are the sentence's."""
    for value in claim.own:
        exact = value.kind == "date" or claim.locative(value)
        same = [other for other in reading.values if other.kind == value.kind and (not exact or _where(other, reading))]
        if exact and same:
            if not any(agrees(value, other) for other in same):
                return False
        elif not names(value, near, exactly=exact):
            return False
    return True


def _where(value: Value, reading: Reading) -> bool:
    return value.kind == "date" or reading.locative(value)


def _kept_away(clause: Clause, other: Clause, claim: Reading, reading: Reading) -> bool:
    """Whether the one who acts in the claim did not come, by the sentence, to where the claim has them act."""
    here, there = claim.all_at(clause.subject), reading.all_at(other.subject)
    if not any(agrees(a, b) for a in here for b in there):
        return False
    came = any(lexicon.same(_COME, lemma) for lemma in other.lemmas)
    away = bool(_AWAY & other.lemmas)
    if not ((came and other.negated and not away) or (away and not other.negated)):
        return False
    acts = any(lemma.split()[0] in _THERE for lemma in clause.lemmas)
    return acts and (_at_event(clause, claim) or _at_place(claim, reading))


def _at_event(clause: Clause, claim: Reading) -> bool:
    """Whether the claim speaks of a meeting, talks and the like, or of walking out, which is from there."""
    if any(claim.words[place].lemma in _EVENTS for place in subtree(clause.predicate, claim.words)):
        return True
    below = (claim.words[c] for c in claim.words[clause.predicate].children)
    return any(word.text in {"out", "off"} and word.tag in {"RP", "IN"} for word in below)


def _at_place(claim: Reading, reading: Reading) -> bool:
    return any(claim.locative(value) and agrees(value, other) for value in claim.own for other in reading.values)


def _never_held(clause: Clause, other: Clause, claim: Reading, reading: Reading) -> bool:
    """Whether the event that the claim is about did not take place, by the sentence."""
    held = bool(_HELD & other.lemmas) and other.negated
    off = (
        bool(_OFF & other.lemmas)
        and not other.negated
        and bool({"call off"} & other.lemmas or "call" not in other.lemmas)
    )
    if not (held or off):
        return False
    events = [place for place in (*other.subject, *other.object) if reading.words[place].lemma in _EVENTS]
    mine = [place for place in subtree(clause.predicate, claim.words) if claim.words[place].lemma in _EVENTS]
    return any(
        lexicon.same(claim.words[one].lemma, reading.words[two].lemma) and _same_event(one, two, claim, reading)
        for one in mine
        for two in events
    )


def _same_event(one: int, two: int, claim: Reading, reading: Reading) -> bool:
    """Whether all that tells which event the claim means is said of the other; something must, a name or a word."""
    mine, others = claim.under(one), reading.under(two)
    which = [claim.words[place] for place in inside(one, claim.words) if place != one]
    told = [word for word in which if word.tag[:2] in {"NN", "JJ"} and not claim.is_(word.place)]
    words = frozenset(reading.words[place].lemma for place in inside(two, reading.words))
    same = all(any(lexicon.same(word.lemma, lemma) for lemma in words) for word in told)
    return same and bool(told or claim.own) and (not mine or any(agrees(a, b) for a in mine for b in others))
