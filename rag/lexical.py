"""Ranking by words: a BM25 index over passages, kept on disk beside the vectors.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), in Lucene's variant. This is
the only module that imports bm25s.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

Scores = npt.NDArray[np.float32]

# Words that say nothing about the subject of a question; "s" and "t" are what an apostrophe leaves behind.
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a about an and any are as at be been being but by can could did do does doing for from had has have having he
        her him his how i if in into is it its me my no nor not of on or our s shall she should so some such t than that
        the their them then there these they this those to too very was we were what when where which while who whom
        whose why will with would you your
        """,
    )
)
_ACCENTS = re.compile("[\u0300-\u036f\u00ad\u200b-\u200f\u2060\ufeff]+")  # and characters that nobody sees
# Letters that Unicode does not take apart into a base and an accent, but that readers type without it.
_PLAIN_LETTERS = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})
_ABBREVIATION = re.compile(r"\b(?:[^\W\d_]\.){2,}")  # "U.S." is one word, "us"
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}\b)")  # "1,000" is the number 1000
# Vowel signs of Indic and other scripts are marks, which `\w` leaves out: without them words fall to pieces.
_MARKS = "".join(chr(code) for code in range(0x370, 0x10000) if unicodedata.category(chr(code)).startswith("M"))
# Chinese and Japanese write no spaces, so each character is a word.
_WORD = re.compile(rf"[\u3041-\u30ff\u3400-\u9fff]|(?:[^\W_\u3041-\u30ff\u3400-\u9fff]|[{_MARKS}])+")


def words(text: str) -> list[str]:
    """The words of `text` as they are indexed: lower case, without accents, stemmed as English, stop words left out."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", text)).casefold().translate(_PLAIN_LETTERS)
    plain = _THOUSANDS.sub("", _ABBREVIATION.sub(lambda found: found[0].replace(".", ""), plain))
    found = [word for word in _WORD.findall(plain) if word not in _STOP_WORDS]
    stemmed: list[str] = Stemmer.Stemmer("english").stemWords(found)  # one for each call: it is not thread-safe
    return stemmed


class Lexical:
    """BM25 scores of rows, where row i is the i-th text that the index was built from."""

    def __init__(self, rows: int, ranking: bm25s.BM25 | None) -> None:
        self.rows = rows
        self._ranking = ranking  # None where no row holds a word, which bm25s cannot express

    @classmethod
    def build(cls, texts: Sequence[str]) -> Lexical:
        """An index in memory over `texts`, one row each."""
        vocabulary: dict[str, int] = {}
        rows = [[vocabulary.setdefault(word, len(vocabulary)) for word in words(text)] for text in texts]
        if not vocabulary:
            return cls(len(texts), None)
        ranking = bm25s.BM25(method="lucene")
        ranking.index((rows, vocabulary), create_empty_token=False, show_progress=False)
        return cls(len(texts), ranking)

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which is made where needed and stays empty where no row holds a word."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._ranking is not None:
            self._ranking.save(folder, show_progress=False)

    @classmethod
    def load(cls, folder: Path, rows: int) -> Lexical:
        """The index that `save` wrote over `rows` texts, its arrays mapped from disk; ValueError if broken."""
        if not any(folder.iterdir()):
            return cls(rows, None)
        ranking = bm25s.BM25.load(folder, mmap=True, show_progress=False)
        if ranking.scores["num_docs"] != rows:
            raise ValueError(f"the BM25 index in {folder} has {ranking.scores['num_docs']} rows instead of {rows}")
        return cls(rows, ranking)

    def scores(self, question: str) -> Scores:
        """The BM25 score of every row, 0 where no word of the question occurs; shape (rows,)."""
        asked = words(question)
        if self._ranking is None or not asked:
            return np.zeros(self.rows, dtype=np.float32)
        scores: Scores = self._ranking.get_scores(asked)
        return scores

    def search(self, question: str, k: int) -> list[tuple[int, float]]:
        """The at most `k` best rows with their scores, best first, lower row first among equals, zeros left out."""
        return best_rows(self.scores(question), k)


def best_rows(scores: Scores, k: int) -> list[tuple[int, float]]:
    """The at most `k` rows with the highest scores above 0, best first, lower row first among equals."""
    found = np.flatnonzero(scores > 0)
    if 0 < k < len(found):  # only those that can be among the best are sorted
        found = found[scores[found] >= np.partition(scores[found], -k)[-k]]
    order = found[np.argsort(-scores[found], kind="stable")][: max(k, 0)]
    return [(int(row), float(scores[row])) for row in order]
