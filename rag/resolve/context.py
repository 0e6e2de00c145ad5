"""A conversation as far as it helps to understand the next question: what was asked, and who and what was spoken of.

An earlier answer comes from outside and is believed for one thing only: what a pronoun after it may stand for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rag.resolve.names import STANDS_ALONE, Kind, Mention, names, plain
from rag.resolve.phrases import head, phrases
from rag.types import Turn

_TURNS = 20  # older ones do not help to understand a follow-up
_CHARACTERS = 1500  # of one earlier question or answer; what is named further on is not what was spoken of
_FORGOTTEN = 6  # turns after which nothing that was named is meant by a pronoun any more

_TAG = re.compile(r"<[^<>]*>")
_MARK = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_ASKED_FOR = {"who": "person", "whom": "person", "whose": "person", "where": "place", "when": "time"}
_WH = re.compile(r"^\W*(?:(?:at|by|for|from|in|of|on|to|under|with) )?(who|whom|whose|where|when|what|which)\b", re.I)

# How much speaks for a mention, next to one turn further back, which counts 1 less.
_AS_ANSWER = 0.5
_AS_SUBJECT = 0.4
_IN_QUESTION = 0.2
_OPENS_ANSWER = 0.15
_LATER = 0.01  # less for each mention of an answer: the first is most often what it is about
_OPENING = 300  # characters of an answer that name what it is about
_SHORT_ANSWER = 45  # words; a longer one tells more than what was asked for
_OWNER = -0.3  # "Russia" of "Russia's delegation"
_SHORT = re.compile(r"(?:an?|the|this|that|these|those)(?: [^\W\d_]+){1,2}$", re.I)
_DETERMINED = re.compile(r"(?:the|an?|this|that|these|those|both|his|her|its|their)\b|.*['’]", re.I)
_SAME = re.compile(r"\b(?:same|very) ")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that the conversation spoke of, and how near at hand it is."""

    mention: Mention
    score: float


@dataclass(frozen=True, slots=True)
class Understood:
    """A turn whose question stands alone."""

    question: str
    answer: str
    answered_with: tuple[Mention, ...]  # what the answer names that the question asked for
    asked_back: tuple[str, ...] = ()  # where the question can be read in several ways: the whole questions


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a follow-up as a whole question."""

    question: str
    likelihood: float  # higher is likelier; comparable among the readings of one question only
    stands_for: str = ""  # what it takes the pronoun for; readings that differ here mean different things


def trimmed(history: Sequence[Turn]) -> list[Turn]:
    """The last turns as plain text: no markup, no citation marks, nothing that cannot be seen, and not too long."""
    return [(_text(question), _text(answer)) for question, answer in list(history)[-_TURNS:]]


def _text(given: object) -> str:
    text = _MARK.sub("", _TAG.sub(" ", str(given)[: 2 * _CHARACTERS]))
    return " ".join(_UNSEEN.sub(" ", text).split())[:_CHARACTERS]


def understood(question: str, answer: str, known: Iterable[str] = ()) -> Understood:
    """A turn with what its answer says to the question."""
    return Understood(question, answer, _answered_with(question, answer, list(known)))


def mentions(text: str, known: Iterable[str] = ()) -> list[Mention]:
    """Names and common phrases of a text, coordinated ones also as one plural mention."""
    named = names(text, known)
    common = phrases(text, named)
    together = _coordinated(text, named)
    named = [_as_the_others(mention, together) for mention in named]
    return [*named, *common, *together]


def _as_the_others(mention: Mention, together: Sequence[Mention]) -> Mention:
    """A name that nothing tells the kind of is a person's where it is coordinated with one."""
    with_people = any(
        group.kind == "person" and group.start <= mention.start and mention.end <= group.end for group in together
    )
    return replace(mention, kind="person") if with_people and mention.kind == "thing" else mention


def spoken_of(turns: Sequence[Understood]) -> list[Spoken]:
    """What a pronoun after the last turn may stand for, nearest at hand first; each thing once, by its fullest name."""
    known = [
        mention.text for turn in turns for text in (turn.question, turn.answer[:_OPENING]) for mention in names(text)
    ]
    found: list[Spoken] = []
    for back, turn in enumerate(reversed(turns[-_FORGOTTEN:])):
        found += [Spoken(spoken.mention, spoken.score - back) for spoken in _of_turn(turn, known)]
    return _merged(found)


def _of_turn(turn: Understood, known: Sequence[str]) -> list[Spoken]:
    answered = {mention.key for mention in turn.answered_with}
    found = [
        Spoken(mention, _IN_QUESTION + (_AS_SUBJECT - _IN_QUESTION) * (place == 0) + _less(mention, turn.question))
        for place, mention in enumerate(_in_order(mentions(turn.question, known)))
    ]
    opening = turn.answer[:_OPENING]
    for place, mention in enumerate(_in_order(mentions(opening, known))):
        score = _OPENS_ANSWER * (place == 0) + _less(mention, opening) - _LATER * place
        found.append(Spoken(mention, score + _AS_ANSWER * (mention.key in answered)))
    return found + [Spoken(mention, _AS_ANSWER) for mention in turn.answered_with]


def _in_order(found: Iterable[Mention]) -> list[Mention]:
    """By place; of those that start together, the longest first."""
    return sorted(found, key=lambda mention: (mention.start, -mention.end))


def _less(mention: Mention, text: str) -> float:
    """Less for a name that only tells which, "Russia" of "Russia's delegation", and for a noun without "the"."""
    if not mention.proper and re.match(r"[a-z]", mention.text) and not _DETERMINED.match(mention.text):
        return _OWNER
    describes = re.match(r"['’](?:s\b| )", text[mention.end :]) or (
        mention.kind == "place"
        and re.match(r" (?!and\b|or\b)[a-z]{4,}", text[mention.end :])
        and not STANDS_ALONE.match(text[mention.end :])
    )
    return _OWNER if describes else 0.0


