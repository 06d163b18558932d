"""``convert --qr`` and ``--ndef``: write a record as a QR code, or as the content of an NFC tag."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path
from typing import Final

import semcodec
from semcodec.bitstream import Record
from semcodec.carriers import ndef, qr
from semcodec.choices import OutputFraming, QrKind
from semcodec.cli import endings, output, writing
from semcodec.cli.output import UsageError

#: With the kinds of ``qr.write``.
QR_ENDINGS: Final[dict[str, QrKind]] = {".png": "png", ".svg": "svg"}


def add_arguments(target: argparse._ActionsContainer) -> None:
    """Add ``--qr`` and ``--ndef``."""
    target.add_argument(
        "--qr",
        metavar="CODE.png|CODE.svg|-",
        help="write a QR code as a picture, or to the terminal; needs the extra qr "
        "(default: no code)",
    )
    target.add_argument(
        "--ndef",
        metavar="TAG.ndef|-",
        help="write an NDEF message, for an NFC tag (default: no message)",
    )


def is_wanted(args: argparse.Namespace) -> bool:
    """Return whether the output is a QR code or an NDEF message."""
    return bool(args.qr or args.ndef)


def check(args: argparse.Namespace) -> None:
    """Check the names of the outputs.

    Raises:
        UsageError: an ending is that of another kind of file, or there is also ``-o``.
    """
    option = "--qr" if args.qr else "--ndef"
    if args.output != "-":
        raise UsageError(f"{option} names the file to write: omit -o.")
    if args.qr:
        _check_qr(args.qr)
    else:
        _check_ndef(args.ndef)


def write(args: argparse.Namespace, record: Record) -> None:
    """Write the QR code or the NDEF message of ``record``.

    Raises:
        InputError, BackendError: as for ``qr.write``.
        UsageError: the file cannot be written, or the terminal cannot show the code.
    """
    if args.qr == "-":
        _print_code(_pack(record, "qr", args))
    elif args.qr:
        kind = QR_ENDINGS[endings.ending(args.qr)]
        writing.write_bytes(args.qr, qr.write(_pack(record, "qr", args), kind), force=args.force)
    else:
        message = ndef.write(_pack(record, "file", args))
        writing.write_record(args.ndef, message, "bare", force=args.force)


def _pack(record: Record, framing: OutputFraming, args: argparse.Namespace) -> bytes:
    return semcodec.repack(record, framing=framing, check=args.check)


def _check_qr(name: str) -> None:
    ending = endings.ending(name)
    if name != "-" and ending not in QR_ENDINGS:
        found = f"as {ending}" if ending else "without an ending"
        renamed = Path(name.rstrip(".")).with_suffix(".png")
        raise UsageError(
            f"{name}: a QR code is written as .png or .svg, not {found}: name it {renamed}."
        )


def _check_ndef(name: str) -> None:
    if name != "-" and endings.kind(name) is not None:
        renamed = Path(name).with_suffix(".ndef")
        raise UsageError(
            f"{name} is the name of {endings.kind(name)}, but --ndef writes an NDEF message: "
            f"name it {renamed}."
        )


def _print_code(record: bytes) -> None:
    """Print the code: on a terminal in black on white, else in the characters alone.

    Raises:
        UsageError: the terminal is too narrow, or cannot print half blocks.
    """
    text = qr.write(record, "text").decode()
    width, columns = text.index("\n"), shutil.get_terminal_size().columns
    is_terminal = output.is_terminal()
    if is_terminal and width > columns:
        raise UsageError(
            f"The code is {width} columns wide and the terminal has {columns}: widen it, or write "
            "--qr code.png."
        )
    try:
        text.encode(output.stdout().encoding)
    except UnicodeEncodeError as error:
        raise UsageError(
            f"The encoding of the output, {error.encoding}, lacks half blocks: write --qr code.png."
        ) from error
    output.print_result(qr.write(record, "terminal") if is_terminal else text.encode())
