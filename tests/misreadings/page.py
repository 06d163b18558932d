"""The page with all misreadings and what kills each: ``spec/vectors/MISREADINGS.md``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.misreadings.catalog import JAVASCRIPT, ROOT, SPECIFICATION, Misreading, groups, load
from tests.misreadings.vectors import CORE

PATH: Final = ROOT / "spec" / "vectors" / "MISREADINGS.md"
INTRODUCTION: Final = """\
# Misreadings

Each row is an error that an implementer could make: a plausible misreading of one clause, planted
into an implementation of this project. The vectors beside it fail if a program contains the error;
two are named at most, others may fail too. `{core}` after a name: as a decoder of the class core.
An error without vectors is equivalent to the specification: no data shows the difference.

{total} misreadings are planted, {killed} are killed, and {equivalent} are equivalent. They are in
`tests/misreadings/` with the text that is replaced; `python -m tests.misreadings.find_killers`
writes this page.
"""


def make() -> str:
    """Return the text of the page, which depends on the catalog only."""
    everything = [misreading for path in groups() for misreading in load(path)]
    equivalent = sum(bool(misreading.equivalent) for misreading in everything)
    introduction = INTRODUCTION.format(
        core=CORE.strip(),
        total=len(everything),
        killed=len(everything) - equivalent,
        equivalent=equivalent,
    )
    return "\n".join([introduction, *_sections()])


def _sections() -> Iterator[str]:
    for path in groups():
        # The first line of a file is a comment with its subject.
        subject = path.read_text("utf-8").partition(". ")[0].removeprefix("# Misreadings of ")
        yield f"## {subject[0].upper()}{subject[1:]}\n"
        yield "| misreading | clause | planted into | killed by, or why it is equivalent |"
        yield "|---|---|---|---|"
        yield from (_row(misreading) for misreading in load(path))
        yield ""


def _row(misreading: Misreading) -> str:
    vectors = ", ".join(f"`{name}`" for name in misreading.killed_by)
    reason = vectors or f"equivalent: {misreading.equivalent}"
    place = _place(misreading.file)
    return f"| {misreading.name} | {misreading.clause} | {place} | {reason} |"


def _place(file: str) -> str:
    if file == SPECIFICATION:
        return "Annex C"
    return f"`{file.rpartition('/')[2]}`" if file in JAVASCRIPT else f"`{file}`"
