"""``--backend local``: its options, the messages about them, and the status line."""

# ruff: noqa: F401, F811 - fixtures of another folder
from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import activity, prompting
from semcodec.cli import local_options, model_options
from semcodec.cli.progress import Progress
from tests.backends.local.conftest import (
    DESCRIPTION,
    MakeBackend,
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


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """A folder with three photographs."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for shade in (10, 20, 30):
        Image.new("RGB", (64, 64), (shade, 0, 0)).save(folder / f"{shade}.png")
    return folder


def test_option_requires_the_backend(run: Run, photo: Path, tmp_path: Path) -> None:
    for name, option in OPTIONS.items():
        code, _, err = run("encode", photo, "-o", tmp_path / "out.semc", *option)
        assert code == 2
        assert f"--{name} needs local models: add --backend local, or omit it." in err
    assert not (tmp_path / "out.semc").exists()


#: Options that local models do not take, and the text of the message.
REFUSED = {
    ("--quality", "low"): "--quality needs a server",
    ("--describer-model", "low"): "--describer-model needs a server",
    ("--dry-run",): "--dry-run needs a server",
    ("--max-cost", "1"): "--max-cost needs a server",
    ("--jobs", "2"): "each process would load the models of --backend local: omit --jobs",
}


def test_other_option_is_refused(
    run: Run, photos: Path, tmp_path: Path, machine: Machine, models: list[str]
) -> None:
    command = ("encode", photos, "-o", tmp_path / "records", "--backend", "local", *models)
    for option, problem in REFUSED.items():
        code, _, err = run(*command, *option)
        assert code == 2
        assert problem in err
    assert not machine.loads


def test_photograph_becomes_a_record_and_a_picture(
    run: Run, photo: Path, tmp_path: Path, machine: Machine, models: list[str]
) -> None:
    record, picture, trace = (tmp_path / name for name in ("a.semc", "a.png", "t.json"))
    local = ("--backend", "local", *models)
    code, _, err = run("encode", photo, "-o", record, "--trace", trace, *local)
    assert (code, "boat" in err) == (0, True)
    stages: list[dict[str, Any]] = json.loads(trace.read_text())["stages"]
    assert stages[0]["output"] == DESCRIPTION
    assert stages[0]["notes"]["models"][0]["model"] == "text"
    small = ("--size", "512x512", "--steps", "2")
    assert run("decode", record, "-o", picture, *small, *local)[0] == 0
    with Image.open(picture) as image:
        assert image.size == (512, 512)
    assert machine.pictures[0]["steps"] == 2
    assert [kind for kind, _ in machine.loads] == ["text", "image"]


def test_batch_loads_the_models_once(
    run: Run, photos: Path, tmp_path: Path, machine: Machine, models: list[str]
) -> None:
    command = ("encode", photos, "-o", tmp_path / "records", "--describer", "local", *models)
    assert run(*command)[0] == 0
    assert len(machine.loads) == 1
    assert "3 of them before" in run(*command)[2]  # the digest of the settings is the same
    code, _, err = run(*command, "--quantization", "int8")
    assert code != 0 or "before" not in err


def test_digest_depends_on_the_content_of_files(make_backend: MakeBackend, tmp_path: Path) -> None:
    prompts = tmp_path / "prompts.toml"
    gguf = tmp_path / "klein.gguf"
    built_in = resources.files(prompting).joinpath("prompts-1.toml").read_text("utf-8")
    seen = []
    for content in ("# a\n", "# b\n"):
        prompts.write_text(content + built_in)
        gguf.write_text(content)
        backend = make_backend(prompts=str(prompts), gguf=str(gguf), steps=4)
        seen.append(model_options.describe_backend(backend))
    assert {name for name in seen[0] if seen[0][name] != seen[1][name]} == {"prompts", "gguf"}
    assert seen[0]["steps"] == 4


def test_interrupted_decode_leaves_no_picture(
    run: Run, tmp_path: Path, machine: Machine, models: list[str]
) -> None:
    record, picture = tmp_path / "a.semc", tmp_path / "a.png"
    record.write_bytes(semcodec.pack("red boat", coding="lexicon", size=(512, 512)))
    machine.failures = [None, None, KeyboardInterrupt()]
    command = ("decode", record, "-o", picture, "--painter", "local", *models, "--steps", "4")
    assert run(*command)[0] == 130
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
