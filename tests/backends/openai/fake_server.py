"""A server on this machine that can respond correctly, wrongly, slowly or not at all."""

from __future__ import annotations

import json
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

DRIP: Final = 0.02  #: seconds between two bytes
CHUNK: Final = bytes(2**20)  #: one piece of an endless body
RESET_ON_CLOSE: Final = struct.pack("ii", 1, 0)  #: the value of SO_LINGER for that


@dataclass(frozen=True, slots=True)
class ReceivedRequest:
    """A request as it was received; the names of its headers are in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    query: str = ""


class Connection:
    """The connection of a request that has been read, for sending the response.

    Attributes:
        stays_open: whether another request may follow; False before each response.
    """

    def __init__(self, connection: socket.socket, closing: threading.Event) -> None:
        self._connection, self._closing = connection, closing
        self.stays_open = False

    def send(self, data: bytes) -> None:
        """Send ``data``."""
        self._connection.sendall(data)

    def receive(self) -> bytes:
        """Return the bytes that the client has sent, at least one."""
        return _receive(self._connection)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until the server is closed or the time is up, and return whether it is closed."""
        return self._closing.wait(seconds)

    def is_closed_by_client(self) -> bool:
        """Return whether the client has closed the connection."""
        try:
            return self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        except BlockingIOError:
            return False

    def reset(self) -> None:
        """Reset the connection: the client gets an error, not the end of a response."""
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self._connection.close()


Behavior = Callable[[Connection], None]


class FakeServer:
    """A server that runs in a ``with`` block; ``choose`` returns its behavior for each request.

    Args:
        choose: returns the behavior for a request.
        at_connect: the behavior that starts when a client connects, in place of reading a request.
        tls: the certificate and protocol of a server with TLS.

    Attributes:
        url: its base URL.
        received: the requests, in order.
        errors: exceptions that ``choose`` raised.
    """

    def __init__(
        self,
        choose: Callable[[ReceivedRequest], Behavior],
        at_connect: Behavior | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.received: list[ReceivedRequest] = []
        self.errors: list[BaseException] = []
        self._at_connect, self._tls = at_connect, tls
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._handler(choose))
        scheme = "http" if tls is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,))

    def __enter__(self) -> FakeServer:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        assert not self.errors

    def close(self) -> None:
        """Stop listening, and close every connection."""
        self._closing.set()
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()

    def _handler(
        self, choose: Callable[[ReceivedRequest], Behavior]
    ) -> type[socketserver.BaseRequestHandler]:
        server = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                try:
                    server._serve(self.request, choose)
                except OSError:  # the client has closed the connection
                    pass
                except BaseException as error:
                    server.errors.append(error)

        return Handler

    def _serve(
        self, connection: socket.socket, choose: Callable[[ReceivedRequest], Behavior]
    ) -> None:
        if self._at_connect is not None:
            return self._at_connect(Connection(connection, self._closing))
        if self._tls is not None:  # the wrapped socket takes the place of the plain one
            connection = self._tls.wrap_socket(connection, server_side=True)
        try:
            stays_open = True
            while stays_open:
                received = _read(connection)
                self.received.append(received)
                response = Connection(connection, self._closing)
                choose(received)(response)
                stays_open = response.stays_open
        finally:
            if self._tls is not None:
                connection.close()


class _Server(socketserver.ThreadingTCPServer):
    request_queue_size = 32
    daemon_threads = False


def respond(status: int, body: Any, *headers: str, kind: str = "application/json") -> Behavior:
    """Respond with ``body``, as bytes or as JSON."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = _head(status, f"content-type: {kind}", f"content-length: {len(data)}", *headers)
    return lambda connection: connection.send(head + data)


def send(data: bytes) -> Behavior:
    """Send ``data`` as the whole response, whatever it is."""
    return lambda connection: connection.send(data)


def answer_any_bytes(data: bytes) -> Behavior:
    """Read the first bytes that the client sends, and send ``data``: for ``at_connect``."""

    def behave(connection: Connection) -> None:
        connection.receive()
        connection.send(data)

    return behave


def never_respond(connection: Connection) -> None:
    """Send nothing, until the client closes the connection."""
    while not connection.wait(DRIP) and not connection.is_closed_by_client():
        pass


def reset(connection: Connection) -> None:
    """Reset the connection before the response."""
    connection.reset()


def reset_in_body(connection: Connection) -> None:
    """Reset the connection in the body of the response."""
    connection.send(
        _head(200, "content-type: application/json", "content-length: 1000") + b'{"choic'
    )
    connection.reset()


def close_in_body(connection: Connection) -> None:
    """Close the connection before the stated length."""
    connection.send(
        _head(200, "content-type: application/json", "content-length: 1000") + b'{"choic'
    )


def drip_body(connection: Connection) -> None:
    """Send the body byte by byte, without end."""
    connection.send(_head(200, "content-type: application/json", "content-length: 1000000"))
    while not connection.wait(DRIP):
        connection.send(b" ")


def drip_headers(connection: Connection) -> None:
    """Send one header after the other, without end."""
    connection.send(b"HTTP/1.1 200 OK\r\n")
    while not connection.wait(DRIP):
        connection.send(b"x: y\r\n")


def send_endless_body(connection: Connection) -> None:
    """Send a body without end, as fast as possible."""
    connection.send(_head(200, "content-type: application/json", "transfer-encoding: chunked"))
    while not connection.wait(0):
        connection.send(b"%x\r\n%b\r\n" % (len(CHUNK), CHUNK))


def send_other_protocol(connection: Connection) -> None:
    """Send the greeting of another protocol."""
    connection.send(b"SSH-2.0-OpenSSH_9.9\r\n")


def _head(status: int, *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} So", *headers, "connection: close", "", ""]
    return "\r\n".join(lines).encode()


def _read(connection: socket.socket) -> ReceivedRequest:
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
    head, _, rest = bytes(data).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    body = bytearray(rest)
    while len(body) < int(headers.get("content-length", 0)):
        body += _receive(connection)
    method, target, _ = first.split(" ")
    url = urlsplit(target)
    return ReceivedRequest(method, url.path, headers, bytes(body), url.query)


def _receive(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the request is incomplete")
    return data
