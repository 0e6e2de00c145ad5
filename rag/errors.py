"""Everything that Footnote raises on purpose: one class for each different next step of the user.

FootnoteError            the base; its message is one sentence or two: what, which value, what next
├── SettingsError        a setting is unknown or ill-formed: correct it
├── QuestionError        the question, or the text to check, is empty, too long or unreadable: give another
├── QuestionSetError     a file of questions cannot be used: correct the line that it names
├── CalibrationError     the questions do not show what was asked for: give more, or allow more errors
├── CorpusError          the folder of documents is missing or unreadable: name another
├── IndexLockedError     another process is writing the index: wait for it
├── IndexDamagedError    the index is missing, damaged or made by other settings: build it again
├── ModelFileError       a model file is missing or is not the one we know: install again
└── ProviderError        the configured chat model cannot be asked: provider, package, name
    └── KeyMissingError  it lacks a key: set one; the embedded reader answers meanwhile
"""

from __future__ import annotations


class FootnoteError(Exception):
    """Base of all errors meant for a person; `str(error)` can be shown as it is."""


class SettingsError(FootnoteError):
    """A setting is unknown or ill-formed."""


class QuestionError(FootnoteError):
    """A question that cannot be asked, or a text that cannot be checked: empty, overlong or unreadable."""


class QuestionSetError(FootnoteError):
    """A file of questions is missing, unreadable or ill-formed."""


class CalibrationError(FootnoteError):
    """No threshold could be shown to meet the target; the one in use stays."""


class CorpusError(FootnoteError):
    """The folder of documents is missing or unreadable."""


class IndexLockedError(FootnoteError):
    """Another process holds the index's lock."""


class IndexDamagedError(FootnoteError):
    """The index is missing, damaged, or was made with other settings."""


class ModelFileError(FootnoteError):
    """A model file is missing, truncated or not the one whose SHA-256 we recorded."""


class ProviderError(FootnoteError):
    """The configured chat model could not be built or did not answer."""


class KeyMissingError(ProviderError):
    """The configured chat model needs a key that is not set."""
