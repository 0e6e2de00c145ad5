"""Files and questions that nobody would write: each ends in documents or in one reason, within bounds."""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.chatbot import Chatbot
from rag.documents import read_file
from rag.errors import QuestionError
from rag.passages import split_passages
from rag.types import text_sha256
from tests.hostile import FILES, pdf, word
from tests.test_chatbot import ARTICLE, OTHER, make_bot

FAILURES = Path(__file__).parent / "failures"  # files that once broke a reader
_QUICK = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
_LONG = settings(max_examples=3000, deadline=None, suppress_health_check=list(HealthCheck))
_CPU = 120  # seconds, many times what the slowest takes on an idle machine
_MEMORY = 4 << 30  # bytes of addresses

_bits = st.sampled_from(
    "<p>|</p>|<div>|<!--|-->|<![CDATA[|]]>|&#0;|&#x110000;|&lt;|<script>|</script>|<table>|<td>|<meta charset=utf-7>|"
    "<base href=x>|<svg>|<style>|\\|---\n|# |- |'|\"|{|}|[|]|: |? |!!python/object|*a|&a |<<: |\t|\r\n|\0|\ufeff|"
    "\u202e|\u2028|e\u0301|İ|💥|word |He left. |2025-05-16|http://a.example/".split("|")
)
_texts = st.lists(_bits | st.text(max_size=8), max_size=40).map("".join)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=10,
)
_fields = st.dictionaries(st.sampled_from("id text title url date author x".split()), _json, max_size=6)
_GOOD = {
    "a.pdf": pdf(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [] /Count 0>>"),
    "a.docx": word("<w:p><w:r><w:t>He left the room.</w:t></w:r></w:p>"),
}


def read(name: str, content: bytes) -> None:
    """Read, split, and hold what must hold of whatever comes out."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        documents, skipped = read_file(path, Path(folder))
    assert documents or skipped
    for item in skipped:
        assert item.source.startswith(name)
        assert item.reason
        assert "\n" not in item.reason
    for document in documents:
        document.text.encode()
        assert document.title.strip()
        assert "\n" not in document.title
        assert document.sha256 == text_sha256(document.text)
        for passage in split_passages(document):
            assert document.text[passage.start : passage.end] == passage.text


def _damaged(name: str, edits: list[tuple[float, int, bytes]]) -> bytes:
    content = bytearray(_GOOD[name])
    for place, removed, put in edits:
        start = int(place * len(content))
        content[start : start + removed] = put
    return bytes(content)


_edits = st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), st.binary(max_size=20)), min_size=1, max_size=5)
_encoded = st.sampled_from(["utf-8", "utf-16", "utf-32", "cp1251", "gb18030", "utf-8-sig"])


def fuzz_texts(text: str, name: str, encoding: str) -> None:
    """A text, a page, a Markdown file with and without front matter, in any encoding."""
    read(name, text.encode(encoding, "ignore"))


def fuzz_bytes(content: bytes, name: str) -> None:
    """Any bytes under any name."""
    read(name, content)


def fuzz_lines(lines: list[dict[str, object]]) -> None:
    """Lines of JSON whose fields hold anything."""
    read("a.jsonl", "\n".join(map(json.dumps, lines)).encode() or b"{}")


def fuzz_damage(name: str, edits: list[tuple[float, int, bytes]]) -> None:
    """A PDF and a Word file with some bytes changed."""
    read(name, _damaged(name, edits))


_NAMES = st.sampled_from("a.txt a.md a.html a.pdf a.docx a.jsonl".split())
FUZZERS = {
    "texts": given(_texts, st.sampled_from(["a.txt", "a.md", "a.html"]), _encoded)(fuzz_texts),
    "front matter": given(_texts.map(lambda text: f"---\n{text}\n---\nHe left."), st.just("a.md"), _encoded)(
        fuzz_texts
    ),
    "bytes": given(st.binary(min_size=1, max_size=300), _NAMES)(fuzz_bytes),
    "lines": given(st.lists(_fields, max_size=4))(fuzz_lines),
    "damage": given(st.sampled_from(sorted(_GOOD)), _edits)(fuzz_damage),
}


@pytest.mark.parametrize("fuzz", FUZZERS.values(), ids=FUZZERS.keys())
def test_any_file_ends_in_documents_or_a_reason(fuzz: object) -> None:
    """Thirty tries of each kind."""
    _QUICK(fuzz)()  # type: ignore[operator, arg-type]


@pytest.mark.torture
@pytest.mark.parametrize("fuzz", FUZZERS.values(), ids=FUZZERS.keys())
def test_any_file_ends_in_documents_or_a_reason_thousands_of_times(
    fuzz: object, record_property: Callable[[str, object], None]
) -> None:
    """Three thousand tries of each kind."""
    record_property("trials", _LONG.max_examples)
    _LONG(fuzz)()  # type: ignore[operator, arg-type]


def _within_bounds(name: str, content: bytes) -> int:
    """How a process that reads the file within bounds of time and memory ends: 0, or negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_CPU, (_CPU, _CPU))
            resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            read(name, content)
        except BaseException as error:  # the parent must not go on as two
            print(f"{type(error).__name__}: {error}", file=sys.__stderr__)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


