"""Search the options of Pillow's writers for the smallest file of each codec.

    pip install -e '.[bench]'
    python bench/floors.py [PHOTO...] [--all]

Each option that Pillow documents and that keeps all pixels and colors is varied, at the lowest
quality of the codec. Printed are the mean size, the ratio to the floor that semcodec uses (below 1,
there is a smaller file), and the CPU seconds, the smallest first. AVIF has more options than a
search can try (``advanced``); tried are those of libaom that change the quantizer or the filters.
``--all`` also tries the slowest speeds, which take minutes for each photograph.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator
from importlib import resources
from itertools import product
from pathlib import Path
from typing import Any, Final

from semcodec.errors import InputError
from semcodec.imaging import load
from semcodec.measure.image_codecs import CODECS, ImageCodec, skipped

SHOWN: Final = 8  #: rows of each codec
SUBSAMPLINGS: Final = ("4:2:0", "4:2:2", "4:4:4")
#: Options of libaom; the first of them is the default of libavif.
TUNINGS: Final[tuple[dict[str, str], ...]] = (
    {},
    {"tune": "psnr"},
    {"tune": "ssim"},
    {"tune": "ssim", "enable-qm": "1"},
    {"tune": "ssim", "enable-qm": "1", "qm-min": "0", "qm-max": "0"},
    {"tune": "ssim", "end-usage": "q", "cq-level": "63"},
    {"tune": "ssim", "aq-mode": "0"},
    {"tune": "ssim", "deltaq-mode": "0"},
    {"tune": "ssim", "enable-cdef": "0"},
    {"tune": "ssim", "enable-restoration": "0"},
    {"tune": "ssim", "enable-chroma-deltaq": "1"},
    {"tune": "ssim", "sharpness": "7"},
)


def options_to_try(name: str, *, is_slow: bool) -> Iterator[dict[str, Any]]:
    """Yield options of Pillow's writer of a codec."""
    if name == "JPEG":
        for subsampling, optimize, progressive, smooth in product(
            SUBSAMPLINGS, (False, True), (False, True), (0, 50, 100)
        ):
            if smooth == 0 or subsampling != "4:2:2":  # libjpeg does not smooth 4:2:2
                yield {
                    "quality": 1, "subsampling": subsampling, "optimize": optimize,
                    "progressive": progressive, "smooth": smooth,
                }  # fmt: skip
    elif name == "WebP":
        for method, is_sharp in product(range(7), (False, True)):
            yield {"quality": 0, "method": method, "use_sharp_yuv": is_sharp}
    elif name == "AVIF":
        speeds = (0, 2, 3, 4, 5, 6, 8, 10) if is_slow else (4, 6, 8, 10)
        for speed, subsampling, levels, tuning in product(
            speeds, SUBSAMPLINGS, ("full", "limited"), TUNINGS
        ):
            # A tuning is varied at one other setting, or the search takes hours.
            if not tuning.keys() - {"tune"} or (subsampling, levels) == ("4:2:0", "limited"):
                yield {
                    "quality": 0, "speed": speed, "subsampling": subsampling, "range": levels,
                    "advanced": tuning, "autotiling": False, "max_threads": 1,
                }  # fmt: skip
    else:
        for effort, fast, keeps in product(range(1, 11 if is_slow else 9), range(5), (False, True)):
            yield {
                "quality": 0, "effort": effort, "decoding_speed": fast,
                "use_original_profile": keeps, "num_threads": 0,
            }  # fmt: skip


def search(floor: ImageCodec, photographs: list[Any], *, is_slow: bool) -> None:
    """Print the smallest files of a codec."""
    sizes: Counter[str] = Counter()
    seconds: dict[str, float] = {}
    mean = sum(len(floor.encode(photograph)) for photograph in photographs) / len(photographs)
    print(f"\n{floor.name}: {mean:,.0f} bytes with {[dict(one) for one in floor.attempts]}\n")
    for options in options_to_try(floor.name, is_slow=is_slow):
        name = ", ".join(f"{key} {value}" for key, value in options.items() if key != "max_threads")
        codec = ImageCodec(floor.name, "", floor.format, [options])
        started = time.process_time()
        try:
            sizes[name] = sum(len(codec.encode(photograph)) for photograph in photographs)
        except InputError as error:
            print(f"{'-':>9} {name}: {error}")
        seconds[name] = time.process_time() - started
    for name, size in sorted(sizes.items(), key=lambda item: item[1])[:SHOWN]:
        ratio, each = size / len(photographs) / mean, seconds[name] / len(photographs)
        print(f"{size / len(photographs):9,.0f} {ratio:7.3f} {each:7.2f} s  {name}")


def main() -> None:
    """Search for the floor of each codec on the photographs in the arguments."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", metavar="PHOTO", nargs="*", type=Path, help="an image file")
    parser.add_argument("--all", action="store_true", help="also try the slowest speeds")
    args = parser.parse_args()
    bundled = Path(str(resources.files("semcodec_embedded"))) / "photos"
    photographs = [load(path).image for path in args.photos or sorted(bundled.glob("*.jpg"))]
    missing = skipped()
    for codec in CODECS:
        if isinstance(codec, ImageCodec) and codec.is_floor and codec.name not in missing:
            search(codec, photographs, is_slow=args.all)


if __name__ == "__main__":
    main()
