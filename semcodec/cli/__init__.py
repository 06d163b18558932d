"""The command line: the only room that prints, reads files and writes them."""

from __future__ import annotations

from semcodec.cli.main import main

__all__ = ["main"]
