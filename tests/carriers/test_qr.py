"""QR codes: written as pictures and lines, and read from simulated photographs."""

from __future__ import annotations

import io
import random
import re
import sys
from collections.abc import Callable

import pytest
import segno
import zxingcpp
from PIL import Image, ImageDraw, ImageOps

import semcodec
from semcodec import imaging
from semcodec.carriers import extract, find_record, qr
from semcodec.errors import BackendError, InputError
from tests import profiles
from tests.carriers.photographs import LADDER, READABLE, Strength, photograph, random_words

TEXT = "red boat on a lake"
RECORD = semcodec.pack(TEXT, coding="lexicon", framing="qr")
URL = semcodec.pack(TEXT, coding="lexicon", framing="url").decode()
OTHER = semcodec.pack("brown cat", coding="lexicon", framing="qr")


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def code_image(text: str | bytes, scale: int = 6) -> Image.Image:
    """Return a code with any content."""
    file = io.BytesIO()
    segno.make(text, micro=False).save(file, kind="png", scale=scale, border=4)
    return Image.open(file).convert("L")


def beside(*images: Image.Image) -> Image.Image:
    sheet = Image.new("L", (sum(i.width for i in images), max(i.height for i in images)), 255)
    for index, image in enumerate(images):
        sheet.paste(image, (sum(i.width for i in images[:index]), 0))
    return sheet


def draw_lines(lines: str, ink: int, paper: int) -> Image.Image:
    """Return what a terminal or an editor shows for half blocks, without escape sequences."""
    rows = lines.splitlines()
    image = Image.new("L", (len(rows[0]), 2 * len(rows)), paper)
    for y, row in enumerate(rows):
        for x, block in enumerate(row):
            image.putpixel((x, 2 * y), ink if block in "▀█" else paper)
            image.putpixel((x, 2 * y + 1), ink if block in "▄█" else paper)
    return image.resize((image.width * 8, image.height * 8), 0)


# --- writing -------------------------------------------------------------------------------------


def test_png_is_black_on_white_with_a_quiet_zone() -> None:
    with Image.open(io.BytesIO(qr.write(RECORD, "png"))) as file:
        image = file.convert("L")
    assert image.getcolors() is not None
    assert {value for _, value in image.getcolors() or ()} == {0, 255}
    border = 4 * qr.MODULE_PIXELS  # modules, by ISO/IEC 18004
    assert ImageOps.invert(image).getbbox() == (border, border, *(s - border for s in image.size))
    assert qr.read(image) == [RECORD]


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
def test_every_framing_is_written_as_the_same_code(framing: str) -> None:
    record = semcodec.pack(TEXT, coding="lexicon", framing=framing)
    assert qr.write(record) == qr.write(semcodec.unpack(record)) == qr.write(RECORD)


def test_check_of_a_text_form_is_kept() -> None:
    record = semcodec.pack(TEXT, coding="lexicon", framing="qr", check="crc32")
    assert qr.read(qr.write(record)) == [record]


@pytest.mark.parametrize("words", [1, 5, 20, 60, 200])
def test_code_is_the_smallest_with_the_best_correction(words: int) -> None:
    rng = random.Random(words)
    record = semcodec.pack([rng.choice(TEXT.split()) for _ in range(words)], coding="utf8")
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(qr.write(record))))
    smallest = min(
        segno.make(code.text, error=level, micro=False, boost_error=False).version
        for level in "lmqh"
    )
    fitting = [
        level
        for level in "LMQH"
        if segno.make(code.text, error=level, micro=False, boost_error=False).version == smallest
    ]
    assert str(code.format) == "QR Code"
    assert (int(code.extra["Version"]), code.ec_level) == (smallest, fitting[-1])
    # Alphanumeric mode has 45 characters in 5.5 bits each; bytes would need a larger version.
    assert segno.make(code.text, mode="byte", error="l", micro=False).version >= smallest


def test_svg_has_a_white_background_and_the_text_form() -> None:
    svg = qr.write(RECORD, "svg").decode()
    side = re.search(r'width="(\d+)" height="\1"', svg)
    assert side is not None
    assert f"<title>{RECORD.decode()}</title>" in svg
    assert re.search(r'<path fill="#fff" d="M0 0h(\d+)v\1h-\1z"/>', svg)
    assert svg.count('stroke="#000"') == 1


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (230, 20)], ids=["light", "dark"])
def test_text_is_read_on_light_and_dark_paper(ink: int, paper: int) -> None:
    lines = qr.write(RECORD, "text").decode()
    assert set(lines) == set(" ▀▄█\n")
    for row in (*lines.splitlines()[:2], *lines.splitlines()[-2:]):  # the quiet zone
        assert not row.strip()
    assert qr.read(draw_lines(lines, ink, paper)) == [RECORD]


