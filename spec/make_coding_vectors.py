"""Write spec/coding_vectors.json: the payloads of range-coded words.

    python spec/make_coding_vectors.py            # write
    python spec/make_coding_vectors.py --check    # change nothing; exit 1 if it is out of date

Such payloads cannot be written by hand. Run this script only when the tables or Annex K change:
vector_sources.py reads the frozen file, so that an accidental change of a payload makes a vector
fail. Payloads that break a rule are encoded by the library with that rule disabled.

Some vectors need words with a rare property, such as an end of three bytes, which depend on the
tables. They are searched for: first among the words that the file already has for the vector, so
that the search takes minutes only after the tables have changed.
"""

from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from functools import cache
from pathlib import Path
from unittest.mock import patch

from semcodec.coding import bag, escapes, lexicon, set_tree
from semcodec.coding.model import SequenceContext
from semcodec.coding.range_coder import RangeDecoder, RangeEncoder, unit_in_last_place
from semcodec.coding.tables import FREQUENT_WORDS, load_tables

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
#: Lengths of a bag's payload at both ends of each size bucket.
BUCKET_BORDERS = (2, 3, 4, 5, 6, 7, 8, 11, 12, 15, 16, 23, 24, 31, 32, 47, 48)
MAX_CANDIDATES = 1_000_000  #: word lists that one search tries

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


# --- search --------------------------------------------------------------------------------------


@cache
def _old_texts() -> dict[tuple[str, str], str]:
    rows = json.loads(OUTPUT.read_text("utf-8"))
    return {(row["coding"], row["slug"]): row["text"] for row in rows if row["text"]}


def find(
    coding: str,
    slug: str,
    condition: Callable[[list[str]], bool],
    candidates: Iterable[list[str]],
) -> list[str]:
    """Return the first words that meet ``condition``: those of the file, or a candidate."""
    old = _old_texts().get((coding, slug), "").split()
    if old and condition(old):
        return old
    print(f"searching {slug}", file=sys.stderr, flush=True)
    for _, words in zip(range(MAX_CANDIDATES), candidates, strict=False):
        if condition(words):
            return words
    raise SystemExit(f"{slug}: no words found")


def random_lists(seed: int, words: Sequence[str], least: int, most: int) -> Iterator[list[str]]:
    """Yield endless lists of ``least`` to ``most`` different words."""
    rng = random.Random(seed)
    while True:
        yield rng.sample(words, rng.randint(least, most))


def texts_of_model(seed: int) -> Iterator[list[str]]:
    """Yield endless beginnings of texts as the model of ``lexicon`` expects them."""
    rng = random.Random(seed)
    while True:
        decoder, context = RangeDecoder(rng.randbytes(60)), SequenceContext(TABLES)
        words: list[str] = []
        for _ in range(12):
            word, number = lexicon._code_word(decoder, context)
            words.append(word)
            context.append(number)
            if number == lexicon.ESCAPE or not word:  # it may be a word of the vocabulary
                break
            yield list(words)


def state_after(words: Sequence[str]) -> tuple[RangeEncoder, SequenceContext]:
    """Return the encoder and the context after ``words``."""
    return lexicon._encode_words(words)


def end_bytes(words: Sequence[str]) -> int:
    """Return the number of bytes that end the payload of ``words``."""
    encoder, context = state_after(words)
    return lexicon._find_termination(encoder.low, encoder.width, context)[1]


def end_is_exact(words: Sequence[str]) -> bool:
    """Return whether the end's last number is the last one of the interval."""
    encoder, context = state_after(words)
    value, count = lexicon._find_termination(encoder.low, encoder.width, context)
    return value + unit_in_last_place(count) == encoder.low + encoder.width


def drops_an_escaped_word(words: Sequence[str]) -> bool:
    """Return whether a decoder of the payload drops an escaped word after ``words``."""
    encoder, context = state_after(words)
    value, count = lexicon._find_termination(encoder.low, encoder.width, context)
    decoder = RangeDecoder.at_offset(value - encoder.low, encoder.width, count)
    return lexicon._code_word(decoder, context)[1] == lexicon.ESCAPE


