"""A request that runs out of time is closed: the server notices, and no thread or file is left."""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from semcodec.backends.openai import client as client_module
from semcodec.backends.openai import settings
from semcodec.backends.openai import transport as transport_
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest
from semcodec.errors import BackendError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, never_respond, respond
from tests.backends.openai.watching_server import WatchingServer
from tests.forking import MAX_SECONDS, forked, needs_fork
from tests.profiles import RecordProperty, count

SECONDS: Final = 0.3  #: timeout of requests that never get a response
HEAD: Final = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
BODY: Final = HEAD + b"content-length: 1000000\r\n\r\n"
CHAT: Final = ModelRequest("describe", "chat/completions", {"model": "m", "messages": []})
LARGE: Final = ModelRequest(
    "edit", "images/edits", {"model": "m", "prompt": "x"}, image_png=bytes(24 * 2**20)
)
FDS: Final = Path("/proc/self/fd")


def client(url: str, **more: Any) -> Client:
    """Return a client with a short deadline for texts, or with the settings ``more`` instead."""
    values = {"retries": 0, **(more or {"text_timeout": SECONDS})}
    return Client(Settings(base_url=url, **values), ApiKey("unused", "nowhere"))


def timeout_error(client_: Client, request: ModelRequest = CHAT) -> str:
    """Return the error of a request that times out, long before these servers would respond."""
    started = time.monotonic()
    with pytest.raises(BackendError) as caught:
        client_.send(request)
    assert time.monotonic() - started < MAX_SECONDS / 2
    assert caught.value.retryable
    return str(caught.value)


def threads_and_files() -> tuple[int, int]:
    """Return the number of threads and of open files."""
    gc.collect()
    return threading.active_count(), len(list(FDS.iterdir())) if FDS.exists() else 0


# --- the server notices ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "drip"),
    [(b"", b""), (HEAD, b""), (HEAD, b"x: y\r\n"), (BODY, b""), (BODY, b" ")],
    ids=[
        "never responds",
        "stops in its headers",
        "drips headers",
        "stops in its body",
        "drips a body",
    ],
)
def test_a_late_response_is_closed(head: bytes, drip: bytes) -> None:
    with WatchingServer(head, drip) as server:
        client_ = client(server.url)
        assert f"did not complete 'describe' within {SECONDS} seconds" in timeout_error(client_)
        assert server.wait_for_closed(closed=1)


def test_a_request_that_is_read_too_slowly_is_closed() -> None:
    with WatchingServer(reads=False) as server:
        client_ = client(server.url, image_timeout=SECONDS)
        assert "did not complete 'edit'" in timeout_error(client_, LARGE)
        server.reads = True  # the server sees the end after all the data on its way
        assert server.wait_for_closed(closed=1)


def test_tls_handshake_that_never_ends_is_closed() -> None:
    with WatchingServer(scheme="https") as server:
        client_ = client(server.url)
        assert f"cannot be reached within {SECONDS} seconds" in timeout_error(client_)
        assert server.wait_for_closed(closed=1)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("http://there.invalid/v1", "did not complete 'describe'"),
        ("https://there.invalid/v1", "cannot be reached"),
    ],
)
def test_proxy_that_does_not_respond_is_closed(
    url: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WatchingServer() as server:
        monkeypatch.setenv("ALL_PROXY", server.url.removesuffix("/v1"))
        client_ = client(url)
        assert message in timeout_error(client_)
        assert server.received.is_set()
        assert server.wait_for_closed(closed=1)


def test_local_server_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with FakeServer(
        lambda request: respond(200, fake_responses.chat_body("m", "A boat."))
    ) as server:
        assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."


def test_server_in_no_proxy_is_reached_without_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ())
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with FakeServer(
        lambda request: respond(200, fake_responses.chat_body("m", "A boat."))
    ) as server:
        assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."


