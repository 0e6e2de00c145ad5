"""What a question takes for granted, as sentences: "Why was he late?" gives "he was late."."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.check.clauses import subtree
from rag.check.reading import Reading, read

_FRAMES = (
    r"why",
    r"how come",
    r"(?:for what|for which) reasons?",
    r"when(?: exactly)?",
    r"where(?: exactly)?",
    r"(?:at|in|on) (?:what|which) (?:time|hour|day|date|month|year|occasion|place|city|town|country)",
    r"how(?: long| quickly| soon| often)?",
)
_ASKED = re.compile(
    rf"^\W*(?:and\s+|so\s+|but\s+)?(?:{'|'.join(_FRAMES)})\s+"
    r"(?P<verb>did|do|does|was|were|is|are|has|have|had)\s+(?P<rest>.+?)\s*\?*$",
    re.I,
)
_TOLD = re.compile(r"^\W*how come\s+(?P<said>.+?)\s*\?*$", re.I)
_MEANWHILE = re.compile(
    r"^\W*(?:what|who|whom|how|why|where)\b.*?\b(?P<verb>did|was|were|had)\s+(?P<rest>.+?)\s+"
    r"(?:when|while|after|before|as|once)\s+(?:he|she|they|it)\s+(?P<done>.+?)\s*\?*$",
    re.I,
)


def presumed(question: str) -> tuple[Reading, ...]:
    """Return the sentences that a question of why, when, where or how takes for granted; () for any other."""
    return tuple(read((text,)) for text in _texts(question))


def _texts(question: str) -> Iterator[str]:
    if meanwhile := _MEANWHILE.match(question):
        who, _ = _parted(meanwhile["verb"], meanwhile["rest"])
        yield from [_sentence(f"{who} {meanwhile['done']}")] if who else []
    elif asked := _ASKED.match(question):
        who, rest = _parted(asked["verb"], asked["rest"])
        yield from [_sentence(f"{who} {asked['verb'].lower()} {rest}")] if who else []
    elif told := _TOLD.match(question):
        yield _sentence(told["said"])


def _parted(verb: str, rest: str) -> tuple[str, str]:
    """A question's words as (subject, what comes after it); ("", "") where no subject is found."""
    words = read((f"{verb.title()} {rest}?",)).words
    subject = next((word for word in words if word.role in {"nsubj", "nsubjpass"} and word.place > 0), None)
    if subject is None:
        return "", ""
    last = max(subtree(subject.place, words))
    if last + 1 < len(words) and words[last + 1].text == ",":  # that closes an apposition
        last += 1
    who, behind = words[1 : last + 1], words[last + 1 :]
    return " ".join(word.text for word in who), " ".join(word.text for word in behind)


def _sentence(text: str) -> str:
    text = re.sub(r"\s+([,.?!]|['’]s\b|n['’]t\b)", r"\1", text).rstrip(" ?") + "."
    return text[:1].upper() + text[1:]
