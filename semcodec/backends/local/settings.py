"""Settings of the backend ``local``: models, device, precision, and where weights stay.

In order of precedence: arguments, the table ``[local]`` of the config file, the defaults below. The
contents of a record never affect them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Literal, get_args

from semcodec.backends.model_settings import (
    DEFAULT_START_STRENGTH,
    MAX_OUTPUT,
    check_settings,
    load,
)

NAME: Final = "local"  #: of the backend, and of its table in the config file
AUTO: Final = "auto"
Quantization = Literal["none", "nf4", "int8", "fp8"]
Offload = Literal["none", "model", "group"]
CHOICES: Final[dict[str, tuple[str, ...]]] = {
    "device": (AUTO, "cpu", "cuda", "mps"),
    "quantization": (AUTO, *get_args(Quantization)),
    "offload": (AUTO, *get_args(Offload)),
}
TEXTS: Final = ("text_model", "image_model", "gguf", "prompts")
#: Name, minimum and maximum of the settings that are integers.
INTEGERS: Final = (("image_side", 64, 2048), ("most_output", 16, MAX_OUTPUT))


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalSettings:
    """The settings of the backend ``local``.

    Attributes:
        text_model: the model that describes, writes, checks and locates: a name of ``semcodec
            models list``, or a folder of weights; None for the default of the device.
        image_model: the model that paints and edits, in the same way.
        device: where models run; ``"auto"`` is a GPU of CUDA or of a Mac if there is one.
        quantization: precision of the weights: ``"nf4"`` (4 bits, bitsandbytes), ``"int8"`` and
            ``"fp8"`` (8 bits, torchao), ``"none"`` (that of the device: bfloat16 or float32), or
            ``"auto"`` for what fits the memory.
        offload: whether weights wait in the memory of the computer: those of one model at a time
            are on the GPU (``"model"``), those of a few layers (``"group"``, which is slow), or
            all of them stay there (``"none"``).
        gguf: path of a GGUF file with the weights of the image model's transformer, which replace
            those of the folder; None for none.
        steps: denoising steps of a picture, 1..200; None for the number of the model.
        start_from_colors: whether the painter starts from the colors of a record that has some.
        start_strength: how much of such a start may change, 0.01..1.
        image_side: pixels of the longer side of an image that is described, 64..2048.
        most_output: maximum tokens of an answer.
        prompts: path of a prompt file that replaces the built-in prompts.

    Raises:
        InputError: a value is not valid.
    """

    text_model: str | None = None
    image_model: str | None = None
    device: str = AUTO
    quantization: str = AUTO
    offload: str = AUTO
    gguf: str | None = None
    steps: int | None = None
    start_from_colors: bool = False
    start_strength: float = DEFAULT_START_STRENGTH
    image_side: int = 1024
    most_output: int = 1024
    prompts: str | None = None

    def __post_init__(self) -> None:
        """Check every value."""
        check_settings(self, CHOICES, TEXTS, INTEGERS)

    @classmethod
    def load(cls, **arguments: Any) -> LocalSettings:
        """Return settings merged from all sources; an argument that is None is ignored.

        Raises:
            InputError: a setting is unknown or not valid, or the config file cannot be read.
        """
        return load(cls, NAME, arguments)

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON values."""
        return asdict(self)
