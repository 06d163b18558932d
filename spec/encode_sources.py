"""The sources of the vectors for encoders: a value, and its bytes or the rule of its refusal.

The bytes are those of the specification, as in vector_sources.py; payloads of ``lexicon`` and
``bag`` are those of coding_vectors.json. make_vectors.py compares all of them with the library.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from vector_sources import (
    BASE45,
    BASE64URL,
    IDAT,
    IEND,
    IHDR,
    SIGNATURE,
    check,
    chunk,
    file,
    nibble_text,
    png,
    qr,
    record,
    symbols_with_alphabet,
    url,
)

Value = dict[str, Any]


class EncodeSource(NamedTuple):
    """One vector before it is written.

    Attributes:
        slug: the name without "encode-".
        clause: the clause that the vector tests.
        comment: description of the test.
        value: the value to encode, as in the vectors; with ``picture``, the hex of the PNG file
            that the record is put into.
        data: the bytes; None if an encoder must refuse the value.
        rule: the requirement or rule for which it is refused; "" if it is not.
    """

    slug: str
    clause: str
    comment: str
    value: Value
    data: bytes | None
    rule: str


ALL: list[EncodeSource] = []
MODELS = ("set", "describer", "writer", "painter", "prompts")
DEFAULTS: Value = {
    "text": "nn",
    "coding": "nibble",
    "size": [1024, 1024],
    "models": dict.fromkeys(MODELS, 0),
    "extensions": [],
    "framing": "bare",
    "check": "none",
}
_PAYLOADS = {
    (row["coding"], row["slug"]): row
    for row in json.loads(Path(__file__).with_name("coding_vectors.json").read_text("utf-8"))
    if row["kind"] == "obeys"
}


def accepts(
    slug: str,
    clause: str,
    comment: str,
    data: bytes | str,
    *,
    picture: bytes | None = None,
    **value: Any,
) -> None:
    """Add a value that has an encoding."""
    data = bytes.fromhex(data) if isinstance(data, str) else data
    complete = _complete(value) | ({"picture": picture.hex()} if picture else {})
    ALL.append(EncodeSource(slug, clause, comment, complete, data, ""))


def refuses(slug: str, clause: str, comment: str, rule: str, **value: Any) -> None:
    """Add a value that has none, or one that an encoder must not write."""
    ALL.append(EncodeSource(slug, clause, comment, _complete(value), None, rule))


def _complete(value: Value) -> Value:
    models = dict.fromkeys(MODELS, 0) | value.get("models", {})
    return DEFAULTS | value | {"models": models}


def coded(coding: str, slug: str, text: str | None = None) -> None:
    """Add the value of a payload of coding_vectors.json, with another order of words if given."""
    row = _PAYLOADS[coding, slug]
    data = {"lexicon": "20", "bag": "40"}[coding] + row["payload"]
    clause = "6.5" if coding == "lexicon" else "6.6"
    accepts(f"{coding}-{slug}", clause, row["comment"], data, coding=coding,
            text=row["text"] if text is None else text)  # fmt: skip


def reverse(text: str) -> str:
    """Return the words of ``text`` in the opposite order."""
    return " ".join(text.split()[::-1])


def seed(value: str) -> list[list[Any]]:
    """Return a list with one extension, a seed in hex."""
    return [[14, value]]


# --- nibble, utf8 (§6.1, §6.2) -------------------------------------------------------------------

accepts("nibble-empty", "6.1", "the empty text has no payload", "00", text="")
accepts("nibble-odd", "6.1", "an odd number of symbols is padded", "00 11 10", text="nnn")
accepts("nibble-even", "6.1", "an even number of symbols is not", "00 11 11", text="nnnn")
accepts("nibble-words", "6.1", "two words", "00 82 01 0b 43 30", text="ct n grss")
accepts("nibble-all", "6.1", "every symbol", "00 12 34 56 78 9a bc de f0", text="ntsrhldcmfgpbkv")
refuses("nibble-vowel", "6.1", "a letter without a symbol", "SC-WRI-5", text="cat")
refuses("nibble-upper", "6.1", "a capital letter", "SC-WRI-5", text="N")
refuses("nibble-space-first", "6.1", "a space in front", "SC-NIB-1", text=" n")
refuses("nibble-only-space", "6.1", "a space alone", "SC-NIB-1", text=" ")
refuses("nibble-two-spaces", "6.1", "two spaces", "SC-NIB-2", text="n  n")
refuses("nibble-space-last", "6.1", "a space at the end", "SC-NIB-3", text="n ")
accepts("utf8-empty", "6.2", "the empty text", "60", text="", coding="utf8")
accepts("utf8-spaces", "6.2", "spaces are kept", "60 20 20 41 20", text="  A ", coding="utf8")
accepts("utf8-composed", "6.2", "a composed letter stays composed", "60 c3 96", text="\u00d6",
        coding="utf8")  # fmt: skip
accepts("utf8-decomposed", "6.2", "a decomposed letter stays decomposed", "60 4f cc 88",
        text="O\u0308", coding="utf8")  # fmt: skip
accepts("utf8-compatible", "6.2", "a ligature is kept", "60 ef ac 81", text="\ufb01",
        coding="utf8")  # fmt: skip
accepts("utf8-mark", "6.2", "a byte order mark in front is kept", "60 ef bb bf 41",
        text="\ufeffA", coding="utf8")  # fmt: skip
accepts("utf8-controls", "6.2", "control characters are text", "60 00 1b 5b 0d 0a",
        text="\0\x1b[\r\n", coding="utf8")  # fmt: skip
accepts("utf8-beyond", "6.2", "characters of four bytes", "60 f0 9f a6 8a f4 8f bf bf",
        text="\U0001f98a\U0010ffff", coding="utf8")  # fmt: skip
refuses("utf8-surrogate", "6.2", "half of a pair of surrogates", "SC-WRI-5", text="a\ud800",
        coding="utf8")  # fmt: skip
refuses("nibble-surrogate", "6.2", "half of a pair of surrogates", "SC-WRI-5", text="n\udc00")
accepts("utf8-symbols", "8", "the coding is part of the value", "60 6e 74", text="nt",
        coding="utf8")  # fmt: skip

# --- lexicon, bag (§6.5 to §6.7) -----------------------------------------------------------------

for _slug in (
    "no-words", "one-word", "two", "sentence", "again", "capital", "spelled", "near", "longest",
    "end-1", "end-2", "end-3", "end-exact", "end-of-512", "1024",
):  # fmt: skip
    coded("lexicon", _slug)
for _slug in (
    "no-words", "one-word", "each-kind", "only-spelled", "spelled-order", "twelve",
    "below-estimate", "above-estimate", "two-buckets", "not-lowest", "padded", "zeros-dropped",
    "256", "bag-1024",
):  # fmt: skip
    coded("bag", _slug)
accepts("bag-reversed", "6.6", "a set of words in another order is the same value",
        "40" + _PAYLOADS["bag", "each-kind"]["payload"], coding="bag",
        text=reverse(_PAYLOADS["bag", "each-kind"]["text"]))  # fmt: skip
_LONG = [f"{'z' * 61}{number}" for number in range(10, 27)]
for _coding, _clause in (("lexicon", "6.5"), ("bag", "6.6")):
    refuses(f"{_coding}-64", _clause, "a word of 64 characters", "SC-WRI-5", coding=_coding,
            text="z" * 64)  # fmt: skip
    refuses(f"{_coding}-letter", _clause, "a letter that no word has", "SC-WRI-5", coding=_coding,
            text="caf\u00e9")  # fmt: skip
    refuses(f"{_coding}-comma", _clause, "a comma", "SC-WRI-5", coding=_coding, text="red, bear")
    refuses(f"{_coding}-two-spaces", _clause, "two spaces", "SC-WRI-5", coding=_coding,
            text="red  bear")  # fmt: skip
    refuses(f"{_coding}-space-last", _clause, "a space at the end", "SC-WRI-5", coding=_coding,
            text="red ")  # fmt: skip
    refuses(f"{_coding}-space", _clause, "a space alone", "SC-WRI-5", coding=_coding, text=" ")
    refuses(f"{_coding}-tab", _clause, "a tab between words", "SC-WRI-5", coding=_coding,
            text="red\tbear")  # fmt: skip
    refuses(f"{_coding}-escaped", _clause, "more than 1024 escaped characters", "SC-LEX-3",
            coding=_coding, text=" ".join(_LONG))  # fmt: skip
refuses("lexicon-513", "6.5", "513 words", "SC-WRI-5", coding="lexicon", text="a " * 512 + "a")
refuses("bag-257", "6.6", "257 words", "SC-BAG-2", coding="bag",
        text=" ".join(f"q{number}" for number in range(257)))  # fmt: skip
refuses("bag-twice", "6.6", "a word twice", "SC-BAG-1", coding="bag", text="red bear red")
refuses("bag-escaped-twice", "6.6", "an escaped word twice", "SC-BAG-1", coding="bag",
        text="zzq zzq")  # fmt: skip

# --- size, models (§5.2, §5.3) -------------------------------------------------------------------

accepts("size-default", "5.2", "1024 x 1024 has no size field", "00 11")
for _slug, _comment, _data, _size in (
    ("code-1", "512 x 512 has a code", "02 01 11", [512, 512]),
    ("code-13", "1920 x 1080 has a code", "02 0d 11", [1920, 1080]),
    ("code-41", "960 x 1088 has the last code", "02 29 11", [960, 1088]),
    ("turned", "1088 x 960, which has another code", "02 28 11", [1088, 960]),
    ("smallest", "1 x 1", "02 80 00 00 00 11", [1, 1]),
    ("beside-default", "1024 x 1023", "02 81 ff 83 fe 11", [1024, 1023]),
    ("4-bytes", "32768 x 32768 takes four bytes", "02 bf ff ff ff 11", [32768, 32768]),
    ("8-bytes", "32769 x 1 takes eight", "02 c0 00 40 00 00 00 00 00 11", [32769, 1]),
    ("8-bytes-high", "1 x 32769 takes eight", "02 c0 00 00 00 00 00 80 00 11", [1, 32769]),
    ("largest", "2^31-1 on both sides", "02 ff ff ff ff 7f ff ff fe 11", [2**31 - 1] * 2),
):
    accepts(f"size-{_slug}", "5.2", _comment, _data, size=_size)
refuses("size-zero", "5.2", "a width of 0", "SC-WRI-5", size=[0, 1024])
refuses("size-too-large", "5.2", "a height of 2^31", "SC-SIZ-5", size=[1024, 2**31])
accepts("models-none", "5.3", "four ids of 0 have no models field", "00 11")
accepts("models-set", "5.3", "row 2", "01 02 11", models={"set": 2})
accepts("models-unknown-set", "5.3", "row 300, which is not assigned, is a label", "01 ac 02 11",
        models={"set": 300})  # fmt: skip
accepts("models-ids", "5.3", "four ids", "01 00 03 03 05 01 11",
        models={"describer": 3, "writer": 3, "painter": 5, "prompts": 1})  # fmt: skip
accepts("models-one", "5.3", "one id", "01 00 00 00 00 01 11", models={"prompts": 1})
accepts("models-largest", "2.3", "ids of one to four bytes", "01 00 7f 80 01 ff 7f ff ff ff 7f 11",
        models={"describer": 127, "writer": 128, "painter": 16383,
                "prompts": 2**28 - 1})  # fmt: skip
refuses("models-too-large", "2.3", "an id of 2^28", "SC-LEB-1", models={"painter": 2**28})
refuses("models-set-and-id", "5.3", "a row and an id", "SC-WRI-5", models={"set": 1, "painter": 5})

# --- extensions (§5.4) ---------------------------------------------------------------------------

accepts("seed-zero", "5.4", "seed 0 is one byte", "04 03 0e 01 00 11", extensions=seed("00"))
accepts("seed-largest", "5.4", "seed 2^32-1", "04 06 0e 04 ff ff ff ff 11",
        extensions=seed("ffffffff"))  # fmt: skip
refuses("seed-long", "5.4", "seed 7 in two bytes", "SC-EXT-10", extensions=seed("0007"))
refuses("seed-too-large", "5.4", "seed 2^32", "SC-EXT-10", extensions=seed("0100000000"))
accepts("extensions-sorted", "5.4", "entries are written by ascending type",
        "04 0c 02 01 61 0a 01 0c 0e 01 07 12 01 62 11",
        extensions=[[18, "62"], [14, "07"], [2, "61"], [10, "0c"]])  # fmt: skip
accepts("order", "5.4", "order of importance in lexicon",
        "24 03 0c 01 01" + _PAYLOADS["lexicon", "two"]["payload"], coding="lexicon",
        text=_PAYLOADS["lexicon", "two"]["text"], extensions=[[12, "01"]])  # fmt: skip
accepts("layers", "5.8", "all three layers", "04 0d 14 04 04 20 93 f8 16 01 ff 18 02 60 00 11",
        extensions=[[24, "6000"], [20, "042093f8"], [22, "ff"]])  # fmt: skip
accepts("private", "10", "a type for private use", "04 06 80 80 80 40 01 ff 11",
        extensions=[[2**27, "ff"]])  # fmt: skip
accepts("private-empty", "10", "the last type for private use, without a value",
        "04 05 fe ff ff 7f 00 11", extensions=[[2**28 - 2, ""]])  # fmt: skip
accepts("long-block", "5.4", "a block of 128 bytes, whose length takes two bytes",
        "04 80 01 12 7e" + "61" * 126 + "11", extensions=[[18, "61" * 126]])  # fmt: skip
accepts("extensions-64", "9.3", "64 entries", "04 80 03"
        + "".join(f"{0x80 + 2 * number:02x} 80 80 40 01 2a" for number in range(64)) + "11",
        extensions=[[2**27 + 2 * number, "2a"] for number in range(64)])  # fmt: skip
for _slug, _comment, _rule, _extensions in (
    ("unassigned", "an even type that is not assigned", "SC-WRI-3", [[2**27 - 2, ""]]),
    ("odd", "an odd type", "SC-WRI-3", [[2**27 + 1, ""]]),
    ("large", "an even type of 2^28", "SC-LEB-1", [[2**28, ""]]),
    ("odd-large", "an odd type over 2^28", "SC-WRI-3", [[2**28 + 1, ""]]),
    ("type-zero", "type 0", "SC-EXT-5", [[0, ""]]),
    ("twice", "a type twice", "SC-EXT-4", [[18, "61"], [18, "62"]]),
    ("name-empty", "an empty name", "SC-EXT-7", [[2, ""]]),
    ("name-long", "a name of 256 bytes", "SC-EXT-7", [[4, "61" * 256]]),
    ("name-control", "a line feed in a name", "SC-EXT-7", [[6, "610a"]]),
    ("name-c1", "U+0085 in a name", "SC-EXT-7", [[8, "c285"]]),
    ("name-not-utf8", "a name that is not UTF-8", "SC-EXT-7", [[16, "ff"]]),
    ("k-zero", "K of 0", "SC-EXT-8", [[10, "00"]]),
    ("k-long", "K of 1 in two bytes", "SC-EXT-8", [[10, "8100"]]),
    ("order-reading", "reading order", "SC-EXT-9", [[12, "00"]]),
    ("comment-empty", "an empty comment", "SC-EXT-11", [[18, ""]]),
    ("comment-long", "a comment of 4097 bytes", "SC-EXT-11", [[18, "61" * 4097]]),
    ("layout-short", "a layout without a group", "SC-EXT-13", [[20, "000000"]]),
    ("layout-padding", "padding of a layout that is not 0", "SC-EXT-13", [[20, "042093f9"]]),
    ("layout-boxes", "equal boxes of a word", "SC-EXT-13", [[20, "00800000000000"]]),
    ("colors-empty", "no bytes of colors", "SC-EXT-14", [[22, ""]]),
    ("colors-long", "513 bytes of colors", "SC-EXT-14", [[22, "00" * 513]]),
    ("sketch-grid", "a sketch with a grid of 33", "SC-EXT-15", [[24, "2100"]]),
    ("sketch-empty", "a grid without a sketch", "SC-EXT-15", [[24, "20"]]),
):
    refuses(f"extension-{_slug}", "5.4", _comment, _rule, extensions=_extensions)
refuses("extensions-65", "9.3", "65 entries", "SC-WRI-2",
        extensions=[[2**27 + 2 * number, "2a"] for number in range(65)])  # fmt: skip
refuses("order-of-bag", "5.4", "an order of a set", "SC-EXT-12", coding="bag", text="red bear",
        extensions=[[12, "01"]])  # fmt: skip
refuses("nibble-4097", "9.3", "4097 words", "SC-WRI-2", text="n " * 4096 + "n")
accepts("nibble-4096", "9.3", "4096 words", "00" + "10" * 4096, text="n " * 4095 + "n")
refuses("bytes-65537", "9.3", "a core of 65,537 bytes", "SC-WRI-2", text="n" * 131_071)

# --- framings, checks (§7, §5.6) -----------------------------------------------------------------

accepts("check-crc8", "5.6", "CRC-8", check("08 11"), check="crc8")
accepts("check-crc16", "5.6", "CRC-16", check("10 11"), check="crc16")
accepts("check-crc32", "5.6", "CRC-32", check("18 11"), check="crc32")
accepts("check-all", "5.6", "the check covers all fields",
        check("1f 0d 02 03 0e 01 07 11"), check="crc32", size=[1920, 1080], models={"set": 2},
        extensions=seed("07"))  # fmt: skip
accepts("file", "7.2", "a file", file("08 11"), framing="file", check="crc8")
accepts("file-crc32", "7.2", "a file with CRC-32", file("18 11"), framing="file", check="crc32")
accepts("sequence", "7.3", "one item", "02 00 11", framing="sequence")
accepts("sequence-crc16", "7.3", "one item with CRC-16",
        bytes.fromhex("04") + check("10 11"), framing="sequence", check="crc16")  # fmt: skip
accepts("sequence-127", "7.3", "an item of 127 bytes", "7f 00" + "11" * 126, framing="sequence",
        text="n" * 252)  # fmt: skip
accepts("sequence-128", "7.3", "an item of 128 bytes, whose length takes two bytes",
        "80 01 00" + "11" * 127, framing="sequence", text="n" * 254)  # fmt: skip
for _bytes in range(3):
    _core = "08" + "11" * _bytes
    for _framing, _form in (("url", url), ("qr", qr)):
        accepts(f"{_framing}-{_bytes + 2}", "7.4", f"a core of {_bytes + 2} bytes", _form(_core),
                framing=_framing, check="crc8", text="n" * 2 * _bytes)  # fmt: skip
for _form, _alphabet in ((url, BASE64URL), (qr, BASE45)):
    _symbols = symbols_with_alphabet(_form, _alphabet)
    accepts(f"{_form.__name__}-whole-alphabet", "7.4", "every character of the alphabet",
            _form("08" + _symbols), framing=_form.__name__, check="crc8",
            text=nibble_text(_symbols))  # fmt: skip
accepts("qr-crc32", "7.4", "a text form for QR codes with CRC-32", qr("18 11"), framing="qr",
        check="crc32")  # fmt: skip
for _framing in ("file", "url", "qr"):
    refuses(f"{_framing}-no-check", "7.1", "this framing needs a check", "SC-FRM-3",
            framing=_framing)  # fmt: skip
refuses("url-65537", "9.3", "a text form of more than 65,536 characters", "SC-WRI-2",
        framing="url", check="crc8", text="n" * 98_302)  # fmt: skip
_PLAIN, _OLD = png(), png(record("00 12"))
_TWO = SIGNATURE + IHDR + record("00 12") + IDAT + record("00 13") + IEND
_EMBEDDED = SIGNATURE + IHDR + record("00 11") + IDAT + IEND
accepts("png", "7.5", "the chunk follows IHDR",
        _EMBEDDED, framing="png", picture=_PLAIN)  # fmt: skip
accepts("png-replaced", "7.5", "a chunk that was there is replaced",
        _EMBEDDED, framing="png", picture=_OLD)  # fmt: skip
accepts("png-tail", "7.5", "what follows IEND is kept",
        _EMBEDDED + b"tail", framing="png",
        picture=_PLAIN + b"tail")  # fmt: skip
accepts("png-several", "7.5", "all chunks that were there are removed",
        _EMBEDDED, framing="png", picture=_TWO)  # fmt: skip
accepts("png-broken-chunk", "7.5", "a chunk that was there is not judged", _EMBEDDED,
        framing="png", picture=png(chunk(b"seMC", b"\x80", 0)))  # fmt: skip
for _slug, _comment, _rule, _picture in (
    ("no-ihdr", "a picture whose first chunk is IDAT", "SC-WRI-5", SIGNATURE + IDAT + IHDR + IEND),
    ("only-end", "a picture whose only chunk is IEND", "SC-WRI-5", SIGNATURE + IEND),
    ("no-end", "a picture without IEND", "SC-PNG-2", SIGNATURE + IHDR + IDAT),
    ("cut", "a picture that ends within a chunk", "SC-PNG-2", _PLAIN[:-1]),
    ("signature", "a picture with another signature", "SC-PNG-1", b"\x88" + _PLAIN[1:]),
):
    refuses(f"png-{_slug}", "7.5", _comment, _rule, framing="png", picture=_picture.hex())
refuses("png-check", "7.5", "this framing has no check", "SC-PNG-6", framing="png", check="crc8",
        picture=_PLAIN.hex())  # fmt: skip
