"""``pack``, ``unpack``, ``skeleton``, ``decompress``: the exact middle, on text."""

from __future__ import annotations

import argparse
import json
from typing import Any

import semcodec
from semcodec.bitstream import Record
from semcodec.cli import files, options, terminal
from semcodec.cli.terminal import show
from semcodec.errors import InputError


def add(commands: Any) -> None:
    """Declare all four."""
    _add_pack(commands.add_parser("pack", help="text over the sixteen symbols to bytes"))
    parser = commands.add_parser("unpack", help="bytes to text")
    parser.add_argument("file", metavar="FILE", help="- for stdin")
    parser.add_argument("--json", action="store_true", help="all values")
    parser.set_defaults(command=unpack)
    for name, command, help_ in (
        ("skeleton", skeleton, "words to their consonants"),
        ("decompress", decompress, "consonants back to words"),
    ):
        parser = commands.add_parser(name, help=help_)
        parser.add_argument("text", metavar="TEXT", nargs="+", help="- for stdin")
        parser.set_defaults(command=command)


def _add_pack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", nargs="+", help="- for stdin")
    parser.add_argument("-o", "--output", default="-", metavar="FILE")
    parser.add_argument("--coding", choices=["nibble", "utf8", "auto"], default="nibble")
    parser.add_argument("--framing", choices=["bare", "file"], default="bare")
    parser.add_argument("--check", choices=["none", "crc8", "crc16", "crc32"])
    parser.add_argument("--size", type=options.size, default=(1024, 1024), metavar="WxH")
    parser.set_defaults(command=pack)


def pack(given: argparse.Namespace) -> int:
    """Write the record of a text: as bytes to a file or pipe, as hex to a terminal."""
    data = semcodec.pack(
        _text(given.text),
        coding=given.coding,
        framing=given.framing,
        check=given.check,
        size=given.size,
    )
    if given.output == "-" and terminal.is_terminal():
        show(data.hex())
    else:
        files.write(given.output, data)
    return 0


def unpack(given: argparse.Namespace) -> int:
    """Print the text of a record."""
    record = semcodec.unpack(files.read(given.file))
    if given.json:
        show(json.dumps(values(record), indent=2))
    elif terminal.is_terminal():
        show(terminal.safe(record.text))
    else:
        files.write("-", record.text.encode() + b"\n")
    return 0


def skeleton(given: argparse.Namespace) -> int:
    """Print the skeleton of a text."""
    show(semcodec.skeleton(_text(given.text)))
    return 0


def decompress(given: argparse.Namespace) -> int:
    """Print the words of a skeleton."""
    show(" ".join(semcodec.decompress(_text(given.text))))
    return 0


def values(record: Record) -> dict[str, Any]:
    """Return all that a record says, as JSON takes it."""
    return {
        "text": record.text,
        "words": record.words,
        "k": record.k,
        "coding": record.coding,
        "size": list(record.size),
        "models": record.models.name or list(record.models.ids),
        "version": record.version,
        "framing": record.framing,
        "check": record.check,
        "extensions": [[kind, value.hex()] for kind, value in record.extensions],
    }


def _text(given: list[str]) -> str:
    if given != ["-"]:
        return " ".join(given)
    try:
        return files.read("-").decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("The text on stdin is not UTF-8: convert it first.") from error
