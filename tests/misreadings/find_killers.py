"""Run the misreadings on all vectors, and rewrite ``killed_by`` and the page of all misreadings.

    python -m tests.misreadings.find_killers            # rewrite; exit 1 if one survives
    python -m tests.misreadings.find_killers --check    # change nothing; exit 1 if one is wrong
    python -m tests.misreadings.find_killers bag        # only those of bag.toml

A vector that is named and still kills its misreading stays named; otherwise the shortest vectors
that kill it are named, those of its clause first. Run it after adding a misreading, with
``killed_by = []``, or when a vector or an implementation changes. All groups take some minutes.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from tests.misreadings import page
from tests.misreadings.catalog import Misreading, groups, load
from tests.misreadings.implementations import Implementations, is_for
from tests.misreadings.vectors import Vector, all_vectors

MAX_KILLERS: Final = 2  #: vectors named for a misreading
CODED_WORDS: Final = ("6.5", "6.6", "6.7")  #: clauses of the rules for `lexicon` and `bag`
BATCH: Final = 60  #: vectors that run before it is known whether enough of them kill


def killers(
    implementations: Implementations, misreading: Misreading, vectors: Sequence[Vector]
) -> Iterator[str]:
    """Yield the vectors that kill a misreading: those it names, then those of its clause."""
    source = misreading.source
    applicable = [vector for vector in vectors if is_for(misreading.file, vector)]
    order = sorted(applicable, key=lambda vector: _rank(misreading, vector))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        failed = set(implementations.failed(misreading.file, source, batch))
        yield from (vector.name for vector in batch if vector.name in failed)


def _rank(misreading: Misreading, vector: Vector) -> tuple[bool, bool, int]:
    """Return a key to sort vectors by: named, of the same clause, short."""
    is_named = vector.name in misreading.killed_by
    # Annex K states how payloads are computed; the rules for them are in these clauses.
    is_annex_k = misreading.clause.startswith("K.")
    clauses = CODED_WORDS if is_annex_k else (misreading.clause,)
    return not is_named, vector.row.get("clause") not in clauses, vector.length


def problem(misreading: Misreading, found: Sequence[str]) -> str:
    """Return what is wrong with a misreading as a sentence, or "" if nothing is."""
    label = f"{misreading.group}.toml: {misreading.name}"
    if misreading.equivalent and found:
        return f"{label}: is not equivalent, since {found[0]} kills it."
    if not misreading.equivalent and not found:
        return f"{label}: survives. Add a vector that kills it, or state why it is equivalent."
    return ""


def rewrite(path: Path, found: dict[str, Sequence[str]]) -> None:
    """Replace ``killed_by`` of each misreading in ``path``; ``found`` has the vectors by name."""
    lines, name = [], ""
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("name = "):
            name = line.partition('"')[2].rpartition('"')[0]
        if line.startswith("killed_by = ") and name in found:
            names = ", ".join(f'"{vector}"' for vector in found[name])
            line = f"killed_by = [{names}]"
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> int:
    """Find the killers of the misreadings of some or all groups; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only list what is wrong")
    parser.add_argument("group", nargs="*", help="names of files without .toml; default: all")
    arguments = parser.parse_args()
    vectors, problems = list(all_vectors().values()), []
    with Implementations() as implementations:
        for path in groups():
            if arguments.group and path.stem not in arguments.group:
                continue
            found = {}
            for misreading in load(path):
                names = killers(implementations, misreading, vectors)
                found[misreading.name] = list(islice(names, MAX_KILLERS))
                if text := problem(misreading, found[misreading.name]):
                    print(text, flush=True)
                    problems.append(text)
            if not arguments.check:
                rewrite(path, found)
    if not arguments.check:
        page.PATH.write_text(page.make(), "utf-8")
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
