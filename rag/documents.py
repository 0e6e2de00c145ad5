"""Files to documents: .txt, .md, .html, .pdf, .docx and .jsonl below a folder; nothing that is in them stops the run.

What cannot be read becomes a Skipped with its reason in words. A text is kept exactly as decoded: of a Markdown file
all that follows the front matter, of a page the article.
"""

from __future__ import annotations

import codecs
import json
import logging
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from charset_normalizer import from_bytes

from rag.errors import CorpusError
from rag.types import Document, Skipped

if TYPE_CHECKING:
    from pypdf import PdfReader

_MAX_BYTES = 50_000_000  # a book has 1 MB of text; a larger file is a dump, and would fill the memory of a laptop
_MAX_UNPACKED_BYTES = 100_000_000  # of a .docx, twice the largest file: more is a zip bomb
_MAX_PAGES_BYTES = 20_000_000  # of a PDF's unpacked drawing orders, a minute's work: a book has 5 MB
_MAX_TAGS = 100_000  # of a page, some ten seconds' work: an article has hundreds
_MAX_FRONT_MATTER = 16_384  # code points: metadata are a few lines
_MAX_DEPTH = 10  # of lists in front matter
_MAX_LINE = 300  # code points of a title, an author or an id: one line on a screen
_MAX_URL = 2_000  # code points, what browsers and servers still accept
_SAMPLE = 65_536  # bytes or code points that a guess about a whole file looks at
_MEANT = frozenset(  # not read, but whoever puts one into the folder expects it to be
    ".csv .doc .docm .eml .epub .json .log .markdown .mht .mhtml .odp .ods .odt .org .pages .ppt .pptx .rst .rtf .tex "
    ".tsv .wpd .xhtml .xls .xlsx .xml".split()
)

_WORD = re.compile(r"[^\W_]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_FENCE = re.compile(r"---[ \t]*\r?\n")
_FENCE_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.M)
_H1 = re.compile(rf"^ {{0,3}}#[ \t]+(\S.{{0,{_MAX_LINE}}})", re.M)
_H1_END = re.compile(r"[ \t]#+\s*$")
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?([\w-]{2,30})", re.I)
_CHARSETS = ("windows", "cp", "iso", "latin", "koi8", "mac", "gb", "big5", "shift", "euc")  # what pages are written in
_NOT_A_TITLE = re.compile(
    r"^(?:untitled|microsoft (?:word|powerpoint)|title|document\d*)\b|^(?:\w+:)?[\\/]|\.[a-z]{2,5}$", re.I
)

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<month>[A-Za-z]{3,9})\.?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_DATE = re.compile(  # "16 May 2025", "May 16, 2025", with a weekday before and a time after (RFC 2822), or without
    rf"(?:[A-Za-z]+,?\s+)??(?:{_DAY}\s+{_MONTH}|{_MONTH.replace('month', 'first')}\s+{_DAY.replace('day', 'second')})"
    r",?\s+(?P<year>\d{4})(?:,?\s+\d{1,2}:\d\d\b.*)?"
)

_Items = Iterator[Document | Skipped]
_Read = tuple[tuple[Document, ...], tuple[Skipped, ...]]


class _UnreadableError(Exception):
    """Why a file or a line gives no document, in words for a person."""


def read_corpus(folder: Path) -> _Read:
    """The documents of all files below `folder`, sorted by source, and what was skipped and why.

    A second document of the same id or the same text is skipped, so that a fact has one source. Names that begin with
    "." are ignored. Raises CorpusError when `folder` is missing, is no folder or cannot be listed.
    """
    _check_folder(folder)
    found = sorted(_walk(folder), key=lambda item: item.source if isinstance(item, Skipped) else _source(item, folder))
    documents: dict[str, Document] = {}
    ids_by_text: dict[str, str] = {}
    skipped: list[Skipped] = []
    for item in (item for path in found for item in ([path] if isinstance(path, Skipped) else _items(path, folder))):
        if isinstance(item, Skipped):
            skipped.append(item)
        elif item.id in documents:
            skipped.append(Skipped(item.source, f"its id {item.id} is already that of {documents[item.id].source}"))
        elif (first := ids_by_text.setdefault(item.sha256, item.id)) != item.id:
            skipped.append(Skipped(_place(item), f"the same text as {first}"))
        else:
            documents[item.id] = item
    return tuple(documents.values()), tuple(skipped)


def read_file(path: Path, folder: Path) -> _Read:
    """The documents of one file below `folder` (several for .jsonl), and what was skipped and why."""
    items = list(_items(path, folder))
    return (
        tuple(item for item in items if isinstance(item, Document)),
        tuple(item for item in items if isinstance(item, Skipped)),
    )


