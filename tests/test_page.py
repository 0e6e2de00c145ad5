"""The page without a browser: markup, the guard before it, and the endpoint over HTTP."""

from __future__ import annotations

import html
import json
import re
import socket
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from starlette.testclient import TestClient

from app import build_app, main
from page.article import Lit, article, contents, missing
from page.conversation import ShownTurn, conversation, spoken
from page.draft import ShownDraft, draft
from page.guard import BODY_LIMIT
from page.markup import day, escape, label, link
from page.pane import opened
from page.session import Session, Sessions, history, pairs
from page.shelf import Shelf
from rag import __version__
from rag.errors import QuestionError
from rag.types import CheckedSentence, Document, Skipped, Verdict
from tests.fake_chatbot import ABSENT, EARLIER, LED, TALKS, FakeChatbot, cited, make_answer, serve
from tests.hostile_markup import HOSTILE, Seen, hostile_document

OUR_TAGS = {"a", "article", "bdi", "blockquote", "button", "code", "details", "div", "footer", "h2", "h3", "header"} | {
    *("li", "mark", "ol", "p", "section", "span", "summary", "time", "ul")
}
OUR_ATTRIBUTES = re.compile(r"class|dir|role|tabindex|type|title|href|target|rel|aria-label|aria-hidden|data-[a-z]+")


VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "absent")


def everything_shown(text: str) -> str:
    """Every piece of markup that the page can make, with `text` in every place that others fill."""
    bot = FakeChatbot(hostile_document(text), skipped=[Skipped(text, text)])
    document = bot.document(text)
    answer = make_answer(
        text, (text, document, text), short=text, resolved_question=text + text, drafter=text, note=text
    )
    silent = make_answer(text, status="abstained", text=text, nearest=(cited(1, document, text),))
    unclear = make_answer(text, status="unclear", text=text, readings=(text,))
    turns = [ShownTurn(text, answer=each) for each in (answer, silent, unclear)] + [ShownTurn(text, trouble=text)]
    pending = ShownTurn(text, reading=text + text, station=text, claims=answer.claims, citations=answer.citations)
    shelf = Shelf({text: text}, lambda _: "changed")
    sentences = tuple(CheckedSentence(text, verdict, (text,), answer.citations) for verdict in VERDICTS)
    return "".join(
        [
            conversation([*turns, pending], shelf),
            conversation([*turns, pending], Shelf()),
            conversation([], Shelf(), [text]),
            *(draft(shown, shelf) for shown in (ShownDraft(text, sentences), ShownDraft(text, trouble=text))),
            *(spoken(turn) for turn in turns),
            contents(bot.documents, bot.skipped),
            article(document, [Lit(0, len(text), 1, True)], turn=0, notice=text),
            missing(answer.citations[0], text),
        ]
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_adds_no_tag_and_no_attribute(text: str) -> None:
    """Whatever a document, a question or a file name says, the page holds only its own tags and attributes."""
    markup = everything_shown(text)
    seen = Seen(markup)
    assert seen.tags <= OUR_TAGS
    assert all(OUR_ATTRIBUTES.fullmatch(name) for name in seen.attributes)
    assert "javascript:" not in "".join(re.findall(r'href="([^"]*)"', markup))
    markup.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_escaped_text_reads_as_it_was_written(text: str) -> None:
    """Escaping loses nothing but what cannot be encoded."""
    assert html.unescape(escape(text)) == re.sub("[\x00\ud800-\udfff]", "\ufffd", text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("safe\u202egnp.exe", "safe gnp.exe"),
        ("two\nlines\tand  spaces", "two lines and spaces"),
        ("\u2066a\u2069\u200bb", "a b"),
        ("x" * 300, "x" * 199 + "…"),
        ("Dolmabahçe “Palace”", "Dolmabahçe “Palace”"),
    ],
    ids=["override", "one line", "isolates", "long", "plain"],
)
def test_a_label_is_one_honest_line(text: str, shown: str) -> None:
    """A title or a file name cannot hide, reorder or overflow."""
    assert label(text) == shown


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "file:///etc/passwd",
        "https://",
        "https://a\nb",
        "http://[",
        " https://x.example",
        "",
    ],
)
def test_only_a_plain_web_address_becomes_a_link(url: str) -> None:
    """Anything but http and https with a host is no link."""
    assert link(url, "Open") == ""


