"""Names and passwords in a file: one user a line, "name:scrypt$...", which `python -m rag password NAME` makes.

scrypt (RFC 7914) with N = 2^14, r = 8, p = 5, as OWASP's password storage guide lists it: 16 MB for each try.
"""

from __future__ import annotations

import hmac
import os
import re
from base64 import b64decode, b64encode
from hashlib import scrypt
from pathlib import Path

from rag.errors import SettingsError

SHORTEST = 8  # characters of a new password
_LONGEST = 1_000  # characters that are hashed
_N, _R, _P = 2**14, 8, 5
_SALT = 16  # bytes
_NAME = re.compile(r"[\w.@+-]{1,64}")
_STORED = re.compile(r"scrypt\$([A-Za-z0-9+/]{22}==)\$([A-Za-z0-9+/]{86}==)")
_NEXT = "Make a line: python -m rag password NAME"


def user_line(name: str, password: str) -> str:
    """The line of a new user; SettingsError for a name or a password that cannot be taken."""
    if not _NAME.fullmatch(name):
        raise SettingsError(f"The name {name[:64]!r} cannot be used. Take letters, digits and . @ + - _, at most 64.")
    if not SHORTEST <= len(password) <= _LONGEST:
        raise SettingsError(f"The password has {len(password)} characters. Take {SHORTEST} to {_LONGEST}.")
    salt = os.urandom(_SALT)
    return f"{name}:scrypt${b64encode(salt).decode()}${b64encode(_hash(password, salt)).decode()}"


def read_users(path: Path) -> dict[str, str]:
    """Each user's name with the stored hash; SettingsError that names the line where the file is not well-formed."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise SettingsError(f"The file of users {path} cannot be read ({reason}). {_NEXT} >> {path}") from None
    users: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, stored = line.strip().partition(":")
        if not _NAME.fullmatch(name) or not _STORED.fullmatch(stored):  # the line may hold a password: not shown
            raise SettingsError(f"Line {number} of {path} is no user. {_NEXT}")
        if name in users:
            raise SettingsError(f"Line {number} of {path} names {name} a second time. Remove one.")
        users[name] = stored
    if not users:
        raise SettingsError(f"The file of users {path} names nobody. {_NEXT} >> {path}")
    return users


def matches(password: str, stored: str | None) -> bool:
    """Whether this is the password that `stored` was made from; as slow for None, so that no name can be found out."""
    found = _STORED.fullmatch(stored or "")
    salt, expected = (b64decode(found[1]), b64decode(found[2])) if found else (bytes(_SALT), bytes(64))
    return hmac.compare_digest(_hash(password[:_LONGEST], salt), expected) and found is not None


def _hash(password: str, salt: bytes) -> bytes:
    return scrypt(password.encode("utf-8", "surrogatepass"), salt=salt, n=_N, r=_R, p=_P)
