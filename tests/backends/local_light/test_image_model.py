"""The image model over a stand-in of openvino-genai: sizes, seeds, edits, starts, memory."""

from __future__ import annotations

import _thread
import math
import random
from typing import Any

import numpy as np
import pytest
from PIL import Image

import semcodec
from semcodec.backends.guides import Guide
from semcodec.backends.local_light import create
from semcodec.backends.local_light.image_model import MAX_ASPECT, SIDE_MULTIPLE
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.errors import BackendError, MissingFeatureError
from tests.backends.local_light.conftest import MakeFolder
from tests.backends.local_light.fake_genai import OUT_OF_MEMORY, FakeLibrary
from tests.each import for_each

SIZE = (768, 768)
COLORS = Image.linear_gradient("L").convert("RGB")


@pytest.fixture
def klein(library: FakeLibrary, make_image_folder: MakeFolder) -> Any:
    return create(image_model=str(make_image_folder()), start_from_colors=True)


@pytest.fixture
def z_image(library: FakeLibrary, make_image_folder: MakeFolder) -> Any:
    folder = make_image_folder("ZImagePipeline")
    return create(image_model=str(folder), start_from_colors=True)


def test_distilled_model_gets_few_steps_and_no_guidance(klein: Any, library: FakeLibrary) -> None:
    klein.paint("a boat", SIZE, 7)
    [call] = library.calls
    callback = call.options.pop("callback")
    assert callback(0, 4, None) is False
    assert call.options == {
        "width": 768,
        "height": 768,
        "num_inference_steps": 4,
        "guidance_scale": 1.0,
        "generator": ("generator", 7),
    }
    assert (call.pipeline, call.prompt, call.images) == ("Text2ImagePipeline", "a boat", [])


def test_other_models_keep_the_defaults_of_the_library(
    library: FakeLibrary, make_image_folder: MakeFolder
) -> None:
    folder = make_image_folder("StableDiffusionPipeline", "unet")
    create(image_model=str(folder), steps=9).paint("a boat", SIZE, 7)
    assert "guidance_scale" not in library.calls[0].options
    assert library.calls[0].options["num_inference_steps"] == 9


def test_weights_of_a_model_that_edits_are_loaded_once(klein: Any, library: FakeLibrary) -> None:
    picture = klein.paint("a boat", SIZE, 7)
    klein.edit(picture, "make it red", 8)
    assert [name for name, *_ in library.loads] == ["Image2ImagePipeline"]


def test_edit_shows_the_picture_and_the_change(klein: Any, library: FakeLibrary) -> None:
    edited = klein.edit(Image.new("RGB", (400, 300)), "Make the boat red.", 8)
    [call] = library.calls
    assert call.pipeline == "Image2ImagePipeline"
    assert call.prompt.endswith("this one change and no other: Make the boat red.")
    assert call.images == [(1, call.options["height"], call.options["width"], 3)]
    assert edited.size == (400, 300)
    assert "strength" not in call.options


def test_colors_are_a_reference_that_the_prompt_explains(klein: Any, library: FakeLibrary) -> None:
    assert klein.guides == {"colors"}
    klein.paint("a boat", SIZE, 7, Guide(colors=COLORS))
    [call] = library.calls
    assert call.images == [(1, 768, 768, 3)]
    assert call.prompt.startswith("a boat\n\nThe attached picture is not finished")


def test_colors_are_a_noisy_start_of_other_models(z_image: Any, library: FakeLibrary) -> None:
    z_image.paint("a boat", SIZE, 7, Guide(colors=COLORS))
    [call] = library.calls
    assert (call.pipeline, call.prompt) == ("Image2ImagePipeline", "a boat")
    assert call.options["strength"] == 0.9
    # Nine steps with a strength of 0.9 are ten, of which the first is left out.
    assert call.options["num_inference_steps"] == 10


def test_model_without_references_cannot_edit(z_image: Any, library: FakeLibrary) -> None:
    with pytest.raises(MissingFeatureError, match="tiny-painter cannot edit"):
        z_image.edit(COLORS, "make it red", 8)
    assert not library.loads


def test_picture_of_nothing_but_the_colors_is_noticed(klein: Any, library: FakeLibrary) -> None:
    library.results = [lambda call: np.asarray(COLORS.resize(SIZE))[None]]
    with collect_notes() as notes:
        klein.paint("a boat", SIZE, 7, Guide(colors=COLORS))
        klein.paint("a boat", SIZE, 7, Guide(colors=COLORS))
    [notice] = group_by_kind(notes)["notices"]
    assert "raise start_strength" in notice


