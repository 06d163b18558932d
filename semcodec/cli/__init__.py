"""The command line: one module per command, the only layer that prints and accesses files."""

from __future__ import annotations

from semcodec.cli.main import main

__all__ = ["main"]
