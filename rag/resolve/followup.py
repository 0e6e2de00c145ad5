"""A follow-up and the turns before it → the whole questions that it may stand for, the likeliest first. Rules only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.resolve import forms, grammar
from rag.resolve.context import Spoken, Understood, is_fuller, mentions, spoken_of, trimmed, understood
from rag.resolve.forms import Pronoun
from rag.resolve.names import Mention, names, plain
from rag.resolve.phrases import definite, head, is_event, phrases
from rag.smalltalk import is_small_talk
from rag.types import Turn

_MOST = 4  # readings that are worth weighing
_LENGTH = 400  # characters beyond which a completed question is no longer one
_NEAR = 0.45  # within this score of the nearest, something else may be meant as well
_CLAUSE = re.compile(  # what parts two clauses: a pronoun after it may stand for what comes before it
    r"[,;:.]|\b(?:and|but|or|that|when|if|because|after|before|while|who|which|whether|as|since|until|say|said|so|how|why)\b",
    re.I,
)
_UNCHANGED = -0.6  # how likely it is that a question with "there" in it is best left as it stands
_NAMED = ("man", "woman", "thing", "many")  # who is meant is asked back; where and when, the documents tell
_OWNING = frozenset("his her its their".split())
_EVEN = 0.2  # likelihood within which nothing but the documents can tell; where they don't, the user is asked
_WEAK = -2.5  # spoken of too long ago, or in passing


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a follow-up as a whole question."""

    question: str
    likelihood: float  # higher is likelier; comparable among the readings of one question only
    stands_for: str = ""  # what it takes the pronoun for; readings that differ here mean different things


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
    """The readings that nothing in the conversation tells apart and that mean different things; () where one is meant."""
    nearest = [reading for reading in found if reading.likelihood > found[0].likelihood - _EVEN]
    return nearest if len({reading.stands_for for reading in nearest}) > 1 else []


def readings(question: str, turns: Sequence[Understood]) -> list[Reading]:
    """The readings, likeliest first; one that equals the question where nothing is left out; none where nothing fits."""
    found = list(_readings(question, turns)) if turns else [Reading(question, 0.0)]
    unique: dict[str, Reading] = {}
    for reading in sorted(found, key=lambda reading: -reading.likelihood):
        if len(reading.question) <= _LENGTH:
            unique.setdefault(plain(reading.question), reading)
    return list(unique.values())[:_MOST]


def dangling(question: str) -> bool:
    """Whether the question cannot stand alone: a pronoun in it stands for nothing, or it is a bare question word."""
    return forms.is_bare(forms.without_opening(question)) or bool(_open_pronouns(question))


def _readings(question: str, turns: Sequence[Understood]) -> Iterable[Reading]:
    correction = forms.corrected(question)
    opened = forms.without_opening(correction or question)
    if forms.is_bare(opened):
        return [_bare(opened, turns)]
    if (asks := forms.asks_of_what_happened(opened)) and not any(is_event(item.mention) for item in spoken_of(turns[-1:])):
        return [_bare(asks, turns)]
    if forms.lacks_object(opened) and (found := _with_object(opened, turns)):
        return found
    part = forms.fragment(correction or question)
    if part and turns[-1].asked_back and (chosen := _chosen(part, turns[-1])):
        return chosen
    shortened = question.rstrip().endswith("?") and _fits_a_slot(part, turns[-1]) if part else False
    if part and forms.asks(turns[-1].question) and (correction or forms.has_lead(question) or shortened):
        return _substituted(part, turns)
    found = _completed(opened, turns)
    unchanged = plain(found[0].question) == plain(opened) if found else False
    return [Reading(question, found[0].likelihood), *found[1:]] if unchanged else found


# --- "When?" ----------------------------------------------------------------------------------------------------------


def _bare(bare: str, turns: Sequence[Understood]) -> Reading:
    last = turns[-1]
    named = grammar_list([mention.text for mention in last.answered_with if not mention.plural])
    return Reading(grammar.asked_anew(bare, last.question, named, last.answer), 1.0)


