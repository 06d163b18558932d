"""The settings of a server: its address, its token and its limits."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Final

from semcodec.errors import InputError

LOOPBACK: Final = "127.0.0.1"
LOCALHOST: Final = "localhost"
DEFAULT_PORT: Final = 8000
MAX_PORT: Final = 65535
MIN_TOKEN, MAX_TOKEN = 16, 500  #: characters
MAX_WAITING: Final = 8  #: requests that wait for their turn, by default
MAX_QUEUE: Final = 100  #: the most that may be set, since each may have a body in memory
MAX_SECONDS: Final = 600.0  #: from the beginning of a request to its response, by default


@dataclass(frozen=True, slots=True)
class Settings:
    """Where a server listens, what it requires, and how long a request may take.

    Attributes:
        host: an IP address, or ``"localhost"`` for 127.0.0.1. Outside this machine, a server needs
            a token.
        port: 0..65535; 0 for any free one.
        token: what a client must send as API key: 16..500 ASCII letters, digits and punctuation
            marks; ``""`` for none.
        max_waiting: requests that may wait while one is carried out, 0..100; any other is rejected.
        max_seconds: after which a client gets an error in place of the result; above 0.

    Raises:
        InputError: a value is invalid, or the address needs a token.
    """

    host: str = LOOPBACK
    port: int = DEFAULT_PORT
    token: str = field(default="", repr=False)
    max_waiting: int = MAX_WAITING
    max_seconds: float = MAX_SECONDS

    def __post_init__(self) -> None:
        address = self.address
        if not 0 <= self.port <= MAX_PORT:
            raise InputError(f"Invalid port {self.port}: use a number from 0 to {MAX_PORT}.")
        if not 0 <= self.max_waiting <= MAX_QUEUE:
            raise InputError(f"Invalid queue of {self.max_waiting}: use 0 to {MAX_QUEUE} requests.")
        if not 0 < self.max_seconds < float("inf"):
            raise InputError(f"Invalid time of {self.max_seconds} s: use a number above 0.")
        if self.token:
            check_token(self.token)
        elif not address.is_loopback:
            raise InputError(
                f"The address {self.host} can be reached from other machines, so the server needs "
                "a token: set one with --token-file, or listen on 127.0.0.1."
            )

    @property
    def address(self) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
        """The IP address to listen on."""
        try:
            return ipaddress.ip_address(LOOPBACK if self.host == LOCALHOST else self.host)
        except ValueError as error:
            raise InputError(
                f"{self.host[:60]!r} is not an IP address: use one of this machine, such as "
                "127.0.0.1, or 0.0.0.0 for all."
            ) from error


def check_token(token: str) -> str:
    """Return ``token``.

    Raises:
        InputError: it cannot be sent in a header, or is easy to guess; the message has no part of
            the token.
    """
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise InputError(
            "The token has spaces, line breaks or characters outside of ASCII: use one line of "
            "ASCII letters, digits and punctuation."
        )
    if not MIN_TOKEN <= len(token) <= MAX_TOKEN:
        raise InputError(
            f"The token has {len(token)} characters: use {MIN_TOKEN} to {MAX_TOKEN}, such as those "
            "of openssl rand -hex 32."
        )
    return token
