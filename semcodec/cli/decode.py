"""``decode``: paint the picture of a record."""

from __future__ import annotations

import argparse
from pathlib import Path

import semcodec
from semcodec import imaging
from semcodec.cli import dry_run, files, openai_options, options, output, runs
from semcodec.cli.parser import DONE, Commands, Parser, add_command


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "decode",
        decode,
        summary="paint the picture of a record",
        description="Unpack the words of a record, expand them to a prompt, and paint it.",
        usage="FILE -o IMAGE [options]",
        examples=(
            "semcodec decode photo.semc -o picture.png",
            "semcodec decode photo.semc -o picture.webp --size 512x512 --seed 7",
        ),
    )
    parser.add_argument("file", metavar="FILE", help="record in any framing; - for stdin")
    parser.add_argument(
        "-o",
        "--output",
        type=options.picture,
        required=True,
        metavar="IMAGE",
        help=f"picture to write, one of {' '.join(options.PICTURE_FORMATS)}; - for PNG to stdout",
    )
    _add_backends(parser)
    parser.add_argument(
        "--reflect",
        type=options.reflections,
        default="auto",
        metavar="N|auto|off",
        help="rounds of reflection, which are not available yet (default: %(default)s)",
    )
    parser.add_argument(
        "--size",
        type=options.output_size,
        metavar="WxH",
        help="size of the picture in pixels (default: the size that the record states)",
    )
    parser.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="seed of the painter (default: the seed in the record, else 0)",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="do not embed the record in a PNG picture (default: off)",
    )
    runs.add_trace(parser)
    openai_options.add(parser)


def _add_backends(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        type=options.backend("painter", "writer"),
        default="auto",
        metavar="NAME",
        help="backend for all stages; auto is offline (default: %(default)s)",
    )
    parser.add_argument(
        "--writer",
        type=options.backend("writer"),
        metavar="NAME",
        help="backend for the decompress and expand stages (default: same as --backend)",
    )
    parser.add_argument(
        "--painter",
        type=options.backend("painter"),
        metavar="NAME",
        help="backend for the paint stage (default: same as --backend)",
    )


def decode(args: argparse.Namespace) -> int:
    """Write the picture of a record, or print the expected cost."""
    files.check_outputs(
        args.file, args.output, args.trace, other_sources=openai_options.files(args)
    )
    backends = openai_options.resolve_backends(args)
    decoded = runs.run(
        args,
        semcodec.decode,
        files.read_record(args.file),
        **backends.by_option,
        reflect=args.reflect,
        size=args.size,
        seed=args.seed,
    )
    if backends.dry_run is not None:
        return dry_run.print_plan(*backends.dry_run, decoded.trace)
    files.write_bytes(args.output, _picture_file(args, decoded))
    output.print_status(f"{args.output}: painted from {' '.join(decoded.words)!r}")
    runs.report(args, decoded.trace)
    return DONE


def _picture_file(args: argparse.Namespace, decoded: semcodec.Decoded) -> bytes:
    """Return the bytes of the picture file; a PNG contains its record, except with ``--plain``."""
    extension = Path(args.output).suffix.lower()
    picture_format = options.PICTURE_FORMATS.get(extension, "PNG")  # "-" has no extension
    picture = imaging.to_file(decoded.image, picture_format)
    if picture_format == "PNG" and not args.plain:
        return semcodec.embed_png(picture, decoded.record)
    return picture
