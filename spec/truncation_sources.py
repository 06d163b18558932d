"""The sources of the vectors for truncation: records, and the limits to which they are truncated.

Most limits are one byte on either side of a step. ``make_vectors.py`` computes the results, and
tests/bitstream/test_truncation.py compares them with the steps of §9.5.
"""

from __future__ import annotations

from typing import NamedTuple

from vector_sources import ROW, bits, check, file, group, png, qr, record, url

from semcodec.bitstream import pack

TWO_GROUPS = bits(group(0, ROW[0]) + group(1, ROW[0], ROW[1]))
LAYERS = {"layout": TWO_GROUPS, "colors": b"\1\2\3", "sketch": b"\x20\xff"}
TEXTS = {
    "describer": "a", "writer": "b", "painter": "c", "prompts": "d", "tool": "e", "comment": "f",
}  # fmt: skip
NUMBERS = {"k": 12, "order": "importance", "seed": 7}
WORDS = "red boat calm lake pine mountain evening light"


class TruncationSource(NamedTuple):
    """A record, and the limits of its vectors.

    Attributes:
        slug: start of the names of the vectors; a name ends with its limit.
        comment: description of the vectors.
        data: the record.
        limits: limits in bytes; None for every limit from 0 to one more than the record has.
    """

    slug: str
    comment: str
    data: bytes
    limits: tuple[int, ...] | None = None


def _nibble(block: str, payload: str = "12 01") -> bytes:
    return bytes.fromhex("04" + block + payload)


ALL = [
    TruncationSource("nibble", "nt, n, s: words from the end", bytes.fromhex("00 12 01 03"), None),
    TruncationSource("nibble-padding", "nnn n: the shorter text is padded",
                     bytes.fromhex("00 11 10 10"), None),
    TruncationSource("one-word", "one word always remains", bytes.fromhex("00 11 11"), None),
    TruncationSource("no-words", "an empty text has no step", _nibble("03 0e 01 07", ""), None),
    TruncationSource("utf8", "white space between words stays as it is",
                     b"\x60a \t b\n\nc", None),
    TruncationSource("utf8-ends", "white space at the ends goes before a word",
                     "\x60\n a\u2003b\u3000 ".encode(), None),
    TruncationSource("utf8-end", "white space at the end alone goes before a word",
                     "\x60a b \u00a0".encode(), None),
    TruncationSource("utf8-start", "white space at the start alone goes before a word",
                     "\x60\u2003a b".encode(), None),
    TruncationSource("utf8-space", "a text of white space becomes empty",
                     "\x60 \u00a0".encode(), None),
    TruncationSource("utf8-characters", "a word is removed as a whole",
                     "\x60Öl 🦊🦊".encode(), None),
    TruncationSource("utf8-no-space", "U+200B and U+FEFF are not white space",
                     "\x60\ufeffa\u200b b\u200b".encode(), None),
    TruncationSource("lexicon", "words from the end, coded again",
                     pack(WORDS, coding="lexicon"), None),
    TruncationSource("lexicon-escapes", "escaped words and capital forms",
                     pack("Paris zuzeca 1984 red zzq", coding="lexicon"), None),
    TruncationSource("bag", "all words of a bag stay", pack(WORDS, coding="bag"), None),
    TruncationSource("bag-entries", "entries of a bag are removed",
                     pack(WORDS, coding="bag", extensions={"seed": 7, "colors": b"\1\2"}), None),
    TruncationSource("all-entries", "every entry has its place in the order",
                     pack("nt n", coding="nibble", extensions=TEXTS | LAYERS | NUMBERS), None),
    TruncationSource("private", "types over 24 are removed first, the largest of them first",
                     _nibble("0d 0e 01 07 16 01 ff 1a 00 ac 02 02 01 02"), None),
    TruncationSource("layers", "layers in a file of another size, with models and CRC-16",
                     pack("nt n", coding="nibble", extensions=LAYERS, framing="file",
                          check="crc16", size=(1000, 777), models=2), None),
    TruncationSource("layout-padding", "the bits after the last group that stays become 0",
                     pack("nt n", coding="nibble",
                          extensions={"layout": bits(group(0, ROW[0]) + group(63, ROW[0]))}), None),
    TruncationSource("layers-and-words", "a record as an encoder makes it",
                     pack(WORDS, coding="lexicon", framing="file",
                          extensions={"order": "importance", "colors": bytes(range(24)),
                                      "layout": TWO_GROUPS}),
                     (60, 59, 58, 48, 40, 36, 32, 28, 24, 20, 18, 16, 14, 12, 10, 8, 7, 6, 5)),
    TruncationSource("long-colors", "lengths with a second byte",
                     _nibble("83 01 16 80 01" + "aa" * 128), (135, 134, 133, 132, 131, 130, 6, 5)),
    TruncationSource("file", "the check is computed again", file("08 12 01 03"), None),
    TruncationSource("crc32", "the kind of the check stays", check("18 12 01 03"), None),
    TruncationSource("invalid", "data that is not valid is refused, even if it is short enough",
                     bytes.fromhex("00 01"), (9, 2, 1)),
    TruncationSource("png", "a PNG file is refused, even if it is short enough",
                     png(record("00 11")), (9999, 50)),
    TruncationSource("url", "in a text form the limit counts characters",
                     url("08 12 01 03"), None),
    TruncationSource("qr", "two bytes are three characters", qr("08 12 01 03"), None),
]  # fmt: skip
