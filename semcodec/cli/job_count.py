"""``--jobs``: how many worker processes a command uses."""

from __future__ import annotations

import argparse
import os
from typing import Final

from semcodec.bulk.workers import MAX_JOBS

AUTO: Final = "auto"


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """Add ``--jobs``."""
    parser.add_argument(
        "--jobs",
        type=read_jobs,
        default=1,
        metavar="N|auto",
        help="inputs to process at a time, each in a process with models of its own; auto means "
        f"the number of processors, {MAX_JOBS} is the maximum (default: %(default)s)",
    )


def read_jobs(text: str) -> int:
    """Return a number of workers, 1..MAX_JOBS; for ``auto`` the number of processors.

    Raises:
        argparse.ArgumentTypeError: it is neither.
    """
    if text.lower() == AUTO:
        return min(count_processors(), MAX_JOBS)
    if text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= MAX_JOBS:
        return int(text)
    raise argparse.ArgumentTypeError(
        f"invalid number of jobs {text!r}, expected 1 to {MAX_JOBS}, or auto"
    )


def count_processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
