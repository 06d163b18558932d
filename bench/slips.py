"""Measure the share of words that are restored from skeletons with slips, on held-out text.

    python bench/slips.py TEXT_DIR [--lines N]

TEXT_DIR contains the files named in spec/tables/corpora.py. Of each held-out description, the first
12 content words are shortened by rule, and every tenth word gets one slip: two neighboring symbols
are swapped (transposition), one is added (insertion) or left out (deletion), or several are left
out, but not the first (abbreviation). A word that is too short for the slip keeps its skeleton. The
columns:

    clean     all words of lists without slips, restored exactly
    false     those of them that are restored exactly, and painted as others
    others    the words without a slip in lists with slips, restored exactly
    slips     the words with a slip, restored exactly
    painted   the words with a slip, painted exactly (the first readings)
    kept      the words with a slip that are among the readings
    unknown   the share of slips that no known word has as its skeleton
    right     of these, the words restored exactly

Where a slip makes the skeleton of another word, only the context shows that it is one: such a word
is restored as the other, and painted as the one that was meant if the context is clear.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, Source, lines
from words import content_words

import semcodec
from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.vocabulary import vocabulary

K = 12  #: words of each description
WORDS_PER_SLIP = 10  #: one word in so many has a slip
SYMBOLS = "ntsrhldcmfgpbkv"
SEED = 17
HEADINGS = ("clean", "false", "others", "slips", "painted", "kept", "unknown", "right")
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
    """A word, its skeleton by rule and as received, and the words that are read.

    ``restored`` is the word of ``decompress``, ``readings`` are all readings, the first first.
    """

    word: str
    skeleton: str
    received: str
    restored: str
    readings: tuple[str, ...]

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
    lists = [tuple(reading.word for reading in found) for found in semcodec.readings(received)]
    return map(Restored, words, skeletons, received, restored, lists)


def share(part: Sequence[Restored], whole: Sequence[Restored]) -> float:
    """Return the share (0..1) of the rows of ``part`` in ``whole``."""
    return len(part) / max(1, len(whole))


def is_right(row: Restored) -> bool:
    """Return whether a word is restored exactly."""
    return row.word == row.restored


def measure(folder: Path, source: Source, most: int) -> None:
    """Print a row for each kind of slip."""
    held_out = [line for line in lines(folder, source, held_out=True) if content_words(line)]
    sample = [list(content_words(line)[:K]) for line in held_out[:: -(-len(held_out) // most)]]
    clean = [row for words in sample for row in restore(words, "", random.Random(SEED))]
    right = [row for row in clean if is_right(row)]
    false = [row for row in right if row.readings[0] != row.word]
    for kind in KINDS:
        dice = random.Random(SEED)
        rows = [row for words in sample for row in restore(words, kind, dice)]
        slips = [row for row in rows if row.has_slip]
        others = [row for row in rows if not row.has_slip]
        unknown = [row for row in slips if not vocabulary().candidates(row.received)]
        shares = (
            share(right, clean),
            share(false, right),
            share(list(filter(is_right, others)), others),
            share(list(filter(is_right, slips)), slips),
            share([row for row in slips if row.readings[0] == row.word], slips),
            share([row for row in slips if row.word in row.readings], slips),
            share(unknown, slips),
            share(list(filter(is_right, unknown)), unknown),
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
