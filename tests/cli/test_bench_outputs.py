"""The folder of the results of ``bench``: one run at a time, without leftovers."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.cli.bench_outputs import MARK, Outputs
from semcodec.cli.output import UsageError


def test_two_runs_do_not_write_into_one_folder(tmp_path: Path) -> None:
    folder = str(tmp_path / "out")
    with Outputs(folder, force=False).open():
        second = Outputs(folder, force=False)
        with pytest.raises(UsageError, match="Another run is writing into"), second.open():
            pass
    with Outputs(folder, force=False).open():
        assert (tmp_path / "out" / MARK).is_file()
    assert [path.name for path in (tmp_path / "out").iterdir()] == [MARK]


def test_the_folder_is_free_after_an_error(tmp_path: Path) -> None:
    outputs = Outputs(str(tmp_path / "out"), force=False)
    with pytest.raises(KeyboardInterrupt), outputs.open():
        raise KeyboardInterrupt
    with outputs.open():
        pass


def test_temporary_files_of_killed_runs_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "out/photographs/dog-01234567"
    with Outputs(str(tmp_path / "out"), force=False).open():
        folder.mkdir(parents=True)
    for name in (".semcodec-abc", "parts.json", ".hidden"):
        (folder / name).write_bytes(b"half a fi")
    with Outputs(str(tmp_path / "out"), force=False).open():
        assert sorted(path.name for path in folder.iterdir()) == [".hidden", "parts.json"]
