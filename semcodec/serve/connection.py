"""HTTP/1.1 of one client, by h11: reads requests and sends responses, within limits.

h11 parses strictly and limits the size of a head; it does no input or output. What is bounded here:
the size of a body, and the seconds for a head, a body and a response as a whole, so that a client
that sends or reads one byte a second cannot keep a thread.
"""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import h11

from semcodec.serve.problems import RequestError

MAX_HEAD_BYTES: Final = 2**14  #: of the first line and the headers
MAX_HEAD_SECONDS: Final = 20.0  #: from the last response, or the connection, to the end of a head
MAX_BODY_SECONDS: Final = 60.0
MAX_BODY_PIECES: Final = 2**17  #: chunks, or blocks as they arrive; each takes 20 microseconds
MAX_SEND_SECONDS: Final = 60.0
MAX_DRAIN_SECONDS: Final = 5.0  #: for a client that still sends what is not read
MAX_DRAIN_BYTES: Final = 2**26  #: of it; twice the largest body
PROBE_SECONDS: Final = 2.0  #: between two probes of a client that has ended its side
BLOCK_BYTES: Final = 2**16
VERSIONS: Final = (b"1.0", b"1.1")
JSON: Final = "application/json"
_QUOTED: Final = re.compile(r":? (?:bytearray\(|b['\"]).*", re.DOTALL)  # bytes in messages of h11


class ClosedError(Exception):
    """The client is gone, or was too slow."""


@dataclass(frozen=True, slots=True)
class Head:
    """A request without its body.

    Attributes:
        method: in upper case, such as ``"POST"``.
        path: without a query.
        headers: by names in lower case; of several with one name, the last.
    """

    method: str
    path: str
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Response:
    """A response with its whole body."""

    status: int
    body: bytes
    headers: Sequence[tuple[str, str]] = ()
    content_type: str = JSON


