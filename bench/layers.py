"""Measure the layers of a record with the offline painter: what boxes and colors gain per byte.

    pip install -e '.[bench]'
    python bench/layers.py [--photos DIR] [--sample N] [--jobs N] [--only TABLE ...] [--write]
    python bench/layers.py --photos DIR --sheets DIR     # contact sheets, to look at
    python bench/layers.py --photos DIR --figure         # docs/layers.jpg

DIR has photographs, in subfolders, too; the default are the three of semcodec-embedded. Each is
encoded once with boxes and 400 bytes of colors; all smaller records are made of that one by leaving
out bytes. They are painted at 256 pixels a side, and compared with the photograph that the
describer got:

- dE16, dE32: mean CIE76 distance of the mean colors on a grid of 16 x 16 or 32 x 32
- SSIM: of the luma at 64 x 64, in windows of 8 x 8
- edges: F1 of the strongest 6 % edges at 256 pixels, at most 2 pixels off
- IoU, center: overlap of the painted boxes with those of the locator, and the distance of their
  centers in shares of the sides; each painted box is used once. A box for which nothing is painted
  counts as 0 and 0.7.

Rows named *chance* compare each photograph with what was made for five others. The chances of the
format were counted in some of these photographs, so the layer alone is also measured with chances
that were counted in the other half of them (spec/tables/make_colors.py). --write puts the tables
into docs/layers.md. All takes about five minutes with two processors.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

import layer_sheets
import layer_thumbnails as thumbnails
import make_colors
import numpy as np
from corpora import Source
from layer_metrics import Distance, View, color_distance, compare, match_boxes, ssim, view
from layer_page import Table, gain_table, write_tables
from PIL import Image

import semcodec
import semcodec_embedded
from semcodec import backends, imaging
from semcodec._boxes import Box
from semcodec.backends.painted_scene import PaintedScene
from semcodec.coding.color_chances import CHANCES
from semcodec.imaging.color_layer import encode_colors, render_colors

PHOTO_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
BUNDLED: Final = Path(semcodec_embedded.__file__).with_name("photos")
BUDGETS: Final = (4, 8, 12, 16, 24, 32, 48, 80, 120, 200, 400)  #: bytes of colors
BUNDLED_BUDGETS: Final = (12, 24, 80)
THUMBNAIL_BUDGETS: Final = (8, *BUDGETS[2:])
PAINTED_SIDE: Final = 256  #: pixels of the longer side of painted pictures
COLORS_ALONE: Final = (12, 24, 80)  #: bytes of colors of pictures without boxes
WASH: Final = 0.35  #: --align-colors of the rows with a wash
WASHED: Final = (12, 24)  #: bytes of colors of these rows
SHIFTS: Final = (1, 5, 9, 13, 17)  #: the other photographs of chance, by their distance in the list
LAYOUT, COLORS = 20, 22  #: types of extensions
#: Of all photographs: the chances that are counted here are only measured, and not published.
ANY_SOURCE: Final = Source("", "", "")


class Layers(NamedTuple):
    """What is sent beside the words.

    Attributes:
        layout: whether boxes are sent.
        colors: bytes of colors.
        wash: the strength of --align-colors; None for the painter's default.
    """

    layout: bool = False
    colors: int = 0
    wash: float | None = None

    @property
    def name(self) -> str:
        """The name in the tables."""
        parts = ["words", *["layout"] * self.layout, *[f"colors {self.colors}"] * bool(self.colors)]
        return " + ".join(parts) + (f", wash {self.wash}" if self.wash else "")


PAINTED: Final = (
    Layers(),
    Layers(layout=True),
    *(Layers(colors=budget) for budget in COLORS_ALONE),
    *(Layers(True, budget) for budget in BUDGETS),
    *(Layers(True, budget, WASH) for budget in WASHED),
)
WORST: Final = Layers(True, 24)  #: by which pictures are called the worst
WORST_SHOWN: Final = 10
BY_CHANCE: Final = (Layers(), Layers(layout=True), Layers(True, 24))
BLIND: Final = (
    Layers(),
    Layers(layout=True),
    Layers(colors=12),
    Layers(True, 12),
    Layers(True, 24),
)


@dataclass
class Photograph:
    """A photograph, its record with all layers, and what was painted.

    Attributes:
        path: of its file.
        image: the picture that the describer got.
        record: the record, with boxes and ``max(BUDGETS)`` bytes of colors.
        boxes: the boxes of the locator for each word that has any, by its index.
        painted: views of the pictures, and overlaps and distances of their boxes.
    """

    path: Path
    image: Image.Image
    record: semcodec.Record
    boxes: Mapping[int, Sequence[Box]]
    painted: dict[Layers, tuple[View, list[tuple[float, float]]]] = field(default_factory=dict)

    @cached_property
    def view(self) -> View:
        """What is compared of the photograph."""
        return view(self.image)

    @property
    def colors(self) -> bytes:
        """The longest color layer."""
        return dict(self.record.extensions)[COLORS]

    def file(self, layers: Layers) -> bytes:
        """Return the record with a part of its layers, in a file."""
        kept = {
            type_id: value[: layers.colors] if type_id == COLORS else value
            for type_id, value in self.record.extensions
            if (type_id != COLORS or layers.colors) and (type_id != LAYOUT or layers.layout)
        }
        return semcodec.repack(self.record._replace(extensions=tuple(kept.items())))


# --- photographs


def find_photographs(folder: Path, sample: int = 1) -> list[Path]:
    """Return every ``sample``-th photograph of a folder and its subfolders."""
    paths = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in PHOTO_SUFFIXES]
    return paths[::sample]


def read_photograph(path: Path) -> Photograph:
    """Return a photograph with its record and the boxes of the locator."""
    encoded = semcodec.encode(path, layers=("layout", f"colors:{max(BUDGETS)}"))
    words = encoded.record.words
    found = backends.find("locator", "embedded").locate(encoded.image, words)
    boxes = {index: list(boxes) for index, boxes in enumerate(found) if boxes}
    return Photograph(path, encoded.image, encoded.record, boxes)


def painted_size(image: Image.Image, side: int) -> tuple[int, int]:
    """Return the size of ``image`` scaled to a longer side."""
    scale = side / max(image.size)
    return max(1, round(image.width * scale)), max(1, round(image.height * scale))


def paint(photograph: Photograph, layers: Layers, side: int = PAINTED_SIDE) -> semcodec.Decoded:
    """Return the picture that the offline painter makes of a record."""
    PAINTER.scenes.clear()
    return semcodec.decode(
        photograph.file(layers),
        painter=PAINTER,
        size=painted_size(photograph.image, side),
        align_colors=layers.wash,
    )


class WatchedPainter:
    """The offline painter, whose accounts of its pictures are kept.

    ``decode`` returns a copy of a picture, of which the painter knows nothing; so they are found by
    their pixels.

    Attributes:
        scenes: the account of each picture, by its bytes.
    """

    def __init__(self) -> None:
        self._painter = backends.find("painter", "embedded")
        self.scenes: dict[bytes, PaintedScene] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._painter, name)

    def paint(self, *arguments: Any, **options: Any) -> Image.Image:
        """Return a picture of the words."""
        return self._keep(self._painter.paint(*arguments, **options))

    def edit(self, *arguments: Any, **options: Any) -> Image.Image:
        """Return a changed picture."""
        return self._keep(self._painter.edit(*arguments, **options))

    def _keep(self, picture: Image.Image) -> Image.Image:
        self.scenes[picture.tobytes()] = self._painter.painted_scene(picture)
        return picture


PAINTER: Final = WatchedPainter()


def painted_boxes(decoded: semcodec.Decoded) -> dict[int, list[Box]]:
    """Return the boxes of what was painted for each word, by the index of the word.

    Its account is of phrases such as "stop sign", which count for each of their words.
    """
    scene = PAINTER.scenes.get(decoded.image.tobytes())
    found: dict[int, list[Box]] = {}
    for item in scene.objects if scene else ():
        for word in {*item.noun.split()} & {*decoded.words}:
            found.setdefault(decoded.words.index(word), []).extend(item.boxes)
    return found


# --- measuring


def measure_photograph(path: Path) -> Photograph:
    """Return a photograph for which all of ``PAINTED`` is painted and compared."""
    photograph = read_photograph(path)
    for layers in PAINTED:
        decoded = paint(photograph, layers)
        boxes = painted_boxes(decoded)
        matches = [
            match
            for index, true in photograph.boxes.items()
            for match in match_boxes(true, boxes.get(index, []))
        ]
        photograph.painted[layers] = view(decoded.image), matches
    return photograph


class Progress:
    """Prints how many of ``total`` photographs a measurement has done, with the seconds."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total, self._done, self._start = name, total, 0, time.perf_counter()

    def step(self, item: str) -> None:
        """Print that ``item`` is done."""
        self._done += 1
        seconds = time.perf_counter() - self._start
        line = f"{self._name} {self._done}/{self._total} {seconds:5.0f} s {item}"
        print(line, file=sys.stderr, flush=True)


