"""The page: asks the chatbot and shows its answers beside the articles. The only importer of gradio.

Start it with `python app.py` and open the address that it prints.
"""

from __future__ import annotations

import rag  # before gradio and torch, which read once, while they load, what it sets in the environment

# isort: split
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import FastAPI
from fastapi.responses import FileResponse, JSONResponse
from gradio.events import api
from rich.console import Console
from rich.progress import Progress

from page.conversation import ShownTurn, conversation, spoken
from page.draft import draft, tally
from page.export import as_json, as_markdown, file_name
from page.log import begin, logged
from page.login import USER
from page.markup import escape
from page.pane import beside, opened
from page.seal import Seal
from page.server import add_health, end_at_sigterm, listen, protect, run
from page.session import STOPPED, UNEXPECTED, Bot, Session, Sessions, pairs, restored, text
from page.shelf import Shelf
from page.uploads import Uploads, add_uploads
from rag.errors import FootnoteError
from rag.settings import Settings
from rag.terminal import visible

_ASSETS = Path(__file__).parent / "page"
_AT_ONCE = 8  # questions answered at the same time
_WAITING = 64  # questions that may wait; the next one is told to come back
_EMPTY = "Type a question first."
_NO_DRAFT = "Paste a text first."
_ANOTHER = "This conversation is not open here any more. Reload the page."
_EXAMPLES = (
    "Who led Russia's delegation?",
    "Where did the talks take place?",
    "Why did Zelenskyy criticise Putin's absence?",
    "Who is Ukraine's prime minister?",
)
_SHIPPED = {"istanbul-talks-2025.md", "earlier-talks-2022.md", "dolmabahce-palace.md"}  # what the examples ask about
_HEAD = (
    '<link rel="stylesheet" href="/page.css"><link rel="icon" type="image/svg+xml" href="/favicon.svg">'
    '<script src="/store.js"></script>'
    '<meta name="color-scheme" content="light dark">'
)
# What the browser keeps: a random name of the tab, until it is closed, and its conversation; see page/store.js.
_TAB = "() => [footnote.tab(), footnote.open()]"
_FRESH = {"cache-control": "no-cache"}
_QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "trigger_mode": "multiple"}
_QUEUED: dict[str, Any] = {"concurrency_limit": _AT_ONCE, "concurrency_id": "ask"}

_log = logging.getLogger("footnote")
_errors = Console(stderr=True, markup=False, highlight=False, soft_wrap=True)
_output = Console(markup=False, highlight=False, soft_wrap=True)


def build_page(bot: Bot, uploads: Uploads, seal: Seal) -> gr.Blocks:
    """Return the page over an open chatbot; `seal` knows the answers again that browsers keep."""
    page: gr.Blocks
    with gr.Blocks(title="Footnote", analytics_enabled=False, fill_width=True) as page:
        api(_endpoint(bot), api_name="ask", **_QUEUED)
        session = gr.State(Session())
        token, kept = gr.Textbox(visible=False), gr.JSON(visible=False)
        _html((_ASSETS / "banner.html").read_text("utf-8"), "banner")
        keeping = _html("", "keeper")
        with gr.Row(elem_id="columns"):
            with gr.Column(elem_id="left"):
                talking = _html("", "conversation")
                with gr.Row(elem_id="composer"):
                    question = _box("question", "Your question", "Ask about the articles", lines=1, most=6)
                    send = gr.Button("Ask", variant="primary", elem_id="send")
                status = _html(_status(""), "status")
            with gr.Column(elem_id="desk"):
                checking = _html("", "draft")
                with gr.Row(elem_id="pasting"):
                    pasted = _box("pasted", "Your draft", "Paste your draft", lines=4, most=10)
                    check = gr.Button("Check", variant="primary", elem_id="check")
                told = _html(_status(""), "told")
            with gr.Column(elem_id="right"):
                own = _html((_ASSETS / "own.html").read_text("utf-8"), "own")
                reading = _html("", "article")
        events = _Events(uploads, seal)
        everything = [talking, reading, question, status, keeping]
        gr.on([question.submit, send.click], events.ask, [question, session], everything, **_QUIET, **_QUEUED)
        gr.on([talking.select, talking.retry], events.ask_offered, session, everything, **_QUIET, **_QUEUED)
        gr.on([talking.submit], events.reread, session, everything, **_QUIET, **_QUEUED)
        gr.on([talking.stop], events.stop, session, [talking, status], queue=False, **_QUIET)
        gr.on([check.click], events.check, [pasted, session], [checking, told], **_QUIET, **_QUEUED)
        clicks = [talking.click, checking.click, reading.click, own.click, own.change]
        gr.on(clicks, events.open, session, reading, queue=False, **_QUIET)
        gr.on([keeping.select, keeping.clear], events.switch, session, everything, queue=False, **_QUIET)
        gr.on([keeping.download], events.export, session, keeping, queue=False, **_QUIET)
        loaded = [session, *everything, checking, pasted]
        page.load(events.load, [token, kept], loaded, queue=False, js=_TAB, **_QUIET)
    page.queue(max_size=_WAITING, api_open=False)
    return page