def grammar_list(words: Sequence[str]) -> str:
    """ "A", "A and B", "A, B and C"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


# --- "And Ukraine's?" -------------------------------------------------------------------------------------------------


def _fits_a_slot(part: str, last: Understood) -> bool:
    """Whether a phrase without "and" before it is a name or a time that can replace one of the last question."""
    inside = _spans(part)
    covered = sum(mention.end - mention.start for mention in inside[:1])
    whole = bool(inside) and inside[0].proper and covered >= len(part.removesuffix("'s").removesuffix("’s")) - 6
    return whole and any(slot.kind == inside[0].kind for slot in _spans(last.question))


def _spans(text: str) -> list[Mention]:
    """Names and common phrases; no name twice, as itself and inside a phrase that is about it."""
    return sorted([*names(text), *phrases(text)], key=lambda mention: (mention.start, mention.end))


def _substituted(part: str, turns: Sequence[Understood]) -> list[Reading]:
    last = turns[-1]
    if other := re.match(r"(?:and )?the others?(?: (?P<noun>[a-z]+))?$", part, re.I):
        return [*_of_the_other(turns), *_other_than(last)]
    inside = [mention for mention in _spans(part) if mention.end > 0]
    new = inside[0] if inside else Mention(part, "thing", 0, len(part), proper=False)
    if not new.proper or new.end + 3 < len(part):  # "the mayor of Houston", "Ukraine's team": the phrase as a whole
        whole = re.sub(r"^(?:for|with|in|at|on|by|of|to|from) ", "", part)
        new = replace(new, text=whole, proper=new.proper and new.start == 0 and whole == new.text)
    if part.islower() and not names(part) and not forms.DETERMINED.match(part):
        return _noun_replaced(part, last.question)
    known = next((item.mention.kind for item in spoken_of(turns) if item.mention.key == new.key), new.kind)
    new = replace(new, kind=known) if new.kind == "thing" and new.proper else new
    found = [Reading(question, likelihood) for question, likelihood in _replaced(part, new, last.question)]
    return found or [Reading(grammar.as_question(f"What about {part}"), 0.0)]


def _noun_replaced(part: str, asked: str) -> list[Reading]:
    """ "And ibuprofen?": in place of the noun without "the" that the last question has at its end or as its subject."""
    bare = re.sub(r"^(?:for|with|in|at|on|by|of|to|from|about) ", "", part)
    nouns = [phrase for phrase in phrases(asked) if phrase.text.islower() and not forms.DETERMINED.match(phrase.text)]
    found = [Reading(grammar.as_question(asked[: noun.start] + bare + asked[noun.end :]), 0.8) for noun in nouns[-1:]]
    return [*found, Reading(grammar.as_question(f"What about {bare}"), 0.3)]


def _with_object(question: str, turns: Sequence[Understood]) -> list[Reading]:
    """ "Who won?" after a question about a battle."""
    for item in spoken_of(turns[-2:]):
        if item.mention.kind == "thing" and (is_event(item.mention) or item.mention.proper):
            return [Reading(grammar.as_question(f"{question.rstrip(' ?.!')} {item.mention.text}"), 1.0, item.mention.key)]
    return []


def _replaced(part: str, new: Mention, asked: str) -> Iterable[tuple[str, float]]:
    if new.kind == "time":
        yield _with_time(part, new, asked), 1.0
        return
    preposition = re.match(r"(for|with|in|at|on|by|of|to|from|between|against) ", part, re.I)
    owner = part.endswith(("'s", "’s", "s'", "s’"))
    slots = [(_fit(slot, new, asked, owner, preposition), slot) for slot in _slots(asked) if slot.kind != "time"]
    for fit, slot in sorted(slots, key=lambda item: -item[0])[:2]:
        if fit > 0:
            yield _swap(asked, slot, new.text), fit
    if preposition and not any(fit > 1 for fit, _ in slots):
        yield grammar.as_question(f"{asked.rstrip(' ?')} {part}"), 0.5


def _slots(asked: str) -> list[Mention]:
    """What can be replaced; of things joined by "and" the whole, which is more often one title than two things."""
    spans = mentions(asked)
    titles = [mention for mention in spans if mention.kind == "thing" and mention.plural and mention.proper]
    return [span for span in spans if not any(_inside(span, title) for title in titles)]


def _inside(span: Mention, title: Mention) -> bool:
    return title.start <= span.start and span.end <= title.end and span != title


def _fit(slot: Mention, new: Mention, asked: str, owner: bool, preposition: re.Match[str] | None) -> float:
    """How well a slot of the last question takes the new phrase; 0 or less: not at all."""
    if not new.proper and not slot.proper:  # "the mayor of Houston" for "the governor of Texas"
        return 1.0 + (slot.kind == new.kind) + (head(slot) == head(new)) * 2 - (slot.start > 0) * 0.1
    if new.proper != slot.proper:
        return 0.3 if new.kind == slot.kind and new.plural == slot.plural else 0.0
    owned = asked[slot.end : slot.end + 2] in {"'s", "’s"} or asked[slot.end : slot.end + 2] in {"' ", "’ "}
    same = slot.kind == new.kind or new.kind == "thing" != slot.kind != "place" or (slot.kind == "thing" and new.kind == "person")
    follows = bool(preposition) and re.search(
        rf"\b{re.escape((preposition or ['', ''])[1])} (?:the )?$", asked[: slot.start], re.I
    )
    return (
        (1.0 if slot.kind == new.kind else 0.4 if same else 0.0)
        - 0.6 * (preposition is not None and owned)  # "in Belarus" does not own what "Russia's" owns
        + 0.5 * (owner and owned)
        + 0.5 * bool(follows)
        - 0.05 * (slot.start > len(asked) / 2)
    )


def _swap(asked: str, slot: Mention, name: str) -> str:
    """The question with the new name wherever the old one stands, owning what the old one owned."""
    name = re.sub(r"['’]s?$", "", name)
    bare, the = slot.text.removeprefix("the "), "the " if slot.text.startswith("the ") else ""
    pattern = re.compile(rf"\b(?:{the})?{re.escape(bare)}(?P<owner>['’]s?(?=\W|$))?(?!\w)", re.I if the else 0)
    described = bool(the) is False and re.search(r"\b[Tt]he $", asked[: slot.start])
    bare_name = name.removeprefix("the ") if described else name
    return grammar.as_question(
        pattern.sub(lambda match: grammar.possessive(bare_name) if match["owner"] else bare_name, asked)
    )


def _with_time(part: str, new: Mention, asked: str) -> str:
    slots = [slot for slot in names(asked) if slot.kind == "time"]
    phrase = (
        part
        if re.match(r"(?:in|on|at|during|since|before|after|by|until|between|from)\b", part, re.I)
        else grammar.dated(new.text)
    )
    if not slots:
        return grammar.as_question(f"{asked.rstrip(' ?')} {phrase}")
    slot = slots[-1]
    before = asked[: slot.start]
    if re.search(r"\b(?:of|the|'s) $", before):
        return grammar.as_question(before + new.text + asked[slot.end :])
    return grammar.as_question(
        re.sub(r"\b(?:in|on|at|during|since|before|after|by|until) $", "", before) + phrase + asked[slot.end :]
    )


def _of_the_other(turns: Sequence[Understood]) -> list[Reading]:
    """ "And the other side?": who of the last question's kind was spoken of, and is not in it."""
    asked = turns[-1].question
    slots = [slot for slot in names(asked) if slot.kind != "time"]
    if not slots:
        return []
    slot = next((slot for slot in slots if asked[slot.end : slot.end + 2] in {"'s", "’s"}), slots[0])
    used = {mention.key for mention in names(asked)}
    others = [
        spoken
        for spoken in spoken_of(turns)
        if spoken.mention.kind == slot.kind
        and spoken.mention.proper
        and not spoken.mention.plural
        and spoken.mention.key not in used
    ]
    return [Reading(_swap(asked, slot, spoken.mention.text), spoken.score, spoken.mention.key) for spoken in others[:2]]


