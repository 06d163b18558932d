"""The backend ``local`` with PyTorch, transformers and diffusers, on small models made on the spot.

Each class of models is loaded from a folder by the code that loads real ones, on the CPU, without
a network: a chat model with vision (Qwen3-VL), a painter that edits (FLUX.2-klein), and one that
only starts from images (Z-Image). The packages are not those of the gate: ``make nightly`` runs
this file with the Python that SEMCODEC_LOCAL names (bench/local_models.py). To run it again without
making the models, name a folder of ``bench/tiny_models.py`` in SEMCODEC_TINY_MODELS.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageChops, ImageStat

import semcodec
from semcodec.backends import Guide
from semcodec.backends.local import LocalBackend, templates, weights
from semcodec.backends.local import models as local_models
from semcodec.backends.local.store import ModelStore
from semcodec.backends.prompting import ChatRequest
from semcodec.errors import BackendError, MissingFeatureError, SemcodecError

REASON = "needs 'semcodec[local]'; make nightly runs it"
torch = pytest.importorskip("torch", reason=REASON)
diffusers = pytest.importorskip("diffusers", reason=REASON)
pytest.importorskip("transformers", reason=REASON)
tiny_models: Any = pytest.importorskip("tiny_models", reason=REASON)
tiny_pipeline: Any = pytest.importorskip("tiny_pipeline", reason=REASON)
from safetensors.torch import load_file, save_file  # noqa: E402 - comes with torch

pytestmark = pytest.mark.filterwarnings("default")  # those of the libraries are theirs
ROOT = Path(__file__).parents[3]
SIZE = (512, 512)
FORMAT = {"format": "pt"}  #: of a file of weights; the libraries need it
RED, BLUE = tiny_models.CAPTIONS
PHOTOS = {color: tiny_models.make_photograph(color) for color in tiny_models.CAPTIONS}
RECORD = semcodec.pack("large red boat calm water", coding="lexicon", size=SIZE)
MAX_STOP_SECONDS = 120.0  #: from a signal to the end of a process, on a busy machine
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small model of each class."""
    if made := os.environ.get("SEMCODEC_TINY_MODELS"):
        return Path(made)
    folder = tmp_path_factory.mktemp("models")
    tiny_models.make_pipelines(folder)
    tiny_models.make_text_model(folder / "vlm")
    tiny_models.make_gguf(folder / "klein", folder / "klein.gguf")
    return folder


