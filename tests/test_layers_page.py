"""docs/layers.md: its tables agree with each other, with its text, and with a new measurement."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import layer_page
import layer_sheets
import layers
import numpy as np
import old_reader
import pytest
import sketch
from layer_metrics import color_distance, edge_f1, find_edges, iou, lab, match_boxes, view
from PIL import Image

from semcodec.measure.hashes import decode_thumbhash
from tests import profiles

README = Path(__file__).parents[1] / "README.md"
TEXT = layer_page.PAGE.read_text("utf-8")
TABLES = {name: layer_page.read_table(name, TEXT) for name in (*layers.TABLES, "bundled", "sketch")}
BOTH = "words + layout + colors {}"


def test_colors_of_the_bundled_photographs_are_those_of_a_new_run() -> None:
    assert layers.bundled_table() == layer_page.Table(*TABLES["bundled"])


def test_table_of_gains_follows_from_the_others() -> None:
    measured = layer_page.gain_table(TABLES["painted"], TABLES["colors"])
    assert layer_page.replace_table(TEXT, measured) == TEXT


def test_layers_keep_what_the_page_states() -> None:
    painted, colors = TABLES["painted"], TABLES["colors"]
    assert painted.number(BOTH.format(12), "file") <= 45
    assert painted.number("words + layout", "IoU") >= 0.45 > painted.number("words", "IoU")
    assert painted.number("words + layout", "center") <= 0.16
    assert painted.number(BOTH.format(24), "dE16") <= 20
    assert painted.number(BOTH.format(24) + ", wash 0.35", "dE16") <= 17
    assert colors.number("24", "dE16") <= 10.5
    assert TABLES["folds"].number("24", "dE16, other half") <= 10.5


def test_readme_states_the_numbers_of_the_page() -> None:
    painted = TABLES["painted"]
    text = " ".join(README.read_text("utf-8").split())
    [found] = re.findall(
        r"a file has (\d+) bytes instead of (\d+); .* falls from (\d+) to (\d+) "
        r".* from (\.\d+) to (\.\d+)\.",
        text,
    )
    assert [*map(float, found)] == [
        round(painted.number(BOTH.format(12), "file")),
        round(painted.number("words", "file")),
        round(painted.number("words", "dE16")),
        round(painted.number(BOTH.format(24), "dE16")),
        round(painted.number("words", "IoU"), 2),
        round(painted.number("words + layout", "IoU"), 2),
    ]


def test_more_bytes_of_colors_are_nearer_and_chance_is_farther() -> None:
    for table, rows, chance in [
        ("colors", [str(budget) for budget in layers.BUDGETS], "*chance: 24*"),
        ("painted", [BOTH.format(budget) for budget in layers.BUDGETS], "*chance: words*"),
    ]:
        gaps = [TABLES[table].number(row, "dE16") for row in rows]
        assert gaps == sorted(gaps, reverse=True)
        assert TABLES[table].number(chance, "dE16") > gaps[0]


def test_page_warns_that_layers_identify_photographs() -> None:
    blind, text = TABLES["blind"], " ".join(TEXT.split())
    of, words = int(blind.number("words", "of")), int(blind.number("words", "first by dE16"))
    layers_found = int(blind.number(BOTH.format(12), "first by dE16"))
    assert f"{layers_found} of {of} pictures were nearest to their own" in text
    assert f"photograph, and {words} without" in text
    assert words < of / 2 < layers_found


def test_layer_is_nearer_than_hashes_of_as_many_bytes() -> None:
    for name, *_ in TABLES["hashes"].rows:
        hashed, layer = (
            TABLES["hashes"].number(name, column)
            for column in ("dE16", "dE16 of as many bytes of colors")
        )
        assert layer < hashed


def test_layer_is_nearer_than_every_thumbnail_within_as_many_bytes() -> None:
    """The page states "the nearest colors at all rates", for whole files."""
    for row in TABLES["files"].rows:
        layer, *others = (cell.strip("*").split(" / ")[0] for cell in row[1:6])
        assert all(float(layer) < float(other) for other in others if other != "-")


def test_figure_is_small_and_shows_only_photographs_that_may_be_shown() -> None:
    assert layer_sheets.FIGURE_FILE.stat().st_size <= layer_sheets.MAX_FIGURE_BYTES
    bundled = {path.name for path in layers.find_photographs(layers.BUNDLED)}
    assert {name for name in layer_sheets.FIGURE if not name.startswith("kodim")} <= bundled


# --- what the measurement is made of


def test_distances_of_known_pictures() -> None:
    black, white = (Image.new("RGB", (40, 30), name) for name in ("black", "white"))
    assert color_distance(lab(black, 16), lab(white, 16)) == pytest.approx(100, abs=0.1)
    halves = Image.new("RGB", (64, 64), "black")
    halves.paste("white", (32, 0, 64, 64))
    edges = find_edges(halves)
    columns = np.nonzero(edges)[1]
    assert set(columns) <= {126, 127, 128, 129}
    assert edge_f1(edges, edges) == 1
    assert edge_f1(edges, np.roll(edges, 2, 1)) == 1
    assert edge_f1(edges, np.roll(edges, 6, 1)) == 0
    assert not find_edges(black).any()


def test_boxes_are_matched_once() -> None:
    left, right, whole = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.0, 0.0, 1.0, 1.0)
    assert iou(left, whole) == 0.5
    assert match_boxes([left, right], [whole]) == [(0.5, 0.25), (0.0, 0.7)]
    assert match_boxes([left, right], [right, left]) == [(1.0, 0.0), (1.0, 0.0)]


def test_structure_of_a_picture_is_that_of_itself_only() -> None:
    picture = Image.linear_gradient("L").convert("RGB")
    first, turned = view(picture), view(picture.rotate(90))
    assert layers.ssim(first.luma, first.luma) == pytest.approx(1)
    assert layers.ssim(first.luma, turned.luma) < 0.5


def test_thumbhash_of_a_photograph_is_decoded() -> None:
    """The hash of cat.jpg; the decoder of its Python package is 15 away."""
    data = bytes.fromhex("5c49061582f65768b1e6a9aa784588850c77d47066")
    with Image.open(layers.BUNDLED / "cat.jpg") as photograph:
        assert color_distance(lab(decode_thumbhash(data, (32, 21)), 16), lab(photograph, 16)) < 9.2


def test_sketch_of_a_bar_is_a_line_that_costs_little() -> None:
    cells = np.zeros((32, 32), bool)
    cells[14:18, 4:28] = True
    line = sketch.thin(cells)
    assert line.any()
    assert line.sum(0).max() == 1
    counts = sketch.count_edges([line])
    noise = np.random.default_rng(0).random((32, 32)) < 0.02
    assert sketch.coded_bytes(line, counts) < 10 < sketch.coded_bytes(noise, counts)


def test_drawn_sketch_is_near_the_edges_it_was_made_of() -> None:
    picture = Image.new("RGB", (256, 256), "black")
    picture.paste("white", (62, 82, 202, 182))  # through the centers of cells
    lines = sketch.draw_sketch(sketch.make_sketch(picture, 64, 0.045))
    assert edge_f1(lines, find_edges(picture)) > 0.9


@pytest.mark.skipif(profiles.NAME != "nightly", reason="packs hundreds of records")
def test_reader_of_old_records_is_checked_with_this_version() -> None:
    assert old_reader.run(sys.executable, [layers.BUNDLED / "cat.jpg"]) == 0
