"""The misreadings: plausible errors of an implementer, planted into implementations of the format.

Each is a table of a file beside this one, by groups of clauses, and has a name, the clause that is
misread, the file, and texts to replace in it. ``killed_by`` names one or two vectors that the
misread implementation fails, or ``equivalent`` says why no data can show the difference.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = Path(__file__).parent
SPECIFICATION: Final = "spec/SEMCODEC-1.md"  #: stands for the decoder of Annex C
TRUNCATIONS: Final = "tests/truncations.py"
JAVASCRIPT: Final = tuple(
    f"spec/implementations/js/{name}.js" for name in ("reader", "words", "writer", "colors")
)


class Misreading(NamedTuple):
    """A misreading; ``group`` is the name of its file without the suffix."""

    group: str
    name: str
    clause: str
    file: str
    changes: list[dict[str, str]]
    killed_by: tuple[str, ...] = ()
    equivalent: str = ""

    @property
    def source(self) -> str:
        """The source text of the misread implementation.

        Raises:
            LookupError: a text to replace is not in the file exactly once.
        """
        source = original(self.file)
        for change in self.changes:
            count = source.count(change["old"])
            if count != 1:
                raise LookupError(
                    f"The misreading {self.name!r} of {self.group}.toml replaces a text that occurs"
                    f" {count} times in {self.file}, not once: {change['old']!r}. Update it to the"
                    " new code."
                )
            source = source.replace(change["old"], change["new"])
        return source


@cache
def original(file: str) -> str:
    """Return the source text of an implementation: a file, or the code of Annex C."""
    text = (ROOT / file).read_text("utf-8")
    if file != SPECIFICATION:
        return text
    annex = text.partition("\n## Annex C.")[2]
    return annex.partition("```python\n")[2].partition("```")[0]


def groups() -> list[Path]:
    """Return the files of the catalog in alphabetical order."""
    return sorted(FOLDER.glob("*.toml"))


def load(path: Path) -> Iterator[Misreading]:
    """Yield the misreadings of one file."""
    for row in tomllib.loads(path.read_text("utf-8"))["misreading"]:
        killed_by = tuple(row.pop("killed_by", ()))
        yield Misreading(group=path.stem, killed_by=killed_by, **row)


def all_misreadings() -> list[Misreading]:
    """Return the misreadings of all files."""
    return [misreading for path in groups() for misreading in load(path)]
