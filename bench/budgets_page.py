"""The page docs/budgets.md: which limit to choose, and what bench/budgets.py measured."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from PIL import Image, ImageDraw, ImageFont

from semcodec.choices import Coding
from semcodec.words.selection import marginal_gain

QUANTILES: Final = (0, 10, 25, 50, 75, 90, 100)  #: percent


class Sizes(NamedTuple):
    """The words of a record, and the bytes of its file."""

    words: int
    bytes: int


class Use(NamedTuple):
    """The mean use of a budget, the lowest one, and the number of descriptions."""

    mean: float
    lowest: float
    descriptions: int


class Point(NamedTuple):
    """Means for one K: bits of the payload, similarity, and words."""

    bits: float
    similarity: float
    words: float


class Example(NamedTuple):
    """A description with the record that ``auto`` makes of it."""

    description: str
    words: str
    bytes: int


class Results(NamedTuple):
    """All measurements of the page.

    Attributes:
        digest: the SHA-256 of the tables of ``lexicon`` and ``bag``.
        budgets: the measured budgets in bytes.
        use: the use of each budget by source and coding; None without a description that is long.
        framing_budget: the budget of ``framings``.
        framings: the use of one budget by framing and coding.
        auto: the words and bytes of rate auto by the name of the descriptions.
        examples: the records of the written descriptions.
        ks: the numbers of words of ``curves``; their last point is that of rate auto.
        curves: similarities by coding.
    """

    digest: str
    budgets: Sequence[int]
    use: Mapping[str, Mapping[Coding, Sequence[Use | None]]]
    framing_budget: int
    framings: Mapping[str, Mapping[Coding, Use | None]]
    auto: Mapping[str, Sequence[Sizes]]
    examples: Mapping[str, Sequence[Example]]
    ks: Sequence[int]
    curves: Mapping[Coding, Sequence[Point]]


PAGE: Final = """\
# Limits on the size of a record

Written by `python bench/budgets.py TEXT_DIR --photos DIR --page docs/budgets.md`; its docstring
states what is measured. The tables have the SHA-256
`{digest}`.

## Which limit to choose

| you want | Python | command line |
| --- | --- | --- |
| about a sentence: 12 words, 15 bytes | nothing | nothing |
| as many words as the picture needs | `rate="auto"` | `--rate auto` |
| a place of fixed size: a tag, a field, a label | `max_bytes=40` | `--max-bytes 40` |
| a rate to compare with other codecs | `ubpp=150` | `--ubpp 150` |
| a fixed number of words, as in the paper | `k=8` | `--k 8` |

Several limits are upper bounds, and all of them apply: `max_bytes=40, rate="auto"` is what the
picture needs, but at most 40 bytes. `max_bytes` counts the record in its framing, with header and
checksum; `ubpp` counts only the payload. A limit is never exceeded. The main noun of the
description is always in the record; if it does not fit, the error names the smallest limit that
works. The trace and `encode --json` state which limits applied, and their numbers.

`semcodec sweep PHOTO -o DIR --k 4,8,12,24` shows what a limit does to a photograph.

## What auto does

Each content word of the description has a mass: its importance for a painter (the salience in the
tables, 80 or 104 for most words), half of that more for each of up to three repetitions, and less
the later it is mentioned (half after {half_rank} words). Words about the picture, such as
*atmosphere*, have a quarter. The selected words cover their share of the mass. In the order of
selection, a further word gains its mass times the share that is not covered yet, and costs the
bits that it adds. The number of words is the one at which the gains minus the prices of the bits
are largest: words are added while a bit gains at least

{prices}

in which the prices differ so that a word of average cost has the same price in each coding. A
description without a known name gets at least {min_words} words if it has them, and none gets more
than {max_words}.

A known name at the subject stands for most of the rest: a painter knows how the Taj Mahal looks.
What the name implies gains a tenth; the time of day and the weather gain as before. A name is
known if the tables have all its words; *a Ferrari*, a blue Beetle, Maria, and a man in Paris are
not.

No model is called, and all numbers are integers. With a writer or a judge, `auto` chooses the
number of words, and the writer or the judge the words. The words of a description without a known
name are those that `k` with this number selects.

### Spread

{auto}
### Well-known subjects and pictures of many things

{examples}
## How much of a budget is used

Mean size of the file by its budget, over descriptions of which not all content words fit; in
brackets the number of them. Shorter descriptions do not fill a budget: function words are never
sent to fill it.

{use}
The same by framing, for {framing_budget} bytes and `human-paragraphs`:

{framings}
## What bits buy

Mean bits of the payload, and similarity (cosine of MiniLM) of the received words to the
description, over `human-paragraphs`; words are selected by rule. `auto` lies a little below the
line: a mean over different numbers of words does, and the measure does not know what a name
implies.

