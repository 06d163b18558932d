"""The backend ``local-light`` on the command line, over a stand-in of openvino-genai."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

import semcodec
from semcodec.backends import prompting
from semcodec.cli import light_options
from tests import images
from tests.backends.local_light.conftest import (  # noqa: F401  # fixtures
    MakeFolder,
    library,
    make_image_folder,
    make_text_folder,
)
from tests.backends.local_light.fake_genai import FakeLibrary

Run = Callable[..., tuple[int, str, str]]
LIGHT = ("--backend", "local-light")
DESCRIPTION = "A large red boat lies on a calm blue lake in front of a dark green mountain."


def test_photograph_is_encoded_and_decoded(
    run: Run,
    library: FakeLibrary,  # noqa: F811
    make_text_folder: MakeFolder,  # noqa: F811
    make_image_folder: MakeFolder,  # noqa: F811
    photo: Path,
    tmp_path: Path,
) -> None:
    models = ("--model", make_text_folder(), "--painter-model", make_image_folder())
    library.results = [json.dumps({"description": DESCRIPTION}), json.dumps({"words": ["boat"]})]
    record, picture, trace = (tmp_path / name for name in ("a.semc", "a.png", "t.json"))
    code, _, err = run("encode", photo, "-o", record, *LIGHT, *models, "--trace", trace)
    assert code == 0, err
    assert "boat" in semcodec.unpack(record.read_bytes()).words
    stages = {stage["name"]: stage for stage in json.loads(trace.read_text())["stages"]}
    assert stages["describe"]["notes"]["models"][0]["model"] == "tiny-vlm"
    code, _, err = run("decode", record, "-o", picture, *LIGHT, *models, "--steps", 3, "--seed", 9)
    assert code == 0, err
    assert picture.exists()
    call = library.calls[-1]
    assert call.options["num_inference_steps"] == 3
    assert call.options["generator"] == ("generator", 9)


def test_batch_loads_the_model_once(
    run: Run,
    library: FakeLibrary,  # noqa: F811
    make_text_folder: MakeFolder,  # noqa: F811
    photo: Path,
    tmp_path: Path,
) -> None:
    other, out = tmp_path / "other.png", tmp_path / "out"
    other.write_bytes(images.GOOD["nothing but black"])
    library.results = [json.dumps({"description": DESCRIPTION, "words": ["boat"]})] * 20
    model = ("--model", make_text_folder())
    code, _, err = run("encode", photo, other, "-o", out, *LIGHT, *model)
    assert code == 0, err
    assert len(library.calls) >= 4
    assert len(library.loads) == 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ((), "semcodec models fetch"),
        (("--model", "qwen3-vl-2b"), "not converted for OpenVINO"),
        (("--model", "no-such-model"), "neither a model of the catalog nor a folder"),
        (("--jobs", "2"), "omit --jobs"),
        (("--quantization", "nf4"), "--quantization needs local models"),
    ],
)
def test_problem_is_one_message(
    run: Run, photo: Path, tmp_path: Path, options: tuple[str, ...], problem: str
) -> None:
    code, out, err = run("encode", photo, "-o", tmp_path / "a.semc", *LIGHT, *options)
    assert (code, out) == (2, "")
    assert problem in err
    assert "Traceback" not in err


def test_digest_depends_on_the_content_of_the_prompts(
    library: FakeLibrary,  # noqa: F811
    make_text_folder: MakeFolder,  # noqa: F811
    tmp_path: Path,
) -> None:
    prompts = tmp_path / "prompts.toml"
    built_in = resources.files(prompting).joinpath("prompts-1.toml").read_text("utf-8")
    args = argparse.Namespace(model=str(make_text_folder()), prompts=str(prompts), steps=4)
    seen = []
    for content in ("# a\n", "# b\n"):
        prompts.write_text(content + built_in)
        seen.append(light_options.describe_backend(args))
    assert {name for name in seen[0] if seen[0][name] != seen[1][name]} == {"prompts"}
    assert (seen[0]["steps"], seen[0]["device"]) == (4, "CPU")


def test_doctor_states_models_and_what_is_missing(
    run: Run,
    make_text_folder: MakeFolder,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(light_options, "find_missing_package", lambda: "")
    folder = make_text_folder()
    code, out, _ = run("doctor", *LIGHT, "--model", folder)
    text = " ".join(out.split())
    assert code == 0
    assert "describer local-light, model tiny-vlm" in text
    assert "painter embedded" in text
    assert f"text tiny-vlm, in {folder}" in text
    assert "semcodec models fetch flux.2-klein-4b-int4-ov" in text
    monkeypatch.setattr(light_options, "find_missing_package", lambda: "Install it.")
    code, out, _ = run("doctor", *LIGHT, "--model", folder)
    assert code == 2
    assert "describer local-light, model tiny-vlm: Install it." in " ".join(out.split())


def test_doctor_works_without_any_model(run: Run) -> None:
    code, out, err = run("doctor", *LIGHT)
    assert (code, err) == (2, "")
    assert "No model of local-light is on this machine" in " ".join(out.split())
