"""The specification agrees with registries, library and vectors, and its code runs."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from semcodec import bitstream, pillow
from semcodec._registry import SIZES
from semcodec.bitstream import RULES, inspect
from semcodec.carriers import ndef
from semcodec.coding.tables import FREQUENT_WORDS, load_tables, read_file
from tests import annex_c
from tests.each import for_each

ROOT = Path(__file__).parents[1]
SPEC = ROOT / "spec"
TEXT = (SPEC / "SEMCODEC-1.md").read_text("utf-8")
#: The text without generated tables, the code of Annex C and the grammar of Annex D.
PROSE = re.sub(r"<!-- BEGIN.*?<!-- END [\w ]+ -->|```.*?```", "", TEXT, flags=re.DOTALL)
REQUIREMENTS = tomllib.loads((SPEC / "registry" / "requirements.toml").read_text("utf-8"))[
    "requirement"
]
VECTORS = [
    vector
    for path in sorted((SPEC / "vectors").glob("*.json"))
    for vector in json.loads(path.read_text("utf-8")).get("vectors", [])
    if "rule" in vector and "limits" not in vector
]


def sections() -> dict[str, str]:
    """Return the text of each numbered section, such as "5.2", and of each annex."""
    texts: dict[str, str] = {}
    number = ""
    for line in PROSE.splitlines():
        if start := re.match(r"(?:## |\*\*)(?:Annex )?([A-Z]|\d+)(\.\d+)?[. ]", line):
            number = start[1] + (start[2] or "")
        texts[number] = texts.get(number, "") + line + "\n"
    return texts


def test_reserved_size_codes_follow_the_last_assigned_one() -> None:
    assert f"| size codes {max(SIZES) + 1} to 127 but 69 and 101 | reserved; " in TEXT


def test_rates_of_the_introduction_are_correct() -> None:
    rows = re.findall(
        r"^\| (\d+)\D.*?\| ([\d.]+) \| ([\d.]+) \| ([\d.]+) \|", sections()["1"], re.M
    )
    assert len(rows) == 5
    for size, *rates in rows:
        expected = [int(size) * 8e6 / side**2 for side in (512, 1024, 2048)]
        assert [float(rate) for rate in rates] == pytest.approx(expected, abs=0.05)


def test_properties_of_a_record_are_those_of_the_schema() -> None:
    schema = json.loads((SPEC / "vectors" / "schema.json").read_text("utf-8"))
    rows = re.findall(r"^\| (`.*?) \|", sections()["5.7"], re.MULTILINE)
    assert sorted(re.findall(r"`(\w+)`", " ".join(rows))) == sorted(
        schema["$defs"]["record"]["properties"]
    )


def test_media_type_is_that_of_the_library() -> None:
    registered = re.findall(r"\| (?:Type|Subtype) name \| (\S+) \|", sections()["15.1"])
    assert "/".join(registered).encode() == ndef.MEDIA_TYPE == pillow.MIME.encode()


def test_tables_of_annex_k_have_the_stated_parts() -> None:
    """The link in spec/ is the file that the library reads; offsets lead to its parts."""
    data = gzip.decompress((SPEC / "tables" / "lexicon-1.bin.gz").read_bytes())
    assert data == read_file()
    assert f"- length: {len(data):,} bytes\n- SHA-256: `{hashlib.sha256(data).hexdigest()}`" in TEXT
    annex = TEXT[TEXT.index("<!-- BEGIN parts") : TEXT.index("<!-- END parts")]
    rows = re.findall(r"^\| ([A-Z]+) \| (\d+) \| (\d+) \|", annex, re.MULTILINE)
    parts = {name: data[int(start) : int(start) + int(size)] for name, start, size in rows}
    assert b"".join(parts.values()) == data
    assert parts["WORD"].decode("ascii").split("\n") == load_tables().words
    flags = int.from_bytes(parts["HELPER"], "little")
    assert [n for n in range(8 * len(parts["HELPER"])) if flags >> n & 1] == [
        n for n in range(FREQUENT_WORDS) if load_tables().is_function_word(n)
    ]


@pytest.mark.parametrize("script", ["generate.py", "make_coding_vectors.py", "make_vectors.py"])
def test_generated_files_are_up_to_date(script: str) -> None:
    run = [sys.executable, str(SPEC / script), "--check"]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_every_rule_is_in_its_section() -> None:
    texts = sections()
    located = [(rule_id, rule.section) for rule_id, rule in RULES.items()]
    located += [(row["id"], row["clause"]) for row in REQUIREMENTS]
    for rule_id, section in located:
        if not rule_id.startswith("SC-PRO"):  # profiles are a generated table
            assert f"[{rule_id}]" in texts[section], f"{rule_id} is not in §{section}"


def test_every_id_in_the_text_is_registered() -> None:
    known = {*RULES, *(row["id"] for row in REQUIREMENTS)}
    assert set(re.findall(r"SC-[A-Z]{3}-\d+", TEXT)) == known


def test_every_obligation_has_an_id() -> None:
    text = PROSE[PROSE.index("## 3.") :]
    sentences = re.split(r"(?<=[.;])\s+|\n\n|\|", text)
    for sentence in sentences:
        if re.search(r"\b(MUST|SHOULD|MAY)\b", sentence):
            assert re.search(r"\[SC-[A-Z]{3}-\d+\]", sentence), sentence


def test_every_requirement_has_tests() -> None:
    """Pytest collects at least one case of each test that the registry names."""
    named = sorted({test for row in REQUIREMENTS for test in row["tests"]})
    assert all(row["tests"] for row in REQUIREMENTS)
    run = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"]
    run += ["-o", "addopts=--import-mode=importlib", "--assert=plain", *named]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    collected = {line.partition("[")[0] for line in done.stdout.splitlines() if "::" in line}
    assert collected == set(named)


def test_tables_of_annex_a_are_the_output_of_inspect() -> None:
    annex = TEXT[TEXT.index("## Annex A.") : TEXT.index("## Annex B.")]
    examples = re.split(r"^\*\*A\.\d+ ", annex, flags=re.MULTILINE)[1:]
    assert len(examples) >= 8
    for example in examples:
        line = example.split("```")[1].strip()
        rows = re.findall(
            r"^\| 0x(\w+)\+(\d) \| (\d+) \| `(.*?)` \| ([\w.]+) \|", example, re.MULTILINE
        )
        if not rows:
            continue
        data = line.encode() if line[:5] in ("semc:", "SEMQ:") else bytes.fromhex(line)
        framing = "sequence" if example.startswith("A sequence") else "auto"
        fields = [
            (field.offset, field.bits, field.name, _short(field.raw))
            for field in inspect(data, framing=framing)
        ]
        assert fields == [
            (int(b, 16) * 8 + int(i), int(n), name, raw) for b, i, n, raw, name in rows
        ]


def _short(raw: str) -> str:
    return raw if len(raw) <= 24 else raw[:8] + "…" + raw[-8:]


@for_each(VECTORS, name=lambda vector: vector["name"])
def test_annex_c_decodes_every_vector(vector: dict[str, Any]) -> None:
    expected = vector["record"] if vector["verdict"] == "valid" else vector["rule"]
    data, framing = bytes.fromhex(vector["data"]), vector["framing"]
    if framing == "sequence":
        assert annex_c.decode_sequence(data) == expected
    else:
        assert annex_c.decode(data, framing) == expected


def test_annex_c_without_annex_k_is_a_core_decoder() -> None:
    with annex_c.without_tables():
        for vector in VECTORS:
            data, framing = bytes.fromhex(vector["data"]), vector["framing"]
            sequence = framing == "sequence"
            found = annex_c.decode_sequence(data) if sequence else annex_c.decode(data, framing)
            is_refused = vector["verdict"] != "valid" or "core" in vector
            rule = vector["core"]["findings"][0]["rule"] if "core" in vector else vector["rule"]
            assert found == (rule if is_refused else vector["record"]), vector["name"]


def test_implementations_state_their_class() -> None:
    """SC-REA-15: the places where the implementations of this repository claim conformance."""
    reader = (SPEC / "implementations" / "js" / "reader.js").read_text("utf-8")
    rust = (SPEC / "implementations" / "rust" / "main.rs").read_text("utf-8")
    annex = TEXT[TEXT.index("## Annex C.") : TEXT.index("## Annex D.")]
    stated = {
        "reader.js": reader,
        "main.rs": rust,
        "Annex C": annex,
        "semcodec": bitstream.__doc__ or "",
    }
    for name, text in stated.items():
        assert re.search(r"\bthe class (core|full)\b", re.sub(r"[\s/*!]+", " ", text)), name
