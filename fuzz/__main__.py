"""Fuzz the library: ``python -m fuzz list | run | replay``."""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from fuzz import corpus, engine, targets

FUZZ = Path(__file__).parent
FOUND = FUZZ / "found"
CORPUS = FUZZ / "corpus"


def list_targets(_: argparse.Namespace) -> int:
    """List the targets, each with the property that it tests."""
    for name in targets.NAMES:
        print(f"{name:14}{targets.summary(name)}")
    return 0


def run(options: argparse.Namespace) -> int:
    """Run a target on its corpus and on random inputs."""
    if options.engine == "atheris":
        return run_atheris(options)
    start = time.process_time()
    outcome = engine.run(options.target, options.seed, options.runs, options.seconds)
    rate = outcome.runs / max(time.process_time() - start, 1e-3)
    if outcome.failed is None:
        print(f"{options.target}: {outcome.runs} inputs, no finding ({rate:,.0f} a second of CPU)")
        return 0
    if outcome.buffer is None:
        return report(options.target, *outcome.failed)
    return shrink_and_report(options.target, outcome.buffer)


def run_atheris(options: argparse.Namespace) -> int:
    """Run a target under libFuzzer in a process of its own."""
    if importlib.util.find_spec("atheris") is None:
        print("Atheris is not installed: pip install -e '.[fuzz]', or use --engine random.")
        return 2
    found, start = FOUND / options.target, CORPUS / options.target
    found.mkdir(parents=True, exist_ok=True)
    engine.write_buffers(start)
    command = [sys.executable, "-m", "fuzz.atheris_harness", options.target, str(start)]
    command += [f"-seed={options.seed}", f"-artifact_prefix={found}/", "-print_final_stats=1"]
    command += [f"-max_len={engine.BUFFER_BYTES}"]
    if options.runs is not None:
        command.append(f"-runs={options.runs}")
    if options.seconds is not None:
        command.append(f"-max_total_time={options.seconds}")
    return int(subprocess.run(command, cwd=FUZZ.parent).returncode != 0)


def replay(options: argparse.Namespace) -> int:
    """Run a target on a buffer that libFuzzer stored, or all targets on the corpus."""
    if options.file is not None:
        return shrink_and_report(options.target, options.file.read_bytes())
    failed = 0
    for name in [options.target] if options.target else targets.NAMES:
        known = corpus.of_target(name)
        for example in known:
            if error := engine.failure(name, example):
                failed += report(name, example, error)
        print(f"{name}: {len(known)} inputs from vectors and rules")
    return int(failed > 0)


def shrink_and_report(name: str, buffer: bytes) -> int:
    """Report the smallest input with the failure of ``buffer``; return 0 if it does not fail."""
    found = engine.shrink(name, buffer)
    if found is None:
        print(f"{name}: no finding")
        return 0
    return report(name, *found)


def report(name: str, example: Any, error: Exception) -> int:
    """Print a finding, and return the exit code 1."""
    traceback.print_exception(error)
    shown = f"bytes.fromhex({example.hex()!r})" if isinstance(example, bytes) else repr(example)
    print(f"{name} failed on: {shown}")
    return 1


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    main_parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    commands = main_parser.add_subparsers(required=True)
    commands.add_parser("list", help=list_targets.__doc__).set_defaults(call=list_targets)
    run_parser = commands.add_parser("run", help=run.__doc__)
    run_parser.set_defaults(call=run)
    run_parser.add_argument("target", choices=targets.NAMES)
    limit = run_parser.add_mutually_exclusive_group(required=True)
    limit.add_argument("--seconds", type=int, help="stop after this many seconds")
    limit.add_argument("--runs", type=int, help="stop after this many inputs")
    run_parser.add_argument("--seed", type=int, default=1, help="seed of the inputs (default: 1)")
    run_parser.add_argument(
        "--engine",
        choices=("atheris", "random"),
        default="random",
        help="atheris is guided by coverage, random is not (default: random)",
    )
    replay_parser = commands.add_parser("replay", help=replay.__doc__)
    replay_parser.set_defaults(call=replay)
    replay_parser.add_argument("target", nargs="?", choices=targets.NAMES, help="default: all")
    replay_parser.add_argument("file", nargs="?", type=Path, help="a file in fuzz/found/TARGET")
    return main_parser


def main() -> int:
    """Run the command of ``sys.argv`` and return its exit code."""
    options = parser().parse_args()
    return int(options.call(options))


if __name__ == "__main__":
    sys.exit(main())
