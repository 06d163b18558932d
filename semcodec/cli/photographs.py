"""``encode`` and ``decode``: a photograph to a file of a few bytes, and a file to a picture."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import semcodec
from semcodec import imaging
from semcodec.bitstream.header import MODEL_SETS
from semcodec.cli import dry_run, files, openai_options, options, output
from semcodec.cli.progress import Progress
from semcodec.errors import SemcodecError
from semcodec.pipeline.encode import CODINGS, SKELETON_METHODS

T = TypeVar("T")


def add(commands: Any) -> None:
    """Declare both."""
    _add_encode(commands.add_parser("encode", help="a photograph to a file of a few bytes"))
    _add_decode(commands.add_parser("decode", help="a file to a picture"))


def _add_encode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("image", metavar="IMAGE", help="a photograph; - for stdin")
    parser.add_argument("-o", "--output", required=True, metavar="FILE.semc", help="- for stdout")
    backend = options.backend("describer", "writer")
    parser.add_argument("--backend", type=backend, default="auto", help="who describes and writes")
    parser.add_argument(
        "--describer", type=options.backend("describer"), help="who describes, if another"
    )
    parser.add_argument(
        "--writer", type=options.backend("writer"), help="who chooses and shortens words"
    )
    parser.add_argument("--k", type=options.word_count, help="words at most (default: 12)")
    parser.add_argument("--max-bytes", type=options.count, help="bytes of the file at most")
    parser.add_argument("--ubpp", type=options.rate, help="micro-bits of payload per pixel at most")
    parser.add_argument("--coding", choices=CODINGS, default="auto")
    parser.add_argument(
        "--judge", type=options.judge, metavar="auto|minilm|none",
        help="who compares words with the description while they are chosen (default: none)",
    )  # fmt: skip
    parser.add_argument("--size", type=options.size, default=(1024, 1024), metavar="WxH")
    parser.add_argument("--fit", choices=imaging.FITS, default="cover")
    parser.add_argument(
        "--skeletons", choices=SKELETON_METHODS, default="rule",
        help="who makes the skeletons of nibble: a rule, or the model that writes",
    )  # fmt: skip
    parser.add_argument(
        "--models", choices=("auto", *MODEL_SETS), default="auto",
        help="what the record says of its models (default: what they say they are)",
    )  # fmt: skip
    parser.add_argument("--trace", metavar="T.json", help="write what each stage did")
    openai_options.add(parser)
    parser.set_defaults(command=encode)


def encode(given: argparse.Namespace) -> int:
    """Write the record of a photograph."""
    files.check_outputs(given.image, given.output, given.trace, beside=openai_options.files(given))
    who = openai_options.resolve_backends(given)
    encoded = _run(
        given,
        semcodec.encode,
        files.read(given.image),
        **who.places,
        k=given.k,
        max_bytes=given.max_bytes,
        ubpp=given.ubpp,
        coding=given.coding,
        size=given.size,
        fit=given.fit,
        judge=given.judge,
        skeletons=given.skeletons,
        models=given.models,
    )
    if who.rehearsed is not None:
        return dry_run.rehearsed(*who.rehearsed, encoded.trace)
    files.write(given.output, encoded.data)
    output.print_status(f"{given.output}: {len(encoded.data)} bytes, {encoded.record.text!r}")
    return _done(given, encoded.trace)


def _add_decode(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="a .semc file; - for stdin")
    parser.add_argument(
        "-o", "--output", type=options.picture, required=True, metavar="IMAGE",
        help=f"a picture: {' '.join(options.KINDS)}; - for PNG to stdout",
    )  # fmt: skip
    backend = options.backend("painter", "writer")
    parser.add_argument("--backend", type=backend, default="auto", help="who restores and paints")
    parser.add_argument("--writer", type=options.backend("writer"), help="who restores words")
    parser.add_argument("--painter", type=options.backend("painter"), help="who paints, if another")
    parser.add_argument("--reflect", type=options.reflections, default="auto", metavar="N|auto|off")
    parser.add_argument(
        "--size", type=options.output_size, metavar="WxH", help="instead of the file's"
    )
    parser.add_argument("--seed", type=options.seed, help="instead of the record's, or 0")
    parser.add_argument("--plain", action="store_true", help="no record inside a PNG picture")
    parser.add_argument("--trace", metavar="T.json", help="write what each stage did")
    openai_options.add(parser)
    parser.set_defaults(command=decode)


def decode(given: argparse.Namespace) -> int:
    """Write the picture of a record."""
    files.check_outputs(given.file, given.output, given.trace, beside=openai_options.files(given))
    who = openai_options.resolve_backends(given)
    decoded = _run(
        given,
        semcodec.decode,
        files.record(given.file),
        **who.places,
        reflect=given.reflect,
        size=given.size,
        seed=given.seed,
    )
    if who.rehearsed is not None:
        return dry_run.rehearsed(*who.rehearsed, decoded.trace)
    files.write(given.output, _picture(given, decoded))
    output.print_status(f"{given.output}: painted from {' '.join(decoded.words)!r}")
    return _done(given, decoded.trace)


def _picture(given: argparse.Namespace, decoded: semcodec.Decoded) -> bytes:
    """Return the file of a picture; a PNG carries its record unless that is not wanted."""
    kind = options.KINDS.get(Path(given.output).suffix.lower(), "PNG")
    picture = imaging.to_file(decoded.image, kind)
    if kind == "PNG" and not given.plain:
        return semcodec.embed_png(picture, decoded.record)
    return picture


def _run(given: argparse.Namespace, run: Callable[..., T], data: bytes, **how: Any) -> T:
    """Return what ``run`` does to ``data``; if it fails, tell what was done and paid."""
    try:
        with Progress() as progress:
            return run(data, **how, progress=progress)
    except (SemcodecError, KeyboardInterrupt) as error:
        trace = getattr(error, "trace", None)
        if trace is not None and not given.dry_run:
            _done(given, trace)
        raise


def _done(given: argparse.Namespace, trace: semcodec.Trace) -> int:
    """Write the trace if it is asked for, and tell what servers took."""
    if given.trace:
        files.write(given.trace, trace.to_json().encode())
    _tell_cost(trace)
    return 0


def _tell_cost(trace: semcodec.Trace) -> None:
    """Say what servers took, if they took anything, and which replies no tape keeps."""
    calls = [call for call in trace.calls if "seconds" in call]
    for lost in dict.fromkeys(str(call["not_kept"]) for call in calls if "not_kept" in call):
        output.print_status(lost)
    taken, given = (
        sum(_number(call.get(f"tokens_{way}")) or 0 for call in calls) for way in ("in", "out")
    )
    costs = [_number(call.get("dollars")) for call in calls]
    known = [cost for cost in costs if cost is not None]
    cost = f"${sum(known):.4f}" if len(known) == len(costs) else "an unknown price"
    if taken or any(known):
        output.print_status(f"{len(calls)} calls, {taken} tokens in, {given} out, {cost}")


def _number(said: Any) -> float | None:
    """Return what a backend reports, which may be foreign code, if it is a number."""
    return said if type(said) in (int, float) else None
