"""The backend ``local``: describes, writes, checks, locates, paints and edits on this machine."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.guides import Guide, GuideKind
from semcodec.backends.local import image_model
from semcodec.backends.local.image_model import PictureTask
from semcodec.backends.local.models import LocalModels, published_name
from semcodec.backends.local.settings import NAME, LocalSettings
from semcodec.backends.local.store import Kind
from semcodec.backends.model_calls import cut_prompt, edit_prompt, list_guides
from semcodec.backends.notes import NOTICES, add_note
from semcodec.backends.prompting import PromptBackend, Prompts
from semcodec.backends.protocols import ROLES
from semcodec.errors import MissingFeatureError
from semcodec.imaging.alignment import align_low
from semcodec.imaging.fitting import described_size

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGE_ROLES: Final = ("painter", "editor")
COLORS_AFTERWARDS: Final = (
    "The model {model} cannot start from an image, so the picture was not started from the colors "
    "of the record; they were applied after painting."
)


class LocalBackend(PromptBackend):
    """Models on this machine, in any role but that of an upscaler. Threads may share it.

    Nothing is downloaded: ``semcodec models fetch`` does that. The models are loaded at the first
    call, and stay loaded in this process; see ``store``.

    >>> backend = LocalBackend(text_model="qwen3-vl-2b", device="cpu")
    >>> backend.settings.quantization
    'auto'

    Args:
        settings: the fields of ``LocalSettings``; the others come from the config file.

    Raises:
        InputError: a setting is not valid.
    """

    name = NAME
    settings: LocalSettings

    def __init__(self, **settings: Any) -> None:
        self.settings = LocalSettings.load(**settings)
        self._models = LocalModels(self.settings)
        super().__init__(self._models, Prompts.read(self.settings.prompts))

    @property
    def default_roles(self) -> frozenset[str]:
        """The roles that it fills if it is the backend for all of them.

        On a CPU a picture takes minutes, so the offline painter paints unless ``local`` is named as
        the painter, or an image model is named.
        """
        roles = frozenset(ROLES)
        return roles if self._models.paints_by_default else roles - set(IMAGE_ROLES)

    def model_name(self, role: str) -> str:
        """Return the name of the model for ``role`` as its publisher writes it.

        That of a folder is the name of the folder, without its path. It is empty for a painter that
        is not used by default.
        """
        if role == "prompts":
            return self._prompts.name
        if role in IMAGE_ROLES:
            is_used = self._models.paints_by_default
            return published_name(self._models.model("image")) if is_used else ""
        return published_name(self._models.model("text"))

    def dependencies(self) -> dict[str, Any]:
        """Return what results depend on: the models, their precision, the device and versions.

        Nothing is loaded. A model that is not on this machine has no revision.
        """
        kinds: tuple[Kind, ...] = ("text", "image")
        return {kind: self._models.dependencies(kind) for kind in kinds}

    def seen_size(self, image: Image) -> tuple[int, int]:
        """Return the width and height in pixels at which the model gets ``image``."""
        width, height = image.size
        max_width, max_height = described_size(image.size, self.settings.image_side)
        scale = min(1.0, max_width / width, max_height / height)
        return max(1, round(width * scale)), max(1, round(height * scale))

    def paintable_size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return the size near a megapixel, or smaller, that is painted for ``size``."""
        return image_model.paintable_size(size)

    @property
    def guides(self) -> frozenset[GuideKind]:
        """The layers that ``paint`` takes."""
        return list_guides(self.settings.start_from_colors)

    def paint(
        self, prompt: str, size: tuple[int, int], seed: int, guide: Guide | None = None
    ) -> Image:
        """Return a picture of ``prompt``; with colors in ``guide``, it starts from them.

        The model gets the description alone: models of diffusion are trained on descriptions, and
        would paint the words of an instruction. None of them follows one.
        """
        task = PictureTask(cut_prompt(prompt), size, seed, self.settings.steps)
        colors = guide.colors if guide else None
        if colors is not None:
            start, strength = colors, self.settings.start_strength
            with suppress(MissingFeatureError):
                return self._models.run_image(
                    "paint", lambda m: m.paint_over(start, strength, task)
                )
            add_note(NOTICES, COLORS_AFTERWARDS.format(model=self._models.model("image").name))
        picture = self._models.run_image("paint", lambda model: model.paint(task))
        return picture if colors is None else align_low(picture, colors)

    def edit(self, image: Image, change: str, seed: int) -> Image:
        """Return ``image`` with ``change`` applied, at the size of ``image``.

        Raises:
            MissingFeatureError: the model cannot edit.
        """
        prompt, size = edit_prompt(change), self.paintable_size(image.size)
        task = PictureTask(prompt, size, seed, self.settings.steps)
        edited = self._models.run_image("edit", lambda model: model.edit(image, task))
        return edited.resize(image.size)
