"""How many times smaller a record is than the files of other codecs, with every assumption named.

"Times smaller than JPEG" is as large as one likes: by the quality of the JPEG file, by options that
its encoder leaves out, by enlarging the photograph first, or by counting the payload only. Here, a
record counts with its header and its check, another file with its own, and photographs have their
own number of pixels. A ratio is the sum of bytes of all photographs by that of their records, so
that no single photograph decides it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from semcodec.errors import InputError
from semcodec.measure.means import pairs_of
from semcodec.measure.rates import bits_per_pixel
from semcodec.measure.results import Baseline, Photograph, Result, Results

PAPER_BPP: Final = 1  #: the rate of JPEG behind "10,000 times" in the paper
PAPER_SIZE: Final = (1024, 1024)  #: of its pictures, to which all its rates refer
PAPER_BYTES: Final = PAPER_BPP * PAPER_SIZE[0] * PAPER_SIZE[1] // 8


class Claim(NamedTuple):
    """A codec with a setting, beside the records.

    Attributes:
        codec, setting: as in ``Baseline``.
        is_floor: whether the codec has no smaller file of these pixels.
        photographs: how many are counted: those that have both files.
        file_bytes: bytes of the other files, on average.
        bpp: their bits per pixel of the photographs: all bits by all pixels.
        ratio: their bytes by those of the records.
    """

    codec: str
    setting: str
    is_floor: bool
    photographs: int
    file_bytes: float
    bpp: float
    ratio: float


class Records(NamedTuple):
    """The records of one setting, on average.

    Attributes:
        label: that of the setting.
        photographs: how many have a record.
        file_bytes: bytes of a record with header and check.
        file_ubpp: micro-bits per pixel of the picture.
        file_ubpp_of_photograph: the same of the photographs' own pixels.
        paper_ratio: the bytes of JPEG at 1 bit per pixel of a picture of 1024 x 1024, whatever
            the photograph has, by those of a record: what "10,000 times" in the paper means.
    """

    label: str
    photographs: int
    file_bytes: float
    file_ubpp: float
    file_ubpp_of_photograph: float
    paper_ratio: float


Pair = tuple[Photograph, Result]


def summarize_records(results: Results, setting: str) -> Records:
    """Return the mean size and rates of the records of a setting, by its id.

    Raises:
        InputError: the setting is unknown, or it has no record.
    """
    pairs = _pairs(results, setting)
    rates = [result["rate"] for _, result in pairs]
    bits = sum(rate["file_bits"] for rate in rates)
    mean = bits / 8 / len(pairs)
    [label] = [one["label"] for one in results["settings"] if one["id"] == setting]
    return Records(
        label,
        len(pairs),
        mean,
        1e6 * bits_per_pixel(bits, sum(rate["picture_pixels"] for rate in rates)),
        1e6 * bits_per_pixel(bits, sum(rate["photograph_pixels"] for rate in rates)),
        PAPER_BYTES / mean,
    )


def compare(results: Results, setting: str) -> list[Claim]:
    """Return a row for each codec and setting of the baselines, in their order.

    Raises:
        InputError: the setting is unknown, or it has no record.
    """
    groups: dict[tuple[str, str], list[tuple[Baseline, Result]]] = {}
    for photograph, result in _pairs(results, setting):
        for baseline in photograph["baselines"]:
            key = baseline["codec"], baseline["setting"]
            groups.setdefault(key, []).append((baseline, result))
    return [_claim(group) for group in groups.values()]


def _claim(group: Sequence[tuple[Baseline, Result]]) -> Claim:
    first = group[0][0]
    total = sum(baseline["bytes"] for baseline, _ in group)
    own = sum(result["rate"]["file_bits"] for _, result in group) / 8
    pixels = sum(result["rate"]["photograph_pixels"] for _, result in group)
    return Claim(
        first["codec"],
        first["setting"],
        first["is_floor"],
        len(group),
        total / len(group),
        bits_per_pixel(8 * total, pixels),
        total / own,
    )


def _pairs(results: Results, setting: str) -> list[Pair]:
    known = [one["id"] for one in results["settings"]]
    if setting not in known:
        raise InputError(f"No setting {setting!r}: use one of {', '.join(known)}.")
    pairs = pairs_of(results, setting)
    if not pairs:
        raise InputError(f"The setting {setting!r} has no record: use another one.")
    return pairs


def to_markdown(records: Records, claims: Sequence[Claim]) -> str:
    """Return a table and the assumptions below it, in Markdown."""
    rows = [
        ("file", "bytes", "bits per pixel of the photograph", "times the record"),
        ("---", "--:", "--:", "--:"),
        *map(_cells, claims),
        (
            f"**record** ({records.label})",
            f"**{records.file_bytes:.1f}**",
            f"{records.file_ubpp_of_photograph / 1e6:.6f}",
            "1",
        ),
    ]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return f"{table}\n" + "".join(f"- {one}\n" for one in assumptions(records, claims))


def _cells(claim: Claim) -> tuple[str, str, str, str]:
    name = f"{claim.codec} {claim.setting}".strip()
    floor = " (floor)" if claim.is_floor else ""
    ratio = f"{claim.ratio:,.0f}" if claim.ratio >= 10 else f"{claim.ratio:.1f}"
    return f"{name}{floor}", f"{claim.file_bytes:,.0f}", f"{claim.bpp:.4f}", ratio


def assumptions(records: Records, claims: Sequence[Claim]) -> Iterator[str]:
    """Yield what the numbers depend on, a sentence or two each."""
    yield (
        f"{records.photographs} photographs, each at its own number of pixels in every row; a "
        "ratio is the sum of all bytes by that of all records."
    )
    yield (
        "Whole files: a record with magic number, header, size and check; the others with their "
        "headers and tables, without metadata."
    )
    yield (
        f"A record has {8 * records.file_bytes:.0f} bits: {records.file_ubpp:.0f} µbpp of the "
        f"picture, which has about a megapixel, and {records.file_ubpp_of_photograph:.0f} µbpp of "
        "the photographs."
    )
    if any(claim.is_floor for claim in claims):
        yield (
            "A floor is the smallest file that the encoder makes of all these pixels in color: the "
            "lowest quality, and the options that save most. The others have the encoder's usual "
            "options."
        )
    if any((claim.codec, claim.setting) == ("JPEG", f"{PAPER_BPP} bpp") for claim in claims):
        yield (
            f"JPEG {PAPER_BPP} bpp is the highest quality within {PAPER_BPP} bit per pixel. The "
            f"10,000 times of the paper are {PAPER_BPP} bit per pixel of 1024 x 1024 pixels "
            f"({PAPER_BYTES:,} bytes), whatever the photograph has: {records.paper_ratio:,.0f} "
            "times for these records."
        )
    yield (
        "A record shows what a photograph is of; the others show the photograph. A decoder of "
        "records also has tables and a painter, which no row counts."
    )
