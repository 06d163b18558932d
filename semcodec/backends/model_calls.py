"""What calls of ``local`` and ``local-light`` share: prompts of painters, layers and a repair."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from semcodec.backends.guides import GuideKind
from semcodec.backends.notes import add_note

Size: TypeAlias = tuple[int, int]
MAX_ROUNDINGS: Final = 16  #: of a size; all sizes up to 4096 pixels need up to 6
MAX_PROMPT: Final = 5_000  #: characters
EDIT: Final = "Keep the picture exactly as it is, and make this one change and no other: {change}"


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
