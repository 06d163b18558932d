"""Settings of the backend ``openai``: server, models, images, timeouts, cost.

In order of precedence: arguments, the settings of a replayed recording, the environment, the table
``[openai]`` of the config file, the defaults below. The contents of a record never affect them.

With an argument ``preset``, such as ``"ollama"``, the server is named, so nothing else may redirect
it: the variable ``OPENAI_BASE_URL`` is ignored, and so are the settings of ``[openai]`` that belong
to one server (``SERVER_SETTINGS``), unless its ``base_url`` is that of the preset. The preset has a
table of its own, such as ``[ollama]``.

The command line imports this module for the choices of its options, and ``doctor`` imports it too,
so it must not need any package of the extra ``openai``. This is why the checks are written out
below instead of using pydantic models.
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

from semcodec.backends.openai.field_names import Names, merge_names
from semcodec.backends.presets import PRESETS, Preset
from semcodec.errors import InputError

OPENAI_URL: Final = "https://api.openai.com/v1"
#: As of November 2026. They are row 1 of the registry, so a record names them in one byte.
DEFAULT_MODELS: Final = {"describer": "gpt-5.5", "writer": "gpt-5.5", "painter": "gpt-image-2"}
#: The settings that name a model.
MODELS: Final = ("describer", "writer", "painter", "checker", "locator")
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "api": ("chat", "responses"),
    "detail": ("low", "high", "auto"),
    "image_format": ("jpeg", "png", "webp"),
    "quality": ("low", "medium", "high", "auto"),
    "structured": ("auto", "json_schema", "off"),
}
LOCAL_HOSTS: Final = ("127.0.0.1", "localhost", "::1")
CONFIG_ENV: Final = "SEMCODEC_CONFIG"
BASE_URL_ENV: Final = "OPENAI_BASE_URL"  #: the variable that all OpenAI clients read
API_KEY_FIELD: Final = "api_key"  #: in the config file
EXTRA_FIELDS: Final = ("text_extra", "image_extra")
#: Settings that belong to one server; the others hold for all of them.
SERVER_SETTINGS: Final = (
    "base_url", "preset", "describer", "writer", "painter", "checker", "locator", "api",
    "structured",
    "effort", "start_from_colors", "start_strength", "text_extra", "image_extra", "text_names",
    "image_names", "ca_file",
    "requests_per_minute", "tokens_per_minute",
)  # fmt: skip
NAME_FIELDS: Final = ("text_names", "image_names")
RATE_LIMITS: Final = ("requests_per_minute", "tokens_per_minute")
#: Neither stored in a recording nor read from one: limits on cost and on rates, and paths on this
#: machine.
UNRECORDED_SETTINGS: Final = ("prices", "max_cost", "prompts", "ca_file", *RATE_LIMITS)
SECRET_NAME_PATTERN: Final = re.compile("api_?key|secret|password|authorization", re.I)
MAX_CONFIG_BYTES: Final = 100_000
MAX_IMAGE_SIDE: Final = 2048  #: pixels
MAX_RETRIES: Final = 10
MAX_SECONDS: Final = 3600.0
#: Most of a start of a few colors must change; what is left decides where it is light and dark.
DEFAULT_START_STRENGTH: Final = 0.9
MIN_START_STRENGTH: Final = 0.01
DEFAULT_TEMPERATURE: Final = 0
#: Some servers take 0 for a random seed.
DEFAULT_SEED: Final = 1
MAX_TEMPERATURE: Final = 2
MAX_SEED: Final = 2**31 - 1  #: servers have 32-bit integers
SAMPLING: Final[tuple[tuple[str, int, tuple[type, ...]], ...]] = (
    ("temperature", MAX_TEMPERATURE, (int, float)),
    ("seed", MAX_SEED, (int,)),
)
#: The families of OpenAI's models that take a temperature; all others reason, and reject it.
OPENAI_WITH_TEMPERATURE: Final = ("gpt-4", "gpt-3.5", "chatgpt-4o", "ft:gpt-4", "ft:gpt-3.5")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings for one server.

    Attributes:
        preset: the name of a server on this machine, one of ``backends.presets``; it sets the
            defaults of ``base_url`` and ``text_names``. None for any other server.
        base_url: the URL of the server's API, including ``/v1``.
        describer, writer, painter: models; None for OpenAI's default, or for the only model of
            another server.
        checker: the model that checks painted pictures; None for that of the describer.
        locator: the model that locates what the words name; None for that of the describer.
        api: ``"chat"``, which every server supports, or ``"responses"``.
        image_side: pixels of the longer side of an input image, 64..2048; a panorama is wider, with
            the same area as a square.
        image_format: the file format of an input image.
        detail: the level of detail at which the model views an input image.
        quality: the quality of a painted image.
        start_from_colors: whether the painter starts from the colors of a record that has some:
            the picture is then requested as an edit of them. Without it, and on a server that
            cannot edit, the colors of the finished picture are aligned with them.
        start_strength: how much of such a start may change, above 0 to 1; it is sent as the field
            ``strength``, but not to OpenAI. False to send none.
        structured: whether to request answers by a JSON schema; ``"auto"`` does so until the server
            rejects it.
        effort: the effort of reasoning models, such as ``"low"``; None for the server's default.
        most_output: maximum tokens of one answer, including reasoning.
        text_timeout, image_timeout: seconds in which a response must be complete.
        retries: maximum number of retries of a failed request, 0..10 (``errors`` lists which).
        temperature: of texts, 0..2; False to send none. The default is 0, but none for OpenAI's
            models that reason, which reject it.
        seed: of texts, 0..2147483647; False to send none. The default is 1, but none where there is
            no temperature by default. The seed of a picture is an argument of ``paint``.
        text_extra, image_extra: additional fields of requests, for servers that support them. False
            leaves out a field that would otherwise be sent, except ``store``, for which it is the
            value.
        text_names, image_names: other names of fields, such as ``{"max_completion_tokens":
            "max_tokens"}``; False leaves the field out.
        prices: dollars per million tokens by model: ``{"m": {"input": 1, "output": 2}}``.
        max_cost: dollars for all requests of the backend object; None for no limit.
        prompts: path of a prompt file that replaces the built-in prompts.
        ca_file: path of a PEM file of certificates to trust in addition to those of the system.
        requests_per_minute, tokens_per_minute: limits for all requests of a process to this server
            with this key; None for those that the server states.

    Raises:
        InputError: a value is not valid.
    """

    preset: str | None = None
    base_url: str = OPENAI_URL
    describer: str | None = None
    writer: str | None = None
    painter: str | None = None
    checker: str | None = None
    locator: str | None = None
    api: str = "chat"
    image_side: int = 1024
    image_format: str = "jpeg"
    detail: str = "high"
    quality: str = "medium"
    start_from_colors: bool = False
    start_strength: float = DEFAULT_START_STRENGTH
    structured: str = "auto"
    effort: str | None = None
    most_output: int = 4096
    temperature: float | None = None
    seed: int | None = None
    text_timeout: float = 120.0
    image_timeout: float = 300.0
    retries: int = 2
    text_extra: Mapping[str, Any] = field(default_factory=dict)
    image_extra: Mapping[str, Any] = field(default_factory=dict)
    text_names: Mapping[str, str | bool] = field(default_factory=dict)
    image_names: Mapping[str, str | bool] = field(default_factory=dict)
    prices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    max_cost: Decimal | None = None
    prompts: str | None = None
    ca_file: str | None = None
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        _check_text("preset", self.preset)
        if self.preset is not None and self.preset not in PRESETS:
            raise InputError(f"The setting preset must be one of {', '.join(PRESETS)}.")
        _check_url(self.base_url)
        for name, choices in CHOICES.items():
            if getattr(self, name) not in choices:
                raise InputError(f"The setting {name} must be one of {', '.join(choices)}.")
        for name in (*MODELS, "effort", "prompts", "ca_file"):
            _check_text(name, getattr(self, name))
        for name in (*EXTRA_FIELDS, *NAME_FIELDS, "prices"):
            _check_table(name, getattr(self, name))
        _ = self.text_field_names, self.image_field_names  # checks them
        for name in (*self.text_extra, *self.image_extra):
            if SECRET_NAME_PATTERN.search(name):
                # Extra fields are stored in recordings, which people share.
                raise InputError(
                    f"The field {name} looks like a secret and would be recorded: "
                    "use SEMCODEC_API_KEY for a key."
                )
        _check_number("image_side", self.image_side, 64, MAX_IMAGE_SIDE, int)
        _check_number("most_output", self.most_output, 16, 1_000_000, int)
        _check_number("retries", self.retries, 0, MAX_RETRIES, int)
        for name, maximum, types in SAMPLING:
            if (value := getattr(self, name)) is not None and value is not False:
                _check_number(name, value, 0, maximum, *types)
        if type(self.start_from_colors) is not bool:
            raise InputError("The setting start_from_colors must be true or false.")
        if self.start_strength is not False:
            _check_number("start_strength", self.start_strength, MIN_START_STRENGTH, 1, int, float)
        _check_number("text_timeout", self.text_timeout, 0.001, MAX_SECONDS, int, float)
        _check_number("image_timeout", self.image_timeout, 0.001, MAX_SECONDS, int, float)
        for name in RATE_LIMITS:
            if getattr(self, name) is not None:
                _check_number(name, getattr(self, name), 1, 1_000_000_000, int)
        if self.max_cost is not None:
            _check_number("max_cost", self.max_cost, 0, 1_000_000, Decimal)

    @property
    def is_openai(self) -> bool:
        """Whether the server is OpenAI's own, in any region."""
        host, openai_host = urlsplit(self.base_url).hostname or "", urlsplit(OPENAI_URL).hostname
        return host == openai_host or host.endswith(f".{openai_host}")

    @property
    def is_local(self) -> bool:
        """Whether the server runs on this machine."""
        return urlsplit(self.base_url).hostname in LOCAL_HOSTS

    @property
    def text_field_names(self) -> Names:
        """The fields of requests for texts that are renamed, or None for those left out."""
        return merge_names("text", self.text_extra, self.text_names)

    @property
    def image_field_names(self) -> Names:
        """The fields of requests for images that are renamed, or None for those left out."""
        return merge_names("image", self.image_extra, self.image_names)

    def sampling(self, model: str) -> dict[str, float]:
        """Return the temperature and the seed of a text by ``model``, without those not sent."""
        takes_them = not self.is_openai or model.startswith(OPENAI_WITH_TEMPERATURE)
        defaults = {"temperature": DEFAULT_TEMPERATURE, "seed": DEFAULT_SEED} if takes_them else {}
        own = {name: getattr(self, name) for name, *_ in SAMPLING}
        values = {**defaults, **{name: value for name, value in own.items() if value is not None}}
        return {name: value for name, value in values.items() if value is not False}

    def to_record(self) -> dict[str, Any]:
        """Return the settings that a recording stores, as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: dict(value) if isinstance(value, Mapping) else value
            for name, value in values.items()
            if name not in UNRECORDED_SETTINGS
        }

    @classmethod
    def load(cls, recorded: Mapping[str, Any], **arguments: Any) -> Settings:
        """Return settings merged from all sources.

        Args:
            recorded: the settings of a replayed recording; empty without one.
            arguments: settings that override all others; an argument that is None is ignored.

        Raises:
            InputError: a setting is unknown or not valid, or the config file cannot be read.
        """
        preset = arguments.get("preset")
        table = read_config() if preset is None else _read_preset_config(preset)
        merged = {
            **{name: value for name, value in table.items() if name != API_KEY_FIELD},
            **(_from_environment() if preset is None else {}),
            **{name: value for name, value in recorded.items() if name not in UNRECORDED_SETTINGS},
            **{name: value for name, value in arguments.items() if value is not None},
        }
        if not recorded:  # a recording has the result of this
            merged = _with_defaults(merged.get("preset"), merged)
        if BASE_URL_ENV in os.environ and "base_url" not in merged:
            # Most likely it was set from another variable that is empty by mistake. Then the
            # photograph must not be sent to OpenAI.
            raise InputError(f"{BASE_URL_ENV} is set but empty: set it to a URL, or unset it.")
        known = {field.name for field in fields(cls)}
        if unknown := sorted(set(merged) - known):
            names = ", ".join(sorted(known))
            raise InputError(f"Unknown setting {unknown[0]!r}: use one of {names}.")
        max_cost = merged.get("max_cost")
        if isinstance(max_cost, int | float) and not isinstance(max_cost, bool):
            merged["max_cost"] = Decimal(str(max_cost))
        return cls(**merged)


def _find_preset(name: object) -> Preset | None:
    return PRESETS.get(name) if isinstance(name, str) else None


def _read_preset_config(name: str) -> dict[str, Any]:
    """Return the settings of the config file for a preset: those of ``[openai]`` and its own."""
    table, preset = read_config(), _find_preset(name)
    is_same_server = preset is not None and table.get("base_url") == preset.base_url
    shared = {
        setting: value
        for setting, value in table.items()
        if is_same_server or setting not in SERVER_SETTINGS
    }
    return {**shared, **(read_config(name) if preset else {})}


def _with_defaults(name: object, merged: dict[str, Any]) -> dict[str, Any]:
    """Return ``merged`` with the defaults of a preset; other names of fields are kept."""
    preset = _find_preset(name)
    if preset is None:
        return merged
    both = {"base_url": preset.base_url, **merged}
    own, names = preset.settings.get("text_names", {}), merged.get("text_names", {})
    if isinstance(names, Mapping):
        both["text_names"] = {**own, **names}
    return both


def read_config(name: str = "openai") -> dict[str, Any]:
    """Return a table of the config file, ``[openai]`` or that of a preset; empty if it is missing.

    Raises:
        InputError: the file cannot be read, or contains a key that other users could read.
    """
    path = config_path()
    if path.exists() and not path.is_file():
        raise InputError(f"The config file {path} is not a regular file.")
    try:
        with path.open("rb") as file:
            data, mode = file.read(MAX_CONFIG_BYTES + 1), os.fstat(file.fileno()).st_mode
        if len(data) > MAX_CONFIG_BYTES:
            raise InputError(
                f"The config file {path} has over {MAX_CONFIG_BYTES} bytes: shorten it."
            )
        table = _find_table(tomllib.loads(data.decode()), name)
    except FileNotFoundError:
        return {}
    except InputError:
        raise
    except (OSError, ValueError, RecursionError) as error:
        # The text of the error is omitted, because it may quote a line with the key.
        message = f"The config file {path} cannot be read: {type(error).__name__}."
        raise InputError(message) from None
    if not isinstance(table, dict):
        raise InputError(f"[{name}] in the config file {path} must be a table.")
    if API_KEY_FIELD in table and os.name == "posix" and mode & 0o077:
        raise InputError(
            f"{path} contains an API key but is readable by others (mode {mode & 0o777:o}): "
            "run chmod 600 on it."
        )
    return table


def _find_table(data: dict[str, Any], name: str) -> Any:
    """Return the table ``name``: TOML reads the heading ``[llama.cpp]`` as a table in a table."""
    outer, _, inner = name.partition(".")
    if name in data or not inner:
        return data.get(name, {})
    table = data.get(outer, {})
    return table.get(inner, {}) if isinstance(table, dict) else table


def config_path() -> Path:
    """Return the path of the config file, which need not exist."""
    if path := os.environ.get(CONFIG_ENV):
        return Path(path)
    folder = os.environ.get("APPDATA") if os.name == "nt" else os.environ.get("XDG_CONFIG_HOME")
    return Path(folder or Path("~/.config")).expanduser() / "semcodec" / "config.toml"


def _from_environment() -> dict[str, str]:
    """Return the settings from the environment; an empty variable is ignored."""
    url = os.environ.get(BASE_URL_ENV, "").strip()
    return {"base_url": url} if url else {}


def _check_url(url: object) -> None:
    if not isinstance(url, str) or not _is_http_url(url):
        raise InputError(
            "The base URL is not an HTTP URL: use one such as https://api.openai.com/v1 or "
            "http://127.0.0.1:8080/v1."
        )
    if "@" in urlsplit(url).netloc or "?" in url or "#" in url:
        raise InputError(
            "The base URL must not contain a user, password or query: "
            "use SEMCODEC_API_KEY for a key."
        )


def _is_http_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises ValueError if it is not a number up to 65535
    except ValueError:
        return False
    is_http = parts.scheme in ("http", "https") and bool(parts.hostname)
    return is_http and url.isprintable() and " " not in url


def _check_text(name: str, value: object) -> None:
    if value is not None and not (
        isinstance(value, str) and value.strip() == value != "" and value.isprintable()
    ):
        raise InputError(f"The setting {name} must be one line of text.")


def _check_table(name: str, value: object) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise InputError(f"The setting {name} must be a table.")
    try:
        json.dumps(dict(value) if name in EXTRA_FIELDS else {}, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        message = f"The setting {name} contains a value that is not JSON-serializable: remove it."
        raise InputError(message) from None


def _check_number(name: str, value: Any, minimum: float, maximum: float, *types: type) -> None:
    is_valid = isinstance(value, types) and not isinstance(value, bool)
    if not is_valid or not _is_between(value, minimum, maximum):
        raise InputError(f"The setting {name} must be a number from {minimum} to {maximum}.")


def _is_between(value: Any, minimum: float, maximum: float) -> bool:
    try:
        return bool(minimum <= value <= maximum)
    except InvalidOperation:  # Decimal("NaN")
        return False
