"""Questions made from documents by rules, no model: pure, and the same ones at every call.

A sentence becomes a question only where simple rules give a grammatical one; all others are passed over. What cannot be
answered is made of such a question by putting another name, country, year or number of the documents in its place, and
kept where no passage speaks of all of it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from rag import anchor
from rag.anchor import Anchor
from rag.passages import split_passages, split_sentences
from rag.questions import Question
from rag.types import Document

_SEED = 1856  # fixed, so that the same documents give the same questions
_KINDS = {"word": "name"}  # a name of one word is only replaced by another such
_TRIES = 20  # replacements that are tried in one question

_MONTH = "January|February|March|April|May|June|July|August|September|October|November|December"
_YEAR = r"(?:1\d{3}|20\d\d)"
_DATE = rf"(?:in (?:(?:{_MONTH}) )?{_YEAR}|on (?:\d{{1,2}} (?:{_MONTH})|(?:{_MONTH}) \d{{1,2}},?)(?: {_YEAR})?)"
_LAST_DATE = re.compile(rf"(?P<body>.+) (?P<date>{_DATE})")
_FIRST_DATE = re.compile(rf"(?P<date>{_DATE}), (?P<body>.+)", re.I)

# A sentence of letters, numbers and plain punctuation that has one full stop, at its end.
_PLAIN = re.compile(r"[^\W\d_](?:[\w\s,;'’\-–&%$€£]|\.(?=\w|,))*\.")
_BRACKETS = re.compile(r" \([^()]*\)")
_APPOSITION = re.compile(r"(?P<subject>[^,]+), [^,]+, (?P<verb>[a-z]+) ")
_CLAUSE = re.compile(r"[;–]|,(?!\d{3})")
_SECOND_VERB = re.compile(r"\band (?:\w+ )?\w+ed\b")
_VAGUE = frozenset(  # points outside the sentence
    """
    he she it they we i you him them us me my your our this these those there then here instead however later earlier
    so such same another both former latter now today yesterday tomorrow tonight ago
    """.split()
)
_VAGUE_SUBJECT = _VAGUE | frozenset("his her its their that who whom whose which what when where while if but".split())
_TITLES = frozenset("President Prime Minister Sultan King Queen Prince Princess General Sir Pope Senator".split())
_PLURALS = frozenset("people men women children".split())
_COUNTS = frozenset("two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split())
_SIZES = frozenset("hundred thousand million billion".split())

# Past forms with their base, only of verbs that a question with "did" can be made of without doubt.
_BASE = dict(
    pair.split(":")
    for pair in """
    led:lead held:hold took:take became:become began:begin met:meet won:win died:die left:leave made:make went:go
    came:come wrote:write gave:give fell:fall rose:rise broke:break chose:choose drew:draw flew:fly grew:grow
    lost:lose paid:pay sent:send sold:sell spent:spend taught:teach struck:strike bought:buy brought:bring
    signed:sign opened:open closed:close ended:end started:start founded:found visited:visit joined:join
    killed:kill attacked:attack invaded:invade released:release published:publish launched:launch moved:move
    married:marry played:play appeared:appear arrived:arrive returned:return retired:retire resigned:resign
    received:receive produced:produce directed:direct designed:design created:create discovered:discover
    invented:invent acquired:acquire announced:announce introduced:introduce defeated:defeat captured:capture
    conquered:conquer ruled:rule served:serve graduated:graduate hosted:host addressed:address criticised:criticise
    criticized:criticize replaced:replace succeeded:succeed established:establish completed:complete adopted:adopt
    entered:enter lasted:last employed:employ contained:contain attracted:attract earned:earn scored:score
    recorded:record lived:live worked:work studied:study built:build shot:shoot approved:approve banned:ban
    """.split()
)
_BE = frozenset({"was", "is"})
_HAVE = {"has": "does", "had": "did"}
_OTHER_FINITE = frozenset("were are have will would can could may might said says did does".split())
_FINITE = frozenset(_BASE) | _BE | frozenset(_HAVE) | _OTHER_FINITE
_HAPPENS = frozenset(  # what no one does: not asked for with "who" where the subject may be a thing
    "became began fell rose broke flew grew opened closed ended started moved appeared lasted contained died".split()
)
_MADE = frozenset(  # what is done to things, not to people
    "built founded signed opened closed published launched designed constructed completed established written".split()
)


@dataclass(frozen=True, slots=True)
class _Statement:
    """Subject, verb and the rest of a sentence, without the date that ended or began it."""

    subject: tuple[str, ...]
    verb: str
    rest: tuple[str, ...]
    date: str  # "in 1856", "" where the sentence has none


def make_questions(documents: Sequence[Document], most: int) -> list[Question]:
    """At most `most` questions, half of them at most without an answer in the documents, in an arbitrary fixed order.

    `kind` says how a question was made: "made who", "made what", "made when", "made how many", or "near miss" with what
    was replaced. An answerable one has its accepted answer, and its sentence as evidence.
    """
    documents = sorted(documents, key=lambda document: document.id)
    random = Random(_SEED)  # noqa: S311 - no secret
    words = _Words(documents)
    answerable = _distinct(question for document in documents for question in _questions(document, words))
    random.shuffle(answerable)
    missed = _near_misses(answerable, words, _Accounts(documents), random)
    unanswerable = [question for question, _ in zip(missed, range(most // 2), strict=False)]
    return [
        question.model_copy(update={"id": f"made-{number:04}"})
        for number, question in enumerate(answerable[: most - len(unanswerable)] + unanswerable, 1)
    ]


# --- from sentences to questions --------------------------------------------------------------------------------------


def _questions(document: Document, words: _Words) -> Iterator[Question]:
    """At most one question of each sentence."""
    for sentence in split_sentences(document.text):
        statement = _statement(sentence.text)
        made = statement and (_when(statement, words) or _how_many(statement, words) or _who_or_what(statement, words))
        if made and _is_particular(made[1]):
            kind, question, answer = made
            yield Question(
                id="made",
                kind=f"made {kind}",
                question=question,
                answers=[answer],
                evidence=[sentence.text],
                answerable=True,
                documents=[document.id],
            )


def _statement(sentence: str) -> _Statement | None:
    """The sentence's first clause as subject, verb and rest; None where it may not be that simple."""
    text = _BRACKETS.sub("", " ".join(sentence.split()))
    if not _PLAIN.fullmatch(text):
        return None
    body, date = text[:-1], ""
    if began := _FIRST_DATE.fullmatch(body):
        body, date = began["body"], began["date"][0].lower() + began["date"][1:]
    if (aside := _APPOSITION.match(body)) and aside["verb"] in _FINITE:
        body = f"{aside['subject']} {body[aside.start('verb') :]}"
    body = _CLAUSE.split(body)[0].rstrip()
    if not date and (ended := _LAST_DATE.fullmatch(body)):
        body, date = ended["body"], ended["date"]
    return _parsed([word for word in body.split() if word != "also"], date)