@pytest.fixture(autouse=True)
def _offline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail every connection, and begin without loaded models."""

    def refuse(*arguments: object) -> None:
        raise AssertionError("a library tried to use the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(local_models, "STORE", ModelStore())


def make(models: Path, painter: str = "klein", **settings: Any) -> LocalBackend:
    folders = {"text_model": str(models / "vlm"), "image_model": str(models / painter)}
    return LocalBackend(**{"device": "cpu", "steps": 2, **folders, **settings})


def difference(a: Image.Image, b: Image.Image) -> float:
    """Return the mean difference of two pictures, 0 to 255."""
    bands: list[float] = ImageStat.Stat(ImageChops.difference(a, b)).mean
    return sum(bands) / len(bands)


# --- texts


def test_pictures_are_described_by_what_they_show(models: Path) -> None:
    local = make(models)
    texts = {color: local.describe(photo) for color, photo in PHOTOS.items()}
    assert texts == tiny_models.CAPTIONS


def test_text_alone_is_answered_by_the_same_model_and_the_same_each_time(models: Path) -> None:
    chat = ChatRequest("select", "You condense.", "Choose 12 words.")
    local = make(models, most_output=16)
    assert local.chat_model.complete(chat) == local.chat_model.complete(chat)


def test_model_that_rambles_yields_a_record_and_a_picture(models: Path) -> None:
    local = make(models, most_output=80)
    encoded = semcodec.encode(PHOTOS[RED], backend=local)
    assert semcodec.validate(encoded.data).verdict == "valid"
    assert "boat" in encoded.record.words
    stages = [stage for stage in encoded.trace.stages if stage.notes.get("repairs")]
    assert [stage.name for stage in stages] == ["select"]
    decoded = semcodec.decode(encoded.data, backend=local, reflect=1)
    assert decoded.image.size == encoded.record.size
    assert "boat" in str(decoded.trace.stages[0].output)


OPTIONS: dict[str, Any] = {
    "max_time": 0.001, "num_beams": 4, "stop_strings": ["a"], "guidance_scale": 3.0,
    "return_dict_in_generate": True, "penalty_alpha": 0.6, "dola_layers": "low", "max_length": 5,
    "suppress_tokens": "x", "forced_eos_token_id": 10**9, "cache_implementation": "static",
    "watermarking_config": {"greenlist_ratio": 0.5}, "do_sample": True, "temperature": 9.0,
    "num_return_sequences": 3, "repetition_penalty": 5.0, "prompt_lookup_num_tokens": 3,
}  # fmt: skip


def test_options_of_a_folder_change_no_answer(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vlm"
    shutil.copytree(models / "vlm", folder)
    path = folder / "generation_config.json"
    stated = json.loads(path.read_text())
    chat = ChatRequest("select", "You condense.", "Choose 12 words.")
    expected = make(models, most_output=16)._models.complete(chat)
    for name, value in OPTIONS.items():
        path.write_text(json.dumps({**stated, name: value}))
        local_models.STORE.release("text")
        local = make(models, text_model=str(folder), most_output=16)
        try:
            found: object = local._models.complete(chat)
        except BackendError as error:  # a library refuses some values when it reads them
            found = str(error)
        assert found == expected or f"{folder} cannot be loaded" in str(found), name


TEMPLATES = ("{{ raise_exception('\x1b[31mhello\nworld') }}", "{% for %}", "", "no image")


def test_damaged_chat_template_is_one_message(models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "vlm"
    shutil.copytree(models / "vlm", folder)
    for template in TEMPLATES:
        (folder / "chat_template.jinja").write_text(template)
        local_models.STORE.release("text")
        with pytest.raises(BackendError) as caught:
            make(models, text_model=str(folder), most_output=16).describe(PHOTOS[RED])
        message = str(caught.value)
        assert message.startswith(f"The model in {folder} cannot be "), template
        assert message.isprintable()


def test_network_that_is_larger_than_its_files_is_refused(models: Path, tmp_path: Path) -> None:
    """Without most sizes in a config, a network would have those of the class: 50 GB."""
    folder = tmp_path / "vlm"
    shutil.copytree(models / "vlm", folder)
    config = json.loads((folder / "config.json").read_text())
    config["text_config"] = {"model_type": config["text_config"]["model_type"]}
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(BackendError, match=r"its config states \d{10,} parameters"):
        make(models, text_model=str(folder)).describe(PHOTOS[RED])


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("text_encoder", {"vocab_size": 10_000_000}),
        ("transformer", {"num_attention_heads": 1000}),
        ("vae", {"block_out_channels": [4096] * 4}),
    ],
)
def test_part_that_is_larger_than_its_files_is_refused(
    models: Path, tmp_path: Path, name: str, change: dict[str, Any]
) -> None:
    folder = tmp_path / "klein"
    shutil.copytree(models / "klein", folder)
    path = folder / name / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(BackendError, match=rf"{name} cannot be loaded \(its config states \d+ par"):
        make(models, image_model=str(folder)).paint("a red boat", SIZE, 7)


LOOP = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
LIMITED = {LOOP: "takes more than 5 seconds", "a word " * 9000: "adds more than 20000 characters"}


@pytest.mark.parametrize("place", ["vlm", "klein/tokenizer"])
def test_chat_template_has_limits_of_time_and_length(
    models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(templates, "MAX_SECONDS", 5.0)
    name = place.partition("/")[0]
    shutil.copytree(models / name, tmp_path / name)
    chosen = {"text_model" if name == "vlm" else "image_model": str(tmp_path / name)}
    for template, problem in LIMITED.items():
        (tmp_path / place / "chat_template.jinja").write_text(template)
        local_models.STORE.release("text")
        local_models.STORE.release("image")
        local = make(models, **chosen)
        with pytest.raises(BackendError, match=rf"{name} cannot be run \(its chat .* {problem}\)"):
            local.describe(PHOTOS[RED]) if name == "vlm" else local.paint("a red boat", SIZE, 7)


@pytest.mark.parametrize("quantization", ["nf4", "int8", "fp8"])
def test_quantized_text_model_describes(models: Path, quantization: str) -> None:
    local = make(models, quantization=quantization)
    assert local.describe(PHOTOS[RED]) == tiny_models.CAPTIONS[RED]


# --- pictures


@pytest.mark.parametrize("painter", ["klein", "z-image"])
def test_seed_reproduces_the_picture(models: Path, painter: str) -> None:
    local = make(models, painter)
    pictures = [semcodec.decode(RECORD, painter=local, seed=seed).to_file() for seed in (7, 7, 8)]
    assert pictures[0] == pictures[1] != pictures[2]
    with Image.open(io.BytesIO(pictures[0])) as picture:
        assert picture.size == SIZE


def test_edit_changes_the_picture_and_keeps_its_size(models: Path) -> None:
    local = make(models)
    picture = local.paint("a red boat", SIZE, 7)
    edited = local.edit(picture.resize((500, 400)), "Make the boat blue.", 7)
    assert edited.size == (500, 400)
    assert difference(edited.resize(SIZE), picture) > 1
    with pytest.raises(MissingFeatureError):
        make(models, "z-image").edit(picture, "Make the boat blue.", 7)


@pytest.mark.parametrize("painter", ["klein", "z-image"])
def test_picture_starts_from_the_colors(
    models: Path, painter: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With an autoencoder that keeps average colors, the picture shows those of the start."""
    load = weights.load_pipelines

    def load_with_colors(*arguments: Any) -> Any:
        pipelines = load(*arguments)
        tiny_pipeline.average_colors(pipelines[0].vae)
        return pipelines

    monkeypatch.setattr(weights, "load_pipelines", load_with_colors)
    local = make(models, painter, start_from_colors=True, start_strength=0.05)
    colors = Image.linear_gradient("L").resize(SIZE).convert("RGB")
    plain = local.paint("a red boat", SIZE, 7)
    started = local.paint("a red boat", SIZE, 7, Guide(colors=colors))
    assert difference(started, colors) < difference(plain, colors) / 2


