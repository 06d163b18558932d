"""Locks between processes: a recording belongs to one run, a cache asks for one thing once."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.recording import (
    Budget,
    Cassette,
    ModelRequest,
    ModelResponse,
    Recorder,
    file_lock,
)
from semcodec.backends.recording import cassette as cassette_
from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.errors import BackendError, InputError
from tests.backends.recording.factories import FlatPrices, make_request, make_response

URL = "http://127.0.0.1:9/v1"
FILE_LOCK = Path(cassette_.__file__).with_name("file_lock.py")
#: Holds the lock in argv[1] until it is killed; imports nothing but the module, to be fast.
HOLDER = f"""
    import sys, time
    exec(open({str(FILE_LOCK)!r}).read())
    lock = FileLock(Path(sys.argv[1]))
    print(lock.acquire(), flush=True)
    time.sleep(60)
"""


def recorder(path: Path, send: Any) -> Recorder:
    return Recorder(send, URL, Budget(FlatPrices(), Decimal(100)), Cassette(path, "cache"))


@contextmanager
def held(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that has a lock; the caller kills it."""
    command = [sys.executable, "-IS", "-c", textwrap.dedent(HOLDER), str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "True\n"
        yield process


def lock_files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir() if path.suffix == ".lock"]


def test_recording_is_refused_to_a_second_run(tmp_path: Path) -> None:
    first = Cassette(tmp_path / "run.sqlite", "record")
    link = tmp_path / "link.sqlite"
    link.symlink_to("run.sqlite")
    for path in (tmp_path / "run.sqlite", link):
        with pytest.raises(
            InputError, match=r"is being recorded by another run: choose a new file\."
        ):
            Cassette(path, "record")
    del first
    Cassette(tmp_path / "run.sqlite", "record")
    assert lock_files(tmp_path) == []


def test_file_that_cannot_be_recorded_keeps_no_lock(tmp_path: Path) -> None:
    (tmp_path / "run.sqlite").write_bytes(b"something else" * 100)
    for _ in range(2):
        with pytest.raises(InputError, match="cannot be used as a recording"):
            Cassette(tmp_path / "run.sqlite", "record")
    assert lock_files(tmp_path) == []


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    path = lock_path(tmp_path / "run.sqlite")
    with held(path) as process:
        with pytest.raises(InputError, match="is being recorded by another run"):
            Cassette(tmp_path / "run.sqlite", "record")
        process.kill()
    assert path.exists()
    Cassette(tmp_path / "run.sqlite", "record")
    assert not path.exists()


def test_a_request_waits_for_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Until that is killed; the wait is announced."""
    monkeypatch.setattr(cassette_, "ANNOUNCED_WAIT", 0.0)
    request, path = make_request(), tmp_path / "cache.sqlite"
    sent: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request)
        return make_response()

    waiting = threading.Thread(target=recorder(path, send).send, args=(request,))
    with (
        held(lock_path(path, request.digest, URL)) as process,
        caplog.at_level(logging.WARNING, "semcodec"),
    ):
        waiting.start()
        deadline = time.monotonic() + 30
        while not caplog.messages and time.monotonic() < deadline:
            time.sleep(0.01)
        assert sent == []
        process.kill()
    assert caplog.messages == [
        f"Waiting for another run that sends 'describe' with the cache {path}, "
        "for at most 600 seconds."
    ]
    waiting.join(30)
    assert sent == [request]


def test_wait_ends_after_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run that was suspended must not stop all others for ever."""
    monkeypatch.setattr(cassette_, "MAX_REQUEST_WAIT", 0.05)
    request, path = make_request(), tmp_path / "cache.sqlite"
    other = FileLock(lock_path(path, request.digest, URL))
    assert other.acquire()
    assert recorder(path, lambda _: make_response()).send(request) == make_response()


def test_threads_with_one_cache_ask_for_each_thing_once(tmp_path: Path) -> None:
    """Several requests in different orders, by recorders of their own, as in several processes."""
    sent: list[str] = []

    def send(request: ModelRequest) -> ModelResponse:
        time.sleep(0.01)
        sent.append(request.digest)
        return make_response(request.digest)

    requests = [make_request(f"{n}") for n in range(4)]

    def run(n: int) -> list[str]:
        mine = recorder(tmp_path / "cache.sqlite", send)
        order = requests[n % 4 :] + requests[: n % 4]
        return sorted(mine.send(request).text for request in order)

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(run, range(8)))
    assert sorted(sent) == sorted(request.digest for request in requests)
    assert all(result == sorted(sent) for result in results)
    assert lock_files(tmp_path) == []


