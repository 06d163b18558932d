"""The plots of a measurement: their numbers, their text, and that SVG can share a page."""

from __future__ import annotations

import itertools
import json
import math
import re
import sys
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import matplotlib
import pytest
from PIL import Image, ImageFont

from semcodec.errors import BackendError
from semcodec.measure import plots, published
from semcodec.measure.plots import bars, curves, figure_1, figure_1_rows, svg
from semcodec.measure.results import Results
from tests.measure.made_results import make_results

ROOT: Final = Path(__file__).parents[2]
JPEG: Final = ("JPEG", "q1")
RESULTS: Final = make_results()
FONT_FOLDER: Final = Path(matplotlib.get_data_path()) / "fonts/ttf"
#: The fonts of the measurements, at 100 pixels.
FONTS: Final = {
    weight: ImageFont.truetype(str(FONT_FOLDER / name), 100)
    for weight, name in (("regular", "DejaVuSans.ttf"), ("bold", "DejaVuSans-Bold.ttf"))
}
NAMES: Final = [
    "figure-1",
    "figure-1-bits",
    "curve-words-f1",
    "curve-colors",
    "curve-boxes-iou",
    "retrieval-features",
    "breakdown",
    "text-coders",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("plots")


@pytest.fixture(scope="module")
def drawn(folder: Path) -> dict[str, plots.Plot]:
    return plots.draw_all(RESULTS, folder)


def test_all_plots_are_drawn_and_written(drawn: dict[str, plots.Plot], folder: Path) -> None:
    assert list(drawn) == NAMES
    assert {path.name for path in folder.iterdir()} == {
        "figure-1.png",
        *(f"{name}.svg" for name in NAMES),
    }


def test_plots_are_the_same_bytes_again(drawn: dict[str, plots.Plot]) -> None:
    assert figure_1.draw(figure_1_rows.measured(RESULTS), "bits") == drawn["figure-1-bits"]
    assert bars.draw_text_coders(RESULTS) == drawn["text-coders"]
    assert not re.search(r"\b20\d\d-\d\d-\d\d", drawn["figure-1"].svg)


def test_ids_are_distinct_on_a_page_and_references_have_a_target(
    drawn: dict[str, plots.Plot],
) -> None:
    page = "".join(plot.svg for plot in drawn.values())
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', page)) <= {
        pair for name in ids for pair in ((name, ""), ("", name))
    }


def test_svg_has_a_title_and_a_description_and_nothing_for_the_rest_of_a_page(
    drawn: dict[str, plots.Plot],
) -> None:
    for name, plot in drawn.items():
        root = ElementTree.fromstring(plot.svg)
        title, description = root[0], root[1]
        assert (title.text, description.text) == (plot.title, plot.alt)
        assert root.attrib["aria-labelledby"].split() == [title.get("id"), description.get("id")]
        tags = {element.tag.rpartition("}")[2] for element in root.iter()}
        assert not tags & {"style", "script", "metadata", "image", "foreignObject"}, name
        assert svg.INK not in plot.svg
        assert "currentColor" in plot.svg
        assert "DejaVu" not in plot.svg.partition(">")[2]


def test_texts_overlap_in_no_plot_and_stay_inside(drawn: dict[str, plots.Plot]) -> None:
    for name, plot in drawn.items():
        root = ElementTree.fromstring(plot.svg)
        _, _, width, height = map(float, root.attrib["viewBox"].split())
        boxes = [_box(element) for element in root.iter() if element.tag.endswith("}text")]
        assert len(boxes) > 10
        for text, x0, y0, x1, y1 in boxes:
            assert -0.5 <= x0 <= x1 <= width + 0.5, (name, text)
            assert 0 <= y0 <= y1 <= height, (name, text)
        for (text, *a), (other, *b) in itertools.combinations(boxes, 2):
            wide, high = min(a[2], b[2]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[1], b[1])
            assert wide < 0.5 or high < 0.5, (name, text, other)


def _box(element: ElementTree.Element) -> tuple[str, float, float, float, float]:
    """Return a text and its left, top, right and bottom end."""
    style, text = element.attrib["style"], element.text or ""
    size = float(re.findall(r"font-size: ([\d.]+)px", style)[0])
    width = FONTS["bold" if "weight: 700" in style else "regular"].getlength(text) * size / 100
    x, y = float(element.attrib["x"]), float(element.attrib["y"])
    [anchor] = re.findall("text-anchor: ([a-z]+)", style)
    start = {"start": 0.0, "middle": width / 2, "end": width}[anchor]
    if "rotate(-90" in element.attrib.get("transform", ""):
        return text, x - 0.75 * size, y - width + start, x, y + start
    return text, x - start, y - 0.75 * size, x - start + width, y


