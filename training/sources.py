"""The public data sets, as examples: the SQuAD form (SQuADShifts, COVID-QA, SQuAD 2.0) and QAMR's tables."""

from __future__ import annotations

import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from training.examples import Example, unanswerable

# Never trained on and never used to choose anything: what the model card's figures are measured on.
MEASURING = ("Normans", "French_and_Indian_War", "Packet_switching")
# Held out of this training to choose by. The first weights, from which it starts, have seen them.
DEVELOPMENT = ("1973_oil_crisis", "Huguenot")

_COVID_ANSWER = 300  # characters; longer ones are paragraphs, not answers
_BRACKETS = {"-LRB-": "(", "-RRB-": ")", "-LSB-": "[", "-RSB-": "]", "-LCB-": "{", "-RCB-": "}", "``": '"', "''": '"'}
_NO_SPACE_BEFORE = {",", ".", ";", ":", "!", "?", ")", "]", "}", "%", "'", "'s", "n't", "'re", "'ve", "'ll", "'d", "'m"}


def articles(path: Path) -> list[dict[str, Any]]:
    """The articles of a gzipped file in SQuAD form."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        found: list[dict[str, Any]] = json.load(file)["data"]
    return found


def from_articles(chosen: list[dict[str, Any]], source: str) -> Iterator[Example]:
    """Every question of articles in SQuAD form, with the answer that most annotators gave, the shortest of equals."""
    for article in chosen:
        for paragraph in article["paragraphs"]:
            for entry in paragraph["qas"]:
                yield from _example(entry, paragraph["context"], source)


def _example(entry: dict[str, Any], passage: str, source: str) -> Iterator[Example]:
    question = entry["question"].strip()
    if entry.get("is_impossible"):
        yield unanswerable(question, passage, source)
        return
    votes = Counter((answer["text"].strip(), answer["answer_start"]) for answer in entry["answers"])
    if not votes:
        return
    text, start = min(votes, key=lambda key: (-votes[key], len(key[0])))
    start = passage.find(text, max(0, start - 2))  # some offsets point at the space before
    if text and start >= 0:
        yield Example(question, passage, start, text, source)


def covid(path: Path, chance: random.Random) -> Iterator[Example]:
    """COVID-QA's questions, each with a stretch of its long article around the answer."""
    for example in from_articles(articles(path), "covid_qa"):
        if len(example.answer) > _COVID_ANSWER:
            continue
        left = example.passage.rfind(". ", 0, max(0, example.start - chance.randint(50, 700)))
        left = left + 2 if left >= 0 else 0
        right = example.start + len(example.answer) + chance.randint(50, 700)
        passage = example.passage[left:right]
        yield Example(example.question, passage, example.start - left, example.answer, "covid_qa")


def qamr(folder: Path, chance: random.Random) -> Iterator[Example]:
    """QAMR's questions, each sentence among up to four others of its document or of any."""
    sentences = {}
    by_document: dict[str, list[str]] = defaultdict(list)
    for key, text in _rows(folder / "qamr_sentences.tsv.gz"):
        sentences[key] = join_tokens(text.split(" "))
        by_document[_document(key)].append(key)
    everywhere = list(sentences)
    seen = set()
    for name in ("qamr_dev.tsv.gz", "qamr_test.tsv.gz"):
        for row in _rows(folder / name):
            key, question, tokens = row[0], row[5].strip(), [int(token) for token in row[6].split()]
            asked = (key, question.lower())
            if asked in seen or key not in sentences or not _consecutive(tokens, len(sentences[key][1])):
                continue
            seen.add(asked)
            near = [other for other in by_document[_document(key)] if other != key]
            around = chance.sample(near, min(len(near), chance.randint(0, 2)))
            around += chance.sample(everywhere, chance.randint(0, 2))
            cut = chance.randint(0, len(around))
            before, after = ([sentences[other][0] for other in part] for part in (around[:cut], around[cut:]))
            text, offsets = sentences[key]
            left, right = offsets[tokens[0]][0], offsets[tokens[-1]][1]
            shift = sum(len(other) + 1 for other in before)
            passage = " ".join([*before, text, *after])
            yield Example(question.rstrip("?") + "?", passage, shift + left, text[left:right], "qamr")


def qamr_sentences(folder: Path) -> list[str]:
    """QAMR's sentences by themselves."""
    return [join_tokens(text.split(" "))[0] for _, text in _rows(folder / "qamr_sentences.tsv.gz")]


def _rows(path: Path) -> Iterator[list[str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield line.rstrip("\n").split("\t")


def _document(key: str) -> str:
    return ":".join(key.split(":")[:3])


def _consecutive(tokens: list[int], size: int) -> bool:
    return bool(tokens) and tokens == list(range(tokens[0], tokens[-1] + 1)) and tokens[-1] < size


def join_tokens(tokens: list[str]) -> tuple[str, list[tuple[int, int]]]:
    """Penn-style tokens as a sentence, and where each word stands in it."""
    sentence, offsets, quoted, glue = "", [], False, True
    for raw in tokens:
        word = _BRACKETS.get(raw, raw)
        closes = word == '"' and quoted
        if not (glue or closes or word in _NO_SPACE_BEFORE):
            sentence += " "
        offsets.append((len(sentence), len(sentence) + len(word)))
        sentence += word
        quoted ^= word == '"'
        glue = word in {"(", "[", "{", "$"} or (word == '"' and quoted)
    return sentence, offsets
