"""Measure reading and writing a sequence as a stream, beside ``unpack_all``, cbor2 and msgpack.

    pip install -e '.[bench]'
    python bench/streams.py [--records 20000] [--long 1000000]

cbor2 and msgpack read the same records as byte strings with a length, and decode nothing in them:
they show what finding the items costs, and the rest is the decoding of a record. All take turns in
one run, in CPU time, and the minimum of the repeats counts. A ratio is the time of a row divided by
that of ``unpack_all`` for the same records.

The second table shows that the time is linear: one byte at a time, for more and more bytes, within
one record and over many. The third has the largest resident memory while a process reads a stream
of ``--long`` records that another process writes into a pipe, in Python and by ``semcodec unpack``.
"""

from __future__ import annotations

import argparse
import io
import subprocess
import sys
from collections.abc import Callable, Iterable
from time import process_time
from typing import Final

import cbor2
import msgpack  # type: ignore[import-untyped]

import semcodec
from semcodec.bitstream import leb128
from semcodec.choices import Coding

TEXTS: Final[dict[Coding, str]] = {
    "nibble": "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st",
    "lexicon": "indian traditional arch window green leaves brick wall sunlight shadow red bear",
}
PIECE: Final = 65_536
REPEATS: Final = 5
SLOW: Final = 10  #: so many records fewer of ``lexicon``, which is range coded
#: Writes a stream of records to stdout until it has written them all.
WRITER: Final = """
import sys
import semcodec
item = semcodec.pack("rd br", framing="sequence")
left = int(sys.argv[1])
while left:
    count = min(left, 10_000)
    sys.stdout.buffer.write(item * count)
    left -= count
"""
READER: Final = """
import sys
import semcodec
count = sum(1 for _ in semcodec.read_sequence(sys.stdin.buffer))
"""
COMMAND: Final = """
import sys
from semcodec.cli import main
main(["unpack", "-", "--framing", "sequence"])
"""
#: Prints the largest resident memory in KiB and the CPU time.
PEAK: Final = """
import time
status = open("/proc/self/status").read()
print(status.partition("VmHWM:")[2].split()[0], time.process_time(), file=sys.stderr)
"""

Reader = Callable[[], int]  #: reads a stream and returns the number of its records


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=20_000, help="records of the first table")
    parser.add_argument("--long", type=int, default=1_000_000, help="records of the long stream")
    args = parser.parse_args()
    for coding in TEXTS:
        compare(coding, args.records // (SLOW if coding == "lexicon" else 1))
    print_growth(args.records)
    if args.long:
        print_memory(args.long)


def compare(coding: Coding, records: int) -> None:
    """Print the time of each reader and writer for records in one coding."""
    core = semcodec.pack(TEXTS[coding], coding=coding)
    item = semcodec.pack(TEXTS[coding], coding=coding, framing="sequence")
    data = item * records
    record = semcodec.unpack(core)
    rows: dict[str, Reader] = {
        "unpack_all": lambda: sum(1 for _ in semcodec.unpack_all(data)),
        "read_sequence": lambda: sum(1 for _ in semcodec.read_sequence(io.BytesIO(data))),
        "SequenceReader, 64 KiB": lambda: feed(data, PIECE),
        "SequenceReader, 1 byte": lambda: feed(data, 1),
        "write_sequence, Record": lambda: semcodec.write_sequence(io.BytesIO(), [record] * records),
        "write_sequence, bytes": lambda: semcodec.write_sequence(io.BytesIO(), [core] * records),
        "cbor2, file": lambda: read_cbor2(cbor2.dumps(core) * records),
        "msgpack.Unpacker, 64 KiB": lambda: feed_msgpack(msgpack.packb(core) * records, PIECE),
        "msgpack.Unpacker, 1 byte": lambda: feed_msgpack(msgpack.packb(core) * records, 1),
    }
    best = measure(rows, records)
    base = best["unpack_all"]
    print(f"\n{records:,} records in {coding}, {len(item)} bytes each\n")
    print("| | records/s | MB/s | ratio |\n|---|--:|--:|--:|")
    for name, seconds in best.items():
        rate, speed = records / seconds, len(data) / seconds / 1e6
        print(f"| {name} | {rate:,.0f} | {speed:.2f} | {seconds / base:.2f} |")


def measure(rows: dict[str, Reader], records: int) -> dict[str, float]:
    """Return the least CPU time of each row, in seconds."""
    best = dict.fromkeys(rows, float("inf"))
    for _ in range(REPEATS):
        for name, read in rows.items():
            started = process_time()
            assert read() == records
            best[name] = min(best[name], process_time() - started)
    return best


def feed(data: bytes, size: int) -> int:
    """Return the number of records of a sequence that is fed in pieces of ``size`` bytes."""
    reader, count = semcodec.SequenceReader(), 0
    for start in range(0, len(data), size):
        for _ in reader.feed(data[start : start + size]):
            count += 1
    reader.close()
    return count


def feed_msgpack(data: bytes, size: int) -> int:
    """Return the number of values of a stream of MessagePack that is fed in pieces."""
    reader, count = msgpack.Unpacker(), 0
    for start in range(0, len(data), size):
        reader.feed(data[start : start + size])
        for _ in reader:
            count += 1
    return count


def read_cbor2(data: bytes) -> int:
    """Return the number of values of a CBOR sequence, read from a file object."""
    file, count = io.BytesIO(data), 0
    decoder = cbor2.CBORDecoder(file)
    while file.tell() < len(data):
        decoder.decode()
        count += 1
    return count


def print_growth(records: int) -> None:
    """Print the time for one byte at a time: for more records, and for one item of more bytes."""
    item = semcodec.pack(TEXTS["nibble"], coding="nibble", framing="sequence")
    print("\nOne byte at a time\n\n| | bytes | ns for a byte |\n|---|--:|--:|")
    for factor in (1, 2, 4):
        print_row("many records", item * (records // 8 * factor), records // 8 * factor)
    for length in (15_000, 30_000, 60_000):
        core = semcodec.pack("x" * (length - 1), coding="utf8")
        print_row("one record", leb128.write(length) + core, 1)


def print_row(name: str, data: bytes, records: int) -> None:
    """Print the time to feed ``data`` byte by byte."""
    (seconds,) = measure({name: lambda: feed(data, 1)}, records).values()
    print(f"| {name} | {len(data):,} | {1e9 * seconds / len(data):,.0f} |")


def print_memory(records: int) -> None:
    """Print the memory of processes that read few records, and that read many."""
    print("\nFrom a pipe\n\n| | records | MiB | records/s |\n|---|--:|--:|--:|")
    for name, code in (("read_sequence", READER), ("semcodec unpack", COMMAND)):
        for count in (1_000, records):
            mib, seconds = read_pipe(code, count)
            print(f"| {name} | {count:,} | {mib:.1f} | {count / seconds:,.0f} |", flush=True)


def read_pipe(code: str, records: int) -> Iterable[float]:
    """Return the largest memory, in MiB, and the CPU time of a process that reads a stream."""
    writer = [sys.executable, "-c", WRITER, str(records)]
    reader = [sys.executable, "-c", code + PEAK]
    with subprocess.Popen(writer, stdout=subprocess.PIPE) as source:
        done = subprocess.run(
            reader,
            stdin=source.stdout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            check=True,
        )
    kib, seconds = done.stderr.split()[-2:]
    return int(kib) / 1024, float(seconds)


if __name__ == "__main__":
    main()
