"""Run both networks on a picture, once: describing and locating need the same results."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

from semcodec.errors import InputError
from semcodec_embedded.classifier import classify
from semcodec_embedded.detector import Detection
from semcodec_embedded.fusion import Evidence, fuse
from semcodec_embedded.panorama import detect

MAX_SIDE = 1024  #: pixels; a higher resolution does not improve the results
MAX_KEPT = 4  #: pictures whose results are kept, a few kilobytes each


class Recognition(NamedTuple):
    """What the networks found in one picture.

    Attributes:
        detections: all detections by descending score, including doubtful ones.
        evidence: what was accepted of them, and of the classifier's nouns.
    """

    detections: Sequence[Detection]
    evidence: Evidence


class Recognizer:
    """Runs the networks, and keeps the results of the last pictures. Threads may share one.

    Two threads may run the same picture at once, and then both store the same result.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, Recognition] = {}

    def recognize(self, picture: Image.Image) -> Recognition:
        """Return what is in ``picture``, an image that ``prepare`` returned.

        Raises:
            BackendError: the networks cannot be loaded or run.
        """
        key = _digest(picture)
        found = self._kept.get(key)
        if found is None:
            detections = detect(picture)
            found = Recognition(detections, fuse(detections, classify(picture)))
            kept = [*self._kept.items(), (key, found)][-MAX_KEPT:]
            self._kept = dict(kept)  # replaced in one step, so that no thread sees half of it
        return found


BLANK = Recognition((), fuse((), {}))  #: of a picture that shows only one color


def prepare(image: Image.Image) -> Image.Image:
    """Return a copy of ``image`` in RGB, its longer side at most ``MAX_SIDE`` pixels.

    Raises:
        InputError: ``image`` cannot be read.
    """
    try:
        picture = image.convert("RGB")
        picture.thumbnail((MAX_SIDE, MAX_SIDE), reducing_gap=2.0)
    except (OSError, ValueError, SyntaxError, MemoryError) as error:
        raise InputError(f"The image cannot be read ({error}): use another file.") from error
    return picture


def _digest(picture: Image.Image) -> bytes:
    size = "x".join(map(str, picture.size)).encode()
    return hashlib.blake2b(size + b" " + picture.tobytes(), digest_size=16).digest()