def test_each_line_for_a_terminal_sets_and_resets_the_colors() -> None:
    lines = qr.write(RECORD, "terminal").decode().splitlines()
    start, end = "\x1b[38;5;16;48;5;231m", "\x1b[0m"  # black on white of the color cube
    assert all(line.startswith(start) and line.endswith(end) for line in lines)
    text = "\n".join(line.removeprefix(start).removesuffix(end) for line in lines)
    assert text + "\n" == qr.write(RECORD, "text").decode()


def test_largest_record_fits_and_the_next_is_refused() -> None:
    overhead = len(semcodec.pack("", coding="utf8", framing="bare", check="crc8"))
    core_bytes = (qr.MAX_CHARACTERS - len("SEMQ:")) * 2 // 3
    largest = semcodec.pack("x" * (core_bytes - overhead), coding="utf8", framing="qr")
    assert qr.MAX_CHARACTERS - 2 <= len(largest) <= qr.MAX_CHARACTERS
    assert qr.read(qr.write(largest)) == [largest]
    larger = semcodec.pack("x" * (core_bytes - overhead + 2), coding="utf8")
    with pytest.raises(
        InputError, match=r"needs 4,29\d characters and a QR code has at most 4,296"
    ):
        qr.write(larger)


@pytest.mark.parametrize("kind", ["jpeg", "", "PNG", None])
def test_unknown_kind_is_refused(kind: str) -> None:
    with pytest.raises(InputError, match="use one of png, svg, text, terminal"):
        qr.write(RECORD, kind)


# --- reading -------------------------------------------------------------------------------------


