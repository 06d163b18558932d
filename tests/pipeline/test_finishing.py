"""Pictures of any size: what is painted, and what crops, enlarges or reduces it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import semcodec
from semcodec.backends import registry
from semcodec.backends.painted_scene import PaintedObject, PaintedScene
from semcodec.errors import BackendError, InputError, InvalidResponseError
from semcodec.imaging import upscaling

RECORD = semcodec.pack("red boat", coding="lexicon", size=(80, 60))
SIDES = st.integers(1, 300)


class SmallPainter:
    """Paints at most ``side`` pixels a side, red on the left and blue on the right."""

    name = "small"

    def __init__(self, side: int = 20) -> None:
        self.side = side
        self.sizes: list[tuple[int, int]] = []

    def paintable_size(self, size: tuple[int, int]) -> Any:
        scale = min(1.0, self.side / max(size))
        return round(size[0] * scale), round(size[1] * scale)

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        self.sizes.append(size)
        picture = Image.new("RGB", size, "blue")
        picture.paste((255, 0, 0), (0, 0, size[0] // 2, size[1]))
        return picture


class Upscaler:
    """Returns ``result``, or raises it, and keeps what it was called with."""

    name = "custom"

    def __init__(self, result: Any = None) -> None:
        self.result = result
        self.calls: list[tuple[Any, ...]] = []

    def upscale(self, image: Image.Image, size: tuple[int, int]) -> Any:
        self.calls.append((image.mode, image.size, size))
        if isinstance(self.result, BaseException):
            raise self.result
        return Image.new("RGB", size, "green") if self.result is None else self.result


def stages(decoded: semcodec.Decoded) -> list[tuple[str, str]]:
    return [(stage.name, stage.model) for stage in decoded.trace.stages][1:]


def test_picture_is_painted_at_the_nearest_size_and_enlarged() -> None:
    painter = SmallPainter()
    decoded = semcodec.decode(RECORD, painter=painter)
    assert painter.sizes == [(20, 15)]
    assert decoded.image.size == (80, 60)
    assert stages(decoded) == [("paint", "small"), ("upscale", "lanczos")]
    assert decoded.trace.stages[-1].inputs[1] == [80, 60]
    assert [decoded.image.getpixel((x, 30)) for x in (5, 75)] == [(255, 0, 0), (0, 0, 255)]
    assert decoded.trace.notices == []


@pytest.mark.parametrize("size", [(20, 15), (8, 6), (1, 1)])
def test_upscaler_is_not_called_for_a_picture_that_is_large_enough(size: tuple[int, int]) -> None:
    upscaler = Upscaler(RuntimeError())
    painter = SmallPainter(20)
    painter.paintable_size = lambda size: (20, 15)  # type: ignore[method-assign]
    decoded = semcodec.decode(RECORD, painter=painter, upscaler=upscaler, size=size)
    assert (decoded.image.size, upscaler.calls) == (size, [])


def test_upscaler_gets_a_picture_in_rgb_in_the_aspect_of_the_result() -> None:
    upscaler = Upscaler()
    painted = Image.new("RGBA", (40, 20), "red")
    painter = SmallPainter()
    painter.paint = lambda *_: painted  # type: ignore[method-assign]
    decoded = semcodec.decode(RECORD, painter=painter, upscaler=upscaler)
    assert upscaler.calls == [("RGB", (27, 20), (80, 60))]
    assert decoded.image.getpixel((0, 0)) == (0, 128, 0)
    *_, notice = decoded.trace.notices
    assert "40 x 20 pixels: 33 % of it was cut away for 80 x 60" in notice
    assert painted.size == (40, 20)


@pytest.mark.parametrize("size", [(160, 120), (40, 30), (81, 60), (20, 15)])
def test_result_of_another_size_is_resampled(size: tuple[int, int]) -> None:
    upscaler = Upscaler(Image.new("L", size, 7))
    decoded = semcodec.decode(RECORD, painter=SmallPainter(), upscaler=upscaler)
    assert (decoded.image.size, decoded.image.mode) == ((80, 60), "RGB")
    assert decoded.image.getpixel((40, 30)) == (7, 7, 7)


class Damaged:
    """Pretends to be an image."""

    size, mode = (80, 60), "RGB"

    def convert(self, mode: str) -> Any:
        return self


@pytest.mark.parametrize(
    "result", ["text", 7, Damaged(), Image.new("RGB", (19, 14)), Image.new("RGB", (80, 80)),
               Image.new("RGB", (0, 0)), Image.new("RGB", (800, 20))]
)  # fmt: skip
def test_unusable_result_of_an_upscaler_is_an_error(result: Any) -> None:
    with pytest.raises(InvalidResponseError, match="custom returned an invalid") as caught:
        semcodec.decode(RECORD, painter=SmallPainter(), upscaler=Upscaler(result))
    assert (caught.value.backend, caught.value.stage) == ("custom", "upscale")


@pytest.mark.parametrize("error", [RuntimeError("no memory"), SystemExit(1), MemoryError()])
def test_upscaler_that_fails_is_a_backend_error(error: BaseException) -> None:
    with pytest.raises(BackendError, match="custom failed to upscale") as caught:
        semcodec.decode(RECORD, painter=SmallPainter(), upscaler=Upscaler(error))
    assert caught.value.trace is not None
    assert [stage.name for stage in caught.value.trace.stages][-1] == "upscale"


@pytest.mark.parametrize(
    "result", [None, "20x15", (20,), (0, 5), (-1, 5), (5, 5000), ("a", 5), (20, 15, 3), 7]
)
def test_invalid_paintable_size_is_an_error(result: Any) -> None:
    painter = SmallPainter()
    painter.paintable_size = lambda size: result  # type: ignore[method-assign]
    with pytest.raises(BackendError, match="size") as caught:
        semcodec.decode(RECORD, painter=painter)
    assert (caught.value.backend, caught.value.stage) == ("small", "paint")
    assert painter.sizes == []  # nothing was painted, and so nothing was paid


def test_upscaler_of_an_installed_package_is_found_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upscaler = Upscaler()
    monkeypatch.setitem(registry.BUILT_IN, "custom", lambda: upscaler)
    decoded = semcodec.decode(RECORD, painter=SmallPainter(), upscaler="custom")
    assert stages(decoded)[-1] == ("upscale", "custom")
    assert registry.roles("custom") == ["upscaler"]


def test_backend_that_enlarges_its_own_pictures_is_preferred() -> None:
    class Both(SmallPainter, Upscaler):
        def __init__(self) -> None:
            SmallPainter.__init__(self)
            Upscaler.__init__(self)

    assert stages(semcodec.decode(RECORD, backend=Both(), writer="rules"))[-1][1] == "small"


@pytest.mark.parametrize("upscaler", ["rules", "unknown", 7, object(), Upscaler])
def test_unsuitable_upscaler_is_an_input_error(upscaler: Any) -> None:
    with pytest.raises(InputError):
        semcodec.decode(RECORD, painter=SmallPainter(), upscaler=upscaler)


def test_one_longer_side_is_enough_to_enlarge() -> None:
    assert upscaling.is_larger((10, 5), (5, 5))
    assert upscaling.is_larger((5, 10), (5, 5))
    assert not upscaling.is_larger((5, 5), (5, 5))


class Editing(SmallPainter):
    """Reports that nothing can be seen in its pictures, and edits them."""

    def edit(self, image: Image.Image, change: str, seed: int) -> Image.Image:
        return Image.new("RGB", image.size, (seed, 0, 0))

    def painted_scene(self, image: Any) -> PaintedScene:
        return PaintedScene((PaintedObject("boat", visible=0.1), PaintedObject("red")))


@pytest.mark.parametrize(("named", "editor"), [(False, "small"), (True, "other")])
def test_painter_edits_its_own_pictures_unless_another_editor_is_named(
    named: bool, editor: str
) -> None:
    other = Editing()
    other.name = "other"
    options = {"editor": other} if named else {}
    decoded = semcodec.decode(
        RECORD, backend=other, painter=Editing(), writer="rules", reflect=3, **options
    )
    edits = [stage.model for stage in decoded.trace.stages if stage.name == "edit"]
    assert edits
    assert set(edits) == {editor}


@given(SIDES, SIDES, SIDES, SIDES)
def test_crop_keeps_one_side_and_the_aspect_up_to_a_pixel(
    width: int, height: int, across: int, down: int
) -> None:
    cropped = upscaling.crop_to_aspect(Image.new("1", (width, height)), (across, down)).size
    assert cropped[0] == width or cropped[1] == height
    assert cropped[0] <= width
    assert cropped[1] <= height
    exact = min(width, height * across / down), min(height, width * down / across)
    assert all(abs(c - max(1, e)) <= 0.5 for c, e in zip(cropped, exact, strict=True))
