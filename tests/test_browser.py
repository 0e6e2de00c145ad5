"""The page in a real browser: what a reader sees, by mouse and by keyboard, and what hostile text cannot do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rag.settings import Settings
from rag.types import Document, Skipped
from tests.fake_chatbot import LED, TALKS, FakeChatbot, serve
from tests.test_chatbot import ARTICLE, make_bot
from tests.test_uploads import OWN

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e .[dev]")

_BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
_PATIENCE = 120_000  # milliseconds, on a machine that does other things too
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(_BROWSER is None, reason="needs a Chromium: none of chromium, google-chrome is installed"),
]


@dataclass
class Watched:
    """A page, with everything that it did and should not have done."""

    page: playwright.Page
    url: str
    foreign: list[str] = field(default_factory=list)  # requests to anywhere but our server
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)  # of the console and of scripts

    def watch(self) -> Watched:
        self.page.on("request", lambda request: self._requested(request.url))
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda message: self.errors.append(message.text) if message.type == "error" else None)
        return self

    def _requested(self, address: str) -> None:
        inert = ("data:", "blob:")
        if not address.startswith((self.url, *inert)) or "evil.example" in address:
            self.foreign.append(address)

    def _dialog(self, dialog: playwright.Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def ask(self, question: str) -> None:
        """Type a question, press Enter and wait for the end of its turn."""
        before = self.page.locator(".turn").count()
        self.page.fill("#question textarea", question)
        self.page.keyboard.press("Enter")
        self.settled(before + 1)

    def settled(self, turns: int) -> None:
        """Wait until the page shows this many turns, the last one done."""
        self.page.wait_for_function(
            "turns => document.querySelectorAll('.turn').length === turns && !document.querySelector('.turn.pending')",
            arg=turns,
        )

    def assert_clean(self) -> None:
        assert (self.foreign, self.dialogs, self.errors) == ([], [], [])


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=_BROWSER, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[FakeChatbot, str]]:
    """One server for most of the tests: a page of its own is what tells them apart."""
    bot = FakeChatbot(skipped=[Skipped("scan.pdf", "it holds images only")])
    with serve(bot) as url:
        yield bot, url


@pytest.fixture
def bot(served: tuple[FakeChatbot, str]) -> FakeChatbot:
    served[0].pause = 0.0
    return served[0]


@pytest.fixture
def watched(browser: playwright.Browser, bot: FakeChatbot, served: tuple[FakeChatbot, str]) -> Iterator[Watched]:
    watched = opened(browser, served[1])
    yield watched
    watched.page.context.close()


def opened(browser: playwright.Browser, url: str, **options: object) -> Watched:
    """A browser without a past, at the page."""
    return tab(browser.new_context(reduced_motion="reduce", **options), url)


def tab(context: playwright.BrowserContext, url: str) -> Watched:
    """Another tab of the same browser."""
    context.set_default_timeout(_PATIENCE)
    watched = Watched(context.new_page(), url).watch()
    watched.page.goto(url)
    watched.page.wait_for_selector("#conversation .opening")
    watched.page.wait_for_selector(".contents")
    return watched


def in_view(page: playwright.Page, selector: str) -> bool:
    """Whether an element lies inside the window and inside the pane that scrolls it."""
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                const pane = document.querySelector('.sheet').getBoundingClientRect();
                return box.height > 0
                    && box.top >= Math.max(0, pane.top) && box.bottom <= Math.min(innerHeight, pane.bottom);
            }""",
            selector,
        )
    )


def test_an_answer_and_its_citation(watched: Watched) -> None:
    """A question gets its short answer; a click on the citation lights the quoted words and brings them into view."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    assert page.inner_text(".short") == "Vladimir Medinsky"
    assert page.locator(".sheet mark").count() == 2
    assert page.locator("mark.current").count() == 0
    page.locator(".claims .cite").first.click()
    page.wait_for_selector("mark.current")
    assert page.inner_text("mark.current") == LED
    assert in_view(page, "mark.current")
    watched.assert_clean()


def test_a_second_click_finds_the_sentence_again(watched: Watched) -> None:
    """After scrolling away, the same citation brings the sentence back."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    page.locator(".claims .cite").first.click()
    page.wait_for_selector("mark.current")
    page.evaluate("document.querySelector('.sheet').scrollTop = 0")
    assert not in_view(page, "mark.current")
    page.locator(".claims .cite").first.click()
    page.wait_for_function("document.querySelector('.sheet').scrollTop > 0")
    assert in_view(page, "mark.current")


