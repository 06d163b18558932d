"""The choice of the proxy, and errors of requests that did not get past it."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pytest

from semcodec.backends.openai import client as client_module
from semcodec.backends.openai import settings, transport
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.errors import BackendError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, respond
from tests.backends.openai.test_deadlines import CHAT, SECONDS, client
from tests.backends.openai.watching_server import WatchingServer
from tests.forking import MAX_SECONDS

PROXY: Final = "http://127.0.0.1:9"
IPV4: Final = "http://127.0.0.2:8080/v1"
IPV6: Final = "https://[2001:db8::2]:8443/v1"
NAME: Final = "https://api.example.org/v1"
PROXIED_SERVER: Final = "127.0.0.2:9"  #: a server to which only proxies connect
HELLO: Final = b"\x05\x00"  #: the first response of a SOCKS5 proxy without a password


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


# --- NO_PROXY ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        (IPV4, "127.0.0.2"),
        (IPV4, "127.0.0.2:8080"),
        (IPV4, "127.0.0.0/8"),
        (IPV4, "127.0.0.9/8"),
        (IPV4, "0.0.0.0/0"),
        (IPV4, "http://127.0.0.2"),
        (IPV4, "http://127.0.0.2/"),
        (IPV4, "HTTP://127.0.0.2:8080"),
        (IPV4, "all://127.0.0.2"),
        (IPV4, "all://127.0.0.0/8"),
        (IPV4, "all://*:8080"),
        (IPV4, ":8080"),
        (IPV4, "http://"),
        (IPV4, "all://"),
        (IPV4, "all://*"),
        (IPV4, "*"),
        (IPV4, "example.org,*"),
        (IPV4, "example.org, 127.0.0.2 ,"),
        (IPV4, "example.org 127.0.0.2:8080"),
        (IPV4, "http://[,127.0.0.2:x,127.0.0.2"),
        (IPV6, "2001:db8::2"),
        (IPV6, "2001:DB8:0::2"),
        (IPV6, "[2001:db8::2]"),
        (IPV6, "[2001:db8::2]:8443"),
        (IPV6, "2001:db8::/32"),
        (IPV6, "[2001:db8::]/32"),
        (IPV6, "https://[2001:db8::2]"),
        (IPV6, "all://[2001:db8::2]:8443"),
        (IPV6, "all://[2001:db8::]/32"),
        (NAME, "api.example.org"),
        (NAME, "API.Example.ORG"),
        (NAME, "api.example.org."),
        (NAME, "example.org"),
        (NAME, ".example.org"),
        (NAME, "..example.org"),
        (NAME, ".api.example.org"),
        (NAME, "*.example.org"),
        (NAME, "all://*example.org"),
        (NAME, "all://*.example.org"),
        (NAME, "org"),
        (NAME, "api.example.org:443"),
        (NAME, "example.org:443"),
        (NAME, ".example.org:443"),
        (NAME, "*.example.org:443"),
        (NAME, "all://api.example.org"),
        (NAME, "https://api.example.org/v1"),
        ("https://api.example.org.:8443/v1", "example.org:8443"),
        ("https://bücher.example/v1", "xn--bcher-kva.example"),
        ("https://xn--bcher-kva.example/v1", "bücher.example"),
    ],
)
@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_excluded_server_has_no_proxy(
    url: str, entry: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    assert transport.find_proxy(url) is not None
    monkeypatch.setenv(variable, entry)
    assert transport.find_proxy(url) is None


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        (IPV4, ""),
        (IPV4, ","),
        (IPV4, "."),
        (IPV4, "*."),
        (IPV4, "/8"),
        (IPV4, "127.0.0.2:80"),
        (IPV4, "127.0.0.2:x"),
        (IPV4, "127.0.0.20"),
        (IPV4, "10.0.0.0/8"),
        (IPV4, "127.0.0.3/99"),
        (IPV4, "::/0"),
        (IPV4, "https://127.0.0.2"),
        (IPV4, "https://"),
        (IPV4, "http://127.0.0.2:9090"),
        (IPV4, ":80"),
        (IPV4, "all://*:80"),
        (IPV4, "http://["),
        (IPV4, "xn--*"),
        (IPV4, "all://xn--a"),
        (IPV6, "[2001:db8::2]:443"),
        (IPV6, "2001:db9::/32"),
        (IPV6, "2001:db8::3"),
        (IPV6, "0.0.0.0/0"),
        (NAME, "ample.org"),
        (NAME, "*.api.example.org"),
        (NAME, "www.api.example.org"),
        (NAME, "api.example.org:80"),
        (NAME, ".example.org:8443"),
        (NAME, "http://api.example.org"),
        (NAME, "https://example.org"),
        (NAME, "0.0.0.0/0"),
    ],
)
def test_server_that_is_not_excluded_keeps_its_proxy(
    url: str, entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", PROXY)
    monkeypatch.setenv("NO_PROXY", entry)
    proxy = transport.find_proxy(url)
    assert proxy is not None
    assert str(proxy.url) == PROXY


@pytest.mark.parametrize("entry", ["127.0.0.1:{port}", "127.0.0.0/8", "http://127.0.0.1"])
def test_excluded_server_is_reached_without_the_proxy(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ())
    response = respond(200, fake_responses.chat_body("m", "A boat."))
    with FakeServer(lambda _: response) as server, FakeServer(lambda _: response) as proxy:
        port = server.url.removesuffix("/v1").rpartition(":")[2]
        monkeypatch.setenv("HTTP_PROXY", proxy.url.removesuffix("/v1"))
        assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."
        assert (len(proxy.received), len(server.received)) == (1, 0)
        monkeypatch.setenv("NO_PROXY", entry.format(port=port))
        assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."
        assert (len(proxy.received), len(server.received)) == (1, 1)


# --- failures before and after the request is sent ---------------------------------------------


@dataclass
class ScriptedServer:
    """The address of a server on loopback, and the number of connections that it has accepted."""

    address: str
    connections: int = 0


@contextmanager
def scripted_server(
    *responses: bytes, drip: bytes = b"", closes: bool = False
) -> Iterator[ScriptedServer]:
    """Yield a server that reads from each connection and sends ``responses``, in turn.

    After that it closes the connection, or sends ``drip`` (by default nothing) until the end.
    """
    ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            for response in responses:
                connection.recv(65536)
                connection.sendall(response)
            connection.recv(65536)
            while not closes and not ended.wait(0.02):
                connection.sendall(drip)

    def listen() -> None:
        while True:
            connection, _ = listening.accept()
            if ended.is_set():
                connection.close()
                return
            server.connections += 1
            threads.append(threading.Thread(target=serve, args=(connection,)))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        server = ScriptedServer(f"127.0.0.1:{port}")
        threads = [threading.Thread(target=listen)]
        threads[0].start()
        try:
            yield server
        finally:
            ended.set()
            socket.create_connection(("127.0.0.1", port)).close()
            for thread in threads:
                thread.join(MAX_SECONDS)


def error_of_request(url: str) -> BackendError:
    """Return the error of a request to ``url``."""
    with pytest.raises(BackendError) as caught:
        client(url).send(CHAT)
    return caught.value


CONNECTED: Final = b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00"
TUNNEL: Final = b"HTTP/1.1 200 OK\r\n\r\n"
TIMEOUTS: Final = {
    "SOCKS5, no response": ("socks5", (), {}, "http"),
    "SOCKS5, no response after its hello": ("socks5", (HELLO,), {}, "http"),
    "SOCKS5, no response in TLS": ("socks5", (HELLO, CONNECTED), {}, "https"),
    "CONNECT, no response": ("http", (), {}, "https"),
    "CONNECT, drips": ("http", (b"HTTP/1.1 200 OK\r\n",), {"drip": b"x: y\r\n"}, "https"),
    "CONNECT, no response in TLS": ("http", (TUNNEL,), {}, "https"),
}
FAILURES: Final = {
    "SOCKS5, closes": ("socks5", (), {"closes": True}, "http"),
    "SOCKS5, closes after its hello": ("socks5", (HELLO,), {"closes": True}, "http"),
    "SOCKS5, wants a password": ("socks5", (b"\x05\x02",), {}, "http"),
    "SOCKS5, another protocol": ("socks5", (b"HTTP/1.1 400 No\r\n\r\n",), {}, "http"),
    "CONNECT, closes": ("http", (), {"closes": True}, "https"),
    "CONNECT, refused": ("http", (b"HTTP/1.1 407 No\r\n\r\n",), {"closes": True}, "https"),
    "CONNECT, another protocol": ("http", (b"SSH-2.0-x\r\n\r\n",), {}, "https"),
    "CONNECT, TLS closes": ("http", (TUNNEL,), {"closes": True}, "https"),
}


@pytest.mark.parametrize("name", [*TIMEOUTS, *FAILURES])
def test_a_handshake_that_fails_is_not_billed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kind, responses, rest, scheme = (TIMEOUTS | FAILURES)[name]
    with scripted_server(*responses, **rest) as proxy:
        monkeypatch.setenv("ALL_PROXY", f"{kind}://{proxy.address}")
        error = error_of_request(f"{scheme}://{PROXIED_SERVER}/v1")
    reason = f"within {SECONDS} seconds" if name in TIMEOUTS else "("
    assert f"cannot be reached {reason}" in str(error)
    assert (error.billed, error.retryable) == (False, True)
    assert proxy.connections == 1  # no second attempt without the proxy


@pytest.mark.parametrize("closes", [False, True])
def test_failed_tls_handshake_is_not_billed(closes: bool) -> None:
    with scripted_server(closes=closes) as server:
        error = error_of_request(f"https://{server.address}/v1")
    assert "cannot be reached" in str(error)
    assert error.billed is False


@pytest.mark.parametrize("proxy", ["", "http", "socks5"])
@pytest.mark.parametrize(
    ("closes", "message"), [(False, "did not complete"), (True, "lost the connection")]
)
def test_sent_request_may_be_billed(
    proxy: str, closes: bool, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ())
    responses = (HELLO, CONNECTED) if proxy == "socks5" else ()
    with scripted_server(*responses, closes=closes) as server:
        if proxy:
            monkeypatch.setenv("ALL_PROXY", f"{proxy}://{server.address}")
        error = error_of_request(f"http://{PROXIED_SERVER if proxy else server.address}/v1")
    assert server.connections == 1
    assert message in str(error)
    assert "may have been billed" in str(error)
    assert error.billed is True


def test_handshake_that_takes_the_whole_timeout_is_not_retried(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT", SECONDS / 2)
    waits: list[float] = []
    with WatchingServer() as server:
        monkeypatch.setenv("ALL_PROXY", server.url.removesuffix("/v1"))
        values = Settings(base_url=f"https://{PROXIED_SERVER}/v1", text_timeout=SECONDS)
        with pytest.raises(BackendError, match=f"cannot be reached within {SECONDS} seconds"):
            Client(values, ApiKey("unused", "nowhere"), sleep=waits.append).send(CHAT)
    assert waits == []
