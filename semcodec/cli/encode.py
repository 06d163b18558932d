"""``encode``: write the record of a photograph."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import words
from semcodec._wording import plural
from semcodec.bitstream import api, checksums
from semcodec.bitstream.framing import TEXT_FRAMINGS
from semcodec.cli import (
    batch,
    description_files,
    endings,
    files,
    interrupts,
    local_options,
    openai_options,
    options,
    pipeline_options,
)
from semcodec.cli.attempts import JobProgress, Result
from semcodec.cli.layer_values import layer_summary, layer_values
from semcodec.cli.output import UsageError
from semcodec.cli.parser import Commands, Parser, add_command
from semcodec.cli.planning import Job, Purpose, is_several, make_plan
from semcodec.cli.resume import open_history
from semcodec.errors import InputError
from semcodec.imaging import fitting
from semcodec.pipeline import profile_options
from semcodec.pipeline.encode import CODINGS, MODEL_CHOICES, SKELETON_METHODS
from semcodec.pipeline.language import LANGUAGES
from semcodec.pipeline.layers.choice import check_layers
from semcodec.pipeline.rate_control import RATES
from semcodec.signatures import identify

SCHEMA: Final = "semcodec/encode/1"  #: published as spec/schema/encode-1.json
FRAMINGS: Final = ("bare", "file", *TEXT_FRAMINGS)


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "encode",
        encode,
        summary="encode photographs as records of a few bytes",
        description="Describe a photograph, select the most important words, and pack them. "
        "Several photographs, or a folder of them, need a folder for the records. " + batch.RESUME,
        usage="IMAGE|DIR... [options]",
        examples=(
            "semcodec encode photo.jpg --max-bytes 16",
            "semcodec encode photo.jpg --layers layout,colors:12",
        ),
        exit_codes=batch.BATCH_EXIT_CODES,
    )
    parser.add_argument(
        "images",
        metavar="IMAGE|DIR",
        nargs="+",
        help="photographs to encode, and folders of photographs; - for stdin",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE.semc|DIR",
        help="record or folder to write, - for stdout (default: the name of the photograph with "
        "the ending .semc; stdout for stdin, and for --framing url and qr)",
    )
    add_encoding(parser)
    description_files.add_argument(
        parser,
        "FILE|DIR",
        ", or for several photographs a folder with NAME.txt for each, which may be their own",
    )
    batch.add_arguments(parser, "encode-1.json")
    options.add_force(parser)
    openai_options.add(parser)
    local_options.add(parser)


def add_encoding(
    parser: argparse.ArgumentParser, default_framing: str = "file", **more_stages: str
) -> None:
    """Add the options that decide what a record contains, which ``bulk`` has, too.

    Args:
        parser: the parser of the command.
        default_framing: the framing without ``--framing`` and ``--profile``, for the help.
        more_stages: further roles of the command, as for ``add_backends``.
    """
    parser.add_argument(
        "--framing",
        choices=FRAMINGS,
        help=f"framing of the output (default: {default_framing}, or the framing of the profile)",
    )
    parser.add_argument(
        "--check",
        choices=checksums.NAMES,
        help="checksum of the record (default: that of the framing or the profile)",
    )
    parser.add_argument(
        "--profile",
        choices=profile_options.PROFILES,
        help="set the options that a profile requires: tiny (framing bare, no check, a size with a "
        "code), file (framing file), archive (framing file, CRC-32, and the names of all models "
        "and of the program) (default: no profile)",
    )
    pipeline_options.add_backends(
        parser,
        describer="the describe stage",
        writer="the select and compress stages",
        locator="the locate stage of --layers",
        **more_stages,
    )
    _add_limits(parser)
    pipeline_options.add_layers(parser)
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
        choices=fitting.FITS,
        default="cover",
        help="fit the photograph to another aspect ratio: cut two sides off (cover), pad it "
        "(contain), or scale both sides independently (stretch) (default: %(default)s)",
    )
    parser.add_argument(
        "--background",
        type=pipeline_options.background,
        default="auto",
        metavar="COLOR",
        help="color behind transparent pixels: a name such as white, or #rrggbb; auto means white, "
        "or gray if what is visible would vanish on white (default: %(default)s)",
    )
    parser.add_argument(
        "--models",
        choices=MODEL_CHOICES,
        default="auto",
        help="models that the record states: those of the backends if they are a registered set, "
        "in one byte (auto), also others by name, in up to 255 bytes for each (names), or a "
        "registered set (default: %(default)s)",
    )
    parser.add_argument(
        "--language",
        choices=LANGUAGES,
        default="en",
        help="language of the description; any accepts all languages, whose words take several "
        "times the bytes of English ones (default: %(default)s)",
    )


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--k",
        type=pipeline_options.word_count,
        metavar="N",
        help="maximum number of words (default: 12 without other limits)",
    )
    parser.add_argument(
        "--max-bytes",
        type=options.count,
        metavar="N",
        help="maximum size of the record in its framing, in bytes, without the newline of a text "
        "form (default: no limit)",
    )
    parser.add_argument(
        "--ubpp",
        type=options.rate,
        metavar="X",
        help="maximum rate of the payload, in micro-bits per pixel of --size (default: no limit)",
    )
    pipeline_options.add_order(parser)
    parser.add_argument(
        "--rate",
        choices=RATES,
        help="auto selects as many words as the description needs, within the other limits: the "
        "name of a landmark, up to 48 words of a picture of many things (default: no rate)",
    )
    parser.add_argument(
        "--coding",
        choices=CODINGS,
        default="auto",
        help="coding of the words; auto means lexicon, or utf8 for words that lexicon cannot code "
        "(default: %(default)s)",
    )
    pipeline_options.add_judge(parser)
    parser.add_argument(
        "--skeletons",
        choices=SKELETON_METHODS,
        default="rule",
        help="make the skeletons of --coding nibble by rule, or by the writer's model "
        "(default: %(default)s)",
    )


def encode(args: argparse.Namespace) -> int:
    """Write the record of each photograph, or print the expected cost."""
    apply_profile(args)
    purpose = Purpose(
        inputs="pictures",
        outputs="records",
        ending=".txt" if args.framing in TEXT_FRAMINGS else ".semc",
        kind=endings.PICTURE,
        is_input=is_picture,
        check_ending=lambda name: endings.check_record(name, "encode", args.framing),
        prints=args.framing in TEXT_FRAMINGS,
        sidecar=description_files.finder(args.description),
    )
    description_files.check_options(args, args.images, is_batch=is_several(args.images))
    describing = ("describer",) if args.description is None else ()
    locating = ("locator",) if args.layers.locates else ()
    roles = (*describing, "writer", *locating)
    with open_history(args, args.images, "encode") as history:
        plan = make_plan(args, args.images, purpose, openai_options.files(args), history)
        description_files.check_jobs(plan.jobs)
        return batch.run(args, plan, _encode, roles=roles, schema=SCHEMA, participle="encoded")


def apply_profile(args: argparse.Namespace) -> None:
    """Set the framing of the profile, and check that options match each other.

    Raises:
        UsageError: an option conflicts with the profile, the check with the framing, the order
            with the coding, or a layer with its limits; or there is a locator for no layout.
    """
    pipeline_options.check_locator(args)
    try:
        profile_options.check_conflicts(
            args.profile, framing=args.framing, check=args.check, size=args.size, models=args.models
        )
        args.framing = args.framing or profile_options.default_framing(args.profile)
        api.overhead(0, framing=args.framing, check=args.check)
        words.check_order(args.order, args.coding)
        check_layers(args.layers, args.max_bytes, args.profile)
    except InputError as error:
        raise UsageError(str(error)) from error


def is_picture(path: Path) -> bool:
    """Return whether a file is a picture, by its first bytes."""
    file_type = identify(files.read_head(path))
    return file_type is not None and file_type.kind == "image"


def _encode(
    args: argparse.Namespace, roles: dict[str, Any], job: Job, progress: JobProgress
) -> Result:
    encoded = semcodec.encode(
        files.read_bytes(job.source),
        description=description_files.read(job.sidecar) if job.sidecar is not None else None,
        **roles,
        **encoding_arguments(args),
        progress=progress,
    )
    interrupts.defer()
    line = f"{plural(len(encoded.data), 'byte')}, {encoded.record.text!r}"
    if layers := layer_summary(encoded.data, encoded.record):
        line += f", {layers}"
    return Result(encoded.data, args.framing, encoded.trace, line, _values(encoded))


def encoding_arguments(args: argparse.Namespace) -> dict[str, Any]:
    """Return the arguments of ``semcodec.encode`` for the options of ``add_encoding``."""
    return {
        "k": args.k,
        "max_bytes": args.max_bytes,
        "ubpp": args.ubpp,
        "rate": args.rate,
        "layers": args.layers.text,
        "order": args.order,
        "coding": args.coding,
        "size": args.size,
        "fit": args.fit,
        "background": args.background,
        "framing": args.framing,
        "check": args.check,
        "judge": args.judge,
        "skeletons": args.skeletons,
        "language": args.language,
        "models": args.models,
        "profile": args.profile,
    }


def _values(encoded: semcodec.Encoded) -> dict[str, Any]:
    """Return the values of a record for ``--json``."""
    record = encoded.record
    is_text = record.framing in TEXT_FRAMINGS
    return {
        "framing": record.framing,
        "text_form": encoded.data.decode("ascii") if is_text else None,
        "coding": record.coding,
        "size": list(record.size),
        "description": encoded.description,
        "words": record.words,
        "layers": layer_values(record),
        "rate": _rate(encoded.trace),
        "payload_bits": record.payload_bits,
        "ubpp": round(semcodec.rate_breakdown(encoded.data).ubpp("payload"), 3),
    }


def _rate(trace: semcodec.Trace) -> dict[str, Any]:
    """Return the rules that limited the words, and their numbers."""
    notes = next(stage.notes for stage in reversed(trace.stages) if stage.name == "select")
    return {"rules": notes["rate"], "words": notes["max_words"], "bits": notes["max_bits"]}
