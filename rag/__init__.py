"""Footnote: answers from a folder of articles, each sentence with the exact words that it rests on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

# Before torch, chromadb, gradio or a tokenizer is imported: they read these once, while they load.
for _name, _value in {
    "OMP_WAIT_POLICY": "PASSIVE",  # threads that spin while they wait make a query 40 times slower on a busy machine
    "TOKENIZERS_PARALLELISM": "false",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_RUN_HISTORY": "False",
    "LANGSMITH_TRACING": "false",
}.items():
    os.environ.setdefault(_name, _value)
if not os.environ.get("FOOTNOTE_EMBEDDER"):  # nothing is fetched from a hub unless the user names a model there
    os.environ.setdefault("HF_HUB_OFFLINE", "1")

from rag.settings import Settings  # noqa: E402 - the environment comes first
from rag.types import Answer, Citation, Claim  # noqa: E402

if TYPE_CHECKING:
    from rag.chatbot import Chatbot

__version__ = "0.2.0"
__all__ = ["Answer", "Chatbot", "Citation", "Claim", "Settings", "__version__"]


def __getattr__(name: str) -> Any:
    """Load the chatbot when it is first asked for: its libraries take seconds, and `--help` needs none of them."""
    if name == "Chatbot":
        from rag.chatbot import Chatbot

        return Chatbot
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
