"""The chat model's side of the wire: how it is built, read within a deadline, and what is said when it fails.

A provider's own words never leave this module: they may repeat the key.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from queue import Empty, SimpleQueue
from threading import Event, Thread
from typing import Any

from langchain.chat_models import init_chat_model
from langchain.chat_models.base import _BUILTIN_PROVIDERS as PROVIDERS  # LangChain tells them in no other way
from langchain_core.exceptions import ContextOverflowError, ModelTimeoutError
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk, BaseMessage, HumanMessage

from rag import prompts
from rag.errors import KeyMissingError, ProviderError
from rag.settings import Settings

_EXTRAS = {"openai": "openai", "anthropic": "anthropic", "google_genai": "google", "ollama": "ollama"}
_KEYS = {"openai": "OPENAI_API_KEY", "anthropic": "ANTHROPIC_API_KEY", "google_genai": "GOOGLE_API_KEY"}
_RETRIES = 1  # by the provider's client, of what may pass: 429, 5xx, no connection

_KEY = "did not accept the key{variable}"
_NO_KEY = "has no key{variable}"
_UNKNOWN = "is not known to its provider: check its name"
_BUSY = "takes no more requests for now: too many, or no credit is left"
_DOWN = "is out of order at its provider"
_LATE = "did not answer in time"
_UNREACHABLE = "could not be reached"
_TOO_LONG = "cannot read that much at once"
_REJECTED = "rejected the request"
_UNUSABLE = "sent nothing that can be used: check its name and the address"
_EMPTY = "sent an empty answer"
_BY_CLASS = {  # of an error, of one of its bases or of its cause; the clients' libraries need not be installed
    "EmptyAnswerError": _EMPTY,
    "ContextOverflowError": _TOO_LONG,
    "ModelAuthenticationError": _KEY,
    "ModelPermissionDeniedError": _KEY,
    "ModelNotFoundError": _UNKNOWN,
    "ModelRateLimitError": _BUSY,
    "ModelAPIError": _DOWN,
    "ModelTimeoutError": _LATE,
    "ModelConnectionError": _UNREACHABLE,
    "ModelInvalidRequestError": _REJECTED,
    "TimeoutException": _LATE,
    "TimeoutError": _LATE,
    "TransportError": _UNREACHABLE,
    "ConnectionError": _UNREACHABLE,
}
_BY_STATUS = {401: _KEY, 403: _KEY, 404: _UNKNOWN, 408: _LATE, 413: _TOO_LONG, 429: _BUSY, 504: _LATE}
_OVERFLOWS = ("context size", "context length", "context window", "prompt is too long", "exceed_context", "input token")


class EmptyAnswerError(Exception):
    """The model answered, with nothing."""


def load_model(settings: Settings) -> BaseChatModel:
    """Build the configured chat model; no request is made.

    Raises ProviderError that names an unknown provider or a missing package, KeyMissingError where only a key lacks.
    """
    provider = settings.model.partition(":")[0]
    if provider not in PROVIDERS:
        known = ", ".join(sorted(PROVIDERS))
        raise ProviderError(f"{provider!r} of the model {settings.model} is no provider. Use one of: {known}.")
    if provider == "anthropic" and not any(map(os.environ.get, ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"))):
        raise KeyMissingError(_failed(settings.model, _NO_KEY))  # its client would look for one elsewhere, for long
    try:
        model: BaseChatModel = init_chat_model(settings.model, **_options(settings, provider))
    except ImportError:
        extra = _EXTRAS.get(provider)
        package = f"'footnote[{extra}]'" if extra else f"langchain-{provider.replace('_', '-')}"
        raise ProviderError(
            f"The model {settings.model} needs a package that is not installed: pip install {package}"
        ) from None
    except Exception as error:  # every provider's client has its own; their texts may repeat a key
        if not _lacks_key(error):
            raise ProviderError(
                f"The model {settings.model} could not be set up ({type(error).__name__}). Check the name and the key."
            ) from None
        raise KeyMissingError(_failed(settings.model, _NO_KEY)) from None
    return model


def _options(settings: Settings, provider: str) -> dict[str, Any]:
    if provider == "ollama":  # has neither retries nor a time limit of this name
        options: dict[str, Any] = {"client_kwargs": {"timeout": settings.deadline}}
    else:
        options = {"timeout": settings.deadline, "max_retries": _RETRIES}
    if settings.base_url:
        options["base_url"] = settings.base_url
        if provider == "openai" and not os.environ.get(_KEYS[provider]):
            options["api_key"] = "none"  # a server of one's own needs none, but the client does
    return options


def chunks(model: Any, messages: Sequence[BaseMessage], ends: float, **options: Any) -> Iterator[AIMessageChunk]:
    """Yield what the model writes as it arrives, until `ends`, an instant of time.monotonic().

    A time limit of the client counts from each byte to the next; this one holds for a stream that trickles, too.
    Raises what the client raises, or ModelTimeoutError.
    """
    arrived: SimpleQueue[AIMessageChunk | Exception | None] = SimpleQueue()
    unwanted = Event()

    def read() -> None:
        try:
            for chunk in model.stream(list(messages), **options):
                arrived.put(chunk)
                if unwanted.is_set():
                    return
            arrived.put(None)
        except Exception as error:
            arrived.put(error)

    Thread(target=read, name="chat model", daemon=True).start()
    try:
        while (item := arrived.get(timeout=max(0.0, ends - time.monotonic()))) is not None:
            if isinstance(item, Exception):
                raise item
            yield item
    except Empty:
        raise ModelTimeoutError("the deadline has passed") from None
    finally:
        unwanted.set()


def greet(name: str, model: BaseChatModel, seconds: float) -> float:
    """Ask the model for a word; return the seconds that it took. Raises ProviderError that says what is wrong."""
    began = time.monotonic()
    try:
        if not any(chunk.text for chunk in chunks(model, [HumanMessage(prompts.GREETING)], began + seconds)):
            raise EmptyAnswerError
    except Exception as error:
        raise ProviderError(failure(name, error)) from None
    return time.monotonic() - began


def failure(model: str, error: Exception) -> str:
    """Say in a sentence of ours why the model `provider:name` did not answer."""
    return _failed(model, _reason(error))


def _failed(model: str, reason: str) -> str:
    variable = _KEYS.get(model.partition(":")[0], "")
    return prompts.FAILED.format(model=model, failure=reason.format(variable=f": set {variable}" if variable else ""))


def _reason(error: Exception) -> str:
    if _lacks_key(error):
        return _NO_KEY
    if overflows(error):
        return _TOO_LONG
    for cause in _causes(error):
        for base in type(cause).__mro__:
            if base.__name__ in _BY_CLASS:
                return _BY_CLASS[base.__name__]
        if status := _status(cause):
            return _BY_STATUS.get(status, _DOWN if status >= 500 else _REJECTED)
    return _UNUSABLE


def overflows(error: Exception) -> bool:
    """Whether the request was too long for the model; servers say so in words of their own."""
    if isinstance(error, ContextOverflowError):
        return True
    return _status(error) in (400, 413) and any(words in str(error).lower() for words in _OVERFLOWS)


def rejects(error: Exception) -> bool:
    """Whether the request's form was refused, so that a plainer one may pass."""
    of_no_use = isinstance(error, (TypeError, NotImplementedError)) and not _lacks_key(error)
    return _status(error) in (400, 422, 501) or of_no_use


def _lacks_key(error: Exception) -> bool:
    words = str(error).lower()
    return _status(error) == 0 and any(
        sign in words for sign in ("missing credentials", "api_key", "api key", "authentication method")
    )


def _status(error: BaseException) -> int:
    """The HTTP status of an error, 0 where it has none."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    return status if isinstance(status, int) and 400 <= status < 600 else 0


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
