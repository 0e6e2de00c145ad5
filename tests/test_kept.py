"""Conversations that the browser keeps: other readings of a question, what is taken for ours, and the exported file."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from page.conversation import ShownTurn, conversation, reads_otherwise
from page.export import as_json, as_markdown, file_name
from page.seal import Seal, SealedTurn
from page.session import ALTERED, Session, history, restored
from page.shelf import Shelf, Shelves
from tests.fake_chatbot import LED, TALKS, FakeChatbot, make_answer
from tests.hostile_markup import HOSTILE, Seen, hostile_document


def answered(bot: FakeChatbot, question: str = "Who led?") -> tuple[ShownTurn, ...]:
    return (ShownTurn(question, id="a1", answer=bot.ask(question)),)


def test_another_reading_takes_the_place_of_its_turn() -> None:
    """The corrected question is asked as it stands, without a history, and the turns around it stay."""
    bot, session = FakeChatbot(), Session()
    for question in ("Who led?", "What about theirs?", "And in 2022?"):
        list(session.ask(bot, question))
    *_, last = session.reread(bot, 1, "Who led Russia's delegation?")
    assert bot.asked[-1] == ("Who led Russia's delegation?", [])
    assert [turn.question for turn in session.turns] == ["Who led?", "What about theirs?", "And in 2022?"]
    assert session.turns[1] == last
    assert last.answer is not None
    assert last.answer.short == "Vladimir Medinsky"
    assert "Read as: <span>Who led Russia&#39;s delegation?</span>" in conversation(session.turns, Shelf())
    assert history(session.turns)[1][0] == "Who led Russia's delegation?"


@pytest.mark.parametrize(
    ("typed", "read", "shown"),
    [
        ("And Ukraine's?", "Who led Ukraine's delegation?", "Who led Ukraine's delegation?"),
        ("who  led", "Who led?", ""),
        ("Who led?", "", ""),
    ],
    ids=["another question", "the same but for its form", "none"],
)
def test_a_reading_is_shown_where_it_says_something_else(typed: str, read: str, shown: str) -> None:
    """Capitals, spaces and the sign at the end are no other reading."""
    answer = make_answer(typed, (LED, TALKS, LED), resolved_question=read)
    assert reads_otherwise(ShownTurn(typed, answer=answer)) == shown


KEY = b"k" * 32


def kept(turn: ShownTurn, **changes: object) -> dict[str, object]:
    """A turn as the browser keeps it, with changes."""
    assert turn.answer is not None
    sealed = Seal(KEY).close(turn.question, turn.answer)
    return {"id": turn.id, "record": sealed.record, "seal": sealed.seal} | changes


def test_a_kept_turn_comes_back_as_it_was() -> None:
    """What the browser kept unchanged is shown again as the very same answer, in another process too."""
    turns = answered(FakeChatbot(), "And in 2022? 🕊 İ \u2028")
    assert restored(json.loads(json.dumps([kept(*turns)])), Seal(KEY)) == turns


def altered(change: tuple[str, str]) -> dict[str, object]:
    turn = kept(*answered(FakeChatbot()))
    return turn | {"record": str(turn["record"]).replace(*change)}


@pytest.mark.parametrize(
    "given",
    [
        altered(("Medinsky", "Putin")),
        altered(('"answered"', '"corrected"')),
        altered((": ", ":")),
        kept(*answered(FakeChatbot()), seal="0" * 64),
        kept(*answered(FakeChatbot()), seal="é\ud800"),
        kept(*answered(FakeChatbot()), seal=Seal().close("Who led?", FakeChatbot().ask("Who led?")).seal),
        {"id": "a1", "record": '{"question": "Who led?"}', "seal": ""},
    ],
    ids=["text", "status", "spaces", "seal", "no seal at all", "another's seal", "made up"],
)
def test_an_answer_that_is_not_ours_is_not_shown(given: dict[str, object]) -> None:
    """Of a turn that was changed, or that we never sealed, only the question is left, and nothing that it claims."""
    turns = restored([given], Seal(KEY))
    assert turns == (ShownTurn("Who led?", id="a1", trouble=ALTERED),)
    assert history(turns) == []
    markup = conversation(turns, Shelf())
    assert "Medinsky" not in markup
    assert "Confidence" not in markup


@pytest.mark.parametrize(
    "given",
    [
        None,
        "text",
        7,
        {"record": "{}"},
        [None, 7, "x", [], {}],
        [{"record": 1, "seal": 2}],
        [{"record": "{", "seal": ""}],
        [{"record": "[" * 50_000, "seal": ""}],
        [{"record": '{"question": ["x"]}', "seal": ""}],
        [{"record": '{"question": ""}', "seal": ""}],
        [{"record": json.dumps({"question": "x" * 200_000}), "seal": ""}],
    ],
    ids=lambda given: repr(given)[:30],
)
def test_what_is_no_kept_turn_is_left_out(given: object) -> None:
    """Whatever else a browser sends as its conversation is dropped without a trace."""
    assert restored(given, Seal(KEY)) == ()


def test_of_200_kept_turns_the_latest_come_back() -> None:
    """A conversation is shown up to 40 turns, however many the browser sends."""
    (turn,) = answered(FakeChatbot())
    given = [kept(turn, id=f"{number:x}") for number in range(200)]
    assert [each.id for each in restored(given, Seal(KEY))] == [f"{number:x}" for number in range(160, 200)]


def test_a_forged_name_of_a_turn_is_replaced() -> None:
    """The name goes back to the browser's script: only one of our form is taken over."""
    (turn,) = restored([kept(*answered(FakeChatbot()), id="<img src=x>")], Seal(KEY))
    assert re.fullmatch("[0-9a-f]{16}", turn.id)


