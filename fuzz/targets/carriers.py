"""Any bytes in any carrier: what is decoded is encoded back, and a picture keeps its chunks.

The first byte chooses: a text form, the data of a chunk, the chunks of a PNG file, a picture that
gets a record, a sequence.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from fuzz import carriers, mutator, spellings
from fuzz.mutator import changed as mutated
from fuzz.oracle import oracle
from semcodec.bitstream import embed_png, extract_png, repack, unpack, unpack_all, validate
from semcodec.errors import SemcodecError

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]

A_CORE = bytes.fromhex("001710")  #: the record that is embedded


def _text_form(framing: str) -> Callable[[bytes], None]:
    def carry(rest: bytes) -> None:
        text = carriers.PREFIXES[framing] + rest
        record = unpack(text)
        assert record.framing == framing
        assert repack(record) == text
        assert unpack(text.decode("ascii")) == record

    return carry


def _chunk_data(core: bytes) -> None:
    png = carriers.picture(carriers.chunk(b"seMC", core))
    record = unpack(png)
    assert extract_png(png) == core
    assert embed_png(carriers.picture(), core) == png
    assert repack(record, framing="bare", check="none") == core


def _chunks(rest: bytes) -> None:
    _embedded(carriers.SIGNATURE + rest)


def _embedded(png: bytes) -> None:
    """Put a record into a picture, which must keep all else byte for byte."""
    made = embed_png(png, A_CORE)
    assert extract_png(made) == A_CORE
    assert validate(made).ok
    pieces, end = [], len(carriers.SIGNATURE)
    for at, kind, body in carriers.chunks(png):
        end = at + 12 + len(body)
        pieces += [png[at:end]] if kind != b"seMC" else []
    pieces.insert(1, carriers.chunk(b"seMC", A_CORE))
    assert made == b"".join([carriers.SIGNATURE, *pieces, png[end:]])
    assert embed_png(made, A_CORE) == made


def _sequence(data: bytes) -> None:
    records = list(unpack_all(data))
    assert b"".join(map(repack, records)) == data
    assert len(records) <= len(data) // 2
    assert validate(data, framing="sequence").ok
    assert all(oracle(_core(repack(record)), "sequence") == record for record in records)


def _core(item: bytes) -> bytes:
    """Return an item of a sequence without its length."""
    return item[next(at for at, byte in enumerate(item) if byte < 128) + 1 :]


CARRIERS: tuple[Callable[[bytes], None], ...] = (
    _text_form("url"), _text_form("qr"), _chunk_data, _chunks, _embedded, _sequence,
)  # fmt: skip


def test_one_input(data: bytes) -> None:
    """Carry the rest of ``data``."""
    if not data:
        return
    try:
        CARRIERS[data[0] % len(CARRIERS)](data[1:])
    except SemcodecError:
        if data[0] % len(CARRIERS) == 5:
            assert not validate(data[1:], framing="sequence").ok


def an_input(rng: random.Random) -> bytes:
    """Return a carrier with a record in it, spelled right or wrong."""
    core = mutator.with_check(spellings.core(rng, rng.choice((1, 1, 2, 3))))
    plain = spellings.core(rng, 0)
    items = [leb + item for leb, item in ((spellings.leb(rng, len(i)), i) for i in (plain, core))]
    rest = (
        carriers.to_base64(core),
        carriers.to_base45(core),
        plain,
        mutator.repaired(mutator.changed(rng, _a_picture(rng)))[8:],
        _a_picture(rng),
        b"".join(rng.choices(items, k=rng.randint(0, 4))),
    )
    place = rng.randrange(len(rest))
    data = rest[place] if rng.randrange(3) else mutator.changed(rng, rest[place])
    return bytes([place]) + data


def _a_picture(rng: random.Random) -> bytes:
    """Return a PNG file with up to three chunks more."""
    kinds = rng.choices((b"tEXt", b"seMC", b"gAMA", b"IDAT"), k=rng.randint(0, 3))
    return carriers.picture(*(carriers.chunk(kind, rng.randbytes(4)) for kind in kinds))


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data`` behind the choice of its own carrier; a bare record is chunk data."""
    if framing == "sequence":
        return b"\5" + data
    framing = carriers.framing_of(data)
    if framing in carriers.PREFIXES:
        return bytes([framing == "qr"]) + data[len(carriers.PREFIXES[framing]) :]
    if framing == "png":
        return b"\4" + data
    return b"\2" + (carriers.core_of(data) or b"")
