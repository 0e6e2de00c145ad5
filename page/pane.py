"""Which article stands on the right: what a click asked for, looked up and never trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from page.article import Lit, article, contents, missing, notice
from page.conversation import ShownTurn
from page.session import Bot, Session
from page.uploads import PREFIX
from rag.cite import reanchor
from rag.errors import FootnoteError
from rag.types import CheckedSentence, Citation

_Why = Literal["cited", "clicked", "nearest"]  # beside an answer, by a click on a number, or on a nearest passage
_NO_TURN = -1  # the evidence of a draft belongs to no answer

_Found = tuple[int, Sequence[Citation], Citation]

_EXPIRED = "That citation is no longer part of this conversation. Ask the question again."
_UNKNOWN = "That article is not in the index any more."
_REMOVED = "This article is not in the index any more. The answer quoted:"
_REWRITTEN = "The article has changed, and these words are no longer in it. The answer quoted:"
_CHANGED = "The article has changed since this answer; the sentence now reads as shown."


def beside(bot: Bot, turn: ShownTurn | None, number: int) -> str:
    """Return what stands beside a turn, as markup: the first article that its answer cites, or the list of all."""
    answer = turn.answer if turn else None
    if answer is None or not answer.citations:
        return _list(bot)
    return _article(bot, answer.citations, answer.citations[0], number, "cited")


def opened(bot: Bot, session: Session, wanted: Mapping[str, object]) -> str:
    """Return what a click asked for, as markup: a citation, a nearest passage, an article, or the list of all."""
    if "document" in wanted:
        try:
            return article(bot.document(str(wanted["document"])), ())
        except (FootnoteError, KeyError):
            return notice(_UNKNOWN)
    if "sentence" in wanted:
        found = _evidence(session.draft.sentences, wanted)
    elif "turn" in wanted:
        found = _citation(session.turns, wanted)
    else:
        return _list(bot)
    if found is None:
        return notice(_EXPIRED)
    turn, citations, chosen = found
    return _article(bot, citations, chosen, turn, "nearest" if "nearest" in wanted else "clicked")


def _list(bot: Bot) -> str:
    """The list of all articles; what readers added stands in a list of its own."""
    return contents([each for each in bot.documents if not each.id.startswith(PREFIX)], bot.skipped)


def _evidence(sentences: Sequence[CheckedSentence], wanted: Mapping[str, object]) -> _Found | None:
    """The same for a sentence of a draft."""
    for number, sentence in enumerate(sentences):
        if str(number) == str(wanted["sentence"]):
            for citation in sentence.citations:
                if str(citation.number) == str(wanted.get("number")):
                    return _NO_TURN, sentence.citations, citation
    return None


def _citation(turns: Sequence[ShownTurn], wanted: Mapping[str, object]) -> _Found | None:
    """The number of the turn, all its citations of the kind that is wanted, and the one that is."""
    for number, turn in enumerate(turns):
        if str(number) != str(wanted["turn"]):
            continue
        cited = turn.answer.citations if turn.answer else turn.citations
        nearest = turn.answer.nearest if turn.answer else ()
        citations, key = (nearest, "nearest") if "nearest" in wanted else (cited, "number")
        chosen = [citation for citation in citations if str(citation.number) == str(wanted.get(key))]
        return (number, citations, chosen[0]) if chosen else None
    return None


def _article(bot: Bot, citations: Sequence[Citation], of: Citation, turn: int, why: _Why) -> str:
    """The article of one citation, with every sentence lit that the same answer cites there."""
    try:
        document = bot.document(of.document)
    except (FootnoteError, KeyError):
        return missing(of, _REMOVED)
    found = [(each, *reanchor(each, document.text)) for each in citations if each.document == of.document]
    lit = [
        Lit(now.start, now.end, 0 if why == "nearest" else each.number, why != "cited" and each is of)
        for each, place, now in found
        if place != "gone"
    ]
    place = next(place for each, place, _ in found if each is of)
    if place == "gone":
        return missing(of, _REWRITTEN)
    return article(document, lit, nearest=why == "nearest", turn=turn, notice=_CHANGED if place == "changed" else "")
