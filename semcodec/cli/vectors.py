"""``vectors list`` and ``vectors run``: list the published vectors, or run a program on them."""

from __future__ import annotations

import argparse
import json
import os
from typing import Final

from semcodec._wording import plural
from semcodec.cli import options
from semcodec.cli.output import escape_control, format_table, print_result, print_status
from semcodec.cli.parser import DATA_ERROR, DONE, EXIT_CODES, Commands, Parser, add_command
from semcodec.conformance import runner
from semcodec.conformance.differences import Difference
from semcodec.conformance.process import Decoder
from semcodec.conformance.vectors import Vector, load

PROGRESS_STEP: Final = 100  #: number of vectors between two progress messages
MAX_DIFFERENCES: Final = 5  #: differences of one vector that are printed; --json has all
RUN_SCHEMA: Final = "semcodec/vectors-run/3"  #: published as spec/schema/vectors-run-3.json
LIST_KEYS: Final = ("name", "rule", "kind", "framing", "verdict", "comment")


def add(commands: Commands[Parser]) -> None:
    """Add the command and its two actions to the parser."""
    parser = commands.add_parser(
        "vectors",
        help="list the published vectors, or run a decoder or an encoder on them",
        description="List the published vectors, or run a decoder or an encoder on them.",
    )
    parser.end_help(("semcodec vectors list", "semcodec vectors run --help"))
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    actions.type = str
    _add_list(actions)
    _add_run(actions)


def _add_list(actions: Commands[Parser]) -> None:
    parser = add_command(
        actions,
        "list",
        list_vectors,
        summary="list name, rule, verdict and comment of each vector",
        usage="[options]",
        examples=("semcodec vectors list", "semcodec vectors list --filter 'SC-NIB-*' --json"),
    )
    _add_common(parser)


def _add_run(actions: Commands[Parser]) -> None:
    parser = add_command(
        actions,
        "run",
        run,
        summary="run a decoder or an encoder on each vector",
        description="Run a decoder, or with --encoder an encoder, on each vector and print the "
        "differences. The README of the vectors describes the protocol.",
        usage="[options] -- DECODER...",
        examples=(
            "semcodec vectors run --persistent --strict -- ./your-decoder",
            "semcodec vectors run --encoder --persistent -- ./your-encoder",
        ),
        exit_codes=("all vectors pass", "a vector fails", EXIT_CODES[2]),
    )
    _add_common(parser)
    parser.add_argument(
        "--jobs",
        type=options.count,
        metavar="N",
        help="decoder processes at once; 1 with --persistent (default: number of CPUs)",
    )
    parser.add_argument(
        "--timeout",
        type=options.seconds,
        default=5.0,
        metavar="S",
        help="seconds allowed for each vector (default: 5)",
    )
    parser.add_argument(
        "--persistent",
        action="store_true",
        help="start the decoder once, and send it one line for each vector (default: off)",
    )
    parser.add_argument(
        "--strict",
        action="store_true",
        help="treat a different rule, offset or list of findings as a failure, not a note "
        "(default: off)",
    )
    parser.add_argument(
        "--pass-options",
        action="store_true",
        help="also run vectors with limits or a profile, and pass these to the decoder as JSON "
        "after the framing or the data (default: off)",
    )
    parser.add_argument(
        "--class",
        dest="decoder_class",
        choices=("full", "core"),
        default="full",
        help="core: the decoder has no tables, and rejects the codings lexicon and bag "
        "(default: full)",
    )
    parser.add_argument(
        "--floor",
        action="store_true",
        help="skip vectors that a decoder with the lowest limits may reject (default: off)",
    )
    parser.add_argument(
        "--verbose",
        action="store_true",
        help="show the decoder's stderr (default: off)",
    )
    parser.add_argument(
        "decoder",
        nargs="+",
        type=str,
        metavar="-- DECODER",
        help="command of the decoder; the framing is appended, with --colors the word colors, "
        "except with --persistent or --encoder",
    )


def _add_common(parser: argparse.ArgumentParser) -> None:
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--encoder",
        action="store_true",
        help="use the vectors for encoders: values, and the bytes of each (default: off)",
    )
    group.add_argument(
        "--colors",
        action="store_true",
        help="use the vectors of COLORS-1: bytes of colors, and their coefficients; a decoder of "
        "records need not know them (default: off)",
    )
    parser.add_argument(
        "--vectors", metavar="DIR", help="directory of vectors (default: the published vectors)"
    )
    parser.add_argument(
        "--filter",
        default="*",
        metavar="PATTERN",
        help="only vectors whose names match, such as 'SC-NIB-*' (default: all)",
    )
    parser.add_argument(
        "--json",
        action="store_true",
        help="machine-readable output (default: off)",
    )


