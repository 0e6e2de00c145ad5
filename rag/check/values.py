"""The values of a sentence: its names, countries, numbers and dates, each with the word that it hangs on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Literal

from rag import anchor, lexicon
from rag.anchor import Anchor
from rag.grammar import Parse, Word

Kind = Literal["name", "country", "number", "date"]

_TITLES = frozenset(
    """
    president vice prime minister secretary sultan king queen prince princess emperor general colonel major captain
    admiral doctor dr mr mrs ms sir lord lady pope bishop senator governor mayor chancellor ambassador judge justice
    professor prof chairman chairwoman director sheriff detective officer sergeant lieutenant
    """.split()
)
_QUANTITIES = frozenset(
    "dozen hundred thousand million billion trillion half both all every none most several few many some".split()
)
_VAGUE = frozenset("all every most several few many some".split())  # compared with each other only
_PARTICLES = frozenset("al el de del di da du van von der bin ibn ben la le".split())
_YEAR = re.compile(r"1\d{3}|20\d{2}")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


@dataclass(frozen=True)
class Value:
    """A name, country, number or date of a sentence."""

    text: str
    kind: Kind
    place: int  # of the word that the others hang on
    first: int  # of its first word
    date: tuple[int, int, int] = (0, 0, 0)  # year, month, day; 0 where not said
    quoted: bool = False  # a work's name: "The Wasp Factory"

    @cached_property
    def anchors(self) -> tuple[Anchor, ...]:
        """What must be accounted for."""
        return anchor.named(self.text)

    @cached_property
    def keys(self) -> frozenset[str]:
        """What it accounts for."""
        return anchor.keys(self.text)

    @property
    def person(self) -> bool:
        """Whether it may be a person: a name that tells nothing else."""
        return self.kind == "name" and not self.quoted and not anchor.common_head(self.text.split()[-1])


def values(words: Parse) -> tuple[Value, ...]:
    """Return the values of a sentence in their order."""
    dates = _dates(words)
    taken = {place for value, places in dates for place in places}
    names = _names(words, taken)
    taken |= {place for value in names for place in range(value.first, value.place + 1)}
    numeric = groupby(words, lambda word: word.place not in taken and _numeric(word))
    numbers = [number for is_number, run in numeric if is_number for number in _numbers(list(run))]
    return tuple(sorted([value for value, _ in dates] + names + numbers, key=lambda value: value.first))


def agrees(value: Value, other: Value, exactly: bool = False) -> bool:
    """Whether two values are the same, as far as both say; `exactly` takes no city for its country."""
    if value.kind == "date" or other.kind == "date":
        return value.kind == other.kind and _borne_out(value.date, other.date)
    if value.kind == "number" or other.kind == "number":
        return value.kind == other.kind and amount(value) == amount(other)
    return names(value, other.keys, exactly) and _first_names(value, other)


def _borne_out(said: tuple[int, int, int], there: tuple[int, int, int]) -> bool:
    """Whether a date is another one, less exactly or as exactly; a year that is not said there may be any."""
    return all(not a or a == b for a, b in zip(said[1:], there[1:], strict=True)) and (
        not said[0] or said[0] == there[0] or (not there[0] and any(said[1:]))
    )


def _first_names(value: Value, other: Value) -> bool:
    """Whether two persons of one last name may be one: the one's first names are the other's, or none are given."""
    mine, others = (anchor.words(item.text)[:-1] for item in (value, other))
    return not (value.person and mine and others) or _all_among(mine, others) or _all_among(others, mine)


def first_names_known(value: Value, keys: frozenset[str]) -> bool:
    """Whether the keys account for a person's first names, initials aside."""
    first_names = anchor.words(value.text)[:-1] if value.person else []
    return all(len(name) == 1 or anchor.keys(name) & keys for name in first_names)


def _all_among(first_names: Sequence[str], others: Sequence[str]) -> bool:
    """Whether each is among the others, or the initial of one of them, or has its initial there."""
    return all(
        any(name == other or (name[0] == other[0] and 1 in (len(name), len(other))) for other in others)
        for name in first_names
    )


def names(value: Value, keys: frozenset[str], exactly: bool = False) -> bool:
    """Whether the keys account for a name, as it is spelt: "Umarov" may be another person than "Umerov"."""
    measure = anchor.accounted if exactly else anchor.anchored
    return all(measure(given, keys, slips=False) == 1 for given in value.anchors)


