"""Read a dictionary (WordNet): filter words from a general list, and exclude offensive ones.

Offensive words are found by the usage notes of the dictionary and a list of what these miss.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MIN_LETTERS = 3  #: of a word; shorter entries are mostly units and chemical elements
ENDINGS = (("s", ""), ("es", ""), ("ies", "y"), ("ed", ""), ("ed", "e"), ("ing", ""), ("ing", "e"))
PLURALS = ENDINGS[:3]
#: The dictionary's files of visible things: animal, artifact, body, food, location, object, person,
#: phenomenon, plant, shape, substance.
THINGS = frozenset((5, 6, 8, 13, 15, 17, 18, 19, 20, 25, 27))
PLACE = 15  #: the dictionary's file of locations
PARTS = ("noun", "verb", "adj", "adv")
NOTES = re.compile(
    r"ethnic slur|offensive (?:term|name|word)|\(offensive|offensive (?:to|slang)|derogatory"
    r"|(?:obscene|vulgar|disparaging|insulting|abusive)(?: \w+)? (?:terms?|words?|names?|slang)"
)
SLUR = "ethnic slur"
#: Words that the usage notes miss, and that a decoder must not restore from a skeleton by guessing.
MISSED = frozenset(
    """
    bitch coon cripple fuck fucked fucker fucking genital hitler gypsy hooker incest masturbation
    midget naked negro negroes nigga nigger nude orgy penis porn prostitute rape rapist redneck
    retard retarded sex sexual sexy slave slut suicide tits vagina whore
    """.split()
)


@dataclass(frozen=True, slots=True)
class Dictionary:
    """The entries of a dictionary, and sets of them.

    Attributes:
        entries: all, in lower case.
        unwanted: offensive words and their plurals, which must not be guessed.
        slurs: ethnic slurs.
        things: nouns whose first sense is a visible thing.
        only_adverbs: words whose only part of speech is adverb.
    """

    entries: frozenset[str]
    unwanted: frozenset[str]
    slurs: frozenset[str]
    things: frozenset[str]
    only_adverbs: frozenset[str]

    @classmethod
    def read(cls, archive: Path) -> Dictionary:
        """Return the dictionary in a tar file of WordNet's data files."""
        senses = list(_senses(archive))
        entries = frozenset(name for names, _ in senses for name in names)
        marked = {name for names, note in senses if NOTES.search(note) for name in names} | MISSED
        unwanted = frozenset(marked | {f"{name}s" for name in marked})
        slurs = frozenset(name for names, note in senses if SLUR in note for name in names)
        things, only_adverbs = _first_senses(archive, "noun", THINGS), _adverbs(archive)
        return cls(entries, unwanted, slurs, things, only_adverbs)

    def knows(self, word: str) -> bool:
        """Return whether ``word`` is an entry or a regular form of one."""
        if len(word) < MIN_LETTERS or not re.fullmatch("[a-z]+", word):
            return False
        return word in self.entries or any(_base(stem) in self.entries for stem in _stems(word))

    def is_thing(self, word: str) -> bool:
        """Return whether ``word`` is a visible thing in its first sense as a noun."""
        plurals = (word.removesuffix(end) + new for end, new in PLURALS if word.endswith(end))
        return word in self.things or any(single in self.things for single in plurals)

    def is_only_adverb(self, word: str) -> bool:
        """Return whether ``word`` is only an adverb."""
        return word in self.only_adverbs


def names(archive: Path) -> Iterator[str]:
    """Yield the entries in their original case, with underscores for spaces."""
    for part in PARTS:
        for line in data_lines(archive, f"data.{part}"):
            yield from _names(line)


def entries_in_small_letters(archive: Path) -> frozenset[str]:
    """Return the entries without capitals."""
    return frozenset(name for name in names(archive) if name.islower())


def first_sense_places(archive: Path) -> frozenset[str]:
    """Return the entries, in lower case, whose most frequent sense as a noun is a place."""
    return _first_senses(archive, "noun", frozenset((PLACE,)))


def _stems(word: str) -> Iterator[str]:
    return (word.removesuffix(end) + new for end, new in ENDINGS if word.endswith(end))


def _base(stem: str) -> str:
    """Return ``stem`` without a consonant doubled by an ending: run for runn(ing)."""
    doubled = len(stem) > MIN_LETTERS and stem[-1] == stem[-2] and stem[-1] not in "ls"
    return stem[:-1] if doubled else stem


def _first_senses(archive: Path, part: str, files: frozenset[int]) -> frozenset[str]:
    """Return the entries of one part of speech whose most frequent sense is in one of ``files``."""
    file_of = {line[:8]: int(line[9:11]) for line in data_lines(archive, f"data.{part}")}
    rows = (line.split() for line in data_lines(archive, f"index.{part}"))
    return frozenset(row[0] for row in rows if file_of[row[-int(row[2])]] in files)


def _adverbs(archive: Path) -> frozenset[str]:
    """Return the entries that are adverbs and no other part of speech."""
    of_part = {
        part: {line.split()[0] for line in data_lines(archive, f"index.{part}")} for part in PARTS
    }
    return frozenset(of_part["adv"] - of_part["noun"] - of_part["verb"] - of_part["adj"])


def _senses(archive: Path) -> Iterator[tuple[list[str], str]]:
    """Yield the entries and the usage note of every sense."""
    for part in PARTS:
        for line in data_lines(archive, f"data.{part}"):
            gloss = line.partition("|")[2]
            yield [name.lower() for name in _names(line)], gloss.partition(chr(34))[0]


def _names(line: str) -> list[str]:
    fields = line.partition("|")[0].split()
    return fields[4 : 4 + 2 * int(fields[3], 16) : 2]


@cache
def data_lines(archive: Path, name: str) -> list[str]:
    """Return the lines of one data file, without the license at its top."""
    with tarfile.open(archive) as files:
        file = files.extractfile(f"package/dict/{name}")
        assert file is not None
        lines = file.read().decode("ascii").splitlines()
    return [line for line in lines if not line.startswith(" ")]