def test_next_one_asks_if_the_first_one_fails(tmp_path: Path) -> None:
    attempts: list[int] = []

    def send(request: ModelRequest) -> ModelResponse:
        attempts.append(1)
        time.sleep(0.01)
        if len(attempts) < 3:
            raise BackendError("The server failed.")
        return make_response()

    def run(_: int) -> str:
        try:
            return recorder(tmp_path / "cache.sqlite", send).send(make_request()).text
        except BackendError:
            return "failed"

    with ThreadPoolExecutor(5) as pool:
        results = list(pool.map(run, range(5)))
    assert (sorted(results), len(attempts)) == (["A boat."] * 3 + ["failed"] * 2, 3)


def test_file_that_was_removed_is_locked_anew(tmp_path: Path) -> None:
    """A lock on a file that was removed since excludes no other one."""
    path = tmp_path / "a.lock"
    first, second, third = FileLock(path), FileLock(path), FileLock(path)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    assert not third.acquire()
    path.unlink()
    assert third.acquire()  # a new file, since the old one was removed
    second.release()
    assert not path.exists()


def test_file_that_is_removed_while_it_is_locked_is_opened_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening and locking it, the other process may release the lock."""
    path = tmp_path / "a.lock"
    first, second, third = FileLock(path), FileLock(path), FileLock(path)
    assert first.acquire()
    lock = file_lock._lock

    def release_and_lock(handle: int) -> None:
        first.release()
        lock(handle)

    monkeypatch.setattr(file_lock, "_lock", release_and_lock)
    assert second.acquire()
    assert not third.acquire()


@pytest.mark.parametrize("name", ["missing/a.lock", "a" * 300, "a\0b"])
def test_where_no_file_can_be_created_nothing_is_locked(tmp_path: Path, name: str) -> None:
    lock = FileLock(tmp_path / name)
    assert lock.acquire()
    lock.release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_lock_survives_the_children_of_its_process(tmp_path: Path) -> None:
    """A child inherits the open file; neither its end nor its exit releases the lock."""
    lock = FileLock(tmp_path / "a.lock")
    assert lock.acquire()
    if not (child := os.fork()):
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)
    assert not FileLock(tmp_path / "a.lock").acquire()
    lock.release()
    assert FileLock(tmp_path / "a.lock").acquire()


def test_lock_file_of_another_user_excludes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may be readable only: ``umask`` usually removes the right to write."""
    open_file, path = os.open, tmp_path / "lock"

    def refuse_writing(name: Any, flags: int, *args: Any) -> int:
        if flags & os.O_RDWR:
            raise PermissionError
        return open_file(name, flags, *args)

    with held(path) as process:
        monkeypatch.setattr(os, "open", refuse_writing)
        lock = FileLock(path)
        is_acquired = lock.acquire()
        lock.release()
        process.kill()
    assert is_acquired is False


def test_locks_of_killed_processes_are_removed(tmp_path: Path) -> None:
    cache = tmp_path / "cache.db"
    left, used, young, filled = (lock_path(cache, name) for name in ("a", "b", "c", "d"))
    other = tmp_path / ".semcodec-notes.lock"
    linked, target = lock_path(cache, "e"), tmp_path / "empty"
    for path in (left, used, young, other, target):
        path.touch()
    linked.symlink_to(target)
    filled.write_text("text of a user")
    for path in set(tmp_path.iterdir()) - {young, linked}:
        os.utime(path, (0, 0))
    holder = FileLock(used)
    assert holder.acquire()
    os.utime(used, (0, 0))
    Cassette(cache, "cache")
    assert not left.exists()
    assert all(path.exists() for path in (used, young, filled, other, target))
    assert linked.is_symlink()
    holder.release()


def test_search_for_left_locks_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_lock, "MAX_ENTRIES", 3)
    for number in range(10):
        path = lock_path(tmp_path / "cache.db", str(number))
        path.touch()
        os.utime(path, (0, 0))
    file_lock.remove_leftovers(tmp_path)
    assert len(list(tmp_path.iterdir())) == 7
    file_lock.remove_leftovers(tmp_path / "missing")
