"""What goes wrong in an evaluation: one sentence, with the file and the line."""

from __future__ import annotations

from rag.errors import FootnoteError


class EvaluationError(FootnoteError):
    """A question file, a baseline or a place to write results cannot be used."""
