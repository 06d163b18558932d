"""The folder of the results of ``bench``."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from semcodec.backends.recording.file_lock import FileLock, lock_path
from semcodec.bulk.atomic import PREFIX
from semcodec.cli import writing
from semcodec.cli.bench_inputs import FOLDER
from semcodec.cli.files import reason
from semcodec.cli.output import UsageError, WriteError, print_status
from semcodec.errors import BackendError
from semcodec.measure import plots, report, results
from semcodec.measure.exports import compressai, latex, table
from semcodec.measure.measuring import PHOTOGRAPH
from semcodec.measure.results import Results

MARK: Final = "bench.json"  #: shows that a folder is one of this command
MAX_MARK: Final = 2**16  #: bytes
#: A file of the mark that may be deleted; other names were not written by this command.
WRITTEN: Final = re.compile(rf"({compressai.FOLDER}/)?[a-z0-9-]+\.(csv|html|json|png|svg|tex)")


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

    @contextmanager
    def open(self) -> Iterator[None]:
        """Create the folder with its mark, and keep other runs out of it during the block.

        The mark lets an interrupted run be continued. Two runs at once would describe each
        photograph twice, which may cost money.

        Raises:
            UsageError: another run is writing into the folder, or it cannot be written.
        """
        writing.create_folder(self.folder)
        lock = FileLock(lock_path(self.folder / MARK))
        if not lock.acquire():
            raise UsageError(
                f"Another run is writing into {self.folder}: wait for it, or name another folder. "
                "One run uses several processors with --jobs."
            )
        try:
            self._write_mark(sorted(self._earlier_files()))
            self._remove_unfinished()
            yield
        finally:
            lock.release()

    def _remove_unfinished(self) -> None:
        """Remove the temporary files that killed runs have left beside results of photographs."""
        for path in self.folder.glob(f"{FOLDER}/*/{PREFIX}*"):
            with suppress(OSError):
                path.unlink()

    def write(self, content: Results, *, originals: bool, page: bool) -> list[str]:
        """Write all files that are made of the results, and return their names.

        Args:
            content: the results.
            originals: whether the page shows the photographs.
            page: whether there is a page.

        Raises:
            UsageError: a file cannot be written.
        """
        earlier = self._earlier_files()
        files = {results.FILE_NAME: json.dumps(content, indent=1) + "\n"}
        files[table.FILE_NAME] = table.to_csv(content)
        files["table.tex"] = latex.table(content)
        for name, curve in compressai.export(content).items():
            files[f"{compressai.FOLDER}/{name}"] = json.dumps(curve, indent=2) + "\n"
        for name, text in files.items():
            self._write(name, text)
        names = [*files, *self._draw(content, originals=originals, page=page)]
        kept = {*names, "figure-1.png"} if "figure-1.svg" in names else {*names}
        self._delete(*sorted(earlier - kept))
        if not originals:
            copies = (self.folder / "photographs").glob(f"*/{PHOTOGRAPH}")
            self._delete(*(str(path.relative_to(self.folder)) for path in copies))
        self._write_mark(sorted(kept))
        return names

    def _draw(self, content: Results, *, originals: bool, page: bool) -> list[str]:
        """Write the plots and the page; print what is missing for them."""
        names: list[str] = []
        try:
            drawn = plots.draw_all(content, self.folder)
            names += sorted(f"{name}.svg" for name in drawn)
            if page:
                text = report.make_page(content, self.folder, originals=originals, plots=drawn)
                self._write(report.FILE_NAME, text)
                names.append(report.FILE_NAME)
        except BackendError as error:
            absent = "no page" if names else "no plots and no page" if page else "no plots"
            print_status(f"Note: there are {absent}: {error}")
        except OSError as error:
            raise WriteError(f"Cannot write {self.folder}: {reason(error)}.") from error
        return names

    def _delete(self, *names: str) -> None:
        """Delete files of earlier runs, which would be taken for results of this one.

        Raises:
            WriteError: one cannot be deleted.
        """
        folder = self.folder.resolve()
        for name in names:
            if not (self.folder / name).parent.resolve().is_relative_to(folder):
                continue  # behind a link to another folder
            try:
                (self.folder / name).unlink(missing_ok=True)
            except OSError as error:
                raise WriteError(f"Cannot delete {self.folder / name}: {reason(error)}.") from error

    def _write(self, name: str, text: str) -> None:
        writing.write_with_folder(str(self.folder / name), text.encode(), force=True)

    def _write_mark(self, names: Sequence[str]) -> None:
        note = "the results of semcodec bench"
        content = {"schema": results.SCHEMA, "note": note, "files": names}
        self._write(MARK, json.dumps(content) + "\n")

    def _is_ours(self) -> bool:
        return self._read_mark().get("schema") == results.SCHEMA

    def _earlier_files(self) -> set[str]:
        """Return the names of the files that an earlier run wrote, apart from photographs."""
        names = self._read_mark().get("files")
        found = names if isinstance(names, list) else []
        return {name for name in found if isinstance(name, str) and WRITTEN.fullmatch(name)}

    def _read_mark(self) -> dict[str, Any]:
        try:
            with (self.folder / MARK).open("rb") as file:
                content = json.loads(file.read(MAX_MARK))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}
