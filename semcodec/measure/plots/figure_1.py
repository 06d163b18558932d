"""Figure 1 of the paper, from data: where image codecs lie on a logarithmic axis of rates.

The regions are those that the text of the paper gives: semantic rates of tens to hundreds of
micro-bits per pixel, mixed ones of 0.001 to 0.01 bits per pixel (its example is Text+Sketch), and
structural ones of 0.1 to 10 (JPEG). It gives none between 0.01 and 0.1, so nothing is shaded there.

The figure has no axis of quality: published systems report no comparable one. Filled markers
are means of this measurement on one set of photographs; hollow ones are what systems report, mostly
of other images, which are named beside them.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.measure import published
from semcodec.measure.plots import svg
from semcodec.measure.plots.figure_1_rows import (
    GROUPS,
    Line,
    Mark,
    Measured,
    Unit,
    lines,
    measured,
)
from semcodec.measure.plots.plot import Plot
from semcodec.measure.results import Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Regions of the paper, in bits per pixel.
REGIONS: Final = (
    ("semantic", 1e-5, 1e-3, svg.BLUE),
    ("mixed", 1e-3, 1e-2, svg.GREEN),
    ("structural", 1e-1, 10.0, svg.RED),
)
SOFT_LIMIT: Final = 1e-4  #: bits per pixel: the paper's estimate of a limit for words
PAPER_PIXELS: Final = 1024 * 1024  #: of the pictures of the paper, for regions in bits per image
#: Names of the files, and their units.
FILES: Final[dict[str, Unit]] = {"figure-1": "bpp", "figure-1-bits": "bits"}
HEADINGS: Final = {
    "semcodec": "semcodec, measured",
    "other codecs": "Other codecs, measured on the same photographs",
    "bpp": "Published systems: rates that they report, of other images",
    "bits": "Published systems: rates that they report, with the size of an image",
}
LABELS: Final = {"bpp": "bits per pixel of the image itself", "bits": "bits per image"}
#: Below the axis.
AXIS_LABELS: Final = {
    "bpp": "bits per pixel of the photograph itself (published: of the images at the right)",
    "bits": "bits per image (regions of the paper: for 1024 x 1024 pixels)",
}
#: Heights and widths in points.
ROW: Final = 13.5
HEADING: Final = 22.0
#: Width of a letter in the labels of points, and the least gap between two, in points.
LETTER: Final = 4.3
GAP: Final = 2.0
TOP: Final = 34.0
BOTTOM: Final = 102.0
LEFT: Final = 142.0
AXIS: Final = 350.0
RIGHT: Final = 164.0


class Style(NamedTuple):
    """How the points and the ranges of one kind are drawn, and its line in the legend."""

    label: str
    marker: dict[str, Any]
    line: dict[str, Any]


def _filled(marker: str, color: str) -> dict[str, Any]:
    return {"marker": marker, "color": color, "markersize": 5.5, "markeredgewidth": 0}


def _hollow(color: str) -> dict[str, Any]:
    return {"marker": "D", "color": color, "markersize": 4.5, "markerfacecolor": "none"}


STYLES: Final = {
    "spread": Style("smallest to largest file", {}, {"color": svg.GRAY, "linewidth": 1.6}),
    "words": Style("words, and how many", _filled("o", svg.BLUE), {"linestyle": "none"}),
    "layers": Style("words and layers", _filled("s", svg.GREEN), {"linestyle": "none"}),
    "floor": Style("smallest file of a codec", _filled("<", svg.RED), {"linestyle": "none"}),
    "setting": Style("another setting of a codec", _filled("d", svg.PURPLE), {"linestyle": "none"}),
    "reported": Style(
        "published, not measured here", _hollow(svg.INK), {"color": svg.INK, "linewidth": 1.0}
    ),
    "uncertain": Style(
        "published, not checked against its paper",
        _hollow(svg.GRAY),
        {"color": svg.GRAY, "linewidth": 1.0, "linestyle": (0, (3, 2))},
    ),
}


@contextlib.contextmanager
def _figure(points: Measured, unit: Unit) -> Iterator[Figure]:
    rows = lines(points, unit)
    groups = [group for group in GROUPS if any(row.group == group for row in rows)]
    body = ROW * len(rows) + HEADING * len(groups)
    width, height = LEFT + AXIS + RIGHT, TOP + body + BOTTOM
    with svg.drawing(width, height) as figure:
        box = LEFT / width, BOTTOM / height, AXIS / width, body / height
        axes = figure.add_axes(box, ylim=(body, 0))
        _prepare_axis(axes, rows, unit)
        y = 0.0
        for group in groups:
            _write(axes, 4 - LEFT, y + HEADING - 9.5, _heading(group, points, unit), weight="bold")
            y += HEADING
            for row in (row for row in rows if row.group == group):
                _draw_row(axes, row, y + ROW / 2)
                y += ROW
        _draw_legend(axes, {mark.kind for row in rows for mark in row.marks})
        yield figure


def draw(points: Measured, unit: Unit = "bpp") -> Plot:
    """Return the figure.

    Args:
        points: the measured points; the published ones come from ``published.toml``.
        unit: ``bpp``, bits per pixel of the pixels that each rate refers to, or ``bits`` per image,
            without the published systems whose images have several sizes.

    Raises:
        BackendError: matplotlib is not installed.
    """
    [name] = (name for name, of_file in FILES.items() if of_file == unit)
    title, alt = f"Regions of image compression, in {LABELS[unit]}", describe(points, unit)
    with _figure(points, unit) as figure:
        return Plot(title, alt, svg.to_svg(figure, name, title, alt))


def draw_png(points: Measured, unit: Unit = "bpp") -> bytes:
    """Return the figure as a PNG file on white paper; arguments and errors as for ``draw``."""
    with _figure(points, unit) as figure:
        return svg.to_png(figure)


def _heading(group: str, points: Measured, unit: Unit) -> str:
    if group == "published":
        return HEADINGS[unit]
    low, high = (f"{area / 1e6:.2g}" for area in points["pixels"])
    size = low if low == high else f"{low} to {high}"
    return f"{HEADINGS[group]}: means of {points['photographs']} photographs, {size} megapixels"


def _write(axes: Axes, x: float, y: float, text: str, **style: Any) -> None:
    """Write ``text`` at ``x`` points from the left end of the axis, and ``y`` from its top."""
    place = axes.get_yaxis_transform()
    axes.text(x / AXIS, y, text, transform=place, va="center_baseline", clip_on=False, **style)


def _prepare_axis(axes: Axes, rows: list[Line], unit: Unit) -> None:
    """Set the axis of rates, and shade the regions of the paper."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    factor = 1.0 if unit == "bpp" else float(PAPER_PIXELS)
    least = min(mark.low for row in rows for mark in row.marks)
    low = 10.0 ** math.floor(math.log10(min(least, REGIONS[0][1] * factor)))
    high = REGIONS[-1][2] * factor
    axes.set(xscale="log", xlim=(low, high), xlabel=AXIS_LABELS[unit])
    powers = range(math.floor(math.log10(low)), math.floor(math.log10(high)) + 1)
    axes.xaxis.set_major_locator(FixedLocator([10.0**power for power in powers]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda value, _: f"{value:,.5f}".rstrip("0").rstrip("."))
    )
    axes.yaxis.set_visible(False)
    axes.spines["left"].set_visible(False)
    svg.draw_grid(axes, "x")
    above: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
    for name, start, end, color in REGIONS:
        start, end = start * factor, end * factor
        middle = math.sqrt(start * end)
        axes.axvspan(start, end, color=color, alpha=0.13, linewidth=0)
        axes.annotate(name, (middle, 1), (0, 17), ha="center", weight="bold", **above)
        axes.annotate(_bounds(start, end, unit), (middle, 1), (0, 6), ha="center", size=7, **above)
    axes.axvline(SOFT_LIMIT * factor, color=svg.INK, linewidth=0.8, linestyle=(0, (2, 2)))


