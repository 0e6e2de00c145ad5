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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes many minutes runs only where it is asked for by name."""
    if "torture" not in config.getoption("markexpr"):
        for item in items:
            if item.get_closest_marker("torture"):
                item.add_marker(pytest.mark.skip(reason="takes minutes: make torture"))