def _place(document: Document) -> str:
    return document.source if document.id == document.source else f"{document.source}, {document.id}"


def _check_folder(folder: Path) -> None:
    remedy = "Name a folder of documents: python -m rag index --corpus DIR"
    try:
        with os.scandir(folder):
            return
    except FileNotFoundError:
        raise CorpusError(f"The folder {folder} does not exist. {remedy}") from None
    except NotADirectoryError:
        raise CorpusError(f"{folder} is not a folder. {remedy}") from None
    except OSError as error:
        raise CorpusError(f"The folder {folder} cannot be read: {_why(error)}. {remedy}") from None


def _walk(folder: Path) -> Iterator[Path | Skipped]:
    """Every file below `folder` that may be a document. Links to folders come last, and no folder is read twice."""
    seen: set[tuple[int, int]] = set()
    pending, links = [folder], list[Path]()
    while pending or links:
        current = pending.pop() if pending else links.pop(0)
        try:
            status = current.stat()
            entries = sorted(path for path in current.iterdir() if not path.name.startswith("."))
        except OSError as error:
            yield Skipped(_shown(_source(current, folder)), _why(error))
            continue
        if (identity := (status.st_dev, status.st_ino)) in seen:
            yield Skipped(_shown(_source(current, folder)), "a link to a folder that is already read")
            continue
        seen.add(identity)
        for path in entries:
            if _is_folder(path):
                (links if path.is_symlink() else pending).append(path)
            elif path.suffix.lower() in _READERS or path.suffix.lower() in _MEANT:
                yield path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a folder whose entries may be listed but not entered: reading the entry says so
        return False


def _source(path: Path, folder: Path) -> str:
    return path.relative_to(folder).as_posix()


def _shown(name: str) -> str:
    """`name` as it can be shown: control characters, line breaks and bytes that are no UTF-8 as escapes."""
    return name if _is_clean(name) else repr(name)[1:-1]


def _is_clean(name: str) -> bool:
    return all(unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} for character in name)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it leads nowhere: a link to nothing, or a file removed while it was read"
    if isinstance(error, PermissionError):
        return "permission denied"
    return (error.strerror or type(error).__name__).lower()


def _items(path: Path, folder: Path) -> _Items:
    source = _source(path, folder)
    suffix = path.suffix.lower()
    try:
        if not _is_clean(source):
            raise _UnreadableError("its name holds control characters or bytes that are no UTF-8: rename it")
        if suffix not in _READERS:
            raise _UnreadableError(f"not a format that Footnote reads: {', '.join(_READERS)}")
        yield from _READERS[suffix](_content(path), source)
    except _UnreadableError as error:
        yield Skipped(_shown(source), str(error))
    except OSError as error:
        yield Skipped(_shown(source), _why(error))
    except Exception as error:  # whatever a parser raises on a damaged file, the other files are read
        yield Skipped(_shown(source), f"damaged, or not a {suffix} file at all ({type(error).__name__})")


def _content(path: Path) -> bytes:
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):  # opening a pipe would wait for ever
        raise _UnreadableError("not a regular file but a pipe, a socket or a device")
    with path.open("rb") as file:
        content = file.read(_MAX_BYTES + 1)
    if len(content) > _MAX_BYTES:
        raise _UnreadableError(f"larger than {_MAX_BYTES // 1_000_000} MB: split it")
    if not content.strip():
        raise _UnreadableError("empty")
    return content


