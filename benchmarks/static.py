"""Vectors that cost next to nothing, for corpora that the model would take hours to embed on this machine.

Each text is the mean of the packaged model's own input vectors of its words, rare words weighing more (Arora et al.,
ICLR 2017): related texts are near each other, as with the model, and a hundred thousand take a minute. They measure
the store, the ranking by words, opening and search; never the model's speed or quality.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt
from langchain_core.embeddings import Embeddings
from tokenizers import Tokenizer

_TABLE = "embeddings.word_embeddings.weight"
_COMMON = 1e-3  # Arora et al.; how much less a frequent word weighs


class StaticEmbedder(Embeddings):
    """Satisfies Footnote's embedder and LangChain's embeddings alike."""

    name = "static"
    fingerprint = "static-1"
    dimension = 384

    def __init__(self, model: Path) -> None:
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._tokenizer.enable_truncation(256)
        self._tokenizer.no_padding()
        table = _weights(model / "model.safetensors")
        table = table - table.mean(axis=0)
        # WordPiece vocabularies are sorted by frequency: Zipf's law gives a word's share
        share = 1 / (np.arange(len(table)) + 1) / np.log(len(table))
        self._vectors = (table * (_COMMON / (_COMMON + share))[:, np.newaxis]).astype(np.float32)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return [self._mean(encoding.ids) for encoding in self._tokenizer.encode_batch(texts)]

    def embed_sentences(self, texts: list[str]) -> list[list[float]]:
        return self.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]

    def _mean(self, ids: list[int]) -> list[float]:
        mean = self._vectors[ids[1:-1]].mean(axis=0) if len(ids) > 2 else self._vectors[0]
        vector: list[float] = (mean / np.linalg.norm(mean)).tolist()
        return vector


def _weights(path: Path) -> npt.NDArray[np.float32]:
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        about = json.loads(file.read(size))[_TABLE]
    start = 8 + size + about["data_offsets"][0]
    return np.memmap(path, np.float32, "r", start, tuple(about["shape"]))
