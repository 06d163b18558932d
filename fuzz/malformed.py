"""Hypothesis strategies for data that is nearly a record: non-canonical, malformed, damaged.

Random bytes are rejected at the first byte, and a damaged record at its check: neither gets past
the first validation. So these strategies write each field themselves, including in ways the format
forbids (an integer with a superfluous zero byte, a size in the long form, types that do not ascend,
two spaces), and append a valid check. The library's own serializer cannot write such records.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hypothesis import strategies as st

from fuzz import strategies
from semcodec._registry import CHECK_REQUIRED, EXTENSIONS, SIZES
from semcodec.bitstream.framing import text as text_framings
from tests import annex_c
from tests.png_files import build_chunk, build_png, repair_crcs

FRAMINGS: Final = ("bare", "file", "url", "qr", "png")
MAGIC: Final = b"\xb5\x1a"
SYMBOLS: Final = " " + strategies.LETTERS
TEXTS: Final = ("seer 2", "Öl", "a", "x" * 255, "palette and brush", "\U0001f3a8", "e\u0301")
#: Not allowed as the text of an extension: no bytes, bytes that are not UTF-8, control characters,
#: an overlong encoding, and an unpaired surrogate.
INVALID_TEXTS: Final = (b"", b"\xff", b"\xc0\x80", b"a\0", b"\x7f", b"\xc2\x85", b"\xed\xa0\x80")
#: Byte strings with a meaning, which random edits would hardly ever produce: parts of LEB128, one
#: with a superfluous byte, and the greatest; starts of framings; types of PNG chunks; a models
#: field of four zeros; and the default size 1024 x 1024, which is never written, in both explicit
#: forms.
TOKENS: Final = (
    *(b"\0", b"\x80", b"\xff", b"\x81\0", b"\xff\xff\xff\x7f", MAGIC, b"semc:", b"SEMQ:"),
    *(b"seMC", b"IEND", bytes(5), bytes.fromhex("81ff83ff"), bytes.fromhex("c00001ff800003ff")),
)

# Hypothesis shrinks integers towards 0. So the last value stands for the rare case: the smallest
# failing example has no more invalid fields than it needs.
_one_in_twelve = st.integers(0, 11).map(lambda number: number == 11)
_one_in_three = st.integers(0, 2).map(lambda number: number == 2)


def rarely(draw: st.DrawFn) -> bool:
    """Return whether to make the next field invalid: true one time in twelve."""
    return draw(_one_in_twelve)


# --- fields ---------------------------------------------------------------------------------------

numbers = st.one_of(
    st.integers(0, 3),
    st.integers(1, 300),
    st.integers(0, strategies.MAX_LEB128),
    st.just(strategies.MAX_LEB128),
)


@st.composite
def leb128(draw: st.DrawFn, value: int) -> bytes:
    """Return ``value`` as LEB128, rarely with superfluous bytes or longer than four bytes."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    encoded.append(value)
    if rarely(draw):
        encoded[-1] |= 128
        padding = draw(st.sampled_from((0, 0, 0, 4 - len(encoded), 1)))
        encoded += b"\x80" * padding + draw(st.sampled_from((b"\0", b"\1")))
    return bytes(encoded)


integers = numbers.flatmap(leb128)

_any_size = st.one_of(
    strategies.sizes, st.tuples(strategies.short_sides, strategies.short_sides), st.just((2**31, 1))
)


@st.composite
def sizes(draw: st.DrawFn) -> bytes:
    """Return a size field in any form, whether or not a shorter one exists."""
    form, (width, height) = draw(st.integers(0, 3)), draw(_any_size)
    if form == 0:
        # Codes 0, 69 and 101 are forbidden forever; 127 is not assigned.
        return bytes([draw(st.sampled_from((0, 69, 101, 127)) | st.integers(1, len(SIZES)))])
    if max(width, height) > strategies.MAX_SHORT_SIDE or (form == 1 and rarely(draw)):
        return (0b11 << 62 | width - 1 << 31 | height - 1).to_bytes(8, "big")
    return (0b10 << 30 | width - 1 << 15 | height - 1).to_bytes(4, "big")


@st.composite
def models(draw: st.DrawFn) -> bytes:
    """Return a models field: a model set, or four ids, which are rarely all 0."""
    if draw(st.booleans()):
        return draw(integers)
    if rarely(draw):
        return bytes(5)
    return b"\0" + b"".join(draw(integers) for _ in range(4))