def painted_table(photographs: Sequence[Photograph]) -> Table:
    """Return the table of painted pictures."""
    heading = ["sent", "file", "IoU", "center", "dE16", "dE32", "SSIM", "edges"]
    rows = []
    for layers in PAINTED:
        size = np.mean([len(one.file(layers)) for one in photographs])
        distances = [compare(one.painted[layers][0], one.view) for one in photographs]
        matches = [match for one in photographs for match in one.painted[layers][1]]
        # With a wash, the picture is not the painter's own; its boxes are those without.
        boxes = ["", ""] if layers.wash else _box_cells(matches)
        rows.append([layers.name, f"{size:.1f}", *boxes, *distance_cells(Distance.mean(distances))])
    for layers in BY_CHANCE:
        views = [one.painted[layers][0] for one in photographs]
        cells = distance_cells(chance(views, [one.view for one in photographs]))
        rows.append(
            [f"*chance: {layers.name}*", "", *_box_cells(_chance_of_boxes(photographs)), *cells]
        )
    return Table("painted", heading, rows)


def chance(views: Sequence[View], photographs: Sequence[View]) -> Distance:
    """Return the mean distance to the photographs at ``SHIFTS`` from each view."""
    count = len(views)
    shifts = [shift for shift in SHIFTS if shift % count]
    return Distance.mean([
        compare(views[at], photographs[(at + shift) % count])
        for shift in shifts
        for at in range(count)
    ])  # fmt: skip