def _parsed(words: list[str], date: str) -> _Statement | None:
    place = next((number for number, word in enumerate(words) if _is_verb(word)), 0)
    subject, verb, rest = words[:place], words[place], words[place + 1 :]
    if not 1 <= place <= 7 or len(words) > 30 or verb in _OTHER_FINITE - {"said", "says"} or rest[:1] == ["by"]:
        return None
    if _VAGUE_SUBJECT & {word.lower() for word in subject} or _VAGUE & {word.lower() for word in rest}:
        return None
    return _Statement(tuple(subject), verb, tuple(rest), date)


def _is_verb(word: str) -> bool:
    return word in _FINITE or (word.islower() and len(word) > 4 and word.endswith("ed"))


def _is_one_clause(statement: _Statement) -> bool:
    """Whether the words after the verb hold no other verb, so that they keep their sense behind "did"."""
    later = statement.rest[1:] if statement.verb in _BE else statement.rest
    return not (_FINITE | {"that", "which", "who", "where"}) & set(later) and not _SECOND_VERB.search(" ".join(later))


def _when(statement: _Statement, words: _Words) -> tuple[str, str, str] | None:
    subject, rest = words.inside(statement.subject), " ".join(statement.rest)
    if not statement.date or not subject or not _is_one_clause(statement) or re.search(_DATE, rest):
        return None
    if statement.verb in _BASE:
        asked = f"When did {subject} {_BASE[statement.verb]} {rest}"
    elif statement.verb == "was" and _is_verb(rest.partition(" ")[0]):
        asked = f"When was {subject} {rest}"
    else:
        return None
    return "when", f"{asked.strip()}?", statement.date.partition(" ")[2]


