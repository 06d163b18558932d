"""Plots of a measurement as SVG: Figure 1 of the paper, curves and bars (``semcodec[report]``)."""

from __future__ import annotations

from pathlib import Path

from semcodec.measure.plots import figure_1, figure_1_rows, svg
from semcodec.measure.plots.bars import draw_breakdown, draw_text_coders
from semcodec.measure.plots.curves import draw_curves
from semcodec.measure.plots.figure_1 import save_figure_1
from semcodec.measure.plots.plot import Plot
from semcodec.measure.results import Results

__all__ = ["Plot", "draw_all", "save_figure_1"]


def draw_all(results: Results, folder: Path) -> dict[str, Plot]:
    """Draw all plots of a measurement, write each to ``folder`` as SVG, and return them by name.

    The first two are ``figure-1``, which is written as PNG, too, and ``figure-1-bits``.

    Args:
        results: of at least one photograph without an error; otherwise there are no plots.
        folder: exists.

    Raises:
        BackendError: matplotlib is not installed.
        OSError: a file cannot be written.
    """
    if not any(photograph["results"] for photograph in results["photographs"]):
        return {}
    plots: dict[str, Plot] = {}
    points = figure_1_rows.measured(results)
    for name, unit in figure_1.FILES.items():
        plots[name] = figure_1.draw(points, unit)
    (folder / "figure-1.png").write_bytes(figure_1.draw_png(points))
    plots |= draw_curves(results)
    for name, plot in (
        ("breakdown", draw_breakdown(results)),
        ("text-coders", draw_text_coders(results)),
    ):
        if plot:
            plots[name] = plot
    for name, plot in plots.items():
        (folder / f"{name}.svg").write_text(svg.to_document(plot.svg), "utf-8")
    return plots