@contextmanager
def full_server() -> Iterator[str]:
    """Yield the URL of a server with a full backlog: it neither accepts nor refuses connections."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        waiting = []
        try:
            for _ in range(64):
                waiting.append(socket.socket())
                waiting[-1].settimeout(0.2)
                waiting[-1].connect(listening.getsockname())
            pytest.skip("this system does not make connections wait")
        except TimeoutError:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            for connection in waiting:
                connection.close()


def test_connection_that_is_never_established_times_out() -> None:
    with full_server() as url:
        assert f"cannot be reached within {SECONDS} seconds" in timeout_error(client(url))


def test_connection_that_is_never_established_is_not_billed() -> None:
    with full_server() as url, pytest.raises(BackendError) as caught:
        client(url).send(CHAT)
    assert caught.value.billed is False


def test_connection_timeout_is_retried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "CONNECT_TIMEOUT", 0.1)
    waits: list[float] = []
    with full_server() as url:
        values = Settings(base_url=url, text_timeout=10 * MAX_SECONDS)
        client_ = Client(values, ApiKey("unused", "nowhere"), sleep=waits.append)
        with pytest.raises(BackendError, match=r"cannot be reached \(ConnectTimeout\)"):
            client_.send(CHAT)
    assert waits == [1, 2]


@pytest.mark.parametrize("error", [transport_.httpcore2.ReadTimeout, KeyboardInterrupt])
def test_stream_closes_itself_on_failure(error: type[BaseException]) -> None:
    our_end, their_end = socket.socketpair()

    class Inner(transport_.httpcore2.NetworkStream):
        def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
            raise error

        def close(self) -> None:
            our_end.close()

        def get_extra_info(self, info: str) -> Any:
            return our_end

    with their_end:
        with pytest.raises(error):
            transport_.DeadlineStream(Inner()).read(1)
        assert their_end.recv(1) == b""


def test_hung_name_lookups_use_one_thread(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released, before = threading.Event(), threading.active_count()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: released.wait(MAX_SECONDS) and [])
    client_ = client("http://there.invalid/v1")
    for _ in range(5):
        assert f"cannot be reached within {SECONDS} seconds" in timeout_error(client_)
    assert threading.active_count() == before + 1
    released.set()


def test_address_that_does_not_respond_leaves_time_for_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ("there.invalid",))
    connect_tcp, getaddrinfo = transport_.httpcore2.SyncBackend.connect_tcp, socket.getaddrinfo

    def connect(self: object, host: str, port: int, timeout: float, *rest: object) -> object:
        if host == "192.0.2.1":  # this address uses all the time that it gets
            time.sleep(timeout)
            raise transport_.httpcore2.ConnectTimeout
        return connect_tcp(self, host, port, timeout, *rest)

    def look_up(host: str, *rest: Any, **more: Any) -> list[Any]:
        if host != "there.invalid":
            return getaddrinfo(host, *rest, **more)
        return [(None, None, None, "", (client_, 0)) for client_ in ("192.0.2.1", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(transport_.httpcore2.SyncBackend, "connect_tcp", connect)
    with FakeServer(
        lambda request: respond(200, fake_responses.chat_body("m", "A boat."))
    ) as server:
        url = server.url.replace("127.0.0.1", "there.invalid")
        assert client(url, text_timeout=2.0).send(CHAT).text == "A boat."


# --- no thread or file is left -----------------------------------------------------------------


#: How servers are late: as arguments of ``WatchingServer``; a proxy is one.
LATE_SERVERS: Final[dict[str, dict[str, Any]]] = {
    "never responds": {},
    "drips a body": {"head": BODY, "drip": b" "},
    "stalls in the TLS handshake": {"scheme": "https"},
    "proxy stalls": {},
}


@pytest.mark.sampled
def test_many_late_requests_leave_no_threads_or_files(
    monkeypatch: pytest.MonkeyPatch, record_property: RecordProperty
) -> None:
    number = count(6, 1000)
    record_property("inputs", number * len(LATE_SERVERS))
    with ExitStack() as stack:
        servers = [stack.enter_context(WatchingServer(**late)) for late in LATE_SERVERS.values()]
        monkeypatch.setenv("ALL_PROXY", servers[-1].url.removesuffix("/v1"))
        urls = [*(server.url for server in servers[:-1]), "https://there.invalid/v1"]
        clients = [client(url, text_timeout=0.05) for url in urls]
        for client_ in clients:
            timeout_error(client_)
        wait_for(lambda: all(server.closed == server.opened for server in servers))
        before = threads_and_files()
        for client_ in clients * number:
            timeout_error(client_)
        # On a busy machine, the time of a call can be up before it has opened a connection.
        wait_for(lambda: all(server.closed == server.opened for server in servers))
        for server in servers:
            assert server.opened > 1
            server._threads[:] = [thread for thread in server._threads if thread.is_alive()]
        wait_for(lambda: is_near(before))


def is_near(before: tuple[int, int]) -> bool:
    """Return whether there are as many threads and files as ``before``, give or take one."""
    return all(abs(now - then) <= 1 for now, then in zip(threads_and_files(), before, strict=True))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait for a condition that depends on the threads of a test server."""
    ends = time.monotonic() + MAX_SECONDS
    while not condition() and time.monotonic() < ends:
        time.sleep(0.01)
    assert condition()


