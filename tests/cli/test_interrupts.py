"""Ctrl-C, SIGTERM and SIGHUP at every point of a run: what was paid for is kept, and is noted."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.backends.openai import backend as openai_backend
from semcodec.backends.prompting import validation
from semcodec.backends.recording import Budget, ModelRequest, ModelResponse
from semcodec.cli import decode, interrupts, main, sweep, writing
from semcodec.imaging import upscaling
from semcodec.pipeline import trace
from tests import profiles
from tests.backends.openai.fake_server import FakeServer, never_respond
from tests.cli.conftest import Run, picture_shape
from tests.cli.fake_client import PRICES, FakeClient, configure

pytestmark = [
    pytest.mark.usefixtures("requests"),
    pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals"),
]
SIGNALS = {"SIGINT": 130, "SIGTERM": 143, "SIGHUP": 129}


@pytest.fixture(autouse=True)
def _prices_and_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(tmp_path, PRICES)
    (tmp_path / "side").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "side"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _usual_handlers() -> Iterator[None]:
    """Set the handlers of a process that ignores no signal, as one of nohup does."""
    before = {name: signal.getsignal(getattr(signal, name)) for name in interrupts.REPLACED}
    for name, usual in interrupts.REPLACED.items():
        signal.signal(getattr(signal, name), usual)
    yield
    for name, handler in before.items():
        signal.signal(getattr(signal, name), handler)


def press(name: str = "SIGINT") -> None:
    """Send a signal to this process, and wait until its handler has run."""
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(0.001)


ROOT = Path(__file__).parents[2]


def interrupt(
    monkeypatch: pytest.MonkeyPatch, owner: Any, method: str, name: str = "SIGINT", n: int = 1
) -> None:
    """Have a signal come in the ``n``-th call of a method, before it does anything."""
    function, calls = getattr(owner, method), [0]

    def press_and_call(*arguments: Any, **options: Any) -> Any:
        calls[0] += 1
        if calls[0] == n:
            press(name)
        return function(*arguments, **options)

    monkeypatch.setattr(owner, method, press_and_call)


def interrupt_stage(monkeypatch: pytest.MonkeyPatch, stage: str, name: str = "SIGINT") -> None:
    """Have a signal come while the server handles a stage."""
    send = FakeClient.send

    def send_(client: FakeClient, request: ModelRequest) -> ModelResponse:
        if request.stage == stage:
            press(name)
        return send(client, request)

    monkeypatch.setattr(FakeClient, "send", send_)


def calls_of(trace: str) -> list[dict[str, Any]]:
    stages = json.loads(Path(trace).read_text())["stages"]
    return [call for stage in stages for call in stage["notes"].get("calls", [])]


@pytest.mark.parametrize("name", SIGNALS)
def test_interrupted_call_is_in_the_trace_with_its_bound(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    interrupt_stage(monkeypatch, "select", name)
    command = "encode", photo, "--backend", "openai", "-o", "r.semc", "--trace", "t.json"
    code, _, err = run(*command)
    described, interrupted = calls_of("t.json")
    assert code == SIGNALS[name]
    assert (described["dollars"], interrupted["failed"]) == (0.008, "KeyboardInterrupt")
    assert interrupted["dollars"] > 0.1  # its answer could have had as many tokens as are allowed
    spent = described["dollars"] + interrupted["dollars"]
    assert f"2 calls, 1000 tokens in, 100 out, at most ${spent:.4f}\n" in err
    assert err.endswith("semcodec: Interrupted.\n")
    assert "Note: take the description, which cost $0.0080, from " in err


@pytest.mark.parametrize(("owner", "method"), [(Budget, "settle"), (trace, "_to_json_value")])
def test_answered_call_is_in_the_trace(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, method: str
) -> None:
    """Ctrl-C comes after the response, before its note is complete or its stage is traced."""
    interrupt(monkeypatch, owner, method)
    command = "encode", photo, "--backend", "openai", "-o", "r.semc", "--trace", "t.json"
    assert run(*command)[0] == 130
    [call] = calls_of("t.json")
    assert call["dollars"] == 0.008 if method == "_to_json_value" else call["dollars"] > 0.1


@pytest.mark.parametrize(
    ("owner", "method", "noun"),
    [
        (openai_backend, "_open_picture", "painted picture"),
        (validation, "check_english_description", "description"),
    ],
)
def test_answer_is_kept_if_ctrl_c_comes_while_it_is_read(
    run: Run,
    photo: Path,
    two_words: Path,
    monkeypatch: pytest.MonkeyPatch,
    owner: Any,
    method: str,
    noun: str,
) -> None:
    interrupt(monkeypatch, owner, method)
    commands = {
        "description": ("encode", photo, "-o", "r.semc"),
        "painted picture": ("decode", two_words, "-o", "p.png"),
    }
    code, _, err = run(*commands[noun], "--backend", "openai", "--trace", "t.json")
    found = re.search(rf"Note: take the {noun}, which cost \S+, from (\S+?)(?: and|\.\n)", err)
    assert code == 130
    assert found
    assert Path(found[1]).stat().st_size


@pytest.mark.parametrize("stage", ["decompress", "expand", "paint"])
def test_decode_notes_it_and_prints_the_cost(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    interrupt_stage(monkeypatch, stage)
    command = "decode", two_words, "--backend", "openai", "-o", "p.png", "--trace", "t.json"
    code, _, err = run(*command)
    assert (code, Path("p.png").exists()) == (130, False)
    assert calls_of("t.json")[-1]["failed"] == "KeyboardInterrupt"
    assert "out, at most $0." in err


@pytest.mark.parametrize("stage", ["describe", "select", "expand", "paint"])
def test_sweep_notes_it_and_prints_the_cost(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    interrupt_stage(monkeypatch, stage)
    command = "sweep", photo, "--backend", "openai", "-o", "out", "--k", "1,2", "--trace", "t.json"
    code, _, err = run(*command)
    assert code == 130
    assert calls_of("t.json")[-1]["failed"] == "KeyboardInterrupt"
    assert "out, at most $0." in err


@pytest.mark.parametrize(
    ("owner", "method"),
    [
        (decode, "_picture_file"),
        (decode, "_values"),
        (semcodec.Decoded, "to_file"),
        (writing, "write_record"),
        (tempfile, "mkstemp"),
    ],
)
def test_picture_is_written_although_ctrl_c_comes(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, method: str
) -> None:
    """After the server has answered, the first Ctrl-C only ends the run."""
    interrupt(monkeypatch, owner, method)
    command = "decode", two_words, "--painter", "openai", "-o", "p.png", "--trace", "t.json"
    code, _, err = run(*command)
    assert (code, picture_shape(Path("p.png").read_bytes())) == (130, ("PNG", (64, 48)))
    assert len(calls_of("t.json")) == 1
    assert "failed" not in calls_of("t.json")[0]
    assert err.endswith("semcodec: Interrupted.\n")
    assert not list(Path("side").iterdir())


def test_painted_picture_is_kept_if_ctrl_c_comes_while_it_is_enlarged(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, upscaling.LanczosUpscaler, "upscale")
    command = "decode", two_words, "--painter", "openai", "-o", "p.png", "--size", "640x480"
    code, _, err = run(*command)
    [path] = Path("side").absolute().iterdir()
    assert (code, Path("p.png").exists()) == (130, False)
    assert f"Note: take the painted picture, which cost $0.0065, from {path}." in err
    assert picture_shape(path.read_bytes()) == ("PNG", (64, 64))


def test_second_ctrl_c_ends_at_once(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture goes to a side file even then."""
    monkeypatch.setattr(writing, "write_record", lambda *_, **__: (press(), press()))
    code, _, err = run("decode", two_words, "--painter", "openai", "-o", "p.png")
    assert (code, Path("p.png").exists()) == (130, False)
    assert "Note: take the picture, which cost $0.0065, from " in err


