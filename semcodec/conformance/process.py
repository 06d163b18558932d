"""Run a decoder as a subprocess with limits on time and output.

There are two protocols. ``decode_once`` starts the decoder for one vector, with the framing as its
last argument; the decoder reads the data from stdin, writes JSON to stdout, and exits with 0 for a
record and 1 for a refusal. ``PersistentDecoder`` starts the decoder once; for each vector it writes
a line ``FRAMING HEX`` and reads a line of JSON. If a vector has options (limits or a profile), they
are one more argument, or a third part of the line, as a JSON object without spaces.

An encoder is run in the same two ways. It reads a value as a line of JSON, and writes a JSON object
with the data in hex; it has no arguments of its own.

A decoder may hang, write endless output, close its streams or leave child processes running. Hence
three invariants, each with a test in tests/conformance/test_process.py: every wait has a deadline;
no more than ``MAX_OUTPUT`` bytes and one chunk are stored; and a decoder that does not exit by
itself is killed with its process group, even if the run is interrupted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Final

from semcodec.conformance import ConformanceError
from semcodec.conformance.compare import Decoded, Failed, Outcome, Refused
from semcodec.conformance.vectors import Vector

MAX_OUTPUT: Final = 2**20  #: bytes for one vector; the longest expected record has 20 KB
CHUNK: Final = 2**16  #: bytes per read
DRAIN_TIMEOUT: Final = 1.0  #: seconds to read the rest of a killed decoder's output
REFUSED: Final = 1  #: exit code of a decoder that refuses the data
HAS_GROUPS: Final = hasattr(os, "killpg")


class OutputLimitError(Exception):
    """The decoder wrote more than ``MAX_OUTPUT`` bytes for one vector."""


@dataclass(frozen=True, slots=True)
class Decoder:
    """The command of a decoder.

    Attributes:
        command: the program and its arguments; no shell is involved.
        seconds: time limit for each vector, including the start of the process.
        verbose: whether to show the decoder's stderr.
    """

    command: tuple[str, ...]
    seconds: float = 5.0
    verbose: bool = False

    async def start(self, *arguments: str) -> Process:
        """Return a new process, the leader of its own process group.

        Raises:
            ConformanceError: the decoder cannot be started.
        """
        try:
            process = await asyncio.create_subprocess_exec(
                *self.command,
                *arguments,
                stdin=PIPE,
                stdout=PIPE,
                stderr=None if self.verbose else DEVNULL,
                start_new_session=HAS_GROUPS,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL in an argument
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise ConformanceError(f"Cannot start {self.command[0]}: {reason}.") from error
        return Process(process)


class Process:
    """A running decoder."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        # Both are pipes, so neither is None.
        assert process.stdin is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        self._process, self._stdin, self._stdout = process, process.stdin, process.stdout

    async def write(self, data: bytes) -> None:
        """Write ``data`` to stdin; ignore that a decoder may have closed its stdin."""
        with contextlib.suppress(ConnectionError):
            self._stdin.write(data)
            await self._stdin.drain()

    def close_stdin(self) -> None:
        """Close stdin, so that the decoder reads the end of its input."""
        self._stdin.close()

    async def read_until(self, is_complete: Callable[[bytes], bool]) -> bytes:
        """Read output until ``is_complete(output)`` is true or the output ends, and return it.

        Raises:
            OutputLimitError: the output is longer than ``MAX_OUTPUT``.
        """
        output = b""
        while not is_complete(output) and (chunk := await self._stdout.read(CHUNK)):
            output += chunk
            if len(output) > MAX_OUTPUT:
                raise OutputLimitError
        return output

    async def wait(self) -> int:
        """Wait for the process to exit, and return the exit code; it is negative for a signal."""
        return await self._process.wait()

    async def kill(self) -> None:
        """Kill the process and all processes of its group, and close its pipes.

        The group is killed even if its leader has exited, because a child of the leader may still
        hold stdout open and would outlive the run. As long as such a child runs, the kernel does
        not reuse the number of the group. The rest of the output is read because asyncio closes a
        pipe only at its end. A child that has left the group is not killed and may keep the pipe
        open, so reading has a deadline, and the transport is closed in any case.
        """
        with contextlib.suppress(OSError):  # the process no longer exists
            if HAS_GROUPS:
                os.killpg(self._process.pid, signal.SIGKILL)
            else:  # pragma: no cover  # Windows
                self._process.kill()
        if self._stdin.transport.get_write_buffer_size():
            self._stdin.transport.abort()  # close() would wait until the decoder reads the rest
        self._stdin.close()
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(DRAIN_TIMEOUT):
                    while await self._stdout.read(CHUNK):
                        pass
                    await self._process.wait()
        finally:
            # A transport that is still open when the loop ends prints an error when it is deleted.
            self._process._transport.close()  # type: ignore[attr-defined]  # no public way


