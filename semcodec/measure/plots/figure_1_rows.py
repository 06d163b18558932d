"""The rows of Figure 1: mean rates of a measurement, and the rates that systems published."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple, TypedDict

from semcodec.measure import published
from semcodec.measure.plots import svg
from semcodec.measure.plots.curves import layer_names, setting_label
from semcodec.measure.rates import bits_per_pixel
from semcodec.measure.results import Results

Unit = Literal["bpp", "bits"]
GROUPS: Final = ("semcodec", "other codecs", "published")


class MeasuredPoint(TypedDict):
    """The mean rate of one setting over the photographs of a measurement."""

    row: str  #: such as "lexicon, words" or "JPEG"
    label: str  #: such as "12" (words) or "q1"; may be empty
    kind: str  #: "words", "layers", "floor" (the codec has no smaller file) or "setting"
    photographs: int
    bpp: list[float]  #: mean, least and greatest, of the pixels of each photograph
    bits: list[float]  #: the same per image


class Measured(TypedDict):
    """The measured part of the figure; all that is needed to draw it again."""

    version: str
    command: str
    photographs: int
    pixels: list[int]  #: least and greatest number of a photograph
    points: list[MeasuredPoint]


class Mark(NamedTuple):
    """A point or a range in a row: low and high are equal for a point."""

    low: float
    high: float
    label: str
    kind: str


class Line(NamedTuple):
    """A row of the figure."""

    group: str
    name: str
    note: str  #: what the rates refer to
    marks: list[Mark]


def measured(results: Results) -> Measured:
    """Return the measured points of ``results``, without the photographs that failed."""
    photographs = [photograph for photograph in results["photographs"] if photograph["results"]]
    settings = {setting["id"]: setting for setting in results["settings"]}
    layers = {name: f"words + {label}" for name, label in layer_names(results).items()}
    rates: dict[tuple[str, str, str], list[tuple[int, int]]] = {}
    for photograph in photographs:
        pixels = photograph["size"][0] * photograph["size"][1]
        for result in photograph["results"]:
            setting = settings[result["setting"]]
            kind = "words" if setting["layers"] == "off" else "layers"
            row = f"{setting['coding']}, {layers.get(setting['layers'], 'words')}"
            rate = result["rate"]["file_bits"], pixels
            rates.setdefault((row, setting_label(setting), kind), []).append(rate)
        for baseline in photograph["baselines"]:
            kind = "floor" if baseline["is_floor"] else "setting"
            key = baseline["codec"], baseline["setting"], kind
            rates.setdefault(key, []).append((8 * baseline["bytes"], pixels))
    areas = [photograph["size"][0] * photograph["size"][1] for photograph in photographs]
    return {
        "version": results["version"],
        "command": results["command"],
        "photographs": len(photographs),
        "pixels": [min(areas, default=0), max(areas, default=0)],
        "points": [_point(*key, values) for key, values in rates.items()],
    }


def _point(row: str, label: str, kind: str, rates: list[tuple[int, int]]) -> MeasuredPoint:
    bpp = [bits_per_pixel(bits, pixels) for bits, pixels in rates]
    bits = [float(bits) for bits, _ in rates]
    spread = [[statistics.fmean(values), min(values), max(values)] for values in (bpp, bits)]
    rounded = [[float(f"{value:.4g}") for value in values] for values in spread]
    return {
        "row": svg.clean(row),
        "label": svg.clean(label),
        "kind": kind,
        "photographs": len(rates),
        "bpp": rounded[0],
        "bits": rounded[1],
    }


def lines(points: Measured, unit: Unit) -> list[Line]:
    """Return the rows of the figure, by group, and by rate in a group."""
    rows = [*_measured_lines(points, unit), *_published_lines(unit)]
    return sorted(rows, key=lambda row: (GROUPS.index(row.group), _lowest(row)))


def _lowest(row: Line) -> float:
    return min(mark.low for mark in row.marks if mark.kind != "spread")


def _measured_lines(points: Measured, unit: Unit) -> Iterator[Line]:
    rows: dict[str, list[MeasuredPoint]] = {}
    for point in points["points"]:
        rows.setdefault(point["row"], []).append(point)
    for name, row in rows.items():
        ours = row[0]["kind"] in ("words", "layers")
        marks = []
        for point in row:
            mean, least, greatest = point[unit]
            marks.append(Mark(least, greatest, "", "spread"))
            marks.append(Mark(mean, mean, point["label"], point["kind"]))
        yield Line("semcodec" if ours else "other codecs", name, "", marks)


def _published_lines(unit: Unit) -> Iterator[Line]:
    for system in published.systems():
        marks, notes = [], []
        for rate in system.rates:
            bounds = rate.bpp if unit == "bpp" else rate.bits
            if bounds:
                marks.append(Mark(*bounds, "", "uncertain" if rate.uncertain else "reported"))
                limit = f" ({published.LIMITS[rate.limit].strip()})" if rate.limit else ""
                size = f" {rate.pixels[0]} x {rate.pixels[1]}" if rate.pixels else ""
                notes.append(f"{rate.images}{size}{limit}")
        if marks:
            yield Line("published", system.name, _joined(notes), marks)


def _joined(notes: list[str]) -> str:
    """Return the images of several rates, each once."""
    parts = list(dict.fromkeys(part for note in notes for part in note.split(", ")))
    return ", ".join(
        part for part in parts if not any(other.startswith(f"{part} ") for other in parts)
    )
