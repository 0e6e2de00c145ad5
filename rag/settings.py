"""Settings: arguments, then the environment (`FOOTNOTE_CORPUS`, ...), then defaults. Inert: nothing is opened here."""

from __future__ import annotations

import os
import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

_PREFIX = "FOOTNOTE_"


class Settings(BaseSettings):
    """What a user may choose. Frozen; an unknown or ill-formed value raises SettingsError and names it."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, frozen=True, extra="forbid", env_ignore_empty=True)

    corpus: Path = Field(Path("corpus"), description="folder of documents")
    index: Path = Field(Path(".footnote"), description="folder of the index")
    model: str = Field("", description="chat model as PROVIDER:NAME; empty: the embedded reader answers")
    base_url: str = Field("", description="address of an OpenAI-compatible server, for `model`")
    deadline: float = Field(60, gt=0, le=3600, description="seconds that `model` may take for an answer, all told")
    embedder: str = Field("", description="folder or hub id of a sentence-transformers model; empty: the packaged one")
    chroma_url: str = Field("", description="address of a Chroma server; empty: Chroma's own store inside `index`")
    passages: int = Field(8, ge=1, le=50, description="passages that are read for a question")
    threshold: float | None = Field(
        None, ge=0, le=1, description="abstain below it; empty: as calibrated, or as fitted"
    )
    port: int = Field(7860, ge=1, le=65535, description="port of the page")
    host: str = Field("127.0.0.1", description="address of this machine that the page listens on")
    hosts: str = Field("", description="names under which others reach the page, separated by commas")
    auth_file: Path | None = Field(None, description="file of users and passwords; empty: nobody is asked")
    public: bool = Field(False, description="let others than this machine ask without a password")
    log_questions: bool = Field(False, description="write the texts of questions into the log")
    uploads: Literal["off", "session", "all"] = Field(
        "session", description="whether documents can be added on the page: for their session alone, or for all"
    )

    def __init__(self, **arguments: Any) -> None:
        unknown = sorted(
            name
            for name in os.environ
            if name.startswith(_PREFIX) and name.removeprefix(_PREFIX).lower() not in type(self).model_fields
        )
        if unknown:
            known = ", ".join(_PREFIX + name.upper() for name in type(self).model_fields)
            raise SettingsError(f"{unknown[0]} is not a setting of Footnote. Unset it, or use one of: {known}.")
        try:
            super().__init__(**arguments)
        except ValidationError as error:
            raise SettingsError(_sentence(error)) from None

    @field_validator("model")
    @classmethod
    def _provider_and_name(cls, value: str) -> str:
        if value and not all(value.partition(":")[::2]):
            raise ValueError("must be PROVIDER:NAME, such as openai:gpt-5-mini")
        return value

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        value = {"localhost": "127.0.0.1"}.get(value, value)
        try:
            ip_address(value)
        except ValueError:  # a name would have to be looked up
            raise ValueError("must be an address, such as 127.0.0.1, or 0.0.0.0 for all of this machine") from None
        return value

    @field_validator("hosts")
    @classmethod
    def _host_names(cls, value: str) -> str:
        for name in filter(None, map(str.strip, value.split(","))):
            if not re.fullmatch(r"[\w.-]+|\[[0-9a-fA-F:.]+\]", name):  # "*" would trust every name
                raise ValueError(f"{name!r} is no host name; separate names by commas")
        return value

    @field_validator("base_url", "chroma_url")
    @classmethod
    def _http_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"]) or "settings"
    name = name.removeprefix(_PREFIX.lower())
    reason = first["msg"].removeprefix("Value error, ")
    return (
        f"The setting {name} (or {_PREFIX}{name.upper()}) does not accept {first['input']!r}: {reason}. "
        "Correct it and start again."
    )