def _how_many(statement: _Statement, words: _Words) -> tuple[str, str, str] | None:
    subject = words.inside(statement.subject)
    count, things, rest = _counted(statement.rest)
    if not subject or not count or statement.verb not in {*_BASE, *_HAVE} or not _is_one_clause(statement):
        return None
    auxiliary = _HAVE.get(statement.verb, "did")
    verb = "have" if statement.verb in _HAVE else _BASE[statement.verb]
    asked = f"How many {things} {auxiliary} {subject} {verb} {' '.join((*rest, statement.date))}"
    return "how many", f"{asked.strip()}?", count


def _counted(rest: tuple[str, ...]) -> tuple[str, str, tuple[str, ...]]:
    """("285", "rooms", what follows), or empty strings where the words do not begin with a number of things."""
    size = next((number for number, word in enumerate(rest) if not _is_count(word, first=number == 0)), len(rest))
    things = rest[size] if size and size < len(rest) else ""
    if not things.islower() or not (things.endswith("s") or things in _PLURALS):
        return "", "", ()
    return " ".join(rest[:size]), things, rest[size + 1 :]


def _is_count(word: str, first: bool) -> bool:
    return bool(re.fullmatch(r"\d[\d,]*", word)) or word in _COUNTS if first else word in _SIZES


def _who_or_what(statement: _Statement, words: _Words) -> tuple[str, str, str] | None:
    if statement.verb in _HAVE or len(statement.rest) < 2:
        return None
    predicate = " ".join(filter(None, (statement.verb, *statement.rest, statement.date)))
    name = re.sub(r"^(?:The|An?) ", "", " ".join(statement.subject))
    acts = statement.verb in {*_BASE, "said", "says"} and statement.verb not in _HAPPENS
    if words.is_person(statement.subject) or (acts and words.is_name(name.split())):
        return "who", f"Who {predicate}?", name
    if statement.verb == "was" and statement.rest[0] in _MADE and words.inside(statement.subject):
        return "what", f"What {predicate}?", name
    return None


def _is_particular(question: str) -> bool:
    """Whether a question singles something out: it has a name, and says something of it."""
    found = anchor.anchors(question)
    return len(found) > 1 and any(given.kind == "name" for given in found)


def _distinct(made: Iterable[Question]) -> list[Question]:
    """One question for each wording, with all that answers it."""
    by_wording: dict[str, Question] = {}
    for question in made:
        known = by_wording.setdefault(question.question, question)
        if known is not question:
            joined = {
                key: list(dict.fromkeys(getattr(known, key) + getattr(question, key)))
                for key in ("answers", "evidence", "documents")
            }
            by_wording[question.question] = known.model_copy(update=joined)
    return list(by_wording.values())


# --- which words are names --------------------------------------------------------------------------------------------

