"""A file with the library's results, from which the decoders of decoder.py read them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from semcodec.conformance import vectors
from tests.conformance import decoder

#: Vectors for which the tests start a process each.
PATTERNS = ("SC-LEB-2-*", "SC-SEQ-1-*", "SC-LIM-5-*", "first-byte-00")


@pytest.fixture(scope="session")
def decoded_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("decoded") / "decoded.json"
    selected = [vector for pattern in PATTERNS for vector in vectors.load(None, pattern)]
    rows = {}
    for vector in selected:
        options = json.dumps(vector.options, separators=(",", ":"))
        result = decoder.decode(vector.framing, vector.data, options)
        rows[f"{vector.framing} {vector.data.hex()} {options}"] = result
    path.write_text(json.dumps(rows), "utf-8")
    return path


@pytest.fixture(autouse=True)
def _set_decoded_file(monkeypatch: pytest.MonkeyPatch, decoded_file: Path) -> None:
    monkeypatch.setenv("DECODED", str(decoded_file))
