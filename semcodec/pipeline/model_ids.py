"""Which models a record states: ids of the registry, and names for models that have no id.

They are labels for people and statistics: a decoder never takes a model from them (spec §5.3).
"""

from __future__ import annotations

from typing import Any, Final

from semcodec._registry import MODEL_SET_IDS, MODELS, PROMPTS
from semcodec.bitstream import Models
from semcodec.bitstream.header import ROLES
from semcodec.errors import InputError, SemcodecError

AUTO: Final = "auto"
BUILTIN_MODEL_IDS: Final = {"embedded": 1, "rules": 2}  #: backends that are one model
MAX_NAME_BYTES: Final = 255  #: of a model's name in a record (SC-EXT-7)


def collect_model_ids(describer: object, writer: object) -> tuple[Models, dict[str, str]]:
    """Return the models field for two backends, and by role the names of models without an id.

    Backends that name no models get the default row, which states nothing.

    Raises:
        InputError: the settings of a backend name no model, or one with a name that is too long.
    """
    names = {
        **_model_names(describer, "describer", "painter", "prompts"),
        **_model_names(writer, "writer", "prompts"),
    }
    if not any(hasattr(backend, "model_name") for backend in (describer, writer)):
        return Models(), {}
    ids = {role: _model_id(role, name) for role, name in names.items()}
    unregistered = {role: name for role, name in names.items() if name and not ids[role]}
    # A model that describes and writes is named once, as the describer: every byte counts.
    if unregistered.get("writer") == unregistered.get("describer"):
        unregistered.pop("writer", None)
    if any(len(name.encode()) > MAX_NAME_BYTES for name in unregistered.values()):
        raise InputError(
            f"The name of a model has over {MAX_NAME_BYTES} bytes: use --models default."
        )
    return _models_field(tuple(ids.get(role, 0) for role in ROLES)), unregistered


def _model_names(backend: Any, *roles: str) -> dict[str, str]:
    """Return by role the names of the models that ``backend`` uses."""
    if not hasattr(backend, "model_name"):
        name = getattr(backend, "name", "")
        return {roles[0]: name} if name in BUILTIN_MODEL_IDS else {}
    return {role: _model_name(backend, role) for role in roles}


def _model_name(backend: Any, role: str) -> str:
    """Return the name of a backend's model for a role, empty if its hook is something else."""
    try:
        name = backend.model_name(role)
    except SemcodecError:
        raise
    except Exception:  # third-party code, and the image does not depend on it
        return ""
    return name if isinstance(name, str) else ""


def _model_id(role: str, name: str) -> int:
    """Return the registered id of a model that can fill ``role``, 0 if there is none."""
    if role == "prompts":
        return next((id_ for id_, prompts in PROMPTS.items() if prompts == name), 0)
    if name in BUILTIN_MODEL_IDS:
        return BUILTIN_MODEL_IDS[name]
    matching = (id_ for id_, row in MODELS.items() if row.name == name and role in row.roles)
    return next(matching, 0)


def _models_field(ids: tuple[int, ...]) -> Models:
    """Return the shortest form of four ids; the id of the prompts alone is not worth five bytes."""
    if not any(ids[:3]):
        return Models()
    if ids in MODEL_SET_IDS:
        return Models(set=MODEL_SET_IDS.index(ids))
    return Models(0, *ids)
