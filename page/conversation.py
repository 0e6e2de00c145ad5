"""The left side: questions, and answers with their citations."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from page.markup import button, escape, label
from page.shelf import Shelf
from rag.types import Answer, Citation, Claim

_STATIONS = {
    "resolve": "Reading the question",
    "retrieve": "Searching the articles",
    "draft": "Reading what was found",
    "check": "Checking every sentence",
    "cite": "Checking every sentence",
}
_HEADINGS = {
    "corrected": "The articles say otherwise",
    "abstained": "Not in the articles",
    "unclear": "What do you mean?",
}
_SUPPORT = {"verbatim": "word for word from the articles", "checked": "every sentence checked against the articles"}
_PLACES = {"moved": "moved within the article", "changed": "changed since", "gone": "no longer in the articles"}
_HASHES = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)  # before the headings inside a passage
_KEPT_TOGETHER = 24  # code points of a last word that is kept with its citations on one line
_QUESTION_SHOWN = 600  # code points of a question that the page repeats


@dataclass(frozen=True, slots=True)
class ShownTurn:
    """A question and how far it has come: `answer` when done, `trouble` when it went wrong, else still on its way."""

    question: str  # as it was typed
    id: str = ""  # by which the browser knows it again
    reading: str = ""  # how it is to be read, where the reader has said so
    station: str = ""
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    answer: Answer | None = None
    trouble: str = ""  # a sentence for a person

    @property
    def done(self) -> bool:
        """Whether nothing more will come."""
        return self.answer is not None or bool(self.trouble)


def conversation(turns: Sequence[ShownTurn], shelf: Shelf, examples: Sequence[str] = ()) -> str:
    """Return the conversation as markup; before the first question, an invitation with `examples`."""
    inner = "".join(_turn(index, turn, shelf) for index, turn in enumerate(turns)) or _opening(examples)
    return f'<div class="talk" role="region" aria-label="Conversation" tabindex="0">{inner}</div>'


def reads_otherwise(turn: ShownTurn) -> str:
    """Return how the question was read, "" where that is what was typed but for capitals, spaces and its end."""
    read = (turn.answer.resolved_question if turn.answer else turn.reading).strip()
    return "" if _bare(read) in {"", _bare(turn.question)} else read


def _bare(question: str) -> str:
    return " ".join(question.casefold().split()).strip(" ?.!")


def spoken(turn: ShownTurn) -> str:
    """Return what a screen reader is told of a turn, as markup: the end of it, or the station that it has reached."""
    if turn.trouble or turn.answer is None:
        return escape(turn.trouble or _STATIONS.get(turn.station, ""))
    count = len(turn.answer.citations)
    cited = f" {count} citation{'s' * (count != 1)}." if count else ""
    return escape(f"{turn.answer.short + '. ' if turn.answer.short else ''}{turn.answer.text}{cited}")


def _opening(examples: Sequence[str]) -> str:
    chips = "".join(f"<li>{button(escape(text), 'select', question=text)}</li>" for text in examples)
    return (
        '<div class="opening"><h2>Ask the articles.</h2>'
        "<p>Every sentence of an answer shows the words it rests on. "
        "Where the articles are silent, so is the answer.</p>"
        + (f'<ul class="examples" aria-label="Example questions">{chips}</ul>' if chips else "")
        + "</div>"
    )


def _turn(index: int, turn: ShownTurn, shelf: Shelf) -> str:
    state = "failed" if turn.trouble else turn.answer.status if turn.answer else "pending"
    asked = turn.question if len(turn.question) <= _QUESTION_SHOWN else turn.question[:_QUESTION_SHOWN] + "…"
    parts = [f'<h2 class="question" dir="auto">{escape(asked)}</h2>']
    parts.append(_read_as(index, turn))
    if turn.answer is not None:
        parts.append(_answer(index, turn, turn.answer, shelf))
    elif turn.trouble:
        parts.append(_trouble(turn))
    else:
        parts += [_claims(index, turn.claims, turn.citations, shelf), _progress(turn.station)]
    return f'<article class="turn {state}">{"".join(parts)}</article>'


def _read_as(index: int, turn: ShownTurn) -> str:
    """How the question was read, where that differs from what was typed, with a way to say what was meant."""
    read = reads_otherwise(turn)
    if not read:
        return ""
    edit = _edit(index, "Edit", read, "Edit how the question was read") if turn.answer else ""
    return f'<p class="read-as" dir="auto">Read as: <span>{escape(read)}</span> {edit}</p>'


def _edit(index: int, words: str, reading: str, name: str = "") -> str:
    """A button that opens a line in which the question can be said in full; the page's script does that."""
    return button(words, "edit", style="quiet", name=name, turn=index, question=reading[:_QUESTION_SHOWN])


def _readings(index: int, turn: ShownTurn, answer: Answer) -> str:
    """What an unclear question may mean, each to be clicked, and a way to say something else."""
    if answer.status != "unclear":
        return ""
    offered = "".join(
        f"<li>{button(escape(reading), 'submit', turn=index, question=reading)}</li>" for reading in answer.readings
    )
    listed = f'<ul class="readings" aria-label="What the question may mean">{offered}</ul>' if offered else ""
    words = "None of these: say it in full" if offered else "Say it in full"
    return f"{listed}<p>{_edit(index, words, turn.question)}</p>"


