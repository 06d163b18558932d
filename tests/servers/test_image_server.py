"""Pictures that start from the colors of a record, by the image server of ``bench``.

The server paints noise, or with a real diffusers pipeline, whose transformer is random. So nothing
can become a picture of the words; but the colors of the start must show, the more the smaller the
strength is.
"""

from __future__ import annotations

import importlib.util
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import image_server
import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.imaging import color_layer
from tests import profiles
from tests.images import encode_image

GRADIENT = Image.linear_gradient("L").resize((96, 64))
COLORS = Image.merge("RGB", (GRADIENT, GRADIENT.rotate(180), Image.new("L", (96, 64), 60)))
LAYER = color_layer.encode_colors(COLORS, 24)
SIZE = (96, 64)
RECORD = semcodec.pack("red boat", coding="lexicon", size=SIZE, extensions={"colors": LAYER})
MISSING = [name for name in ("torch", "diffusers") if importlib.util.find_spec(name) is None]
Paint = Callable[[dict[str, Any]], bytes]


@contextmanager
def serve(paint: Paint) -> Iterator[str]:
    """Serve pictures, and return the base URL."""
    server = image_server.make_server(paint)
    thread = threading.Thread(target=server.serve_forever, args=(0.005,), daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()
    thread.join()


def color_error(image: Image.Image) -> float:
    """Return the mean difference of color (CIE76) to the layer, at 16 x 16."""
    wanted = color_layer.lab_colors(color_layer.render_colors(LAYER, image.size), 16)
    found = color_layer.lab_colors(image.convert("RGB"), 16)
    errors = [
        sum((a - b) ** 2 for a, b in zip(*pair, strict=True)) ** 0.5
        for pair in zip(wanted, found, strict=True)
    ]
    return sum(errors) / len(errors) / color_layer.ROOTS


def decode(url: str, **settings: Any) -> Image.Image:
    painter = OpenAIBackend(base_url=url, retries=0, **settings)
    return semcodec.decode(RECORD, writer="rules", painter=painter, align_colors=0).image


def test_start_decides_the_colors_of_a_picture() -> None:
    with serve(image_server.paint_noise) as url:
        plain = color_error(decode(url))
        errors = [
            color_error(decode(url, start_from_colors=True, start_strength=strength))
            for strength in (0.3, 0.6, 0.9)
        ]
    assert errors == sorted(errors)
    assert errors[-1] < plain
    assert errors[0] < plain / 2


def test_server_of_noise_edits_without_a_strength() -> None:
    fields = {"prompt": "x", "size": "32x32", "image": encode_image(COLORS, "PNG")}
    picture = Image.open(io.BytesIO(image_server.paint_noise(fields)))
    assert picture.size == (32, 32)
    assert image_server.paint_noise({**fields, "prompt": "y"}) != image_server.paint_noise(fields)


@pytest.mark.skipif(bool(MISSING), reason=f"The pipeline needs {', '.join(MISSING)}.")
@pytest.mark.skipif(profiles.NAME != "nightly", reason="It takes half a minute to import.")
@pytest.mark.filterwarnings("ignore")  # of packages that are not tested here
@pytest.mark.parametrize("name", ["tiny_pipeline", "tiny_z_image"])
def test_start_decides_the_colors_of_a_diffusers_pipeline(name: str) -> None:
    import tiny_pipeline
    from diffusers_painter import Painter

    paint = Painter(getattr(tiny_pipeline, name)(), 4)
    with serve(paint) as url:
        plain = color_error(decode(url))
        errors = [
            color_error(decode(url, start_from_colors=True, start_strength=strength))
            for strength in (0.05, 0.3, 0.6, 0.9)
        ]
    assert errors == sorted(errors)
    assert errors[0] < plain / 2
    assert errors[-1] < plain
    fields = {"prompt": "a red boat", "size": "96x64", "seed": 7}
    start = {"image": encode_image(COLORS, "PNG")}
    generated = paint(fields)
    noise = paint({**fields, **start, "strength": "1"})
    assert (noise == generated) == (name == "tiny_pipeline")  # Z-Image edits by another pipeline
    assert paint({**fields, **start}) != generated  # a reference, and no start
    with pytest.raises(ValueError, match="strength must be from 0 to 1"):
        paint({**fields, **start, "strength": "1.5"})
