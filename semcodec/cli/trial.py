"""One vector against one decoder: start it, give it the bytes, compare what it says.

The decoder gets the framing as its last argument and the data on stdin. It prints the record as
JSON and exits with 0, or exits with 1 to refuse the data. A decoder is a stranger: its time and
its output are bounded, and it is started without a shell.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from semcodec.cli.terminal import EnvironmentFault, safe

Vector = dict[str, Any]

MOST_OUTPUT: Final = 2**20  #: bytes of an answer; the longest record takes a tenth of it
SHOWN: Final = 120  #: characters of an answer that are shown
OWN: Final = ("limits", "profile")  #: what a decoder of others cannot be asked for


class Outcome(NamedTuple):
    """What came of a vector: ``"passed"``, ``"failed"`` or ``"skipped"``, and why."""

    name: str
    result: str
    why: str


def tried(vector: Vector, command: Sequence[str], timeout: float, strict: bool) -> Outcome:
    """Return what ``command`` makes of ``vector``.

    Raises:
        EnvironmentFault: the command cannot be started.
    """
    if asked := [key for key in OWN if key in vector]:
        return Outcome(vector["name"], "skipped", f"it is about {asked[0]}")
    code, printed = _run([*command, vector["framing"]], bytes.fromhex(vector["data"]), timeout)
    why = _fault(vector, code, printed, strict)
    return Outcome(vector["name"], "failed" if why else "passed", safe(why))


def _fault(vector: Vector, code: int | None, printed: bytes, strict: bool) -> str:
    """Return in words what is wrong with an answer, or nothing."""
    if code is None:
        return "no answer in time"
    if len(printed) > MOST_OUTPUT:
        return f"more than {MOST_OUTPUT} bytes of answer"
    if code not in (0, 1):
        return f"crashed with exit code {code}"
    if vector["verdict"] == "valid":
        return _misread(vector, code, printed)
    if code == 0:
        return f"taken, but {vector['verdict']} by {vector['rule']}: {vector['comment']}"
    return _misplaced(vector, printed) if strict else ""


def _misread(vector: Vector, code: int, printed: bytes) -> str:
    if code == 1:
        return f"refused, but valid: {vector['comment']}"
    said = _json(printed)
    if said == vector["record"]:
        return ""
    if not isinstance(said, dict) or not isinstance(vector["record"], dict):
        return f"said {_shown(printed)}, not the record"
    wrong = [key for key, value in vector["record"].items() if said.get(key) != value]
    wrong = wrong or sorted(said.keys() - vector["record"].keys())
    key = wrong[0]
    right = json.dumps(vector["record"].get(key))
    return f"{key} is {json.dumps(said.get(key))[:SHOWN]}, not {right[:SHOWN]}"


def _misplaced(vector: Vector, printed: bytes) -> str:
    said = _json(printed)
    given = (said.get("rule"), said.get("offset")) if isinstance(said, dict) else (None, None)
    right = (vector["rule"], vector["offset"])
    return "" if given == right else f"refused by {given}, not {right}"


def _json(printed: bytes) -> Any:
    try:
        return json.loads(printed)
    except ValueError:
        return None


def _shown(printed: bytes) -> str:
    return printed[:SHOWN].decode("utf-8", "replace").strip() or "nothing"


def _run(command: list[str], data: bytes, timeout: float) -> tuple[int | None, bytes]:
    """Return the exit code of ``command``, None if it was stopped for time, and what it printed."""
    late = threading.Event()
    with tempfile.TemporaryFile() as stdin:
        stdin.write(data)
        stdin.seek(0)
        with _started(command, stdin) as process:
            timer = threading.Timer(timeout, _stop_late, (process, late))
            timer.start()
            try:
                printed = process.stdout.read(MOST_OUTPUT + 1) if process.stdout else b""
            finally:
                if len(printed) > MOST_OUTPUT:
                    _stop(process)
                process.wait()
                timer.cancel()
    return (None if late.is_set() else process.returncode), printed


@contextlib.contextmanager
def _started(command: list[str], stdin: Any) -> Iterator[subprocess.Popen[bytes]]:
    try:
        process = subprocess.Popen(  # noqa: S603  # the user's own command, and no shell
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"Cannot start {command[0]}: {error}.") from error
    with process:
        try:
            yield process
        finally:
            _stop(process)


def _stop_late(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the decoder and what it has started."""
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
