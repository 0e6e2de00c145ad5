"""Metrics of one answer, pure: values in, a number or None out. None: the metric cannot score this question.

A metric's figure for a set is the mean over the questions that it scores, except abstention_f1, aurc and latency_ms,
which eval/intervals.py computes over the whole set.
"""

from __future__ import annotations

import math
import re
import string
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from rag.judge import is_text, judge
from rag.questions import Question
from rag.types import Answer, Citation

Scores = dict[str, float | None]
Place = tuple[str, int, int]  # document id, start, end

_RECALL_DEPTH, _NDCG_DEPTH = 5, 10  # documents

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")


def squad_tokens(text: str) -> list[str]:
    """The tokens that SQuAD compares (Rajpurkar et al. 2016): lower case, no ASCII punctuation, no English articles."""
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def token_f1(prediction: str, reference: str) -> float:
    """SQuAD's F1 of the two bags of tokens; where one has no tokens, 1 if both have none, else 0."""
    predicted, expected = squad_tokens(prediction), squad_tokens(reference)
    if not predicted or not expected:
        return float(predicted == expected)
    shared = sum((Counter(predicted) & Counter(expected)).values())
    return 2 * shared / (len(predicted) + len(expected))


def exact_match(prediction: str, reference: str) -> float:
    """1 where both have the same SQuAD tokens in the same order, else 0."""
    return float(squad_tokens(prediction) == squad_tokens(reference))


def rouge_l(prediction: str, reference: str) -> float:
    """F1 of the longest common subsequence of words (Lin 2004), without stemming."""
    predicted, expected = _WORD.findall(prediction.lower()), _WORD.findall(reference.lower())
    if not predicted or not expected:
        return float(predicted == expected)
    return 2 * _common_subsequence(predicted, expected) / (len(predicted) + len(expected))


def locate(evidence: str, texts: Mapping[str, str]) -> list[Place]:
    """Every place of `evidence` in every document, places that overlap each other included."""
    places = []
    for document, text in texts.items():
        start = text.find(evidence)
        while start >= 0:
            places.append((document, start, start + len(evidence)))
            start = text.find(evidence, start + 1)
    return places


def overlaps(citation: Citation, places: Iterable[Place]) -> bool:
    """Whether the citation shares a code point with one of the places."""
    return any(
        citation.document == document and citation.start < end and start < citation.end
        for document, start, end in places
    )


def is_valid(citation: Citation, texts: Mapping[str, str]) -> bool:
    """Whether the quote is what stands at its place in the document with that id."""
    text = texts.get(citation.document, "")
    return bool(citation.quote) and text[citation.start : citation.end] == citation.quote


def recall_at(ranking: Sequence[str], gold: Sequence[str], depth: int = _RECALL_DEPTH) -> float:
    """Share of the gold documents among the first `depth` of the ranking."""
    return len(set(ranking[:depth]) & set(gold)) / len(set(gold))


def ndcg_at(ranking: Sequence[str], gold: Sequence[str], depth: int = _NDCG_DEPTH) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002), each gold document worth 1."""
    gain = sum(1 / math.log2(rank + 2) for rank, document in enumerate(ranking[:depth]) if document in set(gold))
    return gain / sum(1 / math.log2(rank + 2) for rank in range(min(depth, len(set(gold)))))


def abstained(answer: Answer) -> bool:
    """Asking back is not answering either."""
    return answer.status in ("abstained", "unclear")


def score(question: Question, answer: Answer, texts: Mapping[str, str], ranking: Sequence[str] = ()) -> Scores:
    """Every metric of one answer; `ranking` holds document ids, best first, each once.

    Gold documents that the corpus does not hold are not asked for: nothing could find them.
    """
    silent = abstained(answer)
    scores = _answer_scores(question, answer, silent)
    scores |= _citation_scores(question, answer, texts)
    scores |= _abstention_scores(question.should_answer, silent)
    scores["risk"] = _wrong(question, answer, silent)
    gold = [document for document in question.documents if document in texts] if question.should_answer else []
    scores["recall@5"] = recall_at(ranking, gold) if gold else None
    scores["nDCG@10"] = ndcg_at(ranking, gold) if gold else None
    return scores


def _answer_scores(question: Question, answer: Answer, silent: bool) -> Scores:
    """An abstention scores 0 even where the passage that it shows happens to hold the answer."""
    scores: Scores = {"answer_contains": None, "answer_f1": None, "rouge_l": None}
    if not question.answers or question.should_answer is False:
        return scores
    said = answer.short or answer.text
    scores["answer_f1"] = 0.0 if silent else max(token_f1(said, accepted) for accepted in question.answers)
    if is_text(question):
        scores["rouge_l"] = 0.0 if silent else max(rouge_l(answer.text, accepted) for accepted in question.answers)
    else:
        scores["answer_contains"] = float(not silent and judge(question, answer.text) is True)
    return scores


def _citation_scores(question: Question, answer: Answer, texts: Mapping[str, str]) -> Scores:
    citations = answer.citations
    places = [place for evidence in question.evidence for place in locate(evidence, texts)]
    scored = bool(places) and question.should_answer is not False
    hits = [overlaps(citation, places) for citation in citations]
    shown = citations + answer.nearest
    return {
        "citation_recall": float(any(hits)) if scored else None,
        "citation_precision": sum(hits) / len(hits) if scored and hits else None,
        "valid_citations": sum(is_valid(citation, texts) for citation in shown) / len(shown) if shown else None,
    }


def _abstention_scores(should_answer: bool | None, silent: bool) -> Scores:
    """Their means over a set are the set's precision and recall of abstaining, and its coverage."""
    known = should_answer is not None
    return {
        "abstention_precision": float(not should_answer) if known and silent else None,
        "abstention_recall": float(silent) if should_answer is False else None,
        "coverage": float(not silent),
    }


def _wrong(question: Question, answer: Answer, silent: bool) -> float | None:
    """1 for a wrong answer, an answer to an unanswerable question included; None where nobody can tell.

    A correction of what an unanswerable question presumes does not answer it: no set says what it ought to say.
    """
    untold = silent or (answer.status == "corrected" and question.should_answer is False)
    right = None if untold else judge(question, answer.text)
    return None if right is None else float(not right)


def _common_subsequence(one: Sequence[str], other: Sequence[str]) -> int:
    lengths = [0] * (len(other) + 1)
    for word in one:
        diagonal = 0
        for place, candidate in enumerate(other, 1):
            above = lengths[place]
            lengths[place] = diagonal + 1 if word == candidate else max(above, lengths[place - 1])
            diagonal = above
    return lengths[-1]
