"""What of an answer has passed the checks so far: shown as it passes, and never taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.cite import CheckedClaim, cite
from rag.types import Candidate, Citation, Claim, Document, Draft, Event

Check = Callable[[Sequence[Candidate]], Sequence[CheckedClaim]]


class Passed:
    """The claims that passed, and the drafts that they came from."""

    def __init__(self, check: Check) -> None:
        self.drafts: list[Draft] = []
        self.checked: list[CheckedClaim] = []
        self.claims: tuple[Claim, ...] = ()
        self.citations: tuple[Citation, ...] = ()
        self._check = check
        self._drafted: list[Candidate] = []  # an earlier claim explains the "he" of a later one

    def take(self, draft: Draft, worth_showing: bool, document: Callable[[str], Document]) -> Iterator[Event]:
        """Check a draft's candidates and yield the claims that are new, each with its citations."""
        self._drafted += draft.candidates if worth_showing else ()
        new = [claim for claim in self._check(self._drafted) if claim not in self.checked]
        self.drafts.append(draft if new else replace(draft, candidates=()))
        self.checked += new
        self.claims, self.citations = cite(self.checked, document)
        for claim in self.claims[len(self.claims) - len(new) :]:
            cited = tuple(item for item in self.citations if item.number in claim.citations)
            yield Event("claim", claim=claim, citations=cited)
