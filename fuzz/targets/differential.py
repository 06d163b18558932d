"""Any bytes: the short road, the reader and the declaration say the same."""

from __future__ import annotations

from fuzz.mutator import an_input, mutated
from fuzz.oracle import oracle, rebuild
from semcodec.bitstream import Limits, Record, pack, repack, unpack, validate
from semcodec.errors import SemcodecError

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]

#: The default limits, but another object: with this, ``unpack`` never takes the short road.
LONG_ROAD = Limits()


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data``: it is an input as it is."""
    return data


def test_one_input(data: bytes) -> None:
    """Read ``data`` three times and write it twice."""
    record = read(data)
    assert record == read(data, LONG_ROAD), "the short road differs from the reader"
    if _beyond_limits(data):
        return
    assert record == oracle(data), "the reader differs from the declaration"
    if record is None or record.framing == "png":
        return
    assert repack(record) == data, "written again, the bytes differ"
    if record.framing in ("bare", "file"):
        assert rebuild(record) == data, "the declaration writes other bytes"
    if record.coding == "nibble":
        assert pack(record.text) == pack(record.text, check="none"), (
            "the short road packs otherwise"
        )


def read(data: bytes, limits: Limits | None = None) -> Record | None:
    """Return the record of ``data``, or None."""
    try:
        return unpack(data) if limits is None else unpack(data, limits=limits)
    except SemcodecError:
        return None


def _beyond_limits(data: bytes) -> bool:
    """Say whether a limit of the reader may decide: the declaration knows none."""
    found = validate(data, limits=LONG_ROAD).findings
    return any(finding.rule.startswith("SC-LIM") for finding in found)