def test_a_link_opens_apart_and_tells_nothing() -> None:
    """A source opens in another tab without a referrer or an opener."""
    assert link("https://x.example/a?b=1&c=2", "Open") == (
        '<a href="https://x.example/a?b=1&#38;c=2" target="_blank" rel="noopener noreferrer">Open</a>'
    )


@pytest.mark.parametrize(("iso", "shown"), [("2025-05-16", "16 May 2025"), ("May 2025", "May 2025"), ("", "")])
def test_day(iso: str, shown: str) -> None:
    """A date is shown in words, and as it is where it is no ISO date."""
    assert day(iso) == shown


# --- the article ------------------------------------------------------------------------------------------------------


def marks(markup: str) -> list[tuple[str, str]]:
    return [
        (kind, html.unescape(text))
        for kind, text in re.findall(r"<mark( class=\"current\")?[^>]*>(.*?)</mark>", markup)
    ]


@pytest.mark.parametrize(
    ("text", "lit", "marked"),
    [
        ("One. Two. Three.", [Lit(5, 9, 1)], [("", "Two.")]),
        ("One. Two. Three.", [Lit(0, 4, 1), Lit(10, 16, 2, True)], [("", "One."), (' class="current"', "Three.")]),
        ("abcdef", [Lit(0, 4, 1), Lit(2, 6, 2)], [("", "ab"), ("", "cd"), ("", "ef")]),
        ("First.\n\nSecond.", [Lit(0, 15, 1)], [("", "First."), ("", "Second.")]),
        ("İstanbul 🕊 e\u0301. Next.", [Lit(0, 14, 1)], [("", "İstanbul 🕊 e\u0301.")]),
        ("a < b & c", [Lit(2, 7, 1)], [("", "< b &")]),
        ("text", [Lit(2, 2, 1)], []),
        ("text", [Lit(90, 99, 1)], []),
    ],
    ids=["one", "two", "overlap", "across paragraphs", "unicode", "markup", "empty", "outside"],
)
def test_lit_stretches_are_marked_to_the_letter(text: str, lit: list[Lit], marked: list[tuple[str, str]]) -> None:
    """A mark holds the cited code points, no more and no less."""
    assert marks(article(Document("a.txt", "A", text), lit)) == marked


def test_an_article_keeps_its_words_and_drops_only_the_hashes_of_headings() -> None:
    """The pane shows the text itself; a Markdown heading is shown as one."""
    markup = article(Document("a.md", "A", "## Two sides\n\nOne line\nand another."), ())
    assert "<h3" in markup
    assert ">Two sides</h3>" in markup
    assert "One line\nand another." in markup
    assert "## Two sides" in article(Document("a.txt", "A", "## Two sides\n\nOne."), ())


def test_a_huge_article_is_shown_around_the_citation() -> None:
    """A document of millions of characters does not reach the browser as a whole, and its citation does."""
    text = "Filler words. " * 200_000 + "The needle is here. " + "More filler. " * 200_000
    start = text.index("The needle")
    markup = article(Document("a.txt", "A", text), [Lit(start, start + 19, 1, True)])
    assert marks(markup) == [(' class="current"', "The needle is here.")]
    assert len(markup) < 200_000


def answered(bot: FakeChatbot, question: str = "Who led?") -> tuple[ShownTurn, ...]:
    return (ShownTurn(question, id="a1", answer=bot.ask(question)),)


def session_of(*turns: ShownTurn) -> Session:
    return Session(conversation="c0", turns=turns)


def test_a_click_lights_every_cited_sentence_and_the_clicked_one_most() -> None:
    """All sentences that the answer cites in an article are lit; the clicked one is the current one."""
    bot = FakeChatbot()
    shown = opened(bot, session_of(*answered(bot)), {"turn": "0", "number": "1"})
    assert marks(shown) == [("", ABSENT), (' class="current"', LED)]


