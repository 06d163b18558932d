"""An HTTP transport with one deadline for a whole request, without threads.

The timeouts of httpx2 apply to single reads and writes: a server that sends a byte now and then
could keep a request open forever. So the transport converts them to deadlines, and the invariant
is: **below** ``Transport.handle_request``, **every timeout is an instant of** ``time.monotonic()``.
This works because the connection pool, httpcore2, passes timeouts unchanged to the code that opens
and uses sockets, and ``DeadlineBackend`` and ``DeadlineStream`` are that code. Before every
connect, TLS handshake, read and write they compute the seconds left, and raise the usual timeout if
none are left. The one exception is the wait for a free connection of the pool, which httpcore2
measures itself: it stays in seconds.

Without the deadline, a slow server could block its caller forever
(``test_a_late_response_is_closed``). An abandoned thread instead of a deadline would keep the
connection open, and a paid request running (``test_many_late_requests_leave_no_threads_or_files``).
Everything happens in the caller's thread, so Ctrl-C works too
(``test_ctrl_c_closes_the_connection``), and a running event loop does not matter.

Only a request that was sent may be billed, and only one that was not sent may always be retried.
``_Progress`` records the moment of sending, and any error before it is raised as a connection error
(``errors.NOT_SENT``). ``test_a_handshake_that_fails_is_not_billed`` and
``test_sent_request_may_be_billed`` test the two sides. A request whose last bytes the system did
not accept, because the server has closed the connection, was sent in part: no server can process
it, so it is raised as a WriteError, which is one of ``errors.NOT_SENT`` too
(``test_request_that_was_sent_in_part_is_sent_again``).
"""

from __future__ import annotations

import contextlib

# Imported here, because otherwise the first request would import them, and a child that is forked
# during an import waits for it forever.
import encodings.idna  # noqa: F401
import ipaddress
import os
import re
import socket
import ssl
import threading
import time
import urllib.request
import weakref
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future
from typing import Any, Final, NamedTuple

import httpcore2
import httpx2

#: The last event of a stream of OpenAI's API. A text in an event cannot contain a line feed.
END_OF_EVENTS: Final = (b"\ndata: [DONE]", b"\ndata:[DONE]")
JOINED_BYTES: Final = 2**16  #: received before they are passed on
MAX_END_BYTES: Final = 24  #: of a stream, in which its last event is searched
CHUNK_BYTES: Final = 4096  #: written between two checks of the deadline
#: Idle connections are kept for 4 seconds: several servers (uvicorn, Node, llama.cpp) close them
#: after 5, and a request that is sent while the server closes fails, and may have been billed.
LIMITS: Final = httpx2.Limits(
    max_connections=1000, max_keepalive_connections=16, keepalive_expiry=4.0
)


class Download(NamedTuple):
    """The response to a GET request: its status, content type and body."""

    status: int
    content_type: str
    data: bytes


