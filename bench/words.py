"""Measure the share of words that are restored from their skeletons, on held-out text.

    python bench/words.py TEXT_DIR

TEXT_DIR contains the files named in spec/tables/words-1.toml; one block of lines in five is held
out. There are three columns: the first K content words, restored exactly ("first"); the same with
singular and plural counted as equal ("number"); and the words that ``select`` returns, which runs
the decoder itself ("select"). "offered" is the mean number of content words up to K, "sent" the
mean number of selected words.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, lines

import semcodec
from semcodec.words.selection.channel import same_lemma
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize

MAX_DESCRIPTIONS = 400  #: per source, evenly spaced
KS = (12, 24)


def content_words(description: str) -> list[str]:
    """Return the words that can be sent, without repetition."""
    distinct = dict.fromkeys(tokenize(description))
    return [
        word
        for word in distinct
        if word not in STOPWORDS and len(word) > 1 and skeleton_of_word(word)
    ]


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


def main(folder: Path) -> None:
    """Print a row for each source and K."""
    print(f"{'source':<28} {'K':>3} {'first':>7} {'number':>7} {'select':>7}  offered  sent")
    for k in KS:
        totals = [0.0, 0.0, 0.0]
        for source in SOURCES:
            held_out = [
                line for line in lines(folder, source, held_out=True) if content_words(line)
            ]
            sample = held_out[:: -(-len(held_out) // MAX_DESCRIPTIONS)]
            first = [content_words(line)[:k] for line in sample]
            selected = [semcodec.select(line, k) for line in sample]
            shares = (
                measure_restoration(first, str.__eq__),
                measure_restoration(first, same_lemma),
                measure_restoration(selected, str.__eq__),
            )
            totals = [total + share for total, share in zip(totals, shares, strict=True)]
            offered = sum(map(len, first)) / len(sample)
            sent = sum(map(len, selected)) / len(sample)
            print(f"{source.name:<28} {k:>3}", *(f"{share:7.1%}" for share in shares), end="")
            print(f"  {offered:7.1f} {sent:5.1f}")
        print(f"{'mean':<28} {k:>3}", *(f"{total / len(SOURCES):7.1%}" for total in totals))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, help="directory of the texts")
    main(parser.parse_args().folder)
