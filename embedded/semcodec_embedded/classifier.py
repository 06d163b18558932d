"""Classify a whole picture: compute the probabilities of everyday nouns.

The network runs on several crops, because it recognizes a subject best if it fills the frame. The
probabilities of all classes that stand for the same noun are added before they are compared.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec_embedded.detector import Box
from semcodec_embedded.labels import labels
from semcodec_embedded.onnx_models import run
from semcodec_embedded.windows import windows

NAME = "classifier.onnx"
INPUT_SIDE = 280  #: pixels of the network's square input
PROBABILITY_STEPS = 256  #: the output of the quantized network is bytes: 1/256 each
FULL_CROP = Box(0, 0, 1, 1)
CENTER_CROP = Box(0.125, 0.125, 0.875, 0.875)
LANDSCAPE_CROPS = (
    FULL_CROP,
    CENTER_CROP,
    Box(0, 0, 0.6, 1),
    Box(0.4, 0, 1, 1),
)  #: crops of a picture in landscape format
PORTRAIT_CROPS = (
    FULL_CROP,
    CENTER_CROP,
    Box(0, 0, 1, 0.6),
    Box(0, 0.4, 1, 1),
)  #: crops of a picture in portrait format


def classify(image: Image.Image) -> dict[str, float]:
    """Return the probability of each noun: halfway from its mean to its maximum over the crops.

    Raises:
        BackendError: the network cannot be loaded or run.
    """
    crops = LANDSCAPE_CROPS if image.width >= image.height else PORTRAIT_CROPS
    boxes = list(windows(*image.size)) or crops
    probabilities = np.stack([_noun_probabilities(crop(image, box)) for box in boxes])
    combined = (probabilities.mean(0) + probabilities.max(0)) / 2
    return dict(zip(labels().nouns, map(float, combined), strict=True))


def features(image: Image.Image) -> NDArray[np.float32]:
    """Return 1280 numbers of what ``image`` shows, to be compared by their cosine, 0 to 1.

    They are what the network makes of the whole picture before it decides on a class.

    Raises:
        BackendError: the network cannot be loaded or run.
    """
    return _run(image)[1].ravel().astype(np.float32) + 128


def crop(image: Image.Image, box: Box) -> Image.Image:
    """Return the part of ``image`` inside ``box``, at least one pixel."""
    width, height = image.size
    left, top = min(int(box.left * width), width - 1), min(int(box.top * height), height - 1)
    right, bottom = round(box.right * width), round(box.bottom * height)
    return image.crop((left, top, max(right, left + 1), max(bottom, top + 1)))


def with_hypernyms(nouns: Mapping[str, float]) -> dict[str, float]:
    """Return ``nouns`` with the general nouns added: the sum of the noun and its hyponyms."""
    extended = dict(nouns)
    for general, hyponyms in labels().hyponyms.items():
        extended[general] = nouns.get(general, 0.0) + sum(nouns.get(noun, 0.0) for noun in hyponyms)
    return extended


def _noun_probabilities(image: Image.Image) -> NDArray[np.float64]:
    """Return the probability of each noun, in the order of labels.toml."""
    classes = _run(image)[0].ravel() / PROBABILITY_STEPS
    return np.array([classes[list(numbers)].sum() for numbers in labels().nouns.values()])


def _run(image: Image.Image) -> list[NDArray[np.uint8]]:
    small = image.resize((INPUT_SIDE, INPUT_SIDE), Image.Resampling.BICUBIC)
    return run(NAME, np.asarray(small, np.uint8)[None])
