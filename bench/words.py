"""Measure the share of words that are restored from their skeletons, on held-out text.

    python bench/words.py TEXT_DIR [--more] [--no-select]

TEXT_DIR contains the files named in spec/tables/corpora.py, whose held-out blocks of lines are
measured: one in five, with --more one in twenty of the further collections. The columns:

    first    the first K content words, restored exactly
    number   the same, with singular and plural counted as equal
    rarest   the K content words with the highest tf-idf, in reading order, restored exactly
    number   the same, with singular and plural counted as equal
    select   the words that ``select`` returns, which runs the decoder itself

Only the last column is a choice of the receiver's words. "offered" is the mean number of content
words up to K, "sent" the mean number of selected words.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import MORE_SOURCES, SOURCES, Source, lines

import semcodec
from semcodec.words.selection.channel import same_lemma
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize

MAX_DESCRIPTIONS = 400  #: per source, evenly spaced
KS = (12, 24)
HEADINGS = ("first", "number", "rarest", "number", "select")


@cache
def content_words(description: str) -> tuple[str, ...]:
    """Return the words that can be sent, without repetition."""
    distinct = dict.fromkeys(tokenize(description))
    return tuple(
        word
        for word in distinct
        if word not in STOPWORDS and len(word) > 1 and skeleton_of_word(word)
    )


class Rarity:
    """The inverse document frequency of words in the lines that are not held out."""

    def __init__(self, folder: Path) -> None:
        others = [line for source in SOURCES for line in lines(folder, source, held_out=False)]
        self._lines = len(others)
        self._counts = Counter(word for line in others for word in content_words(line))

    def rarest(self, words: Sequence[str], k: int) -> list[str]:
        """Return the ``k`` words with the highest weights, in the given order.

        Earlier words have a higher weight: the last one has about half that of the first.
        """
        weights = {
            word: math.log((1 + self._lines) / (1 + self._counts[word]))
            * (1 - 0.5 * index / len(words))
            for index, word in enumerate(words)
        }
        best = set(sorted(words, key=lambda word: -weights[word])[:k])
        return [word for word in words if word in best]


def measure_restoration(selections: list[list[str]], is_equal: Callable[[str, str], bool]) -> float:
    """Return the share (0..1) of words that ``is_equal`` to the restored word."""
    pairs = [
        (sent, received)
        for words in selections
        for sent, received in zip(
            words, semcodec.decompress(list(map(skeleton_of_word, words))), strict=True
        )
    ]
    return sum(is_equal(sent, received) for sent, received in pairs) / len(pairs)


def measure(folder: Path, source: Source, k: int, rarity: Rarity, *, select: bool) -> list[float]:
    """Print the row of one source and K, and return its shares."""
    held_out = [line for line in lines(folder, source, held_out=True) if content_words(line)]
    sample = held_out[:: -(-len(held_out) // MAX_DESCRIPTIONS)]
    first = [list(content_words(line)[:k]) for line in sample]
    rarest = [rarity.rarest(content_words(line), k) for line in sample]
    shares = [
        measure_restoration(words, is_equal)
        for words in (first, rarest)
        for is_equal in (str.__eq__, same_lemma)
    ]
    offered = sum(map(len, first)) / len(sample)
    sent = math.nan
    if select:
        selected = [semcodec.select(line, k) for line in sample]
        shares.append(measure_restoration(selected, str.__eq__))
        sent = sum(map(len, selected)) / len(sample)
    print(f"{source.name:<32} {k:>3}", *(f"{share:7.1%}" for share in shares), end="")
    print(f"  {offered:7.1f} {sent:5.1f}", flush=True)
    return shares


def main(folder: Path, *, more: bool, select: bool) -> None:
    """Print a row for each source and K."""
    rarity = Rarity(folder)
    headings = HEADINGS if select else HEADINGS[:-1]
    print(f"{'source':<32} {'K':>3}", *(f"{heading:>7}" for heading in headings), " offered  sent")
    for k in KS:
        rows = [
            measure(folder, source, k, rarity, select=select)
            for source in (*SOURCES, *(MORE_SOURCES if more else ()))
        ]
        means = (sum(column) / len(column) for column in zip(*rows, strict=True))
        print(f"{'mean':<32} {k:>3}", *(f"{mean:7.1%}" for mean in means), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, help="directory of the texts")
    parser.add_argument(
        "--more", action="store_true", help="measure the further collections too (default: off)"
    )
    parser.add_argument(
        "--no-select", action="store_true",
        help="leave out the selected words, which take the most time (default: off)",
    )  # fmt: skip
    arguments = parser.parse_args()
    main(arguments.folder, more=arguments.more, select=not arguments.no_select)