def _chance_of_boxes(photographs: Sequence[Photograph]) -> list[tuple[float, float]]:
    """Return how the boxes of a photograph match those of others, whatever they are for."""
    lists = [[box for boxes in one.boxes.values() for box in boxes] for one in photographs]
    count = len(lists)
    shifts = [shift for shift in SHIFTS if shift % count]
    return [
        match
        for shift in shifts
        for at in range(count)
        if lists[(at + shift) % count]
        for match in match_boxes(lists[at], lists[(at + shift) % count])
    ]


def _box_cells(matches: Sequence[tuple[float, float]]) -> list[str]:
    overlap, distance = np.mean(matches, axis=0) if matches else (np.nan, np.nan)
    return [f"{overlap:.3f}", f"{distance:.3f}"]


def distance_cells(distance: Distance) -> list[str]:
    """Return the cells of dE16, dE32, SSIM and edges."""
    return [
        f"{distance.de16:.1f}",
        f"{distance.de32:.1f}",
        f"{distance.ssim:.3f}",
        f"{distance.edges:.3f}",
    ]


def worst_table(photographs: Sequence[Photograph]) -> Table:
    """Return the ten photographs whose pictures with ``WORST`` are farthest in colors."""
    heading = ["photograph", "dE16, words", "dE16", "dE16, layer", "IoU, words", "IoU", "words"]
    rows: list[tuple[float, list[str]]] = []
    for one in photographs:
        layer = view(rendered(one.colors[: WORST.colors], one), edges=False)
        gaps = [
            compare(picture, one.view).de16
            for picture in (one.painted[Layers()][0], one.painted[WORST][0], layer)
        ]
        boxes = [
            _box_cells(one.painted[layers][1])[0] if one.boxes else "-"
            for layers in (Layers(), WORST)
        ]
        cells = [one.path.stem, *(f"{gap:.1f}" for gap in gaps), *boxes]
        rows.append((gaps[1], [*cells, " ".join(one.record.words)]))
    rows.sort(reverse=True)
    return Table("worst", heading, [cells for _, cells in rows[:WORST_SHOWN]])


