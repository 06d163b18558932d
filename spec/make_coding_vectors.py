"""Write spec/coding_vectors.json: payloads of words coded whole, which nobody writes by hand.

    python spec/make_coding_vectors.py

Run it when the tables or Annex K change, and never else: the vectors are made from what is frozen
there, and a change that was not meant shows as a difference. What breaks a rule is made by the
library with that rule taken out of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import random
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

from semcodec.coding import bag, escapes, lexicon
from semcodec.coding.tables import load_tables

OUT = Path(__file__).with_name("coding_vectors.json")
READERS = {"lexicon": lexicon.decode, "bag": bag.decode}
TABLES = load_tables()
WORDS = TABLES.words
SEED = 2024

USUAL = """
a the of on in with red white large small man woman sitting standing table chair street blue sky
tree dog cat two people wooden background left right green black sunset bear window light holding
wearing shirt
""".split()
SENTENCE = """
a large brown bear is sitting on a wooden chair in front of the window and the sky is blue
""".split()
CONTENT = """
red bear wooden chair window blue sky sunset green trees street people walking white building clouds
water boat mountains snow grass dog black bicycle
""".split()
LONG = "z" * 61
SIXTEEN = [f"{LONG}{number}" for number in range(10, 26)]  #: 1008 characters

Row = dict[str, str]
ROWS: list[Row] = []


def row(rule: str, kind: str, slug: str, comment: str, coding: str, data: bytes, text: str) -> None:
    """Add one payload."""
    names = ("rule", "kind", "slug", "comment", "coding", "payload", "text")
    values = (rule, kind, slug, comment, coding, data.hex(), text)
    ROWS.append(dict(zip(names, values, strict=True)))


def keeps(rule: str, coding: str, slug: str, comment: str, words: Iterable[str]) -> None:
    """Add the payload of ``words``."""
    sent = list(words)
    data = lexicon.encode(sent) if coding == "lexicon" else bag.encode(sent)
    said = sent if coding == "lexicon" else bag.canonical_order(sent)
    if READERS[coding](data) != (said, None):
        raise SystemExit(f"{rule} {slug}: the words do not come back")
    row(rule, "obeys", slug, comment, coding, data, " ".join(said))


def breaks(rule: str, coding: str, slug: str, comment: str, data: bytes) -> None:
    """Add a payload that breaks ``rule``."""
    if (found := READERS[coding](data)[1]) != rule:
        raise SystemExit(f"{rule} {slug}: it breaks {found}")
    row(rule, "breaks", slug, comment, coding, data, "")


def in_order() -> None:
    """Add what obeys the rules of ``lexicon``."""
    dice = random.Random(SEED)
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one common word", ["bear"]),
        ("first-word", "word 0 of the tables", [WORDS[0]]),
        ("last-common", "word 8191", [WORDS[8191]]),
        *((f"other-{slug}", f"word {at}: {slug[:2]} bits that go either way", [WORDS[at]])
          for at, slug in ((8192, "13"), (16383, "13-last"), (16384, "14"), (32767, "14-last"),
                           (32768, "15"), (65535, "15-last"))),
        ("two", "two words", ["red", "bear"]),
        ("again", "one word five times: nothing forbids it", ["bear"] * 5),
        ("sentence", "a sentence with helper words, through states 1 to 7", SENTENCE),
        ("content", "24 words without helpers, through states 1 to 3", CONTENT),
        ("passed-over", "the first value would be read on: the next one is taken",
         ["a", "home", "made"]),
        ("passed-over-twice", "two values would be read on",
         ["captured", "in", "a", "medium", "eye"]),
        ("capital", "a listed word in capital form counts as its number", ["Bear", "in", "Paris"]),
        ("spelled", "words in no table", ["Zuzeca", "R2-D2", "o'neill", "1984", "mcDuck"]),
        ("one-character", "one character, spelled", ["7"]),
        ("longest", "63 characters: the end needs no decision", [f"{LONG}ab"]),
        ("many", "512 words: a reader stops by itself", [dice.choice(USUAL) for _ in range(512)]),
        ("many-rare", "512 words of all kinds",
         [WORDS[int(65536 * dice.random() ** 3)] for _ in range(512)]),
        ("skewed", "500 of the likeliest words: a long payload of small costs",
         [[*SENTENCE, "the"][at % 20] for at in range(500)]),
        ("alphabet", "every character of the alphabet",
         [escapes.ALPHABET[:26][::-1], escapes.ALPHABET[26:32], escapes.ALPHABET[32:58],
          escapes.ALPHABET[58:]]),
    ):  # fmt: skip
        keeps("SC-LEX-1", "lexicon", slug, comment, words)
    keeps("SC-LEX-2", "lexicon", "near", "words that only look listed: other capitals, a hyphen",
          ["bEar", "BEAR", "bear-bear", "bear's"])  # fmt: skip
    keeps("SC-LEX-3", "lexicon", "1024", "1024 characters spelled", [*SIXTEEN, "q" * 16])


def out_of_order() -> None:
    """Add what breaks the rules of ``lexicon``."""
    good = lexicon.encode(SENTENCE)
    longer = (good + bytes([last]) for last in range(256))
    others = (good[:-1] + bytes([last]) for last in range(good[-1] + 1, 256))
    for slug, comment, data in (
        ("one-byte-more", "a payload and a byte, of which a reader does not need the last",
         next(data for data in longer if lexicon.decode(data)[1] == "SC-LEX-1")),
        ("another-value", "the last byte of a payload more: the same words, not the first value",
         next(data for data in others if lexicon.decode(data) == (SENTENCE, "SC-LEX-1"))),
        ("ones", "200 bytes ff", b"\xff" * 200),
        ("zeros", "200 bytes 00", b"\0" * 200),
        ("long", "4000 bytes that nobody wrote", hashlib.sha256(b"semcodec").digest() * 125),
    ):  # fmt: skip
        if rule := lexicon.decode(data)[1]:
            breaks(rule, "lexicon", slug, comment, data)
    lacking = {word: at for word, at in TABLES.numbers.items() if word != "bear"}
    with patch.object(lexicon, "load_tables", lambda: dataclasses.replace(TABLES, numbers=lacking)):
        small, capital = lexicon.encode(["red", "bear"]), lexicon.encode(["Bear"])
    breaks("SC-LEX-2", "lexicon", "spelled", "bear, spelled", small)
    breaks("SC-LEX-2", "lexicon", "capital-spelled", "Bear, spelled", capital)
    breaks("SC-LEX-3", "lexicon", "1025", "1025 characters spelled",
           lexicon.encode([*SIXTEEN, "q" * 17]))  # fmt: skip


def sets() -> None:
    """Add what obeys and what breaks the rules of ``bag``."""
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one common word", ["bear"]),
        ("first-word", "word 0", [WORDS[0]]),
        ("last-word", "word 65535", [WORDS[65535]]),
        ("each-kind", "common, 13, 14 and 15 bits, spelled",
         ["bear", WORDS[9000], WORDS[20000], WORDS[50000], "Zuzeca"]),
        ("neighbours", "neighbours in the tree", WORDS[6000:6008]),
        ("only-spelled", "words in no table, one of them a capital form",
         ["R2-D2", "Bear", "zuzeca"]),
        ("six", "6 words", CONTENT[:6]),
        ("twelve", "12 words", CONTENT[:12]),
        ("twenty-four", "24 words", CONTENT),
        ("sentence", "the words of a sentence", dict.fromkeys(SENTENCE)),
    ):  # fmt: skip
        keeps("SC-BAG-1", "bag", slug, comment, words)
    keeps("SC-BAG-2", "bag", "256", "256 words", WORDS[: 32 * 256 : 32])
    good = bag.encode(CONTENT[:12])
    for slug, comment, data in (
        ("one-byte-more", "a payload and a byte 0", good + b"\0"),
        ("one-byte-less", "a payload without its last byte", good[:-1]),
        ("another-value", "the last byte one more", good[:-1] + bytes([good[-1] + 1 & 255])),
        ("ones", "200 bytes ff", b"\xff" * 200),
    ):
        if rule := bag.decode(data)[1]:
            breaks(rule, "bag", slug, comment, data)
    with patch.object(bag, "MAX_WORDS", 1000), patch.object(escapes, "MAX_ESCAPED_LETTERS", 10_000):
        many, letters = bag.encode(WORDS[:257]), bag.encode([*SIXTEEN, "q" * 17])
    breaks("SC-BAG-2", "bag", "257", "257 words", many)
    breaks("SC-LEX-3", "bag", "bag", "1025 characters spelled in a bag", letters)


if __name__ == "__main__":
    in_order()
    out_of_order()
    sets()
    OUT.write_text(json.dumps(ROWS, indent=1) + "\n", encoding="utf-8")
    print(f"{len(ROWS)} payloads")
