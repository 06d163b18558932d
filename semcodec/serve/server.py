"""The server: listens, has a thread for each connection, and carries out jobs in its own."""

from __future__ import annotations

import os
import socket
import socketserver
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final

from semcodec.errors import InputError
from semcodec.serve.access import Access
from semcodec.serve.api import HEALTH, METHODS, Api, error_response
from semcodec.serve.connection import ClosedError, Connection
from semcodec.serve.jobs import Jobs
from semcodec.serve.problems import RequestError
from semcodec.serve.roles import Progress, Roles, ignore
from semcodec.serve.settings import Settings

MAX_CONNECTIONS: Final = 64
MAX_REFUSED: Final = 32  #: connections above it, which get an error; any other is closed at once
#: Connections that the system keeps until they are accepted. If it has more, it drops their first
#: packets, and a client waits for seconds until it sends them again.
MAX_BACKLOG: Final = 1024
MAX_CLOSE_SECONDS: Final = 2.0  #: for the last responses after the end of the server
POLL_SECONDS: Final = 0.1  #: between two looks at whether the server should stop
FULL: Final = "The server has too many connections: close some, or try again later."
#: Called after each response: with method and route ("?" for an unknown one), status and
#: seconds. Nothing else of what a client sends is passed on, since prompts are private.
Report = Callable[[str, str, int, float], None]


class Server:
    """A server that listens from its creation on, and responds while ``run`` runs.

    Args:
        roles: the backends.
        settings: address, token and limits.
        report: called after each response, by several threads.
        progress: called when a backend begins, with the stage and the name of its model, and with
            empty texts when it has ended.

    Attributes:
        url: the base URL for clients, such as ``"http://127.0.0.1:8000/v1"``.

    Raises:
        InputError: the address cannot be used.
    """

    def __init__(
        self,
        roles: Roles,
        settings: Settings,
        report: Report = lambda *values: None,
        progress: Progress = ignore,
    ) -> None:
        self._jobs = Jobs(settings.max_waiting, settings.max_seconds)
        api = Api(roles, self._jobs, Access(settings.token), progress)
        address = (str(settings.address), settings.port)
        try:
            self._listener = _Listener(address, api, report)
        except OSError as error:
            raise InputError(
                f"Cannot listen on {address[0]} port {address[1]} ({error.strerror}): use another "
                "port or address."
            ) from error
        host, port = self._listener.server_address[:2]
        name = f"[{host!s}]" if settings.address.version == 6 else str(host)
        self.url = f"http://{name}:{port}/v1"

    def run(self) -> None:
        """Respond to requests until ``stop`` is called.

        Raises:
            KeyboardInterrupt: of a signal, after the clients that wait got an error.
        """
        thread = threading.Thread(
            target=self._listener.serve_forever, args=(POLL_SECONDS,), daemon=True
        )
        thread.start()
        try:
            self._jobs.run_forever()
        finally:
            self._listener.shutdown()
            self._listener.close_connections()
            thread.join()

    def stop(self) -> None:
        """Let ``run`` return after the present job; other threads may call it."""
        self._jobs.close()


class _Listener(socketserver.ThreadingTCPServer):
    """Accepts connections, at most ``MAX_CONNECTIONS`` at a time.

    The thread that accepts must not wait for any client: all others would wait for this one. So
    even a refused connection has a thread of its own.
    """

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"  # elsewhere, another program could take the port
    request_queue_size = MAX_BACKLOG

    def __init__(self, address: tuple[str, int], api: Api, report: Report) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._api, self._report = api, report
        self._connections: set[socket.socket] = set()
        self._refused: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__(address, socketserver.BaseRequestHandler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Return the next connection; if the process has too many files, only after a while."""
        try:
            return super().get_request()
        except OSError:
            time.sleep(POLL_SECONDS)  # the connection is still there, and the loop would not rest
            raise

    def verify_request(self, request: Any, client_address: Any) -> bool:
        """Return whether a connection gets a response; it is an error if there are too many."""
        with self._lock:
            is_free = len(self._connections) < MAX_CONNECTIONS
            if not is_free and len(self._refused) >= MAX_REFUSED:
                return False
            (self._connections if is_free else self._refused).add(request)
        return True

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Respond to the requests of a connection, in its thread, until it is closed."""
        connection = Connection(request)
        try:
            with suppress(ClosedError):
                if request in self._refused:
                    _refuse(connection)
                else:
                    while self._respond(connection):
                        pass
        finally:
            connection.close()

    def shutdown_request(self, request: Any) -> None:
        """Close a connection; also called if its thread could not be started."""
        with self._lock:
            self._connections.discard(request)
            self._refused.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing: an error has become a response, and prompts are private."""

    def _respond(self, connection: Connection) -> bool:
        """Respond to the next request, and return whether another one may follow."""
        started, method, route = time.monotonic(), "?", "?"
        try:
            head = connection.read_head()
            if head is None:
                return False
            started = time.monotonic()
            if METHODS.get(head.path) == head.method:
                method, route = head.method, head.path
            response = self._api.respond(head, connection)
        except RequestError as error:  # what was sent is not HTTP
            response = error_response(error)
        if response is None:
            return False
        stays_open = connection.respond(response)
        if route != HEALTH:
            self._report(method, route, response.status, time.monotonic() - started)
        return stays_open

    def close_connections(self) -> None:
        """Stop listening; let each connection end after its present response."""
        self.server_close()
        deadline = time.monotonic() + MAX_CLOSE_SECONDS
        with self._lock:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RD)
        while self._connections and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)


def _refuse(connection: Connection) -> None:
    """Respond to a client whose request is not read."""
    error = RequestError(503, FULL, "too_many_connections", may_pass=True)
    connection.respond(error_response(error))
