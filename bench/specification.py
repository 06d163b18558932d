"""Read and write the measured tables of the specification, between the marks of their block."""

from __future__ import annotations

from pathlib import Path
from typing import Final

SPECIFICATION: Final = Path(__file__).parents[1] / "spec" / "SEMCODEC-1.md"


def read_block(name: str) -> str:
    """Return the lines between ``BEGIN name`` and ``END name``."""
    return _split(name)[1]


def write_block(name: str, content: str) -> None:
    """Replace the lines between ``BEGIN name`` and ``END name`` with ``content``."""
    head, _, tail = _split(name)
    SPECIFICATION.write_text(head + content + tail, "utf-8")


def _split(name: str) -> tuple[str, str, str]:
    """Return the specification up to the lines of a block, these lines, and the rest."""
    begin, end = f"<!-- BEGIN {name} -->\n", f"<!-- END {name} -->"
    head, mark, rest = SPECIFICATION.read_text("utf-8").partition(begin)
    content, end_mark, tail = rest.partition(end)
    return head + mark, content, end_mark + tail
