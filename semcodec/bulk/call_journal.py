"""Keep the paid calls of unfinished inputs in a file, so that the next run can report them.

A call is in the file from before it is sent until its input is finished: its output is written and
its trace is counted. After ``kill -9``, the file therefore has every call that may have been billed
and has left no result. It has names of models and inputs, and prices; no prompts and no responses.

The file is replaced as a whole at each change, which is cheap: it has the few calls of the inputs
that are under way. One process writes it, even if the calls are those of worker processes.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from semcodec._wording import plural
from semcodec.backends.recording import CallLog
from semcodec.bulk.open_flags import NO_LINK, NO_WAIT
from semcodec.errors import BackendError
from semcodec.forks import block_fork

FILE_NAME: Final = "calls-in-flight.jsonl"  #: in the folder of the outputs
MAX_FILE: Final = 2**20  #: bytes that are read
MAX_LISTED: Final = 8  #: calls listed in a message
MAX_SHOWN: Final = 200  #: characters of a name in a message


@dataclass(slots=True)
class Call:
    """A call of an input that is not finished.

    Attributes:
        source: the input.
        stage: the purpose of the call.
        note: that of the trace; ``dollars`` in it is None at an unknown price.
        is_ended: whether its response has arrived.
        owner: the worker whose trace will have it; None for this process.
        is_orphaned: whether its worker has died, so that no trace will have it.
    """

    source: str
    stage: str
    note: Mapping[str, Any]
    is_ended: bool = False
    owner: object = None
    is_orphaned: bool = False

    def describe(self) -> str:
        """Return the call in words, such as ``describe with m for a.jpg, at most $0.1000``."""
        names = f"{self.stage} with {self.note.get('model')} for {self.source}"[:MAX_SHOWN]
        dollars = self.note.get("dollars")
        price = "an unknown price" if dollars is None else f"${dollars:.4f}"
        is_known = self.note.get("input_tokens") is not None
        return f"{names}, {'' if dollars is None or is_known else 'at most '}{price}"


class CallJournal(CallLog):
    """The log of the main process of a run. Threads may share it.

    Args:
        path: the file, which replaces that of an earlier run; None for no file.
    """

    def __init__(self, path: Path | None) -> None:
        super().__init__()
        self._path, self._lock = path, threading.Lock()
        self._calls: dict[int, Call] = {}
        self._next = 0

    def begin(self, stage: str, note: Mapping[str, Any]) -> int:
        """Add a call for the input ``source``, as ``CallLog`` describes.

        Raises:
            BackendError: the file cannot be written.
        """
        return self.add(Call(self.source, stage, dict(note)))

    def add(self, call: Call) -> int:
        """Add a call that is about to be sent; see ``begin``."""
        with block_fork(), self._lock:
            self._next += 1
            self._calls[self._next] = call
            try:
                self._save()
            except OSError as error:
                del self._calls[self._next]
                message = (
                    f"{self._path} cannot be written ({error.strerror}), so '{call.stage}' was not "
                    "sent: make room, or use another folder."
                )
                raise BackendError(message, stage=call.stage, unavailable=True) from error
            return self._next

    def end(self, number: int, note: Mapping[str, Any]) -> None:
        """Note the response of a call, as ``CallLog`` describes; drop one that costs nothing."""
        with block_fork(), self._lock:
            if call := self._calls.get(number):
                call.note, call.is_ended = dict(note), True
                if note.get("dollars") == 0:
                    del self._calls[number]
                self._try_to_save()

    def finish(self, source: str) -> None:
        """Drop the calls of an input, whose trace has them; those of dead workers stay."""
        with block_fork(), self._lock:
            self._drop(lambda call: call.source == source and not call.is_orphaned)

    def release_owner(self, owner: object) -> None:
        """Note that a worker has finished its input, and is about to send the trace."""
        with block_fork(), self._lock:
            for call in self._calls.values():
                call.owner = None if call.owner is owner else call.owner

    def mark_orphaned(self, owner: object) -> None:
        """Keep the calls that a worker has left when it ended, until the end of the run."""
        with block_fork(), self._lock:
            for call in self._calls.values():
                call.is_orphaned = call.is_orphaned or call.owner is owner

    def close(self) -> list[Call]:
        """Remove the file, and return the calls that have left no result."""
        with block_fork(), self._lock:
            left = list(self._calls.values())
            self._calls.clear()
            self._try_to_save()
        return left

    def _drop(self, is_dropped: Any) -> None:
        kept = {number: call for number, call in self._calls.items() if not is_dropped(call)}
        if len(kept) < len(self._calls):
            self._calls = kept
            self._try_to_save()

    def _try_to_save(self) -> None:
        """Save if possible; on a full disk the file keeps finished calls, and more are reported."""
        with suppress(OSError):
            self._save()

    def _save(self) -> None:
        """Replace the file, durably; remove it if there are no calls."""
        if self._path is None:
            return
        if not self._calls:
            self._path.unlink(missing_ok=True)
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            new.unlink(missing_ok=True)  # of a killed run; a pipe of this name would block
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | NO_LINK
            with os.fdopen(os.open(new, flags, 0o600), "w", encoding="utf-8") as file:
                file.writelines(map(_format, self._calls.values()))
                file.flush()
                os.fsync(file.fileno())
            os.replace(new, self._path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


class ThreadJournal(CallJournal):
    """A journal for threads, each of which works on an input of its own."""

    def __init__(self, *args: Any) -> None:
        self._sources = threading.local()
        super().__init__(*args)

    @property
    def source(self) -> str:
        """The input that this thread works on."""
        name: str = getattr(self._sources, "name", "")
        return name

    @source.setter
    def source(self, name: str) -> None:
        self._sources.name = name


def read(path: Path) -> list[Call]:
    """Return the calls in a file that an earlier run has left; lines that are damaged are omitted.

    A file that is missing, a link or too large has no calls.
    """
    if not path.is_file():  # reading a pipe could take any time
        return []
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | NO_LINK | NO_WAIT), "rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError:
        return []
    return [] if len(data) > MAX_FILE else list(_parse(data))


def messages(calls: Sequence[Call], event: str) -> Iterator[str]:
    """Yield sentences about calls that have left no result.

    Args:
        calls: the calls.
        event: what has ended them, such as ``"the last run was killed"``.
    """
    in_flight = [call for call in calls if not call.is_ended]
    if in_flight:
        was = "was" if len(in_flight) == 1 else "were"
        yield (
            f"{plural(len(in_flight), 'call')} {was} in flight when {event} and may have been "
            f"billed: {_list(in_flight)}."
        )
    if ended := [call for call in calls if call.is_ended]:
        was = "was" if len(ended) == 1 else "were"
        yield (
            f"{plural(len(ended), 'call')} {was} paid for inputs that were not finished when "
            f"{event}: {_list(ended)}."
        )


def _list(calls: Sequence[Call]) -> str:
    listed = "; ".join(call.describe() for call in calls[:MAX_LISTED])
    others = len(calls) - MAX_LISTED
    return f"{listed}; and {plural(others, 'other')}" if others > 0 else listed


_FIELDS: Final = ("model", "dollars", "input_tokens")  # of a note, which are stored


def _format(call: Call) -> str:
    note = {name: call.note[name] for name in _FIELDS if name in call.note}
    fields = {"stage": call.stage, "source": call.source, "is_ended": call.is_ended, **note}
    return json.dumps(fields) + "\n"


def _parse(data: bytes) -> Iterator[Call]:
    for line in data.splitlines():
        with suppress(ValueError, TypeError, KeyError, AttributeError, RecursionError):
            fields = json.loads(line)
            dollars, tokens = fields.get("dollars"), fields.get("input_tokens")
            names = fields["source"], fields["stage"], fields["model"]
            if all(type(name) is str for name in names) and _is_amount(dollars):
                note = {"model": names[2], "dollars": dollars, "input_tokens": tokens}
                yield Call(names[0], names[1], note, fields["is_ended"] is True)


def _is_amount(value: object) -> bool:
    return value is None or (type(value) in (int, float) and 0 <= value < 1e9)  # type: ignore[operator]
