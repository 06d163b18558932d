"""bench/local_gpu.py with fake libraries; test_tiny_models.py runs it with PyTorch."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import local_gpu
import local_gpu_page
import local_gpu_photo
import pytest
from PIL import Image

import semcodec
from semcodec.backends.local import storage, weights
from tests.backends.local.conftest import DESCRIPTION
from tests.backends.local.fake_libraries import (
    Machine,
    write_image_folder,
    write_text_folder,
)

SIDE = "--side=64"


def answer(chat: list[dict[str, Any]]) -> str:
    """Describe, locate and check as a model does that misses one thing in each picture."""
    text = chat[1]["content"][-1]["text"]
    if "Mark each" in text:
        box = {"label": "boat", "left": 100, "top": 300, "right": 400, "bottom": 800}
        return json.dumps({"boxes": [box]})
    if "numbered statements" in text:
        return json.dumps({"1": "no", **{str(number): "yes" for number in range(2, 20)}})
    return DESCRIPTION if "Describe this picture" in text else "Sure!"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with a photograph and a file that is not one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.new("RGB", (96, 64), "red").save(folder / "a.png")
    (folder / "b.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (folder / "notes.txt").touch()
    return folder


@pytest.fixture
def options(gpu: Machine, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The options of a run with fake models; watched functions are restored."""
    gpu.answer = answer
    for name in local_gpu_photo.LOADERS:
        monkeypatch.setattr(weights, name, getattr(weights, name))
    text, image = write_text_folder(tmp_path / "text"), write_image_folder(tmp_path / "image")
    models = (f"--model={text}", f"--painter-model={image}")
    return [str(photos), f"--output={tmp_path / 'out'}", *models, SIDE, "--pairs=0"]


def run(monkeypatch: pytest.MonkeyPatch, *options: object) -> int:
    monkeypatch.setattr(sys, "argv", ["local_gpu.py", *map(str, options)])
    return local_gpu.main()


def size_of(path: Path) -> tuple[int, int]:
    """Return the size of an image file."""
    with Image.open(path) as image:
        return image.size


def test_photographs_are_measured_and_broken_ones_named(
    options: list[str],
    gpu: Machine,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run(monkeypatch, *options) == 1
    out, err = capsys.readouterr()
    assert err.startswith("failed: b.png: ")
    assert "[1/2] a.png: done; about 0 min for 1 more" in out
    folder = tmp_path / "out"
    page = (folder / "page.md").read_text("utf-8")
    assert page in out
    assert "| highest memory of the GPU, painting | 3.0 GiB |" in page
    assert "| records with a layout | 1 of 1 |" in page
    for way in ("words", "reflection", "layers", "both"):
        tries = "0" if way in ("words", "layers") else "[12]"
        row = rf"^\| {way} \|( \d+\.\d \|){{5}} \d of \d \| \d+\.\d \| {tries} \| "
        assert re.search(row, page, re.MULTILINE)
        assert size_of(folder / f"a-{way}.png") == (64, 43)
    assert "- b.png: " in page
    assert semcodec.unpack((folder / "a.semc").read_bytes()).layers.layout
    width, height = size_of(folder / "sheet.png")
    assert width > 4 * height  # one row of five pictures

    chats, pictures = len(gpu.chats), len(gpu.pictures)
    (photos / "b.png").unlink()
    assert run(monkeypatch, *options) == 0
    assert "[1/1] a.png: measured before" in capsys.readouterr().out
    assert len(gpu.chats) == chats + 2  # the same photograph twice
    assert len(gpu.pictures) == pictures + 2  # the same seed twice
    assert (folder / "page.md").read_text("utf-8").count("| a.png |") == 1


def test_record_of_a_model_that_locates_nothing_has_no_boxes(
    options: list[str],
    gpu: Machine,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (photos / "b.png").unlink()
    gpu.answer = lambda chat: "Sure!" if "Mark each" in str(chat) else answer(chat)
    monkeypatch.setattr(local_gpu_photo, "WAYS", local_gpu_photo.WAYS[:1])
    monkeypatch.setattr(local_gpu_page, "WAYS", local_gpu_photo.WAYS)
    assert run(monkeypatch, *options) == 0
    layers = semcodec.unpack((tmp_path / "out/a.semc").read_bytes()).layers
    assert not layers.layout
    assert layers.colors
    assert "| records with a layout | 0 of 1 |" in capsys.readouterr().out


def test_interrupted_run_is_one_message(
    options: list[str],
    gpu: Machine,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    gpu.failures = [KeyboardInterrupt()]
    assert run(monkeypatch, *options) == 130
    assert capsys.readouterr().err == "Interrupted: the same command continues.\n"


def test_no_photograph_is_begun_after_the_minutes(
    options: list[str], gpu: Machine, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    assert run(monkeypatch, *options, "--minutes=1e-9") == 1
    assert capsys.readouterr().err.count("not begun, since --minutes are over") == 2
    assert gpu.chats == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["PHOTOS/none"], "PHOTOS/none is not a folder: name one with photographs."),
        (["."], "PHOTOS has no photographs (.jpg, .jpeg, .png, .webp): name another one."),
        (["PHOTOS", "--photos=0"], "--photos 0 measures nothing: give 1 or more."),
        (["PHOTOS", "--model=nothing"], "'nothing' is neither a model of the catalog nor a folder"),
        (["PHOTOS", "--device=mps"], "PyTorch finds no device mps: use cuda or cpu."),
        (["PHOTOS"], "Not on this machine: qwen3-vl-4b flux.2-klein-4b. Run semcodec models fetch"),
    ],
)
def test_what_is_missing_is_one_message(
    given: list[str],
    message: str,
    gpu: Machine,
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(storage, "locate", lambda model: None)
    empty = tmp_path / "empty"
    empty.mkdir()
    folder, *options = given
    folder = str(empty) if folder == "." else folder.replace("PHOTOS", str(photos))
    assert run(monkeypatch, folder, f"--output={tmp_path / 'out'}", *options) == 2
    expected = message.replace("PHOTOS", str(empty if given == ["."] else photos))
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"local_gpu.py: {expected}")
    assert not (tmp_path / "out").exists()


def test_machine_without_a_gpu_is_one_message(
    machine: Machine, photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    assert run(monkeypatch, photos, "--output=out") == 2
    assert capsys.readouterr().err.startswith("local_gpu.py: PyTorch finds no GPU, and a picture ")


def test_missing_package_is_one_message(
    photos: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run(monkeypatch, photos, "--output=out") == 2
    assert capsys.readouterr().err == (
        "local_gpu.py: The backend local needs its packages: pip install 'semcodec[local]'.\n"
    )
