"""The drafter for those who configure a chat model: it writes the sentences, and points at the evidence by number.

It never copies a quote or an id; code resolves the numbers. What it writes passes the same checks as everything else,
and when it cannot be reached the embedded reader answers instead.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.exceptions import ModelError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from rag import prompts
from rag.draft import Drafter
from rag.errors import ProviderError
from rag.settings import Settings
from rag.types import Candidate, Draft, Evidence, Retrieved

_log = logging.getLogger("footnote")
_SECONDS = 30  # for one request; with one repetition a question waits a minute at most
_NUMBERS = r"(?:\s*\[\d+(?:\s*,\s*\d+)*\])"
_SENTENCE = re.compile(rf"\s*(?P<text>[^\[\]]+?)(?P<numbers>{_NUMBERS}+)(?P<stop>[.!?]?)", re.S)
_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "google_genai": "google", "ollama": "ollama"}


class ChatDrafter:
    """Drafts with any LangChain chat model; the fallback drafts when that fails."""

    threshold = 0.0  # the model declines in words: REFUSAL

    def __init__(self, name: str, model: BaseChatModel, fallback: Drafter) -> None:
        self.name = name
        self._model = model
        self._fallback = fallback

    def draft(self, question: str, found: Sequence[Retrieved], evidence: Sequence[Evidence]) -> Draft:
        """Return the model's sentences as candidates; none when it declines, the fallback's when it fails."""
        try:
            written = self._model.invoke(_messages(question, evidence)).text
        except ModelError as error:
            _log.warning("%s did not answer (%s); the embedded reader answers.", self.name, type(error).__name__)
            return self._fallback.draft(question, found, evidence)
        except Exception as error:  # a body that is no JSON, no choices: as many classes as clients
            _log.warning("%s sent no usable answer (%s); the embedded reader answers.", self.name, type(error).__name__)
            return self._fallback.draft(question, found, evidence)
        candidates = parse(written)
        # A chat model gives no probability that it is right: halfway stands for "not known".
        return Draft(candidates, "", 0.5 if candidates else 0.0, self.name)


def load_model(settings: Settings) -> BaseChatModel:
    """Build the configured chat model; raises ProviderError that names what is missing. No request is made."""
    options: dict[str, Any] = {"base_url": settings.base_url} if settings.base_url else {}
    try:
        model: BaseChatModel = init_chat_model(
            settings.model, timeout=_SECONDS, max_retries=1, temperature=0, **options
        )
    except ImportError:
        provider = settings.model.partition(":")[0]
        extra = _EXTRAS.get(provider)
        package = f"'footnote[{extra}]'" if extra else f"langchain-{provider.replace('_', '-')}"
        raise ProviderError(
            f"The model {settings.model} needs a package that is not installed: pip install {package}"
        ) from None
    except Exception as error:  # every provider's client has its own; their texts may repeat a key
        raise ProviderError(
            f"The model {settings.model} could not be set up ({type(error).__name__}). Check the name and the key."
        ) from None
    return model


def parse(written: str) -> tuple[Candidate, ...]:
    """Return the sentences of a model's answer that end in numbers; a refusal gives none."""
    if prompts.REFUSAL.lower() in written.lower():
        return ()
    found = []
    for sentence in _SENTENCE.finditer(written):
        numbers = tuple(dict.fromkeys(int(number) for number in re.findall(r"\d+", sentence["numbers"])))
        text = " ".join(sentence["text"].lstrip(".!? \n").split())
        text += sentence["stop"] if text and text[-1] not in '.!?”"' else ""
        if text:
            found.append(Candidate(text, numbers))
    return tuple(found)


def _messages(question: str, evidence: Sequence[Evidence]) -> list[SystemMessage | HumanMessage]:
    # Brackets are how the model points at sentences, so none may come from a document.
    sentences = "\n".join(f"[{item.number}] {_fenced(item.sentence.text)}" for item in evidence)
    return [
        SystemMessage(prompts.SYSTEM.format(refusal=prompts.REFUSAL)),
        HumanMessage(prompts.QUESTION.format(sentences=sentences, question=_fenced(question))),
    ]


def _fenced(text: str) -> str:
    return " ".join(text.translate(str.maketrans("[]<>", "()‹›")).split())
