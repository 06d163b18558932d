"""The metrics of fidelity: what each number means, and how little it may mean.

The order is that of tables: of words first, then of pictures.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from semcodec.measure.results import Metric
from semcodec.measure.word_scores import CLASSES


class MetricInfo(NamedTuple):
    """What is known of a metric before it is computed; see ``Metric``."""

    label: str
    explanation: str
    higher_is_better: bool = True
    unit: str = ""

    def make(self, name: str, model: str | None = None) -> Metric:
        """Return the metric under ``name``, without a chance value."""
        return Metric(
            name=name,
            label=self.label,
            explanation=self.explanation,
            unit=self.unit,
            higher_is_better=self.higher_is_better,
            chance=None,
            model=model,
        )


_SCORES: Final = {
    "f1": ("F1", "Harmonic mean of precision and recall of {}, received against the description."),
    "precision": (
        "precision",
        "Share of the received {} that the description has. Words are selected from the "
        "description, so that less than 1 means errors of restoration.",
    ),
    "recall": (
        "recall",
        "Share of the {} of the description that was received. Fewer words than the description "
        "has cannot reach 1.",
    ),
}
_WORD_METRICS: Final = {
    f"{name}_{score}": MetricInfo(f"{name}, {label}", text.format(CLASSES[name]))
    for name in CLASSES
    for score, (label, text) in _SCORES.items()
}
_SENTENCES: Final = (
    "Cosine of the sentence embeddings of the received words and the description. It sees a wrong "
    "noun, but hardly a wrong color, number or place."
)
_ROUND_TRIP: Final = (
    "The describer describes the painted picture again: {} of this description and the received "
    "words. If the describer was trained on photographs, as the offline one was, it misreads "
    "drawings, and the number is about the describer as much as about the picture."
)
_BASELINE: Final = (
    "{} of a decoded photograph, in RGB; only for baselines. A painted picture shows other pixels "
    "by design."
)

METRICS: Final[dict[str, MetricInfo]] = {
    **_WORD_METRICS,
    "similarity_minilm": MetricInfo(
        "similarity (MiniLM)",
        f"{_SENTENCES} This judge may also have selected the words: prefer the other one.",
    ),
    "similarity_paraphrase": MetricInfo(
        "similarity (paraphrase)", f"{_SENTENCES} This judge selects no words."
    ),
    "roundtrip_f1": MetricInfo("round trip, F1", _ROUND_TRIP.format("F1 of the words")),
    "roundtrip_objects_f1": MetricInfo(
        "round trip, F1 of objects", _ROUND_TRIP.format("F1 of the nouns for things")
    ),
    "roundtrip_similarity": MetricInfo(
        "round trip, similarity",
        _ROUND_TRIP.format("cosine of the sentence embeddings (the last judge of the two)"),
    ),
    "de16": MetricInfo(
        "color distance",
        "Mean CIE76 distance of the mean colors on a grid of 16 x 16. It rewards blur: the colors "
        "of a layer alone are nearer than a picture with the right things in it.",
        higher_is_better=False,
        unit="ΔE",
    ),
    "de32": MetricInfo(
        "color distance, 32 x 32",
        "The same on a grid of 32 x 32.",
        higher_is_better=False,
        unit="ΔE",
    ),
    "box_iou": MetricInfo(
        "box overlap",
        "Mean intersection over union of the boxes of things in the photograph, as the locator "
        "finds them for the received words, and of what the painter reports that it drew for them. "
        "A thing that was not drawn counts as 0; words without a box do not count.",
    ),
    "ssim64": MetricInfo(
        "SSIM, 64 px",
        "Structural similarity of the luma at 64 x 64 pixels. It means little here: a picture of "
        "the same things at other places, which is what words can state, is as dissimilar as "
        "another photograph.",
    ),
    "classifier": MetricInfo(
        "classifier features",
        "Cosine of the pooled features of the offline classifier. It also describes the "
        "photographs, so it is not an independent judge.",
    ),
    "efficientnet-lite0": MetricInfo(
        "EfficientNet-Lite0 features",
        "Cosine of the pooled features of a small network trained on the classes of ImageNet.",
    ),
    "clip": MetricInfo(
        "CLIP similarity",
        "Cosine of the image embeddings of CLIP: what is in the pictures, not where.",
    ),
    "dreamsim": MetricInfo(
        "DreamSim",
        "Distance of embeddings trained on judgments of people about similar images.",
        higher_is_better=False,
    ),
    "lpips": MetricInfo(
        "LPIPS",
        "Distance of features of AlexNet at 256 x 256 pixels, trained on judgments of people about "
        "distorted images. A drawing of the same scene is far from a photograph in it.",
        higher_is_better=False,
    ),
    "dists": MetricInfo(
        "DISTS",
        "Distance of structure and texture in the features of VGG16 at 256 x 256 pixels.",
        higher_is_better=False,
    ),
    "psnr-rgb": MetricInfo("PSNR", _BASELINE.format("Peak signal-to-noise ratio"), unit="dB"),
    "ms-ssim-rgb": MetricInfo("MS-SSIM", _BASELINE.format("Structural similarity at five scales")),
}
