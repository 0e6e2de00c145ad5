"""Examples in tokens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from training.examples import Example

_TOKENS = 256  # of question and passage; longer passages are cut


@dataclass(frozen=True, slots=True)
class Encoded:
    """An example as the network takes it; first and last token are 0, [CLS], where there is no answer."""

    ids: list[int]
    types: list[int]
    first: int
    last: int


def encode(examples: Sequence[Example], tokenizer: Tokenizer) -> list[Encoded]:
    """The examples in tokens, without those whose answer was cut off."""
    tokenizer.no_padding()
    tokenizer.enable_truncation(_TOKENS, strategy="only_second")
    encodings = tokenizer.encode_batch([(example.question, example.passage) for example in examples])
    found = []
    for example, encoding in zip(examples, encodings, strict=True):
        first = last = 0
        if example.answerable:
            left, right = example.start, example.start + len(example.answer)
            held = [
                at
                for at, (sequence, (start, end)) in enumerate(zip(encoding.sequence_ids, encoding.offsets, strict=True))
                if sequence == 1 and start < right and end > left
            ]
            if not held or encoding.offsets[held[-1]][1] < right:
                continue
            first, last = held[0], held[-1]
        found.append(Encoded(encoding.ids, encoding.type_ids, first, last))
    return found
