"""Results to stdout, words about them to stderr, and text of others without control characters."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import Final, TextIO


class UsageError(Exception):
    """A file or a stream cannot be read or written; the message is for the user."""


#: Characters that show as nothing, although Python calls them printable: fillers, and selectors of
#: another form of the character before them (part of Unicode's Default_Ignorable_Code_Point).
INVISIBLE: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]"
)


def escape_control(text: str) -> str:
    """Return ``text`` with what could move the cursor or hide other text shown as an escape."""
    return "".join(char if _is_visible(char) else ascii(char)[1:-1] for char in text)


def _is_visible(char: str) -> bool:
    return char.isprintable() and not INVISIBLE.match(char)


def is_terminal() -> bool:
    """Tell whether results are seen by a person."""
    return sys.stdout is not None and sys.stdout.isatty()


def stdout() -> TextIO:
    """Return stdout.

    Raises:
        EnvironmentFault: it is closed.
    """
    if sys.stdout is None:
        raise UsageError("There is no standard output to write to.")
    return sys.stdout


def print_result(result: str | bytes) -> None:
    """Write a result to stdout, a text with a line's end.

    Raises:
        EnvironmentFault: stdout is closed or full.
        BrokenPipeError: the reader of it has gone.
    """
    stream = stdout()
    try:
        if isinstance(result, bytes):
            stream.flush()
            stream.buffer.write(result)
            stream.buffer.flush()
        else:
            print(result, file=stream, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        silence_stdout()
        raise UsageError(f"Cannot write the output: {error.strerror}.") from error


def silence_stdout() -> None:
    """Let nothing more be written, at exit either, to where nothing can be written."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout().fileno())


def print_status(sentence: str) -> None:
    """Print ``sentence`` to stderr, where it does not mix with results."""
    if sys.stderr is not None:  # else it would go to stdout
        with contextlib.suppress(OSError, ValueError):  # the exit code says it too
            print(escape_control(sentence), file=sys.stderr, flush=True)
