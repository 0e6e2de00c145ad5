"""The packaged embedding model, all-MiniLM-L6-v2, run by onnxruntime: less time than torch takes, and not its import.

The graphs are ours (see training/embedder.py); the weights are the packaged ones, mapped from their file. Each text
runs alone, on one thread, as many at once as there are processors: no padding, and nothing waits for its neighbours.

Passages, of which there are many, are multiplied in whole numbers: two thirds of the time, and vectors whose cosine
with the exact ones is 0.994, by which a search finds as much (docs/scaling.md).
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from rag.errors import ModelFileError

_GRAPHS = Path(__file__).parent / "models" / "embedder"
GRAPH, PASSAGE_GRAPH = _GRAPHS / "embedder.onnx", _GRAPHS / "passages.onnx"
DIMENSION = 384

_TOKENS = 256  # sentence_bert_config.json, max_seq_length


class MiniLM:
    """Texts to vectors of unit length, as sentence-transformers makes them of the same files, to about 1e-6."""

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`, whose files the caller has verified; ModelFileError where it cannot be loaded."""
        self._folder = folder
        self._exact = _session(GRAPH, folder)
        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises Exception itself
            raise ModelFileError(f"The tokenizer in {folder} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.no_padding()
        self._threads = os.cpu_count() or 1

    @cached_property
    def _rounded(self) -> ort.InferenceSession:
        """Loaded by who indexes; questions do without."""
        return _session(PASSAGE_GRAPH, self._folder)

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row for each text, in their order; shape (texts, 384)."""
        return self._encode(texts, self._exact)

    def encode_passages(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """The same in less time, each row at a cosine of about 0.994 from the exact one."""
        return self._encode(texts, self._rounded)

    def _encode(self, texts: Sequence[str], session: ort.InferenceSession) -> npt.NDArray[np.float32]:
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(tokens) == 1:
            return _mean(session, tokens[0])[np.newaxis]
        with ThreadPoolExecutor(self._threads) as pool:  # a run of the session lets go of Python's lock
            return np.stack(list(pool.map(partial(_mean, session), tokens)))


def _session(graph: Path, weights: Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(weights))
    try:
        return ort.InferenceSession(graph.read_bytes(), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has a class for each reason
        raise ModelFileError(f"The embedding model in {weights} cannot be loaded: {error}") from error


def _mean(session: ort.InferenceSession, tokens: Sequence[int]) -> npt.NDArray[np.float32]:
    ids = np.asarray(tokens, dtype=np.int64)
    inputs = {"ids": ids, "positions": np.arange(len(ids)), "types": np.zeros_like(ids)}
    mean: npt.NDArray[np.float32] = session.run(["mean"], inputs)[0]
    return mean / np.linalg.norm(mean)
