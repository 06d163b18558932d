"""Folders of models that were converted for OpenVINO: which one is used, and what is in it.

Nothing is downloaded or converted here. A folder has models in OpenVINO's format, which is a graph
and its numbers, not code; they and their JSON files are parsed by OpenVINO, a library in C++.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from semcodec.backends.local import catalog, storage
from semcodec.backends.local.catalog import Kind, Model
from semcodec.backends.local_light.settings import NAME
from semcodec.errors import BackendError, InputError

INDEX: Final = "model_index.json"  #: of a folder with several models, which paints
LANGUAGE_MODEL: Final = "openvino_language_model.xml"  #: of a folder that describes
#: The file whose last lines state how the weights were compressed, by kind.
LARGEST_MODELS: Final[dict[Kind, str]] = {
    "text": LANGUAGE_MODEL,
    "image": "transformer/openvino_model.xml",
}
MAX_JSON_BYTES: Final = 1 << 20
TAIL_BYTES: Final = 1 << 16  #: of a graph, which has the notes of its conversion at the end
COMPRESSION: Final = re.compile(
    rb"<weight_compression>.{0,4000}?<mode value=\"(\w{1,20})\"", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class ConvertedModel:
    """A converted model on this machine.

    Attributes:
        model: its entry in the catalog, or the folder that the user named.
        folder: where its files are.
        kind: ``"text"`` or ``"image"``.
        precision: of the weights, as the conversion has noted it, such as ``"int4_asym"``; empty if
            it is not noted.
        pipeline: of an image model, the class that the folder names, such as
            ``"Flux2KleinPipeline"``.
    """

    model: Model
    folder: Path
    kind: Kind
    precision: str
    pipeline: str = ""

    @property
    def title(self) -> str:
        """The name of the model without the path of its folder, for records and traces."""
        return self.folder.name if self.model.folder is not None else self.model.name

    def details(self) -> dict[str, Any]:
        """Return what identifies the model in a trace, as JSON values."""
        revision = storage.resolved_revision(self.folder)
        return {
            "model": self.title,
            **({"repository": self.model.repository} if self.model.repository else {}),
            **({"revision": revision} if revision else {}),
            **({"quantization": self.precision} if self.precision else {}),
            **({"pipeline": self.pipeline} if self.pipeline else {}),
        }


def find(name: str | None, kind: Kind) -> ConvertedModel | None:
    """Return the model of the name, or without one the first of the catalog that is here.

    A model whose license does not allow every use is used only by its name.

    Returns:
        None if no name is given, and the catalog has no converted model of this kind that is on
        this machine.

    Raises:
        InputError: no model has the name, or it is not converted, or of another kind.
        BackendError: the named model is not on this machine.
    """
    if name is None:
        models = (model for model in list_converted_models(kind) if model.is_free)
        located = ((model, _locate_quietly(model)) for model in models)
        return next((_open(model, path, kind) for model, path in located if path), None)
    model = catalog.find(name)
    if model.format != "openvino":
        raise InputError(
            f"{model.name} is not converted for OpenVINO: name a folder of a converted model, or "
            "use --backend local."
        )
    if kind not in model.kinds:
        others = " and ".join(model.kinds)
        raise InputError(f"{model.name} is a model of kind {others}: name one of kind {kind}.")
    path = model.folder or storage.locate(model)
    if path is None:
        raise not_found_error(f"The model {model.name} is not on this machine", model)
    return _open(model, path, kind)


def _locate_quietly(model: Model) -> Path | None:
    try:
        return storage.locate(model)
    except BackendError:  # without the client of the hub, only folders can be named
        return None


def list_converted_models(kind: Kind) -> list[Model]:
    """Return the converted models of a kind that the catalog has."""
    models = catalog.load().models.values()
    return [model for model in models if model.format == "openvino" and kind in model.kinds]


def not_found_error(problem: str, model: Model | None) -> BackendError:
    """Return the error for a model that has to be fetched first."""
    fetch = f"run semcodec models fetch {model.name}, or " if model else ""
    return BackendError(
        f"{problem}: {fetch}name the folder of a converted model (docs/local-light.md).",
        backend=NAME,
        stage="load",
        unavailable=True,
    )


def _open(model: Model, folder: Path, kind: Kind) -> ConvertedModel:
    """Return the converted model in a folder, after a look at its files.

    Raises:
        InputError: a file is missing or damaged.
    """
    pipeline = ""
    largest = folder / LARGEST_MODELS[kind]
    if kind == "image":
        pipeline = str(_read_json(folder / INDEX).get("_class_name", ""))
        largest = largest if largest.is_file() else folder / "unet" / "openvino_model.xml"
    if not largest.is_file():
        raise InputError(
            f"The folder {folder} lacks {largest.relative_to(folder)}: convert the model again."
        )
    return ConvertedModel(model, folder, kind, _read_precision(largest), pipeline)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_JSON_BYTES + 1)
        value = json.loads(data) if len(data) <= MAX_JSON_BYTES else None
    except (OSError, ValueError, RecursionError) as error:
        shown = type(error).__name__
        raise InputError(f"{path} cannot be read ({shown}): convert the model again.") from error
    if not isinstance(value, dict):
        raise InputError(f"{path} is not a JSON object: convert the model again.")
    return value


def _read_precision(graph: Path) -> str:
    """Return how the weights of a graph were compressed, as nncf has noted at its end."""
    try:
        with graph.open("rb") as file:
            file.seek(max(0, graph.stat().st_size - TAIL_BYTES))
            found = COMPRESSION.search(file.read(TAIL_BYTES))
    except OSError:
        return ""
    return found[1].decode() if found else ""
