"""Compare one photograph with its words, its pictures and the files of other codecs."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import semcodec
from semcodec.backends.notes import collect_notes
from semcodec.bulk.digests import digest_values
from semcodec.imaging import LoadedImage, fitting
from semcodec.measure.codec_steps import CodecSteps, Values, picture_name
from semcodec.measure.columns import Columns, Features, round_values
from semcodec.measure.results import Baseline, Setting
from semcodec.measure.store import Store
from semcodec.pipeline.trace import CALLS

if TYPE_CHECKING:
    from semcodec.measure.fidelity import View

BASELINES, FEATURES = "baselines", "features"  #: names of parts
#: The metrics of a setting, if none are computed.
NOTHING: Final[Values] = {
    "text_coders": {}, "fidelity": {}, "roundtrip": {}, "picture": {}, "features": {},
}  # fmt: skip


class Comparison:
    """The metrics of one photograph, which was encoded before.

    Attributes:
        calls: the requests to servers so far, to describe pictures again.
    """

    def __init__(
        self,
        columns: Columns,
        steps: CodecSteps,
        store: Store,
        photograph: LoadedImage,
        sha256: str,
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self._columns, self._steps, self._store = columns, steps, store
        self._loaded, self._sha256 = photograph, sha256
        self._target: tuple[int, int] | None = None  # the size that the records state

    def words(self, setting: Setting, record: bytes, words: list[str]) -> Values:
        """Return the sizes of other text coders, and the metrics of the received words."""
        self._target = semcodec.unpack(record).size
        name = f"words {setting['id']}"
        key = digest_values([record.hex(), words, self._steps.text, self._columns.key])
        value: Values | None = self._store.find(name, key)
        if value is None:
            unpacked = semcodec.unpack(record)
            received = words if unpacked.coding == "nibble" else unpacked
            value = {
                "text_coders": self._columns.coders.sizes(words),
                "fidelity": round_values(self._columns.fidelity.words(self._view, received)),
            }
            self._store.add(name, key, value)
        return value

    def picture(self, record: bytes, painted: Values) -> Values:
        """Return the metrics of the picture, which are the same for equal records."""
        name = f"metrics of {picture_name(record)}"
        key = digest_values([self._steps.picture_key(record), self._steps.text, self._columns.key])
        value: Values | None = self._store.find(name, key)
        if value is None:
            decoded = self._steps.decoded_of(record, painted)
            fidelity = self._columns.fidelity
            value = {
                "picture": round_values(fidelity.picture(self._view, decoded.image, decoded)),
                "roundtrip": self._round_trip(decoded),
                "features": self._columns.features(decoded.image),
            }
            self._store.add(name, key, value)
        return value

    def _round_trip(self, decoded: semcodec.Decoded) -> Values:
        with collect_notes() as notes:
            values = self._columns.fidelity.roundtrip(decoded.words, decoded.image)
        self.calls += [value for kind, value in notes if kind == CALLS]
        return round_values(values)

    def baselines(self) -> list[Baseline]:
        """Return what other image codecs make of the photograph."""
        key = digest_values([self._sha256, self._steps.text, self._columns.key])
        value: list[Baseline] | None = self._store.find(BASELINES, key)
        if value is None:
            photograph, fidelity = self._loaded.image, self._columns.fidelity
            value = self._columns.baselines(
                photograph, lambda picture: fidelity.baseline(self._view, picture, photograph)
            )
            for baseline in value:
                baseline["metrics"] = round_values(baseline["metrics"])
            self._store.add(BASELINES, key, value)
        return value

    def features(self) -> Features:
        """Return the features of the photograph, by image model."""
        key = digest_values([self._sha256, self._columns.key])
        value: Features | None = self._store.find(FEATURES, key)
        if value is None:
            value = self._columns.features(self._view.photograph)
            self._store.add(FEATURES, key, value)
        return value

    @cached_property
    def _view(self) -> View:
        """The photograph as it was described, and its description, prepared for metrics."""
        if self._steps.text is None or self._target is None:
            raise AssertionError  # it is used after a record was made
        fitted = fitting.fit_photograph(self._loaded.image, self._target)
        return self._columns.fidelity.view(fitted, self._steps.text)
