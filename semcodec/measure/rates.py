"""Count a record: its bits by part, its rates, and what its decoder must have besides it.

This is the one place that counts, for the demo, for ``semcodec bench`` and for the scripts in
``bench``. A rate is easy to state too low: by another number of pixels, by leaving out the header,
or by leaving out what both ends must know. Therefore ``count`` returns all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Final

import semcodec
from semcodec.bitstream import extensions, rate
from semcodec.bitstream.header import MODEL_FIELDS
from semcodec.bitstream.record import Record
from semcodec.coding import tables
from semcodec.measure.results import Rate

Size = tuple[int, int]  #: width and height in pixels

#: The types of extensions that are layers.
LAYER_TYPES: Final = frozenset(extensions.BY_NAME[name].type for name in extensions.LAYERS)


def count(data: bytes, photograph_size: Size, *, models: Mapping[str, str] | None = None) -> Rate:
    """Return the bits and the rates of a record.

    ``layer_bits`` are the bits that the record would not have without its layers: their types,
    lengths and values, and the length of the extension block only as far as the other extensions
    do not need it.

    Args:
        data: one record in any framing but ``"sequence"``. Of a PNG file, only the chunk counts.
        photograph_size: width and height of the photograph in pixels.
        models: the names of the models that decode, by role, which are listed in ``out_of_band``;
            None if they are not known.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``unpack``.
    """
    record = semcodec.unpack(data, framing="auto")
    breakdown = rate.break_down(record)
    bits: dict[str, int] = {entry.name: entry.bits for entry in breakdown.entries}
    file_bits = bits.pop("file")
    return {
        "bits": bits,
        "layer_bits": count_layer_bits(record),
        "file_bits": file_bits,
        "picture_pixels": count_pixels(record.size),
        "photograph_pixels": count_pixels(photograph_size),
        "payload_ubpp": breakdown.ubpp("payload"),
        "file_ubpp": breakdown.ubpp("file"),
        "file_ubpp_of_photograph": rate.micro_bits_per_pixel(file_bits, photograph_size),
        "out_of_band": [
            *breakdown.out_of_band,
            *_by_name(record, photograph_size),
            *(f"the model of the {role}: {name}" for role, name in (models or {}).items()),
        ],
    }


def count_layer_bits(record: Record) -> int:
    """Return the bits that ``record`` would not have without its layers."""
    others = [entry for entry in record.extensions if entry[0] not in LAYER_TYPES]
    return 8 * (len(extensions.write(record.extensions)) - len(extensions.write(others)))


def count_pixels(size: Size) -> int:
    """Return the number of pixels of an image."""
    return size[0] * size[1]


def bits_per_pixel(byte_count: float, size: Size) -> float:
    """Return the rate of a file of another codec, for an image of ``size``."""
    return rate.micro_bits_per_pixel(8 * byte_count, size) / rate.MICRO


def _by_name(record: Record, photograph_size: Size) -> Iterator[str]:
    """Yield what a decoder of ``record`` must have, apart from what the record does not state."""
    if record.coding in ("lexicon", "bag"):
        yield f"{tables.FILE_NAME.removesuffix('.gz')}: SHA-256 {_table_digest()}"
    if record.models.set:
        yield f"the models of set {record.models.set}, which the record states"
    for role, number in zip(MODEL_FIELDS, record.models.ids, strict=True):
        if number:
            yield f"the {role} {number} of the registry, which the record states"
        elif role in record.metadata:
            yield f"the {role} that the record names"
    if record.size != photograph_size:
        yield "the size of the photograph in pixels: the record states that of the picture"


@cache
def _table_digest() -> str:
    return hashlib.sha256(tables.read_file()).hexdigest()