def longest_texts(rng: random.Random) -> Iterator[list[str]]:
    """Yield texts of 512 words with an end that would determine another word."""
    words = [rng.choice(LIKELY_WORDS) for _ in range(lexicon.MAX_WORDS - 1)]
    encoder, context = state_after(words)
    for last in WORDS[:FREQUENT_WORDS]:
        longer = copy(encoder)
        longer.out = bytearray(encoder.out)
        number = lexicon._code_word(longer, context, last)[1]
        if end_is_ignored(longer, context.extended(number)):
            yield [*words, last]


def end_is_ignored(encoder: RangeEncoder, context: SequenceContext) -> bool:
    """Return whether an end after 512 words would not do after fewer words."""
    end = lexicon._find_termination(encoder.low, encoder.width, context)
    with patch.object(lexicon, "MAX_WORDS", lexicon.MAX_WORDS + 1):
        return lexicon._find_termination(encoder.low, encoder.width, context) != end


# --- lexicon -------------------------------------------------------------------------------------


def add_lexicon() -> None:
    """Add payloads that obey the rules of ``lexicon``."""
    rng = random.Random(SEED)
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one frequent word", ["bear"]),
        ("first-word", "word 0 of the tables", [WORDS[0]]),
        ("last-common", f"word {FREQUENT_WORDS - 1}, the last frequent one",
         [WORDS[FREQUENT_WORDS - 1]]),
        *((f"other-{slug}", f"rare word {number}: {slug[:2]} bits at even odds", [WORDS[number]])
          for number, slug in ((16384, "14"), (32767, "14-last"),
                               (32768, "15"), (65535, "15-last"))),
        ("two", "two words", ["red", "bear"]),
        ("again", "one word five times: repetition is allowed", ["bear"] * 5),
        ("sentence", "a sentence with function words, through states 1 to 6", SENTENCE),
        ("content", "24 words without function words, through states 1 to 3", CONTENT_WORDS),
        ("quarter", "one function word of four words, and two of eight: not less than a quarter",
         ["red", "the", "bear", "sky", "of", "dog", "snow", "cat", "tree"]),
        ("list-of-six", "the border of states 2 and 3", CONTENT_WORDS[:7]),
        ("capital", "a word of the vocabulary in capital form counts as that word",
         ["Bear", "in", "Paris"]),
        ("capital-function-word", "a function word in capital form is a function word",
         ["The", "bear", "In", "The", "house"]),
        ("capital-rare", "rare words in capital form",
         [word.capitalize() for word in WORDS[FREQUENT_WORDS:]
          if word.isalpha() and word.islower()][:40000:9999]),
        ("capital-hyphen", "only the first letter of a capital form is a capital",
         ["T-shirt", "Red", "t-shirt"]),
        ("as-listed", "words of the vocabulary with capitals, digits and hyphens",
         ["TV", "Coca-Cola", "iPhone", "404", "3D"]),
        ("spelled", "words outside the vocabulary",
         ["Zuzeca", "R2-D2", "o'neill", "19845", "mcDuck"]),
        ("one-character", "one escaped character", ["-"]),
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
    add_ends(rng)
    obeys("SC-LEX-2", "lexicon", "near",
          "words that only resemble the vocabulary: other capitals, a hyphen",
          ["bEar", "BEAR", "bear-bear", "bear's"])  # fmt: skip
    obeys("SC-LEX-3", "lexicon", "1024", "1024 escaped characters", [*LONG_WORDS, "q" * 16])
    words = find("lexicon", "dropped", drops_an_escaped_word,
                 ([*LONG_WORDS, *rng.sample(LIKELY_WORDS, 6), "".join(rng.choices("qxjz", k=16))]
                  for _ in iter(int, 1)))  # fmt: skip
    obeys("SC-LEX-3", "lexicon", "dropped",
          "1024 escaped characters; the word that a decoder drops is escaped too",
          words)  # fmt: skip


