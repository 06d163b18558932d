"""Curves: what arrives against what it costs, over numbers of words, codings and layers."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from semcodec.measure.main_metrics import main_metrics
from semcodec.measure.means import metric_values, pairs_of
from semcodec.measure.plots import svg
from semcodec.measure.plots.plot import Plot
from semcodec.measure.results import Metric, Results, Setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Widths and heights in points.
WIDTH: Final = 330.0
BODY: Final = 150.0
LEFT: Final = 42.0
RIGHT: Final = 18.0
TOP: Final = 24.0
LEGEND_ROW: Final = 13.0
COLUMNS: Final = 3  #: of the legend
LABEL_SIZE: Final = 7  #: of the labels of points
LETTER: Final = 4.6  #: width of a letter of a label
Box = tuple[float, float, float, float]  #: left, bottom, right, top in points


class CurvePoint(NamedTuple):
    """The mean of a metric over the photographs, at the mean size of the files.

    Attributes:
        label: number of words or setting.
        size: bytes.
        value: mean of the metric.
        error: its standard error; 0.0 for one photograph.
        photographs: those that have the metric.
    """

    label: str
    size: float
    value: float
    error: float
    photographs: int


class Curve(NamedTuple):
    """The points of one coding with or without layers, or of another codec."""

    name: str
    points: list[CurvePoint]
    is_baseline: bool


def setting_label(setting: Setting) -> str:
    """Return the number of words of a setting, or its limit in bytes, or an empty text."""
    if setting["k"] is not None:
        return str(setting["k"])
    return "" if setting["max_bytes"] is None else f"{setting['max_bytes']} B"


def curves(results: Results, metric: str) -> list[Curve]:
    """Return the curves of a metric of words or pictures; empty if no result has it."""
    return _join(_setting_points(results, metric)) + _join(_baseline_points(results, metric), True)


def retrieval_curves(results: Results, model: str) -> list[Curve]:
    """Return the curves of the share of photographs that ``model`` found by their pictures."""
    settings = {setting["id"]: setting for setting in results["settings"]}
    points, layers = [], layer_names(results)
    for row in results["retrieval"]:
        if row["model"] == model and row["photographs"]:
            share = row["found"] / row["photographs"]
            error = math.sqrt(share * (1 - share) / row["photographs"])
            setting = settings[row["setting"]]
            size = statistics.fmean(_file_sizes(results, row["setting"]))
            label = setting_label(setting)
            point = CurvePoint(label, size, share, error, row["photographs"])
            points.append((series_name(setting, layers), point))
    return _join(points)


def layer_names(results: Results) -> dict[str, str]:
    """Return the names of layers by their options: "layers" if all settings with any have the same.

    The option ``off`` has none.
    """
    options = list(dict.fromkeys(setting["layers"] for setting in results["settings"]))
    given = [option for option in options if option != "off"]
    return {option: "layers" if len(given) == 1 else option for option in given}


def series_name(setting: Setting, layers: Mapping[str, str]) -> str:
    """Return the name of the curve that a setting belongs to; ``layers`` are of ``layer_names``."""
    name = layers.get(setting["layers"])
    return setting["coding"] if name is None else f"{setting['coding']} + {name}"


def _join(points: Iterable[tuple[str, CurvePoint]], is_baseline: bool = False) -> list[Curve]:
    series: dict[str, list[CurvePoint]] = {}
    for name, point in points:
        series.setdefault(svg.clean(name), []).append(point)
    return [
        Curve(name, sorted(row, key=lambda point: point.size), is_baseline)
        for name, row in series.items()
    ]


def _setting_points(results: Results, metric: str) -> Iterator[tuple[str, CurvePoint]]:
    layers = layer_names(results)
    for setting in results["settings"]:
        pairs = []
        for _, result in pairs_of(results, setting["id"]):
            if (value := metric_values(result).get(metric)) is not None:
                pairs.append((result["rate"]["file_bits"] / 8, value))
        if pairs:
            yield series_name(setting, layers), _mean(setting_label(setting), pairs)


def _baseline_points(results: Results, metric: str) -> Iterator[tuple[str, CurvePoint]]:
    pairs: dict[tuple[str, str], list[tuple[float, float]]] = {}
    for photograph in results["photographs"]:
        for baseline in photograph["baselines"]:
            if metric in baseline["metrics"]:
                key = baseline["codec"], baseline["setting"]
                pair = float(baseline["bytes"]), baseline["metrics"][metric]
                pairs.setdefault(key, []).append(pair)
    for (codec, setting), rows in pairs.items():
        yield codec, _mean(setting, rows)


def _mean(label: str, pairs: list[tuple[float, float]]) -> CurvePoint:
    sizes, values = zip(*pairs, strict=True)
    error = statistics.stdev(values) / math.sqrt(len(values)) if len(values) > 1 else 0.0
    return CurvePoint(
        svg.clean(label), statistics.fmean(sizes), statistics.fmean(values), error, len(values)
    )


def _file_sizes(results: Results, setting: str) -> list[float]:
    return [result["rate"]["file_bits"] / 8 for _, result in pairs_of(results, setting)]


def draw_curves(results: Results) -> Iterator[tuple[str, Plot]]:
    """Give the plots of the main metrics and of retrieval, with their names."""
    for metric in main_metrics(results):
        name = f"curve-{svg.identifier(metric['name'])}"
        yield name, _draw(name, metric, curves(results, metric["name"]))
    for model in dict.fromkeys(row["model"] for row in results["retrieval"]):
        rows = retrieval_curves(results, model)
        name = f"retrieval-{svg.identifier(model)}"
        yield name, _draw(name, _retrieval_metric(results, model), rows)


def _retrieval_metric(results: Results, model: str) -> Metric:
    rows = [row for row in results["retrieval"] if row["model"] == model]
    photographs = max(row["photographs"] for row in rows)
    return {
        "name": "retrieval",
        "label": f"photographs found among {photographs}, by {model}",
        "explanation": "",
        "unit": "share",
        "higher_is_better": True,
        "chance": rows[0]["chance"] / photographs if photographs else None,
        "model": model,
    }


def _draw(name: str, metric: Metric, rows: list[Curve]) -> Plot:
    label, unit = svg.clean(metric["label"]), svg.clean(metric["unit"])
    better = "higher" if metric["higher_is_better"] else "lower"
    title = label[:1].upper() + label[1:]
    alt = describe(metric, rows)
    entries = len(rows) + (metric["chance"] is not None)
    bottom = 42.0 + LEGEND_ROW * math.ceil(entries / COLUMNS)
    height = TOP + BODY + bottom
    with svg.drawing(WIDTH, height) as figure:
        box = LEFT / WIDTH, bottom / height, (WIDTH - LEFT - RIGHT) / WIDTH, BODY / height
        axes = figure.add_axes(box)
        axes.margins(x=0.08, y=0.1)
        axes.set(xlabel="bytes of the file", title=title)
        axes.set_ylabel(f"{unit} ({better} is better)".strip())
        svg.draw_grid(axes)
        for is_baseline in (False, True):
            for position, row in enumerate(row for row in rows if row.is_baseline == is_baseline):
                _draw_curve(axes, row, position)
        if metric["chance"] is not None:
            style: dict[str, Any] = {"color": svg.INK, "linestyle": (0, (2, 2)), "linewidth": 0.9}
            axes.axhline(metric["chance"], label="chance", **style)
        if any(row.is_baseline for row in rows):
            svg.set_log_axis(axes)
        _label_points(axes, rows)
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -32 / BODY), ncols=COLUMNS)
        return Plot(title, alt, svg.to_svg(figure, name, title, alt))


def _draw_curve(axes: Axes, row: Curve, position: int) -> None:
    style = svg.series_style(position) | {"capsize": 2, "elinewidth": 0.8}
    if row.is_baseline:
        style |= {"linestyle": "none", "markerfacecolor": "none"}
    x, y, errors = ([getattr(p, name) for p in row.points] for name in ("size", "value", "error"))
    axes.errorbar(x, y, errors, label=row.name, **style)


def _label_points(axes: Axes, rows: list[Curve]) -> None:
    """Write the labels of points beside them; without room, a label is left out."""
    axes.autoscale_view()  # which is delayed until the plot is drawn
    figure = axes.get_figure()
    scale = 72 / figure.dpi if figure else 1.0
    points = [point for row in rows for point in row.points]
    at = [axes.transData.transform((point.size, point.value)) * scale for point in points]
    taken = [(x - 2.5, y - 2.5, x + 2.5, y + 2.5) for x, y in at]
    for point, (x, y) in zip(points, at, strict=True):
        label = point.label.partition(",")[0]
        width = LETTER * len(label)
        for dx, dy in ((4.0, 3.0), (4.0, -9.0), (-4.0 - width, 3.0), (-4.0 - width, -9.0)):
            box = x + dx, y + dy, x + dx + width, y + dy + 7
            if not any(_overlap(box, other) for other in taken):
                taken.append(box)
                place: dict[str, Any] = {"xytext": (dx, dy), "textcoords": "offset points"}
                axes.annotate(label, (point.size, point.value), size=LABEL_SIZE, **place)
                break


def _overlap(box: Box, other: Box) -> bool:
    return box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]


def describe(metric: Metric, rows: list[Curve]) -> str:
    """Return what a plot of curves shows, with its numbers."""
    photographs = max(point.photographs for row in rows for point in row.points)
    label = svg.clean(metric["label"])
    text = [f"{label} against bytes of the file, means of {photographs} photographs."]
    for row in rows:
        points = (
            f"{point.value:.3g} ± {point.error:.2g} at {point.size:.0f} bytes"
            + (f" ({point.label})" if point.label else "")
            for point in row.points
        )
        text.append(f"{row.name}: {', '.join(points)}.")
    if metric["chance"] is not None:
        text.append(f"Chance: {metric['chance']:.3g}.")
    return " ".join(text)
