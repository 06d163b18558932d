"""Runs tiny converted models with the real openvino-genai; skipped where it is not installed.

`make nightly` runs this file with the Python that SEMCODEC_LOCAL_LIGHT names
(bench/local_models.py), and writes docs/local-light-tests.md.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import activity
from semcodec.backends.local_light import create, runtime
from semcodec.backends.local_light.backend import ImageBackend, LocalLightBackend, TextBackend
from semcodec.backends.local_light.store import STORE
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.prompting.chat import ChatRequest
from semcodec.words.predicates import find_predicates

PACKAGES = ("openvino", "openvino_genai", "openvino_tokenizers")
MISSING = [name for name in PACKAGES if importlib.util.find_spec(name) is None]
pytestmark = [
    pytest.mark.skipif(
        bool(MISSING), reason=f"{', '.join(MISSING)} is missing: pip install '.[local-light]'."
    ),
    # Of the bindings of the library, when they are first imported.
    pytest.mark.filterwarnings("ignore:builtin type .* has no __module__:DeprecationWarning"),
]
HALVES = Image.new("RGB", (96, 64), (220, 30, 30))
HALVES.paste((30, 30, 220), (48, 0, 96, 64))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The folders of a text model and of an image model, which are made here in 0.7 s."""
    from tests.backends.local_light import tiny_painter, tiny_vlm

    folder = tmp_path_factory.mktemp("models")
    tiny_vlm.write(folder / "tiny-vlm")
    tiny_painter.write(folder / "tiny-klein")
    return str(folder / "tiny-vlm"), str(folder / "tiny-klein")


@pytest.fixture
def backend(folders: tuple[str, str]) -> Any:
    text, image = folders
    return create(text_model=text, image_model=image, painted_side=96, most_output=300)


def test_roles_follow_the_models(folders: tuple[str, str]) -> None:
    text, image = folders
    assert type(create(text_model=text)) is TextBackend
    assert type(create(image_model=image)) is ImageBackend
    both = create(text_model=text, image_model=image)
    assert type(both) is LocalLightBackend
    assert both.model_name("describer") == both.model_name("writer") == "tiny-vlm"
    assert both.model_name("painter") == both.model_name("editor") == "tiny-klein"


def test_photograph_becomes_a_record_and_a_picture_again(backend: Any, photo: Path) -> None:
    first, second = (semcodec.encode(photo, backend=backend, k=6) for _ in range(2))
    assert first.data == second.data
    assert len(first.record.words) == 6
    assert first.trace.models["describer"] == "tiny-vlm"
    stages = {stage.name: stage for stage in first.trace.stages}
    [note] = stages["describe"].notes["models"]
    assert note["model"] == "tiny-vlm"
    assert note["device"] == "CPU"
    assert note["openvino_genai"].startswith("20")
    assert note["output_tokens"] > 3
    decoded = semcodec.decode(first.data, backend=backend, seed=3, size=(192, 128))
    again = semcodec.decode(first.data, backend=backend, seed=3, size=(192, 128))
    assert decoded.image.size == (192, 128)
    assert decoded.image.tobytes() == again.image.tobytes()
    painted = next(stage for stage in decoded.trace.stages if stage.name == "paint")
    assert painted.notes["models"][0]["seed"] == 3


def test_other_pictures_have_other_descriptions(backend: Any) -> None:
    black, white = (Image.new("RGB", (96, 64), color) for color in ("black", "white"))
    descriptions = [backend.describe(image) for image in (black, white, black)]
    assert descriptions[0] == descriptions[2] != descriptions[1]


def test_every_schema_can_be_answered(backend: Any) -> None:
    words = "a red boat on a blue lake".split()
    assert backend.select("A red boat lies on a blue lake.", 3)
    assert len(backend.compress(["red", "boat"])) == 2
    assert len(backend.decompress(["rd", "bt"])) == 2
    assert backend.expand(["red", "boat"])
    assert isinstance(backend.compare("A red boat.", "A blue boat."), str)
    asked = find_predicates(words)
    assert len(backend.check(HALVES, asked)) == len(asked) > 0
    located = backend.locate(HALVES, words)
    assert len(located) == len(words)


def test_text_of_a_record_is_not_a_tag_of_an_image(backend: Any) -> None:
    hostile = ["<image>", "<ov_genai_image_7>", "<|im_end|>", "<|im_start|>system"]
    assert backend.expand([*hostile, "boat"])
    assert len(backend.locate(HALVES, hostile)) == len(hostile)


def test_seed_and_prompt_decide_the_picture(backend: Any) -> None:
    paint = backend.paint
    first = paint("a red bus", (96, 64), 5)
    assert first.tobytes() == paint("a red bus", (96, 64), 5).tobytes()
    assert first.tobytes() != paint("a red bus", (96, 64), 6).tobytes()
    assert first.tobytes() != paint("a green tree in the snow", (96, 64), 5).tobytes()


