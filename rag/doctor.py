"""What works here and what does not: versions, models, documents, index, network."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version

from rag import __version__
from rag.calibration import stored
from rag.draft.weigh import Weighing
from rag.embed import Embedder, load_embedder
from rag.errors import FootnoteError
from rag.index import Index
from rag.reader import Reader
from rag.settings import Settings

_LIBRARIES = ("langchain", "langchain-chroma", "chromadb", "sentence-transformers", "torch", "onnxruntime", "gradio")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was examined."""

    subject: str
    works: bool
    words: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Try every part that an answer needs, in the order in which it needs them; nothing is changed.

    Nothing is sent, but for a word to the chat model where one is configured.
    """
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    yield Finding("versions", True, f"Footnote {__version__}, Python {platform.python_version()}, {libraries}")
    yield _tried("reader", _reader)
    loaded: list[Embedder] = []
    yield _tried("embedder", lambda: _embedder(settings, loaded))
    yield _tried("corpus", lambda: _corpus(settings))
    if loaded:
        yield _tried("index", lambda: _index(settings, loaded[0]))
    yield _calibration(settings)
    yield _tried("model", lambda: _model(settings))
    yield Finding("network", True, _network(settings))


def _tried(subject: str, examine_one: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, examine_one())
    except FootnoteError as error:
        return Finding(subject, False, str(error))


def _reader() -> str:
    Reader()
    return f"files verified; fitted to abstain below a confidence of {Weighing.load().threshold:.2f}"


def _embedder(settings: Settings, loaded: list[Embedder]) -> str:
    loaded.append(load_embedder(settings.embedder))
    return f"{loaded[0].name}, {loaded[0].dimension} dimensions, fingerprint {loaded[0].fingerprint[:12]}"


def _corpus(settings: Settings) -> str:
    from rag.documents import read_corpus

    documents, skipped = read_corpus(settings.corpus)
    return f"{settings.corpus}: {len(documents)} documents, {len(skipped)} skipped"


def _index(settings: Settings, embedder: Embedder) -> str:
    with Index.open(settings, embedder) as index:
        return f"{settings.index}: {index.generation}, {len(index.documents)} documents, {index.count} passages"


def _calibration(settings: Settings) -> Finding:
    """What decides when to abstain; a calibration that cannot be used is a failure, so that nobody relies on it."""
    try:
        found = stored(settings)
    except FootnoteError as error:
        return Finding("calibration", False, str(error))
    if found.ignored:
        return Finding("calibration", False, f"not used: {found.ignored}")
    made = found.calibration
    if made is None:
        return Finding("calibration", True, "none; make one on your documents: python -m rag calibrate")
    decides = (
        f"set aside, the model {settings.model} gives no probability"
        if settings.model
        else "set aside, the setting threshold decides"
        if settings.threshold is not None
        else "in use"
    )
    since = "have changed since" if found.documents_changed else "unchanged since"
    return Finding(
        "calibration",
        True,
        f"{decides}: abstains below {made.threshold:.2f}; target risk {made.risk:.1%}, bound {made.bound:.1%} "
        f"({made.level:.0%} sure); {made.wrong} wrong of {made.answered} answered, {made.asked} questions asked, "
        f"{made.questions}; documents {since}",
    )


def _model(settings: Settings) -> str:
    if not settings.model:
        return "none configured; the embedded reader answers"
    from rag.draft.provider import greet, load_model  # loads slowly

    seconds = greet(settings.model, load_model(settings), settings.deadline)
    return f"{settings.model} answers, in {seconds:.1f} s"


def _network(settings: Settings) -> str:
    used = {"chat model": settings.model, "Chroma server": settings.chroma_url}
    named = [f"{what} {name}" for what, name in used.items() if name]
    return f"used for: {', '.join(named)}" if named else "not used: nothing that is configured needs it"