def test_the_keyboard_is_enough(watched: Watched) -> None:
    """Asking, opening a citation and going back to the list need no mouse, and focus is visible."""
    page = watched.page
    page.focus("#question textarea")
    page.keyboard.type("Who led Russia's delegation?")
    page.keyboard.press("Enter")
    watched.settled(1)
    page.evaluate("document.activeElement.blur()")
    for _ in range(20):  # the banner comes between
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.claims .cite')"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert page.evaluate("document.activeElement.ariaLabel").startswith("Citation 1: show the sentence in Ukraine")
    page.keyboard.press("Enter")
    page.wait_for_selector("mark.current")
    assert in_view(page, "mark.current")
    assert page.evaluate("document.activeElement.matches('.claims .cite')")
    page.get_by_role("button", name="All articles").focus()
    page.keyboard.press("Space")
    page.wait_for_selector(".contents")
    watched.assert_clean()


def test_examples_articles_and_what_was_skipped(watched: Watched) -> None:
    """An example asks itself and leaves; an article opens from the list; what was skipped says why."""
    page = watched.page
    page.locator(".skipped summary").click()
    assert "it holds images only" in page.inner_text(".skipped")
    page.get_by_role("button", name="How Ukraine and Russia talked in 2022").click()
    page.wait_for_selector(".sheet .text")
    assert page.inner_text(".sheet h2") == "How Ukraine and Russia talked in 2022"
    page.get_by_role("button", name="Who is Ukraine's prime minister?").click()
    watched.settled(1)
    assert page.locator(".examples").count() == 0
    assert "The articles do not say" in page.inner_text(".turn.abstained")
    page.locator(".nearest .source").click()
    page.wait_for_selector(".text.nearest mark.current")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".examples")
    watched.assert_clean()


def test_a_conversation_keeps_every_answer_s_own_citations(watched: Watched, bot: FakeChatbot) -> None:
    """Citation 1 of each turn opens that turn's article, and the chatbot is given the turns before."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    watched.ask("And in 2022?")
    assert bot.asked[-1][1][0][0] == "Who led Russia's delegation?"
    page.locator(".turn").nth(0).locator(".claims .cite").first.click()
    page.wait_for_selector("mark.current")
    assert page.inner_text("mark.current") == LED
    page.locator(".turn").nth(1).locator(".claims .cite").first.click()
    page.wait_for_function("document.querySelector('mark.current')?.innerText.startsWith(\"Russia's side\")")
    watched.assert_clean()


def test_a_conversation_outlives_a_reload(watched: Watched) -> None:
    """After a reload the tab has its conversation again, its citations and its article; a new one starts empty."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    page.reload()
    watched.settled(1)
    page.wait_for_selector(".sheet mark")
    page.locator(".claims .cite").first.click()
    page.wait_for_selector("mark.current")
    assert page.inner_text("mark.current") == LED
    watched.ask("And in 2022?")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector(".examples")
    page.reload()
    page.wait_for_selector(".examples")
    assert page.locator(".turn").count() == 0


def test_sessions_do_not_meet(watched: Watched, browser: playwright.Browser, bot: FakeChatbot) -> None:
    """Two readers at once, or two tabs of one, see and send only their own turns."""
    other = opened(browser, watched.url)
    watched.ask("Who led Russia's delegation?")
    other.ask("Who is the prime minister?")
    assert bot.asked[-1] == ("Who is the prime minister?", [])
    assert (watched.page.locator(".turn").count(), other.page.locator(".turn").count()) == (1, 1)
    assert tab(watched.page.context, watched.url).page.locator(".turn").count() == 0


def test_errors_are_shown_as_sentences(watched: Watched) -> None:
    """An expected error is shown as it is, an unexpected one without its inside, an empty question as a request."""
    page = watched.page
    watched.ask("broken")
    assert "fake:<b>one</b> did not answer" in page.inner_text(".trouble")
    watched.ask("crash")
    assert "the terminal says more" in page.locator(".trouble").nth(1).inner_text()
    assert "secret internals" not in page.content()
    page.get_by_role("button", name="Ask again").first.click()
    watched.settled(3)
    page.fill("#question textarea", "   ")
    page.get_by_role("button", name="Ask", exact=True).click()
    page.wait_for_selector("#status .hint")
    assert page.locator(".turn").count() == 3
    watched.assert_clean()


