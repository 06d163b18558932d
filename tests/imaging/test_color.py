"""Embedded color profiles and stated color spaces are converted to sRGB."""

from __future__ import annotations

import io
import struct
import zlib
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageCms, ImageStat

import semcodec
from semcodec import imaging
from semcodec.imaging import color
from semcodec.imaging.chunks import MAX_PROFILE_BYTES, read_png_colors
from semcodec.imaging.metadata import Metadata
from tests import icc_profiles
from tests.icc_profiles import RGB_SPACES, cmyk_profile, gray_profile, rgb_profile
from tests.images import encode_image, scene
from tests.picture_files import build_png, in_profile
from tests.png_files import build_chunk

COLORS = [
    (200, 30, 30), (30, 160, 60), (40, 60, 200), (230, 140, 40), (128, 128, 128), (250, 250, 250),
]  # fmt: skip


def palette(colors: Any = COLORS) -> Image.Image:
    """Return an image with a field for each color, large enough for lossy formats."""
    image = Image.new("RGB", (32 * len(colors), 32))
    for index, level in enumerate(colors):
        image.paste(level, (32 * index, 0, 32 * index + 32, 32))
    return image


def palette_in_display_p3() -> Image.Image:
    image = palette()
    image.info["icc_profile"] = rgb_profile("Display P3")
    return image


def load(data: Any, **options: Any) -> Image.Image:
    loaded = imaging.load(data, **options)
    assert loaded.notices == ()
    return loaded.image


def largest_difference(image: Image.Image, expected: Image.Image) -> int:
    assert image.size == expected.size
    bands = ImageStat.Stat(ImageChops.difference(image, expected)).mean
    assert len(bands) == 3
    return round(max(bands))


@pytest.mark.parametrize("space", RGB_SPACES)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_profile_of_rgb(space: str, file_format: str) -> None:
    profile = rgb_profile(space)
    pixels = in_profile(palette(), profile)
    options = {"JPEG": {"quality": 95}, "WEBP": {"lossless": True}}.get(file_format, {})
    if file_format == "AVIF":
        options = {"quality": 100, "subsampling": "4:4:4"}
    data = encode_image(pixels, file_format, icc_profile=profile, **options)
    tolerance = 4 if file_format == "AVIF" else 2  # AVIF clips the brightest colors
    assert largest_difference(load(data), palette()) <= tolerance
    assert largest_difference(load(encode_image(pixels, "PNG")), palette()) > tolerance


@pytest.mark.parametrize("kind", [b"scnr", b"mntr", b"prtr", b"spac"])
def test_classes_of_profiles_for_pixels(kind: bytes) -> None:
    profile = rgb_profile("Adobe RGB", kind)
    data = encode_image(in_profile(palette(), rgb_profile("Adobe RGB")), "PNG", icc_profile=profile)
    image = imaging.load(data)
    if not image.notices:  # LittleCMS needs tables in the profile of a printer
        assert largest_difference(image.image, palette()) <= 2
    assert kind == b"prtr" or not image.notices


def test_photograph_in_display_p3_gives_the_words_of_its_twin() -> None:
    photo = (resources.files("semcodec_embedded") / "photos" / "coffee.jpg").read_bytes()
    profile = rgb_profile("Display P3")
    pixels = in_profile(Image.open(io.BytesIO(photo)), profile)
    encoded = semcodec.encode(encode_image(pixels, "PNG", icc_profile=profile))
    assert encoded.record.words == semcodec.encode(photo).record.words
    assert {"red", "cup"} <= set(encoded.record.words)
    without_profile = semcodec.encode(encode_image(pixels, "PNG"))
    assert encoded.image.tobytes() != without_profile.image.tobytes()


def test_profile_of_an_image_with_a_palette_and_of_a_transparent_one() -> None:
    profile = rgb_profile("Display P3")
    pixels = in_profile(palette(), profile)
    expected = palette()
    for image in (pixels.quantize(16), pixels.convert("RGBA")):
        assert (
            largest_difference(load(encode_image(image, "PNG", icc_profile=profile)), expected) <= 2
        )
    clear = pixels.convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0).point(lambda _: 0))
    clear.paste((*pixels.getpixel((5, 5)), 255), (0, 0, 32, 32))  # type: ignore[misc]
    image = load(encode_image(clear, "PNG", icc_profile=profile), background="#808080")
    assert max(abs(a - b) for a, b in zip(image.getpixel((5, 5)), COLORS[0], strict=True)) <= 2
    assert image.getpixel((50, 5)) == (128, 128, 128)