def test_the_nearest_passage_is_shown_without_a_number() -> None:
    """The passage of an abstention can be opened, and is not numbered as if it were a citation."""
    bot = FakeChatbot()
    shown = opened(bot, session_of(*answered(bot, "prime minister?")), {"turn": "0", "nearest": "1"})
    assert marks(shown) == [(' class="current"', ABSENT)]
    assert 'class="text nearest"' in shown
    assert "data-ends" not in shown


@pytest.mark.parametrize(
    "wanted",
    [
        {"turn": "7", "number": "1"},
        {"turn": "0", "number": "99"},
        {"turn": "x", "number": "1"},
        {"turn": "0", "number": "1" * 5000},
        {"turn": "0"},
        {"turn": None, "nearest": []},
        {"document": "../../etc/passwd"},
        {"document": {"a": 1}},
        {"sentence": 0, "number": 1},
        {"sentence": [], "turn": "0"},
    ],
    ids=["turn", "number", "word", "long", "neither", "types", "traversal", "object", "no draft", "list"],
)
def test_a_forged_click_opens_nothing(wanted: dict[str, object]) -> None:
    """What a browser sends is looked up, never trusted: an unknown place is answered with a sentence."""
    bot = FakeChatbot()
    shown = opened(bot, session_of(*answered(bot)), wanted)
    assert "<mark" not in shown
    assert 'class="note"' in shown


@pytest.mark.parametrize(
    ("text", "marked", "said"),
    [
        (f"New first line.\n\n{LED}", LED, ""),
        (LED.replace("many years", "four years"), LED.replace("many years", "four years"), "has changed since"),
        ("Something else altogether.", LED, "no longer in it"),
    ],
    ids=["moved", "changed", "gone"],
)
def test_a_citation_outlives_an_edit_of_its_article(text: str, marked: str, said: str) -> None:
    """A citation is found again where it moved, said to have changed where it did, and quoted where it is gone."""
    bot = FakeChatbot()
    turns = (ShownTurn("Who?", answer=make_answer("Who?", (LED, TALKS, LED))),)
    bot.texts[TALKS.id] = replace(TALKS, text=text)
    shown = opened(bot, session_of(*turns), {"turn": 0, "number": 1})
    assert marks(shown) == [(' class="current"', marked)]
    assert said in shown


def test_a_citation_of_a_removed_article_keeps_its_quote() -> None:
    """When the article has left the index, the quote is still shown."""
    bot = FakeChatbot()
    turns = answered(bot)
    del bot.texts[TALKS.id]
    assert marks(opened(bot, session_of(*turns), {"turn": 0, "number": 1})) == [(' class="current"', LED)]


# --- the conversation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "shown", "absent"),
    [
        ("Who led?", ["Vladimir Medinsky", "Confidence 87 %", "word for word"], ["Read as", "nearest"]),
        (
            "prime minister?",
            ["Not in the articles", "do not say", "The nearest passage", "not an answer"],
            ["Confidence"],
        ),
        (
            "What about it?",
            ["What do you mean?", "Name the person", "Who led Russia&#39;s delegation in 2022?</button>", "in full"],
            ["Confidence"],
        ),
        (
            "And in 2022?",
            ["The articles say otherwise", "Read as: <span>And in 2022? (Russia&#39;s delegation)</span>"],
            ["nearest"],
        ),
    ],
    ids=["answered", "abstained", "unclear", "corrected"],
)
def test_each_status_says_what_it_is(question: str, shown: list[str], absent: list[str]) -> None:
    """An answer, a correction, a silence and a question back cannot be mistaken for one another."""
    markup = conversation(answered(FakeChatbot(), question), Shelf())
    assert [words for words in shown if words not in markup] == []
    assert [words for words in absent if words in markup] == []


def test_claims_of_several_articles_say_whose_they_are() -> None:
    """Two articles that answer differently are told apart beside each claim, with their dates."""
    both = make_answer("Who?", (LED, TALKS, LED), (EARLIER.text, EARLIER, EARLIER.text))
    markup = conversation([ShownTurn("Who?", answer=both)], Shelf({TALKS.id: "2025-05-16", EARLIER.id: ""}))
    assert re.findall(r'<p class="origin"><bdi>(.*?)</bdi>(.*?)</p>', markup) == [
        (TALKS.title, ", 16 May 2025"),
        (EARLIER.title, ""),
    ]