def test_an_overlong_question_is_refused_in_words(watched: Watched) -> None:
    """A question of 100 KB gets one sentence; one of a megabyte is refused at the door, and the page goes on."""
    page = watched.page
    watched.ask("x" * 100_000)
    assert "100000 characters" in page.inner_text(".trouble")
    page.fill("#question textarea", "x" * 1_000_000)
    page.keyboard.press("Enter")
    page.wait_for_selector(".toast-body")
    watched.errors.clear()  # the browser itself reports the refused request
    watched.ask("Who led Russia's delegation?")
    assert page.inner_text(".short") == "Vladimir Medinsky"


def test_claims_appear_as_they_come_and_can_be_stopped(watched: Watched, bot: FakeChatbot) -> None:
    """While an answer grows its station is named; it can be stopped, and nothing half-done stays behind."""
    bot.pause = 3.0  # so that a busy machine can still stop it in time
    page = watched.page
    page.fill("#question textarea", "Who led Russia's delegation?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".turn.pending .progress")
    page.wait_for_selector(".turn.pending .claims .cite")
    page.locator(".stop").click()
    page.wait_for_selector(".turn.failed")
    assert page.inner_text(".trouble") == "Stopped."
    bot.pause = 0.0
    watched.ask("Who led Russia's delegation?")
    assert bot.asked[-1][1] == []
    watched.assert_clean()


VECTORS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(2)>",
    "<img src='https://evil.example/1.png'>",
    "<img srcset='https://evil.example/2.png 1x'>",
    "<svg onload=alert(3)><image href='https://evil.example/3'/><use href='https://evil.example/3#x'/></svg>",
    "<iframe src='https://evil.example/4' srcdoc='<script>alert(14)</script>'></iframe>",
    "<style>@import 'https://evil.example/5';body{background:url(https://evil.example/6)}</style>",
    "<p style=\"background:url('https://evil.example/7')\">",
    "<input type=image src='https://evil.example/8' autofocus onfocus=alert(4)>",
    "![x](https://evil.example/9.png) [x](javascript:alert(5))",
    "<img src='/gradio_api/file=https://evil.example/10'>",
    "${alert(6)} {{constructor.constructor('alert(7)')()}} `${alert(8)}`",
    "<meta http-equiv=refresh content='0;url=https://evil.example/11'>",
    "<base href='https://evil.example/'><link rel=stylesheet href='https://evil.example/12'>",
    "<details open ontoggle=alert(9)><video src='https://evil.example/13' autoplay></video>",
    '" onmouseover="alert(10)" x="\' onfocus=\'alert(11)',
    "--><script>alert(12)</script></p></section></article>",
    "<object data='https://evil.example/14'></object><embed src='https://evil.example/15'>",
    "<audio src='https://evil.example/16' autoplay></audio><link rel=prefetch href='https://evil.example/17'>",
    "<table background='https://evil.example/18'><td background='https://evil.example/19'></table>",
    "<form action='https://evil.example/20'><button formaction='https://evil.example/21'>x</button></form>",
    "<picture><source srcset='https://evil.example/22'><img></picture>",
)
HOSTILE = " ".join(VECTORS)
_FOREIGN_PARTS = (
    ":is(#left, #desk, #right, #conversations, #notice) :is(img, svg, iframe, script, style, object, a, form)"
)


def test_hostile_text_does_nothing(browser: playwright.Browser) -> None:
    """In a title, a text, a file name, a reason, a question, a draft or what the browser keeps, markup stays text."""
    document = Document(
        id=HOSTILE, title=HOSTILE, text=HOSTILE, url="javascript:alert(13)", date=HOSTILE, source=HOSTILE
    )
    with serve(FakeChatbot(document, skipped=[Skipped(HOSTILE, HOSTILE)])) as url:
        watched = opened(browser, url)
        page = watched.page
        watched.ask(HOSTILE)
        page.locator(".claims .cite").first.click()
        page.wait_for_selector("mark.current")
        assert page.inner_text("mark.current") == HOSTILE
        assert page.inner_text(".short") == HOSTILE
        page.get_by_role("button", name="All articles").click()
        page.wait_for_selector(".contents")
        page.locator(".contents button").hover()
        page.locator(".contents button").click()
        page.wait_for_selector(".sheet .text")
        watched.ask("broken <img src='https://evil.example/14' onerror=alert(14)>")
        check(page, HOSTILE)
        page.get_by_role("tab", name="Ask").click()
        keep(page, HOSTILE, HOSTILE)
        page.get_by_role("button", name="Conversations").click()
        assert page.locator(".pick bdi").last.text_content() == HOSTILE
        page.locator(".pick").last.click()
        page.wait_for_selector(".turn.failed")
        page.wait_for_function("document.querySelectorAll('.turn').length === 1")
        assert page.inner_text(".question").startswith(HOSTILE[:500])
        page.get_by_role("button", name="Conversations").click()
        page.locator(".remove").last.click()
        page.wait_for_selector("#notice p")
        assert page.locator(_FOREIGN_PARTS).count() == 0
        watched.assert_clean()


