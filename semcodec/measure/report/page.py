"""Make the page: choose what is shown, make thumbnails that fit, and fill the template."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from semcodec._wording import plural
from semcodec.errors import BackendError
from semcodec.forks import block_fork
from semcodec.measure.report import figures, summary, tables, texts, views
from semcodec.measure.report.images import SIDE, make_thumbnails
from semcodec.measure.results import Photograph, Results

if TYPE_CHECKING:
    from jinja2 import Environment

    from semcodec.measure.plots import Plot

FILE_NAME: Final = "index.html"
MAX_SHOWN: Final = 500  #: photographs on the page
MAX_RESULTS: Final = 3_000  #: results on the page, one for each photograph and setting
MAX_TRACED_RESULTS: Final = 1_000  #: results up to which the stages of each are shown
MAX_PAGE_BYTES: Final = 20_000_000  #: of the page for hundreds of photographs
SMALL_PAGE_BYTES: Final = 4_900_000  #: of the page for up to 24 photographs
BYTES_PER_PHOTOGRAPH: Final = SMALL_PAGE_BYTES // 24
MIN_IMAGE_BYTES: Final = 200_000  #: that images get, however long the texts are
FIGURE_1: Final = "figure-1"  #: the plot that the page shows first
RATE_PLOTS: Final = ("figure-1-bits", "breakdown", "text-coders")  #: shown with the rates


NO_PLOTS: Final[Mapping[str, Plot]] = MappingProxyType({})


def make_page(
    results: Results,
    folder: Path,
    *,
    originals: bool = True,
    plots: Mapping[str, Plot] = NO_PLOTS,
) -> str:
    """Return the page that shows ``results``: one HTML file that refers to no other file.

    At most ``MAX_SHOWN`` photographs are shown, and ``MAX_RESULTS`` results; tables and plots count
    all. Thumbnails are made smaller until the page has at most ``SMALL_PAGE_BYTES`` for up to 24
    photographs, and ``MAX_PAGE_BYTES`` for any number; the page states what is reduced.

    Args:
        results: what was measured.
        folder: the folder of ``results.json``, where the files are that it names. A file that is
            missing or damaged is not shown.
        originals: whether the photographs are shown. Without them, the page still has their names,
            their descriptions and the pictures.
        plots: drawings by name; the one called ``"figure-1"`` comes first.

    Raises:
        BackendError: Jinja2 or Pillow is not installed.
    """
    photographs = _shown(results)
    traced = len(photographs) * len(results["settings"]) <= MAX_TRACED_RESULTS
    shown = list(
        views.view_photographs(results, photographs, folder, originals=originals, stages=traced)
    )
    template = _environment().get_template("page.html.j2")
    context = _context(results, plots, shown, originals=originals, traced=traced)
    paths = views.image_paths(shown)
    limit = min(MAX_PAGE_BYTES, max(SMALL_PAGE_BYTES, len(photographs) * BYTES_PER_PHOTOGRAPH))
    context["limit"] = limit
    text_bytes = len(template.render(**context, uris=dict.fromkeys(paths, ""), step=None).encode())
    thumbnails = make_thumbnails(paths, max(limit - text_bytes, MIN_IMAGE_BYTES))
    return template.render(**context, **thumbnails._asdict())


def privacy_note(results: Results, *, originals: bool = True) -> str:
    """Return the sentence to read before the page is shared."""
    shown = _shown(results)
    if not originals:
        files = f"the names of {plural(len(shown), 'photograph')}"
        return (
            f"This page contains {files}, their descriptions, and pictures painted from these; the "
            "photographs themselves are left out."
        )
    number = sum(each["photograph_file"] is not None for each in shown)
    return (
        f"This page contains {plural(number, 'photograph')}, reduced to {SIDE} pixels or less, and "
        "their names and descriptions. Share it only with the consent of the people shown, or make "
        "it with --no-originals."
    )


def _shown(results: Results) -> Sequence[Photograph]:
    """Return the photographs that are shown: the first ones, in their order."""
    limit = min(MAX_SHOWN, MAX_RESULTS // max(1, len(results["settings"])))
    return results["photographs"][: max(1, limit)]


def _context(
    results: Results,
    plots: Mapping[str, Plot],
    photographs: list[views.PhotographView],
    *,
    originals: bool,
    traced: bool,
) -> dict[str, Any]:
    """Return the values of the template that do not depend on thumbnails."""
    chosen = summary.headline_setting(results["settings"])
    drawings = {name: (plot, figures.clean_svg(plot.svg)) for name, plot in plots.items()}
    script = _file("page.js")
    return {
        **tables.make_tables(results, chosen),
        "results": results,
        "chosen": chosen,
        "photographs": photographs,
        "failed": [each for each in results["photographs"] if each["error"] is not None],
        "has_layers": any(setting["layers"] != "off" for setting in results["settings"]),
        "sort_keys": views.sort_keys(results),
        "originals": originals,
        "privacy": privacy_note(results, originals=originals),
        "traced": traced,
        "max_traced": MAX_TRACED_RESULTS,
        "first": drawings.pop(FIGURE_1, None),
        "rate_plots": [drawings.pop(name) for name in RATE_PLOTS if name in drawings],
        "plots": list(drawings.values()),
        "style": _file("page.css"),
        "script": script,
        "script_hash": base64.b64encode(hashlib.sha256(script.encode()).digest()).decode(),
    }


@cache
def _file(name: str) -> str:
    return (resources.files(__package__) / name).read_text("utf-8")


@cache
def _environment() -> Environment:
    """Return the environment of the template, which escapes every value.

    Raises:
        BackendError: Jinja2 is not installed.
    """
    try:
        with block_fork():
            import jinja2
    except ImportError as error:
        message = "The page needs Jinja2: pip install 'semcodec[report]'."
        raise BackendError(message, backend="jinja2", stage="page") from error
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: _file(f"templates/{name}")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "show": texts.show,
        "message": texts.show_message,
        "base_name": texts.base_name,
        "size": texts.show_bytes,
        "number": texts.show_number,
        "mean": texts.show_mean,
        "times": texts.show_ratio,
        "plural": plural,
    }
    return environment
