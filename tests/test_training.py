"""How the reader's examples are made: where answers stand, what is unanswerable, and what the pairs hold."""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer

from eval.squad import Item, Prediction
from rag.reader import READER_FOLDER
from training.encoding import encode
from training.examples import Example, read, unanswerable, write
from training.measure import PAIRS, auc, read_pairs, right
from training.negatives import exchanged, retrieved, sentence_bounds, turned
from training.parties import fill, made, passage_examples
from training.prepare import careless, dressed
from training.relations import RELATIONS
from training.sources import articles, from_articles, join_tokens

PASSAGE = "Rome was founded by Romulus. Carthage was founded by Dido. It fell in 146."


def make_example(question: str, answer: str, passage: str = PASSAGE) -> Example:
    return Example(question, passage, passage.index(answer), answer, "test")


def make_article(*, answers: list[tuple[str, int]], impossible: bool = False) -> dict[str, Any]:
    entry = {
        "question": " Who founded Rome? ",
        "is_impossible": impossible,
        "answers": [{"text": text, "answer_start": start} for text, start in answers],
    }
    return {"title": "Rome", "paragraphs": [{"context": PASSAGE, "qas": [entry]}]}


def holds(example: Example) -> bool:
    """Whether the answer stands where the example says, or there is none."""
    start = example.start
    return start == -1 if not example.answer else example.passage[start : start + len(example.answer)] == example.answer


def test_examples_survive_the_file(tmp_path: Path) -> None:
    """What is written is read back, other scripts included."""
    examples = [make_example("Who founded Rome?", "Romulus"), unanswerable("Où est Kyïv ?", "Київ", "test")]
    write(examples, tmp_path / "examples.jsonl")
    assert list(read(tmp_path / "examples.jsonl")) == examples


@pytest.mark.parametrize(
    ("article", "answer", "start"),
    [
        pytest.param(make_article(answers=[("Romulus", 20)]), "Romulus", 20, id="one answer"),
        pytest.param(
            make_article(answers=[("by Romulus", 17), ("Romulus", 20), ("Romulus", 20)]), "Romulus", 20, id="most votes"
        ),
        pytest.param(
            make_article(answers=[("by Romulus", 17), ("Romulus", 20)]), "Romulus", 20, id="shortest of equals"
        ),
        pytest.param(make_article(answers=[("Romulus", 19)]), "Romulus", 20, id="offset at the space before"),
        pytest.param(make_article(answers=[], impossible=True), "", -1, id="impossible"),
    ],
)
def test_articles_become_examples(article: dict[str, Any], answer: str, start: int) -> None:
    """The answer is the one of most annotators, at the place where it stands."""
    [example] = from_articles([article], "test")
    assert (example.question, example.answer, example.start) == ("Who founded Rome?", answer, start)


def test_articles_are_read_from_gzip(tmp_path: Path) -> None:
    """A gzipped file in SQuAD form gives its articles."""
    path = tmp_path / "squad.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"data": [make_article(answers=[])]}).encode()))
    assert [article["title"] for article in articles(path)] == ["Rome"]


@pytest.mark.parametrize(
    ("tokens", "sentence"),
    [
        pytest.param("He left , then .", "He left, then.", id="punctuation"),
        pytest.param("It is -LRB- was -RRB- his .", "It is (was) his.", id="brackets"),
        pytest.param("She said `` no '' twice", 'She said "no" twice', id="quotes"),
        pytest.param("The dog 's $ 5 bone", "The dog's $5 bone", id="clitic and currency"),
    ],
)
def test_tokens_join_into_a_sentence(tokens: str, sentence: str) -> None:
    """Tokens are written as a person would, and each offset points at its token."""
    joined, offsets = join_tokens(tokens.split())
    assert joined == sentence
    assert len(offsets) == len(tokens.split())
    assert all(joined[start:end] for start, end in offsets)


def test_an_exchanged_question_asks_for_the_neighbour() -> None:
    """A name of the question gives way to one that the answer's sentence does not hold."""
    spoilt = exchanged(make_example("Who founded Rome?", "Romulus"), random.Random(1))
    assert spoilt is not None
    assert not spoilt.answerable
    assert spoilt.question in {"Who founded Carthage?", "Who founded Dido?", "Who founded It?"}


