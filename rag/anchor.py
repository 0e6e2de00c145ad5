"""Anchoring: are the names, places, dates and numbers of a question accounted for by the evidence?

Pure text work, no model. A question is broken into anchors; a text into keys. An anchor is accounted for when one of
its keys is among the text's, whatever the spelling: "Russian", "Moscow" and "Russia", "Türkiye" and "Turkey", "three"
and "3", "16 May 2025" and "2025-05-16", and words that differ by a typing error.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from typing import Literal

import Stemmer
from rapidfuzz.distance import OSA

Kind = Literal["name", "number", "word"]

_SEAT = "@"  # marks a key that stands for a country through its seat of government: "Moscow" gives "@russia"
_METONYM = 0.5  # what an anchor is worth when only such a key accounts for it

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:[.&'’\-][^\W\d_]+)*\.?", re.UNICODE)
_ISO_DATE = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_ENDING = re.compile(r"[iyj]+$")  # Zelensky, Zelenskyy, Zelenskij
_POSSESSIVE = re.compile(r"['’]s?$")

_MONTHS = "january february march april may june july august september october november december".split()
_SHORT_MONTHS = {month[:3]: month for month in _MONTHS if month != "may"} | {"sept": "september"}
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = {
    word: 10 * (place + 2) for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_NUMBERS = {word: str(number) for number, word in enumerate(_UNITS)} | {word: str(n) for word, n in _TENS.items()}
_ORDINALS = {
    word: str(number + 1)
    for number, word in enumerate("first second third fourth fifth sixth seventh eighth ninth tenth".split())
}

# Words that a question asks with, not about. "will", "may" and "us" are decided by their capitals.
_STOP = frozenset(
    """
    a about after again all also am an and any are as at be been before being both but by can could date day did
    do does doing done during each else ever exactly far for from get give given go had happen happened happens
    has have he her here him his how i if in into is it its just kind long many may me more most much my name
    named no not of off on one only or other our out over own place please said say same she should so some such
    take taken tell than that the their them then there these they thing this those time to too took type under
    up us very was we were what when where which while who whom whose why will with would year years you your
    according article articles document documents call called
    """.split()
)

# The last word of a name that does not single anything out: there, every word of the name counts.
_COMMON_HEADS = frozenset(
    """
    academy accord accords act agency agreement airport alliance army assembly association authority award bank
    base battle bay board bridge canal castle centre center church city club coast college commission committee
    company conference congress convention corporation council country county court day declaration department
    district empire fleet force forces forum foundation front fund government group house hotel initiative
    institute island islands king kingdom lake law league library market ministry mosque mountain movement
    museum nations network office order organisation organization palace park parliament party peninsula plan
    police port president prize programme program project province queen region report republic revolution river
    road school sea series square state states station street summit theatre theater tower town treaty tribunal
    union university valley village war wall
    """.split()
)


# Offices: the word before one tells which, "prime" or "defence minister", and both together count like a name.
_OFFICES = frozenset(
    "minister ministers secretary chancellor ambassador adviser advisor spokesman spokeswoman commander".split()
)


@dataclass(frozen=True, slots=True)
class Anchor:
    """Something that a question names, in parts ("Black", "Sea"); any key of a part accounts for the part."""

    text: str
    kind: Kind
    parts: tuple[frozenset[str], ...]


def anchors(question: str) -> tuple[Anchor, ...]:
    """Return what the question names, in its order: names as a whole, numbers, other words that carry meaning."""
    found: list[Anchor] = []
    run: list[re.Match[str]] = []
    shouted = _shouted(question)
    for token in _TOKEN.finditer(question):
        if _is_name(token, question, shouted):
            if run and question[run[-1].end() : token.start()].strip():  # a comma or a stop parts two names
                found += _name(run)
                run = []
            run.append(token)
            if _ends_name(token.group()):
                found += _name(run)
                run = []
            continue
        found += _name(run)
        run = []
        found = _with_office(found, _other(token.group()))
    return tuple(dict.fromkeys(found + _name(run)))


def named(name: str) -> tuple[Anchor, ...]:
    """Return the anchors of a text that is a name: the country in it, and the rest, by the last name if a person's."""
    return tuple(_name(list(_TOKEN.finditer(name))))


def words(text: str) -> list[str]:
    """The words of a text, lower case and without accents."""
    return [_plain(token.group()) for token in _TOKEN.finditer(text)]


def common_head(word: str) -> bool:
    """Whether a word at the end of a name tells what is named: a palace, a ministry, a treaty; not a person."""
    return _plain(word) in _COMMON_HEADS


