"""``images/generations`` and ``images/edits``: a painter or an editor makes one picture."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec.backends.guides import Guide, declared_guides
from semcodec.backends.isolation import backend_name, isolate
from semcodec.errors import MissingFeatureError
from semcodec.imaging import upscaling
from semcodec.pipeline import finishing, validation
from semcodec.serve.connection import Response
from semcodec.serve.form import Form
from semcodec.serve.own_prompts import recognize
from semcodec.serve.pictures import (
    OUTPUT_FORMATS,
    check_file,
    encode_picture,
    open_picture,
    read_size,
)
from semcodec.serve.problems import invalid_value_error
from semcodec.serve.roles import Progress, Roles, model_of

if TYPE_CHECKING:
    from PIL.Image import Image

Size = tuple[int, int]  #: width and height in pixels

MAX_PROMPT: Final = 32_000  #: characters, as OpenAI has it
MAX_SIDE: Final = 4096  #: pixels
MAX_PIXELS: Final = 2**22  #: of a picture to paint: 2048 x 2048
MAX_SEED: Final = 2**32 - 1
DEFAULT_SIZE: Final = (1024, 1024)
DEFAULT_SEED: Final = 0  #: so that a repeated request returns the same picture
MAX_COLORS_SIDE: Final = 256  #: pixels of the colors from which a painter starts, see ``Guide``
AUTO: Final = (None, "", "auto")
#: Fields that change the result so that it is not what the client expects.
UNSUPPORTED: Final = ("mask", "stream", "partial_images")
MAX_STRENGTH: Final = 30  #: characters of the number
FALSE: Final = (None, "", False, "false", 0, "0")


@dataclass(frozen=True, slots=True)
class ImageJob:
    """A picture to paint or to edit.

    Attributes:
        prompt: what to paint, or the change; never empty.
        size: width and height in pixels; None for that of the picture to edit.
        seed: 0..2^32-1.
        output_format: of the file: ``"png"``, ``"jpeg"`` or ``"webp"``.
        picture: the file of a picture to edit or to start from; None to paint from the prompt.
        is_start: whether ``picture`` has only the colors from which the painter starts.
    """

    prompt: str
    size: Size | None = DEFAULT_SIZE
    seed: int = DEFAULT_SEED
    output_format: str = "png"
    picture: bytes | None = None
    is_start: bool = False

    def run(self, roles: Roles, progress: Progress) -> Response:
        """Return the response with the picture.

        Raises:
            RequestError: the picture cannot be read, or is too large.
            MissingFeatureError: the backend cannot do this.
            BackendError: it failed.
        """
        own = recognize(self.prompt)
        prompt = own.data if own else self.prompt  # without semcodec's text around it
        role = "painter" if self.picture is None or self.is_start else "editor"
        backend = getattr(roles, role)
        if backend is None:
            raise MissingFeatureError(f"The server has no {role}: start it with one.")
        model = model_of(backend, role)
        progress("edit" if role == "editor" else "paint", model)
        picture = None if self.picture is None else self._open(self.picture, backend)
        size = self.size or (picture.size if picture else DEFAULT_SIZE)
        if picture is not None and not self.is_start:
            image = _edit(backend, picture, prompt, self.seed)
        else:
            image = _paint(backend, prompt, size, self.seed, picture)
        image = upscaling.resample(upscaling.crop_to_aspect(image, size), size)
        body = {
            "created": int(time.time()),
            "data": [{"b64_json": encode_picture(image, self.output_format)}],
            "output_format": self.output_format,
            "model": model,  # not in OpenAI's API
        }
        return Response(200, json.dumps(body).encode())

    def _open(self, file: bytes, backend: Any) -> Image:
        """Return the picture, which is decoded after all else is checked."""
        if self.size is None:
            check_size(read_size(file, "image"))
        if self.is_start and "colors" not in declared_guides(backend):
            raise MissingFeatureError(
                f"The painter {backend_name(backend)} does not support starting from a picture: "
                "send the request without it."
            )
        return open_picture(file, "image")


def _paint(painter: Any, prompt: str, size: Size, seed: int, colors: Image | None) -> Image:
    """Return a picture in RGB, at ``size`` or the size that the painter can paint."""
    chosen = finishing.paintable_size(painter, size)
    guides = {} if colors is None else {"guide": Guide(colors=_colors(colors, chosen))}
    with isolate(painter, "paint", "failed to paint"):
        return validation.to_rgb(painter.paint(prompt, chosen, seed, **guides), painter)


def _colors(picture: Image, size: Size) -> Image:
    """Return ``picture`` as a guide: in the aspect ratio of ``size``, and small."""
    scale = min(1.0, MAX_COLORS_SIDE / max(size))
    width, height = (max(1, round(side * scale)) for side in size)
    return picture.resize((width, height))


def _edit(editor: Any, picture: Image, change: str, seed: int) -> Image:
    with isolate(editor, "edit", "failed to edit"):
        return validation.to_rgb(editor.edit(picture, change, seed), editor, "edit")


def read_generation(fields: Mapping[str, Any]) -> ImageJob:
    """Return the job of a request to paint.

    Raises:
        RequestError: a field is invalid or not supported.
    """
    common = _read_common(fields)
    return ImageJob(**common, size=_read_size(fields.get("size")) or DEFAULT_SIZE)


def read_edit(form: Form) -> ImageJob:
    """Return the job of a request to edit, or to paint over a picture.

    With the field ``strength`` (0 to 1, which OpenAI's API does not have), the picture has only the
    colors to start from; how much of them may change is a setting of the painter.

    Raises:
        RequestError: a field is invalid or not supported.
    """
    if "mask" in form.files:
        raise invalid_value_error("The field mask is not supported: omit it.", "mask")
    files = form.files.get("image", [])
    if len(files) != 1 or len(form.files) != 1:
        raise invalid_value_error(
            "An edit needs one file, in the field image: send one picture.", "image"
        )
    common = _read_common(form.fields)
    strength = form.fields.get("strength")
    if strength is not None:
        _check_strength(strength)
    size = _read_size(form.fields.get("size"))
    picture = check_file(files[0], "image")
    return ImageJob(**common, size=size, picture=picture, is_start=strength is not None)


def _read_common(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return prompt, seed and output format, after the fields that are not supported."""
    for field in UNSUPPORTED:
        if fields.get(field) not in FALSE:
            raise invalid_value_error(f"The field {field} is not supported: omit it.", field)
    if fields.get("n") not in (None, 1, "1"):
        raise invalid_value_error(
            "A request has one picture: omit n, and send several requests.", "n"
        )
    if fields.get("response_format") not in (None, "b64_json"):
        raise invalid_value_error(
            "Pictures are returned as b64_json: request that.", "response_format"
        )
    output_format = fields.get("output_format") or "png"
    if output_format not in OUTPUT_FORMATS:
        names = ", ".join(OUTPUT_FORMATS)
        raise invalid_value_error(f"The output format must be one of {names}.", "output_format")
    prompt = fields.get("prompt")
    if not isinstance(prompt, str) or not prompt.strip():
        raise invalid_value_error("The request has no prompt: add one.", "prompt")
    if len(prompt) > MAX_PROMPT:
        raise invalid_value_error(
            f"The prompt has over {MAX_PROMPT} characters: shorten it.", "prompt"
        )
    seed = _read_seed(fields.get("seed"))
    return {"prompt": prompt, "seed": seed, "output_format": output_format}


def _read_seed(seed: object) -> int:
    if seed is None:
        return DEFAULT_SEED
    if isinstance(seed, str) and seed.isascii() and seed.isdecimal() and len(seed) <= 10:
        seed = int(seed)
    if type(seed) is not int or not 0 <= seed <= MAX_SEED:
        raise invalid_value_error(f"The seed must be an integer from 0 to {MAX_SEED}.", "seed")
    return seed


def _read_size(size: object) -> Size | None:
    """Return width and height, or None for ``"auto"``."""
    if size in AUTO:
        return None
    width, _, height = size.partition("x") if isinstance(size, str) else ("", "", "")
    if not all(side.isascii() and side.isdecimal() and len(side) <= 5 for side in (width, height)):
        raise invalid_value_error(
            "The size must be auto, or width and height, as in 1024x768.", "size"
        )
    return check_size((int(width), int(height)))


def check_size(size: Size) -> Size:
    """Return ``size``.

    Raises:
        RequestError: it is too large to be painted in bounded time and memory, or empty.
    """
    width, height = size
    if min(size) < 1 or max(size) > MAX_SIDE or width * height > MAX_PIXELS:
        raise invalid_value_error(
            f"The size {width}x{height} is out of range: use sides up to {MAX_SIDE}, and at most "
            f"{MAX_PIXELS} pixels.",
            "size",
        )
    return size


def _check_strength(text: str) -> None:
    try:
        strength = float(text) if text.isascii() and len(text) <= MAX_STRENGTH else -1.0
    except ValueError:
        strength = -1.0
    if not 0 <= strength <= 1:
        raise invalid_value_error("The strength must be a number from 0 to 1.", "strength")
