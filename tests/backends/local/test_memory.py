"""Too little memory: one retry with the next smaller plan, then one message."""

from __future__ import annotations

import pytest
from PIL import Image

import semcodec
from semcodec.backends.local import LocalSettings, catalog
from semcodec.backends.local.devices import Device
from semcodec.backends.local.memory import Plan, is_out_of_memory, make_plan, next_smaller
from semcodec.errors import BackendError
from tests.backends.local.conftest import MakeBackend
from tests.backends.local.fake_libraries import Machine, OutOfMemoryError

PHOTO = Image.new("RGB", (64, 64), "red")
SIZE = (64, 64)
RECORD = semcodec.pack("red boat", coding="lexicon", size=(512, 512))
FULL = OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
CUDA = Device("cuda", "Fake GPU", 24_000_000_000, "bfloat16")
CPU = Device("cpu", "CPU", None, "float32")


@pytest.fixture(autouse=True)
def _packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name)


def test_second_attempt_has_the_next_smaller_plan(gpu: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend(steps=1, quantization="none", offload="model")
    gpu.failures = [None, OutOfMemoryError(str(FULL))]  # FULL would keep its frames
    decoded = semcodec.decode(RECORD, writer="rules", painter=backend, reflect="off")
    paint = decoded.trace.stages[-1]
    [repair] = paint.notes["repairs"]
    assert repair == "paint: out of memory; tried again with --quantization int8 --offload model"
    assert [note["quantization"] for note in paint.notes["models"]] == ["none", "int8"]
    assert len(gpu.loads) == 2
    # The old weights are gone before their memory is given back, and both before others are loaded.
    assert gpu.moves.index(("image", "deleted")) < gpu.moves.index(("cache", "emptied"))


def test_later_calls_begin_with_the_smaller_plan(gpu: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend(steps=1)
    gpu.failures = [FULL]  # while the weights are loaded
    for seed in (7, 8):
        backend.paint("a boat", SIZE, seed)
    assert len(gpu.loads) == 1
    assert len(gpu.pictures) == 2


def test_other_model_leaves_first(gpu: Machine, make_backend: MakeBackend) -> None:
    """With both models on the device, the smaller plan is to have one at a time."""
    backend = make_backend(steps=1, quantization="none", offload="none")
    backend.describe(PHOTO)
    gpu.failures = [None, FULL]
    decoded = semcodec.decode(RECORD, writer="rules", painter=backend, reflect="off")
    [repair] = decoded.trace.stages[-1].notes["repairs"]
    assert (
        repair == "paint: out of memory; tried again after the other model was moved off the device"
    )
    assert gpu.moves[-1] == ("text", "cpu")
    assert [kind for kind, _ in gpu.loads] == ["text", "image"]
    backend.describe(PHOTO)
    assert gpu.moves.count(("text", "cuda")) == 2


def test_painter_that_moves_its_parts_leaves_nothing_to_move(
    gpu: Machine, make_backend: MakeBackend
) -> None:
    """Between two calls it has no weights on the device, so the model of texts gets smaller."""
    backend = make_backend(steps=1)  # offload "model", both resident
    backend.paint("a boat", SIZE, 7)
    gpu.failures = [None, FULL]
    encoded = semcodec.encode(PHOTO, describer=backend, writer="rules")
    [repair] = encoded.trace.stages[0].notes["repairs"]
    assert repair == "describe: out of memory; tried again with --quantization int8"
    assert backend.dependencies()["text"]["quantization"] == "int8"


def test_model_that_is_alone_moves_its_parts(gpu: Machine, make_backend: MakeBackend) -> None:
    """Without another model on the device, none can leave it."""
    backend = make_backend(steps=1, quantization="none", offload="none")
    gpu.failures = [None, FULL]
    backend.paint("a boat", SIZE, 7)
    assert backend.dependencies()["image"]["offload"] == "model"


def test_second_failure_is_one_message_with_the_options_that_help(
    gpu: Machine, make_backend: MakeBackend
) -> None:
    backend = make_backend(steps=1, quantization="int8", offload="model")
    gpu.failures = [FULL, FULL]
    with pytest.raises(BackendError) as caught:
        backend.paint("a boat", SIZE, 7)
    assert str(caught.value).endswith(
        "on Fake GPU (--quantization nf4 --offload model): add --quantization nf4 --offload group, "
        "or paint a smaller --size."
    )
    assert not caught.value.retryable


def test_last_plan_is_not_tried_again(gpu: Machine, make_backend: MakeBackend) -> None:
    backend = make_backend(steps=1, quantization="nf4", offload="group")
    gpu.failures = [FULL]
    with pytest.raises(BackendError, match=r"offload group\): paint a smaller --size\."):
        backend.paint("a boat", SIZE, 7)
    assert not gpu.failures


def test_other_errors_are_not_tried_again(gpu: Machine, make_backend: MakeBackend) -> None:
    gpu.failures = [None, RuntimeError("shape mismatch")]
    with pytest.raises(BackendError, match="shape mismatch"):
        make_backend(steps=1).paint("a boat", SIZE, 7)
    assert len(gpu.loads) == 1


@pytest.mark.parametrize("device", [CUDA, CPU], ids=["cuda", "cpu"])
@pytest.mark.parametrize("is_image", [True, False], ids=["image", "text"])
def test_plans_get_smaller_until_there_is_none(device: Device, is_image: bool) -> None:
    plan: Plan | None = Plan("none", "none", resident=True)
    plans = []
    while plan is not None:
        assert plan not in plans
        plans.append(plan)
        plan = next_smaller(plan, device, is_image=is_image)
    last = plans[-1]
    expected = ("int8", "none") if device is CPU else ("nf4", "group" if is_image else "none")
    assert last.weights == expected


def test_nf4_is_the_default_only_where_it_runs() -> None:
    small = catalog.choose(6_000_000_000)
    apple = Device("mps", "Apple GPU", 6_000_000_000, "bfloat16")
    plans = [make_plan(LocalSettings(), small, device) for device in (CUDA, apple)]
    assert [plan.quantization for plan in plans] == ["nf4", "int8"]
    named = make_plan(LocalSettings(quantization="nf4", offload="none"), small, apple)
    assert named.weights == ("nf4", "none")


@pytest.mark.parametrize(
    ("error", "is_memory"),
    [
        (FULL, True),
        (MemoryError(), True),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: 8 bytes"), True),
        (RuntimeError("MPS backend out of memory (MPS allocated: 5 GB)"), True),
        (RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling"), True),
        (RuntimeError("shape mismatch"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_errors_of_memory_are_distinguished_from_others(error: Exception, is_memory: bool) -> None:
    assert is_out_of_memory(error) is is_memory
