"""The folder of the results of ``bench``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from semcodec.cli import writing
from semcodec.cli.output import UsageError
from semcodec.measure import results

MARK: Final = "bench.json"  #: shows that a folder is one of this command
MAX_MARK: Final = 2**16  #: bytes


class Outputs:
    """The folder, which is one of this command or is empty."""

    def __init__(self, folder: str, *, force: bool) -> None:
        """Check the folder before any time or money is spent.

        Raises:
            UsageError: it cannot be written, or has files of another origin.
        """
        self.folder = Path(folder)
        names = [MARK, results.FILE_NAME]
        writing.check_outputs(
            "-", *(str(self.folder / name) for name in names), force=True, creates_folders=True
        )
        if (
            self.folder.is_dir()
            and not force
            and not self._is_ours()
            and any(self.folder.iterdir())
        ):
            raise UsageError(
                f"{folder} has files that are not results of bench: name another folder, or add "
                "--force to write into it."
            )

    def create(self) -> None:
        """Create the folder with its mark, so that an interrupted run can be continued."""
        content = {"schema": results.SCHEMA, "note": "the results of semcodec bench"}
        self._write(MARK, json.dumps(content) + "\n")

    def write(self, content: results.Results) -> list[str]:
        """Write all files that are made of the results, and return their names."""
        self._write(results.FILE_NAME, json.dumps(content, indent=1) + "\n")
        return [results.FILE_NAME]

    def _write(self, name: str, text: str) -> None:
        writing.write_with_folder(str(self.folder / name), text.encode(), force=True)

    def _is_ours(self) -> bool:
        try:
            with (self.folder / MARK).open("rb") as file:
                content = json.loads(file.read(MAX_MARK))
        except (OSError, ValueError, RecursionError):
            return False
        return isinstance(content, dict) and content.get("schema") == results.SCHEMA
