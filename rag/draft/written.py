"""What a chat model writes, as it arrives → finished sentences with the numbers that they point at.

Models are asked for sentences that end in numbers, `[2][5]`. What they send also has numbers in other brackets, before
the sentence, as ranges and lists; bullets, Markdown, code fences, thoughts, a list of sources; or JSON where the
provider holds them to it. Nothing here judges: a sentence without any number is returned without.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from langchain_core.utils.json import parse_partial_json

from rag import prompts
from rag.passages import split_sentences

_LONGEST = 20_000  # characters of an answer that are read: a few sentences are asked for
_MOST = 8  # sentences that are read: one to four are asked for
_RANGE = 10  # numbers that a range may stand for; a wider one is no pointer

_NUMBER = r"\^?\d{1,3}"  # four digits are a year
_JOINT = r"(?:\s*(?:[,;、，&+–—-]|and|to)\s*|\s+)"
_NUMBERS = rf"(?:(?:sentences?|sources?|nos?\.?|refs?\.?|s|#)\s*)?(?P<numbers>{_NUMBER}(?:{_JOINT}{_NUMBER})*)"
_SQUARE = re.compile(rf"[\[【〔［⟦]\s*{_NUMBERS}(?:[:†][^\]】〕］⟧]*)?\s*[\]】〕］⟧]", re.I)
_ROUND = re.compile(rf"[(（]\s*{_NUMBERS}\s*[)）](?=\s*(?:$|[.,;:!?\"”'’\[(【]))", re.I)
_BETWEEN = re.compile(r"\s*(?:,|;|&|and)?\s*")
_OPENED = re.compile(r"\s*[\[【〔［⟦(（][^\]】〕］⟧)）]{0,24}$")  # a mark that is still being written
_PAIR = re.compile(rf"({_NUMBER})\s*(?:[–—-]|to)\s*({_NUMBER})")

_THOUGHT = re.compile(r"<(think|thinking|thought|reasoning)>.*?</\1>", re.S | re.I)
_THINKING = re.compile(r"<(?:think|thinking|thought|reasoning)>.*", re.S | re.I)  # to be continued
_PARTLY_TAG = re.compile(r"<[a-z]{0,9}$", re.I)
_FENCE = re.compile(r"^\s*```\w*\s*")
_BULLET = re.compile(r"^\s*(?:>\s*|#{1,6}\s+|[-*•‣▪–—]\s+|\d{1,2}[.)]\s+)+")
_LABEL = re.compile(r"^\W*(?:(?:short |final )?answer|response)\W*:\W*", re.I)
_LINK = re.compile(r"\[([^\]]+)\]\([^)\s]*\)")
_EMPHASIS = re.compile(r"\*\*|__|`+|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w)")
_AFTERWARDS = re.compile(  # a list of what was used, or the question once more
    r"^\W*(?:sources?|references?|citations?|evidence|footnotes|notes?|numbered sentences|sentences used|question)\W*:",
    re.I,
)
_TABLE = re.compile(r"^\s*\|")
_STOP = re.compile(r"[.!?…。][\"”’'»)]*$")
_SPACE_BEFORE = re.compile(r"\s+([.,;:!?])")
_QUOTED = re.compile(r"^[\"“]([^\"“”]+)[\"”]\.?$")
_DECLINES = re.compile(
    r"\b(?:sentences?|articles?|passages?|context|provided (?:text|information|material))\b.{0,40}"
    r"\b(?:do(?:es)? not|don['’]t|doesn['’]t|no)\b.{0,40}"
    r"\b(?:mention|say|state|contain|provide|specify|answer|include|give)"
    r"|\bI (?:do not|don['’]t) know\b|\bI (?:cannot|can['’]t|am unable to) (?:answer|find|determine)\b",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Written:
    """A sentence without its marks, and the numbers in these, in order, whether they exist or not."""

    text: str
    numbers: tuple[int, ...]


class Writing:
    """A model's answer while it arrives: text in, finished sentences out, none of them twice."""

    def __init__(self) -> None:
        self.refused = False  # the model says that the sentences do not answer
        self.ended = False  # nothing that follows belongs to the answer
        self._text = ""
        self._given: set[str] = set()

    def add(self, text: str) -> list[Written]:
        """Take what arrived; return the sentences that it completes."""
        self._text += text
        self.ended = self.ended or len(self._text) > _LONGEST
        return self._news(whole=False)

    def end(self) -> list[Written]:
        """Return what is left when nothing more arrives: an unfinished sentence is not."""
        return self._news(whole=True)

    @property
    def empty(self) -> bool:
        """Whether nothing but space and thoughts has arrived."""
        return not _without_thoughts(self._text, whole=True).strip()

    def _news(self, *, whole: bool) -> list[Written]:
        text = _without_thoughts(self._text, whole=whole)
        body = _FENCE.sub("", text)
        if body.lstrip().startswith("{"):
            found, declined = _from_json(body, whole=whole)
            self.refused |= declined
        else:
            found = self._from_text(text, whole=whole)
        found = _before_refusal(found, self)
        unique = {item.text: item for item in reversed(found[:_MOST])}
        self.ended |= len(found) >= _MOST or len(unique) < len(found)  # small models fall into saying the same for ever
        fresh = [item for item in reversed(unique.values()) if item.text not in self._given]
        self._given |= unique.keys()
        return fresh

    def _from_text(self, text: str, *, whole: bool) -> list[Written]:
        found: list[Written] = []
        *lines, last = text.split("\n")
        for line in [*lines, last] if whole else lines:
            if self._closes(line):
                return found
            found += _sentences(line, cut=whole and line is last)
        if not whole and not self._closes(last, partly=True):
            found += _sentences(_OPENED.sub("", last))[:-1] if not _led(last) else []
        return found

    def _closes(self, line: str, *, partly: bool = False) -> bool:
        """Whether the answer has ended before this line."""
        closes = bool(_AFTERWARDS.match(_EMPHASIS.sub("", line)))
        self.ended |= closes and not partly
        return closes