def test_examples_are_offered_for_the_shipped_articles_only() -> None:
    """Example questions appear only where the articles that they ask about are indexed."""
    assert "Who led Russia&#39;s delegation?" in conversation([], Shelf(), ["Who led Russia's delegation?"])
    assert "examples" not in conversation([], Shelf())


def test_history_leaves_out_what_was_never_answered() -> None:
    """Only answered turns are given to the chatbot, the latest ten."""
    bot = FakeChatbot()
    done = answered(bot)[0]
    turns = (ShownTurn("cut off"), ShownTurn("failed", trouble="Stopped."), *[done] * 12)
    assert history(turns) == [("Who led?", f"{LED} {ABSENT}")] * 10 == history(turns[:2] + turns[4:])


def test_a_stopped_question_adds_nothing_any_more() -> None:
    """After a stop the answer on its way ends, its turn says so, and the next question is not told of it."""
    bot, session = FakeChatbot(), Session()
    growing = session.ask(bot, "Who led?")
    next(growing)
    assert session.waits_for("Who led?")
    session.settle()
    assert list(growing) == []
    assert [(turn.question, turn.trouble) for turn in session.turns] == [("Who led?", "Stopped.")]
    *_, last = session.ask(bot, "Who else?")
    assert bot.asked == [("Who else?", [])]
    assert last == session.turns[-1]


def test_the_next_question_takes_the_place_of_the_one_on_its_way() -> None:
    """Two questions at once leave two turns in their order; the first one does not overwrite the second."""
    bot, session = FakeChatbot(), Session()
    first = session.ask(bot, "Who led?")
    next(first)
    list(session.ask(bot, "And in 2022?"))
    assert list(first) == []
    assert [(turn.question, bool(turn.answer)) for turn in session.turns] == [
        ("Who led?", False),
        ("And in 2022?", True),
    ]


@pytest.mark.parametrize("token", [None, "", "short", "x" * 65, 7, ["x" * 36]], ids=repr)
def test_a_token_that_no_page_made_opens_an_empty_session(token: object) -> None:
    """Only a long random token leads back to a session, and a forged one is worth nothing."""
    sessions = Sessions()
    assert sessions.of(token) is not sessions.of(token)


def test_sessions_are_found_again_and_the_oldest_leave() -> None:
    """A page's token gives its session for as long as 500 others have not been used since."""
    sessions = Sessions()
    first = sessions.of("token of the first page")
    assert sessions.of("token of the first page") is first
    for number in range(500):
        sessions.of(f"token of another page {number}")
    assert sessions.of("token of the first page") is not first


def test_a_long_conversation_keeps_its_latest_turns() -> None:
    """A page holds 41 turns at most, however long it is used."""
    bot, session = FakeChatbot(), Session()
    for number in range(50):
        list(session.ask(bot, f"Who led number {number}?"))
    assert [turn.question for turn in session.turns] == [f"Who led number {number}?" for number in range(9, 50)]


@pytest.mark.parametrize(
    ("given", "trimmed"),
    [
        (None, []),
        ([], []),
        ([["q", "a"]], [("q", "a")]),
        ([("q", "a")] * 30, [("q", "a")] * 10),
        ([["q" * 9000, "a"]], [("q" * 4000, "a")]),
        ([["\ud800", "a"]], [("?", "a")]),
    ],
    ids=["none", "empty", "one", "many", "long", "surrogate"],
)
def test_a_history_from_outside_is_trimmed(given: object, trimmed: list[tuple[str, str]]) -> None:
    """The latest pairs are taken, each text up to a limit."""
    assert pairs(given) == trimmed


@pytest.mark.parametrize("given", ["text", {"a": 1}, [["q"]], [["q", 1]], [[["q"], "a"]], ["qa"], 7, [None]], ids=repr)
def test_a_history_of_another_shape_is_refused(given: object) -> None:
    """A forged history is answered with a sentence that shows the right shape."""
    with pytest.raises(QuestionError, match="pairs"):
        pairs(given)


# --- a checked draft --------------------------------------------------------------------------------------------------


