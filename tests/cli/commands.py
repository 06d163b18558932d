"""The argument parsers of all commands, for tests that check each of them."""

from __future__ import annotations

from docs.make_cli import walk
from semcodec.cli.main import make_parser

#: Keys are the words after ``semcodec``, such as ``("vectors", "run")``.
COMMANDS = {tuple(parser.prog.split()[1:]): parser for parser in walk(make_parser())}
