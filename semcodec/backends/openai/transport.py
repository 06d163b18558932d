"""Connections that are closed when the time of a call is up, by sockets alone and with no thread.

The client's own timeouts are for one read or write each: a server that sends a byte now and then is
waited for without end. The pool of connections, httpcore2, hands timeouts on to whatever opens and
uses its sockets, without looking at them. So the transport replaces each number of seconds by an
instant of ``time.monotonic()``, which here is called a deadline, and ``Stream`` works out before
every read and write how many seconds are left. When none are, the error takes its usual way through
the client, which closes the connection; so does Ctrl-C. All of it happens in the caller's thread,
whether that runs an event loop or not.
"""

from __future__ import annotations

import contextlib

# What the first call would import: a child that is forked meanwhile would wait for it for ever.
import encodings.idna
import encodings.utf_8_sig  # noqa: F401
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Final

import httpcore2
import httpx2

PIECE: Final = 4096  #: bytes that are written before the time is looked at again


class Transport(httpx2.BaseTransport):
    """One pool of connections to one server, straight or by the proxy of the environment.

    Args:
        url: of the server.
        limits: of the pool.
        trust_env: whether proxies and certificates of the environment are used.
    """

    def __init__(self, url: str, limits: httpx2.Limits, trust_env: bool) -> None:
        self._process = os.getpid()
        self._pool = _pool(_proxy(url) if trust_env else None, limits, trust_env)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response to ``request``, whose body is still to be read.

        Raises:
            httpx2.TransportError: the time is up, or the connection failed. It is a ConnectError,
                ConnectTimeout, PoolTimeout or ProxyError if the request was not sent.
        """
        progress = _Progress()
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        wanted = httpcore2.Request(
            method=request.method,
            url=url,
            headers=request.headers.raw,
            content=request.stream,
            extensions={
                **request.extensions,
                "timeout": _deadlines(request),
                "trace": progress.trace,
            },
        )
        with _translated(request), _unsent_as_unreachable(progress):
            response = self._pool.handle_request(wanted)
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, request),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections; in a forked child, only its copies of their sockets.

        There the lock of the pool may be held for ever, by a thread that was not copied.
        """
        if self._process == os.getpid():
            self._pool.close()
        else:
            for connection in self._pool.connections:
                connection.close()


class _Progress:
    """How far a request has come.

    Attributes:
        is_sent: whether sending began. A CONNECT request does not count: it goes to the proxy,
            holds neither key nor picture, and costs nothing. Any other request to a proxy counts,
            for the proxy may have forwarded it.
        stream: the connection that was opened for it, if any.
    """

    def __init__(self) -> None:
        self.is_sent = False
        self.stream: httpcore2.NetworkStream | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Record an event of httpcore2's ``trace`` extension."""
        if event.endswith(".send_request_headers.started"):
            self.is_sent |= info["request"].method != b"CONNECT"
        elif event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.stream = info["return_value"]


class Stream(httpcore2.NetworkStream):
    """A socket, or TLS over it; timeouts are deadlines."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner, self._process = inner, os.getpid()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has come, waiting for it if need be."""
        with self._closed_if_given_up():
            return self._inner.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``, however slowly the server takes it."""
        with self._closed_if_given_up():
            for at in range(0, len(buffer), PIECE):
                self._inner.write(buffer[at : at + PIECE], _left(timeout, httpcore2.WriteTimeout))

    def close(self) -> None:
        """Close the connection, so that the server sees it.

        Children that were forked have copies of the socket, and as long as one of them lives,
        closing ours does not reach the server; shutting down does. They only close their copies.
        """
        if self._process == os.getpid():
            with contextlib.suppress(OSError):  # the server was first
                self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return the stream that is encrypted from here on."""
        with self._closed_if_given_up():
            left = _left(timeout, httpcore2.ConnectTimeout)
            return Stream(self._inner.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> Any:
        """Return what the socket knows about ``info``."""
        return self._inner.get_extra_info(info)

    @contextlib.contextmanager
    def _closed_if_given_up(self) -> Iterator[None]:
        """Close the connection when the time is up, or at Ctrl-C.

        The client does so too, but not while it speaks to a proxy or agrees on encryption. After an
        error of the network it may still read what the server had to say, and closes it later.
        """
        try:
            yield
        except BaseException as error:
            if not isinstance(error, httpcore2.NetworkError):
                self.close()
            raise


class Backend(httpcore2.NetworkBackend):
    """Opens sockets; timeouts are deadlines."""

    def __init__(self) -> None:
        self._inner = httpcore2.SyncBackend()
        self._lookups: dict[str, Future[list[str]]] = {}

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        """Return a connection to the first address of ``host`` that takes one.

        The addresses share the time alike, so that one that is silent leaves some to the others.
        """
        addresses = self._addresses(host, _left(timeout, httpcore2.ConnectTimeout))
        for number, address in enumerate(addresses):
            left = _left(timeout, httpcore2.ConnectTimeout)
            share = None if left is None else left / (len(addresses) - number)
            try:
                stream = self._inner.connect_tcp(
                    address, port, share, local_address, socket_options
                )
                return Stream(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if number == len(addresses) - 1:
                    raise
        raise httpcore2.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, seconds: float | None) -> list[str]:
        """Return the addresses of ``host``.

        The system's look-up cannot be ended. So a thread waits for it, the only one of its name,
        and ends when the system gives up; there is no connection yet that it could keep open.
        """
        with contextlib.suppress(ValueError):
            return [str(ipaddress.ip_address(host))]
        lookup = self._lookups.get(host)
        if lookup is None or lookup.done():
            lookup = Future()
            threading.Thread(target=_look_up, args=(host, lookup), daemon=True).start()
            self._lookups[host] = lookup
        try:
            return lookup.result(seconds)
        except TimeoutError as error:
            if lookup.done():
                raise httpcore2.ConnectError(str(error)) from error
            raise httpcore2.ConnectTimeout(f"{host} is still looked up") from error
        except (OSError, ValueError) as error:  # unknown, or no name at all
            raise httpcore2.ConnectError(str(error)) from error


class _Body(httpx2.SyncByteStream):
    """The body of a response; closing it gives the connection back, or closes that too."""

    def __init__(self, response: httpcore2.Response, request: httpx2.Request) -> None:
        self._response, self._request = response, request

    def __iter__(self) -> Iterator[bytes]:
        with _translated(self._request):
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _translated(self._request):
            self._response.close()


def _look_up(host: str, lookup: Future[list[str]]) -> None:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        lookup.set_result([str(address[0]) for *_, address in found])
    except Exception as error:  # raised again where the addresses are waited for
        lookup.set_exception(error)


def _pool(
    proxy: httpx2.Proxy | None, limits: httpx2.Limits, trust_env: bool
) -> httpcore2.ConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": httpx2.create_ssl_context(trust_env=trust_env),
        "max_connections": limits.max_connections,
        "max_keepalive_connections": limits.max_keepalive_connections,
        "keepalive_expiry": limits.keepalive_expiry,
        "network_backend": Backend(),
    }
    if proxy is None:
        return httpcore2.ConnectionPool(**options)
    options |= {"proxy_url": str(proxy.url), "proxy_auth": proxy.raw_auth}
    if proxy.url.scheme.startswith("socks"):
        return httpcore2.SOCKSProxy(**options)
    return httpcore2.HTTPProxy(**options)


