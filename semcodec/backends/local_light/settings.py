"""Settings of the backend ``local-light``: converted models, the device, sizes and limits.

In order of precedence: arguments, the table ``[local-light]`` of the config file, the defaults
below. The contents of a record never affect them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Final

from semcodec.backends.openai.settings import read_config
from semcodec.errors import InputError

NAME: Final = "local-light"  #: of the backend, and of its table in the config file
DEVICES: Final = ("CPU", "GPU", "NPU", "AUTO")
TEXTS: Final = ("text_model", "image_model", "prompts")
MAX_STEPS: Final = 200  #: denoising steps of a picture
#: Name, minimum and maximum of the settings that are integers.
INTEGERS: Final = (
    ("image_side", 64, 2048),
    ("painted_side", 64, 2048),
    ("most_output", 16, 16_384),
)
#: As of the backend ``openai``: most of a start of a few colors must change.
DEFAULT_START_STRENGTH: Final = 0.9
MIN_START_STRENGTH: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class LightSettings:
    """The settings of the backend ``local-light``.

    Attributes:
        text_model: the converted model that describes, writes, checks and locates: a folder, or a
            name of ``semcodec models list``; None for the first one that is on this machine.
        image_model: the converted model that paints and edits, in the same way.
        device: of OpenVINO: ``"CPU"``, ``"GPU"`` (Intel's), ``"NPU"``, or ``"AUTO"``.
        steps: denoising steps of a picture, 1..200; None for the number of the model.
        start_from_colors: whether the painter starts from the colors of a record that has some.
        start_strength: how much of such a start may change, 0.01..1; models of FLUX.2 take the
            colors as a reference picture instead, and ignore it.
        image_side: pixels of the longer side of an image that is described, 64..2048.
        painted_side: pixels of the side of a painted square, 64..2048; other shapes get the same
            area. Larger pictures are enlarged afterwards.
        most_output: maximum tokens of an answer, 16..16384.
        prompts: path of a prompt file that replaces the built-in prompts.

    Raises:
        InputError: a value is not valid.
    """

    text_model: str | None = None
    image_model: str | None = None
    device: str = "CPU"
    steps: int | None = None
    start_from_colors: bool = False
    start_strength: float = DEFAULT_START_STRENGTH
    image_side: int = 768
    painted_side: int = 768
    most_output: int = 1024
    prompts: str | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        if self.device not in DEVICES:
            raise InputError(f"The setting device must be one of {', '.join(DEVICES)}.")
        for name in TEXTS:
            value = getattr(self, name)
            if value is not None and not _is_line(value):
                raise InputError(f"The setting {name} must be one line of text.")
        for name, minimum, maximum in INTEGERS:
            _check_number(name, getattr(self, name), minimum, maximum, int)
        if self.steps is not None:
            _check_number("steps", self.steps, 1, MAX_STEPS, int)
        if type(self.start_from_colors) is not bool:
            raise InputError("The setting start_from_colors must be true or false.")
        _check_number("start_strength", self.start_strength, MIN_START_STRENGTH, 1, int, float)

    @classmethod
    def load(cls, **arguments: Any) -> LightSettings:
        """Return settings merged from all sources; an argument that is None is ignored.

        Raises:
            InputError: a setting is unknown or not valid, or the config file cannot be read.
        """
        given = {name: value for name, value in arguments.items() if value is not None}
        merged: Mapping[str, Any] = {**read_config(NAME), **given}
        known = sorted(field.name for field in fields(cls))
        if unknown := sorted(set(merged) - set(known)):
            raise InputError(f"Unknown setting {unknown[0]!r}: use one of {', '.join(known)}.")
        return cls(**merged)


def _is_line(value: object) -> bool:
    return isinstance(value, str) and value.strip() == value != "" and value.isprintable()


def _check_number(name: str, value: Any, minimum: float, maximum: float, *types: type) -> None:
    is_number = isinstance(value, types) and not isinstance(value, bool)
    if not is_number or not minimum <= value <= maximum:
        raise InputError(f"The setting {name} must be a number from {minimum} to {maximum}.")