def test_nothing_is_exchanged_without_a_name() -> None:
    """A question that names nothing of its passage is left alone."""
    assert exchanged(make_example("Who founded it?", "Romulus"), random.Random(1)) is None


@pytest.mark.parametrize(
    ("question", "spoilt"),
    [
        pytest.param("When was Rome founded?", "When was Rome dissolved?", id="opposite"),
        pytest.param("Where did Dido live?", "Where did not Dido live?", id="negated"),
        pytest.param("Who founded Rome, and when did it fall?", "Who dissolved Rome, and when did it fall?", id="verb"),
        pytest.param("By whom?", None, id="nothing to turn"),
    ],
)
def test_turned_questions_mean_the_opposite(question: str, spoilt: str | None) -> None:
    """A word gives way to its opposite; where there is none, the verb is negated."""
    found = turned(make_example(question, "Romulus"), random.Random(1))
    assert (found.question if found else None) == spoilt


def test_retrieved_passages_do_not_hold_the_answer() -> None:
    """BM25's nearest passage is taken only if the answer's words are not in it."""
    passages = [PASSAGE, "Rome was said to be founded by romulus alone.", "Rome has seven hills.", "Fish swim."]
    [found] = retrieved([make_example("Who founded Rome?", "Romulus")], passages, random.Random(1))
    assert found.passage in passages[2:]
    assert not found.answerable


def test_sentence_bounds() -> None:
    """The bounds are those of the sentence that holds the answer."""
    left, right_end = sentence_bounds(make_example("Who founded Carthage?", "Dido"))
    assert PASSAGE[left:right_end].strip() == "Carthage was founded by Dido."


@pytest.mark.parametrize("seed", range(30))
def test_made_answers_stand_where_they_say(seed: int) -> None:
    """Every made passage asks for two things that it says and for one that it does not."""
    examples = list(passage_examples(random.Random(seed)))
    assert all(holds(example) for example in examples)
    assert sum(example.answerable for example in examples) >= 2
    assert not all(example.answerable for example in examples)
    assert len({example.passage for example in examples}) == 1
    assert not any("{" in example.question + example.passage for example in examples)


def test_made_counts() -> None:
    """At least as many examples as asked for, around sentences that are given."""
    examples = list(made(50, random.Random(1), ["The sea was calm that day."] * 5))
    assert len(examples) >= 50
    assert any("The sea was calm that day." in example.passage for example in examples)


@pytest.mark.parametrize("relation", RELATIONS, ids=lambda relation: relation.statements[0][:40])
def test_questions_name_a_slot_that_answers(relation: Any) -> None:
    """Every statement of a relation answers each of its questions: it has the answer's slot."""
    for _, slot in relation.questions:
        assert all(f"{{{slot}" in statement for statement in relation.statements)


def test_fill_derives_from_the_country() -> None:
    """Adjective and capital follow from the country."""
    assert fill("{country.adj} {country.capital} {city}", {"country": "Peru", "city": "Cusco"}) == "Peruvian Lima Cusco"


@pytest.mark.parametrize("seed", range(20))
def test_careless_questions_are_plain(seed: int) -> None:
    """Lower case, no question mark, as many words as before."""
    rough = careless("Who founded the City of Carthage?", random.Random(seed))
    assert rough == rough.lower()
    assert not rough.endswith("?")
    assert len(rough.split()) == 6


@pytest.mark.parametrize("seed", range(20))
def test_dressed_answers_stand_where_they_say(seed: int) -> None:
    """A title above the passage moves the answer along."""
    example = dressed(make_example("Who founded Carthage?", "Dido"), random.Random(seed))
    assert holds(example)
    assert example.passage.endswith(PASSAGE)


