"""Turn drawings of matplotlib into SVG that can share a page with others.

What matplotlib writes is a document of its own: ids that every document has, a style for all
elements, the time of day. The SVG here has ids of its own, a title and a description for screen
readers, text as text, the color of the page for ink, and the same bytes for the same numbers.
"""

from __future__ import annotations

import contextlib
import io
import re
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree

from semcodec.errors import BackendError
from semcodec.forks import block_fork

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: What stands for the color of the text of the page, until the SVG has ``currentColor``.
INK: Final = "#010203"
#: Distinct for color-blind readers (after Okabe and Ito), and with a contrast of 3:1 or more on
#: white and on near-black.
BLUE, RED, GREEN, PURPLE, GRAY = "#0072b2", "#d55e00", "#00946b", "#b5588f", "#7d7d7d"
COLORS: Final = (BLUE, RED, GREEN, PURPLE, GRAY)
MARKERS: Final = ("o", "s", "^", "D", "v", "P", "X")  #: not as many as colors
FONT_SIZE: Final = 8.5  #: points
#: The font of the measurements comes with matplotlib; the others are about as wide, or narrower.
FONTS: Final = "'DejaVu Sans', Verdana, system-ui, sans-serif"
STYLE: Final[dict[Any, Any]] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "semcodec",
    "font.family": "DejaVu Sans",
    "font.size": FONT_SIZE,
    "text.color": INK,
    "text.parse_math": False,
    "axes.labelcolor": INK,
    "axes.edgecolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "lines.linewidth": 1.4,
    "lines.markersize": 5,
    "legend.frameon": False,
    "legend.fontsize": FONT_SIZE,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "path.simplify": False,
}
MAX_LABEL: Final = 60  #: characters of a text of the results in a plot
SCALE: Final = 4 / 3  #: CSS pixels per point at the natural width
PNG_DPI: Final = 160
PNG_COLORS: Final = 128
SVG: Final = "http://www.w3.org/2000/svg"
ID: Final = re.compile(r"^(url\(#|#|)([\w.-]+)")
NO_ROTATION: Final = re.compile(r"rotate\(-0 [^)]*\)")
LONG_NUMBER: Final = re.compile(r"-?\d+\.\d{3,}")
FONT_FAMILY: Final = re.compile(r"font-family: [^;]*;? ?")
#: Colors of a file, which has no page around it; programs without media queries show the first.
PAPER: Final = (
    "svg{color:#1f2328}@media(prefers-color-scheme:dark){svg{color:#e6edf3}.paper{fill:#0d1117}}"
)


@contextlib.contextmanager
def drawing(width: float, height: float) -> Iterator[Figure]:
    """Give a new figure of ``width`` x ``height`` points in the style of the plots.

    Raises:
        BackendError: matplotlib is not installed.
    """
    try:
        with block_fork():
            import matplotlib
            from matplotlib.figure import Figure
    except ImportError as error:
        message = "Plots need matplotlib: pip install 'semcodec[report]'."
        raise BackendError(message, backend="matplotlib", stage="plot") from error
    with warnings.catch_warnings(), matplotlib.rc_context():
        warnings.simplefilter("ignore")  # letters that the font of the measurements lacks
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield Figure(figsize=(width / 72, height / 72))


def draw_grid(axes: Axes, axis: str = "y") -> None:
    """Draw thin lines behind the data."""
    axes.grid(axis=axis, color=INK, alpha=0.15, linewidth=0.6)  # type: ignore[arg-type]
    axes.set_axisbelow(True)


def series_style(position: int) -> dict[str, Any]:
    """Return the color and the marker of the series at ``position``."""
    return {
        "color": COLORS[position % len(COLORS)],
        "marker": MARKERS[position % len(MARKERS)],
    }