def test_many_dropped_clients_use_one_connection() -> None:
    with WatchingServer(keep_alive_response(fake_responses.chat_body("m", "A boat."))) as server:
        for _ in range(50):
            assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."
        wait_for(lambda: server.opened - server.closed == 1)
        assert server.opened <= 2  # a second one if this machine has paused for 4 seconds


def keep_alive_response(body: dict[str, Any]) -> bytes:
    """Return an HTTP response after which the connection stays open."""
    data = json.dumps(body).encode()
    return HEAD + b"content-length: %d\r\n\r\n" % len(data) + data


PROGRAM = """
import sys
from tests.backends.openai.test_deadlines import CHAT, client
client_ = client(sys.argv[1], text_timeout=30.0)
print(client_.send(CHAT).text)
"""


def test_interpreter_exits_without_warnings_about_open_connections() -> None:
    with WatchingServer(keep_alive_response(fake_responses.chat_body("m", "A boat."))) as server:
        done = subprocess.run(
            [
                sys.executable,
                "-X",
                "dev",
                "-W",
                "error::ResourceWarning",
                "-c",
                PROGRAM,
                server.url,
            ],
            capture_output=True,
            timeout=2 * MAX_SECONDS,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "A boat.\n", "")
        assert server.wait_for_closed(closed=1)


# --- callers -----------------------------------------------------------------------------


def test_timeout_inside_a_running_event_loop_closes_the_connection() -> None:
    async def send(url: str) -> str:
        return timeout_error(client(url))

    with WatchingServer() as server:
        assert "did not complete 'describe'" in asyncio.run(send(server.url))
        assert server.wait_for_closed(closed=1)