def test_profile_of_a_pil_image() -> None:
    profile = rgb_profile("Adobe RGB")
    image = in_profile(palette(), profile)
    image.info["icc_profile"] = profile
    assert largest_difference(load(image), palette()) <= 2


def test_gray_profile() -> None:
    ramp = Image.linear_gradient("L")
    data = encode_image(ramp, "PNG", icc_profile=gray_profile(1.0))
    lit = load(data).getpixel((0, 64))
    assert lit[0] == lit[1] == lit[2] == 137  # sRGB's level for a quarter of the light
    usual = load(encode_image(ramp, "PNG", icc_profile=gray_profile(2.2))).getpixel((0, 64))
    assert usual[0] in range(60, 67)


def test_gray_image_with_transparency_and_profile() -> None:
    image = Image.new("LA", (4, 4), (64, 255))
    image.putpixel((0, 0), (64, 0))
    loaded = load(encode_image(image, "PNG", icc_profile=gray_profile(1.0)), background="navy")
    assert loaded.getpixel((0, 0)) == (0, 0, 128)
    assert loaded.getpixel((1, 1)) == (137, 137, 137)


@pytest.mark.parametrize(
    "options", [{"format": "WEBP"}, {"format": "WEBP", "lossless": True}, {"format": "PNG"}]
)
def test_gray_profile_of_an_image_in_rgb(options: dict[str, Any]) -> None:
    """WebP has no gray images, so a converter leaves the gray profile beside RGB pixels."""
    ramp = Image.linear_gradient("L").convert("RGB")
    data = io.BytesIO()
    ramp.save(data, icc_profile=gray_profile(1.0), **options)
    assert load(data.getvalue()).getpixel((0, 64))[0] in range(135, 140)


def test_gray_image_of_16_bits_with_a_profile() -> None:
    image = Image.new("I;16", (4, 4), 0x4000)
    data = encode_image(image, "PNG", icc_profile=gray_profile(1.0))
    assert load(data).getpixel((1, 1))[0] in (136, 137, 138)


def test_bits_with_a_profile() -> None:
    bits = Image.linear_gradient("L").convert("1")
    for profile in (gray_profile(2.2), rgb_profile("Adobe RGB")):
        image = load(encode_image(bits, "TIFF", icc_profile=profile))
        assert image.tobytes() == bits.convert("RGB").tobytes()


def test_gray_image_with_a_profile_for_rgb() -> None:
    """Programs embed sRGB or Display P3 in gray photographs, too, and viewers allow it."""
    ramp = Image.linear_gradient("L")
    loaded = load(encode_image(ramp, "JPEG", quality=95, icc_profile=rgb_profile("Display P3")))
    assert largest_difference(loaded, ramp.convert("RGB")) <= 1


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_profile(file_format: str) -> None:
    ink = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    ideal, swapped = (
        load(encode_image(ink, file_format, icc_profile=cmyk_profile(swapped=swap))).getpixel(
            (9, 9)
        )
        for swap in (False, True)
    )
    assert ideal[0] > 200 > 90 > max(ideal[1:])  # red
    assert swapped[2] > 200 > 90 > max(swapped[:2])  # blue
    without = load(encode_image(ink, file_format)).getpixel((9, 9))
    assert without[0] > 200 > 90 > max(without[1:])


def test_lab() -> None:
    lab = ImageCms.createProfile("LAB")
    image = ImageCms.profileToProfile(
        palette(), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
    )
    assert image is not None
    assert image.info["icc_profile"]  # Lab has one meaning, whatever the profile is
    assert largest_difference(load(encode_image(image, "TIFF")), palette()) <= 3
    assert largest_difference(load(image), palette()) <= 3


def test_jpeg_2000_profile() -> None:
    profile = rgb_profile("Display P3")
    plain = encode_image(in_profile(palette(), profile), "JPEG2000")
    start = plain.index(b"colr") - 4
    box = b"colr\2\0\0" + profile
    box = struct.pack(">I", len(box) + 4) + box
    header = plain.index(b"jp2h") - 4
    size = int.from_bytes(plain[header : header + 4], "big")
    end = start + int.from_bytes(plain[start : start + 4], "big")
    new_size = struct.pack(">I", size + len(box) - (end - start))
    data = plain[:header] + new_size + plain[header + 4 : start] + box + plain[end:]
    assert largest_difference(load(data), palette()) <= 2
    assert largest_difference(load(plain), palette()) > 2


