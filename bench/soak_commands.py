"""Runs of the command line, some killed at a random moment, and checks of what they leave."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from commands import ROOT

sys.path.append(str(ROOT))
from PIL import Image
from soak_counts import files_below
from soak_ledger import Run
from soak_worker import CACHE_SEGMENT, TEXT, choose_cached, photograph

import semcodec
from tests.backends.openai import fake_responses

SIGNALS: Final = ("SIGKILL", "SIGTERM", "SIGINT")
KILL_SHARE: Final = 0.5
#: The latest moment of a kill: this many times the seconds of commands that were not killed.
MAX_KILL_TIME: Final = 1.1
TIME_LIMIT: Final = 120.0  #: seconds for a command, on a busy machine
#: Exit codes of finished commands: done, bad data, usage or environment, partly done.
EXIT_CODES: Final = (0, 1, 2, 3)
#: Those of commands that ended early, in order: after Ctrl-C, and after the signal of kill(1).
INTERRUPTED_CODES: Final = {"SIGINT": 130, "SIGTERM": 143}
TEMPORARY: Final = ".semcodec-"  #: how names of unfinished files begin
LOCK_ENDING: Final = ".lock"  #: of the names of temporary files that lock others, and are empty
TRACE: Final = "trace.json"


@dataclass
class Command:
    """A command and its result.

    Attributes:
        run: the run, with the calls of its traces.
        code: its exit code; negative if a signal ended it.
        sent: the signal that it got, or "".
        findings: what is wrong with it.
        unfinished: temporary files that it left.
        seconds: how long it ran.
        locks: locks that it left.
        kept: outputs in the temporary folder, because they could not be written where they belong.
    """

    run: Run
    code: int
    sent: str
    findings: list[str] = field(default_factory=list)
    unfinished: int = 0
    seconds: float = 0.0
    kept: int = 0
    locks: int = 0


Arguments = Callable[[random.Random, Path, str], list[str]]


def _write_photograph(choose: random.Random, folder: Path, name: str = "photo.jpg") -> str:
    path = folder / name
    path.write_bytes(photograph(choose))
    return str(path)


def _write_record(choose: random.Random, folder: Path) -> str:
    path = folder / "in.semc"
    words = choose.sample(fake_responses.WORDS, choose.randint(1, 8))
    path.write_bytes(semcodec.pack(" ".join(words), framing="file"))
    return str(path)


def _trace(folder: Path) -> list[str]:
    return ["--trace", str(folder / TRACE)]


def encode(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode with a server."""
    photo = _write_photograph(choose, folder)
    out = str(folder / "out.semc")
    extra = choose.choice(([], ["--json"], ["--max-cost", "0.02"], ["--max-cost", "1"]))
    return [
        "encode",
        photo,
        "-o",
        out,
        "--describer",
        url,
        "--writer",
        url,
        *extra,
        *_trace(folder),
    ]


