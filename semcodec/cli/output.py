"""Print results to stdout and messages to stderr, with control characters escaped."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import textwrap
import threading
import unicodedata
from collections.abc import Sequence
from typing import Any, Final, TextIO

from semcodec._visibility import mark_visible
from semcodec.cli import interrupts
from semcodec.cli.option_names import use_option_names

MAX_WIDTH: Final = 100  #: characters per line; also the width if stdout is not a terminal
MAX_SHOWN_NAME: Final = 60  #: characters of a file name in a message about many files
CLEAR_LINE: Final = "\r\x1b[2K"


class UsageError(Exception):
    """An error in the command line or the environment, such as a file that cannot be read.

    Attributes:
        trace: that of the run, if the error came after it.
    """

    trace: Any = None


class WriteError(UsageError):
    """An output cannot be written, for a reason that other outputs share, such as a full disk."""


def escape_control(text: str) -> str:
    """Return ``text`` with every character that could move the cursor or hide text escaped.

    Text from a record, a file name or a server may contain such characters (SC-REA-11).
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if shown else ascii(char)[1:-1] for char, shown in mark_visible(text))


def shorten_name(name: str) -> str:
    """Return the end of a file name, for a message about many files."""
    return name if len(name) <= MAX_SHOWN_NAME else "…" + name[1 - MAX_SHOWN_NAME :]


def is_terminal() -> bool:
    """Return whether stdout is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def line_width() -> int:
    """Return the number of characters per line: the width of the terminal, at most 100."""
    return min(shutil.get_terminal_size().columns, MAX_WIDTH) if is_terminal() else MAX_WIDTH


def stdout() -> TextIO:
    """Return stdout.

    Raises:
        UsageError: stdout is closed.
    """
    if sys.stdout is None:
        raise UsageError("Standard output is closed: open it, or name an output file.")
    return sys.stdout


def print_result(result: str | bytes) -> None:
    """Write a result to stdout: text with a newline, bytes unchanged.

    Raises:
        UsageError: stdout is closed.
        WriteError: stdout is full.
        BrokenPipeError: the process that reads stdout has ended.
    """
    stream = stdout()
    if is_terminal():
        status_line.clear()
    try:
        with interrupts.allowed():  # a pipe may block for any time
            if isinstance(result, bytes):
                stream.flush()
                stream.buffer.write(result)
                stream.buffer.flush()
            else:
                print(result, file=stream, flush=True)
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:  # the pipe blocks, and would again when it is flushed at exit
        silence_stdout()
        raise
    except OSError as error:
        silence_stdout()
        raise WriteError(f"Cannot write the output: {error.strerror}.") from error


def silence_stdout() -> None:
    """Redirect stdout to the null device, so that flushing it at exit does not fail again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout().fileno())


def print_status(message: str) -> None:
    """Print ``message`` to stderr, separately from the results."""
    if sys.stderr is not None:  # print(file=None) would write to stdout
        status_line.clear()
        with contextlib.suppress(OSError, ValueError):  # without stderr the exit code must do
            # With the line end in one piece, since other threads and processes write lines too.
            sys.stderr.write(f"{escape_control(use_option_names(message))}\n")
            sys.stderr.flush()


class StatusLine:
    """A line on the terminal of stderr that any other output replaces."""

    def __init__(self) -> None:
        self._lock = threading.Lock()  # a thread shows the line
        self._is_shown = False

    def show(self, text: str) -> None:
        """Show ``text`` in place of the line before; cut off where it would wrap."""
        if sys.stderr is None or not sys.stderr.isatty():
            return
        with self._lock:
            self._is_shown = True
            _write_status(CLEAR_LINE + cut_to_width(escape_control(text), _status_width()))

    def clear(self) -> None:
        """Remove the line, if it is shown."""
        with self._lock:
            if self._is_shown:
                self._is_shown = False
                _write_status(CLEAR_LINE)


status_line: Final = StatusLine()


def _write_status(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):
        if sys.stderr is not None:
            sys.stderr.write(text)
            sys.stderr.flush()


def _status_width() -> int:
    """Return the columns of the terminal of stderr, without the last one, where some wrap."""
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns - 1
    except (OSError, ValueError, AttributeError):
        return shutil.get_terminal_size().columns - 1


def cut_to_width(text: str, columns: int) -> str:
    """Return ``text``, cut off after ``columns``; East Asian characters take two each.

    >>> cut_to_width("describe by 犬", 13)
    'describe by '
    """
    width = 0
    for number, char in enumerate(text):
        if not unicodedata.combining(char):
            width += 2 if unicodedata.east_asian_width(char) in "FW" else 1
        if width > columns:
            return text[:number]
    return text


def print_paragraph(text: str) -> None:
    """Print an empty line and ``text``, wrapped to the width of the terminal.

    Raises:
        UsageError, BrokenPipeError: as for ``print_result``.
    """
    print_result("\n" + textwrap.fill(text, line_width()))


def format_table(rows: Sequence[Sequence[str]], alignment: str) -> str:
    """Return ``rows`` as lines with aligned columns, two spaces apart.

    Args:
        rows: the cells of each row.
        alignment: ``<`` or ``>`` for each column, as in a format specification.
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    columns = list(zip(alignment, widths, strict=True))
    return "\n".join(
        "  ".join(
            f"{cell:{align}{width}}" for cell, (align, width) in zip(row, columns, strict=True)
        ).rstrip()
        for row in rows
    )
