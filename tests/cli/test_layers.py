"""Layers in the output of ``inspect`` and ``unpack``."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.cli import inspect
from semcodec.coding import color_planes
from semcodec.imaging.layer_drawing import MAX_LABEL, BoxGroup, draw_layers
from tests.cli.conftest import Run, as_json

DOG = (8, 4, 20, 32)
COLORS = color_planes.encode([700, -300] + [0] * 6910)  #: two coefficients other than 0
LAYOUT = {1: [DOG], 3: [(0, 16, 32, 32), (0, 0, 1, 1)], 60: [(0, 0, 32, 32)]}
LAYERS = {
    "layout": [
        {"word": "dog", "index": 1, "boxes": [[0.25, 0.125, 0.625, 1]]},
        {"word": "grass", "index": 3, "boxes": [[0, 0, 0.03125, 0.03125], [0, 0.5, 1, 1]]},
        {"word": None, "index": 60, "boxes": [[0, 0, 1, 1]]},
    ],
    "colors": {"bytes": len(COLORS), "coefficients": 2},
    "sketch": {"bytes": 4, "grid": 96},
}


@pytest.fixture
def layered(tmp_path: Path) -> Path:
    """Return a record with all layers."""
    file = tmp_path / "layers.semc"
    extensions: dict[str, Any] = {"layout": LAYOUT, "colors": COLORS, "sketch": b"`\1\2\3"}
    text = "small dog green grass"
    file.write_bytes(semcodec.pack(text, framing="file", extensions=extensions))
    return file


def test_layers_have_a_line_for_each_box(run: Run, layered: Path) -> None:
    assert (
        "words   small dog green grass\n"
        "layout  dog at 0.25,0.12 to 0.62,1.00\n"
        "        grass at 0.00,0.00 to 0.03,0.03\n"
        "        grass at 0.00,0.50 to 1.00,1.00\n"
        "        word 60, which the record does not have, at 0.00,0.00 to 1.00,1.00\n"
        f"colors  {len(COLORS)} bytes, 2 coefficients other than 0\n"
        "sketch  4 bytes, 96 cells along the longer side\n"
    ) in run("inspect", layered)[1]


def test_words_of_a_layout_are_restored_and_shortened(run: Run) -> None:
    skeletons = semcodec.pack("dg grs", framing="url", extensions={"layout": {0: [DOG]}})
    assert "layout    dog at 0.25" in run("inspect", skeletons.decode())[1]
    long = semcodec.pack(f"{'a' * 99} \x07", framing="url", extensions={"layout": {0: [DOG]}})
    assert f"layout  {'a' * 29}… at 0.25" in run("inspect", long.decode())[1]


def test_json_has_the_layers(run: Run, layered: Path) -> None:
    assert as_json(run, "inspect", layered)["layers"] == LAYERS
    unpacked = json.loads(run("unpack", layered, "--json")[1])
    assert unpacked == semcodec.unpack(layered.read_bytes()).as_dict() | {"layers": LAYERS}
    assert "layers" not in as_json(run, "inspect", "semc:KGgMxD3aWg")


def test_json_of_a_sequence_has_the_layers(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "two.semcs"
    layers: dict[str, Any] = {"layout": {0: [DOG]}, "colors": COLORS}
    items = [
        semcodec.pack("rd bt", framing="sequence", extensions=layers),
        semcodec.pack("rd bt", framing="sequence"),
    ]
    file.write_bytes(b"".join(items))
    arguments = (file, "--framing", "sequence")
    layout = [{"word": "rd", "index": 0, "boxes": [[0.25, 0.125, 0.625, 1]]}]
    expected = {"layout": layout, "colors": {"bytes": len(COLORS)}}  # coefficients are not counted
    records = as_json(run, "inspect", *arguments)["records"]
    assert [record.get("layers") for record in records] == [expected, None]
    records = json.loads(run("unpack", *arguments, "--json")[1])
    assert [record.get("layers") for record in records] == [expected, None]
    lines = run("inspect", *arguments, "--json-lines")[1].splitlines()
    assert [json.loads(line).get("layers") for line in lines] == [expected, None, None]


def _draw(run: Run, tmp_path: Path, data: bytes) -> tuple[int, str, Image.Image | None]:
    """Return the exit code, the messages, and the picture of ``inspect --png``."""
    source, picture = tmp_path / "record", tmp_path / "layers.png"
    source.write_bytes(data)
    code, _, messages = run("inspect", source, "--png", picture)
    if not picture.exists():
        return code, messages, None
    return code, messages, Image.open(io.BytesIO(picture.read_bytes()))


def test_png_has_the_boxes_over_the_colors(run: Run, tmp_path: Path, layered: Path) -> None:
    code, _, picture = _draw(run, tmp_path, layered.read_bytes())
    record = semcodec.unpack(layered.read_bytes())
    labels = ["dog", "grass", "no word 60"]
    assert max(map(len, labels)) <= MAX_LABEL  # drawn whole
    groups = [
        BoxGroup(label, each.shares, each.index < 60)
        for label, each in zip(labels, record.layers.layout, strict=True)
    ]
    assert code == 0
    assert picture is not None
    assert picture.tobytes() == draw_layers((1024, 1024), groups, COLORS).tobytes()


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr", "png"])
@pytest.mark.parametrize("layers", [{"layout": {0: [DOG]}}, {"colors": b"\x80"}])
def test_png_of_a_record_in_every_framing(
    run: Run, tmp_path: Path, picture: Path, framing: str, layers: dict[str, Any]
) -> None:
    is_png = framing == "png"
    options: Any = {"framing": "bare" if is_png else framing, "extensions": layers}
    data = semcodec.pack("rd bt", size=(400, 100), **options)
    if is_png:
        data = semcodec.embed_png(picture.read_bytes(), data)
    code, _, drawing = _draw(run, tmp_path, data)
    assert code == 0
    assert drawing is not None
    assert drawing.size == (1440, 360)


def test_picture_goes_to_stdout_alone(run: Run, layered: Path) -> None:
    result = subprocess.run(
        [sys.executable, "-m", "semcodec", "inspect", layered, "--png", "-"],
        capture_output=True,
        check=True,
    )
    assert result.stderr == b""
    assert Image.open(io.BytesIO(result.stdout)).size == (720, 720)


@pytest.mark.parametrize(
    ("extensions", "found"),
    [({"seed": 7}, "no layers"), ({"sketch": b"`\1"}, "only a sketch, which has no meaning yet")],
)
def test_there_is_no_picture_without_layers(
    run: Run, tmp_path: Path, extensions: dict[str, Any], found: str
) -> None:
    data = semcodec.pack("rd bt", framing="file", extensions=extensions)
    code, messages, picture = _draw(run, tmp_path, data)
    assert (code, picture) == (2, None)
    assert f"{found}, so there is nothing to draw: encode the picture with --layers" in messages


def test_there_is_no_picture_of_an_invalid_record(run: Run, tmp_path: Path, layered: Path) -> None:
    code, messages, picture = _draw(run, tmp_path, layered.read_bytes()[:-1])
    assert (code, picture) == (1, None)
    assert "is not valid, so no picture was written" in messages


def test_png_is_refused_before_anything_is_read(run: Run, tmp_path: Path, layered: Path) -> None:
    there = tmp_path / "there.png"
    there.touch()
    for arguments, message in (
        (("--png", there), "already exists"),
        (("--png", tmp_path / "a.jpg"), "is not the name of a PNG file"),
        (("--png", layered), "is the name of a record"),
        (("--json", "--png", "-"), "both go to stdout"),
        (("missing", "--png", tmp_path / "a.png"), "draws one record, not 2"),
    ):
        code, out, messages = run("inspect", layered, *arguments)
        assert (code, out) == (2, "")
        assert message in messages
    assert run("inspect", layered, "--png", there, "--force")[0] == 0
    assert Image.open(io.BytesIO(there.read_bytes())).size == (720, 720)


def test_png_draws_one_record(run: Run, tmp_path: Path) -> None:
    item = semcodec.pack("rd", framing="sequence", extensions={"layout": {0: [DOG]}})
    (tmp_path / "two.semcs").write_bytes(item * 2)
    arguments = (tmp_path / "two.semcs", "--framing", "sequence", "--png", tmp_path / "a.png")
    code, _, messages = run("inspect", *arguments)
    assert code == 2
    assert "is a sequence, but --png draws one record" in messages


def test_picture_is_written_although_the_reader_of_stdout_has_ended(
    run: Run, layered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raise_closed(_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr(inspect, "print_result", raise_closed)
    picture = tmp_path / "layers.png"
    assert run("inspect", layered, "--png", picture)[0] == 0
    with Image.open(picture) as image:
        assert image.format == "PNG"