def keys(text: str) -> frozenset[str]:
    """Return every key that a text accounts for."""
    text = spelt_out(text)
    found: set[str] = set()
    words = [token.group() for token in _TOKEN.finditer(text)]
    for word in words:
        found |= _word_keys(word)
    joined = f" {' '.join(_plain(word) for word in words)} "
    for phrase, country in _phrases().items():
        if f" {phrase} " in joined:
            found |= country
    return frozenset(found)


def spelt_out(text: str) -> str:
    """The text with its dates in words: "2025-05-16" as "16 May 2025"."""
    return _ISO_DATE.sub(lambda date: f"{int(date[3])} {_MONTHS[(int(date[2]) - 1) % 12].title()} {date[1]}", text)


def accounted(anchor: Anchor, text_keys: frozenset[str], slips: bool = True) -> float:
    """Return how far the keys account for the anchor: 1 fully, 0 not at all, between for a seat or some parts.

    Without `slips` a word is no other one that is a typing error away: a user may mistype a name, a text must not.
    """
    return sum(_part_accounted(part, anchor.kind, text_keys, slips) for part in anchor.parts) / len(anchor.parts)


def anchored(anchor: Anchor, text_keys: frozenset[str], slips: bool = True) -> float:
    """Return the share of the anchor's parts that the keys account for in any way, a seat of government in full."""
    return sum(_part_accounted(part, anchor.kind, text_keys, slips) > 0 for part in anchor.parts) / len(anchor.parts)


def number(word: str) -> str | None:
    """Return the digits of a number, in digits or in words, an ordinal's too; None for another word."""
    plain = _plain(word)
    if word[:1].isdigit():
        return _digits(re.sub(r"(?<=\d)(?:st|nd|rd|th|s)$", "", word))
    return _NUMBERS.get(plain) or _ORDINALS.get(plain)


def ordinal(word: str) -> bool:
    """Whether a word is an ordinal: "first", "2nd"."""
    return _plain(word) in _ORDINALS or bool(re.fullmatch(r"\d+(?:st|nd|rd|th)", word))


def month(word: str) -> int | None:
    """Return a month's number, 1 to 12; None for another word and for "may" in small letters."""
    plain = _plain(word)
    plain = _SHORT_MONTHS.get(plain, plain)
    return _MONTHS.index(plain) + 1 if plain in _MONTHS and not (plain == "may" and word.islower()) else None


def _part_accounted(part: frozenset[str], kind: Kind, text_keys: frozenset[str], slips: bool) -> float:
    if part & text_keys:
        return 1.0
    if any(_SEAT + key in text_keys or key.removeprefix(_SEAT) in text_keys for key in part):
        return _METONYM
    if kind == "number" or places(part):
        return 0.0  # "Iran" is no misspelt "Iraq"
    return 1.0 if any(_spelt_alike(key, other, slips) for key in part for other in text_keys) else 0.0


def places(text_keys: Iterable[str]) -> frozenset[str]:
    """Return the countries and unions among the keys, those meant by their seat of government included."""
    known = _known_places()
    return frozenset(key.removeprefix(_SEAT) for key in text_keys if key.removeprefix(_SEAT) in known)


# --- from words to keys -----------------------------------------------------------------------------------------------


@lru_cache(maxsize=65536)
def _word_keys(word: str) -> frozenset[str]:
    plain = _plain(word)
    if word[0].isdigit():
        return frozenset({_digits(word)})
    found = {_stem(plain)}
    if "-" in plain:
        found |= {_stem(part) for part in plain.split("-")}
    if plain in _NUMBERS:
        found.add(_NUMBERS[plain])
    if plain in _ORDINALS:
        found.add(_ORDINALS[plain])
    if plain in _SHORT_MONTHS:
        found.add(_stem(_SHORT_MONTHS[plain]))
    if not (len(plain) <= 4 and word.islower()):  # "us" and "pole" are words, "US" and "Pole" are not
        found |= _countries().get(plain, frozenset())
    return frozenset(found)


def _digits(word: str) -> str:
    grouped = re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word)
    return word.replace(",", "") if grouped else word.rstrip(".,")