def add_ends(rng: random.Random) -> None:
    """Add payloads with each of the ends of K.6."""
    for count in (1, 2, 3):
        slug = f"end-{count}"
        words = find("lexicon", slug, lambda words, count=count: end_bytes(words) == count,
                     texts_of_model(SEED))  # fmt: skip
        comment = "one byte ends" if count == 1 else f"{count} bytes end"
        obeys("SC-LEX-1", "lexicon", slug, f"{comment} the payload", words)
    words = find("lexicon", "end-exact", lambda words: len(words) > 1 and end_is_exact(words),
                 ([WORDS[0]] * count for count in range(2, 512)))  # fmt: skip
    obeys("SC-LEX-1", "lexicon", "end-exact",
          "the last number that begins with the payload is the last one of the interval",
          words)  # fmt: skip
    # Found by searches in C among tens of millions of texts: too rare for ``find``.
    obeys("SC-LEX-1", "lexicon", "end-3-exact",
          "a third end at which low + part is a multiple of 65536",
          ["one", "style", "side", "of"])  # fmt: skip
    obeys("SC-LEX-1", "lexicon", "width-exact",
          "a third end after a decision that leaves the least width, 2^32: no byte is shifted out",
          ["scene", "why", "we", "satay"])  # fmt: skip
    words = find("lexicon", "end-of-512", lambda words: end_is_ignored(*state_after(words)),
                 longest_texts(rng))  # fmt: skip
    obeys("SC-LEX-1", "lexicon", "end-of-512",
          "512 words, whose end would determine another word", words)  # fmt: skip


def without_bear() -> dict[str, int]:
    """Return the numbers of all words but one, which is then escaped."""
    return {word: number for word, number in TABLES.numbers.items() if word != "bear"}


def encode_without_bear(coding: object, words: Sequence[str]) -> bytes:
    """Return the payload of ``words`` in a module of a coding, with the word bear escaped."""
    tables = dataclasses.replace(TABLES, numbers=without_bear())
    with patch.object(coding, "load_tables", lambda: tables):
        return coding.encode(words)  # type: ignore[attr-defined,no-any-return]


def add_broken_lexicon() -> None:
    """Add payloads that break the rules of ``lexicon``."""
    good = lexicon.encode(SENTENCE)
    longer = (good + bytes([last]) for last in range(256))
    larger = (
        payload[:-1] + bytes([last])
        for words in (SENTENCE[:count] for count in range(len(SENTENCE), 0, -1))
        for payload in [lexicon.encode(words)]
        for last in range(payload[-1] + 1, 256)
        if lexicon.decode(payload[:-1] + bytes([last])) == (words, "SC-LEX-1")
    )
    for slug, comment, data in (
        ("one-byte-more", "a payload and one byte more, which is not needed",
         next(data for data in longer if lexicon.decode(data)[1] == "SC-LEX-1")),
        ("another-value", "a larger last byte: the same words, but not the first end",
         next(larger)),
        ("zero", "one byte that determines no word", b"\0"),
        ("ones", "200 bytes ff", b"\xff" * 200),
        ("zeros", "200 bytes 00", b"\0" * 200),
        ("long", "4000 arbitrary bytes", hashlib.sha256(b"semcodec").digest() * 125),
    ):  # fmt: skip
        if rule := lexicon.decode(data)[1]:
            breaks(rule, "lexicon", slug, comment, data)
    small, capital = (encode_without_bear(lexicon, [*words]) for words in (("red", "bear"),
                                                                           ("Bear",)))  # fmt: skip
    for slug, word in (("number", "404"), ("acronym", "TV")):
        with patch.object(lexicon, "_small_form", lambda _, word=word: word):
            data = lexicon.encode(["Zuzeca"])
        breaks("SC-LEX-1", "lexicon", f"capital-{slug}", f"{word} in a capital form", data)
    tables = dataclasses.replace(TABLES, numbers=without_bear())
    with (
        patch.object(lexicon, "_small_form", lambda word: "404" if word == "Zuzeca" else ""),
        patch.object(lexicon, "load_tables", lambda: tables),
    ):
        data = lexicon.encode(["Zuzeca", "bear"])
    breaks("SC-LEX-2", "lexicon", "after-capital",
           "404 in a capital form, with the row of 404, then bear, escaped", data)  # fmt: skip
    breaks("SC-LEX-2", "lexicon", "spelled", "bear, escaped", small)
    breaks("SC-LEX-2", "lexicon", "capital-spelled", "Bear, escaped", capital)
    words = lexicon.decode(small)[0]
    longer = (small + bytes([last]) for last in range(256))
    breaks(
        "SC-LEX-2",
        "lexicon",
        "spelled-with-another-end",
        "bear, escaped, and one byte more, which is not needed",
        next(data for data in longer if lexicon.decode(data) == (words, "SC-LEX-2")),
    )
    breaks(
        "SC-LEX-3",
        "lexicon",
        "1025",
        "1025 escaped characters",
        lexicon.encode([*LONG_WORDS, "q" * 17]),
    )
    breaks("SC-LEX-3", "lexicon", "after-spelled", "bear, escaped, and 1025 escaped characters",
           encode_without_bear(lexicon, ["bear", *LONG_WORDS, "q" * 17]))  # fmt: skip


