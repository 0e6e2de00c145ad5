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
    "reader.int8.onnx": "6f8c2411f9b048a0075f18fde4cae2264583c6e87c0e2b82d7387878dd028f86",
    "tokenizer.json": "763dda398f1672682f6ec76ad63e27de637499435000a7fe855b071801b58428",
}
Bounds = Sequence[tuple[int, int]]  # start and end of each sentence of a passage, in order

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
        self._tokenizer = _tokenizer(folder)
        self._tokenizer.enable_truncation(_WINDOW, stride=_STRIDE, strategy="only_second")
        self._question_tokenizer = _tokenizer(folder)
        self._question_tokenizer.enable_truncation(_QUESTION_TOKENS)
        options = ort.SessionOptions()
        options.intra_op_num_threads = min(os.cpu_count() or 1, 4)  # more threads wait for each other at this size
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # else idle threads starve others
        self._session = ort.InferenceSession(
            str(folder / "reader.int8.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(
        self, question: str, passages: Sequence[str], n_best: int = 5, sentences: Sequence[Bounds] | None = None
    ) -> list[list[Span]]:
        """Return the spans of each passage that answer best, those of one passage without overlap, best first.

        `n_best` spans are given of each passage; with `sentences`, the bounds of every passage's sentences, `n_best` of
        each sentence, and none that crosses from one to the next.
        """
        bounds = sentences or [[(0, len(passage))] for passage in passages]
        windows = self._windows(self._shorten(question), passages)
        found: list[list[Span]] = [[] for _ in passages]
        for batch in _batches(windows):
            for window, starts, ends in zip(batch, *self._logits(batch), strict=True):
                scored = _Scored(window.encoding, starts, ends, passages[window.passage])
                for start, end in bounds[window.passage]:
                    found[window.passage] += scored.best(start, end, n_best)
        return [_without_overlap(spans, n_best, within) for spans, within in zip(found, bounds, strict=True)]

    def _shorten(self, question: str) -> str:
        encoding = self._question_tokenizer.encode(question, add_special_tokens=False)
        return question[: encoding.offsets[-1][1]] if encoding.overflowing else question

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


def _tokenizer(folder: Path) -> Tokenizer:
    tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    return tokenizer


def _verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelFileError(f"The reader's file {path} is missing. Install Footnote again.")
    if sha256(path.read_bytes()).hexdigest() != expected:
        raise ModelFileError(f"The reader's file {path} is damaged or not the one shipped. Install Footnote again.")


def _batches(windows: list[_Window]) -> list[list[_Window]]:
    ordered = sorted(windows, key=lambda window: len(window.encoding.ids))
    return [ordered[first : first + _BATCH] for first in range(0, len(ordered), _BATCH)]


class _Scored:
    """One window's logits, from which the best spans of any stretch of the passage can be taken."""

    def __init__(
        self, encoding: Encoding, starts: NDArray[np.float32], ends: NDArray[np.float32], passage: str
    ) -> None:
        tokens = [index for index, sequence in enumerate(encoding.sequence_ids) if sequence == 1]
        self._offsets = np.array([encoding.offsets[token] for token in tokens]).reshape(-1, 2)
        self._starts, self._ends = starts[tokens], ends[tokens]
        self._nothing = float(starts[0] + ends[0])
        self._passage = passage

    def best(self, start: int, end: int, n_best: int) -> list[Span]:
        """The best spans of `passage[start:end]` that do not overlap."""
        inside = np.flatnonzero((self._offsets[:, 0] >= start) & (self._offsets[:, 1] <= end))
        size = len(inside)
        scores = self._starts[inside, None] + self._ends[None, inside] - self._nothing
        tokens = np.arange(size)[None, :] - np.arange(size)[:, None] + 1  # of each span
        scores = np.where((tokens >= 1) & (tokens <= _SPAN_TOKENS), scores, -np.inf)
        spans: list[Span] = []
        while size and len(spans) < n_best:
            first, last = divmod(int(scores.argmax()), size)
            if not np.isfinite(scores[first, last]):
                break
            left, right = int(self._offsets[inside[first], 0]), int(self._offsets[inside[last], 1])
            spans.append(Span(left, right, self._passage[left:right], float(scores[first, last])))
            scores[: last + 1, first:] = -np.inf  # everything that overlaps the span
        return spans


def _without_overlap(spans: list[Span], n_best: int, within: Bounds) -> list[Span]:
    """The best of several windows' spans, at most `n_best` of each stretch, again without overlap."""
    chosen: list[Span] = []
    for span in sorted(spans, key=lambda span: (-span.score, span.start)):
        if all(span.end <= other.start or span.start >= other.end for other in chosen):
            chosen.append(span)
    left = dict.fromkeys(within, n_best)
    kept = []
    for span in chosen:
        stretch = next(bounds for bounds in within if bounds[0] <= span.start < bounds[1])
        left[stretch] -= 1
        if left[stretch] >= 0:
            kept.append(span)
    return kept
