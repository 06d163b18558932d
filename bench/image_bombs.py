"""Measure the memory and time that opening hostile image files takes, each in a process of its own.

    python bench/image_bombs.py
    python bench/image_bombs.py --only WebP TIFF

A process imports the library and Pillow, opens one file with ``semcodec.imaging.load``, and states
how far its resident memory rose above what it was after the imports: the peak above an idle
process, in MB of 10^6 bytes. The script fails if one file takes more than ``MAX_MB``, or if an
exception leaves the library that is not an InputError.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import bombs
from bombs import Row

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.image_bombs import BOMBS

MAX_SECONDS: Final = 600  #: after which a process is stopped

#: Run in the process. On Linux, "5" resets the peak of the resident memory (VmHWM).
CHILD: Final = """
import json, sys, time
from pathlib import Path
from semcodec import imaging
from semcodec.imaging.opening import import_pillow

import_pillow()

def read(field):
    return int(Path("/proc/self/status").read_text().partition(field + ":")[2].split()[0])

idle = read("VmRSS")
for path in sys.argv[1:]:
    Path("/proc/self/clear_refs").write_text("5")
    started = time.process_time()
    try:
        image = imaging.load(path).image
        outcome = f"opened, {image.width} x {image.height}"
        image = None
    except Exception as error:
        outcome = f"{type(error).__name__}: {error}"
    seconds = time.process_time() - started
    print(json.dumps([(read("VmHWM") - idle) * 1024 / 1e6, seconds, outcome]), flush=True)
"""


def measure(names: Sequence[str]) -> list[Row]:
    """Return the results of opening some of ``BOMBS`` in one process, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / str(index) for index in range(len(names))]
        for name, path in zip(names, paths, strict=True):
            path.write_bytes(BOMBS[name]())
        command = [sys.executable, "-c", CHILD, *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAX_SECONDS)
        results = [json.loads(line) for line in done.stdout.splitlines()]
        results += [[0, 0, f"exit {done.returncode}"]] * (len(names) - len(results))
        return [
            Row(name, peak, seconds, outcome, done.stderr, path.stat().st_size)
            for name, path, (peak, seconds, outcome) in zip(names, paths, results, strict=True)
        ]


def find_faults(rows: Iterable[Row]) -> Iterator[str]:
    """Yield a sentence for each row that breaks a promise."""
    return bombs.find_faults(rows, ("opened", "InputError"))


def main() -> None:
    """Print a row for each file, and exit with status 1 if one breaks a promise."""
    rows = bombs.print_rows(
        __doc__,
        "| file | bytes | peak MB | CPU s | outcome |\n|---|---|---|---|---|",
        BOMBS,
        lambda name: measure([name])[0],
        lambda row: f"{row.size:,} | {row.peak:.0f} | {row.seconds:.1f} | {row.outcome}",
    )
    if faults := list(find_faults(rows)):
        raise SystemExit("\n".join(faults))


if __name__ == "__main__":
    main()
