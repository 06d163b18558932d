"""The folder of the results of ``bench``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from semcodec.cli import writing
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError, print_status
from semcodec.errors import BackendError
from semcodec.measure import plots, report, results
from semcodec.measure.exports import compressai, latex, table
from semcodec.measure.results import Results

MARK: Final = "bench.json"  #: shows that a folder is one of this command
MAX_MARK: Final = 2**16  #: bytes


class Outputs:
    """The folder, which is one of this command or is empty."""

    def __init__(self, folder: str, *, force: bool) -> None:
        """Check the folder before any time or money is spent.

        Raises:
            UsageError: it cannot be written, or has files of another origin.
        """
        self.folder: Path = Path(folder)
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

    def write(self, content: Results, *, originals: bool, page: bool) -> list[str]:
        """Write all files that are made of the results, and return their names.

        Args:
            content: the results.
            originals: whether the page shows the photographs.
            page: whether there is a page.

        Raises:
            UsageError: a file cannot be written.
        """
        files = {results.FILE_NAME: json.dumps(content, indent=1) + "\n"}
        files[table.FILE_NAME] = table.to_csv(content)
        files["table.tex"] = latex.table(content)
        for name, curve in compressai.export(content).items():
            files[f"{compressai.FOLDER}/{name}"] = json.dumps(curve, indent=2) + "\n"
        for name, text in files.items():
            self._write(name, text)
        return [*files, *self._draw(content, originals=originals, page=page)]

    def _draw(self, content: Results, *, originals: bool, page: bool) -> list[str]:
        """Write the plots and the page; print what is missing for them."""
        try:
            drawn = plots.draw_all(content, self.folder)
            names = sorted(f"{name}.svg" for name in drawn)
            if page:
                text = report.make_page(content, self.folder, originals=originals, plots=drawn)
                self._write(report.FILE_NAME, text)
                names.append(report.FILE_NAME)
        except BackendError as error:
            print_status(f"Note: there are no plots and no page: {error}")
            return []
        except OSError as error:
            raise WriteError(f"Cannot write {self.folder}: {reason(error)}.") from error
        return names

    def _write(self, name: str, text: str) -> None:
        writing.write_with_folder(str(self.folder / name), text.encode(), force=True)

    def _is_ours(self) -> bool:
        try:
            with (self.folder / MARK).open("rb") as file:
                content = json.loads(file.read(MAX_MARK))
        except (OSError, ValueError, RecursionError):
            return False
        return isinstance(content, dict) and content.get("schema") == results.SCHEMA
