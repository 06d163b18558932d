"""The training text: which files, under which terms, and which lines are never trained on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class Source(NamedTuple):
    """One file of descriptions, one a line."""

    name: str
    terms: str
    origin: str


SOURCES = (
    Source("cmcbench-gpt4v.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("cmcbench-qwen.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("coco-val2017-captions.txt", "CC BY 4.0", "MS COCO, COCO Consortium"),
    Source("human-paragraphs.txt", "CC BY 4.0", "ImageInWords (DOCCI, DCI), Google"),
    Source("pali-paragraphs.txt", "CC BY 4.0", "ImageInWords, Google"),
    Source("parti-prompts.txt", "Apache-2.0", "PartiPrompts, Google"),
    Source("t2icompbench-train.txt", "MIT", "T2I-CompBench"),
    Source("geneval-prompts.txt", "MIT", "GenEval"),
)
BLOCK = 25  #: lines that are kept together: captions of one photograph stand next to each other
PARTS = 5  #: one block in so many is held out


def held_out(line: int) -> bool:
    """Tell whether the line of this number is kept for measuring."""
    return line // BLOCK % PARTS == PARTS - 1


def lines(folder: Path, source: Source, held: bool) -> Iterator[str]:
    """Yield the lines of ``source`` that are held out, or those that are trained on."""
    text = folder.joinpath(source.name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        if held_out(number) is held and line.strip():
            yield line
