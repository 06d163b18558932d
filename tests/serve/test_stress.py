"""Many clients at once, and more than there may be: each gets a response, and nothing is kept."""

from __future__ import annotations

import socket
import threading

import pytest

from semcodec.serve import server as server_module
from tests.profiles import count, seed
from tests.serve import stress
from tests.serve.fakes import Scripted, roles_of, serving
from tests.serve.stress import Busy, count_open_files, run_clients, settle
from tests.serve.test_http import connect, read_all, request


def test_clients_of_all_kinds_get_responses_and_leave_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", count(6, 64))
    body_bytes = count(50_000, stress.BODY_BYTES)
    with serving(roles_of(Busy(seconds=0.001))) as server:
        threads, files = threading.active_count(), count_open_files()
        for number in range(count(1, 10)):
            results = run_clients(server, count(16, 90), seed(number), body_bytes)
            assert results.failures() == []
        assert settle(server, threads, files) == ""


def test_client_above_the_limit_gets_its_error_while_it_sends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(server_module, "MAX_CONNECTIONS", 0)
    monkeypatch.setattr(server_module, "MAX_REFUSED", 1)
    with serving(roles_of(Scripted())) as server, connect(server) as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2**16)
        data = request("POST", "/v1/chat/completions", body="x" * stress.BODY_BYTES)
        client.sendall(data[: 2**20])
        with connect(server) as other:  # it does not wait for the first one
            assert closed_without_response(other)
        client.sendall(data[2**20 :])
        assert read_all(client).startswith(b"HTTP/1.1 503 ")


def closed_without_response(client: socket.socket) -> bool:
    try:
        return client.recv(100) == b""
    except ConnectionResetError:
        return True
