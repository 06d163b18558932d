"""The argument ``layers`` of ``encode``: which layers, and how many bytes of colors."""

from __future__ import annotations

from itertools import islice
from typing import Final, NamedTuple

from semcodec.bitstream.extensions import MAX_LAYER_BYTES
from semcodec.choices import MAX_SHOWN, Profile
from semcodec.errors import InputError
from semcodec.pipeline.validation import exact_items

OFF: Final = "off"
AUTO: Final = "auto"
LAYOUT: Final = "layout"
COLORS: Final = "colors"
MAX_NAMES: Final = 8  #: more than there are layers
#: From here on, colors are nearer to those of the photograph than ThumbHash, which takes 21 bytes.
DEFAULT_COLOR_BYTES: Final = 12
EXPECTED: Final = f"use off, auto, or layout and colors[:N] with N from 1 to {MAX_LAYER_BYTES}"


class LayerChoice(NamedTuple):
    """The layers that were chosen.

    Attributes:
        is_auto: whether bytes that the words leave decide.
        layout: whether there is to be a layout.
        color_bytes: maximum bytes of the colors, 0 to 512; 0 for no colors.
    """

    is_auto: bool = False
    layout: bool = False
    color_bytes: int = 0

    @property
    def locates(self) -> bool:
        """Whether boxes of words are wanted."""
        return self.is_auto or self.layout

    @property
    def text(self) -> str:
        """The argument ``layers`` with this meaning."""
        layout = LAYOUT if self.layout else ""
        colors = f"{COLORS}:{self.color_bytes}" if self.color_bytes else ""
        return AUTO if self.is_auto else ",".join(filter(None, (layout, colors))) or OFF

    def __bool__(self) -> bool:
        """Return whether there may be any layer."""
        return self.is_auto or self.layout or self.color_bytes > 0


def read_choice(layers: object) -> LayerChoice:
    """Return the layers of an argument: a string such as ``"layout,colors:12"``, or a sequence.

    Raises:
        InputError: it is anything else.
    """
    names = _names(layers)
    if names == [OFF]:
        return LayerChoice()
    if names == [AUTO]:
        return LayerChoice(is_auto=True)
    choice = LayerChoice()
    for name in names:
        kind, colon, number = name.partition(":")
        if name in (OFF, AUTO):
            raise InputError(f"The layers {name} stand alone: {EXPECTED}.")
        if (kind == LAYOUT and choice.layout) or (kind == COLORS and choice.color_bytes):
            raise InputError(f"The layer {kind} is named twice: {EXPECTED}.")
        if kind == LAYOUT and not colon:
            choice = choice._replace(layout=True)
        elif kind == COLORS:
            count = _color_bytes(number, name) if colon else DEFAULT_COLOR_BYTES
            choice = choice._replace(color_bytes=count)
        elif kind == "sketch":
            raise InputError(f"The layer sketch is reserved and cannot be encoded yet: {EXPECTED}.")
        else:
            raise _invalid(name)
    return choice


def check_layers(choice: LayerChoice, max_bytes: int | None, profile: Profile | None) -> None:
    """Check that a record can have the layers.

    Raises:
        InputError: ``"auto"`` has no limit in bytes, or the profile has no place for layers.
    """
    if choice.is_auto and max_bytes is None:
        raise InputError(
            "The layers auto need max_bytes, the bytes for words and layers together: set it, or "
            "name the layers, such as layout,colors:12."
        )
    if choice and profile == "tiny":
        raise InputError(
            "The profile tiny has no extensions, and so no layers: omit the profile or the layers."
        )


def _names(layers: object) -> list[str]:
    """Return the names of layers as exact strings; a subclass's methods can do anything."""
    if isinstance(layers, str):
        return str.__str__(layers).split(",")
    if isinstance(layers, list | tuple):
        names = list(islice(exact_items(layers), MAX_NAMES + 1))
        if 0 < len(names) <= MAX_NAMES and all(isinstance(name, str) for name in names):
            return [str.__str__(name) for name in names]
    raise InputError(f"Invalid layers: {EXPECTED}.")


def _color_bytes(number: str, name: str) -> int:
    is_number = number.isascii() and number.isdecimal() and len(number) <= len("512")
    if not is_number or not 1 <= int(number) <= MAX_LAYER_BYTES:
        raise _invalid(name)
    return int(number)


def _invalid(name: str) -> InputError:
    return InputError(f"Invalid layer {name[:MAX_SHOWN]!r}: {EXPECTED}.")
