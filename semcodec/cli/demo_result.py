"""One photograph of the demo: encode and decode it, and measure what was saved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import semcodec
from semcodec import imaging
from semcodec.cli import reflection_report
from semcodec.errors import InputError
from semcodec.measure import rates
from semcodec.measure.image_codecs import jpeg
from semcodec.pipeline.reflection.steps import ReflectionTrace

K: Final = 12  #: words
#: The qualities of the JPEG files to compare with: the lowest one, and the usual one.
JPEG_QUALITIES: Final = (1, 75)
SHOWN_QUALITY: Final = 90  #: of the photograph on the page
RECORD_ENDING: Final = ".semc"
#: The endings of the files for each photograph.
ENDINGS: Final = ("-original.jpg", RECORD_ENDING, "-picture.png", "-encode.json", "-decode.json")

Size = tuple[int, int]  #: width and height in pixels


@dataclass(frozen=True, slots=True)
class DemoResult:
    """A photograph that was encoded and decoded. The images themselves are only in its files.

    Attributes:
        name: the name of its files, without their endings.
        photograph: the size at which the photograph is compared: its own, unless it was reduced.
        data: the bytes of the record.
        record: the record.
        words: the words from which the picture was painted.
        jpeg_sizes: bytes of the photograph at that size as JPEG, by ``JPEG_QUALITIES``.
        notices: the notices of both runs.
        reflection: what reflection did, if it changed the picture; else "".
    """

    name: str
    photograph: Size
    data: bytes
    record: semcodec.Record
    words: list[str]
    jpeg_sizes: tuple[int, ...]
    notices: tuple[str, ...]
    reflection: str = ""

    @property
    def payload_rate(self) -> float:
        """The rate of the payload, in micro-bits per pixel of the picture."""
        return rates.count(self.data, self.photograph)["payload_ubpp"]

    @property
    def file_rate(self) -> float:
        """The rate of the record, in micro-bits per pixel of the picture."""
        return rates.count(self.data, self.photograph)["file_ubpp"]

    @property
    def ratios(self) -> tuple[int, ...]:
        """The size of each JPEG file divided by the size of the record, rounded down."""
        return tuple(size // len(self.data) for size in self.jpeg_sizes)


def run(
    name: str, photo: bytes, roles: dict[str, Any], layers: str = "off"
) -> tuple[DemoResult, dict[str, bytes]]:
    """Encode and decode a photograph.

    Args:
        name: the name of its files, without their endings.
        photo: the bytes of the image file.
        roles: the backends, by role.
        layers: as in ``encode``.

    Returns:
        The result, and the contents of its files by their endings.

    Raises:
        SemcodecError: as for ``encode`` and ``decode``.
    """
    loaded = imaging.load(photo)
    photograph = loaded.image
    encoding = {role: roles[role] for role in ("describer", "writer")}
    encoded = semcodec.encode(photograph, k=K, layers=layers, **encoding)
    decoded = semcodec.decode(encoded.data, writer=roles["writer"], painter=roles["painter"])
    if decoded.record != encoded.record:
        raise InputError("The decoded record differs from the encoded one: please report this.")
    result = DemoResult(
        name,
        photograph.size,
        encoded.data,
        encoded.record,
        decoded.words,
        tuple(len(jpeg(quality).encode(photograph)) for quality in JPEG_QUALITIES),
        (*loaded.notices, *_reduced(loaded), *encoded.trace.notices, *decoded.trace.notices),
        _reflection(decoded.trace.reflection),
    )
    return result, _files(encoded, decoded)


def _reflection(reflection: ReflectionTrace | None) -> str:
    """Return what reflection did as a sentence, if it changed the picture."""
    if reflection is None or reflection.kept == 0:
        return ""
    kept = (reflection_report.heading(step) for step in reflection.steps[1:] if step.kept)
    changes = " ".join(f"{change.rstrip('.')}." for change in kept)
    return f"{changes} The picture was {reflection_report.summarize(reflection)}."


def _reduced(loaded: imaging.LoadedImage) -> Iterator[str]:
    """Yield a notice for a photograph that was reduced while it was read."""
    if loaded.size != loaded.image.size:
        own, reduced = ("x".join(map(str, size)) for size in (loaded.size, loaded.image.size))
        yield (
            f"The photograph has {own} pixels, and is compared at {reduced}: photographs of that "
            "size are reduced while they are read."
        )


def _files(encoded: semcodec.Encoded, decoded: semcodec.Decoded) -> dict[str, bytes]:
    contents = (
        imaging.to_file(encoded.image, "JPEG", quality=SHOWN_QUALITY),
        encoded.data,
        decoded.to_file("PNG"),
        encoded.trace.to_json().encode(),
        decoded.trace.to_json().encode(),
    )
    return dict(zip(ENDINGS, contents, strict=True))
