"""A server on this machine that counts the connections that its clients close."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Final

from tests.forking import MAX_SECONDS

DRIP: Final = 0.02  #: seconds between two bytes
END: Final = b"\r\n\r\n"


class WatchingServer:
    """Accepts connections and sends bytes on each until the client closes it.

    Args:
        head: the start of the response, sent after the headers of a request.
        drip: bytes that are sent again and again afterwards.
        reads: whether requests are read at once, and not byte by byte.
        scheme: of the base URL.

    Attributes:
        url: its base URL.
        received: set when a request, or a part of one, has arrived.
        closed: the number of connections that clients have closed.
        opened: the number of all connections.
    """

    def __init__(
        self, head: bytes = b"", drip: bytes = b"", *, reads: bool = True, scheme: str = "http"
    ) -> None:
        self._head, self._drip, self.reads = head, drip, reads
        self._socket = socket.socket()
        if not reads:  # a small buffer, so that a large request cannot be sent at once
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.listen(64)
        self.port = self._socket.getsockname()[1]
        self.url = f"{scheme}://127.0.0.1:{self.port}/v1"
        self.received = threading.Event()
        self.opened, self.closed = 0, 0
        self._changed, self._ends = threading.Condition(), threading.Event()
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> WatchingServer:
        self._begin(self._listen)
        return self

    def __exit__(self, *error: object) -> None:
        self._ends.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            pass  # wakes the thread that listens
        for thread in self._threads:
            thread.join(MAX_SECONDS)
        self._socket.close()

    def wait_for_closed(self, closed: int) -> bool:
        """Wait until clients have closed ``closed`` connections, and return whether they have."""
        with self._changed:
            return self._changed.wait_for(lambda: self.closed >= closed, MAX_SECONDS)

    def _begin(self, work: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _listen(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            if self._ends.is_set():
                connection.close()
                return
            self.opened += 1
            self._begin(self._serve, connection)

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(DRIP)
        with connection:
            try:
                while not self._ends.is_set():
                    self._exchange(connection)
            except OSError:  # the client has closed the connection
                with self._changed:
                    self.closed += 1
                    self._changed.notify_all()

    def _exchange(self, connection: socket.socket) -> None:
        """Read the next bytes, and send the next bytes of the response."""
        try:
            data = connection.recv(65536 if self.reads else 1)
        except TimeoutError:
            if self._drip and self.received.is_set():
                connection.sendall(self._drip)
            return
        if not data:
            raise ConnectionError
        if END in data:  # the headers of a request are complete
            connection.sendall(self._head)
        self.received.set()
        if not self.reads:
            self._ends.wait(DRIP)
