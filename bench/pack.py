"""Measure pack and unpack in each coding beside cbor2, msgpack, and zstd with a dictionary.

    pip install -e '.[bench]'
    python bench/pack.py [TEXT_DIR] [--calls 5000]

cbor2 and msgpack write the fields of a record, with its text as a string. zstd compresses the words
alone, at its default level, with a dictionary trained on twelve words of each description in
TEXT_DIR (files as for bench/rate.py); it is left out without TEXT_DIR. All programs take turns in
one run, so that a busy machine affects each of them, and the minimum of many repeats counts. A
ratio is the time of semcodec divided by that of the other program: below 1, semcodec is faster.

In the table every call has the same text, so the entries of the tables that it needs are ready. The
lines below it state the speed over different descriptions in TEXT_DIR, and what the first call in a
process costs.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import timeit
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from importlib import import_module
from pathlib import Path
from statistics import median
from time import process_time
from typing import Final, NamedTuple

from rate import Corpus

from semcodec.bitstream import pack, unpack
from semcodec.choices import CodingChoice
from semcodec.coding.codings import why_unencodable
from semcodec.coding.packed_vectors import MAX_PACKED
from semcodec.coding.tables import load_tables
from semcodec.measure.text_coders import DICTIONARY_BYTES

SKELETONS: Final = "ndn trdtnl rch vndv grn lvs brk vll snlght shdv st"  # 50 symbols, 25 bytes
WORDS: Final = "indian traditional arch window green leaves brick wall sunlight shadow red bear"
TEXTS: Final[dict[CodingChoice, str]] = {
    "auto": SKELETONS,
    "nibble": SKELETONS,
    "lexicon": WORDS,
    "bag": WORDS,
    "utf8": WORDS,
}
SLOW_CODINGS: Final = ("lexicon", "bag")  #: range coded in Python, so fewer calls suffice
CALLS, REPEATS = 5_000, 40
K: Final = 12  #: words of the descriptions in TEXT_DIR
VARIED_TEXTS: Final = 400
PROCESSES: Final = 5  #: for the first call in a process
FIRST_CALL: Final = """
import time
started = time.process_time()
from semcodec.bitstream import pack
imported = time.process_time()
pack({text!r}, coding={coding!r})
print(imported - started, time.process_time() - imported)
"""

Call = Callable[[], object]


class Program(NamedTuple):
    """A program that is compared.

    Attributes:
        write: returns the bytes of a text in a coding.
        read: restores them.
    """

    name: str
    write: Callable[[str, CodingChoice], bytes]
    read: Callable[[bytes], object]


def fields(text: str, coding: CodingChoice) -> dict[str, object]:
    """Return what a record states, for a serializer."""
    values: dict[str, object] = {"text": text, "size": (1024, 1024), "models": "default"}
    return values | {"coding": coding, "version": 1}


def find_programs(corpus: Corpus | None) -> list[Program]:
    """Return the programs to compare, without those that are not installed."""
    programs = []
    for name, write, read in (("cbor2", "dumps", "loads"), ("msgpack", "packb", "unpackb")):
        with suppress(ModuleNotFoundError):
            package = import_module(name)
            serialize = partial(_serialize, getattr(package, write))
            programs.append(Program(name, serialize, getattr(package, read)))
    with suppress(ModuleNotFoundError):
        if corpus:
            programs.append(train_zstd(corpus))
    return programs


def _serialize(write: Callable[[object], bytes], text: str, coding: CodingChoice) -> bytes:
    return write(fields(text, coding))


def train_zstd(corpus: Corpus) -> Program:
    """Return zstd with a dictionary that is trained on the descriptions of ``corpus``.

    Its frames have no magic number, size and checksum, and always contain ``WORDS``.
    """
    package = import_module("zstandard")
    texts = [text.encode() for line in corpus.others if (text := corpus.select(line, K))]
    dictionary = package.train_dictionary(DICTIONARY_BYTES, texts)
    print(f"zstd: a dictionary of {len(dictionary)} bytes, trained on {len(texts)} texts\n")
    parameters = package.ZstdCompressionParameters(
        format=package.FORMAT_ZSTD1_MAGICLESS, write_content_size=False, write_dict_id=False
    )
    compress = package.ZstdCompressor(dict_data=dictionary, compression_params=parameters).compress
    decompress = package.ZstdDecompressor(
        dict_data=dictionary, format=package.FORMAT_ZSTD1_MAGICLESS
    ).decompress
    words = WORDS.encode()
    return Program(
        "zstd", lambda _, __: compress(words), partial(decompress, max_output_size=len(words))
    )


def measure_interleaved(functions: list[Call], calls: int) -> list[float]:
    """Return the minimum seconds per call of each function; the functions take turns."""
    best = [float("inf")] * len(functions)
    for _ in range(REPEATS):
        for index, function in enumerate(functions):
            best[index] = min(best[index], timeit.timeit(function, number=calls) / calls)
    return best


def compare(coding: CodingChoice, programs: list[Program], calls: int) -> None:
    """Print a row for packing and one for unpacking: calls per second, and ratios of times."""
    own = Program("semcodec", lambda text, coding: pack(text, coding=coding), unpack)
    compared = [own, *programs]
    text = TEXTS[coding]
    data = [program.write(text, coding) for program in compared]
    sizes = [len(written) for written in data]
    writers: list[Call] = [partial(program.write, text, coding) for program in compared]
    readers: list[Call] = [
        partial(p.read, written) for p, written in zip(compared, data, strict=True)
    ]
    for name, functions in (("pack", writers), ("unpack", readers)):
        seconds = measure_interleaved(functions, calls)
        cells = [f"{seconds[0] / other:.2f}" for other in seconds[1:]]
        print_row([coding, name, f"{1 / seconds[0]:,.0f}", *cells, *sizes])


def print_varied(corpus: Corpus) -> None:
    """Print the speed over different records, each packed and unpacked once."""
    lines = [line for held_out in corpus.held_out.values() for line in held_out]
    selected = (corpus.select(line, K) for line in lines)
    texts = [text for text in selected if len(text.split()) == K]
    texts = [text for text in texts if not why_unencodable("bag", text)]
    texts = texts[:: -(-len(texts) // VARIED_TEXTS)]
    codings: tuple[CodingChoice, ...] = ("lexicon", "bag")
    for coding in codings:
        load_tables.cache_clear()
        load_tables()
        started = process_time()
        records = [pack(text, coding=coding) for text in texts]
        packed = process_time()
        for record in records:
            unpack(record)
        seconds = packed - started, process_time() - packed
        pack_speed, unpack_speed = (len(texts) / duration for duration in seconds)
        print(
            f"{coding}: {pack_speed:,.0f} packed and {unpack_speed:,.0f} unpacked per second of "
            f"processor time, over {len(texts)} different descriptions of {K} words"
        )


def print_row(cells: list[object]) -> None:
    """Print a row of a Markdown table."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def print_first_calls() -> None:
    """Print the processor time of the first call in a process."""
    for coding in ("nibble", "lexicon", "bag"):
        script = FIRST_CALL.format(text=TEXTS[coding], coding=coding)
        runs = [
            subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout
            for _ in range(PROCESSES)
        ]
        imports, calls = zip(*(map(float, run.split()) for run in runs), strict=True)
        print(
            f"{coding}: {1000 * median(calls):.1f} ms of processor time for the first call in a "
            f"process, after {1000 * median(imports):.0f} ms for the import"
        )


