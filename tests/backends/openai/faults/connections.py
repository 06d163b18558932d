"""Faults of the connection: it fails, the response is not HTTP, or it never ends."""

from __future__ import annotations

from typing import Final

from tests.backends.openai import fake_server
from tests.backends.openai.fake_server import respond, send
from tests.backends.openai.faults.fault import BILLED, PAGE, SECONDS, SUCCESS, Fault

LATE: Final = (
    f"The server URL did not complete 'STAGE' within {SECONDS} seconds{BILLED}: try again "
    "with a longer --timeout."
)
LOST: Final = "The server URL lost the connection during 'STAGE'"
NO_RESPONSE: Final = (
    f"{LOST} (RemoteProtocolError){BILLED}: check scheme and port of the base URL, or try again."
)
NOT_HTTP: Final = (
    "The server URL did not respond to 'STAGE' with HTTP: check the port of the base URL, or "
    "whether it starts with SCHEME://."
)
#: Two headers of most responses below.
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
TLS_ALERT: Final = b"\x15\x03\x03\x00\x02\x02\x46"


def invalid_http(reason: str) -> str:
    """Return the message for a response that breaks a rule of HTTP."""
    problem = f"The server URL responded to 'STAGE' with invalid HTTP ({reason})"
    return f"{problem}: update the server, or the proxy before it."


def unreachable(problem: str, advice: str) -> str:
    """Return the message for a server that cannot be reached."""
    return f"The server URL {problem}: {advice}"


CONNECTIONS: Final = (
    Fault(
        "is not running",
        None,
        unreachable(
            "cannot be reached, because nothing listens on its port",
            "check that it is running and that the base URL is right.",
        ),
        0, 0, (1, 2), scope="everything",
    ),
    Fault(
        "does not use TLS, but the base URL does",
        fake_server.answer_any_bytes(b"HTTP/1.1 400 Bad Request\r\n\r\n"),
        unreachable(
            "did not respond with TLS",
            "check the port of the base URL, or begin it with http:.",
        ),
        0, 0, scope="everything", at_connect=True, scheme="https",
    ),
    Fault(
        "closes the connection in the TLS handshake",
        fake_server.answer_any_bytes(b""),
        unreachable(
            "cannot be reached (ConnectError), because it ends the TLS handshake",
            "check scheme, host and port of the base URL.",
        ),
        0, 0, (1, 2), scope="everything", at_connect=True, scheme="https",
    ),
    Fault("uses TLS, but the base URL does not", send(TLS_ALERT), NOT_HTTP),
    Fault("sends other bytes than HTTP", send(b"\x00\x00\x12\x04\x00\x00\x00\x00"), NOT_HTTP),
    Fault(
        "tells that it uses TLS",
        respond(400, PAGE + b"The plain HTTP request was sent to HTTPS port", kind="text/html"),
        "The server URL uses TLS: write https:// in the base URL.",
        scope="everything",
    ),
    Fault("resets the connection", fake_server.reset, f"{LOST} (ReadError){BILLED}: try again.",
          scope="server"),
    Fault(
        "resets the connection during its response",
        fake_server.reset_in_body,
        f"{LOST} (ReadError){BILLED}: try again.",
        scope="server",
    ),
    Fault("closes the connection before its response", send(b""), NO_RESPONSE, scope="server"),
    Fault(
        "closes the connection before the end of its response",
        fake_server.close_in_body,
        f"{LOST} (RemoteProtocolError){BILLED}: try again.",
        scope="server",
    ),
    Fault(
        "closes the connection before the last chunk",
        send(HEAD + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n"),
        f"{LOST} (RemoteProtocolError){BILLED}: try again.",
        scope="server",
    ),
    Fault("uses another protocol", fake_server.send_other_protocol, NO_RESPONSE, scope="server"),
    Fault("uses HTTP/0.9", send(b'{"choices": []}'), NO_RESPONSE, scope="server"),
    Fault(
        "sends a chunk of an invalid length",
        send(HEAD + b"transfer-encoding: chunked\r\n\r\n-5\r\n{}\r\n"),
        invalid_http("illegal chunk header"),
    ),
    Fault(
        "sends two lengths",
        send(HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}"),
        invalid_http("conflicting Content-Length headers"),
    ),
    Fault(
        "sends a negative length",
        send(HEAD + b"content-length: -1\r\n\r\n{}"),
        invalid_http("bad Content-Length"),
    ),
    Fault(
        "sends an unknown transfer encoding",
        send(HEAD + b"transfer-encoding: gzip, chunked\r\n\r\n"),
        invalid_http("an unknown transfer encoding"),
    ),
    Fault(
        "sends a header without a name",
        send(HEAD + b"no colon\r\n\r\n{}"),
        invalid_http("illegal header line"),
    ),
    Fault(
        "sends a header of 1 MB",
        send(HEAD + b"x: " + b"y" * 2**20 + b"\r\n\r\n{}"),
        invalid_http("headers that are too long"),
    ),
    Fault(
        "changes to another protocol",
        send(b"HTTP/1.1 101 Switching\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n"),
        invalid_http("a change to another protocol"),
    ),
    Fault("never responds", fake_server.never_respond, LATE, is_late=True, scope="server"),
    Fault(
        "sends its response byte by byte",
        fake_server.drip_body,
        LATE,
        is_late=True,
        scope="server",
    ),
    Fault(
        "sends its headers one by one",
        fake_server.drip_headers,
        LATE,
        is_late=True,
        scope="server",
    ),
    Fault(
        "sends a response without end",
        fake_server.send_endless_body,
        "The server URL returned a response of over LIMIT bytes to 'STAGE': use another server or "
        "model.",
    ),
    Fault(
        "sends 10,000 headers",
        None,
        SUCCESS,
        transform=lambda body: send(
            HEAD + b"".join(b"x-%d: y\r\n" % number for number in range(10_000))
            + b"content-length: %d\r\n\r\n%b" % (len(body), body)
        ),
    ),
    Fault(
        "sends 100 responses of status 103 first",
        None,
        SUCCESS,
        transform=lambda body: send(
            b"HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" * 100
            + HEAD + b"content-length: %d\r\n\r\n%b" % (len(body), body)
        ),
    ),
    Fault(
        "uses HTTP/1.0",
        None,
        SUCCESS,
        transform=lambda body: send(
            b"HTTP/1.0 200 OK\r\ncontent-type: application/json\r\n\r\n" + body
        ),
    ),
    Fault(
        "sends more than the stated length",
        None,
        SUCCESS,
        transform=lambda body: send(
            HEAD + b"connection: close\r\ncontent-length: %d\r\n\r\n%b more" % (len(body), body)
        ),
    ),
    Fault(
        "sends chunks of one byte",
        None,
        SUCCESS,
        transform=lambda body: send(
            HEAD + b"transfer-encoding: chunked\r\n\r\n"
            + b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
        ),
    ),
)  # fmt: skip
