"""Faults of the index, for real: processes that are killed, race or starve; and what a reader sees of it."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from rag.errors import IndexDamagedError, SettingsError
from rag.index import current_generation, refresh
from rag.manifest import generations
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder
from tests.faults import QUESTION, ask, outcome, run, run_and_verify, start, verify, verify_run_and_verify
from tests.invariants import assert_cites, assert_sound, make_bot

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and mounts of a POSIX system")


def make_settings(folder: Path, files: int = 4, sentences: int = 40) -> Settings:
    """A corpus of distinct sentences; 40 give about 13 passages."""
    (folder / "corpus").mkdir()
    settings = Settings(corpus=folder / "corpus", index=folder / "index")
    for number in range(files):
        write(settings, number, sentences)
    return settings


def write(settings: Settings, number: int, sentences: int, edition: int = 0) -> None:
    """One article, whose every passage has words of its own."""
    lines = (
        f"Part {part}: the sign of matter {number} is {edition * 7919 + part * 31}, as in word{number}x{part}."
        for part in range(sentences)
    )
    (settings.corpus / f"{number:03}.txt").write_text("\n\n".join(lines), "utf-8")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Four articles with their first generation."""
    settings = make_settings(tmp_path)
    refresh(settings, BagOfWordsEmbedder())
    return settings


# --- kill -9 ----------------------------------------------------------------------------------------------------------


def kill_at(settings: Settings, seconds: float) -> None:
    """Kill a run after so many seconds; then the old or the new generation is whole, and the next run completes."""
    before = current_generation(settings.index)
    child = start(run, settings)
    time.sleep(seconds)
    child.kill()
    after = current_generation(settings.index)
    assert after in (before, f"gen-{int(before[4:]) + 1:04}")
    assert outcome(verify_run_and_verify, settings) == "done"
    assert len(generations(settings.index)) <= 2


def a_run_takes(settings: Settings) -> float:
    begun = time.perf_counter()
    assert outcome(run, settings) == "done"
    return time.perf_counter() - begun


def test_a_killed_run_costs_nothing(settings: Settings) -> None:
    """kill -9 at three random points: the generation that readers see is whole, and the next run completes."""
    write(settings, 1, 40, edition=1)
    whole = a_run_takes(settings)
    for trial in range(3):
        write(settings, trial, 40, edition=trial + 2)
        kill_at(settings, random.Random(trial).uniform(0, whole))


@pytest.mark.torture
@pytest.mark.parametrize(("trials", "sentences"), [(40, 40), (12, 900)], ids=["forty", "twelve that flush a graph"])
def test_fifty_two_killed_runs(
    tmp_path: Path, trials: int, sentences: int, record_property: Callable[[str, object], None]
) -> None:
    """kill -9 at points spread over a run, of a small index and of one whose graph Chroma writes to disk."""
    settings = make_settings(tmp_path, files=4, sentences=sentences)
    assert outcome(run, settings) == "done"
    write(settings, 0, sentences, edition=1)
    whole = a_run_takes(settings)
    record_property("trials", trials)
    chance = random.Random(2026)
    for trial in range(trials):
        write(settings, trial % 4, sentences, edition=trial + 2)
        kill_at(settings, whole * (trial + chance.random()) / trials)


# --- no space ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=4m", "footnote-test", place], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small file system needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def fill(place: Path, leave: int) -> Path:
    """Take all the space but `leave` bytes."""
    filler = place / "filler"
    filler.write_bytes(b"x" * max(0, shutil.disk_usage(place).free - leave))
    return filler


@pytest.mark.parametrize("leave", [0, 200_000, 600_000])
def test_a_full_disk(tmp_path: Path, small_disk: Path, leave: int) -> None:
    """A run that finds no space says so, the old generation serves on, and with space the next one completes."""
    settings = make_settings(tmp_path).model_copy(update={"index": small_disk / "index"})
    assert outcome(run, settings) == "done"
    write(settings, 1, 400, edition=1)
    filler = fill(small_disk, leave)
    said = outcome(run, settings)
    assert said.startswith("IndexDamagedError")
    assert "free space" in said or "No space left" in said
    assert current_generation(settings.index) == "gen-0001"
    filler.unlink()
    assert outcome(verify, settings) == "done"
    assert outcome(run_and_verify, settings) == "done"


