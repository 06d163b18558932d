"""Foreign decoders as processes: started without a shell, heard for a while, stopped for sure.

Two protocols. ``each`` starts the decoder for every vector: framing as its last argument, data on
stdin, JSON on stdout, exit code 0 for a record and 1 for a refusal. ``lines`` starts it once and
gives it a line ``FRAMING HEX`` for every vector, to be answered by a line of JSON.

A decoder may hang, flood its output, close its streams or leave children behind. So threads do
the reading and the writing, what is kept of the output is bounded, and no wait is without an end.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from typing import IO, Any, Final

from semcodec.cli.output import UsageError
from semcodec.conformance.compare import Decoded, Failed, Outcome, Refused
from semcodec.conformance.vectors import Vector

MAX_OUTPUT: Final = 2**20  #: bytes of an answer; the longest one a vector asks for is 20 KB
CHUNK: Final = 2**16
QUEUE_SIZE: Final = 4  #: chunks that are read before anybody asks for them
DRAIN_TIMEOUT: Final = 1.0  #: seconds for what a killed decoder still has in its pipe
REFUSED: Final = 1  #: exit code of a decoder that refuses
GROUPS: Final = hasattr(os, "killpg")


class DecoderTimeout(Exception):
    """The decoder did not answer in time."""


class OutputLimit(Exception):
    """The decoder said more than anybody wants to hear."""


class Process:
    """A decoder that runs, in a group of processes of its own."""

    def __init__(self, command: Sequence[str], verbose: bool) -> None:
        """Start it; raises OSError or ValueError if that cannot be done."""
        self._process = subprocess.Popen(  # noqa: S603  # the user's own command, without a shell
            command,
            bufsize=0,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if verbose else subprocess.DEVNULL,
            start_new_session=GROUPS,
        )
        self._chunks: queue.Queue[bytes] = queue.Queue(QUEUE_SIZE)
        self._heard = bytearray()
        self._over = False  # its output has ended
        self._writing = threading.Lock()
        _in_thread(self._listen)

    def give(self, data: bytes, *, last: bool) -> None:
        """Write ``data`` to its stdin as far as it takes it, and close that if it is the last."""
        _in_thread(self._write, data, last)

    def hear(self, ends: Callable[[bytearray], bool], deadline: float) -> bytes:
        """Return what it says until that ``ends``, or all if its output ends before."""
        while not ends(self._heard):
            if len(self._heard) > MAX_OUTPUT:
                raise OutputLimit
            if not (chunk := self._next(deadline)):
                break
            self._heard += chunk
        heard, self._heard = self._heard, bytearray()
        return bytes(heard)

    def ended(self, deadline: float) -> int:
        """Return its exit code, negative if it was killed."""
        try:
            return self._process.wait(max(0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired as error:
            raise DecoderTimeout from error

    def kill(self) -> None:
        """Kill it, and the processes that it started, if it still runs."""
        if self._process.returncode is None:
            with contextlib.suppress(OSError):  # it has just ended
                if GROUPS:
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:  # pragma: no cover  # Windows
                    self._process.kill()
            self._process.wait()

    def stop(self) -> None:
        """Kill it, and let the threads that read and write come to their ends."""
        self.kill()
        self.give(b"", last=True)
        with contextlib.suppress(DecoderTimeout):
            while not self._over:
                self._next(time.monotonic() + DRAIN_TIMEOUT)

    def _next(self, deadline: float) -> bytes:
        try:
            chunk = self._chunks.get(timeout=max(0, deadline - time.monotonic()))
        except queue.Empty as error:
            raise DecoderTimeout from error
        if not chunk:
            self._over = True
            self._chunks.put(chunk)  # whoever else listens is to hear of the end too
        return chunk

    def _listen(self) -> None:
        with _require_pipe(self._process.stdout) as stream:
            while chunk := stream.read(CHUNK):
                self._chunks.put(chunk)
        self._chunks.put(b"")

    def _write(self, data: bytes, last: bool) -> None:
        stream, view = _require_pipe(self._process.stdin), memoryview(data)
        with self._writing:
            with contextlib.suppress(OSError):  # it has closed its stdin, which is its right
                while view:
                    view = view[stream.write(view) :]
            if last:
                stream.close()


class Decoders:
    """All children that run; after ``close`` there are none, and there will be none."""

    def __init__(self, command: Sequence[str], *, seconds: float, verbose: bool) -> None:
        """Take the command, the seconds that an answer may take, and whether stderr is shown."""
        self._command, self._seconds, self._verbose = tuple(command), seconds, verbose
        self._running: set[Process] = set()
        self._open = True
        self._lock = threading.Lock()
        self._listener: Process | None = None

    def each(self, vector: Vector) -> Outcome:
        """Return the answer of a decoder that is started for ``vector`` alone."""
        child = self._start(vector.framing)
        try:
            child.give(vector.data, last=True)
            return self._answered(lambda deadline: _whole(child, deadline))
        finally:
            self._end(child)

    def lines(self, vector: Vector) -> Outcome:
        """Return the answer of the one decoder; after a crash another one takes its place."""
        child = self._listener = self._listener or self._start()
        child.give(f"{vector.framing} {vector.data.hex()}\n".encode(), last=False)
        answer = self._answered(lambda deadline: _line(child, deadline))
        if isinstance(answer, Failed):
            self._end(child)
            self._listener = None
        return answer

    def close(self) -> None:
        """Kill all; whoever waits for one of them finds that its output has ended."""
        with self._lock:
            self._open = False
            running = list(self._running)
        for child in running:
            child.kill()
        if self._listener:
            self._end(self._listener)

    def _start(self, *arguments: str) -> Process:
        with self._lock:
            if not self._open:
                raise UsageError("Stopped.")
            try:
                child = Process((*self._command, *arguments), self._verbose)
            except (OSError, ValueError) as error:
                why = getattr(error, "strerror", None) or str(error)
                name = self._command[0]
                raise UsageError(f"Cannot start {name}: {why.lower()}.") from error
            self._running.add(child)
            return child

    def _end(self, child: Process) -> None:
        child.stop()
        with self._lock:
            self._running.discard(child)

    def _answered(self, ask: Callable[[float], Outcome]) -> Outcome:
        try:
            return ask(time.monotonic() + self._seconds)
        except DecoderTimeout:
            return Failed(f"no answer within {self._seconds:g} s")
        except OutputLimit:
            return Failed(f"more than {MAX_OUTPUT} bytes of output")


def _whole(child: Process, deadline: float) -> Outcome:
    said = child.hear(lambda heard: False, deadline)
    code = child.ended(deadline)
    if code not in (0, REFUSED):
        return Failed(f"exit code {code}" if code > 0 else f"killed by signal {-code}")
    value = _json(said)
    if code == REFUSED and isinstance(value, dict):
        return _refused(value)
    if code == REFUSED:  # so do Python and Node when they crash
        return Failed("exit code 1, and no JSON object that says it is refused")
    return Failed("no JSON, and exit code 0") if value is None else Decoded(value)


def _line(child: Process, deadline: float) -> Outcome:
    said = child.hear(lambda heard: b"\n" in heard, deadline)
    line, end, more = said.partition(b"\n")
    if not end:
        return Failed("its output ended")
    value = _json(line)
    if value is None:
        return Failed("a line that is no JSON")
    if more:
        return Failed("more than one line")
    refused = isinstance(value, dict) and value.get("refused") is True
    return _refused(value) if refused else Decoded(value)


def _refused(value: dict[str, Any]) -> Refused:
    return Refused(value.get("rule"), value.get("offset"))


def _json(text: bytes) -> Any:
    """Return the value of a JSON text, or None if it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _require_pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:  # pragma: no cover  # both are pipes
        raise ValueError("no pipe")
    return stream


def _in_thread(work: Callable[..., None], *arguments: Any) -> None:
    threading.Thread(target=work, args=arguments, daemon=True).start()
