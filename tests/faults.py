"""Processes for the tests that kill a run, starve it or let two race; each outcome is one line, "done" or a sentence.

They are forked from a server that has imported everything and opened nothing, so that each is as fresh as a new one
and begins in milliseconds.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import chromadb  # noqa: F401 - imported by the server, once
import langchain_chroma  # noqa: F401

from rag.errors import FootnoteError
from rag.index import refresh
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder
from tests.invariants import MARK, assert_cites, assert_sound, make_bot

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.faults"])
QUESTION = f"What is {MARK} of matter 1?"


@dataclass
class Child:
    """A process at work, and what it says."""

    process: Any
    ear: Connection

    def hears(self, seconds: float = 300) -> str:
        """The next line that it says; "" where it ended without one, "hangs" where it says nothing for too long."""
        if not self.ear.poll(seconds):
            return "hangs"
        try:
            return str(self.ear.recv())
        except EOFError:
            return ""

    def kill(self) -> None:
        """As `kill -9` does."""
        self.process.kill()
        self.process.join()

    def end(self, seconds: float = 300) -> int | None:
        """Wait for its end: the exit code, negative for the signal that ended it."""
        self.process.join(seconds)
        code: int | None = self.process.exitcode
        if code is None:
            self.kill()
        return code


def start(work: Callable[[Settings], None], settings: Settings) -> Child:
    """Begin `work` in a process of its own, which has said "begun"."""
    ear, mouth = _processes.Pipe(duplex=False)
    process = _processes.Process(target=_speak, args=(work, settings, mouth), daemon=True)
    process.start()
    mouth.close()
    child = Child(process, ear)
    assert child.hears() == "begun"
    return child


def outcome(work: Callable[[Settings], None], settings: Settings) -> str:
    """What the work ends with: "done", the sentence of an error, or how the process died."""
    child = start(work, settings)
    said = child.hears()
    code = child.end()
    return said if said and code == 0 else f"{said} (exit code {code})"


def _speak(work: Callable[[Settings], None], settings: Settings, mouth: Connection) -> None:
    mouth.send("begun")
    try:
        work(settings)
        mouth.send("done")
    except FootnoteError as error:
        mouth.send(f"{type(error).__name__}: {error}")


def run(settings: Settings) -> None:
    """One run of the index."""
    refresh(settings, BagOfWordsEmbedder())


def verify(settings: Settings) -> None:
    """All three invariants."""
    assert_sound(settings)
    assert_cites(make_bot(settings), QUESTION)


def run_and_verify(settings: Settings) -> None:
    """What a person does after a fault, and what must hold then."""
    run(settings)
    verify(settings)


def verify_run_and_verify(settings: Settings) -> None:
    """What readers have, what a person does next, and what must hold then."""
    verify(settings)
    run_and_verify(settings)


def ask(settings: Settings) -> None:
    """Open and ask, whatever has happened to the store; nothing but a FootnoteError may come of it."""
    make_bot(settings).ask(QUESTION)
