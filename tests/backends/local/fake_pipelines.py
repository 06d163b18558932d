"""A fake of diffusers: pipelines that paint noise, and the networks that are parts of them."""

from __future__ import annotations

import hashlib
import random
import types
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

if TYPE_CHECKING:
    from tests.backends.local.fake_libraries import Machine


class Network:
    """As ``torch.nn.Module``."""


def make_network(machine: Machine) -> Any:
    """Return a class of networks, which are parts of a pipeline."""

    class Part(Network):
        config_class = types.SimpleNamespace(from_pretrained=lambda folder, **options: folder.name)

        def __init__(self, name: str = "") -> None:
            self.name = name

        @classmethod
        def load_config(cls, folder: Path, **options: Any) -> str:
            return folder.name

        @classmethod
        def from_config(cls, name: str) -> Part:
            return cls(name)

        def parameters(self) -> list[Any]:
            count = machine.part_parameters.get(self.name, 0)
            return [types.SimpleNamespace(numel=lambda: count)]

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
        render = lambda chat, **options: machine.template(chat)  # noqa: E731 - an attribute
        tokenizer = types.SimpleNamespace(chat_template="...", apply_chat_template=render)
        self.components = {"tokenizer": tokenizer, "vae": None}
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


def make_diffusers(machine: Machine, constants: Any) -> Any:
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
        Flux2Transformer2DModel=make_network(machine),
        AutoencoderKLFlux2=make_network(machine),
        GGUFQuantizationConfig=lambda compute_dtype: ("gguf", compute_dtype),
        TorchAoConfig=lambda config: ("torchao", config),
        BitsAndBytesConfig=lambda **options: ("bitsandbytes", options),
    )
