"""Print what the library logs, such as that it waits for another run."""

from __future__ import annotations

import logging
from typing import Final

from semcodec.cli import output


class _StatusHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        output.print_status(f"semcodec: {record.getMessage()}")


_STATUS: Final = _StatusHandler()


def configure() -> None:
    """Print the log of the library to stderr, and not that of Pillow.

    Pillow would log the reason for an unreadable image in addition to our message.
    """
    logging.getLogger("PIL").addHandler(logging.NullHandler())
    logging.getLogger("semcodec").addHandler(_STATUS)
