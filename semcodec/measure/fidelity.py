"""Fidelity: how much of a photograph and its description arrives, in words and in the picture.

A ``Fidelity`` has the metrics that can be computed here; those that cannot are in ``skipped`` with
the reason, and no value is invented for them. It is made once for each process, because it loads
models; a ``View`` is made once for each photograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec import backends
from semcodec.backends.isolation import backend_name, has_method, isolate
from semcodec.bitstream import Record
from semcodec.errors import InputError, SemcodecError
from semcodec.measure import word_scores
from semcodec.measure.judges import JUDGES
from semcodec.measure.metric_list import METRICS
from semcodec.measure.painted_boxes import WatchedPainter
from semcodec.measure.picture_metrics import FeatureMetric, PictureMetric, base_metrics, psnr
from semcodec.measure.pictures import match_boxes
from semcodec.measure.results import Metric
from semcodec.pipeline.reflection.painting import is_paid
from semcodec.words import decompress
from semcodec.words.minilm import SentenceModel

if TYPE_CHECKING:
    from semcodec.pipeline.decode import Decoded

#: What can be requested, each with the metrics that it computes.
GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "words": tuple(f"{name}_{kind}" for name in word_scores.CLASSES for kind in word_scores.SCORES),
    **{name: (name,) for name in JUDGES},
    "roundtrip": ("roundtrip_f1", "roundtrip_objects_f1", "roundtrip_similarity"),
    "picture": ("de16", "de32", "ssim64"),
    "boxes": ("box_iou",),
    "classifier": ("classifier",),
    "baselines": ("psnr-rgb",),
}
MAX_KEPT: Final = 8  #: pictures of which what was prepared is kept, up to 40 kB each


@dataclass(slots=True)
class View:
    """A photograph with its description, read and prepared once.

    Attributes:
        photograph: the photograph in RGB, as the describer got it.
        description: the text from which words were selected.
        classes: what it has of each class of words.
        prepared: what each metric of pictures has prepared, by its name.
        boxes: of the words that were located last, the boxes in the photograph.
    """

    photograph: Image.Image
    description: str
    classes: word_scores.Classes
    prepared: dict[str, Any]
    boxes: dict[tuple[str, ...], list[list[tuple[float, float, float, float]]]] = field(
        default_factory=dict
    )


class Fidelity:
    """Compares what was received and painted with the photographs.

    Attributes:
        metrics: what is computed, in the order of tables, with models and without chance values.
        skipped: what is not computed, by its name in ``GROUPS``, and why.
    """

    def __init__(self, describer: Any = None, *, requested: Sequence[str] | None = None) -> None:
        """Load what is available of ``requested``.

        Args:
            describer: the backend that described the photographs; it describes painted pictures
                for the round trip. If it can locate or has ``image_features``, it does so, too.
            requested: names of ``GROUPS``; None for all that costs nothing. The round trip through
                a describer that may cost money is computed only if it is named here.

        Raises:
            InputError: a name is not in ``GROUPS``.
        """
        for name in requested or ():
            if name not in GROUPS:
                raise InputError(f"Unknown metric {name[:40]!r}: use some of {', '.join(GROUPS)}.")
        self.skipped: dict[str, str] = {}
        self._describer = describer
        self._wanted = tuple(GROUPS) if requested is None else tuple(requested)
        self._judges: dict[str, SentenceModel] = {}
        self._models: dict[str, str] = {}
        self._load_judges()
        self._pictures = self._load_picture_metrics()
        self._locator = self._find_locator() if "boxes" in self._wanted else None
        self._makes_round_trips = "roundtrip" in self._wanted and self._may_describe(requested)
        self._painters: list[WatchedPainter] = []
        self._kept: dict[bytes, dict[str, Any]] = {}
        self.metrics: list[Metric] = self._list_metrics()

    # --- once for each photograph

    def view(self, photograph: Image.Image, description: str) -> View:
        """Return what is compared of a photograph, the image that the describer got."""
        image = photograph.convert("RGB")
        return View(image, description, word_scores.read_classes(description), self._prepare(image))

    # --- words

    def words(self, view: View, received: Record | Sequence[str]) -> dict[str, float | None]:
        """Return the metrics of received words; None for what has nothing to be compared with.

        Args:
            view: of the photograph.
            received: the words from which the picture is painted (``Decoded.words``); or a record,
                whose skeletons are restored by rule. The words of a list have an order.
        """
        words, ordered = _read_words(received)
        text = " ".join(words)
        scores: dict[str, float | None] = {}
        if "words" in self._wanted:
            found = word_scores.read_classes(text, ordered=ordered)
            scores |= word_scores.compare(found, view.classes)
        for name, judge in self._judges.items():
            if name in self._wanted:
                scores[name] = judge.similarities(view.description, [text])[0] if words else None
        return scores

    def roundtrip(self, received: Sequence[str], picture: Image.Image) -> dict[str, float | None]:
        """Return how near the description of a painted picture is to the received words.

        It takes as long as to describe a photograph, so each picture should be described once.

        Raises:
            BackendError: the describer failed.
        """
        if not self._makes_round_trips:
            return {}
        with isolate(self._describer, "describe", "failed to describe a painted picture"):
            description = str(self._describer.describe(picture))
        text = " ".join(received)
        found, sent = map(word_scores.read_classes, (description, text))
        scores = word_scores.compare(found, sent)
        results = {"roundtrip_f1": scores["words_f1"], "roundtrip_objects_f1": scores["objects_f1"]}
        for judge in list(self._judges.values())[-1:]:
            results["roundtrip_similarity"] = judge.similarities(text, [description])[0]
        return results

    # --- pictures

    def watch(self, painter: Any) -> Any:
        """Return ``painter`` for ``decode``, so that the boxes of what it draws are known."""
        watched = WatchedPainter(painter)
        self._painters = [watched]
        return watched

    def picture(self, view: View, picture: Image.Image, decoded: Decoded) -> dict[str, float]:
        """Return the metrics of a painted picture.

        Args:
            view: of the photograph.
            picture: the picture, of any size; of another shape, it is compared stretched.
            decoded: the result of ``decode`` with a painter of ``watch``, for the boxes.
        """
        results = self.compare(view, picture)
        if (overlap := self._box_overlap(view, decoded)) is not None:
            results["box_iou"] = overlap
        return results

    def compare(self, view: View, picture: Image.Image) -> dict[str, float]:
        """Return the metrics of any picture, which need no words and no boxes."""
        prepared = self._prepare(picture.convert("RGB"))
        return {
            metric.name: metric.compare(prepared[metric.name], view.prepared[metric.name])
            for metric in self._pictures
        }

    def baseline(
        self, view: View, picture: Image.Image, photograph: Image.Image
    ) -> dict[str, float]:
        """Return the metrics of a decoded photograph, with those of signals.

        Args:
            view: of the photograph.
            picture: the photograph as a codec decoded it.
            photograph: the one that it encoded; of another size, there is no PSNR.
        """
        results = self.compare(view, picture)
        if "baselines" in self._wanted and picture.size == photograph.size:
            results["psnr-rgb"] = psnr(picture.convert("RGB"), photograph.convert("RGB"))
        return results

    def features(self, image: Image.Image) -> dict[str, NDArray[np.float32]]:
        """Return the features by which the photograph of a picture is found, by metric."""
        prepared = self._prepare(image.convert("RGB"))
        return {metric.name: prepared[metric.name] for metric in self._pictures if metric.finds}

    def metric(self, name: str) -> PictureMetric:
        """Return the metric of pictures with this name, which compares features."""
        return next(metric for metric in self._pictures if metric.name == name)

    def _prepare(self, image: Image.Image) -> dict[str, Any]:
        """Return what each metric prepares; of the last images, without computing it again."""
        key = blake2b(f"{image.size}".encode() + image.tobytes(), digest_size=16).digest()
        if key not in self._kept:
            prepared = {metric.name: metric.prepare(image) for metric in self._pictures}
            self._kept = dict([*self._kept.items(), (key, prepared)][-MAX_KEPT:])
        return self._kept[key]

    def _box_overlap(self, view: View, decoded: Decoded) -> float | None:
        """Return the mean overlap; None if the painter reports nothing, or no word has a box."""
        if self._locator is None:
            return None
        found = [painter.boxes(decoded.image, decoded.words) for painter in self._painters]
        painted = next((boxes for boxes in found if boxes is not None), None)
        if painted is None:
            return None
        words = tuple(decoded.words)
        if words not in view.boxes:
            with isolate(self._locator, "locate", "failed to locate words"):
                view.boxes[words] = [
                    list(boxes) for boxes in self._locator.locate(view.photograph, words)
                ]
        overlaps = [
            overlap
            for true, boxes in zip(view.boxes[words], painted, strict=True)
            for overlap, _ in match_boxes(true, boxes)
        ]
        return sum(overlaps) / len(overlaps) if overlaps else None

    # --- what is available

    def _load_judges(self) -> None:
        for name, (load, describe) in JUDGES.items():
            if name in self._wanted or "roundtrip" in self._wanted:
                try:
                    self._judges[name] = load()
                    self._models[name] = describe()
                except SemcodecError as error:
                    self.skipped[name] = str(error)

    def _load_picture_metrics(self) -> list[PictureMetric]:
        metrics = base_metrics() if "picture" in self._wanted else []
        if "classifier" in self._wanted:
            try:
                metrics.append(_load_classifier(self._describer))
            except SemcodecError as error:
                self.skipped["classifier"] = str(error)
        self._models |= {metric.name: metric.model for metric in metrics if metric.model}
        return metrics

    def _find_locator(self) -> Any:
        """Return the offline locator: the same for all describers, and it costs nothing."""
        if has_method(self._describer, "locate") and not is_paid(self._describer):
            return self._describer
        try:
            return backends.find("locator", backends.DEFAULTS["describer"])
        except SemcodecError as error:
            self.skipped["boxes"] = str(error)
            return None

    def _may_describe(self, requested: Sequence[str] | None) -> bool:
        if self._describer is None:
            self.skipped["roundtrip"] = "No describer is given: name one."
        elif requested is None and is_paid(self._describer):
            name = backend_name(self._describer)
            reason = f"Each call of {name} may cost money: request roundtrip to allow it."
            self.skipped["roundtrip"] = reason
        return "roundtrip" not in self.skipped

    def _list_metrics(self) -> list[Metric]:
        names = [name for group in self._wanted for name in GROUPS[group]]
        missing = {name for group in self.skipped for name in GROUPS[group]}
        if not self._judges:
            missing.add("roundtrip_similarity")
        return [
            info.make(name, self._models.get(name))
            for name, info in METRICS.items()
            if name in names and name not in missing
        ]


def _load_classifier(describer: Any) -> PictureMetric:
    """Return the metric of the backend that has ``image_features``.

    Raises:
        BackendError: neither the describer nor the offline backend has it.
    """
    backend = describer
    if not has_method(backend, "image_features") or is_paid(backend):
        backend = backends.find("describer", backends.DEFAULTS["describer"])
    with isolate(backend, "load", "failed to name the model of its features"):
        return FeatureMetric("classifier", str(backend.features_model), backend.image_features)


def _read_words(received: Record | Sequence[str]) -> tuple[list[str], bool]:
    """Return the words, and whether their order means something."""
    if not isinstance(received, Record):
        return list(received), True
    if received.coding == "nibble":
        return decompress(received.words), True
    return list(received.words), received.coding != "bag"
