"""The station that finds passages."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from rag.index import Index, refresh
from rag.retrieve import fuse, retrieve
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder

ARTICLES = {
    "talks.txt": "Officials of Ukraine and Russia met in Istanbul.",
    "palace.txt": "Dolmabahçe Palace was built for Sultan Abdülmecid.",
    "grain.txt": "The grain initiative was signed by the ministers.",
    "prisoners.txt": "Umerov proposed a large exchange of prisoners.",
}


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    """The four articles, one passage each."""
    (tmp_path / "corpus").mkdir()
    for name, text in ARTICLES.items():
        (tmp_path / "corpus" / name).write_text(text, encoding="utf-8")
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    refresh(settings, BagOfWordsEmbedder())
    with Index.open(settings, BagOfWordsEmbedder()) as opened:
        yield opened


@pytest.mark.parametrize(
    ("rankings", "fused"),
    [
        pytest.param([], {}, id="no ranking"),
        pytest.param([[], []], {}, id="empty rankings"),
        pytest.param([["a", "b"]], {"a": 1 / 61, "b": 1 / 62}, id="one ranking"),
        pytest.param([["a", "b"], ["b"]], {"b": 1 / 62 + 1 / 61, "a": 1 / 61}, id="found twice beats found first"),
        pytest.param([["b"], ["a"]], {"a": 1 / 61, "b": 1 / 61}, id="a tie is broken by id"),
    ],
)
def test_fuse(rankings: list[list[str]], fused: dict[str, float]) -> None:
    """The sum of 1 / (60 + rank), best first."""
    assert list(fuse(rankings).items()) == list(fused.items())


@pytest.mark.parametrize(
    ("question", "document"),
    [
        pytest.param("Who met in Istanbul?", "talks.txt", id="shared words"),
        pytest.param("dolmabahce", "palace.txt", id="only BM25 folds accents"),
        pytest.param("Who proposed exchanging a prisoner?", "prisoners.txt", id="only BM25 knows word forms"),
    ],
)
def test_the_passage_that_answers_comes_first(index: Index, question: str, document: str) -> None:
    """Both rankings together put the passage that holds the answer first."""
    found = retrieve(question, index, BagOfWordsEmbedder(), 2)
    assert found[0].passage.document == document
    assert len(found) == 2


def test_every_score_is_the_true_one(index: Index) -> None:
    """Fused score, cosine and BM25 are those of the passage, whichever ranking found it."""
    embedder = BagOfWordsEmbedder()
    question = "dolmabahce ministers met"
    found = retrieve(question, index, embedder, 4)
    cosines = dict(index.search(embedder.embed_query(question), 4))
    words = index.lexical.scores(question)
    assert [item.similarity for item in found] == pytest.approx([cosines[item.passage.id] for item in found])
    assert [item.bm25 for item in found] == [words[index.row(item.passage.id)] for item in found]
    assert all(first.score >= second.score for first, second in pairwise(found))


def test_a_passage_found_by_words_alone_has_its_cosine(index: Index) -> None:
    """BM25 finds what an embedder with no direction cannot, and the passage keeps an honest similarity of 0."""

    class Blind(BagOfWordsEmbedder):
        def embed_query(self, text: str) -> list[float]:
            return [0.0] * self.dimension

    (found,) = retrieve("dolmabahce", index, Blind(), 5)
    assert found.passage.document == "palace.txt"
    assert (found.similarity, found.bm25 > 0) == (0.0, True)


def test_an_embedder_that_fails_numerically_is_left_aside(index: Index) -> None:
    """A question whose vector is not a number is answered from BM25 alone."""

    class Broken(BagOfWordsEmbedder):
        def embed_query(self, text: str) -> list[float]:
            return [float("nan")] * self.dimension

    (found,) = retrieve("dolmabahce", index, Broken(), 5)
    assert (found.passage.document, found.similarity) == ("palace.txt", 0.0)


@pytest.mark.parametrize("question", ["", " ", "🙂", "\x00", "\u200b"])
def test_a_question_without_words(index: Index, question: str) -> None:
    """Nothing to look for is found nowhere."""
    assert retrieve(question, index, BagOfWordsEmbedder(), 5) == ()


@pytest.mark.parametrize(("k", "count"), [(0, 0), (-3, 0), (1, 1), (50, 4)])
def test_at_most_k(index: Index, k: int, count: int) -> None:
    """Never more than asked for, nor than there is."""
    assert len(retrieve("the officials of Istanbul", index, BagOfWordsEmbedder(), k)) == count


def test_the_same_question_twice(index: Index) -> None:
    """The same question gives the same passages in the same order."""
    first, second = (retrieve("ministers in Istanbul", index, BagOfWordsEmbedder(), 4) for _ in range(2))
    assert first == second


def test_an_empty_index(tmp_path: Path) -> None:
    """No documents, no passages, and the embedder is not even asked."""
    (tmp_path / "corpus").mkdir()
    settings = Settings(corpus=tmp_path / "corpus", index=tmp_path / "index")
    refresh(settings, BagOfWordsEmbedder())
    with Index.open(settings, BagOfWordsEmbedder()) as index:
        assert retrieve("Istanbul", index, None, 5) == ()  # type: ignore[arg-type]
