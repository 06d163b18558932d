"""What calls of ``local`` and ``local-light`` share: prompts, layers, sizes and notes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeAlias

from semcodec.backends.guides import GuideKind
from semcodec.backends.notes import NOTICES, add_note

if TYPE_CHECKING:
    from semcodec.backends.local.catalog import Model

Size: TypeAlias = tuple[int, int]
MAX_ROUNDINGS: Final = 16  #: of a size; all sizes up to 4096 pixels need up to 6
MAX_PROMPT: Final = 5_000  #: characters
EDIT: Final = "Keep the picture exactly as it is, and make this one change and no other: {change}"

LICENSE: Final = (
    "The model {model.name} has the license {model.license}, which does not allow every use: read "
    "{model.license_source}."
)


def cut_prompt(prompt: str) -> str:
    """Return the description that a painter gets, cut at ``MAX_PROMPT``."""
    return prompt[:MAX_PROMPT]


def edit_prompt(change: str) -> str:
    """Return the instruction of an edit."""
    return EDIT.format(change=cut_prompt(change))


def list_guides(start_from_colors: bool) -> frozenset[GuideKind]:
    """Return the layers that a painter takes: the colors, if the picture shall start from them."""
    return frozenset({"colors"}) if start_from_colors else frozenset()


def find_stable_size(size: Size, fit: Callable[[Size], Size]) -> Size:
    """Return a size that ``fit`` returns unchanged, so that a size to paint is painted as it is.

    Args:
        size: width and height in pixels, up to 4096.
        fit: returns a size of about the same shape that a model paints. Rounding may exceed its
            limits a little, so that it would change its own result.
    """
    for _ in range(MAX_ROUNDINGS):
        if (fitted := fit(size)) == size:
            break
        size = fitted
    return size


def note_retry(stage: str, attempt: str) -> None:
    """Note that memory ran out, and how the call was repeated, such as ``"at 64 x 64 pixels"``."""
    add_note("repairs", f"{stage}: out of memory; tried again {attempt}")


def note_license(model: Model) -> None:
    """Note the license of a model that a call uses, unless it allows every use."""
    if not model.is_free:
        add_note(NOTICES, LICENSE.format(model=model))
