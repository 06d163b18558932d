"""Share one connection pool per server between all clients of a process.

Each call of ``encode`` by the name of a backend creates a client. With a pool of its own, it would
load the certificates and repeat the TLS handshake, and leave an open connection behind each time
(``bench/connections.py`` measures both). So the pools stay open after their clients are gone: those
of the last ``MAX_POOLS`` servers, each with at most 16 idle connections, which are closed before
the next request if they are older than 4 seconds (``transport.LIMITS``), and when the interpreter
exits. A pool that has left the shared ones is closed with its last client.

A pool knows neither keys nor cookies: each client sends its own headers with each request
(``test_clients_of_one_server_share_connections_but_not_keys``). After a fork, the child starts with
no pools, and closes only its copies of the inherited sockets.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Hashable
from typing import Final

import httpx2

from semcodec.backends.openai.tls import Certificates, ssl_context
from semcodec.backends.openai.transport import Transport, find_proxy
from semcodec.forks import block_fork

MAX_POOLS: Final = 8  #: servers; more than one command uses

_lock: Final = threading.Lock()
_transports: Final[dict[Hashable, Transport]] = {}  # the one used last is the last


class SharedTransport(httpx2.BaseTransport):
    """Sends the requests of one client through the pool that all clients of a server share.

    Args:
        url: the base URL of the server.
        use_proxy: whether to use the proxy that the environment sets.
        ca_file: path of a PEM file of certificates to trust in addition, or None.

    Raises:
        BackendError: certificates are needed and cannot be read.
    """

    def __init__(self, url: str, use_proxy: bool, ca_file: str | None) -> None:
        self.transport: Transport = _find(url, use_proxy, ca_file)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response to ``request``, see ``Transport.handle_request``."""
        return self.transport.handle_request(request)

    def close(self) -> None:
        """Leave the connections open for other clients; close copies that a fork has made."""
        if self.transport.process != os.getpid():
            self.transport.close()


def _find(url: str, use_proxy: bool, ca_file: str | None) -> Transport:
    proxy, server = find_proxy(url) if use_proxy else None, httpx2.URL(url)
    address = (proxy.url, proxy.raw_auth) if proxy else None
    uses_tls = "https" in (server.scheme, proxy.url.scheme if proxy else "")
    # An invalid $SSL_CERT_FILE does not matter without TLS.
    certificates = Certificates.find(ca_file) if uses_tls else None
    key = (server.scheme, server.host, server.port, address, certificates)
    with block_fork(), _lock:
        _close_inherited()
        transport = _transports.pop(key, None) or Transport(proxy, ssl_context(certificates))
        _transports[key] = transport
        while len(_transports) > MAX_POOLS:
            del _transports[next(iter(_transports))]
    return transport


def _close_inherited() -> None:
    """Close the copies of the parent's sockets, in a forked child."""
    for key, transport in list(_transports.items()):
        if transport.process != os.getpid():
            transport.close()
            del _transports[key]