def set_log_axis(axes: Axes) -> None:
    """Make the x axis logarithmic, with plain numbers at powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axes.set_xscale("log")
    axes.xaxis.set_major_locator(LogLocator(numticks=12))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.12g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def identifier(text: str) -> str:
    """Return ``text`` as a part of an id: lowercase letters, digits and hyphens."""
    return "-".join(re.findall("[a-z0-9]+", text.lower()))[:MAX_LABEL]


def clean(text: str) -> str:
    """Return a text of the results as a label: without control characters, and not too long."""
    printable = "".join(letter for letter in text if letter.isprintable())
    return printable if len(printable) <= MAX_LABEL else printable[: MAX_LABEL - 1] + "…"


def to_svg(figure: Figure, name: str, title: str, alt: str) -> str:
    """Return a figure as one ``<svg>`` element for a page; its ids begin with ``name``.

    The element is as wide as its container, up to its natural width.
    """
    data = io.BytesIO()
    figure.savefig(data, format="svg")
    root = ElementTree.fromstring(data.getvalue())  # noqa: S314 (written by matplotlib)
    for child in list(
        root
    ):  # the time of day, and a style that would apply to all elements of a page
        if child.tag == f"{{{SVG}}}metadata" or child.find(f"{{{SVG}}}style") is not None:
            root.remove(child)
    for element in root.iter():
        _adapt(element, f"{name}-")
    width, height = root.attrib["viewBox"].split()[2:]
    root.attrib.clear()
    root.attrib |= {
        "xmlns": SVG,
        "viewBox": f"0 0 {width} {height}",
        "role": "img",
        "aria-labelledby": f"{name}-title {name}-alt",
        "font-family": FONTS,
        "stroke-linejoin": "round",
        "style": f"width:100%;max-width:{float(width) * SCALE:.0f}px;height:auto",
    }
    for position, (tag, part, text) in enumerate((("title", "title", title), ("desc", "alt", alt))):
        element = ElementTree.Element(tag, id=f"{name}-{part}")
        element.text = text
        root.insert(position, element)
    return ElementTree.tostring(root, "unicode")


def _adapt(element: ElementTree.Element, prefix: str) -> None:
    """Remove namespaces, fonts and blanks, prefix ids, and take the ink from the page."""
    element.tag = element.tag.rpartition("}")[2]
    element.text = element.text if element.tag in ("text", "tspan") else None
    element.tail = None
    for attribute, value in list(element.attrib.items()):
        del element.attrib[attribute]
        attribute = attribute.rpartition("}")[2]
        if attribute in ("id", "href", "clip-path"):
            value = ID.sub(lambda found: found[1] + prefix + found[2], value)
        elif attribute == "style":
            value = FONT_FAMILY.sub("", value).replace(INK, "currentColor")
        elif attribute == "transform":
            value = NO_ROTATION.sub("", value)
        if attribute in ("d", "x", "y", "width", "height", "transform"):
            value = " ".join(LONG_NUMBER.sub(_shorten, value).split())
        if value:
            element.attrib[attribute] = value


def _shorten(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}"


def to_document(svg: str) -> str:
    """Return an SVG of a page as a file: with a size, and paper and ink for light and dark."""
    root = ElementTree.fromstring(svg)  # noqa: S314 (of to_svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    width, height = root.attrib["viewBox"].split()[2:]
    del root.attrib["style"]
    size = (f"{float(side) * SCALE:.0f}" for side in (width, height))
    root.attrib |= {"xmlns": SVG} | dict(zip(("width", "height"), size, strict=True))
    style, paper = ElementTree.Element("style"), ElementTree.Element("rect", {"class": "paper"})
    style.text = PAPER
    paper.attrib |= {"width": width, "height": height, "fill": "#ffffff"}
    root.insert(2, style)
    root.insert(3, paper)
    return ElementTree.tostring(root, "unicode") + "\n"


def to_png(figure: Figure) -> bytes:
    """Return a figure as a PNG file of few colors on white paper."""
    from PIL import Image

    drawn, data = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=PNG_DPI, facecolor="#ffffff")
    with Image.open(drawn) as image:
        few = image.convert("RGB").quantize(
            PNG_COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE
        )
    few.save(data, "PNG", optimize=True)
    return data.getvalue()
