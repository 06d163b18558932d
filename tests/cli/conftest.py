"""Run command lines in this process or in a process of their own, on a few files."""

from __future__ import annotations

import functools
import hashlib
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.openai import client
from semcodec.backends.recording import ModelRequest
from semcodec.bulk.manifest import FILE_NAME
from semcodec.cli import main, settings_digest
from semcodec.imaging.fitting import described_size
from semcodec_embedded import painter
from semcodec_embedded.describer import EmbeddedDescriber
from semcodec_embedded.painting.plan import Plan, attach_plan, plan_of
from tests.backends.local import fake_hub
from tests.backends.local.fake_hub import FakeHub
from tests.cli.fake_client import SECRET, FakeClient

Run = Callable[..., tuple[int, str, str]]
SCHEMAS = Path(__file__).parents[2] / "spec" / "schema"
Descriptions = dict[tuple[str, tuple[int, int], bytes], str]
Scenes = dict[str, Image.Image]  # by the plan
Files = dict[tuple[object, ...], bytes]  # by the picture, the format and the options


@pytest.fixture(autouse=True)
def _temporary_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Write side files where pytest cleans up."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="session")
def descriptions() -> Descriptions:
    """Return the descriptions of photographs so far, by mode, size and hash of the pixels."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def _describe_each_photograph_once(descriptions: Descriptions) -> Iterator[None]:
    """Run the networks once for each photograph, because its description is always the same."""
    describe = EmbeddedDescriber.describe

    def describe_once(describer: EmbeddedDescriber, image: Image.Image) -> str:
        key = image.mode, image.size, hashlib.sha256(image.tobytes()).digest()
        if key not in descriptions:
            descriptions[key] = describe(describer, image)
        return descriptions[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(EmbeddedDescriber, "describe", describe_once)
        yield


@pytest.fixture(scope="session")
def scenes() -> Scenes:
    """Return the scenes painted so far."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def _paint_each_scene_once(scenes: Scenes) -> Iterator[None]:
    """Paint each scene once, because it is always the same and takes a second for a megapixel."""
    paint_plan = painter._paint_plan

    def paint_once(plan: Plan) -> Image.Image:
        key = repr(plan)
        if key not in scenes:
            scenes[key] = paint_plan(plan)
        painted = scenes[key]
        return attach_plan(painted.copy(), plan_of(painted) or plan)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(painter, "_paint_plan", paint_once)
        yield


@pytest.fixture(scope="session")
def files() -> Files:
    """Return the files of pictures written so far."""
    return {}


@pytest.fixture(autouse=True, scope="module")
def _compress_each_picture_once(files: Files) -> Iterator[None]:
    """Write each picture of a format once, because PNG of a megapixel takes half a second."""
    save = Image.Image.save

    def save_once(image: Image.Image, file: Any, format: str | None = None, **options: Any) -> None:
        if not isinstance(file, io.BytesIO) or file.tell():
            save(image, file, format, **options)
            return
        pixels = hashlib.sha256(image.tobytes()).digest()
        chunks = getattr(options.get("pnginfo"), "chunks", None)
        settings = repr((image.info, chunks, options | {"pnginfo": None}))
        key = type(image), image.mode, image.size, pixels, format, settings
        if key not in files or image.palette:
            save(image, file, format, **options)
            files[key] = file.getvalue()
        else:
            file.write(files[key])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image.Image, "save", save_once)
        yield


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that runs a command line and returns code, stdout and stderr."""

    def run_(*argv: str | Path) -> tuple[int, str, str]:
        try:
            code = main([str(argument) for argument in argv])
        except SystemExit as error:
            code = int(error.code or 0)
        out, err = capsys.readouterr()
        return code, out, err

    return run_


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    """Return a hub of models, which the client in this process uses."""
    with fake_hub.serve_models(monkeypatch, tmp_path / "hub") as fake:
        yield fake


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """Return a file with a record of skeletons."""
    path = tmp_path / "photo.semc"
    path.write_bytes(semcodec.pack("rd bt bl vtr", framing="file", size=(64, 48)))
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    """Return a file with a record with an extension."""
    path = tmp_path / "good.semc"
    path.write_bytes(semcodec.pack("rd br snst", framing="file", extensions={"seed": 7}))
    return path


@pytest.fixture
def picture(tmp_path: Path, good: Path) -> Path:
    """Return a PNG file with the record of ``good`` in it."""
    out = io.BytesIO()
    Image.new("RGB", (3, 2), "teal").save(out, "PNG")
    path = tmp_path / "picture.png"
    path.write_bytes(semcodec.embed_png(out.getvalue(), good.read_bytes()))
    return path


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """Return the path of a description: with it, a process need not load the offline describer."""
    path = tmp_path / "text"
    path.write_text("Two red boats lie on a calm lake.")
    return path


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[ModelRequest]:
    """Use a key, no config file and the fake client; return the list of its requests."""
    for name in ("SEMCODEC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(client, "Client", FakeClient)
    monkeypatch.setattr(FakeClient, "requests", [])
    return FakeClient.requests


@pytest.fixture
def two_words(tmp_path: Path) -> Path:
    """Return a file with a record of two skeletons."""
    path = tmp_path / "photo.semc"
    path.write_bytes(semcodec.pack("bt lk", framing="file", size=(64, 48)))
    return path


#: The installed backends, which are searched for once.
find_entry_points = functools.cache(entry_points)


@pytest.fixture
def bulk_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with four files in ``in``; all pictures have the same pixels.

    What does not depend on them takes little time: enlarging them for the describer, and the search
    for backends of plug-ins.
    """
    monkeypatch.setattr(described_size, "__defaults__", (64,))
    for module in (registry, settings_digest):
        monkeypatch.setattr(module, "entry_points", find_entry_points)
    (tmp_path / "in" / "sub").mkdir(parents=True)
    for number, name in enumerate(("a.png", "b.png", "sub/c.png")):
        image = Image.new("RGB", (64, 48), (180, 40, 200))
        image.save(tmp_path / "in" / name, compress_level=number)
    (tmp_path / "in" / "notes.txt").write_text("not a picture")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def as_json(run: Run, command: str, *argv: str | Path) -> Any:
    """Return the output of ``command --json``, which must match the published schema."""
    result = json.loads(run(command, "--json", *argv)[1])
    [path] = SCHEMAS.glob(f"{command}-[0-9].json")
    schema = json.loads(path.read_bytes())
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(result)
    return result


def run_process(
    *argv: str, stdin: bytes = b"", **options: Any
) -> subprocess.CompletedProcess[bytes]:
    """Run a command line in a process of its own."""
    command = [sys.executable, "-m", "semcodec", *argv]
    return subprocess.run(command, input=stdin, capture_output=True, **options)


def picture_shape(data: bytes) -> tuple[str | None, tuple[int, int]]:
    """Return the format and size of a picture file."""
    with Image.open(io.BytesIO(data)) as image:
        return image.format, image.size


def file_names(directory: Path) -> list[str]:
    """Return the names of the files in ``directory``, without a manifest."""
    return sorted(path.name for path in directory.iterdir() if path.name != FILE_NAME)
