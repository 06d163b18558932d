"""Load vectors: the published ones, or those in another directory.

The published vectors are in ``spec/vectors`` of a checkout, or in the package if it is installed.
Another directory is read the same way and is not trusted: the framing of a vector becomes an
argument of a program, so it must be one of the known framings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

from semcodec._registry import FRAMINGS
from semcodec.conformance import ConformanceError

PACKAGE: Final = Path(__file__).parents[1]
#: Where the published vectors may be: in an installed package, in a checkout.
DIRECTORIES: Final = (PACKAGE / "vectors", PACKAGE.parent / "spec" / "vectors")
#: Values of the key "format" in a vector file; other JSON files are ignored.
FORMAT: Final = "SEMCODEC-1"
ENCODE_FORMAT: Final = "SEMCODEC-1-encode"
COLORS_FORMAT: Final = "COLORS-1"
COLORS: Final = "colors"  #: stands for a framing in a vector of COLORS-1: its data is not a record
INPUT_FRAMINGS: Final = ("auto", *FRAMINGS)
VERDICTS: Final = ("valid", "invalid", "malformed", "unsupported")


@dataclass(frozen=True, slots=True)
class Vector:
    """A test vector: bytes, and the record that they contain or the rule that they break.

    Or, for encoders: a value, and its bytes or a refusal. Or the bytes of colors, and the
    coefficients that they determine (COLORS-1), as the only property of a record.

    Attributes:
        data: the bytes to decode; for encoders, the bytes that are expected.
        verdict: the verdict on ``data``; ``"refused"`` if an encoder must refuse the value.
        record: the record as a JSON value, a list for a sequence; None if the data is not valid.
            For encoders, an object with ``data`` in hex; None if the value must be refused.
        offset: the position in bits at which the rule is broken; None if no rule is broken.
        findings: all broken rules in order, as objects with ``rule`` and ``offset``; None if
            unknown.
        options: limits or a profile without which the vector does not apply, as JSON values.
        flags: properties of the data, such as ``"hostile"``.
        core: the verdict and the findings of a decoder of the class core, if they differ.
        value: the value to encode, as a JSON value; None in a vector for decoders.
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
    findings: list[dict[str, Any]] | None = None
    options: dict[str, Any] = field(default_factory=dict)
    flags: tuple[str, ...] = ()
    core: dict[str, Any] | None = None
    value: Any = None

    @property
    def is_refused(self) -> bool:
        """Whether a decoder must refuse the data, because it is not valid or breaks a profile."""
        return self.record is None or ("profile" in self.options and self.kind != "obeys")

    def for_core_class(self) -> Vector:
        """Return the vector with the result of a decoder without tables (spec §12)."""
        if self.core is None:
            return self
        findings = self.core["findings"]
        return replace(
            self,
            **findings[0],
            verdict=self.core["verdict"],
            findings=findings,
            kind="breaks" if len(findings) == 1 else "several",
            record=None,
        )


def load(
    directory: str | None, pattern: str, *, encode: bool = False, colors: bool = False
) -> list[Vector]:
    """Return the vectors whose names match ``pattern``, in the order of their files.

    Args:
        directory: a directory of vector files; None for the published vectors.
        pattern: a name with the wildcards of ``fnmatch``, such as ``"SC-NIB-*"``.
        encode: whether to return the vectors for encoders, not those for decoders.
        colors: whether to return the vectors of COLORS-1, not those of records.

    Raises:
        ConformanceError: no vectors match, or a vector file cannot be read.
    """
    path = Path(directory) if directory else _published_directory()
    try:
        files = sorted(file for file in path.iterdir() if file.suffix == ".json")
    except (OSError, ValueError) as error:
        raise ConformanceError(f"Cannot read {path}: give a directory of vectors.") from error
    kind = ENCODE_FORMAT if encode else COLORS_FORMAT if colors else FORMAT
    vectors = [vector for file in files for vector in _load_file(file, kind)]
    if not vectors:
        raise ConformanceError(f"No vectors in {path}: give another directory.")
    matching = [vector for vector in vectors if fnmatchcase(vector.name, pattern)]
    if not matching:
        option = " --encoder" if encode else " --colors" if colors else ""
        command = f"semcodec vectors list{option}"
        raise ConformanceError(f"No vectors match {pattern}: see {command}.")
    return matching


