"""Paint one picture of ``bulk --decode``, and write it, in a thread or a process."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

import semcodec
from semcodec.backends.recording import CallLog
from semcodec.bulk.records import ENDING, StoredRecord, check_path
from semcodec.bulk.rows import add_costs
from semcodec.cli import files, writing
from semcodec.cli.loading import load_backends
from semcodec.cli.option_names import use_option_names
from semcodec.cli.output import UsageError, WriteError
from semcodec.errors import BackendError, InputError, SemcodecError

ROLES: tuple[str, ...] = ("writer", "painter", "checker")
MARKER = "bulk"  #: in the names of temporary files


class Painted(NamedTuple):
    """The outcome of a record.

    Attributes:
        state: ``"painted"``; ``"kept"`` if the picture was there; or ``"failed"``.
        cost: dollars, at most; None if a price is unknown.
        error: the error of a failure, without its trace.
        bytes: the size of the picture file.
    """

    state: Literal["painted", "kept", "failed"]
    cost: float | None = 0.0
    error: SemcodecError | None = None
    bytes: int = 0


def make_function(
    args: argparse.Namespace, by_option: dict[str, Any], log: CallLog
) -> Callable[[StoredRecord], Painted]:
    """Return the function that paints a record, with loaded backends."""
    arguments = load_backends(by_option, ROLES) | {
        "reflect": args.reflect,
        "size": None if args.size == "auto" else args.size,
        "seed": args.seed,
        "ignore_layers": args.ignore_layers,
    }
    folder = None if args.dry_run else Path(args.output)
    return partial(paint_record, folder, arguments, args.plain, log)


def paint_record(
    folder: Path | None,
    arguments: dict[str, Any],
    plain: bool,
    log: CallLog,
    record: StoredRecord,
) -> Painted:
    """Write the picture of a record below ``folder``, if it is not there; for None, only paint."""
    cost: float | None = 0.0
    problem: SemcodecError
    try:
        path = check_path(record.path)
        if record.problem:
            raise InputError(record.problem)
        target = None if folder is None else folder / path.with_name(path.name + ENDING)
        if target is not None and is_painted(target, record.data):
            return Painted("kept")
        with log.working_on(record.path):
            decoded = semcodec.decode(record.data, **arguments)
        cost = add_costs(decoded.trace.calls)
        data = decoded.to_file("PNG", plain=plain)
        if target is not None:
            _write(target, data)
        return Painted("painted", cost, None, len(data))
    except WriteError as error:  # as a full disk, all would share it
        problem = BackendError(str(error), unavailable=True)
    except UsageError as error:
        problem = InputError(str(error))
    except MemoryError:
        problem = InputError("Out of memory: use fewer --jobs, or a smaller --size.")
    except SemcodecError as error:
        cost = cost if error.trace is None else add_costs(error.trace.calls)
        problem = error
    problem.trace = problem.picture = None
    problem.args = (use_option_names(str(problem.args[0])), *problem.args[1:])
    return Painted("failed", cost, problem)


def is_painted(target: Path, record: bytes) -> bool:
    """Return whether a file is a picture of this record.

    Raises:
        UsageError: there is another file.
    """
    if not os.path.lexists(target):
        return False
    with suppress(SemcodecError, UsageError):
        if not target.is_file():  # a pipe would be waited for
            raise UsageError("not a file")
        found = semcodec.unpack(files.read_bytes(str(target)), framing="png")
        if _core(found) == _core(semcodec.unpack(record)):
            return True
    raise UsageError(
        f"{target} exists and is not a picture of this record: name another folder, or move it."
    )


def _core(record: semcodec.Record) -> bytes:
    return semcodec.repack(record, framing="bare")


def _write(target: Path, data: bytes) -> None:
    """Write a picture, which is complete or absent.

    Raises:
        UsageError: a part of the path is a file, or the name cannot be used here.
        WriteError: it cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise UsageError(f"Cannot write {target}: a part of its path is a file.") from error
    except OSError as error:
        raise WriteError(f"Cannot write {target}: {files.reason(error)}.") from error
    writing.write_bytes(str(target), data, marker=MARKER)
