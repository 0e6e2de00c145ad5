"""Is an answer right? Pure: a question with its accepted answers and a text in, yes, no or "nothing tells" out."""

from __future__ import annotations

import re
import unicodedata

from rag.questions import Question

_LONG = 20  # words; a longer accepted answer is a text to compare with, not a string to find

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_INSIDE_A_WORD = re.compile(r"(?<=\d),(?=\d{3})|(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)|(?<=[^\W\d_])['\u2019](?=[^\W\d_])")
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")


def judge(question: Question, text: str) -> bool | None:
    """Whether `text` answers the question rightly; None where nothing tells. What has no answer has no right one."""
    if question.should_answer is False:
        return False
    if not question.answers or is_text(question):
        return None
    return any(contains(text, accepted) for accepted in question.answers)


def is_text(question: Question) -> bool:
    """Whether every accepted answer is too long to be found word for word."""
    return all(len(accepted.split()) > _LONG for accepted in question.answers)


def contains(text: str, accepted: str) -> bool:
    """Whether the words of `accepted` occur in `text` side by side, whatever their case, articles and punctuation.

    Whole words only: "no" does not occur in "north", nor "1,000" in "11,000".
    """
    wanted = _words(accepted)
    if not wanted:  # nothing but punctuation or articles: compare as written
        return bool(accepted.strip()) and accepted.strip() in text
    return f" {' '.join(wanted)} " in f" {' '.join(_words(text))} "


def _words(text: str) -> list[str]:
    """ "the U.S. sent 1,000" → ["us", "sent", "1000"]."""
    plain = _INSIDE_A_WORD.sub("", unicodedata.normalize("NFKC", text).casefold())
    return _WORD.findall(_ARTICLES.sub(" ", plain))
