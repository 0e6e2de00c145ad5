"""`python -m training.prepare DATA SQUAD2 OUT`: the one mix that the reader is trained on, as OUT/train.jsonl.

DATA is the folder of the public sets, SQUAD2 the gzipped development set of SQuAD 2.0.
README.md says where both come from.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from training.examples import Example, read, write
from training.negatives import exchanged, retrieved, turned
from training.parties import made
from training.sources import DEVELOPMENT, MEASURING, articles, covid, from_articles, qamr, qamr_sentences

Spoil = Callable[[Example, random.Random], Example | None]  # an example that its passage no longer answers

_SEED = 71
_SQUADSHIFTS = ("amazon_reviews", "reddit", "new_wiki")
# How many examples of each kind: what two cores read in an hour.
_SHIFTS, _QAMR, _EXCHANGED, _TURNED, _RETRIEVED, _MADE = 7_500, 6_500, 5_500, 1_500, 8_500, 9_000
_WRITTEN_RETRIEVED = 0.25  # share of the answered written questions that are also asked of another passage
_ROUGH, _TITLED = 0.08, 0.2  # shares of carelessly typed questions, and of passages under a title line


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the examples and say how many of each source there are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("data", "squad2", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--seed", type=int, default=_SEED, help="another one draws other examples")
    parser.add_argument("--share", type=float, default=1.0, help="of the public sets' examples, to be kept")
    parser.add_argument("--written", type=Path, help="train.jsonl of training.written, to be added")
    options = parser.parse_args(arguments)
    chance = random.Random(options.seed)
    examples = mix(options.data, options.squad2, chance)
    examples = examples[: round(options.share * len(examples))]
    if options.written:
        examples += with_retrieved(list(read(options.written)), chance)
        chance.shuffle(examples)
    options.out.mkdir(parents=True, exist_ok=True)
    write(examples, options.out / "train.jsonl")
    for source, count in sorted(Counter(example.source for example in examples).items()):
        print(f"{count:7,} {source}")
    print(f"{len(examples):7,} examples, {sum(e.answerable for e in examples):,} of them answerable")


def mix(folder: Path, squad2: Path, chance: random.Random) -> list[Example]:
    """Answered questions and three kinds of unanswerable ones, shuffled together."""
    held_out = {*MEASURING, *DEVELOPMENT}
    squad = list(from_articles([a for a in articles(squad2) if a["title"] not in held_out], "squad2"))
    shifts = [
        example
        for name in _SQUADSHIFTS
        for example in from_articles(articles(folder / f"squadshifts_{name}.json.gz"), f"squadshifts_{name}")
    ]
    science = list(covid(folder / "covid_qa.json.gz", chance))
    sentences = list(qamr(folder, chance))
    single = qamr_sentences(folder)
    answered = [example for example in (*squad, *shifts, *science, *sentences) if example.answerable]
    passages = sorted({example.passage for example in (*squad, *shifts, *science)})
    passages += sorted({example.passage for example in chance.sample(sentences, 4_000)})
    chance.shuffle(answered)
    plain = [*squad, *chance.sample(shifts, _SHIFTS), *science, *chance.sample(sentences, _QAMR)]
    silent = [*_first(answered, exchanged, _EXCHANGED, chance), *_first(answered, turned, _TURNED, chance)]
    silent += retrieved(chance.sample(answered, _RETRIEVED), passages, chance)
    real = [text for text in single if 40 < len(text) < 200 and text[0].isupper() and text.endswith(".")]
    examples = [dressed(example, chance) for example in (*plain, *silent, *made(_MADE, chance, real))]
    chance.shuffle(examples)
    return examples


def with_retrieved(written: Sequence[Example], chance: random.Random) -> list[Example]:
    """The written examples, and some of their questions beside another of their passages."""
    asked = [example for example in written if example.answerable]
    passages = sorted({example.passage for example in written})
    asked = chance.sample(asked, round(_WRITTEN_RETRIEVED * len(asked)))
    return [dressed(example, chance) for example in (*written, *retrieved(asked, passages, chance))]


def _first(answered: Sequence[Example], spoil: Spoil, count: int, chance: random.Random) -> list[Example]:
    """The first `count` examples that could be spoilt."""
    found: list[Example] = []
    for example in answered:
        if (spoilt := spoil(example, chance)) is not None:
            found.append(spoilt)
        if len(found) == count:
            break
    return found


def dressed(example: Example, chance: random.Random) -> Example:
    """The example as users bring it: at times a careless question, at times a title above the passage."""
    question = careless(example.question, chance) if chance.random() < _ROUGH else example.question
    if chance.random() >= _TITLED or not (title := headline(example, chance)):
        return Example(question, example.passage, example.start, example.answer, example.source)
    start = example.start + len(title) + 1 if example.answerable else -1
    return Example(question, f"{title}\n{example.passage}", start, example.answer, example.source)


def careless(question: str, chance: random.Random) -> str:
    """Lower case without a question mark, half of the time with one typing error."""
    words = question.lower().rstrip("?").split(" ")
    long = [at for at, word in enumerate(words) if len(word) > 4 and word.isalpha()]
    if long and chance.random() < 0.5:
        at = chance.choice(long)
        cut = chance.randint(1, len(words[at]) - 2)
        left, pair, right = words[at][:cut], words[at][cut : cut + 2], words[at][cut + 2 :]
        words[at] = left + chance.choice([pair[::-1], pair[0], pair[0] + pair]) + right
    return " ".join(words)


def headline(example: Example, chance: random.Random) -> str:
    """A few words of a sentence of the passage that do not hold the answer, or nothing."""
    sentences = [s for s in example.passage.split(". ") if len(s.split()) > 5]
    words = chance.choice(sentences).split()[: chance.randint(3, 7)] if sentences else []
    title = " ".join(words).strip(",;:.")
    return "" if example.answerable and example.answer in title else title


if __name__ == "__main__":
    main()
