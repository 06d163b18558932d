"""The files of ``sweep``: a record and a picture for each budget, and the strip."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from semcodec.cli import openai_options, side_files, writing
from semcodec.cli.side_files import Item
from semcodec.cli.sweep_run import Row

RECORD: Final = ".semc"
PICTURE: Final = ".png"


class Outputs:
    """The files of a sweep; a dry run writes none.

    Attributes:
        folder: the folder of all files.
        strip: the name of the strip.
        written: the names of the files so far.
    """

    def __init__(self, args: argparse.Namespace, strip: str) -> None:
        self.folder: Path = Path(args.output)
        self.strip = strip
        self.written: set[str] = set()
        self._args = args

    def check(self, rows: Sequence[Row]) -> None:
        """Check that all files can be written, before any time or money is spent.

        Raises:
            UsageError: as for ``writing.check_outputs``.
        """
        args = self._args
        paints = not args.no_paint
        names = [row.name + ending for row in rows for ending in (RECORD, PICTURE)[: 1 + paints]]
        writing.check_outputs(
            args.photo,
            *(str(self.folder / name) for name in [*names, *[self.strip] * paints]),
            args.trace,
            other_sources=[args.description or "-", *openai_options.files(args)],
            force=args.force or args.dry_run,
            creates_folders=True,
        )

    def write(self, name: str, item: Item) -> None:
        """Write a file, and the folder if it is missing.

        Raises:
            UsageError: it cannot be written; the message names its side file.
        """
        if not self._args.dry_run:
            side_files.write(str(self.folder / name), item, force=self._args.force)
            self.written.add(name)

    def path(self, name: str) -> str | None:
        """Return the path of a file that was written, else None."""
        return str(self.folder / name) if name in self.written else None
