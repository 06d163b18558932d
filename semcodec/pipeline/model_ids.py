"""The models that a record states: registered ids, and names for models without an id.

They are information for people and statistics: a decoder never selects a model by them (spec §5.3).
"""

from __future__ import annotations

from typing import Any, Final

from semcodec._registry import MODEL_SET_IDS, MODELS, PROMPTS
from semcodec.backends.isolation import has_method, own_name, valid_name
from semcodec.bitstream import Models
from semcodec.bitstream.header import MODEL_FIELDS
from semcodec.errors import BackendError, InputError, SemcodecError

AUTO: Final = "auto"
BUILTIN_MODEL_IDS: Final = {"embedded": 1, "rules": 2}  #: ids of built-in backends
MAX_NAME_BYTES: Final = 255  #: limit of a model name in a record (SC-EXT-7)


def collect_model_ids(describer: object, writer: object) -> tuple[Models, dict[str, str]]:
    """Return the models field for two backends, and the names of models without an id by role.

    For backends that do not name models, this is the default row, which states no models.

    Raises:
        InputError: the settings of a backend do not name a model, or the name is too long.
    """
    names = {
        **_model_names(describer, "describer", "painter", "prompts"),
        **_model_names(writer, "writer", "prompts"),
    }
    if not any(map(_names_models, (describer, writer))):
        return Models(), {}
    ids = {role: _model_id(role, name) for role, name in names.items()}
    unregistered = {role: name for role, name in names.items() if name and not ids[role]}
    # A model that both describes and writes is named only once, as the describer, to save bytes.
    if unregistered.get("writer") == unregistered.get("describer"):
        unregistered.pop("writer", None)
    if any(len(name.encode()) > MAX_NAME_BYTES for name in unregistered.values()):
        raise InputError(
            f"A model name is longer than {MAX_NAME_BYTES} bytes: use --models default."
        )
    return _models_field(tuple(ids.get(role, 0) for role in MODEL_FIELDS)), unregistered


def _model_names(backend: Any, *roles: str) -> dict[str, str]:
    """Return the names of the models that ``backend`` uses, by role."""
    if not _names_models(backend):
        name = own_name(backend)
        return {roles[0]: name} if name in BUILTIN_MODEL_IDS else {}
    return {role: _model_name(backend, role) for role in roles}


def _model_name(backend: Any, role: str) -> str:
    """Return the name of a backend's model for a role; empty if the backend's hook is broken."""
    try:
        return valid_name(backend.model_name(role))
    except (SemcodecError, KeyboardInterrupt):
        raise
    except BaseException:  # third-party code; a missing name does not affect the image
        return ""


def _names_models(backend: object) -> bool:
    """Return whether ``backend`` has the hook ``model_name``; a broken one counts as absent."""
    try:
        return has_method(backend, "model_name")
    except BackendError:
        return False


def _model_id(role: str, name: str) -> int:
    """Return the registered id of a model that can fill ``role``, or 0 if there is none."""
    if role == "prompts":
        return next((id_ for id_, prompts in PROMPTS.items() if prompts == name), 0)
    if name in BUILTIN_MODEL_IDS:
        return BUILTIN_MODEL_IDS[name]
    matching = (id_ for id_, row in MODELS.items() if row.name == name and role in row.roles)
    return next(matching, 0)


def _models_field(ids: tuple[int, ...]) -> Models:
    """Return the shortest form of four ids; omit the id of the prompts if it is the only one.

    Without a registered set the field has five bytes, too many for the prompts alone.
    """
    if not any(ids[:3]):
        return Models()
    if ids in MODEL_SET_IDS:
        return Models(set=MODEL_SET_IDS.index(ids))
    return Models(0, *ids)