def _coordinated(text: str, named: Sequence[Mention]) -> list[Mention]:
    """ "Dmytro Kuleba and Sergei Lavrov" as one."""
    groups: list[list[Mention]] = []
    for mention in named:
        last = groups[-1][-1] if groups else None
        gap = text[last.end : mention.start] if last else ""
        if (
            last
            and _alike(mention, last)
            and re.fullmatch(r",|,? (?:and|or|&)(?: the)?|, the|,? ?(?:and)? ?", gap.rstrip() or "x")
        ):
            groups[-1].append(mention)
        else:
            groups.append([mention])
    return [
        Mention(text[group[0].start : group[-1].end], _kind(group), group[0].start, group[-1].end, plural=True)
        for group in groups
        if len(group) > 1 and re.search(r"\b(?:and|or|&) ", text[group[-2].end : group[-1].start])
    ]


def _alike(one: Mention, other: Mention) -> bool:
    """Whether two names may be coordinated: of one kind, or a person's and one that nothing tells the kind of."""
    kinds = {one.kind, other.kind}
    return kinds == {"person", "thing"} or (len(kinds) == 1 and "time" not in kinds)


def _kind(group: Sequence[Mention]) -> Kind:
    return "person" if any(mention.kind == "person" for mention in group) else group[0].kind


def _answered_with(question: str, answer: str, known: list[str]) -> tuple[Mention, ...]:
    """The mentions of the answer that have the kind that is asked for and are not in the question."""
    asked = _WH.match(question)
    if len(answer.split()) > _SHORT_ANSWER:
        answer = re.split(r"(?<=[.!?])\s", answer)[0]
    if not asked or not 0 < len(answer.split()) <= _SHORT_ANSWER:
        return ()
    kind = _ASKED_FOR.get(asked[1].lower())
    several = bool(re.match(r"\W*(?:who|where) (?:were|are|all)\b", question, re.I))
    in_question = {mention.key for mention in mentions(question, known)}
    new = [mention for mention in _in_order(mentions(answer, known)) if mention.key not in in_question]
    if kind == "person" and len(answer.split()) <= 6:  # "Medinsky." alone: nothing but the question tells what it is
        new = [
            replace(mention, kind="person") if mention.proper and mention.kind == "thing" else mention
            for mention in new
        ]
    if kind is None:
        named = [mention for mention in new if mention.proper and mention.kind != "time"]
        return tuple(_leading(named or [mention for mention in new if mention.kind == "thing"]))
    fitting = [mention for mention in new if mention.kind == kind and (mention.proper or kind != "person")]
    fitting = fitting or [mention for mention in new if mention.kind == kind]
    return tuple(_together(fitting) if several else _leading(fitting))


def _together(fitting: list[Mention]) -> list[Mention]:
    """All of the mentions, and what they are together."""
    single = [mention for mention in fitting if not mention.plural]
    if len(single) < 2 or any(mention.plural for mention in fitting):
        return fitting
    text = " and ".join([", ".join(mention.text for mention in single[:-1]), single[-1].text])
    return [replace(single[0], text=text, plural=True), *single]


def _leading(fitting: list[Mention]) -> list[Mention]:
    """The first mention; where it is coordinated with others, all of them."""
    if not fitting or not fitting[0].plural:
        return fitting[:1]
    whole = fitting[0]
    return [mention for mention in fitting if whole.start <= mention.start and mention.end <= whole.end]


def _merged(found: list[Spoken]) -> list[Spoken]:
    people = {spoken.mention.key for spoken in found if spoken.mention.kind == "person" and spoken.mention.proper}
    merged: dict[tuple[str, bool], Spoken] = {}
    for spoken in found:
        mention = spoken.mention
        last = plain(mention.text).split()[-1]
        if mention.kind == "thing" and mention.proper and last in people:
            mention = replace(mention, kind="person")
        if not mention.proper and (name := _named_by(mention, found)):
            mention = name
        key = (mention.key, mention.plural)
        known = merged.get(key)
        merged[key] = Spoken(mention, spoken.score) if known is None else _both(known, Spoken(mention, spoken.score))
    return sorted(merged.values(), key=lambda spoken: -spoken.score)


def _named_by(phrase: Mention, found: list[Spoken]) -> Mention | None:
    """What a short phrase was used for: "the palace" for the palace that is named, "the talks" for those of 16 May."""
    if len(phrase.text.split()) > 3 or not _SHORT.match(phrase.text):
        return None
    fitting = [spoken.mention for spoken in found if is_fuller(spoken.mention, phrase)]
    return fitting[0] if len({mention.key for mention in fitting}) == 1 else None


def is_fuller(mention: Mention, phrase: Mention) -> bool:
    """Whether a mention says which palace "the palace" is."""
    if (mention.kind == "person" and mention.proper) or head(mention) != head(phrase) or _SHORT.match(mention.text):
        return False
    return mention.proper or len(mention.text.split()) > len(_SAME.sub("", phrase.text).split())


def _both(one: Spoken, other: Spoken) -> Spoken:
    """The fuller name, what either says of gender, and the better score."""
    fuller, less = sorted((one.mention, other.mention), key=lambda mention: -len(_bare(mention.text)))
    gender = fuller.gender or less.gender
    return Spoken(replace(fuller, gender=gender), max(one.score, other.score))


def _bare(text: str) -> str:
    return plain(re.sub(r"^the ", "", text, flags=re.I))
