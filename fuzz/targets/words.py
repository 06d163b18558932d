"""Any text: ``skeleton`` and ``decompress`` return or raise one of our errors."""

from __future__ import annotations

from hypothesis import strategies as st

import semcodec
from semcodec.errors import SemcodecError
from semcodec.words.slips import classify_slip

#: Characters in a text. Decompression takes time for each word; other tests limit that time.
MAX_CHARACTERS = 120
_PIECES = (
    "a red car",
    "window",
    "'s",
    "’",
    "12",
    "é",
    "ß",
    "\u0301",
    "\0",
    " ",
    "ndn trdtnl rch",
    "zz",
)


def inputs() -> st.SearchStrategy[bytes]:
    """Return the strategy for inputs: pieces of text, followed by up to three arbitrary bytes."""
    pieces = st.lists(st.sampled_from(_PIECES), max_size=12).map(" ".join)
    return st.tuples(pieces.map(str.encode), st.binary(max_size=3)).map(b" ".join)


def from_record(data: bytes, framing: str) -> list[bytes]:
    """Return ``data``, which is a text with many unusual characters when decoded as UTF-8."""
    return [data]


def test_one_input(data: bytes) -> None:
    """Call both functions on the text, whether or not its bytes are UTF-8."""
    text = data.decode("utf-8", "surrogateescape")[:MAX_CHARACTERS]
    _check_skeleton(text)
    try:
        words = semcodec.decompress(text)
    except SemcodecError:
        return
    assert len(words) == len(text.split())


def _check_skeleton(text: str) -> None:
    try:
        compressed = semcodec.skeleton(text)
    except SemcodecError:
        return
    assert semcodec.unpack(semcodec.pack(compressed)).text == compressed
    for word, skeleton in zip(semcodec.decompress(compressed), compressed.split(), strict=True):
        restored = semcodec.skeleton(
            word
        )  # of a skeleton that no known word has, one slip is healed
        assert restored == skeleton or classify_slip(skeleton, restored), (word, skeleton)