def keep(page: playwright.Page, name: str, question: str) -> None:
    """Put a conversation that we never had into the browser's store."""
    page.evaluate(
        """([name, question]) => localStorage['footnote.conversation.' + question] = JSON.stringify({
            name, used: 1,
            turns: [{ id: question, seal: question, record: JSON.stringify({ question, answer: question }) }],
        })""",
        [name, question],
    )


def check(page: playwright.Page, draft: str) -> None:
    """Have a draft checked, and wait for the end."""
    page.get_by_role("tab", name="Check a draft").click()
    page.fill("#pasted textarea", draft)
    page.get_by_role("button", name="Check", exact=True).click()
    page.wait_for_selector("#draft :is(.sentence, .trouble)")


def test_injected_markup_would_run_nothing(watched: Watched) -> None:
    """Behind the escaping stands the policy: even markup that got in runs no handler and loads nothing."""
    page = watched.page
    page.evaluate(
        """() => document.querySelector('.talk').insertAdjacentHTML('beforeend',
            `<img src=x onerror="alert(1)"><a id=bait href="javascript:alert(2)">x</a><img src="/gradio_api/file=https://evil.example">`)"""
    )
    page.locator("#bait").click()
    page.wait_for_timeout(300)
    assert watched.dialogs == []


def test_a_conversation_of_five_turns_outlives_the_server(
    browser: playwright.Browser, tmp_path: Path, bot: FakeChatbot
) -> None:
    """After a reload and after a restart of the server the conversation goes on where it was, its citations too."""
    questions = ["Who led Russia's delegation?", "And in 2022?", "Who is prime minister?", "Who led?", "What about it?"]
    settings = Settings(index=tmp_path)
    with serve(bot, settings) as url:
        watched = opened(browser, url)
        for question in questions[:3]:
            watched.ask(question)
        watched.page.reload()
        watched.settled(3)
        for question in questions[3:]:
            watched.ask(question)
    with serve(bot, settings, port=int(url.rpartition(":")[2])) as url:
        again = tab(watched.page.context, url)
        again.page.get_by_role("button", name="Conversations").click()
        again.page.get_by_role("button", name=questions[0]).first.click()
        again.settled(5)
        assert again.page.locator(".question").all_inner_texts() == questions
        again.page.locator(".claims .cite").first.click()
        again.page.wait_for_selector("mark.current")
        assert again.page.inner_text("mark.current") == LED
        again.ask("Who else led?")
        assert [question for question, _ in bot.asked[-1][1]] == questions
        again.assert_clean()
    watched.page.context.close()


def test_how_a_question_was_read_can_be_corrected(watched: Watched, bot: FakeChatbot) -> None:
    """The reading is edited in place, by keyboard; the turn is answered anew, as it stands, and is kept so."""
    page = watched.page
    watched.ask("And in 2022?")
    edit = page.get_by_role("button", name="Edit how the question was read")
    edit.click()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.textContent") == "Edit"
    page.keyboard.press("Enter")
    line = page.get_by_role("textbox", name="The question, said in full")
    assert line.input_value() == "And in 2022? (Russia's delegation)"
    line.fill("Who led Russia's delegation?")
    page.keyboard.press("Enter")
    page.wait_for_selector(".short")
    assert bot.asked[-1] == ("Who led Russia's delegation?", [])
    page.reload()
    watched.settled(1)
    assert page.inner_text(".question") == "And in 2022?"
    assert page.inner_text(".read-as span") == "Who led Russia's delegation?"
    watched.assert_clean()