# --- bag -----------------------------------------------------------------------------------------


def add_bag() -> None:
    """Add payloads that obey the rules of ``bag``."""
    rng = random.Random(SEED)
    for slug, comment, words in (
        ("no-words", "no words, no bytes", []),
        ("one-word", "one frequent word", ["bear"]),
        ("first-word", "word 0", [WORDS[0]]),
        ("last-word", "word 65535", [WORDS[65535]]),
        ("each-kind", "frequent, rare with 14 and 15 bits, escaped",
         ["bear", WORDS[20000], WORDS[50000], "Zuzeca"]),
        ("neighbours", "neighbors in the tree", WORDS[6000:6008]),
        ("rare-neighbours", "neighbors among the rare words", [*WORDS[20000:20004],
                                                               *WORDS[50000:50003]]),
        ("borders", "the first and the last word of each group",
         [WORDS[number] for number in (0, 16383, 16384, 32767, 32768, 65535)]),
        ("only-spelled", "words outside the vocabulary, one in capital form",
         ["R2-D2", "Bear", "zuzeca"]),
        ("spelled-order", "escaped words in ASCII order, which is not that of their codes",
         ["'zq", "-zq", "0zq", "9zq", "Azq", "Zzq", "azq", "azqq"]),
        ("six", "6 words", CONTENT_WORDS[:6]),
        ("twelve", "12 words", CONTENT_WORDS[:12]),
        ("twenty-four", "24 words", CONTENT_WORDS),
        ("sentence", "the words of a sentence", dict.fromkeys(SENTENCE)),
        ("hundred", "100 words of all kinds",
         dict.fromkeys(WORDS[int(65536 * rng.random() ** 3)] for _ in range(100))),
    ):  # fmt: skip
        obeys("SC-BAG-1", "bag", slug, comment, words)
    add_lengths()
    obeys("SC-BAG-2", "bag", "256", "256 words", WORDS[: 32 * 256 : 32])
    obeys("SC-BAG-2", "bag", "256-all-spelled", "256 escaped words of 4 characters each",
          [f"q{number:03}" for number in range(256)])  # fmt: skip
    obeys("SC-BAG-2", "bag", "256-spelled", "255 words of the vocabulary and an escaped one",
          [*WORDS[: 32 * 255 : 32], "zzq"])  # fmt: skip
    obeys("SC-LEX-3", "bag", "bag-1024", "1024 escaped characters in a bag",
          [*LONG_WORDS, "q" * 16])  # fmt: skip


def payload_in_bucket(bucket: int, words: Sequence[str]) -> bytes | None:
    """Return the payload of ``words`` with a size bucket; None if its length is not of that."""
    return bag._encode_in_bucket(bucket, *bag._numbers_and_escaped(words))


def buckets_that_fit(words: Sequence[str]) -> list[int]:
    """Return the size buckets for which the payload of ``words`` has a length of that bucket."""
    buckets = range(bag.SIZE_BUCKETS)
    return [bucket for bucket in buckets if payload_in_bucket(bucket, words) is not None]


