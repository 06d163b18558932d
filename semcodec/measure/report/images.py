"""Thumbnails as data URIs, at a size and quality with which all of them fit in the page."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from semcodec.errors import SemcodecError
from semcodec.imaging import load, to_file

SIDE: Final = 384  #: pixels of the longer side, if there is enough room
MIN_GOOD_QUALITY: Final = 60  #: with lower ones, the page states that images are reduced
FORMAT: Final = "WEBP"
METHOD: Final = 2  #: of WebP: 4 % more bytes than the default, in half the time
MAX_SAMPLE: Final = 48  #: thumbnails from which the size of all of them is estimated
MARGIN: Final = 1.1  #: by which the estimate may be too low


class Step(NamedTuple):
    """The longer side of thumbnails in pixels, and their quality as WebP."""

    side: int
    quality: int

    @property
    def is_reduced(self) -> bool:
        """Whether it is worse than what is used if there is enough room."""
        return self.side < SIDE or self.quality < MIN_GOOD_QUALITY


#: From the best to the smallest; all that follow the first are stated on the page.
STEPS: Final = (
    Step(SIDE, 82), Step(SIDE, 72), Step(SIDE, 60), Step(SIDE, 45),
    Step(320, 45), Step(256, 45), Step(224, 40), Step(192, 40), Step(160, 35), Step(128, 35),
)  # fmt: skip


class Thumbnails(NamedTuple):
    """The data URIs of images by their paths, and the step at which they were made.

    An image that cannot be read is absent.
    """

    uris: dict[Path, str]
    step: Step


def make_thumbnails(paths: Sequence[Path], max_characters: int) -> Thumbnails:
    """Return thumbnails whose data URIs have together at most about ``max_characters``.

    If even the smallest step takes more, that is the one that is returned.
    """
    sample = paths[:: -(-len(paths) // MAX_SAMPLE) or 1]
    first = next(
        (
            index
            for index, step in enumerate(STEPS)
            if _total(_encode_all(sample, step)) * len(paths) * MARGIN
            <= max_characters * len(sample)
        ),
        len(STEPS) - 1,
    )
    for step in STEPS[first:]:
        uris = _encode_all(paths, step)
        if _total(uris) <= max_characters:
            break
    return Thumbnails(uris, step)


def _total(uris: dict[Path, str]) -> int:
    return sum(map(len, uris.values()))


def _encode_all(paths: Sequence[Path], step: Step) -> dict[Path, str]:
    uris = {path: _thumbnail(path, step) for path in paths}
    return {path: uri for path, uri in uris.items() if uri is not None}


def _thumbnail(path: Path, step: Step) -> str | None:
    """Return the data URI of an image, with its pixels alone: no EXIF, profile or name."""
    try:
        if not path.is_file():  # opening a pipe could take any time
            return None
        image = load(path).image
    except (OSError, ValueError, SemcodecError):
        return None
    image.thumbnail((step.side, step.side))
    data = to_file(image, FORMAT, quality=step.quality, method=METHOD)
    return f"data:image/webp;base64,{base64.b64encode(data).decode()}"
