"""Write the vectors from the scenarios: JSON, the same bytes as files, and a manifest of hashes.

    python spec/make_vectors.py            # write spec/vectors
    python spec/make_vectors.py --check    # change nothing; exit 1 if something is out of date

The library fills in what an obeying record says, and must find in a breaking one the broken rule,
at its place, and nothing else. The second implementations are run over the same vectors, so a
mistake of the library's does not become the truth by being written down here.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from vector_sources import ALL, Scenario, check

from semcodec.bitstream import RULES, Limits, unpack, unpack_all, validate

VECTORS = Path(__file__).parent / "vectors"
HEAD = {"format": "SEMCODEC-1", "draft": 2, "license": "CC0-1.0"}
ENDINGS = {"sequence": "semcs", "url": "txt", "qr": "txt", "png": "png"}
#: Written by hand, or elsewhere.
KEPT = ("README.md", "skeletons.json", "schema.json")

Vector = dict[str, Any]


def vector(scenario: Scenario) -> Vector:
    """Return the vector of a scenario, or stop if the library does not say what it expects."""
    options = scenario.options
    framing, limits = options.get("framing", "auto"), Limits(**options.get("limits", {}))
    report = validate(scenario.data, framing=framing, profile=options.get("profile"), limits=limits)
    found = [(finding.rule, finding.offset) for finding in report.findings]
    broken = [(scenario.rule, scenario.offset)] if scenario.kind == "breaks" else []
    name = f"{scenario.rule}-{scenario.kind}-{scenario.slug}"
    if found != broken:
        raise SystemExit(f"{name}: {scenario.data.hex(' ')[:90]} gives {found}, not {broken}")
    made: Vector = {
        "name": name,
        "rule": scenario.rule,
        "clause": RULES[scenario.rule].clause,
        "kind": scenario.kind,
        "comment": scenario.comment,
        "flags": list(options.get("flags", ())),
        "framing": framing,
        "data": scenario.data.hex(),
        "verdict": report.verdict,
    }
    made |= {key: options[key] for key in ("limits", "profile") if key in options}
    if broken:
        made["offset"] = scenario.offset
    if report.verdict == "valid":
        made["record"] = _record(scenario.data, framing, limits)
        _compare(name, made["record"], scenario)
    return made


def _record(data: bytes, framing: str, limits: Limits) -> Any:
    if framing == "sequence":
        return [record.as_dict() for record in unpack_all(data, limits=limits)]
    return unpack(data, framing=framing, limits=limits).as_dict()


def _compare(name: str, record: Any, scenario: Scenario) -> None:
    texts = [r["text"] for r in (record if isinstance(record, list) else [record])]
    if scenario.kind == "obeys" and " | ".join(texts) != scenario.text:
        raise SystemExit(f"{name}: says {texts}, not {scenario.text!r}")


def first_bytes() -> list[Vector]:
    """Return one vector for each of the 256 first bytes, everything after it in order."""
    return [_first_byte(first) for first in range(256)]


def _first_byte(first: int) -> Vector:
    size, models, more = b"\x0d", b"\x02", b"\x03\x0e\x01\x07"
    core = bytes([first]) + size * (first >> 1 & 1) + models * (first & 1) + more * (first >> 2 & 1)
    core += b"n" if first >> 5 & 3 == 3 else b"\x10"
    data = core if first >= 0x80 else check(core)
    report = validate(data)
    made: Vector = {"name": f"first-byte-{first:02x}", "framing": "auto", "data": data.hex()}
    made |= {"comment": f"{first:08b}", "flags": [], "verdict": report.verdict}
    if report.ok:
        return made | {
            "kind": "obeys",
            "rule": "SC-HDR-1",
            "clause": "5.1",
            "record": unpack(data).as_dict(),
        }
    (finding,) = report.findings
    rule = {"kind": "breaks", "rule": finding.rule, "clause": RULES[finding.rule].clause}
    return made | rule | {"offset": finding.offset}


def files() -> dict[str, bytes]:
    """Return all files of the folder, by name."""
    groups: dict[str, list[Vector]] = {}
    for scenario in ALL:
        groups.setdefault(scenario.rule.split("-")[1].lower(), []).append(vector(scenario))
    groups["first-bytes"] = first_bytes()
    made = {f"{name}.json": _json(vectors) for name, vectors in groups.items()}
    for one in (one for vectors in groups.values() for one in vectors):
        made[f"files/{one['name']}.{_ending(one)}"] = bytes.fromhex(one["data"])
    made |= {name: (VECTORS / name).read_bytes() for name in KEPT}
    sums = (f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(made.items()))
    return made | {"SHA256SUMS": "".join(sums).encode()}


def _ending(one: Vector) -> str:
    return ENDINGS.get(one["framing"], "") or _told(bytes.fromhex(one["data"]))


def _told(data: bytes) -> str:
    if data[:5].lower() == b"semc:":
        return "txt"
    return "png" if data[:1] == b"\x89" else "semc"


def _json(vectors: list[Vector]) -> bytes:
    """Return a file with one vector a line, so that a change of one is a change of one line."""
    head = json.dumps(HEAD)[1:-1]
    lines = ",\n".join("  " + json.dumps(one, ensure_ascii=False) for one in vectors)
    return f'{{{head}, "vectors": [\n{lines}\n]}}\n'.encode()


def main() -> int:
    """Write, or check, every file."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="only say what is out of date")
    only_check = parser.parse_args().check
    made, stale = files(), []
    there = {str(p.relative_to(VECTORS)) for p in VECTORS.rglob("*") if p.is_file()}
    for name in sorted(made.keys() | there):
        path = VECTORS / name
        if name in made and path.exists() and path.read_bytes() == made[name]:
            continue
        stale.append(name)
        if only_check:
            continue
        if name in made:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(made[name])
        else:
            path.unlink()
    for name in stale:
        print(f"{'out of date' if only_check else 'written'}: spec/vectors/{name}")
    return int(only_check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
