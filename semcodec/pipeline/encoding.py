"""Encode: image, description, words, text, bytes. One straight line with a trace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec import backends, bitstream
from semcodec.backends import Describer, Writer
from semcodec.bitstream import Models, Record
from semcodec.errors import InputError
from semcodec.pipeline import images
from semcodec.pipeline.trace import Trace
from semcodec.words import MAX_K

if TYPE_CHECKING:
    from PIL.Image import Image

DEFAULT_K: Final = 12  #: words: a sentence's worth, about 20 bytes
SQUARE: Final = (1024, 1024)


@dataclass(frozen=True, slots=True)
class Encoded:
    """What ``encode`` returns: the file, what it says, how it came about, and the image it saw."""

    data: bytes
    record: Record
    trace: Trace
    image: Image


@dataclass(frozen=True, slots=True)
class Rate:
    """How much a record may say. The first limit reached ends it.

    Attributes:
        k: words, 1..MAX_K.
        max_bytes: of the whole record with its framing.
        ubpp: micro-bits of payload per pixel.
    """

    k: int | None = None
    max_bytes: int | None = None
    ubpp: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits under which nothing can be said."""
        if self.k is not None and not (type(self.k) is int and 1 <= self.k <= MAX_K):
            raise InputError(f"K is a number of words from 1 to {MAX_K}.")
        for limit in (self.max_bytes, self.ubpp):
            if limit is not None and not (isinstance(limit, int | float) and limit > 0):
                raise InputError("A byte or µbpp limit is a number over 0.")

    @property
    def most_words(self) -> int:
        """How many words to start from."""
        if self.k is None:
            return DEFAULT_K if self.max_bytes is None and self.ubpp is None else MAX_K
        return self.k

    def allows(self, data: bytes, record: Record) -> bool:
        """Whether a record keeps the limits."""
        pixels = record.size[0] * record.size[1]
        if self.max_bytes is not None and len(data) > self.max_bytes:
            return False
        return self.ubpp is None or record.payload_bits * 1e6 <= self.ubpp * pixels


def encode(
    image: bytes | Image,
    *,
    backend: str = "auto",
    describer: str | None = None,
    writer: str | None = None,
    k: int | None = None,
    max_bytes: int | None = None,
    ubpp: float | None = None,
    rate: str = "auto",
    coding: str = "auto",
    size: tuple[int, int] = SQUARE,
    fit: str = "cover",
    framing: str = "file",
    check: str | None = None,
    models: Models | str | int = "default",
) -> Encoded:
    """Return the record of what is in ``image``.

    Args:
        image: the bytes of an image file, or a PIL image.
        backend: who describes; ``"auto"`` is the offline one.
        describer, writer: a backend for this place alone.
        k, max_bytes, ubpp: limits on words, bytes of the record, payload per pixel; 12 words if
            none is given.
        rate: ``"auto"``, the only kind there is yet.
        coding: ``"nibble"``, ``"utf8"``, or ``"auto"``: nibble.
        size: pixels the record is for; ``image`` is cropped to its aspect, as ``fit`` says.
        fit: ``"cover"`` or ``"contain"``.
        framing, check, models: as for ``pack``.

    Raises:
        InputError: the image or an option is at fault.
        BackendError: a model failed.
    """
    if rate != "auto":
        raise InputError("No such rate control: give k, max_bytes or ubpp.")
    limit = Rate(k, max_bytes, ubpp)
    bitstream.pack("", size=size, framing=framing, check=check, models=models)  # options first
    describing: Describer = backends.find(describer or backend, "describer")
    writing: Writer = backends.find(writer or "auto", "writer")
    trace = Trace()

    seen = images.crop(images.load(image), size, fit)
    description = trace.call(describing, "describe", seen)
    for most in range(limit.most_words, 0, -1):
        words = trace.call(writing, "select", description, most)
        text = _text(words, coding, writing, trace)
        data = bitstream.pack(
            text, coding=coding, size=size, framing=framing, check=check, models=models
        )
        record = bitstream.unpack(data)
        if limit.allows(data, record):
            return Encoded(data, record, trace, seen)
    raise InputError("Not even one word keeps this limit: allow more bytes.")


def _text(words: Sequence[str], coding: str, writing: Writer, trace: Trace) -> str:
    if coding == "utf8":
        return " ".join(words)
    return " ".join(trace.call(writing, "compress", list(words)))
