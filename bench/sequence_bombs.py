"""Measure the memory and time that hostile sequences take, each in a process of its own.

    python bench/sequence_bombs.py
    python bench/sequence_bombs.py --only lexicon bag --commands validate unpack

A sequence has up to 65,536 records of up to 65,536 bytes, and its file up to 64 MiB. Each sequence
below makes one thing as large as it can be: records, findings, fields, words, texts. The peak is
the resident memory of the whole process, in MiB of 2^20 bytes, with Python and all libraries. The
limit is ``MAX_MIB``, and ``MAX_SECONDS`` of CPU time: the script fails above them.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

import semcodec
from semcodec.bitstream import leb128
from semcodec.choices import Coding
from semcodec.cli.files import MAX_SEQUENCE_FILE
from semcodec.coding.tables import load_tables

MAX_MIB: Final = 200
MAX_SECONDS: Final = 120  #: of CPU time; printing half a gigabyte of JSON is most of it
MAX_RECORDS: Final = 65_536
COMMANDS: Final = {
    "inspect": ["inspect"],
    "inspect --json": ["inspect", "--json"],
    "inspect --json-lines": ["inspect", "--json-lines"],
    "validate": ["validate"],
    "validate --json": ["validate", "--json"],
    "validate --format json-lines": ["validate", "--format", "json-lines"],
    "unpack": ["unpack"],
    "unpack --json": ["unpack", "--json"],
}
#: Prints the peak in KiB and the seconds of CPU time to stderr, after the messages of the command.
CHILD: Final = """
import os, sys, time
from semcodec.cli import main
try:
    code = main(sys.argv[1:])
except SystemExit as error:
    code = error.code
status = open("/proc/self/status").read()
peak = status.partition("VmHWM:")[2].split()[0]
print(peak, time.process_time(), code, file=sys.stderr)
"""


class Measurement(NamedTuple):
    """What one command took for one sequence."""

    mib: float
    seconds: float
    code: int


def item(core: bytes) -> bytes:
    """Return an item of a sequence."""
    return leb128.write(len(core)) + core


def fill(one: bytes) -> bytes:
    """Return as many copies of an item as a sequence may have, and its file may hold."""
    return one * min(MAX_RECORDS, MAX_SEQUENCE_FILE // len(one))


def random_lexicon() -> Iterator[bytes]:
    """Yield payloads that break a rule only after all their words were decoded."""
    rng = random.Random(0)
    for _ in range(4_096):
        yield item(b"\x20" + rng.randbytes(700))


def extensions(type_ids: list[int], value: bytes) -> bytes:
    """Return a core with entries of these types in its extension block, in order."""
    entries = b"".join(leb128.write(t) + leb128.write(len(value)) + value for t in type_ids)
    return b"\x04" + leb128.write(len(entries)) + entries + b"\x11"


def words(coding: Coding, count: int) -> bytes:
    """Return an item of as many different words as a record of a coding may have."""
    text = " ".join(load_tables().words[100 : 100 + count])
    return semcodec.pack(text, coding=coding, framing="sequence")


BOMBS: Final[dict[str, Callable[[], bytes]]] = {
    "empty records": lambda: fill(b"\x01\0"),
    "one record too many": lambda: fill(b"\x01\0") + b"\x01\0",
    "items without bytes": lambda: fill(b"\0"),
    "records with three findings each": lambda: fill(b"\x04\0\0\x10\0"),
    "records of another version": lambda: fill(b"\x01\xff"),
    "headers that are cut": lambda: fill(b"\x03\x07\x80\x80"),
    "lengths that are not minimal": lambda: fill(b"\x81\0\0"),
    "64 extensions each": lambda: fill(item(extensions([2**27 + 2 * n for n in range(64)], b""))),
    "64 broken extensions each": lambda: fill(item(extensions([2 * n for n in range(64)], b""))),
    "random lexicon payloads": lambda: b"".join(random_lexicon()),
    "65,536 words of lexicon": lambda: words("lexicon", 512) * 128,
    "65,536 words of bag": lambda: words("bag", 256) * 256,
    "skeletons of 64 MiB": lambda: fill(item(b"\0" + b"\x10\x10" * 2_047 + bytes([0x11]) * 61_000)),
    "short skeletons": lambda: fill(item(b"\0" + b"\x10\x20\x30\x12")),
    "utf8 of 64 MiB": lambda: fill(item(b"\x60" + b"x" * 65_500)),
    "control characters of 64 MiB": lambda: fill(item(b"\x60" + b"\x1b" * 65_500)),
    "one item of 60 MiB": lambda: item(bytes(60 * 2**20)),
    "an item that is cut": lambda: leb128.write(2**27) + bytes(60 * 2**20),
}


def measure(path: Path, command: str) -> Measurement:
    """Return what a command takes in a process of its own; its output is read and dropped."""
    arguments = [*COMMANDS[command], "--framing", "sequence", str(path)]
    process = subprocess.run(
        [sys.executable, "-c", CHILD, *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=True,
    )  # fmt: skip
    peak, seconds, code = process.stderr.split()[-3:]
    return Measurement(int(peak) / 1024, float(seconds), int(code))


def main() -> int:
    """Print a table; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", default=[""], help="parts of the names of sequences")
    parser.add_argument("--commands", nargs="+", choices=COMMANDS, default=list(COMMANDS))
    args = parser.parse_args()
    print("| sequence | bytes |", " | ".join(args.commands), "|")
    print("|---|---|" + "---|" * len(args.commands))
    found = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bomb"
        for name, build in BOMBS.items():
            if not any(part in name for part in args.only):
                continue
            path.write_bytes(build())
            print(f"| {name} | {path.stat().st_size:,}", end="", flush=True)
            for command in args.commands:
                found.append(result := measure(path, command))
                print(f" | {result.mib:.0f} MiB, {result.seconds:.1f} s", end="", flush=True)
            print(" |")
    worst = max(result.mib for result in found), max(result.seconds for result in found)
    print(f"\nAt most {worst[0]:.0f} of {MAX_MIB} MiB and {worst[1]:.0f} of {MAX_SECONDS} s.")
    return int(worst[0] > MAX_MIB or worst[1] > MAX_SECONDS)


if __name__ == "__main__":
    started = time.monotonic()
    status = main()
    print(f"{time.monotonic() - started:.0f} s", file=sys.stderr)
    raise SystemExit(status)
