"""What the reader learns from: a question, a passage, and the words of the passage that answer, or none."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Example:
    """A question beside a passage; `passage[start:start + len(answer)] == answer`, or start is -1: no answer."""

    question: str
    passage: str
    start: int
    answer: str
    source: str

    @property
    def answerable(self) -> bool:
        """Whether the passage answers the question."""
        return self.start >= 0


def unanswerable(question: str, passage: str, source: str) -> Example:
    """An example whose right answer is silence."""
    return Example(question, passage, -1, "", source)


def write(examples: Iterable[Example], path: Path) -> None:
    """Write one JSON object a line."""
    with path.open("w", encoding="utf-8") as lines:
        for example in examples:
            lines.write(json.dumps(asdict(example), ensure_ascii=False) + "\n")


def read(path: Path) -> Iterator[Example]:
    """Read what `write` wrote."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield Example(**json.loads(line))
