"""The rate of a record by its parts, in bits and in micro-bits per pixel.

There are two rates: that of the payload, which papers report, and that of the whole file, which a
channel carries. Information that the decoder must have from elsewhere takes no bits of the record;
it is listed, so that it is not mistaken for free (spec §9.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from semcodec.bitstream import api, checksums, extensions
from semcodec.bitstream import framing as framings
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.header import MODEL_FIELDS, Size, write_models, write_size
from semcodec.bitstream.record import Record
from semcodec.choices import RateEntry, ReadFraming, check_choice, values_of

MICRO: Final = 1_000_000
ENTRIES: Final[tuple[RateEntry, ...]] = values_of(RateEntry)


class Entry(NamedTuple):
    """A part of a record: its name, its bits, and its micro-bits per pixel.

    The pixels are those of the size that the record states, which is the size of the picture, and
    not of the photograph.
    """

    name: RateEntry
    bits: int
    ubpp: float


class RateBreakdown(NamedTuple):
    """The rate of one record by its parts.

    Attributes:
        entries: ``payload``, ``header`` (the first byte), ``size``, ``models``, ``extensions``,
            ``check`` and ``framing``, which together contain every bit, and their sum ``file``. Of
            a PNG file, only the chunk counts.
        out_of_band: the information that the decoder must have from elsewhere, in words.
    """

    entries: tuple[Entry, ...]
    out_of_band: tuple[str, ...]

    def bits(self, name: RateEntry) -> int:
        """Return the number of bits of the entry ``name``.

        Raises:
            InputError: there is no such entry.
        """
        return self._entry(name).bits

    def ubpp(self, name: RateEntry) -> float:
        """Return the micro-bits per pixel of the entry ``name``.

        Raises:
            InputError: there is no such entry.
        """
        return self._entry(name).ubpp

    def _entry(self, name: RateEntry) -> Entry:
        name = check_choice("entry", name, ENTRIES)
        return next(entry for entry in self.entries if entry.name == name)


def micro_bits_per_pixel(bits: float, size: Size) -> float:
    """Return the rate of ``bits`` for a picture of ``size``; every rate is computed here."""
    return bits * MICRO / (size[0] * size[1])


def rate_breakdown(data: Data, *, framing: ReadFraming = "auto") -> RateBreakdown:
    """Return the rate of a record by its parts; ``data`` and ``framing`` as for ``unpack``.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``unpack``.
    """
    return break_down(api.unpack(data, framing=framing))


def break_down(record: Record) -> RateBreakdown:
    """Return the rate of ``record`` by its parts."""
    entries = (
        Entry(name, 8 * length, micro_bits_per_pixel(8 * length, record.size))
        for name, length in part_lengths(record).items()
    )
    return RateBreakdown(tuple(entries), tuple(_out_of_band(record)))


def part_lengths(record: Record) -> dict[RateEntry, int]:
    """Return the bytes of the parts of ``record`` in its framing, and their sum ``file``."""
    # Each value has exactly one encoding, so the fields have the same lengths when written again.
    lengths: dict[RateEntry, int] = {
        "payload": len(record.payload),
        "header": 1,
        "size": len(write_size(record.size)),
        "models": len(write_models(record.models)),
        "extensions": len(extensions.write(record.extensions)),
        "check": checksums.LENGTHS[checksums.NAMES.index(record.check)],
    }
    core = sum(lengths.values())
    total = framings.length(record.framing, core)
    return lengths | {"framing": total - core, "file": total}


def _out_of_band(record: Record) -> Iterator[str]:
    if record.framing == "bare":
        yield "that these bytes are a record, and how many they are"
    # In a PNG file, the CRC of the chunk covers the record.
    if record.check == "none" and record.framing != "png":
        yield "that no bit has changed: there is no check"
    if record.coding == "nibble":
        yield "the words behind the skeletons: a table or a model guesses them"
    if record.coding in ("lexicon", "bag"):
        yield "the table of words, which is part of the format"
    if record.layers.colors is not None:
        yield "the table of color chances, which is part of the format"
    if roles := _unspecified_roles(record):
        yield f"the models: none is stated for {', '.join(roles)}"
    if "seed" not in record.metadata:
        yield "the painter's seed"


def _unspecified_roles(record: Record) -> list[str]:
    """Return the roles without a model set, an id or a name; row 0 of the sets is "not stated"."""
    if record.models.set:
        return []
    ids = zip(MODEL_FIELDS, record.models.ids, strict=True)
    return [role for role, number in ids if not number and role not in record.metadata]
