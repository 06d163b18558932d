"""What a million photographs take: reading what is done, and estimates from a few of them."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from semcodec.bulk import parts
from semcodec.bulk.rows import Row
from semcodec.bulk.stores import LocalStore

MILLION: Final = 10**6
PRICES: Final = re.compile(r"For all [^$]*\$([0-9.]+) expected, \$([0-9.]+) at most")


def measure_million(folder: Path) -> Iterator[str]:
    """Write a million rows, and measure how long it takes to read what is done."""
    store = LocalStore(folder)
    writer = parts.PartWriter(store, {parts.SETTINGS_KEY: "x"}, part_rows=10_000)
    digest = "0" * 64
    for number in range(MILLION):
        path = f"{number // 1000:04}/photograph-{number:07}.jpg"
        writer.add(Row(path, digest, number, b"record", "w", 1, 6, "{}", digest, "", 0.5, 0.0))
    writer.flush()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.monotonic()
    done = parts.read_completed(store, "x")
    seconds = time.monotonic() - started
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 2**10
    print(f"reading what is done of {MILLION:,} rows: {seconds:.1f} s, {grown:.0f} MiB")
    if len(done.sizes) != MILLION:
        yield f"{len(done.sizes)} of a million rows were read"


def print_estimate(cpu_seconds: float, record: float, row: float) -> None:
    """Print the time and the bytes of a million photographs.

    Args:
        cpu_seconds: of a photograph.
        record: bytes of its record.
        row: bytes of its row in a Parquet file.
    """
    hours = cpu_seconds * MILLION / 3600
    print(
        f"  {hours:,.0f} core-hours at {cpu_seconds:.2f} CPU seconds each ({hours / 64:.1f} hours "
        "on 64 such cores, if all of them scale)\n"
        f"  records {record * MILLION / 1e6:.1f} MB, Parquet files {row * MILLION / 1e6:.0f} MB"
    )


def print_prices(plan: str, ratio: float) -> None:
    """Print the prices of a plan, times ``ratio``."""
    prices = PRICES.search(plan)
    if prices is None:
        print("  the prices of OpenAI's models are unknown here: install semcodec[openai]")
        return
    expected, maximum = (ratio * float(price) for price in prices.groups())
    print(f"  with OpenAI's default models: ${expected:,.0f} expected, ${maximum:,.0f} at most")