def _trouble(turn: ShownTurn) -> str:
    again = button("Ask again", "retry", style="quiet", question=turn.question)
    offered = again if len(turn.question) <= _QUESTION_SHOWN else ""
    return f'<p class="trouble" dir="auto">{escape(turn.trouble)}</p>{offered}'


def _progress(station: str) -> str:
    words = _STATIONS.get(station, "One moment")
    return f'<p class="progress"><span>{words}</span>{button("Stop", "stop", style="stop")}</p>'


def _answer(index: int, turn: ShownTurn, answer: Answer, shelf: Shelf) -> str:
    parts = []
    if answer.status in _HEADINGS:
        parts.append(f'<p class="heading">{_HEADINGS[answer.status]}</p>')
    if answer.short and answer.status in {"answered", "corrected"}:
        parts.append(f'<p class="short" dir="auto">{escape(answer.short)}</p>')
    if answer.claims:
        parts.append(_claims(index, answer.claims, answer.citations, shelf))
    else:
        parts.append(f'<div class="claims"><p class="lines" dir="auto">{escape(answer.text)}</p></div>')
    parts += [_readings(index, turn, answer), _footing(turn, answer, shelf), _note(answer)]
    parts += [_citations(index, answer.citations, shelf), _nearest(index, answer.nearest, shelf)]
    return "".join(parts)


def _claims(index: int, claims: Sequence[Claim], citations: Sequence[Citation], shelf: Shelf) -> str:
    several = len({citation.document for citation in citations}) > 1
    numbered = {citation.number: citation for citation in citations}
    parts = []
    for claim in claims:
        cited = [numbered[number] for number in claim.citations if number in numbered]
        parts.append((_origin(cited[0], shelf) if several and cited else "") + _claim(index, claim, cited))
    return f'<div class="claims">{"".join(parts)}</div>'


def _origin(citation: Citation, shelf: Shelf) -> str:
    """Which article speaks, said beside each claim where several do: they may disagree, or speak of other days."""
    when = shelf.day(citation)
    return f'<p class="origin"><bdi>{label(citation.title)}</bdi>{f", {when}" if when else ""}</p>'


def _claim(index: int, claim: Claim, cited: Sequence[Citation]) -> str:
    before, space, last = claim.text.rstrip().rpartition(" ")
    if len(last) > _KEPT_TOGETHER:
        before, space, last = claim.text, "", ""
    marks = "".join(
        button(
            str(citation.number),
            "click",
            style="cite",
            name=f"Citation {citation.number}: show the sentence in {citation.title}",
            turn=index,
            number=citation.number,
        )
        for citation in cited
    )
    # The last word and the numbers stay on one line: a number alone on the next one would belong to nothing.
    return f'<p dir="auto">{escape(before)}{space}<span class="cites">{escape(last)}{marks}</span></p>'


def _footing(turn: ShownTurn, answer: Answer, shelf: Shelf) -> str:
    """How far the answer can be trusted, and nothing of that where its articles have changed since."""
    if answer.status not in {"answered", "corrected"} or not answer.claims:
        return ""
    if not shelf.holds(answer):
        again = button("Ask again", "retry", style="quiet", question=turn.question)
        return f'<p class="footing stale">The articles have changed since this answer. {again}</p>'
    support = "verbatim" if all(claim.supported_by == "verbatim" for claim in answer.claims) else "checked"
    drafter = "" if answer.drafter == "reader" else f" · drafted by {label(answer.drafter)}"
    sure = min(max(round(100 * answer.confidence), 0), 99)  # nothing is certain
    title = "How often an answer with this score is right, as fitted on questions with known answers"
    if drafter:
        title = "The embedded reader's confidence in the same passages: the model gives none"
    return f'<p class="footing"><span title="{title}">Confidence {sure} %</span> · {_SUPPORT[support]}{drafter}</p>'


def _note(answer: Answer) -> str:
    return f'<p class="footing" dir="auto">{escape(answer.note)}</p>' if answer.note else ""


def _citations(index: int, citations: Sequence[Citation], shelf: Shelf) -> str:
    items = "".join(_citation(index, citation, "number", shelf) for citation in citations)
    return f'<ol class="citations" aria-label="Citations">{items}</ol>' if items else ""


def _nearest(index: int, nearest: Sequence[Citation], shelf: Shelf) -> str:
    if not nearest:
        return ""
    heading = "The nearest passage" if len(nearest) == 1 else "The nearest passages"
    items = "".join(_citation(index, citation, "nearest", shelf) for citation in nearest)
    return f'<div class="nearest"><p class="heading">{heading} <span>not an answer</span></p><ol>{items}</ol></div>'


def _citation(index: int, citation: Citation, kind: str, shelf: Shelf) -> str:
    when = shelf.day(citation)
    number = f'<span class="number">{citation.number}</span>' if kind == "number" else ""
    place = _PLACES.get(shelf.place(citation), "")
    head = f'{number}<bdi class="title">{label(citation.title)}</bdi>' + (f"<time>{when}</time>" if when else "")
    moved = f'<p class="moved">{place}</p>' if place else ""
    details = {"turn": index, kind: citation.number}
    name = f"Show in the article {citation.title}"
    return (
        f"<li>{button(head, 'click', style='source', name=name, **details)}{moved}"
        f'<blockquote dir="auto">{escape(_HASHES.sub("", citation.quote))}</blockquote></li>'
    )
