"""The command ``truncate``."""

from __future__ import annotations

from pathlib import Path

import pytest

import semcodec
from tests.cli.conftest import Run

TEXT = "red boat calm lake at sunset"


@pytest.mark.parametrize("framing", ["bare", "file", "url", "qr"])
def test_record_keeps_its_framing(run: Run, tmp_path: Path, framing: str) -> None:
    data = semcodec.pack(TEXT, framing=framing)  # type: ignore[arg-type]
    source, output = tmp_path / "a", tmp_path / "b"
    source.write_bytes(data + (b"\n" if framing in ("url", "qr") else b""))
    limit = len(data) - 2
    assert run("truncate", source, "--max-bytes", str(limit), "-o", output)[0] == 0
    result = output.read_bytes()
    expected = semcodec.truncate(data, limit)
    assert result == expected + (b"\n" if framing in ("url", "qr") else b"")
    assert TEXT.startswith(semcodec.unpack(expected).text)


def test_text_form_is_an_argument(run: Run) -> None:
    form = semcodec.pack(TEXT, framing="url").decode()
    code, out, _ = run("truncate", form, "--max-bytes", "12")
    assert code == 0
    assert out.encode() == semcodec.truncate(form, 12) + b"\n"


def test_limit_that_is_too_low_is_an_error(run: Run, tmp_path: Path, picture: Path) -> None:
    source = tmp_path / "a.semc"
    source.write_bytes(semcodec.pack(TEXT, framing="file"))
    code, _, error = run("truncate", source, "--max-bytes", "4", "-o", tmp_path / "b.semc")
    assert code == 1
    assert "--max-bytes 4 is too low, because the first word needs" in error
    assert not (tmp_path / "b.semc").exists()
    assert run("truncate", source, "-o", tmp_path / "b.semc")[0] == 2
    assert run("truncate", source, "--max-bytes", "9", "-o", source)[0] == 2
    assert run("truncate", source, "--max-bytes", "9", "-o", tmp_path / "b.png")[0] == 2


def test_picture_is_not_truncated(run: Run, picture: Path, tmp_path: Path) -> None:
    source = tmp_path / "b.png"
    source.write_bytes(semcodec.embed_png(picture.read_bytes(), semcodec.pack(TEXT)))
    code, _, error = run("truncate", source, "--max-bytes", "9")
    assert code == 1
    assert f"{source} cannot be truncated" in error
    assert "semcodec convert" in error
