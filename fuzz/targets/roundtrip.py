"""Any values: what is packed comes back, and packs to the same bytes again.

The input is a stream of decisions: text, coding, size, models, framing, check, extensions.
"""

from __future__ import annotations

import random

from fuzz import carriers
from fuzz.decisions import Decisions
from fuzz.mutator import changed as mutated
from fuzz.values import some_options
from semcodec.bitstream import embed_png, extract_png, pack, repack, unpack, unpack_all, validate

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]

MAX_DECISIONS = 400


def an_input(rng: random.Random) -> bytes:
    """Return decisions."""
    return rng.randbytes(rng.randint(0, MAX_DECISIONS))


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data``: any bytes are decisions."""
    return data


def test_one_input(data: bytes) -> None:
    """Pack what ``data`` decides, and read it again in every framing."""
    text, options = some_options(Decisions(data))
    packed = pack(text, **options)
    if options["framing"] == "sequence":
        (record,) = unpack_all(packed)
    else:
        record = unpack(packed)
        assert record == unpack(packed, framing=options["framing"])
        assert validate(packed).ok
    wanted = options | {"extensions": tuple(sorted(options["extensions"]))}
    assert record.text == text
    assert {name: getattr(record, name) for name in options} == wanted
    assert repack(record) == packed
    for framing in ("bare", "file", "url", "qr"):
        moved = unpack(repack(record, framing=framing))
        assert moved._replace(framing=record.framing, check=record.check) == record
    _in_a_picture(text, options)


def _in_a_picture(text: str, options: dict[str, object]) -> None:
    core = pack(text, **options | {"framing": "bare", "check": "none"})  # type: ignore[arg-type]
    png = embed_png(carriers.picture(), core)
    assert extract_png(png) == core
    assert unpack(png) == unpack(core)._replace(framing="png")
    assert validate(png).ok
