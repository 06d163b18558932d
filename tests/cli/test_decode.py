"""``semcodec decode``: picture formats, damaged records, options."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from tests.cli.conftest import SCHEMAS, Run, file_names, picture_shape
from tests.cli.scripted_painter import register


def test_photo_is_encoded_and_decoded(run: Run, photo: Path, tmp_path: Path) -> None:
    file, picture = tmp_path / "photo.semc", tmp_path / "picture.png"
    code, out, err = run("encode", photo, "-o", file, "--size", "64x48")
    assert (code, out) == (0, "")
    assert f"{file.stat().st_size} bytes" in err
    assert run("decode", file, "-o", picture)[0] == 0
    assert picture_shape(picture.read_bytes()) == ("PNG", (64, 48))
    assert file.stat().st_size < 48


@pytest.mark.parametrize("kind", ["png", "jpg", "jpeg", "webp", "PNG"])
def test_picture_format_follows_the_file_name(
    run: Run, record: Path, tmp_path: Path, kind: str
) -> None:
    picture = tmp_path / f"picture.{kind}"
    assert run("decode", record, "-o", picture)[0] == 0
    assert picture_shape(picture.read_bytes())[0] == {"jpg": "JPEG"}.get(kind, kind.upper())


def test_unknown_picture_format_is_a_usage_error(run: Run, record: Path) -> None:
    code, _, err = run("decode", record, "-o", record.with_suffix(".gif"))
    assert code == 2
    assert ".png, .jpg" in err


def test_truncated_record_is_rejected(run: Run, record: Path, tmp_path: Path) -> None:
    data = record.read_bytes()
    for length in range(len(data)):
        record.write_bytes(data[:length])
        code, _, err = run("decode", record, "-o", tmp_path / "picture.png")
        assert (code, err.count("\n")) == (1, 1), length
    assert file_names(tmp_path) == ["photo.semc"]


def test_record_with_a_flipped_bit_is_rejected(run: Run, record: Path, tmp_path: Path) -> None:
    data = record.read_bytes()
    for bit in range(8 * len(data)):
        damaged = bytearray(data)
        damaged[bit // 8] ^= 1 << bit % 8
        record.write_bytes(damaged)
        code, _, err = run("decode", record, "-o", tmp_path / "picture.png")
        assert (code, err.count("\n")) == (1, 1), bit
    assert file_names(tmp_path) == ["photo.semc"]


@pytest.mark.parametrize(
    "options",
    [
        ["--size", "5000x5000"],
        ["--reflect", "101"],
        ["--reflect", "-1"],
        ["--reflect", "x"],
        ["--candidates", "0"],
        ["--reflect-by", "x"],
        ["--seed", "-1"],
        ["--painter", "unknown"],
    ],
)
def test_invalid_option_is_a_usage_error(run: Run, record: Path, options: list[str]) -> None:
    code, _, err = run("decode", record, "-o", record.with_suffix(".png"), *options)
    assert (code, err.count("\n")) == (2, 1)
    assert file_names(record.parent) == ["photo.semc"]


def test_control_characters_of_a_record_are_escaped(run: Run, record: Path) -> None:
    record.write_bytes(semcodec.pack("red\x1b[2J boat", coding="utf8", framing="file"))
    _, _, err = run("decode", record, "-o", record.with_suffix(".png"), "--size", "8x8")
    assert "painted from" in err
    assert "\x1b" not in err


def test_png_contains_its_record_except_with_plain(run: Run, tmp_path: Path, good: Path) -> None:
    for options, has_record in ((), True), (("--plain",), False):
        out = tmp_path / "painted.png"
        assert run("decode", good, "-o", out, "--force", "--size", "64x64", *options)[0] == 0
        assert (run("validate", out)[0] == 0) is has_record


@pytest.mark.parametrize("name", ["painted.png", "painted.jpg", "painted.webp"])
def test_words_are_the_alternative_text_except_with_plain(
    run: Run, tmp_path: Path, good: Path, name: str
) -> None:
    for index, (options, has_words) in enumerate((((), True), (("--plain",), False))):
        out = tmp_path / f"{index}-{name}"
        assert run("decode", good, "-o", out, "--size", "64x64", *options)[0] == 0
        assert (b"red bear sunset" in out.read_bytes()) is has_words


def test_seed_of_the_record_is_used(tmp_path: Path) -> None:
    def paint(seed: int | None, in_record: int | None) -> bytes:
        data = semcodec.pack("snst", extensions={} if in_record is None else {"seed": in_record})
        return semcodec.decode(data, seed=seed, size=(64, 64)).image.tobytes()

    assert paint(None, 7) == paint(7, None) != paint(None, None)
    assert paint(0, 7) == paint(None, None)


class Checking:
    """Paints, and checks pictures for money."""

    name = "checking"
    is_paid = True

    def paint(self, prompt: str, size: tuple[int, int], seed: int) -> Image.Image:
        return Image.linear_gradient("L").resize(size)

    def check(self, image: Image.Image, predicates: list[object]) -> list[str]:
        return ["yes"] * len(predicates)


@pytest.mark.parametrize(
    ("options", "stages"),
    [
        ((), 0),
        (("--reflect", "1"), 1),
        (("--checker", "checking"), 0),
        (("--checker", "checking", "--reflect", "2"), 1),
        (("--checker", "checking", "--reflect", "off"), 0),
        (("--painter", "scripted", "--reflect", "1"), 0),  # it reports its own picture
    ],
)
def test_checker_of_the_backend_is_used_if_it_is_asked_for(
    run: Run,
    record: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    stages: int,
) -> None:
    """The command line leaves to ``decode`` whether ``--backend`` checks, as the API does."""
    monkeypatch.setitem(registry.BUILT_IN, "checking", Checking)
    register(monkeypatch, ())
    trace = tmp_path / "t.json"
    command = "decode", record, "--backend", "checking", "--writer", "rules", "--trace", trace
    assert run(*command, *options)[0] == 0
    names = [stage["name"] for stage in json.loads(trace.read_text())["stages"]]
    assert names.count("check") == stages


def test_describer_needs_reflection_that_describes(run: Run, record: Path) -> None:
    code, _, err = run("decode", record, "--describer", "embedded")
    assert code == 2
    assert "--describer is for --reflect-by description, --reflect N or --candidates" in err


def test_describer_of_reflection_that_is_off_is_not_used(run: Run, record: Path) -> None:
    options = "--reflect-by", "description", "--reflect", "off", "--candidates", "2"
    code, _, err = run("decode", record, *options)
    assert (code, "The describer" in err) == (0, False)


# --- layers


@pytest.mark.parametrize(
    ("options", "guides", "line"),
    [
        ((), ("prompt", "aligned"), "layout added to the prompt, colors applied to the picture"),
        (("--align-colors", "0"), ("prompt", "ignored"), "the prompt, colors ignored"),
        (("--ignore-layers",), ("ignored", "ignored"), "layout and colors ignored"),
    ],
)
def test_use_of_layers_is_stated(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    guides: tuple[str, str],
    line: str,
) -> None:
    register(monkeypatch, [])
    layers = {"layout": {"boat": [(0, 0, 8, 8)]}, "colors": b"\x80\x01"}
    record = tmp_path / "boat.semc"
    record.write_bytes(
        semcodec.pack("boat", coding="lexicon", framing="file", size=(48, 32), extensions=layers)
    )
    command = ("decode", record, "--force", "--painter", "scripted", *options)
    code, _, err = run(*command)
    assert (code, line in err) == (0, True)
    values = json.loads(run(*command, "--json")[1])
    assert values["guides"] == dict(zip(("layout", "colors"), guides, strict=True))
    schema = json.loads((SCHEMAS / "decode-1.json").read_text("utf-8"))
    jsonschema_rs.Draft202012Validator(schema).validate(values)


@pytest.mark.parametrize("share", ["1.5", "-1", "half", "nan"])
def test_share_of_alignment_is_from_0_to_1(run: Run, record: Path, share: str) -> None:
    code, _, err = run("decode", record, f"--align-colors={share}")
    assert (code, "expected a number from 0 to 1" in err) == (2, True)


def test_colors_that_are_ignored_are_not_aligned(run: Run, record: Path, tmp_path: Path) -> None:
    command = ["decode", record, "-o", tmp_path / "out.png", "--ignore-layers", "--align-colors"]
    code, _, err = run(*command, "0.5")
    assert (code, "omit one of the two" in err) == (2, True)
    assert not (tmp_path / "out.png").exists()
