"""What a question takes for granted: where the documents say that it did not happen, or cannot have, it is corrected.

"Why did Putin walk out of the meeting?" presumes that he walked out. Where a sentence says of the same people that it
is not so, or the contrary, or that they were not there, that sentence is the answer. Nothing less counts: a wrong
correction is worse than silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.absence import ruled_out
from rag.check.evidence import Embed, Judged, judge, nearest
from rag.check.reading import Reading
from rag.check.text import outdone
from rag.presumed import presumed
from rag.types import Candidate, Draft, Evidence

_REASON = re.compile(r"\W*(?:and |so |but )?(?:why|how come|for (?:what|which) reasons?)\b", re.I)
_SAID = 0.6  # share of the claim's content words that the denying sentence itself must account for


def correction(question: str, evidence: Sequence[Evidence], drafter: str, embed: Embed | None = None) -> Draft | None:
    """Return the sentence that contradicts what a question presumes, as a draft; None where none does for certain."""
    reason = bool(_REASON.match(question))
    for claim in presumed(question):
        if against := _against(claim, evidence, reason, embed):
            return Draft((Candidate(against.sentence.text, (against.number,)),), "", 1.0, drafter)
    return None


def _against(claim: Reading, evidence: Sequence[Evidence], reason: bool, embed: Embed | None) -> Evidence | None:
    if claim.own:
        judged = judge(claim, nearest(claim, evidence), embed)
        if any(item.supports and not outdone(item, judged) for item in judged):
            return None
        if denied := next((item.evidence for item in judged if _certainly_against(item, claim, reason)), None):
            return denied
    return next((item for item in evidence if ruled_out(claim, item)), None)


def _certainly_against(item: Judged, claim: Reading, reason: bool) -> bool:
    """Whether a sentence says of the same people that it is not so: all else agrees.

    A "why" takes more for granted than a "when", which may ask about "not until": there, only a plain denial counts.
    """
    found = item.comparison.findings
    if not item.contradicts or item.comparison.own < _SAID:
        return False
    if all(finding.kind == "denial" for finding in found):
        return reason or "until" not in item.evidence.sentence.text.split()
    verbs = {claim.words[clause.predicate].text for clause in claim.clauses[1:]}
    return reason and all(f.kind in {"denial", "contrary"} and f.said not in verbs for f in found)
