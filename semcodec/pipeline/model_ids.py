"""What a record says of the models that made it: ids of the registry, and names that have none.

Labels only: a decoder never takes a model from them (spec §5.3).
"""

from __future__ import annotations

from typing import Any, Final

from semcodec._registry import MODEL_SET_IDS, MODELS, PROMPTS
from semcodec.bitstream import Models
from semcodec.errors import InputError, SemcodecError

AUTO: Final = "auto"
#: The ids of backends that are one model.
OURS: Final = {"embedded": 1, "deterministic": 2}
LONGEST: Final = 255  #: bytes of a name in a record (SC-EXT-7)
PLACES: Final = ("describer", "writer", "painter", "prompts")


def labels(describing: Any, writing: Any) -> tuple[Models, dict[str, str]]:
    """Return the models field for two backends, and names for what has no id in the registry.

    Backends that name no models are the default row, which states nothing.

    Raises:
        InputError: the settings of a backend name no model.
    """
    said = {
        **_names(describing, "describer", "painter", "prompts"),
        **_names(writing, "writer", "prompts"),
    }
    if not any(hasattr(backend, "label") for backend in (describing, writing)):
        return Models(), {}
    ids = {place: _id(place, name) for place, name in said.items()}
    unknown = {place: name for place, name in said.items() if name and not ids[place]}
    if unknown.get("writer") == unknown.get("describer"):
        unknown.pop("writer", None)  # said once, for every byte counts
    if any(len(name.encode()) > LONGEST for name in unknown.values()):
        raise InputError(f"The name of a model has over {LONGEST} bytes: use --models default.")
    return _field(tuple(ids.get(place, 0) for place in PLACES)), unknown


def _names(backend: Any, *places: str) -> dict[str, str]:
    """Return what a backend calls itself in ``places``."""
    if not hasattr(backend, "label"):
        name = getattr(backend, "name", "")
        return {places[0]: name} if name in OURS else {}
    return {place: _name(backend, place) for place in places}


def _name(backend: Any, place: str) -> str:
    """Return what a backend calls itself in one place; nothing if it means something else by it."""
    try:
        name = backend.label(place)
    except SemcodecError:
        raise
    except Exception:  # foreign code, and nothing that a picture depends on
        return ""
    return name if isinstance(name, str) else ""


def _id(place: str, name: str) -> int:
    if place == "prompts":
        return next((id_ for id_, known in PROMPTS.items() if known == name), 0)
    if name in OURS:
        return OURS[name]
    known = (id_ for id_, one in MODELS.items() if one.name == name and place in one.roles)
    return next(known, 0)


def _field(row: tuple[int, ...]) -> Models:
    """Return the shortest way to say four ids; those of prompts alone are not worth five bytes."""
    if not any(row[:3]):
        return Models()
    if row in MODEL_SET_IDS:
        return Models(set=MODEL_SET_IDS.index(row))
    return Models(0, *row)
