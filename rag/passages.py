"""Documents to sentences to passages: pure, in linear time, every offset in the unmodified text.

A text is cut into blocks (paragraphs, headings, list items, table rows), a block into sentences by `sentencex`, and
the sentences are put together to passages. Where sentencex needs help, it is given a mask of the block: a string of
the same length, so that its offsets hold in the text as well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise

from sentencex import get_sentence_boundaries

from rag.types import Document, Passage, Sentence

PASSAGE_VERSION = 1  # bump when the same text would be split differently

_PASSAGE_WORDS = 120  # about 160 tokens: inside the 256 that small embedding models read, title included
_PARAGRAPH_WORDS = 60  # from here on the end of a paragraph ends the passage: half a passage is still findable
_OVERLAP_WORDS = 40  # a longer sentence is not repeated in the next passage
_LETTERS_PER_WORD = 10  # text without spaces (Chinese, one endless token) is counted by length
_LONGEST_QUOTE = 600  # code points, about 100 words: a longer quotation is cut at the sentences inside it
_WINDOW = 4000  # code points given to sentencex at once: its time grows with the square of unclosed quotation marks
_LONGEST_SENTENCE = 1200  # code points: a longer one is cut at white space, it could not be embedded whole

_Span = tuple[int, int]

_WORD = re.compile(r"[^\W_]")  # a letter or digit: what a sentence must have
_SURROGATE = re.compile("[\ud800-\udfff]")  # sentencex takes valid Unicode only
_RULE = re.compile(r"[-=*_|:~`#>+•\s\u200b\ufeff]*")  # blank lines, underlines, table rules
_OWN_LINE = re.compile(r"[\s>]*(?:#{1,6}\s|\|)")  # headings and table rows
_ITEM = re.compile(r"[\s>]*(?:[-*+•]|(\d{1,3})[.)])\s+(?=\S)")
_MARKER = re.compile(r"[\s>]*(?:#{1,6}\s+|[-*+•]\s+(?=\S)|\d{1,3}[.)]\s+(?=\S)|\|\s*)?")
_QUOTED = re.compile(r"[\s>]*>")

# What an abbreviation's full stop does not end: a title, a connection, a number's name, a time of day.
_TITLES = (
    "Dr|Mr|Mrs|Ms|Mx|Messrs|Prof|Gen|Lt|Col|Maj|Capt|Cmdr|Cdr|Adm|Sgt|Cpl|Pvt|Brig|Sen|Sec|Rep|Gov|Pres|Amb|Rev|Hon|Fr"
    "|Det|Insp|Supt|Mt|Ft|Ste"
)
_CONNECTIONS = r"vs|[Aa]pprox|ca|cf|viz|[Ee]\.g|[Ii]\.e"
_NUMBERED = (
    "[Nn]os|[Ff]igs?|[Vv]ol|[Ee]qs?|Ex|[Cc]h|[Pp]p?|sec|[Aa]rt|[Ee]st|c|al"
    "|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
)
_CLOCK = (
    r"(?:[A-Z][a-z]+\s+){1,2}[Tt]ime\b|(?:[ECMP][SD]?T|GMT|UTC|CEST|CET|BST|MSK|Eastern|Pacific|Central"
    "|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)\\b"
)
_ABBREVIATION = re.compile(
    rf"(?<![\w.])(?:(?:{_TITLES}|{_CONNECTIONS})\.(?=\s+\S)|(?:{_NUMBERED})\.(?=\s+\d)|[ap]\.m\.(?=\s+(?:{_CLOCK})))"
    rf"|(?<=\d)[ap]\.m\.(?=\s+(?:{_CLOCK}))"
)
_ELLIPSIS = re.compile(r"(?<=\w)…(?=\s+\W?(\w))")
_AFTER_STOP = re.compile(  # emphasis, link, "[citation needed]", ":133–134": the full stop is moved behind it
    r"([.!?…][”\"]?)(\*{1,3}|_{1,3}|\]\([^()\s]+\)|(?:\[[^\[\]]{1,30}\])+|:\d[\d:–-]*)(?=\s|$)"
)
_QUOTE_LINE = re.compile(r"(?<=[\n\r])[ \t]*>[> \t]*")
_APOSTROPHE = re.compile(r"(?<!\w)['‘][^'‘’\n.!?]{1,80}['’](?!\w)|(?<=\w)['’]")
_QUOTES = re.compile(r"[\"“”„«»‘’'()\[\]]")
_BRACKETED = re.compile(r"\([A-Z“\"][^()]*[.!?][”\"]?\)\s+(?=[A-Z“\"])")

_UNFINISHED_QUOTE = re.compile(r"[!?…][”\"’'»]$")
_SPEAKER = re.compile(r"(?:[A-Z][\w.'’-]*\s+){1,4}(?:said|says|asked|asks|told|wrote|added|replied|answered|shouted)\b")
_NUMBER = re.compile(r"\W*(?:\d{1,3}|[A-Za-z])[.)]")
_INVISIBLE = " \t\r\n\u200b\u2060\ufeff"


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of `text` in order, without white space or Markdown markers around them; none overlaps another.

    Every letter and digit belongs to one sentence, but for the number of a list item. A blank line, a heading, a list
    item and a table row end a sentence; a single line break does not.
    """
    return tuple(sentence for paragraph in _paragraphs(text) for sentence in paragraph)


