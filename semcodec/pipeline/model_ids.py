"""The models that a record states: ids of registered models, and names on request.

They are information for people and statistics: a decoder never selects a model by them (spec §5.3).
A name takes as many bytes as half of the words of a record, and how long it is depends on what a
server calls its model. By default a record therefore states a registered set, in one byte, or
nothing; the trace of the run has all names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from semcodec._registry import MODEL_SET_IDS, MODEL_SETS, MODELS, PROMPTS
from semcodec.backends.isolation import backend_name, has_method, own_name, valid_name
from semcodec.bitstream import Models
from semcodec.bitstream.header import MODEL_FIELDS
from semcodec.errors import BackendError, InputError, SemcodecError
from semcodec.pipeline.description import GivenDescription

AUTO: Final = "auto"  #: a registered set, if the models are one
NAMES: Final = "names"  #: ids, and the names of models without an id
MAX_NAME_BYTES: Final = 255  #: limit of a model name in a record (SC-EXT-7)
#: The registered names of the built-in backends, by the names of the backends.
BUILTIN_MODELS: Final = {"embedded": MODELS[1].name, "rules": MODELS[2].name}
DEFAULT_PAINTER: Final = BUILTIN_MODELS["embedded"]  #: paints in ``decode`` unless one is given
DEFAULT_PROMPTS: Final = PROMPTS[1]
GIVEN: Final = "given description"  #: stated as the describer of a text made by another tool

# --- Other spellings of registered names
#: Owners of registered models, as servers and model hubs write them before a slash. Others publish
#: changed models under the same names, so their models are not taken for the registered ones.
_OWNERS: Final = ("openai", "qwen", "black-forest-labs")
_HUBS: Final = ("hf.co", "huggingface.co")
#: What does not make another model: the file format, the precision of the weights, a snapshot.
_SUFFIX: Final = re.compile(
    r"(?:\.gguf|-gguf|-latest|-i?q[2-8](?:_[a-z0-9]+)*|-(?:b?f|fp)(?:8|16|32)|-\d{4}-\d\d-\d\d)$"
)


def find_model_names(describer: object, writer: object) -> dict[str, str]:
    """Return the names of the models of two backends by role, without unknown ones.

    The roles are ``"describer"``, ``"writer"``, ``"painter"`` (that of the describer's backend) and
    ``"prompts"``.

    Raises:
        BackendError: a server was asked for its model, and failed.
    """
    names = {
        **_model_names(describer, "describer", "painter", "prompts"),
        **_model_names(writer, "writer", "prompts"),
    }
    return {role: name for role, name in names.items() if name}


def registered_set(names: Mapping[str, str]) -> Models:
    """Return the registered set of the models in all four roles; unspecified if there is none.

    Ids that are not a set take five bytes, too many unless they are requested.
    """
    ids = tuple(_find_id(role, registered_name(names.get(role, ""))) for role in MODEL_FIELDS)
    return Models(set=MODEL_SET_IDS.index(ids)) if ids in MODEL_SET_IDS else Models()


def ids_and_names(names: Mapping[str, str]) -> tuple[Models, dict[str, str]]:
    """Return the models field, and the names of models without an id by role.

    Raises:
        InputError: a name is too long for a record.
    """
    if names == {"describer": BUILTIN_MODELS["embedded"], "writer": BUILTIN_MODELS["rules"]}:
        return Models(set=MODEL_SETS.index("embedded")), {}  # its painter is the default of decode
    ids = {role: _find_id(role, name) for role, name in names.items()}
    unregistered = {role: name for role, name in names.items() if not ids[role]}
    # A model that both describes and writes is named only once, as the describer, to save bytes.
    if unregistered.get("writer") == unregistered.get("describer"):
        unregistered.pop("writer", None)
    _check_lengths(unregistered)
    return _models_field(tuple(ids.get(role, 0) for role in MODEL_FIELDS)), unregistered


def all_names(names: Mapping[str, str], describer: object, writer: object) -> dict[str, str]:
    """Return a name for each role, as the profile ``archive`` demands.

    The painter is the one of the describer's or the writer's backend, for which the record is
    meant, else the one that ``decode`` uses by default. A backend that does not name its models is
    stated itself, also for its prompts.

    Raises:
        InputError: a name is too long for a record.
    """
    is_given = type(describer) is GivenDescription
    own = {
        "describer": GIVEN if is_given else backend_name(describer),
        "writer": backend_name(writer),
        "painter": _hook_names(writer, "painter").get("painter") or DEFAULT_PAINTER,
        "prompts": backend_name(describer),
    }
    if is_given or _is_builtin(describer):
        own["prompts"] = DEFAULT_PROMPTS
    stated = {**own, **names}
    _check_lengths(stated)
    return stated


def registered_name(name: str) -> str:
    """Return the registered name of a model that a server names in another way, else ``name``.

    Example:
        >>> registered_name("hf.co/Qwen/Qwen3-VL-2B-Instruct-GGUF:Q4_K_M")
        'Qwen3-VL-2B-Instruct'
        >>> registered_name("qwen3-vl:2b-instruct"), registered_name("qwen3-vl:8b")
        ('Qwen3-VL-2B-Instruct', 'qwen3-vl:8b')
    """
    if len(name) > MAX_NAME_BYTES:
        return name
    *path, last = name.casefold().split("/")
    if path[:1] and path[0] in _HUBS:
        path = path[1:]
    if len(path) > 1 or any(owner not in _OWNERS for owner in path):
        return name
    last = last.replace(":", "-")  # Ollama writes the size and the variant after a colon
    while (shorter := _SUFFIX.sub("", last)) != last:
        last = shorter
    return next((row.name for row in MODELS.values() if row.name.casefold() == last), name)


def _model_names(backend: Any, *roles: str) -> dict[str, str]:
    """Return the names of the models that ``backend`` uses, by role."""
    if _is_builtin(backend) and not _names_models(backend):
        return {roles[0]: BUILTIN_MODELS[own_name(backend)]}
    return _hook_names(backend, *roles)


def _hook_names(backend: object, *roles: str) -> dict[str, str]:
    """Return the result of the hook ``model_name`` of ``backend`` by role, if there is one."""
    return {role: _model_name(backend, role) for role in roles} if _names_models(backend) else {}


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


def is_free(describer: object) -> bool:
    """Return whether a describer costs no money: a given description, or the offline backend."""
    return type(describer) is GivenDescription or _is_builtin(describer)


def _is_builtin(backend: object) -> bool:
    return own_name(backend) in BUILTIN_MODELS


def _find_id(role: str, name: str) -> int:
    """Return the registered id of a model that can fill ``role``, or 0 if there is none."""
    if role == "prompts":
        return next((id_ for id_, prompts in PROMPTS.items() if prompts == name), 0)
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


def _check_lengths(names: Mapping[str, str]) -> None:
    for role, name in names.items():
        if len(name.encode()) > MAX_NAME_BYTES:
            raise InputError(
                f"The name of the {role} is longer than {MAX_NAME_BYTES} bytes: a record cannot "
                "state it, so use models auto and no profile."
            )
