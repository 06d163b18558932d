"""Given names of people: a receiver must not guess one from a skeleton.

A list of names has also roses, hunters and Florence. What the dictionary has in small letters is a
word, and what it has first as a place is a place, with some exceptions.
"""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Final

from dictionary import entries_in_small_letters, first_sense_places

#: Names that the dictionary has as rare words or as places.
NAMES_FIRST: Final = frozenset(
    """
    adelaide ana anna bailey beau ben benedict benjamin bennie benny billy bob bonnie brad brent
    carol carter casper cassie clarence cole colleen daphne deb dexter dick dickie dirk donna
    enid eric erica erin felicity franklin frederick gary graham hakim hank harry hector helena
    henry homer jack jenny jimmy jock john jonah josh judas ken kimberley kirk kris kylie lea
    lee leon leone levy lorraine lulu lydia mack mara marc marcel marge maria martin matt max
    maxwell meg mei merle mike mollie molly mona nan nance nancy nelson patsy perry phoebe pia
    pierre regina rick ruth sally selma sherlock sue tammy tara terry timothy toby tod tom troy
    veronica victor warren
    """.split()
)


def given_names(archives: list[Path], wordnet: Path) -> frozenset[str]:
    """Return the names in ``archives`` that are not words, in small letters."""
    listed = {name.lower() for archive in archives for name in _read(archive)}
    words = entries_in_small_letters(wordnet) | first_sense_places(wordnet)
    return NAMES_FIRST | {name for name in listed - words if name.isascii() and name.isalpha()}


def _read(archive: Path) -> list[str]:
    with tarfile.open(archive) as files:
        file = files.extractfile("package/data/names.txt")
        assert file is not None
        return file.read().decode("utf-8").split()
