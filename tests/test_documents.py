"""Files to documents: every format, every encoding, and what a hostile folder may hold."""

from __future__ import annotations

import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import docx
import pypdf
import pytest
from pypdf.errors import DependencyError
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from rag import documents as documents_module
from rag.documents import read_corpus, read_file
from rag.errors import CorpusError
from rag.types import Document

PAGE = """<!DOCTYPE html>
<html><head><title>Talks resume | The News</title>
<meta property="og:title" content="Talks resume in Istanbul"><meta name="author" content="Jane Doe">
<meta property="article:published_time" content="2025-05-16T10:00:00Z">
<link rel="canonical" href="https://news.example/talks"><script>alert("script")</script></head>
<body><nav><ul><li><a href="/">Home menu</a></li><li><a href="/world">World menu</a></li></ul></nav>
<article><h1>Talks resume in Istanbul</h1>
<p>The delegations of both countries met on Friday in the palace by the sea.</p>
<p>They agreed to exchange 1,000 prisoners each, “the largest swap of the war,” Umerov said.</p></article>
<footer>Cookie policy. All rights reserved.</footer></body></html>"""


def write(path: Path, content: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def read_one(folder: Path, name: str, content: str | bytes) -> Document:
    """The only document of the only file, which nothing is skipped of."""
    (document,), skipped = read_file(write(folder / name, content), folder)
    assert skipped == ()
    return document


def reason(folder: Path, name: str, content: str | bytes) -> str:
    """Why the only file gives no document."""
    documents, (skipped,) = read_file(write(folder / name, content), folder)
    assert documents == ()
    assert skipped.source.startswith(name)
    return skipped.reason


def pdf(*pages: str, title: str = "", password: str = "", packed: bool = False) -> bytes:
    """A PDF with a line of text a page, "" for a page without any."""
    writer = pypdf.PdfWriter()
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    fonts = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    for text in pages:
        page = writer.add_blank_page(width=600, height=800)
        stream = DecodedStreamObject()
        stream.set_data(f"BT /F1 12 Tf 40 700 Td ({text}) Tj ET".encode() if text else b"")
        page[NameObject("/Contents")] = writer._add_object(stream.flate_encode() if packed else stream)
        resources = DictionaryObject({NameObject("/Font"): DictionaryObject({NameObject("/F1"): fonts})})
        page[NameObject("/Resources")] = resources
    if title:
        writer.add_metadata({"/Title": title, "/Author": "Jane Doe"})
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def word(*paragraphs: str, title: str = "", rows: tuple[tuple[str, ...], ...] = ()) -> bytes:
    """A .docx of paragraphs and then a table."""
    document = docx.Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    if rows:
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    document.core_properties.title = title
    document.core_properties.author = "Jane Doe"
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def archive(size: int) -> bytes:
    """A small zip file with `size` zeros inside."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("word/document.xml", b"0" * size)
    return file.getvalue()


DECODED = {
    "UTF-8": ("Café “İstanbul” 😀.".encode(), "Café “İstanbul” 😀."),
    "UTF-8 with mark": ("Café.".encode("utf-8-sig"), "Café."),
    "UTF-16 with mark": ("Café 😀.".encode("utf-16"), "Café 😀."),
    "UTF-16 big-endian with mark": (b"\xfe\xff" + "Café.".encode("utf-16-be"), "Café."),
    "UTF-32 with mark": ("Café.".encode("utf-32"), "Café."),
    "UTF-16 without mark": ("He left the room.".encode("utf-16-le"), "He left the room."),
    "UTF-16 big-endian without mark": ("He left the room.".encode("utf-16-be"), "He left the room."),
    "Windows, Western": ("It’s a “café”, he said.".encode("cp1252"), "It’s a “café”, he said."),
    "Windows, Cyrillic": ("Привет, мир. Он ушёл домой.".encode("cp1251"), "Привет, мир. Он ушёл домой."),
    "Chinese": ("他走了。她来了。今天天气很好。".encode("gb18030"), "他走了。她来了。今天天气很好。"),
    "damaged UTF-8": ("İstanbul’s cafés ".encode() + b"\xff left.", "İstanbul’s cafés \ufffd left."),
    "carriage returns and odd spaces are kept": (b" A\r\nb\rc\t\n\n", " A\r\nb\rc\t\n\n"),
    "decomposed letters are kept": ("e\u0301\u200b\u200f.".encode(), "e\u0301\u200b\u200f."),
    "one stray NUL is kept": (b"He left." * 50 + b"\0", "He left." * 50 + "\0"),
}

DATES = {
    "ISO": ("2025-05-16", "2025-05-16"),
    "ISO with time": ("2025-05-16T10:00:00Z", "2025-05-16"),
    "ISO with time and zone": ("2025-05-16 23:30:00+03:00", "2025-05-16"),
    "RFC 2822": ("Fri, 16 May 2025 10:00:00 +0300", "2025-05-16"),
    "day first": ("16 May 2025", "2025-05-16"),
    "ordinal": ("16th of", ""),
    "month first": ("May 16, 2025", "2025-05-16"),
    "weekday, month first": ("Friday, September 5, 2025", "2025-09-05"),
    "short month": ("5 Sept. 2025", "2025-09-05"),
    "month first, with time": ("May 16, 2025, 10:30 AM", "2025-05-16"),
    "no such day": ("2025-02-30", ""),
    "no such month": ("16 Foo 2025", ""),
    "ambiguous": ("05/06/2025", ""),
    "month only": ("May 2025", ""),
    "year only": ("2025", ""),
    "words": ("last Friday", ""),
    "nothing": ("", ""),
}

TITLES = {
    "front matter": ("a.md", "---\ntitle: From YAML\n---\n# Heading\nText", "From YAML"),
    "quoted, on one line": ("a.md", '---\ntitle: "Two\n  lines\\e[31m"\n---\nText', "Two lines [31m"),
    "list is no title": ("a.md", "---\ntitle: [a, b]\n---\n# Heading #\nText", "Heading"),
    "heading": ("a.md", "Before.\n\n#  The   heading\nText", "The heading"),
    "file name": ("istanbul-talks_2025.md", "Text", "istanbul talks 2025"),
    "file name in a folder": ("deep/er/a_b.txt", "# No heading in plain text", "a b"),
    "cut": ("a.md", f"# {'x' * 400}", "x" * 300),
    "PDF": ("a.pdf", pdf("Text here.", title="The talks of May"), "The talks of May"),
    "PDF of a word processor": ("a-b.pdf", pdf("Text here.", title="Microsoft Word - draft7.doc"), "a b"),
    "PDF, a path": ("a-b.pdf", pdf("Text here.", title="C:\\temp\\x.indd"), "a b"),
    "Word": ("a.docx", word("Text here.", title="The talks"), "The talks"),
    "Word without title": ("a-b.docx", word("Text here."), "a b"),
    "page": ("a.html", PAGE, "Talks resume in Istanbul"),
}

UNREADABLE: dict[str, tuple[str, str | bytes, str]] = {
    "no bytes": ("a.txt", b"", "empty"),
    "white space": ("a.txt", " \r\n\t ", "empty"),
    "white space in UTF-16": ("a.txt", " \n".encode("utf-16"), "empty"),
    "signs only": ("a.md", "*** !!! 😀", "no letter or digit"),
    "front matter only": ("a.md", "---\ntitle: T\n---\n", "empty"),
    "picture": ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 9, "binary"),
    "zeros": ("a.txt", b"\0" * 5000, "binary"),
    "old Word": ("a.doc", b"\xd0\xcf\x11\xe0", "not a format that Footnote reads: .txt, .md"),
    "table": ("a.csv", "a,b\n1,2", "not a format that Footnote reads"),
    "YAML that is none": ("a.md", "---\ntitle: [a\n---\nText", "front matter is not valid YAML"),
    "YAML aliases": ("a.md", "---\na: &a [x]\nb: [*a, *a]\n---\nText", "aliases"),
    "YAML too deep": ("a.md", f"---\n{'[' * 9000}\n---\nText", "deep nesting"),
    "page without article": ("a.html", "<html><head><title>T</title></head><body><hr></body></html>", "no article"),
    "page of tags": ("a.html", "<br>" * 100_001, "more than 100,000 tags"),
    "not a PDF": ("a.pdf", "He left.", "damaged, or not a .pdf file"),
    "half a PDF": ("a.pdf", pdf("He left.")[:200], "damaged, or not a .pdf file"),
    "scanned PDF": ("a.pdf", pdf("", ""), "scanned"),
    "PDF bomb": ("a.pdf", pdf("He left. " * 2_300_000, packed=True), "unpack to more than 20 MB"),
    "PDF with password": ("a.pdf", pdf("He left.", password="secret"), "password"),
    "not a Word file": ("a.docx", "He left.", "damaged, or not a .docx file"),
    "zip without a document": ("a.docx", archive(10), "damaged, or not a .docx file"),
    "zip bomb": ("a.docx", archive(100_000_001), "unpacks to more than 100 MB"),
    "empty Word file": ("a.docx", word(), "empty"),
}

LINES = {
    "not JSON": ("{", "not valid JSON"),
    "too deep": ("[" * 100_000, "not valid JSON"),
    "list": ("[1]", 'not a JSON object with a "text"'),
    "no text": ('{"id": "x"}', 'not a JSON object with a "text"'),
    "number for text": ('{"text": 5}', 'not a JSON object with a "text"'),
    "empty text": ('{"text": " "}', "empty"),
    "id is null": ('{"id": null, "text": "He left."}', '"id"'),
    "id is a truth value": ('{"id": true, "text": "He left."}', '"id"'),
    "id is empty": ('{"id": " ", "text": "He left."}', '"id"'),
    "id has a line break": ('{"id": "a\\nb", "text": "He left."}', '"id"'),
    "id is half a character": ('{"id": "\\ud83d", "text": "He left."}', '"id"'),
    "id has a thousand letters": (json.dumps({"id": "x" * 1000, "text": "He left."}), '"id"'),
}


@pytest.mark.parametrize(("content", "text"), DECODED.values(), ids=DECODED.keys())
def test_a_text_is_decoded_and_otherwise_left_alone(tmp_path: Path, content: bytes, text: str) -> None:
    """Every encoding gives its text, with all of its white space."""
    assert read_one(tmp_path, "a.txt", content).text == text


@pytest.mark.parametrize(("stated", "expected"), DATES.values(), ids=DATES.keys())
def test_a_date_is_iso_8601_or_nothing(tmp_path: Path, stated: str, expected: str) -> None:
    """Only a certain day is kept."""
    assert read_one(tmp_path, "a.jsonl", json.dumps({"text": "He left.", "date": stated})).date == expected


@pytest.mark.parametrize(("name", "content", "title"), TITLES.values(), ids=TITLES.keys())
def test_the_title_is_the_best_that_the_file_states(
    tmp_path: Path, name: str, content: str | bytes, title: str
) -> None:
    """Metadata, else a heading, else the readable file name; on one line of at most 300 characters."""
    assert read_one(tmp_path, name, content).title == title


@pytest.mark.parametrize(("name", "content", "expected"), UNREADABLE.values(), ids=UNREADABLE.keys())
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str | bytes, expected: str) -> None:
    """Each fault has its own reason, and none raises."""
    assert expected in reason(tmp_path, name, content)


@pytest.mark.parametrize(("line", "expected"), LINES.values(), ids=LINES.keys())
def test_a_bad_line_is_skipped_and_the_others_are_read(tmp_path: Path, line: str, expected: str) -> None:
    """The reason names the file and the line, from 1."""
    path = write(tmp_path / "a.jsonl", f'{{"text": "First."}}\n{line}\r\n\n{{"text": "Last."}}')
    documents, (skipped,) = read_file(path, tmp_path)
    assert [(document.id, document.text) for document in documents] == [("a.jsonl#1", "First."), ("a.jsonl#4", "Last.")]
    assert skipped.source == "a.jsonl, line 2"
    assert expected in skipped.reason


def test_markdown_keeps_its_markers_and_what_follows_the_front_matter(tmp_path: Path) -> None:
    """The body is not stripped; the metadata are read."""
    content = (
        "---\r\nTitle: T\r\ndate: 2025-05-16\r\nauthor: [A, B]\r\nurl: https://a.example/\r\n---\r\n\r\n# H\r\n*x* \r\n"
    )
    document = read_one(tmp_path, "a.md", content)
    assert document.text == "\r\n# H\r\n*x* \r\n"
    assert (document.title, document.date, document.author) == ("T", "2025-05-16", "A, B")
    assert (document.url, document.id, document.source) == ("https://a.example/", "a.md", "a.md")


@pytest.mark.parametrize(
    "content",
    [
        "---\nA rule above and below.\n---\nText",
        "---\nnever closed",
        "----\na: b\n---\n",
        f"---\n{'a' * 20_000}\n---\nText",
    ],
    ids=["rules", "not closed", "four dashes", "too long"],
)
def test_rules_are_no_front_matter(tmp_path: Path, content: str) -> None:
    """A text that begins with a rule is kept whole."""
    assert read_one(tmp_path, "a.md", content).text == content


def test_a_yaml_tag_builds_no_object(tmp_path: Path) -> None:
    """Front matter gives strings, lists and dicts only."""
    document = read_one(tmp_path, "a.md", "---\ntitle: !!python/object/apply:os.getcwd []\ndate: 2025-13-45\n---\nText")
    assert (document.title, document.date) == ("a", "")


def test_a_page_gives_its_article(tmp_path: Path) -> None:
    """Menus, scripts and footers are left out; a paragraph is followed by a blank line."""
    document = read_one(tmp_path, "a.HTML", PAGE)
    assert (document.date, document.author, document.url) == ("2025-05-16", "Jane Doe", "https://news.example/talks")
    assert "by the sea.\n\nThey agreed to exchange 1,000 prisoners each, “the largest" in document.text
    for left_out in ("menu", "alert", "Cookie", "<"):
        assert left_out not in document.text


def test_a_page_says_its_encoding(tmp_path: Path) -> None:
    """A charset in the page counts where the bytes are no UTF-8."""
    page = (
        '<html><head><meta charset="windows-1251"></head><body><p>He said «Привет» and left the room.</p></body></html>'
    )
    assert "«Привет»" in read_one(tmp_path, "a.htm", page.encode("cp1251")).text


def test_a_page_reads_no_other_file(tmp_path: Path) -> None:
    """An external entity is not resolved."""
    secret = write(tmp_path / "secret", "the secret")
    page = f'<!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><html><body><p>He left &e; then.</p></body></html>'
    documents, _ = read_file(write(tmp_path / "a.html", page), tmp_path)
    assert "the secret" not in "".join(document.text for document in documents)


def test_a_pdf_gives_the_text_of_its_pages(tmp_path: Path) -> None:
    """Pages are joined by a line break, over which a sentence runs on."""
    document = read_one(tmp_path, "a.pdf", pdf("He left the", "room.", title="The talks"))
    assert (document.text, document.author) == ("He left the\nroom.", "Jane Doe")


def test_a_pdf_with_an_empty_password_is_read(tmp_path: Path) -> None:
    """Such files open without a question in any reader."""
    writer = pypdf.PdfWriter(clone_from=BytesIO(pdf("He left.")))
    writer.encrypt("", owner_password="owner", algorithm="RC4-128")
    file = BytesIO()
    writer.write(file)
    assert read_one(tmp_path, "a.pdf", file.getvalue()).text == "He left."


def test_a_pdf_whose_cipher_is_missing_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Newer ciphers need a library that is not installed: the file is not called damaged."""

    def undecipherable(*_: object) -> None:
        raise DependencyError("cryptography is required")

    monkeypatch.setattr(pypdf.PdfReader, "decrypt", undecipherable)
    assert "encryption is not supported" in reason(tmp_path, "a.pdf", pdf("He left.", password="secret"))


def test_a_word_file_gives_paragraphs_and_tables_in_order(tmp_path: Path) -> None:
    """A paragraph is followed by a blank line, a table row is one line."""
    document = read_one(tmp_path, "a.docx", word("He left.", "She stayed.", rows=(("a", "b"), ("c", "d\ne"))))
    assert document.text == "He left.\n\nShe stayed.\n\n| a | b |\n| c | d e |"
    assert document.author == "Jane Doe"


def test_a_merged_cell_of_a_word_file(tmp_path: Path) -> None:
    """A cell over two rows is said in both, a cell over two columns once."""
    document = docx.Document()
    table = document.add_table(3, 2)
    for row, column in ((0, 0), (0, 1), (1, 1), (2, 0)):
        table.cell(row, column).text = f"{row}{column}"
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 0).merge(table.cell(2, 1))
    document.save(str(tmp_path / "a.docx"))
    (read,), _ = read_file(tmp_path / "a.docx", tmp_path)
    assert [line.split() for line in read.text.splitlines()] == [
        ["|", "00", "|", "01", "|"],
        ["|", "00", "|", "11", "|"],
        ["|", "20", "|"],
    ]