def test_threads_that_share_a_client_wait_for_their_own_responses_only() -> None:
    def choose(request: Any) -> Any:
        return (
            never_respond
            if b"LATE" in request.body
            else respond(200, fake_responses.chat_body("m", "A boat."))
        )

    results: list[str] = []

    def send(client_: Client, model: str) -> None:
        try:
            request = ModelRequest("describe", "chat/completions", {"model": model, "messages": []})
            results.append(client_.send(request).text)
        except BackendError as error:
            results.append(str(error))

    with FakeServer(choose) as server:
        client_ = client(server.url, text_timeout=1.5)
        names = ["LATE", "m"] * 4
        threads = [threading.Thread(target=send, args=(client_, name)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(MAX_SECONDS)
    assert sorted(text.startswith("The server") for text in results) == [False] * 4 + [True] * 4
    assert results[:4] == ["A boat."] * 4


@pytest.fixture
def _interrupts() -> Iterator[None]:
    """Raise KeyboardInterrupt at SIGINT, which a process that runs in the background ignores."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_interrupts")
@pytest.mark.skipif(os.name == "nt", reason="a thread cannot be sent a signal")
@pytest.mark.parametrize("head", [b"", BODY], ids=["before the response", "in the response"])
def test_ctrl_c_closes_the_connection(head: bytes) -> None:
    main = threading.main_thread().ident
    assert main is not None

    def interrupt(server: WatchingServer) -> None:
        if server.received.wait(MAX_SECONDS):
            time.sleep(0.1)  # give the client time to wait for more
            signal.pthread_kill(main, signal.SIGINT)

    with WatchingServer(head) as server:
        client_ = client(server.url, text_timeout=10 * MAX_SECONDS)
        thread = threading.Thread(target=interrupt, args=(server,))
        thread.start()
        with pytest.raises(KeyboardInterrupt) as caught:
            client_.send(CHAT)
        assert server.wait_for_closed(closed=1), (
            caught
        )  # the traceback keeps the frames of the call alive
        thread.join(MAX_SECONDS)


# --- after a fork ------------------------------------------------------------------------------


@needs_fork
def test_a_forked_child_opens_its_own_connections() -> None:
    with WatchingServer(keep_alive_response(fake_responses.chat_body("m", "A boat."))) as server:
        client_ = client(server.url, text_timeout=MAX_SECONDS)

        def send() -> None:
            assert client_.send(CHAT).text == "A boat."

        send()
        inherited = client_._openai

        def in_child() -> None:
            assert client_.send(CHAT).text == "A boat."
            assert client_._openai is not inherited
            assert inherited.is_closed()  # otherwise its copy keeps a connection open

        with forked(in_child) as ended:
            wait_for(lambda: server.opened == 2)
            assert ended() == 0
        assert client_._openai is inherited
        assert server.closed <= 1  # the connection of the parent is still open
        send()
        assert server.opened == 2


@needs_fork
def test_a_new_client_of_a_forked_child_does_not_use_inherited_connections() -> None:
    with WatchingServer(keep_alive_response(fake_responses.chat_body("m", "A boat."))) as server:

        def send() -> None:
            assert client(server.url, text_timeout=MAX_SECONDS).send(CHAT).text == "A boat."

        send()
        with forked(send) as ended:
            wait_for(lambda: server.opened == 2)
            assert ended() == 0
        send()
        assert server.opened == 2  # that of the parent was not used by the child


class Connections:
    """A connection pool, or one of its connections, that counts how often it is closed."""

    def __init__(self, *connections: Connections) -> None:
        self.connections, self.closed = connections, 0

    def close(self) -> None:
        self.closed += 1


def test_a_forked_child_closes_connections_without_the_lock_of_the_pool(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thread that does not exist in the child may hold the lock, which then is never released."""
    connection = Connections()
    pool = Connections(connection)
    monkeypatch.setattr(transport_, "_pool", lambda *arguments: pool)
    transport = transport_.Transport(None, ssl.create_default_context())
    monkeypatch.setattr(os, "getpid", lambda: transport.process + 1)
    transport.close()
    assert (pool.closed, connection.closed) == (0, 1)


@needs_fork
def test_a_late_response_is_closed_if_a_child_has_a_copy_of_the_connection() -> None:
    with WatchingServer() as server:
        client_ = client(server.url, text_timeout=2.0)
        results: list[str] = []
        thread = threading.Thread(target=lambda: results.append(timeout_error(client_)))
        thread.start()
        assert server.received.wait(MAX_SECONDS)
        with forked(lambda: None) as ended:
            thread.join(MAX_SECONDS)
            assert server.wait_for_closed(closed=1)
            assert ended() == 0
        assert results


FIRST = """
import sys
from tests.backends.openai.test_deadlines import CHAT, client
client_ = client(sys.argv[1], text_timeout=30.0)
client_._method(CHAT.route)
seen = []
sys.addaudithook(lambda event, arguments: seen.append(event))
client_.send(CHAT)
print({"import", "subprocess.Popen", "os.posix_spawn", "os.fork"}.intersection(seen))
"""


def test_first_request_starts_no_process_and_imports_nothing() -> None:
    with WatchingServer(keep_alive_response(fake_responses.chat_body("m", "A boat."))) as server:
        done = subprocess.run(
            [sys.executable, "-c", FIRST, server.url],
            capture_output=True,
            timeout=2 * MAX_SECONDS,
            text=True,
            check=False,
        )
    assert done.stdout == "set()\n", done.stderr