def _document(
    source: str, text: str, titles: Iterable[object], stated: Mapping[str, object], name: str = ""
) -> Document:
    """A document with the first usable of `titles`, else the file's name, and the url, date and author of `stated`."""
    text = _SURROGATE.sub("\ufffd", text)
    if not _WORD.search(text):
        raise _UnreadableError("no letter or digit in its text" if text.strip() else "empty")
    authors = stated.get("author")
    return Document(
        id=name or source,
        title=next((line for line in map(_line, titles) if line), _readable(source)),
        text=text,
        url=_url(stated.get("url")),
        date=_iso_date(stated.get("date")),
        author=_line(", ".join(filter(_is_text, authors)) if isinstance(authors, list) else authors),
        source=source,
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _line(value: object) -> str:
    """`value` on one line of at most 300 code points, "" where it is no text."""
    if not isinstance(value, str):
        return ""
    clean = _CONTROL.sub(" ", _SURROGATE.sub("\ufffd", value))
    return " ".join(clean.split())[:_MAX_LINE].rstrip()


def _readable(source: str) -> str:
    stem = Path(source).stem
    return _line(re.sub(r"[-_\s]+", " ", stem)) or _line(source)


def _url(value: object) -> str:
    # Other schemes ("javascript:") must not reach a link.
    usable = isinstance(value, str) and len(value) <= _MAX_URL and re.fullmatch(r"https?://[^\s\"'<>\x00-\x1f]+", value)
    return _SURROGATE.sub("\ufffd", str(value)) if usable else ""


def _iso_date(value: object) -> str:
    """The day as ISO 8601, "" where it is not certain."""
    if not isinstance(value, str) or len(value) > 100:
        return ""
    try:
        return datetime.fromisoformat(value.strip()).date().isoformat()
    except ValueError:
        match = _DATE.fullmatch(value.strip())
    if not match:
        return ""
    month, day = (match["month"], match["day"]) if match["month"] else (match["first"], match["second"])
    try:
        return date(int(match["year"]), _MONTHS.index(month[:3].lower()) + 1, int(day)).isoformat()
    except ValueError:
        return ""


def _decoded(content: bytes, declared: str = "") -> str:
    """`content` as text: by its byte order mark, as UTF-8, as declared, or as guessed."""
    text = _by_mark(content) or _as_utf8(content) or _as_declared(content, declared) or _guessed(content)
    sample = text[:_SAMPLE]
    if len(_CONTROL.findall(sample)) > len(sample) / 100:
        raise _UnreadableError("binary, not text")
    return text


def _by_mark(content: bytes) -> str:
    marks = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
        (codecs.BOM_UTF32_LE, "utf-32"),
        (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    )
    for mark, encoding in marks:
        if content.startswith(mark):
            return content.decode(encoding, "replace")
    sample = content[:_SAMPLE]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if max(even, odd) > len(sample) / 4 and min(even, odd) < len(sample) / 50:  # every other byte of Latin letters is 0
        return content.decode("utf-16-be" if even > odd else "utf-16-le", "replace")
    return ""


def _as_utf8(content: bytes) -> str:
    text = content.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    sound = len(re.findall(r"[^\x00-\x7f]", text)) - damaged
    return text if damaged == 0 or sound > damaged else ""


def _as_declared(content: bytes, declared: str) -> str:
    name = declared.lower()
    if not name.startswith(_CHARSETS):
        return ""
    try:
        return content.decode("cp1252" if name in {"iso-8859-1", "latin1"} else name, "replace")  # as browsers do
    except LookupError:
        return ""


def _guessed(content: bytes) -> str:
    sample = content[:_SAMPLE]
    high = sum(byte > 127 for byte in sample)
    # Few bytes above 127 are a Western text's accents and quotation marks, on which a statistical guess goes astray.
    best = from_bytes(sample).best() if high > len(sample) / 5 else None
    return content.decode(best.encoding if best else "cp1252", "replace")


def _read_text(content: bytes, source: str) -> _Items:
    yield _document(source, _decoded(content), (), {})


def _read_markdown(content: bytes, source: str) -> _Items:
    metadata, text = _front_matter(_decoded(content))
    heading = _H1.search(text)
    yield _document(source, text, (metadata.get("title"), heading and _H1_END.sub("", heading[1])), metadata)


def _front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """The YAML between two "---" lines at the start, and the text after them, unmodified."""
    begin = _FENCE.match(text)
    end = begin and _FENCE_END.search(text, begin.end(), begin.end() + _MAX_FRONT_MATTER)
    if not begin or not end:
        return {}, text
    block = text[begin.end() : end.start()]
    try:
        _check_yaml(block)
        # BaseLoader makes strings, lists and dicts only: even safer than safe_load, which fails on "date: 2025-13-45".
        metadata = yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506
    except yaml.YAMLError as error:
        line = f" in line {mark.line + 2}" if (mark := getattr(error, "problem_mark", None)) else ""
        raise _UnreadableError(f"its front matter is not valid YAML{line}") from None
    if not isinstance(metadata, dict):  # two rules around a text, not front matter
        return {}, text
    return {str(key).lower(): value for key, value in metadata.items()}, text[end.end() :]


def _check_yaml(block: str) -> None:
    """Refuse what costs more than its length: aliases grow without bound, nesting takes quadratic time."""
    depth = 0
    for event in yaml.parse(block, Loader=yaml.BaseLoader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent) or depth > _MAX_DEPTH:
            raise _UnreadableError("its front matter uses YAML aliases or deep nesting: write plain values")


def _read_html(content: bytes, source: str) -> _Items:
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what a person needs to know is in the reason
    if content.count(b"<") > _MAX_TAGS:
        raise _UnreadableError(f"more than {_MAX_TAGS:,} tags: not a page with an article")
    declared = _CHARSET.search(content[:2048])
    page = bare_extraction(
        _decoded(content, declared[1].decode("ascii", "replace") if declared else ""),
        include_comments=False,
        with_metadata=True,
        # Only dates that the page states about itself, not any date found in its text.
        date_extraction_params={"extensive_search": False, "original_date": True, "outputformat": "%Y-%m-%d"},
    )
    article: dict[str, Any] = page if isinstance(page, dict) else page.as_dict() if page else {}
    if not article.get("text"):
        raise _UnreadableError("no article found in the page")
    text = "\n\n".join(article["text"].splitlines())  # a line is a paragraph there
    yield _document(source, text, (article.get("title"),), article)


def _read_pdf(content: bytes, source: str) -> _Items:
    from pypdf import PdfReader
    from pypdf.errors import DependencyError

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # what a person needs to know is in the reason
    reader = PdfReader(BytesIO(content))
    try:
        text = _pages_text(reader)
    except DependencyError:
        raise _UnreadableError("its encryption is not supported: save a copy without protection") from None
    stated = reader.metadata
    title = stated.title if stated and isinstance(stated.title, str) else ""
    sensible = len(title) > 3 and not _NOT_A_TITLE.search(title)
    yield _document(source, text, (title,) if sensible else (), {"author": stated.author if stated else ""})


def _pages_text(reader: PdfReader) -> str:
    if reader.is_encrypted and not reader.decrypt(""):
        raise _UnreadableError("it needs a password: save a copy without one")
    size = 0
    for page in reader.pages:
        contents = page.get_contents()
        size += 0 if contents is None else len(contents.get_data())  # a stream without entries is falsy
        if size > _MAX_PAGES_BYTES:
            raise _UnreadableError(f"its pages unpack to more than {_MAX_PAGES_BYTES // 1_000_000} MB")
    text = "\n".join(page.extract_text() for page in reader.pages)  # one line break: sentences run over page ends
    if not _WORD.search(text):
        raise _UnreadableError("a PDF without text, perhaps scanned pages: run text recognition on it first")
    return text


def _read_docx(content: bytes, source: str) -> _Items:
    import docx

    with zipfile.ZipFile(BytesIO(content)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > _MAX_UNPACKED_BYTES:
            raise _UnreadableError(f"it unpacks to more than {_MAX_UNPACKED_BYTES // 1_000_000} MB")
    word = docx.Document(BytesIO(content))
    blocks = (
        block.text if hasattr(block, "text") else "\n".join(_rows(block._tbl)) for block in word.iter_inner_content()
    )
    text = "\n\n".join(block for block in blocks if block.strip())
    properties = word.core_properties
    yield _document(source, text, (properties.title,), {"author": properties.author})


def _rows(table: Any) -> Iterator[str]:
    """Each row on a line, a cell that continues the one above with its text.

    Not by python-docx's `row.cells`: it goes up to the first row for each cell, and lists a wide cell once a column.
    """
    above: dict[int, str] = {}  # by the first column of a cell
    for row in table.tr_lst:
        column, now = row.grid_before, dict[int, str]()
        for cell in row.tc_lst:
            now[column] = above.get(column, "") if cell.vMerge == "continue" else _cell_text(cell)
            column += cell.grid_span
        yield "| " + " | ".join(now.values()) + " |"
        above = now


def _cell_text(cell: Any) -> str:
    return " ".join(" ".join(paragraph.text for paragraph in cell.p_lst).split())


def _read_lines(content: bytes, source: str) -> _Items:
    for number, line in enumerate(_decoded(content).split("\n"), start=1):
        if not line.strip():
            continue
        try:
            yield _line_document(line, source, number)
        except _UnreadableError as error:
            yield Skipped(f"{source}, line {number}", str(error))


def _line_document(line: str, source: str, number: int) -> Document:
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        raise _UnreadableError("not valid JSON") from None
    if not isinstance(fields, dict) or not isinstance(fields.get("text"), str):
        raise _UnreadableError('not a JSON object with a "text"')
    if "id" not in fields:
        titles = (fields.get("title"), f"{_readable(source)} #{number}")
        return _document(source, fields["text"], titles, fields, name=f"{source}#{number}")
    name = _line_id(fields["id"])
    return _document(source, fields["text"], (fields.get("title"), name), fields, name=name)


def _line_id(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
        raise _UnreadableError('its "id" is neither a text nor a number')
    name = str(value)
    if len(name) > _MAX_LINE or not _is_clean(name):
        raise _UnreadableError(f'its "id" is longer than {_MAX_LINE} characters or holds control characters')
    return name


_READERS: dict[str, Callable[[bytes, str], _Items]] = {
    ".txt": _read_text,
    ".md": _read_markdown,
    ".html": _read_html,
    ".htm": _read_html,
    ".pdf": _read_pdf,
    ".docx": _read_docx,
    ".jsonl": _read_lines,
}
