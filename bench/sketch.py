"""Measure whether a sketch, extension type 24, is worth its bytes: the edges of a photograph.

    python bench/sketch.py --photos DIR [--sample N] [--write]

A sketch is a map of edges on a grid of 32, 48, 64 or 96 cells a side. Each cell is coded with the
chance of an edge after seven cells that are known already, 128 chances in all, which are counted in
the other half of the photographs; bytes are the bits of these chances, and one byte for the grid.
What the map shows is compared with the edges of the photograph (bench/layer_metrics.py): F1 of the
strongest 6 % edges at 256 pixels, at most 2 pixels off.

*chance* is the sketch of another photograph, and *colors* the edges of a color layer of as many
bytes. A sketch would have to be far above both. --write puts the table into docs/layers.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from layer_metrics import EDGE_SIDE, Mask, edge_f1, find_edges
from layer_page import Table, write_tables
from layers import BUNDLED, SHIFTS, find_photographs
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from semcodec import imaging
from semcodec.imaging.color_layer import encode_colors, render_colors

GRIDS: Final = (32, 48, 64, 96)
SHARES: Final = (0.02, 0.03, 0.045)  #: of the pixels of a photograph that are edges in the sketch
SIGMAS: Final = {32: 3.0, 48: 3.0, 64: 2.5, 96: 2.5}  #: of the blur before, by grid
MAX_COLORS: Final = 512
#: The cells before one, as offsets of row and column: its context.
CONTEXT: Final = ((-2, 0), (-1, -1), (-1, 0), (-1, 1), (-1, 2), (0, -1), (0, -2))

Counts = NDArray[np.float64]


def make_sketch(image: Image.Image, grid: int, share: float) -> Mask:
    """Return the edges of ``image`` on a grid, one cell wide."""
    edges = find_edges(image, share, SIGMAS[grid])
    rows, columns = np.nonzero(edges)
    cells = np.zeros((grid, grid), bool)
    cells[rows * grid // EDGE_SIDE, columns * grid // EDGE_SIDE] = True
    return thin(cells)


def thin(mask: Mask) -> Mask:
    """Return ``mask`` with lines one cell wide, by the method of Zhang and Suen."""
    mask = mask.copy()
    while True:
        before = mask.sum()
        for first, second in (((0, 2, 4), (2, 4, 6)), ((0, 2, 6), (0, 4, 6))):
            around = _neighbors(mask)
            count = around.sum(0)
            starts = (~around & np.roll(around, -1, 0)).sum(0)
            removed = mask & (count >= 2) & (count <= 6) & (starts == 1)
            for sides in (first, second):
                removed &= ~around[list(sides)].all(0)
            mask &= ~removed
        if mask.sum() == before:
            return mask


def _neighbors(mask: Mask) -> Mask:
    """Return the eight neighbors of each cell, clockwise from the upper one."""
    height, width = mask.shape
    padded = np.pad(mask, 1)
    offsets = ((-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1), (-1, -1))
    return np.stack([
        padded[1 + y : 1 + y + height, 1 + x : 1 + x + width] for y, x in offsets
    ])  # fmt: skip


def draw_sketch(cells: Mask) -> Mask:
    """Return the lines between the centers of neighboring cells, at ``EDGE_SIDE`` pixels."""
    picture = Image.new("1", (EDGE_SIDE, EDGE_SIDE))
    canvas, scale = ImageDraw.Draw(picture), EDGE_SIDE / len(cells)
    for row, column in zip(*np.nonzero(cells), strict=True):
        start = (column + 0.5) * scale, (row + 0.5) * scale
        canvas.point(start, 1)
        for y, x in ((0, 1), (1, -1), (1, 0), (1, 1)):
            if row + y < len(cells) and 0 <= column + x < len(cells) and cells[row + y, column + x]:
                canvas.line((*start, start[0] + x * scale, start[1] + y * scale), 1)
    return np.asarray(picture)


# --- bytes


def contexts(cells: Mask) -> NDArray[np.int64]:
    """Return the context of each cell, 0 to 127."""
    side, padded = len(cells), np.pad(cells, 2)
    result = np.zeros(cells.shape, np.int64)
    for y, x in CONTEXT:
        result = 2 * result + padded[2 + y : 2 + y + side, 2 + x : 2 + x + side]
    return result


def count_edges(sketches: Sequence[Mask]) -> Counts:
    """Return for each context how often a cell is empty, and how often it is an edge."""
    counts = np.full((1 << len(CONTEXT), 2), 0.4)
    for cells in sketches:
        np.add.at(counts, (contexts(cells).ravel(), cells.ravel().astype(int)), 1)
    return counts


def coded_bytes(cells: Mask, counts: Counts) -> int:
    """Return the bytes of a sketch under the chances of ``counts``."""
    chances = counts / counts.sum(1, keepdims=True)
    bits = -np.log2(chances[contexts(cells), cells.astype(int)]).sum()
    return 1 + int(-(-bits // 8))


# --- the table


def measure(photographs: Sequence[Image.Image]) -> Table:
    """Return the table of all grids and shares."""
    true = [find_edges(image) for image in photographs]
    colors = [encode_colors(image, MAX_COLORS) for image in photographs]
    rows = []
    for grid in GRIDS:
        for share in SHARES:
            sketches = [make_sketch(image, grid, share) for image in photographs]
            counts = [count_edges(sketches[1 - fold :: 2]) for fold in (0, 1)]
            sizes = [coded_bytes(cells, counts[at % 2]) for at, cells in enumerate(sketches)]
            drawn = [draw_sketch(cells) for cells in sketches]
            own = [edge_f1(lines, edges) for lines, edges in zip(drawn, true, strict=True)]
            rendered = [
                find_edges(render_colors(data[:size], image.size))
                for data, size, image in zip(colors, sizes, photographs, strict=True)
            ]
            layer = [edge_f1(lines, edges) for lines, edges in zip(rendered, true, strict=True)]
            values = [np.mean(own), _chance(drawn, true), np.mean(layer)]
            cells = [f"{np.mean(sizes):.0f}", *(f"{value:.3f}" for value in values)]
            rows.append([f"{grid} cells, {share:.1%}", *cells])
    rows.sort(key=lambda row: int(row[1]))
    rows.append(["*chance: all edges of another*", "", "", f"{_chance(true, true):.3f}", ""])
    return Table("sketch", ["sketch", "bytes", "F1", "F1, chance", "F1, colors"], rows)


def _chance(drawn: Sequence[Mask], true: Sequence[Mask]) -> float:
    count = len(true)
    shifts = [shift for shift in SHIFTS if shift % count]
    scores = [
        edge_f1(drawn[at], true[(at + shift) % count]) for shift in shifts for at in range(count)
    ]
    return float(np.mean(scores))


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, default=BUNDLED, metavar="DIR")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth (default: 1)")
    parser.add_argument("--write", action="store_true", help="write docs/layers.md")
    options = parser.parse_args()
    paths = find_photographs(options.photos, options.sample)
    table = measure([imaging.load(path.read_bytes(), "auto").image for path in paths])
    print(f"{len(paths)} photographs\n\n{table.text}")
    if options.write:
        write_tables([table])


if __name__ == "__main__":
    main()
