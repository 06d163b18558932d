"""HTTP: what is not a request, is too large or too slow, or asks for what does not exist."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from semcodec.serve import api, connection
from semcodec.serve import server as server_module
from semcodec.serve.problems import RequestError
from semcodec.serve.server import Server
from semcodec.serve.settings import Settings
from tests.each import for_each
from tests.serve.fakes import Scripted, roles_of, send, serving

PAINT = {"prompt": "boat", "size": "8x8"}
JSON = "content-type: application/json\r\n"


def connect(server: Server) -> socket.socket:
    parts = urlsplit(server.url)
    return socket.create_connection((parts.hostname, parts.port), timeout=10)


def exchange(server: Server, data: bytes) -> bytes:
    """Send bytes, and return all that the server sends until it closes the connection."""
    with connect(server) as client:
        client.sendall(data)
        return read_all(client)


def read_all(client: socket.socket) -> bytes:
    received = b""
    while data := client.recv(2**16):
        received += data
    return received


def request(method: str = "GET", path: str = "/health", headers: str = "", body: str = "") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}"
    return f"{head}content-length: {len(body)}\r\n\r\n{body}".encode()


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64) + b"\r\n\r\n",  # TLS
        b"GET /health HTTP/1.1\r\n\r\n",  # without a host
        b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: a.example\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nbad header\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: gzip\r\n\r\n",
        b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"a" * connection.MAX_HEAD_BYTES,
    ],
    ids=lambda data: repr(data[:40]),
)
def test_bytes_that_are_not_http_get_status_400_and_the_end(server: Server, data: bytes) -> None:
    response = exchange(server, data)
    assert response.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 431 ", b"HTTP/1.1 501 "))
    assert b"connection: close" in response.lower()
    assert send(server, "GET", "/health")[0] == 200


def test_a_request_with_two_lengths_ends_the_connection(server: Server) -> None:
    """A proxy may use the other length, so what follows could be a request of another client."""
    headers = f"{JSON}transfer-encoding: chunked\r\n"
    twice = request("POST", api.CHAT, headers, "0\r\n\r\n") + request()
    received = exchange(server, twice)
    assert received.count(b"HTTP/1.1 ") == received.count(b"HTTP/1.1 400") == 1
    assert b"send one of them" in received


def test_another_version_of_http_is_refused(server: Server) -> None:
    received = exchange(
        server, request(headers="connection: close\r\n").replace(b"HTTP/1.1", b"HTTP/2.0")
    )
    assert received.startswith(b"HTTP/1.1 505 ")


def test_errors_do_not_repeat_headers(server: Server) -> None:
    received = exchange(server, request(headers="Authorization : Bearer secret\r\n"))
    assert b"The request is not HTTP: illegal header line." in received
    assert b"secret" not in received


def test_body_in_too_many_chunks_is_cut_off(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_BODY_PIECES", 3)
    headers = f"{JSON}connection: close\r\ntransfer-encoding: chunked\r\n"
    head = f"POST {api.CHAT} HTTP/1.1\r\nhost: 127.0.0.1\r\n{headers}\r\n".encode()
    assert b" 400 " in exchange(server, head + b"1\r\n{\r\n" * 3 + b"0\r\n\r\n")
    assert b" 413 " in exchange(server, head + b"1\r\n{\r\n" * 4 + b"0\r\n\r\n")


def test_wrong_method_names_the_right_one(server: Server) -> None:
    received = exchange(server, request("POST", headers="connection: close\r\n"))
    assert received.startswith(b"HTTP/1.1 405 ")
    assert b"\r\nallow: GET\r\n" in received


def test_two_requests_on_one_connection(server: Server) -> None:
    first, last = request(), request(headers="connection: close\r\n")
    assert exchange(server, first + last).count(b"HTTP/1.1 200 ") == 2


def test_head_gets_headers_alone(server: Server) -> None:
    response = exchange(server, request("HEAD", headers="connection: close\r\n"))
    head, _, body = response.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body == b""


def test_body_in_chunks_and_after_a_permission(server: Server) -> None:
    head = (
        "POST /v1/images/generations HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n"
        f"{JSON}transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n"
    )
    with connect(server) as client:
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100 ")
        client.sendall(b'1d\r\n{"prompt":"a","size": "8x8" }\r\n0\r\n\r\n')
        assert read_all(client).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/", 404), ("GET", "/v1", 404), ("GET", "/v1/models/../models", 404),
     ("GET", "/v1/models/other", 404), ("POST", "/v1/models", 405), ("POST", "/health", 405),
     ("GET", "/v1/chat/completions", 405), ("PUT", "/v1/images/edits", 405),
     ("OPTIONS", "/v1/chat/completions", 405), ("POST", "/v1/responses", 404),
     ("GET", "/v1/models?limit=2", 200), ("GET", "/v1/models/semcodec", 200),
     ("DELETE", "/v1/models/semcodec", 404), ("GET", "/v1/v1/models", 404),
     ("GET", "/v1/models/", 404)],
)  # fmt: skip
def test_routes(server: Server, method: str, path: str, status: int) -> None:
    found, body, headers = send(server, method, path)
    assert found == status
    assert headers["content-type"] == "application/json"
    assert (status == 200) == ("error" not in body)
    code = "model_not_found" if path.startswith("/v1/models/") and method == "GET" else None
    assert status != 404 or body["error"]["code"] == (code or "unknown_route")


@pytest.mark.parametrize("kind", ["", "text/plain", "multipart/form-data; boundary=a", "json"])
def test_content_type_must_be_json(server: Server, kind: str) -> None:
    status, *_ = send(server, "POST", "/v1/chat/completions", b"{}", {"content-type": kind})
    assert status == 415  # so that a page cannot send it without a preflight either


@for_each([b"", b"{", b"[]", b"null", b'"a"', b"[" * 10**5, b"1" * 10**4, b"\xff", b'{"a":1} x'])
def test_body_that_is_not_an_object(body: bytes) -> None:
    with pytest.raises(RequestError) as caught:
        api.parse_object(body)
    assert caught.value.status == 400


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/v1/images/generations"])
def test_body_that_is_not_json(server: Server, path: str) -> None:
    status, content, _ = send(server, "POST", path, b"{")
    assert status == 400
    assert content["error"]["type"] == "invalid_request_error"


def test_large_body_is_cut_off(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "MAX_BODY_BYTES", 1000)
    exact = b'{"prompt":"boat","size":"8x8"}'.ljust(1000)
    assert send(server, "POST", "/v1/images/generations", exact)[0] == 200
    assert send(server, "POST", "/v1/images/generations", exact + b" ")[0] == 413


def test_client_that_sends_too_slowly_is_dropped(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "MAX_HEAD_SECONDS", 0.1)
    monkeypatch.setattr(connection, "MAX_BODY_SECONDS", 0.1)
    assert exchange(server, b"GET /hea") == b""
    assert exchange(server, b"") == b""
    assert exchange(server, request("POST", "/v1/images/generations", JSON)[:-2]) == b""
    waiting = request("POST", "/v1/images/generations", JSON).replace(b"length: 0", b"length: 9")
    assert exchange(server, waiting) == b""
    assert send(server, "GET", "/health")[1] == {"status": "ok", "requests": 0}


def test_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 2)
    with serving(roles_of(Scripted())) as server:
        first, second = connect(server), connect(server)
        for client in (first, second):
            client.sendall(request())
            assert client.recv(2**16).startswith(b"HTTP/1.1 200 ")
        refused = exchange(server, b"")
        assert refused.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after" in refused
        first.close()
        for _ in range(100):  # the thread of the first one ends soon
            if not exchange(server, request(headers="connection: close\r\n")).startswith(
                b"HTTP/1.1 503 "
            ):
                break
            time.sleep(0.02)
        else:
            pytest.fail("no connection became free")
        second.close()


def test_refused_connections_make_room_for_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 0)
    monkeypatch.setattr(server_module, "MAX_REFUSED", 1)
    with serving(roles_of(Scripted())) as server:
        assert exchange(server, b"").startswith(b"HTTP/1.1 503 ")
        for _ in range(100):  # the thread of the first one ends soon
            with contextlib.suppress(ConnectionError):
                if exchange(server, b"").startswith(b"HTTP/1.1 503 "):
                    return
            time.sleep(0.02)
    pytest.fail("no room became free")


def test_many_clients_can_connect_before_they_are_accepted() -> None:
    server = Server(roles_of(Scripted()), Settings(port=0))  # it does not run
    with contextlib.ExitStack() as clients:
        for _ in range(100):  # more than there may be at a time
            clients.enter_context(connect(server))
    server._listener.server_close()


def test_process_without_free_files_does_not_try_at_once_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(server: Any) -> None:
        raise OSError("Too many open files")

    server, pauses = Server(roles_of(Scripted()), Settings(port=0)), list[float]()
    monkeypatch.setattr(socketserver.TCPServer, "get_request", fail)
    monkeypatch.setattr(time, "sleep", pauses.append)
    with pytest.raises(OSError, match="files"):
        server._listener.get_request()
    assert pauses == [server_module.POLL_SECONDS]
    server._listener.server_close()


@pytest.mark.parametrize("limit", ["MAX_DRAIN_SECONDS", "MAX_DRAIN_BYTES"])
def test_closing_waits_for_a_client_within_limits(
    monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(connection, "MAX_DRAIN_SECONDS", 30)
    monkeypatch.setattr(connection, limit, 0.05)
    ours, theirs = socket.socketpair()
    with theirs:
        theirs.sendall(b"more than is read")
        started = time.monotonic()
        connection.Connection(ours).close()
        assert time.monotonic() - started < 10


def test_reset_connections_do_no_harm(server: Server) -> None:
    for data in (b"", b"GET", request()[:-1], request("POST", "/v1/images/edits", JSON, "{}")):
        client = connect(server)
        client.sendall(data)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
    assert send(server, "GET", "/health")[0] == 200


def test_report_has_routes_and_nothing_that_a_client_sent() -> None:
    reports: list[tuple[str, str, int, float]] = []
    with serving(roles_of(Scripted()), reports) as server:
        send(server, "GET", "/health")
        send(server, "GET", "/secret-path?secret")
        send(server, "SECRET", "/v1/models")
        send(server, "POST", "/v1/images/generations", {**PAINT, "user": "secret"})
        exchange(server, b"secret\r\n\r\n")
    assert sorted(report[:3] for report in reports) == [  # of several threads
        ("?", "?", 400), ("?", "?", 404), ("?", "?", 405), ("POST", "/v1/images/generations", 200),
    ]  # fmt: skip


def test_server_on_version_6(monkeypatch: pytest.MonkeyPatch) -> None:
    if not socket.has_ipv6:
        pytest.skip("no IPv6")
    try:
        with serving(roles_of(Scripted()), host="::1") as server:
            assert server.url.startswith("http://[::1]:")
            assert send(server, "GET", "/health")[0] == 200
    except semcodec_errors():
        pytest.skip("this machine has no IPv6 loopback")


def semcodec_errors() -> Any:
    from semcodec.errors import InputError

    return InputError


def test_end_of_the_server_closes_idle_connections() -> None:
    before = threading.active_count()
    with serving(roles_of(Scripted())) as server:
        client = connect(server)
        client.sendall(request())
        assert client.recv(2**16).startswith(b"HTTP/1.1 200 ")
        started = time.monotonic()
    assert read_all(client) == b""
    assert time.monotonic() - started < server_module.MAX_CLOSE_SECONDS
    client.close()
    deadline = time.monotonic() + server_module.MAX_CLOSE_SECONDS
    while threading.active_count() > before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= before
