"""Text that would do something if it reached a page unescaped, and what a browser would make of markup."""

from __future__ import annotations

from html.parser import HTMLParser

from rag.types import Document

HOSTILE = {
    "script": "<script>alert(1)</script>",
    "img onerror": "<img src=x onerror=alert(1)>",
    "img remote": "<img src='https://evil.example/x.png'>",
    "svg": "<svg onload=alert(1)><image href='https://evil.example/x'/></svg>",
    "iframe": "<iframe src='https://evil.example'></iframe>",
    "css url": "<style>body{background:url(https://evil.example/x)}</style>",
    "style attribute": '<p style="background:url(https://evil.example/x)">',
    "attribute breakout": '" onmouseover="alert(1)" x="',
    "single quote breakout": "' onfocus='alert(1)' autofocus x='",
    "tag breakout": "</p></article></section><script>alert(1)</script>",
    "comment": "--><script>alert(1)</script><!--",
    "entity": "&lt;script&gt;alert(1)&lt;/script&gt;",
    "template string": "${alert(1)}`${fetch('https://evil.example')}`",
    "handlebars": "{{constructor.constructor 'alert(1)'}}",
    "markdown image": "![x](https://evil.example/x.png)",
    "markdown link": "[x](javascript:alert(1))",
    "same-origin proxy": "<img src='/gradio_api/file=https://evil.example/x'>",
    "form": "<form action='https://evil.example'><input type=image src='https://evil.example/x'>",
    "meta refresh": "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "base": "<base href='https://evil.example/'>",
    "object": "<object data='https://evil.example'></object><embed src='https://evil.example'>",
    "right-to-left override": "safe\u202egnp.exe",
    "zero width": "\u200b\u200c\u2060hidden\ufeff",
    "lone surrogate": "half \ud800 a pair",
    "nul": "a\x00b",
}


class Seen(HTMLParser):
    """What a browser would find in markup: its tags, its attributes, its text."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def hostile_document(text: str) -> Document:
    return Document(id=text, title=text, text=text, url="javascript:alert(1)", date=text, author=text, source=text)
