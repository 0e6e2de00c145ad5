"""The station that finds passages: by meaning (vectors) and by words (BM25), fused by reciprocal rank."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.index import Index
from rag.lexical import Scores, best_rows
from rag.types import Retrieved

_RRF_K = 60  # Cormack et al. 2009
_DEPTH = 30  # passages taken from each ranking


def fuse(rankings: Sequence[Sequence[str]], k: int = _RRF_K) -> dict[str, float]:
    """Each id's sum of 1 / (k + rank) over the rankings that hold it, ranks from 1; best first, then by id.

    Reciprocal rank fusion: Cormack, Clarke and Büttcher, SIGIR 2009.
    """
    fused: dict[str, float] = {}
    for ranking in rankings:
        for rank, name in enumerate(ranking, start=1):
            fused[name] = fused.get(name, 0.0) + 1 / (k + rank)
    return dict(sorted(fused.items(), key=lambda item: (-item[1], item[0])))


def retrieve(question: str, index: Index, embedder: Embeddings, k: int) -> tuple[Retrieved, ...]:
    """The at most `k` passages of `index` that best match `question`, best first; () where nothing matches."""
    if not index.count or k < 1:
        return ()
    vector = embedder.embed_query(question)
    depth = max(_DEPTH, k)
    dense = dict(index.search(vector, depth)) if _has_direction(vector) else {}
    words = index.lexical.scores(question)
    by_words = [index.ids[row] for row, _ in best_rows(words, depth)]
    fused = dict(list(fuse([list(dense), by_words]).items())[:k])
    similarities = dense | index.similarities(vector, [name for name in fused if name not in dense])
    return tuple(
        Retrieved(passage, fused[passage.id], similarities[passage.id], _bm25(index, words, passage.id))
        for passage in index.passages(list(fused))
    )


def _bm25(index: Index, scores: Scores, name: str) -> float:
    return float(scores[index.row(name)])


def _has_direction(vector: Sequence[float]) -> bool:
    """False for a vector of zeros or with a NaN, which is near to everything and nothing."""
    length = float(np.linalg.norm(np.asarray(vector, dtype=np.float64)))
    return bool(np.isfinite(length)) and length > 0