@pytest.mark.parametrize(
    "settings", [{"quantization": "int8"}, {"quantization": "fp8"}, {"gguf": ""}]
)
def test_other_precisions_paint_nearly_the_same(models: Path, settings: dict[str, str]) -> None:
    plain = make(models).paint("a red boat", SIZE, 7)
    if "gguf" in settings:
        settings = {"gguf": str(models / "klein.gguf")}
    other = make(models, **settings).paint("a red boat", SIZE, 7)
    assert 0 < difference(plain, other) < 8


# --- memory, interruption and damaged folders


def test_second_attempt_after_memory_ran_out(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    forward, failures = diffusers.Flux2Transformer2DModel.forward, [1]

    def fail_once(self: Any, *arguments: Any, **options: Any) -> Any:
        if failures:
            failures.pop()
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return forward(self, *arguments, **options)

    monkeypatch.setattr(diffusers.Flux2Transformer2DModel, "forward", fail_once)
    decoded = semcodec.decode(RECORD, painter=make(models), reflect="off")
    paint = decoded.trace.stages[-1]
    assert "tried again with --quantization int8" in paint.notes["repairs"][0]
    assert [note["quantization"] for note in paint.notes["models"]] == ["none", "int8"]


def test_memory_that_stays_too_small_is_one_message(
    models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: Any, *arguments: Any, **options: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")

    monkeypatch.setattr(diffusers.Flux2Transformer2DModel, "forward", fail)
    with pytest.raises(BackendError, match=r"^Out of memory with .* paint a smaller --size\.$"):
        semcodec.decode(RECORD, painter=make(models))


@pytest.mark.skipif(os.name == "nt", reason="Windows has other signals")
@pytest.mark.parametrize("stage", ["paint", "describe"])
def test_interrupt_ends_the_process_without_an_output(
    models: Path, tmp_path: Path, stage: str, record_property: Record
) -> None:
    (tmp_path / "a.semc").write_bytes(RECORD)
    Image.new("RGB", (64, 64), "green").save(tmp_path / "a.png")  # a color that it does not know
    command = {
        "paint": ["decode", "a.semc", "-o", "out.png", "--painter", "local", "--steps", "200"],
        "describe": ["encode", "a.png", "-o", "out.semc", "--describer", "local"],
    }[stage]
    names = ["--model", str(models / "vlm"), "--painter-model", str(models / "klein")]
    process = start_semcodec([*command, *names, "--device", "cpu"], tmp_path)
    wait_for_work(process)
    started = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=MAX_STOP_SECONDS)
    record_property("seconds", round(time.monotonic() - started, 2))
    assert process.returncode == 130
    assert "Traceback" not in err
    assert not list(tmp_path.glob("*out*"))


def start_semcodec(arguments: list[str], folder: Path, **environment: str) -> subprocess.Popen[str]:
    """Return a process of the command line that prints "working" when a model has begun."""
    code = (
        "import sys; from semcodec.backends import activity; from semcodec.__main__ import main\n"
        "show = activity.show\n"
        "def show_and_print(text):\n"
        "    show(text)\n"
        "    if text.startswith(('step 2', 'token 2')):\n"
        "        print('working', file=sys.__stdout__, flush=True)\n"
        "activity.show = show_and_print\n"
        "sys.exit(main())\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "embedded")])
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": path} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_work(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "working\n"


def damage(folder: Path, kind: str) -> None:
    """Damage the weights of a network in ``folder``."""
    path = next(folder.glob("*.safetensors"))
    tensors = load_file(path)
    name = sorted(name for name, tensor in tensors.items() if tensor.ndim == 2)[0]
    match kind:
        case "cut":
            path.write_bytes(path.read_bytes()[:-1000])
        case "empty":
            path.write_bytes(b"")
        case "key":
            save_file({each: tensors[each] for each in tensors if each != name}, path, FORMAT)
        case "shape":
            save_file({**tensors, name: tensors[name][:-1].contiguous()}, path, FORMAT)
        case "shard":
            path.unlink()
            shards = [f"{path.stem}-0000{number}-of-00002.safetensors" for number in (1, 2)]
            save_file(dict(list(tensors.items())[1:]), folder / shards[0], FORMAT)
            files = dict.fromkeys(tensors, shards[0]) | {next(iter(tensors)): shards[1]}
            index = {"metadata": {"total_size": 1}, "weight_map": files}
            (folder / f"{path.name}.index.json").write_text(json.dumps(index))
        case "pickle":
            path.with_suffix(".bin").write_bytes(b"\x80\x04.")
            path.unlink()
        case "config":
            (folder / "config.json").write_text('{"num_layers": "x", "hidden_size": "y"}')


DAMAGES = ("cut", "empty", "key", "shape", "shard", "pickle", "config")
NETWORKS = ("text_encoder", "transformer", "vae", "")  #: "" is the model of texts


@pytest.mark.parametrize("network", NETWORKS)
def test_damaged_network_is_one_message_that_names_it(
    models: Path, tmp_path: Path, network: str
) -> None:
    for kind in DAMAGES:
        folder = tmp_path / kind
        shutil.copytree(models / ("klein" if network else "vlm"), folder)
        damage(folder / network, kind)
        local = make(models, **{"image_model" if network else "text_model": str(folder)})
        with pytest.raises(SemcodecError) as caught:
            local.paint("a red boat", SIZE, 7) if network else local.describe(PHOTOS[RED])
        message = str(caught.value)
        assert f"{folder}{'/' if network else ''}{network} " in message or "lacks" in message, kind
        assert len(message) < 700
        assert "\n" not in message


def test_weights_of_another_network_and_code_are_one_message(models: Path, tmp_path: Path) -> None:
    for kind in ("other", "code"):
        folder = tmp_path / kind
        shutil.copytree(models / "klein", folder)
        if kind == "other":
            shutil.copy(folder / "vae" / tiny_models.WEIGHTS, folder / "transformer")
        else:
            index = json.loads((folder / "model_index.json").read_text())
            index["vae"] = ["evil", "Model"]
            (folder / "model_index.json").write_text(json.dumps(index))
            (folder / "vae" / "evil.py").write_text("raise SystemExit('code was run')")
        with pytest.raises(BackendError, match=r"(lack|names a class outside)"):
            make(models, image_model=str(folder)).paint("a red boat", SIZE, 7)


GGUF_PROBLEMS = {
    "missing": "does not exist",
    "cut": "cannot be loaded (it is damaged, or not a GGUF file)",
    "empty": "cannot be loaded (it is damaged, or not a GGUF file)",
    "text": "cannot be loaded (it is damaged, or not a GGUF file)",
    "other": "cannot be loaded (it has the weights of another network)",
}


@pytest.mark.parametrize("kind", GGUF_PROBLEMS)
def test_damaged_gguf_file_is_named(models: Path, tmp_path: Path, kind: str) -> None:
    gguf = tmp_path / "bad.gguf"
    data = (models / "klein.gguf").read_bytes()
    content = {"cut": data[: len(data) // 2], "empty": b"", "text": b"GGUF, but not really" * 9}
    if kind != "missing":
        gguf.write_bytes(content.get(kind, data))
    painter = "z-image" if kind == "other" else "klein"
    with pytest.raises(BackendError, match=re.escape(f"{gguf} {GGUF_PROBLEMS[kind]}")):
        make(models, painter, gguf=str(gguf)).paint("a red boat", SIZE, 7)


# --- the command line


def run_semcodec(arguments: list[str], folder: Path) -> str:
    process = start_semcodec(arguments, folder)
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out + err


def test_commands_run_and_show_the_models(models: Path, tmp_path: Path) -> None:
    PHOTOS[BLUE].save(tmp_path / "a.png")
    text, image = ["--model", str(models / "vlm")], ["--painter-model", str(models / "klein")]
    shown = run_semcodec(["encode", "a.png", "--backend", "local", *text], tmp_path)
    assert "small blue house" in shown
    shown = run_semcodec(
        ["decode", "a.semc", "-o", "b.png", "--painter", "local", *image, "--steps", "2",
         "--size", "512x512", "--trace", "t.json"], tmp_path,
    )  # fmt: skip
    assert "b.png: painted from" in shown
    [note] = json.loads((tmp_path / "t.json").read_text())["stages"][-1]["notes"]["models"]
    assert note["versions"]["torch"].partition("+")[0] == torch.__version__.partition("+")[0]
    assert (note["device"], note["dtype"], note["model"]) == ("cpu", "float32", "klein")
    shown = run_semcodec(["doctor", "--backend", "local", *text], tmp_path)  # it exits with 0
    rows = dict(re.findall(r"^  (\w+) +(.+)$", shown.partition("what would run")[2], re.MULTILINE))
    assert rows["describer"] == "local, model vlm"
    assert rows["painter"] == "embedded"
    assert rows["device"] == "CPU, float32"
    assert rows["text"].startswith("the folder ")
    assert rows["pictures"].startswith("none: ")
    missing = ["--describer", "local", "--model", "qwen3-vl-2b"]
    process = start_semcodec(["doctor", *missing], tmp_path, HF_HOME=str(tmp_path))
    out, _ = process.communicate(timeout=300)
    assert process.returncode == 2
    assert "semcodec models fetch qwen3-vl-2b" in out
    process = start_semcodec(["models", "list"], tmp_path, HF_HOME=str(tmp_path))
    rows = dict(re.findall(r"^(\S+) .*  (here|not here)  ", process.communicate()[0], re.M))
    assert rows["qwen3-vl-2b"] == "not here"


# --- the bench of photographs


def test_photographs_are_measured_by_the_bench(models: Path, tmp_path: Path) -> None:
    """bench/local_gpu.py from start to end, with two photographs."""
    photos, out = ROOT / "embedded/semcodec_embedded/photos", tmp_path / "out"
    command = [sys.executable, "bench/local_gpu.py", photos, "-o", out, "--tiny", models]
    process = subprocess.run(
        [*map(str, command), "--photos", "2"], cwd=ROOT, capture_output=True, text=True, timeout=600
    )
    assert process.returncode == 0, process.stderr
    assert "[2/2] cat.jpg: both, " in process.stdout
    page = (out / "page.md").read_text("utf-8")
    assert "| photographs | 2 |" in page
    assert "| same seed, same pixels | yes |" in page
    assert "| subject lost | 0.50 (" in page  # noise states nothing about a picture
    with Image.open(out / "sheet.png") as sheet:
        assert sheet.height > 2 * 200  # a row for each
    assert {path.suffix for path in out.glob("cat*")} == {".json", ".png", ".semc"}
