"""API keys: find the key for a server, and redact it in everything that the server returns.

A key comes from the environment, the keyring, or a config file that only its owner can read; never
from an argument, because every process on the machine can list arguments.

The invariant: a key leaves the process only in the ``Authorization`` header of a request to its own
server. A server can send the key back in an error message, a model name, a header or an image, in
other forms too (``redaction``), and received texts end up in messages, traces and recordings that
people share. So no received text is used before ``redact`` (answers) or ``redact_message``
(messages; also removes anything that looks like another key), and an image that contains the key is
rejected (``leaks_in``). Redaction comes before shortening, because a key that is cut in two would
not be recognized. Tested by ``test_a_fault_has_the_outcome_in_the_table``, which searches output,
log, trace and recording of every fault for parts of the key, by
``test_key_in_any_form_reaches_no_output``, by ``test_a_key_in_a_response_is_not_stored`` and by
``test_image_with_the_key_is_rejected``.
"""

from __future__ import annotations

import os
import re
from typing import Final

from semcodec.backends.openai.redaction import REDACTED, Redactor
from semcodec.backends.openai.settings import (
    API_KEY_FIELD,
    OPENAI_URL,
    Settings,
    config_path,
    read_config,
)
from semcodec.backends.presets import PRESETS
from semcodec.errors import BackendError
from semcodec.forks import block_fork

SEMCODEC_ENV: Final = "SEMCODEC_API_KEY"
OPENAI_ENV: Final = "OPENAI_API_KEY"
KEYRING_ENTRY: Final = ("semcodec", "openai")  #: service and user
PLACEHOLDER: Final = "unused"  #: sent to a server that needs no key
NO_SOURCE: Final = "nowhere"  #: the source of the placeholder
MAX_MESSAGE: Final = 100_000  #: characters of a text that a message may quote; it quotes fewer
#: Matches anything that looks like an OpenAI key, complete or shortened by the server.
KEY_PATTERN: Final = re.compile(r"\bsk-[\w*.…-]{6,}|(?i:\bbearer\s+)[\w.~+/=*…-]{6,}")


class ApiKey:
    """A secret that neither ``repr`` nor ``pickle`` shows.

    Attributes:
        source: where the key was found, for messages.
    """

    __slots__ = ("_redactor", "_value", "source")

    source: str

    def __init__(self, value: str, source: str) -> None:
        self._value, self.source = value, source
        self._redactor = Redactor(value)

    def __repr__(self) -> str:
        return f"ApiKey from {self.source}"

    def __reduce__(self) -> str:
        """Raise TypeError: a pickled copy could be stored where others can read it."""
        raise TypeError("an API key cannot be copied or pickled")

    def reveal(self) -> str:
        """Return the secret; only for the header of a request."""
        return self._value

    def redact(self, text: str) -> str:
        """Return ``text`` without the key, in any form that ``redaction`` finds."""
        return self._redactor.redact(text)

    def redact_message(self, text: str) -> str:
        """Return the beginning of a message without the key and what looks like another one."""
        return KEY_PATTERN.sub(REDACTED, self.redact(text[:MAX_MESSAGE]))

    def leaks_in(self, data: bytes) -> bool:
        """Return whether ``data`` contains the key."""
        return self._redactor.leaks_in(data)


def find_key(settings: Settings) -> ApiKey:
    """Return the key for the server, or a placeholder for a server that may not need one.

    Raises:
        BackendError: the server is OpenAI and no key was found, or the key is not valid.
    """
    key = _find_key(settings)
    if key is not None:
        return key
    if settings.is_openai:
        message = (
            f"No API key for {settings.base_url}: set {OPENAI_ENV} in the environment, or write "
            f"{API_KEY_FIELD} into [openai] of {config_path()} with mode 600."
        )
        raise BackendError(message, backend="openai", stage="load")
    return ApiKey(PLACEHOLDER, NO_SOURCE)


def describe_key(settings: Settings) -> str:
    """Return where the key for the server was found, or that it may need none; never the key.

    Raises:
        BackendError: as for ``find_key``.
    """
    source = find_key(settings).source
    return "none, and this server may need none" if source == NO_SOURCE else f"from {source}"


def _find_key(settings: Settings) -> ApiKey | None:
    """Return the first key that may be sent to the server, or None."""
    if value := os.environ.get(SEMCODEC_ENV):
        return _parse_key(value, f"${SEMCODEC_ENV}")
    if settings.base_url.startswith("http:") and not settings.is_local:
        return None  # an OpenAI key is never sent over the network unencrypted
    # A preset names a server that is not OpenAI, so OpenAI's key is not for it.
    if (settings.preset is None or settings.is_openai) and (value := os.environ.get(OPENAI_ENV)):
        return _parse_key(value, f"${OPENAI_ENV}")
    if settings.is_openai and (value := _from_keyring()):
        return _parse_key(value, "the keyring")
    defaults = {"openai": OPENAI_URL}
    if settings.preset is not None:
        defaults[settings.preset] = PRESETS[settings.preset].base_url
    for name, default_url in defaults.items():
        table = read_config(name)
        # The key in the config file is for the server beside it.
        if API_KEY_FIELD in table and table.get("base_url", default_url) == settings.base_url:
            return _parse_key(table[API_KEY_FIELD], str(config_path()))
    return None


def _parse_key(value: object, source: str) -> ApiKey:
    key = value.strip() if isinstance(value, str) else ""
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        message = f"The API key from {source} contains invalid characters: set it again."
        raise BackendError(message, backend="openai", stage="load")
    return ApiKey(key, source)


def _from_keyring() -> str | None:
    """Return the key stored by ``keyring set semcodec openai``, or None."""
    try:
        with block_fork():
            import keyring

        key: str | None = keyring.get_password(*KEYRING_ENTRY)
        return key
    except Exception:  # third-party code; a missing or locked keyring has no key
        return None