def print_memory() -> None:
    """Print the memory of the tables after loading, and with as many entries ready as are kept."""
    load_tables.cache_clear()
    tracemalloc.start()
    tables = load_tables()
    loaded = tracemalloc.get_traced_memory()[0]
    for table in (
        tables.decision_rows, tables.set_rows,
        tables.prev_vectors, tables.prev2_vectors, tables.history_vectors,
    ):  # fmt: skip
        for index in range(MAX_PACKED):
            _ = table[index]
    used = tracemalloc.get_traced_memory()[0]
    print(f"tables: {loaded / 1e6:.1f} MB when loaded, at most {used / 1e6:.1f} MB after use")


def main(folder: Path | None, calls: int) -> None:
    """Print the table, the first calls and the memory."""
    corpus = Corpus(folder) if folder else None
    programs = find_programs(corpus)
    names = [program.name for program in programs]
    ratios = [f"time / {name}" for name in names]
    sizes = [f"bytes, {name}" for name in names]
    print_row(["coding", "call", "per second", *ratios, "bytes", *sizes])
    print_row(["---", "---", *["--:"] * (2 + len(ratios) + len(sizes))])
    for coding in TEXTS:
        compare(coding, programs, max(1, calls // 500) if coding in SLOW_CODINGS else calls)
    print()
    if corpus:
        print_varied(corpus)
    print_first_calls()
    print_memory()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", metavar="TEXT_DIR", type=Path, nargs="?", help="directory of the texts"
    )
    parser.add_argument(
        "--calls", type=int, default=CALLS, help=f"calls per repeat (default: {CALLS})"
    )
    main(**vars(parser.parse_args()))
