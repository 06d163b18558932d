"""The models of one backend ``local``: which ones, loaded when they are needed, and run."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from semcodec.backends import activity
from semcodec.backends.local import catalog, memory, quantization, storage, weights
from semcodec.backends.local.devices import Device, find_device, import_package, import_torch
from semcodec.backends.local.image_model import ImageModel
from semcodec.backends.local.memory import Plan
from semcodec.backends.local.settings import AUTO, NAME, LocalSettings
from semcodec.backends.local.store import MOVES_ITSELF, STORE, Kind
from semcodec.backends.local.text_model import TextModel
from semcodec.backends.model_calls import note_license, note_retry
from semcodec.backends.notes import add_note
from semcodec.backends.prompting import ChatRequest, ChatResponse
from semcodec.backends.prompting.stated_schema import extract_json, state_schema
from semcodec.errors import BackendError, InputError

if TYPE_CHECKING:
    from PIL.Image import Image

T = TypeVar("T")
#: The library that loads the models of a kind.
FORMATS: Final[dict[Kind, catalog.Format]] = {"text": "transformers", "image": "diffusers"}
#: The packages that load the models of a kind, and their networks.
LIBRARIES: Final[dict[Kind, tuple[str, ...]]] = {
    "text": ("transformers",),
    "image": ("transformers", "diffusers"),
}
#: Packages whose versions a trace states, since they decide what is computed.
PACKAGES: Final = (
    "torch", "torchvision", "transformers", "tokenizers", "diffusers", "accelerate", "safetensors",
    "bitsandbytes", "torchao", "gguf",
)  # fmt: skip


class LocalModels:
    """Chooses, loads and runs the models of one backend; the chat model of ``PromptBackend``."""

    def __init__(self, settings: LocalSettings) -> None:
        self._settings = settings
        self._plans: dict[Kind, Plan] = {}  # smaller than planned, after memory ran out
        self._folders: dict[Kind, Path] = {}  # those found so far

    @cached_property
    def device(self) -> Device:
        """The device of the settings."""
        return find_device(self._settings.device)

    @property
    def paints_by_default(self) -> bool:
        """Whether this device paints in seconds, or the user has named a model that paints."""
        return self._settings.image_model is not None or self._defaults.image_model is not None

    @property
    def _defaults(self) -> catalog.Defaults:
        return catalog.choose(self.device.memory)

    def model(self, kind: Kind) -> catalog.Model:
        """Return the catalog's entry of the model for texts or for images.

        Raises:
            InputError: the settings name an unknown model, or one of another kind.
        """
        if kind == "text":
            name = self._settings.text_model or self._defaults.text_model
        else:
            name = self._settings.image_model or self._defaults.image_model or _smallest_painter()
        model = catalog.find(name)
        if kind not in model.kinds or model.format != FORMATS[kind]:
            task = "describe and write" if kind == "text" else "paint"
            raise InputError(
                f"The model {model.name} cannot {task} with the backend {NAME}: use another one "
                f"for {'--model' if kind == 'text' else '--painter-model'}."
            )
        return model

    def check_packages(self, kind: Kind) -> None:
        """Check what a call needs besides weights: packages, and a GGUF file that is named.

        Raises:
            BackendError: something is missing; the message states what to do.
        """
        for name in LIBRARIES[kind]:
            import_package(name)
        quantization.check_quantization(self._plan(kind).quantization)
        if kind == "image" and self._gguf is not None:
            weights.check_gguf(self._gguf)

    @property
    def _gguf(self) -> Path | None:
        path = self._settings.gguf
        return Path(path).expanduser() if path else None

    def complete(self, chat: ChatRequest) -> ChatResponse:
        """Return the response of the text model; a JSON schema is stated in the task."""
        limit, side = self._settings.most_output, self._settings.image_side

        stated = state_schema(chat)

        def complete(model: TextModel) -> ChatResponse:
            return model.complete(stated, limit, side)

        return extract_json(chat, self._run("text", chat.stage, complete), NAME)

    def discard(self, response: ChatResponse) -> None:
        """Do nothing: no responses are stored."""

    def run_image(self, stage: str, use: Callable[[ImageModel], Image]) -> Image:
        """Return the result of ``use`` with the image model."""
        return self._run("image", stage, use)

    def _run(self, kind: Kind, stage: str, use: Callable[[Any], T]) -> T:
        """Return the result of ``use``; if memory runs out, once more with the next smaller plan.

        Later calls begin with that plan.

        Raises:
            BackendError: the memory is too small for both, or the weights cannot be loaded.
        """
        with STORE.lock, activity.showing(""):
            plan = self._plan(kind)
            try:
                return self._use(kind, plan, use)
            except Exception as error:
                if not memory.is_out_of_memory(error):
                    raise
                smaller = self._next_smaller(kind, plan)
                if smaller is None:
                    raise self._memory_error(kind, stage, plan) from error.with_traceback(None)
            # Only here are the frames of the error gone, with the tensors that they hold.
            if smaller.weights != plan.weights:
                STORE.release(kind)
            memory.free_memory(import_torch(), self.device)
            note_retry(stage, smaller.describe_change(plan, is_image=kind == "image"))
            self._plans[kind] = smaller
            try:
                return self._use(kind, smaller, use)
            except Exception as error:
                if not memory.is_out_of_memory(error):
                    raise
                raise self._memory_error(kind, stage, smaller) from error.with_traceback(None)

    def _plan(self, kind: Kind) -> Plan:
        planned = memory.make_plan(self._settings, self._defaults, self.device)
        if self._settings.quantization == AUTO and self._own_quantization(kind):
            planned = replace(planned, quantization="none")  # once more would be an error
        return self._plans.get(kind, planned)

    def _own_quantization(self, kind: Kind) -> str:
        """Return how the weights in the folder of a model are quantized; empty if not."""
        folder = self._folder(kind)
        return quantization.find_own_quantization(folder) if folder else ""

    def _folder(self, kind: Kind) -> Path | None:
        return self._folders.get(kind) or storage.locate(self.model(kind))

    def _use(self, kind: Kind, plan: Plan, use: Callable[[Any], T]) -> T:
        """Return the result of ``use`` with the model of a kind, which is loaded if necessary."""
        model = self.model(kind)
        folder = self._folders[kind] = self._folders.get(kind) or _locate(model)
        key = (folder, plan.weights, self.device, self._settings.gguf)
        moves_itself = kind == "image" and plan.offload != "none"
        loaded = STORE.get(
            kind,
            key,
            lambda: self._load(kind, model, folder, plan),
            MOVES_ITSELF if moves_itself else self.device.kind,
            is_resident=plan.resident,
        )
        add_note("models", self.dependencies(kind))
        note_license(model)
        return use(loaded)

    def _load(self, kind: Kind, model: catalog.Model, folder: Path, plan: Plan) -> Any:
        activity.show(f"loading {model.name}")
        if kind == "text":
            return TextModel(*weights.load_text_model(folder, plan, self.device), folder)
        pipelines = weights.load_pipelines(folder, plan, self.device, self._gguf)
        return ImageModel(*pipelines, model, folder)

    def dependencies(self, kind: Kind) -> dict[str, Any]:
        """Return what the result of a call depends on, for the trace."""
        model, plan = self.model(kind), self._plan(kind)
        folder, own = self._folder(kind), self._own_quantization(kind)
        return {
            "model": published_name(model),
            "revision": folder and storage.resolved_revision(folder),
            "dtype": self.device.dtype,
            "quantization": f"of the folder: {own}" if own else plan.quantization,
            "gguf": self._gguf.name if self._gguf and kind == "image" else "",
            "offload": plan.offload,
            "device": self.device.kind,
            "hardware": self.device.name,
            "versions": _versions(),
        }

    def _next_smaller(self, kind: Kind, plan: Plan) -> Plan | None:
        smaller = memory.next_smaller(
            plan, self.device, is_image=kind == "image", is_alone=STORE.is_alone(kind)
        )
        is_other = smaller is not None and smaller.quantization != plan.quantization
        return None if is_other and self._own_quantization(kind) else smaller

    def _memory_error(self, kind: Kind, stage: str, plan: Plan) -> BackendError:
        smaller, is_image = self._next_smaller(kind, plan), kind == "image"
        advice = [f"add {smaller.describe(is_image=is_image)}"] if smaller else []
        advice += ["paint a smaller --size" if is_image else "use a smaller --model"]
        message = (
            f"Out of memory with the model {self.model(kind).name} on {self.device.name} "
            f"({plan.describe(is_image=is_image)}): {', or '.join(advice)}."
        )
        return BackendError(message, backend=NAME, stage=stage)


def _smallest_painter() -> str:
    """Return the image model of the smallest device that has one by default."""
    names = (each.defaults.image_model for each in catalog.load().classes)
    return next(name for name in names if name)


def _locate(model: catalog.Model) -> Path:
    """Return the folder of a model.

    Raises:
        BackendError: its weights are not on this machine.
    """
    folder = storage.locate(model)
    if folder is not None:
        return folder
    if model.folder is None:
        message = (
            f"The model {model.name} is not on this machine: semcodec models fetch {model.name}."
        )
    else:
        missing = storage.missing_files(model.folder, model.format)[0]
        message = f"The folder {model.name} lacks {missing}: copy all files of the model to it."
    raise BackendError(message, backend=NAME, stage="load", unavailable=True)


def published_name(model: catalog.Model) -> str:
    """Return the name of a model in records and traces; of a folder, no path."""
    return model.repository or Path(model.name).expanduser().resolve().name


@cache
def _versions() -> dict[str, str]:
    """Return the versions of the packages that compute; without those that are not installed."""
    versions = {}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return versions
