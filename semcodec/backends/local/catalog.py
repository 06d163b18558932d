"""The catalog of open models: their licenses, sizes and the defaults by memory.

All data is in models.toml. A model is named by the user or chosen by ``choose``, never by a record.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

from semcodec.backends.local.settings import Offload, Quantization
from semcodec.errors import InputError

Kind = Literal["text", "image", "edit"]
Format = Literal["transformers", "diffusers", "openvino"]

MAX_SHOWN_NAME: Final = 60  #: characters of an unknown name in a message
PLAIN_BITS: Final = 16  #: of a parameter that is not quantized
#: Bits of a quantized parameter; nf4 stores 4 bits, and 32 bits of scale for 64 parameters.
BITS: Final[Mapping[Quantization, float]] = {"none": 16, "int8": 8, "fp8": 8, "nf4": 4.5}


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a model that is a network of its own, such as the text encoder of a pipeline.

    Attributes:
        parameters: number of all its parameters.
        plain: number of those that quantization leaves in 16 bits.
    """

    parameters: int
    plain: int

    def count_bytes(self, quantization: Quantization) -> int:
        """Return the memory of its weights in bytes."""
        quantized = self.parameters - self.plain
        return round((self.plain * PLAIN_BITS + quantized * BITS[quantization]) / 8)


@dataclass(frozen=True, slots=True)
class Model:
    """A model: an entry of the catalog, or a folder of weights that the user names.

    Attributes:
        name: how the user names it, such as ``"qwen3-vl-2b"``; for a folder, its path.
        repository: id on the hub, such as ``"Qwen/Qwen3-VL-2B-Instruct"``; empty for a folder.
        kinds: what it can do: ``"text"`` (describe, write, check), ``"image"`` (paint), ``"edit"``.
        license: its SPDX id, or its name if it has none; ``"unknown"`` for a folder.
        license_source: where the license can be read on the hub; empty for a folder.
        is_free: whether the license allows any use, so that nothing has to be accepted.
        format: how the folder is read: by transformers, diffusers or openvino-genai.
        revision: the commit that is used; None if no public source states one.
        steps: denoising steps of a picture; None for a model of text.
        guidance: guidance scale of a picture; None for the default of the pipeline.
        disk_bytes: bytes of the files that ``fetch`` takes, about; 0 for a folder.
        parts: its networks, by name; empty if their sizes are unknown.
        sources: for the numbers, where they come from.
        folder: the folder that the user named; None for an entry of the catalog.
    """

    name: str
    repository: str = ""
    kinds: tuple[Kind, ...] = ()
    license: str = "unknown"
    license_source: str = ""
    is_free: bool = True
    format: Format = "transformers"
    revision: str | None = None
    steps: int | None = None
    guidance: float | None = None
    disk_bytes: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    @property
    def memory_bytes(self) -> Mapping[Quantization, int]:
        """Bytes of device memory that its weights take, by quantization; empty if unknown.

        A call needs memory on top, about 1 to 3 GB for a picture of a megapixel.
        """
        return self._by_quantization(sum)

    @property
    def largest_part_bytes(self) -> Mapping[Quantization, int]:
        """The same with ``offload="model"``, where one part at a time is on the device."""
        return self._by_quantization(max)

    def _by_quantization(self, combine: Callable[[list[int]], int]) -> Mapping[Quantization, int]:
        if not self.parts:
            return {}
        parts = self.parts.values()
        return {name: combine([part.count_bytes(name) for part in parts]) for name in BITS}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What ``--backend local`` uses on a device of some memory.

    Attributes:
        text_model: name of the model that describes, writes and checks.
        image_model: name of the model that paints and edits; None if the offline painter does.
        quantization: of the weights of both; ``"none"`` is bfloat16.
        offload: ``"none"``: a pipeline is on the device as a whole; ``"model"``: one component at a
            time; ``"group"``: a few layers at a time.
        resident: whether both models stay on the device, else one at a time.
    """

    text_model: str
    image_model: str | None
    quantization: Quantization
    offload: Offload
    resident: bool


@dataclass(frozen=True, slots=True)
class MemoryClass:
    """A class of devices, such as ``"12 GB"``, from a minimum of memory on.

    Attributes:
        title: its name in texts.
        min_bytes: the least device memory; below what such devices report.
        defaults: what is used there.
    """

    title: str
    min_bytes: int
    defaults: Defaults


@dataclass(frozen=True, slots=True)
class Catalog:
    """All models, by name, and the classes of devices, from the smallest on; the first is a CPU."""

    models: Mapping[str, Model]
    classes: tuple[MemoryClass, ...]


@cache
def load() -> Catalog:
    """Return the catalog of models.toml."""
    text = resources.files(__package__).joinpath("models.toml").read_text("utf-8")
    tables = tomllib.loads(text)
    models = {name: _read_model(name, row) for name, row in tables["models"].items()}
    return Catalog(models, tuple(_read_class(row) for row in tables["classes"]))


def _read_model(name: str, row: dict[str, Any]) -> Model:
    kinds, parts = tuple(row.pop("kinds")), row.pop("parts", {})
    row.setdefault("license_source", f"the page of {row['repository']}")
    parts = {part: Part(**numbers) for part, numbers in parts.items()}
    return Model(name=name, kinds=kinds, parts=parts, **row)


def _read_class(row: dict[str, Any]) -> MemoryClass:
    title, min_bytes = row.pop("title"), row.pop("min_bytes")
    return MemoryClass(title, min_bytes, Defaults(image_model=row.pop("image_model", None), **row))


def memory_class(memory_bytes: int | None) -> MemoryClass:
    """Return the largest class that a device with this much memory belongs to.

    Args:
        memory_bytes: total memory of the device that computes; None for a CPU.
    """
    classes = load().classes
    fitting = [one for one in classes if one.min_bytes <= (memory_bytes or 0)]
    return fitting[-1]


def choose(memory_bytes: int | None) -> Defaults:
    """Return the models and settings for a device.

    Args:
        memory_bytes: total memory of the device that computes; None for a CPU, where only the model
            of text is local, because a picture would take minutes.
    """
    return memory_class(memory_bytes).defaults


def find(name: str) -> Model:
    """Return the model that a user names: an entry, by name or repository id, or a folder.

    Raises:
        InputError: neither an entry nor a folder of weights has this name.
    """
    for model in load().models.values():
        if name.lower() in (model.name, model.repository.lower()):
            return model
    folder = os.path.expanduser(name)  # unlike those of Path, these raise nothing
    if os.path.isdir(folder):
        return _read_folder(name, Path(folder).absolute())
    near = difflib.get_close_matches(name.lower(), load().models, n=1)
    hint = f"did you mean {near[0]}?" if near else "semcodec models list shows all."
    raise InputError(
        f"{name[:MAX_SHOWN_NAME]!r} is neither a model of the catalog nor a folder: {hint}"
    )


def _read_folder(name: str, folder: Path) -> Model:
    """Return a folder of weights as a model; its kinds are derived from its config files."""
    if (folder / "model_index.json").is_file():
        is_openvino = any(folder.glob("*/openvino_model.xml"))
        form: Format = "openvino" if is_openvino else "diffusers"
        return Model(name, kinds=("image", "edit"), format=form, folder=folder)
    if (folder / "config.json").is_file():
        is_openvino = any(folder.glob("openvino_*.xml"))
        form = "openvino" if is_openvino else "transformers"
        return Model(name, kinds=("text",), format=form, folder=folder)
    raise InputError(
        f"The folder {name[:MAX_SHOWN_NAME]!r} has no weights: name one with a config.json (text) "
        "or a model_index.json (pictures)."
    )