class _Events:
    """What happens on a click or a question. Most fill, in order: conversation, article, question, status, keeper."""

    def __init__(self, uploads: Uploads, seal: Seal) -> None:
        self._uploads = uploads
        self._seal = seal
        self._sessions = Sessions()
        self._shown = count()

    def load(self, token: object, kept: object, request: gr.Request) -> tuple[Any, ...]:
        """A new page, or the same one after a reload: its session first, then the five, then its draft."""
        session = self._sessions.of(token, request.headers.get(USER, ""))
        given = kept if isinstance(kept, dict) else {}
        if session.turns and session.conversation == given.get("conversation"):
            session.settle()
        else:
            session.begin(given.get("conversation"), restored(given.get("turns"), self._seal))
        return session, *self._whole(session), draft(session.draft, self._shelf(session)), session.draft.text

    def switch(self, session: Session, event: gr.EventData) -> tuple[str, ...]:
        """A new conversation, or another one that the browser kept."""
        given = _details(event)
        session.begin(given.get("conversation"), restored(given.get("turns"), self._seal))
        return self._whole(session)

    def ask(self, asked: object, session: Session) -> Iterator[tuple[Any, ...]]:
        """A question: its turn at each step, then the article that it cites first."""
        question = text(asked) if isinstance(asked, str) else ""
        if not question.strip():
            yield gr.skip(), gr.skip(), gr.skip(), _status(_EMPTY, hint=True), gr.skip()
        elif not session.waits_for(question):  # it does after a double click
            yield from self._grow(session, session.ask(self._bot(session), question))

    def ask_offered(self, session: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """An example question, or the same one again."""
        yield from self.ask(_details(event).get("question"), session)

    def reread(self, session: Session, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Another reading of a question that was asked: its turn is answered anew, in its place."""
        details = _details(event)
        number, asked = str(details.get("turn")), details.get("question")
        question = text(asked) if isinstance(asked, str) else ""
        if number not in map(str, range(len(session.turns))):
            yield gr.skip(), gr.skip(), gr.skip(), _status(_ANOTHER, hint=True), gr.skip()
        elif question.strip() and not session.waits_for(question):
            yield from self._grow(session, session.reread(self._bot(session), int(number), question))

    def _grow(self, session: Session, growing: Iterator[ShownTurn]) -> Iterator[tuple[Any, ...]]:
        for step, turn in enumerate(growing):
            article = (
                self._pane(beside(self._bot(session), turn, session.turns.index(turn))) if turn.answer else gr.skip()
            )
            kept = self._kept(session, turn) if turn.answer else gr.skip()
            yield self._talk(session), article, gr.skip() if step else "", _status(spoken(turn)), kept
        # Gradio sends the last of these again at its end, when a stop or the next question may be on the page already.
        yield self._talk(session), gr.skip(), gr.skip(), gr.skip(), gr.skip()

    def stop(self, session: Session) -> tuple[str, str]:
        """No more of the answer that is on its way."""
        session.settle()
        return self._talk(session), _status(STOPPED)

    def check(self, pasted: object, session: Session) -> Iterator[tuple[Any, ...]]:
        """A draft of the reader's own, sentence by sentence."""
        given = text(pasted) if isinstance(pasted, str) else ""
        if not given.strip():
            yield gr.skip(), _status(_NO_DRAFT, hint=True)
            return
        for shown in session.check(self._bot(session), given):
            words = shown.trouble or (tally(shown.sentences) if shown.sentences else "")
            yield draft(shown, self._shelf(session)), _status(escape(words))

    def open(self, session: Session, event: gr.EventData) -> str:
        """A citation, an article, or the list of all."""
        return self._pane(opened(self._bot(session), session, _details(event)))

    def export(self, session: Session, event: gr.EventData) -> str:
        """The conversation as a file, which the page's script hands over: nothing is written here."""
        write, ending = (as_json, ".json") if _details(event).get("form") == "json" else (as_markdown, ".md")
        return self._told(file=file_name(session.turns, ending), content=write(session.turns, self._shelf(session)))

    def _bot(self, session: Session) -> Bot:
        """The chatbot over the articles, and over the documents that were added in this session."""
        return self._uploads.bot(session.key)

    def _whole(self, session: Session) -> tuple[str, ...]:
        latest = session.turns[-1] if session.turns else None
        article = self._pane(beside(self._bot(session), latest, len(session.turns) - 1))
        return self._talk(session), article, "", _status(""), self._told(conversation=session.conversation)

    def _talk(self, session: Session) -> str:
        shelf = self._shelf(session)
        return conversation(session.turns, shelf, _EXAMPLES if shelf.dates.keys() >= _SHIPPED else ())

    def _shelf(self, session: Session) -> Shelf:
        return session.shelves.today(self._bot(session))

    def _kept(self, session: Session, turn: ShownTurn) -> str:
        """An answered turn for the browser to keep, sealed."""
        assert turn.answer is not None
        sealed = self._seal.close(turn.question, turn.answer)
        return self._told(conversation=session.conversation, turn=turn.id, record=sealed.record, seal=sealed.seal)

    def _told(self, **words: str) -> str:
        """What the page's script is told, and nobody sees."""
        attributes = "".join(f' data-{name}="{escape(value)}"' for name, value in words.items())
        return self._pane(f"<span{attributes}></span>")

    def _pane(self, markup: str) -> str:
        """The markup, never the same twice: a second click on a citation is to bring it into view again."""
        return f"<!--{next(self._shown)}-->{markup}"


def _details(event: gr.EventData) -> dict[str, object]:
    return event._data if isinstance(event._data, dict) else {}


def _endpoint(bot: Bot) -> Callable[..., dict[str, Any]]:
    def ask(question: str, history: list[list[str]] | None = None) -> dict[str, Any]:
        """Answer a question from the articles. `history` is a list of [question, answer] pairs. Returns JSON."""
        try:
            return bot.ask(text(question), pairs(history)).to_dict()
        except FootnoteError as error:
            reason = str(error)
        except Exception:
            _log.exception("A question could not be answered")
            reason = UNEXPECTED
        raise gr.Error(escape(reason), print_exception=False)

    return ask


def _box(name: str, label: str, placeholder: str, *, lines: int, most: int) -> gr.Textbox:
    return gr.Textbox(
        label=label,
        show_label=False,
        container=False,
        placeholder=placeholder,
        lines=lines,
        max_lines=most,
        autofocus=name == "question",
        elem_id=name,
    )


def _html(markup: str, name: str) -> gr.HTML:
    """A part of the page that is our own markup, with its script where it has one."""
    script = _ASSETS / f"{name}.js"
    return gr.HTML(
        markup,
        elem_id=name,
        js_on_load=script.read_text("utf-8") if script.exists() else None,
        apply_default_css=False,
    )


def _status(words: str, *, hint: bool = False) -> str:
    """A line that screen readers speak, and that a hint shows to everybody; `words` is markup."""
    return f'<p role="status" class="{"hint" if hint else "unseen"}">{words}</p>'


# --- the server -------------------------------------------------------------------------------------------------------


def build_app(bot: Bot, settings: Settings | None = None) -> FastAPI:
    """Return the application that serves the page, its endpoint `ask`, `/healthz` and `/readyz`."""
    settings = settings or Settings()
    bot = logged(bot, questions=settings.log_questions)
    app = FastAPI(title="Footnote", docs_url=None, redoc_url=None, openapi_url=None)
    _add_routes(app)
    add_health(app, bot, settings)
    uploads = Uploads(bot, settings.index, settings.uploads)
    app.state.uploads = uploads
    add_uploads(app, uploads)
    # As in page.css, which the browser loads a moment later.
    theme = gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["monospace"]).set(
        body_background_fill="#faf9f6", body_background_fill_dark="#15171a"
    )
    gr.mount_gradio_app(
        app,
        build_page(bot, uploads, Seal.of(settings.index)),
        "/",
        server_name=settings.host,
        head=_HEAD,
        theme=theme,
        footer_links=[],
        show_error=False,
        run_history=False,
        ssr_mode=False,
        mcp_server=False,
        pwa=False,
        enable_monitoring=False,
    )
    protect(app, settings)
    return app


def _add_routes(app: FastAPI) -> None:
    @app.get("/page.css")
    def stylesheet() -> FileResponse:
        return FileResponse(_ASSETS / "page.css", headers=_FRESH)

    @app.get("/store.js")
    def store() -> FileResponse:
        return FileResponse(_ASSETS / "store.js", headers=_FRESH)

    @app.get("/favicon.svg")
    @app.get("/favicon.ico")
    def icon() -> FileResponse:
        return FileResponse(_ASSETS / "favicon.svg", media_type="image/svg+xml")

    @app.get("/manifest.json")  # Gradio's page asks for it
    def manifest() -> JSONResponse:
        return JSONResponse({"name": "Footnote", "display": "browser", "icons": []})


def main() -> int:
    """Open the index, serve the page until interrupted, and return an exit code."""
    end_at_sigterm()
    try:
        settings = Settings()
        with listen(settings) as listening:
            bot = _open(settings)
            app = build_app(bot, settings)
            address = f"http://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
            _output.print(f"{len(bot.documents)} articles are ready at {address} (Ctrl-C ends)")
            begin(questions=settings.log_questions)
            with closing(app.state.uploads):
                run(app, listening)
    except FootnoteError as error:
        _errors.print(visible(str(error)))
        return 1
    except KeyboardInterrupt:
        return 130  # as the shell reports a program ended by Ctrl-C
    return 0


def _open(settings: Settings) -> Bot:
    with Progress(console=_errors, transient=True, disable=not _errors.is_terminal) as bar:
        task = bar.add_task("Embedding passages", total=None, visible=False)
        return rag.Chatbot.open(
            settings, progress=lambda done, total: bar.update(task, completed=done, total=total, visible=True)
        )


if __name__ == "__main__":
    sys.exit(main())
