"""An answer as plain text for a terminal; nothing in it can move the cursor, change colours or reorder the line."""

from __future__ import annotations

import unicodedata

from rag.types import Answer, CheckedText, Citation, Claim

_CONTROLS = {
    "Cc",
    "Cf",
    "Cs",
    "Co",
    "Cn",
}  # control, format (bidirectional too), surrogate, private, unassigned
_KEPT = {"\n", "\t", "\u200d", "\u200c"}  # joiners shape letters and emoji


def render_answer(answer: Answer) -> str:
    """Return the answer, its sources, and with an abstention what comes nearest."""
    lines = [f"Note: {answer.note}"] if answer.note else []
    if answer.resolved_question != answer.question:
        lines.append(f"Read as: {answer.resolved_question}")
    if answer.short:
        lines.append(answer.short)
    lines += [_claim(claim) for claim in answer.claims] or [answer.text]
    lines += [f"  {number}. {reading}" for number, reading in enumerate(answer.readings, start=1)]
    lines += [_source(citation) for citation in answer.citations]
    lines += [f"Nearest: {_source(citation)}" for citation in answer.nearest]
    if answer.claims:
        lines.append(f"confidence {answer.confidence:.0%}")
    return visible("\n".join(lines))


def render_check(checked: CheckedText) -> str:
    """Return each sentence of a user's text with its verdict, the reasons, and what it rests on."""
    lines = []
    for sentence in checked:
        lines.append(f"{sentence.verdict}: {sentence.text}")
        lines += [f"    {reason}" for reason in sentence.reasons]
        lines += [f"    {'Nearest: ' if sentence.verdict == 'absent' else ''}{_source(c)}" for c in sentence.citations]
    return visible("\n".join(lines))


def visible(text: str) -> str:
    """Return `text` with every character that a terminal might act on shown as its code."""
    return "".join(
        char if char in _KEPT or unicodedata.category(char) not in _CONTROLS else f"\\u{ord(char):04x}" for char in text
    )


def _claim(claim: Claim) -> str:
    return claim.text + "".join(f" [{number}]" for number in claim.citations)


def _source(citation: Citation) -> str:
    quote = " ".join(citation.quote.split())
    return f"[{citation.number}] {citation.title} ({citation.document}, {citation.start}-{citation.end}): “{quote}”"
