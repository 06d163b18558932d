"""The rate ledger: where every bit goes, in bits and micro-bits per pixel, and what is not sent.

Two rates are meant when people say rate: that of the payload, which papers print, and that of the
whole file, which a channel carries. What the receiver must know from elsewhere costs nothing here
and is named, so that nobody counts it as free (spec §9.4).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from semcodec.bitstream import api, checksums, extension_values, extensions, models, sizes
from semcodec.bitstream import framing as framings
from semcodec.bitstream._validate import Data
from semcodec.bitstream.record import Record

MICRO: Final = 1_000_000


class Entry(NamedTuple):
    """One line of the ledger: what it is, its bits, and these per million pixels."""

    name: str
    bits: int
    ubpp: float


class RateBreakdown(NamedTuple):
    """Where the bits of one record go.

    Attributes:
        entries: ``payload``, ``head`` (the first byte), ``size``, ``models``, ``extensions``,
            ``check`` and ``framing``, which leave out no bit, and their sum ``file``. Of a PNG
            file only the chunk counts.
        out_of_band: what the receiver must know from elsewhere, in sentences.
    """

    entries: tuple[Entry, ...]
    out_of_band: tuple[str, ...]

    def bits(self, name: str) -> int:
        """Return the bits of an entry."""
        return next(entry.bits for entry in self.entries if entry.name == name)


def rate_breakdown(data: Data, *, framing: str = "auto") -> RateBreakdown:
    """Return where the bits of the record ``data`` go, read as ``unpack`` reads it.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``unpack``.
    """
    record = api.unpack(data, framing=framing)
    parts = {
        "payload": len(record.payload),
        "head": 1,
        "size": len(sizes.write(record.size)),
        "models": len(models.write(record.models)),
        "extensions": len(extensions.write(record.extensions)),
        "check": checksums.LENGTHS[checksums.NAMES.index(record.check)],
    }
    core = sum(parts.values())
    total = framings.length(record.framing, core)
    parts |= {"framing": total - core, "file": total}
    pixels = record.size[0] * record.size[1]
    entries = (Entry(name, 8 * size, 8 * size * MICRO / pixels) for name, size in parts.items())
    return RateBreakdown(tuple(entries), tuple(_out_of_band(record)))


def _out_of_band(record: Record) -> Iterator[str]:
    if record.framing == "bare":
        yield "that these bytes are a record, and how many they are"
    if record.check == "none" and record.framing != "png":
        yield "that no bit has changed: there is no check"
    if record.coding == "nibble":
        yield "the words behind the skeletons: a table or a model guesses them"
    if record.coding in ("lexicon", "bag"):
        yield "the table of words, which is part of the format"
    if unstated := _unstated(record):
        yield f"the models: nothing is stated of {', '.join(unstated)}"
    if "seed" not in record.metadata:
        yield "the painter's seed"


def _unstated(record: Record) -> list[str]:
    """Return the roles that neither a set, an id nor a name states; row 0 states nothing."""
    if record.models.set:
        return []
    ids = zip(extension_values.ROLES, record.models.ids, strict=True)
    return [role for role, number in ids if not number and role not in record.metadata]