def test_ctrl_c_ends_a_write_to_a_pipe_without_a_reader(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo("p.png")
    write_bytes, main_thread = Path.write_bytes, threading.main_thread().ident
    assert main_thread is not None
    timer = threading.Timer(0.1, signal.pthread_kill, (main_thread, signal.SIGINT))

    def write(path: Path, data: bytes) -> int:
        timer.start()  # not before: an earlier signal is remembered until the write ends
        return write_bytes(path, data)

    monkeypatch.setattr(Path, "write_bytes", write)
    code, _, err = run("decode", two_words, "--painter", "openai", "-o", "p.png")
    timer.join()
    assert code == 130
    assert "Note: take the picture, which cost $0.0065, from " in err


def test_batch_keeps_what_is_done(run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("in").mkdir()
    for name in "abc":
        Path(f"in/{name}.jpg").write_bytes(photo.read_bytes() + name.encode())
    interrupt(monkeypatch, writing, "write_record", n=2)
    code, _, err = run("encode", "in", "--backend", "openai", "-o", "out", "--trace", "t")
    assert code == 130
    assert sorted(path.name for path in Path("out").glob("*.semc")) == ["a.semc", "b.semc"]
    assert sorted(path.name for path in Path("t").iterdir()) == ["a.json", "b.json"]
    assert "2 encoded, 0 failed, 1 not done" in err


def test_sweep_keeps_the_picture_that_was_painted(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt(monkeypatch, semcodec.Decoded, "to_file")
    command = "sweep", photo, "--backend", "openai", "-o", "out", "--k", "1,2"
    assert run(*command)[0] == 130
    assert Path("out/photo-k1.png").exists()
    assert not Path("out/photo-k2.png").exists()


def test_third_signal_has_the_effect_that_the_system_gives_it() -> None:
    numbers = [getattr(signal, name) for name in SIGNALS]
    with interrupts.handled():
        for _ in range(2):
            assert signal.SIG_DFL not in map(signal.getsignal, numbers)
            with pytest.raises(KeyboardInterrupt):
                press("SIGTERM")
        assert {*map(signal.getsignal, numbers)} == {signal.SIG_DFL}


def test_free_results_leave_no_side_file(
    run: Run, two_words: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "write_record", lambda *_, **__: (press(), press()))
    assert run("decode", two_words, "-o", "p.png")[0] == 130
    assert not list(Path("side").iterdir())


def test_handlers_of_others_are_kept(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """``nohup`` ignores SIGHUP, and a program that uses the command line may handle SIGTERM."""
    before = [signal.getsignal(getattr(signal, name)) for name in SIGNALS]
    seen: list[Any] = []

    def look(*_: object) -> int:
        seen.extend(signal.getsignal(getattr(signal, name)) for name in SIGNALS)
        return 0

    monkeypatch.setattr(sweep, "sweep", look)
    hangup = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        main(["unpack", "semc:KB5b7w"])
        with interrupts.handled():
            look()
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, hangup)
    assert seen[0] is seen[1] is interrupts._handle
    assert [signal.getsignal(getattr(signal, name)) for name in SIGNALS] == before


@pytest.mark.skipif(profiles.NAME != "nightly", reason="it starts a process")
def test_a_process_that_is_terminated_writes_its_trace(tmp_path: Path, photo: Path) -> None:
    """With a real server, in the middle of a request."""
    received = threading.Event()

    def choose(_: object) -> Callable[..., None]:
        received.set()
        return never_respond

    with FakeServer(choose) as server:
        command = [sys.executable, "-m", "semcodec", "encode", str(photo), "-o", "r.semc"]
        command += ["--backend", "openai", "--base-url", server.url, "--model", "m"]
        process = subprocess.Popen([*command, "--trace", "t.json"], stderr=subprocess.PIPE)
        assert received.wait(60)
        process.send_signal(signal.SIGTERM)
        err = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, err.splitlines()[-1]) == (143, "semcodec: Interrupted.")
    assert calls_of("t.json")[0]["failed"] == "KeyboardInterrupt"


def test_interrupted_evaluation_of_a_string_keeps_the_exit_code(tmp_path: Path) -> None:
    code = (
        "import os, signal, sys\n"
        "from semcodec.cli import main\n"
        "def press(*_):\n"
        "    exec('os.kill(os.getpid(), signal.SIGTERM)\\nwhile True: pass')\n"
        "sys.modules['semcodec.cli.main'].make_parser = press\n"
        "sys.exit(main([]))\n"
    )
    (tmp_path / "interrupted.py").write_text(code)
    command = [sys.executable, "-m", "interrupted"]  # as in python -m semcodec
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (128 + signal.SIGTERM, "semcodec: Interrupted.\n")


#: Runs the program, with a signal at the import of a module.
AT_IMPORT = """
import os, runpy, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == "{module}":
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
runpy.run_module("semcodec", run_name="__main__", alter_sys=True)
"""


@pytest.mark.parametrize("module", ["semcodec.cli", "semcodec.cli.main", "semcodec.pipeline"])
def test_ctrl_c_during_the_imports_is_a_message(module: str) -> None:
    code = AT_IMPORT.format(module=module)
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (130, "")
    assert result.stderr == "semcodec: Interrupted.\n"
