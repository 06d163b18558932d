"""Decode: bytes, text, words, prompt, image. One straight line with a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec import backends, bitstream
from semcodec.backends import Painter, Writer
from semcodec.bitstream import Limits, Record
from semcodec.errors import InputError
from semcodec.pipeline.trace import Trace

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_SIDE: Final = 4096  #: pixels; a record may ask for 2^31, and painting that is a way to attack
NO_REFLECTION: Final = ("auto", "off", 0)


@dataclass(frozen=True, slots=True)
class Decoded:
    """What ``decode`` returns: the picture, the words it was made from, and how."""

    image: Image
    words: list[str]
    record: Record
    trace: Trace


def decode(
    data: bytes,
    *,
    backend: str = "auto",
    writer: str | None = None,
    painter: str | None = None,
    reflect: str | int = "auto",
    size: tuple[int, int] | None = None,
    seed: int = 0,
    limits: Limits | None = None,
) -> Decoded:
    """Return a picture of what ``data`` says.

    Args:
        data: a record in any framing that ``unpack`` reads.
        backend: who paints; ``"auto"`` is the offline one. The record never chooses.
        writer, painter: a backend for this place alone.
        reflect: ``"auto"`` or ``"off"``; reflection is still to come.
        size: pixels of the picture, instead of those in the record.
        seed: the same seed, the same picture.
        limits: as for ``unpack``.

    Raises:
        FormatError, UnsupportedError: as for ``unpack``.
        InputError: an option, or the size the record asks for, is at fault.
        BackendError: a model failed.
    """
    if reflect not in NO_REFLECTION:
        raise InputError("Reflection is not there yet: use off.")
    if type(seed) is not int or not 0 <= seed < 2**32:
        raise InputError("The seed is an integer from 0 to 4294967295.")
    record = bitstream.unpack(data, limits=limits or Limits())
    target = _paintable(size or record.size)
    writing: Writer = backends.find(writer or "auto", "writer")
    painting: Painter = backends.find(painter or backend, "painter")
    trace = Trace()

    words = _words(record, writing, trace)
    prompt = trace.call(writing, "expand", words)
    image = trace.call(painting, "paint", prompt, target, seed)
    return Decoded(image, words, record, trace)


def _words(record: Record, writing: Writer, trace: Trace) -> list[str]:
    if record.coding != "nibble":
        return record.words
    words: list[str] = trace.call(writing, "decompress", record.words)
    return words


def _paintable(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise InputError(
            f"A picture of {width} x {height} is not painted: give a size up to "
            f"{MOST_SIDE} x {MOST_SIDE}."
        )
    return size
