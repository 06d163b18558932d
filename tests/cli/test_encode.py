"""``semcodec encode``: options, limits, traces, and unusual or broken photographs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from tests import images
from tests.cli.conftest import Run, file_names


@pytest.mark.parametrize("name", images.GOOD)
def test_unusual_photographs_are_encoded(run: Run, tmp_path: Path, name: str) -> None:
    photo, file = tmp_path / "photo", tmp_path / "photo.semc"
    photo.write_bytes(images.GOOD[name])
    assert run("encode", photo, "-o", file)[0] == 0
    assert semcodec.unpack(file.read_bytes()).words


def test_rotated_photograph_is_described_upright(run: Run, tmp_path: Path) -> None:
    texts = []
    for name in ("jpeg", "turned"):
        photo, file = tmp_path / name, tmp_path / f"{name}.semc"
        photo.write_bytes(images.GOOD[name])
        run("encode", photo, "-o", file)
        texts.append(semcodec.unpack(file.read_bytes()).words[:4])
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", images.BAD)
def test_message_about_an_unusable_photograph_is_one_line(
    run: Run, tmp_path: Path, name: str
) -> None:
    data, message = images.BAD[name]
    photo = tmp_path / "photo"
    photo.write_bytes(data)
    code, out, err = run("encode", photo, "-o", tmp_path / "photo.semc")
    assert (code, out) == (1, "")
    assert message in err
    assert err.count("\n") == 1
    assert file_names(tmp_path) == ["photo"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--k", "0"], "invalid number of words"),
        (["--k", "1000000"], "invalid number of words"),
        (["--k", "many"], "invalid number of words"),
        (["--size", "0x5"], "expected 1x1 to"),
        (["--size", "big"], "expected auto or WxH"),
        (["--size", "5x"], "expected auto or WxH"),
        (["--size", "2147483648x1"], "expected 1x1 to"),
        (["--ubpp", "-1"], "number above 0"),
        (["--max-bytes", "0"], "integer from 1"),
        (["--backend", "unknown"], "use one of embedded"),
        (["--describer", "rules"], "cannot be the describer"),
        (["--coding", "jpeg"], "invalid choice"),
        (["--background", "whiite"], "invalid color 'whiite', expected auto, white, #rrggbb"),
        (["--background", "#12345678"], "invalid color"),
    ],
)
def test_invalid_option_is_a_usage_error(
    run: Run, photo: Path, options: list[str], message: str
) -> None:
    code, _, err = run("encode", photo, "-o", photo.with_suffix(".semc"), *options)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert file_names(photo.parent) == ["photo.jpg"]


def test_background_is_used(run: Run, tmp_path: Path) -> None:
    photo, file = tmp_path / "clear.png", tmp_path / "clear.semc"
    photo.write_bytes(images.encode_image(Image.new("RGBA", (64, 64), (0, 0, 0, 0)), "PNG"))
    code, _, err = run("encode", photo, "-o", file, "--background", "lime")
    assert code == 0
    assert "green" in semcodec.unpack(file.read_bytes()).words
    assert "Note: The image is entirely transparent" in err


def test_incomplete_photograph_is_encoded_with_a_note(run: Run, photo: Path) -> None:
    photo.write_bytes(images.PHOTO[:-2])
    code, _, err = run("encode", photo, "-o", photo.with_suffix(".semc"))
    assert code == 0
    assert "Note: The image file is incomplete" in err


@pytest.mark.parametrize("url", ["https://example.org/a.jpg", "data:image/png;base64,iVBORw0KGgo="])
def test_url_is_a_usage_error_with_advice(run: Run, tmp_path: Path, url: str) -> None:
    code, _, err = run("encode", url, "-o", tmp_path / "out.semc")
    assert code == 2
    assert "is not opened: download the file, and pass its path." in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("trace", ["photo.jpg", "photo.semc", "missing/trace.json"])
def test_trace_does_not_replace_input_or_output(run: Run, photo: Path, trace: str) -> None:
    target = photo.with_suffix(".semc")
    code, _, err = run("encode", photo, "-o", target, "--trace", photo.parent / trace)
    assert (code, err.count("\n")) == (2, 1)
    assert photo.read_bytes() == images.PHOTO
    assert file_names(photo.parent) == ["photo.jpg"]


def test_output_and_trace_are_different_files(run: Run, photo: Path) -> None:
    target = photo.parent / "out"
    same_path = photo.parent / "." / ".." / photo.parent.name / "out"
    code, _, err = run("encode", photo, "-o", target, "--trace", same_path)
    assert (code, err.count("\n")) == (2, 1)
    assert "Two outputs are the same file" in err
    assert file_names(photo.parent) == ["photo.jpg"]


def test_ctrl_c_prints_a_line_and_exits_with_130(
    run: Run, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(semcodec, "encode", interrupt)
    assert run("encode", photo, "-o", photo.with_suffix(".semc")) == (
        130,
        "",
        "semcodec: Interrupted.\n",
    )
    assert file_names(photo.parent) == ["photo.jpg"]


def test_record_stays_within_limits_on_bytes_and_rate(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--max-bytes", "14")[0] == 0
    assert file.stat().st_size <= 14
    assert run("encode", photo, "-o", file, "--ubpp", "60", "--force")[0] == 0
    assert semcodec.unpack(file.read_bytes()).payload_bits <= 60e-6 * 1248 * 832
    code, _, err = run("encode", photo, "-o", file, "--max-bytes", "4", "--force")
    assert code == 1
    assert "--max-bytes 4 is too low, because the subject 'sky' needs at least 7 bytes" in err


def test_aspect_of_the_photograph_is_kept(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    code, _, err = run("encode", photo, "-o", file)
    assert (code, semcodec.unpack(file.read_bytes()).size) == (0, (1248, 832))
    assert "Note:" not in err
    assert run("encode", photo, "-o", file, "--size", "AUTO", "--force")[0] == 0


def test_note_states_what_is_cut_away_for_a_size(run: Run, photo: Path) -> None:
    command = ("encode", photo, "-o", photo.with_suffix(".semc"), "--size", "1024x1024")
    code, _, err = run(*command)
    note = (
        "Note: The photograph is 96 x 64 pixels: 33 % of it was cut away for 1024 x 1024; "
        "use size auto or fit contain.\n"
    )
    assert (code, err.count(note)) == (0, 1)
    for fit in ("contain", "stretch"):
        assert "Note:" not in run(*command, "--force", "--fit", fit)[2]


def test_largest_size_can_be_encoded_but_not_painted(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--size", "2147483647x1")[0] == 0
    code, _, err = run("decode", file, "-o", photo.with_suffix(".png"))
    assert code == 1
    assert "1 to 4096" in err
    assert run("decode", file, "-o", photo.with_suffix(".png"), "--size", "30x20")[0] == 0


def test_trace_has_every_stage_and_no_pixels(run: Run, photo: Path) -> None:
    trace = photo.with_suffix(".json")
    run("encode", photo, "-o", photo.with_suffix(".semc"), "--trace", trace)
    stages = json.loads(trace.read_text())["stages"]
    assert [stage["name"] for stage in stages] == ["describe", "select"]
    assert set(stages[0]["inputs"][0]) == {"size", "sha256"}


def test_trace_names_the_judge(run: Run, photo: Path) -> None:
    trace = photo.with_suffix(".json")
    for judge in ("none", "auto"):
        options = ("--max-bytes", "14", "--judge", judge, "--trace", trace, "--force")
        assert run("encode", photo, "-o", photo.with_suffix(".semc"), *options)[0] == 0
        strategy = json.loads(trace.read_text())["stages"][1]["notes"]["judge"]
        assert strategy in {"none": ("salience",), "auto": ("salience", "minilm")}[judge]


def test_unknown_judge_is_a_usage_error(run: Run, photo: Path) -> None:
    code, _, err = run("encode", photo, "-o", "-", "--judge", "gpt")
    assert code == 2
    assert "expected one of auto, minilm, none" in err


@pytest.mark.parametrize("profile", ["tiny", "file", "archive"])
def test_record_satisfies_the_profile(run: Run, photo: Path, profile: str) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--profile", profile)[0] == 0
    code, out, _ = run("validate", file, "--profile", profile)
    assert code == 0
    assert f"profile {profile}" in out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["archive", "--framing", "qr"], "archive requires framing file, not framing qr"),
        (["archive", "--check", "crc8"], "archive requires check crc32, not check crc8"),
        (["archive", "--models", "unspecified"], "and models unspecified replaces them"),
        (["tiny", "--framing", "file"], "tiny requires framing bare or sequence"),
        (["tiny", "--models", "names"], "tiny requires models of a registered set"),
        (["tiny", "--size", "1000x777"], "has a code, not size 1000x777"),
        (["file", "--framing", "url"], "file requires framing file, not framing url"),
        (["huge"], "invalid choice: 'huge'"),
    ],
)
def test_option_that_conflicts_with_the_profile_is_a_usage_error(
    run: Run, photo: Path, options: list[str], message: str
) -> None:
    code, _, err = run("encode", photo, "--profile", *options)
    assert (code, err.count("\n")) == (2, 1)
    assert message in err
    assert file_names(photo.parent) == ["photo.jpg"]


def test_record_in_order_of_importance_is_truncated_to_a_budget(run: Run, photo: Path) -> None:
    full, small, limited = (
        photo.with_name(f"{name}.semc") for name in ("full", "small", "limited")
    )
    text = photo.with_name("text.txt")
    text.write_text("In a park, two brown dogs sleep on a bench beside a red ball.")
    options = ("--description", text, "--order", "importance")
    assert run("encode", photo, "-o", full, *options)[0] == 0
    assert semcodec.unpack(full.read_bytes()).words[:3] == ["two", "brown", "dogs"]
    assert run("truncate", full, "--max-bytes", 13, "-o", small)[0] == 0
    assert run("encode", photo, "-o", limited, "--max-bytes", 13, *options)[0] == 0
    assert small.read_bytes() == limited.read_bytes()


def test_set_in_order_of_importance_is_a_usage_error(run: Run, photo: Path) -> None:
    code, _, err = run("encode", photo, "--order", "importance", "--coding", "bag")
    assert code == 2
    assert "bag does not keep the order of words: use another coding, or order reading" in err


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
@pytest.mark.parametrize("max_bytes", [16, 20, 31, 40])
def test_limit_counts_the_output_in_its_framing(
    run: Run, photo: Path, framing: str, max_bytes: int
) -> None:
    file = photo.with_suffix(".txt" if framing in ("url", "qr") else ".semc")
    options = ("--framing", framing, "--max-bytes", max_bytes, "-o", file)
    assert run("encode", photo, *options)[0] == 0
    output = file.read_bytes()
    assert len(output.removesuffix(b"\n") if file.suffix == ".txt" else output) <= max_bytes


@pytest.mark.parametrize("framing", ["file", "url", "qr"])
def test_framing_that_needs_a_check_has_one(run: Run, photo: Path, framing: str) -> None:
    code, _, err = run("encode", photo, "--framing", framing, "--check", "none")
    assert (code, err.count("\n")) == (2, 1)
    assert f"The framing {framing} requires a check" in err
    assert run("encode", photo, "--framing", "bare", "--check", "none")[0] == 0


def test_check_is_that_of_the_option(run: Run, photo: Path) -> None:
    file = photo.with_suffix(".semc")
    assert run("encode", photo, "-o", file, "--check", "crc32")[0] == 0
    assert semcodec.unpack(file.read_bytes()).check == "crc32"


@pytest.mark.parametrize("limit", [["--max-bytes", "7"], ["--ubpp", "8"]])
def test_message_about_a_limit_names_one_that_works(
    run: Run, photo: Path, tmp_path: Path, limit: list[str]
) -> None:
    text = tmp_path / "photo.txt"
    text.write_text("Two large parrots sit on a branch.")
    command = ("encode", photo, "-o", photo.with_suffix(".semc"), "--description", text)
    code, _, err = run(*command, *limit)
    assert (code, err.count("\n")) == (1, 1)
    assert "the subject 'parrots' needs at least" in err
    smallest = err.partition(f"use {limit[0]} ")[2].split(",")[0].strip().removesuffix(".")
    assert run(*command, limit[0], smallest)[0] == 0
    assert "parrots" in semcodec.unpack(photo.with_suffix(".semc").read_bytes()).words