def rivals(value: Value, other: Value) -> bool:
    """Whether two values of one place in a clause exclude each other: two countries, two persons, two palaces."""
    return value.kind == other.kind and value.person == other.person


def amount(value: Value) -> str:
    """The digits of a number ("three hundred" gives "300"), or its word."""
    words = value.text.lower().split()
    numbers = [_number(word) for word in words]
    if all(number is not None for number in numbers) and len(words) > 1:
        return _written(numbers)  # type: ignore[arg-type]
    text = words[0]
    return anchor.number(text) or _WORDS.get(text, text.rstrip("s") if len(text) > 4 else text)


_WORDS = {
    "dozens": "dozen",
    "none": "0",
    "both": "2",
    "twice": "2",
    "once": "1",
    "hundred": "100",
    "thousand": "1000",
    "million": "1000000",
}
_POWERS = {"hundred": 100.0, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}


def _number(word: str) -> float | None:
    digits = anchor.number(word)
    try:
        return _POWERS[word] if word in _POWERS else float(digits) if digits else None
    except ValueError:
        return None


def _written(numbers: Sequence[float]) -> str:
    total = part = 0.0
    for number in numbers:
        if number in _POWERS.values() and number >= 100:
            part = (part or 1) * number
            total, part = (total + part, 0.0) if number > 100 else (total, part)
        else:
            part += number
    return f"{total + part:g}" if total + part < 1e15 else str(total + part)


def _numeric(word: Word) -> bool:
    if word.tag == "PRP" or word.text.lower() in {"one", "ones"}:
        return False
    return anchor.number(word.text) is not None or (word.lemma in _QUANTITIES and word.lemma not in _VAGUE)


def _numbers(run: list[Word]) -> list[Value]:
    """Numbers side by side: one where both are cardinals, "three hundred" or "1.2 million"."""
    if len(run) > 1 and all(word.tag == "CD" and _number(word.text.lower()) is not None for word in run):
        return [Value(" ".join(word.text for word in run), "number", run[-1].place, run[0].place)]
    return [Value(word.text, "number", word.place, word.place) for word in run]


def _dates(words: Parse) -> list[tuple[Value, range]]:
    found: list[tuple[Value, range]] = []
    place = 0
    while place < len(words):
        end, date = _date_from(words, place)
        if any(date):
            text = " ".join(word.text for word in words[place:end])
            found.append((Value(text, "date", _top(words, range(place, end)), place, date), range(place, end)))
        place = max(end, place + 1)
    return found


def _date_from(words: Parse, start: int) -> tuple[int, tuple[int, int, int]]:
    """The date that begins at a word: (where it ends, (year, month, day)); zeros where none begins."""
    if iso := _ISO.fullmatch(words[start].text):
        return start + 1, (int(iso[1]), int(iso[2]), int(iso[3]))
    year = month = day = 0
    place = start
    while place < len(words):
        word = words[place]
        number = anchor.number(word.text) if word.text[:1].isdigit() else None
        if not month and (found := anchor.month(word.text)) and word.tag.startswith("NNP"):
            month = found
        elif not year and number and (_YEAR.fullmatch(number) and _dated(word, words, bool(month))):
            year = int(number)
        elif not day and number and number.isdigit() and int(number) <= 31 and _beside_month(words, place):
            day = int(number)
        elif not (place > start and word.text in {",", "of"} and month and not year):
            break
        place += 1
    while place > start and words[place - 1].text in {",", "of"}:
        place -= 1
    return place, (year, month, day)


def _dated(word: Word, words: Parse, after_month: bool) -> bool:
    """Whether a number like 1938 is a year, and counts nothing."""
    counted = words[word.head]
    counts = word.role == "nummod" and counted.tag in {"NNS", "NNPS"}
    return after_month or not counts


def _beside_month(words: Parse, place: int) -> bool:
    around = [words[other].text for other in (place - 1, place + 1) if 0 <= other < len(words)]
    beyond = words[place + 2].text if place + 2 < len(words) and words[place + 1].text == "of" else ""
    return any(anchor.month(text) for text in [*around, beyond] if text)


def _names(words: Parse, taken: set[int]) -> list[Value]:
    found: list[Value] = []
    for named, run in groupby(words, lambda word: _is_name(word, words) and word.place not in taken):
        if named:
            for part in _parts(list(run)):
                found += _named(part, words)
    return found


