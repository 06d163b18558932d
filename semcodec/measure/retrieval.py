"""Find the photograph of each picture among all photographs, by features of image models.

If a model ranks the own photograph first among N more often than chance, once in N tries, the
picture shows what the photograph shows, as far as the model sees it.

From the features of photographs and pictures, the mean of the photographs is subtracted first: it
is what all of them have in common, and would make any two similar. Colors are compared as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from semcodec.measure.pictures import color_distance
from semcodec.measure.results import Retrieval

Features = Mapping[str, Sequence[float]]  #: of one image, by metric; see ``Fidelity.features``
Array = NDArray[np.float32]

COLORS: Final = "de16"  #: the features that are colors, compared by their distance
TIE: Final = 1e-6  #: a smaller difference is one of rounding
MIN_PHOTOGRAPHS: Final = 3  #: with two, what they have in common is all but their difference


def rank(
    pictures: Sequence[Features],
    photographs: Sequence[Features],
) -> list[dict[str, int]]:
    """Return for each picture the rank of its photograph among all, from 1, by metric.

    A photograph as near as the own one counts as nearer, so that a model for which all pictures
    are alike finds none.

    Args:
        pictures: features of pictures, each of the photograph at the same place; may be fewer.
        photographs: features of all photographs.

    Returns:
        Empty results with fewer than ``MIN_PHOTOGRAPHS``.
    """
    ranks: list[dict[str, int]] = [{} for _ in pictures]
    if len(photographs) < MIN_PHOTOGRAPHS or not pictures:
        return ranks
    for name in photographs[0]:
        nearness = _nearness(name, *(_stack(name, images) for images in (pictures, photographs)))
        for at, row in enumerate(nearness):
            ranks[at][name] = int((row >= row[at] - TIE).sum())
    return ranks


def summarize(
    ranks: Sequence[Mapping[str, int]], setting: str, photographs: int
) -> list[Retrieval]:
    """Return how many pictures of a setting were found, by metric.

    Args:
        ranks: of the pictures of one setting, as ``rank`` returns them.
        setting: its id.
        photographs: the number of photographs among which they were searched for.
    """
    names = dict.fromkeys(name for each in ranks for name in each)
    return [
        Retrieval(
            model=name,
            setting=setting,
            photographs=photographs,
            found=sum(each.get(name) == 1 for each in ranks),
            chance=len(ranks) / photographs,
        )
        for name in names
    ]


def _stack(name: str, images: Sequence[Features]) -> Array:
    return np.array([np.asarray(image[name], np.float32).ravel() for image in images], np.float32)


def _nearness(name: str, pictures: Array, photographs: Array) -> NDArray[np.float64]:
    """Return a row for each picture with a number for each photograph, higher for nearer."""
    if name == COLORS:
        grids = [array.reshape(len(array), -1, 3) for array in (pictures, photographs)]
        return np.array([[-color_distance(one, other) for other in grids[1]] for one in grids[0]])
    common = photographs.mean(0)
    first, second = (_unit(array - common) for array in (pictures, photographs))
    return np.asarray(first @ second.T, np.float64)


def _unit(rows: Array) -> Array:
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9))
