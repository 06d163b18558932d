"""Describe, encode and decode one photograph; what was done before is in its ``Store``."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec._version import __version__
from semcodec.bulk.digests import digest_bytes, digest_values
from semcodec.measure import settings as measured_settings
from semcodec.measure.results import Setting
from semcodec.measure.store import Store
from semcodec.measure.tasks import DEFAULT_PAINT_SIZE, Options, Task
from semcodec.pipeline import Trace
from semcodec.pipeline.describe_once import DescribeOnce, Description
from semcodec.pipeline.reflection.painting import is_paid

MAX_STORED_TEXT: Final = 200_000  #: characters of a description; more of one is not used
ENCODING: Final = ("backend", "describer", "writer", "locator")
DECODING: Final = ("backend", "writer", "painter", "upscaler")
DESCRIPTION: Final = "description"  #: the name of a part

Values = dict[str, Any]


class CodecSteps:
    """The steps of one photograph that call backends.

    Attributes:
        calls: the requests to servers so far.
    """

    def __init__(
        self, options: Options, roles: Mapping[str, Any], task: Task, store: Store
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self._options, self._roles, self._task, self._store = options, roles, task, store
        self._decoded: semcodec.Decoded | None = None  # the last one
        self._sha256 = digest_bytes(task.data)
        self._describing_key = digest_values([self._sha256, self._identity("backend", "describer")])
        stored = store.find(DESCRIPTION, self._describing_key)
        self._described = Description(**stored) if stored else None

    @property
    def text(self) -> str | None:
        """The description, as far as it is known."""
        if self._task.description is not None:
            return self._task.description
        return self._described.text if self._described else None

    def encode(self, setting: Setting) -> Values:
        """Return the record of a setting and the trace of its run."""
        name = f"record {setting['id']}"
        value: Values | None = None
        if self.text is not None:
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
        return digest_values([self._sha256, self.text, self._identity(*ENCODING), arguments])

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
        self.calls += encoded.trace.calls
        seconds -= sum(stage.seconds for stage in encoded.trace.stages if stage.name == "describe")
        return encoded, seconds + (self._described.seconds if self._described else 0)

    def _keep(self, description: Description) -> None:
        """Store a description at once: what follows may fail, and it may have cost money."""
        self._described = description
        if isinstance(description.text, str) and len(description.text) <= MAX_STORED_TEXT:
            self._store.add(DESCRIPTION, self._describing_key, asdict(description))

    def paint(self, record: bytes) -> Values:
        """Return the words and the trace of a picture, which is the same for equal records."""
        name, key = picture_name(record), self.picture_key(record)
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

    def picture_key(self, record: bytes) -> str:
        """Return the key of a picture in the store."""
        return digest_values([record.hex(), self._options.paint_size, self._identity(*DECODING)])

    def _decode(self, record: bytes) -> semcodec.Decoded:
        roles = {role: self._roles[role] for role in DECODING if role in self._roles}
        self._decoded = semcodec.decode(record, size=self.picture_size(record), **roles)
        self.calls += self._decoded.trace.calls
        return self._decoded

    def decoded_of(self, record: bytes, painted: Values) -> semcodec.Decoded:
        """Return the picture of a record: the last one, or one that was painted in another run.

        The painter reports what it drew only for pictures of this process. It paints a stored one
        again, unless that may cost money.
        """
        unpacked = semcodec.unpack(record)
        if self._decoded is not None and self._decoded.record == unpacked:
            return self._decoded
        if not is_paid(self._roles["painter"]):
            return self._decode(record)
        picture = imaging.load((self._store.folder / picture_name(record)).read_bytes()).image
        return semcodec.Decoded(picture, painted["words"], unpacked, Trace())

    def picture_size(self, record: bytes) -> tuple[int, int]:
        """Return the size of the picture of a record: its aspect ratio, and the chosen side."""
        width, height = semcodec.unpack(record).size
        scale = (self._options.paint_size or DEFAULT_PAINT_SIZE) / max(width, height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def _identity(self, *roles: str) -> list[Any]:
        return [__version__, *(self._options.identities.get(role) for role in roles)]


def picture_name(record: bytes) -> str:
    """Return the name of the file with the picture of a record; equal records have the same."""
    return f"picture-{digest_bytes(record)[:8]}.png"
