"""Measure one photograph: describe it once, then encode, decode and compare each setting.

Every step whose result is stored is a part of the ``Store`` of the photograph, so a run that was
killed goes on after the last step. A picture is painted once for all settings with equal records.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec.bulk.digests import digest_bytes
from semcodec.errors import InputError, InvalidResponseError, RefusalError, SemcodecError
from semcodec.imaging import fitting
from semcodec.measure import rates
from semcodec.measure.codec_steps import DECODING, CodecSteps, Values, picture_name
from semcodec.measure.columns import Columns, Features
from semcodec.measure.comparing import NOTHING, Comparison
from semcodec.measure.results import Photograph, Result, Setting
from semcodec.measure.store import Store, StoreError, write_file
from semcodec.measure.tasks import Measured, Options, Task
from semcodec.pipeline import Trace
from semcodec.pipeline.reflection.painting import is_paid

#: Errors of one setting, after which the others are tried: too few bytes for a word, an unusable
#: response, a refused prompt.
ERRORS_OF_ONE: Final = (InputError, InvalidResponseError, RefusalError)
#: The role whose model runs a stage of a trace.
ROLES_OF_STAGES: Final = {
    "describe": "describer",
    "select": "writer",
    "locate": "locator",
    "paint": "painter",
    "upscale": "upscaler",
}
PHOTOGRAPH: Final = "photograph.png"


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
            SemcodecError: the photograph cannot be read or described, the failure concerns all
                photographs, or stored parts do not have the form in which this version writes them.
        """
        try:
            return _Run(self._options, self._roles, self._columns, task).measure()
        except SemcodecError:
            raise
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            # A stored value has a digest, but anyone can compute it for another value.
            if Store(task.folder).is_empty:
                raise
            raise InputError(
                f"The results in {task.folder.name} cannot be used ({type(error).__name__}): "
                "remove this folder, and run the command again."
            ) from error


class _Run:
    """The measurement of one photograph."""

    def __init__(
        self, options: Options, roles: Mapping[str, Any], columns: Columns | None, task: Task
    ) -> None:
        self._options, self._roles, self._columns, self._task = options, roles, columns, task
        self._sha256 = digest_bytes(task.data)
        self._store = Store(task.folder, writes=not options.is_dry_run)
        self._steps = CodecSteps(options, roles, task, self._store)
        self._models: dict[str, str] = {}
        self._features: dict[str, Features] = {}

    def measure(self) -> Measured:
        results: list[Result] = []
        failed: dict[str, str] = {}
        for setting in self._options.settings:
            try:
                results.append(self._result(setting))
            except SemcodecError as error:
                if not isinstance(error, ERRORS_OF_ONE) or isinstance(error, StoreError):
                    raise
                self._steps.calls += error.trace.calls if isinstance(error.trace, Trace) else []
                failed[setting["id"]] = " ".join(str(error).split())
                if len(failed) == len(self._options.settings):
                    raise
        photograph = self._photograph(results, failed)
        measured = Measured(photograph, self._models, calls=self._steps.calls)
        measured.notices = [*dict.fromkeys(each for row in results for each in row["notices"])]
        if self._columns is not None:
            measured.metrics, measured.skipped = self._columns.metrics, self._columns.skipped
            measured.photograph_features = self._comparison.features()
            measured.picture_features = self._features
            measured.calls += self._comparison.calls
        return measured

    def _photograph(self, results: list[Result], failed: dict[str, str]) -> Photograph:
        photograph: Photograph = {
            "name": self._task.name,
            "sha256": self._sha256,
            "size": list(self._loaded.size),
            "file_bytes": len(self._task.data),
            "description": self._steps.text,
            "photograph_file": self._copy_photograph(results[0]),
            "baselines": self._comparison.baselines() if self._columns else [],
            "results": results,
            "error": None,
        }
        if failed:
            photograph["failed"] = failed
        return photograph

    def _result(self, setting: Setting) -> Result:
        coded = self._steps.encode(setting)
        record = bytes.fromhex(coded["record"])
        painted = self._steps.paint(record) if self._paints else None
        words = painted["words"] if painted else _restored_words(record)
        self._add_models(coded, painted)
        of_words = of_picture = NOTHING
        if self._columns is not None:
            of_words = self._comparison.words(setting, record, words)
            if painted:
                of_picture = self._comparison.picture(record, painted)
                self._features[setting["id"]] = of_picture["features"]
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
            "picture_file": self._path(picture_name(record)) if painted else None,
            "trace_file": self._write_trace(setting, coded, painted),
            "encode_seconds": coded["seconds"],
            "decode_seconds": painted["seconds"] if painted else 0.0,
            "notices": [*dict.fromkeys(notices)],
        }

    @property
    def _paints(self) -> bool:
        """Whether there are pictures; a plan needs only those that may cost money."""
        is_needed = not self._options.is_dry_run or is_paid(self._roles.get("painter"))
        return self._options.paint_size > 0 and is_needed

    def _add_models(self, coded: Values, painted: Values | None) -> None:
        """Add the names of the models, as far as they are not known."""
        stages = coded["trace"]["stages"] + (painted["trace"]["stages"] if painted else [])
        named = {ROLES_OF_STAGES.get(stage["name"]): stage["model"] for stage in stages}
        stated = coded["trace"]["models"]
        known = self._options.identities
        if known.get("painter") != known.get("describer"):  # it names that of its own backend
            stated = {role: name for role, name in stated.items() if role != "painter"}
        self._models = {**{role: name for role, name in named.items() if role}, **stated}

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
        copy = fitted.resize(self._steps.picture_size(record))
        write_file(self._store.folder / PHOTOGRAPH, imaging.to_png(copy))
        return self._path(PHOTOGRAPH)

    def _path(self, name: str) -> str:
        return f"{self._task.path}/{name}"

    @cached_property
    def _loaded(self) -> imaging.LoadedImage:
        return imaging.load(self._task.data)

    @cached_property
    def _comparison(self) -> Comparison:
        if self._columns is None:
            raise AssertionError  # there is nothing to compare in a dry run
        return Comparison(self._columns, self._steps, self._store, self._loaded, self._sha256)


def _restored_words(record: bytes) -> list[str]:
    """Return the words of a record that is not painted; skeletons are restored by rule."""
    unpacked = semcodec.unpack(record)
    return semcodec.decompress(unpacked.text) if unpacked.coding == "nibble" else unpacked.words
