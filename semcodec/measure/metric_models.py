"""Load the models of the metrics: judges, image models, describer and locator.

What is missing is not an error: it is stated in ``skipped``, and its metrics are absent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

from semcodec import backends
from semcodec.backends.isolation import backend_name, isolate
from semcodec.errors import InputError, SemcodecError
from semcodec.measure import word_scores
from semcodec.measure.judges import JUDGES
from semcodec.measure.metric_list import METRICS
from semcodec.measure.picture_metrics import FeatureMetric, PictureMetric, base_metrics
from semcodec.measure.plug_ins import PLUG_INS
from semcodec.measure.plug_ins import load as load_plug_in
from semcodec.measure.plug_ins.weights import Weights
from semcodec.measure.results import Metric
from semcodec.pipeline.reflection.painting import is_paid
from semcodec.words.minilm import SentenceModel

#: What can be requested, each with the metrics that it computes.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "words": tuple(f"{name}_{kind}" for name in word_scores.CLASSES for kind in word_scores.SCORES),
    **{name: (name,) for name in JUDGES},
    "roundtrip": ("roundtrip_f1", "roundtrip_objects_f1", "roundtrip_similarity"),
    "picture": ("de16", "de32", "ssim64"),
    "boxes": ("box_iou",),
    "classifier": ("classifier",),
    **{name: (name,) for name in PLUG_INS},
    "baselines": ("psnr-rgb", "ms-ssim-rgb"),
}
OFFLINE: Final = backends.DEFAULTS["describer"]


class MetricModels:
    """The models that are available, each loaded once.

    Attributes:
        wanted: names of ``GROUPS``.
        judges: of sentences, by metric.
        pictures: the metrics of pictures.
        locator: finds the boxes of words in photographs; None if boxes are not compared.
        describer: describes painted pictures; None if there is no round trip.
        skipped: what is not computed, by its name in ``GROUPS``, and why.
    """

    def __init__(
        self, describer: Any, requested: Sequence[str] | None, weights: Path | None
    ) -> None:
        """Load what is available; the arguments are those of ``Fidelity``.

        Raises:
            InputError: a name is not in ``GROUPS``.
        """
        for name in requested or ():
            if name not in GROUPS:
                raise InputError(f"Unknown metric {name[:40]!r}: use some of {', '.join(GROUPS)}.")
        self.wanted: tuple[str, ...] = tuple(GROUPS) if requested is None else tuple(requested)
        self.skipped: dict[str, str] = {}
        self.judges: dict[str, SentenceModel] = {}
        self._names: dict[str, str] = {}
        self._given = describer
        self._load_judges()
        self.pictures: list[PictureMetric] = self._load_pictures(Weights(weights))
        self.locator: Any = self._load("boxes", self._offline_backend)
        self.describer: Any = describer if self._may_describe(requested) else None

    def list_metrics(self) -> list[Metric]:
        """Return the metrics that can be computed, in the order of tables."""
        names = {name for group in self.wanted for name in GROUPS[group]}
        names -= {name for group in self.skipped for name in GROUPS[group]}
        if not self.judges:
            names.discard("roundtrip_similarity")
        return [
            info.make(name, self._names.get(name))
            for name, info in METRICS.items()
            if name in names
        ]

    def _load(self, name: str, load: Callable[[], Any]) -> Any:
        """Return what ``load`` returns; None if it is not wanted or not available."""
        if name not in self.wanted:
            return None
        try:
            return load()
        except SemcodecError as error:
            self.skipped[name] = str(error)
            return None

    def _load_judges(self) -> None:
        for name, (load, describe) in JUDGES.items():
            if judge := self._load(name, load):
                self.judges[name] = judge
                self._names[name] = describe()

    def _load_pictures(self, weights: Weights) -> list[PictureMetric]:
        loaders: dict[str, Callable[[], PictureMetric]] = {
            "classifier": self._load_classifier,
            **{name: partial(load_plug_in, name, weights) for name in PLUG_INS},
        }
        loaded = [self._load(name, load) for name, load in loaders.items()]
        metrics = base_metrics() if "picture" in self.wanted else []
        metrics += [metric for metric in loaded if metric is not None]
        self._names |= {metric.name: metric.model for metric in metrics if metric.model}
        return metrics

    def _load_classifier(self) -> PictureMetric:
        backend = self._offline_backend()
        with isolate(backend, "load", "has no features of images"):
            return FeatureMetric("classifier", backend.features_model, backend.image_features)

    def _offline_backend(self) -> Any:
        """Return the offline backend: the same for all describers, and it costs nothing.

        If it is the describer, that one has the results of the photographs already.
        """
        if self._given is not None and backend_name(self._given) == OFFLINE:
            return self._given
        return backends.find("locator", OFFLINE)

    def _may_describe(self, requested: Sequence[str] | None) -> bool:
        if "roundtrip" not in self.wanted:
            return False
        if self._given is None:
            self.skipped["roundtrip"] = "No describer is given: name one."
        elif requested is None and is_paid(self._given):
            name = backend_name(self._given)
            reason = f"Each call of {name} may cost money: request roundtrip to allow it."
            self.skipped["roundtrip"] = reason
        return "roundtrip" not in self.skipped
