"""The form of a question: what it opens with, what it leaves out, which of its words stand for something else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.resolve.names import names, plain
from rag.resolve.verbs import AUXILIARIES, is_past, is_verb

Stands = Literal["man", "woman", "thing", "many", "place", "time", "event"]

_OPENING = re.compile(
    r"^\W*(?:(?:and|but|so|or|also|ok(?:ay)?|well|now|then|right|yes|yeah|great|nice|good|cool|thanks|thank you"
    r"|thanks a lot"
    r"|i see|got it|interesting|hm+|oh|please|sorry|actually|still|in that case|by the way)\b[,.!…]*\s+)+",
    re.I,
)
_CORRECTION = re.compile(
    r"^\W*(?:no|nope|not that|sorry|wait|actually)?\b[,.!]*\s*(?:(?:but )?(?:i (?:meant|mean|was asking about"
    r"|am asking about)"
    r"|i'm asking about|rather|make that|instead)\b[,:]?\s*)?",
    re.I,
)
_IS_CORRECTION = re.compile(
    r"^\W*(?:no|nope|not that|i meant?|rather|make that|sorry,? i meant?|wait,)\b(?! (?:one|more|longer))", re.I
)
_ABOUT = re.compile(
    r"^(?:(?:and|but|or|so) )?(?:(?:what|how) about|what of|same (?:question )?for|and)\b\s*(?:with |for )?", re.I
)
_WORDS = re.compile(r"[^\W_]+(?:[-’'.][^\W_]+)*")

_PREPOSITION = r"(?:about|against|at|between|by|for|from|in|into|of|on|since|to|under|until|till|up to|with|without|to)"
WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_BARE = re.compile(
    rf"^(?:{_PREPOSITION} )?{WH}(?: (?:many|much|long|far|often|old|exactly|precisely|so|not|else|come|then|again))*"
    r"(?: [^\W\d_]+){0,2}$",
    re.I,
)

_SUBJECTS: tuple[tuple[re.Pattern[str], Stands], ...] = tuple(
    (re.compile(pattern, re.I), stands)  # type: ignore[misc]
    for pattern, stands in (
        (r"\b(?:he|him|his|himself)\b", "man"),
        (r"\b(?:she|her|hers|herself)\b", "woman"),
        (r"\b(?:they|them|their|theirs|themselves|both(?= of them\b|\?|$))\b", "many"),
        (
            r"\b(?:the|these|those) (?:two|three|four|both)\b(?! [a-z])|\bthe two(?= (?:meet|talk|agree|sign"
            r"|fight|speak|differ|have|get)\b)",
            "many",
        ),
        (r"\b(?:it|its|itself)\b", "thing"),
        (r"\b(?:there)\b", "place"),
        (r"\b(?:then|(?:at|by|around) that time|(?:on|in|during) that (?:day|year|month|date|period))\b", "time"),
        (
            r"\b(?:this|that|these|those)\b(?=\s*(?:[?.,!;]|$|(?:is|was|are|were|mean|means|happen|work|change"
            r"|affect|start|end|so)\b))"
            r"|\b(?<=is |as |re |es |id |do )(?:this|that|these|those)\b(?= (?:important|possible|true"
            r"|necessary|safe|legal|free"
            r"|good|bad|enough|correct|right|normal|common|the|an?|not|still|really|also|compare|help|relate|apply)\b)",
            "event",
        ),
    )
)
_EXPLETIVE_THERE = re.compile(
    r"\b(?:is|are|was|were|has|have|will|would|could|can|may|might|be|been|did|does|if|whether|that"
    r"|do you know if|had|\w+n't) there\b"
    r"(?= (?:an?|any|no|some|still|other|also|ever|been|be|many|more|enough|only|too|another|something|anything|one|two"
    r"|several|not|just|such|really|differences?|plans?|rules?|laws?|limits?)\b)|\bthere (?:is|are|was|were|has"
    r"|have|will|would|should|must|can|exist|may|might)\b",
    re.I,
)
_PLEONASTIC_IT = re.compile(
    r"\bit(?:'s| is| was| be)?(?: (?:ever|really|still|always|usually|also|more|so|too|very|not))? (?:true"
    r"|possible|safe|legal|illegal|worth|okay|ok|better|best"
    r"|hard|easy|difficult|necessary|important|common|normal|likely|unlikely|clear|known|said|fair|good|bad"
    r"|wise|time)\b"
    r"(?=.*\b(?:to|that|if|how|\w+ing)\b)|\b(?:does|did|will|would) it (?:take|cost|mean|matter"
    r"|make sense)\b(?=.*\b(?:to|that|if|when)\b)"
    r"|\bit (?:rains?|snows?|seems?|appears?|turns? out)\b|\bit (?:takes|took)\b(?=.* to\b)|\bwhat time is it\b",
    re.I,
)
DETERMINED = re.compile(r"(?:the|an?|this|that|these|those|both|his|her|its|their|my|your|our)\b|.*['’]", re.I)
_ANY_THAT = re.compile(r"\b(?:is|was) that (?:the|a|an|when|why|how|where|what)\b", re.I)


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A word of a question that stands for something else."""

    start: int
    end: int
    text: str
    stands: Stands


