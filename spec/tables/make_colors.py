"""Make the chances of the color planes (COLORS-1): count the decisions of photographs.

    python spec/tables/make_colors.py PHOTO_DIR scikit_image-0.26.0-....whl \\
        scikit_learn-1.9.1-....whl

PHOTO_DIR has photographs of the Kodak set, and in ``coco/`` photographs of MS COCO and
``captions.json`` with their license ids. Only those under CC BY are counted. The same inputs give
the same bytes. At the end it prints the error of layers whose chances were counted in other
photographs: those of Kodak under chances from all others, those of COCO under chances without COCO.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import textwrap
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

from corpora import Source
from PIL import Image
from provenance import Input, to_notice, to_toml

from semcodec.coding import color_planes
from semcodec.coding.color_planes import CONTEXTS, SIGNIFICANCE
from semcodec.imaging.color_layer import (
    ROOTS,
    color_coefficients,
    encode_colors,
    lab_colors,
    render_colors,
)
from semcodec.imaging.fitting import choose_size, fit_photograph

ROOT: Final = Path(__file__).parents[2]
TABLE: Final = "semcodec/coding/color_chances.py"
NOTICE: Final = ROOT / "semcodec/coding/data/NOTICE.colors"
PROVENANCE: Final = ROOT / "spec/tables/colors-1.toml"
CC_BY: Final = 4  #: the license id of CC BY 2.0 in MS COCO; 5 is CC BY-SA
#: Photographs in packages, of which the terms are stated there.
SKIMAGE: Final = {
    "astronaut.png": ("public domain", "Eileen Collins; NASA Great Images database"),
    "chelsea.png": ("CC0 1.0", "the cat Chelsea; Stefan van der Walt"),
    "coffee.png": ("CC0 1.0", "a cup of coffee; Rachel Michetti"),
    "rocket.jpg": (
        "public domain",
        "a launch; https://www.flickr.com/photos/spacexphotos/16511594820/",
    ),
}
SKLEARN: Final = {
    "china.jpg": (
        "CC BY 2.0",
        "a temple; https://www.flickr.com/photos/danielbuechele/6061409035/",
    ),
    "flower.jpg": ("CC BY 2.0", "a flower; https://www.flickr.com/photos/vultilion/6056698931/"),
}
PLANES: Final = 8  #: counted: 0 to 7; few values reach finer ones
#: Added to the counts of zeros and ones, so that no decision is impossible.
PRIOR: Final = (0.5, 0.5)
SIGNIFICANCE_PRIOR: Final = (1.0, 0.3)
MIN_CHANCE: Final = 24  #: of 65536, as in the other codings; the greatest is 65536 less this
SIZES: Final = (4, 8, 12, 16, 24, 48, 80, 200, 400)  #: bytes for which the error is printed
NOTICE_TEXT: Final = """\
color_chances.py: how often the decisions of a color layer are 1.

Counted in the photographs below. The file contains no picture.
Made by spec/tables/make_colors.py; the same inputs give the same bytes.