def blind_table(photographs: Sequence[Photograph]) -> Table:
    """Return how often a picture is nearer to its own photograph than to all others."""
    heading = ["sent", "first by dE16", "first by SSIM", "mean rank by dE16", "of"]
    rows = []
    for layers in BLIND:
        ranks = [_ranks(photographs, layers, measure) for measure in (_color_gap, _ssim_gap)]
        firsts = [f"{sum(rank == 1 for rank in found)}" for found in ranks]
        rows.append([layers.name, *firsts, f"{np.mean(ranks[0]):.1f}", f"{len(photographs)}"])
    middle = (len(photographs) + 1) / 2
    rows.append(["*chance*", "1", "1", f"{middle:.1f}", f"{len(photographs)}"])
    return Table("blind", heading, rows)


def _ranks(
    photographs: Sequence[Photograph], layers: Layers, gap: Callable[[View, View], float]
) -> list[int]:
    """Return for each picture the rank of its own photograph among all."""
    ranks = []
    for one in photographs:
        gaps = [gap(one.painted[layers][0], other.view) for other in photographs]
        own = gap(one.painted[layers][0], one.view)
        ranks.append(1 + sum(other < own for other in gaps))
    return ranks


def _color_gap(first: View, second: View) -> float:
    return color_distance(first.colors[0], second.colors[0])


def _ssim_gap(first: View, second: View) -> float:
    return -ssim(first.luma, second.luma)


# --- the layer alone


def rendered(data: bytes, photograph: Photograph, chances: Sequence[int] = CHANCES) -> Image.Image:
    """Return the picture of a color layer in the shape of the photograph."""
    return render_colors(data, painted_size(photograph.image, PAINTED_SIDE), chances)


def layer_views(photographs: Sequence[Photograph], budget: int) -> list[View]:
    """Return the views of the color layers at ``budget`` bytes."""
    return [view(rendered(one.colors[:budget], one)) for one in photographs]


def colors_table(photographs: Sequence[Photograph], progress: Progress) -> Table:
    """Return the table of the color layer alone."""
    heading = ["bytes", "dE16", "dE32", "SSIM", "edges", "worst dE16"]
    rows = []
    views: Mapping[int, list[View]] = {}
    for budget in BUDGETS:
        views = {**views, budget: layer_views(photographs, budget)}
        distances = [
            compare(layer, one.view) for layer, one in zip(views[budget], photographs, strict=True)
        ]
        worst = max(distance.de16 for distance in distances)
        rows.append([f"{budget}", *distance_cells(Distance.mean(distances)), f"{worst:.1f}"])
        progress.step(f"{budget} bytes")
    for budget in (12, 24):
        cells = distance_cells(chance(views[budget], [one.view for one in photographs]))
        rows.append([f"*chance: {budget}*", *cells, ""])
    return Table("colors", heading, rows)


def bundled_table() -> Table:
    """Return the colors of the photographs of semcodec-embedded, which a test measures again."""
    heading = ["photograph", *(f"dE16 of {budget} bytes" for budget in BUNDLED_BUDGETS)]
    rows = []
    for path in find_photographs(BUNDLED):
        image = imaging.load(path).image
        true, data = view(image, edges=False), encode_colors(image, max(BUNDLED_BUDGETS))
        layers = [
            view(render_colors(data[:budget], painted_size(image, PAINTED_SIDE)), edges=False)
            for budget in BUNDLED_BUDGETS
        ]
        rows.append([path.name, *(f"{compare(layer, true).de16:.1f}" for layer in layers)])
    return Table("bundled", heading, rows)


