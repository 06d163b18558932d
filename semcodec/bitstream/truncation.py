"""Truncation: a smaller record of the same picture, without a model (spec §9.5).

A chain of records starts with the record itself, and each step takes away the part that is worth
least. The result is the first record of the chain that fits. A step depends only on the record
before it, so truncating a result again gives the same record as truncating the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from semcodec._bisection import largest
from semcodec._wording import plural
from semcodec.bitstream import api, extensions, layers
from semcodec.bitstream import framing as framings
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.extensions import BY_NAME, COLORS_TYPE, LAYOUT_TYPE, Extension
from semcodec.bitstream.rate import part_lengths
from semcodec.bitstream.record import Record, keep_payload
from semcodec.coding import codings, lexicon
from semcodec.errors import InputError

#: Types in the order in which they are removed: names and texts, layers, and then small numbers.
REMOVAL_ORDER: Final = tuple(
    BY_NAME[name].type
    for name in (
        *("comment", "tool", "prompts", "painter", "writer", "describer"),
        *("sketch", "colors", "layout", "seed", "order", "k"),
    )
)
MAX_ORDERED_TYPE: Final = max(REMOVAL_ORDER)  #: larger types are removed before these

Fits = Callable[[int], bool]  #: whether a payload of so many bytes fits


def truncate(data: Data, max_bytes: int) -> bytes:
    """Return the record in ``data`` in at most ``max_bytes`` bytes, in the same framing.

    A record that fits is returned as it is. Else parts are removed until it fits, in this order:
    extensions of types above 24; names and texts; the layers ``sketch``, ``colors`` (byte by byte)
    and ``layout`` (word by word); ``seed``, ``order`` and ``k``; and then words from the end, of
    which one always remains. Size, models, coding and the kind of the check stay. A ``bag`` keeps
    all words, because their order does not state their importance.

    Args:
        data: one record; a text form may be a string. A PNG file cannot be truncated.
        max_bytes: limit of the whole result; of a text form, in characters.

    Raises:
        InputError: no truncation has so few bytes, and the message states how many suffice; or an
            argument is not valid.
        FormatError, UnsupportedError: as for ``unpack``.

    Example:
        >>> import semcodec
        >>> data = semcodec.pack("a red boat", coding="utf8", extensions={"seed": 7})
        >>> len(data), semcodec.truncate(data, 14)
        (15, b'`a red boat')
        >>> semcodec.truncate(data, 10)
        b'`a red'
    """
    if type(max_bytes) is not int or max_bytes < 0:
        raise InputError("Give max_bytes as an integer, 0 or more.")
    record = api.unpack(data)
    if record.framing == "png":
        raise InputError("A PNG file cannot be truncated: truncate the result of extract_png.")
    payload, lengths = record.payload, part_lengths(record)
    fixed_bytes = sum(lengths[part] for part in ("header", "size", "models", "check"))

    def length(entries: tuple[Extension, ...], payload_bytes: int) -> int:
        core_bytes = fixed_bytes + len(extensions.write(entries)) + payload_bytes
        return framings.length(record.framing, core_bytes)

    for entries in _entry_steps(record.extensions):
        if length(entries, len(payload)) <= max_bytes:
            return _write(record, entries, record.text, payload)
    if record.coding == "bag":
        raise _too_low(max_bytes, "all words of a bag need", length((), len(payload)))
    prefixes = _Prefixes(record)
    count = _longest_that_fits(prefixes, lambda size: length((), size) <= max_bytes)
    if not count:
        part = "the first word needs" if record.words else "the record needs"
        raise _too_low(max_bytes, part, length((), len(prefixes.payload(1))))
    return _write(record, (), prefixes.text(count), prefixes.payload(count))


def _write(record: Record, entries: tuple[Extension, ...], text: str, payload: bytes) -> bytes:
    return api.repack(keep_payload(record._replace(extensions=entries, text=text), payload))


def _too_low(max_bytes: int, part: str, needed: int) -> InputError:
    return InputError(
        f"max_bytes {max_bytes} is too low, because {part} {plural(needed, 'byte')}: use max_bytes "
        f"{needed} or more."
    )


# --- Extensions


def _entry_steps(entries: tuple[Extension, ...]) -> Iterator[tuple[Extension, ...]]:
    """Yield ``entries``, then what each step leaves of them; the last are no entries."""
    yield entries
    while entries:
        entries = _shorten_entries(entries)
        yield entries


def _shorten_entries(entries: tuple[Extension, ...]) -> tuple[Extension, ...]:
    by_type = dict(entries)
    type_id = max(by_type)
    if type_id <= MAX_ORDERED_TYPE:
        type_id = next(ordered for ordered in REMOVAL_ORDER if ordered in by_type)
    value = by_type.pop(type_id)
    if shorter := _shorten_value(type_id, value):
        by_type[type_id] = shorter
    return tuple(sorted(by_type.items()))


def _shorten_value(type_id: int, value: bytes) -> bytes:
    """Return what a step leaves of a value; no bytes if it removes the entry."""
    if type_id == COLORS_TYPE:
        return value[:-1]
    if type_id == LAYOUT_TYPE:
        return layers.write_layout((layers.split_layout(value) or [])[:-1])
    return b""


# --- Words


class _Prefixes:
    """The texts that the steps leave: the first words, with the white space between them.

    Attributes:
        count: the number of words; 1 for a text without words, which is the empty text.
    """

    def __init__(self, record: Record) -> None:
        # The first step takes the white space around the words; only a utf8 text can have it.
        self._coding, self._text = record.coding, record.text.strip()
        self._ends = [word.end() for word in re.finditer(r"\S+", self._text)] or [0]
        self.count = len(self._ends)

    def text(self, count: int) -> str:
        """Return the first ``count`` words, from 1."""
        return self._text[: self._ends[count - 1]]

    def payload(self, count: int) -> bytes:
        """Return the payload of the first ``count`` words."""
        return codings.encode(self._coding, self.text(count))

    def min_bytes(self, count: int) -> int:
        """Return a lower bound of the bytes of ``payload``, which never falls with ``count``.

        In lexicon, fewer words can have a longer payload, because the length of its end varies. But
        a payload has at least the bits of its words, and these never fall.
        """
        if self._coding != "lexicon":
            return len(self.payload(count))
        return -(-lexicon.payload_bits(self.text(count).split()) // 8)


def _longest_that_fits(prefixes: _Prefixes, fits: Fits) -> int:
    """Return the number of words of the longest text whose payload fits; 0 if there is none."""
    # Coding every text would take quadratic time, so the lower bound skips most of them.
    count = largest(prefixes.count, lambda count: fits(prefixes.min_bytes(count)))
    while count and not fits(len(prefixes.payload(count))):
        count -= 1
    return count
