"""Texts that come in packages: what language models said of a thousand things, and a dictionary.

The first package cuts nothing: its lists hold descriptions, captions and looks, some of them cut
short or no descriptions. ``KINDS`` says which entries are which, ``_is_sentence`` which ones stay.
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
LEAST = 3  #: words of a sentence

NO_DESCRIPTION = re.compile(
    r"(The (easiest|best|most|simplest|only|answer|first)|There (is|are|isn't|aren't)|One (way|of)"
    r"|Some (ways|of)|You can|If you|It depends|This (is|question)|To identify|Yes|No\b)"
)
NO_SENTENCE = re.compile(
    r"[a-z]{2,}[A-Z]|\bhttps?:|www\.|@|[^.!?]$|[^.!?][\"')]$"
    r"|^(I'm sorry|I cannot|Unfortunately|There (is|are) no image|I )"
)
CUT_SHORT = re.compile(
    r"\b(a|an|the|of|and|or|with|to|in|on|at|for|from|by|is|are|has|have|that|which|its|it|as|their"
    r"|be|can|some|may|but|this|these|into)[.]$",
    re.I,
)


class Kind(NamedTuple):
    """Which of the answers about a thing are of one kind."""

    name: str
    answers: range
    strict: bool  #: they answered a question, and some of the answers describe nothing


KINDS = (
    Kind("cupl descriptions", range(50, 60), strict=False),
    Kind("cupl captions", range(60, 70), strict=False),
    Kind("cupl looks", range(50), strict=True),
)


def answers(wheel: Path, kind: Kind) -> list[str]:
    """Return the sentences of one kind about every thing, each once."""
    with zipfile.ZipFile(wheel) as archive:
        things = json.loads(archive.read(FILE))["imagenet1k"].values()
    texts = (_tidy(of_thing[at], kind.strict) for of_thing in things for at in kind.answers)
    return list(dict.fromkeys(text for text in texts if _is_sentence(text, kind.strict)))


def glosses(archive: Path) -> Iterator[str]:
    """Yield what the dictionary says of every sense."""
    for part in PARTS:
        for line in data_lines(archive, f"data.{part}"):
            yield line.partition("|")[2].strip()


def _tidy(text: str, strict: bool) -> str:
    """Return ``text`` without what sampling left over: double stops, one quote, half a word."""
    text = re.sub(r"([!?])\.$", r"\1", " ".join(text.split()))
    text = re.sub(r"\.{2,}$", ".", text)
    if text.count('"') == 1:
        text = text.replace('"', "").strip()
    glued = None if strict else re.match(r"[a-z]+([A-Z].*)$", text)
    return glued.group(1) if glued else text


def _is_sentence(text: str, strict: bool) -> bool:
    if strict and (not text[:1].isupper() or NO_DESCRIPTION.match(text)):
        return False
    if NO_SENTENCE.search(text) or CUT_SHORT.search(text):
        return False
    return len(text.split()) >= LEAST