_SLOW = {  # seconds each
    "deep divisions",
    "many paragraphs",
    "many links",
    "a wide table in Word",
    "a long table in Word",
    "many paragraphs in Word",
    "words without a sentence",
}


@pytest.mark.skipif(os.name != "posix", reason="limits of a POSIX system")
@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param(*file, id=name, marks=[pytest.mark.torture] if name in _SLOW else [])
        for name, file in FILES.items()
    ],
)
def test_a_file_that_costs_more_than_it_weighs(name: str, content: bytes) -> None:
    """Bombs, loops and depths end in bounded time and memory, and no reader crashes."""
    assert _within_bounds(name, content) == 0


@pytest.mark.parametrize("path", sorted(FAILURES.glob("*.*")), ids=lambda path: path.stem)
def test_what_once_failed(path: Path) -> None:
    """Files that broke a reader once."""
    assert _within_bounds(f"a{path.suffix}", path.read_bytes()) == 0


# --- questions --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Chatbot:
    return make_bot(tmp_path_factory.mktemp("bot"), talks=ARTICLE, palace=OTHER)


_questions = st.lists(
    st.sampled_from(
        "who|led|Russia's delegation|?|AND|NEAR|*|\"|-|'; DROP TABLE|{x}|{{x}}|%s|\\|\0|[99]|[system]|</s>|.*+(|\u200b|"
        "\u202e|من قاد|谁|💥|did not|1843|he|it|".split("|")
    )
    | st.text(max_size=10),
    max_size=12,
).map(" ".join)


def asked(bot: Chatbot, question: str, history: list[tuple[str, str]]) -> None:
    """Whatever is asked after whatever was said, the answer is whole and its quotes are true."""
    try:
        answer = bot.ask(question, history)
    except QuestionError:
        return
    json.dumps(answer.to_dict()).encode()
    assert answer.status in {"answered", "corrected", "abstained", "unclear"}
    assert answer.text
    numbers = {citation.number for citation in answer.citations}
    assert all(claim.citations and set(claim.citations) <= numbers for claim in answer.claims)
    for citation in (*answer.citations, *answer.nearest):
        assert bot.document(citation.document).text[citation.start : citation.end] == citation.quote


@pytest.mark.parametrize("count", [40, pytest.param(2000, marks=pytest.mark.torture)])
def test_any_question_has_a_true_answer(
    bot: Chatbot, count: int, record_property: Callable[[str, object], None]
) -> None:
    """Any characters, any history."""
    record_property("trials", count)

    @settings(max_examples=count, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_questions, st.lists(st.tuples(_questions, _questions), max_size=3))
    @example("Who led Russia's delegation?", [])
    def attempt(question: str, history: list[tuple[str, str]]) -> None:
        asked(bot, question, history)

    attempt()
