"""Other codecs: the bytes that they write, and the pictures that come back."""

from __future__ import annotations

import io
import sys
from importlib import resources
from typing import Any

import numpy as np
import pytest
from PIL import Image

from semcodec.errors import InputError
from semcodec.imaging import load
from semcodec.measure import baselines, hashes, image_codecs
from semcodec.measure.image_codecs import CODECS, ImageCodec, JpegAtRate, jpeg
from semcodec.measure.results import Baseline
from tests.images import scene

SIZE = (96, 64)
FLOORS = [codec for codec in CODECS if codec.is_floor]
INSTALLED = {codec.name for codec in baselines.CODECS} - set(baselines.skipped())


def photograph(name: str = "cat") -> Image.Image:
    path = resources.files("semcodec_embedded") / "photos" / f"{name}.jpg"
    return load(path.read_bytes()).image


def noise(size: tuple[int, int] = SIZE) -> Image.Image:
    """Return a picture with details of all sizes, always the same."""
    rng = np.random.default_rng(1)
    fine = rng.integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.blend(scene(size), Image.fromarray(fine, "RGB"), 0.3)


@pytest.fixture(scope="module")
def measured() -> list[Baseline]:
    return baselines.measure(noise(), lambda picture: {"width": float(picture.width)})


def by_name(measured: list[Baseline], codec: str, setting: str) -> Baseline:
    [found] = [one for one in measured if (one["codec"], one["setting"]) == (codec, setting)]
    return found


def test_each_codec_has_a_row_in_order(measured: list[Baseline]) -> None:
    rows = [(one["codec"], one["setting"]) for one in measured]
    expected = [(one.name, one.setting) for one in baselines.CODECS if one.name in INSTALLED]
    assert rows == expected


def test_no_jpeg_file_of_a_small_picture_is_within_a_rate() -> None:
    """It is mostly tables."""
    with pytest.raises(InputError, match="1 bits per pixel"):
        JpegAtRate(1).encode(noise((24, 16)))


def test_rates_are_those_of_the_files_and_pixels(measured: list[Baseline]) -> None:
    for one in measured:
        assert one["bpp"] == pytest.approx(8 * one["bytes"] / (96 * 64))
        assert one["metrics"]["width"] == 96
        assert one["encode_seconds"] >= 0 <= one["decode_seconds"]
    plain = io.BytesIO()
    noise().save(plain, "JPEG", quality=75)
    assert by_name(measured, "JPEG", "q75")["bytes"] == len(plain.getvalue())


def test_floor_of_a_codec_is_smaller_than_its_other_settings() -> None:
    found = baselines.measure(photograph().resize((160, 112)))
    for codec in {codec.name for codec in FLOORS} & INSTALLED:
        sizes = [(one["bytes"], one["is_floor"]) for one in found if one["codec"] == codec]
        assert [is_floor for _, is_floor in sorted(sizes)] == [True] + [False] * (len(sizes) - 1)


@pytest.mark.parametrize("codec", FLOORS, ids=lambda codec: codec.name)
def test_floor_is_below_what_other_options_give(codec: ImageCodec) -> None:
    """bench/floors.py tries more options, on photographs."""
    if codec.name not in INSTALLED:
        pytest.skip(f"{codec.name} is not installed")
    picture = photograph().resize((240, 160))
    size = len(codec.encode(picture))
    plain: dict[str, list[dict[str, Any]]] = {
        "JPEG": [
            {"quality": 1, "optimize": True},
            {"quality": 1, "progressive": True, "smooth": 100},
            {"quality": 1, "optimize": True, "smooth": 50},
        ],
        "WebP": [{"quality": 0, "method": 0}, {"quality": 0, "method": 3}],
        "AVIF": [
            {"quality": 0, "speed": 8},
            {"quality": 0, "speed": 4, "advanced": {"tune": "ssim"}},
        ],
        "JPEG XL": [{"quality": 0}, {"quality": 0, "decoding_speed": 4}],
    }
    for options in plain[codec.name]:
        assert size < len(ImageCodec(codec.name, "", codec.format, [options]).encode(picture))


def test_floor_shows_the_photograph() -> None:
    picture = photograph().resize((160, 112))
    blank = baselines.psnr(Image.new("RGB", (160, 112), "gray"), picture)
    for one in baselines.measure(picture, lambda _: {}):
        assert one["metrics"][baselines.PSNR] > blank + 1, one


def test_metadata_is_not_in_the_files() -> None:
    bare, tagged = noise(), noise()
    tagged.info |= {"comment": b"c" * 300, "icc_profile": b"p" * 300, "exif": b"Exif\0\0" + b"e"}
    for codec in CODECS:
        if codec.name in INSTALLED and isinstance(codec, ImageCodec):
            assert codec.encode(tagged) == codec.encode(bare)
    assert "comment" in tagged.info


