"""The command line: one module per command, and the only layer that prints and opens files."""

from __future__ import annotations

from semcodec.cli.main import main

__all__ = ["main"]
