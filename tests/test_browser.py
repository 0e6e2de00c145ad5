"""The page in a real browser: what a reader sees, by mouse and by keyboard, and what hostile text cannot do."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from rag.types import Document, Skipped
from tests.fake_chatbot import LED, FakeChatbot, serve

playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright: pip install -e .[dev]")

_BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()
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


@pytest.fixture
def bot() -> FakeChatbot:
    return FakeChatbot(skipped=[Skipped("scan.pdf", "it holds images only")])


@pytest.fixture
def watched(browser: playwright.Browser, bot: FakeChatbot) -> Iterator[Watched]:
    with serve(bot) as url:
        yield opened(browser, url)


def opened(browser: playwright.Browser, url: str, **options: object) -> Watched:
    page = browser.new_context(reduced_motion="reduce", **options).new_page()
    watched = Watched(page, url).watch()
    page.goto(url)
    page.wait_for_selector(".opening")
    page.wait_for_selector(".contents")
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
    for _ in range(12):
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
    tab = watched.page.context.new_page()
    tab.goto(watched.url)
    tab.wait_for_selector(".opening")
    assert tab.locator(".turn").count() == 0


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
    bot.pause = 1.0
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


HOSTILE = " ".join(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(2)>",
        "<img src='https://evil.example/1.png'>",
        "<img srcset='https://evil.example/2.png 1x'>",
        "<svg onload=alert(3)><image href='https://evil.example/3'/></svg>",
        "<iframe src='https://evil.example/4'></iframe>",
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
    ]
)


def test_hostile_text_does_nothing(browser: playwright.Browser) -> None:
    """In a title, a text, a file name, a reason or a question, markup is shown as text: no script, no request."""
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
        assert (
            page.evaluate("[...document.querySelectorAll('main :is(img, svg, iframe, script, style, form)')].length")
            == 0
        )
        watched.assert_clean()


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390], ids=["wide", "narrow"])
def test_it_can_be_read_everywhere(browser: playwright.Browser, bot: FakeChatbot, scheme: str, width: int) -> None:
    """In light and dark, wide and narrow: enough contrast, no sideways scrolling, and the citation in view."""
    with serve(bot) as url:
        watched = opened(browser, url, color_scheme=scheme, viewport={"width": width, "height": 800})
        page = watched.page
        watched.ask("Who led Russia's delegation?")
        page.locator(".claims .cite").first.click()
        page.wait_for_selector("mark.current")
        page.wait_for_function(
            "() => { const box = document.querySelector('mark.current').getBoundingClientRect();"
            " return box.top >= 0 && box.bottom <= innerHeight; }"
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        faint = page.evaluate(_FAINT)
        assert faint == []
        watched.assert_clean()


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
    return [...document.querySelectorAll('#banner *, .talk *, .sheet *, #send, textarea')]
        .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
        .map((element) => {
            const [a, b] = [light(rgb(getComputedStyle(element).color)), light(ground(element))].sort((x, y) => y - x);
            return [element.className || element.tagName, Math.round(10 * (a + 0.05) / (b + 0.05)) / 10];
        })
        .filter(([, contrast]) => contrast < 4.5);
}"""
