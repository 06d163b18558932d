"""Rates that other systems published, and what each of them leaves out (``published.toml``).

A published rate is not comparable with a measured one by itself: it refers to other images, often
to resized ones, and mostly to a part of what a decoder needs. Each therefore comes with the images,
the pixels that it refers to, what was counted, what was not, and how that is known.
"""

from __future__ import annotations

import functools
import tomllib
from dataclasses import dataclass
from importlib import resources
from typing import Any, Final

#: Bits in one of the unit, per image; the first two are per pixel.
PER_PIXEL: Final = {"bpp": 1.0, "ubpp": 1e-6}
PER_IMAGE: Final = {"bits": 1.0, "bytes": 8.0, "KiB": 8192.0}
#: How it is known what a system counts.
EVIDENCE: Final = {
    "code": "its code",
    "results": "results in its repository",
    "paper": "its paper",
    "page": "its abstract or project page",
    "secondary": "reports by others",
}
UNKNOWN: Final = "not known"
LIMITS: Final = {"": "", "upper": "at most ", "lower": "at least "}


@dataclass(frozen=True, slots=True)
class PublishedRate:
    """A rate that a system reports.

    Attributes:
        bpp: lowest and highest rate in bits per pixel; the same if there is one.
        bits: the same in bits per image; None if the images have several sizes.
        images: which images.
        pixels: width and height of the images, if all have one size.
        uncertain: whether the rate was not checked against a table of the paper.
        limit: ``upper`` or ``lower`` if the source gives only a bound, or empty.
    """

    bpp: tuple[float, float]
    bits: tuple[float, float] | None
    images: str
    pixels: tuple[int, int] | None
    uncertain: bool
    limit: str


@dataclass(frozen=True, slots=True)
class PublishedSystem:
    """A published system; the attributes are those of ``published.toml``.

    Attributes:
        leaves_out: what a decoder needs and the rate does not count; empty if that is not known.
    """

    name: str
    year: int
    venue: str
    source: str
    evidence: str
    sends: str
    counts: str
    leaves_out: tuple[str, ...]
    file: str
    code: str
    rates: tuple[PublishedRate, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table of published systems, as text; ``COLUMNS`` has the headings."""

    system: str
    sends: str
    rate: str
    counts: str
    leaves_out: str
    file: str
    source: str


#: Headings of the columns of ``rows``, by the names of the attributes.
COLUMNS: Final = {
    "system": "System",
    "sends": "Sends",
    "rate": "Published rate",
    "counts": "The rate counts",
    "leaves_out": "The rate leaves out",
    "file": "A file; code",
    "source": "Source; known from",
}


def _rate(entry: dict[str, Any]) -> PublishedRate:
    unit, pixels = entry["unit"], entry.get("pixels")
    area = pixels[0] * pixels[1] if pixels else None
    bounds = entry["low"], entry.get("high", entry["low"])
    if unit in PER_PIXEL:
        bpp = tuple(bound * PER_PIXEL[unit] for bound in bounds)
        bits = tuple(bound * area for bound in bpp) if area else None
    else:
        bits = tuple(bound * PER_IMAGE[unit] for bound in bounds)
        bpp = tuple(bound / area for bound in bits)
    size = (pixels[0], pixels[1]) if pixels else None
    uncertain, limit = entry.get("uncertain", False), entry.get("limit", "")
    return PublishedRate(bpp, bits, entry["images"], size, uncertain, limit)


def _system(entry: dict[str, Any]) -> PublishedSystem:
    rates = tuple(_rate(rate) for rate in entry.pop("rates"))
    return PublishedSystem(leaves_out=tuple(entry.pop("leaves_out")), rates=rates, **entry)


@functools.cache
def systems() -> tuple[PublishedSystem, ...]:
    """Return the published systems, those that send texts first."""
    text = resources.files(__package__).joinpath("published.toml").read_text("utf-8")
    return tuple(_system(entry) for entry in tomllib.loads(text)["system"])


def format_bpp(bpp: float) -> str:
    """Return a rate for people: below 0.001 bits per pixel in µbpp."""
    return f"{bpp * 1e6:,.0f} µbpp" if bpp < 0.001 else f"{bpp:.3g} bpp"


def _range(low: str, high: str) -> str:
    if low == high:
        return low
    number, unit = low.rsplit(" ", 1)
    return f"{number if high.endswith(' ' + unit) else low} to {high}"


def describe_rate(rate: PublishedRate) -> str:
    """Return a rate with the images and the pixels that it refers to."""
    low, high = (format_bpp(bound) for bound in rate.bpp)
    text = LIMITS[rate.limit] + _range(low, high) + (" (not checked)" if rate.uncertain else "")
    if rate.bits and rate.pixels:
        bits = _range(*(f"{bound:,.0f} bits" for bound in rate.bits))
        text += f", {bits} for {rate.pixels[0]} x {rate.pixels[1]} pixels"
    return f"{text}: {rate.images}"


def rows() -> list[Row]:
    """Return the table of published systems, one row each."""
    return [
        Row(
            system=f"{system.name}, {system.venue} {system.year}",
            sends=system.sends,
            rate="; ".join(map(describe_rate, system.rates)) or "none in bits",
            counts=system.counts,
            leaves_out="; ".join(system.leaves_out) or UNKNOWN,
            file=f"{system.file}; {system.code}",
            source=f"{system.source}; {EVIDENCE[system.evidence]}",
        )
        for system in systems()
    ]


def markdown() -> str:
    """Return the table of published systems as a Markdown table."""
    lines = ["| " + " | ".join(COLUMNS.values()) + " |", "|" + "---|" * len(COLUMNS)]
    for row in rows():
        cells = (getattr(row, column).replace("|", "\\|") for column in COLUMNS)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"
