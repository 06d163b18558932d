"""Keys: where one is found, to whom it may be sent, and that nobody sees it.

A key comes from the environment, the keyring, or a config file that others cannot read; never from
an argument, which every process of the machine could list.
"""

from __future__ import annotations

import os
import re
from typing import Any, Final

from semcodec.backends.openai.settings import OPENAI, SECRET, Settings, config, config_path
from semcodec.errors import BackendError
from semcodec.forks import block_fork

OURS: Final = "SEMCODEC_API_KEY"
THEIRS: Final = "OPENAI_API_KEY"
SERVICE: Final = ("semcodec", "openai")  #: service and user of the keyring
UNUSED: Final = "unused"  #: what a server that needs no key is sent
HIDDEN: Final = "[key]"
MIN_HIDDEN: Final = 6  #: characters; to hide shorter ones would only hide words
#: What looks like a key of OpenAI's, whole or with a part left out, whosever it is.
LOOKS_LIKE_ONE: Final = re.compile(r"\bsk-[\w*.…-]{6,}|(?i:\bbearer\s+)[\w.~+/=*…-]{6,}")


class ApiKey:
    """A secret that prints as none.

    Attributes:
        source: where it was found.
    """

    __slots__ = ("_pattern", "_value", "source")

    def __init__(self, value: str, source: str) -> None:
        self._value, self.source = value, source
        self._pattern = re.compile("".join(map(_as_it_is_or_quoted, value)))

    def __repr__(self) -> str:
        return f"Key from {self.source}"

    def __reduce__(self) -> str:
        """Refuse to be copied to where it could be read."""
        raise TypeError("a key is not written anywhere")

    def reveal(self) -> str:
        """Return the secret, for the header of a request and for nothing else."""
        return self._value

    @property
    def _is_secret(self) -> bool:
        return len(self._value) >= MIN_HIDDEN and self._value != UNUSED

    def gone(self, text: str) -> str:
        """Return an answer without the key, as it is or as it stands in a URL."""
        return self._pattern.sub(HIDDEN, text) if self._is_secret else text

    def hidden(self, text: str) -> str:
        """Return a message without the key, and without what looks like one."""
        return LOOKS_LIKE_ONE.sub(HIDDEN, self.gone(text))

    def is_in(self, data: bytes) -> bool:
        """Tell whether the key stands in ``data``."""
        return self._is_secret and self._value.encode() in data

    def hidden_in(self, value: Any) -> Any:
        """Return ``value``, as JSON has them, without the key in any of its texts."""
        if isinstance(value, dict):
            return {self.gone(name): self.hidden_in(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.hidden_in(one) for one in value]
        return self.gone(value) if isinstance(value, str) else value


def find_key(settings: Settings) -> ApiKey:
    """Return the key for a server.

    Raises:
        BackendError: it needs one, and there is none.
    """
    key = _found(settings)
    if key is not None:
        return key
    if settings.is_openai:
        message = (
            f"No key for {settings.base_url}: set {THEIRS} in the environment, or write {SECRET} "
            f"into [openai] of {config_path()} with mode 600."
        )
        raise BackendError(message, backend="openai", stage="load")
    return ApiKey(UNUSED, "nowhere, the server may need none")


def _found(settings: Settings) -> ApiKey | None:
    """Return the first key there is; one that was made for OpenAI is not sent in the clear."""
    in_the_clear = settings.base_url.startswith("http:") and not settings.is_local
    if value := os.environ.get(OURS):
        return _key(value, f"${OURS}")
    if in_the_clear:
        return None
    if value := os.environ.get(THEIRS):
        return _key(value, f"${THEIRS}")
    if settings.is_openai and (value := _from_keyring()):
        return _key(value, "the keyring")
    table = config()
    if SECRET not in table or table.get("base_url", OPENAI) != settings.base_url:
        return None  # the key of the file is for the server of the file
    return _key(table[SECRET], str(config_path()))


def _as_it_is_or_quoted(letter: str) -> str:
    return f"(?:{re.escape(letter)}|%(?i:{ord(letter):02x}))"


def _key(value: object, source: str) -> ApiKey:
    text = value.strip() if isinstance(value, str) else ""
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        message = f"The key from {source} has letters that no key has: set it again."
        raise BackendError(message, backend="openai", stage="load")
    return ApiKey(text, source)


def _from_keyring() -> str | None:
    """Return what the keyring has, if there is one: ``keyring set semcodec openai`` writes it."""
    try:
        with block_fork():
            import keyring

        found: str | None = keyring.get_password(*SERVICE)
        return found
    except Exception:  # a keyring is foreign code, and one that is locked or missing has no key
        return None
