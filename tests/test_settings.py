"""Settings: arguments, environment, defaults; a wrong value is an error that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import SettingsError
from rag.settings import Settings


def test_arguments_before_environment_before_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source gives way to the one before it."""
    assert Settings().corpus == Path("corpus")
    monkeypatch.setenv("FOOTNOTE_CORPUS", "from-environment")
    assert Settings().corpus == Path("from-environment")
    assert Settings(corpus="from-argument").corpus == Path("from-argument")


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("FOOTNOTE_PASAGES", "8", "FOOTNOTE_PASAGES is not a setting"),
        ("FOOTNOTE_PASSAGES", "many", "'many'"),
        ("FOOTNOTE_PASSAGES", "0", "passages"),
        ("FOOTNOTE_MODEL", "gpt-5", "PROVIDER:NAME"),
        ("FOOTNOTE_CHROMA_URL", "localhost:8000", "http://"),
        ("FOOTNOTE_THRESHOLD", "2", "threshold"),
        ("FOOTNOTE_PORT", "99999", "port"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str) -> None:
    """Unknown names and ill-formed values are refused in a sentence that names them."""
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=words):
        Settings()


def test_an_unknown_argument_is_named() -> None:
    """A mistyped argument is no silent default."""
    with pytest.raises(SettingsError, match="corpsu"):
        Settings(corpsu="x")
