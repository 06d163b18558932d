"""``vectors``: the published vectors, and what another implementation makes of them."""

from __future__ import annotations

import argparse
import fnmatch
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec.cli import options, trial
from semcodec.cli.terminal import EnvironmentFault, safe, show
from semcodec.cli.trial import Outcome, Vector

#: In a checkout, and in an installed wheel.
PLACES: Final = (
    Path(semcodec.__file__).parents[1] / "spec" / "vectors",
    Path(semcodec.__file__).parent / "vectors",
)


def add(commands: Any) -> None:
    """Declare the command with its two."""
    parser = commands.add_parser("vectors", help="test any implementation of the format")
    both = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    listing = both.add_parser("list", help="name, rule, verdict and comment of each vector")
    running = both.add_parser(
        "run",
        help="give every vector to a decoder",
        usage="semcodec vectors run [options] -- DECODER [ARGUMENT ...]",
        epilog="The decoder gets the framing as its last argument and the data on stdin. It prints "
        "the record as JSON and exits with 0, or exits with 1 to refuse the data.",
    )
    for one, command in ((listing, list_), (running, run)):
        one.add_argument("--vectors", metavar="DIR", help="instead of those that came along")
        one.add_argument("--only", default="*", metavar="PATTERN", help="names such as 'SC-LEB*'")
        one.add_argument("--json", action="store_true")
        one.set_defaults(command=command)
    running.add_argument("--strict", action="store_true", help="compare rule and offset too")
    running.add_argument("--timeout", type=options.rate, default=5.0, metavar="SECONDS")
    running.add_argument("--jobs", type=options.count, default=2, help="decoders at a time")
    running.add_argument("decoder", nargs="+", metavar="DECODER")


def list_(given: argparse.Namespace) -> int:
    """Print the vectors, one a line."""
    vectors = _vectors(given)
    if given.json:
        show(json.dumps(vectors, indent=2))
    else:
        show("\n".join(f"{v['name']:<36} {v['verdict']:<12} {v['comment']}" for v in vectors))
    return 0


def run(given: argparse.Namespace) -> int:
    """Give the vectors to a decoder, and print what it got wrong."""

    def outcome(vector: Vector) -> Outcome:
        return trial.tried(vector, given.decoder, given.timeout, given.strict)

    vectors = _vectors(given)
    pool = ThreadPoolExecutor(given.jobs)
    try:
        outcomes = list(pool.map(outcome, vectors))
    finally:  # a decoder that cannot be started, or a stop key, ends the rest too
        pool.shutdown(cancel_futures=True)
    if given.json:
        show(json.dumps([found._asdict() for found in outcomes], indent=2))
    else:
        show(_summary(outcomes))
    return int(any(found.result == "failed" for found in outcomes))


def _summary(outcomes: list[Outcome]) -> str:
    lines = [f"{found.name}: {found.why}" for found in outcomes if found.result == "failed"]
    count = Counter(found.result for found in outcomes)
    told = f"{count['passed']} passed, {count['failed']} failed, {count['skipped']} skipped"
    skipped = " (those about limits and profiles, which are the reader's own)"
    return "\n".join([*lines, told + (skipped if count["skipped"] else "")])


def _vectors(given: argparse.Namespace) -> list[Vector]:
    """Return the vectors that are asked for."""
    folder = Path(given.vectors) if given.vectors else next(filter(Path.is_dir, PLACES), PLACES[0])
    try:
        files = [json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))]
    except (OSError, ValueError) as error:
        message = f"Cannot read the vectors in {safe(str(folder))}: {error}."
        raise EnvironmentFault(message) from error
    found = [
        vector
        for file in files
        for vector in (file.get("vectors", []) if isinstance(file, dict) else [])
        if "verdict" in vector and fnmatch.fnmatchcase(vector["name"], given.only)
    ]
    if not found:
        raise EnvironmentFault(f"There are no vectors {safe(given.only)} in {safe(str(folder))}.")
    return found
