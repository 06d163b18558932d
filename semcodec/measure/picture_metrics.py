"""Metrics of pictures that need nothing but numpy and Pillow, and what all metrics have in common.

A metric first prepares each picture, and then compares what it has prepared: so a photograph that
is compared with many pictures is prepared once, and a picture can be compared with all photographs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec.measure import pictures
from semcodec.measure.pictures import Floats


class PictureMetric(Protocol):
    """Compares pictures with photographs."""

    @property
    def name(self) -> str:
        """A key of ``METRICS``."""
        ...

    @property
    def model(self) -> str | None:
        """Name, version and weights of the model; None without one."""
        ...

    @property
    def finds(self) -> bool:
        """Whether it is used to find the photograph of a picture.

        What ``prepare`` returns is then an array of numbers, and comparing is cheap.
        """
        ...

    def prepare(self, image: Image.Image) -> Any:
        """Return what is compared of an RGB image of any size."""
        ...

    def compare(self, picture: Any, photograph: Any) -> float:
        """Return the metric of two results of ``prepare``."""
        ...


@dataclass(frozen=True)
class ColorMetric:
    """The distance of mean colors on a grid of ``side`` x ``side``."""

    name: str
    side: int
    finds: bool = False
    model: str | None = None

    def prepare(self, image: Image.Image) -> Floats:
        """Return the mean colors, in CIELAB."""
        return pictures.lab(image, self.side)

    def compare(self, picture: Floats, photograph: Floats) -> float:
        """Return the mean CIE76 distance."""
        return pictures.color_distance(picture, photograph)


@dataclass(frozen=True)
class StructureMetric:
    """The structural similarity at 64 x 64 pixels."""

    name: str = "ssim64"
    finds: bool = False
    model: str | None = None

    def prepare(self, image: Image.Image) -> Floats:
        """Return the luma."""
        return pictures.small_luma(image)

    def compare(self, picture: Floats, photograph: Floats) -> float:
        """Return the structural similarity, -1 to 1."""
        return pictures.ssim(picture, photograph)


@dataclass(frozen=True)
class FeatureMetric:
    """The cosine of the features of an image model, -1 to 1; or 1 - cosine, a distance.

    Attributes:
        embed: returns the features of an RGB image, one array.
        is_distance: whether the result is 1 - cosine.
    """

    name: str
    model: str | None
    embed: Callable[[Image.Image], Any]
    is_distance: bool = False
    finds: bool = True

    def prepare(self, image: Image.Image) -> NDArray[np.float32]:
        """Return the features, scaled to length 1."""
        features = np.asarray(self.embed(image), np.float32).ravel()
        return np.asarray(features / max(float(np.linalg.norm(features)), 1e-9), np.float32)

    def compare(self, picture: NDArray[np.float32], photograph: NDArray[np.float32]) -> float:
        """Return the cosine, or the distance."""
        cosine = float(np.dot(picture, photograph))
        return 1 - cosine if self.is_distance else cosine


def base_metrics() -> list[PictureMetric]:
    """Return the metrics that need no model."""
    return [ColorMetric("de16", 16, finds=True), ColorMetric("de32", 32), StructureMetric()]
