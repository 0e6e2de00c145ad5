"""First station: a question and the turns before it → a question that stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.anchor import Anchor, anchors, places
from rag.types import Resolved, Turn

_AND_X = re.compile(
    r"^(?:and|or|but|what about|how about|and what about|and how about)\s+(?P<rest>[^?]+?)\s*\??$", re.I
)
_PRONOUN = re.compile(
    r"\b(?:he|she|it|they|him|her|them|his|hers|its|their|theirs|this|that|these|those|there|then|one|ones)\b", re.I
)
_BARE = re.compile(
    r"^(?:and |but )?(?:who|whom|whose|what|which|when|where|why|how|how many|how much|where exactly)\s*\??$", re.I
)


def resolve(question: str, history: Sequence[Turn] = ()) -> Resolved:
    """Complete a follow-up from the turns before it; a question that stands alone is returned as it is."""
    question = " ".join(question.split())
    if not history:
        return Resolved(question, clear=bool(anchors(question)) or len(question.split()) > 2)
    asked = history[-1][0]
    if follow_up := _AND_X.match(question):
        return Resolved(_substitute(asked, follow_up["rest"]))
    if _depends(question):
        return Resolved(f"{asked.rstrip(' ?.')}: {question}")
    return Resolved(question)


def _depends(question: str) -> bool:
    named = [anchor for anchor in anchors(question) if anchor.kind == "name"]
    return bool(_BARE.match(question)) or not anchors(question) or (not named and bool(_PRONOUN.search(question)))


def _substitute(asked: str, rest: str) -> str:
    """Put the new name where the last question had one of its kind: "Russia's" gives way to "Ukraine's"."""
    new = [anchor for anchor in anchors(rest) if anchor.kind == "name"] or list(anchors(rest[:1].upper() + rest[1:]))
    old = [anchor for anchor in anchors(asked) if anchor.kind == "name"]
    if not new or not old:
        return f"{asked.rstrip(' ?.')}: {rest}?"
    replaced = next((anchor for anchor in old if _is_place(anchor) == _is_place(new[0])), old[0])
    name = re.sub(r"['’]s?$", "", rest).removeprefix("the ")
    return asked.replace(replaced.text, name, 1)


def _is_place(anchor: Anchor) -> bool:
    return all(places(part) for part in anchor.parts)