def hashes_table(photographs: Sequence[Photograph]) -> Table:
    """Return the table of hashes beside layers of at most as many bytes."""
    heading = ["", "bytes", "dE16", "dE32", "SSIM", "edges", "dE16 of as many bytes of colors"]
    methods: dict[str, Callable[[Image.Image], thumbnails.Thumbnail]] = {
        "mean color": thumbnails.mean_color,
        "ThumbHash": thumbnails.thumbhash,
    }
    for shape in thumbnails.BLURHASH_SHAPES:
        methods["BlurHash {} x {}".format(*shape)] = partial(thumbnails.blurhash, shape=shape)
    rows = []
    for name, method in methods.items():
        made = [method(one.image) for one in photographs]
        distances, layers = [], []
        for thumbnail, one in zip(made, photographs, strict=True):
            distances.append(compare(view(thumbnail.image), one.view))
            layer = view(rendered(one.colors[: int(thumbnail.size)], one), edges=False)
            layers.append(compare(layer, one.view).de16)
        size = np.mean([thumbnail.size for thumbnail in made])
        cells = distance_cells(Distance.mean(distances))
        rows.append([name, f"{size:.1f}", *cells, f"{np.mean(layers):.1f}"])
    return Table("hashes", heading, rows)


def files_table(photographs: Sequence[Photograph], progress: Progress) -> Table:
    """Return the table of thumbnails in image files within a number of bytes."""
    names = {"WEBP": "WebP", "AVIF": "AVIF", "JPEG": "JPEG", "JXL": "JPEG XL"}
    heading = [
        "bytes",
        "colors",
        *names.values(),
        *(f"{name}, free header" for name in names.values()),
    ]
    found: dict[str, list[list[thumbnails.File]]] = {name: [] for name in names}
    for one in photographs:
        for name in names:
            found[name].append(thumbnails.thumbnail_files(one.image, name))
        progress.step(one.path.name)
    rows = []
    for budget in THUMBNAIL_BUDGETS:
        layers = [
            compare(view(rendered(one.colors[:budget], one), edges=False), one.view)
            for one in photographs
        ]
        cells = [f"**{_file_cell(layers)}**"]
        for is_free in (False, True):
            for name in names:
                best = [thumbnails.best_file(files, budget, is_free) for files in found[name]]
                cells.append(_file_cell([
                    compare(view(file.image, edges=False), one.view)
                    for file, one in zip(best, photographs, strict=True)
                    if file is not None
                ], len(photographs)))  # fmt: skip
        rows.append([f"{budget}", *cells])
    return Table("files", heading, rows)


def _file_cell(distances: Sequence[Distance], wanted: int = 0) -> str:
    """Return dE16 and SSIM; nothing if some photographs have no file that is as small."""
    if len(distances) < max(1, wanted):
        return "-"
    mean = Distance.mean(distances)
    return f"{mean.de16:.1f} / {mean.ssim:.2f}"


# --- tables trained on the other half


def folds_table(photographs: Sequence[Photograph], progress: Progress) -> Table:
    """Return the colors of photographs that the chances have not seen, beside the final chances.

    Each half (every second photograph) is coded with chances trained on the other one. The final
    chances have seen the photographs that spec/tables/make_colors.py names; the last columns are
    those that it does not name.
    """
    trained = [make_colors.Photo("", one.image, ANY_SOURCE, one.path) for one in photographs]
    chances = [make_colors.train(trained[1 - fold :: 2]) for fold in (0, 1)]
    known = make_colors.PROVENANCE.read_text("utf-8")
    unseen = [f'"{one.path.name}"' not in known for one in photographs]
    heading = ["bytes", "dE16, other half", "dE32, other half", "SSIM, other half"]
    heading += ["dE16, final", f"dE16, final, {sum(unseen)} unseen"]
    rows = []
    values = [
        encode_colors(one.image, max(BUDGETS), chances[at % 2])
        for at, one in enumerate(photographs)
    ]
    for budget in BUDGETS:
        folds, finals = [], []
        for at, (value, one) in enumerate(zip(values, photographs, strict=True)):
            image = rendered(value[:budget], one, chances[at % 2])
            folds.append(compare(view(image, edges=False), one.view))
            final = view(rendered(one.colors[:budget], one), edges=False)
            finals.append(compare(final, one.view).de16)
        mean = Distance.mean(folds)
        rest = [gap for gap, is_unseen in zip(finals, unseen, strict=True) if is_unseen]
        cells = [f"{mean.de16:.2f}", f"{mean.de32:.2f}", f"{mean.ssim:.3f}"]
        cells += [f"{np.mean(finals):.2f}", f"{np.mean(rest):.2f}" if rest else "-"]
        rows.append([f"{budget}", *cells])
        progress.step(f"{budget} bytes")
    return Table("folds", heading, rows)


