"""A text of the user's own against the documents, sentence by sentence: supported, contradicted or absent."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rag import prompts
from rag.check.evidence import OWN, Embed, Judged, judge, nearest
from rag.check.findings import Finding
from rag.check.reading import read
from rag.passages import split_sentences
from rag.types import Evidence, Held

_BEFORE = 2  # sentences of the text before one, in which its pronouns are looked up


def hold(text: str, find: Callable[[str], Sequence[Evidence]], embed: Embed | None = None) -> Iterator[Held]:
    """Yield each sentence of `text` with its verdict; `find` gives the numbered evidence for a sentence."""
    texts = [" ".join(sentence.text.split()) for sentence in split_sentences(text)]
    for place, sentence in enumerate(texts):
        claim = read(tuple(texts[max(0, place - _BEFORE) : place + 1]))
        yield _held(sentence, judge(claim, nearest(claim, find(sentence)), embed))


def _held(text: str, judged: Sequence[Judged]) -> Held:
    if not judged:
        return Held(text, "absent", (prompts.NOT_SAID,), ())
    if supporting := [item for item in judged if item.supports and not outdone(item, judged)]:
        return Held(text, "supported", (), (supporting[0].evidence,))
    best = judged[0] if not judged[0].supports else max(judged, key=lambda item: item.comparison.own)
    against = next((item for item in sorted(judged, key=_nearness, reverse=True) if item.contradicts), None)
    if against:
        return Held(text, "contradicted", tuple(_reasons(against)), (against.evidence,))
    return Held(text, "absent", tuple(_reasons(best)) or (prompts.NOT_SAID,), (best.evidence,))


def outdone(supporting: Judged, judged: Sequence[Judged]) -> bool:
    """Whether another sentence speaks of the same more closely, and does not bear the claim out."""
    guessed = supporting.comparison.own < OWN  # alike in meaning, in other words: then another value counts too
    kinds = {"denial", "doubt", "contrary", "owner", *(["value"] if guessed else [])}
    return any(
        item.comparison.findings
        and (guessed or item.comparison.standing >= supporting.comparison.standing)
        and _nearness(item) > _nearness(supporting) + 0.25
        and any(f.kind in kinds for f in item.comparison.findings)
        for item in judged
    )


def _nearness(item: Judged) -> float:
    return item.comparison.own + item.alike


def _reasons(item: Judged) -> Iterator[str]:
    for finding in item.comparison.findings[:3]:
        yield words(finding)


def words(finding: Finding) -> str:
    """A finding in words for a person."""
    if finding.kind == "denial":
        return prompts.DENIED if finding.negated else prompts.NOT_DENIED
    if finding.kind == "doubt":
        return prompts.ONLY_SAID if finding.spoken else prompts.ONLY_POSSIBLE
    template = {
        "owner": prompts.OTHER_OWNER,
        "speaker": prompts.OTHER_SPEAKER,
        "contrary": prompts.CONTRARY,
        "missing": prompts.NOT_THERE,
    }.get(finding.kind, prompts.OTHER_VALUE)
    return template.format(said=finding.said, against=finding.against)