@pytest.mark.parametrize(
    ("profile", "reason"),
    [
        (b"garbage" * 50, "it is damaged"),
        (b"\0" * 40, "it is damaged"),
        (rgb_profile("Display P3")[:200], "it is cut off"),
        (rgb_profile("Display P3", b"link"), "it does not describe the colors of an image"),
        (rgb_profile("Display P3", b"nmcl"), "it does not describe the colors of an image"),
        (rgb_profile("Display P3", b"abst"), "it does not describe the colors of an image"),
        (gray_profile(1.0), "it describes L pixels, not RGB"),
        (cmyk_profile(), "it describes CMYK pixels, not RGB"),
        (
            rgb_profile("Display P3").replace(b"RGB ", b"XYZ "),
            "it describes unknown pixels, not RGB",
        ),
        (icc_profiles.assemble({}, b"RGB "), "it is damaged"),
        (rgb_profile("Display P3") + bytes(2**22), "it has more than 4194304 bytes"),
    ],
)
def test_useless_profile_is_ignored_with_a_notice(profile: bytes, reason: str) -> None:
    data = encode_image(palette(), "TIFF", icc_profile=profile)
    loaded = imaging.load(data)
    assert loaded.image.tobytes() == palette().tobytes()
    (notice,) = loaded.notices
    assert notice.startswith("The color profile of the image was ignored (")
    assert reason in notice


def test_notice_is_in_the_trace() -> None:
    data = encode_image(scene(), "PNG", icc_profile=b"garbage" * 50)
    assert "was ignored (it is damaged)" in semcodec.encode(data).trace.notices[0]


def test_profile_for_rgb_does_not_fit_cmyk() -> None:
    data = encode_image(scene().convert("CMYK"), "TIFF", icc_profile=rgb_profile("Display P3"))
    assert "it describes RGB pixels, not CMYK" in imaging.load(data).notices[0]


def test_large_png_profile_does_not_hide_the_image() -> None:
    """Pillow refuses a PNG file with a profile above 1 MiB."""
    data = encode_image(palette(), "PNG", icc_profile=rgb_profile("Display P3") + bytes(2**21))
    assert largest_difference(load(data), load(palette_in_display_p3())) <= 1


@pytest.mark.parametrize("content", [b"x\0\0no zlib", b"x", b""])
def test_damaged_chunk_of_a_profile(content: bytes) -> None:
    assert "it is damaged" in imaging.load(png_with((b"iCCP", content + b" "))).notices[0]


@given(st.data())
def test_damaged_profiles_raise_nothing(data: st.DataObject) -> None:
    source = data.draw(
        st.sampled_from([rgb_profile("ProPhoto"), gray_profile(2.2), cmyk_profile()])
    )
    mode = {b"RGB ": "RGB", b"GRAY": "L", b"CMYK": "CMYK"}[source[16:20]]
    profile = bytearray(source)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, min(400, len(profile) - 1)))
        profile[at] = data.draw(st.integers(0, 255))
    image = Image.new(mode, (3, 3))
    image.info["icc_profile"] = bytes(profile)
    assert imaging.load(image).image.mode == "RGB"


# --- colors that are stated by numbers ---------------------------------------------------------


def png_with(*chunks: tuple[bytes, bytes]) -> bytes:
    return build_png(8, 2, lambda x, _: COLORS[x % len(COLORS)], chunks=chunks)


PLAIN = png_with()
GAMMA_1 = (b"gAMA", struct.pack(">I", 100000))
GAMMA_2_2 = (b"gAMA", struct.pack(">I", 45455))
ADOBE_COLORS = (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000))
SRGB_COLORS = (b"cHRM", struct.pack(">8I", 31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000))


def first_pixels(data: bytes) -> list[tuple[int, ...]]:
    image = load(data)
    return [image.getpixel((x, 0)) for x in range(len(COLORS))]


@pytest.mark.parametrize(
    "chunks",
    [
        (GAMMA_2_2,),
        (GAMMA_2_2, SRGB_COLORS),
        ((b"sRGB", b"\0"), GAMMA_1, ADOBE_COLORS),
        ((b"gAMA", bytes(4)),),
        ((b"gAMA", b"\xff" * 4),),
        ((b"cHRM", bytes(32)),),
        ((b"cHRM", struct.pack(">8I", *[33333] * 8)),),
        ((b"cICP", bytes((1, 13, 0, 1))),),
        ((b"cICP", bytes((2, 2, 0, 1))),),
        ((b"cICP", bytes((12, 13, 0))),),
    ],
)
def test_png_that_is_srgb_is_unchanged(chunks: tuple[tuple[bytes, bytes], ...]) -> None:
    assert first_pixels(png_with(*chunks)) == COLORS


def test_png_with_a_gamma() -> None:
    linear = first_pixels(png_with(GAMMA_1))
    assert linear[4] == (188, 188, 188)  # sRGB's level for half of the light


