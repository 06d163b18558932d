"""Measure one photograph: describe it once, then encode, decode and measure each setting.

Every step whose result is stored is a part of the ``Store`` of the photograph, so a run that was
killed goes on after the last step. A picture is painted once for all settings with equal records.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import semcodec
from semcodec import imaging
from semcodec._version import __version__
from semcodec.bulk.digests import digest_bytes, digest_values
from semcodec.errors import InputError, InvalidResponseError, RefusalError, SemcodecError
from semcodec.imaging import fitting
from semcodec.measure import rates
from semcodec.measure import settings as measured_settings
from semcodec.measure.columns import Columns, Features, round_values
from semcodec.measure.results import Baseline, Metric, Photograph, Result, Setting
from semcodec.measure.store import Store, StoreError, write_file
from semcodec.pipeline import Trace
from semcodec.pipeline.describe_once import DescribeOnce, Description
from semcodec.pipeline.reflection.painting import is_paid

if TYPE_CHECKING:
    from semcodec.measure.fidelity import View

#: Errors of one setting, after which the others are tried: too few bytes for a word, an unusable
#: response, a refused prompt.
ERRORS_OF_ONE: Final = (InputError, InvalidResponseError, RefusalError)
MAX_STORED_TEXT: Final = 200_000  #: characters of a description; more of one is not used
ENCODING: Final = ("backend", "describer", "writer", "locator")
DECODING: Final = ("backend", "writer", "painter", "upscaler")
#: The role whose model runs a stage of a trace.
ROLES_OF_STAGES: Final = {
    "describe": "describer",
    "select": "writer",
    "locate": "locator",
    "paint": "painter",
    "upscale": "upscaler",
}

#: Names of parts.
DESCRIPTION, BASELINES, FEATURES = "description", "baselines", "features"
PHOTOGRAPH: Final = "photograph.png"
DEFAULT_PAINT_SIZE: Final = 512  #: the longer side of pictures in pixels

Values = dict[str, Any]

#: The metrics of a setting, if none are computed.
NOTHING: Final[Values] = {
    "text_coders": {}, "fidelity": {}, "roundtrip": {}, "picture": {}, "features": {},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how.

    Attributes:
        settings: the settings.
        paint_size: the longer side of the pictures in pixels; 0 paints none.
        identities: by role, all that decides what its backend returns, as JSON values.
        keeps_originals: whether a copy of each photograph is written.
        is_dry_run: whether the backends only collect requests: then each picture is requested, and
            nothing is written.
    """

    settings: Sequence[Setting]
    paint_size: int
    identities: Mapping[str, Any]
    keeps_originals: bool = True
    is_dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """A photograph to be measured.

    Attributes:
        name: its name in the results.
        data: the bytes of its file.
        folder: the folder of its files.
        path: that folder in the names of files of the results.
        description: a description made by another tool; None to describe it.
    """

    name: str
    data: bytes
    folder: Path
    path: str
    description: str | None = None


@dataclass(slots=True)
class Measured:
    """The result of a task.

    Attributes:
        photograph: the results.
        models: the names of the models that made them, by role.
        metrics: the metrics that were computed.
        skipped: the columns that are absent, and why.
        photograph_features: of the photograph, by image model.
        picture_features: of its pictures, by setting.
        calls: the requests to servers that were made for it now.
        notices: sentences for the user, each once.
    """

    photograph: Photograph
    models: dict[str, str]
    metrics: list[Metric] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    photograph_features: Features = field(default_factory=dict)
    picture_features: dict[str, Features] = field(default_factory=dict)
    calls: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Measurer:
    """Measures photographs with the same options and backends."""

    def __init__(self, options: Options, roles: Mapping[str, Any], columns: Columns | None) -> None:
        """Prepare for measuring.

        Args:
            options: what is measured.
            roles: backends by role, as ``encode`` and ``decode`` take them.
            columns: what is computed besides rates; None for nothing, as in a dry run.
        """
        self._options, self._roles, self._columns = options, dict(roles), columns
        if columns is not None and "painter" in roles:
            self._roles["painter"] = columns.fidelity.watch(roles["painter"])

    def measure(self, task: Task) -> Measured:
        """Return the results of a photograph; those that are stored are not computed again.

        A setting that fails has no result, and its error is in ``failed``.

        Raises:
            SemcodecError: the photograph cannot be read or described, or the failure concerns all
                photographs.
        """
        return _Run(self._options, self._roles, self._columns, task).measure()


