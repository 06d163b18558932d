"""The backend ``local-light``: models converted for OpenVINO, on a CPU or a GPU of Intel.

The prompts and the validation of answers are those of the servers (``PromptBackend``). Which roles
the backend has depends on the models that are on this machine: with a text model alone, the painter
is that of another backend. So there are three classes, and ``create`` chooses one.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.guides import Guide, GuideKind
from semcodec.backends.local_light import converted, runtime
from semcodec.backends.local_light.converted import ConvertedModel
from semcodec.backends.local_light.image_model import LightImageModel
from semcodec.backends.local_light.settings import NAME, LightSettings
from semcodec.backends.local_light.text_model import LightTextModel
from semcodec.backends.model_calls import cut_prompt, edit_prompt, list_guides
from semcodec.backends.notes import NOTICES, add_note
from semcodec.backends.prompting import PromptBackend, Prompts
from semcodec.errors import MissingFeatureError
from semcodec.imaging.uniform import is_unchanged

if TYPE_CHECKING:
    from PIL.Image import Image

MODELS: Final = ("text_model", "image_model")  #: settings that name a model
ONLY_COLORS: Final = (
    "The painted picture is the colors of the record and nothing else, because the model has "
    "returned them unchanged: raise start_strength, use another model, or omit start_from_colors."
)


class TextBackend(PromptBackend):
    """Describes, writes, checks and locates with a converted text model."""

    name = NAME
    is_paid = False

    def __init__(self, text: ConvertedModel, settings: LightSettings) -> None:
        self._text = LightTextModel(text, settings)
        super().__init__(self._text, Prompts.read(settings.prompts))
        self.settings = settings

    def model_name(self, role: str) -> str:
        """Return the model that a record names for ``role``, or the name of the prompts."""
        return self._prompts.name if role == "prompts" else self._text.converted.title

    def dependencies(self) -> dict[str, Any]:
        """Return what the results of this backend depend on, as JSON values."""
        return describe_dependencies(self.settings, self._text.converted)

    def seen_size(self, image: Image) -> tuple[int, int]:
        """Return the width and height in pixels at which the model sees ``image``."""
        return self._text.seen_size(image.size)


class ImageBackend:
    """Paints and edits with a converted image model."""

    name = NAME
    is_paid = False

    def __init__(self, image: ConvertedModel, settings: LightSettings) -> None:
        self._image = LightImageModel(image, settings)
        self._image_prompts = Prompts.read(settings.prompts)
        self.settings = settings

    def model_name(self, role: str) -> str:
        """Return the model that a record names for ``role``."""
        return self._image.converted.title

    def dependencies(self) -> dict[str, Any]:
        """Return what the results of this backend depend on, as JSON values."""
        return describe_dependencies(self.settings, self._image.converted)

    @property
    def guides(self) -> frozenset[GuideKind]:
        """The layers that ``paint`` takes."""
        return list_guides(self.settings.start_from_colors)

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size with the aspect ratio of ``size`` that is painted."""
        return self._image.paintable_size(size)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image:
        """Return an image of ``prompt``, which starts from the colors of ``guide`` if it has some.

        A model of FLUX.2 gets the colors as a reference, and the prompt explains them.
        """
        text = cut_prompt(prompt)
        colors = guide.colors if guide else None
        if colors is not None and self._image.edits:
            text = f"{text}\n\n{self._image_prompts.colors}"
        image = self._image.paint(text, self.paintable_size(size), seed, colors, "paint")
        if colors is not None and is_unchanged(image, colors):
            add_note(NOTICES, ONLY_COLORS)
        return image

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` applied, at the size of ``image``.

        Raises:
            MissingFeatureError: the model takes no picture as a reference.
        """
        if not self._image.edits:
            model = self._image.converted.title
            message = f"The model {model} cannot edit: use one of FLUX.2, or another editor."
            raise MissingFeatureError(message, backend=NAME, stage="edit")
        text, size = edit_prompt(change), self.paintable_size(image.size)
        edited = self._image.paint(text, size, seed, image, "edit")
        return edited.resize(image.size)


class LocalLightBackend(TextBackend, ImageBackend):
    """Describes, writes, checks, locates, paints and edits with two converted models."""

    def __init__(
        self, text: ConvertedModel, image: ConvertedModel, settings: LightSettings
    ) -> None:
        TextBackend.__init__(self, text, settings)
        ImageBackend.__init__(self, image, settings)

    def model_name(self, role: str) -> str:
        """Return the model that a record names for ``role``, or the name of the prompts."""
        is_image = role in ("painter", "editor")
        return (ImageBackend if is_image else TextBackend).model_name(self, role)

    def dependencies(self) -> dict[str, Any]:
        """Return what the results of this backend depend on, as JSON values."""
        models = self._text.converted, self._image.converted
        return describe_dependencies(self.settings, *models)


def describe_dependencies(settings: LightSettings, *models: ConvertedModel) -> dict[str, Any]:
    """Return the settings, the models and the version of the library.

    Raises:
        BackendError: the library is not installed.
    """
    values = {name: value for name, value in asdict(settings).items() if name not in MODELS}
    details = [model.details() | {"folder": str(model.folder)} for model in models]
    return {**values, **runtime.describe(settings.device), "models": details}


def create(**settings: Any) -> TextBackend | ImageBackend:
    """Return the backend with the roles for which there are models on this machine.

    Args:
        settings: the fields of ``LightSettings``; the others come from the config file.

    Raises:
        InputError: a setting is not valid, or a model is not converted for OpenVINO.
        BackendError: a named model is not on this machine, or there is none at all.
    """
    merged = LightSettings.load(**settings)
    text = converted.find(merged.text_model, "text")
    image = converted.find(merged.image_model, "image")
    if text and image:
        return LocalLightBackend(text, image, merged)
    if text:
        return TextBackend(text, merged)
    if image:
        return ImageBackend(image, merged)
    models = converted.list_converted_models("text")
    raise converted.not_found_error(
        "No model of local-light is on this machine", models[0] if models else None
    )
