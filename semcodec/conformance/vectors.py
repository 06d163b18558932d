"""The published vectors: where they are, and what a runner needs of each.

In a checkout they are ``spec/vectors``, beside the package; in an installed library they are in
the package. A folder that the user names is read the same way, and nothing in it is trusted: a
framing, for one, becomes an argument of a program, and so is one of the format's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from semcodec._registry import FRAMINGS
from semcodec.cli import files
from semcodec.cli.output import UsageError
from semcodec.errors import InputError

PACKAGE: Final = Path(__file__).parents[1]
PLACES: Final = (PACKAGE / "vectors", PACKAGE.parent / "spec" / "vectors")
FORMAT: Final = "SEMCODEC-1"  #: what files of vectors say they are; others are left alone
ASKED: Final = ("auto", *FRAMINGS)
VERDICTS: Final = ("valid", "invalid", "malformed", "unsupported")


@dataclass(frozen=True, slots=True)
class Vector:
    """One byte string and what a reader is to make of it; see ``spec/vectors/README.md``.

    Attributes:
        record: what it says, a list for a sequence; None if it is to be refused.
        offset: where the rule is broken, in bits; None if none is.
        conditional: whether limits or a profile belong to it, which other decoders do not know.
    """

    name: str
    rule: str
    kind: str
    comment: str
    framing: str
    data: bytes
    verdict: str
    record: Any
    offset: int | None
    conditional: bool


def load(folder: str | None, pattern: str) -> list[Vector]:
    """Return the vectors in ``folder``, or the library's own, whose names match ``pattern``.

    Raises:
        EnvironmentFault: there are none, or a file of them cannot be read.
    """
    place = Path(folder) if folder else _own()
    try:
        paths = sorted(path for path in place.iterdir() if path.suffix == ".json")
    except (OSError, ValueError) as error:
        raise UsageError(f"Cannot read {place}: name a folder of vectors.") from error
    vectors = [vector for path in paths for vector in _read(path)]
    if not vectors:
        raise UsageError(f"There are no vectors in {place}: name another folder.")
    chosen = [vector for vector in vectors if fnmatchcase(vector.name, pattern)]
    if not chosen:
        raise UsageError(f"No vector is called {pattern}: see semcodec vectors list.")
    return chosen


def _own() -> Path:
    for place in PLACES:
        if place.is_dir():
            return place
    raise UsageError("The vectors are not installed: name their folder with --vectors.")


def _read(path: Path) -> list[Vector]:
    try:
        document = json.loads(files.read(str(path)))
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            return []
        return [_vector(**row) for row in document["vectors"]]
    except (InputError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise UsageError(f"{path} is no file of vectors: see its schema.json.") from error


def _vector(
    *,
    name: str,
    framing: str,
    data: str,
    verdict: str,
    rule: str = "",
    kind: str = "",
    comment: str = "",
    record: Any = None,
    offset: int | None = None,
    limits: Any = None,
    profile: Any = None,
    **_: Any,
) -> Vector:
    """Return the vector of a row; what is not needed is not looked at."""
    texts = (name, framing, data, verdict, rule, kind, comment)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("a text is none")
    if framing not in ASKED or verdict not in VERDICTS or (verdict == "valid") == (record is None):
        raise ValueError("no such framing or verdict")
    conditional = limits is not None or profile is not None
    whole = bytes.fromhex(data)
    return Vector(name, rule, kind, comment, framing, whole, verdict, record, offset, conditional)