def encode_recorded(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode with a recording."""
    return [*encode(choose, folder, url), "--record", str(folder / "run.sqlite")]


def encode_cached(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode one of a few photographs with the cache that all processes share."""
    cache = str(folder.parent.parent / "cache.sqlite")
    return [*encode(random.Random(choose_cached(choose)), folder, url), "--cache", cache]


def encode_several(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode three photographs at once."""
    photos = [_write_photograph(choose, folder, f"photo-{n}.jpg") for n in range(3)]
    out = ["-o", str(folder / "records"), "--trace", str(folder / "traces")]
    return ["encode", *photos, *out, "--describer", url, "--writer", url]


def encode_offline(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode without a server."""
    text = folder / "photo.txt"
    text.write_text(TEXT, "utf-8")
    out = ["-o", str(folder / "out.semc"), *_trace(folder)]
    return ["encode", _write_photograph(choose, folder), *out, "--description", str(text)]


def decode(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Decode with a server."""
    ending = choose.choice(("png", "jpg", "webp"))
    extra = choose.choice(([], ["--writer", url], ["--json"], ["--size", "64x64"]))
    out = ["-o", str(folder / f"out.{ending}"), *_trace(folder)]
    return ["decode", _write_record(choose, folder), *out, "--painter", url, *extra]


def decode_reflecting(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Decode with reflection, and keep its steps."""
    extra = choose.choice((["--candidates", "2"], ["--reflect", "1"]))
    keep = choose.choice(([], ["--keep-steps", str(folder / "steps")]))
    roles = ["--painter", url, "--checker", url, "--editor", url]
    out = ["-o", str(folder / "out.png"), "--size", "64x64", *_trace(folder)]
    return ["decode", _write_record(choose, folder), *out, *roles, *extra, *keep]


def decode_offline(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Decode without a server."""
    out = ["-o", str(folder / "out.png"), "--size", "256x256", *_trace(folder)]
    return ["decode", _write_record(choose, folder), *out]


def encode_to_full_disk(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Encode to a device that is full: the trace is written all the same."""
    photo = _write_photograph(choose, folder)
    return [
        "encode",
        photo,
        "-o",
        "/dev/full",
        "--describer",
        url,
        "--writer",
        url,
        *_trace(folder),
    ]


def decode_to_full_disk(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Decode to a device that is full, whose name has the ending of a picture."""
    full = folder / "full.png"
    full.symlink_to("/dev/full")
    return ["decode", _write_record(choose, folder), "-o", str(full), "--painter", url,
            "--size", "64x64", "--force", *_trace(folder)]  # fmt: skip


def pack(choose: random.Random, folder: Path, url: str) -> list[str]:
    """Pack words."""
    words = choose.sample(fake_responses.WORDS, choose.randint(1, 8))
    return ["pack", *words, "-o", str(folder / "out.semc")]


#: By kind, its share and the function that writes its inputs and returns its arguments.
COMMANDS: Final[dict[str, tuple[float, Arguments]]] = {
    "semcodec encode": (4, encode),
    "semcodec encode --record": (1, encode_recorded),
    "semcodec encode --cache": (3, encode_cached),
    "semcodec encode of three": (2, encode_several),
    "semcodec encode offline": (1, encode_offline),
    "semcodec decode": (4, decode),
    "semcodec decode with reflection": (2, decode_reflecting),
    "semcodec decode offline": (1, decode_offline),
    "semcodec encode to a full disk": (1, encode_to_full_disk),
    "semcodec decode to a full disk": (1, decode_to_full_disk),
    "semcodec pack": (1, pack),
}


def run_command(
    name: str,
    seed: str,
    server: str,
    folder: Path,
    environment: Mapping[str, str],
    usual_seconds: float,
) -> Command:
    """Run a command that is chosen by the seed, perhaps kill it, and check what it leaves.

    Args:
        name: names the run, and its folder in ``folder``.
        seed: chooses the command, and when and how it is killed.
        server: the address of the server.
        folder: for files of commands.
        environment: of the command.
        usual_seconds: how long commands take that are not killed.
    """
    choose = random.Random(f"{seed} {name}")
    kind = choose.choices(list(COMMANDS), [share for share, _ in COMMANDS.values()])[0]
    segment = CACHE_SEGMENT if kind.endswith("--cache") else name
    own = folder / name
    temporary = own / "temporary"
    temporary.mkdir(parents=True)
    arguments = COMMANDS[kind][1](choose, own, f"{server}/{segment}/v1")
    inputs = set(files_below(own))
    kill_after = None
    if choose.random() < KILL_SHARE:
        kill_after = choose.uniform(0, MAX_KILL_TIME * usual_seconds), choose.choice(SIGNALS)
    begun = time.monotonic()
    sent, code = _execute(arguments, own, kill_after, {**environment, "TMPDIR": str(temporary)})
    # A command that got a signal and ended in its usual way has written its trace.
    is_orderly = code in (*EXIT_CODES, INTERRUPTED_CODES.get(sent))
    killed = "" if is_orderly else sent
    command = Command(Run(name, segment, kind, [], killed, sent in INTERRUPTED_CODES), code, sent)
    command.seconds = time.monotonic() - begun
    command.findings = _check_output(own, code, sent)
    calls = _check_files(command, sorted(set(files_below(own)) - inputs), own)
    command.run = replace(command.run, calls=calls)
    command.findings = [f"{name}, {kind}: {text}" for text in command.findings]
    return command


def _check_files(command: Command, paths: list[Path], folder: Path) -> list[dict[str, Any]]:
    """Check the files that a command has left, and return the calls of its traces."""
    calls = []
    printed = (folder / "stderr").read_text("utf-8", errors="replace")
    for path in paths:
        if path.name.startswith(TEMPORARY):
            is_lock = path.name.endswith(LOCK_ENDING) and not path.stat().st_size
            command.locks += is_lock
            command.unfinished += not is_lock
            continue
        if path.parent.name == "temporary":
            command.kept += 1
            if str(path) not in printed or path.stat().st_mode & 0o777 != 0o600:
                command.findings.append(f"{path.name} is left in the temporary folder")
        if problem := check_file(path):
            command.findings.append(f"{path.name}: {problem}")
        elif path.suffix == ".json" and path.parent.name != "temporary":
            calls += list_calls(path)
        elif path.name.endswith("-journal") and path.exists() and not command.run.signal:
            command.findings.append(f"{path.name} is left")
    if max(command.unfinished, command.locks) > bool(command.run.signal):
        command.findings.append(f"{command.unfinished} unfinished files, {command.locks} locks")
    return calls


def _execute(
    arguments: list[str],
    folder: Path,
    kill_after: tuple[float, str] | None,
    environment: Mapping[str, str],
) -> tuple[str, int]:
    """Run a command; return the signal that it got, if any, and its exit code."""
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "semcodec", *arguments],
            cwd=folder,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        sent = ""
        if kill_after is not None:
            try:
                process.wait(kill_after[0])
            except subprocess.TimeoutExpired:
                sent = kill_after[1]
                process.send_signal(getattr(signal, sent))
        try:
            process.wait(TIME_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return "timeout", process.returncode
    return sent, process.returncode


def _check_output(folder: Path, code: int, sent: str) -> list[str]:
    """Return what is wrong with the exit code and the messages of a command."""
    errors = (folder / "stderr").read_text("utf-8", errors="replace")
    findings = []
    allowed = (*EXIT_CODES, INTERRUPTED_CODES.get(sent), -getattr(signal, sent, 0))
    if sent == "timeout":
        findings.append(f"it ran for over {TIME_LIMIT:g} seconds")
    elif code not in allowed:
        findings.append(f"exit code {code} after {sent or 'no signal'}: {errors[-300:]}")
    # While Python starts and imports modules, it ends in its own way.
    is_in_imports = sent == "SIGINT" and "KeyboardInterrupt" in errors and ", in main" not in errors
    if ("Traceback" in errors or "Error:" in errors) and not is_in_imports:
        findings.append(f"a traceback after {sent or 'no signal'}: {errors[-2000:]}")
    return findings


def check_file(path: Path) -> str:
    """Return what is wrong with an output: each is complete, if it exists; "" if nothing is."""
    try:
        if path.suffix == ".semc":
            report = semcodec.validate(path.read_bytes())
            return "" if report.verdict == "valid" else f"a record that is {report.verdict}"
        if path.suffix in (".png", ".jpg", ".webp"):
            with Image.open(path) as image:
                image.load()
        elif path.suffix == ".json":
            json.loads(path.read_text("utf-8"))
        elif path.suffix == ".sqlite":
            check_database(path)
        elif path.suffix == ".html" and not path.read_text("utf-8").endswith("</html>\n"):
            return "half a page"
    except (OSError, ValueError, SyntaxError, sqlite3.Error) as error:
        return f"{type(error).__name__}: {error}"
    return ""


def check_database(path: Path) -> None:
    """Check that a recording is intact; this undoes a write that a kill has interrupted.

    A journal that was not complete undoes nothing, and stays until the next write.

    Raises:
        ValueError: it is not.
    """
    connection = sqlite3.connect(path)
    try:
        state = connection.execute("PRAGMA integrity_check").fetchall()
        connection.execute("VACUUM")
    finally:
        connection.close()
    if state != [("ok",)]:
        raise ValueError(f"a damaged recording: {state}")
    if path.with_name(f"{path.name}-journal").exists():
        raise ValueError("its journal is left")


def list_calls(path: Path) -> list[dict[str, Any]]:
    """Return the calls in a trace."""
    stages = json.loads(path.read_text("utf-8"))["stages"]
    return [call for stage in stages for call in stage["notes"].get("calls", [])]


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds, and return whether it does."""
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def command_environment(key: str, config: Path, temporary: Path) -> dict[str, str]:
    """Return the environment of commands and workers."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "HOME") if name in os.environ}
    return kept | {
        "SEMCODEC_API_KEY": key,
        "SEMCODEC_CONFIG": str(config),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(ROOT),
    }
