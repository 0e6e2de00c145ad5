"""The packaged embedding model, all-MiniLM-L6-v2, run by onnxruntime: less time than torch takes, and not its import.

The graph is ours (see training/embedder.py); the weights are the packaged ones, mapped from their file. Each text runs
alone, on one thread, and as many at once as there are processors: no padding, and nothing waits for its neighbours.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime as ort
from tokenizers import Tokenizer

from rag.errors import ModelFileError

GRAPH = Path(__file__).parent / "models" / "embedder" / "embedder.onnx"
DIMENSION = 384

_TOKENS = 256  # sentence_bert_config.json, max_seq_length


class MiniLM:
    """Texts to vectors of unit length, as sentence-transformers makes them of the same files, to about 1e-6."""

    def __init__(self, folder: Path) -> None:
        """Load the model in `folder`, whose files the caller has verified; ModelFileError where it cannot be loaded."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.add_session_config_entry("session.model_external_initializers_file_folder_path", str(folder))
        try:
            self._session = ort.InferenceSession(GRAPH.read_bytes(), options, providers=["CPUExecutionProvider"])
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # both libraries raise classes of their own
            raise ModelFileError(f"The embedding model in {folder} cannot be loaded: {error}") from error
        self._tokenizer.enable_truncation(_TOKENS)
        self._tokenizer.no_padding()
        self._threads = os.cpu_count() or 1

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """One row for each text, in their order; shape (texts, 384)."""
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        if len(tokens) == 1:
            return self._mean(tokens[0])[np.newaxis]
        with ThreadPoolExecutor(self._threads) as pool:  # a run of the session lets go of Python's lock
            return np.stack(list(pool.map(self._mean, tokens)))

    def _mean(self, tokens: Sequence[int]) -> npt.NDArray[np.float32]:
        ids = np.asarray(tokens, dtype=np.int64)
        inputs = {"ids": ids, "positions": np.arange(len(ids)), "types": np.zeros_like(ids)}
        mean: npt.NDArray[np.float32] = self._session.run(["mean"], inputs)[0]
        return mean / np.linalg.norm(mean)
