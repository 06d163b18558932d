"""``--backend local``: its options, the messages about them, and the status line."""

# ruff: noqa: F401, F811 - fixtures of another folder
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import activity
from semcodec.cli import local_options
from semcodec.cli.progress import Progress
from tests.backends.local.conftest import (
    DESCRIPTION,
    MakeBackend,
    gpu,
    machine,
    make_backend,
)
from tests.backends.local.fake_libraries import Machine
from tests.cli.conftest import Run

OPTIONS: dict[str, list[str]] = {
    "device": ["--device", "cpu"],
    "quantization": ["--quantization", "nf4"],
    "offload": ["--offload", "group"],
    "gguf": ["--gguf", "klein.gguf"],
    "steps": ["--steps", "4"],
}


@pytest.fixture
def models(make_backend: MakeBackend) -> list[str]:
    """The options that name the folders of the models."""
    settings = make_backend().settings
    return ["--model", str(settings.text_model), "--painter-model", str(settings.image_model)]


def test_all_options_are_tested() -> None:
    assert set(OPTIONS) == set(local_options.SETTINGS)


@pytest.mark.parametrize("option", OPTIONS)
def test_option_requires_the_backend(run: Run, photo: Path, tmp_path: Path, option: str) -> None:
    out = tmp_path / "out.semc"
    code, _, err = run("encode", photo, "-o", out, *OPTIONS[option])
    assert code == 2
    assert f"--{option} needs local models: add --backend local, or omit it." in err
    assert not out.exists()


@pytest.mark.parametrize("option", ["--quality", "--describer-model", "--dry-run", "--max-cost"])
def test_option_of_servers_is_refused(
    run: Run,
    photo: Path,
    tmp_path: Path,
    machine: Machine,
    models: list[str],
    option: str,
) -> None:
    value = [] if option == "--dry-run" else ["1"] if option == "--max-cost" else ["low"]
    out = tmp_path / "out.semc"
    code, _, err = run("encode", photo, "-o", out, "--backend", "local", *models, option, *value)
    assert code == 2
    assert f"{option} needs a server" in err


def test_workers_would_each_load_the_models(
    run: Run,
    photo: Path,
    tmp_path: Path,
    machine: Machine,
    models: list[str],
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64), "aqua" if name == "a.png" else "blue").save(folder / name)
    out = tmp_path / "records"
    code, _, err = run("encode", folder, "-o", out, "--backend", "local", *models, "--jobs", "2")
    assert code == 2
    assert "--jobs" in err
    assert not machine.loads


def test_photograph_becomes_a_record_and_a_picture(
    run: Run,
    photo: Path,
    tmp_path: Path,
    machine: Machine,
    models: list[str],
) -> None:
    record, picture, trace = (tmp_path / name for name in ("a.semc", "a.png", "t.json"))
    code, _, err = run(
        "encode", photo, "-o", record, "--trace", trace, "--backend", "local", *models
    )
    assert (code, "boat" in err) == (0, True)
    stages: list[dict[str, Any]] = json.loads(trace.read_text())["stages"]
    assert stages[0]["output"] == DESCRIPTION
    assert stages[0]["notes"]["models"][0]["model"] == "text"
    code, _, err = run(
        "decode",
        record,
        "-o",
        picture,
        "--size",
        "512x512",
        "--steps",
        "2",
        "--backend",
        "local",
        *models,
    )
    assert code == 0
    with Image.open(picture) as image:
        assert image.size == (512, 512)
    assert machine.pictures[0]["steps"] == 2
    assert [kind for kind, _ in machine.loads] == ["text", "image"]


def test_batch_loads_the_models_once(
    run: Run,
    tmp_path: Path,
    machine: Machine,
    models: list[str],
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for shade in (10, 20, 30):
        Image.new("RGB", (64, 64), (shade, 0, 0)).save(folder / f"{shade}.png")
    command = ["encode", folder, "-o", tmp_path / "records", "--describer", "local", *models]
    code, _, err = run(*command)
    assert code == 0
    assert len(machine.loads) == 1
    code, _, err = run(*command)
    assert "3 of them before" in err  # the digest of the settings is the same
    code, _, err = run(*command, "--quantization", "int8")
    assert code != 0 or "before" not in err


def test_interrupted_decode_leaves_no_picture(
    run: Run,
    photo: Path,
    tmp_path: Path,
    machine: Machine,
    models: list[str],
) -> None:
    record, picture = tmp_path / "a.semc", tmp_path / "a.png"
    record.write_bytes(semcodec.pack("red boat", coding="lexicon", size=(512, 512)))
    machine.failures = [None, None, KeyboardInterrupt()]
    code, _, _ = run("decode", record, "-o", picture, "--painter", "local", *models, "--steps", "4")
    assert code == 130
    assert not picture.exists()
    assert len(machine.pictures) == 1


@pytest.mark.parametrize("value", ["0", "201", "-1", "four", "1" * 5000])
def test_steps_are_limited(run: Run, photo: Path, value: str) -> None:
    code, _, err = run("decode", photo, "--painter", "local", "--steps", value)
    assert code == 2
    assert "expected 1 to 200" in err


def test_status_line_shows_the_step() -> None:
    progress = Progress()
    progress("paint", "local")
    progress._start -= 2
    with activity.showing("step 2 of 4"):
        assert progress._stage_text() == "paint by local, 2 s (step 2 of 4)"
    assert progress._stage_text() == "paint by local, 2 s"
