"""The reader in JavaScript, which shares nothing with the library, takes every vector."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from semcodec.cli import main

READER = Path(__file__).parents[1] / "spec" / "readers" / "reader.js"

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="there is no node")


def test_every_vector_rule_and_offset(capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--lines", "--strict", "--", "node", str(READER)]
    code, out = main(run), capsys.readouterr().out
    assert (code, " 0 failed," in out) == (0, True), out


def test_one_record_at_a_time() -> None:
    run = ["node", str(READER), "auto"]
    read = subprocess.run(run, input=b"semc:CIIBC0MwtA", capture_output=True, check=False)
    assert (read.returncode, b'"text":"ct n grss"' in read.stdout) == (0, True)
    refused = subprocess.run(run, input=b"\x00\x01", capture_output=True, check=False)
    assert (refused.returncode, b"SC-NIB-1" in refused.stdout) == (1, True)