@lru_cache(maxsize=65536)
def _plain(word: str) -> str:
    """Lower case, without accents, possessive and the stops of an abbreviation."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return _POSSESSIVE.sub("", bare.rstrip(".")).replace(".", "").replace("’", "'")


_stemmer = Stemmer.Stemmer("english")
_stemmer_lock = Lock()  # a Snowball stemmer keeps state while it works


@lru_cache(maxsize=65536)
def _stem(plain: str) -> str:
    with _stemmer_lock:
        return str(_stemmer.stemWord(plain))


def _spelt_alike(key: str, other: str, slips: bool) -> bool:
    """Whether two keys differ as a transliteration does, or with `slips` as a typing error does."""
    key, other = _ENDING.sub("i", key), _ENDING.sub("i", other)
    size = min(len(key), len(other))
    if size < 5 or key[0] != other[0] or key[0].isdigit() or other[0].isdigit():
        return False
    allowed = (2 if size >= 9 else 1) if slips else 0
    return OSA.distance(key, other, score_cutoff=allowed) <= allowed


# --- places -----------------------------------------------------------------------------------------------------------


@cache
def _table() -> dict[str, frozenset[str]]:
    """Every form of the table, plain, with the keys that it gives; a form may have several words."""
    forms: dict[str, set[str]] = {}
    for line in Path(__file__).with_name("places.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        names, demonyms, seats = (
            [" ".join(_plain(word) for word in form.split()) for form in column.split(",") if form]
            for column in line.split("|")
        )
        for form in names + demonyms:
            forms.setdefault(form, set()).add(names[0])
            if " " not in form:
                forms.setdefault(f"{form}s", set()).add(names[0])
        for form in seats:
            forms.setdefault(form, set()).add(_SEAT + names[0])
    return {form: frozenset(given) for form, given in forms.items()}


@cache
def _countries() -> dict[str, frozenset[str]]:
    return {form: given for form, given in _table().items() if " " not in form}


@cache
def _phrases() -> dict[str, frozenset[str]]:
    return {form: given for form, given in _table().items() if " " in form}


@cache
def _known_places() -> frozenset[str]:
    return frozenset(key for given in _table().values() for key in given if not key.startswith(_SEAT))


# --- names in a question ----------------------------------------------------------------------------------------------


def _shouted(question: str) -> bool:
    """Whether capitals say nothing here: every word has one."""
    words = [token.group() for token in _TOKEN.finditer(question) if not token.group()[0].isdigit()]
    return len(words) > 3 and all(word[0].isupper() for word in words)


def _is_name(token: re.Match[str], question: str, shouted: bool) -> bool:
    word = token.group()
    plain = _plain(word)
    if word[0].isdigit() or plain in _MONTHS:
        return False
    if _countries().get(plain) and not (len(plain) <= 4 and word.islower()):
        return True
    if not word[0].isupper() or shouted:
        return False
    starts = not question[: token.start()].strip(" \"'“‘(¿") or question[: token.start()].rstrip()[-1:] in {
        ".",
        "?",
        "!",
    }
    return plain not in _STOP and not (starts and _ordinary(plain))


def _ordinary(plain: str) -> bool:
    """Whether a word that opens a question is more likely a verb or noun of asking than a name."""
    return plain in {"name", "list", "describe", "explain", "show", "find", "summarise", "summarize", "give", "tell"}


def _ends_name(word: str) -> bool:
    return bool(_POSSESSIVE.search(word))


def _name(run: list[re.Match[str]]) -> list[Anchor]:
    """One anchor for a run of capitalised words; a person is accounted for by the last name alone."""
    if not run:
        return []
    text = _POSSESSIVE.sub("", " ".join(token.group() for token in run))
    plain = " ".join(_plain(token.group()) for token in run)
    if given := _table().get(plain):
        return [Anchor(text, "name", (given,))]
    countries = [token for token in run if _countries().get(_plain(token.group()))]
    if countries and len(run) > 1:  # "Russian President Vladimir Putin": the country and the rest
        rest = [token for token in run if token not in countries]
        return [anchor for token in countries for anchor in _name([token])] + _name(rest)
    named = run if _plain(run[-1].group()) in _COMMON_HEADS else run[-1:]
    return [Anchor(text, "name", tuple(_word_keys(token.group()) for token in named))]


def _with_office(found: list[Anchor], others: list[Anchor]) -> list[Anchor]:
    """The anchors with the next ones, an office joined with the word before it."""
    if others and found and found[-1].kind == "word" and _plain(others[0].text) in _OFFICES:
        which = found[-1]
        return [*found[:-1], Anchor(f"{which.text} {others[0].text}", "name", which.parts + others[0].parts)]
    return found + others


def _other(word: str) -> list[Anchor]:
    plain = _plain(word)
    if word[0].isdigit() or (plain in _NUMBERS and plain not in _STOP):
        return [Anchor(word, "number", (frozenset({_NUMBERS.get(plain, _digits(word))}),))]
    if plain in _MONTHS and not (plain == "may" and word.islower()):
        return [Anchor(word, "number", (frozenset({_stem(plain)}),))]
    if plain in _STOP or len(plain) < 2:
        return []
    return [Anchor(word, "word", (_word_keys(word),))]