{curves}
![similarity by bits](budgets.png)
"""


def make_page(results: Results) -> str:
    """Return the text of the page."""
    prices = ", ".join(
        f"{price / 100:g} in `{coding}`" for coding, price in marginal_gain.PRICES.items()
    )
    return PAGE.format(
        digest=results.digest,
        half_rank=marginal_gain.HALF_MASS_RANK,
        prices=prices,
        min_words=marginal_gain.MIN_WORDS,
        max_words=marginal_gain.MAX_WORDS,
        auto=_auto(results.auto),
        examples=examples_table(results.examples),
        use=_use(results),
        framing_budget=results.framing_budget,
        framings=_framings(results),
        curves=_curves(results),
    )


def examples_table(examples: Mapping[str, Sequence[Example]]) -> str:
    """Return the table of the written descriptions, which a test compares with the library."""
    rows = [["description", "words of auto", "bytes"], ["---", "---", "--:"]]
    for group in examples.values():
        for example in group:
            start = " ".join(example.description.split()[:MAX_SHOWN_WORDS])
            rows.append([f"{start} …", example.words, str(example.bytes)])
    return _table(rows)


MAX_SHOWN_WORDS: Final = 10  #: of a description in the table


def quantiles(values: Sequence[int]) -> list[int]:
    """Return the values at ``QUANTILES``."""
    ranked = sorted(values)
    return [ranked[(len(ranked) - 1) * percent // 100] for percent in QUANTILES]


def format_use(use: Use | None) -> str:
    """Return the mean use as a percentage and the number of descriptions."""
    return f"{100 * use.mean:.1f} % ({use.descriptions})" if use else "-"


def _auto(auto: Mapping[str, Sequence[Sizes]]) -> str:
    rows = [
        ["words / bytes of a file", *(f"{percent} %" for percent in QUANTILES)],
        ["---", *["--:"] * len(QUANTILES)],
    ]
    for name, sizes in auto.items():
        words, counts = (quantiles(values) for values in zip(*sizes, strict=True))
        rows.append([name, *(f"{k} / {size}" for k, size in zip(words, counts, strict=True))])
    return _table(rows)


def _use(results: Results) -> str:
    budgets = [f"{budget} bytes" for budget in results.budgets]
    rows = [["source", "coding", *budgets], ["---", "---", *["--:"] * len(budgets)]]
    for source, by_coding in results.use.items():
        for coding, uses in by_coding.items():
            rows.append([source, f"`{coding}`", *map(format_use, uses)])
    return _table(rows)


def _framings(results: Results) -> str:
    codings = list(next(iter(results.framings.values())))
    rows = [["framing", *(f"`{coding}`" for coding in codings)], ["---", *["--:"] * len(codings)]]
    for framing, by_coding in results.framings.items():
        rows.append([f"`{framing}`", *(format_use(by_coding[coding]) for coding in codings)])
    return _table(rows)


def _curves(results: Results) -> str:
    rows = [["K", *(f"`{coding}`" for coding in results.curves)]]
    rows.append(["--:"] * len(rows[0]))
    for index, name in enumerate([*map(str, results.ks), "auto"]):
        points = [points[index] for points in results.curves.values()]
        rows.append([name, *(f"{point.bits:.0f} bits, {point.similarity:.3f}" for point in points)])
    return _table(rows)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


WIDTH, HEIGHT, MARGIN = 900, 560, 70
COLORS: Final = ((31, 119, 180), (44, 160, 44), (214, 39, 40))
GRAY: Final = (205, 205, 205)


def draw_plot(curves: Mapping[Coding, Sequence[Point]]) -> Image.Image:
    """Return the similarities over the bits, a line for each coding and a ring for auto."""
    points = [point for line in curves.values() for point in line]
    max_bits = -(-max(point.bits for point in points) // 100) * 100
    low, high = 0.1 * (10 * min(point.similarity for point in points) // 1), 1.0
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(15)

    def at(bits: float, similarity: float) -> tuple[float, float]:
        return (
            MARGIN + bits / max_bits * (WIDTH - 2 * MARGIN),
            HEIGHT - MARGIN - (similarity - low) / (high - low) * (HEIGHT - 2 * MARGIN),
        )

    for step in range(int(max_bits) // 100 + 1):
        draw.line((at(100 * step, low), at(100 * step, high)), fill=GRAY)
        x, y = at(100 * step, low)
        draw.text((x, y + 10), f"{100 * step}", "black", font, anchor="ma")
    for tenth in range(round(10 * low), 11):
        draw.line((at(0, tenth / 10), at(max_bits, tenth / 10)), fill=GRAY)
        x, y = at(0, tenth / 10)
        draw.text((x - 10, y), f"{tenth / 10:.1f}", "black", font, anchor="rm")
    for color, (coding, line) in zip(COLORS, curves.items(), strict=False):
        *by_k, auto = line
        draw.line([at(point.bits, point.similarity) for point in by_k], fill=color, width=3)
        for point in by_k:
            x, y = at(point.bits, point.similarity)
            draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=color)
        x, y = at(auto.bits, auto.similarity)
        draw.ellipse((x - 9, y - 9, x + 9, y + 9), outline=color, width=3)
        x, y = at(by_k[-1].bits, by_k[-1].similarity)
        draw.text((x, y - 12), coding, color, font, anchor="ms")
    draw.text((WIDTH / 2, HEIGHT - 18), "bits of the payload", "black", font, anchor="mm")
    title = "similarity to the description (dots: K words, ring: auto)"
    draw.text((MARGIN, MARGIN / 2), title, "black", font, anchor="lm")
    return image
