"""`python -m eval.wice FOLDER`: does the check tell a supported sentence from one that is not, on WiCE's claims?

WiCE (Kamoi et al. 2023) holds sentences of Wikipedia against the web page that they cite. Supported counts as such,
partially supported and not supported as not. Evidence is the page: the check takes the sentences that share most with
the claim, as `bot.check` does. Beside it the best single signals over the same sentences; their thresholds come from
one half of the claims and are measured on the other, and the other way round. The check has no threshold from here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.progress import track

from eval.command import run
from eval.errors import EvaluationError
from eval.intervals import Floats, Interval, draws, interval
from eval.table import open_console, table
from rag import anchor
from rag.check.evidence import Embed, bears_out, judge, nearest
from rag.check.reading import read
from rag.embed import load_embedder
from rag.passages import split_sentences
from rag.types import Evidence, Passage, Sentence

_TITLE = "(meta data) TITLE:"
_BESIDE = 8  # sentences of a page that make up a passage
_BEFORE = 2  # sentences before a claim, in which its pronouns are looked up


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence of Wikipedia with what stands before it, and the page that it cites."""

    id: str
    text: str
    before: tuple[str, ...]
    page: tuple[Evidence, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """What the check and the single signals say of a claim."""

    supported: bool
    checked: bool
    overlap: float  # share of the claim's words that the best sentence has
    likeness: float  # cosine of the claim and the best sentence


def read_claims(folder: Path) -> list[Claim]:
    """Read WiCE's development claims; raises EvaluationError where they are not."""
    path = folder / "claims.jsonl"
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as error:
        raise EvaluationError(f"{path}: cannot be read ({error.strerror}). Name the folder of claims.jsonl.") from None
    try:
        return [_claim(json.loads(line)) for line in lines]
    except (KeyError, TypeError, ValueError) as error:
        raise EvaluationError(f"{path}: not WiCE's claims ({error!r}). Name the folder of that set.") from None


def _claim(fields: dict[str, Any]) -> Claim:
    context = [sentence.text for sentence in split_sentences(fields["meta"]["claim_context"])]
    before = (fields["meta"]["claim_title"] + ".", *context[-_BEFORE:])
    page = tuple(page_evidence(fields["evidence"]))
    return Claim(fields["meta"]["id"], fields["claim"], before, page, fields["label"] == "supported")


def page_evidence(sentences: Sequence[str]) -> Iterator[Evidence]:
    """Number the sentences of a page, in passages of a few that stand together."""
    title = next((text.removeprefix(_TITLE).strip() for text in sentences if text.startswith(_TITLE)), "")
    shown = [text.lstrip("# ") for text in sentences if text.strip("# ") and not text.startswith("(meta data)")]
    for first in range(0, len(shown), _BESIDE):
        passage = _passage(shown[first : first + _BESIDE], title, first)
        yield from (Evidence(first + n, sentence, passage) for n, sentence in enumerate(passage.sentences, start=1))


def _passage(texts: Sequence[str], title: str, first: int) -> Passage:
    starts = np.cumsum([0, *(len(text) + 1 for text in texts)]).tolist()
    sentences = tuple(Sentence(start, start + len(text), text) for start, text in zip(starts[:-1], texts, strict=True))
    text = "\n".join(texts)
    return Passage(f"page#{first}", "page", title, "", "", "", 0, len(text), text, sentences)


def measure(claim: Claim, embed: Embed) -> Measured:
    """Hold a claim against its page by the check, and by each single signal."""
    reading = read((*claim.before, claim.text))
    found = nearest(reading, claim.page)
    if not found:
        return Measured(claim.supported, False, 0.0, 0.0)
    judged = judge(reading, found, embed)
    keys = anchor.keys(claim.text)
    overlap = max(len(keys & anchor.keys(item.sentence.text)) for item in found) / max(len(keys), 1)
    return Measured(claim.supported, bool(bears_out(judged)), overlap, max(item.alike for item in judged))


def balanced(right: Sequence[bool], positive: Sequence[bool]) -> Callable[[Floats], Floats]:
    """The mean of the shares of positives and of negatives that were told right."""
    hits, positives = np.array(right, float), np.array(positive, float)

    def statistic(weights: Floats) -> Floats:
        of_positive = weights @ (hits * positives) / np.maximum(weights @ positives, 1)
        of_negative = weights @ (hits * (1 - positives)) / np.maximum(weights @ (1 - positives), 1)
        return np.asarray((of_positive + of_negative) / 2)

    return statistic


def threshold(values: Sequence[float], positive: Sequence[bool]) -> float:
    """The value from which "supported" gives the best balanced accuracy."""
    ones = np.ones((1, len(values)))

    def accuracy(cut: float) -> float:
        right = [(value >= cut) == is_positive for value, is_positive in zip(values, positive, strict=True)]
        return float(balanced(right, positive)(ones)[0])

    return max(sorted(set(values)), key=accuracy)


def crossed(values: Sequence[float], positive: Sequence[bool]) -> list[bool]:
    """Whether each claim is told right by the threshold of the half that it is not in."""
    cuts = [threshold(values[half::2], positive[half::2]) for half in (0, 1)]
    pairs = enumerate(zip(values, positive, strict=True))
    return [(value >= cuts[1 - place % 2]) == is_positive for place, (value, is_positive) in pairs]


def figures(measured: Sequence[Measured]) -> dict[str, Interval]:
    """Balanced accuracy of the check and of each signal, with its interval."""
    positive = [item.supported for item in measured]
    right = {
        "the check": [item.checked == item.supported for item in measured],
        "word overlap": crossed([item.overlap for item in measured], positive),
        "embedding similarity": crossed([item.likeness for item in measured], positive),
    }
    weights, count = draws(len(measured)), len(measured)
    found = {name: interval(balanced(each, positive), weights, count) for name, each in right.items()}
    return {name: each for name, each in found.items() if each}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure every claim and print the table; 0 done, 1 an error, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m eval.wice", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("folder", type=Path, help="the folder with claims.jsonl")
    options = parser.parse_args(arguments)
    return run(lambda: _measure_all(options.folder))


def _measure_all(folder: Path) -> None:
    claims = read_claims(folder)
    embed = load_embedder().embed_sentences
    measured = [measure(claim, embed) for claim in track(claims, "Checking", transient=True)]
    said = sum(item.checked for item in measured)
    kept = sum(item.checked and item.supported for item in measured)
    shown = table("what", "balanced accuracy", "95 %", "n")
    for name, found in figures(measured).items():
        shown.add_row(name, f"{found.value:.1%}", f"{found.low:.1%} to {found.high:.1%}", str(found.n))
    open_console().print(shown, f"The check called {said} supported; {kept} of these are.")


if __name__ == "__main__":
    sys.exit(main())