# --- all


def measure(photographs: Sequence[Photograph], only: Sequence[str]) -> list[Table]:
    """Return the tables; ``only`` names those that are wanted, or is empty for all."""
    tables: list[Table] = []
    wanted = only or TABLES
    if PAINTED_TABLES & {*wanted}:
        tables += [
            painted_table(photographs),
            worst_table(photographs),
            blind_table(photographs),
        ]
    if {"colors", "gain"} & {*wanted}:
        tables.append(colors_table(photographs, Progress("colors", len(BUDGETS))))
        tables.append(bundled_table())
    if "folds" in wanted:
        tables.append(folds_table(photographs, Progress("folds", len(BUDGETS))))
    if "hashes" in wanted:
        tables.append(hashes_table(photographs))
    if "files" in wanted:
        tables.append(files_table(photographs, Progress("files", len(photographs))))
    by_name = {table.name: table for table in tables}
    if {"painted", "colors"} <= by_name.keys():
        tables.append(gain_table(by_name["painted"], by_name["colors"]))
    return tables


TABLES: Final = ("painted", "worst", "blind", "gain", "colors", "folds", "hashes", "files")


PAINTED_TABLES: Final = {"painted", "worst", "blind", "gain"}


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, default=BUNDLED, metavar="DIR")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="every Nth (default: 1)")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes (default: 2)")
    parser.add_argument("--only", nargs="+", default=(), choices=TABLES, metavar="TABLE")
    parser.add_argument("--write", action="store_true", help="write docs/layers.md")
    parser.add_argument("--sheets", type=Path, metavar="DIR", help="draw contact sheets instead")
    parser.add_argument("--figure", action="store_true", help="write docs/layers.jpg instead")
    options = parser.parse_args()
    paths = find_photographs(options.photos, options.sample)
    if not paths:
        parser.error(f"no photographs in {options.photos}: name another folder")
    is_drawn = options.figure or options.sheets is not None
    if options.figure:
        found = {path.name: path for path in (*find_photographs(BUNDLED), *paths)}
        paths = [found[name] for name in layer_sheets.FIGURE]
    is_painted = bool(PAINTED_TABLES & {*(options.only or TABLES)}) and not is_drawn
    progress = Progress("painted" if is_painted else "encoded", len(paths))
    photographs = []
    with ProcessPoolExecutor(options.jobs) as pool:
        read = measure_photograph if is_painted else read_photograph
        for photograph in pool.map(read, paths):
            photographs.append(photograph)
            progress.step(photograph.path.name)
    if is_drawn:
        draw_sheets(photographs, options.sheets)
        return
    tables = measure(photographs, options.only)
    for table in tables:
        print(f"\n{table.name}, {len(photographs)} photographs\n\n{table.text}")
    if options.write:
        write_tables(tables)


def draw_sheets(photographs: Sequence[Photograph], folder: Path | None) -> None:
    """Write a contact sheet for each photograph, or the figure of docs/layers.md."""
    strips = []
    for photograph in photographs:
        cells = []
        for layers in layer_sheets.SENT:
            cells.append(paint(photograph, Layers(*layers), layer_sheets.SIDE).image)
        sizes = [len(photograph.file(Layers(*layers))) for layers in layer_sheets.SENT]
        titles = [
            f"{title}: {size} bytes" for title, size in zip(layer_sheets.TITLES, sizes, strict=True)
        ]
        words = " ".join(photograph.record.words)
        strip = layer_sheets.Strip(photograph.path.name, words, photograph.image, cells, titles)
        strips.append(strip)
        if folder:
            folder.mkdir(parents=True, exist_ok=True)
            boxed = [box for boxes in photograph.boxes.values() for box in boxes]
            layer_sheets.draw([strip], boxed).save(folder / f"{photograph.path.stem}.png")
    if not folder:
        layer_sheets.write_figure(strips)


if __name__ == "__main__":
    main()