def test_a_draft_is_checked_sentence_by_sentence() -> None:
    """Each sentence says its verdict in words, its reason, and opens its evidence in the article."""
    bot, session = FakeChatbot(), Session()
    pending, done = session.check(bot, f"{LED} The talks took place in Kyiv. Nobody wore a tie.")
    assert "Checking every sentence" in draft(pending, Shelf())
    markup = draft(done, Shelf())
    assert "3 sentences: 1 supported, 1 contradicted, 1 not in the articles" in markup
    assert re.findall(r'<p class="verdict"><span class="sign" aria-hidden="true">(.)</span> (.*?)</p>', markup) == [
        ("✓", "Supported"),
        ("✗", "Contradicted"),
        ("?", "Not in the articles"),
    ]
    assert "in Istanbul, not in Kyiv" in markup
    shown = opened(bot, session, {"sentence": "1", "number": "2"})
    assert marks(shown) == [(' class="current"', "The talks took place in Istanbul.")]


def test_a_draft_that_cannot_be_checked_says_so() -> None:
    """An unexpected error ends in a sentence, without its inside."""
    *_, last = Session().check(FakeChatbot(), "crash")
    assert "Something went wrong" in draft(last, Shelf())
    assert "secret" not in draft(last, Shelf())


# --- the guard --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(build_app(FakeChatbot()), base_url="http://127.0.0.1") as client:
        yield client


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=https://evil.example/x",
        "/gradio_api/file%3Dhttps://evil.example/x",
        "/gradio_api/file%253Dhttps%253A%252F%252Fevil.example/x",
        "/gradio_api/FILE=HTTPS://evil.example/x",
        "/gradio_api/file/https://evil.example/x",
        "/file=https://evil.example/x",
        "/file/http://evil.example/x",
        "/proxy=https://evil.example/x",
        "/gradio_api/proxy=https://evil.example/x",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=app.py",
        "/gradio_api/upload_progress",
        "/monitoring",
    ],
)
def test_no_file_and_no_other_site_is_served(client: TestClient, path: str) -> None:
    """The routes that would fetch an address or give out a file are closed, however they are spelt."""
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", ["/", "/page.css", "/healthz", "/favicon.ico", "/config", "/nowhere", "/proxy=x"])
def test_every_response_carries_the_headers(client: TestClient, path: str) -> None:
    """Even an error carries the policy and its companions."""
    headers = client.get(path).headers
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_inline_scripts_run_by_their_hash_alone(client: TestClient) -> None:
    """The policy names each inline script of the page, and allows no other."""
    response = client.get("/", headers={"accept-encoding": "br, gzip"})
    scripts = re.search(r"script-src ([^;]*);", response.headers["content-security-policy"])
    assert scripts
    assert "'unsafe-inline'" not in scripts[1]
    assert scripts[1].count("'sha256-") == len(
        set(re.findall(r"<script(?![^>]* src=)[^>]*>(.*?)</script>", response.text, re.S))
    )


def test_a_large_body_is_refused_before_it_is_read(client: TestClient) -> None:
    """A body over the limit gets 413, declared or streamed, and a smaller one passes."""
    path = "/gradio_api/queue/join"
    declared = client.post(path, content=b"x" * (BODY_LIMIT + 1))
    streamed = client.post(path, content=iter([b"x" * 65536] * 5))
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert "shorter question" in declared.json()["detail"]
    assert client.post(path, content=b"{}", headers={"content-type": "application/json"}).status_code == 422


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://127.0.0.1"}, 422),
        ({"host": "evil.example"}, 400),
        ({"host": "evil.example", "origin": "http://evil.example"}, 400),
    ],
    ids=["foreign origin", "opaque origin", "own origin", "foreign host", "rebound name"],
)
def test_another_site_cannot_ask(client: TestClient, headers: dict[str, str], status: int) -> None:
    """A page of another site, or a name that it pointed here, reaches nothing."""
    response = client.post("/gradio_api/queue/join", json={}, headers=headers)
    assert response.status_code == status
    assert "access-control-allow-origin" not in response.headers or status == 422


