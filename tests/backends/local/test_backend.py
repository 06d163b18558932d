"""The backend ``local`` over fake libraries: what they get, and what becomes of their results."""

from __future__ import annotations

import json
import os
import random
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec import backends
from semcodec._registry import MODEL_SETS
from semcodec.backends import activity
from semcodec.backends.local import LocalBackend, catalog, storage, store, weights
from semcodec.backends.local.image_model import MAX_AREA, MIN_AREA, SIZE_STEP, paintable_size
from semcodec.backends.local.store import ModelStore
from semcodec.backends.prompting import ChatRequest
from semcodec.errors import BackendError, InputError, InvalidResponseError, MissingFeatureError
from semcodec.imaging import color_layer
from semcodec.words.predicates import find_predicates
from tests.backends.local.conftest import DESCRIPTION, MakeBackend
from tests.backends.local.fake_libraries import (
    Machine,
    install,
    write_image_folder,
    write_text_folder,
)
from tests.each import for_each

PHOTO = Image.linear_gradient("L").resize((2000, 1000)).convert("RGB")
SIZE = (512, 512)
COLORS = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
RECORD = semcodec.pack("red boat", coding="lexicon", size=SIZE)
COLORED = semcodec.pack(
    "red boat",
    coding="lexicon",
    size=SIZE,
    extensions={"colors": color_layer.encode_colors(COLORS, 24)},
)


# --- texts


def test_rambling_model_yields_a_record(machine: Machine, make_backend: MakeBackend) -> None:
    encoded = semcodec.encode(PHOTO, backend=make_backend())
    assert encoded.description == DESCRIPTION
    assert {"red", "boat", "water"} <= set(encoded.record.words)
    repairs = [
        repair for stage in encoded.trace.stages for repair in stage.notes.get("repairs", [])
    ]
    assert any("select: requested again" in repair for repair in repairs)


def test_chat_has_rules_a_reduced_image_and_the_task(
    machine: Machine, make_backend: MakeBackend
) -> None:
    backend = make_backend(image_side=512)
    backend.describe(PHOTO)
    system, user = machine.chats[0]
    assert system["role"] == "system"
    image, task = user["content"]
    assert image["image"].size == backend.seen_size(PHOTO)
    assert max(image["image"].size) < 1000
    assert "Describe this picture" in task["text"]


def test_rejected_answer_is_sent_back(machine: Machine, make_backend: MakeBackend) -> None:
    machine.answer = lambda chat: "" if len(chat) == 2 else DESCRIPTION
    assert make_backend().describe(PHOTO) == DESCRIPTION
    roles = [message["role"] for message in machine.chats[-1]]
    assert roles == ["system", "user", "assistant", "user"]
    assert machine.chats[-1][2]["content"][0]["text"]  # some templates reject an empty message


def test_answer_at_the_limit_is_known_to_be_cut(
    machine: Machine, make_backend: MakeBackend
) -> None:
    machine.answer = lambda chat: "<think>" + "so " * 400
    with pytest.raises(BackendError, match="was cut off in the thoughts of the model"):
        make_backend(most_output=200).describe(PHOTO)


def test_long_answer_that_ends_is_not_cut(machine: Machine, make_backend: MakeBackend) -> None:
    request = ChatRequest("select", "Condense.", "Choose words.")
    machine.answer = lambda chat: "x" * 39
    models = make_backend(most_output=40)._models
    assert not models.complete(request).is_truncated  # 39 tokens, and the one that ends it
    machine.answer = lambda chat: "x" * 40
    assert models.complete(request).is_truncated


def test_checker_answers_by_the_same_model(machine: Machine, make_backend: MakeBackend) -> None:
    machine.answer = lambda chat: '{"1": "yes", "2": "no"}'
    predicates = find_predicates(["red", "boat", "house"], ordered=True)[:2]
    assert list(make_backend().check(PHOTO, predicates)) == ["yes", "no"]


def test_schema_of_another_program_is_stated_and_its_json_returned(
    machine: Machine, make_backend: MakeBackend
) -> None:
    machine.answer = lambda chat: '```json\n{"score": 3}\n```'
    schema = {"type": "object", "required": ["score"]}
    chat = ChatRequest("chat", "Judge.", "Rate it.", schema=schema)
    assert make_backend().chat_model.complete(chat).text == '{"score": 3}'
    task = machine.chats[0][1]["content"][0]["text"]
    assert task.startswith("Rate it.\n\n")
    assert json.dumps(schema) in task
    machine.answer = lambda chat: "Three."
    with pytest.raises(InvalidResponseError, match="JSON of the schema"):
        make_backend().chat_model.complete(chat)


