"""Measure one photograph: describe it once, then encode, decode and measure each setting.

Every step whose result is stored is a part of the ``Store`` of the photograph, so a run that was
killed goes on after the last step. A picture is painted once for all settings with equal records.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec._version import __version__
from semcodec.bitstream.rate import micro_bits_per_pixel
from semcodec.errors import InputError, InvalidResponseError, RefusalError, SemcodecError
from semcodec.imaging import fitting
from semcodec.measure import settings as measured_settings
from semcodec.measure.results import Photograph, Rate, Result, Setting
from semcodec.measure.store import Store, StoreError, digest, write_file
from semcodec.pipeline import Trace
from semcodec.pipeline.describe_once import DescribeOnce, Description

#: Errors of one setting, after which the others are tried: too few bytes for a word, an unusable
#: response, a refused prompt.
ERRORS_OF_ONE: Final = (InputError, InvalidResponseError, RefusalError)
MAX_STORED_TEXT: Final = 200_000  #: characters of a description; more of one is not used
ENCODING: Final = ("backend", "describer", "writer", "locator")
DECODING: Final = ("backend", "writer", "painter", "upscaler")

DESCRIPTION: Final = "description"  #: the name of a part
PHOTOGRAPH: Final = "photograph.png"
DEFAULT_PAINT_SIZE: Final = 512  #: the longer side of pictures in pixels

Values = dict[str, Any]


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
        calls: the requests to servers that were made for it now.
        notices: sentences for the user, each once.
    """

    photograph: Photograph
    calls: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Measurer:
    """Measures photographs with the same options and backends."""

    def __init__(self, options: Options, roles: Mapping[str, Any]) -> None:
        """Prepare for measuring with the backends of ``roles``, as ``encode`` takes them."""
        self._options, self._roles = options, roles

    def measure(self, task: Task) -> Measured:
        """Return the results of a photograph; those that are stored are not computed again.

        A setting that fails has no result, and its error is in ``failed``.

        Raises:
            SemcodecError: the photograph cannot be read or described, or the failure concerns all
                photographs.
        """
        return _Run(self._options, self._roles, task).measure()


class _Run:
    """The measurement of one photograph."""

    def __init__(self, options: Options, roles: Mapping[str, Any], task: Task) -> None:
        self._options, self._roles, self._task = options, roles, task
        self._sha256 = hashlib.sha256(task.data).hexdigest()
        self._store = Store(task.folder, writes=not options.is_dry_run)
        self._calls: list[dict[str, Any]] = []
        self._describing_key = digest([self._sha256, self._identity("backend", "describer")])
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
        return Measured(self._photograph(results, failed), self._calls, [*dict.fromkeys(notices)])

    def _photograph(self, results: list[Result], failed: dict[str, str]) -> Photograph:
        photograph: Photograph = {
            "name": self._task.name,
            "sha256": self._sha256,
            "size": list(self._loaded.size),
            "file_bytes": len(self._task.data),
            "description": self._text,
            "photograph_file": self._copy_photograph(results[0]),
            "baselines": [],
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
        painted = self._paint(record) if self._options.paint_size else None
        notices = [*coded["notices"], *(painted["notices"] if painted else ())]
        return {
            "setting": setting["id"],
            "words": painted["words"] if painted else _restored_words(record),
            "record": coded["record"],
            "rate": _count(record, self._loaded.size),
            "text_coders": {},
            "fidelity": {},
            "picture": {},
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
        return digest([self._sha256, self._text, self._identity(*ENCODING), arguments])

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
        key = digest([record.hex(), self._options.paint_size, self._identity(*DECODING)])
        name = _picture_name(record)
        value: Values | None = self._store.find(name, key)
        if value is None:
            roles = {role: self._roles[role] for role in DECODING if role in self._roles}
            start = time.perf_counter()
            decoded = semcodec.decode(record, size=self._picture_size(record), **roles)
            seconds = time.perf_counter() - start
            self._calls += decoded.trace.calls
            value = {
                "words": decoded.words,
                "seconds": round(seconds, 4),
                "notices": decoded.trace.notices,
                "trace": asdict(decoded.trace),
            }
            self._store.add(name, key, value, {name: decoded.to_file("PNG")})
        return value

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
        target = semcodec.unpack(record).size
        fitted = fitting.fit_photograph(self._loaded.image, target, "cover")
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
    return f"picture-{hashlib.sha256(record).hexdigest()[:8]}.png"


def _restored_words(record: bytes) -> list[str]:
    """Return the words of a record that is not painted; skeletons are restored by rule."""
    unpacked = semcodec.unpack(record)
    return semcodec.decompress(unpacked.text) if unpacked.coding == "nibble" else unpacked.words


def _count(record: bytes, photograph: tuple[int, int]) -> Rate:
    breakdown = semcodec.rate_breakdown(record)
    unpacked = semcodec.unpack(record)
    bits: dict[str, int] = {entry.name: entry.bits for entry in breakdown.entries}
    file_bits = bits.pop("file")
    return {
        "bits": {**bits},
        "layer_bits": 0,
        "file_bits": file_bits,
        "picture_pixels": unpacked.size[0] * unpacked.size[1],
        "photograph_pixels": photograph[0] * photograph[1],
        "payload_ubpp": breakdown.ubpp("payload"),
        "file_ubpp": breakdown.ubpp("file"),
        "file_ubpp_of_photograph": micro_bits_per_pixel(file_bits, photograph),
        "out_of_band": list(breakdown.out_of_band),
    }