_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]*(?:[-’'][^\W\d_]+)*")
_RUN = re.compile(rf"(?<![.\w] )(?<!^){_NAME.pattern}(?: {_NAME.pattern})*")
_POSSESSIVE = re.compile(r"['’]s$")


class _Words:
    """The words of the documents: which are names, and the names, countries, years and numbers to choose from."""

    def __init__(self, documents: Sequence[Document]) -> None:
        sentences = [sentence.text for document in documents for sentence in split_sentences(document.text)]
        self._common = {word for text in sentences for word in re.findall(r"[^\W\d_]+", text) if word.islower()}
        runs = {
            _POSSESSIVE.sub("", run) for text in sentences for run in _RUN.findall(" ".join(text.split())) if " " in run
        }
        words = {word for text in sentences for word in re.findall(r"[^\W_]+", text)}
        inside = Counter(
            _POSSESSIVE.sub("", word)
            for text in sentences
            for word in re.findall(rf"(?<=[a-z,] ){_NAME.pattern}", text)
        )
        people = sorted(run for run in runs if self.is_person(tuple(run.split())))
        self.pools: dict[str, list[str]] = {
            "name": people,
            "word": sorted(word for word, times in inside.items() if times > 1 and self._is_plain_name(word)),
            "country": sorted(word for word in words if _is_country(word)),
            "year": sorted(word for word in words if re.fullmatch(_YEAR, word)),
            "number": sorted(word for word in words if re.fullmatch(r"\d{1,3}|[2-9]\d{3,}", word)),
        }

    def is_person(self, words: Sequence[str]) -> bool:
        """Whether the words are most likely the name of a person or of a body that acts like one."""
        names = [word for word in words if word not in _TITLES]
        return (
            2 <= len(names) <= 4
            and all(_NAME.fullmatch(word) for word in names)
            and not self._is_common(names[-1])
            and not anchor.places(anchor.keys(" ".join(words)))
            and all(len(found.parts) == 1 for found in anchor.anchors(" ".join(names)))  # no "Palace", no "Council"
        )

    def is_name(self, words: Sequence[str]) -> bool:
        """Whether the words are a name, of whatever kind."""
        small = {"of", "the", "for", "and", "de"}
        return (
            bool(words)
            and all(_NAME.fullmatch(word) or word in small for word in words)
            and words[-1] not in small
            and not self._is_common(words[0])
            and all(found.kind == "name" for found in anchor.anchors(" ".join(words)))
            and words[0].lower() not in _PREPOSITIONS
            and len(words[-1]) > 1
        )

    def inside(self, subject: Sequence[str]) -> str:
        """A sentence's subject as it stands inside a sentence, "" where nobody knows whether it begins with a name."""
        first, rest = _POSSESSIVE.sub("", subject[0]), subject[1:]
        if len(subject) > 1 and self.is_person(subject):
            return " ".join(subject)
        if first in {"The", "A", "An"} or self._is_common(first):
            return " ".join((subject[0].lower(), *rest)) if len(subject) > 1 and rest[0] not in {"of", "the"} else ""
        return " ".join(subject) if _NAME.fullmatch(first) and first.lower() not in _PREPOSITIONS else ""

    def _is_plain_name(self, word: str) -> bool:
        return self.is_name([word]) and not anchor.places(anchor.keys(word))  # "Irish" is none

    def _is_common(self, word: str) -> bool:
        return word.lower() in self._common


_PREPOSITIONS = frozenset(
    "in on at by for from with of to after before during since until under over as an some many most".split()
)


def _is_country(word: str) -> bool:
    return word[0].isupper() and word.lower() in anchor.places(anchor.keys(word))


# --- near misses ------------------------------------------------------------------------------------------------------


class _Accounts:
    """Which passages speak of what."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._passages: defaultdict[str, set[int]] = defaultdict(set)
        passages = (passage for document in documents for passage in split_passages(document))
        for number, passage in enumerate(passages):
            for key in anchor.keys(f"{passage.title} {passage.date} {passage.text}"):
                self._passages[key].add(number)

    def account_for(self, question: str) -> bool:
        """Whether one passage speaks of every name and number of a question, and of half of its other words."""
        found = anchor.anchors(question)
        words = [self._of(given) for given in found if given.kind == "word"]
        named = [self._of(given) for given in found if given.kind != "word"]
        together = set.intersection(*named) if named else set.union(set(), *words)
        return any(2 * sum(number in passages for passages in words) >= len(words) for number in together)

    def _of(self, given: Anchor) -> set[int]:
        return set.intersection(*(set().union(*(self._passages.get(key, ()) for key in part)) for part in given.parts))


def _near_misses(
    answerable: Sequence[Question], words: _Words, accounts: _Accounts, random: Random
) -> Iterator[Question]:
    """At most one near miss of each question."""
    for question in answerable:
        places = _replaceable(question.question, words)
        tries = [(kind, old, new) for kind, old in places for new in words.pools[kind]]
        known = f"{question.question} {' '.join(question.evidence)}"
        random.shuffle(tries)
        for kind, old, new in tries[:_TRIES]:
            asked = re.sub(rf"\b{re.escape(old)}\b", new, question.question)
            if new not in known and not accounts.account_for(asked):
                yield Question(id="made", kind=f"near miss: {_KINDS.get(kind, kind)}", question=asked, answerable=False)
                break


def _replaceable(question: str, words: _Words) -> list[tuple[str, str]]:
    """(kind, words) of what a question names and another of its kind could stand for; of a longer name, no part."""
    found = [("year", year) for year in re.findall(rf"\b{_YEAR}\b", question)]
    found += [("number", number) for number in re.findall(r"\b\d{1,3}\b(?![,\d])", question)]
    for run in re.findall(rf"(?<= )(?:{_NAME.pattern} ?)+", question):
        name = _POSSESSIVE.sub("", run.strip())
        kind = "country" if _is_country(name) else "name" if " " in name else "word"
        if kind == "country" or name in words.pools[kind]:
            found.append((kind, name))
    return found
