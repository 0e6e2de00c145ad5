"""Whether Chroma's SQLite database is what was written, though Chroma changes the file each time that it opens it.

What it changes is one counter, in a page of its own, and three numbers of the file's header. So the digest of all other
pages tells in a fraction of a second what reading all rows takes many to tell; the rows decide where pages moved.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from urllib.request import pathname2url

DATABASE = "chroma.sqlite3"

_COUNTER = "acquire_write"  # the table that holds it; it takes some 500 openings to fill its page
# Of the header (sqlite.org/fileformat.html): changes, pages of the file, and the change at which they were counted.
_HEADER_COUNTS = (slice(24, 32), slice(92, 96))
_BLOCK = 1 << 20  # bytes; a multiple of every page size
_ROWS = 1_000  # of a table, hashed at once


def compact(path: Path) -> None:
    """Give back the pages that are no longer used: a third of the file, and new pages then come after all others."""
    with _connected(path) as database:
        database.execute("VACUUM")


def database_digest(path: Path) -> str:
    """Bytes of the file, digest of its pages, digest of its rows; sqlite3.Error for a damaged database."""
    length = path.stat().st_size
    return f"{length} {_pages_digest(path, length)} {_rows_digest(path)}"


def same_database(path: Path, expected: str) -> bool:
    """Whether the pages, else the rows, are those of the digest; OSError and sqlite3.Error where it cannot be read."""
    length, pages, rows = expected.split()
    return _pages_digest(path, int(length)) == pages or _rows_digest(path) == rows


def _pages_digest(path: Path, length: int) -> str:
    """SHA-256 over the first `length` bytes, without what Chroma changes as it opens the file."""
    with _connected(path) as database:  # which rolls back what a killed process left half written
        (size,) = database.execute("PRAGMA page_size").fetchone()
        found = database.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", [_COUNTER]).fetchone()
    counter = (found[0] - 1) * size if found else length
    digest = sha256()
    with path.open("rb") as file:
        for start in range(0, length, _BLOCK):
            block = bytearray(file.read(min(_BLOCK, length - start)))
            if start <= counter < start + len(block):
                block[counter - start : counter - start + size] = bytes(size)
            for counts in _HEADER_COUNTS if start == 0 else ():
                block[counts] = bytes(counts.stop - counts.start)
            digest.update(block)
    return digest.hexdigest()


def _rows_digest(path: Path) -> str:
    """SHA-256 over the rows of every table but the counter."""
    digest = sha256()
    with _connected(path) as database:
        if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise sqlite3.DatabaseError("quick_check failed")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (table,) in tables.fetchall():
            if table == _COUNTER or table.startswith("embedding_fulltext_search"):
                continue  # a copy of the texts in words that nothing here asks for
            rows = database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - the name is the database's own
            while part := rows.fetchmany(_ROWS):
                digest.update(repr(part).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@contextmanager
def _connected(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{pathname2url(str(path))}?mode=rw", uri=True)) as database:
        yield database
