"""Files that change under the run that reads them, and files of great size."""

from __future__ import annotations

import os
import resource
import threading
from pathlib import Path

import pytest

from rag.documents import read_file
from rag.index import refresh
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder
from tests.invariants import assert_sound


def test_a_corpus_that_changes_while_it_is_read(tmp_path: Path) -> None:
    """Files come, change, go and lose their permission under five runs; each leaves a whole index, and the last one
    says what is there."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    settings = Settings(corpus=corpus, index=tmp_path / "index")
    at_work = threading.Event()

    def disturb() -> None:
        number = 0
        while not at_work.wait(0.001):
            number += 1
            path = corpus / f"{number % 20}.txt"
            if number % 3:
                path.write_text(f"Matter {number} has the sign {number}. " * (number % 50 + 1), "utf-8")
            elif number % 2:
                path.unlink(missing_ok=True)
            else:
                path.unlink(missing_ok=True)
                path.symlink_to(corpus / f"{(number + 1) % 20}.txt")

    thread = threading.Thread(target=disturb, daemon=True)
    thread.start()
    try:
        for _ in range(5):
            refresh(settings, BagOfWordsEmbedder())
            assert_sound(settings)
    finally:
        at_work.set()
        thread.join()
    for path in corpus.iterdir():
        path.unlink()
    (corpus / "last.txt").write_text("The last word is a sign.", "utf-8")
    refresh(settings, BagOfWordsEmbedder())
    assert_sound(settings)


def test_a_file_of_51_megabytes(tmp_path: Path) -> None:
    """It is skipped with the limit, and no more than the limit is read of it."""
    path = tmp_path / "a.txt"
    path.touch()
    os.truncate(path, 51_000_000_000)  # a sparse file, which takes no space
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    documents, (skipped,) = read_file(path, tmp_path)
    assert (documents, skipped.reason) == ((), "larger than 50 MB: split it")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # KB


@pytest.mark.torture
def test_a_file_just_below_the_limit(tmp_path: Path) -> None:
    """49 MB of sentences are read within 2 GB."""
    path = tmp_path / "a.txt"
    path.write_bytes(b"He left the room and closed the door behind him. " * 1_000_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (document,), _ = read_file(path, tmp_path)
    assert len(document.text) == 49_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2_000_000  # KB
