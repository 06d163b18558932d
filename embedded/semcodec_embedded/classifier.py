"""Guess what a picture shows as a whole, in everyday nouns with probabilities.

Several crops are asked, because a subject that fills the frame is recognised best. The answer of
the classes that mean the same noun is added up before anything is compared.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec_embedded.detector import Box
from semcodec_embedded.labels import labels
from semcodec_embedded.onnx_models import run

INPUT_SIDE = 280  #: the network's input, in pixels
PROBABILITY_STEPS = 256  #: the network answers bytes: probabilities in steps of 1/256
FULL_CROP = Box(0, 0, 1, 1)
CENTER_CROP = Box(0.125, 0.125, 0.875, 0.875)
LANDSCAPE_CROPS = (
    FULL_CROP,
    CENTER_CROP,
    Box(0, 0, 0.6, 1),
    Box(0.4, 0, 1, 1),
)  #: crops of a landscape format
PORTRAIT_CROPS = (
    FULL_CROP,
    CENTER_CROP,
    Box(0, 0, 1, 0.6),
    Box(0, 0.4, 1, 1),
)  #: crops of a portrait format


def classify(image: Image.Image) -> dict[str, float]:
    """Return each noun's probability: the mean of its average and its best crop.

    Raises:
        BackendError: the network does not run here.
    """
    crops = LANDSCAPE_CROPS if image.width >= image.height else PORTRAIT_CROPS
    answers = np.stack([_noun_probabilities(crop(image, box)) for box in crops])
    joint = (answers.mean(0) + answers.max(0)) / 2
    return dict(zip(labels().nouns, map(float, joint), strict=True))


def crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the part of ``image`` in ``box``, at least one pixel."""
    width, height = image.size
    left, top = min(int(box.left * width), width - 1), min(int(box.top * height), height - 1)
    right, bottom = round(box.right * width), round(box.bottom * height)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def with_hypernyms(nouns: Mapping[str, float]) -> dict[str, float]:
    """Return ``nouns`` with the general ones added, each as sure as its kinds together."""
    every = dict(nouns)
    for general, hyponym in labels().hyponyms.items():
        every[general] = nouns.get(general, 0.0) + sum(nouns.get(noun, 0.0) for noun in hyponym)
    return every


def _noun_probabilities(image: Image.Image) -> NDArray[np.float64]:
    """Return the probability of each noun of labels.toml, in its order."""
    small = image.resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BICUBIC)
    classes = (
        run("classifier.onnx", np.asarray(small, np.uint8)[None])[0].ravel() / PROBABILITY_STEPS
    )
    return np.array([classes[list(numbers)].sum() for numbers in labels().nouns.values()])
