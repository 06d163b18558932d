"""Write spec/coding_vectors.json: the payloads of range-coded words.

    python spec/make_coding_vectors.py            # write
    python spec/make_coding_vectors.py --check    # change nothing; exit 1 if it is out of date

Such payloads cannot be written by hand. Run this script only when the tables or Annex K change:
vector_sources.py reads the frozen file, so that an accidental change of a payload makes a vector
fail. Payloads that break a rule are encoded by the library with that rule disabled.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from unittest.mock import patch

from semcodec.coding import bag, escapes, lexicon
from semcodec.coding.tables import load_tables

OUTPUT = Path(__file__).with_name("coding_vectors.json")
DECODERS = {"lexicon": lexicon.decode, "bag": bag.decode}
TABLES = load_tables()
WORDS = TABLES.words
SEED = 2024

LIKELY_WORDS = """
a the of on in with red white large small man woman sitting standing table chair street blue sky
tree dog cat two people wooden background left right green black sunset bear window light holding
wearing shirt
""".split()
SENTENCE = """
a large brown bear is sitting on a wooden chair in front of the window and the sky is blue
""".split()
CONTENT_WORDS = """
red bear wooden chair window blue sky sunset green trees street people walking white building clouds
water boat mountains snow grass dog black bicycle
""".split()
LONG_WORD = "z" * 61
LONG_WORDS = [f"{LONG_WORD}{number}" for number in range(10, 26)]  #: 16 words, 1008 characters

ROWS: list[dict[str, str]] = []


def add(rule: str, kind: str, slug: str, comment: str, coding: str, data: bytes, text: str) -> None:
    """Add one payload."""
    names = ("rule", "kind", "slug", "comment", "coding", "payload", "text")
    values = (rule, kind, slug, comment, coding, data.hex(), text)
    ROWS.append(dict(zip(names, values, strict=True)))


def obeys(rule: str, coding: str, slug: str, comment: str, words: Iterable[str]) -> None:
    """Add the payload of ``words``, which obeys ``rule``."""
    words = list(words)
    data = lexicon.encode(words) if coding == "lexicon" else bag.encode(words)
    decoded = words if coding == "lexicon" else bag.canonical_order(words)
    if DECODERS[coding](data) != (decoded, None):
        raise SystemExit(f"{rule} {slug}: the decoded words differ")
    add(rule, "obeys", slug, comment, coding, data, " ".join(decoded))


def breaks(rule: str, coding: str, slug: str, comment: str, data: bytes) -> None:
    """Add a payload that breaks ``rule``."""
    if (found := DECODERS[coding](data)[1]) != rule:
        raise SystemExit(f"{rule} {slug}: it breaks {found}")
    add(rule, "breaks", slug, comment, coding, data, "")


def add_lexicon() -> None:
    """Add payloads that obey the rules of ``lexicon``."""
    rng = random.Random(SEED)
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one frequent word", ["bear"]),
        ("first-word", "word 0 of the tables", [WORDS[0]]),
        ("last-common", "word 8191, the last frequent one", [WORDS[8191]]),
        *((f"other-{slug}", f"rare word {number}: {slug[:2]} bits at even odds", [WORDS[number]])
          for number, slug in ((8192, "13"), (16383, "13-last"), (16384, "14"), (32767, "14-last"),
                               (32768, "15"), (65535, "15-last"))),
        ("two", "two words", ["red", "bear"]),
        ("again", "one word five times: repetition is allowed", ["bear"] * 5),
        ("sentence", "a sentence with function words, through states 1 to 7", SENTENCE),
        ("content", "24 words without function words, through states 1 to 3", CONTENT_WORDS),
        ("passed-over", "the first end would determine another word: the next one is used",
         ["a", "home", "made"]),
        ("passed-over-twice", "two ends would determine another word",
         ["captured", "in", "a", "medium", "eye"]),
        ("capital", "a word of the vocabulary in capital form counts as that word",
         ["Bear", "in", "Paris"]),
        ("spelled", "words outside the vocabulary",
         ["Zuzeca", "R2-D2", "o'neill", "1984", "mcDuck"]),
        ("one-character", "one escaped character", ["7"]),
        ("longest", "63 characters: no flag for the end", [f"{LONG_WORD}ab"]),
        ("many", "512 words: a decoder stops by itself",
         [rng.choice(LIKELY_WORDS) for _ in range(512)]),
        ("many-rare", "512 words of all kinds",
         [WORDS[int(65536 * rng.random() ** 3)] for _ in range(512)]),
        ("skewed", "500 very likely words: a long payload of cheap decisions",
         [[*SENTENCE, "the"][index % 20] for index in range(500)]),
        ("alphabet", "every character of the alphabet",
         [escapes.ALPHABET[:26][::-1], escapes.ALPHABET[26:32], escapes.ALPHABET[32:58],
          escapes.ALPHABET[58:]]),
    ):  # fmt: skip
        obeys("SC-LEX-1", "lexicon", slug, comment, words)
    obeys("SC-LEX-2", "lexicon", "near",
          "words that only resemble the vocabulary: other capitals, a hyphen",
          ["bEar", "BEAR", "bear-bear", "bear's"])  # fmt: skip
    obeys("SC-LEX-3", "lexicon", "1024", "1024 escaped characters", [*LONG_WORDS, "q" * 16])


def add_broken_lexicon() -> None:
    """Add payloads that break the rules of ``lexicon``."""
    good = lexicon.encode(SENTENCE)
    longer = (good + bytes([last]) for last in range(256))
    larger = (good[:-1] + bytes([last]) for last in range(good[-1] + 1, 256))
    for slug, comment, data in (
        ("one-byte-more", "a payload and one byte more, which is not needed",
         next(data for data in longer if lexicon.decode(data)[1] == "SC-LEX-1")),
        ("another-value", "a larger last byte: the same words, but not the first end",
         next(data for data in larger if lexicon.decode(data) == (SENTENCE, "SC-LEX-1"))),
        ("ones", "200 bytes ff", b"\xff" * 200),
        ("zeros", "200 bytes 00", b"\0" * 200),
        ("long", "4000 arbitrary bytes", hashlib.sha256(b"semcodec").digest() * 125),
    ):  # fmt: skip
        if rule := lexicon.decode(data)[1]:
            breaks(rule, "lexicon", slug, comment, data)
    numbers = {word: number for word, number in TABLES.numbers.items() if word != "bear"}
    with patch.object(lexicon, "load_tables", lambda: dataclasses.replace(TABLES, numbers=numbers)):
        small, capital = lexicon.encode(["red", "bear"]), lexicon.encode(["Bear"])
    breaks("SC-LEX-2", "lexicon", "spelled", "bear, escaped", small)
    breaks("SC-LEX-2", "lexicon", "capital-spelled", "Bear, escaped", capital)
    breaks("SC-LEX-3", "lexicon", "1025", "1025 escaped characters",
           lexicon.encode([*LONG_WORDS, "q" * 17]))  # fmt: skip


def add_bag() -> None:
    """Add payloads that obey the rules of ``bag``."""
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one frequent word", ["bear"]),
        ("first-word", "word 0", [WORDS[0]]),
        ("last-word", "word 65535", [WORDS[65535]]),
        ("each-kind", "frequent, rare with 13, 14 and 15 bits, escaped",
         ["bear", WORDS[9000], WORDS[20000], WORDS[50000], "Zuzeca"]),
        ("neighbours", "neighbors in the tree", WORDS[6000:6008]),
        ("only-spelled", "words outside the vocabulary, one in capital form",
         ["R2-D2", "Bear", "zuzeca"]),
        ("six", "6 words", CONTENT_WORDS[:6]),
        ("twelve", "12 words", CONTENT_WORDS[:12]),
        ("twenty-four", "24 words", CONTENT_WORDS),
        ("sentence", "the words of a sentence", dict.fromkeys(SENTENCE)),
    ):  # fmt: skip
        obeys("SC-BAG-1", "bag", slug, comment, words)
    obeys("SC-BAG-2", "bag", "256", "256 words", WORDS[: 32 * 256 : 32])


def add_broken_bag() -> None:
    """Add payloads that break the rules of ``bag``."""
    good = bag.encode(CONTENT_WORDS[:12])
    for slug, comment, data in (
        ("one-byte-more", "a payload and a byte 0", good + b"\0"),
        ("one-byte-less", "a payload without its last byte", good[:-1]),
        ("another-value", "the last byte incremented", good[:-1] + bytes([good[-1] + 1 & 255])),
        ("ones", "200 bytes ff", b"\xff" * 200),
    ):
        if rule := bag.decode(data)[1]:
            breaks(rule, "bag", slug, comment, data)
    with (
        patch.object(bag, "MAX_WORDS", 1000),
        patch.object(escapes, "MAX_ESCAPED_LETTERS", 10_000),
    ):
        many, letters = bag.encode(WORDS[:257]), bag.encode([*LONG_WORDS, "q" * 17])
    breaks("SC-BAG-2", "bag", "257", "257 words", many)
    breaks("SC-LEX-3", "bag", "bag", "1025 escaped characters in a bag", letters)


def main() -> int:
    """Write or check the file; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only compare the file")
    only_check = parser.parse_args().check
    add_lexicon()
    add_broken_lexicon()
    add_bag()
    add_broken_bag()
    text = json.dumps(ROWS, indent=1) + "\n"
    stale = OUTPUT.read_text("utf-8") != text
    if stale and not only_check:
        OUTPUT.write_text(text, "utf-8")
    if stale:
        print(f"{'out of date' if only_check else 'written'}: spec/{OUTPUT.name}")
    return int(only_check and stale)


if __name__ == "__main__":
    sys.exit(main())
