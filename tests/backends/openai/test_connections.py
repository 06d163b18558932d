"""The connection pool that all clients of one server share, and requests that were sent in part."""

from __future__ import annotations

import gc
import socket
import struct
import threading
from typing import Any

import httpx2
import pytest

from semcodec.backends.openai import connections, transport
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.errors import BackendError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, ReceivedRequest, respond
from tests.backends.openai.test_deadlines import CHAT, LARGE, client, keep_alive_response
from tests.backends.openai.watching_server import WatchingServer
from tests.forking import MAX_SECONDS

RESPONSE = keep_alive_response(fake_responses.chat_body("m", "A boat."))
RESET_ON_CLOSE = struct.pack("ii", 1, 0)  #: the value of SO_LINGER for that


def find(url: str, use_proxy: bool = False) -> transport.Transport:
    return connections.SharedTransport(url, use_proxy, None).transport


# --- sharing ------------------------------------------------------------------------------------


class RecordingServer(WatchingServer):
    """A server that keeps the bytes of all requests."""

    requests = b""

    def _exchange(self, connection: socket.socket) -> None:
        super()._exchange(RecordingConnection(self, connection))  # type: ignore[arg-type]


class RecordingConnection:
    """A connection of a ``RecordingServer``."""

    def __init__(self, server: RecordingServer, connection: socket.socket) -> None:
        self._server, self._connection = server, connection

    def recv(self, size: int) -> bytes:
        data = self._connection.recv(size)
        self._server.requests += data.lower()
        return data

    def sendall(self, data: bytes) -> None:
        self._connection.sendall(data)


def test_clients_of_one_server_share_connections_but_not_keys() -> None:
    with RecordingServer(RESPONSE) as server:
        for key in ("first-key", "second-key"):
            Client(Settings(base_url=server.url), ApiKey(key, "a test")).send(CHAT)
        assert server.opened == 1
    assert server.requests.count(b"authorization: bearer first-key\r\n") == 1
    assert server.requests.count(b"authorization: bearer second-key\r\n") == 1


def test_cookie_of_one_client_is_not_sent_by_another() -> None:
    behavior = respond(200, fake_responses.chat_body("m", "A boat."), "set-cookie: a=b; path=/")
    with FakeServer(lambda _: behavior) as server:
        for _ in range(2):
            client(server.url).send(CHAT)
        assert all("cookie" not in received.headers for received in server.received)


def test_pool_depends_on_server_and_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    first = find("http://localhost:9/v1")
    assert find("http://localhost:9/other/v1") is first
    assert find("http://localhost:8/v1") is not first
    assert find("http://127.0.0.1:9/v1") is not first
    monkeypatch.setenv("ALL_PROXY", "http://localhost:7")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert find("http://localhost:9/v1") is first
    with_proxy = find("http://localhost:9/v1", use_proxy=True)
    assert with_proxy is not first
    monkeypatch.setenv("ALL_PROXY", "http://user:password@localhost:7")
    assert find("http://localhost:9/v1", use_proxy=True) is not with_proxy


def test_pool_of_a_server_not_used_for_long_is_closed_with_its_last_client(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connections, "MAX_POOLS", 1)
    with WatchingServer(RESPONSE) as server:
        client_ = client(server.url, text_timeout=MAX_SECONDS)
        client_.send(CHAT)
        find("http://localhost:1")
        gc.collect()
        client_.send(CHAT)
        assert (server.opened, server.closed) == (1, 0)
        del client_
        gc.collect()
        assert server.wait_for_closed(closed=1)
    assert len(connections._transports) == 1


def test_idle_connection_is_closed_before_servers_close_it() -> None:
    assert transport.LIMITS.keepalive_expiry is not None
    assert transport.LIMITS.keepalive_expiry < 5


# --- a connection that the server has closed --------------------------------------------------


@pytest.mark.parametrize("is_reset", [False, True])
def test_connection_that_was_closed_meanwhile_is_not_used_again(is_reset: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        accepted: list[socket.socket] = []

        def serve() -> None:
            accepted.append(listening.accept()[0])
            accepted[-1].recv(65536)
            accepted[-1].sendall(RESPONSE)

        client_ = client(f"http://127.0.0.1:{listening.getsockname()[1]}/v1", text_timeout=10.0)
        pool: Any = client_._openai._client._transport
        for _ in range(2):
            thread = threading.Thread(target=serve)
            thread.start()
            assert client_.send(CHAT).text == "A boat."
            thread.join()
            stream = pool.transport._pool.connections[0]._connection._network_stream
            if is_reset:
                accepted[-1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            accepted[-1].close()
            while not stream.get_extra_info("is_readable"):
                pass
    assert len(accepted) == 2


def test_request_that_was_sent_in_part_is_sent_again() -> None:
    """No server can process a request whose end it has not received, so nothing is billed."""
    waits: list[float] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        lost: list[int] = []

        def serve() -> None:
            for _ in range(2):
                connection, _ = listening.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                lost.append(len(connection.recv(1000)))
                connection.close()

        listening.settimeout(MAX_SECONDS)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        client_ = Client(
            Settings(base_url=url, retries=1), ApiKey("k", "a test"), None, waits.append
        )
        with pytest.raises(BackendError) as caught:
            client_.send(LARGE)
        assert waits == [1.0]
        thread.join(MAX_SECONDS)
    assert len(lost) == 2
    assert not caught.value.billed
    assert "closed the connection before 'edit' was sent completely" in str(caught.value)


# --- GET ----------------------------------------------------------------------------------------


def get(behavior: Any, max_bytes: int = 100) -> tuple[transport.Download, ReceivedRequest]:
    with FakeServer(lambda _: behavior) as server:
        url = server.url.replace("/v1", "/picture.png?a=b")
        return find(server.url).get(url, MAX_SECONDS, max_bytes), server.received[0]


def test_get_returns_status_type_and_body() -> None:
    download, received = get(respond(404, b"x" * 100, kind="image/png"))
    assert download == (404, "image/png", b"x" * 100)
    assert (received.method, received.path) == ("GET", "/picture.png")
    assert not received.headers.keys() & {"authorization", "cookie"}


def test_get_does_not_follow_a_redirect() -> None:
    assert get(respond(302, b"", "location: /elsewhere"))[0].status == 302


@pytest.mark.parametrize(
    "behavior", [respond(200, b"x" * 101), respond(200, b"x", "content-encoding: gzip")]
)
def test_get_rejects_a_long_or_compressed_body(behavior: Any) -> None:
    with pytest.raises(httpx2.DecodingError):
        get(behavior)


def test_get_has_a_deadline() -> None:
    with WatchingServer(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n", b"x") as server:
        with pytest.raises(httpx2.ReadTimeout):
            find(server.url).get(server.url, 0.1, 100)
        assert server.wait_for_closed(closed=1)
