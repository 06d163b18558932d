"""The stored parts of a measurement: what is found again, and what is not trusted."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from semcodec.measure.store import FILE_NAME, MAX_FILE, Store, StoreError, write_file


def test_parts_are_found_by_their_key_while_their_files_are_whole(tmp_path: Path) -> None:
    folder = tmp_path / "one"
    Store(folder).add("picture", "key", {"words": ["dog"]}, {"picture.png": b"pixels"})
    assert Store(folder).find("picture", "key") == {"words": ["dog"]}
    assert Store(folder).find("picture", "another key") is None
    (folder / "picture.png").write_bytes(b"other")
    assert Store(folder).find("picture", "key") is None


def test_a_changed_value_is_not_used(tmp_path: Path) -> None:
    Store(tmp_path).add("rate", "key", {"bytes": 11})
    path = tmp_path / FILE_NAME
    path.write_text(path.read_text().replace("11", "10"))
    assert Store(tmp_path).find("rate", "key") is None


@pytest.mark.parametrize("name", ["../secret", "/etc/hostname", "a/b", "..", ""])
def test_files_outside_the_folder_are_not_read(tmp_path: Path, name: str) -> None:
    Store(tmp_path / "one").add("part", "key", 1, {"file": b""})
    (tmp_path / "secret").write_bytes(b"")
    path = tmp_path / "one" / FILE_NAME
    content = json.loads(path.read_text())
    files = content["parts"]["part"]["files"]
    files[name] = files.pop("file")
    path.write_text(json.dumps(content))
    assert Store(tmp_path / "one").find("part", "key") is None


def test_damaged_and_large_files_have_no_parts(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    for text in ("", "{", "[]", "[" * 100_000, '{"schema": "semcodec/bench-parts/1", "parts": 1}'):
        path.write_text(text)
        assert Store(tmp_path).find("part", "key") is None
    Store(tmp_path).add("part", "key", 1)
    os.truncate(path, MAX_FILE + 1)
    assert Store(tmp_path).find("part", "key") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_pipes_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE_NAME)
    assert Store(tmp_path).find("part", "key") is None
    (tmp_path / FILE_NAME).unlink()
    Store(tmp_path).add("part", "key", 1, {"file": b""})
    (tmp_path / "file").unlink()
    os.mkfifo(tmp_path / "file")
    assert Store(tmp_path).find("part", "key") is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no umask")
def test_copies_of_photographs_keep_to_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        write_file(tmp_path / "photograph.png", b"private")
    finally:
        os.umask(before)
    assert (tmp_path / "photograph.png").stat().st_mode & 0o777 == 0o600


def test_an_error_leaves_no_temporary_file(tmp_path: Path) -> None:
    (tmp_path / "name").mkdir()
    with pytest.raises(StoreError, match=r"Cannot write .*name"):
        write_file(tmp_path / "name", b"data")
    assert [path.name for path in tmp_path.iterdir()] == ["name"]
