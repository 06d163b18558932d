"""Decode: bytes, text, words, prompt, image. One straight line with a trace.

Reflection (describe the picture, compare, repair) will stand between ``paint`` and the end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec import backends, bitstream
from semcodec.backends import Painter, Writer
from semcodec.bitstream import Limits, Record
from semcodec.errors import InputError
from semcodec.pipeline import validation
from semcodec.pipeline.trace import Progress, Trace, traced_run

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PAINTED_SIDE: Final = (
    4096  #: pixels; a record may ask for 2^31, and painting that is a way to attack
)
MAX_SEED: Final = 2**32 - 1
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
    backend: object = "auto",
    writer: object = None,
    painter: object = None,
    reflect: str | int = "auto",
    size: tuple[int, int] | None = None,
    seed: int | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Decoded:
    """Return a picture of what ``data`` says.

    Args:
        data: a record in any framing that ``unpack`` reads.
        backend: who restores words and paints, by name or as an object; ``"auto"`` is the offline
            one. The record never chooses.
        writer, painter: a backend for this place alone.
        reflect: ``"auto"`` or ``"off"``; reflection is still to come.
        size: pixels of the picture, instead of those in the record.
        seed: 0..2^32-1; the same seed, the same picture. None is the record's own, else 0.
        limits: as for ``unpack``.
        progress: is told each stage as it begins, and by whom.

    Raises:
        FormatError, UnsupportedError: as for ``unpack``.
        InputError: an option, or the size the record asks for, is at fault.
        BackendError: a model failed.
    """
    if type(reflect) not in (str, int) or reflect not in NO_REFLECTION:
        raise InputError("Reflection is not available yet: use reflect='off'.")
    if seed is not None and (type(seed) is not int or not 0 <= seed <= MAX_SEED):
        raise InputError(f"The seed is an integer from 0 to {MAX_SEED}.")
    record = bitstream.unpack(data, limits=Limits() if limits is None else limits)
    target = _paintable(record.size if size is None else size)
    writing: Writer
    painting: Painter
    writing, painting = backends.find_all(backend, writer=writer, painter=painter)

    with traced_run(progress) as trace:
        words = _words(record, writing, trace)
        prompt = validation.prompt(trace.call(writing, "expand", words), writing)
        painted = trace.call(painting, "paint", prompt, target, _seed(seed, record))
        return Decoded(validation.picture(painted, target, painting), words, record, trace)


def _seed(given: int | None, record: Record) -> int:
    said = record.metadata.get("seed", 0)
    return given if given is not None else int(said)


def _words(record: Record, writing: Writer, trace: Trace) -> list[str]:
    """Return the words of a record; one that says nothing cannot be painted."""
    sent = record.words
    if not sent:
        raise InputError("The record holds no words: there is nothing to paint.")
    if record.coding != "nibble":
        return sent
    back = validation.words(trace.call(writing, "decompress", sent), writing, "decompress")
    return validation.restored(back, sent, writing)


def _paintable(size: object) -> tuple[int, int]:
    match size:
        case tuple((width, height)) if type(width) is int and type(height) is int:
            if min(width, height) > 0 and max(width, height) <= MAX_PAINTED_SIDE:
                return width, height
    raise InputError(
        "A picture of this size is not painted: give width and height, each from 1 to "
        f"{MAX_PAINTED_SIDE} pixels."
    )
