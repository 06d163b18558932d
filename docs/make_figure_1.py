"""Draw Figure 1 of docs/figures.md from the measured points in docs/figures/figure-1.json.

    python docs/make_figure_1.py                 # draws again
    python docs/make_figure_1.py RESULTS.json    # takes the points from a measurement first

The photographs of a measurement are mostly not ours to publish; its mean rates are. The published
rates are those of semcodec/measure/published.toml.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Final

from semcodec.measure.plots import figure_1, figure_1_rows, svg

FOLDER: Final = Path(__file__).with_name("figures")
POINTS: Final = FOLDER / "figure-1.json"


def main() -> None:
    """Take the points from the measurement named, if one is, and draw the figure in both units.

    The PNG file is for readers that show no SVG.
    """
    for results in sys.argv[1:2]:
        points = figure_1_rows.measured(json.loads(Path(results).read_text("utf-8")))
        POINTS.write_text(json.dumps(points, indent=1, ensure_ascii=False) + "\n", "utf-8")
    points = json.loads(POINTS.read_text("utf-8"))
    for name, unit in figure_1.FILES.items():
        plot = figure_1.draw(points, unit)
        (FOLDER / f"{name}.svg").write_text(svg.to_document(plot.svg), "utf-8")
    (FOLDER / "figure-1.png").write_bytes(figure_1.draw_png(points))


if __name__ == "__main__":
    main()
