"""Any bytes: fast path, parser and Annex C agree on the record, or on the broken rule."""

from __future__ import annotations

from typing import Any

from hypothesis.strategies import SearchStrategy

from fuzz import corpus, malformed
from semcodec.bitstream import Limits, Record, pack, repack, unpack
from semcodec.errors import FormatError, UnsupportedError
from tests import annex_c

#: The default limits as an explicit argument: with it, ``unpack`` does not use the fast path.
DEFAULT_LIMITS = Limits()


def inputs() -> SearchStrategy[bytes]:
    """Return the strategy for inputs: data that is nearly a record."""
    return malformed.near_records(corpus.known_data())


def from_record(data: bytes, framing: str) -> list[bytes]:
    """Return ``data`` unchanged as the input."""
    return [data]


def test_one_input(data: bytes) -> None:
    """Decode ``data`` three times, and encode it again."""
    record = decode(data)
    assert record == decode(data, limits=DEFAULT_LIMITS), "the fast path differs from the parser"
    if isinstance(record, str):
        # Annex C has no limits, so it may accept data that exceeds one.
        assert record.startswith("SC-LIM") or record == annex_c.decode(data), record
        return
    assert record.as_dict() == annex_c.decode(data), "the parser differs from Annex C"
    if record.framing != "png":
        assert repack(record) == data, "repacking gives other bytes"
    if record.coding == "nibble":
        fast, slow = pack(record.text), pack(record.text, check="none")
        assert fast == slow, "the fast path encodes differently"


def decode(data: bytes, **options: Any) -> Record | str:
    """Return the record of ``data``, or the id of the first broken rule."""
    try:
        return unpack(data, **options)
    except (FormatError, UnsupportedError) as error:
        return error.rule
