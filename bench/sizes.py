"""Measure the memory and time that pictures of many sizes take, each in a process of its own.

    python bench/sizes.py
    python bench/sizes.py --sizes 4096x4096 1x1 --reflect 2 --format WEBP

A process decodes one record with the offline backend, restores its words, paints, enlarges and
saves the picture. The peak is the resident memory of the whole process, in MiB of 2^20 bytes, with
Python and all libraries. ``--painter small`` paints at most 256 pixels a side, so the upscaler
enlarges the picture by up to 16; ``--painter large`` paints every size itself. Both report faults,
so that ``--reflect N`` makes N more pictures, of which a run holds the best and the newest one. The
limit is ``MAX_MIB``: the script fails above it.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image

import semcodec
from semcodec.backends.painted_scene import PaintedObject, PaintedScene

MAX_MIB: Final = 700  #: of resident memory, for any size up to 4096 x 4096
SIZES: Final = (
    "1x1", "256x256", "512x512", "1024x1024", "1536x1024", "2048x2048", "4096x256", "256x4096",
    "4096x1", "4096x2731", "4096x4096",
)  # fmt: skip
PAINTERS: Final = ("embedded", "small", "large")
WORDS: Final = "two brown dogs large window red boat lake mountains"
#: ``ru_maxrss`` is in KiB on Linux, and in bytes on macOS.
RSS_PER_MIB: Final = 2**20 if sys.platform == "darwin" else 2**10


class PlainPainter:
    """Paints a gradient of at most ``side`` pixels a side, which an edit turns around."""

    def __init__(self, side: int) -> None:
        self.name, self._side = f"at most {side} pixels", side

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return ``size``, reduced to the limit."""
        scale = min(1.0, self._side / max(size))
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        """Return the gradient."""
        return Image.linear_gradient("L").rotate(seed).resize(size).convert("RGB")

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        """Return another picture of the same size."""
        return self.paint("", image.size, seed)

    def painted_scene(self, image: Image.Image) -> PaintedScene:
        """Return a scene in which nothing can be seen, so that reflection tries to change it."""
        return PaintedScene(tuple(PaintedObject(word, visible=0.1) for word in WORDS.split()))


def measure(size: str, painter: str, **options: Any) -> tuple[float, float]:
    """Return the peak memory in MiB and the seconds of a process that decodes at ``size``."""
    command = [sys.executable, __file__, "--child", json.dumps([size, painter, options])]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    peak, seconds = json.loads(output)
    return float(peak), float(seconds)


def decode(size: str, painter: str, options: dict[str, Any]) -> tuple[float, float]:
    """Decode in this process, and return the same as ``measure``."""
    sides = {"small": 256, "large": 4096}
    width, height = map(int, size.split("x"))
    picture_format = options.pop("format", "PNG")
    started = time.perf_counter()
    data = semcodec.pack(" ".join(map(semcodec.skeleton, WORDS.split())), coding="nibble")
    decoded = semcodec.decode(
        data,
        painter=PlainPainter(sides[painter]) if painter in sides else painter,
        size=(width, height),
        **options,
    )
    assert decoded.image.size == (width, height)
    decoded.to_file(picture_format)
    seconds = time.perf_counter() - started
    return peak_memory(), seconds


def peak_memory() -> float:
    """Return the peak of this process in MiB.

    On Linux, ``ru_maxrss`` counts the memory of the process that has started this one, too.
    """
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RSS_PER_MIB


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each size, and exit with status 1 if one takes too much memory."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="WxH")
    parser.add_argument("--painter", choices=PAINTERS, default="embedded")
    parser.add_argument("--format", choices=("PNG", "JPEG", "WEBP"), default="PNG")
    parser.add_argument("--reflect", default="auto", help="off, auto or a number (default: auto)")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.child:
        print(json.dumps(decode(*json.loads(args.child))))
        return
    reflect = int(args.reflect) if args.reflect.isdecimal() else args.reflect
    print(f"{'size':>11} {'MiB':>5} {'seconds':>8}")
    peaks = []
    for size in args.sizes:
        peak, seconds = measure(size, args.painter, reflect=reflect, format=args.format)
        peaks.append(peak)
        print(f"{size:>11} {peak:5.0f} {seconds:8.1f}", flush=True)
    if max(peaks) > MAX_MIB:
        raise SystemExit(f"The peak of {max(peaks):.0f} MiB is over {MAX_MIB}.")


if __name__ == "__main__":
    main()