def test_an_unclear_question_offers_its_readings(watched: Watched, bot: FakeChatbot) -> None:
    """A click on a reading answers the same turn by it, and the turns around it stay."""
    page = watched.page
    watched.ask("What about theirs?")
    watched.ask("Who is prime minister?")
    page.get_by_role("button", name="Who led Russia's delegation?").click()
    page.wait_for_selector(".short")
    assert bot.asked[-1] == ("Who led Russia's delegation?", [])
    assert page.locator(".question").all_inner_texts() == ["What about theirs?", "Who is prime minister?"]
    watched.assert_clean()


def test_a_conversation_is_saved_as_a_file(watched: Watched) -> None:
    """The open conversation downloads as Markdown and as JSON, with its citations, under the name of its question."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    saved = {}
    for form in ("Markdown", "JSON"):
        page.get_by_role("button", name="Conversations").click()
        with page.expect_download() as download:
            page.get_by_role("button", name=form, exact=True).click()
        saved[download.value.suggested_filename] = download.value.path().read_text("utf-8")
        page.keyboard.press("Escape")
    markdown, as_json = (saved[f"footnote-who-led-russias-delegation{ending}"] for ending in (".md", ".json"))
    assert f"[^1.1]: *{TALKS.title}*, 2025-05-16" in markdown
    assert json.loads(as_json)["turns"][0]["answer"]["citations"][0]["quote"] == LED
    watched.assert_clean()


def test_an_altered_answer_is_not_shown_as_ours(watched: Watched) -> None:
    """What somebody changed in the browser's store does not come back under our name; its question does."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    page.evaluate(
        """() => { for (const key of Object.keys(localStorage))
            localStorage[key] = localStorage[key].replaceAll('Vladimir Medinsky', 'Somebody Else'); }"""
    )
    other = tab(page.context, watched.url)
    other.page.get_by_role("button", name="Conversations").click()
    other.page.get_by_role("button", name="Who led Russia's delegation?").first.click()
    other.page.wait_for_selector(".turn.failed")
    assert "not what Footnote said" in other.page.inner_text(".trouble")
    assert "Somebody Else" not in other.page.content()
    other.page.get_by_role("button", name="Ask again").click()
    other.page.wait_for_selector(".short")
    assert other.page.inner_text(".short") == "Vladimir Medinsky"
    other.assert_clean()


def test_conversations_are_switched_deleted_and_brought_back(watched: Watched) -> None:
    """Each is found under its first question; a deletion can be undone; deleting all leaves an empty page."""
    page = watched.page
    watched.ask("Who led Russia's delegation?")
    page.get_by_role("button", name="New conversation").click()
    page.wait_for_selector("#conversation .opening")
    watched.ask("And in 2022?")
    menu = page.get_by_role("button", name="Conversations")
    menu.click()
    assert page.locator(".pick bdi").all_inner_texts() == ["And in 2022?", "Who led Russia's delegation?"]
    page.get_by_role("button", name="Delete “And in 2022?”").click()
    page.wait_for_selector("#conversation .opening")
    page.get_by_role("button", name="Undo").click()
    watched.settled(1)
    assert page.inner_text(".question") == "And in 2022?"
    menu.click()
    page.locator(".pick").nth(1).click()
    page.wait_for_selector(".short")
    menu.click()
    page.get_by_role("button", name="Delete all").click()
    page.wait_for_selector("#conversation .opening")
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('footnote.')).length") == 0
    watched.assert_clean()


def test_a_full_store_lets_the_oldest_conversation_go(watched: Watched) -> None:
    """When the browser has no room left, the conversation unused for longest leaves, and the page says so."""
    page = watched.page
    keep(page, "An old one", "x" * 5000)
    page.evaluate(
        """() => { for (let size = 1 << 22; size >= 1; size >>= 1)
            try { for (;;) localStorage['other' + localStorage.length] = 'x'.repeat(size); } catch {} }"""
    )
    watched.ask("Who led Russia's delegation?")
    page.wait_for_selector("#notice p")
    assert "“An old one”" in page.inner_text("#notice")
    page.get_by_role("button", name="Conversations").click()
    assert page.locator(".pick bdi").all_inner_texts() == ["Who led Russia's delegation?"]
    watched.assert_clean()