def test_health_and_docs(client: TestClient) -> None:
    """`/healthz` says that it is alive, `/readyz` how many documents there are; no documentation is exposed."""
    assert client.get("/healthz").json() == {"status": "ok", "version": __version__}
    assert client.get("/readyz").json() == {"status": "ok", "documents": 3}
    assert client.get("/docs").status_code == 404


def test_nothing_of_a_document_is_in_the_page_itself(client: TestClient) -> None:
    """Titles and texts reach the browser as escaped markup in an event, never inside the first page's scripts."""
    assert TALKS.title not in client.get("/").text


# --- the endpoint -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bot() -> FakeChatbot:
    return FakeChatbot()


@pytest.fixture(scope="module")
def endpoint(bot: FakeChatbot) -> Iterator[Client]:
    with serve(bot) as url:
        yield Client(url, verbose=False)


def test_the_endpoint_returns_the_answer_as_json(endpoint: Client, bot: FakeChatbot) -> None:
    """`/ask` gives the same JSON as Python, and passes the history on."""
    answer = endpoint.predict("Who led Russia's delegation?", [["Who hosted?", "Hakan Fidan"]], api_name="/ask")
    assert answer["short"] == "Vladimir Medinsky"
    assert answer["citations"][0]["quote"] == LED
    assert bot.asked[-1] == ("Who led Russia's delegation?", [("Who hosted?", "Hakan Fidan")])
    assert endpoint.predict("Who led Russia's delegation?", api_name="/ask").keys() == answer.keys()


def test_only_ask_is_exposed(endpoint: Client) -> None:
    """The events of the page are not part of the interface."""
    assert list(endpoint.view_api(return_format="dict")["named_endpoints"]) == ["/ask"]


@pytest.mark.parametrize(
    ("question", "history", "said"),
    [
        ("", None, "1 to 2,000"),
        ("x" * 100_000, None, "100000 characters"),
        ("broken", None, "did not answer"),
        ("crash", None, "Something went wrong"),
        ({"a": 1}, None, "must be text"),
        (None, None, "must be text"),
        ("Who?", [["only a question"]], "pairs"),
        ("Who?", "text", "pairs"),
    ],
    ids=["empty", "long", "provider", "crash", "object", "null", "half a pair", "no list"],
)
def test_errors_are_sentences(endpoint: Client, question: object, history: object, said: str) -> None:
    """An error is said in words, without markup of others and without the inside of the program."""
    with pytest.raises(AppError) as raised:
        endpoint.predict(question, history, api_name="/ask")
    assert said in str(raised.value)
    assert "secret internals" not in str(raised.value)
    assert "<b>" not in str(raised.value)


@pytest.mark.parametrize("question", ["who\x00", "who {braces} {{x}} ${y} %s \\", "who 🕊 من؟", "'; DROP TABLE--who"])
def test_odd_questions_are_text(endpoint: Client, question: str) -> None:
    """Whatever characters a question has, it comes back as it was sent."""
    assert endpoint.predict(question, api_name="/ask")["question"] == question


def test_half_a_character_is_survived(endpoint: Client) -> None:
    """JSON can carry a lone surrogate, which no answer could be encoded with."""
    call = f"{endpoint.src}gradio_api/call/ask"
    body = b'{"data": ["Who \\ud800 led?", null]}'
    event = httpx.post(call, content=body, headers={"content-type": "application/json"}).json()["event_id"]
    said = httpx.get(f"{call}/{event}").text
    assert "event: complete" in said
    assert json.loads(said.partition("data: ")[2])[0]["question"] == "Who ? led?"


# --- the start --------------------------------------------------------------------------------------------------------


def test_a_port_in_use_is_said_with_the_next_step(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The port is tried before anything heavy is opened; main ends with 1 and one sentence."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("FOOTNOTE_PORT", str(port))
        assert main() == 1
    said = capsys.readouterr().err
    assert f"Port {port}" in said
    assert f"FOOTNOTE_PORT={port % 65535 + 1} python app.py" in said


def test_an_unknown_setting_is_said(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt setting ends the start with its name."""
    monkeypatch.setenv("FOOTNOTE_PROT", "1")
    assert main() == 1
    assert "FOOTNOTE_PROT" in capsys.readouterr().err
