"""Fakes whose output a person can compute."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.reader import Span


class BagOfWordsEmbedder(Embeddings):
    """Each word adds 1 to one of 256 places; vectors have unit length, so shared words make similar texts."""

    fingerprint = "bag-of-words-256"
    name = "bag of words"
    dimension = 256

    def __init__(self) -> None:
        self.embedded: list[str] = []  # every text that was embedded as a document, in order

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        self.embedded.extend(texts)
        return [self._vector(text) for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self._vector(text)

    def embed_sentences(self, texts: list[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = np.zeros(self.dimension, dtype=np.float32)
        for word in re.findall(r"\w+", text.lower()):
            vector[zlib.crc32(word.encode()) % self.dimension] += 1
        norm = float(np.linalg.norm(vector))
        return (vector / norm if norm else vector).tolist()


class LookupReader:
    """Finds the words that it was given, wherever they stand, each with its score."""

    def __init__(self, scores: Mapping[str, float]) -> None:
        self._scores = scores

    def read(
        self, question: str, passages: Sequence[str], n_best: int = 5, sentences: object = None
    ) -> list[list[Span]]:
        found = [
            [
                Span(passage.index(words), passage.index(words) + len(words), words, score)
                for words, score in self._scores.items()
                if words in passage
            ]
            for passage in passages
        ]
        return [sorted(spans, key=lambda span: -span.score) for spans in found]
