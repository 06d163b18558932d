"""``--jobs``: several processes write the same bytes as one; what dies costs only its input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.bulk.manifest import FILE_NAME
from semcodec.cli.job_count import count_processors
from tests.cli.conftest import Run

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
#: A package with a describer, which dies or waits at images of certain colors.
PLUG_IN = """
import os, pathlib, signal, time

class Stub:
    name = "stub"

    def describe(self, image):
        with open("calls", "a") as file:
            file.write(f"{os.getpid()}\\n")
        red = image.getpixel((0, 0))[0]
        if red == 13:
            os.kill(os.getpid(), signal.SIGKILL)
        if red == 17:
            pathlib.Path("started").write_text(str(os.getpid()))
            os.replace("started", "waiting")
            time.sleep(60)
        return "A red boat." if red % 2 else "A blue lake."
"""
METADATA = "Metadata-Version: 2.1\nName: stub-backend\nVersion: 1.0\n"


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Install the plug-in, also for processes; return their environment."""
    folder = tmp_path / "plug-in"
    (folder / "stub_backend-1.0.dist-info").mkdir(parents=True)
    (folder / "stub_backend.py").write_text(PLUG_IN)
    (folder / "stub_backend-1.0.dist-info/METADATA").write_text(METADATA)
    (folder / "stub_backend-1.0.dist-info/entry_points.txt").write_text(
        "[semcodec.backends]\nstub = stub_backend:Stub\n"
    )
    monkeypatch.syspath_prepend(folder)
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    root = Path(semcodec.__file__).parents[1]
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(folder), str(root)])}


def write_photo(name: str, red: int) -> None:
    Image.new("RGB", (64, 48), (red, 90, 40)).save(Path("in", name))


def outputs(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.semc")}


@pytest.mark.usefixtures("environment")
def test_processes_write_what_one_writes(run: Run) -> None:
    """In the order of the inputs, with failed inputs, a copy, and a worker that dies."""
    for number, name in enumerate("abdef"):
        write_photo(f"{name}.png", 20 + number)
    Path("in/c.png").write_text("not a picture")
    Path("in/g.png").write_bytes(Path("in/a.png").read_bytes())
    single = run("encode", "in", "-o", "one", "--backend", "stub", "--json")
    write_photo("dies.png", 13)
    code, out, err = run(
        "encode", "in", "-o", "two", "--backend", "stub", "--json", "--jobs", "2", "--trace", "t"
    )
    assert (single[0], code) == (3, 3)
    assert outputs("one") == outputs("two")
    rows = [json.loads(line) for line in out.replace("two/", "one/").splitlines()]
    died = rows.pop(4)
    assert [row["input"] for row in rows] == [f"in/{name}.png" for name in "abcdefg"]
    assert rows == [json.loads(line) for line in single[1].splitlines()]
    assert "The worker process of this input was killed by SIGKILL: use fewer jobs" in died["error"]
    assert f"semcodec: in/dies.png: {died['error']}" in err.splitlines()
    assert err.splitlines()[-1].startswith("6 encoded, 1 of them a copy, 2 failed: ")
    assert len(list(Path("t").iterdir())) == 7  # the one that died has none
    calls = Path("calls").read_text().split()
    assert len(calls) == 5 + 5 + 2  # with a second try of the one that died
    assert str(os.getpid()) not in calls[5:]


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "semcodec", "encode", "in", "-o", "out", "--backend", "stub"]
    command += ["--jobs", "2", "--trace", "t"]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE)


def wait_until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ctrl_c_and_kill_lose_nothing_that_was_done(environment: dict[str, str], run: Run) -> None:
    for number in range(4):
        write_photo(f"{number}.png", 17 if number == 0 else 20 + number)
    process = start(environment)
    wait_until(lambda: Path("waiting").exists() and len(outputs("out")) == 3)
    process.send_signal(signal.SIGINT)
    err = process.communicate()[1].decode()
    assert process.returncode == 130, err
    assert "Traceback" not in err
    assert err.splitlines()[-2].startswith("3 encoded, 0 failed, 1 not done: ")
    trace = json.loads(Path("t/0.json").read_text())
    assert trace["stages"][-1]["notes"]["failed"] == "KeyboardInterrupt"
    before = outputs("out")

    Path("waiting").unlink()
    write_photo("5.png", 30)
    process = start(environment)
    wait_until(lambda: Path("waiting").exists() and len(outputs("out")) == 4)
    worker = int(Path("waiting").read_text())
    process.kill()
    process.communicate()
    wait_until(lambda: not Path(f"/proc/{worker}").exists() or is_zombie(worker))
    write_photo("0.png", 19)
    code, _, err = run("encode", "in", "-o", "out", "--backend", "stub", "--trace", "t")
    assert (code, err.splitlines()[0]) == (0, "resumed: 4 of 5 done before")
    assert before.items() <= outputs("out").items()
    names = [path.name for path in Path("out").iterdir() if path.name != FILE_NAME]
    assert sorted(names) == ["0.semc", "1.semc", "2.semc", "3.semc", "5.semc"]


def is_zombie(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("jobs", ["0", "-1", "257", "two", "1.5", "٣"])
def test_number_of_jobs_is_checked(run: Run, photo: Path, jobs: str) -> None:
    code, _, err = run("encode", photo, "--jobs", jobs)
    assert code == 2
    assert "expected 1 to 256, or auto" in err or "expected one argument" in err


def test_auto_is_the_number_of_processors() -> None:
    assert 1 <= count_processors() <= (os.cpu_count() or 1)


def test_stdin_needs_one_process(run: Run, photo: Path, tmp_path: Path) -> None:
    code, _, err = run("encode", photo, "-", "-o", tmp_path / "out", "--jobs", "2")
    assert code == 2
    assert "--jobs cannot read an input from stdin: name a file, or omit --jobs." in err
