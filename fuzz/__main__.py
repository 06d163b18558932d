"""The driver: ``python -m fuzz list | run | regress | minimise | generate``."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import traceback
from pathlib import Path

from fuzz import corpus, dictionary, engine, minimise, targets

FOUND = corpus.HERE / "found"
LONGEST = 4096  #: bytes of an input that atheris tries; the default limits lie beyond on purpose


def list_targets(_: argparse.Namespace) -> int:
    """Say which targets there are and what each is about."""
    for name in targets.NAMES:
        print(f"{name:14}{targets.idea(name)}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Run a target, by atheris where it is installed and asked for."""
    if options.engine == "atheris":
        return run_atheris(options)
    outcome = engine.run(options.target, options.seed, options.runs, options.seconds)
    if outcome.failed is not None:
        return report(options.target, *outcome.failed)
    seconds, data = outcome.slowest
    print(f"{options.target}: {outcome.runs} inputs, no finding")
    print(f"slowest: {seconds * 1000:.1f} ms, {len(data)} bytes: {data[:40].hex()}")
    return 0


def run_atheris(options: argparse.Namespace) -> int:
    """Run a target under libFuzzer in a process of its own."""
    if importlib.util.find_spec("atheris") is None:
        print("atheris is not installed: pip install -e '.[fuzz]', or take --engine plain")
        return 2
    start = corpus.CORPUS / options.target
    corpus.generate(corpus.CORPUS)
    (FOUND / options.target).mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "fuzz.harness", options.target, str(start)]
    command += [f"-seed={options.seed}", f"-artifact_prefix={FOUND / options.target}/"]
    command += [f"-dict={dictionary.PATH}", f"-max_len={LONGEST}", "-print_final_stats=1"]
    if options.runs is not None:
        command.append(f"-runs={options.runs}")
    if options.seconds is not None:
        command.append(f"-max_total_time={options.seconds}")
    return int(subprocess.run(command, cwd=corpus.HERE.parent).returncode != 0)


def regress(options: argparse.Namespace) -> int:
    """Try everything that was found before, and the corpora."""
    failed = 0
    for name in [options.target] if options.target else targets.NAMES:
        kept = [data for _, data in corpus.regressions(name)]
        for data in (*kept, *corpus.of_target(name)):
            if error := engine.failure(name, data):
                failed += report(name, data, error)
        print(
            f"{name}: {len(kept)} regressions, {len(corpus.of_target(name))} from vectors and rules"
        )
    return int(failed > 0)


def report(name: str, data: bytes, error: Exception) -> int:
    """Show a finding and keep its input; returns the exit code 1."""
    path = corpus.keep(data, FOUND / name)
    traceback.print_exception(error)
    print(f"{name} failed on {len(data)} bytes, kept in {path}")
    print(f"make it small: python -m fuzz minimise {name} {path}")
    return 1


def make_small(options: argparse.Namespace) -> int:
    """Write a smaller input with the same failure beside the one given."""
    try:
        small = minimise.minimised(options.target, options.file.read_bytes())
    except ValueError as error:
        print(f"{options.file}: {error}")
        return 1
    path = corpus.keep(small, options.file.parent)
    print(f"{len(small)} bytes, kept in {path}: {small.hex()}")
    return 0


def generate(options: argparse.Namespace) -> int:
    """Write the corpora out of the vectors, and the dictionary out of the registries."""
    dictionary.PATH.write_text(dictionary.text(), "utf-8")
    for name, count in corpus.generate(options.out).items():
        print(f"{name:14}{count} files in {options.out / name}")
    return 0


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    whole = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    commands = whole.add_subparsers(required=True)
    commands.add_parser("list", help=list_targets.__doc__).set_defaults(call=list_targets)
    one = commands.add_parser("run", help=run.__doc__)
    one.set_defaults(call=run)
    one.add_argument("target", choices=targets.NAMES)
    bound = one.add_mutually_exclusive_group(required=True)
    bound.add_argument("--seconds", type=int)
    bound.add_argument("--runs", type=int)
    one.add_argument("--seed", type=int, default=1)
    one.add_argument("--engine", choices=("atheris", "plain"), default="plain")
    again = commands.add_parser("regress", help=regress.__doc__)
    again.set_defaults(call=regress)
    again.add_argument("target", nargs="?", choices=targets.NAMES)
    small = commands.add_parser("minimise", help=make_small.__doc__)
    small.set_defaults(call=make_small)
    small.add_argument("target", choices=targets.NAMES)
    small.add_argument("file", type=Path)
    made = commands.add_parser("generate", help=generate.__doc__)
    made.set_defaults(call=generate)
    made.add_argument("--out", type=Path, default=corpus.CORPUS)
    return whole


def main() -> int:
    """Do what the command line says."""
    options = parser().parse_args()
    return int(options.call(options))


if __name__ == "__main__":
    sys.exit(main())
