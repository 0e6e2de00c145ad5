"""Third station: a question and its passages → candidate claims, each pointing at sentences by number.

Two drafters stand behind one protocol: the embedded reader (`extract.py`) and a LangChain chat model (`chat.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.draft.instructions import instructs
from rag.types import Draft, Evidence, Retrieved


class Drafter(Protocol):
    """Drafts an answer; what it drafts is checked before anyone sees it."""

    name: str  # "reader" or "provider:model"

    def drafts(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Iterator[Draft]:
        """Yield candidate claims as soon as they are there: all at once, or sentence by sentence.

        `evidence` numbers every sentence of `found`.
        """
        ...


def number_evidence(found: Sequence[Retrieved]) -> tuple[Evidence, ...]:
    """Number the sentences of the passages from 1, best passage first; one that two passages share gets one number.

    One that instructs or asks asserts nothing, and gets none.
    """
    seen: set[tuple[str, int]] = set()
    numbered: list[Evidence] = []
    for hit in found:
        for sentence in hit.passage.sentences:
            place = (hit.passage.document, sentence.start)
            if place not in seen and not instructs(sentence.text):
                seen.add(place)
                numbered.append(Evidence(len(numbered) + 1, sentence, hit.passage))
    return tuple(numbered)


def joined(drafts: Sequence[Draft]) -> Draft:
    """Return one draft of several: as sure as the surest of those that still have candidates, with the last note.

    Of drafts without any candidate the last one speaks: nothing is shown.
    """
    note = next((draft.note for draft in reversed(drafts) if draft.note), "")
    best = max((draft for draft in drafts if draft.candidates), key=lambda draft: draft.confidence, default=drafts[-1])
    candidates = tuple(candidate for draft in drafts for candidate in draft.candidates)
    return Draft(candidates, best.short, best.confidence, best.drafter, note=note)