def test_a_draft_is_checked_beside_the_articles(watched: Watched, bot: FakeChatbot) -> None:
    """The other tab takes a text, says of each sentence what the articles say, and lights the words that say so."""
    page = watched.page
    page.get_by_role("tab", name="Ask").focus()
    page.keyboard.press("ArrowRight")
    assert page.get_by_role("tab", name="Check a draft").get_attribute("aria-selected") == "true"
    check(page, f"{LED} The talks took place in Kyiv. Nobody wore a tie.")
    assert [words[2:] for words in page.locator(".verdict").all_inner_texts()] == [
        "Supported",
        "Contradicted",
        "Not in the articles",
    ]
    page.locator(".evidence button").first.click()
    page.wait_for_selector("mark.current")
    assert page.inner_text("mark.current") == LED
    assert in_view(page, "mark.current")
    page.reload()
    page.wait_for_selector(".sentence")
    assert page.input_value("#pasted textarea") == bot.drafts[-1]
    watched.assert_clean()


def test_documents_of_the_reader_s_own(browser: playwright.Browser, tmp_path: Path) -> None:
    """A document is added, answers, is listed and opened; one that cannot be read says why; removed, it is gone."""
    bot = make_bot(tmp_path, talks=ARTICLE)
    with serve(bot, Settings(index=tmp_path / "index")) as url:
        watched = opened(browser, url)
        page = watched.page
        files = [
            {"name": name, "mimeType": "text/plain", "buffer": content}
            for name, content in (("notes.txt", OWN), ("<img src=x>.exe", b"x"))
        ]
        page.set_input_files("#own input", files)
        page.wait_for_selector("#own .title")
        page.wait_for_selector("#own li:has-text('Skipped: ')")
        assert "not of a type that can be added" in page.inner_text("#own ul")
        watched.errors.clear()  # the browser itself reports the refused request
        page.get_by_role("button", name="Remove “<img src=x>.exe”").click()
        watched.ask("Who met the press in Ankara?")
        assert "Rustem Umerov met the press in Ankara." in page.inner_text(".claims")
        page.wait_for_selector(".sheet mark")
        page.get_by_role("button", name="All articles").click()
        page.wait_for_selector(".contents")
        page.locator("#own .title").click()
        page.wait_for_selector(".sheet .text")
        page.get_by_role("button", name="All articles").click()
        page.get_by_role("button", name="Remove “notes.txt”").click()
        page.wait_for_function("!document.querySelector('#own li')")
        watched.ask("Who met the press in Ankara?")
        assert "Rustem Umerov met the press" not in page.locator(".turn").last.inner_text()
        watched.assert_clean()
    bot.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "narrow"])
def test_it_can_be_read_everywhere(
    browser: playwright.Browser, bot: FakeChatbot, served: tuple[FakeChatbot, str], scheme: str, width: int
) -> None:
    """In light and dark, wide and narrow: enough contrast, no sideways scrolling, and the citation in view."""
    watched = opened(browser, served[1], color_scheme=scheme, viewport={"width": width, "height": 800})
    page = watched.page
    watched.ask("And in 2022?")
    watched.ask("What about theirs?")
    watched.ask("Who led Russia's delegation?")
    page.locator(".turn").last.locator(".claims .cite").first.click()
    page.wait_for_selector("mark.current")
    page.wait_for_function(
        "() => { const box = document.querySelector('mark.current').getBoundingClientRect();"
        " return box.top >= 0 && box.bottom <= innerHeight; }"
    )
    page.get_by_role("button", name="Conversations").click()
    assert in_window(page, "#conversations")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_FAINT) == []
    page.keyboard.press("Escape")
    check(page, f"{LED} The talks took place in Kyiv. Nobody wore a tie.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(_FAINT) == []
    watched.assert_clean()
    page.context.close()


def in_window(page: playwright.Page, selector: str) -> bool:
    """Whether an element lies inside the window as a whole."""
    return bool(
        page.evaluate(
            """selector => {
                const box = document.querySelector(selector).getBoundingClientRect();
                return box.height > 0 && box.left >= 0 && box.top >= 0
                    && box.right <= innerWidth && box.bottom <= innerHeight;
            }""",
            selector,
        )
    )


# WCAG 2.2 contrast of every text on the page against the nearest opaque background; 4.5 is the minimum of level AA.
_FAINT = """() => {
    const rgb = (value) => value.match(/[\\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
    const ground = (element) => {
        for (; element; element = element.parentElement) {
            const colour = rgb(getComputedStyle(element).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    return [...document.querySelectorAll('#banner *, .talk *, .sheet *, #send, #check, textarea')]
        .filter((element) => element.checkVisibility())
        .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .map((element) => {
            const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
            return [element.className || element.tagName, Math.round(10 * (a + 0.05) / (b + 0.05)) / 10];
        })
        .filter(([, contrast]) => contrast < 4.5);
}"""