class _Run:
    """The measurement of one photograph."""

    def __init__(
        self, options: Options, roles: Mapping[str, Any], columns: Columns | None, task: Task
    ) -> None:
        self._options, self._roles, self._columns, self._task = options, roles, columns, task
        self._sha256 = digest_bytes(task.data)
        self._store = Store(task.folder, writes=not options.is_dry_run)
        self._calls: list[dict[str, Any]] = []
        self._models: dict[str, str] = {}
        self._features: dict[str, Features] = {}
        self._target: tuple[int, int] | None = None  # the size that the records state
        self._decoded: semcodec.Decoded | None = None  # the last one
        self._describing_key = digest_values([self._sha256, self._identity("backend", "describer")])
        stored = self._store.find(DESCRIPTION, self._describing_key)
        self._described = Description(**stored) if stored else None

    def measure(self) -> Measured:
        results: list[Result] = []
        failed: dict[str, str] = {}
        for setting in self._options.settings:
            try:
                results.append(self._result(setting))
            except SemcodecError as error:
                if not isinstance(error, ERRORS_OF_ONE) or isinstance(error, StoreError):
                    raise
                self._calls += error.trace.calls if isinstance(error.trace, Trace) else []
                failed[setting["id"]] = " ".join(str(error).split())
                if len(failed) == len(self._options.settings):
                    raise
        notices = [notice for result in results for notice in result["notices"]]
        return Measured(
            self._photograph(results, failed),
            self._models,
            self._columns.metrics if self._columns else [],
            self._columns.skipped if self._columns else {},
            self._photograph_features(),
            self._features,
            self._calls,
            [*dict.fromkeys(notices)],
        )

    def _photograph(self, results: list[Result], failed: dict[str, str]) -> Photograph:
        photograph: Photograph = {
            "name": self._task.name,
            "sha256": self._sha256,
            "size": list(self._loaded.size),
            "file_bytes": len(self._task.data),
            "description": self._text,
            "photograph_file": self._copy_photograph(results[0]),
            "baselines": self._baselines(),
            "results": results,
            "error": None,
        }
        if failed:
            photograph["failed"] = failed
        return photograph

    # --- one setting

    def _result(self, setting: Setting) -> Result:
        coded = self._encode(setting)
        record = bytes.fromhex(coded["record"])
        self._target = semcodec.unpack(record).size
        painted = self._paint(record) if self._options.paint_size else None
        words = painted["words"] if painted else _restored_words(record)
        self._add_models(coded, painted)
        of_words = self._compare_words(setting, record, words)
        of_picture = self._compare_picture(setting, record, painted) if painted else NOTHING
        decoders = {role: name for role, name in self._models.items() if role in DECODING}
        notices = [*coded["notices"], *(painted["notices"] if painted else ())]
        return {
            "setting": setting["id"],
            "words": words,
            "record": coded["record"],
            "rate": rates.count(record, self._loaded.size, models=decoders),
            "text_coders": of_words["text_coders"],
            "fidelity": of_words["fidelity"] | of_picture["roundtrip"],
            "picture": of_picture["picture"],
            "record_file": self._path(f"{setting['id']}.semc"),
            "picture_file": self._path(_picture_name(record)) if painted else None,
            "trace_file": self._write_trace(setting, coded, painted),
            "encode_seconds": coded["seconds"],
            "decode_seconds": painted["seconds"] if painted else 0.0,
            "notices": [*dict.fromkeys(notices)],
        }

    def _encode(self, setting: Setting) -> Values:
        """Return the record of a setting and the trace of its run."""
        name = f"record {setting['id']}"
        value: Values | None = None
        if self._text is not None:
            value = self._store.find(name, self._record_key(setting))
        if value is None:
            encoded, seconds = self._run_encoder(setting)
            value = {
                "record": encoded.data.hex(),
                "seconds": round(seconds, 4),
                "notices": encoded.trace.notices,
                "trace": asdict(encoded.trace),
            }
            files = {f"{setting['id']}.semc": encoded.data}
            self._store.add(name, self._record_key(setting), value, files)
        return value

    def _record_key(self, setting: Setting) -> str:
        arguments = measured_settings.arguments(setting)
        return digest_values([self._sha256, self._text, self._identity(*ENCODING), arguments])

    def _run_encoder(self, setting: Setting) -> tuple[semcodec.Encoded, float]:
        """Return a record, and the seconds that it takes with the description."""
        roles = {role: self._roles[role] for role in ENCODING if role in self._roles}
        if self._task.description is None:
            roles["describer"] = DescribeOnce(roles["describer"], self._described, self._keep)
        start = time.perf_counter()
        encoded = semcodec.encode(
            self._task.data,
            description=self._task.description,
            **roles,
            **measured_settings.arguments(setting),
        )
        seconds = time.perf_counter() - start
        self._calls += encoded.trace.calls
        seconds -= sum(stage.seconds for stage in encoded.trace.stages if stage.name == "describe")
        return encoded, seconds + (self._described.seconds if self._described else 0)

    def _keep(self, description: Description) -> None:
        """Store a description at once: what follows may fail, and it may have cost money."""
        self._described = description
        if isinstance(description.text, str) and len(description.text) <= MAX_STORED_TEXT:
            self._store.add(DESCRIPTION, self._describing_key, asdict(description))

    @property
    def _text(self) -> str | None:
        """The description, as far as it is known."""
        if self._task.description is not None:
            return self._task.description
        return self._described.text if self._described else None

    def _paint(self, record: bytes) -> Values:
        """Return the words and the trace of a picture, which is the same for equal records."""
        name, key = _picture_name(record), self._picture_key(record)
        value: Values | None = self._store.find(name, key)
        if value is None:
            start = time.perf_counter()
            decoded = self._decode(record)
            value = {
                "words": decoded.words,
                "seconds": round(time.perf_counter() - start, 4),
                "notices": decoded.trace.notices,
                "trace": asdict(decoded.trace),
            }
            self._store.add(name, key, value, {name: decoded.to_file("PNG")})
        return value

    def _picture_key(self, record: bytes) -> str:
        return digest_values([record.hex(), self._options.paint_size, self._identity(*DECODING)])

    def _decode(self, record: bytes) -> semcodec.Decoded:
        roles = {role: self._roles[role] for role in DECODING if role in self._roles}
        self._decoded = semcodec.decode(record, size=self._picture_size(record), **roles)
        self._calls += self._decoded.trace.calls
        return self._decoded

    def _add_models(self, coded: Values, painted: Values | None) -> None:
        """Add the names of the models, as far as they are not known."""
        stages = coded["trace"]["stages"] + (painted["trace"]["stages"] if painted else [])
        named = {ROLES_OF_STAGES.get(stage["name"]): stage["model"] for stage in stages}
        stated = coded["trace"]["models"]
        if not painted or self._roles.get("painter") is not self._roles.get("describer"):
            stated = {role: name for role, name in stated.items() if role != "painter"}
        self._models = {**{role: name for role, name in named.items() if role}, **stated}

    # --- metrics

    def _compare_words(self, setting: Setting, record: bytes, words: list[str]) -> Values:
        if self._columns is None:
            return NOTHING
        name = f"words {setting['id']}"
        key = digest_values([record.hex(), words, self._text, self._columns.key])
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

    def _compare_picture(self, setting: Setting, record: bytes, painted: Values) -> Values:
        """Return the metrics of the picture, which are the same for equal records."""
        if self._columns is None:
            return NOTHING
        name = f"metrics of {_picture_name(record)}"
        key = digest_values([self._picture_key(record), self._text, self._columns.key])
        value: Values | None = self._store.find(name, key)
        if value is None:
            decoded = self._decoded_of(record, painted)
            fidelity = self._columns.fidelity
            value = {
                "picture": round_values(fidelity.picture(self._view, decoded.image, decoded)),
                "roundtrip": round_values(fidelity.roundtrip(decoded.words, decoded.image)),
                "features": self._columns.features(decoded.image),
            }
            self._store.add(name, key, value)
        self._features[setting["id"]] = value["features"]
        return value

    def _decoded_of(self, record: bytes, painted: Values) -> semcodec.Decoded:
        """Return the picture of a record: the last one, or one that was painted in another run.

        The painter reports what it drew only for pictures of this process. It paints a stored one
        again, unless that may cost money.
        """
        unpacked = semcodec.unpack(record)
        if self._decoded is not None and self._decoded.record == unpacked:
            return self._decoded
        if not is_paid(self._roles["painter"]):
            return self._decode(record)
        picture = imaging.load((self._store.folder / _picture_name(record)).read_bytes()).image
        return semcodec.Decoded(picture, painted["words"], unpacked, Trace())

    def _baselines(self) -> list[Baseline]:
        if self._columns is None:
            return []
        key = digest_values([self._sha256, self._text, self._columns.key])
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

    def _photograph_features(self) -> Features:
        if self._columns is None:
            return {}
        key = digest_values([self._sha256, self._columns.key])
        value: Features | None = self._store.find(FEATURES, key)
        if value is None:
            value = self._columns.features(self._view.photograph)
            self._store.add(FEATURES, key, value)
        return value

    @cached_property
    def _view(self) -> View:
        """The photograph as it was described, and its description, prepared for metrics."""
        if self._columns is None or self._text is None or self._target is None:
            raise AssertionError  # it is used after a record was made
        fitted = fitting.fit_photograph(self._loaded.image, self._target)
        return self._columns.fidelity.view(fitted, self._text)

    # --- files

    def _write_trace(self, setting: Setting, coded: Values, painted: Values | None) -> str | None:
        """Write the stages of both runs as one trace, and return the name of the file."""
        if self._options.is_dry_run:
            return None
        trace = dict(coded["trace"])
        if painted:
            trace["stages"] = [*trace["stages"], *painted["trace"]["stages"]]
            trace["notices"] = [*dict.fromkeys(trace["notices"] + painted["trace"]["notices"])]
            trace["reflection"] = painted["trace"]["reflection"]
        name = f"{setting['id']}.json"
        write_file(self._store.folder / name, (json.dumps(trace, indent=2) + "\n").encode())
        return self._path(name)

    def _copy_photograph(self, result: Result) -> str | None:
        """Write the photograph at the size of the pictures, and return the name of the file."""
        if self._options.is_dry_run or not self._options.keeps_originals:
            return None
        record = bytes.fromhex(result["record"])
        fitted = fitting.fit_photograph(self._loaded.image, semcodec.unpack(record).size)
        copy = fitted.resize(self._picture_size(record))
        write_file(self._store.folder / PHOTOGRAPH, imaging.to_png(copy))
        return self._path(PHOTOGRAPH)

    def _picture_size(self, record: bytes) -> tuple[int, int]:
        """Return the size of the picture of a record: its aspect ratio, and the chosen side."""
        width, height = semcodec.unpack(record).size
        scale = (self._options.paint_size or DEFAULT_PAINT_SIZE) / max(width, height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _path(self, name: str) -> str:
        return f"{self._task.path}/{name}"

    def _identity(self, *roles: str) -> list[Any]:
        return [__version__, *(self._options.identities.get(role) for role in roles)]

    @cached_property
    def _loaded(self) -> imaging.LoadedImage:
        return imaging.load(self._task.data)


def _picture_name(record: bytes) -> str:
    return f"picture-{digest_bytes(record)[:8]}.png"


def _restored_words(record: bytes) -> list[str]:
    """Return the words of a record that is not painted; skeletons are restored by rule."""
    unpacked = semcodec.unpack(record)
    return semcodec.decompress(unpacked.text) if unpacked.coding == "nibble" else unpacked.words
