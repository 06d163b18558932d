"""Print how much work a record is for its bytes: the worst records of each coding (spec §13.1).

    python bench/work.py              # print the tables
    python bench/work.py --update     # also write the first one into the specification
    python bench/work.py --no-times   # only the first one

"decisions" are those of the range coder, "products" the dot products of a row and a context (Annex
K), both of decoding and of the check that the payload is canonical, as the library does it. The
times are processor times of this machine; the other numbers depend only on the tables.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from specification import write_block

from semcodec import Limits, unpack, validate
from semcodec.bitstream import leb128
from semcodec.coding import bag, escapes, lexicon, model, set_tree
from semcodec.coding.range_coder import RangeDecoder, RangeEncoder
from semcodec.coding.tables import FREQUENT_WORDS, load_tables

REPEATED: Final = 64  #: repetitions of a word after which its cost is compared
FINALISTS: Final = 8  #: words with the least cost that are encoded
ROWS: Final = ("decision_rows", "set_rows")  #: the tables with a row for each decision


class Work(NamedTuple):
    """A record and what it takes to read it."""

    name: str
    core: bytes
    characters: int
    words: int
    decisions: int
    products: int
    seconds: float

    @property
    def row(self) -> tuple[str, ...]:
        """The cells of the table in the specification."""
        numbers = (len(self.core), self.characters, self.words, self.decisions, self.products)
        return (self.name, *(f"{number:,}" for number in numbers))


# --- the records


def worst_records(word: str) -> list[tuple[str, bytes]]:
    """Return the name and the core of each record; ``word`` is the one that is repeated."""
    words = load_tables().words
    letters = escapes.ALPHABET[0] * (escapes.MAX_WORD_LETTERS - 2)
    long_words = [f"{letters}{first}{second}" for first in "xy" for second in "abcdefgh"]
    spread = [words[number] for number in range(0, FREQUENT_WORDS, FREQUENT_WORDS // 512)]
    return [
        ("`nibble`: the longest core", bytes(1) + b"\x11" * 65_535),
        ("`utf8`: the longest core", b"\x60" + b"a" * 65_535),
        (f"`lexicon`: *{word}*, 512 times", b"\x20" + lexicon.encode([word] * 512)),
        ("`lexicon`: 512 different frequent words", b"\x20" + lexicon.encode(spread)),
        ("`bag`: 256 frequent words", b"\x40" + bag.encode(spread[::2])),
        ("`bag`: 16 escaped words of 63 letters", b"\x40" + bag.encode(long_words)),
        ("`bag`: one escaped word of 63 letters", b"\x40" + bag.encode(long_words[:1])),
        ("`bag`: zeros; rejected by SC-BAG-2", b"\x40\0\0"),
    ]


def cheapest_word() -> str:
    """Return the word with the shortest payload if it is repeated 512 times."""
    words = load_tables().words[:FREQUENT_WORDS]
    finalists = sorted(words, key=_repetition_cost)[:FINALISTS]
    return min(finalists, key=lambda word: (len(lexicon.encode([word] * 512)), word))


def _repetition_cost(word: str) -> int:
    """Return the cost of ``word`` after many of the same word."""
    tables = load_tables()
    context = model.SequenceContext(tables)
    for _ in range(REPEATED):
        context.append(tables.numbers[word])
    return lexicon.bit_cost_16ths(context.probabilities(), word)


# --- measuring


def measure(name: str, core: bytes) -> Work:
    """Return the work of reading ``core``."""
    with counting() as counts:
        report = validate(core)
    record = unpack(core) if report.ok else None
    started = time.process_time()
    validate(core)
    seconds = time.process_time() - started
    words = len(record.words) if record else set_tree.MAX_WORDS + 1  # it is rejected at this word
    characters = len(record.text) if record else 0
    return Work(name, core, characters, words, counts["decisions"], counts["products"], seconds)


@contextmanager
def counting() -> Iterator[dict[str, int]]:
    """Return a context manager that counts decisions and products."""
    counts = {"decisions": 0, "products": 0}

    def counted(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            counts[name] += 1
            return function(*arguments)

        return call

    with ExitStack() as patches:
        for coder in (RangeDecoder, RangeEncoder):
            patches.enter_context(
                patch.object(coder, "code_bit", counted("decisions", coder.code_bit))
            )
        tables = load_tables()
        rows: dict[str, Any] = {name: _CountedRows(getattr(tables, name), counts) for name in ROWS}
        counted_tables = dataclasses.replace(tables, **rows)
        for module in (lexicon, set_tree):
            patches.enter_context(patch.object(module, "load_tables", lambda: counted_tables))
        yield counts


class _CountedRows:
    """A table of rows; each row that is taken is for one product."""

    def __init__(self, rows: Any, counts: dict[str, int]) -> None:
        self._rows, self._counts = rows, counts

    def __getitem__(self, index: int) -> Any:
        self._counts["products"] += 1
        return self._rows[index]


def specification_table(word: str) -> str:
    """Return the table in the specification."""
    titles = ("record", "bytes", "characters", "words", "decisions", "products")
    rows = [measure(*record).row for record in worst_records(word)]
    lines = (" | ".join(row) for row in [titles, ("---", *["---:"] * 5), *rows])
    return "".join(f"| {line} |\n" for line in lines)


def print_times(word: str) -> None:
    """Print the time for each record, for whole sequences of it, and the memory."""
    print(f"{'record':42} {'ms':>8} {'µs/byte':>8}   {'sequence at the limit':>22} {'s':>6}")
    limit = Limits().max_sequence_words
    for name, core in worst_records(word)[2:]:
        work = measure(name, core)
        item = leb128.write(len(core)) + core
        counted = work.words if validate(core).ok else lexicon.MAX_WORDS
        data = item * (limit // counted)
        started = time.process_time()
        assert validate(data, framing="sequence").verdict != "unsupported"
        seconds = time.process_time() - started
        milliseconds, per_byte = work.seconds * 1e3, work.seconds * 1e6 / len(core)
        shown = f"{limit // counted:,} items, {len(data):,} bytes"
        print(f"{name:42} {milliseconds:8.2f} {per_byte:8.1f}   {shown:>28} {seconds:6.2f}")
    tracemalloc.start()
    tables = load_tables.__wrapped__()
    held, peak = tracemalloc.get_traced_memory()
    print(f"tables: {held / 2**20:.1f} MiB in memory ({peak / 2**20:.1f} at most while loading)")
    del tables
    for name, core in worst_records(word):
        tracemalloc.reset_peak()
        before = tracemalloc.get_traced_memory()[0]
        validate(core)
        peak = tracemalloc.get_traced_memory()[1] - before
        print(f"{name:42} {peak / 1024:8.0f} KiB at most while reading")


def main() -> None:
    """Print the tables; with ``--update``, write the specification."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--update", action="store_true", help="write the specification")
    parser.add_argument("--no-times", action="store_true", help="measure no times and memory")
    options = parser.parse_args()
    word = cheapest_word()
    table = specification_table(word)
    print(table)
    if options.update:
        write_block("work", table)
    if not options.no_times:
        print_times(word)


if __name__ == "__main__":
    main()
