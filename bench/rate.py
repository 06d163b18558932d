"""How many bits a word takes in each coding, beside others, on held-out text.

    pip install -e '.[bench]'
    python bench/rate.py [TEXT_DIR] [--hostile [N]]

TEXT_DIR holds the files that spec/tables/corpora.py names; one block of lines in five is held out,
and all of it is measured. For each K, what is sent is the content words of a description, each once
and in reading order; of more than K, those that a plain user of tf-idf would keep, who counts words
in the other lines. "all" is the whole sentence. Every record is read back and compared. No table
is trained on a line that is held out, but a few captions stand on both sides word for word.

All sizes are whole bytes as coded: bits a word are 8 * len(payload) / words. ``nibble`` sends the
skeletons, 4 bits a symbol, without words that have none, such as "a". Others get the same words
with spaces between, and least framing: zlib is raw deflate at level 9, brotli has quality 11, zstd
level 19, no header that can be left out, and a dictionary trained on the other lines, their words
chosen alike. It has 110 kB, and our tables 3 MB. "5 bits" is 5 bits a letter. A "-" stands for what
is not measured: a bag of a sentence, or what has no package here.

``--hostile`` reads N random payloads in each coding of words, and needs no TEXT_DIR.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from importlib import import_module
from itertools import product
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, lines

import semcodec
from semcodec.coding import codings
from semcodec.coding.tables import load_tables
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

KS = (6, 12, 24, 48, None)  #: None is the whole sentence
FRAME = len(semcodec.pack("", framing="file"))  #: bytes of a default file that are no payload
DICTIONARY = 110_000  #: bytes, about what the zstd program makes by default
PIXELS = 1024 * 1024
TIMED, LOADS = 300, 20  #: records of 24 words, and loads of the tables, that are timed
HEADS = {"lexicon": b"\x20", "bag": b"\x40"}  #: of a bare record without a check (spec §5.1)
LONGEST = 250  #: bytes of a random payload

T = TypeVar("T")
Key = tuple[str, str]  #: a way to send words, and what is measured of it
Row = dict[Key, float]
Way = Callable[[bytes], bytes]  #: from words with spaces between to what carries them


@cache
def content(description: str) -> tuple[str, ...]:
    """Return the words that could be sent, each once, in reading order."""
    distinct = dict.fromkeys(tokenize(description))
    return tuple(
        w for w in distinct if w not in FUNCTION_WORDS and len(w) > 1 and skeleton_of_word(w)
    )


class Corpus:
    """The text: what is held out, what is not, and how rare each word is in the latter."""

    def __init__(self, folder: Path) -> None:
        self.held = {source: list(lines(folder, source, held=True)) for source in SOURCES}
        self.others = [line for source in SOURCES for line in lines(folder, source, held=False)]
        self.counts = Counter(word for line in self.others for word in content(line))

    def chosen(self, description: str, k: int | None) -> str:
        """Return what is sent of a description, with spaces between."""
        if k is None:
            return " ".join(tokenize(description))
        words = content(description)
        worth = [self.rarity(word) * (1 - 0.5 * at / len(words)) for at, word in enumerate(words)]
        best = sorted(range(len(words)), key=lambda at: -worth[at])[:k]
        return " ".join(words[at] for at in sorted(best))

    def rarity(self, word: str) -> float:
        """Return the inverse document frequency."""
        return math.log((1 + len(self.others)) / (1 + self.counts[word]))


def nibble(text: bytes) -> bytes:
    """Return the payload of the skeletons."""
    return codings.encode(
        "nibble", " ".join(filter(None, map(skeleton_of_word, text.decode().split())))
    )


def whole(coding: str, text: bytes) -> bytes:
    """Return the payload of whole words: what stands in a file before its check of one byte."""
    file = semcodec.pack(text.decode(), coding=coding, framing="file")
    if semcodec.unpack(file).text != codings.canonical_text(coding, text.decode()):
        raise AssertionError(f"{coding} does not give back: {text.decode()}")
    return file[FRAME - 1 : -1]


def zstd(trained: list[bytes]) -> Way:
    """Return zstd with a dictionary of ``trained``, without magic number, size and check."""
    package = import_module("zstandard")
    options = {"format": package.FORMAT_ZSTD1_MAGICLESS}
    options |= {"write_content_size": False, "write_dict_id": False}
    how = package.ZstdCompressionParameters.from_level(19, **options)
    words = package.train_dictionary(DICTIONARY, trained, level=19)
    coder: Way = package.ZstdCompressor(dict_data=words, compression_params=how).compress
    return coder


def on_text(package: str, _: list[bytes]) -> Way:
    """Return Smaz or Unishox2, which take a text; the latter says its length too."""
    compress = import_module(package).compress
    return lambda text: compress(text.decode())[0 if package == "unishox2" else slice(None)]


OTHERS: dict[str, Callable[[list[bytes]], Way]] = {
    "zlib": lambda _: partial(zlib.compress, level=9, wbits=-15),
    "brotli": lambda _: partial(import_module("brotli").compress, quality=11, lgwin=16),
    "zstd": zstd,
    "unishox2": partial(on_text, "unishox2"),
    "smaz": partial(on_text, "smaz"),
    "5 bits": lambda _: lambda text: bytes(-(-5 * len(text) // 8)),
}
TABLES: dict[str, list[Key]] = {
    "Bits a word, and times those of nibble": [
        *product([""], ["records", "left out", "words"]),
        *product(["nibble", "lexicon", "bag"], ["bits"]),
        *product(["lexicon", "bag"], ["/nibble"]),
    ],
    "Bytes a record: payload and default file; share of files below the bare nibble payload": [
        ("nibble", "bytes"),
        *product(["lexicon", "bag"], ["bytes", "µbpp", "file", "f. µbpp", "f. < nib"]),
    ],
    "Bits a word of others, and times those of nibble": list(product(OTHERS, ["bits", "/nibble"])),
}


def ways(corpus: Corpus, k: int | None) -> dict[str, Way]:
    """Return each way to send words, by name, but for those whose package is missing."""
    found: dict[str, Way] = {"nibble": nibble, "lexicon": partial(whole, "lexicon")}
    if k is not None:
        found["bag"] = partial(whole, "bag")
    trained = [text.encode() for line in corpus.others if (text := corpus.chosen(line, k))]
    for name, ready in OTHERS.items():
        with suppress(ModuleNotFoundError):
            found[name] = ready(trained)
    return found


def measured(texts: list[str], found: dict[str, Way]) -> Row:
    """Return what ``texts`` take: by way and measure, or for the texts by themselves."""
    sizes = {name: [len(way(text.encode())) for text in texts] for name, way in found.items()}
    words = sum(len(text.split()) for text in texts)
    row: Row = {("", "records"): len(texts), ("", "words"): words / len(texts)}
    for way, some in sizes.items():
        row[way, "bits"] = 8 * sum(some) / words
        row[way, "/nibble"] = sum(some) / sum(sizes["nibble"])
        row[way, "bytes"], row[way, "file"] = fmean(some), fmean(some) + FRAME
        row[way, "µbpp"] = 8e6 * row[way, "bytes"] / PIXELS
        row[way, "f. µbpp"] = 8e6 * row[way, "file"] / PIXELS
        pairs = zip(some, sizes["nibble"], strict=True)
        row[way, "f. < nib"] = fmean(size + FRAME < nibbles for size, nibbles in pairs)
    return row


def rows(corpus: Corpus, k: int | None) -> list[Row]:
    """Measure each source; a text of no word, or of more than a record may have, is left out."""
    found, all_rows = ways(corpus, k), []
    for held in corpus.held.values():
        every = [corpus.chosen(line, k) for line in held]
        texts = [text for text in every if text and not codings.why_unencodable("lexicon", text)]
        all_rows.append(measured(texts, found) | {("", "left out"): len(every) - len(texts)})
    return all_rows


def table(columns: list[Key], by_k: dict[int | None, list[Row]]) -> None:
    """Print a row for each K and source, and the mean of the sources."""
    for name, heads in zip(("", "source"), zip(*columns, strict=True), strict=True):
        print(f"{name:<26}{'K' if name else '':>4}", *(f"{head:>8}" for head in heads))
    for k, some in by_k.items():
        numbers = [[row.get(column, math.nan) for column in columns] for row in some]
        numbers.append(list(map(fmean, zip(*numbers, strict=True))))
        for name, line in zip((*(source.name for source in SOURCES), "mean"), numbers, strict=True):
            print(f"{name:<26}{k or 'all':>4}", *(f"{cell(number):>8}" for number in line))


def cell(number: float) -> str:
    """Return a number in few characters."""
    if math.isnan(number):
        return "-"
    decimals = 3 if number < 1 else 2 if number < 10 else 1
    return str(number) if isinstance(number, int) else f"{number:.{decimals}f}"


def times(every: list[str]) -> None:
    """Print how long records of 24 words take, in turns, and how long the tables."""
    spent: defaultdict[str, list[float]] = defaultdict(list)
    texts = every[:: -(-len(every) // TIMED)]
    for _ in range(LOADS):
        load_tables.cache_clear()
        clocked(spent["load tables"], load_tables)
    for text in texts:
        for coding in ("nibble", "lexicon", "bag"):
            words = semcodec.skeleton(text) if coding == "nibble" else text
            record = clocked(spent[f"pack {coding}"], partial(semcodec.pack, words, coding=coding))
            clocked(spent[f"unpack {coding}"], partial(semcodec.unpack, record))
        data = clocked(spent["zlib -9"], partial(zlib.compress, text.encode(), 9, -15))
        clocked(spent["zlib back"], partial(zlib.decompress, data, -15))
    print(f"\nMedian ms of processor time; {len(texts)} records of 24 words, {LOADS} loads\n")
    for name, some in spent.items():
        print(f"{name:<28}{1000 * median(some):9.4f}")


def clocked(spent: list[float], call: Callable[[], T]) -> T:
    """Return what ``call`` returns, and note how many seconds it took."""
    started = process_time()
    result = call()
    spent.append(process_time() - started)
    return result


def read_random(count: int) -> None:
    """Print what becomes of random payloads; an error that is not the library's ends the run."""
    dice = random.Random(1)
    every = [dice.randbytes(dice.randint(1, LONGEST)) for _ in range(count)]
    for coding, head in HEADS.items():
        spent: list[float] = []
        outcomes = Counter(clocked(spent, partial(outcome, head + payload)) for payload in every)
        print(f"\n{coding}: {count} random payloads of 1 to {LONGEST} bytes, ms of processor time:")
        print(f"slowest {1000 * max(spent):.2f}, median {1000 * median(spent):.2f}")
        for name, times_seen in outcomes.most_common():
            print(f"{name:<28}{times_seen:>9}")


def outcome(data: bytes) -> str:
    """Return "valid", or the rule that is broken."""
    try:
        semcodec.unpack(data)
    except (semcodec.FormatError, semcodec.UnsupportedError) as error:
        return error.rule
    except Exception as error:
        error.add_note(f"while reading {data.hex()}")
        raise
    return "valid"


def main(folder: Path | None, hostile: int) -> None:
    """Print the tables of rates, then the times, then what hostile payloads do."""
    if folder:
        corpus = Corpus(folder)
        by_k = {k: rows(corpus, k) for k in KS}
        for title, columns in TABLES.items():
            print(f"\n{title}\n")
            table(columns, by_k)
        held = [line for some in corpus.held.values() for line in some]
        times([text for line in held if len((text := corpus.chosen(line, 24)).split()) == 24])
    if hostile:
        read_random(hostile)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, nargs="?")
    parser.add_argument("--hostile", metavar="N", type=int, nargs="?", const=100_000, default=0)
    main(**vars(parser.parse_args()))