def _other_than(last: Understood) -> list[Reading]:
    """ "And the other period?" when what was asked about has nothing that could be replaced."""
    answer = last.answer.strip(" .!?")
    if not 0 < len(answer.split()) <= 8:
        return []
    answer = answer if names(answer.split()[0]) else answer[:1].lower() + answer[1:]
    return [Reading(grammar.as_question(f"{last.question.rstrip(' ?')}, other than {answer}"), -0.5)]


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


# --- "When did he die?" -----------------------------------------------------------------------------------------------


def _completed(question: str, turns: Sequence[Understood]) -> list[Reading]:
    spoken = spoken_of(turns)
    alternatives = [Reading(_named_in_full(_dated(question, spoken), spoken), 0.0)]
    for place in range(len(_open_pronouns(question))):
        alternatives = [
            further for reading in alternatives for further in _for_pronoun(reading, place, question, spoken, turns)
        ]
    if all(pronoun.stands in {"place", "time", "event"} for pronoun in _open_pronouns(question)):
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
    original = _open_pronouns(question)[place]
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
    titles = [item.mention.text for item in fitting if pronoun.stands == "thing" and item.mention.plural and item.mention.proper]
    fitting = [item for item in fitting if not any(item.mention.text in title and item.mention.text != title for title in titles)]
    fitting.sort(key=lambda item: -item.score)
    return [item for item in fitting if item.score >= fitting[0].score - _NEAR][:3]


def _agrees(mention: Mention, pronoun: Pronoun) -> bool:
    if re.match(r"(?:his|her|its|their|my|your|our|this|that|these|those)\b", mention.text, re.I):
        return False
    if pronoun.stands in {"man", "woman"}:
        person = mention.kind == "person" or (_may_be_person(mention) and mention.kind == "thing")
        return person and not mention.plural and mention.gender in {"", pronoun.stands}
    if pronoun.stands == "thing":
        joined = mention.plural and mention.proper and mention.kind == "thing"  # "Pride and Prejudice"
        return mention.kind in {"thing", "place"} and (not mention.plural or is_event(mention) or joined)
    if pronoun.stands == "many":
        return mention.plural or (mention.kind == "thing" and mention.proper)
    if pronoun.stands == "place":
        return (
            not mention.plural
            and (mention.kind == "place" or is_event(mention))
            or (is_event(mention) and mention.kind == "thing")
        )
    if pronoun.stands == "time":
        return mention.kind == "time"
    return mention.kind == "thing"


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
    return [Spoken(Mention(f"the fact that {sentence}", "thing", 0, 0, proper=False), 0.5)]


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


def _open_pronouns(question: str) -> list[Pronoun]:
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
    """Whether a pronoun stands for a mention before it: "Did Putin send his adviser?", and not "Did Umerov meet him?"."""
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


def _answer_in_full(answer: str, question: str, known: Iterable[str]) -> str:
    """The answer with the "he" that opens it replaced by the one person that its question names."""
    people = [mention for mention in names(question, known) if mention.kind == "person"]
    match = re.match(r"(?:He|She)\b", answer)
    if match and len(people) == 1:
        return people[0].text + answer[match.end() :]
    return answer