def test_description_of_figure_1_has_the_measured_and_the_published_rates(
    drawn: dict[str, plots.Plot],
) -> None:
    alt = drawn["figure-1"].alt
    rates = [
        result["rate"]["file_bits"] / (768 * 512)
        for photograph in RESULTS["photographs"]
        for result in photograph["results"]
        if result["setting"] == "lexicon-k6-off"
    ]
    mean = sum(rates) / len(rates)
    assert f"lexicon, words: {published.format_bpp(mean)} (6 words)" in alt
    assert "JPEG: 0.199 bpp (q1), 1.22 bpp (q75)." in alt
    assert "Dotzel et al. (GPT-4V): 100 µbpp to 0.00179 bpp." in alt
    assert "TiTok-L-32: 384 bits." in drawn["figure-1-bits"].alt
    for system in published.systems():
        assert (f"{system.name}: " in alt) == bool(system.rates)


def test_points_of_figure_1_have_the_mean_and_the_range_of_the_photographs() -> None:
    points = figure_1_rows.measured(RESULTS)
    assert (points["photographs"], points["pixels"]) == (4, [768 * 512] * 2)
    [jpeg] = [point for point in points["points"] if (point["row"], point["label"]) == JPEG]
    sizes = [8500, 9350, 10200, 11050]
    assert jpeg["bits"] == [8 * sum(sizes) / 4, 8 * sizes[0], 8 * sizes[-1]]
    bpp = [bits / (768 * 512) for bits in jpeg["bits"]]
    assert jpeg["bpp"] == pytest.approx(bpp, rel=1e-3)
    assert (jpeg["kind"], jpeg["photographs"]) == ("floor", 4)


def test_settings_with_different_layers_are_different_rows() -> None:
    results = make_results(2)
    results["settings"][3]["layers"] = "layout"
    names = [row.name for row in curves.curves(results, "words_f1")]
    others = [f"{coding} + layout,colors:24" for coding in ("lexicon", "bag")]
    assert names == ["lexicon", "lexicon + layout", others[0], "bag", others[1]]
    rows = {point["row"] for point in figure_1_rows.measured(results)["points"]}
    assert {"lexicon, words", "lexicon, words + layout", "bag, words + layout,colors:24"} <= rows


def test_settings_without_a_number_of_words_have_their_limit_as_label() -> None:
    setting = RESULTS["settings"][0]
    assert curves.setting_label(setting) == "6"
    assert curves.setting_label({**setting, "k": None, "max_bytes": 16}) == "16 B"
    assert curves.setting_label({**setting, "k": None}) == ""


def test_rows_of_figure_1_are_grouped_and_sorted() -> None:
    rows = figure_1_rows.lines(figure_1_rows.measured(RESULTS), "bpp")
    groups = [row.group for row in rows]
    assert groups == sorted(groups, key=figure_1_rows.GROUPS.index)
    lowest = [(row.group, figure_1_rows._lowest(row)) for row in rows]
    assert all(a[1] <= b[1] for a, b in itertools.pairwise(lowest) if a[0] == b[0])


def test_curves_have_means_and_standard_errors() -> None:
    rows = {row.name: row for row in curves.curves(RESULTS, "colors")}
    values = [15.0, 16.0, 17.0, 18.0]
    point = rows["bag + layers"].points[0]
    assert point.value == pytest.approx(16.5)
    assert point.error == pytest.approx(math.sqrt(5 / 3) / 2)
    assert (point.label, point.photographs) == ("6", len(values))
    assert rows["JPEG"].is_baseline
    assert [point.label for point in rows["JPEG"].points] == ["q1", "q75"]
    assert not [row for row in curves.curves(RESULTS, "words_f1") if row.is_baseline]


def test_values_that_are_absent_count_nothing() -> None:
    results = make_results()
    results["photographs"][0]["results"][0]["fidelity"]["words_f1"] = None
    [first, *_] = curves.curves(results, "words_f1")
    assert [point.photographs for point in first.points] == [3, 4, 4]
    assert curves.curves(results, "absent") == []


def test_chance_is_drawn_where_it_is_known(drawn: dict[str, plots.Plot]) -> None:
    assert "Chance: 33." in drawn["curve-colors"].alt
    assert "Chance: 0.25." in drawn["retrieval-features"].alt
    assert ">chance<" in drawn["curve-colors"].svg
    assert "hance" not in drawn["curve-boxes-iou"].svg


def test_curves_have_labels_and_an_axis_for_what_is_on_them(drawn: dict[str, plots.Plot]) -> None:
    texts = _texts(drawn["curve-words-f1"].svg)
    assert {"lexicon", "bag + layers"} <= set(texts)
    assert [texts.count(label) for label in ("6", "12", "24")] == [4, 4, 4]
    assert "10,000" not in texts
    texts = _texts(drawn["curve-colors"].svg)
    assert {"10", "100", "1,000", "10,000", "JPEG", "ThumbHash", "q75"} <= set(texts)


def test_retrieval_is_a_share_with_its_standard_error(drawn: dict[str, plots.Plot]) -> None:
    assert "lexicon: 0.25 ± 0.22 at 12 bytes (6), 0.5 ± 0.25 at" in drawn["retrieval-features"].alt


