"""Photographs are read from regular files, up to a limit."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from semcodec.bulk import reading
from semcodec.bulk.reading import read_photograph
from semcodec.bulk.rows import Photograph
from semcodec.errors import InputError


def test_file(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.jpg").write_bytes(b"bytes")
    assert read_photograph(str(tmp_path), Photograph("a/b.jpg", 5)) == b"bytes"
    (tmp_path / "link.jpg").symlink_to("a/b.jpg")
    assert read_photograph(str(tmp_path), Photograph("link.jpg", 5)) == b"bytes"


def test_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_PHOTOGRAPH_BYTES", 10)
    (tmp_path / "a.jpg").write_bytes(bytes(10))
    assert read_photograph(str(tmp_path), Photograph("a.jpg", 10)) == bytes(10)
    with pytest.raises(InputError, match="11 bytes, more than the limit"):  # is not opened
        read_photograph(str(tmp_path), Photograph("missing.jpg", 11))
    (tmp_path / "a.jpg").write_bytes(bytes(99))  # it has grown
    with pytest.raises(InputError, match="11 bytes, more than the limit"):
        read_photograph(str(tmp_path), Photograph("a.jpg", 10))


@pytest.mark.parametrize("name", ["missing.jpg", "folder.jpg", "pipe.jpg", "a\0b.jpg"])
def test_what_is_not_a_regular_file(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.jpg").mkdir()
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.jpg")
    with pytest.raises(InputError, match="Cannot read the file"):
        read_photograph(str(tmp_path), Photograph(name, 1))


def test_problem_of_the_listing() -> None:
    with pytest.raises(InputError, match="permission denied"):
        read_photograph("folder", Photograph("a.jpg", -1, "permission denied"))
