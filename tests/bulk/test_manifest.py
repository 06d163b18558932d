"""The manifest: whole lines, cut lines, damage, foreign and hostile files, a full disk."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.bulk import manifest as module
from semcodec.bulk.manifest import FILE_NAME, SCHEMA, Entry, Key, Manifest, is_manifest
from semcodec.errors import InputError

SCHEMA_FILE = Path(__file__).parents[2] / "spec" / "schema" / "manifest-1.json"
DIGEST = "0123456789abcdef" * 4
KEY = Key(DIGEST, DIGEST[::-1])
DONE = Entry(KEY, DIGEST, None, None, 0)
FAILED = Entry(KEY, None, DIGEST, "This is a text.", 0)


def add(manifest: Manifest, output: str, entry: Entry = DONE, **options: Any) -> Entry:
    return manifest.append(output, entry, input_name="a.jpg", seconds=0.5, **options)


def entries_of(folder: Path) -> dict[str, Entry]:
    with Manifest(folder) as manifest:
        return manifest.entries


def write(folder: Path, *lines: object, end: str = "\n") -> Path:
    """Write a manifest with a header and ``lines``, which are texts or values."""
    texts = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    path = folder / FILE_NAME
    path.write_text("\n".join([json.dumps({"schema": SCHEMA, "id": "0" * 16}), *texts]) + end)
    return path


def line(output: str = "a.semc", **values: Any) -> dict[str, Any]:
    row = {"input": "a.jpg", **KEY._asdict(), "output": output, "output_sha256": DIGEST}
    return {**row, "trace_sha256": None, "error": None, "seconds": 0, **values}


def test_lines_match_the_schema_and_are_read_again(tmp_path: Path) -> None:
    with Manifest(tmp_path) as manifest:
        assert (manifest.entries, manifest.id, is_manifest(tmp_path / FILE_NAME)) == ({}, "", False)
        add(manifest, "a.semc", FAILED)
        done = add(manifest, "a.semc", result={"words": ["\udcff", "犬"]})
        failed = add(manifest, "x/b.semc", FAILED)
        assert manifest.result(done) == {"words": ["\udcff", "犬"]}
        assert manifest.result(failed) == {}
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA_FILE.read_bytes()))
    lines = (tmp_path / FILE_NAME).read_bytes().splitlines(keepends=True)
    for text in lines:
        validator.validate(json.loads(text))
    with Manifest(tmp_path) as manifest:
        assert manifest.entries == {"a.semc": done, "x/b.semc": failed}
        assert manifest.result(manifest.entries["a.semc"])["words"][1] == "犬"
        add(manifest, "c.semc")
    assert (tmp_path / FILE_NAME).read_bytes().startswith(b"".join(lines))
    assert is_manifest(tmp_path / FILE_NAME)


@pytest.mark.parametrize("kept", [0, 5, 30, 60, -1, -40])
def test_cut_line_does_not_count_and_is_removed(tmp_path: Path, kept: int) -> None:
    """A kill in the middle of a write leaves a part of the last line, or of the header."""
    with Manifest(tmp_path) as manifest:
        add(manifest, "a.semc")
        add(manifest, "b.semc")
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole[:kept])
    left = {"a.semc"} if kept < 0 else set()
    with Manifest(tmp_path) as manifest:
        assert {*manifest.entries} == left
        add(manifest, "c.semc")
    assert {*entries_of(tmp_path)} == {*left, "c.semc"}


BAD_LINES: dict[str, Any] = {
    "not JSON": "{",
    "not an object": "[]",
    "deep": "[" * 100_000,
    "long number": '{"input": ' + "9" * 100_000 + "}",
    "key is missing": {**line(), "settings": None},
    "digest": line(output_sha256="x" * 64),
    "short digest": line(input_sha256=DIGEST[1:]),
    "digest with a line end": line(input_sha256=DIGEST + "\n"),
    "type": line(output=["a.semc"]),
    "boolean for a number": line(seconds=True),
}


@pytest.mark.parametrize("name", BAD_LINES)
def test_damage_is_reported_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    path = write(tmp_path, line(), BAD_LINES[name], line("b.semc"))
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"manifest.jsonl is damaged \(line 3\): move it away"):
        Manifest(tmp_path)
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == [FILE_NAME]  # nor is a lock left


@pytest.mark.parametrize("content", [b"{}\n", b"[]\n", b"photo a\n", b"no line end", b"\0\n"])
def test_foreign_file_is_left_alone(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    with pytest.raises(InputError, match="is not a manifest of semcodec: move it away"):
        Manifest(tmp_path)
    assert (tmp_path / FILE_NAME).read_bytes() == content
    assert not is_manifest(tmp_path / FILE_NAME)


def test_limits_and_later_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path, line(), line("b.semc"))
    monkeypatch.setattr(module, "MAX_ENTRIES", 1)
    with pytest.raises(InputError, match="more than 1 outputs"):
        Manifest(tmp_path)
    monkeypatch.setattr(module, "MAX_LINE", 100)
    with pytest.raises(InputError, match="a long line"):
        Manifest(tmp_path)
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="is larger than"):
        Manifest(tmp_path)
    path.write_text(json.dumps({"schema": "semcodec/manifest/2", "id": "x"}) + "\n")
    monkeypatch.undo()
    with pytest.raises(InputError, match="newer version"):
        Manifest(tmp_path)
    path.write_text(json.dumps({"schema": SCHEMA, "id": "../../x"}) + "\n")
    with pytest.raises(InputError, match="line 1"):
        Manifest(tmp_path)


def test_result_reads_only_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a run that continues reads megabytes for each of thousands of rows."""
    words = {"words": ["x" * 3 * module.BLOCK]}
    with Manifest(tmp_path) as manifest:
        first, *_ = [add(manifest, f"{n}.semc", result=words) for n in range(9)]
        sizes, read = list[int](), os.read
        monkeypatch.setattr(os, "read", lambda *args: (sizes.append(args[1]), read(*args))[1])
        assert manifest.result(first) == words
        assert sum(sizes) <= 5 * module.BLOCK


