"""Any values: unpacking a packed record returns them, and repacking it gives the same bytes."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis.strategies import SearchStrategy

from fuzz import strategies
from fuzz.strategies import PackArguments
from semcodec.bitstream import (
    Record,
    embed_png,
    extract_png,
    pack,
    repack,
    unpack,
    unpack_all,
    validate,
)
from semcodec.bitstream.extensions import BY_TYPE, FIRST_PRIVATE_TYPE
from semcodec.errors import SemcodecError
from tests.png_files import build_png


def inputs() -> SearchStrategy[PackArguments]:
    """Return the strategy for inputs: arguments of ``pack``."""
    return strategies.pack_arguments()


def from_record(data: bytes, framing: str) -> list[PackArguments]:
    """Return the arguments that pack the records of ``data``; none if it is not valid.

    Records with extension types that no encoder may write yet are left out.
    """
    with contextlib.suppress(SemcodecError):
        records = unpack_all(data) if framing == "sequence" else [unpack(data)]
        return [_arguments(record) for record in records if _can_be_packed(record)]
    return []


def _can_be_packed(record: Record) -> bool:
    types = [type_id for type_id, _ in record.extensions]
    return all(type_id in BY_TYPE or type_id >= FIRST_PRIVATE_TYPE for type_id in types)


def _arguments(record: Record) -> PackArguments:
    framing = "bare" if record.framing == "png" else record.framing
    names = ("coding", "check", "size", "models", "extensions")
    return record.text, {name: getattr(record, name) for name in names} | {"framing": framing}


def test_one_input(arguments: PackArguments) -> None:
    """Pack the arguments, and unpack the record from every framing."""
    text, options = arguments
    packed = pack(text, **options)
    if options["framing"] == "sequence":
        (record,) = unpack_all(packed)
    else:
        record = unpack(packed)
        assert record == unpack(packed, framing=options["framing"])
        assert validate(packed).ok
    expected = options | {"extensions": tuple(sorted(options["extensions"]))}
    assert record.text == text
    assert {name: getattr(record, name) for name in options} == expected
    assert repack(record) == packed
    for framing in ("bare", "file", "url", "qr"):
        moved = unpack(repack(record, framing=framing))
        assert moved._replace(framing=record.framing, check=record.check) == record
    _check_png(text, options)


def _check_png(text: str, options: dict[str, Any]) -> None:
    core = pack(text, **options | {"framing": "bare", "check": "none"})
    png = embed_png(build_png(), core)
    assert extract_png(png) == core
    assert unpack(png) == unpack(core)._replace(framing="png")
    assert validate(png).ok
