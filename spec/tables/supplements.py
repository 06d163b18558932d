"""Words that the general list lacks: American spellings, and names of brands on screens and signs.

The general list is compiled from books and has "modelling"; describers of screens write "modeling",
and name the brands on the screens.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SIZES: Final = (10, 20, 35, 40, 50, 55, 60)  #: SCOWL's lists, from frequent to fairly rare words
MIN_LETTERS: Final = 3  #: letters in a name; shorter ones are mostly abbreviations
RANK: Final = 30_000  #: an added word gets the count of the word of this rank in the general list


def american_spellings(archive: Path) -> frozenset[str]:
    """Return the words whose spelling is only American."""
    files = (f"package/american-words-{size}.json" for size in SIZES)
    return frozenset(word for file in files for word in _load_json(archive, file))


def brand_words(archive: Path) -> frozenset[str]:
    """Return the words in the names of brands that have an icon."""
    brands = _load_json(archive, "package/data/simple-icons.json")
    titles = (brand["title"].lower() for brand in brands)
    words = (word for title in titles for word in re.findall("[a-z]+", title))
    return frozenset(word for word in words if len(word) >= MIN_LETTERS)


def add_words(general: dict[str, int], words: Iterable[str]) -> dict[str, int]:
    """Return the ``general`` counts with those of ``words`` added that have only letters a to z."""
    count = sorted(general.values(), reverse=True)[RANK]
    plain = (word for word in sorted(words) if re.fullmatch("[a-z]{2,}", word))
    return general | {word: max(general.get(word, 0), count) for word in plain}


def _load_json(archive: Path, name: str) -> list:  # type: ignore[type-arg]  # of words, or of brands
    with tarfile.open(archive) as files:
        file = files.extractfile(name)
        assert file is not None
        return json.load(file)  # type: ignore[no-any-return]
