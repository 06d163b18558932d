"""Measure the bits per word of each coding and of other compressors on held-out text.

    pip install -e '.[bench]'
    python bench/rate.py [TEXT_DIR] [--tables FILE] [--lines N] [--hostile [N]]

TEXT_DIR contains the files named in spec/tables/corpora.py; those in ``more`` may be missing. One
block of lines in five is held out, or one in twenty in ``more``, and all held-out lines are
measured. For each K, the text consists of the content words of a description, each once and in
reading order; of more than K words, those with the highest tf-idf (counted in the other lines of
the first eight files) are used. "all" is the whole sentence. Every record is unpacked and compared.
No table is trained on held-out lines, but a few captions occur on both sides verbatim.

All sizes are in whole bytes: bits per word are 8 * len(payload) / words. The coders are those of
``semcodec bench``, and semcodec/measure/text_coders.py states how each one counts. The dictionary
of zstd is trained on words selected in the same way from the other lines; it has 110 kB, and the
tables of semcodec have 5.5 MB. A "-" means not measured: a bag of a sentence, or a package that is
not installed.

"f. / nib" is the size of default files, which have a header, a check and the size 1024 x 1024, by
that of the bare payload of the paper: skeletons in whole bytes, without a header. Below 1, whole
words in a file take less than their consonants alone.

All tables but those of ``--tables`` have seen other descriptions of the same describers. For a
describer that the tables have never seen, make tables without its texts, and measure those:

    python spec/tables/make_lexicon.py TEXT_DIR ... --output unseen.bin \\
        --without cmcbench-gpt4v.txt cmcbench-qwen.txt
    python bench/rate.py TEXT_DIR --page docs/rate.md --unseen unseen.bin

``--page`` writes the ratios to a page, those of ``--unseen`` for the sources that ``SEEN`` names.

``--hostile`` unpacks N random payloads in each word coding, and does not need TEXT_DIR.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from functools import cache, partial
from hashlib import sha256
from itertools import product
from pathlib import Path
from statistics import fmean, median
from time import process_time
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import MORE_SOURCES, SOURCES, Source, lines
from rate_page import make_page

import semcodec
from semcodec.bitstream.header import DEFAULT_SIZE
from semcodec.bitstream.rate import micro_bits_per_pixel
from semcodec.choices import Coding
from semcodec.coding import codings, tables
from semcodec.coding.tables import load_tables
from semcodec.measure.text_coders import TextCoders
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

#: Sources of which --unseen has not seen the describers.
SEEN = ("cmcbench-gpt4v.txt", "cmcbench-qwen.txt")
KS = (6, 12, 24, 48, None)  #: None means the whole sentence
#: Of a default file without a payload.
FRAMING_BYTES = len(semcodec.pack("", coding="nibble", framing="file"))
OTHERS = ("zlib", "brotli", "zstd", "unishox2", "smaz", "5 bits")  #: coders of other text
TIMED, LOADS = 300, 20  #: number of timed records of 24 words, and of timed loads of the tables
HEADERS = {
    "lexicon": b"\x20",
    "bag": b"\x40",
}  #: headers of bare records without a check (spec §5.1)
MAX_PAYLOAD_BYTES = 250  #: size limit of a random payload

T = TypeVar("T")
Key = tuple[str, str]  #: a method, and the name of a measurement
Row = dict[Key, float]


@cache
def content_words(description: str) -> tuple[str, ...]:
    """Return the words that can be sent, without repetition, in reading order."""
    distinct = dict.fromkeys(tokenize(description))
    return tuple(
        word
        for word in distinct
        if word not in FUNCTION_WORDS and len(word) > 1 and skeleton_of_word(word)
    )


class Corpus:
    """The text.

    Attributes:
        sources: those whose file is there.
        held_out: the measured lines of each source.
        others: all other lines of the first eight sources.
        counts: for each word, the number of the other lines that contain it.
    """

    def __init__(self, folder: Path, max_lines: int | None = None) -> None:
        self.sources = [
            source for source in (*SOURCES, *MORE_SOURCES) if folder.joinpath(source.name).is_file()
        ]
        self.held_out = {
            source: list(lines(folder, source, held_out=True))[:max_lines]
            for source in self.sources
        }
        self.others = [line for source in SOURCES for line in lines(folder, source, held_out=False)]
        self.counts = Counter(word for line in self.others for word in content_words(line))

    def select(self, description: str, k: int | None) -> str:
        """Return the selected words of a description, separated by spaces."""
        if k is None:
            return " ".join(tokenize(description))
        words = content_words(description)
        # Earlier words have a higher weight: the last one has about half that of the first.
        weights = [
            self.idf(word) * (1 - 0.5 * index / len(words)) for index, word in enumerate(words)
        ]
        best = sorted(range(len(words)), key=lambda index: -weights[index])[:k]
        return " ".join(words[index] for index in sorted(best))

    def idf(self, word: str) -> float:
        """Return the inverse document frequency of ``word``."""
        return math.log((1 + len(self.others)) / (1 + self.counts[word]))


TABLES: dict[str, list[Key]] = {
    "Bits per word, and ratio to nibble": [
        *product([""], ["records", "left out", "words"]),
        *product(["nibble", "lexicon", "bag"], ["bits"]),
        *product(["lexicon", "bag"], ["/nibble"]),
    ],
    "Bytes per record: payload and default file; share of files below the bare nibble payload": [
        ("nibble", "bytes"),
        *product(["lexicon", "bag"], ["bytes", "µbpp", "file", "f. µbpp", "f. / nib", "f. < nib"]),
    ],
    "Bits per word of other compressors, and ratio to nibble": list(
        product(OTHERS, ["bits", "/nibble"])
    ),
}


def open_coders(corpus: Corpus, k: int | None) -> TextCoders:
    """Return the coders, with a dictionary of the words that are selected from the other lines."""
    return TextCoders.trained([text for line in corpus.others if (text := corpus.select(line, k))])


def check_payloads(text: str, sizes: dict[str, int], word_codings: Sequence[Coding]) -> None:
    """Check that records of the sizes that were measured restore ``text``."""
    for coding in word_codings:
        file = semcodec.pack(text, coding=coding, framing="file")
        if semcodec.unpack(file).text != codings.canonical_text(coding, text):
            raise AssertionError(f"{coding} does not restore: {text}")
        if len(file) != sizes[coding] + FRAMING_BYTES:
            raise AssertionError(f"{coding} has another size in a record: {text}")


def measure(texts: list[str], coders: TextCoders, k: int | None) -> Row:
    """Return measurements of ``texts`` by method and column; "" stands for the texts themselves."""
    word_codings: tuple[Coding, ...] = ("lexicon",) if k is None else ("lexicon", "bag")
    found = [coders.sizes(text.split()) for text in texts]
    for text, one in zip(texts, found, strict=True):
        check_payloads(text, one, word_codings)
    names = ["nibble", *word_codings, *(name for name in OTHERS if name not in coders.skipped)]
    sizes = {name: [one[name] for one in found] for name in names}
    words = sum(len(text.split()) for text in texts)
    row: Row = {("", "records"): len(texts), ("", "words"): words / len(texts)}
    for name, payloads in sizes.items():
        row[name, "bits"] = 8 * sum(payloads) / words
        row[name, "/nibble"] = sum(payloads) / sum(sizes["nibble"])
        row[name, "bytes"], row[name, "file"] = fmean(payloads), fmean(payloads) + FRAMING_BYTES
        row[name, "µbpp"] = micro_bits_per_pixel(8 * row[name, "bytes"], DEFAULT_SIZE)
        row[name, "f. µbpp"] = micro_bits_per_pixel(8 * row[name, "file"], DEFAULT_SIZE)
        row[name, "f. / nib"] = row[name, "file"] / fmean(sizes["nibble"])
        pairs = zip(payloads, sizes["nibble"], strict=True)
        row[name, "f. < nib"] = fmean(size + FRAMING_BYTES < nibbles for size, nibbles in pairs)
    return row


def measure_sources(corpus: Corpus, k: int | None) -> list[Row]:
    """Measure each source; omit texts without words, or that do not fit a record."""
    coders, measured = open_coders(corpus, k), []
    for held_out in corpus.held_out.values():
        selected = [corpus.select(line, k) for line in held_out]
        texts = [text for text in selected if text and not codings.why_unencodable("lexicon", text)]
        row = measure(texts, coders, k)
        measured.append(row | {("", "left out"): len(selected) - len(texts)})
    return measured


def print_table(
    columns: list[Key], sources: list[Source], by_k: dict[int | None, list[Row]]
) -> None:
    """Print a row for each K and source, and the mean of the sources."""
    for name, headings in zip(("", "source"), zip(*columns, strict=True), strict=True):
        print(f"{name:<32}{'K' if name else '':>4}", *(f"{heading:>8}" for heading in headings))
    for k, source_rows in by_k.items():
        numbers = [[row.get(column, math.nan) for column in columns] for row in source_rows]
        numbers.append(list(map(fmean, zip(*numbers, strict=True))))
        for name, line in zip((*(source.name for source in sources), "mean"), numbers, strict=True):
            print(f"{name:<32}{k or 'all':>4}", *(f"{format_number(number):>8}" for number in line))


def format_number(number: float) -> str:
    """Return a number with at least three digits; "-" for NaN."""
    if math.isnan(number):
        return "-"
    decimals = 3 if number < 1 else 2 if number < 10 else 1
    return str(number) if isinstance(number, int) else f"{number:.{decimals}f}"


def print_timings(candidates: list[str]) -> None:
    """Print the CPU times for records of 24 words, interleaved, and for loading the tables."""
    timings: defaultdict[str, list[float]] = defaultdict(list)
    texts = candidates[:: -(-len(candidates) // TIMED)]
    for _ in range(LOADS):
        load_tables.cache_clear()
        time_call(timings["load tables"], load_tables)
    for text in texts:
        for coding in ("nibble", "lexicon", "bag"):
            words = semcodec.skeleton(text) if coding == "nibble" else text
            record = time_call(
                timings[f"pack {coding}"], partial(semcodec.pack, words, coding=coding)
            )
            time_call(timings[f"unpack {coding}"], partial(semcodec.unpack, record))
        data = time_call(timings["zlib -9"], partial(zlib.compress, text.encode(), 9, -15))
        time_call(timings["zlib decompress"], partial(zlib.decompress, data, -15))
    print(f"\nMedian ms of CPU time; {len(texts)} records of 24 words, {LOADS} loads\n")
    for name, seconds in timings.items():
        print(f"{name:<28}{1000 * median(seconds):9.4f}")


def time_call(timings: list[float], function: Callable[[], T]) -> T:
    """Call ``function``, append its CPU seconds to ``timings``, and return its result."""
    started = process_time()
    result = function()
    timings.append(process_time() - started)
    return result


def unpack_random(count: int) -> None:
    """Print the outcomes of random payloads; any other exception ends the run."""
    rng = random.Random(1)
    payloads = [rng.randbytes(rng.randint(1, MAX_PAYLOAD_BYTES)) for _ in range(count)]
    for coding, header in HEADERS.items():
        timings: list[float] = []
        outcomes = Counter(
            time_call(timings, partial(classify, header + payload)) for payload in payloads
        )
        print(f"\n{coding}: {count} random payloads of 1 to {MAX_PAYLOAD_BYTES} bytes")
        slowest, typical = 1000 * max(timings), 1000 * median(timings)
        print(f"CPU time: slowest {slowest:.2f} ms, median {typical:.2f} ms")
        for name, frequency in outcomes.most_common():
            print(f"{name:<28}{frequency:>9}")


def classify(data: bytes) -> str:
    """Return "valid", or the id of the broken rule."""
    try:
        semcodec.unpack(data)
    except (semcodec.FormatError, semcodec.UnsupportedError) as error:
        return error.rule
    except Exception as error:
        error.add_note(f"while unpacking {data.hex()}")
        raise
    return "valid"


def use_tables(file: Path) -> None:
    """Let the library use the tables in ``file``, which is not compressed."""
    data = file.read_bytes()
    tables.read_file = lambda: data
    tables.FILE_CRC32 = zlib.crc32(data)  # type: ignore[misc]
    load_tables.cache_clear()


def write_page(page: Path, corpus: Corpus, by_k: dict[int | None, list[Row]], file: Path) -> None:
    """Write the page, with the rates of tables in ``file`` that have not seen some sources."""
    digest = sha256(tables.read_file()).hexdigest()
    names = [source.name for source in corpus.sources]
    rates = {k: dict(zip(names, rows, strict=True)) for k, rows in by_k.items()}
    corpus.sources = [source for source in corpus.sources if source.name in SEEN]
    corpus.held_out = {source: corpus.held_out[source] for source in corpus.sources}
    use_tables(file)
    unseen = {k: dict(zip(SEEN, measure_sources(corpus, k), strict=True)) for k in KS}
    page.write_text(make_page(digest, rates, unseen), "utf-8")


def main(
    folder: Path | None,
    file: Path | None,
    max_lines: int | None,
    page: Path | None,
    unseen: Path | None,
    hostile: int,
) -> None:
    """Print the rates, the timings, and the outcomes of random payloads."""
    if file:
        use_tables(file)
    if folder:
        corpus = Corpus(folder, max_lines)
        by_k = {k: measure_sources(corpus, k) for k in KS}
        for title, columns in TABLES.items():
            print(f"\n{title}\n")
            print_table(columns, corpus.sources, by_k)
        held_out = [line for source in corpus.held_out.values() for line in source]
        print_timings(
            [text for line in held_out if len((text := corpus.select(line, 24)).split()) == 24]
        )
        if page and unseen:
            write_page(page, corpus, by_k, unseen)
    if hostile:
        unpack_random(hostile)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "folder", metavar="TEXT_DIR", type=Path, nargs="?", help="directory of the texts"
    )
    parser.add_argument(
        "--tables", dest="file", metavar="FILE", type=Path, help="other tables to measure"
    )
    parser.add_argument("--page", metavar="FILE", type=Path, help="page to write")
    parser.add_argument(
        "--unseen", metavar="FILE", type=Path, help="tables for the second table of the page"
    )
    parser.add_argument(
        "--lines",
        dest="max_lines",
        metavar="N",
        type=int,
        help="lines measured of each source (default: all)",
    )
    parser.add_argument(
        "--hostile",
        metavar="N",
        type=int,
        nargs="?",
        const=100_000,
        default=0,
        help="random payloads per coding (default: none; without N: 100000)",
    )
    main(**vars(parser.parse_args()))