def _before_refusal(found: list[Written], writing: Writing) -> list[Written]:
    for place, item in enumerate(found):
        if _refuses(item):
            writing.refused = writing.ended = True
            return found[:place]
    return found


def _refuses(item: Written) -> bool:
    if prompts.REFUSAL.lower() in item.text.lower():
        return True
    return not item.numbers and _DECLINES.search(item.text) is not None


def _sentences(line: str, *, cut: bool = False) -> list[Written]:
    """The sentences of a line with the numbers in and after each; where numbers lead, those before each.

    `cut`: the line is the last one, so that a sentence that neither stops nor points was not finished.
    """
    if _TABLE.match(line) or _FENCE.match(line):
        return []
    text, marks = _unmarked(_plain(line))
    pieces = split_sentences(text)
    numbers: list[list[int]] = [[] for _ in pieces]
    trailing = [mark for mark in marks if text[: mark[0]].strip()]
    leads = len(trailing) < len(marks) and not any(at > pieces[-1].start for at, _ in trailing if pieces)
    for at, pointed in marks if leads else trailing:
        before = [place for place, piece in enumerate(pieces) if piece.start < at]
        after = [place for place, piece in enumerate(pieces) if at < piece.end]
        for place in after[:1] if leads else before[-1:]:
            numbers[place] += pointed
    found = [_written(piece.text, pointed) for piece, pointed in zip(pieces, numbers, strict=True)]
    if cut and found and not found[-1].numbers and not _STOP.search(pieces[-1].text) and not _refuses(found[-1]):
        found.pop()
    return [item for item in found if re.search(r"[^\W\d_]", item.text)]


def _led(line: str) -> bool:
    """Whether a line begins with a mark: what belongs to it is known at its end."""
    text, marks = _unmarked(_plain(line))
    return bool(marks) and not text[: marks[0][0]].strip()


def _plain(line: str) -> str:
    line = _BULLET.sub("", line)
    line = _LINK.sub(lambda link: f"[{link[1]}]" if link[1].isdecimal() else link[1], line)
    return _LABEL.sub("", _EMPHASIS.sub("", line)).strip()


def _unmarked(line: str) -> tuple[str, list[tuple[int, list[int]]]]:
    """The line without its marks, and for each mark where it stood in it and its numbers."""
    text, marks, done = "", [], 0
    found = sorted([*_SQUARE.finditer(line), *_ROUND.finditer(line)], key=lambda mark: mark.start())
    for mark in found:
        between = line[done : mark.start()]
        if mark.start() < done:
            continue
        if not (done and _BETWEEN.fullmatch(between)):  # "[1] and [2]" is one mark
            text += between.rstrip()
        marks.append((len(text), _listed(mark["numbers"])))
        done = mark.end()
    return text + line[done:], marks


def _listed(numbers: str) -> list[int]:
    found: list[int] = []
    for first, last in _PAIR.findall(numbers):
        low, high = int(first.lstrip("^")), int(last.lstrip("^"))
        found += range(low, high + 1) if low <= high < low + _RANGE else []
    rest = _PAIR.sub(" ", numbers)
    return list(dict.fromkeys([*found, *(int(number) for number in re.findall(r"\d+", rest))]))


def _written(text: str, numbers: Iterable[int]) -> Written:
    text = _SPACE_BEFORE.sub(r"\1", " ".join(text.split())).strip(" ,;:–—")
    if quoted := _QUOTED.match(text):
        text = quoted[1].strip()
    if text and not _STOP.search(text):
        text += "."
    return Written(text, tuple(dict.fromkeys(numbers)))


def _without_thoughts(text: str, *, whole: bool) -> str:
    text = _THINKING.sub("", _THOUGHT.sub("", text))
    return text if whole else _PARTLY_TAG.sub("", text)


def _from_json(body: str, *, whole: bool) -> tuple[list[Written], bool]:
    """The complete sentences of `{"answered": ..., "sentences": [{"text", "numbers"}]}`, and whether it declines."""
    try:
        read = parse_partial_json(body.rstrip("`\n "))
    except ValueError:
        return [], False
    items = read.get("sentences") if isinstance(read, dict) else None
    complete = items if isinstance(items, list) else []
    if not body.rstrip("`\n ").endswith("}"):
        complete = complete[:-1]  # still being written, or cut
    declined = whole and isinstance(read, dict) and read.get("answered") is False and not complete
    return [item for part in complete for item in _from_item(part)], declined


def _from_item(item: Any) -> list[Written]:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str):
        return []
    numbers = [number for number in item.get("numbers") or [] if isinstance(number, int)]
    found = _sentences(item["text"].replace("\n", " "))
    return [Written(each.text, each.numbers or tuple(dict.fromkeys(numbers))) for each in found]