def test_a_line_gives_a_document(tmp_path: Path) -> None:
    """All fields are read, and a number is an id."""
    fields = {"id": 7, "title": "T", "text": "He left.", "url": "http://a.example", "date": "2025-05-16", "author": "A"}
    document = read_one(tmp_path, "b/a.jsonl", json.dumps(fields))
    assert document == Document("7", "T", "He left.", "http://a.example", "2025-05-16", "A", "b/a.jsonl")


def test_half_a_character_in_a_line_is_replaced(tmp_path: Path) -> None:
    """No lone surrogate reaches a text or a title."""
    document = read_one(tmp_path, "a.jsonl", '{"title": "T\\ud83d", "text": "He left \\udc00\\u2028here."}')
    assert (document.title, document.text) == ("T\ufffd", "He left \ufffd\u2028here.")


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc", "https://a.example/\n", "https://a b", "//a", 5])
def test_only_a_web_address_is_a_url(tmp_path: Path, url: object) -> None:
    """What a browser would run, or what is no address, is dropped."""
    assert read_one(tmp_path, "a.jsonl", json.dumps({"text": "He left.", "url": url})).url == ""


def test_a_file_over_the_limit_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit counts bytes."""
    monkeypatch.setattr(documents_module, "_MAX_BYTES", 8)
    assert read_one(tmp_path, "a.txt", "He left.").text == "He left."
    assert "larger than" in reason(tmp_path, "b.txt", "She left.")


def test_a_corpus_is_read_in_the_order_of_its_sources(tmp_path: Path) -> None:
    """Folders are read to any depth; hidden names and other files are ignored without a word."""
    names = ["b.md", "a/z.txt", "a/b/c.jsonl", "a.txt"]
    for name in names:
        write(tmp_path / name, json.dumps({"text": f"In {name}."}))
    for name in (".hidden.md", ".git/a.md", "a/picture.png", "README"):
        write(tmp_path / name, "Ignored.")
    documents, skipped = read_corpus(tmp_path)
    assert [document.source for document in documents] == sorted(names)
    assert [document.id for document in documents] == ["a.txt", "a/b/c.jsonl#1", "a/z.txt", "b.md"]
    assert skipped == ()


def test_an_id_and_a_text_have_one_source(tmp_path: Path) -> None:
    """The later document of the same id or text is skipped and the first is named."""
    write(tmp_path / "a.md", "He left.")
    write(tmp_path / "b.txt", "He left.")
    write(tmp_path / "c.jsonl", '{"id": "a.md", "text": "Other."}\n{"id": "x", "text": "He left."}\n{"text": "Third."}')
    documents, skipped = read_corpus(tmp_path)
    assert [document.id for document in documents] == ["a.md", "c.jsonl#3"]
    assert [(item.source, item.reason) for item in skipped] == [
        ("b.txt", "the same text as a.md"),
        ("c.jsonl", "its id a.md is already that of a.md"),
        ("c.jsonl, x", "the same text as a.md"),
    ]


def test_a_corpus_of_nothing_gives_nothing(tmp_path: Path) -> None:
    """An empty folder is no error."""
    assert read_corpus(tmp_path) == ((), ())


@pytest.mark.parametrize(("name", "words"), [("missing", "does not exist"), ("file.md", "is not a folder")])
def test_a_folder_that_is_none_is_an_error(tmp_path: Path, name: str, words: str) -> None:
    """The error names the folder and the next command."""
    write(tmp_path / "file.md", "He left.")
    with pytest.raises(CorpusError, match=rf"{name} {words}.*python -m rag index --corpus"):
        read_corpus(tmp_path / name)


@pytest.mark.skipif(os.name != "posix", reason="links, pipes and such names need a POSIX system")
def test_a_hostile_folder_is_read_to_the_end(tmp_path: Path) -> None:
    """Loops, dangling links, pipes and odd names are skipped with a reason, the good file is read once."""
    write(tmp_path / "folder/good.md", "He left.")
    (tmp_path / "folder/up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "folder")
    (tmp_path / "dangling.md").symlink_to(tmp_path / "nothing")
    (tmp_path / "loop.md").symlink_to(tmp_path / "loop.md")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    write(tmp_path / "line\nbreak\x1b[31m.md", "He broke.")
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/bytes\xff.md")), "He bit.")
    documents, skipped = read_corpus(tmp_path)
    assert [document.id for document in documents] == ["folder/good.md"]
    reasons = {item.source: item.reason for item in skipped}
    assert sorted(reasons) == sorted(
        "again folder/up dangling.md loop.md pipe.txt device.txt line\\nbreak\\x1b[31m.md bytes\\udcff.md".split()
    )
    assert reasons["again"] == reasons["folder/up"] == "a link to a folder that is already read"
    assert "leads nowhere" in reasons["dangling.md"]
    assert "pipe" in reasons["pipe.txt"]
    assert "rename it" in reasons["bytes\\udcff.md"]


@pytest.mark.skipif(os.name != "posix", reason="making a link needs rights elsewhere")
def test_a_link_to_another_folder_is_read(tmp_path: Path) -> None:
    """A folder of links is a corpus; the id is the name below the corpus."""
    write(tmp_path / "elsewhere/a.md", "He left.")
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus/linked").symlink_to(tmp_path / "elsewhere")
    documents, skipped = read_corpus(tmp_path / "corpus")
    assert ([document.id for document in documents], skipped) == (["linked/a.md"], ())


def test_a_file_that_goes_while_the_folder_is_read_is_skipped(tmp_path: Path) -> None:
    """Between listing and reading, anything may happen."""
    documents, (skipped,) = read_file(tmp_path / "gone.md", tmp_path)
    assert documents == ()
    assert "removed while it was read" in skipped.reason


def test_a_file_without_permission_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason is the system's, in words."""

    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.md", "He left.")
    monkeypatch.setattr(Path, "open", denied)
    assert read_file(path, tmp_path)[1][0].reason == "permission denied"
