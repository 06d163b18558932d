"""Any text: skeleton, selection and decompression return or raise our errors."""

from __future__ import annotations

import random

import semcodec
from fuzz.mutator import changed as mutated
from semcodec.errors import SemcodecError

__all__ = ["test_one_input", "an_input", "mutated", "from_record"]

#: Characters of a text: the work of decompressing grows with the words, and is tested elsewhere.
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


def an_input(rng: random.Random) -> bytes:
    """Return pieces of text, now and then bytes that are none."""
    pieces = [piece.encode() for piece in rng.choices(_PIECES, k=rng.randint(0, 12))]
    return b" ".join([*pieces, rng.randbytes(rng.randint(0, 3))])


def from_record(data: bytes, framing: str) -> bytes:
    """Return ``data``: read as UTF-8, it is a text with strangers in it."""
    return data


def test_one_input(data: bytes) -> None:
    """Call all three on the text, whether or not its bytes are UTF-8."""
    text = data.decode("utf-8", "surrogateescape")[:MAX_CHARACTERS]
    _skeleton(text)
    try:
        words = semcodec.decompress(text)
    except SemcodecError:
        return
    assert len(words) == len(text.split())


def _skeleton(text: str) -> None:
    try:
        made = semcodec.skeleton(text)
    except SemcodecError:
        return
    assert semcodec.unpack(semcodec.pack(made)).text == made
    for word, skeleton in zip(semcodec.decompress(made), made.split(), strict=True):
        assert semcodec.skeleton(word) == skeleton, (word, skeleton)
