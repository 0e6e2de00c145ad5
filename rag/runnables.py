"""Footnote as LangChain parts. The only module that makes LangChain documents of passages for others to use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda
from pydantic import ConfigDict

from rag.types import Retrieved

if TYPE_CHECKING:
    from rag.chatbot import Chatbot


class PassageRetriever(BaseRetriever):
    """The bot's passages for a question, best first, as LangChain documents."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    bot: Any  # a Chatbot; pydantic would have to import it to check

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        return [_document(hit) for hit in self.bot.retrieve(query)]


def answer_runnable(bot: Chatbot) -> Runnable[Any, dict[str, Any]]:
    """A runnable: a question, or {"question": ..., "history": [(question, answer), ...]}, in; the JSON out."""

    def answer(asked: str | dict[str, Any]) -> dict[str, Any]:
        if isinstance(asked, str):
            return bot.ask(asked).to_dict()
        return bot.ask(asked["question"], asked.get("history", ())).to_dict()

    return RunnableLambda(answer, name="footnote")


def _document(hit: Retrieved) -> Document:
    passage = hit.passage
    metadata = {
        "document": passage.document,
        "title": passage.title,
        "url": passage.url,
        "date": passage.date,
        "sha256": passage.sha256,
        "start": passage.start,
        "end": passage.end,
        "score": hit.score,
        "similarity": hit.similarity,
        "bm25": hit.bm25,
    }
    return Document(id=passage.id, page_content=passage.text, metadata=metadata)