def split_passages(document: Document) -> tuple[Passage, ...]:
    """Runs of whole sentences of at most 120 words (or one longer sentence), with a sentence of overlap.

    The overlap keeps a pronoun beside its antecedent. The id depends on the document's id and text and on the offsets.
    """
    paragraphs = list(_paragraphs(document.text))
    sentences = [sentence for paragraph in paragraphs for sentence in paragraph]
    beginnings = {paragraph[0].start for paragraph in paragraphs}
    breaks = {number for number, sentence in enumerate(sentences) if sentence.start in beginnings}
    runs = _runs([_words(sentence.text) for sentence in sentences], breaks)
    digest = document.sha256
    return tuple(_passage(document, digest, tuple(sentences[first:last])) for first, last in runs)


def _passage(document: Document, digest: str, sentences: tuple[Sentence, ...]) -> Passage:
    start, end = sentences[0].start, sentences[-1].end
    key = "\0".join((document.id, digest, str(start), str(end)))
    return Passage(
        id=sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32],
        document=document.id,
        title=document.title,
        url=document.url,
        date=document.date,
        sha256=digest,
        start=start,
        end=end,
        text=document.text[start:end],
        sentences=sentences,
    )


def _words(text: str) -> int:
    return max(len(text.split()), len(text) // _LETTERS_PER_WORD)


def _runs(sizes: Sequence[int], breaks: set[int]) -> Iterator[_Span]:
    """Ranges of sentences, given their sizes in words and the numbers of those that begin a paragraph."""
    first = new = 0  # `new` is the first sentence that no run holds yet
    while new < len(sizes):
        last = new + 1
        words = sum(sizes[first:last])
        while last < len(sizes) and words + sizes[last] <= _PASSAGE_WORDS:
            if words >= _PARAGRAPH_WORDS and last in breaks:
                break
            words += sizes[last]
            last += 1
        yield first, last
        new = last
        repeated = sizes[last - 1]
        fits = last < len(sizes) and repeated <= _OVERLAP_WORDS and repeated + sizes[last] <= _PASSAGE_WORDS
        first = last - 1 if fits else last


def _paragraphs(text: str) -> Iterator[tuple[Sentence, ...]]:
    plain = _SURROGATE.sub("\ufffd", text)
    for start, end in _blocks(plain):
        spans = _sentence_spans(plain[start:end])
        sentences = tuple(Sentence(start + s, start + e, text[start + s : start + e]) for s, e in spans)
        if sentences:
            yield sentences


def _blocks(text: str) -> Iterator[_Span]:
    """Paragraphs, headings, list items and table rows, blank lines left out."""
    paragraph: list[_Span] = []
    in_list = False
    for start, end in _lines(text):
        line = text[start:end]
        alone, item = _OWN_LINE.match(line), _ITEM.match(line)
        empty = _RULE.fullmatch(line)
        quotation = paragraph and _QUOTED.match(line) and not _QUOTED.match(text[slice(*paragraph[-1])])
        if alone or empty or quotation or (item and _interrupts(item, in_list)):
            yield from _unwrapped(text, paragraph)
            paragraph = []
        if alone:
            yield start, end
        elif not empty:
            in_list = in_list if paragraph else bool(item)
            paragraph.append((start, end))
    yield from _unwrapped(text, paragraph)


def _interrupts(item: re.Match[str], in_list: bool) -> bool:
    # As in CommonMark: a wrapped line that happens to begin with "12. " is no list item, one with "1. " or "- " is.
    return in_list or item[1] in (None, "1")


def _lines(text: str) -> Iterator[_Span]:
    start = 0
    for line in text.splitlines(keepends=True):
        yield start, start + len(line)
        start += len(line)


def _unwrapped(text: str, lines: list[_Span]) -> Iterator[_Span]:
    """One paragraph, cut after lines that were not wrapped but ended: headlines without a full stop or blank line."""
    if not lines:
        return
    width = max(end - start for start, end in lines)
    first = lines[0][0]
    for (start, end), (following, _) in pairwise(lines):
        line = text[start:end].rstrip()
        if width >= 40 and len(line) < width / 2 and line[-1:].isalnum() and text[following].isupper():
            yield first, end
            first = following
    yield first, lines[-1][1]


def _sentence_spans(block: str) -> Iterator[_Span]:
    marker = _MARKER.match(block)
    begin = marker.end() if marker else 0
    mask = " " * begin + _mask(block[begin:])
    for start, end in _joined(mask, _boundaries(mask)):
        if end - start > _LONGEST_QUOTE:
            pieces = _boundaries(_QUOTES.sub(" ", mask[start:end]))
            spans = _joined(mask, [start + piece for piece in pieces], start)
        else:
            spans = [(start, end)]
        for span in spans:
            yield from _trimmed(mask, span)


def _mask(block: str) -> str:
    """`block` in as many code points, with what misleads sentencex replaced."""
    block = _QUOTE_LINE.sub(lambda match: " " * len(match[0]), block)
    block = re.sub(r"\s", " ", block)
    block = _ABBREVIATION.sub(lambda match: match[0].replace(".", ","), block)
    block = _ELLIPSIS.sub(lambda match: "." if match[1].isupper() else "…", block)
    block = _APOSTROPHE.sub(lambda match: match[0] if len(match[0]) > 1 else "x", block)
    return _AFTER_STOP.sub(r"\2\1", block)


def _boundaries(mask: str) -> list[int]:
    """Where a sentence ends and the next begins, 0 left out, the end of the mask included."""
    ends: set[int] = set()
    start = 0
    while start < len(mask):
        window = mask[start : _cut(mask, start, len(mask), _WINDOW)]
        found = [start + int(boundary["end_index"]) for boundary in get_sentence_boundaries("en", window)]
        if start + len(window) < len(mask) and len(found) > 1:
            found.pop()  # the end of the window, not of a sentence: the next window begins before it
        ends.update(found)
        start = found[-1]
    ends.update(match.end() for match in _BRACKETED.finditer(mask) if " " in match[0].strip())
    return sorted(ends)


def _joined(mask: str, ends: Sequence[int], start: int = 0) -> list[_Span]:
    """Spans between the boundaries, those that cannot stand alone joined with a neighbour."""
    spans: list[_Span] = []
    for end in ends:
        if spans and not _stand_apart(mask, spans[-1], (start, end)):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
        start = end
    return spans


def _stand_apart(mask: str, left: _Span, right: _Span) -> bool:
    before = mask[max(left[0], left[1] - 80) : left[1]].rstrip()
    after = mask[right[0] : min(right[1], right[0] + 200)].lstrip()
    if not _WORD.search(after):
        return False
    if left[1] - left[0] < 10 and _NUMBER.fullmatch(before):
        return False
    if after[0].islower() and before[-1:] in "!?”\"’'»)" and not after[1:2].isupper():
        return False  # "Yahoo! said", but not "Why? iPhone sales"
    return not (_UNFINISHED_QUOTE.search(before) and _SPEAKER.match(after))


def _trimmed(mask: str, span: _Span) -> Iterator[_Span]:
    """`span` without white space around it, in pieces of at most 1,200 code points; one without a word is dropped."""
    start, stop = span
    while start < stop:
        end = _cut(mask, start, stop, _LONGEST_SENTENCE)
        piece = mask[start:end]
        first = start + len(piece) - len(piece.lstrip(_INVISIBLE))
        last = start + len(piece.rstrip(_INVISIBLE))
        if _WORD.search(piece):
            yield first, last
        start = end


def _cut(mask: str, start: int, stop: int, limit: int) -> int:
    """`stop`, or where `limit` is passed before it, the last white space within the limit."""
    if stop - start <= limit:
        return stop
    end = mask.rfind(" ", start + 1, start + limit + 1)
    return end if end > start else start + limit
