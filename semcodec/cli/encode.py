"""``encode``: write the record of a photograph."""

from __future__ import annotations

import argparse

import semcodec
from semcodec import imaging_fitting
from semcodec.bitstream.header import MODEL_SETS
from semcodec.cli import dry_run, files, openai_options, options, output, runs
from semcodec.cli.parser import DONE, Commands, Parser, add_command
from semcodec.pipeline.encode import CODINGS, SKELETON_METHODS


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "encode",
        encode,
        summary="encode a photograph as a record of a few bytes",
        description="Describe a photograph, select the most important words, and pack them.",
        usage="IMAGE -o FILE.semc [options]",
        examples=(
            "semcodec encode photo.jpg -o photo.semc --max-bytes 16",
            "semcodec encode photo.jpg -o photo.semc --backend openai --dry-run",
        ),
    )
    parser.add_argument("image", metavar="IMAGE", help="photograph to encode; - for stdin")
    parser.add_argument(
        "-o", "--output", required=True, metavar="FILE.semc", help="record to write; - for stdout"
    )
    _add_backends(parser)
    _add_limits(parser)
    parser.add_argument(
        "--size",
        type=options.size_or_auto,
        default="auto",
        metavar="auto|WxH",
        help="picture size that the record states, in pixels; auto means about a megapixel in the "
        "aspect ratio of the photograph, 1024x1024 is the paper's (default: %(default)s)",
    )
    parser.add_argument(
        "--fit",
        choices=imaging_fitting.FITS,
        default="cover",
        help="fit the photograph to another aspect ratio: cut two sides off (cover), pad it "
        "(contain), or scale both sides independently (stretch) (default: %(default)s)",
    )
    parser.add_argument(
        "--models",
        choices=("auto", *MODEL_SETS),
        default="auto",
        help="models that the record states; auto means the registered ids of the backends "
        "(default: %(default)s)",
    )
    runs.add_trace(parser)
    openai_options.add(parser)


def _add_backends(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend",
        type=options.backend("describer", "writer"),
        default="auto",
        metavar="NAME",
        help="backend for all stages; auto is offline (default: %(default)s)",
    )
    parser.add_argument(
        "--describer",
        type=options.backend("describer"),
        metavar="NAME",
        help="backend for the describe stage (default: same as --backend)",
    )
    parser.add_argument(
        "--writer",
        type=options.backend("writer"),
        metavar="NAME",
        help="backend for the select and compress stages (default: same as --backend)",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--k",
        type=options.word_count,
        metavar="N",
        help="maximum number of words (default: 12 without other limits)",
    )
    parser.add_argument(
        "--max-bytes",
        type=options.count,
        metavar="N",
        help="maximum size of the record, in bytes (default: no limit)",
    )
    parser.add_argument(
        "--ubpp",
        type=options.rate,
        metavar="X",
        help="maximum rate of the payload, in micro-bits per pixel (default: no limit)",
    )
    parser.add_argument(
        "--coding",
        choices=CODINGS,
        default="auto",
        help="coding of the words; auto means lexicon, or utf8 for words that lexicon cannot code "
        "(default: %(default)s)",
    )
    parser.add_argument(
        "--judge",
        type=options.judge,
        metavar="|".join(options.JUDGES),
        help="model that compares candidate words with the description during selection "
        "(default: none)",
    )
    parser.add_argument(
        "--skeletons",
        choices=SKELETON_METHODS,
        default="rule",
        help="make the skeletons of --coding nibble by rule, or by the writer's model "
        "(default: %(default)s)",
    )


def encode(args: argparse.Namespace) -> int:
    """Write the record of a photograph, or print the expected cost."""
    files.check_outputs(
        args.image, args.output, args.trace, other_sources=openai_options.files(args)
    )
    backends = openai_options.resolve_backends(args)
    encoded = runs.run(
        args,
        semcodec.encode,
        files.read_bytes(args.image),
        **backends.by_option,
        k=args.k,
        max_bytes=args.max_bytes,
        ubpp=args.ubpp,
        coding=args.coding,
        size=args.size,
        fit=args.fit,
        judge=args.judge,
        skeletons=args.skeletons,
        models=args.models,
    )
    if backends.dry_run is not None:
        return dry_run.print_plan(*backends.dry_run, encoded.trace)
    files.write_bytes(args.output, encoded.data)
    output.print_status(f"{args.output}: {len(encoded.data)} bytes, {encoded.record.text!r}")
    runs.report(args, encoded.trace)
    return DONE
