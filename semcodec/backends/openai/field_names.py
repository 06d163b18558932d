"""The fields of the requests to a server, and the settings that leave them out or rename them.

A name of ``False`` or an empty one leaves a field out. So does ``False`` as the value of a field in
``text_extra`` or ``image_extra``, except for ``store``: there it is the value that protects the
photograph, so it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from semcodec.errors import InputError

#: ``system`` is the role of the first message; ``detail`` and ``strict`` are inside other fields.
CHAT_FIELDS: Final = (
    "model", "messages", "max_completion_tokens", "response_format", "reasoning_effort",
    "temperature", "seed", "system", "detail", "strict",
)  # fmt: skip
RESPONSES_FIELDS: Final = (
    "model", "instructions", "input", "max_output_tokens", "store", "text", "reasoning",
    "temperature", "seed", "detail", "strict",
)  # fmt: skip
TEXT_FIELDS: Final = tuple(dict.fromkeys(CHAT_FIELDS + RESPONSES_FIELDS))
IMAGE_FIELDS: Final = (
    "model", "prompt", "n", "size", "quality", "output_format", "response_format", "seed", "image",
    "strength",
)  # fmt: skip
#: Fields without which a request makes no sense.
REQUIRED: Final = ("messages", "input", "prompt", "image")
#: Fields that a rejection by the server never changes; only the user can leave out the model.
NEVER_REJECTED: Final = ("model", *REQUIRED)
MAX_NAME: Final = 100  #: characters of the name of a field

Names = Mapping[str, str | None]  #: by usual name, the name that is sent; None: left out


def merge_names(kind: str, extra: Mapping[str, Any], names: Mapping[str, Any]) -> Names:
    """Return the name of each field that is renamed, or None for one that is left out.

    Args:
        kind: ``"text"`` or ``"image"``, as in the names of the settings.
        extra: the setting ``text_extra`` or ``image_extra``.
        names: the setting ``text_names`` or ``image_names``.

    Raises:
        InputError: a field is unknown or required, or a name is not valid or not unique.
    """
    known = TEXT_FIELDS if kind == "text" else IMAGE_FIELDS
    merged: dict[str, str | None] = {}
    for field, name in names.items():
        if field not in known:
            raise InputError(
                f"The setting {kind}_names has the unknown field {field!r}: "
                f"use one of {', '.join(known)}."
            )
        merged[field] = _check_name(kind, field, name)
    for field, value in extra.items():
        if value is False and field in known and field != "store":
            merged[field] = None
    if None in (merged.get("system", ""), merged.get("instructions", "")):
        merged |= {"system": None, "instructions": None}  # the same prompt, in the two APIs
    for field in REQUIRED:
        if merged.get(field, "") is None:
            raise InputError(
                f"The field {field} cannot be left out, because a request needs it: remove it from "
                f"{kind}_extra and {kind}_names."
            )
    _check_unique(kind, merged)
    return merged


def _check_name(kind: str, field: str, name: object) -> str | None:
    if name is False or name == "":
        return None
    is_text = isinstance(name, str) and name.isprintable() and name.strip() == name
    if not is_text or len(str(name)) > MAX_NAME:
        raise InputError(
            f"The name of {field} in {kind}_names is not valid: use a text of at most {MAX_NAME} "
            "characters, or false to leave the field out."
        )
    if field == "image" and name != field:
        raise InputError("The field image cannot be renamed: remove it from image_names.")
    return str(name)


def _check_unique(kind: str, merged: Names) -> None:
    """Raise ``InputError`` if two fields of one request would have the same name."""
    routes = (CHAT_FIELDS, RESPONSES_FIELDS) if kind == "text" else (IMAGE_FIELDS,)
    for fields in routes:
        sent: dict[str, str] = {}
        for field in fields:
            name = merged.get(field, field)
            if name is not None and (other := sent.setdefault(name, field)) != field:
                raise InputError(
                    f"The fields {other} and {field} would both be sent as {name}: "
                    f"choose another name in {kind}_names, or false to leave one out."
                )
