"""Faults of the connection: it fails, or the response never ends."""

from __future__ import annotations

from typing import Final

from tests.backends.openai import fake_server
from tests.backends.openai.faults.fault import BILLED, SECONDS, Fault

LATE: Final = (
    f"The server URL did not complete 'STAGE' within {SECONDS} seconds{BILLED} "
    "with a longer --timeout."
)
LOST: Final = "The server URL lost the connection during 'STAGE'"
CONNECTIONS: Final = (
    Fault(
        "is not running",
        None,
        "The server URL cannot be reached (ConnectError): check that it is running and that the "
        "base URL is right.",
        0,
        0,
        (1, 2),
        scope="everything",
    ),
    Fault(
        "resets the connection", fake_server.reset, f"{LOST} (ReadError){BILLED}.", scope="server"
    ),
    Fault(
        "resets the connection during its response",
        fake_server.reset_in_body,
        f"{LOST} (ReadError){BILLED}.",
        scope="server",
    ),
    Fault(
        "closes the connection before the end of its response",
        fake_server.close_in_body,
        f"{LOST} (RemoteProtocolError){BILLED}.",
        scope="server",
    ),
    Fault(
        "uses another protocol",
        fake_server.send_other_protocol,
        f"{LOST} (RemoteProtocolError){BILLED}.",
        scope="server",
    ),
    Fault("never responds", fake_server.never_respond, LATE, is_late=True, scope="server"),
    Fault(
        "sends its response byte by byte", fake_server.drip_body, LATE, is_late=True, scope="server"
    ),
    Fault(
        "sends its headers one by one", fake_server.drip_headers, LATE, is_late=True, scope="server"
    ),
    Fault(
        "sends a response without end",
        fake_server.send_endless_body,
        "The server URL returned a response of over LIMIT bytes to 'STAGE': check the base URL.",
    ),
)
