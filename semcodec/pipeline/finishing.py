"""The size of a picture: which one to paint, and how the painted one is brought to the one wanted.

A painter that can paint only some sizes has the optional hook ``paintable_size``. Its picture is
cropped to the aspect ratio that was asked for, then enlarged by the upscaler, or reduced. So the
painter never resamples, and a picture is resampled at most once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from semcodec.backends import Upscaler
from semcodec.backends.isolation import backend_name, has_method, isolate
from semcodec.errors import InvalidResponseError
from semcodec.imaging import fitting, upscaling
from semcodec.pipeline import validation

if TYPE_CHECKING:
    from PIL.Image import Image

    from semcodec.backends import Painter
    from semcodec.pipeline.trace import TracedRun

Size = tuple[int, int]  #: width and height in pixels

#: Pixels of a side. A record may state up to 2^31 - 1, but such a picture would exhaust the memory:
#: one of 4096 x 4096 has 64 MiB, and painting and saving it needs a few copies.
MAX_PAINTED_SIDE: Final = 4096


def paintable_size(painter: Painter, size: Size) -> Size:
    """Return the size to paint for a picture of ``size``: what the painter's hook returns for it.

    Raises:
        BackendError: the hook failed.
        InvalidResponseError: it did not return a width and height of 1..4096 pixels.
    """
    if not has_method(painter, "paintable_size"):
        return size
    with isolate(painter, "paint", "failed to choose a size"):
        chosen = painter.paintable_size(size)  # type: ignore[attr-defined]  # an optional hook
        width, height = map(int, chosen)
        if min(width, height) >= 1 and max(width, height) <= MAX_PAINTED_SIDE:
            return width, height
    name = backend_name(painter)
    message = (
        f"The backend {name} returned an invalid size to paint: use another backend, or have its "
        f"method paintable_size return a width and height from 1 to {MAX_PAINTED_SIDE}."
    )
    raise InvalidResponseError(message, backend=name, stage="paint")


def finish(
    run: TracedRun, painted: Image, size: Size, painter: Painter, upscaler: Upscaler
) -> Image:
    """Return a picture in RGB of ``size``: ``painted``, cropped and then enlarged or reduced.

    Args:
        run: gets a stage ``"upscale"`` if a side is enlarged, and a notice if more than a little
            is cut away.
        painted: the picture as the painter or the editor returned it; it is not changed.
        size: width and height in pixels.
        painter: the backend that painted it, for errors.
        upscaler: the backend that enlarges.
    """
    picture = validation.to_rgb(painted, painter)
    if cut := fitting.describe_cut("The painted picture", picture.size, size):
        run.add_notice(f"{cut}; use another size or painter to see all of it.")
    cropped = upscaling.crop_to_aspect(picture, size)
    if upscaling.is_larger(size, cropped.size):
        enlarged = run.run_stage("upscale", upscaler, Upscaler.upscale, cropped, size)
        cropped = validation.check_upscaled(enlarged, cropped.size, size, upscaler)
    return upscaling.resample(cropped, size)
