"""``convert``: write records in another framing, or into a PNG file."""

from __future__ import annotations

import argparse

import semcodec
from semcodec.bitstream import Record, framing
from semcodec.choices import UnpackFraming
from semcodec.cli import carrier_files, endings, files, options, writing
from semcodec.cli.output import UsageError
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "convert",
        convert,
        summary="write records in another framing",
        description="Write a record in another framing, several records as a sequence, or one "
        "record into a PNG file, a QR code or an NFC tag.",
        usage="FILE|TEXT... [options]",
        examples=(
            "semcodec convert photo.semc --framing url",
            "semcodec convert photo.semc --qr code.png",
        ),
    )
    parser.add_argument(
        "files",
        metavar="FILE|TEXT",
        nargs="+",
        help="input records or text forms such as semc:KB5b7w (several only with --framing "
        "sequence); - for stdin",
    )
    options.add_input_framing(parser, "--input-framing", sequence=False)
    options.add_output(parser, "file")
    target = parser.add_mutually_exclusive_group()
    options.add_output_framing(target, framing.OUTPUT_FRAMINGS, "file")
    target.add_argument(
        "--into", metavar="PICTURE.png", help="embed into this PNG (default: no picture)"
    )
    carrier_files.add_arguments(target)
    options.add_force(parser)
    options.add_check(parser)


def convert(args: argparse.Namespace) -> int:
    """Write a record in another framing, several as a sequence, or one into a PNG file."""
    if args.into and args.check:
        raise UsageError("A PNG chunk has its own checksum: omit --check.")
    if carrier_files.is_wanted(args):
        carrier_files.check(args)
    elif args.into:
        endings.check_png(args.output, "convert --into")
    else:
        endings.check_record(args.output, "convert", args.framing)
    # The picture of --into may be the output itself, with --force; the records may not.
    name = args.qr or args.ndef or args.output
    sources = [name for name in args.files if not files.is_text_form(name)]
    writing.check_outputs("-", name, other_sources=sources, force=args.force)
    records = [_read(name, args.input_framing) for name in args.files]
    if carrier_files.is_wanted(args):
        if len(records) > 1:
            raise UsageError("A QR code or an NFC tag contains one record: name one file.")
        carrier_files.write(args, records[0])
    elif args.into:
        data = semcodec.embed_png(files.read_bytes(args.into), _single(records))
        writing.write_record(args.output, data, "png", force=args.force)
    elif args.framing == "sequence":
        data = b"".join(_repack(record, args) for record in records)
        writing.write_record(args.output, data, "sequence", force=args.force)
    else:
        data = _repack(_single(records), args)
        writing.write_record(args.output, data, args.framing, force=args.force)
    return DONE


def _read(name: str, framing: UnpackFraming) -> Record:
    data = files.read_record(name, framing)
    return semcodec.unpack(data, framing=files.detected_framing(framing))


def _single(records: list[Record]) -> Record:
    if len(records) > 1:
        raise UsageError("Several records need --framing sequence: add it, or name one file.")
    return records[0]


def _repack(record: Record, args: argparse.Namespace) -> bytes:
    return semcodec.repack(record, framing=args.framing, check=args.check)
