"""Measure the share of words that are restored from skeletons with slips, on held-out text.

    python bench/slips.py TEXT_DIR [--lines N]

TEXT_DIR contains the files named in spec/tables/corpora.py. Of each held-out description, the first
12 content words are shortened by rule, and every tenth word gets one slip: two neighboring symbols
are swapped (transposition), one is added (insertion) or left out (deletion), or several are left
out, but not the first (abbreviation). A word that is too short for the slip keeps its skeleton. The
columns:

    clean     all words, without any slip, restored exactly
    others    the words without a slip beside those with one, restored exactly
    slips     the words with a slip, restored exactly
    number    the same, with singular and plural counted as equal
    unknown   the share of slips that no known word has as its skeleton
    right     of these, the words restored exactly

A slip that is the skeleton of another word cannot be seen without context.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, Source, lines
from words import content_words

import semcodec
from semcodec.words.selection.channel import same_lemma
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import vocabulary

K = 12  #: words of each description
WORDS_PER_SLIP = 10  #: one word in so many has a slip
SYMBOLS = "ntsrhldcmfgpbkv"
SEED = 17
HEADINGS = ("clean", "others", "slips", "number", "unknown", "right")
MEASURED = ("cmcbench-gpt4v.txt", "cmcbench-qwen.txt", "human-paragraphs.txt")


def transpose(skeleton: str, dice: random.Random) -> str:
    """Return ``skeleton`` with two neighboring symbols swapped, if two differ."""
    pairs = [at for at in range(len(skeleton) - 1) if skeleton[at] != skeleton[at + 1]]
    if len(skeleton) < 3 or not pairs:
        return skeleton
    at = dice.choice(pairs)
    return skeleton[:at] + skeleton[at + 1] + skeleton[at] + skeleton[at + 2 :]


def insert(skeleton: str, dice: random.Random) -> str:
    """Return ``skeleton`` with one symbol more."""
    at = dice.randint(1, len(skeleton))
    return skeleton[:at] + dice.choice(SYMBOLS) + skeleton[at:] if len(skeleton) > 1 else skeleton


def delete(skeleton: str, dice: random.Random) -> str:
    """Return ``skeleton`` without one of its symbols after the first."""
    if len(skeleton) < 3:
        return skeleton
    at = dice.randint(1, len(skeleton) - 1)
    return skeleton[:at] + skeleton[at + 1 :]


def abbreviate(skeleton: str, dice: random.Random) -> str:
    """Return the first symbol of ``skeleton`` and at most half of the others."""
    if len(skeleton) < 4:
        return skeleton
    kept = sorted(dice.sample(range(1, len(skeleton)), (len(skeleton) - 1) // 2))
    return skeleton[0] + "".join(skeleton[at] for at in kept)


KINDS: dict[str, Callable[[str, random.Random], str]] = {
    "transposition": transpose,
    "insertion": insert,
    "deletion": delete,
    "abbreviation": abbreviate,
}


class Restored(NamedTuple):
    """A word, its skeleton by rule, the skeleton that is received, and the word restored."""

    word: str
    skeleton: str
    received: str
    restored: str

    @property
    def has_slip(self) -> bool:
        """Whether the received skeleton is not the one by rule."""
        return self.skeleton != self.received


def restore(words: list[str], kind: str, dice: random.Random) -> Iterator[Restored]:
    """Yield the restored words, of which one in ten has a slip of this kind; none for ``""``."""
    skeletons = list(map(skeleton_of_word, words))
    received = [
        KINDS[kind](skeleton, dice) if kind and dice.randrange(WORDS_PER_SLIP) == 0 else skeleton
        for skeleton in skeletons
    ]
    restored = semcodec.decompress(received)
    return map(Restored, words, skeletons, received, restored)


def share(rows: list[Restored], is_equal: Callable[[str, str], bool] = str.__eq__) -> float:
    """Return the share (0..1) of words restored right."""
    return sum(is_equal(row.word, row.restored) for row in rows) / max(1, len(rows))


def measure(folder: Path, source: Source, most: int) -> None:
    """Print a row for each kind of slip."""
    held_out = [line for line in lines(folder, source, held_out=True) if content_words(line)]
    sample = [list(content_words(line)[:K]) for line in held_out[:: -(-len(held_out) // most)]]
    clean = share([row for words in sample for row in restore(words, "", random.Random(SEED))])
    for kind in KINDS:
        dice = random.Random(SEED)
        rows = [row for words in sample for row in restore(words, kind, dice)]
        slips = [row for row in rows if row.has_slip]
        unknown = [row for row in slips if not vocabulary().candidates(row.received)]
        shares = (
            clean,
            share([row for row in rows if not row.has_slip]),
            share(slips),
            share(slips, same_lemma),
            len(unknown) / max(1, len(slips)),
            share(unknown),
        )
        print(f"{source.name:<24} {kind:<14}", *(f"{value:8.1%}" for value in shares), end="")
        print(f" {len(slips):6}", flush=True)


def main(folder: Path, most: int) -> None:
    """Print the table."""
    print(f"{'source':<24} {'slip':<14}", *(f"{heading:>8}" for heading in HEADINGS), "  count")
    for source in SOURCES:
        if source.name in MEASURED:
            measure(folder, source, most)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, help="directory of the texts")
    parser.add_argument(
        "--lines", type=int, default=400, help="descriptions of each source (default: 400)"
    )
    arguments = parser.parse_args()
    main(arguments.folder, arguments.lines)
