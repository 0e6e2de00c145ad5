"""Third station: a question and its passages → candidate claims, each pointing at sentences by number.

Two drafters stand behind one protocol: the embedded reader (`extract.py`) and a LangChain chat model (`chat.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag.types import Draft, Evidence, Retrieved


class Drafter(Protocol):
    """Drafts an answer; what it drafts is checked before anyone sees it."""

    name: str  # "reader" or "provider:model"
    threshold: float  # below this confidence its draft is not shown

    def draft(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Draft:
        """Return candidate claims; `evidence` numbers every sentence of `found`."""
        ...


def number_evidence(found: Sequence[Retrieved]) -> tuple[Evidence, ...]:
    """Number the sentences of the passages from 1, best passage first; one that two passages share gets one number."""
    seen: set[tuple[str, int]] = set()
    numbered: list[Evidence] = []
    for hit in found:
        for sentence in hit.passage.sentences:
            place = (hit.passage.document, sentence.start)
            if place not in seen:
                seen.add(place)
                numbered.append(Evidence(len(numbered) + 1, sentence, hit.passage))
    return tuple(numbered)
