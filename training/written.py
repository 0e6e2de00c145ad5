"""`python -m training.written BENCHMARKS OUT`: the questions that were written for this project, with their passages.

`written/*.tsv` holds the questions, each with its answer or "-" below the digest of its passage; the passages are
found again in the public sets below BENCHMARKS. They are to train on (OUT/train.jsonl), but for those of a fifth of
the passages in `held-out.tsv`: a question set of our form (OUT/questions.jsonl, OUT/corpus/), to fit by what the reader
has never seen.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from rag.passages import split_sentences
from training.examples import Example, unanswerable, write

WRITTEN = Path(__file__).parent / "written"
_HELD_OUT = "held-out"  # the file of passages that are not trained on
_SENTENCE_WORDS, _WICE_WORDS, _MTRAG_WORDS = 8, 95, 90  # a run of sentences ends with the one that reaches so many
_SILENT = "-"


@dataclass(frozen=True, slots=True)
class Written:
    """One passage with its questions; an answer of "" says that the passage does not answer."""

    title: str
    passage: str
    asked: tuple[tuple[str, str], ...]
    held_out: bool


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both parts and say how many questions each has."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("benchmarks", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args(arguments)
    found = list(written(options.benchmarks))
    (options.out / "corpus").mkdir(parents=True, exist_ok=True)
    examples = [example for each in found if not each.held_out for example in to_examples(each)]
    write(examples, options.out / "train.jsonl")
    documents = [{"id": digest(each.passage), "title": each.title, "text": each.passage} for each in found]
    _write_lines(options.out / "corpus" / "documents.jsonl", documents)
    questions = [question for each in found if each.held_out for question in _questions(each)]
    _write_lines(options.out / "questions.jsonl", questions)
    print(f"{len(examples):,} examples to train on, {len(questions):,} questions held out, {len(found)} passages")


def written(benchmarks: Path, folder: Path = WRITTEN) -> Iterator[Written]:
    """Every passage that has questions; raises ValueError where one is found in none of the sets."""
    passages = {digest(passage): (title, passage) for title, passage in _passages(benchmarks)}
    for path in sorted(folder.glob("*.tsv")):
        for name, asked in _groups(path):
            if name not in passages:
                raise ValueError(f"{path.name}: no set below {benchmarks} holds the passage {name}")
            yield Written(*passages[name], asked, path.stem == _HELD_OUT)


def to_examples(each: Written) -> Iterator[Example]:
    """The passage's questions as the reader learns from them."""
    for question, answer in each.asked:
        if not answer:
            yield unanswerable(question, each.passage, "written")
            continue
        yield Example(question, each.passage, _start(answer, each.passage), answer, "written")


def digest(passage: str) -> str:
    """A name for a passage, by its text."""
    return sha256(passage.encode()).hexdigest()[:16]


def _questions(each: Written) -> Iterator[dict[str, object]]:
    name = digest(each.passage)
    for number, (question, answer) in enumerate(each.asked):
        yield {
            "id": f"{name}-{number}",
            "question": question,
            "answers": [answer] if answer else [],
            "evidence": _sentences_with(answer, each.passage) if answer else [],
            "answerable": bool(answer),
        }


def _start(answer: str, passage: str) -> int:
    """Where the answer stands, rather as whole words than within one."""
    whole = re.search(rf"(?<!\w){re.escape(answer)}(?!\w)", passage)
    return whole.start() if whole else passage.index(answer)


def _sentences_with(answer: str, passage: str) -> list[str]:
    """Any of them may be meant; an answer that crosses two of them stands where it begins."""
    sentences = split_sentences(passage)
    found = [sentence.text for sentence in sentences if answer in sentence.text]
    first = _start(answer, passage) + next(at for at, character in enumerate(answer) if character.isalnum())
    return found or [next(sentence.text for sentence in sentences if first < sentence.end)]


def _groups(path: Path) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """The file's blocks: a line with a passage's digest, then a line for each of its questions."""
    for block in path.read_text("utf-8").strip().split("\n\n"):
        name, *lines = block.split("\n")
        pairs = (line.split("\t") for line in lines)
        yield name, tuple((question, "" if answer == _SILENT else answer) for question, answer in pairs)


def _passages(benchmarks: Path) -> Iterator[tuple[str, str]]:
    """Title and text of whatever a passage may be: a document of HotpotQA or MuSiQue, a run of sentences of others."""
    for name in ("hotpotqa", "musique"):
        for document in _lines(benchmarks / name / "corpus" / "documents.jsonl"):
            yield document["title"], document["text"]
    for claim in _lines(benchmarks / "wice" / "claims.jsonl"):
        sentences: list[str] = claim["evidence"]
        title = next((s.split("TITLE:")[1].strip() for s in sentences if "TITLE:" in s), "")
        whole = [s for s in sentences if "(meta data)" not in s and _is_sentence(s)]
        yield from ((title, run) for run in _runs(whole, _WICE_WORDS))
    for document in _lines(benchmarks / "mtrag" / "corpus" / "documents.jsonl"):
        text = document["text"].replace(" ,", ",").replace(" .", ".")
        yield from ((document["title"], run) for run in _runs(re.split(r"(?<=[.!?])\s+", text), _MTRAG_WORDS))


def _is_sentence(text: str) -> bool:
    return len(text.split()) >= _SENTENCE_WORDS and text.rstrip()[-1:] in '.!?"”'


def _runs(sentences: Sequence[str], words: int) -> Iterator[str]:
    """From each sentence on, as many as it takes to have `words` words."""
    sizes = [len(sentence.split()) for sentence in sentences]
    for first in range(len(sentences)):
        last, held = first, 0
        while last < len(sentences) and held < words:
            held += sizes[last]
            last += 1
        yield " ".join(sentences[first:last])


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _write_lines(path: Path, rows: Sequence[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
