"""Who and what a text names: people, places, times and things, as written, with what tells them apart.

Rules over capitals, titles, first names and countries, no model: a name that is not recognised is a thing, which only
means that no "he" will stand for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from rag import anchor
from rag.resolve.verbs import is_verb

Kind = Literal["person", "place", "time", "thing"]
Gender = Literal["", "man", "woman"]

_WORD = r"[^\W\d_]+(?:['’.-][^\W\d_]+)*"
_CAPITAL = rf"(?=[^\W\d_a-zß-öø-ÿ]){_WORD}\.?"
_INSIDE = r"(?:of(?: the)?|de(?: la)?|del|da|dos|di|du|van(?: de[nr]?)?|von(?: de[mr])?|der|al|bin|ibn|the)"
_NUMERAL = r"\d+(?:st|nd|rd|th)?|[IVX]+"
_NAME = re.compile(rf"{_CAPITAL}(?:(?: |-){_CAPITAL}| {_INSIDE} {_CAPITAL}| (?:{_NUMERAL})\b(?! (?:{_CAPITAL}|\d)))*")
_POSSESSIVE = re.compile(r"['’](?:s\b|(?!\w))")
_QUOTED = re.compile(r"[“\"]([^“”\"]{2,80})[”\"]")

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = r"(?:1\d{3}|20\d{2})"
TIME = re.compile(
    rf"\b(?:(?:\d{{1,2}}(?:st|nd|rd|th)? (?:of )?(?:{_MONTH})(?:,? {_YEAR})?)|(?:(?:{_MONTH}) \d{{1,2}}(?:st|nd|rd|th)?"
    rf"(?:,? {_YEAR})?)|(?:(?:early |late |mid-)?(?:{_MONTH}) {_YEAR})|(?:{_MONTH})(?= |$|[?.,])|{_YEAR}s?"
    rf"|(?:the )?\d{{1,2}}(?:st|nd|rd|th) century)\b"
)

_MEN = frozenset("mr sir king prince duke lord emperor sultan father brother chairman pope baron count".split())
_WOMEN = frozenset("mrs ms miss lady queen princess duchess empress chairwoman dame sister mother madame".split())
_TITLES = (
    _MEN
    | _WOMEN
    | frozenset(
        """
        president minister secretary chancellor premier senator governor mayor ambassador adviser advisor general
        colonel captain major admiral sergeant commander judge justice professor dr doctor director chief coach bishop
        archbishop cardinal spokesman spokeswoman representative congressman congresswoman prime foreign defence defense
        vice deputy chair actor actress singer author inspector detective
        """.split()
    )
)
# A capital that opens a sentence says nothing; these are the words that open one and are no names.
_OPENERS = frozenset(
    """
    a about according additionally after all also although among an and another any are as at based be because before
    both but by can could despite did do does due during each either every few first for from furthermore given had has
    have he her here hers him his how however i if in instead into is it its just last later let like many maybe me more
    moreover most mr my neither never next no none nor not now of often on once one only or other others our out over
    overall people perhaps please so some such sorry still than thank thanks that the their them then there therefore
    these they this those though through thus to today together two under until unlike up upon us usually was we well
    were what when where whether which while who whom whose why will with without would yes yet you your okay ok hi
    hello
    """.split()
)
_COMMON_ENDINGS = re.compile(r"(?:tion|sion|ment|ness|ity|ing|ance|ence|ings|ers|ions|als|ists|ed|ly)$")
_LANDSCAPE = frozenset(
    """
    city town village river lake sea ocean island islands mountain mountains valley bay coast street square avenue road
    park palace castle bridge airport station hotel stadium museum church mosque cathedral temple tower gallery library
    hospital school university college theatre theater harbour harbor port county province district region state county
    """.split()
)
_BEFORE_PLACE = re.compile(
    r"\b(?:in|at|near|to|from|outside|inside|across|around|throughout|towards?)\s+(?:the\s+)?$", re.I
)
_BEFORE_PERSON = re.compile(
    r"(?:\b[Ww]ho (?:is|was|are|were)|\b(?:led|hosted|written|directed|founded|signed|said|built|designed"
    r"|painted) by)\s+$",
    re.I,
)
_PERSONAL = re.compile(r"^,? (?:who|said|says|told|added|was born|died|married)\b")

_THE = re.compile(r"\b[Tt]he $")
STANDS_ALONE = re.compile(  # else the name only describes a noun, as in "the Istanbul talks"
    r"['’.,;:?!)”\"]|$| (?:and|or|is|was|are|were|has|had|have|will|would|did|does|do|in|on|at|of|to|from|for"
    r"|with|by|as"
    r"|after|before|when|where|who|which|that|\w+ed)\b"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a text speaks of, as written and without a possessive ending."""

    text: str
    kind: Kind
    start: int  # in the text
    end: int
    gender: Gender = ""
    plural: bool = False
    proper: bool = True  # False for "the palace" and "Russia's delegation"

    @property
    def key(self) -> str:
        """What two ways of naming the same have in common: a person's last word, else all of it."""
        words = plain(self.text.removeprefix("the ").removeprefix("The ")).split()
        return words[-1] if self.kind == "person" and words and self.proper and not self.plural else " ".join(words)


