"""Putting words into questions so that they stay English: possessives, prepositions, word order."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.resolve.forms import WH, Pronoun
from rag.resolve.names import Mention, names, plain
from rag.resolve.phrases import head_end, phrases
from rag.resolve.verbs import AUXILIARIES, base_form, is_past

_OWNING = {"his", "its", "their", "her", "hers", "theirs"}
_FUNCTION = (
    r"(?:in|on|at|of|to|from|for|with|by|as|after|before|when|where|who|which|that|and|or|but|about"
    r"|again|there|then|out|up|do|did|does|is|was|be)"
)
_PREPOSITION = r"(?:at|by|for|from|in|of|on|to|with|since|until|under|about)"
_ASKS = re.compile(rf"^(?P<asks>(?:{_PREPOSITION} )?{WH}(?: (?:many|much|long|far|old|often))?)\b", re.I)
_AUXILIARY = rf"(?:{'|'.join(sorted(AUXILIARIES))})"
_INVERTED = re.compile(  # "Where did the talks take place?", "When was X built?"
    rf"^(?P<asks>(?:{_PREPOSITION} )?{WH}(?: [^\W\d_]+){{0,2}}?) (?P<aux>{_AUXILIARY})(?P<rest> .+)$", re.I
)
_YES_NO = re.compile(rf"^(?P<aux>{_AUXILIARY})(?P<rest> .+)$", re.I)
_ABOUT_SUBJECT = re.compile(r"^(?:whom?|what|which(?: [^\W\d_]+){1,2})\b", re.I)
_QUANTITY = re.compile(r"^(?:how (?:many|much)|who|whom|what|which)\b", re.I)  # it asks about a part of the sentence
_DAY = re.compile(r"^\d{1,2}(?:st|nd|rd|th)? [A-Z]|^[A-Z][a-z]+ \d{1,2}\b(?!\d)")


def possessive(name: str) -> str:
    """ "Ukraine" → "Ukraine's", "Paris" → "Paris's", "the United States" → "the United States'"."""
    plural = name.endswith("s") and (name.startswith("the ") or name.rsplit(maxsplit=1)[-1].islower())
    return f"{name}'" if plural else f"{name}'s"


def is_day(time: str) -> bool:
    """Whether a time is a day: "16 May 2025", "September 4"."""
    return _DAY.match(time) is not None


def dated(time: str) -> str:
    """A time with its preposition: "on 16 May 2025", "in 2022"."""
    return f"on {time}" if is_day(time) else f"in {time}"


def placed(place: Mention, texts: Sequence[str]) -> str:
    """A place with the preposition that the conversation used for it, else "in" or "at"."""
    if place.kind != "place":
        return f"at {place.text}"
    for text in texts:
        match = re.search(
            rf"\b(in|at|on|near|outside) (?:the )?{re.escape(place.text.removeprefix('the '))}\b", text, re.I
        )
        if match:
            return f"{match[1].lower()} {place.text}"
    return f"in {place.text}" if len(place.text.split()) == 1 else f"at {place.text}"


def put(question: str, pronoun: Pronoun, phrase: str, proper: bool = True) -> str:
    """The question with a pronoun replaced; `phrase` already has the preposition that "there" or "then" needs."""
    before, after = question[: pronoun.start], question[pronoun.end :]
    if re.match(r"['’]s\b", after) and pronoun.text.lower() not in _OWNING:
        after = " is" + after[2:]
    if pronoun.text.lower() in _OWNING and _owns(pronoun.text.lower(), after):
        end = head_end(question, pronoun.end + 1)
        if not proper and len(phrase.split()) > 3 and end > pronoun.end + 1:
            return _sentence(f"{before}the {question[pronoun.end + 1 : end]} of {phrase}{question[end:]}")
        phrase = possessive(phrase)
    if pronoun.stands == "place" and re.search(r"\b(?:from|near|to)\s+$", before):
        phrase = re.sub(r"^(?:in|at|on) ", "", phrase)
    return _sentence(before + phrase + after)


def _owns(pronoun: str, after: str) -> bool:
    if pronoun != "her":
        return True
    return bool(re.match(rf" (?!{_FUNCTION}\b)[^\W\d_]", after))


def _sentence(text: str) -> str:
    text = text.strip()
    return text[:1].upper() + text[1:]


def as_question(text: str) -> str:
    """The text with one question mark at its end."""
    return _sentence(text.rstrip(" ?.!,;:")) + "?"


def asked_anew(bare: str, question: str, named: str, answer: str) -> str:
    """The last question with another question word: "When?" after "Where was it built?" is "When was it built?".

    `named` is what the last answer names of what was asked for, "" where that is not known; it takes the place that the
    old question word leaves.
    """
    asks, core = _shortened(bare), question.strip(" ?.!")
    anew = "" if _QUANTITY.match(asks) else _anew(asks, core, named, answer)
    return as_question(anew or f"{core}, and {asks[:1].lower()}{asks[1:]}")


def _anew(asks: str, core: str, named: str, answer: str) -> str:
    """The whole question; "" where the old question word leaves a place that nothing fills."""
    if asks.lower() == "why not":
        return f"Why {denied}" if (denied := _denied(core)) else ""
    if match := _YES_NO.match(core):
        return f"{asks} {match['aux'].lower()}{match['rest']}"
    subject = _subject_question(core)
    if subject and named:
        return f"{asks} {_inverted(named, subject)}"
    match = _INVERTED.match(core)
    if match and not _ABOUT_SUBJECT.match(match["asks"]):
        return f"{asks} {match['aux'].lower()}{match['rest']}"
    if match and match["aux"].lower() in {"did", "does", "do"} and (object_ := _object(match["rest"], answer)):
        return f"{asks} {match['aux'].lower()}{match['rest']} {object_}"
    return ""


def _denied(core: str) -> str:
    """ "Did Putin come to Istanbul" → "did Putin not come to Istanbul"; "" where the subject cannot be told."""
    match = _YES_NO.match(core)
    if not match:
        return ""
    subject = next(
        (mention for mention in [*names(match["rest"]), *phrases(match["rest"])] if mention.start <= 5), None
    )
    if subject is None:
        return ""
    return f"{match['aux'].lower()}{match['rest'][: subject.end]} not{match['rest'][subject.end :]}"


def _shortened(bare: str) -> str:
    core = re.sub(r"\b(?:exactly|precisely|then|there|again|so)\b", "", bare.strip(" ?.!,"), flags=re.I)
    return " ".join(core.split())


def _subject_question(core: str) -> str:
    """What is asked about the subject: "led the talks" of "Who led the talks?", "was signed" of "What was signed?"."""
    match = re.match(r"^(?:who|what|which(?: [^\W\d_]+){1,3}?) (?=(?P<verb>[^\W\d_]+)\b)", core, re.I)
    if not match:
        return ""
    verb, rest = match["verb"].lower(), core[match.end() :]
    if verb in AUXILIARIES:
        second = rest.split()[1:2]
        passive = (
            bool(second) and is_past(plain(second[0])) and verb in {"was", "were", "is", "are", "has", "have", "had"}
        )
        return rest if passive else ""
    return rest if is_past(verb) else ""


def _inverted(subject: str, predicate: str) -> str:
    """ "Vladimir Medinsky", "led Russia's delegation" → "did Vladimir Medinsky lead Russia's delegation"."""
    verb, _, rest = predicate.partition(" ")
    if verb.lower() in AUXILIARIES:
        return f"{verb} {subject} {rest}".strip()
    return f"did {subject} {base_form(plain(verb))} {rest}".strip()


def _object(rest: str, answer: str) -> str:
    """What the answer says after the question's verb: "a full ceasefire" of "He called for a full ceasefire"."""
    asked = rest.split()
    words = re.split(r"(?<=[.!?])\s", answer)[0].strip(" .!?").split()
    for place, word in enumerate(words):
        if is_past(plain(word)) and base_form(plain(word)) in asked:
            after = asked[asked.index(base_form(plain(word))) + 1 :]
            told = words[place + 1 :]
            told = told[len(after) :] if told[: len(after)] == after else [] if after else told
            return " ".join(told) if 0 < len(told) <= 15 else ""
    return ""
