"""Measure how near aligned pictures come to the colors of photographs (--align-colors).

    python bench/alignment.py PHOTOS
    python bench/alignment.py PHOTOS --bytes 12 24 --shares 0.35 0.9

The offline painter stands for painters that do not take colors: it gets the words alone. dE16 and
dE32 are mean distances in CIELAB (CIE 1976) to the photograph, after both were averaged to 16 x 16
and 32 x 32 cells. The row "layer" has the distances of the colors themselves, and "own" those of
the photograph aligned with its own layer: what is lost if the painter was right.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing
from PIL import Image

import semcodec
from semcodec.imaging.alignment import DEFAULT_STRENGTH, align_low
from semcodec.imaging.color_layer import encode_colors, render_colors
from semcodec_embedded.colors import to_lab
from semcodec_embedded.painter import EmbeddedPainter

SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
SIDE: Final = 512  #: pixels of the longer side of painted pictures
BUDGETS: Final = (2, 12, 24, 80)  #: bytes of colors
SHARES: Final = (0.35, DEFAULT_STRENGTH, 1.0)
CELLS: Final = (16, 32)

Distances = tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", type=Path, help="folder of photographs")
    parser.add_argument("--bytes", type=int, nargs="+", default=BUDGETS, help="bytes of colors")
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES, help="--align-colors")
    options = parser.parse_args(arguments)
    rows: defaultdict[str, list[Distances]] = defaultdict(list)
    paths = [path for path in sorted(options.photos.rglob("*")) if path.suffix.lower() in SUFFIXES]
    for path in paths:
        for name, distances in measure(path, options.bytes, options.shares):
            rows[name].append(distances)
    print(f"{len(paths)} photographs       dE16   dE32")
    for name, values in rows.items():
        print(f"{name:22}", *(f"{value:6.2f}" for value in np.mean(values, axis=0)))


def measure(
    path: Path, budgets: Sequence[int], shares: Sequence[float]
) -> Iterator[tuple[str, Distances]]:
    """Yield the name and the distances of each row for one photograph."""
    encoded = semcodec.encode(path)
    scale = SIDE / max(encoded.image.size)
    width, height = (max(1, round(side * scale)) for side in encoded.image.size)
    size = width, height
    photograph = encoded.image.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    painted = EmbeddedPainter().paint(" ".join(encoded.record.words), size, 0)
    yield "words", distances(painted, photograph)
    value = encode_colors(photograph, max(budgets))
    for budget in budgets:
        colors = render_colors(value[:budget], size)
        name = f"{budget:3} bytes"
        yield f"{name}, layer", distances(colors, photograph)
        yield f"{name}, own", distances(align_low(photograph, colors), photograph)
        for share in shares:
            yield f"{name}, {share:.2f}", distances(align_low(painted, colors, share), photograph)


def distances(image: Image.Image, other: Image.Image) -> Distances:
    """Return the mean distance of two images for each number of cells."""
    return tuple(
        float(np.linalg.norm(average(image, cells) - average(other, cells), axis=-1).mean())
        for cells in CELLS
    )


def average(image: Image.Image, cells: int) -> np.typing.NDArray[np.float32]:
    """Return the average colors of an image in CIELAB, in ``cells`` x ``cells`` cells."""
    reduced = image.resize((cells, cells), Image.Resampling.BOX)
    return to_lab(np.asarray(reduced, np.float32) / np.float32(255))


if __name__ == "__main__":
    main()
