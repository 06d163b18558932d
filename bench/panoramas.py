"""Measure how many kinds of objects the offline describer recognizes in panoramas.

    python bench/panoramas.py PHOTO_DIR

Rows of three and four photographs in landscape format are panoramas of about 4:1 to 6:1. A kind of
object counts if the detector finds it in one of the photographs by itself. "whole" runs the
detector on the panorama once, "windows" also on its windows, as the describer does.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PIL import Image

from semcodec_embedded import detector, panorama
from semcodec_embedded.detector import Detection

MIN_SCORE: Final = 0.45  #: of detections that count; less is doubtful
HEIGHT: Final = 211  #: pixels of a panorama
COUNTS: Final = (3,) * 8 + (4,) * 6  #: photographs in each panorama
SEED: Final = 5

Detect = Callable[[Image.Image], list[Detection]]


def find_kinds(picture: Image.Image, detect: Detect) -> set[str]:
    """Return the nouns of the objects that are not doubtful."""
    return {detection.noun for detection in detect(picture) if detection.score > MIN_SCORE}


def join(photographs: list[Image.Image]) -> Image.Image:
    """Return photographs side by side, at the same height."""
    scaled = [photo.resize((photo.width * HEIGHT // photo.height, HEIGHT)) for photo in photographs]
    joined = Image.new("RGB", (sum(photo.width for photo in scaled), HEIGHT))
    left = 0
    for photo in scaled:
        joined.paste(photo, (left, 0))
        left += photo.width
    return joined


def main(folder: Path) -> None:
    """Print the kinds that are found, and those that are not in any of the photographs."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in (".jpg", ".png"))
    photographs = [Image.open(path).convert("RGB") for path in paths]
    photographs = [photo for photo in photographs if photo.width > photo.height]
    if not photographs:
        sys.exit(f"No photographs in landscape format in {folder}: name another folder.")
    choices = random.Random(SEED)  # a sample, not a secret
    rows = [choices.sample(photographs, min(count, len(photographs))) for count in COUNTS]
    kinds = [set().union(*(find_kinds(photo, detector.detect) for photo in row)) for row in rows]
    print(f"{len(rows)} panoramas with {sum(map(len, kinds))} kinds of objects")
    for name, detect in (("whole", detector.detect), ("windows", panorama.detect)):
        found = [find_kinds(join(row), detect) for row in rows]
        right = sum(len(each & known) for each, known in zip(found, kinds, strict=True))
        print(f"{name:<8} {right:3} found, {sum(map(len, found)) - right:3} others")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="PHOTO_DIR")
    main(parser.parse_args().folder)
