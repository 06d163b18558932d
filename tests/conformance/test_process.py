"""Processes of decoders that crash, hang, flood their output or leave children behind."""

from __future__ import annotations

import asyncio
import dataclasses
import gc
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from semcodec.conformance import ConformanceError, runner, vectors
from semcodec.conformance.compare import Decoded, Failed, Outcome, Refused
from semcodec.conformance.differences import Difference
from semcodec.conformance.process import Decoder, PersistentDecoder, decode_once

DECODER = str(Path(__file__).parent / "decoder.py")
VALID = vectors.load(None, "SC-LEB-2-obeys-two-bytes")[0]
INVALID = vectors.load(None, "SC-LEB-2-breaks-*")[0]


def decoder(mode: str, seconds: float = 60) -> Decoder:
    return Decoder((sys.executable, DECODER, mode), seconds)


def python(code: str, seconds: float = 60) -> Decoder:
    return Decoder((sys.executable, "-c", code), seconds)


async def decode_twice(persistent: PersistentDecoder) -> list[Outcome]:
    try:
        return [await persistent.decode(VALID), await persistent.decode(VALID)]
    finally:
        await persistent.close()


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("crash", "exit code 3"),
        ("killed", "killed by signal 9"),
        ("text", "exit code 0 without JSON"),
        ("deep", "exit code 0 without JSON"),
        ("flood", "more than 1048576 bytes of output"),
        ("hang", "no output within 1 s"),
        ("child", "no output within 1 s"),
    ],
)
def test_failure_of_a_single_process_is_an_outcome(mode: str, reason: str) -> None:
    started = time.monotonic()
    seconds = 1 if "within" in reason else 60
    assert asyncio.run(decode_once(decoder(mode, seconds), VALID)) == Failed(reason)
    assert time.monotonic() - started < 30  # the child, which would run for 60 s, was killed


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("persistent-crash", "the output ended"),
        ("persistent-text", "the line is not JSON"),
        ("persistent-flood", "more than 1048576 bytes of output"),
        ("persistent-two-lines", "more than one line"),
        ("persistent-hang", "no output within 1 s"),
    ],
)
def test_persistent_decoder_starts_again_after_a_failure(mode: str, reason: str) -> None:
    seconds = 1 if "within" in reason else 60
    outcomes = asyncio.run(decode_twice(PersistentDecoder(decoder(mode, seconds))))
    assert outcomes == [Failed(reason)] * 2


def test_exit_code_1_without_json_is_a_crash() -> None:
    outcome = asyncio.run(decode_once(python("raise SystemExit(1)"), VALID))
    assert outcome == Failed("exit code 1 without JSON")
    outcome = asyncio.run(decode_once(python("print('{}'); raise SystemExit(1)"), VALID))
    assert outcome == Refused()


def test_decoder_that_closes_stdout_but_runs_on_is_killed() -> None:
    code = "import os, time; os.write(1, b'{}'); os.close(1); time.sleep(60)"
    assert asyncio.run(decode_once(python(code, 1), VALID)) == Failed("no output within 1 s")


def test_decoder_may_ignore_its_input() -> None:
    large = dataclasses.replace(VALID, data=bytes(2**22))  # more than a pipe holds
    code = "import os; os.close(0); print('{}')"
    assert asyncio.run(decode_once(python(code), large)) == Decoded({})


@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_child_of_a_decoder_is_killed(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"open({str(pid_file)!r}, 'w').write(str(child.pid))"
    )
    assert isinstance(asyncio.run(decode_once(python(code, 2), VALID)), Failed)
    pid = int(pid_file.read_text())
    for _ in range(100):  # until init has reaped it
        stat = Path(f"/proc/{pid}/stat")
        if not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.05)
    pytest.fail("the child is still running")


@pytest.mark.skipif(sys.platform == "win32", reason="no sessions")
@pytest.mark.parametrize("persistent", [False, True])
def test_child_that_has_left_the_group_leaves_no_open_transport(
    persistent: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda event: ignored.append(event.exc_value))
    pid_file = tmp_path / "pid"
    code = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "    time.sleep(60)\n"
        f"while not os.path.exists({str(pid_file)!r}): time.sleep(0.01)\n"
        "print('not JSON' if len(sys.argv) == 1 else '{}')\n"
        "sys.exit(1)"
    )
    found: list[Difference] = []
    try:
        runner.run(
            python(code, 2), [VALID], lambda _, d: found.extend(d), jobs=1, persistent=persistent
        )
        gc.collect()
    finally:
        os.kill(int(pid_file.read_text()), signal.SIGKILL)
    assert found
    assert ignored == []


@pytest.mark.parametrize("persistent", [False, True])
def test_decoder_that_cannot_be_started_is_an_error(persistent: bool) -> None:
    missing = Decoder(("/no/such/decoder",))
    with pytest.raises(ConformanceError, match="Cannot start /no/such/decoder: no such file"):
        runner.run(missing, [VALID], lambda *_: None, jobs=1, persistent=persistent)


@pytest.mark.parametrize("persistent", [False, True])
def test_decoders_are_killed_if_the_report_fails(persistent: bool, tmp_path: Path) -> None:
    pid_file = tmp_path / "pids"
    code = (
        "import os, sys, time\n"
        f"open({str(pid_file)!r}, 'a').write(f'{{os.getpid()}} ')\n"
        "print('{}', flush=True)\n"
        f"{'' if persistent else 'sys.exit()'}\n"
        "time.sleep(60)"
    )

    def report(vector: object, differences: list[Difference]) -> None:
        raise BrokenPipeError

    with pytest.raises(BrokenPipeError):
        runner.run(python(code), [VALID, INVALID] * 5, report, jobs=2, persistent=persistent)
    for pid in pid_file.read_text().split():
        with pytest.raises(ProcessLookupError):
            os.kill(int(pid), 0)


def test_reports_are_in_the_order_of_the_vectors() -> None:
    # The first process is the slowest.
    code = (
        "import sys, time; time.sleep(1 if sys.stdin.buffer.read() == b'\\0' else 0); print('{}')"
    )
    selected = vectors.load(None, "first-byte-0[0-3]")
    names: list[str] = []
    runner.run(
        python(code),
        selected,
        lambda vector, _: names.append(vector.name),
        jobs=4,
        persistent=False,
    )
    assert names == [vector.name for vector in selected]
