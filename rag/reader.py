"""The embedded reader: finds the words of a passage that answer a question. Runs on the CPU, needs no network.

An extractive question-answering model (see models/reader/MODEL_CARD.md) gives each token a logit for starting and for
ending the answer; the [CLS] token stands for "no answer here". This is the only module that runs it.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from rag.errors import ModelFileError

READER_FOLDER = Path(__file__).parent / "models" / "reader"
_SHA256 = {
    "reader.int8.onnx": "2b1560f8091f9e519f475f4ed46c6edf26d8740882052b25bb9880acfd1c0b5d",
    "tokenizer.json": "763dda398f1672682f6ec76ad63e27de637499435000a7fe855b071801b58428",
}
_WINDOW = 384  # tokens of question and passage read at once; the model was trained on up to 256
_STRIDE = 128  # tokens that neighbouring windows of a long passage share
_QUESTION_TOKENS = 128  # a longer question is cut: the passage needs the room
_SPAN_TOKENS = 30  # the longest answer, as in training
_BATCH = 8  # windows in one run, of like length, so that little is padded


@dataclass(frozen=True, slots=True)
class Span:
    """Words of a passage that may answer: `passage[start:end] == text`."""

    start: int
    end: int
    text: str
    score: float  # start and end logit above those of "no answer"; above 0 the model prefers the span


@dataclass(frozen=True, slots=True)
class _Window:
    passage: int
    encoding: Encoding


class Reader:
    """The reader's weights and tokenizer, verified and loaded."""

    def __init__(self, folder: Path = READER_FOLDER) -> None:
        """Load the reader; raises ModelFileError when a file is missing or is not the one that we shipped."""
        for name, expected in _SHA256.items():
            _verify(folder / name, expected)
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(_WINDOW, stride=_STRIDE, strategy="only_second")
        options = ort.SessionOptions()
        options.intra_op_num_threads = min(os.cpu_count() or 1, 4)  # more threads wait for each other at this size
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # else idle threads starve others
        self._session = ort.InferenceSession(
            str(folder / "reader.int8.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, question: str, passages: Sequence[str], n_best: int = 5) -> list[list[Span]]:
        """Return up to `n_best` spans for each passage that do not overlap, best first."""
        windows = self._windows(self._shorten(question), passages)
        found: list[list[Span]] = [[] for _ in passages]
        for batch in _batches(windows):
            for window, starts, ends in zip(batch, *self._logits(batch), strict=True):
                found[window.passage] += _spans(window.encoding, starts, ends, passages[window.passage], n_best)
        return [_best(spans, n_best) for spans in found]

    def _shorten(self, question: str) -> str:
        offsets = self._tokenizer.encode(question, add_special_tokens=False).offsets
        return question if len(offsets) <= _QUESTION_TOKENS else question[: offsets[_QUESTION_TOKENS - 1][1]]

    def _windows(self, question: str, passages: Sequence[str]) -> list[_Window]:
        encodings = self._tokenizer.encode_batch([(question, passage) for passage in passages])
        return [
            _Window(number, window)
            for number, encoding in enumerate(encodings)
            for window in (encoding, *encoding.overflowing)
        ]

    def _logits(self, batch: Sequence[_Window]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        length = max(len(window.encoding.ids) for window in batch)
        inputs = np.zeros((3, len(batch), length), dtype=np.int64)
        for row, window in enumerate(batch):
            size = len(window.encoding.ids)
            inputs[0, row, :size] = window.encoding.ids
            inputs[1, row, :size] = window.encoding.attention_mask
            inputs[2, row, :size] = window.encoding.type_ids
        names = ("input_ids", "attention_mask", "token_type_ids")
        starts, ends = self._session.run(["start", "end"], dict(zip(names, inputs, strict=True)))
        return starts, ends


def _verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelFileError(f"The reader's file {path} is missing. Install Footnote again.")
    if sha256(path.read_bytes()).hexdigest() != expected:
        raise ModelFileError(f"The reader's file {path} is damaged or not the one shipped. Install Footnote again.")


def _batches(windows: list[_Window]) -> list[list[_Window]]:
    ordered = sorted(windows, key=lambda window: len(window.encoding.ids))
    return [ordered[first : first + _BATCH] for first in range(0, len(ordered), _BATCH)]


def _spans(
    encoding: Encoding, starts: NDArray[np.float32], ends: NDArray[np.float32], passage: str, n_best: int
) -> list[Span]:
    """The best spans of one window that do not overlap."""
    tokens = [index for index, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
    if not tokens:
        return []
    first, size = tokens[0], len(tokens)
    nothing = float(starts[0] + ends[0])
    scores = starts[first : first + size, None] + ends[None, first : first + size] - nothing
    scores = np.where(np.tri(size, k=-1, dtype=bool) | ~np.tri(size, k=_SPAN_TOKENS - 1, dtype=bool), -np.inf, scores)
    spans: list[Span] = []
    while len(spans) < n_best:
        start, end = divmod(int(scores.argmax()), size)
        if not np.isfinite(scores[start, end]):
            break
        left, right = encoding.offsets[first + start][0], encoding.offsets[first + end][1]
        spans.append(Span(left, right, passage[left:right], float(scores[start, end])))
        scores[: end + 1, start:] = -np.inf  # everything that overlaps the span
    return spans


def _best(spans: list[Span], n_best: int) -> list[Span]:
    """The best of several windows' spans, again without overlap."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start)):
        if all(span.end <= other.start or span.start >= other.end for other in chosen):
            chosen.append(span)
    return chosen[:n_best]
