"""Fakes of torch, transformers and diffusers, with the part of their interfaces that is used.

They are put into ``sys.modules``, so that the adapters run as they are. Texts are arrays of
characters in place of tokens, and a picture depends on everything that a pipeline gets.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import types
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

END = 0  #: the token that ends an answer
MEMORY_USED = 3 * 2**30  #: bytes of a GPU, at most
Answer = Callable[[list[dict[str, Any]]], str]  #: from the messages of a chat to its answer


class OutOfMemoryError(RuntimeError):
    """As of ``torch``."""


@dataclass
class Machine:
    """What the fakes do, and what was done with them.

    Attributes:
        answer: the text model.
        memory: bytes of the GPU; None for a machine without one.
        failures: exceptions that the next calls of models raise, in order; None for none.
        loads: the arguments with which weights were loaded, by kind.
        parts: the same for the networks of pipelines, by the name of their folder.
        chats: the messages of all chats.
        pictures: the arguments of all calls of pipelines.
        moves: the kind of a model and the device to which it was moved.
        hooks_freed: how often the weights of a pipeline were taken off the device.
        network: whether the libraries could use it, at each load.
    """

    answer: Answer
    memory: int | None = None
    failures: list[BaseException | None] = field(default_factory=list)
    loads: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    parts: dict[str, dict[str, Any]] = field(default_factory=dict)
    chats: list[list[dict[str, Any]]] = field(default_factory=list)
    pictures: list[dict[str, Any]] = field(default_factory=list)
    moves: list[tuple[str, str]] = field(default_factory=list)
    hooks_freed: int = 0
    network: list[bool] = field(default_factory=list)
    missing_keys: list[str] = field(default_factory=list)
    mismatched_keys: list[Any] = field(default_factory=list)
    is_overflowing: bool = False
    has_strength: bool = False
    has_starter: bool = True

    def loading_info(self, options: dict[str, Any]) -> dict[str, Any]:
        is_ignored = options.get("ignore_mismatched_sizes", "torch_dtype" in options)  # diffusers
        if self.mismatched_keys and not is_ignored:
            raise RuntimeError("For details look at the above report!")
        return {"missing_keys": set(self.missing_keys), "mismatched_keys": self.mismatched_keys}

    def fail(self) -> None:
        error = self.failures.pop(0) if self.failures else None
        if error is not None:
            raise error


class Inputs(dict[str, Any]):
    def to(self, device: str, dtype: object = None) -> Inputs:
        return self


def install(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    """Put the fakes into ``sys.modules`` until the test ends."""
    constants = types.ModuleType("huggingface_hub.constants")
    constants.HF_HUB_OFFLINE = False  # type: ignore[attr-defined]
    modules = {
        "torch": _torch(machine),
        "transformers": _transformers(machine, constants),
        "diffusers": _diffusers(machine, constants),
        "huggingface_hub.constants": constants,
        "torchao.quantization": types.SimpleNamespace(
            Int8WeightOnlyConfig=lambda: "int8", Float8WeightOnlyConfig=lambda: "fp8"
        ),
        "transformers.utils.logging": _Logging(),
        "diffusers.utils.logging": _Logging(),
    }
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name, module)  # type: ignore[arg-type]


class _Logging:
    def __init__(self) -> None:
        self.verbosity, self.has_progress_bar = 30, True

    def get_verbosity(self) -> int:
        return self.verbosity

    def set_verbosity(self, verbosity: int) -> None:
        self.verbosity = verbosity

    def set_verbosity_error(self) -> None:
        self.verbosity = 40

    def is_progress_bar_enabled(self) -> bool:
        return self.has_progress_bar

    def enable_progress_bar(self) -> None:
        self.has_progress_bar = True

    def disable_progress_bar(self) -> None:
        self.has_progress_bar = False


def _torch(machine: Machine) -> Any:
    class Generator:
        def __init__(self, device: str) -> None:
            assert device == "cpu"  # so that a seed gives the same noise on every device

        def manual_seed(self, seed: int) -> Generator:
            self.seed = seed
            return self

    @contextmanager
    def inference_mode() -> Iterator[None]:
        yield

    properties = types.SimpleNamespace(
        name="Fake GPU", total_memory=machine.memory, major=9, minor=0
    )
    return types.SimpleNamespace(
        Generator=Generator,
        inference_mode=inference_mode,
        OutOfMemoryError=OutOfMemoryError,
        cuda=types.SimpleNamespace(
            is_available=lambda: machine.memory is not None,
            get_device_properties=lambda index: properties,
            empty_cache=lambda: machine.moves.append(("cache", "emptied")),
            reset_peak_memory_stats=lambda: None,
            max_memory_reserved=lambda: MEMORY_USED,
        ),
        nn=types.SimpleNamespace(Module=Network),
        backends=types.SimpleNamespace(mps=types.SimpleNamespace(is_available=lambda: False)),
        device=lambda name: name,
        float32="float32",
        bfloat16="bfloat16",
    )


def _transformers(machine: Machine, constants: Any) -> Any:
    class Processor:
        def apply_chat_template(self, chats: list[Any], **options: Any) -> Inputs:
            assert options["add_generation_prompt"]
            machine.chats += chats
            return Inputs(input_ids=np.zeros((len(chats), 3), int), chats=chats)

        def batch_decode(self, rows: Any, skip_special_tokens: bool) -> list[str]:
            assert skip_special_tokens
            return ["".join(map(chr, row[row != END])) for row in rows]

    class Model:
        device, dtype = "cpu", "float32"

        def __init__(self) -> None:
            self.generation_config = types.SimpleNamespace(eos_token_id=END, sampling={})
            self.generation_config.update = self.generation_config.sampling.update

        def eval(self) -> Model:
            return self

        def to(self, device: str) -> Model:
            machine.moves.append(("text", device))
            return self

        def generate(
            self, input_ids: Any, chats: list[Any], max_new_tokens: int, streamer: Any
        ) -> Any:
            machine.fail()
            assert self.generation_config.sampling["do_sample"] is False
            answers = [machine.answer(chat) for chat in chats]
            rows = [[*map(ord, answer), END][:max_new_tokens] for answer in answers]
            width = max(map(len, rows))
            streamer.put(input_ids)
            for _ in range(width):
                streamer.put(None)
            streamer.end()
            padded = [row + [END] * (width - len(row)) for row in rows]
            return np.concatenate([input_ids, np.array(padded)], axis=1)

    def load_model(folder: Path, **options: Any) -> tuple[Model, dict[str, Any]]:
        machine.fail()
        machine.network.append(not constants.HF_HUB_OFFLINE)
        machine.loads.append(("text", options))
        return Model(), machine.loading_info(options)

    def load_processor(folder: Path, **options: Any) -> Processor:
        json.loads((folder / "config.json").read_text())  # raises an error if it is damaged
        return Processor()

    return types.SimpleNamespace(
        AutoProcessor=types.SimpleNamespace(from_pretrained=load_processor),
        AutoModelForImageTextToText=types.SimpleNamespace(from_pretrained=load_model),
        Qwen3ForCausalLM=_network(machine),
        Qwen2Tokenizer=type("Qwen2Tokenizer", (), {}),
        TorchAoConfig=lambda config: ("torchao", config),
        BitsAndBytesConfig=lambda **options: ("bitsandbytes", options),
    )


class Network:
    """As ``torch.nn.Module``."""


def _network(machine: Machine) -> Any:
    """Return a class of networks, which are parts of a pipeline."""

    class Part(Network):
        @classmethod
        def from_pretrained(cls, folder: Path, **options: Any) -> tuple[Part, dict[str, Any]]:
            machine.parts[folder.name] = options
            return cls(), machine.loading_info(options)

        @classmethod
        def from_single_file(cls, path: str, **options: Any) -> Part:
            machine.parts[path] = options
            machine.fail()
            return cls()

        def named_parameters(self) -> list[tuple[str, Any]]:
            return [(name, types.SimpleNamespace(is_meta=True)) for name in machine.missing_keys]

    return Part


class FakePipeline:
    """Paints noise that depends on all arguments; edits have an image."""

    scheduler = types.SimpleNamespace()

    def __init__(self, machine: Machine) -> None:
        self.machine, self.config = machine, types.SimpleNamespace()
        weakref.finalize(self, machine.moves.append, ("image", "deleted"))

    def set_progress_bar_config(self, disable: bool) -> None:
        assert disable

    def to(self, device: str) -> None:
        self.machine.moves.append(("image", device))

    def enable_model_cpu_offload(self, device: str) -> None:
        self.machine.moves.append(("image", "offload"))

    def enable_group_offload(self, **options: Any) -> None:
        self.machine.moves.append(("image", "group"))

    def maybe_free_model_hooks(self) -> None:
        self.machine.hooks_freed += 1

    def __call__(
        self,
        prompt: str,
        width: int,
        height: int,
        generator: Any,
        image: Any = None,
        num_inference_steps: int = 50,
        guidance_scale: float = 4.0,
        callback_on_step_end: Any = None,
    ) -> Any:
        given = {"prompt": prompt, "size": (width, height), "seed": generator.seed}
        given |= {"steps": num_inference_steps, "guidance": guidance_scale}
        return self.run({**given, "image": image}, callback_on_step_end)

    def run(self, given: dict[str, Any], count: Any) -> Any:
        self.machine.pictures.append(given)
        for step in range(given["steps"]):
            self.machine.fail()
            count(self, step, None, {})
        image = given["image"]
        key = {**given, "image": None if image is None else image.tobytes()}
        digest = hashlib.sha256(repr(sorted(key.items())).encode()).digest()
        overflow = bytes(3 * 64)  # NaN becomes black
        noise = overflow if self.machine.is_overflowing else random.Random(digest).randbytes(3 * 64)
        picture = Image.frombytes("RGB", (8, 8), noise).resize(given["size"])
        return types.SimpleNamespace(images=[picture])


class FakeImageToImage(FakePipeline):
    """A pipeline that paints a prompt over an image, as that of Z-Image does."""

    def __call__(  # type: ignore[override]
        self,
        prompt: str,
        width: int,
        height: int,
        generator: Any,
        image: Any,
        strength: float,
        num_inference_steps: int = 50,
        callback_on_step_end: Any = None,
    ) -> Any:
        given = {"prompt": prompt, "size": (width, height), "seed": generator.seed}
        given |= {"steps": num_inference_steps, "strength": strength, "image": image}
        return self.run(given, callback_on_step_end)


def _diffusers(machine: Machine, constants: Any) -> Any:
    def load_pipeline(folder: Path, **options: Any) -> FakePipeline:
        machine.fail()
        machine.network.append(not constants.HF_HUB_OFFLINE)
        machine.loads.append(("image", options))
        return FakePipeline(machine)

    def from_pipe(pipeline: FakePipeline) -> FakePipeline:
        if not machine.has_starter:
            raise ValueError("AutoPipeline can't find a pipeline linked to FakePipeline")
        return FakeImageToImage(machine) if machine.has_strength else FakePipeline(machine)

    return types.SimpleNamespace(
        AutoPipelineForText2Image=types.SimpleNamespace(from_pretrained=load_pipeline),
        AutoPipelineForImage2Image=types.SimpleNamespace(from_pipe=from_pipe),
        Flux2Transformer2DModel=_network(machine),
        AutoencoderKLFlux2=_network(machine),
        GGUFQuantizationConfig=lambda compute_dtype: ("gguf", compute_dtype),
        TorchAoConfig=lambda config: ("torchao", config),
        BitsAndBytesConfig=lambda **options: ("bitsandbytes", options),
    )


def write_text_folder(folder: Path) -> Path:
    """Return a folder with the files of a text model, which are empty."""
    folder.mkdir()
    for name in ("tokenizer.json", "model.safetensors"):
        (folder / name).touch()
    for name in ("config.json", "preprocessor_config.json"):
        (folder / name).write_text("{}")
    return folder


def write_image_folder(folder: Path, **components: Any) -> Path:
    """Return a folder with the files of a pipeline, which are empty.

    Args:
        folder: the folder to make.
        components: entries of its index that replace others or are added.
    """
    folder.mkdir()
    index = {
        "_class_name": "FakePipeline",
        "text_encoder": ["transformers", "Qwen3ForCausalLM"],
        "transformer": ["diffusers", "Flux2Transformer2DModel"],
        "vae": ["diffusers", "AutoencoderKLFlux2"],
        "image_encoder": [None, None],
        **components,
    }
    (folder / "model_index.json").write_text(json.dumps(index))
    for name in ("text_encoder", "transformer", "vae"):
        (folder / name).mkdir()
        (folder / name / "config.json").write_text("{}")
        (folder / name / "model.safetensors").touch()
    return folder
