"""What can be set about a server: where it is, which models, how pictures travel, when to give up.

What the caller gives comes first, then what a replayed tape says, the environment, the table
``[openai]`` of the config file, and what stands here. Nothing in a record has any say.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from semcodec.errors import InputError

OPENAI: Final = "https://api.openai.com/v1"
#: Current in November 2026. The set is row 1 of the registry, so naming it costs a record one byte.
MODELS: Final = {"describer": "gpt-5.5", "writer": "gpt-5.5", "painter": "gpt-image-2"}
CHOICES: Final = {
    "api": ("chat", "responses"),
    "detail": ("low", "high", "auto"),
    "image_format": ("jpeg", "png", "webp"),
    "quality": ("low", "medium", "high", "auto"),
    "structured": ("auto", "json_schema", "off"),
}
LOCAL: Final = ("127.0.0.1", "localhost", "::1")
CONFIG: Final = "SEMCODEC_CONFIG"
BASE_URL: Final = "OPENAI_BASE_URL"  #: as every client of OpenAI reads it
SECRET: Final = "api_key"  # noqa: S105  # the name of a setting
EXTRAS: Final = ("text_extra", "image_extra")
#: What a tape does not keep, nor has any say in: money, and files of this machine.
NOT_RECORDED: Final = ("prices", "max_cost", "prompts")
SECRETIVE: Final = re.compile("api_?key|secret|password|authorization", re.I)
MAX_CONFIG: Final = 100_000  #: bytes of the config file
MAX_SIDE: Final = 2048  #: pixels of a picture that is sent
MAX_RETRIES: Final = 10
MAX_SECONDS: Final = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How to talk to a server.

    Attributes:
        base_url: with ``/v1``, as every client of OpenAI takes it.
        describer, writer, painter: models; None is the default of OpenAI, or the only model that
            another server has.
        api: ``"chat"``, which every server has, or ``"responses"``.
        image_side: pixels of the longer side of a picture to look at, 64..2048.
        image_format: of a picture to look at.
        detail: how closely the model looks.
        quality: of what is painted.
        structured: whether answers are held to a JSON schema: ``"auto"`` tries.
        effort: of models that reason, such as ``"low"``; None leaves it to the server.
        most_output: tokens of one answer at most, thoughts included.
        text_timeout, image_timeout: seconds in which an answer must be complete.
        retries: of calls that surely did nothing.
        text_extra, image_extra: fields for servers that know more; of pictures, false leaves a
            field out that we would send.
        prices: dollars per million tokens by model: ``{"m": {"input": 1, "output": 2}}``.
        max_cost: dollars; None is no limit.
        prompts: a file of prompts instead of ours.
    """

    base_url: str = OPENAI
    describer: str | None = None
    writer: str | None = None
    painter: str | None = None
    api: str = "chat"
    image_side: int = 1024
    image_format: str = "jpeg"
    detail: str = "high"
    quality: str = "medium"
    structured: str = "auto"
    effort: str | None = None
    most_output: int = 4096
    text_timeout: float = 120.0
    image_timeout: float = 300.0
    retries: int = 2
    text_extra: Mapping[str, Any] = field(default_factory=dict)
    image_extra: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    max_cost: Decimal | None = None
    prompts: str | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be meant."""
        _check_url(self.base_url)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"The setting {name} is one of {', '.join(choices)}.")
        for name in ("describer", "writer", "painter", "effort", "prompts"):
            _check_text(name, getattr(self, name))
        for name in (*EXTRAS, "prices"):
            _check_table(name, getattr(self, name))
        for name in (*self.text_extra, *self.image_extra):
            if SECRETIVE.search(name):
                raise InputError(f"The field {name} would stand on tapes: give the key as a key.")
        _check_number("image_side", self.image_side, 64, MAX_SIDE, int)
        _check_number("most_output", self.most_output, 16, 1_000_000, int)
        _check_number("retries", self.retries, 0, MAX_RETRIES, int)
        _check_number("text_timeout", self.text_timeout, 0.001, MAX_SECONDS, int, float)
        _check_number("image_timeout", self.image_timeout, 0.001, MAX_SECONDS, int, float)
        if self.max_cost is not None:
            _check_number("max_cost", self.max_cost, 0, 1_000_000, Decimal)

    @property
    def is_openai(self) -> bool:
        """Whether the server is OpenAI's own."""
        host, theirs = urlsplit(self.base_url).hostname or "", urlsplit(OPENAI).hostname
        return host == theirs or host.endswith(f".{theirs}")  # those of regions too

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine."""
        return urlsplit(self.base_url).hostname in LOCAL

    def recorded(self) -> dict[str, Any]:
        """Return what a tape keeps: all that decides what is asked, and nothing of this machine."""
        every = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in every.items()
            if name not in NOT_RECORDED
        }

    @classmethod
    def found(cls, recorded: Mapping[str, Any], **given: Any) -> Settings:
        """Return what is ``given``, then ``recorded``, then in environment and config file.

        Raises:
            InputError: a setting is wrong, or there is none of its name.
        """
        known = {one.name for one in fields(cls)}
        stored = {name: value for name, value in config().items() if name != SECRET}
        asked = {name: value for name, value in given.items() if value is not None}
        tape = {name: value for name, value in recorded.items() if name not in NOT_RECORDED}
        merged = {**stored, **_of_environment(), **tape, **asked}
        if BASE_URL in os.environ and "base_url" not in merged:
            # Most likely another variable was not set: the photograph must not go to OpenAI.
            raise InputError(f"{BASE_URL} is set and empty: set it to a URL, or unset it.")
        if unknown := sorted(set(merged) - known):
            raise InputError(
                f"There is no setting {unknown[0]!r}: there are {', '.join(sorted(known))}."
            )
        if isinstance(merged.get("max_cost"), int | float) and not isinstance(
            merged["max_cost"], bool
        ):
            merged["max_cost"] = Decimal(str(merged["max_cost"]))
        return cls(**merged)


def _of_environment() -> dict[str, str]:
    """Return the settings that the environment has; an empty variable has none."""
    url = os.environ.get(BASE_URL, "").strip()
    return {"base_url": url} if url else {}


def config() -> dict[str, Any]:
    """Return the table ``[openai]`` of the config file; empty if there is none.

    Raises:
        InputError: it cannot be read, or holds a key that others could read.
    """
    path = config_path()
    if path.exists() and not path.is_file():
        raise InputError(f"The config file {path} is no file.")
    try:
        with path.open("rb") as file:
            data, mode = file.read(MAX_CONFIG + 1), os.fstat(file.fileno()).st_mode
        table = tomllib.loads(data.decode()).get("openai", {}) if len(data) <= MAX_CONFIG else None
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"The config file {path} cannot be read: {type(error).__name__}."
        ) from None
    if table is None:
        raise InputError(f"The config file {path} has over {MAX_CONFIG} bytes: write less.")
    if not isinstance(table, dict):
        raise InputError(f"In the config file {path}, [openai] must be a table.")
    if SECRET in table and os.name == "posix" and mode & 0o077:
        raise InputError(f"Others can read the key in {path}: run chmod 600 on it.")
    return table


def config_path() -> Path:
    """Return where the config file is, or would be."""
    if named := os.environ.get(CONFIG):
        return Path(named)
    home = os.environ.get("APPDATA") if os.name == "nt" else os.environ.get("XDG_CONFIG_HOME")
    return Path(home or Path("~/.config")).expanduser() / "semcodec" / "config.toml"


def _check_url(url: object) -> None:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
        good = parts is not None and parts.scheme in ("http", "https") and bool(parts.hostname)
        good = (
            good
            and parts is not None
            and (parts.port or True)
            and str(url).isprintable()
            and " " not in str(url)
        )
    except ValueError:
        good = False
    if not good:
        raise InputError(
            "The base URL is like https://api.openai.com/v1 or http://127.0.0.1:8080/v1."
        )
    if parts is not None and ("@" in parts.netloc or "?" in str(url) or "#" in str(url)):
        raise InputError(
            "The base URL has no user, password or query in it: give the key as a key."
        )


def _check_text(name: str, value: object) -> None:
    if value is not None and not (
        isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    ):
        raise InputError(f"The setting {name} must be one line of text.")


def _check_table(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InputError(f"The setting {name} is a table.")
    try:
        json.dumps(dict(value) if name in EXTRAS else {}, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise InputError(f"The setting {name} has a value that JSON has not.") from None


def _check_number(name: str, value: Any, least: float, most: float, *kinds: type) -> None:
    if isinstance(value, bool) or not isinstance(value, kinds) or not _is_in(value, least, most):
        raise InputError(f"The setting {name} is a number from {least} to {most}.")


def _is_in(value: Any, least: float, most: float) -> bool:
    try:
        return bool(least <= value <= most)
    except InvalidOperation:  # a Decimal that is no number
        return False
