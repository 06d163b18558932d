"""Features of pictures: what the classifier makes of a picture before it decides on a class."""

from __future__ import annotations

from importlib import resources

import numpy as np
from PIL import Image, ImageOps

import semcodec_embedded
from semcodec_embedded import onnx_models
from semcodec_embedded.classifier import INPUT_SIDE, NAME

PHOTOS = resources.files("semcodec_embedded") / "photos"


def open_photograph(name: str) -> Image.Image:
    with (PHOTOS / name).open("rb") as file:
        return Image.open(file).convert("RGB")


def test_features_of_a_mirrored_photograph_are_nearer_than_those_of_another() -> None:
    backend = semcodec_embedded.create()
    cat, coffee = (open_photograph(name) for name in ("cat.jpg", "coffee.jpg"))
    first, mirrored, other = (
        np.array(backend.image_features(image)) for image in (cat, ImageOps.mirror(cat), coffee)
    )
    assert first.shape == (1280,)
    assert first.min() >= 0 < first.std()

    def cosine(one: np.ndarray, two: np.ndarray) -> float:
        return float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))

    assert cosine(first, mirrored) > 0.8 > cosine(first, other)
    assert onnx_models.model_digest(NAME) in backend.features_model


def test_one_more_output_does_not_change_the_probabilities() -> None:
    picture = np.asarray(open_photograph("astronaut.jpg").resize((INPUT_SIDE, INPUT_SIDE)))[None]
    both = onnx_models.run(NAME, picture)
    session = onnx_models._import_onnxruntime().InferenceSession(onnx_models._read(NAME))
    [alone] = session.run(None, {session.get_inputs()[0].name: picture})
    assert len(both) == 2
    assert np.array_equal(both[0], alone)
