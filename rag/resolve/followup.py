"""A follow-up and the turns before it → the whole questions that it may stand for, the likeliest first. Rules only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.anchor import anchors
from rag.resolve import forms, grammar
from rag.resolve.complete import completed, open_pronouns
from rag.resolve.context import Reading, Understood, spoken_of, trimmed, understood
from rag.resolve.names import names, plain
from rag.resolve.phrases import is_event
from rag.resolve.substitute import fits_a_slot, substituted
from rag.smalltalk import is_small_talk
from rag.types import Turn

_MOST = 4  # readings that are worth weighing
_LENGTH = 400  # characters beyond which a completed question is no longer one
_TOLD = 2  # words that mean something before an "it": one alone is the verb, or what is asked for
_HANGING = frozenset({"he", "she", "him", "it", "they", "them"})  # "his" and "herself" have their owner beside them
_EVEN = 0.2  # likelihood within which nothing but the documents can tell; where they don't, the user is asked


def understand(history: Sequence[Turn]) -> list[Understood]:
    """The turns with questions that stand alone, each read by rules alone in the light of those before it."""
    turns: list[Understood] = []
    for question, answer in trimmed(history):
        if not question or is_small_talk(question):
            continue
        read = readings(question, turns)
        whole = read[0].question if read else question
        known = [mention.text for mention in names(whole)]
        turn = understood(whole, _answer_in_full(answer, whole, known), known)
        turns.append(replace(turn, asked_back=tuple(reading.question for reading in even(read))))
    return turns


def even(found: Sequence[Reading]) -> list[Reading]:
    """The readings that nothing in the conversation tells apart and that mean different things; none where one is."""
    nearest = [reading for reading in found if reading.likelihood > found[0].likelihood - _EVEN]
    return nearest if len({reading.stands_for for reading in nearest}) > 1 else []


def readings(question: str, turns: Sequence[Understood]) -> list[Reading]:
    """The readings, likeliest first: the question itself where nothing is left out; none where nothing fits."""
    found = list(_readings(question, turns)) if turns else [Reading(question, 0.0)]
    unique: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda reading: -reading.likelihood):
        if len(reading.question) <= _LENGTH:
            unique.setdefault(plain(reading.question), reading)
    return list(unique.values())[:_MOST]


def dangling(question: str) -> bool:
    """Whether the question cannot stand alone: it is a bare question word, or nothing before a pronoun explains it.

    "Where did it go?" and "What office does he hold?" say nothing without a turn before them. "Whom did Putin send
    instead of coming himself?" and "How do banks earn their profits?" do: what owns or acts upon itself stands there.
    """
    opened = forms.without_opening(question)
    return forms.is_bare(opened) or any(_hangs(pronoun, question) for pronoun in open_pronouns(question))


def _hangs(pronoun: forms.Pronoun, question: str) -> bool:
    before = question[: pronoun.start]
    if pronoun.text.lower() not in _HANGING or (before and pronoun.text[0].isupper()):
        return False  # a title may have an "It"
    if pronoun.stands in {"man", "woman"}:
        return not names(before) and not re.search(r"\bthe [a-z]", before, re.I)
    impersonal = pronoun.text == "it" and re.match(r" (?:been|called)\b", question[pronoun.end :])
    return not impersonal and not names(before) and len(anchors(before)) < _TOLD


def _readings(question: str, turns: Sequence[Understood]) -> Iterable[Reading]:
    correction = forms.corrected(question)
    opened = forms.without_opening(correction or question)
    if forms.is_bare(opened):
        return [_bare(opened, turns)]
    if (asks := forms.asks_of_what_happened(opened)) and not any(
        is_event(item.mention) for item in spoken_of(turns[-1:])
    ):
        return [_bare(asks, turns)]
    if forms.lacks_object(opened) and (found := _with_object(opened, turns)):
        return found
    part = forms.fragment(correction or question)
    if part and turns[-1].asked_back and (chosen := _chosen(part, turns[-1])):
        return chosen
    shortened = question.rstrip().endswith("?") and fits_a_slot(part, turns[-1]) if part else False
    if part and forms.asks(turns[-1].question) and (correction or forms.has_lead(question) or shortened):
        return substituted(part, turns)
    found = completed(opened, turns)
    unchanged = plain(found[0].question) == plain(opened) if found else False
    return [Reading(question, found[0].likelihood), *found[1:]] if unchanged else found


def _bare(bare: str, turns: Sequence[Understood]) -> Reading:
    last = turns[-1]
    named = _listed([mention.text for mention in last.answered_with if not mention.plural])
    return Reading(grammar.asked_anew(bare, last.question, named, last.answer), 1.0)


def _with_object(question: str, turns: Sequence[Understood]) -> list[Reading]:
    """ "Who won?" after a question about a battle."""
    for item in spoken_of(turns[-2:]):
        if item.mention.kind == "thing" and (is_event(item.mention) or item.mention.proper):
            return [
                Reading(grammar.as_question(f"{question.rstrip(' ?.!')} {item.mention.text}"), 1.0, item.mention.key)
            ]
    return []


def _chosen(part: str, last: Understood) -> list[Reading]:
    """The reply to what was asked back: "the second one", or a name that only one of the readings has."""
    ordinal = re.match(r"(?:the )?(first|former|second|latter|third|last)(?: one)?$|([123])$", part, re.I)
    if ordinal:
        place = {"first": 0, "former": 0, "1": 0, "second": 1, "latter": 1, "2": 1, "third": 2, "3": 2, "last": -1}
        chosen = last.asked_back[place[ordinal[0].lower().removeprefix("the ").split()[0]] :][:1]
    else:
        words = re.compile(rf"\b{re.escape(plain(re.sub('^the ', '', part)))}\b")
        chosen = tuple(reading for reading in last.asked_back if words.search(plain(reading)))
    return [Reading(question, 1.0) for question in chosen] if len(chosen) == 1 else []


def _listed(words: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _answer_in_full(answer: str, question: str, known: Iterable[str]) -> str:
    """The answer with the "he" that opens it replaced by the one person that its question names."""
    people = [mention for mention in names(question, known) if mention.kind == "person"]
    match = re.match(r"(?:He|She)\b", answer)
    if match and len(people) == 1:
        return people[0].text + answer[match.end() :]
    return answer
