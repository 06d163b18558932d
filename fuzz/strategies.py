"""Hypothesis strategies for the valid values of all fields, and for records of such values."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import strategies as st

from semcodec._registry import CHECK_REQUIRED, CHECKS, FRAMINGS, SIZES
from semcodec.bitstream import Models, embed_png, extension, pack
from semcodec.bitstream.extensions import FIRST_PRIVATE_TYPE
from semcodec.choices import ExtensionName
from tests.layouts import bits, group
from tests.png_files import build_png

#: Arguments of ``pack``: the text, and the others by name.
PackArguments = tuple[str, dict[str, Any]]

LETTERS: Final = "ntsrhldcmfgpbkv"
MAX_LEB128: Final = 2**28 - 1  #: four bytes of seven bits
MAX_SHORT_SIDE: Final = 2**15
MAX_SIDE: Final = 2**31 - 1

nibble_texts = st.lists(st.text(LETTERS, min_size=1, max_size=8), max_size=12).map(" ".join)
_characters = st.characters(exclude_categories=["Cs"])
_printable = st.characters(exclude_categories=["Cc", "Cs"])
unicode_texts = st.text(_characters, max_size=40)
names = st.text(_printable, min_size=1, max_size=60)
numbers = st.one_of(st.integers(0, 300), st.integers(0, MAX_LEB128))

short_sides = st.integers(1, MAX_SHORT_SIDE)
sides = st.integers(1, MAX_SIDE)
sizes = st.one_of(
    st.sampled_from(((1024, 1024), *SIZES.values())),
    st.sampled_from(((1, 2**15), (2**15 + 1, 1), (1, MAX_SIDE), (1024, 1))),
    st.tuples(short_sides, short_sides),
    st.tuples(sides, sides),
)
models = st.one_of(
    numbers.map(Models),
    st.tuples(numbers, numbers, numbers, numbers).map(lambda ids: Models(0, *ids)),
)

_boxes = st.tuples(st.integers(0, 31), st.integers(0, 31)).flatmap(
    lambda corner: st.tuples(
        st.just(corner[0]),
        st.just(corner[1]),
        st.integers(corner[0] + 1, 32),
        st.integers(corner[1] + 1, 32),
    )
)
_groups = st.tuples(st.integers(0, 63), st.lists(_boxes, min_size=1, max_size=4, unique=True))


@st.composite
def layouts(draw: st.DrawFn, *, is_canonical: bool = True) -> bytes:
    """Return a layout of up to 16 boxes; if it is not canonical, nothing needs to ascend."""
    groups = draw(st.lists(_groups, min_size=1, max_size=4, unique_by=lambda group: group[0]))
    if is_canonical:
        groups = sorted((word, sorted(boxes)) for word, boxes in groups)
    return bits("".join(group(word, *boxes) for word, boxes in groups))


_layers = st.binary(min_size=1, max_size=12)

_EXTENSION_VALUES: Final[dict[ExtensionName, st.SearchStrategy[Any]]] = {
    "describer": names,
    "writer": names,
    "painter": names,
    "prompts": names,
    "tool": names,
    "comment": names,
    "k": st.integers(1, MAX_LEB128),
    "seed": st.integers(0, 2**32 - 1),
    "order": st.just("importance"),
    "layout": layouts(),
    "colors": _layers,
    "sketch": st.builds(bytes.__add__, st.sampled_from((b"\x20", b"\x30", b"@", b"`")), _layers),
}
#: An even type of the private range: a decoder keeps the extension and ignores it.
_private = st.tuples(
    st.integers(0, 2**24 - 1).map(lambda number: FIRST_PRIVATE_TYPE + 2 * number),
    st.binary(max_size=8),
)


@st.composite
def extensions(draw: st.DrawFn) -> list[tuple[int, bytes]]:
    """Return extensions of some registered types, and perhaps a private one."""
    chosen = draw(st.sets(st.sampled_from([*_EXTENSION_VALUES])))
    registered = [extension(name, draw(_EXTENSION_VALUES[name])) for name in sorted(chosen)]
    return registered + draw(st.lists(_private, max_size=1))


@st.composite
def pack_arguments(draw: st.DrawFn) -> PackArguments:
    """Return arguments of ``pack``, for every framing that it writes."""
    framing = draw(st.sampled_from([name for name in FRAMINGS if name != "png"]))
    coding = draw(st.sampled_from(("nibble", "utf8")))
    checks = CHECKS[1:] if framing in CHECK_REQUIRED else CHECKS
    return draw(nibble_texts if coding == "nibble" else unicode_texts), {
        "coding": coding,
        "framing": framing,
        "check": draw(st.sampled_from(checks)),
        "size": draw(sizes) if draw(st.booleans()) else (1024, 1024),
        "models": draw(models) if draw(st.booleans()) else Models(),
        "extensions": draw(extensions()) if draw(st.booleans()) else [],
    }


@st.composite
def records(draw: st.DrawFn) -> bytes:
    """Return a valid record in any framing except a sequence, one in eight in a PNG file."""
    text, arguments = draw(pack_arguments())
    if draw(st.integers(0, 7)) == 7:
        return embed_png(build_png(), pack(text, **arguments | {"framing": "bare"}))
    if arguments["framing"] == "sequence":
        arguments["framing"] = "bare"
    return pack(text, **arguments)