def list_vectors(args: argparse.Namespace) -> int:
    """Print name, rule, verdict and comment of each vector."""
    vectors = load(args.vectors, args.filter, encode=args.encoder, colors=args.colors)
    if args.json:
        rows = [{key: getattr(vector, key) for key in LIST_KEYS} for vector in vectors]
        print_result(json.dumps(rows, indent=2))
    else:
        table = [(v.name, v.rule, v.verdict, v.comment) for v in vectors]
        cells = [[escape_control(cell) for cell in row] for row in table]
        print_result(format_table(cells, "<<<<"))
    return DONE


def _applies(vector: Vector, args: argparse.Namespace) -> bool:
    if args.floor and "above-floor" in vector.flags:
        return False
    return args.pass_options or not vector.options


def run(args: argparse.Namespace) -> int:
    """Print the differences of the decoder, and a summary."""
    selected = load(args.vectors, args.filter, encode=args.encoder, colors=args.colors)
    vectors = [vector for vector in selected if _applies(vector, args)]
    if args.decoder_class == "core":
        vectors = [vector.for_core_class() for vector in vectors]
    tally = _Tally(args.strict, len(vectors))

    def report(vector: Vector, differences: list[Difference]) -> None:
        for line in tally.add(vector.name, differences):
            if not args.json:
                print_result(escape_control(line))
        if tally.done % PROGRESS_STEP == 0:
            print_status(f"{tally.done} of {len(vectors)} vectors ...")

    decoder = Decoder(tuple(args.decoder), args.timeout, args.verbose)
    jobs = args.jobs or os.cpu_count() or 1
    runner.run(decoder, vectors, report, jobs=jobs, persistent=args.persistent)
    counts = tally.counts | {"skipped": len(selected) - len(vectors)}
    print_result(tally.to_json(counts) if args.json else _summary(counts))
    return DATA_ERROR if tally.failures else DONE


_Result = tuple[str, list[Difference]]


class _Tally:
    """The vectors for which the decoder failed, and those with a note.

    Attributes:
        done: the number of vectors so far.
        failures, notes: the name of each vector, with the differences.
    """

    def __init__(self, strict: bool, vectors: int) -> None:
        self.done = 0
        self.failures: list[_Result] = []
        self.notes: list[_Result] = []
        self._strict, self._vectors = strict, vectors

    def add(self, name: str, differences: list[Difference]) -> list[str]:
        """Add the result for a vector, and return it as lines."""
        self.done += 1
        if not differences:
            return []
        is_note = all(difference.is_note for difference in differences) and not self._strict
        (self.notes if is_note else self.failures).append((name, differences))
        return _format_differences("note" if is_note else "FAILED", name, differences)

    @property
    def counts(self) -> dict[str, int]:
        """The numbers of vectors that passed and failed."""
        return {"passed": self._vectors - len(self.failures), "failed": len(self.failures)}

    def to_json(self, counts: dict[str, int]) -> str:
        """Return the document of ``--json``."""
        lists = {"failures": _to_dicts(self.failures), "notes": _to_dicts(self.notes)}
        return json.dumps({"schema": RUN_SCHEMA, **counts, **lists}, indent=2)


def _format_differences(label: str, name: str, differences: list[Difference]) -> list[str]:
    """Return one line, or a heading and a line for each of the first differences."""
    lines = [_format_difference(difference) for difference in differences[:MAX_DIFFERENCES]]
    if len(differences) == 1:
        return [f"{label} {name}: {lines[0]}"]
    more = len(differences) - len(lines)
    lines += [f"… and {plural(more, 'more difference')}"] if more else []
    heading = f"{label} {name}: {len(differences)} differences"
    return [heading, *(f"  {line}" for line in lines)]


def _format_difference(difference: Difference) -> str:
    prefix = f"{difference.property}: " if difference.property else ""
    return f"{prefix}expected {difference.expected}, found {difference.found}"


def _summary(counts: dict[str, int]) -> str:
    summary = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
    if counts["skipped"]:
        summary = (
            "Skipped: vectors that need limits or a profile (run them with --pass-options).\n"
            + summary
        )
    return summary


def _to_dicts(results: list[_Result]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "differences": [
                {"property": d.property, "expected": d.expected, "found": d.found}
                for d in differences
            ],
        }
        for name, differences in results
    ]
