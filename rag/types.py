"""The frozen values that travel between the stations. This module imports nothing from `rag`.

Every offset counts Unicode code points of a document's text exactly as decoded; ends are exclusive, so
`document.text[start:end]` is always the thing itself.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Literal

Turn = tuple[str, str]  # a question and the text of its answer
Status = Literal["answered", "corrected", "abstained", "unclear"]
Support = Literal["verbatim", "checked"]
Verdict = Literal["supported", "contradicted", "absent"]


def text_sha256(text: str) -> str:
    """The SHA-256 of `text` in UTF-8, as 64 hexadecimal digits: the identity of a document's text."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Document:
    """One source file, or one line of a .jsonl file."""

    id: str  # unique in a corpus: the path below the corpus folder ("a/b.md"), or the id that a .jsonl line gives
    title: str
    text: str
    url: str = ""
    date: str = ""  # ISO 8601 ("2025-05-16"), "" where unknown
    author: str = ""
    source: str = ""  # the file that it came from, relative to the corpus folder, "/" between parts

    @property
    def sha256(self) -> str:
        """SHA-256 of the text alone: what a citation's offsets hold in."""
        return text_sha256(self.text)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a line of one, that could not be read, and why, in words for a person."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit of evidence: `document.text[start:end] == text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document, the unit of retrieval: `document.text[start:end] == text`."""

    id: str
    document: str  # the document's id
    title: str
    url: str
    date: str
    sha256: str  # of the document's text
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]  # in order, offsets in the document


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage found for a question, with the scores that found it."""

    passage: Passage
    score: float  # reciprocal rank fusion of both rankings, higher is better
    similarity: float  # cosine of question and passage, -1 to 1
    bm25: float  # 0 where no word of the question occurs


@dataclass(frozen=True, slots=True)
class Resolved:
    """A question that can be understood without the turns before it."""

    question: str
    clear: bool = True  # False: it says too little, or may be read in several ways
    readings: tuple[str, ...] = ()  # whole questions that it may stand for, where it is not clear
    asks: str = ""  # the part of `question` that is to be answered, where the rest is the topic before it


@dataclass(frozen=True, slots=True)
class Evidence:
    """A numbered sentence that a candidate claim may point at; numbers start at 1 and run over all passages."""

    number: int
    sentence: Sentence
    passage: Passage


@dataclass(frozen=True, slots=True)
class Candidate:
    """A drafted claim that nobody has checked yet."""

    text: str
    evidence: tuple[int, ...]  # numbers of the sentences that it rests on
    short: str = ""  # the shortest answer inside it, "" where there is none


@dataclass(frozen=True, slots=True)
class Draft:
    """What a drafter makes of a question and its evidence: an answer, or the next sentence of one."""

    candidates: tuple[Candidate, ...]
    short: str
    confidence: float  # probability that the answer is right, 0 to 1
    drafter: str  # "reader" or "provider:model"
    threshold: float = 0.0  # below this confidence it is not shown
    instead: bool = False  # shown only where nothing drafted before it was
    note: str = ""  # what the user has to know of how it came about, as a sentence


@dataclass(frozen=True, slots=True)
class Citation:
    """A pointer into a document that outlives the session: `document.text[start:end] == quote`, always."""

    number: int  # 1-based, the same in every place that shows it
    document: str
    title: str
    url: str
    start: int
    end: int
    quote: str
    prefix: str  # up to 32 code points before the quote, to find it again in an edited document
    suffix: str  # up to 32 code points after it
    sha256: str  # of the document's text


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer."""

    text: str
    citations: tuple[int, ...]  # numbers of citations of the same answer
    supported_by: Support


@dataclass(frozen=True, slots=True)
class Answer:
    """What Footnote says to a question."""

    question: str
    resolved_question: str
    status: Status
    text: str
    short: str
    confidence: float
    claims: tuple[Claim, ...]
    citations: tuple[Citation, ...]
    nearest: tuple[Citation, ...]  # shown with an abstention
    drafter: str
    timings_ms: dict[str, float] = field(compare=False)
    version: str
    readings: tuple[str, ...] = ()  # of an unclear question: the whole questions to choose from
    note: str = ""  # why the configured chat model did not answer, or not to the end

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, the same from Python, the command line and the HTTP endpoint."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Held:
    """A sentence of a user's text with its verdict and the sentences of the documents that it rests on."""

    text: str
    verdict: Verdict
    reasons: tuple[str, ...]
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CheckedSentence:
    """One sentence of a user's own text, held against the documents."""

    text: str
    verdict: Verdict
    reasons: tuple[str, ...]  # what failed, in words for a person; () for a supported sentence
    citations: tuple[Citation, ...]  # what supports or contradicts it; of an absent one, what comes nearest


class CheckedText(tuple[CheckedSentence, ...]):
    """The sentences of a user's text, in order; citations are numbered over the whole text."""

    __slots__ = ()

    def to_dict(self) -> dict[str, Any]:
        """The JSON form, the same from Python, the command line and the HTTP endpoint."""
        return {"sentences": [asdict(sentence) for sentence in self]}


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a streamed answer: a station that began, a claim that passed its checks, or the whole answer."""

    kind: Literal["station", "claim", "answer"]
    station: str = ""
    claim: Claim | None = None
    citations: tuple[Citation, ...] = ()  # the ones that `claim` points at
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index knows it: everything but the text."""

    id: str
    title: str
    url: str
    date: str
    author: str
    source: str
    sha256: str  # of the text
    passages: int


@dataclass(frozen=True, slots=True)
class IndexReport:
    """What a run of `index` did. Documents by id; `embedded` counts passages."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: int
    skipped: tuple[Skipped, ...]
    embedded: int
    generation: str