def _proxy(url: str) -> httpx2.Proxy | None:
    """Return the proxy that environment or system set for ``url``."""
    parts, known = httpx2.URL(url), urllib.request.getproxies()
    name = known.get(parts.scheme) or known.get("all")
    entries = re.split(r"[,\s]+", known.get("no", ""))
    if not name or urllib.request.proxy_bypass(parts.host):
        return None
    if any(_is_excluded(parts, entry) for entry in entries):
        return None
    return httpx2.Proxy(name if "://" in name else f"http://{name}")


def _is_excluded(url: httpx2.URL, entry: str) -> bool:
    """Return whether ``entry``, one of ``NO_PROXY``, covers ``url``.

    ``urllib.request.proxy_bypass`` knows no ports, networks, schemes or brackets, and httpx2, which
    knows them, has no public function for it. An entry that cannot be parsed covers nothing.
    """
    scheme, separator, place = entry.rpartition("://")
    address, _, prefix = place.partition("/")
    name = address.removeprefix("*").removeprefix(".")
    if scheme.lower() not in ("", "all", url.scheme):
        return False
    if not name:
        return address == "*" or bool(separator and not address)
    with contextlib.suppress(ValueError):  # not an address or network, or one with a port
        network = f"{name.strip('[]')}/{prefix}".removesuffix("/")
        return ipaddress.ip_address(url.host) in ipaddress.ip_network(network, strict=False)
    try:
        wanted = httpx2.URL(f"{scheme or 'all'}://{name}")
        host, domain = url.host.rstrip("."), wanted.host.rstrip(".")
    except (httpx2.InvalidURL, ValueError):  # ValueError: not a host in IDNA
        return False
    if wanted.port not in (None, url.port or {"http": 80, "https": 443}[url.scheme]):
        return False
    if host == domain or not domain:
        return not address.startswith("*.")
    # A name covers its subdomains, but a URL covers only its own host.
    return host.endswith(f".{domain}") and (not separator or name != address)


def _deadlines(request: httpx2.Request) -> dict[str, float | None]:
    """Return when each part of the call must be over; waiting for the pool stays in seconds."""
    seconds = request.extensions.get("timeout", {})
    now = time.monotonic()
    ends = {
        name: None if seconds.get(name) is None else now + seconds[name]
        for name in ("connect", "read", "write")
    }
    return {**ends, "pool": seconds.get("pool")}


def _left(deadline: float | None, error: type[Exception]) -> float | None:
    """Return the seconds up to ``deadline``, more than 0; raise ``error`` if it is past."""
    if deadline is None:
        return None
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the time is up")
    return left


@contextlib.contextmanager
def _unsent_as_unreachable(progress: _Progress) -> Iterator[None]:
    """Raise what went wrong before the request was sent as a failure to connect.

    Agreeing with a proxy raises the errors of reads and writes, which after the request mean that
    the call may be billed, and those of socksio and of asserts. After these, httpcore2 leaves the
    connection to a SOCKS proxy open.
    """
    try:
        yield
    except Exception as error:
        if progress.is_sent:
            raise
        if progress.stream is not None:
            progress.stream.close()
        if isinstance(error, (httpcore2.PoolTimeout, httpcore2.ProxyError)):
            raise
        is_late = isinstance(error, httpcore2.TimeoutException)
        kind = httpcore2.ConnectTimeout if is_late else httpcore2.ConnectError
        raise kind(str(error)) from error


@contextlib.contextmanager
def _translated(request: httpx2.Request) -> Iterator[None]:
    """Raise the errors of httpcore2 as those of httpx2, which have the same names."""
    try:
        yield
    except (
        httpcore2.TimeoutException,
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
        httpcore2.UnsupportedProtocol,
    ) as error:
        raise getattr(httpx2, type(error).__name__)(str(error), request=request) from error
