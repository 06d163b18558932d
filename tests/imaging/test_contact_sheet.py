"""Contact sheets: the layout of pictures and texts, and the fonts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageFont

from semcodec.errors import InputError
from semcodec.imaging import contact_sheet, lettering
from semcodec.imaging.contact_sheet import (
    MARGIN,
    MAX_LINES,
    MAX_SHEET_WIDTH,
    MIN_CELL_WIDTH,
    TEXT_SIZE,
    Cell,
    draw_contact_sheet,
    picture_size,
)

LANDSCAPE = (1248, 832)
WORDS = "red wooden door brass padlock weathered white plaster wall "


@pytest.fixture(autouse=True)
def _fonts_anew() -> None:
    lettering._fonts.cache_clear()


def cells(count: int, text: str = WORDS) -> list[Cell]:
    return [
        Cell(Image.new("RGB", (48, 32), "navy"), f"{n} bytes", "µbpp", text) for n in range(count)
    ]


def ink(sheet: Image.Image) -> tuple[int, int, int, int]:
    """Return the box of what is not white."""
    box = ImageChops.invert(sheet.convert("L")).getbbox()
    assert box is not None
    return box


def wrapped(text: str, width: int = 300) -> list[str]:
    return contact_sheet._wrap(text, TEXT_SIZE, width)


@pytest.mark.parametrize(
    "size", [LANDSCAPE, (832, 1248), (64, 64), (4096, 256), (256, 4096), (9, 1)]
)
def test_pictures_keep_their_aspect_and_are_large_enough_to_see(size: tuple[int, int]) -> None:
    width, height = picture_size(size)
    assert width * size[1] == pytest.approx(height * size[0], rel=0.05)
    assert max(width, height) >= 300
    assert width <= 1000
    assert height <= 480


@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 33])
@pytest.mark.parametrize("size", [LANDSCAPE, (4096, 256), (256, 4096)])
def test_sheet_has_rows_of_equal_length(count: int, size: tuple[int, int]) -> None:
    width = max(MIN_CELL_WIDTH, picture_size(size)[0])
    columns = contact_sheet._count_columns(count, width)
    rows = -(-count // columns)
    sheet = draw_contact_sheet(cells(count), size)
    assert sheet.width == MARGIN + columns * (width + MARGIN) <= MAX_SHEET_WIDTH
    assert columns * rows - count < columns
    left, top, right, bottom = ink(sheet)
    assert (left, top) == (MARGIN, MARGIN)
    assert right <= sheet.width - MARGIN
    assert sheet.height - 2 * MARGIN < bottom <= sheet.height - MARGIN


def test_missing_picture_is_an_empty_rectangle() -> None:
    sheet = draw_contact_sheet(
        [Cell(None, "no record", "budget: 3 bytes", "Too small.")], LANDSCAPE
    )
    assert sheet.getpixel((MARGIN + 100, MARGIN + 100)) == (0xE8, 0xE8, 0xE8)


@pytest.mark.parametrize("width", [60, 150, 300, 1000])
@pytest.mark.parametrize("text", [WORDS * 3, "x" * 200, "一" * 100, "wort " * 9 + "y" * 90, ""])
def test_lines_are_not_wider_than_the_picture(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert len(lines) <= MAX_LINES
    assert all(lettering.text_length(line.removesuffix(" …"), TEXT_SIZE) <= width for line in lines)
    if not lines or not lines[-1].endswith("…"):
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_long_text_ends_with_an_ellipsis() -> None:
    lines = wrapped(WORDS * 100)
    assert len(lines) == MAX_LINES
    assert lines[-1].endswith(" …")
    assert " ".join(lines).removesuffix(" …") in WORDS * 100


@pytest.mark.parametrize("text", [WORDS * 20_000, "x" * 100_000])
def test_work_does_not_grow_with_the_text(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    measured: list[str] = []
    length = lettering.text_length
    monkeypatch.setattr(
        contact_sheet,
        "text_length",
        lambda text, size: (measured.append(text), length(text, size))[1],
    )
    wrapped(text)
    assert len(measured) < 2000


@pytest.mark.parametrize("text", ["café O’Brien T-shirt 3.5 ½", "кошка", "猫犬", "αβγ"])
def test_letters_of_many_scripts_have_glyphs(text: str) -> None:
    runs = list(lettering._runs(text, TEXT_SIZE))
    assert "".join(run for run, _ in runs) == text
    for run, font in runs:
        assert all(char == " " or lettering._has(font, char) for char in run)
    assert all(a[1] is not b[1] for a, b in pairwise(runs))


def test_without_the_offline_backend_the_font_is_that_of_pillow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(lettering, "FONTS_PACKAGE", "no_such_package")
    [font] = lettering._fonts(TEXT_SIZE)
    assert font.getname()[0] == ImageFont.load_default(20).getname()[0]  # type: ignore[union-attr]
    assert ink(draw_contact_sheet(cells(2, "café 猫"), LANDSCAPE))


def test_fonts_of_another_version_are_replaced(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(lettering, "FONT_FILES", ("none.ttf",))
    assert len(lettering._fonts(TEXT_SIZE)) == 1


def test_pillow_without_fonts_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lettering, "FONTS_PACKAGE", "no_such_package")
    monkeypatch.setattr(ImageFont, "load_default", lambda size: ImageFont.ImageFont())
    with pytest.raises(InputError, match="without fonts"):
        draw_contact_sheet(cells(1), LANDSCAPE)