class Transport(httpx2.BaseTransport):
    """A pool of connections to one server, direct or through a proxy. Threads may share it.

    Its connections are closed when it is garbage collected, and when the interpreter exits.

    Args:
        proxy: the proxy, or None.
        ssl_context: the certificates that are trusted, for TLS with the server and the proxy.
    """

    def __init__(self, proxy: httpx2.Proxy | None, ssl_context: ssl.SSLContext) -> None:
        self.process: int = os.getpid()  #: whose sockets it has
        self._pool = _pool(proxy, ssl_context)
        self._finalizer = weakref.finalize(self, _close, self._pool, self.process)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        """Return the response to ``request``, its body not yet read.

        Raises:
            httpx2.TransportError: the deadline has passed, or the connection failed. It is a
                ConnectError, ConnectTimeout, PoolTimeout or ProxyError if and only if the request
                was not sent.
        """
        progress = _Progress()
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        core_request = httpcore2.Request(
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
        with _as_httpx_errors(request), _as_connection_errors(progress):
            response = self._pool.handle_request(core_request)
        return httpx2.Response(
            status_code=response.status,
            headers=response.headers,
            stream=_Body(response, request),
            extensions=response.extensions,
        )

    def get(self, url: str, seconds: float, max_bytes: int) -> Download:
        """Return the response of the server to a GET request without credentials.

        Redirects are not followed: the result is the redirect itself.

        Args:
            url: a URL of this server.
            seconds: the time in which the response must be complete.
            max_bytes: the size limit of its body.

        Raises:
            httpx2.TransportError: the deadline has passed, or the connection failed.
            httpx2.DecodingError: the body is compressed or too long.
        """
        timeout = httpx2.Timeout(seconds).as_dict()
        headers = {"accept-encoding": "identity", "user-agent": "semcodec"}
        request = httpx2.Request("GET", url, headers=headers, extensions={"timeout": timeout})
        response = self.handle_request(request)
        response.request = request
        try:
            limit_size(response, max_bytes)
            data = response.read()
        finally:
            response.close()
        return Download(response.status_code, response.headers.get("content-type", ""), data)

    def close(self) -> None:
        """Close all connections; in a forked child, only its copies of their sockets."""
        self._finalizer()


def _close(pool: httpcore2.ConnectionPool, process: int) -> None:
    """Close the connections of a pool that ``process`` created.

    A forked child must not call ``pool.close``, which acquires the lock of the pool: a thread of
    the parent may have held the lock during the fork, and it is never released in the child.
    """
    if process == os.getpid():
        pool.close()
    else:
        for connection in pool.connections:
            connection.close()


def limit_size(response: httpx2.Response, max_bytes: int) -> None:
    """Limit the size of a response; reject a compressed one, which could expand to any size."""
    if response.headers.get("content-encoding", "identity") != "identity":
        raise httpx2.DecodingError("a compressed response", request=response.request)
    response.stream = _LimitedStream(response, max_bytes)


class _LimitedStream(httpx2.SyncByteStream):
    """The body of a response; raises ``DecodingError`` after ``max_bytes`` bytes.

    An event stream ends with its mark, even if the server keeps the connection open. Small chunks
    are joined, because httpx2 keeps all of them until the end, and one of a byte takes 40 bytes.
    """

    def __init__(self, response: httpx2.Response, max_bytes: int) -> None:
        self._inner: Any = response.stream
        self._request, self._max_bytes = response.request, max_bytes
        self._is_events = "event-stream" in response.headers.get("content-type", "").lower()

    def __iter__(self) -> Iterator[bytes]:
        received, end, joined = 0, b"", bytearray()
        for chunk in self._inner:
            received += len(chunk)
            if received > self._max_bytes:
                message = f"a response of over {self._max_bytes} bytes"
                raise httpx2.DecodingError(message, request=self._request)
            joined += chunk
            if len(joined) >= JOINED_BYTES:
                yield bytes(joined)
                joined.clear()
            end = (end + chunk[-MAX_END_BYTES:])[-MAX_END_BYTES:]
            if self._is_events and end.rstrip().endswith(END_OF_EVENTS):
                break
        yield bytes(joined)

    def close(self) -> None:
        self._inner.close()


class _Progress:
    """The progress of one request.

    Attributes:
        is_sent: whether sending began. A CONNECT request does not count: it goes to the proxy,
            contains neither key nor image, and costs nothing. Any other request to a proxy counts,
            because the proxy may have forwarded it.
        is_complete: whether the system has accepted all bytes of the request.
        stream: the connection that was opened for the request; None if it uses an older one.
    """

    def __init__(self) -> None:
        self.is_sent = self.is_complete = False
        self.stream: httpcore2.NetworkStream | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Update the progress from an event of httpcore2's ``trace`` extension."""
        if event.endswith(".send_request_headers.started"):
            self.is_sent |= info["request"].method != b"CONNECT"
        elif event.endswith(".send_request_body.complete"):
            self.is_complete = self.is_sent
        elif event.endswith((".connect_tcp.complete", ".start_tls.complete")):
            self.stream = info["return_value"]


class DeadlineStream(httpcore2.NetworkStream):
    """A socket, or TLS over it, whose timeouts are deadlines."""

    def __init__(self, inner: httpcore2.NetworkStream) -> None:
        self._inner, self._process = inner, os.getpid()

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return at most ``max_bytes`` received bytes; empty at the end of the stream."""
        with self._close_on_failure():
            return self._inner.read(max_bytes, _seconds_left(timeout, httpcore2.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of ``buffer``, and check the deadline before each chunk.

        If it were written in one piece, a server that reads slowly could avoid the timeout.
        """
        with self._close_on_failure():
            for start in range(0, len(buffer), CHUNK_BYTES):
                seconds = _seconds_left(timeout, httpcore2.WriteTimeout)
                self._inner.write(buffer[start : start + CHUNK_BYTES], seconds)

    def close(self) -> None:
        """Close the connection in a way that the server notices.

        Forked children have copies of the socket. As long as one of them exists, closing this copy
        has no effect on the server, but a shutdown has. The children only close their copies.
        """
        if self._process == os.getpid():
            with contextlib.suppress(OSError):  # the server has closed it already
                self._inner.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return an encrypted stream over this one, after the TLS handshake."""
        with self._close_on_failure():
            seconds = _seconds_left(timeout, httpcore2.ConnectTimeout)
            return DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, seconds))

    def get_extra_info(self, info: str) -> Any:
        """Return a property of the socket, such as its address."""
        return self._inner.get_extra_info(info)

    @contextlib.contextmanager
    def _close_on_failure(self) -> Iterator[None]:
        """Close the connection at a timeout or Ctrl-C.

        httpcore2 does so too, but not during a TLS handshake or the handshake with a proxy. After a
        network error it may still read an early response, and then closes the stream itself.
        """
        try:
            yield
        except BaseException as error:
            if not isinstance(error, httpcore2.NetworkError):
                self.close()
            raise


class DeadlineBackend(httpcore2.NetworkBackend):
    """Opens sockets; its timeouts are deadlines."""

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
        """Return a connection to the first address of ``host`` that accepts one.

        Each address gets an equal share of the remaining time, so an address that does not respond
        leaves some time for the others.
        """
        addresses = self._addresses(host, _seconds_left(timeout, httpcore2.ConnectTimeout))
        for index, address in enumerate(addresses):
            seconds = _seconds_left(timeout, httpcore2.ConnectTimeout)
            share = None if seconds is None else seconds / (len(addresses) - index)
            try:
                stream = self._inner.connect_tcp(
                    address, port, share, local_address, socket_options
                )
                return DeadlineStream(stream)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                if index == len(addresses) - 1:
                    raise
        raise httpcore2.ConnectError(f"{host} has no address")

    def _addresses(self, host: str, seconds: float | None) -> list[str]:
        """Return the IP addresses of ``host``.

        The system's look-up cannot be interrupted, so it runs in a thread: at most one for each
        host, which ends when the system gives up. It cannot keep a connection open, because the
        connection does not exist yet.
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
            raise httpcore2.ConnectTimeout(f"the look-up of {host} took too long") from error
        except (OSError, ValueError) as error:  # an unknown or invalid name
            raise httpcore2.ConnectError(str(error)) from error


class _Body(httpx2.SyncByteStream):
    """The body of a response; ``close`` returns the connection to the pool or closes it."""

    def __init__(self, response: httpcore2.Response, request: httpx2.Request) -> None:
        self._response, self._request = response, request

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx_errors(self._request):
            yield from self._response.iter_stream()

    def close(self) -> None:
        with _as_httpx_errors(self._request):
            self._response.close()


def _look_up(host: str, lookup: Future[list[str]]) -> None:
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        lookup.set_result([str(address[0]) for *_, address in entries])
    except Exception as error:  # raised again by lookup.result
        lookup.set_exception(error)


def _pool(proxy: httpx2.Proxy | None, ssl_context: ssl.SSLContext) -> httpcore2.ConnectionPool:
    options: dict[str, Any] = {
        "ssl_context": ssl_context,
        "max_connections": LIMITS.max_connections,
        "max_keepalive_connections": LIMITS.max_keepalive_connections,
        "keepalive_expiry": LIMITS.keepalive_expiry,
        "network_backend": DeadlineBackend(),
    }
    if proxy is None:
        return httpcore2.ConnectionPool(**options)
    options |= {"proxy_url": str(proxy.url), "proxy_auth": proxy.raw_auth}
    if proxy.url.scheme.startswith("socks"):
        return httpcore2.SOCKSProxy(**options)
    return httpcore2.HTTPProxy(**options)


def find_proxy(url: str) -> httpx2.Proxy | None:
    """Return the proxy that the environment or the system sets for ``url``, or None."""
    server, proxies = httpx2.URL(url), urllib.request.getproxies()
    proxy = proxies.get(server.scheme) or proxies.get("all")
    exclusions = re.split(r"[,\s]+", proxies.get("no", ""))
    if not proxy or urllib.request.proxy_bypass(server.host):
        return None
    if any(_is_excluded(server, entry) for entry in exclusions):
        return None
    return httpx2.Proxy(proxy if "://" in proxy else f"http://{proxy}")


def _is_excluded(url: httpx2.URL, entry: str) -> bool:
    """Return whether ``entry`` of ``NO_PROXY`` covers ``url``.

    ``urllib.request.proxy_bypass`` does not support ports, networks, schemes and brackets; httpx2
    does, but has no public function for it. An entry that cannot be parsed covers nothing.
    """
    scheme, separator, rest = entry.rpartition("://")
    address, _, prefix = rest.partition("/")
    name = address.removeprefix("*").removeprefix(".")
    if scheme.lower() not in ("", "all", url.scheme):
        return False
    if not name:
        return address == "*" or bool(separator and not address)
    with contextlib.suppress(ValueError):  # not an address or network, or one with a port
        network = f"{name.strip('[]')}/{prefix}".removesuffix("/")
        return ipaddress.ip_address(url.host) in ipaddress.ip_network(network, strict=False)
    try:
        excluded = httpx2.URL(f"{scheme or 'all'}://{name}")
        host, domain = url.host.rstrip("."), excluded.host.rstrip(".")
    except (httpx2.InvalidURL, ValueError):  # ValueError: the host is not valid IDNA
        return False
    if excluded.port not in (None, url.port or {"http": 80, "https": 443}[url.scheme]):
        return False
    if host == domain or not domain:
        return not address.startswith("*.")
    # A name covers its subdomains, but a URL covers only its own host.
    return host.endswith(f".{domain}") and (not separator or name != address)


def _deadlines(request: httpx2.Request) -> dict[str, float | None]:
    """Return the timeouts of ``request`` as deadlines, except the pool timeout (in seconds)."""
    seconds = request.extensions.get("timeout", {})
    now = time.monotonic()
    deadlines = {
        name: None if seconds.get(name) is None else now + seconds[name]
        for name in ("connect", "read", "write")
    }
    return {**deadlines, "pool": seconds.get("pool")}


def _seconds_left(deadline: float | None, error: type[Exception]) -> float | None:
    """Return the seconds until ``deadline``, more than 0; raise ``error`` if it has passed."""
    if deadline is None:
        return None
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise error("the deadline has passed")
    return seconds


@contextlib.contextmanager
def _as_connection_errors(progress: _Progress) -> Iterator[None]:
    """Convert errors that occur before the request is sent to connection errors.

    The handshake with a proxy may raise read and write errors, which would otherwise mean that the
    request may be billed. It may also raise the errors of socksio and assertion errors, after which
    httpcore2 leaves the connection to a SOCKS proxy open, so it is closed here.
    """
    try:
        yield
    except Exception as error:
        if progress.is_sent and not progress.is_complete and _is_lost(error):
            raise httpcore2.WriteError(str(error)) from error
        if progress.is_sent:
            raise
        if progress.stream is not None:
            progress.stream.close()
        if isinstance(error, (httpcore2.PoolTimeout, httpcore2.ProxyError)):
            raise
        is_timeout = isinstance(error, httpcore2.TimeoutException)
        error_class = httpcore2.ConnectTimeout if is_timeout else httpcore2.ConnectError
        raise error_class(str(error)) from error


def _is_lost(error: Exception) -> bool:
    """Return whether the connection was lost, and not just too slow."""
    return isinstance(error, (httpcore2.NetworkError, httpcore2.RemoteProtocolError))


@contextlib.contextmanager
def _as_httpx_errors(request: httpx2.Request) -> Iterator[None]:
    """Convert the errors of httpcore2 to the errors of httpx2 with the same names."""
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