def _parts(run: list[Word]) -> list[list[Word]]:
    """A run of capitalised words, parted where one name ends and the next begins."""
    parts: list[list[Word]] = [[]]
    for word in run:
        if word.role == "appos" and parts[-1] and parts[-1][-1].role != "compound":
            parts.append([])
        parts[-1].append(word)
    return parts


def _named(run: list[Word], words: Parse) -> list[Value]:
    if run[0].text == "State" and run[0].place > 1 and words[run[0].place - 2].lemma == "secretary":
        run = run[1:]  # "Secretary of State Marco Rubio"
    while run and run[0].lemma.rstrip(".") in _TITLES and len(run) > 1:
        run = run[1:]
    if not run:
        return []
    if len(run) == 1 and run[0].lemma.rstrip(".") in _TITLES:
        return []
    found = []
    for country, part in _by_country(run):
        text = " ".join(word.text for word in part).replace(" - ", "-")
        top = _top(words, range(part[0].place, part[-1].place + 1))
        place = part[-1].place if country and len(part) < len(run) else top
        opened = sum(word.text in {'"', "“", "”"} for word in words[: part[0].place]) % 2 == 1
        found.append(Value(text, "country" if country else "name", place, part[0].place, quoted=opened))
    return found


def _by_country(run: list[Word]) -> list[tuple[bool, list[Word]]]:
    """ "Russian President Vladimir Putin" → the country, and the rest; a whole that is a country stays whole."""
    text = " ".join(word.text for word in run).replace(" - ", "-")
    given = anchor.named(text)
    if len(given) == 1 and all(anchor.places(part) for part in given[0].parts):
        return [(True, run)]
    split = [(bool(anchor.places(anchor.keys(word.text))) and not _seat(word), word) for word in run]
    if anchor.common_head(run[-1].text):
        split = [(False, word) for word in run]
    grouped = [(key, [word for _, word in part]) for key, part in groupby(split, lambda item: item[0])]
    return [(key, _untitled(part)) for key, part in grouped if _untitled(part)]


def _untitled(run: list[Word]) -> list[Word]:
    while run and run[0].lemma.rstrip(".") in _TITLES:
        run = run[1:]
    return run


def _seat(word: Word) -> bool:
    return all(key not in anchor.places([key]) for key in anchor.keys(word.text))


def _is_name(word: Word, words: Parse) -> bool:
    if word.tag == "HYPH" and 0 < word.place < len(words) - 1:  # "Bankman-Fried"
        before, after = words[word.place - 1], words[word.place + 1]
        return (before.text in _PARTICLES or _is_name(before, words)) and _is_name(after, words)
    if word.text in _PARTICLES and 0 < word.place < len(words) - 1:  # "Taqi al-Din", "Jerónimo de Ayanz"
        around = (words[word.place - 1], words[word.place + 1 + (words[word.place + 1].tag == "HYPH")])
        return all(other.tag == "NNP" for other in around)
    if not word.text[:1].isalpha() or anchor.month(word.text):
        return False
    if word.tag in {"NNP", "NNPS"}:
        return word.text[:1].isupper()
    if word.text[:1].isupper() and word.tag[:2] in _OPEN and (_unheard_of(word) or _begins_name(word, words)):
        return True  # "Zelenskyy demanded ..." is a noun to the grammar, "Mind Blowing Films" begins with a verb
    return word.text[:1].isupper() and bool(anchor.places(anchor.keys(word.text)))


_OPEN = frozenset({"NN", "JJ", "RB", "VB"})  # tags of words that a name may be taken for


def _unheard_of(word: Word) -> bool:
    acts = word.role == "nsubj" and not word.children and word.tag[:2] != "VB"
    return (word.place > 0 or acts) and not lexicon.known(word.lemma)


def _begins_name(word: Word, words: Parse) -> bool:
    after = words[word.place + 1] if word.place + 1 < len(words) else word
    if word.tag[:2] != "VB" or not after.text[:1].isupper() or after.place == word.place:
        return False
    named = after.tag[:3] == "NNP" and word.place > 0  # "Using Ellison as a front" begins with a verb
    return named or _begins_name(after, words)


def _top(words: Parse, places: Sequence[int]) -> int:
    """The word of a run that the others depend on: the first whose head lies outside."""
    inside = set(places)
    return next(
        (place for place in places if words[place].head not in inside or words[place].head == place), places[-1]
    )
