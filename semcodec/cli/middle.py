"""``pack``, ``unpack``, ``convert``, ``skeleton``, ``decompress``: the exact middle, on text."""

from __future__ import annotations

import argparse
import json
from typing import Any

import semcodec
from semcodec import _registry
from semcodec.bitstream import Record, framing
from semcodec.bitstream.extensions import BY_NAME
from semcodec.cli import files, options
from semcodec.cli import output as output_
from semcodec.cli.output import UsageError, print_result
from semcodec.errors import InputError


def add(commands: Any) -> None:
    """Declare all five."""
    _add_pack(commands.add_parser("pack", help="text over the sixteen symbols to bytes"))
    parser = commands.add_parser("unpack", help="bytes to text")
    parser.add_argument("file", metavar="FILE", help="- for stdin")
    parser.add_argument("--framing", choices=["auto", *_registry.FRAMINGS], default="auto")
    parser.add_argument("--json", action="store_true", help="all values")
    parser.set_defaults(command=unpack)
    _add_convert(commands.add_parser("convert", help="a record to another framing"))
    for name, command, help_ in (
        ("skeleton", skeleton, "words to their consonants"),
        ("decompress", decompress, "consonants back to words"),
    ):
        parser = commands.add_parser(name, help=help_)
        parser.add_argument("text", metavar="TEXT", nargs="+", type=str, help="- for stdin")
        parser.set_defaults(command=command)


def _add_pack(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("text", metavar="TEXT", nargs="+", type=str, help="- for stdin")
    parser.add_argument("-o", "--output", default="-", metavar="FILE")
    parser.add_argument(
        "--coding", choices=["nibble", "lexicon", "bag", "utf8", "auto"], default="nibble"
    )
    parser.add_argument(
        "--keep", choices=["order", "words"], default="order", help="what auto may not lose"
    )
    parser.add_argument("--framing", choices=framing.OUTPUT_FRAMINGS, default="bare")
    parser.add_argument("--check", choices=_registry.CHECKS)
    parser.add_argument(
        "--extension",
        type=options.extension,
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=f"one of {', '.join(BY_NAME)}; may be given several times",
    )
    parser.add_argument("--size", type=options.size, default=(1024, 1024), metavar="WxH")
    parser.set_defaults(command=pack)


def _add_convert(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", metavar="FILE", nargs="+", help="several for a sequence alone")
    parser.add_argument("-o", "--output", default="-", metavar="FILE")
    target = parser.add_mutually_exclusive_group()
    target.add_argument(
        "--framing", choices=framing.OUTPUT_FRAMINGS, default="file", help="default: file"
    )
    target.add_argument("--into", metavar="PICTURE.png", help="a PNG file that is to carry it")
    parser.add_argument("--check", choices=_registry.CHECKS)
    parser.set_defaults(command=convert)


def pack(given: argparse.Namespace) -> int:
    """Write the record of a text: as bytes to a file or pipe, as hex to a terminal."""
    data = semcodec.pack(
        _text(given.text),
        coding=given.coding,
        keep=given.keep,
        framing=given.framing,
        check=given.check,
        size=given.size,
        extensions=given.extension,
    )
    _write(given.output, data, given.framing)
    return 0


def unpack(given: argparse.Namespace) -> int:
    """Print the text of a record, or of each record of a sequence."""
    data = files.record(given.file, given.framing)
    if given.framing == "sequence":
        records = list(semcodec.unpack_all(data))
        said: Any = [record.as_dict() for record in records]
    else:
        records = [semcodec.unpack(data, framing=given.framing)]
        said = records[0].as_dict()
    if given.json:
        print_result(json.dumps(said, indent=2))
    elif output_.is_terminal():
        print_result("\n".join(output_.escape_control(record.text) for record in records))
    else:
        files.write("-", b"".join(record.text.encode() + b"\n" for record in records))
    return 0


def convert(given: argparse.Namespace) -> int:
    """Write a record in another framing, or several as a sequence."""
    if given.into and given.check:
        raise UsageError("In a PNG file the chunk has the check: leave --check out.")
    files.check_outputs(
        "-", given.output, beside=tuple(given.files)
    )  # --into may be the output itself
    records = [semcodec.unpack(files.record(name)) for name in given.files]
    if given.into:
        _write(given.output, semcodec.embed_png(files.read(given.into), _only(records)), "png")
    elif given.framing == "sequence":
        _write(given.output, b"".join(_repacked(record, given) for record in records), "sequence")
    else:
        _write(given.output, _repacked(_only(records), given), given.framing)
    return 0


def _only(records: list[Record]) -> Record:
    if len(records) > 1:
        raise UsageError("Several records make a sequence only: add --framing sequence.")
    return records[0]


def _repacked(record: Record, given: argparse.Namespace) -> bytes:
    return semcodec.repack(record, framing=given.framing, check=given.check)


def _write(output: str, data: bytes, frame: str) -> None:
    """Write a record: text forms as a line, bytes as they are, or as hex to a terminal."""
    if frame in framing.TEXT_FRAMINGS:
        data += b"\n"
    elif output == "-" and output_.is_terminal():
        data = data.hex().encode() + b"\n"
    files.write(output, data)


def skeleton(given: argparse.Namespace) -> int:
    """Print the skeleton of a text."""
    print_result(semcodec.skeleton(_text(given.text)))
    return 0


def decompress(given: argparse.Namespace) -> int:
    """Print the words of a skeleton."""
    print_result(" ".join(semcodec.decompress(_text(given.text))))
    return 0


def _text(given: list[str]) -> str:
    if given != ["-"]:
        return " ".join(given)
    try:
        return files.read("-").decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("The text on stdin is not UTF-8: convert it first.") from error