class Connection:
    """One connection; only one thread uses it."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection
        self._state: Any = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._method = ""
        self._is_ambiguous = False
        self._next_probe = 0.0

    def read_head(self) -> Head | None:
        """Return the next request, or None if the client has closed the connection.

        Raises:
            RequestError: it is not HTTP/1.1, too long, or has two lengths.
            ClosedError: it did not arrive in time.
        """
        event = self._next_event(time.monotonic() + MAX_HEAD_SECONDS)
        if not isinstance(event, h11.Request):
            return None
        self._method = event.method.decode("ascii").upper()
        path = event.target.decode("ascii").partition("?")[0]
        headers = {name.decode("ascii"): value.decode("latin-1") for name, value in event.headers}
        # A proxy may have found another end of such a request, and so another next request.
        self._is_ambiguous = {"transfer-encoding", "content-length"} <= headers.keys()
        if self._is_ambiguous:
            message = "The request has Transfer-Encoding and Content-Length: send one of them."
            raise RequestError(400, message, "bad_http")
        if event.http_version not in VERSIONS:
            raise RequestError(505, "The server has only HTTP/1.1: use this version.", "bad_http")
        return Head(self._method, path, headers)

    def read_body(self, max_bytes: int) -> bytes:
        """Return the body of the request.

        Raises:
            RequestError: status 413, it has over ``max_bytes`` bytes, or over ``MAX_BODY_PIECES``
                pieces; or it is not HTTP.
            ClosedError: it did not arrive in time.
        """
        deadline = time.monotonic() + MAX_BODY_SECONDS
        if self._state.they_are_waiting_for_100_continue:
            self._send(self._state.send(_continue_response()))
        body, pieces = bytearray(), 0
        while isinstance(event := self._next_event(deadline), h11.Data):
            body += event.data
            pieces += 1
            if pieces > MAX_BODY_PIECES:
                message = f"The request has over {MAX_BODY_PIECES} chunks: send larger ones."
                raise RequestError(413, message, "request_too_large")
            if len(body) > max_bytes:
                raise RequestError(
                    413,
                    f"The request has over {max_bytes} bytes: send a smaller picture.",
                    "request_too_large",
                )
        return bytes(body)

    def respond(self, response: Response) -> bool:
        """Send ``response``, and return whether the connection stays open for another request.

        Raises:
            ClosedError: the client is gone, or too slow.
        """
        stays_open = not self._is_ambiguous and self._is_read()
        body = b"" if self._method == "HEAD" else response.body
        headers = [
            ("content-type", response.content_type),
            ("content-length", str(len(body))),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            *response.headers,
            *([] if stays_open else [("connection", "close")]),
        ]
        reason = HTTPStatus(response.status).phrase
        events: list[Any] = [
            h11.Response(status_code=response.status, headers=headers, reason=reason)
        ]
        events += [h11.Data(data=body), h11.EndOfMessage()] if body else [h11.EndOfMessage()]
        try:
            self._send(b"".join(map(self._state.send, events)))
            if self._state.our_state is h11.DONE and stays_open:
                self._state.start_next_cycle()
                return True
        except h11.LocalProtocolError as error:  # of a client whose bytes were not HTTP
            raise ClosedError from error
        return False

    def _is_read(self) -> bool:
        """Return whether all of the request was read; else the next one could not be found."""
        with suppress(h11.RemoteProtocolError):
            if self._state.their_state is h11.SEND_BODY:
                self._state.next_event()  # the end, of a request without a body
        return self._state.their_state is h11.DONE

    def is_gone(self) -> bool:
        """Return whether the client cannot get a response any more, without waiting.

        The end of the input does not show it: HTTP allows a client to end its side after the
        request and to wait for the response (``shutdown(SHUT_WR)``), which looks like a client that
        has closed its socket. A write distinguishes them, since the system of a client
        without the socket replies with a reset. So this writes "100 Continue", which each client
        of HTTP/1.1 has to skip, and the next call finds the reset. A client of HTTP/1.0 may not get
        it, and counts as present.
        """
        try:
            self._socket.setblocking(False)
            if self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                return True
            has_ended = not self._socket.recv(1, socket.MSG_PEEK)
            if has_ended and time.monotonic() >= self._next_probe:
                self._next_probe = time.monotonic() + PROBE_SECONDS
                self._probe()
        except BlockingIOError:  # nothing to read, or no room for a probe
            return False
        except OSError:
            return True
        return False

    def _probe(self) -> None:
        if self._state.their_http_version != b"1.0":
            self._socket.send(self._state.send(_continue_response()))

    def close(self) -> None:
        """Close the connection; a client that still sends can read its response before.

        Without the drain, the system would reset the connection because of the unread bytes, and
        the client would lose the response.
        """
        deadline, unread = time.monotonic() + MAX_DRAIN_SECONDS, MAX_DRAIN_BYTES
        with suppress(OSError, ClosedError):
            self._socket.shutdown(socket.SHUT_WR)
            while unread > 0 and (data := self._receive(deadline)):
                unread -= len(data)
        self._socket.close()

    def _next_event(self, deadline: float) -> Any:
        try:
            while (event := self._state.next_event()) is h11.NEED_DATA:
                self._state.receive_data(self._receive(deadline))
        except h11.RemoteProtocolError as error:
            reason = _QUOTED.sub("", str(error))  # the bytes could be a token
            message = f"The request is not HTTP: {reason}."
            raise RequestError(error.error_status_hint, message, "bad_http") from error
        return event

    def _receive(self, deadline: float) -> bytes:
        """Return some bytes; none if the client has closed the connection."""
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            raise ClosedError
        try:
            self._socket.settimeout(seconds)
            return self._socket.recv(BLOCK_BYTES)
        except OSError as error:  # also a timeout
            raise ClosedError from error

    def _send(self, data: bytes) -> None:
        try:
            self._socket.settimeout(MAX_SEND_SECONDS)  # for all of it
            self._socket.sendall(data)
        except OSError as error:
            raise ClosedError from error


def _continue_response() -> Any:
    return h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
