"""Measure limits on records: how well a budget is used, what ``auto`` spends, and what bits buy.

    python bench/budgets.py TEXT_DIR                     # use of budgets
    python bench/budgets.py TEXT_DIR --auto --photos DIR # words and bytes of rate auto
    python bench/budgets.py TEXT_DIR --similarity        # similarity by bits, for each K
    python bench/budgets.py TEXT_DIR --photos DIR --page docs/budgets.md

TEXT_DIR contains the files named in spec/tables/corpora.py. ``--photos`` names a folder of
photographs, which the offline describer describes. ``--similarity`` needs semcodec[bench].

*Use of budgets*: the size of the record by its budget, for a picture of 1248 x 832 pixels, over the
descriptions that are long for that budget: those of which not all content words fit. Of each source
are measured DESCRIPTIONS lines at equal distances.

*Rate auto*: quantiles of words and bytes, over the photographs, the lines of the sources, and the
texts in bench/budget_texts.toml.

*Similarity*: the cosine of MiniLM between a description and the words that a decoder returns, and
the bits of the payload, both as means over human-paragraphs.txt, for each K and for ``auto``. Words
are selected by rule, so that the selection is not fitted to the model that measures it.

``--page`` writes all of it to a page, and the plot beside it.
"""

from __future__ import annotations

import argparse
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from statistics import fmean
from typing import Final

from budgets_page import (
    QUANTILES,
    Example,
    Point,
    Results,
    Sizes,
    Use,
    draw_plot,
    make_page,
    quantiles,
)
from PIL import Image

import semcodec
from semcodec.bitstream import api
from semcodec.choices import Coding, OutputFraming
from semcodec.coding import tables
from semcodec.errors import InputError
from semcodec.pipeline.rate_control import RateLimits
from semcodec.words import SelectionRequest, make_channel, minilm, select_words

SOURCES: Final = ("human-paragraphs.txt", "cmcbench-gpt4v.txt", "cmcbench-qwen.txt")
LONG_SOURCE: Final = SOURCES[0]
TEXTS: Final = Path(__file__).with_name("budget_texts.toml")
CODINGS: Final[tuple[Coding, ...]] = ("lexicon", "bag", "nibble", "utf8")
BUDGETS: Final = (20, 30, 40, 60, 80, 120, 200, 250)  #: bytes of a file
FRAMINGS: Final[tuple[OutputFraming, ...]] = ("bare", "file", "sequence", "url", "qr")
FRAMING_BUDGET: Final = 40  #: bytes, of the table by framing
KS: Final = (2, 4, 6, 8, 12, 16, 24, 32, 48)
SIZE: Final = (1248, 832)
TITLES: Final = {
    "landmarks": "landmarks and works of art, written",
    "scenes": "pictures of many things, written",
}
ENDINGS: Final = (".jpg", ".jpeg", ".png")


