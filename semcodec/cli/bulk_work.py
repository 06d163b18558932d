"""Encode one photograph of ``bulk``, in a thread, a process or on another machine."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

import semcodec
from semcodec.backends.recording import CallLog
from semcodec.bulk import rows
from semcodec.bulk.reading import read_photograph
from semcodec.bulk.rows import Photograph, Row
from semcodec.cli import encode
from semcodec.cli.loading import load_backends
from semcodec.cli.option_names import use_option_names
from semcodec.errors import InputError, SemcodecError


class Attempt(NamedTuple):
    """The row of a photograph, and the error if it has failed, without its trace."""

    row: Row
    error: SemcodecError | None = None


def make_function(
    args: argparse.Namespace, by_option: dict[str, Any], log: CallLog
) -> Callable[[Photograph], Attempt]:
    """Return the function that encodes a photograph, with loaded backends."""
    roles = ("describer", "writer", *(("locator",) if args.layers.locates else ()))
    arguments = encode.encoding_arguments(args) | load_backends(by_option, roles)
    return partial(encode_photograph, args.source, arguments, log)


def encode_photograph(
    source: str, arguments: dict[str, Any], log: CallLog, photograph: Photograph
) -> Attempt:
    """Return the row of a photograph; that of a failed one has the message."""
    started, data = time.perf_counter(), None
    problem: SemcodecError
    try:
        with log.working_on(photograph.path):
            data = read_photograph(source, photograph)
            encoded = semcodec.encode(data, **arguments)
        return Attempt(rows.make_row(photograph, data, encoded, time.perf_counter() - started))
    except SemcodecError as error:
        problem = error
    except MemoryError:
        problem = InputError("Out of memory: use fewer --jobs, or a smaller photograph.")
    row = rows.make_failed_row(photograph, data, problem, time.perf_counter() - started)
    problem.trace = problem.picture = None  # large, and not needed any more
    return Attempt(replace(row, error=use_option_names(row.error)), problem)
