"""Made-up news in which two parties, places, dates or amounts stand side by side, with questions about one of them.

Whoever reads only for the kind of answer fails here: every passage holds two of each kind, and every question about a
third party, a crossed pair or a relation that is not stated must be met with silence.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from training.examples import Example, unanswerable
from training.names import LISTS, draw, forms
from training.relations import AROUND, BYSTANDER, RELATIONS, Relation

_SLOT = re.compile(r"{(\w+)[.\w]*}")
_OPENERS = {"The", "In", "On", "At", "For", "It", "From", "Officials", "Between", "With", "Born", "Founded", "Leading"}
_SHARED = ("country", "company")  # what two relations of one passage may both speak of

Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class Statement:
    """A relation, the names in it, and the sentence that states it."""

    relation: Relation
    names: Names
    sentence: str


def made(count: int, chance: random.Random, real: Sequence[str] = ()) -> Iterator[Example]:
    """At least `count` examples, a passage's together; half of the passages have `real` sentences around."""
    total = 0
    while total < count:
        examples = list(passage_examples(chance, real if real and chance.random() < 0.5 else AROUND))
        total += len(examples)
        yield from examples


def passage_examples(chance: random.Random, around: Sequence[str] = AROUND) -> Iterator[Example]:
    """One passage's questions: each statement asked once or twice, and two or three that it does not answer."""
    used: set[str] = set()
    relation = chance.choice(RELATIONS)
    stated = state(relation, chance.choice([2, 2, 2, 3]), used, chance)
    more = [other for other in RELATIONS if other is not relation and _shared(relation, other)]
    if more and chance.random() < 0.5:
        kept = [statement.names for statement in stated[:2]]
        stated += state(chance.choice(more), 2, used, chance, kept)
    absent = _draw_names(relation, used, chance)
    passage, starts = compose(stated, absent, around, chance)
    for statement, start in zip(stated, starts, strict=True):
        yield from _asked(statement, passage, start, chance)
    silent = list(_silent(stated, absent, chance))
    for question in chance.sample(silent, min(len(silent), chance.choice([2, 2, 3]))):
        yield unanswerable(question, passage, f"made-{relation.kind}-silent")


def state(
    relation: Relation, count: int, used: set[str], chance: random.Random, kept: list[Names] | None = None
) -> list[Statement]:
    """Statements of one relation about different names, in one form or in several."""
    topic = chance.choice(LISTS["topic"])
    alike = chance.choice(relation.statements)
    parallel = chance.random() < 0.3
    found = []
    for number in range(count):
        names = _draw_names(relation, used, chance) | {"topic": topic}
        if kept:
            names |= {slot: name for slot, name in kept[number].items() if slot in names and slot in _SHARED}
        form = alike if parallel else chance.choice(relation.statements)
        found.append(Statement(relation, names, fill(form, names)))
    return found


def compose(
    stated: list[Statement], absent: Names, around: Sequence[str], chance: random.Random
) -> tuple[str, list[int]]:
    """A passage of the statements among sentences that say nothing of the kind, and where each statement starts."""
    sentences: list[tuple[str, int | None]] = [(statement.sentence, at) for at, statement in enumerate(stated)]
    chance.shuffle(sentences)
    slot = chance.choice(sorted(absent))
    if slot.split("_")[0] in BYSTANDER and chance.random() < 0.5:
        bystander = chance.choice(BYSTANDER[slot.split("_")[0]]).format(absent[slot])
        sentences.insert(chance.randint(0, len(sentences)), (bystander, None))
    for sentence in chance.sample(around, chance.randint(0, 5)):
        sentences.insert(chance.randint(0, len(sentences)), (sentence, None))
    passage, starts = "", [0] * len(stated)
    for number, (sentence, at) in enumerate(sentences):
        said = sentence
        if number and at is not None and sentences[number - 1][1] is not None and chance.random() < 0.25:
            passage = passage[:-1] + chance.choice([", while", "; ", ", and", ", whereas"]).rstrip()
            said = sentence[0].lower() + sentence[1:] if sentence.split()[0] in _OPENERS else sentence
        passage += " " * bool(passage)
        if at is not None:
            starts[at] = len(passage)
        passage += said
    return passage, starts


def fill(form: str, names: Names) -> str:
    """A form with its names; `{country.adj}` and `{country.capital}` follow from the country."""
    filled = form
    if "{country." in form:
        adjective, capital = forms(names["country"])
        filled = filled.replace("{country.adj}", adjective).replace("{country.capital}", capital)
    return filled.format_map(names)


def _asked(statement: Statement, passage: str, start: int, chance: random.Random) -> Iterator[Example]:
    questions = statement.relation.questions
    for question, slot in chance.sample(questions, min(len(questions), chance.choice([1, 1, 2]))):
        answer = statement.names[slot]
        found = re.search(rf"(?<![\w.,-]){re.escape(answer)}(?!\w)", passage[start:])
        if found is None or found.start() >= len(statement.sentence):
            continue  # the capital stands for the country here
        yield Example(
            fill(question, statement.names), passage, start + found.start(), answer, f"made-{statement.relation.kind}"
        )


def _silent(stated: list[Statement], absent: Names, chance: random.Random) -> Iterator[str]:
    """Questions about a third party, a crossed pair, the reverse, and a relation that the passage does not state."""
    first = stated[0]
    second = next(statement for statement in stated[1:] if statement.relation is first.relation)
    for question, _ in chance.sample(first.relation.questions, 2):
        slots = sorted(set(_SLOT.findall(question)))
        yield fill(question, first.names | {slot: absent[slot] for slot in [chance.choice(slots)]})
        if len(slots) > 1:
            crossed = chance.choice(slots)
            yield fill(question, first.names | {crossed: second.names[crossed]})
    if first.relation.silent:
        yield fill(chance.choice(first.relation.silent), chance.choice([first, second]).names)
    relations = [statement.relation for statement in stated]
    others = [other for other in RELATIONS if other not in relations and _shared(first.relation, other)]
    if others and not any("{company} " in form for form in first.relation.statements):
        other = chance.choice(others)
        single = [question for question, _ in other.questions if _SLOT.findall(question) == ["country"]]
        if single:
            yield fill(chance.choice(single), first.names)


def _shared(one: Relation, other: Relation) -> bool:
    return any(
        f"{{{name}" + end in one.statements[0] and f"{{{name}" + end in other.statements[0]
        for name in _SHARED
        for end in ("}", ".")
    )


def _draw_names(relation: Relation, used: set[str], chance: random.Random) -> Names:
    """A name for each slot of the relation, none of them used in the passage before."""
    names: Names = {}
    for slot in sorted(set(_SLOT.findall(" ".join([*relation.statements, *(q for q, _ in relation.questions)])))):
        if slot == "topic":
            continue
        while (name := draw(slot.split("_")[0], chance)) in used:
            pass
        used.add(name)
        names[slot] = name
    if names.get("year_a", "") > names.get("year_b", "9"):
        names["year_a"], names["year_b"] = names["year_b"], names["year_a"]
    return names