def test_a_disk_that_cannot_be_written(small_disk: Path, tmp_path: Path) -> None:
    """An index on a read-only file system is refused with a sentence that says what to do."""
    settings = make_settings(tmp_path).model_copy(update={"index": small_disk / "index"})
    assert outcome(run, settings) == "done"
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    said = outcome(ask, settings)
    assert said.startswith("IndexDamagedError")
    assert "permissions" in said or "copy" in said.lower()
    write(settings, 1, 40, edition=1)
    assert "cannot be written" in outcome(run, settings)


# --- two at once, and readers -----------------------------------------------------------------------------------------


def test_two_runs_at_once(settings: Settings) -> None:
    """Of two runs one is done and the other is done too or told who writes; the index is whole either way."""
    write(settings, 1, 400, edition=1)
    children = [start(run, settings) for _ in range(2)]
    said = [child.hears() for child in children]
    assert [child.end() for child in children] == [0, 0]
    assert "done" in said
    assert all(words == "done" or "written by process" in words for words in said)
    assert outcome(verify, settings) == "done"


def test_a_run_under_an_open_chatbot(settings: Settings) -> None:
    """Every question is answered while another process indexes, and the next ones from the new generation."""
    bot = make_bot(settings)
    for edition in range(1, 4):
        write(settings, 1, 100, edition=edition)
        child = start(run, settings)
        while not child.ear.poll(0):
            assert_cites(bot, QUESTION)
        assert (child.hears(), child.end()) == ("done", 0)
        assert_cites(bot, QUESTION)
        assert bot.document("001.txt").text == (settings.corpus / "001.txt").read_text("utf-8")


# --- damage under a reader --------------------------------------------------------------------------------------------


def _lose(path: Path) -> None:
    shutil.rmtree(path)


def _scribble_all(path: Path) -> None:
    for file in (each for each in path.rglob("*") if each.is_file() and each.stat().st_size):
        with file.open("r+b") as open_file:
            open_file.write(os.urandom(min(file.stat().st_size, 100_000)))


def _empty_all(path: Path) -> None:
    for file in (each for each in path.rglob("*") if each.is_file()):
        os.truncate(file, 0)


DAMAGES = {"lost": _lose, "scribbled": _scribble_all, "emptied": _empty_all}


def damage_while_open(settings: Settings) -> None:
    """Open, damage every file below, ask again: an answer or a sentence, never an end of the process."""
    for number, damage in enumerate(DAMAGES.values(), start=2):
        bot = make_bot(settings)
        assert_cites(bot, QUESTION)
        damage(settings.index / current_generation(settings.index))
        for _ in range(3):
            with suppress(IndexDamagedError):
                assert_cites(bot, f"{QUESTION} {number}")
        write(settings, 1, 40, edition=number)
        run(settings)
        assert_cites(bot, QUESTION)


def test_damage_under_a_reader(tmp_path: Path) -> None:
    """A store that is lost, scribbled or emptied while it is open does not end the process, and a new run heals it."""
    settings = make_settings(tmp_path, files=4, sentences=900)  # enough for a graph on disk
    assert outcome(run, settings) == "done"
    assert outcome(damage_while_open, settings) == "done"


def test_an_index_that_is_deleted_and_built_anew(settings: Settings) -> None:
    """The new one has the same name as the old one, and a chatbot that has the old one open answers from the new."""
    bot = make_bot(settings)
    assert_cites(bot, QUESTION)
    shutil.rmtree(settings.index)
    write(settings, 1, 40, edition=1)
    assert outcome(run, settings) == "done"
    assert current_generation(settings.index) == "gen-0001"
    assert_cites(bot, QUESTION)
    assert bot.document("001.txt").text == (settings.corpus / "001.txt").read_text("utf-8")


def ask_after_fork(settings: Settings) -> None:
    """Open, fork, ask in the child, as gunicorn does with --preload."""
    bot = make_bot(settings)
    child = os.fork()
    if child == 0:
        try:
            bot.ask(QUESTION)
        except SettingsError:
            os._exit(7)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7


def test_a_chatbot_does_not_outlive_a_fork(settings: Settings) -> None:
    """Chroma hangs in a forked process, so the chatbot refuses and says what to do instead."""
    assert outcome(ask_after_fork, settings) == "done"


def test_an_index_that_goes_and_comes_back(settings: Settings, tmp_path: Path) -> None:
    """Without an index a question gets the next command; with it back, an answer."""
    bot = make_bot(settings)
    settings.index.rename(tmp_path / "away")
    with pytest.raises(IndexDamagedError, match="There is no index"):
        bot.ask(QUESTION)
    (tmp_path / "away").rename(settings.index)
    assert_cites(bot, QUESTION)
    assert_sound(settings)