def _bounds(start: float, end: float, unit: Unit) -> str:
    if unit == "bits":
        return f"{start:,.0f} to {end:,.0f}"
    if end <= 1e-3:
        return f"{start * 1e6:,.0f} to {end * 1e6:,.0f} µbpp"
    return f"{start:g} to {end:g} bpp"


def _draw_row(axes: Axes, row: Line, y: float) -> None:
    _write(axes, 12 - LEFT, y, row.name)
    _write(axes, AXIS + 8, y, row.note, size=7)
    for mark in row.marks:
        style = STYLES[mark.kind]
        if mark.low != mark.high:
            axes.plot([mark.low, mark.high], [y, y], **style.line)
        if style.marker:
            axes.plot([mark.low, mark.high], [y, y], linestyle="none", zorder=3, **style.marker)
    low, high = axes.get_xlim()
    for x, label in _point_labels(row.marks, AXIS / math.log10(high / low)):
        axes.annotate(label, (x, y), (0, 3.4), textcoords="offset points", ha="center", size=6.5)


def _point_labels(marks: list[Mark], decade: float) -> list[tuple[float, str]]:
    """Return short labels of the points of a row; points without room for two share one.

    ``decade`` is the width of a factor of ten in points.
    """
    labels: list[tuple[float, str]] = []
    for mark in sorted((mark for mark in marks if mark.label), key=lambda mark: mark.low):
        x, label = mark.low, mark.label.partition(",")[0]
        if labels:
            before, text = labels[-1]
            if math.log10(x / before) * decade < LETTER * (len(text) + len(label)) / 2 + GAP:
                labels.pop()
                x, label = math.sqrt(before * x), f"{text}, {label}"
        labels.append((x, label))
    return labels