def read_lines(folder: Path, source: str, count: int | None = None) -> list[str]:
    """Return the lines of a source, or ``count`` of them at equal distances."""
    lines = [line for line in (folder / source).read_text("utf-8").splitlines() if line.strip()]
    return lines if count is None else lines[:: -(-len(lines) // count)][:count]


def request_of(description: str, coding: Coding, limits: RateLimits) -> SelectionRequest:
    """Return the request that ``encode`` makes for a limit that is not on bytes."""
    channel = make_channel(coding)
    return limits.narrow(SelectionRequest(description, limits.max_words(SIZE), None, channel))


def payload_bytes(request: SelectionRequest) -> int:
    """Return the bytes of the payload of the selected words."""
    return -(-request.channel.payload_bits(select_words(request).words) // 8)


def make_example(description: str, coding: Coding = "lexicon") -> Example:
    """Return the record of rate auto."""
    request = request_of(description, coding, RateLimits(rate="auto"))
    words = select_words(request).words
    size = -(-request.channel.payload_bits(words) // 8)
    size += api.overhead(size, framing="file", size=SIZE)
    return Example(description, " ".join(words), size)


def make_examples() -> dict[str, list[Example]]:
    """Return the records of rate auto for the texts in bench/budget_texts.toml."""
    texts: dict[str, list[str]] = tomllib.loads(TEXTS.read_text("utf-8"))
    return {name: list(map(make_example, group)) for name, group in texts.items()}


def measure_use(
    lines: Sequence[str], coding: Coding, budgets: Sequence[int], framing: OutputFraming
) -> list[Use | None]:
    """Return the use of each budget; None if no description is long for it.

    Raises:
        AssertionError: a record is larger than its budget.
    """

    def record_bytes(payload: int) -> int:
        return payload + api.overhead(payload, framing=framing, size=SIZE)

    uses: list[list[float]] = [[] for _ in budgets]
    for line in lines:
        everything = request_of(line, coding, RateLimits(k=1000))
        largest = record_bytes(payload_bytes(everything))
        for budget, shares in zip(budgets, uses, strict=True):
            if largest <= budget:
                continue
            limits = RateLimits(max_bytes=budget)
            bits = limits.max_bits(SIZE, record_bytes)
            try:
                size = record_bytes(payload_bytes(replace(everything, max_bits=bits)))
            except InputError:  # not even the subject fits
                continue
            assert size <= budget
            shares.append(size / budget)
    return [Use(fmean(shares), min(shares), len(shares)) if shares else None for shares in uses]


def describe_photographs(folder: Path) -> Iterator[str]:
    """Yield the description of each photograph by the offline describer."""
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in ENDINGS):
        with Image.open(path) as photograph:
            yield semcodec.encode(photograph, k=1).description


def measure_auto(
    folder: Path, examples: Mapping[str, Sequence[Example]], photos: Path | None, count: int
) -> dict[str, list[Sizes]]:
    """Return the words and bytes of rate auto, by the name of the descriptions."""
    table = {TITLES[name]: list(map(sizes_of, group)) for name, group in examples.items()}
    samples: dict[str, list[str]] = {}
    if photos is not None:
        described = list(describe_photographs(photos))
        samples[f"{len(described)} photographs, described offline"] = described
    for source in SOURCES:
        is_long = source == LONG_SOURCE
        samples[source.removesuffix(".txt")] = read_lines(
            folder, source, None if is_long else count
        )
    for name, texts in samples.items():
        table[name] = [sizes_of(make_example(text)) for text in texts]
    return table


def sizes_of(example: Example) -> Sizes:
    """Return the words and the bytes of a record."""
    return Sizes(len(example.words.split()), example.bytes)


def received_text(request: SelectionRequest) -> str:
    """Return the text that a decoder returns for the selected words."""
    return " ".join(request.channel.received(select_words(request).words))


def measure_similarity(lines: Sequence[str]) -> dict[Coding, list[Point]]:
    """Return the means for each coding, by K and for rate auto."""
    judge = minilm.load()
    rates = [*(RateLimits(k=k) for k in KS), RateLimits(rate="auto")]
    curves: dict[Coding, list[Point]] = {}
    for coding in CODINGS[:3]:
        rows: list[list[Point]] = [[] for _ in rates]
        for line in lines:
            requests = [request_of(line, coding, limits) for limits in rates]
            texts = list(map(received_text, requests))
            similarities = judge.similarities(line, texts)
            for row, request, text, similarity in zip(
                rows, requests, texts, similarities, strict=True
            ):
                words = text.split()
                bits = request.channel.payload_bits(words)
                row.append(Point(bits, similarity, len(words)))
        curves[coding] = [Point(*map(fmean, zip(*row, strict=True))) for row in rows]
    return curves


def print_use(folder: Path, count: int) -> dict[str, dict[Coding, list[Use | None]]]:
    """Print and return the use of budgets by source and coding."""
    table: dict[str, dict[Coding, list[Use | None]]] = {}
    print(f"{'source':<18}{'coding':<9}" + "".join(f"{budget:>16}" for budget in BUDGETS))
    for source in SOURCES:
        lines = read_lines(folder, source, count)
        table[source.removesuffix(".txt")] = row = {}
        for coding in CODINGS:
            row[coding] = uses = measure_use(lines, coding, BUDGETS, "file")
            cells = "".join(f"{format_use(use):>16}" for use in uses)
            print(f"{source:<18.17}{coding:<9}{cells}", flush=True)
    return table


def format_use(use: Use | None) -> str:
    """Return the mean, the minimum and the number of descriptions."""
    return f"{use.mean:.3f} {use.lowest:.2f} {use.descriptions:>3}" if use else "-"


def print_framings(folder: Path, count: int) -> dict[str, dict[Coding, Use | None]]:
    """Print and return the use of one budget by framing and coding."""
    lines = read_lines(folder, LONG_SOURCE, count)
    table: dict[str, dict[Coding, Use | None]] = {}
    print(f"\n{FRAMING_BUDGET} bytes")
    for framing in FRAMINGS:
        table[framing] = {
            coding: measure_use(lines, coding, [FRAMING_BUDGET], framing)[0] for coding in CODINGS
        }
        cells = "".join(f"{format_use(use):>16}" for use in table[framing].values())
        print(f"{framing:<27}{cells}", flush=True)
    return table


def print_auto(table: Mapping[str, Sequence[Sizes]]) -> None:
    """Print the quantiles of words and bytes."""
    print(f"{'':<44}" + "".join(f"{percent:>6}%" for percent in QUANTILES))
    for name, sizes in table.items():
        for unit, values in zip(("words", "bytes"), zip(*sizes, strict=True), strict=True):
            print(f"{name:<38}{unit:<6}" + "".join(f"{value:>7}" for value in quantiles(values)))


def print_similarity(curves: Mapping[Coding, Sequence[Point]]) -> None:
    """Print the bits and the similarity of each coding, a line for each K."""
    print(f"\n{'K':<6}" + "".join(f"{coding:>14}" for coding in curves))
    for name, *points in zip([*map(str, KS), "auto"], *curves.values(), strict=True):
        cells = "".join(f"{point.bits:>8.1f} {point.similarity:.3f}" for point in points)
        print(f"{name:<6}{cells}")


def main(args: argparse.Namespace) -> None:
    """Print the tables that are asked for, and write the page."""
    if args.page:
        write_page(args)
    elif args.auto:
        print_auto(measure_auto(args.folder, make_examples(), args.photos, args.count))
    elif args.similarity:
        print_similarity(measure_similarity(read_lines(args.folder, LONG_SOURCE)))
    else:
        print_use(args.folder, args.count)
        print_framings(args.folder, args.count)


def write_page(args: argparse.Namespace) -> None:
    """Print all tables, and write them to the page, and the plot beside it."""
    examples = make_examples()
    results = Results(
        digest=sha256(tables.read_file()).hexdigest(),
        budgets=BUDGETS,
        use=print_use(args.folder, args.count),
        framing_budget=FRAMING_BUDGET,
        framings=print_framings(args.folder, args.count),
        auto=measure_auto(args.folder, examples, args.photos, args.count),
        examples=examples,
        ks=KS,
        curves=measure_similarity(read_lines(args.folder, LONG_SOURCE)),
    )
    print_auto(results.auto)
    print_similarity(results.curves)
    args.page.write_text(make_page(results), "utf-8")
    draw_plot(results.curves).save(args.page.with_suffix(".png"), optimize=True)


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
        default=60,
        help="number of descriptions from each source (default: 60)",
    )
    parser.add_argument("--photos", metavar="DIR", type=Path, help="photographs for --auto")
    parser.add_argument("--auto", action="store_true", help="measure rate auto")
    parser.add_argument("--similarity", action="store_true", help="measure similarity by bits")
    parser.add_argument("--page", metavar="FILE.md", type=Path, help="write a page with a plot")
    main(parser.parse_args())
