"""What every test shares: none sees the settings of the person who runs it, and none reaches the network."""

from __future__ import annotations

import os

import pytest

# Connections other than to this machine are refused by --allow-hosts in pyproject.toml.


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings of the environment are those that a test sets."""
    for name in list(os.environ):
        if name.startswith("FOOTNOTE_"):
            monkeypatch.delenv(name)
