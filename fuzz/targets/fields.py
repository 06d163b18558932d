"""One field alone: what its parser takes, its writer gives back byte for byte.

The first byte chooses the parser, the rest is its data. No check and no head stand before it, so
that an engine reaches every corner of a field at once.
"""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable

from fuzz import carriers, spellings
from fuzz.mutator import changed
from fuzz.mutator import changed as mutated
from fuzz.oracle import known_value, nibbles, slow_check, tidy
from semcodec.bitstream import checksums, extensions, header, leb128
from semcodec.bitstream.framing import text as text_
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import DEFAULT_LIMITS
from semcodec.coding import nibble
from semcodec.errors import SemcodecError

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]


def _leb(data: bytes) -> None:
    parser = Parser(data)
    written = leb128.write(leb128.read(parser))
    assert written == data[: parser.position]
    assert leb128.decode_canonical(written) is not None


def _size(data: bytes) -> None:
    parser = Parser(data)
    size = header.read_size(parser)
    assert header.write_size(size) == data[: parser.position]
    assert 1 <= min(size) <= max(size) <= header.MAX_SIDE


def _models(data: bytes) -> None:
    parser = Parser(data)
    assert header.write_models(header.read_models(parser)) == data[: parser.position]


def _extensions(data: bytes) -> None:
    parser = Parser(data)
    entries = extensions.read(parser, DEFAULT_LIMITS.max_extensions)
    assert extensions.write(entries) == data[: parser.position]
    assert parser.end == len(data), "the block's end was left in the parser"


def _value(data: bytes) -> None:
    """Read the value of a registered extension, whose type is 2 to 18."""
    kind, value = data[0] % 9 * 2 + 2, data[1:]
    meant = extensions.decode_value(kind, value)
    assert (meant is not None) == known_value(kind, value)
    if meant is not None:
        assert extensions.encode_value(kind, meant) == value


def _check(data: bytes) -> None:
    """Compute a check twice; the second way goes bit by bit."""
    kind = data[0] & 3
    assert checksums.compute(kind, data[1:]) == slow_check(kind, data[1:])


def _nibble(data: bytes) -> None:
    text = nibble.decode(data)
    canonical = nibbles(tidy(data)) == data
    assert (nibble.is_canonical_spacing(text) and nibble.encode(text) == data) == canonical


def _text_form(framing: str) -> Callable[[bytes], None]:
    def parse(data: bytes) -> None:
        whole = text_.PREFIXES[framing] + data
        core = text_.read(Parser(whole), framing).data
        assert text_.write(framing, core) == whole
        assert carriers.framed(framing, core) == whole

    return parse


PARSERS: tuple[Callable[[bytes], None], ...] = (
    _leb, _size, _models, _extensions, _value, _check, _nibble, _text_form("url"), _text_form("qr"),
)  # fmt: skip


def test_one_input(data: bytes) -> None:
    """Run one parser on the rest of ``data``; the smallest rest is a byte."""
    if len(data) < 2:
        return
    with contextlib.suppress(SemcodecError):
        PARSERS[data[0] % len(PARSERS)](data[1:])


def an_input(rng: random.Random) -> bytes:
    """Return a field spelled right or wrong, now and then damaged."""
    core = spellings.payload(rng, 0)
    field = (
        spellings.leb(rng, spellings.a_number(rng)),
        spellings.size(rng),
        spellings.models(rng),
        spellings.extension_block(rng),
        _a_value(rng),
        rng.randbytes(rng.randint(1, 40)),
        core,
        carriers.to_base64(core),
        carriers.to_base45(core),
    )
    place = rng.randrange(len(field))
    data = field[place] if rng.randrange(3) else changed(rng, field[place])
    return bytes([place]) + data


def _a_value(rng: random.Random) -> bytes:
    place = rng.randrange(9)
    return bytes([place]) + spellings.a_value(rng, extensions.BY_TYPE[2 * place + 2].value_kind)


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data`` behind the choice that its length gives, so that each parser gets some."""
    return bytes([len(data) % len(PARSERS)]) + data[1:]
