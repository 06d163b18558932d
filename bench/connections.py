"""Measure 100 calls of ``encode`` by the name of a backend against a server with TLS.

    python bench/connections.py
    python bench/connections.py --calls 10

Each call creates a client of its own. Prints the number of calls after a first one, which loads
modules, their requests and seconds, the connections that the server has accepted in all, and those
that are open at the end.
"""

from __future__ import annotations

import argparse
import http.server
import json
import os
import socket
import ssl
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Final

import trustme

import semcodec

sys.path.append(str(Path(__file__).parents[1]))
from tests.backends.openai import fake_responses

ROOT: Final = Path(__file__).parents[1]
PHOTO: Final = ROOT / "embedded" / "semcodec_embedded" / "photos" / "cat.jpg"
CALLS: Final = 100


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers every request well, and keeps the connection open."""

    protocol_version = "HTTP/1.1"
    timeout = 60
    requests = 0

    def do_GET(self) -> None:
        """Send the list of models, of which there is one."""
        self._respond({})

    def do_POST(self) -> None:
        """Send a typical response."""
        self._respond(json.loads(self.rfile.read(int(self.headers["content-length"]))))

    def _respond(self, body: dict[str, Any]) -> None:
        type(self).requests += 1
        route = self.path.removeprefix("/v1/")
        data = json.dumps(fake_responses.response_body(route, body)).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *arguments: Any) -> None:
        """Print nothing."""


class Server(http.server.ThreadingHTTPServer):
    """A server with TLS that counts its connections.

    Attributes:
        opened, closed: the number of connections so far.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.opened = self.closed = 0
        self._context = context

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Serve one connection, in its own thread."""
        self.opened += 1
        try:
            with self._context.wrap_socket(request, server_side=True) as connection:
                super().finish_request(connection, client_address)
        except OSError:
            pass
        finally:
            self.closed += 1

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Do nothing: ``finish_request`` has closed the connection."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=CALLS, help="calls of encode")
    args = parser.parse_args()
    authority, photo = trustme.CA(), PHOTO.read_bytes()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    server = Server(context)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "ca.pem")
        authority.cert_pem.write_to_path(str(path))
        os.environ["SSL_CERT_FILE"] = str(path)
        url = f"https://localhost:{server.server_address[1]}/v1"
        semcodec.encode(photo, backend=url)  # loads modules
        requests, started = Handler.requests, time.perf_counter()
        for _ in range(args.calls):
            semcodec.encode(photo, backend=url)
        seconds = time.perf_counter() - started
    print("| calls | requests | connections | open at the end | seconds |")
    print("|--:|--:|--:|--:|--:|")
    print(
        f"| {args.calls} | {Handler.requests - requests} | {server.opened} "
        f"| {server.opened - server.closed} | {seconds:.2f} |"
    )


if __name__ == "__main__":
    main()
