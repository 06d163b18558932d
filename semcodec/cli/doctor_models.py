"""The section of ``doctor`` on models on this machine: the device, the models, what is missing."""

from __future__ import annotations

import argparse
from typing import Any, Final

from semcodec.backends.local import LocalBackend, catalog, storage
from semcodec.backends.local.backend import IMAGE_ROLES
from semcodec.backends.local.catalog import Model
from semcodec.backends.local.devices import Device
from semcodec.backends.local.fetching import format_size
from semcodec.backends.local.memory import Plan, make_plan
from semcodec.backends.local.models import LocalModels
from semcodec.backends.local.store import Kind
from semcodec.cli import local_options
from semcodec.errors import SemcodecError

NO_PAINTER: Final = (
    "none: a picture would take minutes on a CPU, so the offline painter paints; a model that is "
    "named with --painter-model is used"
)
OFFLOADS: Final = {
    "none": "the painter is on the device as a whole",
    "model": "one part of the painter is on the device at a time",
    "group": "a few layers of the painter are on the device at a time",
}


def describe_models(args: argparse.Namespace) -> list[tuple[str, str]]:
    """Return what ``--backend local`` would use, as names and values. Nothing is loaded."""
    try:
        settings = LocalBackend(**local_options.read_settings(args)).settings
        models = LocalModels(settings)
        device = models.device
        plan = make_plan(settings, catalog.choose(device.memory), device)
        painter = models.model("image") if models.paints_by_default else None
        return [
            ("device", _describe_device(device)),
            ("memory", _describe_plan(plan, device, has_painter=painter is not None)),
            ("text", _describe(models, "text")),
            ("pictures", NO_PAINTER if painter is None else _describe(models, "image")),
        ]
    except SemcodecError as error:
        return [("device", f"not available: {error}")]


def find_missing(backend: Any, role: str) -> str:
    """Return what a role of the backend local lacks, with what to do; "" if it lacks nothing.

    Raises:
        SemcodecError: the backend is local and cannot be used.
    """
    if not isinstance(backend, LocalBackend):
        return ""
    kind: Kind = "image" if role in IMAGE_ROLES else "text"
    models = LocalModels(backend.settings)
    models.check_packages(kind)
    model = models.model(kind)
    return "" if storage.locate(model) else _describe_model(model)


def _describe(models: LocalModels, kind: Kind) -> str:
    """Return a model, and what its calls lack besides its weights."""
    text = _describe_model(models.model(kind))
    try:
        models.check_packages(kind)
    except SemcodecError as error:
        return f"{text}; {error}"
    return text


def _describe_device(device: Device) -> str:
    if device.memory is None:
        return f"{device.name}, {device.dtype}"
    title = catalog.memory_class(device.memory).title
    return f"{device.name}, {format_size(device.memory)}, {device.dtype}; defaults for {title}"


def _describe_plan(plan: Plan, device: Device, *, has_painter: bool) -> str:
    precision = "weights are not quantized" if plan.quantization == "none" else plan.quantization
    if device.is_cpu or not has_painter:
        return precision
    together = "both models stay on the device" if plan.resident else "one model at a time"
    return f"{precision}; {together}; {OFFLOADS[plan.offload]}"


def _describe_model(model: Model) -> str:
    folder = storage.locate(model)
    if folder is not None:
        return f"{model.name}, in {folder}" if model.folder is None else f"the folder {folder}"
    if model.folder is not None:
        missing = ", ".join(storage.missing_files(model.folder, model.format))
        advice = "copy the missing files into the folder, or name another model"
        return f"{model.name} lacks {missing}: {advice}"
    size = format_size(model.disk_bytes)
    return f"{model.name} is not on this machine: semcodec models fetch {model.name} ({size})"