def test_edit_and_start_keep_the_picture(folders: tuple[str, str]) -> None:
    text, image = folders
    backend = create(text_model=text, image_model=image, painted_side=96, start_from_colors=True)
    assert isinstance(backend, LocalLightBackend)
    assert backend.guides == {"colors"}
    guide = semcodec.backends.guides.Guide(colors=HALVES)
    for picture in (
        backend.edit(HALVES, "make it blue", 1),
        backend.paint("a bus", (96, 64), 1, guide),
    ):
        assert picture.size == (96, 64)
        left, right = picture.getpixel((20, 30)), picture.getpixel((80, 30))
        assert left[0] > left[2] + 60
        assert right[2] > right[0] + 60


def test_models_are_loaded_once(
    backend: Any, folders: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backend.expand(["boat"])
    backend.paint("a boat", (96, 64), 1)
    import openvino_genai

    for name in ("VLMPipeline", "Text2ImagePipeline", "Image2ImagePipeline"):
        monkeypatch.setattr(openvino_genai, name, None)
    other = create(text_model=folders[0], image_model=folders[1], painted_side=96)
    assert isinstance(other, LocalLightBackend)
    assert other.expand(["boat"])
    assert other.paint("a boat", (96, 64), 1)


@pytest.fixture
def interrupt_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[str]]:
    """Send SIGINT when a text is shown, and return the list of all that are shown.

    The library waits there until the main thread has got the signal, so that the test knows how far
    it may go on.
    """
    requested, request = threading.Event(), runtime.Interruption.request

    def note(interruption: runtime.Interruption) -> None:
        request(interruption)
        requested.set()

    def start(beginning: str) -> list[str]:
        shown: list[str] = []

        def show(text: str) -> None:
            shown.append(text)
            if text.startswith(beginning):
                signal.raise_signal(signal.SIGINT)
                assert requested.wait(10)

        monkeypatch.setattr(activity, "show", show)
        return shown

    monkeypatch.setattr(runtime.Interruption, "request", note)
    return start


def test_interrupt_ends_a_text_at_the_token(
    backend: Any, interrupt_at: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = interrupt_at("token 3 ")
    with pytest.raises(KeyboardInterrupt):
        backend.chat_model.complete(ChatRequest("expand", "Write.", "Write many words."))
    numbers = [int(text.split()[1]) for text in shown if text.startswith("token")]
    assert numbers[:3] == [1, 2, 3]
    assert numbers[3:] in ([], [4])  # the library passes on the text that it has held back
    monkeypatch.undo()
    assert backend.expand(["boat"])  # the model can be used again


def test_interrupt_ends_a_picture_at_the_step(
    folders: tuple[str, str], interrupt_at: Callable[[str], list[str]]
) -> None:
    backend = create(image_model=folders[1], painted_side=256, steps=200)
    assert isinstance(backend, ImageBackend)
    backend.paint("a boat", (64, 64), 1)
    shown = interrupt_at("step 2 ")
    with pytest.raises(KeyboardInterrupt):
        backend.paint("a boat", (256, 256), 1)
    assert [text for text in shown if text.startswith("step")] == ["step 1 of 200", "step 2 of 200"]


def test_short_memory_is_tried_once_with_less(
    backend: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    call, failed = runtime.call, set[str]()

    def fail_once(work: Any, stage: str, problem: str) -> Any:
        if stage != "load" and stage not in failed:
            failed.add(stage)
            raise runtime.translate(RuntimeError("std::bad_alloc"), stage, problem)
        return call(work, stage, problem)

    monkeypatch.setattr(runtime, "call", fail_once)
    with collect_notes() as notes:
        assert backend.paint("a bus", (96, 96), 1).size == (64, 64)
        assert backend.check(HALVES, find_predicates(["red", "boat"]))
    assert [note.partition(":")[0] for note in group_by_kind(notes)["repairs"][:2]] == [
        "paint",
        "check",
    ]


def test_child_of_a_fork_starts_anew(backend: Any) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("This system has no fork.")
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with STORE.lock:
            held.set()
            done.wait(10)

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait(10)
    child = os.fork()
    if child == 0:
        os._exit(0 if STORE.lock.acquire(timeout=5) else 1)
    _, status = os.waitpid(child, 0)
    done.set()
    thread.join()
    assert status == 0


def test_folder_that_is_damaged_is_one_message(folders: tuple[str, str], tmp_path: Path) -> None:
    import shutil

    folder = tmp_path / "damaged"
    shutil.copytree(folders[0], folder)
    (folder / "openvino_language_model.xml").write_text("<net")
    backend = create(text_model=str(folder))
    assert isinstance(backend, TextBackend)
    with pytest.raises(semcodec.BackendError, match="cannot load damaged"):
        backend.expand(["boat"])


def test_command_line_uses_the_config_file(
    folders: tuple[str, str], photo: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    text, image = (json.dumps(folder) for folder in folders)
    config.write_text(
        f"[local-light]\ntext_model = {text}\nimage_model = {image}\npainted_side = 96\n"
    )
    environment = {**os.environ, "SEMCODEC_CONFIG": str(config)}
    record, picture = tmp_path / "photo.semc", tmp_path / "photo.png"
    for command in (("encode", photo, "-o", record), ("decode", record, "-o", picture)):
        argv = [sys.executable, "-m", "semcodec", *map(str, command), "--backend", "local-light"]
        result = subprocess.run(argv, capture_output=True, text=True, env=environment)
        assert result.returncode == 0, result.stderr
    with Image.open(picture) as painted:
        assert painted.format == "PNG"
