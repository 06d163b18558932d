"""The words that the painter knows and that are not objects, and how a prompt is split into words.

``words.toml`` here and ``sprites/nouns.toml`` are the whole vocabulary.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

MAX_PHRASE_WORDS = 3  #: words in the longest phrase that is one entry of the vocabulary
MIN_PLURAL_LENGTH = 4  #: shorter words in -s, as "bus" or "gas", are singular
PLURALS_TABLE = "irregular_plurals"  #: the one table of ``words.toml`` that gives no role


@dataclass(frozen=True, slots=True)
class Role:
    """What a word means: ``table`` is a table of ``words.toml``, ``key`` its entry there."""

    table: str
    key: str


@cache
def roles() -> dict[str, Role]:
    """Return the role of each word; a word in several tables has the role of the last one."""
    return {
        word: Role(table, key)
        for table, entries in _tables().items()
        if table != PLURALS_TABLE
        for key, words in entries.items()
        for word in _split(words)
    }


@cache
def _irregular_singulars() -> dict[str, str]:
    entries = _tables()[PLURALS_TABLE]
    return {plural: singular for singular, words in entries.items() for plural in _split(words)}


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("words.toml").read_text("utf-8"))


def _split(words: str) -> list[str]:
    return [word.strip() for word in words.split(",")]


def singular_candidates(word: str) -> list[str]:
    """Return the singulars that ``word`` may be the plural of, most likely first.

    The list is empty for a word that cannot be a plural. The candidates need not exist ("benche"
    for "benches"): the caller looks them up and takes the first that is known.
    """
    if word in _irregular_singulars():
        return [_irregular_singulars()[word]]
    if len(word) < MIN_PLURAL_LENGTH or not word.endswith("s") or word.endswith(("ss", "us")):
        return []
    candidates = [word[:-1]]
    if word.endswith("es"):
        candidates.append(word[:-2])
    if word.endswith("ies"):
        candidates.insert(0, word[:-3] + "y")
    return candidates


def split_prompt(prompt: str) -> list[str]:
    """Return the words of ``prompt`` in lower case, without punctuation."""
    prompt = prompt.replace("'s ", " ")
    plain = "".join(char if char.isalnum() or char in "-'" else " " for char in prompt.lower())
    return [word.strip("-'") for word in plain.split() if word.strip("-'")]
