"""The decoder and encoder in Rust, written from the specification alone, agree with the library."""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from semcodec._registry import SIZES
from semcodec.cli import main
from tests import color_values, differential, profiles

SPEC = Path(__file__).parents[1] / "spec"
SOURCES = SPEC / "implementations" / "rust"
TABLES = SPEC / "tables" / "lexicon-1.bin.gz"
MIN_RUST = (1, 88)


def rust_version() -> tuple[int, ...]:
    """Return the version of the compiler; 0 if there is none."""
    if shutil.which("rustc") is None:
        return (0,)
    output = subprocess.run(["rustc", "--version"], capture_output=True, text=True).stdout
    found = re.match(r"rustc (\d+)\.(\d+)", output)
    return tuple(map(int, found.groups())) if found else (0,)


pytestmark = pytest.mark.skipif(rust_version() < MIN_RUST, reason="Rust 1.88 is missing")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the path of the program, which is compiled once for all workers of a run."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    path = folder / "semcodec-rust"
    with (folder / "semcodec-rust.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            tables = folder / "lexicon-1.bin"
            tables.write_bytes(gzip.decompress(TABLES.read_bytes()))
            environment = os.environ | {"SEMCODEC_LEXICON": str(tables)}
            command = ["rustc", "-O", "--edition", "2021", str(SOURCES / "main.rs"), "-o"]
            run = subprocess.run(
                [*command, str(path)], capture_output=True, text=True, env=environment
            )
            assert (run.returncode, run.stderr) == (0, "")
    return str(path)


def test_all_vectors_pass(program: str, capsys: pytest.CaptureFixture[str]) -> None:
    run = ["vectors", "run", "--persistent", "--strict"]
    for options, command in (
        (["--pass-options"], [program]),
        (["--pass-options", "--class", "core"], [program, "--core"]),
        (["--encoder"], [program, "--encode"]),
        (["--colors"], [program]),
    ):
        exit_code = main([*run, *options, "--", *command])
        output = capsys.readouterr().out
        assert exit_code == 0, output
        assert output.endswith(" passed, 0 failed, 0 skipped\n")


def test_single_vectors_pass(program: str) -> None:
    run = ["vectors", "run", "--strict", "--pass-options"]
    assert main([*run, "--filter", "*-SEQ-*", "--", program]) == 0
    assert main([*run, "--colors", "--filter", "few-*", "--", program]) == 0


def test_all_truncations_pass(program: str) -> None:
    vectors = json.loads((SPEC / "vectors" / "truncate.json").read_text("utf-8"))["vectors"]
    lines = "".join(f"{vector['data']} {vector['max_bytes']}\n" for vector in vectors)
    run = subprocess.run([program, "--truncate"], input=lines, capture_output=True, text=True)
    results = [json.loads(line).get("data") for line in run.stdout.splitlines()]
    assert results == [vector["result"] for vector in vectors]


@pytest.mark.sampled
def test_decoders_agree(program: str, record_property: profiles.RecordProperty) -> None:
    count = profiles.count(gate=600, nightly=100_000)
    cases = differential.inputs(profiles.seed(7), count)  # 7 is arbitrary, but must not change
    record_property("inputs", count)
    assert list(differential.compare_decoders([program], cases)) == []


@pytest.mark.sampled
def test_colors_agree(program: str, record_property: profiles.RecordProperty) -> None:
    count = profiles.count(gate=60, nightly=20_000)
    record_property("inputs", count)
    rng = random.Random(profiles.seed(10))  # 10 is arbitrary, but must not change
    values = color_values.inputs(rng, count)
    assert list(differential.compare_colors([program], values)) == []


@pytest.mark.sampled
def test_encoders_agree(program: str, record_property: profiles.RecordProperty) -> None:
    count = profiles.count(gate=300, nightly=50_000)
    rng = random.Random(profiles.seed(8))  # 8 is arbitrary, but must not change
    values = (differential.random_value(rng, valid=False) for _ in range(count))
    record_property("inputs", count)
    assert list(differential.compare_encoders([program, "--encode"], values)) == []


def test_size_codes_are_those_of_the_registry(program: str) -> None:
    lines = "".join(f"bare 02{code:02x}11\n" for code in range(128))
    run = subprocess.run([program], input=lines, capture_output=True, text=True)
    for code, result in enumerate(map(json.loads, run.stdout.splitlines())):
        if code in SIZES:
            assert tuple(result["size"]) == SIZES[code]
        else:
            assert result["rule"] == ("SC-SIZ-1" if code else "SC-SIZ-2")
