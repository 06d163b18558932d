"""Measure fidelity: the similarity of the received words to the description, by rate.

    python bench/fidelity.py TEXT_DIR [DESCRIPTIONS] [--rates 25 50 100 200 400]

TEXT_DIR contains the files named in spec/tables/words-1.toml. Only lines on which the tables
were not trained are used: DESCRIPTIONS lines (default: 50) from each source. The benchmark needs
semcodec[bench]. Rates are of the payload, in whole bytes, for an image of 1024 x 1024 pixels. There
are two tables: similarities by the judge that selected the words (MiniLM), and by a judge that did
not (paraphrase-MiniLM-L3). The second table is the reliable one, because a selection may be
overfitted to its own judge.

Columns, for each coding: "top", the words with the highest weights by rule; "first", the first
content words; "as is", the beginning of the description with its function words; "loop", selected
by the judge.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).parents[1] / "spec/tables"))

from corpora import SOURCES, lines

from semcodec.errors import InputError, UnsupportedError
from semcodec.measure.judges import load_second as load_second_judge
from semcodec.words import MAX_K, SelectionRequest, WordChannel, make_channel, minilm
from semcodec.words.selection import closed_loop
from semcodec.words.selection.candidate_finder import find_candidates, find_sendable
from semcodec.words.selection.candidates import words_of
from semcodec.words.selection.salience import select_by_salience

RATES = (25, 50, 100, 200, 400)  #: µbpp
PIXELS = 1024 * 1024
TESTED = ("cmcbench-gpt4v", "cmcbench-qwen", "human-paragraphs", "pali-paragraphs", "coco-val2017")
Method = Callable[[SelectionRequest], list[str]]
Texts = dict[tuple[int, str], str]  #: the text that a decoder returns, by rate and column


def select_top(request: SelectionRequest) -> list[str]:
    """Return the words with the highest weights by rule."""
    return select_by_salience(request, find_candidates(request))


def select_first(request: SelectionRequest) -> list[str]:
    """Return the first content words."""
    return words_of(closed_loop.longest_prefix(request, find_candidates(request)))


def select_beginning(request: SelectionRequest) -> list[str]:
    """Return the beginning of the description with its function words."""
    return words_of(closed_loop.longest_prefix(request, find_sendable(request)))


def select_closed_loop(request: SelectionRequest) -> list[str]:
    """Return the words that the judge selects."""
    return closed_loop.select_by_similarity(request, minilm.load()).words


METHODS: dict[str, Method] = {
    "top": select_top,
    "first": select_first,
    "as is": select_beginning,
    "loop": select_closed_loop,
}


def iter_channels() -> Iterator[tuple[str, WordChannel]]:
    """Yield the codings to compare, except those with missing tables."""
    for coding in ("nibble", "lexicon"):
        channel = make_channel(coding)
        try:
            channel.payload_bits(["boat"])
        except UnsupportedError:
            print(f"The coding {coding} is not available: skipped.", file=sys.stderr)
        else:
            yield coding, channel


def make_columns() -> dict[str, tuple[WordChannel, Method]]:
    """Return the coding and the method of each column, by its heading."""
    return {
        f"{coding[:3]} {heading}": (channel, method)
        for coding, channel in iter_channels()
        for heading, method in METHODS.items()
    }


def decode_text(request: SelectionRequest, method: Method) -> str:
    """Return the text that a decoder returns for the selected words; empty if no word fits."""
    try:
        words = method(request)
    except InputError:  # no word fits the limit
        return ""
    return " ".join(request.channel.received(words))


def collect_texts(
    line: str,
    rates: Sequence[int],
    compared: dict[str, tuple[WordChannel, Method]],
    slowest: dict[str, float],
) -> Texts:
    """Return the received text of one description at every rate, for every column."""
    texts: Texts = {}
    for rate in rates:
        for heading, (channel, method) in compared.items():
            started = time.perf_counter()
            request = SelectionRequest(line, MAX_K, bits_at_rate(rate), channel)
            texts[rate, heading] = decode_text(request, method)
            slowest[heading] = max(slowest[heading], time.perf_counter() - started)
    return texts


def bits_at_rate(rate: int) -> int:
    """Return the payload bits at a rate, a multiple of 8."""
    return rate * PIXELS // 8_000_000 * 8


def main(folder: Path, count: int, rates: Sequence[int]) -> None:
    """Print both tables, and the seconds of the slowest descriptions."""
    compared = make_columns()
    judges = {
        "MiniLM (used for selection)": minilm.load(),
        "paraphrase-MiniLM-L3": load_second_judge(),
    }
    slowest = dict.fromkeys(compared, 0.0)
    rows: dict[str, list[str]] = {title: [] for title in judges}
    for source in (source for source in SOURCES if source.name.startswith(TESTED)):
        held_out = list(lines(folder, source, held_out=True))
        sample = held_out[:: -(-len(held_out) // count)]
        texts = {line: collect_texts(line, rates, compared, slowest) for line in sample}
        for title, judge in judges.items():
            similarities = [
                judge.similarities(line, list(received.values()))
                for line, received in texts.items()
            ]
            means = list(map(mean, zip(*similarities, strict=True)))
            for index, rate in enumerate(rates):
                cells = means[index * len(compared) :][: len(compared)]
                start = f"{source.name:<28} {rate:>4} {bits_at_rate(rate):>4}"
                rows[title].append(start + "".join(f" {cell:9.3f}" for cell in cells))
    for title, table in rows.items():
        print(f"\n{title}\n{'source':<28} µbpp bits", *(f"{heading:>9}" for heading in compared))
        print("\n".join(table))
    print(f"\n{'seconds of the slowest description':<38}", end="")
    print("".join(f" {seconds:9.3f}" for seconds in slowest.values()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, help="directory of the texts")
    parser.add_argument(
        "count",
        metavar="DESCRIPTIONS",
        type=int,
        nargs="?",
        default=50,
        help="number of descriptions from each source (default: 50)",
    )
    parser.add_argument(
        "--rates",
        metavar="µbpp",
        type=int,
        nargs="+",
        default=RATES,
        help=f"rates of the payload (default: {' '.join(map(str, RATES))})",
    )
    main(**vars(parser.parse_args()))