def estimate(words: Sequence[str]) -> int:
    """Return the size bucket of words of average cost."""
    return bag._estimate_bucket(len(words))


def is_rounded_up(words: Sequence[str]) -> bool:
    """Return whether a size bucket fits from which an encoder would start if it rounded down."""
    start = bag.size_bucket(max(2, 19 * len(words) // 16)) - 1
    return start < estimate(words) - 1 and start in buckets_that_fit(words)


def drops_zeros(words: Sequence[str]) -> bool:
    """Return whether the bytes of ``words`` end with a zero before padding, because of a carry."""
    bucket = bag.size_bucket(len(payload := bag.encode(words)))
    if payload[-1] == 0:
        return False
    encoder = RangeEncoder()
    set_tree.TreeCoder(encoder, bucket).code_set(*bag._numbers_and_escaped(words))
    count, value = bag._shortest_end(encoder.low, encoder.width)
    data = encoder.finish(value, count)
    return value >= 1 << 40 and data.endswith(b"\0") and len(data) > bag._min_bytes(bucket)


def add_lengths() -> None:
    """Add payloads of certain lengths: the borders and the choice of size buckets, and zeros."""
    some = list(dict.fromkeys([*CONTENT_WORDS, *LIKELY_WORDS, *WORDS[FREQUENT_WORDS:65536:4096]]))
    for length in BUCKET_BORDERS:
        slug = f"bytes-{length}"
        words = find("bag", slug, lambda words, length=length: len(bag.encode(words)) == length,
                     random_lists(SEED, some, 1 + length // 2, 1 + 5 * length // 6))  # fmt: skip
        obeys("SC-BAG-1", "bag", slug, f"{length} bytes: a border of a size bucket", words)
    common = list(dict.fromkeys([*some, *WORDS[:FREQUENT_WORDS:16]]))
    sets = random_lists(SEED, common, 1, 16)
    neighbors = (WORDS[first : first + 16] for first in range(0, FREQUENT_WORDS, 16))
    for slug, comment, condition, candidates in (
        ("below-estimate", "the size bucket below that of words of average cost",
         lambda words: bag.size_bucket(len(bag.encode(words))) == estimate(words) - 1, sets),
        ("above-estimate", "the size bucket above that of words of average cost",
         lambda words: bag.size_bucket(len(bag.encode(words))) == estimate(words) + 1, sets),
        ("two-buckets", "two size buckets fit: the first one is taken",
         lambda words: len([b for b in buckets_that_fit(words) if b >= estimate(words) - 1]) > 1,
         sets),
        ("not-lowest", "a size bucket fits from which an encoder does not start",
         lambda words: bool(fits := buckets_that_fit(words)) and fits[0] < estimate(words) - 1,
         neighbors),
        ("rounded-up", "the size bucket below that of 19/16 bytes for each word, rounded up",
         is_rounded_up, (WORDS[first : first + count] for count in (6, 10, 13, 20, 40, 3, 5)
                         for first in range(0, FREQUENT_WORDS, 16))),
        ("padded", "zeros up to the least length of the size bucket",
         lambda words: bag.encode(words).endswith(b"\0"), neighbors),
        ("zeros-dropped", "a carry makes the last byte 00, which is dropped", drops_zeros,
         random_lists(SEED, common, 2, 5)),
    ):  # fmt: skip
        obeys("SC-BAG-1", "bag", slug, comment, find("bag", slug, condition, candidates))
    # Found by a search of 90,000 sets in C: too rare for ``find``.
    obeys("SC-BAG-1", "bag", "two-zeros-dropped",
          "a carry makes the last two bytes 00, which are dropped",
          ["smudged", "swung", "fluctuations", "coins", "showroom"])  # fmt: skip


def encode_in_order(numbers: Sequence[int], escaped: Sequence[str]) -> bytes:
    """Return the payload of words in the given order, with the first size bucket that fits."""
    buckets = range(bag.SIZE_BUCKETS)
    payloads = (bag._encode_in_bucket(bucket, numbers, escaped) for bucket in buckets)
    return next(payload for payload in payloads if payload is not None)


def _changed(good: bytes) -> list[tuple[str, str, bytes]]:
    """Return payloads that differ in their last byte from ``good``, with names and comments."""
    return [
        ("one-byte-more", "a payload and a byte 0", good + b"\0"),
        ("one-byte-less", "a payload without its last byte", good[:-1]),
        ("another-value", "the last byte incremented", good[:-1] + bytes([good[-1] + 1 & 255])),
    ]


def add_broken_bag() -> None:
    """Add payloads that break the rules of ``bag``."""
    encoded = (bag.encode(CONTENT_WORDS[:count]) for count in range(12, len(CONTENT_WORDS)))
    # A changed payload may also be that of other words
    rows = next(
        rows for rows in map(_changed, encoded) if all(bag.decode(row[2])[1] for row in rows)
    )
    for slug, comment, data in (
        *rows,
        ("one-byte", "one byte, which no set has", b"\x7f"),
        ("one-byte-zero", "one byte 0: it is not decoded", b"\0"),
        ("ones", "200 bytes ff", b"\xff" * 200),
    ):
        if rule := bag.decode(data)[1]:
            breaks(rule, "bag", slug, comment, data)
    first_letters = sorted(["aaq", "zzq"])
    breaks(
        "SC-BAG-1",
        "bag",
        "spelled-order",
        "escaped words in descending order",
        encode_in_order([], first_letters[::-1]),
    )
    breaks(
        "SC-BAG-1",
        "bag",
        "spelled-twice",
        "an escaped word twice",
        encode_in_order([], ["zzq", "zzq"]),
    )
    breaks(
        "SC-BAG-1",
        "bag",
        "spelled-by-code",
        "escaped words in the order of their codes, which is not that of ASCII",
        encode_in_order([], ["zzq", "'zq", "0zq", "Zzq"]),
    )
    breaks("SC-BAG-1", "bag", "spelled", "bear, escaped", encode_without_bear(bag, ["bear"]))
    words = find("bag", "other-bucket", lambda words: bool(another_bucket(words)),
                 random_lists(SEED, CONTENT_WORDS, 1, 16))  # fmt: skip
    breaks("SC-BAG-1", "bag", "other-bucket", "another size bucket, whose length fits too",
           another_bucket(words))  # fmt: skip
    ROWS[-1]["text"] = " ".join(words)
    payloads: list[tuple[str, str, str, bytes]] = []
    with (
        patch.object(set_tree, "MAX_WORDS", 1000),
        patch.object(escapes, "MAX_ESCAPED_LETTERS", 10_000),
    ):
        for rule, slug, comment, words in (
            ("SC-BAG-2", "257", "257 words", WORDS[:257]),
            ("SC-BAG-2", "257-spelled", "256 words of the vocabulary and an escaped one",
             [*WORDS[:256], "zzq"]),
            ("SC-BAG-2", "257-then-1025", "word 257, and then the escaped character 1025",
             [*WORDS[:241], *LONG_WORDS, f"{LONG_WORD}26"]),
            ("SC-LEX-3", "bag", "1025 escaped characters in a bag", [*LONG_WORDS, "q" * 17]),
            ("SC-LEX-3", "bag-257", "word 257 has the escaped character 1025",
             [*WORDS[:240], *LONG_WORDS, f"{LONG_WORD}26"]),
        ):  # fmt: skip
            payloads.append((rule, slug, comment, bag.encode(words)))
    for rule, slug, comment, data in payloads:
        breaks(rule, "bag", slug, comment, data)


def another_bucket(words: Sequence[str]) -> bytes:
    """Return a payload of ``words`` with a size bucket that fits, but is not the first; or b""."""
    best = bag.encode(words)
    for bucket in buckets_that_fit(words):
        data = payload_in_bucket(bucket, words)
        if data and data != best and bag.decode(data) == (bag.canonical_order(words), "SC-BAG-1"):
            return data
    return b""


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
