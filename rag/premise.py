"""What a question takes for granted: a "why" about something that the documents say did not happen is corrected.

"Why did Putin walk out of the meeting?" presumes that he walked out. Where a sentence says of the same people that it
is not so, or the contrary, that sentence is the answer. Nothing less counts: a wrong correction is worse than silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.check.clauses import subtree
from rag.check.evidence import Embed, Judged, judge, nearest
from rag.check.reading import Reading, read
from rag.types import Candidate, Draft, Evidence

_WHY = re.compile(
    r"^\W*(?:why|for what reason|how come)\s+(?P<verb>did|do|does|was|were|is|are|has|have|had)\s+(?P<rest>.+?)\s*\?*$",
    re.I,
)
_CERTAIN = {"denial", "contrary"}


def correction(question: str, evidence: Sequence[Evidence], drafter: str, embed: Embed | None = None) -> Draft | None:
    """Return the sentence that contradicts what a question presumes, as a draft; None where none does for certain."""
    claim = presumed(question)
    if claim is None or not claim.own:
        return None
    judged = judge(claim, nearest(claim, evidence), embed)
    if any(item.supports for item in judged):
        return None
    against = next((item for item in judged if _certainly_against(item)), None)
    if against is None:
        return None
    sentence = Candidate(against.evidence.sentence.text, (against.evidence.number,))
    return Draft((sentence,), "", 1.0, drafter)


def presumed(question: str) -> Reading | None:
    """Return what a "why" question takes for granted, as a sentence: "Why was he late?" gives "he was late."."""
    asked = _WHY.match(question)
    if not asked:
        return None
    words = read((f"{asked['verb'].title()} {asked['rest']}?",)).words
    subject = next((word for word in words if word.role in {"nsubj", "nsubjpass"} and word.place > 0), None)
    if subject is None:
        return None
    last = max(subtree(subject.place, words))
    if last + 1 < len(words) and words[last + 1].text == ",":  # that closes an apposition
        last += 1
    rest = [word.text for word in words[1:]]
    said = [*rest[:last], asked["verb"].lower(), *rest[last:]]
    text = re.sub(r"\s+([,.?!]|['’]s\b|n['’]t\b)", r"\1", " ".join(said)).rstrip(" ?") + "."
    return read((text[:1].upper() + text[1:],))


def _certainly_against(item: Judged) -> bool:
    """Whether a sentence says of the same people that it is not so: all else agrees."""
    found = item.comparison.findings
    kinds = {finding.kind for finding in found}
    return item.contradicts and kinds <= _CERTAIN and item.comparison.own >= 0.6
