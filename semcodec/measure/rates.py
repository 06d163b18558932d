"""Count a record: its bits by part, its rates, and what its decoder must have besides it.

This is the one place that counts, for the demo, for ``semcodec bench`` and for the scripts in
``bench``. A rate is easy to state too low: by another number of pixels, by leaving out the header,
or by leaving out what both ends must know. Therefore ``count`` returns all of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Final

import semcodec
from semcodec._registry import MODEL_SET_IDS, MODELS
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
            *(f"the {role} of this run: {name}" for role, name in (models or {}).items()),
        ],
    }


def count_layer_bits(record: Record) -> int:
    """Return the bits that ``record`` would not have without its layers."""
    others = [entry for entry in record.extensions if entry[0] not in LAYER_TYPES]
    return 8 * (len(extensions.write(record.extensions)) - len(extensions.write(others)))


def count_pixels(size: Size) -> int:
    """Return the number of pixels of an image."""
    return size[0] * size[1]


def bits_per_pixel(bits: float, pixels: int) -> float:
    """Return the rate of ``bits`` for a number of pixels, which may be that of many images."""
    return rate.micro_bits_per_pixel(bits, (pixels, 1)) / rate.MICRO


def _by_name(record: Record, photograph_size: Size) -> Iterator[str]:
    """Yield what a decoder of ``record`` must have, apart from what the record does not state."""
    if record.coding in ("lexicon", "bag"):
        yield f"that table is {tables.FILE_NAME.removesuffix('.gz')}, SHA-256 {_table_digest()}"
    if (row := record.models.set) < len(MODEL_SET_IDS):
        ids = MODEL_SET_IDS[row] if row else record.models.ids
        yield from _models_by_name(ids)
    else:
        yield f"the models of set {row} of the registry"
    for role in MODEL_FIELDS:
        if role in record.metadata:
            yield f"the {role} that the record names"
    if record.size != photograph_size:
        yield "the size of the photograph in pixels: the record states that of the picture"


def _models_by_name(ids: Sequence[int]) -> Iterator[str]:
    """Yield each stated model with its roles; the last of ``ids`` is that of the prompts."""
    *roles, prompts = zip(MODEL_FIELDS, ids, strict=True)
    for number in dict.fromkeys(number for _, number in roles if number):
        row = MODELS.get(number)
        name = row.name if row else f"model {number}"
        yield f"{name} as {' and '.join(role for role, one in roles if one == number)}"
    if prompts[1]:
        yield f"prompts {prompts[1]} of the registry"


@cache
def _table_digest() -> str:
    return hashlib.sha256(tables.read_file()).hexdigest()
