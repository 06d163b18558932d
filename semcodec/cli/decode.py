"""``decode``: paint the picture of a record."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec.bitstream import guessing
from semcodec.bitstream.framing import MAGIC, png
from semcodec.choices import ReflectionMethod, values_of
from semcodec.cli import (
    batch,
    endings,
    files,
    interrupts,
    kept_steps,
    local_options,
    openai_options,
    options,
    pipeline_options,
    reflection_report,
    side_files,
    writing,
)
from semcodec.cli.attempts import JobProgress, Result
from semcodec.cli.output import UsageError
from semcodec.cli.parser import Commands, Parser, add_command
from semcodec.cli.planning import Job, Purpose, make_plan
from semcodec.cli.resume import open_history
from semcodec.errors import InputError
from semcodec.pipeline.reflection.steps import ReflectionTrace, StopReason

#: The roles of a run; the describer is one only if pictures are described.
ROLES: Final = ("writer", "painter", "editor", "checker", "upscaler")
DESCRIBING_ROLES: Final = (*ROLES, "describer")
#: What a layer was used for, for people; see ``Decoded.guides``. If a painter cannot use what it is
#: given, a notice states that.
USES: Final = {
    "painter": "given to the painter",
    "prompt": "added to the prompt",
    "aligned": "applied to the picture",
    "painter, aligned": "given to the painter and applied to the picture",
    "ignored": "ignored",
}
SCHEMA: Final = "semcodec/decode/1"  #: published as spec/schema/decode-1.json


def add(commands: Commands[Parser]) -> None:
    """Add the command to the parser."""
    parser = add_command(
        commands,
        "decode",
        decode,
        summary="paint the pictures of records",
        description="Unpack the words of a record, expand them to a prompt, and paint it. "
        f"Several records, or a folder of them, need a folder for the pictures. {batch.RESUME} "
        "A picture carries "
        "its words as alternative text, and a PNG also its record; messengers and sites that "
        "compress pictures again remove both.",
        usage="FILE|TEXT|DIR... [options]",
        examples=(
            "semcodec decode photo.semc -o small.webp --size 512x512 --seed 7",
            "semcodec decode photo.semc --reflect 4 --keep-steps steps",
        ),
        exit_codes=batch.BATCH_EXIT_CODES,
    )
    parser.add_argument(
        "files",
        metavar="FILE|TEXT|DIR",
        nargs="+",
        help="records in any framing, text forms such as semc:KB5b7w, and folders of records; "
        "- for stdin",
    )
    parser.add_argument(
        "-o",
        "--output",
        metavar="IMAGE|DIR",
        help=f"picture to write, one of {' '.join(options.PICTURE_FORMATS)}, or folder; - for PNG "
        "to stdout (default: the name of the record with the ending .png; picture.png for a text "
        "form; stdout for stdin)",
    )
    options.add_input_framing(parser, sequence=False)
    pipeline_options.add_backends(
        parser,
        writer="the decompress and expand stages",
        painter="the paint stage",
        editor="the edit stage of reflection",
        checker="the check stage of reflection",
        describer="the describe stage of --reflect-by description; with --reflect N, only if it is "
        "named, for the similarity that decides ties",
        upscaler="the upscale stage of a picture that was painted smaller",
    )
    parser.add_argument(
        "--reflect",
        type=pipeline_options.reflections,
        default="auto",
        metavar="N|auto|off",
        help="most tries to improve the picture after it was checked; auto does only what costs "
        "nothing (default: %(default)s)",
    )
    parser.add_argument(
        "--reflect-by",
        choices=values_of(ReflectionMethod),
        default="predicates",
        help="what to compare with the picture: statements that follow from the words, or a "
        "description of it, as in the paper (default: %(default)s)",
    )
    parser.add_argument(
        "--candidates",
        type=pipeline_options.candidates,
        default=1,
        metavar="N",
        help="pictures to paint with different seeds, of which the best is kept; they count as "
        "tries (default: %(default)s)",
    )
    parser.add_argument(
        "--keep-steps",
        metavar="DIR",
        help="folder for all pictures of reflection, as they come, with a strip of them "
        "(steps.png) and a page (index.html); several inputs have a folder each in it (default: "
        "only the result is written)",
    )
    parser.add_argument(
        "--size",
        type=pipeline_options.output_size,
        metavar="WxH",
        help="size of the picture in pixels, up to 4096 a side; a painter that cannot paint it "
        "paints the nearest one (default: the size that the record states)",
    )
    parser.add_argument(
        "--seed",
        type=options.seed,
        metavar="N",
        help="seed of the painter (default: the seed in the record, else 0)",
    )
    parser.add_argument(
        "--ignore-layers",
        action="store_true",
        help="paint from the words alone; otherwise the boxes and colors of a record go to the "
        "painter if it takes them, else to the prompt and into the colors of the painted picture "
        "(default: off)",
    )
    parser.add_argument(
        "--align-colors",
        type=options.share,
        metavar="SHARE",
        help="how much of the coarse colors of the painted picture to replace by those of the "
        "record, 0 to 1 (default: 0 for a painter that takes colors, 0.9 for others)",
    )
    parser.add_argument(
        "--plain",
        action="store_true",
        help="leave out the words (alternative text) and, in a PNG, the record (default: off)",
    )
    batch.add_arguments(parser, "decode-1.json")
    options.add_force(parser)
    openai_options.add(parser)
    local_options.add(parser)


def decode(args: argparse.Namespace) -> int:
    """Write the picture of each record, or print the expected cost."""
    if args.ignore_layers and args.align_colors:
        raise UsageError(
            "--align-colors needs the colors that --ignore-layers ignores: omit one of the two."
        )
    with open_history(args, args.files, "decode") as history:
        plan = make_plan(args, args.files, PURPOSE, openai_options.files(args), history)
        for job in plan.jobs:
            writing.check_not_terminal(job.output)
        command = partial(_decode, kept_steps.plan_folders(args, plan))
        roles = _roles(args)
        return batch.run(args, plan, command, roles=roles, schema=SCHEMA, participle="decoded")


def _roles(args: argparse.Namespace) -> tuple[str, ...]:
    """Return the roles that the run needs; the backends of others are not loaded."""
    if args.reflect_by == "description" and args.reflect not in ("off", 0):
        return DESCRIBING_ROLES
    if args.describer is None:
        return ROLES
    if args.reflect in ("auto", "off", 0) and args.candidates == 1:
        raise UsageError(
            "--describer is for --reflect-by description, --reflect N or --candidates: "
            "add one of them, or omit --describer."
        )
    return DESCRIBING_ROLES


def is_record(path: Path) -> bool:
    """Return whether a file is a record, by its content."""
    head = files.read_head(path)
    if head.startswith(png.SIGNATURE):  # the chunk may be anywhere in the file
        return files.contains(path, png.CHUNK_TYPE)
    if head.startswith(MAGIC):
        return True
    try:
        form = guessing.locate_form(head)
    except InputError:  # several records in one text, which decoding will report
        return True
    return form is not None and form.error is None


def _text_form(argument: str) -> str | None:
    """Return the name of a picture painted from a text form; None for the path of a file."""
    return "picture" if files.is_text_form(argument) else None


def _check_ending(name: str) -> None:
    """Check that a picture can be written in the format of its ending.

    Raises:
        UsageError: it cannot.
    """
    endings.check(name, "decode", endings.PICTURE)
    if name != "-" and endings.ending(name) not in options.PICTURE_FORMATS:
        names = ", ".join(options.PICTURE_FORMATS)
        raise UsageError(f"Unknown picture format of {name}: use one of {names}.")


PURPOSE: Final = Purpose(
    inputs="records",
    outputs="pictures",
    ending=".png",
    kind=endings.RECORD,
    is_input=is_record,
    check_ending=_check_ending,
    literal_name=_text_form,
)


def _decode(
    folders: Mapping[Job, Path],
    args: argparse.Namespace,
    roles: dict[str, Any],
    job: Job,
    progress: JobProgress,
) -> Result:
    data = files.read_record(job.source, args.framing)
    if args.framing not in ("guess", "auto"):
        semcodec.unpack(data, framing=args.framing)  # refuse data in another framing
    with kept_steps.open_folder(folders.get(job), force=args.force) as steps:
        decoded = semcodec.decode(
            data,
            **roles,
            reflect=args.reflect,
            reflect_by=args.reflect_by,
            candidates=args.candidates,
            size=args.size,
            seed=args.seed,
            ignore_layers=args.ignore_layers,
            align_colors=args.align_colors,
            progress=progress,
            on_step=None if steps is None else steps.add,
        )
        interrupts.defer()
        if steps is not None:
            steps.reflection, steps.words = decoded.trace.reflection, decoded.words
    return Result(
        _picture_file(decoded, job.output, args.plain),
        "png",
        decoded.trace,
        f"painted from {' '.join(decoded.words)!r}{_layers(decoded)}{_summary(args, decoded)}",
        _values(decoded),
        is_interrupted(decoded.trace),
        None if steps is None else steps.error,
        endings.ending(job.output) or ".png",
    )


def is_interrupted(trace: semcodec.Trace) -> bool:
    """Return whether Ctrl-C has ended reflection, which then has the best picture so far."""
    return trace.reflection is not None and trace.reflection.stopped == StopReason.INTERRUPTED


def _picture_file(decoded: semcodec.Decoded, name: str, plain: bool) -> bytes:
    """Return the bytes of the picture file, with words and record except with ``plain``.

    Raises:
        UsageError: it cannot be saved in the format of the ending; it is in a side file as PNG.
    """
    format_name = options.PICTURE_FORMATS.get(endings.ending(name), "PNG")  # "-" has no ending
    try:
        return decoded.to_file(format_name, plain=plain)
    except MemoryError as error:
        error.trace, error.picture = decoded.trace, decoded.image  # type: ignore[attr-defined]
        raise
    except Exception as error:  # of Pillow, such as a codec that is not installed
        item = side_files.Item(
            "picture", imaging.to_png(decoded.image), ".png", decoded.trace.calls
        )
        failure = UsageError(
            f"Cannot save {name} as {format_name} ({error}); {side_files.keep(item)}."
        )
        failure.trace = decoded.trace
        raise failure from error


def _layers(decoded: semcodec.Decoded) -> str:
    """Return what the layers of the record were used for, if it has any."""
    layers: dict[str, list[str]] = {}
    for layer, use in decoded.guides.items():
        layers.setdefault(use, []).append(layer)
    return "".join(f", {' and '.join(names)} {USES[use]}" for use, names in layers.items())


def _summary(args: argparse.Namespace, decoded: semcodec.Decoded) -> str:
    """Return what reflection did, if it tried anything or was asked for."""
    reflection = decoded.trace.reflection
    if reflection is None or (args.reflect == "auto" and not reflection.tries):
        return ""
    return f", {reflection_report.summarize(reflection)}"


def _values(decoded: semcodec.Decoded) -> dict[str, Any]:
    """Return the values of a picture for ``--json``."""
    return {
        "size": list(decoded.image.size),
        "words": decoded.words,
        "received_words": decoded.received_words,
        "coding": decoded.record.coding,
        "guides": decoded.guides,
        "reflection": _reflection_values(decoded.trace.reflection),
    }


def _reflection_values(reflection: ReflectionTrace | None) -> dict[str, Any] | None:
    """Return the result of reflection for ``--json``; its steps are in the trace."""
    if reflection is None:
        return None
    score = reflection.steps[reflection.kept].after
    return {
        "tries": reflection.tries,
        "kept": reflection.kept,
        "stopped": reflection.stopped,
        "held": None if score is None else score.held,
        "of": None if score is None else score.of,
    }
