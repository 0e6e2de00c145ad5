"""The systems side by side, each as a user would write it: index a corpus, open it, find the best texts for a question.

The others keep to their documentation's first example; all read the same documents, with the title before the text, and
embed them with the same model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rag.types import Document

CHUNK, OVERLAP = 1_000, 200  # code points, as in LangChain's tutorial


@dataclass(frozen=True, slots=True)
class Found:
    """A text that was found, and where: `document.text[start:end]`; below 0 in the title before it."""

    document: str
    start: int
    end: int


class System(Protocol):
    """What is measured of each."""

    def index(self, documents: Sequence[Document]) -> int:
        """Index the documents; the number of texts that were embedded."""

    def open(self) -> None:
        """Open what `index` wrote."""

    def search(self, question: str, k: int) -> list[Found]:
        """The best `k` texts."""


class Footnote:
    """This project. It reads its documents from the corpus folder, as it does for a user."""

    def __init__(self, corpus: Path, folder: Path, static: bool) -> None:
        from rag.settings import Settings

        self.settings = Settings(corpus=corpus, index=folder)
        self._static = static
        self._index: Any = None

    def index(self, documents: Sequence[Document]) -> int:
        from rag.index import refresh

        return refresh(self.settings, self._embedder()).embedded

    def open(self) -> None:
        from rag.index import Index

        self.embedder = self._embedder()
        self._index = Index.open(self.settings, self.embedder)

    def search(self, question: str, k: int) -> list[Found]:
        from rag.retrieve import retrieve

        passages = (item.passage for item in retrieve(question, self._index, self.embedder, k))
        return [Found(passage.document, passage.start, passage.end) for passage in passages]

    def chatbot(self) -> Any:
        """The whole chatbot on the open index: what gives full answers."""
        from rag.chatbot import Chatbot, Models
        from rag.draft.extract import ReaderDrafter
        from rag.draft.weigh import Weighing
        from rag.reader import Reader

        reader = ReaderDrafter(Reader(), Weighing.load())
        return Chatbot(self.settings, Models(self.embedder, reader, reader), self._index)

    def _embedder(self) -> Any:
        if self._static:
            return _static()
        from rag.embed import load_embedder

        return load_embedder()


class LangChain:
    """LangChain's tutorial: RecursiveCharacterTextSplitter, HuggingFaceEmbeddings, Chroma, similarity_search."""

    def __init__(self, corpus: Path, folder: Path, static: bool) -> None:
        self._folder = str(folder)
        self._static = static
        self._store: Any = None

    def index(self, documents: Sequence[Document]) -> int:
        from langchain_chroma import Chroma
        from langchain_core.documents import Document as Text
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
        about = [{"source": item.id, "before": len(item.title) + 2} for item in documents]
        texts = [Text(_titled(item), metadata=metadata) for item, metadata in zip(documents, about, strict=True)]
        chunks = splitter.split_documents(texts)
        Chroma.from_documents(chunks, self._embeddings(), persist_directory=self._folder)
        return len(chunks)

    def open(self) -> None:
        from langchain_chroma import Chroma

        self._store = Chroma(persist_directory=self._folder, embedding_function=self._embeddings())

    def search(self, question: str, k: int) -> list[Found]:
        return [
            _found(item.metadata["source"], item.metadata["start_index"], item.page_content, item.metadata["before"])
            for item in self._store.similarity_search(question, k=k)
        ]

    def _embeddings(self) -> Any:
        if self._static:
            return _static()
        from langchain_huggingface import HuggingFaceEmbeddings

        return HuggingFaceEmbeddings(model_name=_model())


class LlamaIndex:
    """LlamaIndex's first example with its Chroma store: SentenceSplitter, HuggingFaceEmbedding, a retriever."""

    def __init__(self, corpus: Path, folder: Path, static: bool) -> None:
        if static:
            raise ValueError("measured with the real model only")
        self._folder = str(folder)
        self._index: Any = None

    def index(self, documents: Sequence[Document]) -> int:
        from llama_index.core import Document as Text
        from llama_index.core import StorageContext, VectorStoreIndex

        # ids, not metadata: LlamaIndex would embed that
        texts = [Text(text=_titled(item), id_=f"{len(item.title) + 2}\t{item.id}") for item in documents]
        context = StorageContext.from_defaults(vector_store=self._vectors())
        VectorStoreIndex.from_documents(texts, storage_context=context, embed_model=self._embeddings())
        count: int = self._collection.count()
        return count

    def open(self) -> None:
        from llama_index.core import VectorStoreIndex

        self._index = VectorStoreIndex.from_vector_store(self._vectors(), embed_model=self._embeddings())

    def search(self, question: str, k: int) -> list[Found]:
        nodes = (item.node for item in self._index.as_retriever(similarity_top_k=k).retrieve(question))
        return [_node_found(node) for node in nodes]

    def _vectors(self) -> Any:
        import chromadb
        from llama_index.vector_stores.chroma import ChromaVectorStore

        self._collection = chromadb.PersistentClient(self._folder).get_or_create_collection("documents")
        return ChromaVectorStore(chroma_collection=self._collection)

    def _embeddings(self) -> Any:
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding

        return HuggingFaceEmbedding(model_name=_model())


class Txtai:
    """txtai's first example over LangChain's chunks (txtai embeds what it is given): hybrid search, content stored."""

    def __init__(self, corpus: Path, folder: Path, static: bool) -> None:
        if static:
            raise ValueError("measured with the real model only")
        self._folder = str(folder)
        self._embeddings: Any = None

    def index(self, documents: Sequence[Document]) -> int:
        from langchain_text_splitters import RecursiveCharacterTextSplitter
        from txtai import Embeddings

        splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP, add_start_index=True)
        rows = [
            (f"{item.id}\t{chunk.metadata['start_index'] - len(item.title) - 2}", chunk.page_content)
            for item in documents
            for chunk in splitter.create_documents([_titled(item)])
        ]
        embeddings = Embeddings(path=_model(), content=True, hybrid=True)
        embeddings.index(rows)
        embeddings.save(self._folder)
        return len(rows)

    def open(self) -> None:
        from txtai import Embeddings

        self._embeddings = Embeddings()
        self._embeddings.load(self._folder)

    def search(self, question: str, k: int) -> list[Found]:
        found = []
        for item in self._embeddings.search(question, k):
            document, start = item["id"].split("\t")
            found.append(_found(document, int(start), item["text"], 0))
        return found


SYSTEMS: dict[str, Callable[[Path, Path, bool], System]] = {
    "footnote": Footnote,
    "langchain": LangChain,
    "llamaindex": LlamaIndex,
    "txtai": Txtai,
}


def _titled(document: Document) -> str:
    return f"{document.title}\n\n{document.text}"


def _found(document: str, start: int, text: str, before: int) -> Found:
    """Offsets in the document's text, which begins `before` code points into what was split."""
    return Found(document, start - before, start - before + len(text))


def _node_found(node: Any) -> Found:
    before, document = node.ref_doc_id.split("\t")
    return Found(document, node.start_char_idx - int(before), node.end_char_idx - int(before))


def _model() -> str:
    from rag.embed import packaged_folder

    return str(packaged_folder())


def _static() -> Any:
    from benchmarks.static import StaticEmbedder
    from rag.embed import packaged_folder

    return StaticEmbedder(packaged_folder())