@lru_cache(maxsize=65536)
def plain(text: str) -> str:
    """Lower case, without accents and possessive endings."""
    decomposed = unicodedata.normalize("NFKD", _POSSESSIVE.sub("", text).casefold().replace("ı", "i"))
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def names(text: str, known: Iterable[str] = ()) -> list[Mention]:
    """The names in `text` in order; `known` are words that other texts of the conversation use as names."""
    certain = frozenset(plain(word) for name in known for word in name.split())
    taken = [Mention(match[0], "time", *match.span()) for match in TIME.finditer(text)]
    spans = [(mention.start, mention.end) for mention in taken]
    for match in _NAME.finditer(text):
        for first, end in _without_possessive(text, *match.span()):
            start = _after_opener(text, first, end, certain)
            if start < end and not any(left < end and start < right for left, right in spans):
                taken.append(_named(text, start, end))
    return sorted(taken, key=lambda mention: mention.start)


def _without_possessive(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """ "Ukraine's Rustem Umerov" is two names."""
    parts, left = [], start
    for match in re.finditer(r"['’]s?(?=\W|$)", text[start:end]):
        parts.append((left, start + match.start()))
        left = start + match.end() + 1
    parts.append((left, end))
    return [(first, last - _ends_with_stop(text[first:last])) for first, last in parts if first < last]


def _ends_with_stop(name: str) -> bool:
    """Whether a full stop after the name ends the sentence and is no part of it."""
    abbreviated = re.search(r"\b(?:[A-HJ-UWYZ]\.|(?:Jr|Sr|Inc|Ltd|Co|St)\.)$", name)
    return name.endswith(".") and not abbreviated


def _after_opener(text: str, start: int, end: int, certain: frozenset[str]) -> int:
    """Where the name begins, once the words that only open the sentence are passed over."""
    while start < end:
        first = re.match(r"[^\s]+", text[start:end])
        word = first[0] if first else ""
        bare = plain(word)
        initial = (
            not re.search(r"[^\s\"'“‘(\[]", text[max(0, start - 2) : start]) or text[:start].rstrip()[-1:] in ".?!:;"
        )
        initial = initial and (not text[:start].strip(" \"'“‘([") or text[:start].rstrip()[-1:] in ".?!:;\n")
        if bare in _OPENERS and (initial or bare in {"i", "the", "yes", "no"}):
            start += len(word) + 1
            continue
        alone = start + len(word) >= end
        if initial and alone and not _surely(bare, certain) and _only_opens(bare, text[end:]):
            return end
        return start
    return end


def _only_opens(bare: str, after: str) -> bool:
    """Whether a capitalised word that opens a sentence is no name: "Construction began", "Common side effects"."""
    following = re.match(r" ([a-zà-ÿ]+)", after)
    return bool(_COMMON_ENDINGS.search(bare)) or (
        following is not None and not is_verb(following[1]) and following[1] not in {"and", "or", "of"}
    )


def _surely(bare: str, certain: frozenset[str]) -> bool:
    return bare in certain or bare in first_names() or bool(anchor.places(anchor.keys(bare.capitalize())))


def _named(text: str, start: int, end: int) -> Mention:
    name = text[start:end]
    if name[:4].lower() != "the " and _THE.search(text[:start]) and _stands_alone(text[end:]):
        name = f"the {name}"
    words = plain(name.removeprefix("the ")).split()
    before, after = text[:start], text[end:]
    if anchor.places(anchor.keys(name)) and len(words) <= 3 and not _is_person(words):
        return Mention(name, "place", start, end)
    title = re.search(r"([^\W\d_]+),?\s+$", before)
    office = plain(title[1]) if title else ""
    if _is_person(words) or office in _TITLES or _PERSONAL.search(after) or _BEFORE_PERSON.search(before):
        return Mention(name, "person", start, end, _gender(words, office))
    if words[-1] in _LANDSCAPE or (_BEFORE_PLACE.search(before) and len(words) < 3 and "," not in before[-2:]):
        return Mention(name, "place", start, end)
    return Mention(name, "thing", start, end, plural=words[-1].endswith("s") and name.startswith("the "))


def _stands_alone(after: str) -> bool:
    following = re.match(r" ([a-z]+)", after)
    return bool(STANDS_ALONE.match(after)) or (following is not None and is_verb(following[1]))


def _is_person(words: list[str]) -> bool:
    if words[-1] in _LANDSCAPE:
        return False
    if len(words) == 1:
        return words[0] in first_names()
    titled = words[0] in _TITLES and words[1] != "of"
    return titled or any(word in first_names() for word in words[:-1])


def _gender(words: list[str], office: str) -> Gender:
    for word in (*words[:-1], office):
        if word in _MEN:
            return "man"
        if word in _WOMEN:
            return "woman"
    given = [word for word in words if word not in _TITLES]
    return first_names().get(given[0], "") if given and (len(given) > 1 or len(words) == 1) else ""


@cache
def first_names() -> dict[str, Gender]:
    """First names, plain, with who bears them; "" for both."""
    genders: dict[str, Gender] = {"[men]": "man", "[women]": "woman", "[both]": ""}
    found: dict[str, Gender] = {}
    gender: Gender = ""
    for line in Path(__file__).with_name("first_names.txt").read_text("utf-8").splitlines():
        if line in genders:
            gender = genders[line]
        elif not line.startswith("#"):
            found |= dict.fromkeys(line.split(), gender)
    return found
