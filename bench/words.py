"""How many words come back from their skeletons, on text that the tables have never seen.

    python bench/words.py TEXT_DIR

TEXT_DIR holds the files that spec/tables/words-1.toml names; one block of lines in five is held
out. Three rows for each K: the first K content words as they stand ("first"), the same without
regard to number ("tree" for "trees" counts), and the words that ``select`` chooses, which plays the
receiver. The last column says how many words a description had to offer and how many were sent.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, lines

import semcodec
from semcodec.words.skeletons import singulars, skeleton_of_word
from semcodec.words.stopwords import STOPWORDS
from semcodec.words.tokenizer import tokenize

MOST = 400  #: descriptions a source, evenly spread
KS = (12, 24)


def content(description: str) -> list[str]:
    """Return the words that could be sent, each once."""
    distinct = dict.fromkeys(tokenize(description))
    return [
        word
        for word in distinct
        if word not in STOPWORDS and len(word) > 1 and skeleton_of_word(word)
    ]


def same(sent: str, read: str) -> bool:
    """Tell whether two words are one, whatever their number."""
    return sent == read or sent in singulars(read) or read in singulars(sent)


def right(chosen: list[list[str]], equal: Callable[[str, str], bool]) -> float:
    """Return the share of words that come back."""
    pairs = [
        (sent, read)
        for words in chosen
        for sent, read in zip(
            words, semcodec.decompress(list(map(skeleton_of_word, words))), strict=True
        )
    ]
    return sum(equal(sent, read) for sent, read in pairs) / len(pairs)


def main(folder: Path) -> None:
    """Print a row for each source and K."""
    print(f"{'source':<28} {'K':>3} {'first':>7} {'number':>7} {'select':>7}  offered  sent")
    for k in KS:
        totals = [0.0, 0.0, 0.0]
        for source in SOURCES:
            held = [line for line in lines(folder, source, held=True) if content(line)]
            some = held[:: -(-len(held) // MOST)]
            first = [content(line)[:k] for line in some]
            chosen = [semcodec.select(line, k) for line in some]
            shares = (right(first, str.__eq__), right(first, same), right(chosen, str.__eq__))
            totals = [total + share for total, share in zip(totals, shares, strict=True)]
            offered = sum(map(len, first)) / len(some)
            sent = sum(map(len, chosen)) / len(some)
            print(f"{source.name:<28} {k:>3}", *(f"{share:7.1%}" for share in shares), end="")
            print(f"  {offered:7.1f} {sent:5.1f}")
        print(f"{'mean':<28} {k:>3}", *(f"{total / len(SOURCES):7.1%}" for total in totals))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]))
