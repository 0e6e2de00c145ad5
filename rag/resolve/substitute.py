"""A phrase in place of one of the last question: "And Ukraine's?", "no, in 2022", "what about the other side?"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from rag.resolve import forms, grammar
from rag.resolve.context import Reading, Understood, mentions, spoken_of
from rag.resolve.names import Mention, names
from rag.resolve.phrases import head, phrases


def fits_a_slot(part: str, last: Understood) -> bool:
    """Whether a phrase without "and" before it is a name or a time that can replace one of the last question."""
    inside = _spans(part)
    covered = sum(mention.end - mention.start for mention in inside[:1])
    whole = bool(inside) and inside[0].proper and covered >= len(part.removesuffix("'s").removesuffix("’s")) - 6
    return whole and any(slot.kind == inside[0].kind for slot in _spans(last.question))


def _spans(text: str) -> list[Mention]:
    """Names and common phrases; no name twice, as itself and inside a phrase that is about it."""
    return sorted([*names(text), *phrases(text)], key=lambda mention: (mention.start, mention.end))


def substituted(part: str, turns: Sequence[Understood]) -> list[Reading]:
    last = turns[-1]
    if re.match(r"(?:and )?the others?(?: (?P<noun>[a-z]+))?$", part, re.I):
        return _of_the_other(turns) or _other_than(last)
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
    same = (
        slot.kind == new.kind
        or new.kind == "thing" != slot.kind != "place"
        or (slot.kind == "thing" and new.kind == "person")
    )
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