RANDOM = random.Random(0)
SIZES = [
    *[(1, 1), (64, 64), (1000, 10), (3, 4096), (4096, 4096), (800, 600), (1023, 577)],
    *[(RANDOM.randint(1, 4096), RANDOM.randint(1, 4096)) for _ in range(300)],
]


@for_each([(size, side) for size in SIZES for side in (64, 90, 500, 768)])
def test_paintable_size_has_the_aspect_and_a_limit(size: tuple[int, int], side: int) -> None:
    from semcodec.backends.local_light.converted import Converted
    from semcodec.backends.local_light.image_model import LightImageModel
    from semcodec.backends.local_light.settings import LightSettings

    settings = LightSettings(painted_side=side)
    model = LightImageModel(Converted(None, None, "image", ""), settings)  # type: ignore[arg-type]
    width, height = painted = model.paintable_size(size)
    assert model.paintable_size(painted) == painted
    assert width % SIDE_MULTIPLE == height % SIDE_MULTIPLE == 0
    assert min(width, height) >= 64
    assert max(width, height) <= side * math.sqrt(MAX_ASPECT) + SIDE_MULTIPLE
    assert width * height <= max((side + SIDE_MULTIPLE) ** 2, 64 * 2 * side)
    if min(size) > 128 and max(size) < 4 * min(size) and side >= 500:
        assert width / height == pytest.approx(size[0] / size[1], rel=0.08)


def test_smaller_picture_is_painted_once_if_memory_is_short(
    klein: Any, library: FakeLibrary
) -> None:
    library.results = [OUT_OF_MEMORY]
    with collect_notes() as notes:
        first = klein.paint("a boat", SIZE, 7)
        second = klein.paint("a boat", SIZE, 7)
    assert first.size == second.size == klein.paintable_size(SIZE) == (544, 544)
    assert len(library.calls) == 3
    notes_of = group_by_kind(notes)
    assert notes_of["repairs"] == ["paint: out of memory; tried again at 544 x 544 pixels"]
    assert notes_of["models"][0]["size"] == [544, 544]


def test_memory_that_is_never_enough_is_one_message(klein: Any, library: FakeLibrary) -> None:
    library.results = [OUT_OF_MEMORY] * 9
    with pytest.raises(BackendError, match=r"not enough for the image model.*painted_side"):
        klein.paint("a boat", SIZE, 7)
    assert len(library.calls) == 2
    with pytest.raises(BackendError, match="not enough for the image model"):
        klein.paint("a boat", (64, 64), 7)  # the smallest one, which no retry makes smaller
    assert len(library.calls) == 3


def test_another_device_loads_the_model_again(
    library: FakeLibrary, make_image_folder: MakeFolder
) -> None:
    folder = str(make_image_folder())
    for device in ("CPU", "CPU", "GPU"):
        create(image_model=folder, device=device).paint("a boat", SIZE, 7)
    assert len(library.loads) == 2


def test_interrupt_ends_the_picture_at_the_next_step(klein: Any, library: FakeLibrary) -> None:
    ended = []

    def paint(call: Any) -> Any:
        _thread.interrupt_main()
        while not call.options["callback"](0, 4, None):
            pass
        ended.append(True)
        return np.zeros((), np.uint8)

    library.results = [paint]
    with pytest.raises(KeyboardInterrupt):
        klein.paint("a boat", SIZE, 7)
    assert ended
    assert klein.paint("a boat", SIZE, 7)


def test_result_of_another_shape_is_an_error(klein: Any, library: FakeLibrary) -> None:
    library.results = [np.zeros((1, 8, 8, 3), np.uint8)]
    with pytest.raises(
        BackendError, match="did not return a picture of 768x768 in the stage 'paint'"
    ):
        klein.paint("a boat", SIZE, 7)


def test_hostile_prompt_is_bounded(klein: Any, library: FakeLibrary) -> None:
    klein.paint("boat " * 100_000, SIZE, 7)
    assert len(library.calls[0].prompt) <= 5_000


def test_decode_paints_edits_and_enlarges(klein: Any, library: FakeLibrary) -> None:
    record = semcodec.pack("red boat", size=(1024, 1024))
    decoded = semcodec.decode(record, painter=klein, seed=200)
    assert decoded.image.size == (1024, 1024)
    assert decoded.image.getpixel((5, 5)) == (200, 200, 200)
