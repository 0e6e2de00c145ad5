"""What a question asks for: the form of a short answer, sentences, or a list. By its words alone."""

from __future__ import annotations

import re

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday"
_NUMERIC = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand"
    r"|million|billion|dozens?|hundreds|thousands|millions|half|none|several|no|once|twice)\b",
    re.I,
)
_TEMPORAL = re.compile(
    rf"\d|\b(?:{_MONTHS}|{_DAYS}|spring|summer|autumn|winter|century|centuries|years?|months?|weeks?|days?|today"
    r"|yesterday|morning|evening|night|before|after|during|since|until)\b",
    re.I,
)
_CAPITAL = re.compile(r"[^\W\d_a-z]")
_AMOUNT = re.compile(r"\bhow (?:many|much|old|long|far|large|big|tall|high|often)\b", re.I)
_FORMS: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = (  # what asks, what answers; the first that asks counts
    (re.compile(r"\b(?:what|which) year\b", re.I), re.compile(r"\b\d{3,4}s?\b")),
    (_AMOUNT, _NUMERIC),
    (re.compile(r"\b(?:when|(?:what|which) (?:date|day|month|time|century))\b", re.I), _TEMPORAL),
    (re.compile(r"\b(?:who|whom|whose)\b", re.I), _CAPITAL),
    (re.compile(r"\bwhere\b|\b(?:what|which) (?:city|country|place|town|state)\b", re.I), _CAPITAL),
)

_VERBS_OF_SPEECH = (
    "say|said|demand|demanded|demands|want|propose|proposed|proposals?|ask|call for|stress|stressed|criticise|criticize"
    "|insist|argue|think|claim|warn|raise|raised"
)
_SENTENCES = re.compile(
    r"^\W*(?:why|explain|describe|summari[sz]e|in what way|for what reason)\b"
    r"|^\W*how (?!many\b|much\b|old\b|long\b|far\b|large\b|big\b|tall\b|high\b|often\b)"
    r"|^\W*(?:did|do|does|is|are|was|were|has|have|had|can|could|will|would|should)\b"
    r"|\bwhat (?:did|does|do|has|have|had|is|was|were|are)\b.*"
    rf"\b(?:{_VERBS_OF_SPEECH}|stance|position|view|reaction|purpose|reason|mood|happen|happened)\b",
    re.I,
)
_LIST = re.compile(
    r"\b(?:which|what) (?:\w+ )?(?:countries|people|places|demands|topics|issues|points|ministers|officials|cities"
    r"|leaders|parties|proposals|dates|years|names|reasons|conditions|talks|meetings|rounds)\b"
    r"|\bwho (?:all|else|were|are)\b|\b(?:list|name all|all the)\b|\bwhat (?:are|were)\b"
    r"|\bwhat (?:did|does|do)\b.*\b(?:demands?|want|propose|ask|call for|raise|stress)\b",
    re.I,
)


def misfits(question: str, short: str) -> bool:
    """Whether an answer lacks the form of what is asked: a name for "who", a number for "how many"."""
    answers = next((answers for asks, answers in _FORMS if asks.search(question)), None)
    return answers is not None and not answers.search(short)


_WHO = re.compile(r"\bwho(?:m)?\b", re.I)
_OFFICE_FIRST = re.compile(r"(?:(?i:its|his|her|their|our|the|an?)|[^\W\d_]+['’]s) [a-z -]+, (?=[^\W\d_a-z])")


def to_the_point(question: str, short: str) -> str:
    """The name without the office before it where a person is asked for: "its defence minister, Rustem Umerov"."""
    return _OFFICE_FIRST.sub("", short, count=1) if _WHO.search(question) else short


def wants_sentences(question: str) -> bool:
    """Whether sentences answer and no short answer would: "why", "did they", "what did X demand"."""
    return _SENTENCES.search(question) is not None


def wants_list(question: str) -> bool:
    """Whether several sentences may each hold a part of the answer."""
    return _LIST.search(question) is not None
