"""Chroma's database: what it changes itself is no damage, everything else is."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from rag.database import _pages_digest, compact, database_digest, same_database


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A database with Chroma's counter and 3,000 rows, after as many were deleted, compacted."""
    path = tmp_path / "chroma.sqlite3"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE acquire_write (id INTEGER PRIMARY KEY, lock_status INTEGER NOT NULL)")
        made.execute("CREATE TABLE embeddings (id INTEGER PRIMARY KEY, text TEXT)")
        made.executemany("INSERT INTO embeddings(text) VALUES (?)", [(f"Passage {row}.",) for row in range(6_000)])
        made.execute("DELETE FROM embeddings WHERE id > 3000")
        made.commit()
    compact(path)
    return path


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as changed:
        for statement in statements:
            changed.execute(statement)
        changed.commit()


def scribble(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 0xFF
    path.write_bytes(content)


def test_compacting_gives_pages_back(database: Path) -> None:
    """No page is left unused, so that new ones come after all others."""
    with closing(sqlite3.connect(database)) as opened:
        assert opened.execute("PRAGMA freelist_count").fetchone() == (0,)


@pytest.mark.parametrize("openings", [0, 1, 2_000])
def test_what_chroma_changes(database: Path, openings: int) -> None:
    """Its counter may grow, over more pages than one too, and the pages alone still tell that nothing else changed."""
    expected = database_digest(database)
    change(database, *["INSERT INTO acquire_write(lock_status) VALUES (1)"] * openings)
    length, pages, _ = expected.split()
    assert _pages_digest(database, int(length)) == pages
    assert same_database(database, expected)


def test_pages_that_moved(database: Path) -> None:
    """Where the same rows lie in other pages, the rows decide."""
    expected = database_digest(database)
    change(database, "PRAGMA page_size = 8192", "VACUUM")
    length, pages, _ = expected.split()
    assert _pages_digest(database, int(length)) != pages
    assert same_database(database, expected)


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda path: change(path, "UPDATE embeddings SET text = 'x' WHERE id = 7"), id="a row forged"),
        pytest.param(lambda path: change(path, "DELETE FROM embeddings WHERE id = 7"), id="a row deleted"),
        pytest.param(lambda path: change(path, "INSERT INTO embeddings(text) VALUES ('x')"), id="a row added"),
        pytest.param(lambda path: change(path, "DROP TABLE embeddings"), id="a table dropped"),
        pytest.param(lambda path: scribble(path, 3 * 4096 + 2000), id="a byte of a page"),
        pytest.param(lambda path: scribble(path, 0), id="a byte of the header"),
        pytest.param(lambda path: path.write_bytes(path.read_bytes()[:-4096]), id="truncated"),
        pytest.param(lambda path: path.write_bytes(b""), id="empty"),
        pytest.param(lambda path: path.write_bytes(b"garbage" * 999), id="garbage"),
        pytest.param(Path.unlink, id="missing"),
    ],
)
def test_damage(database: Path, damage: Callable[[Path], object]) -> None:
    """Whatever else changes is found, or cannot be read."""
    expected = database_digest(database)
    damage(database)
    try:
        same = same_database(database, expected)
    except (OSError, sqlite3.Error):
        return
    assert not same
