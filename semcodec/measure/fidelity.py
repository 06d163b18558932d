"""Fidelity: how much of a photograph and its description arrives, in words and in the picture.

A ``Fidelity`` has the metrics that can be computed here; those that cannot are in ``skipped`` with
the reason, and no value is invented for them. It is made once for each process, because it loads
models; a ``View`` is made once for each photograph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from semcodec._boxes import Box
from semcodec.backends.isolation import isolate
from semcodec.bitstream import Record
from semcodec.measure import word_scores
from semcodec.measure.baselines import psnr
from semcodec.measure.metric_models import MetricModels
from semcodec.measure.ms_ssim import ms_ssim
from semcodec.measure.painted_boxes import WatchedPainter, digest_pixels
from semcodec.measure.picture_metrics import PictureMetric
from semcodec.measure.pictures import match_boxes
from semcodec.measure.results import Metric
from semcodec.pipeline.reflection.painting import is_paid
from semcodec.words import decompress

if TYPE_CHECKING:
    from semcodec.pipeline.decode import Decoded

MAX_KEPT: Final = 32  #: pictures of which what was prepared is kept, up to 2 MB each


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
    boxes: dict[tuple[str, ...], list[list[Box]]] = field(default_factory=dict)


class Fidelity:
    """Compares what was received and painted with the photographs.

    Attributes:
        metrics: what is computed, in the order of tables, with models and without chance values.
        skipped: what is not computed, by its name in ``metric_models.GROUPS``, and why.
    """

    def __init__(
        self,
        describer: Any = None,
        *,
        requested: Sequence[str] | None = None,
        weights: Path | None = None,
    ) -> None:
        """Load what is available of ``requested``.

        Args:
            describer: the backend that described the photographs; it describes painted pictures
                for the round trip.
            requested: names of ``metric_models.GROUPS``; None for all that costs nothing. The round
                trip through a describer that may cost money is computed only if it is named here.
            weights: a folder with weights of metrics of other projects; None for only the caches of
                their libraries. Nothing is downloaded.

        Raises:
            InputError: a name is not in ``metric_models.GROUPS``.
        """
        self._models = MetricModels(describer, requested, weights)
        self.metrics: list[Metric] = self._models.list_metrics()
        self.skipped: dict[str, str] = self._models.skipped
        self._painters: list[WatchedPainter] = []
        self._kept: dict[bytes, dict[str, Any]] = {}

    # --- once for each photograph

    def view(self, photograph: Image.Image, description: str) -> View:
        """Return what is compared of a photograph, the image that the describer got."""
        image = photograph.convert("RGB")
        return View(image, description, word_scores.read_classes(description), self._prepare(image))

    # --- words

    @staticmethod
    def received(record: Record) -> list[str]:
        """Return the words of a record; skeletons are restored by rule."""
        return decompress(record.words) if record.coding == "nibble" else list(record.words)

    def words(
        self, view: View, received: Record | Sequence[str], *, ordered: bool = True
    ) -> dict[str, float | None]:
        """Return the metrics of received words; None for what has nothing to be compared with.

        Args:
            view: of the photograph.
            received: the words from which the picture is painted (``Decoded.words``); or a record,
                whose skeletons are restored by rule.
            ordered: whether the order of a list means something; that of a ``bag`` does not.
        """
        words = self.received(received) if isinstance(received, Record) else list(received)
        ordered = ordered and not (isinstance(received, Record) and received.coding == "bag")
        text = " ".join(words)
        scores: dict[str, float | None] = {}
        if "words" in self._models.wanted:
            found = word_scores.read_classes(text, ordered=ordered)
            scores |= word_scores.compare(found, view.classes)
        for name, judge in self._models.judges.items():
            scores[name] = judge.similarities(view.description, [text])[0] if words else None
        return scores

    @property
    def round_trips_are_free(self) -> bool:
        """Whether the describer describes pictures again without a cost."""
        return self._models.describer is not None and not is_paid(self._models.describer)

    def roundtrip(self, received: Sequence[str], picture: Image.Image) -> dict[str, float | None]:
        """Return how near the description of a painted picture is to the received words.

        It takes as long as to describe a photograph, so each picture should be described once.

        Raises:
            BackendError: the describer failed.
        """
        if (describer := self._models.describer) is None:
            return {}
        with isolate(describer, "describe", "failed to describe a painted picture"):
            description = str(describer.describe(picture))
        text = " ".join(received)
        found, sent = map(word_scores.read_classes, (description, text))
        scores = word_scores.compare(found, sent)
        results = {"roundtrip_f1": scores["words_f1"], "roundtrip_objects_f1": scores["objects_f1"]}
        for judge in list(self._models.judges.values())[-1:]:
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
            for metric in self._models.pictures
        }

    def baseline(
        self, view: View, picture: Image.Image, photograph: Image.Image
    ) -> dict[str, float]:
        """Return the metrics of a decoded photograph, with those of signals.

        Args:
            view: of the photograph.
            picture: the photograph as a codec decoded it.
            photograph: the one that it encoded; of another size, there is neither PSNR nor MS-SSIM,
                and no MS-SSIM if a side is under 161 pixels.
        """
        results = self.compare(view, picture)
        if "baselines" in self._models.wanted and picture.size == photograph.size:
            both = picture.convert("RGB"), photograph.convert("RGB")
            results["psnr-rgb"] = psnr(*both)
            if (similarity := ms_ssim(*both)) is not None:
                results["ms-ssim-rgb"] = similarity
        return results

    def features(self, image: Image.Image) -> dict[str, NDArray[np.float32]]:
        """Return the features by which the photograph of a picture is found, by metric."""
        prepared = self._prepare(image.convert("RGB"))
        return {
            metric.name: prepared[metric.name] for metric in self._models.pictures if metric.finds
        }

    def metric(self, name: str) -> PictureMetric:
        """Return the metric of pictures with this name, which compares features."""
        return next(metric for metric in self._models.pictures if metric.name == name)

    def _prepare(self, image: Image.Image) -> dict[str, Any]:
        """Return what each metric prepares; of the last images, without computing it again."""
        key = digest_pixels(image)
        if key not in self._kept:
            prepared = {metric.name: metric.prepare(image) for metric in self._models.pictures}
            self._kept = dict([*self._kept.items(), (key, prepared)][-MAX_KEPT:])
        return self._kept[key]

    def locate(self, view: View, words: Sequence[str]) -> list[list[Box]]:
        """Return for each word its boxes in the photograph; all empty without a locator."""
        if self._models.locator is None:
            return [[] for _ in words]
        key = tuple(words)
        if key not in view.boxes:
            with isolate(self._models.locator, "locate", "failed to locate words"):
                found = self._models.locator.locate(view.photograph, list(words))
                view.boxes[key] = [list(boxes) for boxes in found]
        return view.boxes[key]

    def _box_overlap(self, view: View, decoded: Decoded) -> float | None:
        """Return the mean overlap; None if the painter reports nothing, or no word has a box."""
        if self._models.locator is None:
            return None
        found = [painter.boxes(decoded.image, decoded.words) for painter in self._painters]
        painted = next((boxes for boxes in found if boxes is not None), None)
        if painted is None:
            return None
        overlaps = [
            overlap
            for true, boxes in zip(self.locate(view, decoded.words), painted, strict=True)
            for overlap, _ in match_boxes(true, boxes)
        ]
        return sum(overlaps) / len(overlaps) if overlaps else None
