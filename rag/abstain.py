"""What is said when the documents do not answer: what is missing, and what comes nearest."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag import anchor, prompts
from rag.cite import citation
from rag.types import Citation, Document, Resolved, Retrieved


def silence(resolved: Resolved, found: Sequence[Retrieved], documents: int) -> str:
    """Return the sentence that is shown in place of an answer; `documents` is their number in the index."""
    if not resolved.clear:
        return prompts.WHICH_READING if resolved.readings else prompts.UNCLEAR
    if not documents:
        return prompts.NO_DOCUMENTS
    if missing := unmentioned(resolved.question, found):
        return prompts.NOT_MENTIONED.format(missing=_listed(missing))
    return prompts.SILENT


def unmentioned(question: str, found: Sequence[Retrieved]) -> tuple[str, ...]:
    """Return the names and numbers of the question that none of the passages mentions."""
    texts = (f"{hit.passage.title} {hit.passage.date} {hit.passage.text}" for hit in found)
    known = frozenset[str]().union(*(anchor.keys(text) for text in texts))
    named = [given for given in anchor.anchors(question) if given.kind != "word"]
    return tuple(given.text for given in named if anchor.anchored(given, known) < 1)


def nearest(found: Sequence[Retrieved], document: Callable[[str], Document]) -> tuple[Citation, ...]:
    """Cite the passage that comes nearest to the question, as a whole."""
    return tuple(
        citation(number, document(hit.passage.document), hit.passage.start, hit.passage.end)
        for number, hit in enumerate(found[:1], start=1)
    )


def _listed(names: Sequence[str]) -> str:
    quoted = [f"“{name}”" for name in names]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]]))
