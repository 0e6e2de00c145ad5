"""A question whose pronouns are replaced by what they stand for: "When did he die?"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.resolve import forms, grammar
from rag.resolve.context import Reading, Spoken, Understood, is_fuller, mentions, spoken_of
from rag.resolve.forms import Pronoun
from rag.resolve.names import Mention, names
from rag.resolve.phrases import definite, is_event, phrases

_NEAR = 0.45  # within this score of the nearest, something else may be meant as well
_CLAUSE = re.compile(  # what parts two clauses: a pronoun after it may stand for what comes before it
    r"[,;:.]|\b(?:and|but|or|that|when|if|because|after|before|while|who|which|whether|as|since|until|say|said"
    r"|so|how|why)\b",
    re.I,
)
_UNCHANGED = -0.6  # how likely it is that a question with "there" in it is best left as it stands
_NAMED = ("man", "woman", "thing", "many")  # who is meant is asked back; where and when, the documents tell
_OWNING = frozenset("his her its their".split())
_WEAK = -2.5  # spoken of too long ago, or in passing


def completed(question: str, turns: Sequence[Understood]) -> list[Reading]:
    spoken = spoken_of(turns)
    alternatives = [Reading(_named_in_full(_dated(question, spoken), spoken), 0.0)]
    for place in range(len(open_pronouns(question))):
        alternatives = [
            further for reading in alternatives for further in _for_pronoun(reading, place, question, spoken, turns)
        ]
    if all(pronoun.stands in {"place", "time", "event"} for pronoun in open_pronouns(question)):
        alternatives.append(Reading(question, _UNCHANGED))  # "there" and "then" need not be known to be understood
    return alternatives


def _dated(question: str, spoken: Sequence[Spoken]) -> str:
    """ "later that year" → "later in 2022"."""
    match = re.search(r"\b(?:in |during )?(?:that|the same) year\b", question)
    times = [
        item.mention.text for item in spoken if item.mention.kind == "time" and re.search(r"\d{4}", item.mention.text)
    ]
    if not match or not times:
        return question
    year = re.findall(r"\d{4}", times[0])[-1]
    return f"{question[: match.start()]}in {year}{question[match.end() :]}"


def _for_pronoun(
    reading: Reading, place: int, question: str, spoken: Sequence[Spoken], turns: Sequence[Understood]
) -> list[Reading]:
    """The reading with its first pronoun that is still open replaced, once for each thing that it may stand for."""
    original = open_pronouns(question)[place]
    now = next((item for item in forms.pronouns(reading.question) if item.text.lower() == original.text.lower()), None)
    if now is None:
        return [reading]
    found = []
    for candidate in _candidates(now, question, spoken, turns):
        phrase = _phrase(now, candidate.mention, turns)
        found.append(
            Reading(
                grammar.put(reading.question, now, phrase, candidate.mention.proper),
                reading.likelihood + candidate.score,
                f"{reading.stands_for} {candidate.mention.key if now.stands in _NAMED else ''}".strip(),
            )
        )
    return found


def _candidates(pronoun: Pronoun, question: str, spoken: Sequence[Spoken], turns: Sequence[Understood]) -> list[Spoken]:
    asked = {mention.key for mention in mentions(question)}
    fitting = [
        Spoken(item.mention, item.score + _bonus(item.mention, pronoun, question))
        for item in spoken
        if _agrees(item.mention, pronoun) and item.mention.key not in asked and item.score > _WEAK
    ]
    if pronoun.stands == "many" and not any(item.mention.plural for item in fitting):
        fitting = [*_pairs(spoken), *fitting]
    if pronoun.stands == "event":
        fitting += _what_was_said(turns[-1])
    titles = [
        item.mention.text
        for item in fitting
        if pronoun.stands == "thing" and item.mention.plural and item.mention.proper
    ]
    fitting = [
        item
        for item in fitting
        if not any(item.mention.text in title and item.mention.text != title for title in titles)
    ]
    fitting.sort(key=lambda item: -item.score)
    return [item for item in fitting if item.score >= fitting[0].score - _NEAR][:3]


def _agrees(mention: Mention, pronoun: Pronoun) -> bool:
    """Whether a pronoun can stand for a mention, by what both are."""
    if re.match(r"(?:his|her|its|their|my|your|our|this|that|these|those)\b", mention.text, re.I):
        return False
    if pronoun.stands in {"man", "woman"}:
        person = mention.kind == "person" or (_may_be_person(mention) and mention.kind == "thing")
        return person and not mention.plural and mention.gender in {"", pronoun.stands}
    joined = mention.plural and mention.proper and mention.kind == "thing"  # "Pride and Prejudice"
    fits = {
        "thing": mention.kind in {"thing", "place"} and (not mention.plural or is_event(mention) or joined),
        "many": mention.plural or (mention.kind == "thing" and mention.proper),
        "place": (mention.kind == "place" and not mention.plural) or (mention.kind == "thing" and is_event(mention)),
        "time": mention.kind == "time" and ("day" not in pronoun.text or grammar.is_day(mention.text)),
        "event": mention.kind == "thing",
    }
    return fits[pronoun.stands]


def _may_be_person(mention: Mention) -> bool:
    """Whether a name that nothing tells the kind of has the form of a person's: "Garabet Balyan"."""
    return (
        mention.proper
        and re.fullmatch(r"[^\W\d_]+(?:[ -][^\W\d_]+){0,2}", mention.text) is not None
        and mention.text[:4] != "the "
    )