def test_the_seal_outlives_the_process_and_its_key_is_private(tmp_path: Path) -> None:
    """The key lies in the index folder, for its owner alone; a damaged one is replaced; no folder, no lasting key."""
    answer = FakeChatbot().ask("Who led?")
    sealed = Seal.of(tmp_path).close("Who led?", answer)
    assert Seal.of(tmp_path).open(sealed) == ("Who led?", answer)
    assert (tmp_path / "answers.key").stat().st_mode & 0o077 == 0
    (tmp_path / "answers.key").write_bytes(b"short")
    assert Seal.of(tmp_path).open(sealed) is None
    assert Seal.of(tmp_path / "nowhere").open(sealed) is None


def test_an_answer_of_an_older_version_is_still_read() -> None:
    """A record without fields that came later opens; one without fields that we need does not."""
    answer = FakeChatbot().ask("Who led?")
    record = {"question": "Who led?", "answer": answer.to_dict()}
    for later in ("readings", "note"):
        del record["answer"][later]  # type: ignore[attr-defined]
    assert Seal(KEY).open(sealed_by_hand(record)) == ("Who led?", answer)
    del record["answer"]["claims"]  # type: ignore[attr-defined]
    assert Seal(KEY).open(sealed_by_hand(record)) is None


def sealed_by_hand(record: object) -> SealedTurn:
    text = json.dumps(record)
    return SealedTurn(text, hmac.new(KEY, b"footnote turn 1\n" + text.encode(), "sha256").hexdigest())


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (TALKS.text, "same", ["Confidence 87 %"]),
        (f"New first line.\n\n{TALKS.text}", "moved", ["moved within the article", "Confidence 87 %"]),
        (TALKS.text.replace("many years", "four years"), "changed", ["changed since", "articles have changed since"]),
        ("Something else altogether.", "gone", ["no longer in the articles", "articles have changed since"]),
        (None, "gone", ["no longer in the articles", "articles have changed since"]),
    ],
    ids=["same", "moved", "changed", "gone", "removed"],
)
def test_an_answer_of_earlier_says_where_its_quotes_stand_today(text: str | None, place: str, said: list[str]) -> None:
    """An answer keeps its mark of checked only while its quotes hold, and each says what became of it."""
    bot = FakeChatbot()
    turns = (ShownTurn("Who?", answer=make_answer("Who?", (LED, TALKS, LED))),)
    if text is None:
        del bot.texts[TALKS.id]
    else:
        bot.texts[TALKS.id] = replace(TALKS, text=text)
    shelf = Shelves().today(bot)
    markup = conversation(turns, shelf)
    assert [words for words in said if words not in markup] == []
    assert ("word for word" in markup) == (place in {"same", "moved"})
    assert json.loads(as_json(turns, shelf))["turns"][0]["citations_today"] == {"1": place}


def test_an_exported_conversation_holds_every_answer_with_its_citations() -> None:
    """JSON carries each answer in its own form, Markdown each claim with its footnote; a failed turn says why."""
    bot = FakeChatbot()
    turns = (*answered(bot), *answered(bot, "prime minister?"), ShownTurn("Then?", trouble="Stopped."))
    exported = json.loads(as_json(turns, Shelf()))
    assert exported["turns"][0]["answer"] == json.loads(json.dumps(turns[0].answer.to_dict()))  # type: ignore[union-attr]
    assert exported["turns"][2] == {"question": "Then?", "answer": None, "reason": "Stopped."}
    lines = as_markdown(turns, Shelf({TALKS.id: "2025-05-16"})).split("\n\n")
    assert "## Who led?" in lines
    assert "**Vladimir Medinsky**" in lines
    assert f"{LED}[^1.1]" in lines
    talks = f"*{TALKS.title}*, 2025-05-16, <{TALKS.url}>"
    start = TALKS.text.index(LED)
    assert f"[^1.1]: {talks}: “{LED}” (istanbul-talks-2025.md, characters {start} to {start + len(LED)})" in lines
    assert file_name(turns, ".md") == "footnote-who-led.md"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_exported_conversation_is_inert(text: str) -> None:
    """As Markdown too, the words of others make no image, no link and no HTML; as JSON it stays JSON."""
    document = hostile_document(text)
    answer = make_answer(text, (text, document, text), short=text, resolved_question=text + text, note=text)
    turns = [ShownTurn(text, answer=answer), ShownTurn(text, trouble=text)]
    seen = Seen(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(as_markdown(turns, Shelf())))
    assert seen.tags <= {"h1", "h2", "p", "em", "strong"}
    assert json.loads(as_json(turns, Shelf()))["turns"][0]["question"] == text
    assert re.fullmatch(r"footnote[\w-]*\.md", file_name(turns, ".md"))
