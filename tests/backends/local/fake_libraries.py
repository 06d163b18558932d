"""Fakes of torch and transformers, with the part of their interfaces that is used.

They are put into ``sys.modules``, so that the adapters run as they are. Texts are arrays of
characters in place of tokens, and a picture depends on everything that a pipeline gets.
"""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.backends.local.fake_pipelines import Network, make_diffusers, make_network

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
        generations: the options of all answers.
        parameters: number of those of the text model.
        part_parameters: the same for the networks of pipelines, by the name of their folder.
        template: the chat template, which is also that of pipelines.
        template_error: what the chat template raises.
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
    generations: list[dict[str, Any]] = field(default_factory=list)
    parameters: int = 0
    part_parameters: dict[str, int] = field(default_factory=dict)
    template: Callable[[list[dict[str, Any]]], str] = str
    template_error: Exception | None = None
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


class Device(str):
    """As ``torch.device``."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        pass


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
        "diffusers": make_diffusers(machine, constants),
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
        device=Device,
        float32="float32",
        bfloat16="bfloat16",
    )


def _transformers(machine: Machine, constants: Any) -> Any:
    class Processor:
        def apply_chat_template(self, chats: list[Any], **options: Any) -> Any:
            assert options["add_generation_prompt"]
            if machine.template_error is not None:
                raise machine.template_error
            if not options["tokenize"]:
                return [machine.template(chat) for chat in chats]
            machine.chats += chats
            return Inputs(input_ids=np.zeros((len(chats), 3), int), chats=chats)

        def batch_decode(self, rows: Any, skip_special_tokens: bool) -> list[str]:
            assert skip_special_tokens
            return ["".join(map(chr, row[row != END])) for row in rows]

    class Model:
        device, dtype = "cpu", "float32"

        def __init__(self, folder: Path) -> None:
            path = folder / "generation_config.json"
            stated = json.loads(path.read_text()) if path.exists() else {}
            self.generation_config = types.SimpleNamespace(**{"eos_token_id": END, **stated})

        def parameters(self) -> list[Any]:
            return [types.SimpleNamespace(numel=lambda: machine.parameters)]

        def eval(self) -> Model:
            return self

        def to(self, device: str) -> Model:
            machine.moves.append(("text", device))
            return self

        def generate(
            self, input_ids: Any, chats: list[Any], max_new_tokens: int, streamer: Any
        ) -> Any:
            machine.fail()
            machine.generations.append(vars(self.generation_config))
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
        return Model(folder), machine.loading_info(options)

    def load_processor(folder: Path, **options: Any) -> Processor:
        json.loads((folder / "config.json").read_text())  # raises an error if it is damaged
        return Processor()

    return types.SimpleNamespace(
        AutoConfig=types.SimpleNamespace(from_pretrained=lambda folder, **options: folder),
        AutoProcessor=types.SimpleNamespace(from_pretrained=load_processor),
        AutoModelForImageTextToText=types.SimpleNamespace(
            from_pretrained=load_model, from_config=Model
        ),
        GenerationConfig=types.SimpleNamespace,
        Qwen3ForCausalLM=make_network(machine),
        Qwen2Tokenizer=type("Qwen2Tokenizer", (), {}),
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
