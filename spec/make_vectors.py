"""Write the vectors from their sources: JSON, the same bytes as files, and a manifest of hashes.

    python spec/make_vectors.py            # write spec/vectors
    python spec/make_vectors.py --check    # change nothing; exit 1 if something is out of date

The library computes the record of valid data. In other data it must find exactly the violations
that the source states, at their offsets and in their order. Independent decoders run on the same
vectors, so a bug of the library cannot become part of the format here.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import color_sources
import truncation_sources
from encode_sources import ALL as ALL_TO_ENCODE
from encode_sources import EncodeSource
from several_sources import ALL
from vector_sources import VectorSource, check

from semcodec.bitstream import RULES, Limits, truncate, unpack, unpack_sequence, validate
from semcodec.coding import color_planes, tables
from semcodec.errors import FormatError, InputError
from tests.conformance.encoder import encode

FOLDER = Path(__file__).parent / "vectors"
HEADER = {"format": "SEMCODEC-1", "draft": 3, "license": "CC0-1.0"}
ENCODE_HEADER = HEADER | {"format": "SEMCODEC-1-encode"}
TRUNCATE_HEADER = HEADER | {"format": "SEMCODEC-1-truncate"}
COLORS_HEADER = HEADER | {"format": "COLORS-1"}
FLOOR = Limits(4_096, 512, 16, 1_024, 256, 4_096)  #: the least limits of a decoder (§9.3)
SUFFIXES = {"sequence": "semcs", "url": "txt", "qr": "txt", "png": "png"}
#: Files of the folder that are written by hand, or by other scripts.
OTHER_FILES = (
    "README.md",
    "MISREADINGS.md",
    "skeletons.json",
    "schema.json",
    "schema-encode.json",
    "schema-truncate.json",
    "schema-colors.json",
)

Vector = dict[str, Any]


def make_vector(source: VectorSource) -> Vector:
    """Return the vector of ``source``; exit if the library disagrees with the source."""
    options = source.options
    framing, limits = options.get("framing", "auto"), Limits(**options.get("limits", {}))
    report = validate(source.data, framing=framing, profile=options.get("profile"), limits=limits)
    found = [(finding.rule, finding.offset) for finding in report.findings]
    expected = options.get("findings", [(source.rule, source.offset)])
    expected = [] if source.kind == "obeys" else expected
    name = _name(source)
    if found != expected:
        raise SystemExit(f"{name}: {source.data.hex(' ')[:90]} gives {found}, not {expected}")
    vector: Vector = {
        "name": name,
        "rule": source.rule,
        "clause": options.get("clause", RULES[source.rule].section),
        "kind": source.kind,
        "comment": source.comment,
        "flags": list(options.get("flags", ())),
        "framing": framing,
        "data": source.data.hex(),
        "verdict": report.verdict,
    }
    vector |= {key: options[key] for key in ("limits", "profile") if key in options}
    if not options.get("limits") and _exceeds_floor(source.data, framing):
        vector["flags"].append("above-floor")
    if expected:
        vector["offset"] = source.offset
    if source.kind == "several":
        vector["findings"] = [{"rule": rule, "offset": offset} for rule, offset in expected]
    if report.verdict == "valid":
        vector["record"] = _record(source.data, framing, limits)
        _check_text(name, vector["record"], source)
    return vector


def _name(source: VectorSource) -> str:
    is_several = source.kind == "several"
    return f"{'several' if is_several else f'{source.rule}-{source.kind}'}-{source.slug}"


def _exceeds_floor(data: bytes, framing: str) -> bool:
    """Return whether a decoder with the least limits may refuse ``data``."""
    findings = validate(data, framing=framing, limits=FLOOR).findings
    return any(finding.rule.startswith("SC-LIM") for finding in findings)


def add_core_results(vectors: list[Vector]) -> None:
    """Add the result of a decoder without the tables to the vectors for which it differs."""
    with without_tables():
        for vector in vectors:
            report = validate(
                bytes.fromhex(vector["data"]),
                framing=vector["framing"],
                profile=vector.get("profile"),
                limits=Limits(**vector.get("limits", {})),
            )
            if any(finding.rule == "SC-HDR-2" for finding in report.findings):
                findings = [{"rule": f.rule, "offset": f.offset} for f in report.findings]
                vector["core"] = {"verdict": report.verdict, "findings": findings}


@contextlib.contextmanager
def without_tables() -> Iterator[None]:
    """Return a context manager in which the library lacks the tables of Annex K."""
    tables.load_tables.cache_clear()
    with patch.object(tables, "FILE_NAME", "missing.bin"):
        yield
    tables.load_tables.cache_clear()


def _record(data: bytes, framing: str, limits: Limits) -> Any:
    if framing == "sequence":
        return [record.as_dict() for record in unpack_sequence(data, limits=limits)]
    return unpack(data, framing=framing, limits=limits).as_dict()


def _check_text(name: str, record: Any, source: VectorSource) -> None:
    texts = [item["text"] for item in (record if isinstance(record, list) else [record])]
    if source.kind == "obeys" and " | ".join(texts) != source.text:
        raise SystemExit(f"{name}: has the text {texts}, not {source.text!r}")


def first_bytes() -> list[Vector]:
    """Return a vector for each of the 256 first bytes, followed by valid fields."""
    return [_first_byte(first) for first in range(256)]


def _first_byte(first: int) -> Vector:
    size, models, extensions = b"\x0d", b"\x02", b"\x03\x0e\x01\x07"
    core = bytes([first]) + size * (first >> 1 & 1) + models * (first & 1)
    core += extensions * (first >> 2 & 1) + (b"n" if first >> 5 & 3 == 3 else b"\x10")
    data = core if first >= 0x80 else check(core)
    report = validate(data)
    vector: Vector = {"name": f"first-byte-{first:02x}", "framing": "auto", "data": data.hex()}
    vector |= {"comment": f"{first:08b}", "flags": [], "verdict": report.verdict}
    if report.ok:
        return vector | {
            "kind": "obeys",
            "rule": "SC-HDR-1",
            "clause": "5.1",
            "record": unpack(data).as_dict(),
        }
    (finding,) = report.findings
    rule = {"kind": "breaks", "rule": finding.rule, "clause": RULES[finding.rule].section}
    return vector | rule | {"offset": finding.offset}


def make_encode_vector(source: EncodeSource) -> Vector:
    """Return the vector for encoders of ``source``; exit if the library disagrees with it."""
    try:
        found = encode(source.value)
    except (InputError, FormatError):  # FormatError: the picture of a PNG file breaks a rule
        found = None
    if found != source.data:
        found_hex, data_hex = (data and data.hex(" ") for data in (found, source.data))
        raise SystemExit(f"encode-{source.slug}: the library gives {found_hex}, not {data_hex}")
    result = {"refusal": source.rule} if source.data is None else {"data": source.data.hex()}
    vector: Vector = {"name": f"encode-{source.slug}", "clause": source.clause}
    return vector | {"comment": source.comment, "value": source.value} | result


def make_files() -> dict[str, bytes]:
    """Return the contents of all files of the folder, by name."""
    groups: dict[str, list[Vector]] = {}
    for source in ALL:
        group = "several" if source.kind == "several" else source.rule.split("-")[1].lower()
        groups.setdefault(group, []).append(make_vector(source))
    groups["first-bytes"] = first_bytes()
    for vectors in groups.values():
        add_core_results(vectors)
    files = {f"{name}.json": _json(vectors) for name, vectors in groups.items()}
    for vector in (vector for vectors in groups.values() for vector in vectors):
        files[f"files/{vector['name']}.{_suffix(vector)}"] = bytes.fromhex(vector["data"])
    files["encode.json"] = _json(list(map(make_encode_vector, ALL_TO_ENCODE)), ENCODE_HEADER)
    files["truncate.json"] = _json(make_truncations(), TRUNCATE_HEADER)
    colors = list(map(make_color_vector, color_sources.ALL))
    files["colors.json"] = _json(colors, COLORS_HEADER)
    files |= {name: (FOLDER / name).read_bytes() for name in OTHER_FILES}
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(files.items()))
    return files | {"SHA256SUMS": "".join(sums).encode()}


def make_truncations() -> list[Vector]:
    """Return the vectors for truncation (§9.5): a record, a limit, and the result or null."""
    vectors: list[Vector] = []
    for source in truncation_sources.ALL:
        limits = source.limits or range(len(source.data) + 1, -1, -1)
        for limit in limits:
            vector = {"name": f"{source.slug}-{limit}", "comment": source.comment}
            vector |= {"data": source.data.hex(), "max_bytes": limit}
            vectors.append(vector | {"result": _truncate(source.data, limit)})
    return vectors


def make_color_vector(source: color_sources.ColorSource) -> Vector:
    """Return the vector of ``source`` for decoders or encoders of colors (COLORS-1)."""
    vector: Vector = {"name": source.slug, "comment": source.comment}
    if source.data is None:
        data = color_planes.encode(color_sources.expand(source.coefficients))
        return vector | {"encode": sorted(source.coefficients.items()), "data": data.hex()}
    decoded = color_planes.decode(source.data)
    rows = enumerate(zip(decoded.values, decoded.planes, strict=True))
    found = [[index, value, plane] for index, (value, plane) in rows if value]
    return vector | {"data": source.data.hex(), "coefficients": found}


def _truncate(data: bytes, limit: int) -> str | None:
    try:
        return truncate(data, limit).hex()
    except (InputError, FormatError):
        return None


def _suffix(vector: Vector) -> str:
    return SUFFIXES.get(vector["framing"]) or _detect_suffix(bytes.fromhex(vector["data"]))


def _detect_suffix(data: bytes) -> str:
    if data[:5] in (b"semc:", b"SEMQ:"):
        return "txt"
    return "png" if data[:1] == b"\x89" else "semc"


def _json(vectors: list[Vector], header_row: Vector = HEADER) -> bytes:
    """Return a JSON file with one vector per line, so that diffs show single vectors."""
    header = json.dumps(header_row)[1:-1]
    lines = ",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in vectors)
    text = f'{{{header}, "vectors": [\n{lines}\n]}}\n'
    return text.encode(errors="backslashreplace")  # an unpaired surrogate has its escape of JSON


def main() -> int:
    """Write or check all files; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only list what is out of date")
    only_check = parser.parse_args().check
    files, stale = make_files(), []
    existing = {str(p.relative_to(FOLDER)) for p in FOLDER.rglob("*") if p.is_file()}
    for name in sorted(files.keys() | existing):
        path = FOLDER / name
        if name in files and path.exists() and path.read_bytes() == files[name]:
            continue
        stale.append(name)
        if only_check:
            continue
        if name in files:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(files[name])
        else:  # the file of a vector that was removed
            path.unlink()
    for name in stale:
        print(f"{'out of date' if only_check else 'written'}: spec/vectors/{name}")
    return int(only_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