# --- pictures


def test_same_seed_gives_the_same_picture(machine: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend(steps=2)
    first, again, other = (backend.paint("a boat", SIZE, seed) for seed in (7, 7, 8))
    assert first.tobytes() == again.tobytes() != other.tobytes()
    assert machine.pictures[0]["steps"] == 2


def test_painter_gets_the_description_alone(machine: Machine, make_backend: MakeBackend) -> None:
    semcodec.decode(RECORD, painter=make_backend(steps=1), reflect="off")
    assert "boat" in machine.pictures[0]["prompt"]
    assert "data" not in machine.pictures[0]["prompt"]


def test_steps_and_guidance_are_those_of_the_catalog(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write_image_folder(tmp_path / "hub")
    monkeypatch.setattr(storage, "locate", lambda model: folder)
    model = catalog.Model(
        "fake", "owner/fake", ("image",), format="diffusers", steps=3, guidance=0.0
    )
    monkeypatch.setattr(catalog, "find", lambda name: model)
    make_backend().paint("a boat", SIZE, 7)
    assert (machine := gpu).pictures[0]["steps"] == 3
    assert machine.pictures[0]["guidance"] == 0.0


def test_edit_keeps_the_size(machine: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend(steps=1)
    picture = backend.paint("a boat", SIZE, 7)
    odd = picture.resize((500, 300))
    edited = backend.edit(odd, "Make the boat red.", 8)
    assert edited.size == odd.size
    assert "Make the boat red." in machine.pictures[-1]["prompt"]
    assert machine.pictures[-1]["image"].size == machine.pictures[-1]["size"]


@pytest.mark.parametrize("has_starter", [True, False])
def test_model_that_cannot_edit_paints_again(
    machine: Machine, make_backend: MakeBackend, has_starter: bool
) -> None:
    """A strength alone is not an edit: such a pipeline does not follow an instruction."""
    machine.has_strength, machine.has_starter = True, has_starter
    machine.answer = lambda chat: '{"1": "no"}'
    backend = make_backend(steps=1)
    with pytest.raises(MissingFeatureError, match="cannot edit"):
        backend.edit(PHOTO, "Add a boat.", 7)
    decoded = semcodec.decode(
        semcodec.pack("boat", coding="lexicon", size=SIZE),
        writer="rules",
        painter=backend,
        checker=backend,
        reflect=1,
    )
    assert len(machine.pictures) == 2
    assert decoded.image.size == SIZE


def test_picture_starts_from_the_colors(machine: Machine, make_backend: MakeBackend) -> None:
    machine.has_strength = True
    painter = make_backend(steps=2, start_from_colors=True, start_strength=0.5)
    decoded = semcodec.decode(COLORED, painter=painter, reflect="off")
    assert decoded.guides == {"colors": "painter"}
    given = machine.pictures[0]
    assert given["image"].size == SIZE
    assert given["strength"] == 0.5
    assert given["steps"] == 4  # of which half are taken


def test_colors_are_applied_afterwards_if_the_model_cannot_start_from_them(
    machine: Machine, make_backend: MakeBackend
) -> None:
    machine.has_starter = False
    painter = make_backend(steps=1, start_from_colors=True)
    decoded = semcodec.decode(COLORED, painter=painter, reflect="off")
    assert any("cannot start from an image" in notice for notice in decoded.trace.notices)
    plain = make_backend(steps=1).paint(decoded.trace.stages[1].inputs[0], SIZE, 0)
    assert decoded.image.tobytes() != plain.tobytes()


def test_colors_are_not_taken_by_default(make_backend: MakeBackend) -> None:
    assert make_backend().guides == frozenset()


RANDOM = random.Random(0)
SIZES = [
    *[(1, 1), (96, 64), (1000, 1000), (4096, 4096), (4096, 1), (30, 4000), (1968, 3996)],
    *[(RANDOM.randint(1, 4096), RANDOM.randint(1, 4096)) for _ in range(300)],
]


@for_each([(size,) for size in SIZES])
def test_size_to_paint_suits_the_models(size: tuple[int, int]) -> None:
    width, height = paintable_size(size)
    assert paintable_size((width, height)) == (width, height)
    assert width % SIZE_STEP == height % SIZE_STEP == 0
    assert max(width, height) <= 4096
    if max(size) < 4 * min(size):
        assert MIN_AREA * 0.95 < width * height <= MAX_AREA * 1.05
        assert abs(width / height - size[0] / size[1]) < 0.05 * size[0] / size[1]


def test_black_picture_of_numbers_that_overflow_is_an_error(
    machine: Machine, make_backend: MakeBackend
) -> None:
    machine.is_overflowing = True
    with pytest.raises(InvalidResponseError, match="painted a black picture"):
        make_backend(steps=1).paint("a boat", SIZE, 7)


# --- models


def test_models_stay_loaded_for_the_next_backend(
    machine: Machine, make_backend: MakeBackend
) -> None:
    for _ in range(2):
        backend = make_backend(steps=1)
        backend.describe(PHOTO)
        backend.paint("a boat", SIZE, 7)
    assert [kind for kind, _ in machine.loads] == ["text", "image"]


def test_another_model_replaces_the_loaded_one(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    make_backend().describe(PHOTO)
    make_backend(text_model=str(write_text_folder(tmp_path / "other"))).describe(PHOTO)
    make_backend().describe(PHOTO)
    assert [kind for kind, _ in machine.loads] == ["text"] * 3


def test_weights_are_safetensors_of_this_machine_without_code(
    machine: Machine, make_backend: MakeBackend
) -> None:
    backend = make_backend(steps=1)
    backend.describe(PHOTO)
    backend.paint("a boat", SIZE, 7)
    for options in (*dict(machine.loads).values(), *machine.parts.values()):
        assert options["use_safetensors"] is True
        assert options["local_files_only"] is True
        assert options["trust_remote_code"] is False
    assert machine.network == [False, False]
    assert sys.modules["huggingface_hub.constants"].HF_HUB_OFFLINE is False  # type: ignore[attr-defined]
    logging: Any = sys.modules["diffusers.utils.logging"]
    assert (logging.verbosity, logging.has_progress_bar) == (30, True)


@pytest.mark.parametrize("quantization", ["nf4", "int8", "fp8"])
def test_quantization_is_that_of_the_settings(
    gpu: Machine,
    make_backend: MakeBackend,
    quantization: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    backend = make_backend(steps=1, quantization=quantization)
    backend.describe(PHOTO)
    backend.paint("a boat", SIZE, 7)
    package = "bitsandbytes" if quantization == "nf4" else "torchao"
    assert gpu.loads[0][1]["quantization_config"][0] == package
    configs = {name: options.get("quantization_config") for name, options in gpu.parts.items()}
    assert set(configs) == {"text_encoder", "transformer", "vae"}
    assert configs.pop("vae") is None
    assert {config and config[0] for config in configs.values()} == {package}


def test_missing_package_of_a_quantization_is_named(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        BackendError, match=r"bitsandbytes is missing: pip install 'semcodec\[local\]'"
    ):
        make_backend(quantization="nf4").describe(PHOTO)


def test_trace_states_what_a_result_depends_on(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    snapshot = tmp_path / "models--owner--fake" / "snapshots" / "0123abc"
    snapshot.parent.mkdir(parents=True)
    write_image_folder(snapshot)
    monkeypatch.setattr(storage, "locate", lambda model: snapshot)
    painter = make_backend(steps=1, quantization="none", offload="model")
    decoded = semcodec.decode(RECORD, writer="rules", painter=painter, reflect="off")
    [note] = decoded.trace.stages[-1].notes["models"]
    assert note["revision"] == "0123abc"
    assert note["model"] == "image"  # of a folder, its name without its path
    assert (note["device"], note["hardware"], note["dtype"]) == ("cuda", "Fake GPU", "bfloat16")
    assert (note["quantization"], note["offload"]) == ("none", "model")
    assert isinstance(note["versions"], dict)
    assert ("image", "offload") in gpu.moves


def test_license_that_is_not_free_is_shown(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = write_image_folder(tmp_path / "hub")
    monkeypatch.setattr(storage, "locate", lambda model: folder)
    license_source = "https://example.org/license"
    model = catalog.Model(
        "fake",
        "owner/fake",
        ("image",),
        "Research-1",
        license_source,
        is_free=False,
        format="diffusers",
        steps=1,
    )
    monkeypatch.setattr(catalog, "find", lambda name: model)
    decoded = semcodec.decode(RECORD, writer="rules", painter=make_backend(), reflect="off")
    assert [
        each for each in decoded.trace.notices if "Research-1" in each and license_source in each
    ]


def test_model_that_is_not_there_names_the_command(
    make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "locate", lambda model: None)
    with pytest.raises(BackendError, match="semcodec models fetch qwen3-vl-2b") as caught:
        make_backend(text_model="qwen3-vl-2b").describe(PHOTO)
    assert caught.value.unavailable


def test_model_of_another_kind_is_refused(machine: Machine, make_backend: MakeBackend) -> None:
    settings = make_backend().settings
    swapped = make_backend(text_model=settings.image_model, image_model=settings.text_model)
    with pytest.raises(InputError, match=r"cannot describe and write .* another one for --model"):
        swapped.describe(PHOTO)
    with pytest.raises(InputError, match=r"cannot paint .* another one for --painter-model"):
        swapped.paint("a boat", SIZE, 7)


def test_incomplete_folder_names_what_it_lacks(machine: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend()
    (Path(str(backend.settings.text_model)) / "model.safetensors").unlink()
    with pytest.raises(BackendError, match=r"lacks model\.safetensors: copy all files"):
        backend.describe(PHOTO)


def test_missing_packages_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(BackendError, match=r"pip install 'semcodec\[local\]'"):
        semcodec.encode(PHOTO, describer="local")


def test_package_that_fails_to_load_is_named(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, make_backend: MakeBackend
) -> None:
    class Broken:
        def find_spec(self, name: str, *args: object) -> None:
            if name == "transformers":
                raise OSError("libcudart.so.13: cannot open shared object file")

    monkeypatch.delitem(sys.modules, "transformers")
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    with pytest.raises(BackendError, match=r"transformers cannot be loaded .*libcudart"):
        make_backend().describe(PHOTO)


DAMAGED: dict[str, tuple[dict[str, Any], str]] = {
    "code of a component": ({"vae": ["my_code", "Model"]}, "names a class outside"),
    "code of the pipeline": ({"_class_name": ["pipeline", "Model"]}, "names a class outside"),
    "component of one name": ({"vae": ["diffusers"]}, "names a class outside"),
    "number as a library": ({"vae": [1, "Model"]}, "names a class outside"),
    "number as a class": ({"vae": ["diffusers", 1]}, "names a class outside"),
    "folder elsewhere": ({"../vae": ["diffusers", "AutoencoderKLFlux2"]}, "names a class outside"),
}


@pytest.mark.parametrize("case", DAMAGED)
def test_folder_with_code_is_refused(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, case: str
) -> None:
    components, problem = DAMAGED[case]
    folder = write_image_folder(tmp_path / "bad", **components)
    with pytest.raises(BackendError, match=problem):
        make_backend(image_model=str(folder)).paint("a boat", SIZE, 7)
    assert not machine.loads


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("vae/model.safetensors.index.json", {"weight_map": {"w": "pytorch_model.bin"}}, "not its"),
        ("vae/model.safetensors.index.json", {"weight_map": {"w": "../w.safetensors"}}, "not its"),
        ("config.json", {"attn_implementation": "a/kernel"}, "an attention kernel"),
        (
            "vae/config.json",
            {"text": {"_attn_implementation": {"": "a/kernel"}}},
            "an attention kernel",
        ),
    ],
)
def test_files_that_name_pickles_and_kernels_are_refused(
    tmp_path: Path, name: str, content: dict[str, Any], problem: str
) -> None:
    folder = write_image_folder(tmp_path / "bad")
    weights.check_files(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content))
    with pytest.raises(BackendError, match=problem):
        weights.check_files(folder)


@pytest.mark.parametrize("name", ["config.json", "vae/model.safetensors.index.json"])
@pytest.mark.parametrize("kind", ["large", "damaged", "deep"])
def test_json_that_cannot_be_checked_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, kind: str
) -> None:
    """A library could read it in another way, such as a name of a kernel after many spaces."""
    monkeypatch.setattr(storage, "MAX_JSON_BYTES", 1000)
    folder = write_image_folder(tmp_path / "bad")
    contents = {"large": " " * 1000 + '{"attn_implementation": "a/kernel"}', "damaged": "{"}
    (folder / name).write_text(contents.get(kind, "[" * 1000))
    with pytest.raises(BackendError, match=rf"{Path(name).name} is too large or damaged"):
        weights.check_files(folder)


def test_large_tokenizer_is_not_a_config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_text_folder(tmp_path / "text")
    monkeypatch.setattr(storage, "MAX_JSON_BYTES", 1000)
    (folder / "tokenizer.json").write_text(" " * 2000)
    weights.check_files(folder)


@pytest.mark.parametrize("index", ["", "[]", "{}", "{", "\0", '{"_class_name": 1', "[" * 9_999])
def test_damaged_index_is_an_error(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, index: str
) -> None:
    folder = write_image_folder(tmp_path / "bad")
    (folder / "model_index.json").write_text(index)
    with pytest.raises(BackendError, match=r"lacks model_index\.json"):
        make_backend(image_model=str(folder)).paint("a boat", SIZE, 7)
    with pytest.raises(BackendError, match="it is not a pipeline of diffusers"):
        weights.read_index(folder)


@pytest.mark.parametrize(
    ("lacks", "keys", "problem"),
    [
        ("missing_keys", ["b", "a", "c"], r"lack the weights a and 2 more\)"),
        ("mismatched_keys", ["a"], r"have another shape of the weights a\)"),
        ("mismatched_keys", [("a", (1, 2), (2, 1))], r"have another shape of the weights a\)"),
    ],
)
def test_weights_that_would_be_random_are_an_error(
    machine: Machine, make_backend: MakeBackend, lacks: str, keys: list[Any], problem: str
) -> None:
    setattr(machine, lacks, keys)
    with pytest.raises(BackendError, match=rf"/text cannot be loaded .*{problem}"):
        make_backend().describe(PHOTO)
    with pytest.raises(BackendError, match=rf"/image/\w+ cannot be loaded .*{problem}"):
        make_backend().paint("a boat", SIZE, 7)


def test_networks_are_loaded_in_the_type_of_the_device(
    gpu: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    parts = {"tokenizer": ["transformers", "Qwen2Tokenizer"], "other": ["diffusers", "Unknown"]}
    folder = write_image_folder(tmp_path / "klein", **parts)
    for name in ("tokenizer/tokenizer.json", "other/other_config.json"):
        (folder / name).parent.mkdir()
        (folder / name).write_text("{}")
    make_backend(image_model=str(folder), steps=1).paint("a boat", SIZE, 7)
    assert gpu.parts["text_encoder"]["dtype"] == gpu.parts["vae"]["torch_dtype"] == "bfloat16"
    assert set(gpu.loads[0][1]) >= {"text_encoder", "transformer", "vae"}
    assert not {"tokenizer", "other"} & set(gpu.loads[0][1])  # those are left to the pipeline


# --- GGUF


def test_gguf_file_replaces_the_weights_of_the_transformer(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    gguf = tmp_path / "klein.gguf"
    gguf.write_bytes(b"GGUF")
    make_backend(gguf=str(gguf), steps=1).paint("a boat", SIZE, 7)
    assert set(machine.parts) == {str(gguf), "text_encoder", "vae"}
    options = machine.parts[str(gguf)]
    assert options["local_files_only"] is True
    assert options["quantization_config"] == ("gguf", "float32")


@pytest.mark.parametrize("name", ["klein.gguf", "https://example.org/klein.gguf"])
def test_gguf_file_that_does_not_exist_is_named(make_backend: MakeBackend, name: str) -> None:
    with pytest.raises(BackendError, match=r"klein\.gguf does not exist: check --gguf\.$"):
        make_backend(gguf=name, steps=1).paint("a boat", SIZE, 7)


@pytest.mark.parametrize("kind", ["damaged", "incomplete"])
def test_gguf_file_that_cannot_be_loaded_is_named(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path, kind: str
) -> None:
    gguf = tmp_path / "klein.gguf"
    gguf.write_bytes(b"GGUF")
    machine.failures = [ValueError("bad magic")] if kind == "damaged" else []
    machine.missing_keys = ["norm.weight"] if kind == "incomplete" else []
    with pytest.raises(BackendError, match=r"klein\.gguf cannot be loaded \(") as caught:
        make_backend(gguf=str(gguf), steps=1).paint("a boat", SIZE, 7)
    problem = {"damaged": "bad magic", "incomplete": "it lacks the weights norm.weight"}
    assert problem[kind] in str(caught.value)
    assert str(caught.value).endswith("use another --gguf.")


def test_gguf_file_needs_a_transformer(
    machine: Machine, make_backend: MakeBackend, tmp_path: Path
) -> None:
    folder = write_image_folder(tmp_path / "other", transformer=[None, None])
    with pytest.raises(BackendError, match="no transformer whose weights"):
        make_backend(image_model=str(folder), gguf="klein.gguf").paint("a boat", SIZE, 7)


def test_error_of_a_library_is_one_message(machine: Machine, make_backend: MakeBackend) -> None:
    machine.failures = [KeyError("layer.0" * 1000)]
    with pytest.raises(BackendError, match=r"cannot be loaded \(KeyError") as caught:
        make_backend().describe(PHOTO)
    assert len(str(caught.value)) < 600
    make_backend().describe(PHOTO)  # a later call loads it again


# --- the CPU


def test_cpu_paints_offline_by_default(machine: Machine, make_backend: MakeBackend) -> None:
    backend = LocalBackend(text_model=make_backend().settings.text_model)
    found = backends.find_all(backend, describer=None, writer=None, painter=None, editor=None)
    names = [None if each is None else each.name for each in found]
    assert names == ["local", "local", "embedded", None]
    assert backend.model_name("painter") == ""
    assert backends.find("painter", "auto", backend) is backend


def test_named_model_paints_on_a_cpu(machine: Machine, make_backend: MakeBackend) -> None:
    assert backends.find("painter", make_backend()).name == "local"


class Weights:
    """A model whose move can be interrupted."""

    def __init__(self) -> None:
        self.moves = list[str]()
        self.error: BaseException | None = None

    def move(self, device: str) -> None:
        self.moves.append(device)
        if self.error is not None:
            raise self.error


def test_interrupted_move_is_made_again() -> None:
    models, moved = ModelStore(), Weights()
    models.get("text", "a", lambda: moved, "cuda", is_resident=True)
    moved.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        models.get("image", "b", Weights, "cuda", is_resident=False)
    moved.error = None
    models.get("text", "a", Weights, "cuda", is_resident=True)
    assert moved.moves == ["cpu", "cuda"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
def test_child_of_a_fork_starts_anew() -> None:
    thread = threading.Thread(target=store.STORE.lock.acquire)  # and it never releases it
    thread.start()
    thread.join()
    store.STORE._loaded["text"] = store._Loaded("key", Weights(), "cuda")
    try:
        child = os.fork()
        if child == 0:
            is_free = store.STORE.lock.acquire(timeout=2)
            os._exit(0 if is_free and store.STORE.is_alone("image") else 1)
        assert os.waitpid(child, 0)[1] == 0
        assert not store.STORE.is_alone("image")
    finally:
        store.STORE._reset()


def test_gpu_paints_by_default(gpu: Machine) -> None:
    backend = LocalBackend()
    assert backends.find("painter", backend) is backend
    names = [backend.model_name(role) for role in ("describer", "writer", "painter", "prompts")]
    assert names[0] == names[1] == "Qwen/Qwen3-VL-4B-Instruct"
    assert names[2] == "black-forest-labs/FLUX.2-klein-4B"


def test_record_of_the_usual_models_states_them_in_one_byte(
    gpu: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a GPU of 6 GB, these are a registered set."""
    gpu.memory = 6_000_000_000
    install(monkeypatch, gpu)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)
    folder = Path(str(make_backend().settings.text_model))
    monkeypatch.setattr(storage, "locate", lambda model: folder)
    encoded = semcodec.encode(PHOTO, backend=LocalBackend())
    sets = encoded.record.models.set
    assert MODEL_SETS[sets] == "local"
    assert gpu.loads[0][1]["quantization_config"][0] == "bitsandbytes"


def test_unknown_device_names_those_that_exist(machine: Machine) -> None:
    with pytest.raises(InputError, match="no device cuda: use cpu"):
        LocalBackend(device="cuda").describe(PHOTO)


# --- progress and interruption


def test_steps_tokens_and_loading_are_shown(
    machine: Machine, make_backend: MakeBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(activity, "show", shown.append)
    backend = make_backend(steps=2)
    backend.describe(PHOTO)
    backend.paint("a boat", SIZE, 7)
    assert f"loading {backend.settings.text_model}" in shown
    assert "token 1 of at most 1024" in shown
    assert shown[-3:] == ["step 1 of 2", "step 2 of 2", ""]


def test_interrupt_between_two_steps_leaves_a_usable_backend(
    machine: Machine, make_backend: MakeBackend
) -> None:
    backend = make_backend(steps=3)
    backend.paint("a boat", SIZE, 6)
    machine.failures = [None, KeyboardInterrupt()]
    with pytest.raises(KeyboardInterrupt):
        semcodec.decode(RECORD, writer="rules", painter=backend)
    assert machine.hooks_freed == 1
    assert activity.current() == ""
    assert backend.paint("a boat", SIZE, 7).size == SIZE
    assert [kind for kind, _ in machine.loads] == ["image"]
