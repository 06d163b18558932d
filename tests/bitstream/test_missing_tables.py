"""The library without the file of tables, or with a damaged one: a codec of the class core."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

import semcodec
from semcodec.bitstream import checksums
from semcodec.coding import tables
from semcodec.errors import UnsupportedError
from tests.cli.conftest import (
    Run,
    run,  # noqa: F401  # a fixture
)

PATH = Path(tables.__file__).parent / "data" / tables.FILE_NAME
SEQUENCE = b"".join(
    semcodec.pack(words, coding=coding, framing="sequence")
    for words, coding in (("rd br", "nibble"), ("red bear", "bag"), ("red", "utf8"))
)


@pytest.mark.usefixtures("without_tables")
def test_codings_without_tables_work() -> None:
    for coding, text in (("nibble", "rd br"), ("utf8", "Red bear!")):
        data = semcodec.pack(text, coding=coding, framing="file")
        assert semcodec.unpack(data).text == text
        assert semcodec.validate(data).ok
        assert semcodec.repack(semcodec.unpack(data)) == data


@pytest.mark.usefixtures("without_tables")
@pytest.mark.parametrize("coding", ["lexicon", "bag", "auto"])
def test_words_cannot_be_packed(coding: str) -> None:
    with pytest.raises(UnsupportedError, match="SC-HDR-2"):
        semcodec.pack("a red bear", coding=coding)


@pytest.mark.usefixtures("without_tables")
def test_records_before_and_after_one_of_words_are_read() -> None:
    report = semcodec.validate(SEQUENCE, framing="sequence")
    [(rule, offset)] = [finding[:2] for finding in report.findings]
    assert (rule, report.verdict) == ("SC-HDR-2", "unsupported")
    items = semcodec.unpack_all(SEQUENCE)
    assert next(items).text == "rd br"
    with pytest.raises(UnsupportedError) as caught:
        next(items)
    assert (caught.value.rule, caught.value.offset) == (rule, offset)


@pytest.mark.usefixtures("without_tables")
def test_commands_name_the_missing_file(run: Run, tmp_path: Path) -> None:  # noqa: F811
    path = tmp_path / "a.semc"
    path.write_bytes(bytes.fromhex("b51a2811") + checksums.compute(1, b"\x28\x11"))
    for command in (["unpack", path], ["validate", path], ["pack", "red", "bear"], ["doctor"]):
        code, out, err = run(*command)
        assert code != 0
        assert "install the file lexicon-1.bin" in " ".join((out + err).split())


def with_flipped_bit(data: bytes, byte: int) -> bytes:
    """Return tables of the right format with other contents, such as those of another draft."""
    return data[:byte] + bytes([data[byte] ^ 1]) + data[byte + 1 :]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:1],
        lambda data: data[:100_000],
        lambda data: data[:-100_000],
        lambda data: with_flipped_bit(data, 1_000),
        lambda data: with_flipped_bit(data, 5_000_000),
        lambda data: with_flipped_bit(data, len(data) - 1),
    ],
)
def test_other_tables_are_missing_tables(
    change: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    content = gzip.compress(change(tables.read_file()), compresslevel=1)
    (tmp_path / "data" / tables.FILE_NAME).write_bytes(content)
    monkeypatch.setattr(tables.resources, "files", lambda package: tmp_path)
    with pytest.raises(UnsupportedError, match="missing or damaged"):
        tables.load_tables.__wrapped__()


@pytest.mark.parametrize(
    "change", [lambda data: b"", lambda data: data[:9], lambda data: data[:-9]]
)
def test_damaged_file_is_a_missing_file(
    change: Callable[[bytes], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / tables.FILE_NAME).write_bytes(change(PATH.read_bytes()))
    monkeypatch.setattr(tables.resources, "files", lambda package: tmp_path)
    with pytest.raises(UnsupportedError, match="missing or damaged"):
        tables.load_tables.__wrapped__()