def test_bars_add_up_to_the_files(drawn: dict[str, plots.Plot]) -> None:
    sizes = [
        result["rate"]["file_bits"] / 8
        for photograph in RESULTS["photographs"]
        for result in photograph["results"]
        if result["setting"] == "bag-k24-on"
    ]
    total = sum(sizes) / len(sizes)
    assert f": {total:.1f} bytes (words " in drawn["breakdown"].alt
    assert f">{total:.1f}</text>" in drawn["breakdown"].svg


def test_text_coders_are_compared_on_the_same_words(drawn: dict[str, plots.Plot]) -> None:
    assert "letters: 24.0 at 6 words, 48.0 at 12 words" in drawn["text-coders"].alt
    assert "zlib: 39.5 at 6 words" in drawn["text-coders"].alt


def test_hostile_texts_are_text() -> None:
    results = make_results(1, (6,))
    label = '<script>alert(1)</script>&"$x^{2}$\x00\n' + "long " * 50
    del (
        results["metrics"][:1],
        results["metrics"][1:],
        results["retrieval"][:],
        results["settings"][2:],
    )
    results["metrics"][0]["label"] = results["metrics"][0]["unit"] = label
    results["settings"][0]["label"] = results["settings"][0]["coding"] = label
    for photograph in results["photographs"]:
        photograph["baselines"][0]["codec"] = label
        del photograph["results"][2:]
        photograph["results"][0]["text_coders"] = {label: 3, "日本語": 4}
    for plot in _draw(results):
        root = ElementTree.fromstring(plot.svg)
        assert not [element for element in root.iter() if element.tag.endswith("script")]
        assert "<script" not in plot.svg
        assert '</script>&"$x^{2}$' in "".join(root.itertext())
        assert "\x00" not in plot.svg


def _draw(results: Results) -> list[plots.Plot]:
    points = figure_1_rows.measured(results)
    drawings = [bars.draw_breakdown(results), bars.draw_text_coders(results)]
    named = [plot for _, plot in curves.draw_curves(results)]
    return [figure_1.draw(points), *named, *filter(None, drawings)]


def test_labels_are_short_and_printable() -> None:
    assert svg.clean("a\x00\n\u200bb") == "ab"
    assert svg.clean("x" * 60) == "x" * 60
    assert svg.clean("x" * 61) == "x" * 59 + "…"


def test_photographs_that_failed_do_not_count() -> None:
    results = make_results()
    results["photographs"][-1]["results"] = []
    points = figure_1_rows.measured(results)
    assert points["photographs"] == 3
    assert {point["photographs"] for point in points["points"]} == {3}


def test_results_without_values_have_no_plots(tmp_path: Path) -> None:
    results = make_results()
    for photograph in results["photographs"]:
        photograph["results"] = []
        photograph["error"] = "unreadable"
    assert plots.draw_all(results, tmp_path) == {}
    assert not list(tmp_path.iterdir())


def test_a_file_has_its_own_paper_in_light_and_dark(folder: Path, tmp_path: Path) -> None:
    plots.save_figure_1(RESULTS, tmp_path / "figure-1.svg")
    written = (tmp_path / "figure-1.svg").read_bytes()
    assert written == (folder / "figure-1.svg").read_bytes()
    root = ElementTree.fromstring(written)
    tags = [element.tag.rpartition("}")[2] for element in root[:4]]
    assert tags == ["title", "desc", "style", "rect"]
    assert "prefers-color-scheme:dark" in (root[2].text or "")
    assert (folder / "figure-1.png").read_bytes().startswith(b"\x89PNG")


def test_matplotlib_is_named_where_it_is_absent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(BackendError, match=r"semcodec\[report\]"):
        figure_1.draw(figure_1_rows.measured(RESULTS))


def test_figure_of_the_page_is_that_of_its_points() -> None:
    folder = ROOT / "docs/figures"
    points = json.loads((folder / "figure-1.json").read_text("utf-8"))
    for name, unit in figure_1.FILES.items():
        drawn = svg.to_document(figure_1.draw(points, unit).svg)
        committed = (folder / f"{name}.svg").read_text("utf-8")
        assert _texts(committed) == _texts(drawn)
        assert _positions(committed) == pytest.approx(_positions(drawn), abs=0.5)
    size = ElementTree.parse(folder / "figure-1.svg").getroot().attrib
    with Image.open(folder / "figure-1.png") as image:
        for side, pixels in zip(("width", "height"), image.size, strict=True):
            assert pixels == pytest.approx(float(size[side]) / svg.SCALE * svg.PNG_DPI / 72, abs=2)


def _texts(drawing: str) -> list[str]:
    return [element.text for element in ElementTree.fromstring(drawing).iter() if element.text]


def _positions(drawing: str) -> list[float]:
    """Return where the markers are."""
    markers = [
        element for element in ElementTree.fromstring(drawing).iter() if "x" in element.attrib
    ]
    return [float(element.attrib["x"]) for element in markers]
