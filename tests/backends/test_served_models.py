"""``semcodec serve`` over local models with their real libraries, on small models made on the spot.

``make nightly`` runs this file with the Pythons that SEMCODEC_LOCAL and SEMCODEC_LOCAL_LIGHT name
(bench/local_models.py), each of which has the libraries of one backend.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from semcodec.backends.prompting import Prompts
from tests.backends.served import (
    Served,
    client_python,
    open_base64,
    run_semcodec,
    serving,
    use_official_client,
)

LIBRARIES: Final = {
    "local": ("torch", "diffusers", "transformers"),
    "local-light": ("openvino_genai",),
}
FOUND: Final = [name for name, packages in LIBRARIES.items() if all(map(find_spec, packages))]
pytestmark = [
    pytest.mark.skipif(
        not FOUND or find_spec("h11") is None,
        reason="needs 'semcodec[serve]' with [local] or [local-light]; make nightly runs it",
    ),
    pytest.mark.filterwarnings("default"),  # those of the libraries are theirs
]
SIZE: Final = (512, 512)
RED: Final = (200, 30, 30)
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The folders of a model that describes and of one that paints."""
    folder = tmp_path_factory.mktemp("models")
    if FOUND == ["local-light"]:
        from tests.backends.local_light import tiny_painter, tiny_vlm

        tiny_vlm.write(folder / "vlm")
        tiny_painter.write(folder / "klein")
    elif made := os.environ.get("SEMCODEC_TINY_MODELS"):
        folder = Path(made)
    else:
        tiny_models: Any = pytest.importorskip("tiny_models")
        tiny_models.make_pipelines(folder)
        tiny_models.make_text_model(folder / "vlm")
    return str(folder / "vlm"), str(folder / "klein")


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "a.png"
    Image.new("RGB", (96, 96), RED).save(path)
    return path


def options(folders: tuple[str, str], steps: int = 2) -> list[str]:
    backend = FOUND[0]
    return [
        "--backend", backend, "--painter", backend, "--editor", backend, "--steps", str(steps),
        "--model", folders[0], "--painter-model", folders[1],
    ]  # fmt: skip


def make_backend(text: str, image: str) -> Any:
    if FOUND[0] == "local":
        from semcodec.backends.local import LocalBackend

        return LocalBackend(text_model=text, image_model=image, steps=2)
    from semcodec.backends.local_light import create

    return create(text_model=text, image_model=image, steps=2)


@pytest.fixture(scope="module")
def server(folders: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(options(folders), tmp_path_factory.mktemp("server")) as running:
        yield running


def test_official_client_gets_what_the_models_return(
    server: Served, folders: tuple[str, str], photo: Path, record_property: Record
) -> None:
    prompt = Prompts.read().task("describe")
    result = use_official_client(server.url, photo, prompt, SIZE)
    assert result["models"] == ["semcodec"]
    assert result["chat"][0] == result["chat"][1]
    local = make_backend(*folders)
    painted = local.paint("a red boat", SIZE, 1)
    edited = local.edit(Image.open(photo).convert("RGB"), "make it blue", 2)
    for text in result["paint"]:
        assert open_base64(text).tobytes() == painted.tobytes()
    first, second = map(open_base64, result["edit"])
    assert first.tobytes() == second.tobytes() == edited.tobytes()
    for name, seconds in result["seconds"].items():
        record_property(name, seconds)
    if FOUND[0] == "local":  # the other backend shows this line for a loaded model, too
        loaded = [line for line in server.log.read_text().splitlines() if "loading" in line]
        assert sorted(Path(line).name for line in loaded) == ["klein", "vlm"]


def test_own_client_gives_the_same_record_and_picture(
    server: Served, folders: tuple[str, str], photo: Path
) -> None:
    folder, client, backend = photo.parent, client_python(), FOUND[0]
    runs = {
        "remote": (client, ["--backend", server.url], ["--backend", server.url]),
        "direct": (
            sys.executable,
            ["--backend", backend, "--model", folders[0]],
            ["--painter", backend, "--painter-model", folders[1], "--steps", "2"],
        ),
    }
    for name, (python, describer, painter) in runs.items():
        record, picture = f"{name}.semc", ["-o", f"{name}.png", "--size", "512x512"]
        encode = ["encode", "a.png", "--writer", "rules", *describer, "-o", record]
        run_semcodec(python, encode, folder)
        run_semcodec(python, ["decode", record, "--writer", "rules", *painter, *picture], folder)
    records = [(folder / f"{name}.semc").read_bytes() for name in runs]
    pictures = [Image.open(folder / f"{name}.png").convert("RGB").tobytes() for name in runs]
    assert records[0] == records[1]
    assert pictures[0] == pictures[1]


def test_two_clients_at_once_get_the_responses_of_single_ones(server: Served) -> None:
    prompts, results = ("a red boat", "a blue house"), dict[str, Any]()
    single = {prompt: server.send("images/generations", paint(prompt)) for prompt in prompts}

    def request(prompt: str) -> None:
        results[prompt] = server.send("images/generations", paint(prompt))

    threads = [threading.Thread(target=request, args=(prompt,)) for prompt in prompts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for prompt in prompts:
        (status, body), (expected, reference) = results[prompt], single[prompt]
        assert status == expected == 200
        assert body["data"] == reference["data"]


def paint(prompt: str) -> dict[str, Any]:
    return {"prompt": prompt, "size": "512x512", "seed": 3}


def test_interrupt_ends_the_server_in_the_middle_of_a_job(
    folders: tuple[str, str], tmp_path: Path
) -> None:
    with serving(options(folders, steps=50), tmp_path) as busy:
        results: list[Any] = []
        client = threading.Thread(
            target=lambda: results.append(busy.send("images/generations", paint("a boat")))
        )
        client.start()
        busy.wait_for_work()
        assert busy.interrupt() == 0
        client.join()
    [(status, body)] = results
    assert (status, body["error"]["code"]) == (503, "stopping")
    assert (tmp_path / "serve.log").read_text().endswith("Stopped.\n")
