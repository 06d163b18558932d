"""Say what is wrong with a connection, and what helps.

httpcore2 states the cause only in the text of an error, so it is recognized there. A text that is
not known only gets the general message. ``tls`` has the messages for a TLS connection.
"""

from __future__ import annotations

from typing import Final

import httpx2

from semcodec.backends.openai.error_texts import Problem
from semcodec.backends.openai.settings import Settings

CHECK_SERVER: Final = "check that it is running and that the base URL is right."
UPDATE_SERVER: Final = "update the server, or the proxy before it."
#: httpcore2's words for a response that does not begin as HTTP.
NOT_HTTP: Final = ("illegal request line", "illegal status line")
#: httpcore2's words for a connection that ends before the response does.
NO_RESPONSE: Final = "Server disconnected"
CLOSED: Final = (NO_RESPONSE, "peer closed")

#: Parts of other texts of httpcore2, with what the response has.
UNCLEAR: Final = {
    "Receive buffer too long": "headers that are too long",
    "Only Transfer-Encoding": "an unknown transfer encoding",
    "_SWITCH_UPGRADE": "a change to another protocol",
}


#: Texts of errors before the request is sent, with the message for each.
UNREACHABLE: Final = (
    (
        ("Name or service not known", "nodename nor servname", "getaddrinfo failed", "No address",
         "Temporary failure in name resolution"),
        Problem(
            "cannot be reached, because its host is unknown",
            "check the host in the base URL, and the network.",
        ),
    ),
    (
        ("UNEXPECTED_EOF",),
        Problem(
            "cannot be reached (ConnectError), because it ends the TLS handshake",
            "check scheme, host and port of the base URL.",
        ),
    ),
    (
        ("Connection refused", "actively refused"),
        Problem("cannot be reached, because nothing listens on its port", CHECK_SERVER),
    ),
    (
        ("unreachable", "No route to host", "Network is down"),
        Problem("cannot be reached from this network", "check the network and the base URL."),
    ),
)  # fmt: skip


def unreachable_problem(cause: BaseException | None) -> Problem:
    """Return the message for an error before the request was sent."""
    text = str(cause)
    if isinstance(cause, httpx2.ProxyError):
        if "407" in text:
            reason = "cannot be reached (ProxyError), because the proxy requires a login"
            return Problem(reason, "write user and password into HTTPS_PROXY.")
        advice = "check HTTPS_PROXY, or exclude the server with NO_PROXY."
        return Problem("cannot be reached (ProxyError) through the proxy", advice)
    for texts, problem in UNREACHABLE:
        if any(part in text for part in texts):
            return problem
    return Problem(f"cannot be reached ({type(cause).__name__})", CHECK_SERVER)


def protocol_problem(cause: BaseException | None, stage: str, settings: Settings) -> Problem | None:
    """Return the message for a response that is not valid HTTP, or None for any other error.

    The text of the error is cut where it quotes the response.
    """
    if not isinstance(cause, httpx2.RemoteProtocolError):
        return None
    text = str(cause)
    if text.startswith(CLOSED):
        return None
    if text.startswith(NOT_HTTP):
        scheme = "http" if settings.base_url.startswith("https:") else "https"
        return Problem(
            f"did not respond to '{stage}' with HTTP",
            f"check the port of the base URL, or whether it starts with {scheme}://.",
        )
    known = (reason for part, reason in UNCLEAR.items() if part in text)
    reason = next(known, text.partition(":")[0])
    return Problem(f"responded to '{stage}' with invalid HTTP ({reason})", UPDATE_SERVER)