def test_result_that_is_too_long_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_LINE", 1000)
    with Manifest(tmp_path) as manifest:
        assert manifest.result(add(manifest, "a.semc", result={"words": ["x" * 1000]})) == {}


@pytest.mark.skipif(os.name == "nt", reason="no links and pipes")
def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic links"):
        Manifest(tmp_path)
    (tmp_path / FILE_NAME).unlink()
    os.mkfifo(tmp_path / FILE_NAME)
    with pytest.raises(InputError, match="is not a manifest"):
        Manifest(tmp_path)


def test_one_run_at_a_time(tmp_path: Path) -> None:
    with Manifest(tmp_path) as manifest:
        with pytest.raises(InputError, match="Another run is writing into"):
            Manifest(tmp_path)
        add(manifest, "a.semc")
    folder = tmp_path / "new"  # the folder does not exist when the run begins
    with Manifest(folder) as first, Manifest(folder) as second:
        folder.mkdir()
        add(first, "a.semc")
        with pytest.raises(InputError, match="Another run is writing into"):
            add(second, "b.semc")


def test_full_disk_leaves_the_manifest_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = os.write

    def fill(handle: int, data: bytes) -> int:
        if len(data) > 50:
            return written(handle, data[:50])  # as much as there was space for
        raise OSError(errno.ENOSPC, "No space left on device")

    with Manifest(tmp_path) as manifest:
        add(manifest, "a.semc")
        before = (tmp_path / FILE_NAME).read_bytes()
        monkeypatch.setattr(os, "write", fill)
        with pytest.raises(OSError, match="No space"):
            add(manifest, "b.semc")
        monkeypatch.undo()
        assert (tmp_path / FILE_NAME).read_bytes() == before
        add(manifest, "c.semc")
    assert {*entries_of(tmp_path)} == {"a.semc", "c.semc"}


@given(st.data())
def test_any_change_of_a_manifest_is_read_or_refused(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        check_changed_manifest(Path(folder), data)


def check_changed_manifest(tmp_path: Path, data: st.DataObject) -> None:
    path = write(tmp_path, line(), line("b.semc", error="x", output_sha256=None))
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        end = place + data.draw(st.integers(0, 20))
        content[place:end] = data.draw(st.binary(max_size=20) | st.just(b"\n") | st.just(b"[" * 50))
    path.write_bytes(content)
    try:
        with Manifest(tmp_path) as manifest:
            before = dict(manifest.entries)
            add(manifest, "new.semc")
    except InputError:
        assert path.read_bytes() == content
    else:
        names = {*before, "new.semc"}
        assert {*entries_of(tmp_path)} == names
