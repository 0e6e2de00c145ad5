"""What the commands of this package share: their exit codes, and errors said in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable

_INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def run(work: Callable[[], int | None], interrupted: str = "Interrupted.") -> int:
    """Do the work and return its exit code, 0 where it gives none; 1 an error, said on stderr; 130 interrupted."""
    from rag.errors import FootnoteError  # not at the top: --help and usage errors are to be instant

    try:
        return work() or 0
    except FootnoteError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(interrupted, file=sys.stderr)
        return _INTERRUPTED


def positive(text: str) -> int:
    """A whole number above 0, for argparse; raises ValueError."""
    number = int(text)
    if number < 1:
        raise ValueError(text)
    return number