def test_encoded_answers_are_their_tokens() -> None:
    """First and last token are those of the answer, [CLS] where there is none; a cut answer drops its example."""
    tokenizer = Tokenizer.from_file(str(READER_FOLDER / "tokenizer.json"))
    cut = make_example("Where?", "Nowhere", "word " * 400 + "Nowhere")
    answered, silent = encode(
        [make_example("Who founded Rome?", "Romulus"), unanswerable("Who?", PASSAGE, ""), cut], tokenizer
    )
    assert tokenizer.decode(answered.ids[answered.first : answered.last + 1]) == "romulus"
    assert (silent.first, silent.last) == (0, 0)


def test_pairs_are_sound() -> None:
    """At least 150 questions, each answer in its passage, every kind in like number."""
    pairs = [pair for group in read_pairs(PAIRS) for pair in group]
    answered = [pair for pair in pairs if pair.item.answers]
    kinds = {kind: sum(pair.kind == kind for pair in answered) for kind in ("party", "place", "date", "amount")}
    assert len(answered) >= 150
    assert min(kinds.values()) >= 35
    assert all(answer in pair.item.paragraph for pair in answered for answer in pair.item.answers)


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        pytest.param("Dana Whitlock", True, id="the words"),
        pytest.param("shift supervisor Dana Whitlock", True, id="with a title"),
        pytest.param("Ravi Menon", False, id="the other party"),
        pytest.param("Dana Whitlock. It was chief engineer Ravi Menon", False, id="both parties"),
        pytest.param("", False, id="nothing"),
    ],
)
def test_right_answers_to_pairs(said: str, verdict: bool) -> None:
    """An answer is right if it has the words of an accepted one and not many more."""
    assert right(Item("", "Who?", "", ("Dana Whitlock",)), Prediction(said, 1.0)) is verdict


def test_auc_by_hand() -> None:
    """Of four comparisons two are won, one is lost and one is a tie."""
    assert auc([1.0, 3.0], [1.0, 2.0]) == pytest.approx((0.5 + 0 + 1 + 1) / 4)


@pytest.mark.models
def test_training_writes_weights(tmp_path: Path) -> None:
    """A network of one layer is trained for one epoch and saved twice: as it ends, and averaged."""
    from transformers import BertConfig, BertForQuestionAnswering

    from training.model import save
    from training.train import main, share

    config = BertConfig(hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12)
    config.save_pretrained(tmp_path)
    save(BertForQuestionAnswering(config).state_dict(), tmp_path / "model.fp16.safetensors")
    (tmp_path / "tokenizer.json").write_bytes((READER_FOLDER / "tokenizer.json").read_bytes())
    write([make_example("Who founded Rome?", "Romulus")] * 64, tmp_path / "train.jsonl")
    main([str(tmp_path / "train.jsonl"), str(tmp_path), str(tmp_path / "out")])
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "averaged.fp16.safetensors",
        "last.fp16.safetensors",
    ]
    assert share(0.0) < share(0.04) > share(1.0) > 0


@pytest.mark.models
def test_weights_survive_export_and_restoring(tmp_path: Path) -> None:
    """Int8 weights restored are near the float ones; embeddings and biases are the same to float16."""
    pytest.importorskip("onnx", reason="needs the extra training")
    import torch
    from safetensors.torch import load_file
    from transformers import BertConfig, BertForQuestionAnswering

    from training.export import main as export
    from training.model import save
    from training.restore import main as restore

    config = BertConfig(
        hidden_size=12, num_hidden_layers=1, num_attention_heads=2, intermediate_size=12, vocab_size=2100
    )
    config.save_pretrained(tmp_path)
    weights = tmp_path / "model.fp16.safetensors"
    network = BertForQuestionAnswering(config)
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)  # the exporter stores equal biases once
    save(network.state_dict(), weights)
    export([str(weights), str(tmp_path / "config.json"), str(tmp_path / "out")])
    restore([str(tmp_path / "out" / "reader.int8.onnx"), str(tmp_path / "config.json"), str(tmp_path / "back")])
    before, after = load_file(weights), load_file(tmp_path / "back" / "model.fp16.safetensors")
    assert before.keys() == after.keys()
    for name, value in before.items():
        step = 2 * float(value.abs().max()) / 64 if "embeddings" not in name and value.dim() > 1 else 1e-3
        assert float((value.float() - after[name].float()).abs().max()) <= step, name
