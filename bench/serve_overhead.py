"""Measure what `semcodec serve` and its client add to the time of a painter.

    python bench/serve_overhead.py --calls 5

The painter makes noise, which PNG cannot compress: pictures of real models take less to encode and
to send. Each time is the fastest of the calls.
"""

from __future__ import annotations

import argparse
import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from PIL import Image

from semcodec.backends import Guide
from semcodec.backends.openai import OpenAIBackend
from semcodec.serve.roles import Roles
from semcodec.serve.server import Server
from semcodec.serve.settings import Settings

SIZES: Final = ((256, 256), (512, 512), (1024, 1024))  #: width and height in pixels
NOISE_SHARE: Final = 0.5  #: of a picture of noise that starts from another one
SEED: Final = 7
PROMPT: Final = "a red boat"


class NoisePainter:
    """Paints noise that depends on all arguments, over the picture from which it starts."""

    name = "noise"
    guides = frozenset({"colors"})

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image.Image:
        """Return noise, over the colors of ``guide`` if it has some."""
        rng = random.Random(repr((prompt, size, seed)))
        picture = Image.frombytes("RGB", size, rng.randbytes(3 * size[0] * size[1]))
        if guide is None or guide.colors is None:
            return picture
        return Image.blend(guide.colors.resize(size), picture, NOISE_SHARE)

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        """Return ``image`` with noise over it."""
        return self.paint(change, image.size, seed, Guide(colors=image.convert("RGB")))


def measure(calls: int) -> None:
    """Print the seconds of a call without and with a server, by size.

    Raises:
        SystemExit: the pictures differ.
    """
    painter = NoisePainter()
    roles = Roles.find(painter)
    server = Server(roles, Settings(port=0))
    thread = threading.Thread(target=server.run)
    thread.start()
    remote = OpenAIBackend(base_url=server.url, start_from_colors=True)
    print("| request | painter s | with server s | added s |\n|---|--:|--:|--:|")
    try:
        for size in SIZES:
            _print_rows(painter, remote, size, calls)
    finally:
        server.stop()
        thread.join()


def _print_rows(painter: Any, remote: Any, size: tuple[int, int], calls: int) -> None:
    colors = Image.linear_gradient("L").convert("RGB").resize(size)
    requests: tuple[tuple[str, Callable[[Any], Image.Image]], ...] = (
        ("generate", lambda backend: backend.paint(PROMPT, size, SEED)),
        ("start", lambda backend: backend.paint(PROMPT, size, SEED, guide=Guide(colors=colors))),
        ("edit", lambda backend: backend.edit(colors, PROMPT, SEED)),
    )
    for name, call in requests:
        seconds, here = _time(partial(call, painter), calls)
        with_server, there = _time(partial(call, remote), calls)
        if name != "start" and here.tobytes() != there.tobytes():  # a start is made smaller
            raise SystemExit(f"The picture of '{name}' differs with the server.")
        added = with_server - seconds
        row = f"{name} {size[0]}x{size[1]} | {seconds:.3f} | {with_server:.3f} | {added:.3f}"
        print(f"| {row} |")


def _time(call: Callable[[], Image.Image], calls: int) -> tuple[float, Image.Image]:
    """Return the seconds of the fastest of some calls, and its result."""
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        image = call()
        times.append(time.perf_counter() - started)
    return min(times), image


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=3, help="calls of each kind (default: 3)")
    measure(parser.parse_args().calls)


if __name__ == "__main__":
    main()
