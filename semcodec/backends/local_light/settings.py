"""Settings of the backend ``local-light``: converted models, the device, sizes and limits.

In order of precedence: arguments, the table ``[local-light]`` of the config file, the defaults
below. The contents of a record never affect them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from semcodec.backends.model_settings import (
    DEFAULT_START_STRENGTH,
    MAX_OUTPUT,
    check_settings,
    load,
)

NAME: Final = "local-light"  #: of the backend, and of its table in the config file
DEVICES: Final = ("CPU", "GPU", "NPU", "AUTO")
TEXTS: Final = ("text_model", "image_model", "prompts")
#: Name, minimum and maximum of the settings that are integers.
INTEGERS: Final = (
    ("image_side", 64, 2048),
    ("painted_side", 64, 2048),
    ("most_output", 16, MAX_OUTPUT),
)


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
        check_settings(self, {"device": DEVICES}, TEXTS, INTEGERS)

    @classmethod
    def load(cls, **arguments: Any) -> LightSettings:
        """Return settings merged from all sources; an argument that is None is ignored.

        Raises:
            InputError: a setting is unknown or not valid, or the config file cannot be read.
        """
        return load(cls, NAME, arguments)
