"""``serve``: what it prints, how it ends, and its token."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semcodec.cli import interrupts, serve
from semcodec.serve import server as server_module
from semcodec.serve.roles import Roles
from semcodec.serve.server import Server
from tests.cli.conftest import Run
from tests.serve.fakes import Scripted, roles_of, send

TOKEN = "0123456789abcdef"
PAINT = {"prompt": "boat", "size": "8x8"}
GENERATE = "/v1/images/generations"


@pytest.fixture(autouse=True)
def _backends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(serve.TOKEN_ENV, raising=False)
    monkeypatch.setattr(Roles, "find", lambda *args, **named: roles_of(Scripted()))


def during(
    monkeypatch: pytest.MonkeyPatch, act: Callable[[Server], Any], name: str = "SIGINT"
) -> list[Any]:
    """Have ``act`` run in a thread when the server runs, and then a signal; return its results."""
    results: list[Any] = []
    run = Server.run

    def run_and_act(server: Server) -> None:
        def work() -> None:
            try:
                results.append(act(server))
            finally:
                os.kill(os.getpid(), getattr(signal, name))

        threading.Thread(target=work, daemon=True).start()
        run(server)

    monkeypatch.setattr(Server, "run", run_and_act)
    return results


@pytest.fixture(autouse=True)
def _usual_handlers() -> Iterator[None]:
    """Set the handlers of a process that ignores no signal, as one in the background does."""
    numbers = {getattr(signal, name): usual for name, usual in interrupts.REPLACED.items()}
    before = {number: signal.signal(number, usual) for number, usual in numbers.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


needs_signals = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")


@needs_signals
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_server_prints_its_url_and_its_backends_and_ends_with_a_signal(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    results = during(monkeypatch, lambda server: send(server, "POST", GENERATE, PAINT), name)
    code, out, err = run("serve", "--port", "0")
    assert code == 0
    assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/v1\n", out)
    [(status, *_)] = results
    assert status == 200
    lines = err.splitlines()
    assert lines[0] == "describer  scripted scripted-describer"
    assert re.fullmatch(r"POST /v1/images/generations 200 [0-9.]+ s", lines[-2])
    assert lines[-1] == "Stopped."
    assert "boat" not in err


@needs_signals
def test_signal_stops_a_job_and_its_client_gets_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    began, statuses = threading.Event(), list[Any]()

    class Endless(Scripted):
        def paint(self, *arguments: Any, **options: Any) -> Image.Image:
            began.set()
            while True:
                time.sleep(0.01)

    monkeypatch.setattr(Roles, "find", lambda *args, **named: roles_of(Endless()))

    def act(server: Server) -> None:
        def request() -> None:
            statuses.append(send(server, "POST", GENERATE, PAINT)[:2])

        clients = [threading.Thread(target=request) for _ in range(2)]
        for client in clients:
            client.start()
        assert began.wait(10)
        while send(server, "GET", "/health")[1]["requests"] < 2:
            time.sleep(0.01)

    during(monkeypatch, act)
    assert run("serve", "--port", "0")[0] == 0
    for _ in range(500):
        if len(statuses) == 2:
            break
        time.sleep(0.01)
    assert [(status, body["error"]["code"]) for status, body in statuses] == [(503, "stopping")] * 2


@needs_signals
def test_second_signal_ends_a_backend_that_does_not_stop(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    began = threading.Event()

    class Busy(Scripted):
        """Ends its work after a signal, as a model in another thread does."""

        def paint(self, *arguments: Any, **options: Any) -> Image.Image:
            began.set()
            try:
                while True:
                    time.sleep(0.01)
            except KeyboardInterrupt:
                signal.raise_signal(signal.SIGINT)
                time.sleep(10)
                raise AssertionError("not interrupted") from None

    def act(server: Server) -> None:
        threading.Thread(target=send, args=(server, "POST", GENERATE, PAINT), daemon=True).start()
        assert began.wait(10)

    monkeypatch.setattr(Roles, "find", lambda *args, **named: roles_of(Busy()))
    during(monkeypatch, act)
    started = time.monotonic()
    code, _, err = run("serve", "--port", "0")
    assert (code, err.splitlines()[-1]) == (130, "semcodec: Interrupted.")
    assert time.monotonic() - started < 5


@needs_signals
def test_second_signal_ends_a_server_that_is_closing(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_connections = server_module._Listener.close_connections

    def close(listener: Any) -> None:
        close_connections(listener)
        signal.raise_signal(signal.SIGINT)
        time.sleep(10)

    monkeypatch.setattr(server_module._Listener, "close_connections", close)
    during(monkeypatch, lambda server: send(server, "POST", GENERATE, PAINT))
    started = time.monotonic()
    assert run("serve", "--port", "0")[0] == 130
    assert time.monotonic() - started < 5


@needs_signals
@pytest.mark.parametrize(
    ("source", "end"), [("file", "\n"), ("environment", ""), ("environment", "\r\n")]
)
def test_token_of_a_file_or_the_environment(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, source: str, end: str
) -> None:
    options: tuple[str, ...] = ()
    if source == "file":
        (tmp_path / "token").write_text(TOKEN + end)
        options = ("--token-file", str(tmp_path / "token"))
        monkeypatch.setenv(serve.TOKEN_ENV, "x" * 20)  # the file wins
    else:
        monkeypatch.setenv(serve.TOKEN_ENV, TOKEN + end)

    def act(server: Server) -> tuple[int, int]:
        headers = {"authorization": f"Bearer {TOKEN}"}
        without = send(server, "GET", "/v1/models")[0]
        return without, send(server, "GET", "/v1/models", headers=headers)[0]

    results = during(monkeypatch, act)
    code, out, err = run("serve", "--port", "0", *options)
    assert (code, results) == (0, [(401, 200)])
    assert TOKEN not in out + err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--host", "0.0.0.0"), "needs a token"),
        (("--host", "a.example"), "not an IP address"),
        (("--token-file", "missing"), "Cannot read missing"),
        (("--token-file", "empty"), "is empty"),
        (("--token-file", "short"), "16 to 500"),
        (("--token-file", "binary"), "ASCII"),
        (("--token-file", "lines"), "line breaks"),
        (("--port", "65536"), "expected 0 to 65535"),
        (("--queue", "101"), "expected 0 to 100"),
        (("--max-seconds", "0"), "expected seconds"),
        (("--backend", "openai", "--dry-run"), "--dry-run"),
    ],
)
def test_usage_errors(
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    options: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").write_text("\n")
    Path("short").write_text("secret")
    Path("binary").write_bytes(b"\xff" * 20)
    Path("lines").write_bytes(b"secret-secret-secret\n\n")
    code, out, err = run("serve", "--port", "0", *options)
    assert (code, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err
    assert "secret" not in err


def test_empty_line_in_the_environment_is_not_a_server_without_a_token(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(serve.TOKEN_ENV, "\n")
    code, _, err = run("serve", "--port", "0")
    assert code == 2
    assert f"{serve.TOKEN_ENV} is empty" in err


def test_missing_package_is_named_with_its_extra(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith("semcodec.serve")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "h11", None)
    code, _, err = run("serve")
    assert code == 2
    assert "pip install 'semcodec[serve]'" in err