def without_opening(question: str) -> str:
    """The question without "And", "ok," and the like, its first letter raised."""
    rest = _OPENING.sub("", question, count=1)
    rest = re.sub(r"(?:,| ,) (?:then|please|though|anyway|thanks|thank you)\s*([?.!]*)$", r"\1", rest)
    return rest[:1].upper() + rest[1:] if rest.strip(" ?.!") else question


def corrected(question: str) -> str:
    """What stands after "no," or "I meant"; "" where the question corrects nothing."""
    if not _IS_CORRECTION.match(question):
        return ""
    rest = _CORRECTION.sub("", question, count=1)
    return rest.strip(" .!?,") if rest != question else ""


def fragment(question: str) -> str:
    """The phrase that "And Ukraine's?" or "what about 2022?" puts in place of another; "" for a whole question."""
    stripped = re.sub(r"^\W*(?:and|but|or|so|ok|okay)\b[,]?\s+(?=(?:what|how) about)", "", question, flags=re.I)
    match = _ABOUT.match(stripped)
    rest = (stripped[match.end() :] if match else stripped).strip(" ?.!,;:")
    rest = re.sub(r"^(?:before|after) that,? (?=in |on |at )", "", rest)
    rest = re.sub(r",? (?:please|then|instead|though|thanks|thank you)$", "", rest)
    return rest if rest and not _is_clause(rest) else ""


def has_lead(question: str) -> bool:
    """Whether it opens like a continuation: "and ...", "what about ..."."""
    return bool(_ABOUT.match(question)) or bool(re.match(r"^\W*(?:and|but|or)\b", question, re.I))


def is_bare(question: str) -> bool:
    """Whether it is no more than a question word and what belongs to it: "When?", "for what purpose?"."""
    core = question.strip(" ?.!,")
    words = [plain(word) for word in _WORDS.findall(core)]
    if not _BARE.match(core) or len(words) > 5:
        return False
    rest = words[1:] if re.match(WH, core, re.I) else words[2:]
    verbal = any(word in AUXILIARIES or is_past(word) or (word.endswith("s") and is_verb(word)) for word in rest)
    return not verbal and not names(core)


def asks(text: str) -> bool:
    """Whether it has the form of a question, with a question mark or without."""
    words = _WORDS.findall(text)
    return text.rstrip().endswith("?") or (
        bool(words) and (plain(words[0]) in AUXILIARIES or re.match(WH, words[0], re.I) is not None)
    )


def asks_of_what_happened(question: str) -> str:
    """The question word of "When did it happen?", which asks about the last question's event; "" for others."""
    match = re.match(
        rf"({WH}(?: long ago)?) (?:did|does|has|was|is) (?:it|that|this|all this) (?:happen|take place|occur"
        rf"|come about)",
        question,
        re.I,
    )
    return match[1] if match else ""


def lacks_object(question: str) -> bool:
    """Whether it asks who won, hosted or wrote, and does not say what."""
    return bool(
        re.match(
            r"^(?:who|which \w+|what) (?:won|hosted|attended|organi[sz]ed|led|signed|wrote|built|designed"
            r"|founded|invented|discovered|directed|produced|started|ended|caused)[\s?.!]*$",
            question,
            re.I,
        )
    )


def pronouns(question: str) -> list[Pronoun]:
    """The words of a question that may stand for something said before it."""
    blocked = [match.span() for pattern in (_EXPLETIVE_THERE, _PLEONASTIC_IT) for match in pattern.finditer(question)]
    found = [
        Pronoun(match.start(), match.end(), match[0], stands)
        for pattern, stands in _SUBJECTS
        for match in pattern.finditer(question)
        if not any(left <= match.start() < right for left, right in blocked)
    ]
    return sorted(_without_conjunctions(found, question), key=lambda pronoun: pronoun.start)


def _without_conjunctions(found: list[Pronoun], question: str) -> Iterator[Pronoun]:
    for pronoun in found:
        before = question[: pronoun.start].rstrip().lower()
        if pronoun.text.lower() == "then" and re.search(r",$", before):
            continue  # "What happens next, then?"
        if (
            pronoun.stands == "event"
            and re.search(r"\b(?:so|such|not|all|now|is it|is it true|know|think|say|said|mean|those)$", before)
            and pronoun.text.lower() == "that"
        ):
            continue
        yield pronoun


def _is_clause(text: str) -> bool:
    words = [plain(word) for word in _WORDS.findall(text)]
    if not words or len(words) > 8:
        return True
    if re.match(rf"(?:{_PREPOSITION} )?{WH}\b", text, re.I):
        return True
    verbs = [word for word in words if word in AUXILIARIES or (is_verb(word) and not word.endswith(("ing", "ed", "s")))]
    return bool(verbs) or words[0] in {
        "i",
        "we",
        "you",
        "he",
        "she",
        "they",
        "it",
        "please",
        "tell",
        "give",
        "show",
        "explain",
    }
