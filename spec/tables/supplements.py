"""Words that the general list lacks: spellings, numbers, names of brands, and other proper names.

The general list is compiled from books and has "modelling"; describers of screens write "modeling",
and name the brands on the screens. Its words are in small letters, so it has no YouTube or O'Brien.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

LISTABLE: Final = re.compile("[a-zA-Z0-9]+(?:['-][a-zA-Z0-9]+)*")
MAX_LENGTH: Final = 24  #: characters of a word; longer ones are chains of hyphens
SIZES: Final = (10, 20, 35, 40, 50, 55, 60)  #: SCOWL's lists, from frequent to fairly rare words
MIN_LETTERS: Final = 3  #: letters in a name; shorter ones are mostly abbreviations
#: An added word gets the count of the word of this rank in the general list: numbers that of a
#: frequent word, spellings and brands that of a rarer one, irregular names that of a rare one.
RANK, NUMBER_RANK, IRREGULAR_RANK = 30_000, 12_000, 50_000
#: Whole numbers: all below a thousand, the years of photographs and their decades, round numbers.
MAX_NUMBER: Final = 999
YEARS: Final = range(1800, 2051)
ROUND_NUMBERS: Final = (
    *range(1000, 10_000, 500), *range(10_000, 100_001, 10_000), 200_000, 500_000, 1_000_000,
)  # fmt: skip
MAX_ORDINAL: Final = 100


def regional_spellings(archive: Path) -> frozenset[str]:
    """Return the words whose spelling is only American or only British."""
    files = (
        f"package/{region}-words-{size}.json"
        for region in ("american", "british")
        for size in SIZES
    )
    return frozenset(word for file in files for word in _load_json(archive, file))


def brand_words(archive: Path) -> frozenset[str]:
    """Return the words in the names of brands that have an icon, as they are and in small letters.

    A word with a capital at its beginning only is left out: it is a capital form.
    """
    brands = _load_json(archive, "package/data/simple-icons.json")
    words = [word for brand in brands for word in re.findall("[A-Za-z0-9'-]+", brand["title"])]
    words = [word for word in words if len(word) >= MIN_LETTERS]
    irregular = {word for word in words if has_inner_capital(word)}
    return frozenset({word.lower() for word in words} | irregular)


def irregular_names(entries: Iterable[str]) -> frozenset[str]:
    """Return the parts of a dictionary's entries with inner capitals: NATO, McCarthy, O'Neill."""
    parts = {part for entry in entries for part in entry.split("_")}
    return frozenset(part for part in parts if len(part) >= MIN_LETTERS and has_inner_capital(part))


def number_words() -> frozenset[str]:
    """Return numbers in digits, with ordinals and decades."""
    whole = [*range(MAX_NUMBER + 1), *YEARS, *ROUND_NUMBERS]
    decades = [f"{year}s" for year in YEARS if year % 10 == 0]
    decades += [f"{decade}s" for decade in range(10, 100, 10)]
    ordinals = [f"{number}{_suffix(number)}" for number in range(1, MAX_ORDINAL + 1)]
    return frozenset([*map(str, whole), *decades, *ordinals])


def _suffix(number: int) -> str:
    if number // 10 % 10 == 1:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def has_inner_capital(word: str) -> bool:
    """Return whether a capital follows the first character, so that it is not a capital form."""
    return any(map(str.isupper, word[1:]))


def add_words(general: dict[str, int], words: Iterable[str], rank: int = RANK) -> dict[str, int]:
    """Return the ``general`` counts with ``words`` added, each with the count of the ``rank``."""
    count = sorted(general.values(), reverse=True)[rank]
    listed = (word for word in sorted(words) if is_listable(word))
    return general | {word: max(general.get(word, 0), count) for word in listed}


def is_listable(word: str) -> bool:
    """Return whether the vocabulary may have ``word``, which is not a capital form of another."""
    if not LISTABLE.fullmatch(word) or len(word) > MAX_LENGTH:
        return False
    return not word[0].isupper() or has_inner_capital(word)


def _load_json(archive: Path, name: str) -> list:  # type: ignore[type-arg]  # of words, or of brands
    with tarfile.open(archive) as files:
        file = files.extractfile(name)
        assert file is not None
        return json.load(file)  # type: ignore[no-any-return]
