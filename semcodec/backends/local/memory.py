"""How weights use the memory: the plan of a model, and the next smaller one if memory runs out."""

from __future__ import annotations

import gc
from dataclasses import dataclass, replace
from typing import Any, Final

from semcodec.backends.local.catalog import Defaults
from semcodec.backends.local.devices import Device
from semcodec.backends.local.settings import AUTO, LocalSettings

#: Names of exception classes that mean too little memory, of PyTorch and of Python.
MEMORY_ERRORS: Final = ("OutOfMemoryError", "MemoryError")
#: The same in messages of a RuntimeError: of the CPU, of a Mac, and of libraries of CUDA.
MEMORY_TEXTS: Final = (
    "out of memory",
    "can't allocate memory",
    "not enough memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How the weights of a model use the memory.

    Attributes:
        quantization: ``"none"``, ``"int8"``, ``"fp8"`` or ``"nf4"``.
        offload: ``"none"``, ``"model"`` or ``"group"``; see ``LocalSettings``.
        resident: whether the other model may stay on the device, too.
    """

    quantization: str
    offload: str
    resident: bool

    @property
    def weights(self) -> tuple[str, str]:
        """What a loaded model depends on."""
        return self.quantization, self.offload

    def describe(self, *, is_image: bool) -> str:
        """Return the options that select this plan, for messages; texts have no offload."""
        offload = f" --offload {self.offload}" if is_image else ""
        return f"--quantization {self.quantization}{offload}"

    def describe_change(self, previous: Plan, *, is_image: bool) -> str:
        """Return what differs from the previous plan, for the trace."""
        if self.weights == previous.weights:
            return "after the other model was moved off the device"
        return f"with {self.describe(is_image=is_image)}"


def make_plan(settings: LocalSettings, defaults: Defaults, device: Device) -> Plan:
    """Return the plan of the settings; ``"auto"`` is the default for the memory.

    The package for ``nf4`` is made for CUDA, so other devices get 8 bits by default.
    """
    quantization, offload = settings.quantization, settings.offload
    default = defaults.quantization
    if default == "nf4" and device.kind != "cuda":
        default = "int8"
    return Plan(
        default if quantization == AUTO else quantization,
        defaults.offload if offload == AUTO else offload,
        defaults.resident,
    )


def next_smaller(
    plan: Plan, device: Device, *, is_image: bool, is_alone: bool = False
) -> Plan | None:
    """Return the next plan that needs less memory, or None.

    On a GPU, weights first leave it for the memory of the computer, which costs time, and only then
    lose precision, which costs quality.

    Args:
        plan: what needed too much.
        device: where the model is.
        is_image: whether the model paints.
        is_alone: whether no other model is on the device, so that none can leave it.
    """
    if device.is_cpu:
        return None if plan.quantization != "none" else replace(plan, quantization="int8")
    if plan.resident and not is_alone:
        return replace(plan, resident=False)
    if is_image and plan.offload == "none":
        return replace(plan, offload="model")
    if plan.quantization == "none":
        return replace(plan, quantization="int8")
    if plan.quantization != "nf4" and device.kind == "cuda":
        return replace(plan, quantization="nf4")
    if is_image and plan.offload == "model":
        return replace(plan, offload="group")
    return None


def is_out_of_memory(error: BaseException) -> bool:
    """Return whether an exception means that memory ran out, and not that the code is wrong."""
    names = {each.__name__ for each in type(error).__mro__}
    if names & set(MEMORY_ERRORS):
        return True
    return isinstance(error, RuntimeError) and any(text in str(error) for text in MEMORY_TEXTS)


def free_memory(torch: Any, device: Device) -> None:
    """Return the memory of deleted tensors to the device."""
    gc.collect()
    if device.kind == "cuda":
        torch.cuda.empty_cache()
    elif device.kind == "mps":
        torch.mps.empty_cache()
