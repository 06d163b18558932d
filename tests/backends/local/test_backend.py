"""The backend ``local`` over fake libraries: what they get, and what becomes of their results."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from semcodec import backends
from semcodec._registry import MODEL_SETS
from semcodec.backends import activity
from semcodec.backends.local import LocalBackend, catalog, storage
from semcodec.backends.local.image_model import MAX_AREA, MIN_AREA, SIZE_STEP, paintable_size
from semcodec.backends.prompting import ChatRequest
from semcodec.errors import BackendError, InputError, InvalidResponseError, MissingFeatureError
from semcodec.imaging import color_layer
from semcodec.words.predicates import find_predicates
from tests.backends.local.conftest import DESCRIPTION, MakeBackend
from tests.backends.local.fake_libraries import (
    Machine,
    install,
    write_image_folder,
)
from tests.each import for_each

PHOTO = Image.linear_gradient("L").resize((1100, 550)).convert("RGB")
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
    models = make_backend(most_output=40).chat_model
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