def _draw_legend(axes: Axes, kinds: set[str]) -> None:
    from matplotlib.lines import Line2D

    handles: list[Any] = []
    for kind, style in STYLES.items():
        if kind in kinds:
            handles.append(Line2D([], [], label=style.label, **(style.line | style.marker)))
    limit = "100 µbpp of the paper's pictures: its soft limit for words"
    handles.append(Line2D([], [], color=svg.INK, linewidth=0.8, linestyle=(0, (2, 2)), label=limit))
    body = axes.get_ylim()[0]
    corner = -LEFT / AXIS, -34 / body
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, ncols=2)


def describe(points: Measured, unit: Unit) -> str:
    """Return what the figure shows, with its numbers."""
    text = [f"Rows of rates on a logarithmic axis of {LABELS[unit]}."]
    for row in lines(points, unit):
        marks = [mark for mark in row.marks if mark.kind != "spread"]
        rates = (f"{_amount(mark, unit)}{_named(mark)}" for mark in marks)
        text.append(f"{row.name}: {', '.join(rates)}.")
    return " ".join(text)


def _amount(mark: Mark, unit: Unit) -> str:
    bounds = dict.fromkeys((mark.low, mark.high))
    if unit == "bits":
        return " to ".join(f"{bound:,.0f}" for bound in bounds) + " bits"
    return " to ".join(map(published.format_bpp, bounds))


def _named(mark: Mark) -> str:
    if mark.kind == "uncertain":
        return " (not checked)"
    if mark.label.isdigit():
        return f" ({mark.label} words)"
    return f" ({mark.label})" if mark.label else ""


def save_figure_1(results: Results, path: Path) -> None:
    """Write the figure of ``results`` to ``path``: as PNG or SVG, by its ending."""
    points = measured(results)
    is_png = path.suffix == ".png"
    path.write_bytes(draw_png(points) if is_png else svg.to_document(draw(points).svg).encode())