@pytest.mark.sampled
@pytest.mark.parametrize("quality", READABLE)
def test_photographs_are_read(quality: str, record_property: profiles.RecordProperty) -> None:
    """50 codes in the gate; ``bench/qr_codes.py`` also tries photographs that cannot be read."""
    count = profiles.count(gate=50 // len(READABLE) + 1, nightly=400)
    record_property("inputs", count)
    rng = random.Random(profiles.seed(5))
    for _ in range(count):
        record = semcodec.pack(random_words(rng), coding="lexicon", framing="qr")
        assert extract(photograph(record, LADDER[quality], rng)) == record


def draw_line(image: Image.Image) -> Image.Image:
    """Return ``image`` with a white scratch."""
    ImageDraw.Draw(image).line((80, 170, 176, 80), 255, 6)
    return image


def make_transparent(image: Image.Image) -> Image.Image:
    """Return black on transparent."""
    return Image.merge("LA", (Image.new("L", image.size), ImageOps.invert(image)))


def version_that_is_read(record: bytes, photo: bytes) -> int | None:
    """Return the index of the first version of a picture in which the code is read."""
    codes = map(qr.read_codes, qr.versions(imaging.load(photo).image))
    return next((index for index, found in enumerate(codes) if found == [record]), None)


@pytest.mark.parametrize(
    ("strength", "needed"),
    [(LADDER["out of focus"], {0, 1, 2}), (Strength(8, 0.45, 30, 0.1, 0.6, 60), {3, 4})],
    ids=["out of focus", "out of focus and noisy"],
)
def test_every_version_of_a_picture_is_needed(strength: Strength, needed: set[int]) -> None:
    rng = random.Random(6)
    found = set[int | None]()
    for _ in range(60):
        record = semcodec.pack(random_words(rng), coding="lexicon", framing="qr")
        found.add(version_that_is_read(record, photograph(record, strength, rng)))
        if needed <= found:
            return
    pytest.fail(f"only the versions {found} are needed")


TRANSFORMS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "upside down": lambda image: image.rotate(180),
    "on its side": lambda image: image.rotate(90),
    "mirrored": ImageOps.mirror,
    "inverted": ImageOps.invert,
    "mirrored, inverted, turned": lambda image: ImageOps.invert(ImageOps.mirror(image)).rotate(30),
    "without quiet zone": lambda image: image.crop(ImageOps.invert(image).getbbox()),
    "gray on gray": lambda image: image.point(lambda value: 100 + value // 6),
    "one bit": lambda image: image.convert("1"),
    "palette": lambda image: image.convert("P"),
    "red on blue": lambda image: ImageOps.colorize(image, "darkred", "lightblue"),
    "transparent": make_transparent,
    "stretched": lambda image: image.resize((image.width * 3 // 2, image.height)),
    "scratched": draw_line,
}


@pytest.mark.parametrize("name", TRANSFORMS)
def test_transformed_code_is_read(name: str) -> None:
    assert extract(png(TRANSFORMS[name](code_image(RECORD.decode())))) == RECORD


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_formats_of_pictures(kind: str) -> None:
    file = io.BytesIO()
    code_image(RECORD.decode()).convert("RGB").save(file, kind)
    assert find_record(file.getvalue()).text == TEXT


def test_code_in_a_corner_of_a_large_photograph() -> None:
    photo = Image.linear_gradient("L").resize((4000, 3000))
    photo.paste(code_image(RECORD.decode(), scale=3), (3700, 2700))
    assert extract(png(photo)) == RECORD


def test_upright_code_in_a_file_that_is_turned_by_exif() -> None:
    exif = Image.Exif()
    exif[imaging.ORIENTATION_TAG] = 8
    file = io.BytesIO()
    code_image(RECORD.decode()).save(file, "JPEG", exif=exif)
    assert extract(file.getvalue()) == RECORD


@pytest.mark.parametrize("format_name", ["Aztec", "DataMatrix", "PDF417", "RMQRCode", "Code128"])
def test_other_symbologies_are_read(format_name: str) -> None:
    code = zxingcpp.create_barcode(RECORD.decode(), getattr(zxingcpp.BarcodeFormat, format_name))
    pixels = memoryview(code.to_image(scale=4))
    image = Image.frombytes("L", pixels.shape[::-1], pixels.tobytes())
    assert extract(png(ImageOps.expand(image, 20, 255))) == RECORD


def test_file_in_a_binary_code_is_read() -> None:
    file = semcodec.pack(TEXT, coding="lexicon", framing="file")
    assert extract(png(code_image(file))) == file


@pytest.mark.parametrize(
    "content",
    [
        RECORD.decode().lower(),
        f" {RECORD.decode()} \n",
        f"Look: <{URL}>.",
        URL.replace("semc:", "SEMC:"),
        f"https://example.org/?picture={URL}",
        semcodec.pack(TEXT, coding="lexicon", framing="file").hex(),
    ],
)
def test_text_around_the_record_is_removed(content: str) -> None:
    found = extract(png(code_image(content)))
    assert found in (RECORD, URL.encode(), semcodec.pack(TEXT, coding="lexicon", framing="file"))
    assert semcodec.unpack(found).text == TEXT


def test_record_is_found_beside_other_codes() -> None:
    web = code_image("https://www.example.org/")
    assert extract(png(beside(web, code_image(RECORD.decode())))) == RECORD
    assert extract(png(beside(*[code_image(RECORD.decode())] * 2))) == RECORD


def test_blurred_record_is_found_beside_a_sharp_code() -> None:
    rng = random.Random(3)
    with Image.open(io.BytesIO(photograph(RECORD, LADDER["dark and noisy"], rng))) as photo:
        blurred = photo.convert("L")
    assert qr.read(beside(code_image("https://a.org"), blurred)) == [b"https://a.org"]
    assert extract(png(beside(code_image("https://a.org"), blurred))) == RECORD


@pytest.mark.parametrize(
    ("contents", "message"),
    [
        (["https://www.example.org/"], "contains 'https://www.example.org/' and no record"),
        (["\x1b[2J\x07gotcha"], r"contains '\x1b[2J\x07gotcha' and no record"),
        (["x" * 500], f"contains '{'x' * 59}…' and no record"),
        (["WIFI:T:WPA;S:net;P:secret;;"], "contains 'WIFI:T:WPA;S:net;P:secret;;' and no"),
        ([RECORD.decode(), OTHER.decode()], "contains 2 different records: leave one of them"),
    ],
)
def test_message_states_what_a_code_contains(contents: list[str], message: str) -> None:
    with pytest.raises(InputError) as raised:
        extract(png(beside(*map(code_image, contents))))
    assert message in str(raised.value)


def test_damaged_text_form_in_a_code_is_reported_as_such() -> None:
    with pytest.raises(semcodec.FormatError, match="SC-CHK-2"):
        find_record(png(code_image(RECORD.decode()[:-2] + "00")))


def test_picture_without_a_code_is_named() -> None:
    with pytest.raises(InputError, match="This is a PNG image without a record, and no QR code"):
        extract(png(Image.linear_gradient("L")))


def test_picture_with_a_record_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    picture = semcodec.embed_png(qr.write(OTHER), RECORD)
    assert find_record(picture).text == TEXT
    damaged = picture.replace(b"seMC", b"seMC\xff", 1)
    assert extract(damaged) == damaged


def test_missing_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    code = qr.write(RECORD)
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(BackendError) as raised:
        extract(code)
    assert str(raised.value) == (
        "This is a PNG image without a record. Reading QR codes needs zxing-cpp: "
        "pip install 'semcodec[qr]'."
    )
    monkeypatch.setitem(sys.modules, "segno", None)
    with pytest.raises(BackendError, match=r"needs segno: pip install 'semcodec\[qr\]'"):
        qr.write(RECORD)


def test_pixels_that_are_searched_are_limited() -> None:
    for size in ((9000, 4000), (30_000, 900), (4096, 4096)):
        for version in qr.versions(Image.new("L", size)):
            assert version.width * version.height <= qr.MAX_CODE_PIXELS


@pytest.mark.parametrize("data", [b"", b"abc", RECORD, semcodec.pack(TEXT, coding="utf8")])
def test_other_data_is_returned_as_it_is(data: bytes) -> None:
    assert extract(data) == data
