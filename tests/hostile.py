"""Files that cost their reader more than they weigh: each a name and its bytes, made here and nowhere else."""

from __future__ import annotations

import json
import zipfile
import zlib
from io import BytesIO

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type='
    '"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def word(body: str, before: str = "", **parts: bytes) -> bytes:
    """A .docx whose document's body is this XML."""
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr("[Content_Types].xml", _TYPES)
        target.writestr("_rels/.rels", _RELATIONS)
        document = f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>'
        target.writestr("word/document.xml", document)
        for name, content in parts.items():
            target.writestr(name, content)
    return file.getvalue()


def pdf(*objects: bytes, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1, with a table that names them all."""
    content, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<</Size %d /Root %d 0 R %b>>\nstartxref\n%d\n%%%%EOF" % (size, root, trailer, len(content))
    return content + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + end


def _stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d %b>>\nstream\n%b\nendstream" % (len(data), entries, data)


def _packed(data: bytes, entries: bytes = b"", times: int = 1) -> bytes:
    for _ in range(times):
        data = zlib.compress(data, 9)
    return _stream(data, b"/Filter [%b] %b" % (b"/FlateDecode " * times, entries))


def _page(contents: bytes, resources: bytes = b"", *more: bytes) -> bytes:
    return pdf(
        b"<</Type /Catalog /Pages 2 0 R>>",
        b"<</Type /Pages /Kids [3 0 R] /Count 1>>",
        b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources <<%b>>>>" % resources,
        contents,
        *more,
    )


_TEXT = b"BT /F 9 Tf (He left the room.) Tj ET"
_JOKES = "".join(f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 20}'>" for n in range(12))
_LAUGHS = f"<!DOCTYPE d [<!ENTITY a 'ha'>{_JOKES}]>"
_DEEP_TABLE = "<w:tbl><w:tr><w:tc>" * 300 + "<w:p/>" + "</w:tc></w:tr></w:tbl>" * 300
_CELLS = "<w:tc><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"

_CONTINUED = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p><w:r><w:t>a</w:t></w:r></w:p></w:tc>"

FILES: dict[str, tuple[str, bytes]] = {
    "deep divisions": ("a.html", b"<p>He left the room.</p>" + b"<div>" * 90_000),
    "deep emphasis": ("a.html", b"<p>He left the room." + b"<b><i>" * 45_000),
    "deep lists": ("a.html", b"<ul><li>" * 40_000 + b"He left the room."),
    "deep tables": ("a.html", b"<table><tr><td>" * 30_000 + b"He left the room."),
    "deep quotations": ("a.html", b"<blockquote><p>He left.</p>" * 30_000),
    "many paragraphs": ("a.html", b"<html><body><article>" + b"<p>He left the room.</p>" * 49_000),
    "many links": ("a.html", b"<html><body>" + b"<a href='/x'>He left</a> " * 49_000),
    "an unclosed comment": ("a.html", b"<html><body><p>He left the room.</p>" + b"<!--" * 90_000),
    "a long attribute": ("a.html", b"<html><body><p class='" + b"x " * 5_000_000 + b"'>He left the room.</p>"),
    "an endless tag": ("a.html", b"<" + b"a" * 10_000_000),
    "entities of entities in a page": ("a.html", _LAUGHS.encode() + b"<html><body><p>He left &m; the room.</p>"),
    "many numeric entities": ("a.html", b"<p>He left the room.</p><p>" + b"&#65;" * 1_000_000),
    "five million letters in a page": ("a.html", b"<html><body><p>" + b"a" * 5_000_000 + b"</p>"),
    "scripts of JSON": ("a.html", b'<script type="application/ld+json">{"a":' * 9000 + b"</script><p>He left.</p>"),
    "dates without end": ("a.html", b"<p>He left the room.</p><p>" + b"May 16, 2025 " * 100_000),
    "entities of entities in Word": ("a.docx", word("<w:p><w:r><w:t>&m;</w:t></w:r></w:p>", _LAUGHS)),
    "a file of this machine in Word": (
        "a.docx",
        word("<w:p><w:r><w:t>x&e;</w:t></w:r></w:p>", "<!DOCTYPE d [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>"),
    ),
    "tables in tables in Word": ("a.docx", word("<w:p><w:r><w:t>He left.</w:t></w:r></w:p>" + _DEEP_TABLE)),
    "a wide table in Word": ("a.docx", word(f"<w:tbl><w:tr>{_CELLS * 30_000}</w:tr></w:tbl>")),
    "a long table in Word": ("a.docx", word("<w:tbl>" + f"<w:tr>{_CELLS}</w:tr>" * 30_000 + "</w:tbl>")),
    "many paragraphs in Word": ("a.docx", word("<w:p><w:r><w:t>He left.</w:t></w:r></w:p>" * 100_000)),
    "a cell that spans a million": (
        "a.docx",
        word(
            "<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val='100000000'/></w:tcPr>"
            "<w:p><w:r><w:t>He left.</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
        ),
    ),
    "rows that continue those above": ("a.docx", word(f"<w:tbl>{f'<w:tr>{_CONTINUED * 100}</w:tr>' * 900}</w:tbl>")),
    "deep elements in Word": ("a.docx", word("<w:p>" * 100_000)),
    "many parts in Word": (
        "a.docx",
        word("<w:p><w:r><w:t>He left.</w:t></w:r></w:p>", **{f"word/{n}.xml": b"<a/>" for n in range(20_000)}),
    ),
    "pages that are their own parents": (
        "a.pdf",
        pdf(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 9>>"),
    ),
    "pages in pages": (
        "a.pdf",
        pdf(
            b"<</Type /Catalog /Pages 2 0 R>>",
            *(b"<</Type /Pages /Count 1 /Kids [%d 0 R %d 0 R]>>" % (n + 3, n + 3) for n in range(60)),
            b"<</Type /Page /MediaBox [0 0 9 9]>>",
        ),
    ),
    "a table before itself": ("a.pdf", pdf(b"<</Type /Catalog>>", trailer=b"/Prev 9")),
    "a name that is itself": ("a.pdf", pdf(b"1 0 R", b"<</Type /Catalog /Pages 1 0 R>>", root=2)),
    "drawing within drawing": (
        "a.pdf",
        _page(
            _stream(b"/X Do /X Do " + _TEXT),
            b"/XObject <</X 5 0 R>>",
            _stream(b"/X Do /X Do", b"/Type /XObject /Subtype /Form /Resources <</XObject <</X 5 0 R>>>>"),
        ),
    ),
    "drawings that double": (
        "a.pdf",
        _page(
            _stream(b"/X Do " + _TEXT),
            b"/XObject <</X 5 0 R>>",
            *(
                _stream(b"/X Do /X Do", b"/Subtype /Form /Resources <</XObject <</X %d 0 R>>>>" % (n + 6))
                for n in range(30)
            ),
            _stream(_TEXT, b"/Subtype /Form"),
        ),
    ),
    "a packed page": ("a.pdf", _page(_packed(b" " * 300_000_000))),
    "a page packed twice": ("a.pdf", _page(_packed(b" " * 300_000_000, times=2))),
    "a packed table of letters": (
        "a.pdf",
        _page(
            _stream(_TEXT),
            b"/Font <</F 5 0 R>>",
            b"<</Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 6 0 R>>",
            _packed(b"begincmap\n" + b"1 beginbfrange <0000> <ffff> <0000> endbfrange\n" * 2000 + b"endcmap"),
        ),
    ),
    "deep arrays in a PDF": (
        "a.pdf",
        pdf(b"<</Type /Catalog /Pages 2 0 R /A " + b"[" * 100_000 + b">>", b"<</Kids [] /Count 0>>"),
    ),
    "a huge count in a PDF": (
        "a.pdf",
        pdf(b"<</Type /Catalog /Pages 2 0 R>>", b"<</Type /Pages /Kids [] /Count 999999999>>"),
    ),
    "brackets on a page": ("a.pdf", _page(_stream(b"[" * 500_000))),
    "words of orders on a page": ("a.pdf", _page(_stream(b"q Q " * 500_000 + _TEXT))),
    "deep lists of metadata": ("a.md", b"---\na: " + b"[" * 16_000 + b"\n---\nHe left."),
    "a long key of metadata": ("a.md", b"---\n" + b"? " * 8_000 + b"\n---\nHe left."),
    "metadata that never ends": ("a.md", b"---\n" + b"a: b\n" * 100_000),
    "spaces for a heading": ("a.md", b"#" + b" " * 5_000_000 + b"\nHe left."),
    "hashes": ("a.md", b"# a" + b" #" * 1_000_000 + b"x\nHe left."),
    "fences": ("a.md", b"---\n" * 500_000 + b"He left."),
    "deep JSON": ("a.jsonl", b'{"text": "He left.", "x": ' + b"[" * 1_000_000),
    "a long number": ("a.jsonl", b'{"text": "He left.", "id": ' + b"9" * 1_000_000 + b"}"),
    "many empty lines": ("a.jsonl", b"\n" * 5_000_000 + b'{"text": "He left."}'),
    "a long date": ("a.jsonl", json.dumps({"text": "He left.", "date": "a" * 99}).encode()),
    "a line of 5 MB": ("a.txt", b"a" * 5_000_000),
    "words without a sentence": ("a.txt", b"word " * 1_000_000),
    "a mix of control characters": ("a.txt", ("a\u0300" * 500_000 + "\u202e\u200b" * 500_000).encode()),
}
