"""Bars: the parts of the files, and the bytes that text coders take for the same words."""

from __future__ import annotations

import math
import statistics
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from semcodec.measure.means import pairs_of
from semcodec.measure.plots import svg
from semcodec.measure.plots.curves import setting_label
from semcodec.measure.plots.plot import Plot
from semcodec.measure.results import Rate, Results

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Widths and heights in points.
LETTER: Final = 5.0  #: of the names of rows
BARS: Final = 290.0
RIGHT: Final = 30.0
TOP: Final = 24.0
LEGEND_ROW: Final = 13.0
COLUMNS: Final = 4  #: of the legend
BAR: Final = 15.0
#: Names of the parts of a file in the order of the bars. Layers are a part of the extensions.
PARTS: Final = {
    "payload": "words",
    "layers": "layers",
    "extensions": "other extensions",
    "header": "header",
    "size": "size",
    "models": "names of models",
    "check": "check",
    "framing": "magic and framing",
}

#: Colors of the parts: what carries content, and then what is around it.
COLORS: Final = {
    "payload": svg.BLUE,
    "layers": svg.GREEN,
    "extensions": "#8a6d1d",
    "header": svg.RED,
    "size": svg.PURPLE,
    "models": "#3f8fb8",
    "check": svg.GRAY,
    "framing": "#a5a5a5",
}


def parts(rate: Rate) -> dict[str, int]:
    """Return the bits of the parts of a file, by the names of ``PARTS``; they sum to the file."""
    layers = rate["layer_bits"]
    bits = rate["bits"] | {"layers": layers}
    bits["extensions"] = rate["bits"].get("extensions", 0) - layers
    return {name: bits.get(name, 0) for name in PARTS}


def mean_parts(results: Results) -> dict[str, dict[str, float]]:
    """Return the mean bytes of the parts of the files, by the label of the setting."""
    rows = {}
    for setting in results["settings"]:
        rates = [parts(result["rate"]) for _, result in pairs_of(results, setting["id"])]
        if rates:
            label = svg.clean(setting["label"])
            rows[label] = {
                name: statistics.fmean(rate[name] for rate in rates) / 8 for name in PARTS
            }
    return rows


def draw_breakdown(results: Results) -> Plot | None:
    """Return the plot of the parts of the files; None without results."""
    rows = mean_parts(results)
    if not rows:
        return None
    used = [name for name in PARTS if any(row[name] for row in rows.values())]
    title = "Parts of the files"
    alt = f"{title}, mean bytes. " + " ".join(
        f"{label}: {sum(row.values()):.1f} bytes ("
        + ", ".join(f"{PARTS[name]} {row[name]:.1f}" for name in used if row[name])
        + ")."
        for label, row in rows.items()
    )
    return _draw("breakdown", title, alt, rows, {name: PARTS[name] for name in used})


def _draw(
    name: str,
    title: str,
    alt: str,
    rows: dict[str, dict[str, float]],
    legend: dict[str, str],
) -> Plot:
    with _axes(rows, title, len(legend)) as (figure, axes):
        svg.draw_grid(axes, "x")
        left = [0.0] * len(rows)
        for part, label in legend.items():
            widths = [row[part] for row in rows.values()]
            axes.barh(range(len(rows)), widths, 0.72, left, color=COLORS[part], label=label)
            left = [start + length for start, length in zip(left, widths, strict=True)]
        for y, end in enumerate(left):
            place = {"xytext": (4, 0), "textcoords": "offset points"}
            axes.annotate(f"{end:.1f}", (end, y), va="center_baseline", **place)  # type: ignore[arg-type]
        corner = 0.5 - _left_side(rows) / BARS / 2, -34 / (BAR * len(rows))
        axes.legend(loc="upper center", bbox_to_anchor=corner, ncols=COLUMNS, handlelength=1.2)
        return Plot(title, alt, svg.to_svg(figure, name, title, alt))


@contextmanager
def _axes(rows: Collection[str], title: str, labels: int) -> Iterator[tuple[Figure, Axes]]:
    """Give a figure whose axes have a row for each of ``rows``, and space for ``labels`` below."""
    left_side, body = _left_side(rows), BAR * len(rows)
    bottom = 46.0 + LEGEND_ROW * math.ceil(labels / COLUMNS)
    width, height = left_side + BARS + RIGHT, body + bottom + TOP
    with svg.drawing(width, height) as figure:
        axes = figure.add_axes((left_side / width, bottom / height, BARS / width, body / height))
        axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel="bytes", title=title)
        axes.set_yticks(range(len(rows)), rows)
        axes.tick_params(axis="y", length=0)
        yield figure, axes


def _left_side(rows: Iterable[str]) -> float:
    """Return the width in points of the names of rows."""
    return 12.0 + LETTER * max(map(len, rows))


def mean_text_sizes(results: Results) -> dict[str, dict[str, float]]:
    """Return the mean bytes of the same words by text coder and by number of words.

    Only settings without layers count, and of these only those of the first coding, since each
    coding selects its own words.
    """
    settings = [setting for setting in results["settings"] if setting["layers"] == "off"]
    sizes: dict[str, dict[str, list[int]]] = {}
    for setting in settings:
        if setting["coding"] != settings[0]["coding"]:
            continue
        for _, result in pairs_of(results, setting["id"]):
            for coder, size in result["text_coders"].items():
                row = sizes.setdefault(svg.clean(coder), {})
                row.setdefault(setting_label(setting), []).append(size)
    means = {
        coder: {label: statistics.fmean(values) for label, values in row.items()}
        for coder, row in sizes.items()
    }
    return dict(sorted(means.items(), key=lambda pair: max(pair[1].values())))


def draw_text_coders(results: Results) -> Plot | None:
    """Return the plot of the bytes that text coders take; None if no result has them."""
    rows = mean_text_sizes(results)
    if not rows:
        return None
    labels = list(dict.fromkeys(label for row in rows.values() for label in row))
    title = "Bytes that text coders take for the same words"
    alt = f"{title}, means. " + " ".join(
        f"{coder}: {', '.join(f'{size:.1f} at {label} words' for label, size in row.items())}."
        for coder, row in rows.items()
    )
    with _axes(rows, title, 1) as (figure, axes):
        svg.draw_grid(axes, "both")
        for position, label in enumerate(labels):
            points = [(row[label], y) for y, row in enumerate(rows.values()) if label in row]
            style = svg.series_style(position)
            axes.plot(*zip(*points, strict=True), linestyle="none", label=f"{label} words", **style)
        axes.set_xlim(left=0)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -34 / (BAR * len(rows))), ncols=4)
        return Plot(title, alt, svg.to_svg(figure, "text-coders", title, alt))