@pytest.mark.parametrize("chunk", [ADOBE_COLORS, (b"cICP", bytes((12, 13, 0, 1)))])
def test_png_with_primaries(chunk: tuple[bytes, bytes]) -> None:
    space = "Adobe RGB" if chunk == ADOBE_COLORS else "Display P3"
    red, green, blue = palette().split()
    pixels = Image.merge("RGB", (red, green, blue))
    pixels.info["icc_profile"] = rgb_profile(space)
    expected = load(pixels)
    for index, found in enumerate(first_pixels(png_with(chunk))):
        wanted = expected.getpixel((32 * index + 5, 5))
        # Adobe's curve is a power, and only its primaries are stated here.
        assert max(abs(a - b) for a, b in zip(found, wanted, strict=True)) <= 8
    assert first_pixels(png_with(chunk)) != COLORS


def test_chunk_after_the_pixels_is_ignored() -> None:
    late = PLAIN[:-12] + build_chunk(b"cICP", bytes((12, 13, 0, 1))) + PLAIN[-12:]
    assert first_pixels(late) == COLORS


def test_profile_that_expands_without_end_is_limited() -> None:
    bomb = b"x\0\0" + zlib.compress(bytes(2**26))
    assert len(read_png_colors(png_with((b"iCCP", bomb))).profile) == MAX_PROFILE_BYTES + 1
    assert "it has more than" in imaging.load(png_with((b"iCCP", bomb))).notices[0]


def test_cicp_of_a_png_overrides_its_profile() -> None:
    profile = b"x\0\0" + zlib.compress(rgb_profile("ProPhoto"))
    both = png_with((b"cICP", bytes((12, 13, 0, 1))), (b"iCCP", profile))
    assert first_pixels(both) == first_pixels(png_with((b"cICP", bytes((12, 13, 0, 1)))))
    assert first_pixels(both) != first_pixels(png_with((b"iCCP", profile)))


def test_profile_of_heic_overrides_its_cicp() -> None:
    profile = rgb_profile("Display P3")
    metadata = Metadata(size=palette().size, profile=profile, cicp=(9, 16))
    converted = color.to_srgb(in_profile(palette(), metadata.profile), metadata, [])
    assert largest_difference(converted, palette()) <= 2


@pytest.mark.parametrize("transfer", [16, 18])
def test_high_dynamic_range_is_ordered(transfer: int) -> None:
    data = build_png(
        8, 2, lambda x, _: (20 * x,) * 3, chunks=[(b"cICP", bytes((9, transfer, 0, 1)))]
    )
    levels = [load(data).getpixel((x, 0))[0] for x in range(12)]
    assert levels == sorted(levels)
    assert levels[0] == 0
    assert levels[-1] > 230


@pytest.mark.parametrize(("transfer", "white"), [(16, 148), (18, 191)])
def test_light_above_white_is_compressed(transfer: int, white: int) -> None:
    data = build_png(
        8, 2, lambda x, _: (white + 2 * x,) * 3, chunks=[(b"cICP", bytes((9, transfer, 0, 1)))]
    )
    assert len({load(data).getpixel((x, 0)) for x in range(12)}) > 6


def test_nclx_of_an_avif_image() -> None:
    plain = encode_image(palette(), "AVIF", quality=95)
    at = plain.index(b"colrnclx") + 8
    changed = plain[:at] + struct.pack(">HH", 12, 13) + plain[at + 4 :]
    before, after = load(plain), load(changed)
    assert after.getpixel((5, 5))[0] > before.getpixel((5, 5))[0] + 10


@pytest.mark.parametrize("tags", [{0xA001: 2}, {0xA001: 65535, "interop": "R03"}])
def test_adobe_rgb_by_exif(tags: dict[Any, Any]) -> None:
    pixels = in_profile(palette(), rgb_profile("Adobe RGB"))
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = tags[0xA001]
    if "interop" in tags:
        exif.get_ifd(0x8769)[0xA005] = {1: tags["interop"]}
    data = encode_image(pixels, "JPEG", exif=exif, quality=95)
    assert largest_difference(load(data), palette()) <= 2


def test_srgb_by_exif() -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 1
    data = encode_image(palette(), "JPEG", exif=exif, quality=95)
    assert largest_difference(load(data), palette()) <= 2


def test_pillow_without_littlecms(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> Image.Image:
        raise ImportError("The _imagingcms C module is not installed")

    monkeypatch.setattr(color, "_convert", fail)
    data = encode_image(palette(), "PNG", icc_profile=rgb_profile("Display P3"))
    assert "was ignored" in imaging.load(data).notices[0]
