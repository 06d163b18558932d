"""``vectors``: the published vectors as a list, and any decoder run against them.

It knows nothing of how a decoder works: a program that reads stdin and writes JSON is enough. The
protocols are in ``spec/vectors/README.md``.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from semcodec.cli import options
from semcodec.cli.output import escape_control, print_result, print_status
from semcodec.conformance import vectors as vectors_
from semcodec.conformance.compare import Difference, Outcome, differences
from semcodec.conformance.process import Decoders
from semcodec.conformance.vectors import Vector

SECONDS: Final = 5.0  #: that an answer may take
MAX_SECONDS: Final = 3600.0
STEP: Final = 100  #: vectors between two lines about the progress
RUN_SCHEMA: Final = "semcodec/vectors-run/1"


def add(commands: Any) -> None:
    """Declare ``vectors list`` and ``vectors run``."""
    parser = commands.add_parser("vectors", help="the published vectors, and decoders run on them")
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")
    actions.type = str
    listing = actions.add_parser("list", help="name, rule, verdict and comment of each")
    _add_common(listing)
    listing.set_defaults(command=list_)
    running = actions.add_parser("run", help="run a decoder on each; see the vectors' README")
    _add_common(running)
    _add_run(running)
    running.set_defaults(command=run)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--vectors", metavar="DIR", help="a folder of other vectors")
    parser.add_argument("--filter", default="*", metavar="PATTERN", help="such as 'SC-NIB-*'")
    parser.add_argument("--json", action="store_true", help="for programs")


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs",
        type=options.count,
        default=os.cpu_count() or 1,
        metavar="N",
        help="decoders at once; with --persistent there is one",
    )
    parser.add_argument(
        "--timeout", type=_seconds, default=SECONDS, metavar="S", help="for one answer, default 5"
    )
    parser.add_argument("--persistent", action="store_true", help="start the decoder once for all")
    parser.add_argument("--strict", action="store_true", help="another rule or offset is a failure")
    parser.add_argument("--verbose", action="store_true", help="let the decoder's stderr through")
    parser.add_argument(
        "decoder",
        nargs="+",
        type=str,
        metavar="-- DECODER",
        help="its command; the framing is added",
    )


def _seconds(text: str) -> float:
    if (seconds := options.rate(text)) <= MAX_SECONDS:
        return seconds
    raise argparse.ArgumentTypeError(f"wait for at most {MAX_SECONDS:g} seconds")


def list_(given: argparse.Namespace) -> int:
    """Print the vectors."""
    vectors = vectors_.load(given.vectors, given.filter)
    if given.json:
        names = ("name", "rule", "kind", "framing", "verdict", "comment")
        rows = [{name: getattr(vector, name) for name in names} for vector in vectors]
        print_result(json.dumps(rows, indent=2))
        return 0
    widths = [max(len(getattr(v, name)) for v in vectors) for name in ("name", "rule")]
    for vector in vectors:
        name, rule = vector.name.ljust(widths[0]), vector.rule.ljust(widths[1])
        print_result(escape_control(f"{name}  {rule}  {vector.verdict:<11}  {vector.comment}"))
    return 0


def run(given: argparse.Namespace) -> int:
    """Print where the decoder differs, and a summary. Exit code 1 if it fails a vector."""
    chosen = vectors_.load(given.vectors, given.filter)
    asked = [vector for vector in chosen if not vector.conditional]
    failures: list[Difference] = []
    notes: list[Difference] = []
    decoders = Decoders(given.decoder, seconds=given.timeout, verbose=given.verbose)
    with contextlib.closing(_answers(decoders, asked, given)) as answers:
        for number, (vector, answer) in enumerate(answers, 1):
            for difference in differences(vector, answer):
                note = difference.note and not given.strict
                (notes if note else failures).append(difference)
                if not given.json:
                    print_result(_line(difference, "note" if note else "FAILED"))
            if number % STEP == 0:
                print_status(f"{number} of {len(asked)} vectors asked ...")
    _sum_up(given.json, len(asked), failures, notes, len(chosen) - len(asked))
    return min(len(failures), 1)


def _answers(
    decoders: Decoders, vectors: list[Vector], given: argparse.Namespace
) -> Generator[tuple[Vector, Outcome]]:
    """Go over the vectors with the decoder's answers, in order; in the end no decoder runs."""
    ask = decoders.lines if given.persistent else decoders.each
    jobs = 1 if given.persistent else min(given.jobs, max(1, len(vectors)))
    with ThreadPoolExecutor(jobs) as pool:
        try:
            yield from zip(vectors, pool.map(ask, vectors), strict=True)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            decoders.close()


def _line(difference: Difference, what: str) -> str:
    return escape_control(
        f"{what} {difference.name}: expected {difference.expected}; came {difference.came}"
    )


def _sum_up(
    as_json: bool, asked: int, failures: list[Difference], notes: list[Difference], skipped: int
) -> None:
    passed = asked - len({difference.name for difference in failures})
    counts = {"passed": passed, "failed": asked - passed, "skipped": skipped}
    if as_json:
        listed = {"failures": _plain(failures), "notes": _plain(notes)}
        print_result(json.dumps({"schema": RUN_SCHEMA, **counts, **listed}, indent=2))
        return
    if skipped:
        print_result("Skipped: those with limits or a profile, which other decoders are not told.")
    print_result(", ".join(f"{count} {word}" for word, count in counts.items()))


def _plain(found: list[Difference]) -> list[dict[str, str]]:
    return [{"name": d.name, "expected": d.expected, "came": d.came} for d in found]