SHA-256 of color_chances.py: {digest}
"""


class Photo(NamedTuple):
    """A photograph in the aspect ratio of its record."""

    group: str
    image: Image.Image
    source: Source | None  #: None if its license does not permit to count it
    digest_of: Path


def main(photos: Path, skimage: Path, sklearn: Path) -> None:
    """Write the chances, the record of their inputs, and their NOTICE; print errors."""
    found = [
        *_kodak(photos),
        *_coco(photos / "coco"),
        *_packaged(skimage, "skimage/data", SKIMAGE),
        *_packaged(sklearn, "sklearn/datasets/images", SKLEARN),
    ]
    data = _to_python(train(found)).encode()
    (ROOT / TABLE).write_bytes(data)
    inputs = [Input(photo.source, photo.digest_of) for photo in found if photo.source]
    record = to_toml(inputs, data, "make_colors.py", TABLE, contexts=CONTEXTS)
    PROVENANCE.write_text(record, encoding="utf-8")
    NOTICE.write_text(to_notice(inputs, data, NOTICE_TEXT), encoding="utf-8")
    _print_errors(found)


def train(photos: Iterable[Photo]) -> tuple[int, ...]:
    """Return the chances of the photographs whose license permits it."""
    counts = [
        list(SIGNIFICANCE_PRIOR if context >= SIGNIFICANCE else PRIOR)
        for context in range(CONTEXTS)
    ]
    for photo in photos:
        if photo.source:
            counted = color_planes.count_decisions(color_coefficients(photo.image), PLANES)
            for total, numbers in zip(counts, counted, strict=True):
                total[0] += numbers[0]
                total[1] += numbers[1]
    one = 1 << 16
    shares = (round(one * ones / (zeros + ones)) for zeros, ones in counts)
    return tuple(min(one - MIN_CHANCE, max(MIN_CHANCE, share)) for share in shares)


# --- Photographs


def _kodak(folder: Path) -> Iterable[Photo]:
    for path in sorted(folder.glob("kodim*.png")):
        source = Source(
            path.name, "released for unrestricted use", "Kodak Lossless True Color Image Suite"
        )
        yield Photo("kodak", _open(path.read_bytes()), source, path)


def _coco(folder: Path) -> Iterable[Photo]:
    licenses = json.loads((folder / "captions.json").read_text("utf-8"))
    for path in sorted(folder.glob("*.jpg")):
        number = int(path.stem)
        page = f"https://cocodataset.org/#explore?id={number}"
        origin = f"MS COCO, image {number}; {page} links to its author's page"
        source = Source(path.name, "CC BY 2.0", origin)
        permitted = licenses[path.name]["license"] == CC_BY
        yield Photo("coco", _open(path.read_bytes()), source if permitted else None, path)


def _packaged(wheel: Path, folder: str, terms: dict[str, tuple[str, str]]) -> Iterable[Photo]:
    with zipfile.ZipFile(wheel) as files:
        for name, (license_, origin) in terms.items():
            source = Source(f"{wheel.name}: {folder}/{name}", license_, origin)
            yield Photo("package", _open(files.read(f"{folder}/{name}")), source, wheel)


def _open(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data)).convert("RGB")
    return fit_photograph(image, choose_size(image.size))


def _to_python(chances: Sequence[int]) -> str:
    """Return the source of the table."""
    numbers = textwrap.fill(
        ", ".join(map(str, chances)) + ",", 96, initial_indent="    ", subsequent_indent="    "
    )
    return (
        '"""The chances of the decisions of a color layer, in 65536ths (COLORS-1 §4).\n\n'
        "Written by spec/tables/make_colors.py; they are part of the format.\n"
        '"""\n\n'
        "from typing import Final\n\n"
        f"# fmt: off\nCHANCES: Final[tuple[int, ...]] = (\n{numbers}\n)\n# fmt: on\n"
    )


# --- Errors


def _print_errors(photos: Sequence[Photo]) -> None:
    """Print the mean error over Kodak and COCO, each under chances of the others."""
    print("bytes  dE16   dE32")
    errors: dict[int, list[tuple[float, float]]] = {size: [] for size in SIZES}
    for group in ("kodak", "coco"):
        chances = train(photo for photo in photos if photo.group != group)
        for photo in photos:
            if photo.group == group:
                data = encode_colors(photo.image, max(SIZES), chances)
                for size in SIZES:
                    painted = render_colors(data[:size], (256, 256), chances)
                    pair = _error(painted, photo.image, 16), _error(painted, photo.image, 32)
                    errors[size].append(pair)
    for size, pairs in errors.items():
        print(
            f"{size:5}"
            + "".join(f"{sum(part) / len(part):7.2f}" for part in zip(*pairs, strict=True))
        )


def _error(painted: Image.Image, photo: Image.Image, side: int) -> float:
    """Return the mean distance in CIELAB of the averages of ``side`` x ``side`` regions."""
    pairs = zip(lab_colors(painted, side), lab_colors(photo, side), strict=True)
    distances = [math.dist(one, other) for one, other in pairs]
    return sum(distances) / len(distances) / ROOTS


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("photos", type=Path)
    parser.add_argument("skimage", type=Path)
    parser.add_argument("sklearn", type=Path)
    options = parser.parse_args()
    main(options.photos, options.skimage, options.sklearn)
