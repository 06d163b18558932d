"""Access control: requests of web pages are rejected, and those without the token if there is one.

A server on loopback can be reached by each web page that is open in a browser on the same machine,
in two ways. A page can send a request to 127.0.0.1: it has a header ``Origin`` (or, for a picture
or a script, ``Sec-Fetch-Site``), so requests with one are rejected, and no response allows another
origin. Or the page's own name is made to resolve to 127.0.0.1 (DNS rebinding): the request then has
that name as ``Host``, so a server without a token accepts only names of loopback.
"""

from __future__ import annotations

import hmac
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from semcodec.serve.problems import RequestError
from semcodec.serve.settings import LOCALHOST

#: What browsers state of a request that the user has typed into the address bar.
TYPED: Final = "none"
BEARER: Final = "bearer"
#: An address of version 6 in brackets, or another name; then a port.
HOST: Final = re.compile(r"(?:\[([0-9A-Fa-f:]+)\]|([0-9A-Za-z.-]+))(?::[0-9]*)?")


@dataclass(frozen=True, slots=True)
class Access:
    """Decides whether a request is carried out.

    Attributes:
        token: what a client must send; ``""`` for none.
    """

    token: str = field(default="", repr=False)

    def check(self, headers: Mapping[str, str], *, is_public: bool = False) -> None:
        """Check the headers of a request.

        Args:
            headers: by names in lower case.
            is_public: whether the request needs no token.

        Raises:
            RequestError: status 403, it comes from a web page, or names another host; status 401,
                it does not have the token.
        """
        if "origin" in headers or headers.get("sec-fetch-site", TYPED) != TYPED:
            raise RequestError(
                403,
                "Requests of web pages are rejected: use a client outside of the browser.",
                "origin_rejected",
            )
        if self.token:
            if not is_public:
                self._check_token(headers.get("authorization", ""))
        elif not names_loopback(headers.get("host", "")):
            raise RequestError(
                403,
                "The request names another host than this machine: use http://127.0.0.1 with the "
                "port of the server.",
                "host_rejected",
            )

    def _check_token(self, header: str) -> None:
        scheme, _, sent = header.partition(" ")
        is_token = hmac.compare_digest(sent.strip().encode(), self.token.encode())
        if scheme.lower() != BEARER or not is_token:
            raise RequestError(
                401,
                "The server requires its token: send it as API key.",
                "invalid_api_key",
            )


def names_loopback(host: str) -> bool:
    """Return whether a header ``Host`` names loopback, with any port.

    >>> names_loopback("localhost:8000"), names_loopback("[::1]:8000"), names_loopback("a.example")
    (True, True, False)
    """
    match = HOST.fullmatch(host)
    name = "" if match is None else (match[1] or match[2]).lower()
    try:
        return name == LOCALHOST or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False
