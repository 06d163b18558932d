"""``semcodec vectors``: the list of vectors, and runs with correct and incorrect decoders."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from tests.cli.conftest import SCHEMAS, Run
from tests.conformance.conftest import _set_decoded_file, decoded_file  # noqa: F401  # fixtures

DECODER = str(Path(__file__).parents[1] / "conformance" / "decoder.py")
FEW = ("--filter", "SC-LEB-2-*")
ONE = ("--filter", "SC-LEB-2-obeys-two-bytes", "--timeout")


def run_decoder(run: Run, mode: str, *options: str) -> tuple[int, str, str]:
    persistent = ["--persistent"] if mode.startswith("persistent") else []
    return run("vectors", "run", *persistent, *options, "--", sys.executable, DECODER, mode)


# --- the list ------------------------------------------------------------------------------------


def test_list_has_every_vector(run: Run) -> None:
    code, out, _ = run("vectors", "list")
    assert code == 0
    rows = json.loads(run("vectors", "list", "--json")[1])
    assert [line.split()[0] for line in out.splitlines()] == [row["name"] for row in rows]
    text = (SCHEMAS.parent / "vectors" / "README.md").read_text("utf-8")
    keys = text.partition("an array of objects with")[2].partition(".")[0]
    assert [*rows[0]] == re.findall(r"`(\w+)`", keys)


def test_filter_selects_by_name(run: Run) -> None:
    code, out, _ = run("vectors", "list", "--filter", "SC-NIB-2-breaks-one*")
    assert code == 0
    assert out.split(maxsplit=3)[:3] == ["SC-NIB-2-breaks-one-byte", "SC-NIB-2", "invalid"]
    assert len(json.loads(run("vectors", "list", "--filter", "first-byte*", "--json")[1])) == 256


def test_vectors_that_cannot_be_loaded_are_a_usage_error(run: Run, tmp_path: Path) -> None:
    assert run("vectors", "list", "--filter", "nothing*")[0] == 2
    assert run("vectors", "list", "--vectors", tmp_path)[0] == 2


def test_vectors_are_read_from_another_directory(run: Run, tmp_path: Path) -> None:
    vector = {"name": "a", "framing": "auto", "data": "00", "verdict": "malformed"}
    rows = {"format": "SEMCODEC-1", "vectors": [vector | {"comment": "\x1b[2J"}]}
    (tmp_path / "c.json").write_text(json.dumps(rows))
    out = run("vectors", "list", "--vectors", tmp_path)[1]
    assert out.split() == ["a", "malformed", "\\x1b[2J"]


# --- correct decoders ----------------------------------------------------------------------------


def test_library_passes_all_vectors(run: Run) -> None:
    code, out, err = run_decoder(run, "persistent", "--strict", "--pass-options")
    assert code == 0
    count = len(json.loads(run("vectors", "list", "--json")[1]))
    assert out == f"{count} passed, 0 failed, 0 skipped\n"
    assert "100 of" in err


@pytest.mark.parametrize("mode", ["right", "persistent"])
def test_vectors_with_options_are_skipped_or_pass_them(run: Run, mode: str) -> None:
    few = ("--filter", "SC-LIM-5-*-records", "--strict")
    code, out, _ = run_decoder(run, mode, *few)
    assert (code, out.splitlines()[-1]) == (0, "0 passed, 0 failed, 2 skipped")
    assert "limits or a profile (run them with --pass-options)" in out
    code, out, _ = run_decoder(run, mode, *few, "--pass-options")
    assert (code, out) == (0, "2 passed, 0 failed, 0 skipped\n")


def test_decoder_without_tables_passes_as_one_of_the_class_core(run: Run) -> None:
    options = ("--strict", "--pass-options")
    assert run_decoder(run, "persistent-core", *options, "--class", "core")[0] == 0
    code, out, _ = run_decoder(run, "persistent-core", *options, "--class", "full")
    assert (code, "outcome: expected record" in out) == (1, True)
    assert 'found refusal (rule "SC-HDR-2", offset 1 (byte 0, bit 1))' in out
    code, out, _ = run_decoder(run, "persistent", "--filter", "SC-LEX-1-*", "--class", "core")
    assert (code, "expected refusal (SC-HDR-2), found record" in out) == (1, True)


def test_decoder_with_the_lowest_limits_passes_without_vectors_above_them(run: Run) -> None:
    code, out, _ = run_decoder(run, "persistent-floor", "--strict", "--floor")
    assert (code, " 0 failed, " in out) == (0, True)
    code, out, _ = run_decoder(run, "persistent-floor", "--strict")
    assert (code, "SC-LIM-1" in out) == (1, True)
    above = {row["name"] for row in json.loads(run("vectors", "list", "--json")[1])}
    failed = set(re.findall(r"^FAILED (\S+):", out, re.MULTILINE))
    assert {"SC-EXT-11-obeys-longest"} <= failed <= above


@pytest.mark.parametrize("mode", ["right", "no-reason", "extra-field"])
def test_decoder_started_for_each_vector_passes(run: Run, mode: str) -> None:
    assert run_decoder(run, mode, "--strict", *FEW) == (0, "9 passed, 0 failed, 0 skipped\n", "")


def test_records_of_a_sequence_are_an_array(run: Run) -> None:
    assert run_decoder(run, "right", "--filter", "SC-SEQ-1-*", "--strict")[0] == 0


def test_output_of_a_decoder_that_closes_stdin_is_read(run: Run) -> None:
    code, out, _ = run_decoder(run, "closes-stdin", *ONE, "60")
    assert (code, "found no such property" in out) == (1, True)


# --- incorrect decoders --------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["", "persistent-"])
@pytest.mark.parametrize(
    ("mode", "failed", "message"),
    [
        (
            "accepts-leb",
            7,
            'outcome: expected refusal (SC-LEB-2), found record {"text": "nn"}',
        ),
        ("refuses-all", 2, ", found refusal\n"),
        ("wrong-value", 2, ": k: expected 1 (integer), found true (boolean)\n"),
        ("missing-field", 2, ': check: expected "none", found no such property\n'),
    ],
)
def test_wrong_result_is_printed(
    run: Run, protocol: str, mode: str, failed: int, message: str
) -> None:
    code, out, _ = run_decoder(run, protocol + mode, *FEW)
    assert code == 1
    assert out.count("FAILED") == failed
    assert message in out
    assert out.splitlines()[-1] == f"{9 - failed} passed, {failed} failed, 0 skipped"


@pytest.mark.parametrize("mode", ["crash", "flood", "persistent-crash", "persistent-flood"])
def test_failure_of_the_decoder_is_printed(run: Run, mode: str) -> None:
    code, out, _ = run_decoder(run, mode, *ONE, "60")
    assert (code, ": outcome: expected record" in out and "found failure: " in out) == (1, True)
    assert out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
    assert len(out) < 1000


def test_all_vectors_run_after_a_crash(run: Run) -> None:
    assert run_decoder(run, "persistent-crash", *FEW)[1].count("output ended") == 9


@pytest.mark.parametrize(
    ("mode", "message"),
    [
        ("wrong-offset", ", found 12345 (byte 1543, bit 1)"),
        ("wrong-rule", ': rule: expected "SC-LEB-2", found "SC-HDR'),
        ("wrong-findings", ": findings: expected 1 element, found 2 elements"),
    ],
)
def test_other_reason_fails_only_with_strict(run: Run, mode: str, message: str) -> None:
    code, out, _ = run_decoder(run, f"persistent-{mode}", *FEW)
    assert (code, out.count("note SC-LEB-2"), out.count(message)) == (0, 7, 7)
    code, out, _ = run_decoder(run, f"persistent-{mode}", *FEW, "--strict")
    assert (code, out.count("FAILED"), out.count(message)) == (1, 7, 7)


def run_json(run: Run, mode: str, *options: str) -> Any:
    """Return the output of ``--json``, which must match the published schema."""
    result = json.loads(run_decoder(run, mode, "--json", *options)[1])
    schema = json.loads((SCHEMAS / "vectors-run-3.json").read_bytes())
    jsonschema_rs.meta.validate(schema)
    jsonschema_rs.validate(schema, result)
    return result


def test_several_differences_are_counted(run: Run) -> None:
    code, out, _ = run_decoder(run, "persistent-empty", "--filter", "SC-LEB-2-obeys-two-bytes")
    assert code == 1
    assert out.splitlines()[0] == "FAILED SC-LEB-2-obeys-two-bytes: 10 differences"
    assert out.splitlines()[1].startswith('  text: expected "')
    assert out.splitlines()[6] == "  … and 5 more differences"
    result = run_json(run, "persistent-empty", "--filter", "SC-LEB-2-obeys-two-bytes")
    assert len(result["failures"][0]["differences"]) == 10


def test_json_has_counts_failures_and_notes(run: Run) -> None:
    result = run_json(run, "persistent-accepts-leb", "--filter", "SC-L*")
    assert (result["failed"], len(result["failures"])) == (7, 7)
    assert result["skipped"] > 5
    assert result["failures"][0]["name"].startswith("SC-LEB-2-breaks")
    assert result["failures"][0]["differences"][0]["property"] == "outcome"
    result = run_json(run, "persistent-wrong-offset", *FEW)
    assert (result["failed"], len(result["notes"])) == (0, 7)
    assert result["notes"][0]["differences"][0]["property"] == "offset"
    result = run_json(run, "persistent-wrong-value", *FEW)
    differences = [{"property": "k", "expected": "1 (integer)", "found": "true (boolean)"}]
    assert [failure["differences"] for failure in result["failures"]] == [differences] * 2


def test_documented_keys_are_those_of_the_json(run: Run) -> None:
    text = (SCHEMAS.parent / "vectors" / "README.md").read_text("utf-8")
    table = text.partition("With `--json`")[2].partition("Without")[0]
    keys = set(re.findall(r"`([a-z]+)`", table))
    result = run_json(run, "persistent-wrong-value", *FEW)
    [failure, *_] = result["failures"]
    assert {*result, *failure, *failure["differences"][0]} == keys


@pytest.mark.parametrize("options", [(), ("--verbose",)])
def test_stderr_of_the_decoder_is_shown_with_verbose(options: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "semcodec", "vectors", "run", *options, *ONE, "60"]
    result = subprocess.run(
        [*command, "--", sys.executable, DECODER, "stderr"], capture_output=True
    )
    assert result.returncode == 0
    assert result.stderr == (b"on stderr\n" if options else b"")


# --- usage and environment -----------------------------------------------------------------------


@pytest.mark.parametrize("options", [(), ("--persistent",)])
def test_decoder_that_cannot_be_started_is_a_usage_error(
    run: Run, options: tuple[str, ...]
) -> None:
    code, out, err = run("vectors", "run", *options, "--", "/no/such/decoder")
    assert (code, out) == (2, "")
    assert "Cannot start /no/such/decoder: no such file" in err


def test_decoder_is_started_without_a_shell(run: Run, tmp_path: Path) -> None:
    created = tmp_path / "created"
    assert run("vectors", "run", "--", f"true; touch {created}")[0] == 2
    assert not created.exists()


@pytest.mark.parametrize("seconds", ["0", "x", "3601"])
def test_invalid_timeout_is_a_usage_error(run: Run, seconds: str) -> None:
    code, _, err = run("vectors", "run", "--timeout", seconds, "--", "x")
    assert (code, "invalid time" in err) == (2, True)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for processes")
@pytest.mark.parametrize("mode", ["hang-with-pid", "persistent-hang-with-pid"])
def test_ctrl_c_kills_the_decoder(mode: str, tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    persistent = ["--persistent"] if "persistent" in mode else []
    command = [sys.executable, "-m", "semcodec", "vectors", "run", "--timeout", "60", *persistent]
    command += ["--jobs", "1", "--", sys.executable, DECODER, mode]
    runner = subprocess.Popen(
        command,
        env=os.environ | {"PID_FILE": str(pid_file)},
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # nohup ignores SIGINT
    )
    while not (pid_file.exists() and pid_file.read_text()):
        time.sleep(0.02)
    runner.send_signal(signal.SIGINT)
    _, err = runner.communicate(timeout=20)
    assert (runner.returncode, err) == (130, b"semcodec: Interrupted.\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid_file.read_text()), 0)


# --- encoders ------------------------------------------------------------------------------------


def test_list_of_vectors_for_encoders(run: Run) -> None:
    code, out, _ = run("vectors", "list", "--encoder", "--filter", "encode-bag-t*")
    assert code == 0
    assert ["encode-bag-twice", "SC-BAG-1", "refused"] in [
        line.split()[:3] for line in out.splitlines()
    ]


def test_library_passes_as_an_encoder(run: Run) -> None:
    few = ("--encoder", "--persistent", "--filter", "encode-size-*")
    command = (*few, "--", sys.executable, "-m", "tests.conformance.encoder")
    code, out, _ = run("vectors", "run", *command)
    assert (code, " 0 failed, 0 skipped" in out) == (0, True)


def test_wrong_data_of_an_encoder_is_shown(run: Run) -> None:
    wrong = 'import sys; [print(\'{"data": "00"}\', flush=True) for _ in sys.stdin]'
    command = ("--persistent", "--filter", "encode-size-*", "--", sys.executable, "-c", wrong)
    code, out, _ = run("vectors", "run", "--encoder", *command)
    assert code == 1
    assert 'FAILED encode-size-code-1: data: expected "020111", found "00"' in out
    assert "FAILED encode-size-zero: outcome: expected refusal (SC-WRI-5), found result" in out