async def decode_once(decoder: Decoder, vector: Vector) -> Outcome:
    """Start the decoder for ``vector`` alone, and return the outcome.

    Raises:
        ConformanceError: the decoder cannot be started.
    """

    async def exchange() -> Outcome:
        await process.write(vector.data if vector.value is None else _value_line(vector))
        process.close_stdin()
        output = await process.read_until(lambda output: False)
        return _parse_output(output, await process.wait())

    arguments = [vector.framing, *_options(vector)] if vector.value is None else []
    process = await decoder.start(*arguments)
    return await _run_with_limits(exchange(), process, decoder.seconds)


class PersistentDecoder:
    """A decoder that is started once for many vectors, and again after a failure."""

    def __init__(self, decoder: Decoder) -> None:
        self._decoder = decoder
        self._process: Process | None = None

    async def decode(self, vector: Vector) -> Outcome:
        """Return the outcome for ``vector``.

        Raises:
            ConformanceError: the decoder cannot be started.
        """

        async def exchange() -> Outcome:
            await process.write(_line(vector))
            return _parse_line(await process.read_until(lambda output: b"\n" in output))

        process = self._process = self._process or await self._decoder.start()
        outcome = await _run_with_limits(exchange(), process, self._decoder.seconds)
        if isinstance(outcome, Failed):  # the next line of output could belong to this vector
            await self.close()
        return outcome

    async def close(self) -> None:
        """Kill the process, if it is running."""
        if self._process is not None:
            await self._process.kill()
            self._process = None


async def _run_with_limits(
    exchange: Coroutine[Any, Any, Outcome], process: Process, seconds: float
) -> Outcome:
    """Return the outcome of ``exchange``; kill ``process`` if the exchange does not complete."""
    try:
        async with asyncio.timeout(seconds):
            return await exchange
    except TimeoutError:
        failure = Failed(f"no output within {seconds:g} s")
    except OutputLimitError:
        failure = Failed(f"more than {MAX_OUTPUT} bytes of output")
    except BaseException:  # Ctrl-C cancels it
        await process.kill()
        raise
    await process.kill()
    return failure


def _parse_output(output: bytes, exit_code: int) -> Outcome:
    """Return the outcome of ``decode_once`` from the output and the exit code."""
    if exit_code not in (0, REFUSED):
        signaled = exit_code < 0
        return Failed(f"killed by signal {-exit_code}" if signaled else f"exit code {exit_code}")
    value = _parse_json(output)
    if exit_code == REFUSED:
        # Python and Node also exit with 1 when they crash, so a refusal must also write JSON.
        return _refusal(value) if isinstance(value, dict) else Failed("exit code 1 without JSON")
    return Failed("exit code 0 without JSON") if value is None else Decoded(value)


def _parse_line(output: bytes) -> Outcome:
    """Return the outcome of a persistent decoder from its line of output."""
    line, end, rest = output.partition(b"\n")
    if not end:
        return Failed("the output ended")
    value = _parse_json(line)
    if value is None:
        return Failed("the line is not JSON")
    if rest:
        return Failed("more than one line")
    is_refusal = isinstance(value, dict) and value.get("refused") is True
    return _refusal(value) if is_refusal else Decoded(value)


def _refusal(value: dict[str, Any]) -> Refused:
    return Refused(*map(value.get, ("rule", "offset", "verdict", "findings")))


def _line(vector: Vector) -> bytes:
    """Return the line that a persistent decoder, or encoder, reads for ``vector``."""
    if vector.value is not None:
        return _value_line(vector)
    return f"{' '.join([vector.framing, vector.data.hex(), *_options(vector)])}\n".encode()


def _value_line(vector: Vector) -> bytes:
    # The escapes of ASCII output keep U+0085, U+2028 and U+2029 out of the line.
    return f"{json.dumps(vector.value)}\n".encode()


def _options(vector: Vector) -> list[str]:
    """Return the options of ``vector`` as JSON; an empty list if it has none."""
    return [json.dumps(vector.options, separators=(",", ":"))] if vector.options else []


def _parse_json(text: bytes) -> Any:
    """Return ``text`` parsed as JSON, or None if it is not valid JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
