"""The calibration kept with the index: `calibration.json` beside CURRENT, replaced atomically.

It holds for what it was measured with, so it names that: the reader's weights, the embedder, the passages that are
read. Made with anything else, it is not used, and `python -m rag doctor` says so. It outlives a change of the
documents, which `doctor` says too.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.draft.weigh import WEIGHTS
from rag.errors import IndexDamagedError, ModelFileError
from rag.manifest import current_generation, read_manifest, replace_text
from rag.reader import READER_FOLDER
from rag.settings import Settings

SCHEMA = 1  # bump when the stored form changes

_FILE = "calibration.json"
_AGAIN = "Make it again: python -m rag calibrate"

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]


class Conditions(BaseModel):
    """What confidences depend on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reader: str  # SHA-256 of the reader and its weights
    embedder: str  # fingerprint
    passages: int  # read for a question


class Calibration(BaseModel):
    """A threshold, the risk that it was chosen for, and what that rests on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: int
    threshold: Share
    risk: Share  # target: wrong among answered
    bound: Share  # of that risk
    level: Share  # how sure the bound is
    asked: Count
    answerable: Count
    answered: Count
    wrong: Count
    questions: str  # where they came from, in words
    conditions: Conditions
    passage_ids_sha256: str  # of the index that answered


@dataclass(frozen=True, slots=True)
class Stored:
    """What the index folder holds of a calibration, and whether it may be used."""

    calibration: Calibration | None = None
    ignored: str = ""  # why it is not used, in a sentence; "" where it is, or where there is none
    documents_changed: bool = False  # since it was made

    @property
    def threshold(self) -> float | None:
        """The threshold to use, None where there is none."""
        return None if self.ignored or self.calibration is None else self.calibration.threshold


def conditions(settings: Settings) -> tuple[Conditions, str]:
    """What confidences depend on now, and the SHA-256 of the indexed passages' ids; raises IndexDamagedError."""
    root = _root(settings)
    manifest = read_manifest(root / current_generation(root))
    now = Conditions(reader=_reader_sha256(), embedder=manifest.fingerprint, passages=settings.passages)
    return now, manifest.passage_ids_sha256


def store(settings: Settings, calibration: Calibration) -> Path:
    """Write the calibration into the index folder, whole or not at all; raises IndexDamagedError."""
    path = _root(settings) / _FILE
    try:
        replace_text(path, calibration.model_dump_json(indent=1) + "\n")
    except OSError as error:
        raise IndexDamagedError(
            f"{path} cannot be written ({error.strerror}). Make the index folder writable, or name another: --index DIR"
        ) from error
    return path


def stored(settings: Settings) -> Stored:
    """The calibration of the index folder, and why it is not used where it is not."""
    path = _root(settings) / _FILE
    try:
        body = json.loads(path.read_text("utf-8"))
        if not isinstance(body, dict) or body.get("schema_version") != SCHEMA:
            return Stored(None, f"{path} is not of schema {SCHEMA}, which this release reads. {_AGAIN}")
        calibration = Calibration.model_validate(body)
    except FileNotFoundError:
        return Stored()
    except (OSError, ValueError, RecursionError) as error:  # ill-formed JSON and values are ValueErrors
        reason = f"{error.error_count()} ill-formed values" if isinstance(error, ValidationError) else error
        return Stored(None, f"{path} cannot be read ({reason}). {_AGAIN}")
    now, passage_ids = conditions(settings)
    changed = calibration.passage_ids_sha256 != passage_ids
    return Stored(calibration, _unfit(calibration.conditions, now), changed)


def calibrated_threshold(settings: Settings) -> float | None:
    """The threshold that was calibrated for these settings; None where there is none, or a chat model drafts."""
    return None if settings.model else stored(settings).threshold


def _unfit(made: Conditions, now: Conditions) -> str:
    for what, before, after in (
        ("with other weights of the reader", made.reader, now.reader),
        ("with another embedder", made.embedder, now.embedder),
        (f"with {made.passages} passages read, not {now.passages}", made.passages, now.passages),
    ):
        if before != after:
            return f"it was made {what}. {_AGAIN}"
    return ""


def _reader_sha256() -> str:
    digest = sha256()
    for path in (WEIGHTS, READER_FOLDER / "reader.int8.onnx"):
        try:
            digest.update(sha256(path.read_bytes()).digest())
        except OSError:
            raise ModelFileError(f"The reader's file {path} is missing. Install Footnote again.") from None
    return digest.hexdigest()


def _root(settings: Settings) -> Path:
    return Path(os.path.realpath(settings.index))
