"""The text files for training: names, licenses, and the lines held out for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple


class Source(NamedTuple):
    """An input file of the tables; a text file has one description per line."""

    name: str
    terms: str
    origin: str


SOURCES: Final = (
    Source("cmcbench-gpt4v.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("cmcbench-qwen.txt", "MIT", "CMC-Bench, Q-Future"),
    Source("coco-val2017-captions.txt", "CC BY 4.0", "MS COCO, COCO Consortium"),
    Source("human-paragraphs.txt", "CC BY 4.0", "ImageInWords (DOCCI, DCI), Google"),
    Source("pali-paragraphs.txt", "CC BY 4.0", "ImageInWords, Google"),
    Source("parti-prompts.txt", "Apache-2.0", "PartiPrompts, Google"),
    Source("t2icompbench-train.txt", "MIT", "T2I-CompBench"),
    Source("geneval-prompts.txt", "MIT", "GenEval"),
)
BLOCK_LINES: Final = 25  #: held out together, since captions of one photograph are adjacent
BLOCKS_PER_HELD_OUT: Final = 5  #: one block in five is held out


def is_held_out(line: int) -> bool:
    """Return whether the line with this number, from 0, is held out for evaluation."""
    return line // BLOCK_LINES % BLOCKS_PER_HELD_OUT == BLOCKS_PER_HELD_OUT - 1


def lines(folder: Path, source: Source, held_out: bool) -> Iterator[str]:
    """Yield the lines of ``source`` that are held out, or those for training."""
    text = folder.joinpath(source.name).read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines()):
        if is_held_out(number) is held_out and line.strip():
            yield line