def _published_directory() -> Path:
    for directory in DIRECTORIES:
        if directory.is_dir():
            return directory
    raise ConformanceError("The vectors are not installed: give their directory with --vectors.")


def _load_file(path: Path, wanted: str) -> list[Vector]:
    try:
        document = json.loads(path.read_bytes())
        if not isinstance(document, dict) or document.get("format") != wanted:
            return []
        rows = document["vectors"]
        if wanted == COLORS_FORMAT:  # the others are for encoders
            rows = [row for row in rows if "encode" not in row]
        return [PARSERS[wanted](**row) for row in rows]
    except OSError as error:
        raise ConformanceError(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise ConformanceError(f"{path} is not a vector file: see its schema.json.") from error


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
    findings: Any = None,
    limits: Any = None,
    profile: Any = None,
    flags: Any = (),
    core: Any = None,
    **_: Any,
) -> Vector:
    """Return a ``Vector`` from the keys of a JSON object; unknown keys are ignored."""
    texts = (name, framing, data, verdict, rule, kind, comment)
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("expected a string")
    if framing not in INPUT_FRAMINGS or verdict not in VERDICTS:
        raise ValueError("unknown framing or verdict")
    if (verdict == "valid") == (record is None):
        raise ValueError("a vector must have a record if and only if it is valid")
    return Vector(
        name=name,
        rule=rule,
        kind=kind,
        comment=comment,
        framing=framing,
        data=bytes.fromhex(data),
        verdict=verdict,
        record=record,
        offset=offset,
        findings=findings or _only_finding(rule, offset),
        options={
            name: value
            for name, value in (("limits", limits), ("profile", profile))
            if value is not None
        },
        flags=tuple(flags),
        core=None if core is None else _parse_core(**core),
    )


def _parse_core(*, verdict: str, findings: list[dict[str, Any]]) -> dict[str, Any]:
    if verdict not in VERDICTS:
        raise ValueError("unknown verdict")
    locations = [{"rule": finding["rule"], "offset": finding["offset"]} for finding in findings]
    if not locations:
        raise ValueError("a decoder of the class core must have a finding")
    return {"verdict": verdict, "findings": locations}


def _only_finding(rule: str, offset: int | None) -> list[dict[str, Any]] | None:
    """Return the findings of a vector that lists none: it breaks at most one rule."""
    return None if offset is None else [{"rule": rule, "offset": offset}]


def _encode_vector(
    *,
    name: str,
    value: Any,
    data: str | None = None,
    refusal: str = "",
    comment: str = "",
    **_: Any,
) -> Vector:
    """Return a ``Vector`` for encoders from the keys of a JSON object; ignore unknown keys."""
    if not all(isinstance(text, str) for text in (name, refusal, comment)):
        raise TypeError("expected a string")
    if (data is None) == (refusal == ""):
        raise ValueError("a vector must have data or a refusal")
    return Vector(
        name=name,
        rule=refusal,
        kind="encode",
        comment=comment,
        framing=value["framing"],
        data=bytes.fromhex(data or ""),
        verdict="refused" if data is None else "valid",
        record=None if data is None else {"data": data},
        offset=None,
        value=value,
    )


def _colors_vector(
    *, name: str, data: str, coefficients: list[list[int]], comment: str = "", **_: Any
) -> Vector:
    """Return a ``Vector`` of COLORS-1 from the keys of a JSON object; ignore unknown keys."""
    if not all(isinstance(text, str) for text in (name, data, comment)):
        raise TypeError("expected a string")
    if not isinstance(coefficients, list):
        raise TypeError("expected an array")
    return Vector(
        name=name,
        rule="",
        kind=COLORS,
        comment=comment,
        framing=COLORS,
        data=bytes.fromhex(data),
        verdict="valid",
        record={"coefficients": coefficients},
        offset=None,
    )


PARSERS: Final[dict[str, Callable[..., Vector]]] = {
    FORMAT: _vector,
    ENCODE_FORMAT: _encode_vector,
    COLORS_FORMAT: _colors_vector,
}
