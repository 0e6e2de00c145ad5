"""`python -m eval.edits`: how many planted errors the check catches, and how often it doubts what is true.

The claims are in `eval/claims.jsonl`, the edits in `eval/edits.jsonl` (see `eval/plant.py`). A claim's number decides
its half: even for development, odd for the test. An edit is caught unless it is called supported. `--elsewhere` takes
sentences over other articles instead (written by hand; the halves speak of different articles): the corpus must hold
them. `--freer` takes sentences that were written later, freer in their wording: over our own articles, and with
`--elsewhere` over other ones, each paraphrase with an edit of it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from eval.command import run
from eval.intervals import Interval, draws, interval, mean
from eval.plant import CLAIMS, EDITS
from eval.run import open_chatbot
from eval.table import open_console
from rag.settings import Settings
from rag.types import CheckedText

ELSEWHERE = Path(__file__).with_name("elsewhere.jsonl")
FREER = Path(__file__).with_name("freer.jsonl")
FREER_ELSEWHERE = Path(__file__).with_name("freer-elsewhere.jsonl")
TRUE = frozenset({"untouched", "paraphrase"})
Check = Callable[[str], CheckedText]


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence that should be supported (a claim, its kind "untouched" or "paraphrase") or not (an edit)."""

    id: str
    kind: str
    text: str
    true: bool

    @property
    def development(self) -> bool:
        """Whether it may be looked at when the check is changed."""
        return int(self.id[1:4]) % 2 == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the check said of a case."""

    case: Case
    verdict: str
    reasons: tuple[str, ...]

    @property
    def wrong(self) -> bool:
        """Whether an error passed, or something true did not."""
        return (self.verdict == "supported") != self.case.true


def read_cases(paths: Sequence[Path] = (CLAIMS, EDITS)) -> list[Case]:
    """Every claim and every edit of the files."""
    fields = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [Case(each["id"], each["kind"], each["text"], each["kind"] in TRUE) for each in fields]


def hold_all(cases: Iterable[Case], check: Check) -> list[Outcome]:
    """Check each case by itself; one that is read as several sentences is as good as the worst of them."""
    outcomes = []
    for case in cases:
        sentences = check(case.text)
        worst = next((item for item in sentences if item.verdict != "supported"), sentences[0])
        outcomes.append(Outcome(case, worst.verdict, worst.reasons))
    return outcomes


def share(outcomes: Sequence[Outcome], wrong: bool) -> Interval | None:
    """The share of the outcomes that are wrong, or right, with its interval."""
    values = [float(outcome.wrong == wrong) for outcome in outcomes]
    return interval(mean(values), draws(len(values)), len(values)) if values else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Check every case and print the table; 0 done, 1 an error, 2 usage."""
    parser = argparse.ArgumentParser(prog="python -m eval.edits", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--corpus", type=Path, default=Path("corpus"), metavar="DIR", help="(default: corpus)")
    parser.add_argument("--index", type=Path, default=Path(".footnote"), metavar="DIR", help="(default: .footnote)")
    parser.add_argument("--elsewhere", action="store_true", help=f"the sentences of {ELSEWHERE}, over other articles")
    parser.add_argument("--freer", action="store_true", help="sentences in freer words")
    parser.add_argument("--half", choices=["development", "test"], help="one half only (default: both)")
    parser.add_argument("--wrong", action="store_true", help="print what was wrong in the development half")
    options = parser.parse_args(arguments)
    return run(lambda: _check(options))


def _check(options: argparse.Namespace) -> None:
    bot = open_chatbot(Settings(corpus=options.corpus, index=options.index), False)
    cases = read_cases(_files(options.elsewhere, options.freer))
    wanted = [case for case in cases if options.half in (None, "development" if case.development else "test")]
    begun = time.perf_counter()
    outcomes = hold_all(wanted, bot.check)
    _print(outcomes, (time.perf_counter() - begun) / max(len(wanted), 1))
    if options.wrong:
        for outcome in outcomes:
            if outcome.wrong and outcome.case.development:
                print(f"{outcome.case.id}: {outcome.verdict}: {outcome.case.text} {' '.join(outcome.reasons)}")


def _files(elsewhere: bool, freer: bool) -> list[Path]:
    if freer:
        return [FREER_ELSEWHERE if elsewhere else FREER]
    return [ELSEWHERE] if elsewhere else [CLAIMS, EDITS]


def _print(outcomes: Sequence[Outcome], seconds: float) -> None:
    table = Table("half", "what", "share", "95 %", "n")
    for half, development in (("development", True), ("test", False)):
        mine = [outcome for outcome in outcomes if outcome.case.development == development]
        edits = [outcome for outcome in mine if not outcome.case.true]
        claims = [outcome for outcome in mine if outcome.case.true]
        rows = [("caught", edits, False)]
        rows += [(f"  {kind}", [o for o in edits if o.case.kind == kind], False) for kind in _kinds(edits)]
        rows += [("false alarms", claims, True)]
        rows += [(f"  {kind}", [o for o in claims if o.case.kind == kind], True) for kind in _kinds(claims)]
        for name, group, wrong in rows:
            if found := share(group, wrong):
                table.add_row(half, name, f"{found.value:.1%}", f"{found.low:.1%} to {found.high:.1%}", str(found.n))
    open_console().print(table, f"{seconds:.2f} seconds a sentence")


def _kinds(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(outcome.case.kind for outcome in outcomes))


if __name__ == "__main__":
    sys.exit(main())
