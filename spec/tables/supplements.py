"""Words that the general list lacks: American spellings, and names that screens and signs bear.

The general list is of books and writes "modelling"; who describes screens writes "modeling", and
which brands are on them.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

SIZES: Final = (10, 20, 35, 40, 50, 55, 60)  #: of the list: common words to rather rare ones
LEAST: Final = 3  #: letters of a name; shorter ones are mostly abbreviations
RANK: Final = 30_000  #: such a word is as common as the word of this rank in the general list


def american(archive: Path) -> frozenset[str]:
    """Return the words that are spelled so in America alone."""
    files = (f"package/american-words-{size}.json" for size in SIZES)
    return frozenset(word for file in files for word in _json(archive, file))


def brands(archive: Path) -> frozenset[str]:
    """Return the words of the names of brands that have an icon."""
    titles = (brand["title"].lower() for brand in _json(archive, "package/data/simple-icons.json"))
    words = (word for title in titles for word in re.findall("[a-z]+", title))
    return frozenset(word for word in words if len(word) >= LEAST)


def with_more(general: dict[str, int], words: Iterable[str]) -> dict[str, int]:
    """Return the ``general`` counts with more plain words, which are neither common nor rare."""
    count = sorted(general.values(), reverse=True)[RANK]
    plain = (word for word in sorted(words) if re.fullmatch("[a-z]{2,}", word))
    return general | {word: max(general.get(word, 0), count) for word in plain}


def _json(archive: Path, name: str) -> list:  # type: ignore[type-arg]  # of words, or of brands
    with tarfile.open(archive) as files:
        file = files.extractfile(name)
        assert file is not None
        return json.load(file)  # type: ignore[no-any-return]
