"""Third station: a question and its passages → candidate claims, each pointing at sentences by number.

Two drafters stand behind one protocol: the embedded reader (`extract.py`) and a LangChain chat model (`chat.py`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rag.draft.instructions import instructs
from rag.surroundings import BEFORE
from rag.types import Draft, Evidence, Passage, Retrieved, Sentence


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
    seen: dict[tuple[str, int], tuple[Sentence, list[Passage]]] = {}
    for hit in found:
        for sentence in hit.passage.sentences:
            if not instructs(sentence.text):
                place = (hit.passage.document, sentence.start)
                seen.setdefault(place, (sentence, []))[1].append(hit.passage)
    shared = enumerate(seen.values(), start=1)
    return tuple(Evidence(number, sentence, _fullest(sentence, passages)) for number, (sentence, passages) in shared)


def _fullest(sentence: Sentence, passages: Sequence[Passage]) -> Passage:
    """The passage that holds most of what stands before a sentence, where its pronouns are looked up."""
    return max(passages, key=lambda passage: min(passage.sentences.index(sentence), BEFORE))


def joined(drafts: Sequence[Draft]) -> Draft:
    """Return one draft of several: as sure as the surest of those that still have candidates, with the last note.

    Of drafts without any candidate the last one speaks: nothing is shown.
    """
    note = next((draft.note for draft in reversed(drafts) if draft.note), "")
    best = max((draft for draft in drafts if draft.candidates), key=lambda draft: draft.confidence, default=drafts[-1])
    candidates = tuple(candidate for draft in drafts for candidate in draft.candidates)
    return Draft(candidates, best.short, best.confidence, best.drafter, note=note)
