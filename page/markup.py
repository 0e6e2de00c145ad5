"""The only way for text to become markup: everything that is not ours goes through `escape` or `label`."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlsplit

# The characters that mean something in HTML, in a script's template string or in a handlebars template.
_ESCAPES = str.maketrans({char: f"&#{ord(char)};" for char in "&<>\"'`${}\\"})
_UNENCODABLE = re.compile(r"[\x00\ud800-\udfff]")  # NUL and lone surrogates: no UTF-8, so no JSON
# Control characters, and those that reorder the text around them: a title could pose as another one with these.
_DECEPTIVE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]+")
_NO_ADDRESS = re.compile(r"[\x00-\x20\x7f<>]")
_LABEL_LIMIT = 200  # code points; a title longer than this is an accident


def escape(text: str) -> str:
    """Return `text` as markup that shows it and does nothing else, in content and in quoted attributes alike."""
    return _UNENCODABLE.sub("\ufffd", text).translate(_ESCAPES)


def plain(text: str) -> str:
    """Return the text on one line, without characters that hide or reorder it. No markup yet."""
    return " ".join(_DECEPTIVE.sub(" ", text).split())


def label(text: str) -> str:
    """Return a title, name or path as markup on one line, without characters that hide or reorder it."""
    line = plain(text)
    return escape(line if len(line) <= _LABEL_LIMIT else line[: _LABEL_LIMIT - 1] + "…")


def day(iso: str) -> str:
    """Return an ISO date as "16 May 2025"; anything else as it is, as markup."""
    try:
        parsed = date.fromisoformat(iso[:10])
    except ValueError:
        return label(iso)
    return f"{parsed.day} {parsed:%B} {parsed.year}"


def web_address(url: str) -> bool:
    """Whether `url` is a plain http(s) address."""
    try:
        parts = urlsplit(url)
        return bool(parts.scheme in {"http", "https"} and parts.hostname and not _NO_ADDRESS.search(url))
    except ValueError:
        return False


def link(url: str, words: str) -> str:
    """Return a link that opens in another tab, or "" where `url` is not a plain http(s) address."""
    if not web_address(url):
        return ""
    return f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer">{label(words)}</a>'


def button(words: str, event: str, *, style: str = "", name: str = "", **details: str | int) -> str:
    """Return a button whose click triggers `event` with `details`; `words` is markup, `name` the text spoken for it."""
    attributes = "".join(f' data-{key}="{escape(str(value))}"' for key, value in details.items())
    spoken = f' aria-label="{label(name)}"' if name else ""
    return f'<button type="button" class="{style}" data-event="{event}"{attributes}{spoken}>{words}</button>'
