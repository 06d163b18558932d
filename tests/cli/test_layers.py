"""Layers in the output of ``inspect`` and ``unpack``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import semcodec
from tests.cli.conftest import Run, as_json

DOG = (8, 4, 20, 32)
LAYOUT = {1: [DOG], 3: [(0, 16, 32, 32), (0, 0, 1, 1)], 60: [(0, 0, 32, 32)]}
LAYERS = {
    "layout": [
        {"word": "dog", "index": 1, "boxes": [[0.25, 0.125, 0.625, 1]]},
        {"word": "grass", "index": 3, "boxes": [[0, 0, 0.03125, 0.03125], [0, 0.5, 1, 1]]},
        {"word": None, "index": 60, "boxes": [[0, 0, 1, 1]]},
    ],
    "colors": {"bytes": 3},
    "sketch": {"bytes": 4, "grid": 96},
}


@pytest.fixture
def layered(tmp_path: Path) -> Path:
    """Return a record with all layers."""
    file = tmp_path / "layers.semc"
    extensions: dict[str, Any] = {"layout": LAYOUT, "colors": b"abc", "sketch": b"`\1\2\3"}
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
    items = [
        semcodec.pack("rd bt", framing="sequence", extensions={"layout": {0: [DOG]}}),
        semcodec.pack("rd bt", framing="sequence"),
    ]
    file.write_bytes(b"".join(items))
    arguments = (file, "--framing", "sequence")
    layout = [{"word": "rd", "index": 0, "boxes": [[0.25, 0.125, 0.625, 1]]}]
    records = as_json(run, "inspect", *arguments)["records"]
    assert [record.get("layers") for record in records] == [{"layout": layout}, None]
    records = json.loads(run("unpack", *arguments, "--json")[1])
    assert [record.get("layers") for record in records] == [{"layout": layout}, None]
    lines = run("inspect", *arguments, "--json-lines")[1].splitlines()
    assert [json.loads(line).get("layers") for line in lines] == [{"layout": layout}, None, None]