@st.composite
def extension_values(draw: st.DrawFn, kind: str) -> bytes:
    """Return a value of an extension whose values are of ``kind``, valid most of the time."""
    is_wrong = rarely(draw)
    match kind:
        case "count":
            return b"" if is_wrong else draw(integers)
        case "order":
            return draw(st.sampled_from((b"", b"\0", b"\2", b"\1\1"))) if is_wrong else b"\1"
        case "seed":
            value = draw(st.sampled_from((0, 1, 255, 256, 2**32 - 1)) | st.integers(0, 2**32 - 1))
            padding = bytes(draw(st.integers(0, 2))) if is_wrong else b""
            return padding + value.to_bytes(max(1, -(-value.bit_length() // 8)), "big")
        case "layout":
            layout = draw(strategies.layouts(is_canonical=not is_wrong))
            return layout + draw(st.sampled_from((b"", b"\0", bytes(4)))) if is_wrong else layout
        case "colors":
            return (
                bytes(draw(st.sampled_from((0, 513)))) if is_wrong else draw(st.binary(min_size=1))
            )
        case "sketch":
            grid = draw(st.sampled_from((0, 33, 64) if is_wrong else (32, 48, 64, 96)))
            return bytes([grid]) + draw(st.binary(min_size=not is_wrong, max_size=8))
    if is_wrong:
        return draw(st.sampled_from((*INVALID_TEXTS, b"x" * 256, b"x" * 4096, b"x" * 4097)))
    return draw(st.sampled_from(TEXTS)).encode()


_some_types = st.lists(st.sampled_from(EXTENSIONS), max_size=4, unique_by=lambda row: row.type)


@st.composite
def extension_blocks(draw: st.DrawFn) -> bytes:
    """Return an extension block, its types ascending most of the time."""
    entries = [(row.type, draw(extension_values(row.value_kind))) for row in draw(_some_types)]
    if draw(_one_in_three):
        entries.append((draw(st.sampled_from((26, 300, 2**28 - 2))), draw(st.binary(max_size=4))))
    if rarely(draw):
        entries.append((draw(st.sampled_from((0, 1, 7, 2))), b""))
    if not rarely(draw):
        entries.sort()
    block = b"".join(
        draw(leb128(type_id)) + draw(leb128(len(value))) + value for type_id, value in entries
    )
    error = draw(st.integers(-2, 2)) if rarely(draw) else 0
    return draw(leb128(max(0, len(block) + error))) + block


@st.composite
def payloads(draw: st.DrawFn, coding: int) -> bytes:
    """Return a payload: words, rarely with a superfluous space or followed by invalid UTF-8."""
    text = draw(strategies.nibble_texts)
    if rarely(draw):
        place = draw(st.sampled_from((0, len(text))) | st.integers(0, len(text)))
        text = text[:place] + " " + text[place:]
    if coding == 0:
        symbols = [SYMBOLS.index(char) for char in text] + [0] * (len(text) % 2)
        return bytes(16 * high + low for high, low in zip(symbols[::2], symbols[1::2], strict=True))
    invalid = rarely(draw)
    return text.encode() + (
        draw(st.sampled_from(INVALID_TEXTS)) if invalid else draw(st.sampled_from(TEXTS)).encode()
    )


_FIELDS: Final = ((2, sizes()), (1, models()), (4, extension_blocks()))


@st.composite
def cores(draw: st.DrawFn, check_id: int) -> bytes:
    """Return a core with a valid check ``check_id``; any other field may be invalid."""
    coding = draw(st.sampled_from((1, 2))) if rarely(draw) else draw(st.sampled_from((0, 0, 3)))
    first = coding << 5 | check_id << 3 | rarely(draw) << 7
    fields = b""
    for bit, field in _FIELDS:
        if draw(_one_in_three):
            first |= bit
            fields += draw(field)
    return annex_c.append_check(bytes([first]) + fields + draw(payloads(coding)))


# --- framings -------------------------------------------------------------------------------------


def wrap(framing: str, core: bytes) -> bytes:
    """Return ``core``, which may be invalid, in a framing of one record."""
    match framing:
        case "file":
            return MAGIC + core
        case "url" | "qr":
            return text_framings.write(framing, core)
        case "png":
            return build_png(build_chunk(b"seMC", core))
    return core


@st.composite
def wrong_framings(draw: st.DrawFn, framing: str, core: bytes) -> bytes:
    """Return ``core`` in a framing that breaks a rule; a tolerant decoder might accept it."""
    data = wrap(framing, core)
    wrong: tuple[bytes, ...]
    match framing:
        case "url":
            last = draw(st.sampled_from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"))
            padded = data + b"=" * (-(len(data) - 5) % 4)
            standard = data.translate(bytes.maketrans(b"-_", b"+/"))
            wrong = (data[:-1] + bytes([last]), padded, standard, data + b"A", data + b"\n")
        case "qr":
            wrong = (data[:5] + data[5:].lower(), data[:5] + b"\n" + data[5:], data + b"0")
        case "png":
            chunk, place = build_chunk(b"seMC", core), draw(st.integers(2, 7))
            flipped = bytes([data[place] ^ 1])  # in the signature
            wrong = (
                build_png(),
                build_png(chunk, chunk),
                data[:place] + flipped + data[place + 1 :],
            )
        case "file":
            wrong = (data[:1] + draw(st.binary(min_size=1, max_size=1)) + core,)
        case _:
            wrong = (data,)
    return draw(st.sampled_from(wrong))


@st.composite
def malformed_records(draw: st.DrawFn) -> bytes:
    """Return a record with a valid check, whose fields and framing may be invalid."""
    framing = draw(st.sampled_from(FRAMINGS))
    # The check ids that the framing allows, and rarely one that it does not.
    allowed = {"png": (0,)}.get(
        framing, (1, 2, 3) if framing in CHECK_REQUIRED else (0, 0, 1, 2, 3)
    )
    check_id = draw(st.integers(0, 3) if rarely(draw) else st.sampled_from(allowed))
    core = draw(cores(check_id))
    return draw(wrong_framings(framing, core)) if rarely(draw) else wrap(framing, core)


# --- edits ----------------------------------------------------------------------------------------

_replacements = st.one_of(
    st.sampled_from(TOKENS), st.binary(min_size=1, max_size=2), st.just(b""), st.none()
)


@st.composite
def edits(draw: st.DrawFn, data: bytes) -> bytes:
    """Return ``data`` with one to three places changed, added or cut."""
    edited = bytearray(data)
    for _ in range(draw(st.integers(1, 3))):
        place, length = draw(st.integers(0, len(edited))), draw(st.integers(0, 2))
        replacement = draw(_replacements)
        if replacement is None:  # flip a bit
            flipped = 1 << draw(st.integers(0, 7))
            replacement = bytes(byte ^ flipped for byte in edited[place : place + 1])
            length = 1
        edited[place : place + length] = replacement
    return bytes(edited)


def repair(data: bytes) -> bytes:
    """Return ``data`` with a valid check in its core and valid CRCs in PNG chunks."""
    framing, core = annex_c.unwrap(data)
    if framing == "png":
        return repair_crcs(data)
    return wrap(framing, annex_c.replace_check(core)) if core else data


@st.composite
def core_edits(draw: st.DrawFn, data: bytes) -> bytes:
    """Return ``data`` with an edited core, a valid check, and its framing as before."""
    framing, core = annex_c.unwrap(data)
    if not core:
        return draw(edits(data))
    return wrap(framing, annex_c.replace_check(draw(edits(core))))


def near(base: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy for edited records of ``base``, some with repaired checks."""
    return st.one_of(base.flatmap(edits), base.flatmap(edits).map(repair), base.flatmap(core_edits))


_starts = st.sampled_from((b"", b"\0", b"semc:", b"SEMQ:", b"semq:"))
random_bytes = st.tuples(_starts, st.binary(max_size=24)).map(b"".join)


def near_records(known: list[bytes]) -> st.SearchStrategy[bytes]:
    """Return a strategy for data that may be a record or nearly one, also near ``known`` data."""
    known_data = st.integers(0, len(known) - 1).map(known.__getitem__)
    return st.one_of(
        random_bytes,
        near(strategies.records()),
        near(known_data),
        malformed_records(),
        malformed_records(),
        malformed_records(),
    )


def name_inputs(
    inputs: Mapping[str, st.SearchStrategy[bytes]],
) -> st.SearchStrategy[tuple[str, bytes]]:
    """Return a strategy for a name and an input of its strategy; one in three inputs is edited."""
    return st.one_of(
        [
            st.tuples(st.just(name), st.one_of(data, data, data.flatmap(edits)))
            for name, data in inputs.items()
        ]
    )