def test_smallest_attempt_counts_and_failed_ones_do_not() -> None:
    attempts: list[dict[str, Any]] = [{"quality": 90}, {"quality": 10}, {"quality": "no"}]
    codec = ImageCodec("JPEG", "", "JPEG", attempts)
    assert codec.encode(noise()) == jpeg(10).encode(noise())
    with pytest.raises(InputError):
        ImageCodec("JPEG", "", "JPEG", attempts[2:]).encode(noise())


def test_codec_that_cannot_carry_a_photograph_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    long = Image.new("RGB", (16_384, 1))  # WebP has 16,383 pixels at most
    webp = [codec for codec in CODECS if codec.name == "WebP"]
    monkeypatch.setattr(baselines, "CODECS", (jpeg(1), *webp))
    assert {one["codec"] for one in baselines.measure(long)} == {"JPEG"}


def test_jpeg_at_a_rate_is_the_highest_quality_within_it() -> None:
    picture = photograph()
    codec = JpegAtRate(1)
    data = codec.encode(picture)
    sizes = [len(jpeg(quality).encode(picture)) for quality in range(1, 101)]
    limit = picture.width * picture.height // 8
    assert len(data) == max(size for size in sizes if size <= limit)
    assert codec.decode(data, picture.size).size == picture.size


def test_missing_packages_leave_out_their_codecs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "find_spec", lambda _: None)
    monkeypatch.setitem(sys.modules, "pillow_jxl", None)
    monkeypatch.setattr("PIL.features.check", lambda _: False)
    skipped = baselines.skipped()
    assert set(skipped) == {"WebP", "AVIF", "JPEG XL", "BlurHash", "ThumbHash"}
    assert "semcodec[bench]" in skipped["BlurHash"]
    assert {one["codec"] for one in baselines.measure(noise())} == {"JPEG"}


def test_psnr_of_equal_pictures_is_bounded() -> None:
    assert baselines.psnr(noise(), noise()) == baselines.MAX_PSNR
    black, gray = (Image.new("RGB", (4, 4), (level,) * 3) for level in (0, 51))
    assert baselines.psnr(black, gray) == pytest.approx(20 * np.log10(5))


def test_seconds_are_those_of_encoding_and_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "CODECS", (jpeg(1),))
    monkeypatch.setattr(baselines, "process_time", iter([10.0, 11.0, 15.0]).__next__)
    [one] = baselines.measure(noise())
    assert (one["encode_seconds"], one["decode_seconds"]) == (1, 4)


def test_metrics_of_the_caller_win() -> None:
    picture = scene((32, 24))
    [first, *_] = baselines.measure(picture, lambda _: {baselines.PSNR: 1.5})
    assert first["metrics"] == {baselines.PSNR: 1.5}
    assert all(one["metrics"] == {} for one in baselines.measure(picture))


@pytest.mark.parametrize("kind", hashes.HASHES, ids=lambda kind: f"{kind.name}{kind.setting}")
@pytest.mark.parametrize("size", [(90, 60), (60, 90), (64, 64), (200, 2)])
def test_hash_keeps_the_colors_of_a_picture(kind: Any, size: tuple[int, int]) -> None:
    if kind.name not in INSTALLED:
        pytest.skip(f"{kind.name} is not installed")
    picture = scene(size)
    data = kind.encode(picture)
    shown = kind.decode(data, size)
    assert shown.size == size
    assert len(data) < 200
    mean = [np.asarray(one, float).mean((0, 1)) for one in (picture, shown)]
    assert np.abs(mean[0] - mean[1]).max() < 40
    assert baselines.psnr(shown, picture) > 14


def test_demo_and_bench_count_the_same_jpeg_files() -> None:
    from semcodec.cli.demo_result import JPEG_QUALITIES

    settings = {codec.setting for codec in CODECS if codec.name == "JPEG"}
    assert {f"q{quality}" for quality in JPEG_QUALITIES} <= settings


def test_light_modules_load_no_numpy() -> None:
    import subprocess

    code = (
        "import sys; import semcodec.measure.image_codecs as c, semcodec.measure.rates;"
        "from PIL import Image; c.jpeg(1).encode(Image.new('RGB', (8, 8)));"
        "print('numpy' in sys.modules, 'pillow_jxl' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["False", "False"]


def test_reasons_name_only_what_is_missing() -> None:
    assert set(image_codecs.skipped()) == {codec.name for codec in CODECS} - INSTALLED