def _bonus(mention: Mention, pronoun: Pronoun, question: str) -> float:
    """What the kind of thing says for and against it."""
    score = 0.0
    if pronoun.stands == "place":
        score += (
            0.3 * is_event(mention)
            if not re.search(r"\b(?:built|die|died|live|lived|born|located|stand|stands)\b", question)
            else -0.5 * is_event(mention)
        )
    if pronoun.stands == "thing" and mention.plural:
        score -= 0.3
    if pronoun.stands == "many" and mention.plural:
        score += 0.5
    if pronoun.stands in {"thing", "many"} and not mention.proper and re.match(r"an? ", mention.text):
        score -= 0.2
    if pronoun.stands == "thing" and re.search(
        r"\b(?:going on|last|end|begin|start|happen|take place|took place|over)\b", question
    ):
        score += 0.4 if is_event(mention) else -0.2
    if pronoun.stands == "event":
        score -= 0.3
    if pronoun.stands in {"man", "woman"} and mention.kind != "person":
        score -= 0.3
    if mention.kind == "person" and not mention.proper:
        score -= 0.5  # "the host" is most often someone who is named as well
    return score


def _pairs(spoken: Sequence[Spoken]) -> list[Spoken]:
    """Two people of different turns as one: "Who hosted them?" after each was asked about."""
    people = [
        item for item in spoken if item.mention.kind == "person" and item.mention.proper and not item.mention.plural
    ]
    people = [item for item in people if item.score > -1.6][:2]
    if len(people) < 2:
        return []
    older, newer = people[1], people[0]
    return [
        Spoken(replace(newer.mention, text=f"{older.mention.text} and {newer.mention.text}", plural=True), newer.score)
    ]


def _what_was_said(turn: Understood) -> list[Spoken]:
    """The last answer as a fact that "that" may stand for; where there is none, nothing."""
    sentence = re.split(r"(?<=[.!?])\s", turn.answer)[0].strip(" .!?")
    if not 3 <= len(sentence.split()) <= 30 or not re.search(r"[a-z]", sentence):
        return []
    sentence = sentence if names(sentence[: len(sentence.split()[0])]) else sentence[:1].lower() + sentence[1:]
    return [Spoken(Mention(f"the fact that {sentence}", "thing", 0, 0, proper=False), 0.3)]


def _phrase(pronoun: Pronoun, mention: Mention, turns: Sequence[Understood]) -> str:
    text = (
        mention.text[:1].lower() + mention.text[1:]
        if not mention.proper and not names(mention.text.split()[0])
        else mention.text
    )
    if pronoun.stands == "place":
        return grammar.placed(
            replace(mention, text=text), [text for turn in reversed(turns) for text in (turn.answer, turn.question)]
        )
    if pronoun.stands == "time":
        return grammar.dated(text)
    return text


def open_pronouns(question: str) -> list[Pronoun]:
    """The pronouns that nothing before them in the question itself explains."""
    inside = mentions(question)
    first = re.search(r"[.?!…] ", f"{question} ")  # what comes after it speaks of what is in it
    return [
        pronoun
        for pronoun in forms.pronouns(question)
        if first is None or pronoun.start < first.start()
        if pronoun.stands in {"event", "time"}
        or not any(mention.end <= pronoun.start and _explains(mention, pronoun, question) for mention in inside)
    ]


def _explains(mention: Mention, pronoun: Pronoun, question: str) -> bool:
    """Whether a pronoun stands for a mention before it: "Did Putin send his adviser?", not "Did Umerov meet him?"."""
    between = question[mention.end : pronoun.start]
    if not _CLAUSE.search(between) and pronoun.text.lower() not in _OWNING:
        return False
    return _agrees(mention, pronoun) and (mention.proper or mention.plural == (pronoun.stands == "many"))


def _named_in_full(question: str, spoken: Sequence[Spoken]) -> str:
    """ "the palace" → "Dolmabahçe Palace", "the talks" → "the talks of 16 May 2025", where one thing was so called."""
    for phrase in reversed(phrases(question)):
        if definite(phrase) and len(re.sub(r"\b(?:same|very) ", "", phrase.text).split()) <= 2:
            fuller = [item.mention for item in spoken if is_fuller(item.mention, phrase)]
            if fuller and len({mention.key for mention in fuller[:2]}) == 1:
                question = question[: phrase.start] + _article(phrase, fuller[0], question) + question[phrase.end :]
    return question


def _article(phrase: Mention, mention: Mention, question: str) -> str:
    text = mention.text if mention.proper or not mention.text.startswith("The ") else f"the {mention.text[4:]}"
    return text if phrase.start else text[:1].upper() + text[1:]
