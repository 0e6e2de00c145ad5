"""What must hold after every fault: the index is whole, and what is cited stands in the documents."""

from __future__ import annotations

from rag.chatbot import Chatbot, Models
from rag.draft.extract import ReaderDrafter
from rag.index import Index
from rag.settings import Settings
from tests.fakes import BagOfWordsEmbedder, LookupReader
from tests.test_extract import make_weighing

MARK = "the sign"  # what the reader below finds in the corpora of these tests
_LOOKUPS = 100  # passages, evenly spaced, that must find themselves; all of them in a small index


def assert_sound(settings: Settings) -> None:
    """The ids of manifest, store and search are one set, and passages find themselves first, word for word."""
    with Index.open(settings, BagOfWordsEmbedder()) as index:
        assert index.store.count() == index.count == sum(document.passages for document in index.documents)
        found = index.passages([name for name, _ in index.search([1.0] * 256, index.count + 5)])
        assert sorted(passage.id for passage in found) == sorted(index.ids)
        for passage in found:
            assert index.document(passage.document).text[passage.start : passage.end] == passage.text
        for passage in found[:: max(1, len(found) // _LOOKUPS)]:
            ((nearest, cosine),) = index.search(index.store.vectors([passage.id])[passage.id], 1)
            assert (nearest, cosine > 0.9999) == (passage.id, True)


def make_bot(settings: Settings) -> Chatbot:
    """A chatbot over the index as it is, with computable parts."""
    embedder = BagOfWordsEmbedder()
    drafter = ReaderDrafter(LookupReader({MARK: 5.0}), make_weighing(score=1, names_nowhere=-4, words_near=1))
    return Chatbot(settings, Models(embedder, drafter, drafter), Index.open(settings, embedder), forced=True)


def assert_cites(bot: Chatbot, question: str) -> None:
    """The question is answered, and every quote is what the document says at its place."""
    answer = bot.ask(question)
    assert answer.citations
    for citation in (*answer.citations, *answer.nearest):
        # By its hash: another process may have published a newer text of the document since.
        assert bot._current_index().text(citation.sha256)[citation.start : citation.end] == citation.quote
