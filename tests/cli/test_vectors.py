"""``semcodec vectors``: the list, and decoders that are right, wrong, mute, loud and hanging."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from semcodec.cli.output import UsageError
from semcodec.conformance import process
from semcodec.conformance import vectors as vectors_
from semcodec.conformance.compare import Decoded, Failed, differences
from tests.cli import decoder
from tests.cli.conftest import Run

DECODER = str(Path(__file__).parent / "decoder.py")
IN_TABLE = ("SC-LEB-2-*", "SC-SEQ-1-*", "first-byte-00")
FEW = ("--filter", "SC-LEB-2-*")
ONE = ("--filter", "SC-LEB-2-obeys-two-bytes", "--timeout")


def against(run: Run, mode: str, *options: str) -> tuple[int, str, str]:
    lines = ["--persistent"] if mode.startswith("lines") else []
    return run("vectors", "run", *lines, *options, "--", sys.executable, DECODER, mode)


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with what the library decodes of the vectors that start a process each."""
    path = tmp_path_factory.mktemp("decoded") / "decoded.json"
    vectors = [one for name in IN_TABLE for one in vectors_.load(None, name)]
    rows = {
        f"{one.framing} {one.data.hex()}": decoder.decoded(one.framing, one.data) for one in vectors
    }
    path.write_text(json.dumps(rows), "utf-8")
    return path


@pytest.fixture(autouse=True)
def _decoded(monkeypatch: pytest.MonkeyPatch, table: Path) -> None:
    """Let decoders look up what the library decodes."""
    monkeypatch.setenv("DECODED", str(table))


# --- the list -----------------------------------------------------------------------------------


def test_the_list_names_every_vector(run: Run) -> None:
    code, out, _ = run("vectors", "list")
    assert code == 0
    rows = json.loads(run("vectors", "list", "--json")[1])
    assert [line.split()[0] for line in out.splitlines()] == [row["name"] for row in rows]
    assert {"name", "rule", "verdict", "comment"} <= rows[0].keys()


def test_the_list_of_a_pattern(run: Run) -> None:
    code, out, _ = run("vectors", "list", "--filter", "SC-NIB-2-breaks-one*")
    assert code == 0
    assert out.split(maxsplit=3) == [
        "SC-NIB-2-breaks-one-byte",
        "SC-NIB-2",
        "invalid",
        "two spaces in one byte\n",
    ]
    assert len(json.loads(run("vectors", "list", "--filter", "first-byte*", "--json")[1])) == 256


# --- decoders that are right --------------------------------------------------------------------


def test_the_library_passes_all_its_vectors(run: Run) -> None:
    code, out, err = against(run, "lines", "--strict")
    assert code == 0
    limited = ("SC-[LP][IR][MO]-*", "SC-PNG-2-breaks-limit-*")
    lists = [run("vectors", "list", "--filter", names, "--json")[1] for names in limited]
    skipped = sum(len(json.loads(names)) for names in lists)
    passed = len(json.loads(run("vectors", "list", "--json")[1])) - skipped
    assert out.splitlines()[-1] == f"{passed} passed, 0 failed, {skipped} skipped"
    assert "limits or a profile" in out
    assert "100 of" in err


@pytest.mark.parametrize("mode", ["right", "quiet", "more"])
def test_a_decoder_started_for_each_vector(run: Run, mode: str) -> None:
    assert against(run, mode, "--strict", *FEW) == (0, "9 passed, 0 failed, 0 skipped\n", "")


def test_a_sequence_is_an_array(run: Run) -> None:
    assert against(run, "right", "--filter", "SC-SEQ-1-*", "--strict")[0] == 0


# --- decoders that are wrong --------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["", "lines-"])
@pytest.mark.parametrize(
    ("mode", "failed", "why"),
    [
        ("lax", 7, 'expected refused, SC-LEB-2; came read: {"text": "nn"}'),
        ("shy", 2, "; came refused\n"),
        ("wrong", 2, "expected record.k 1; came true"),
        ("partial", 2, 'expected record.check "none"; came nothing'),
    ],
)
def test_a_wrong_answer_is_told(run: Run, protocol: str, mode: str, failed: int, why: str) -> None:
    code, out, _ = against(run, protocol + mode, *FEW)
    assert code == 1
    assert out.count("FAILED") == failed
    assert why in out
    assert out.splitlines()[-1] == f"{9 - failed} passed, {failed} failed, 0 skipped"


@pytest.mark.parametrize(
    ("mode", "why"),
    [
        ("crash", "crashed: exit code 3"),
        ("killed", "crashed: killed by signal 9"),
        ("talk", "crashed: no JSON, and exit code 0"),
        ("deep", "crashed: no JSON, and exit code 0"),
        ("flood", "crashed: more than 1048576 bytes of output"),
        ("hang", "crashed: no answer within 1 s"),
        ("child", "crashed: no answer within 1 s"),
        ("deaf", "came nothing"),
        ("lines-crash", "crashed: its output ended"),
        ("lines-talk", "crashed: a line that is no JSON"),
        ("lines-flood", "crashed: more than 1048576 bytes of output"),
        ("lines-twice", "crashed: more than one line"),
        ("lines-hang", "crashed: no answer within 1 s"),
    ],
)
def test_a_decoder_that_breaks_off_is_told_so(run: Run, mode: str, why: str) -> None:
    code, out, _ = against(run, mode, *ONE, "1" if "within" in why else "60")
    assert code == 1
    assert why in out
    assert out.splitlines()[-1] == "0 passed, 1 failed, 0 skipped"
    assert len(out) < 1000


def test_after_a_crash_another_one_is_started(run: Run) -> None:
    assert against(run, "lines-crash", *FEW)[1].count("its output ended") == 9


@pytest.mark.parametrize(("mode", "what"), [("vague", "offset 12345"), ("other", 'rule "SC-HDR')])
def test_another_reason_is_a_note_or_by_wish_a_failure(run: Run, mode: str, what: str) -> None:
    code, out, _ = against(run, f"lines-{mode}", *FEW)
    assert (code, out.count("note SC-LEB-2"), out.count(what)) == (0, 7, 7)
    code, out, _ = against(run, f"lines-{mode}", *FEW, "--strict")
    assert (code, out.count("FAILED"), out.count(what)) == (1, 7, 7)


def test_all_of_it_as_json(run: Run) -> None:
    shown = json.loads(against(run, "lines-lax", "--json", "--filter", "SC-L*")[1])
    assert (shown["failed"], len(shown["failures"])) == (7, 7)
    assert shown["skipped"] > 5
    assert shown["failures"][0]["name"].startswith("SC-LEB-2-breaks")
    shown = json.loads(against(run, "lines-vague", "--json", *FEW)[1])
    assert (shown["failed"], len(shown["notes"])) == (0, 7)


@pytest.mark.parametrize("wish", [(), ("--verbose",)])
def test_stderr_is_shown_by_wish(wish: tuple[str, ...]) -> None:
    command = [sys.executable, "-m", "semcodec", "vectors", "run", *wish, *ONE, "60"]
    done = subprocess.run([*command, "--", sys.executable, DECODER, "loud"], capture_output=True)
    assert done.returncode == 0
    assert done.stderr == (b"on stderr\n" if wish else b"")


# --- usage and environment ----------------------------------------------------------------------


@pytest.mark.parametrize("lines", [(), ("--persistent",)])
def test_a_decoder_that_cannot_be_started(run: Run, lines: tuple[str, ...]) -> None:
    code, out, err = run("vectors", "run", *lines, "--", "/no/such/decoder")
    assert (code, out) == (2, "")
    assert "Cannot start /no/such/decoder: no such file" in err


def test_a_name_is_no_command_of_a_shell(run: Run, tmp_path: Path) -> None:
    made = tmp_path / "made"
    assert run("vectors", "run", "--", f"true; touch {made}")[0] == 2
    assert not made.exists()


def test_vectors_that_are_not_there(run: Run, tmp_path: Path) -> None:
    assert run("vectors", "list", "--filter", "nothing*")[0] == 2
    assert run("vectors", "list", "--vectors", tmp_path)[0] == 2
    assert run("vectors", "list", "--vectors", tmp_path / "none")[0] == 2


VECTOR = {"name": "a", "framing": "auto", "data": "00", "verdict": "malformed"}


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "[" * 200_000,
        '{"format": "SEMCODEC-1"}',
        '{"format": "SEMCODEC-1", "vectors": [{}]}',
        *(
            json.dumps({"format": "SEMCODEC-1", "vectors": [VECTOR | change]})
            for change in (
                {"framing": "--help"},
                {"verdict": "fine"},
                {"verdict": "valid"},
                {"record": {}},
                {"data": "0"},
                {"data": 0},
                {"name": None},
            )
        ),
    ],
)
def test_a_file_that_is_none_of_vectors(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    code, _, err = run("vectors", "list", "--vectors", tmp_path)
    assert code == 2
    assert "x.json is no file of vectors" in err


def test_other_vectors_and_other_files_beside_them(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    (tmp_path / "b.json").write_text('{"format": "other"}')
    rows = {"format": "SEMCODEC-1", "vectors": [VECTOR]}
    (tmp_path / "c.json").write_text(json.dumps(rows))
    assert run("vectors", "list", "--vectors", tmp_path)[1].split() == ["a", "malformed"]


def test_vectors_that_are_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vectors_, "PLACES", ())
    with pytest.raises(UsageError, match="--vectors"):
        vectors_.load(None, "*")


@pytest.mark.parametrize("seconds", ["0", "x", "3601"])
def test_a_timeout_is_a_time(run: Run, seconds: str) -> None:
    assert run("vectors", "run", "--timeout", seconds, "--", "x")[0] == 2


# --- what ends with us --------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("mode", ["pid", "lines-pid"])
def test_a_stop_key_stops_the_decoder(mode: str, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    lines = ["--persistent"] if "lines" in mode else []
    command = [sys.executable, "-m", "semcodec", "vectors", "run", "--timeout", "60", *lines]
    command += ["--jobs", "1", "--", sys.executable, DECODER, mode]
    runner = subprocess.Popen(
        command,
        env=os.environ | {"PID_FILE": str(note)},
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # nohup has it ignored
    )
    while not (note.exists() and note.read_text()):
        time.sleep(0.02)
    runner.send_signal(signal.SIGINT)
    _, err = runner.communicate(timeout=20)
    assert (runner.returncode, err) == (130, b"semcodec: Stopped.\n")
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)


def test_after_the_end_no_decoder_is_started() -> None:
    stopped = process.Decoders(["true"], seconds=1, verbose=False)
    stopped.close()
    with pytest.raises(UsageError):
        stopped.each(vectors_.load(None, "first-byte-00")[0])


def test_the_end_of_the_output_is_heard_by_all_who_listen() -> None:
    child = process.Process([sys.executable, "-c", "pass"], verbose=False)
    child.stop()  # as the one who ends it does, while another still waits for an answer
    assert child.hear(lambda heard: False, time.monotonic() + 1) == b""


def test_a_decoder_that_says_all_but_does_not_end() -> None:
    code = "import os, time; os.write(1, b'{}'); os.close(1); time.sleep(60)"
    slow = process.Decoders([sys.executable, "-c", code], seconds=1, verbose=False)
    answer = slow.each(vectors_.load(None, "first-byte-00")[0])
    assert answer == Failed("no answer within 1 s")


def test_a_deep_answer_is_not_shown() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    (found,) = differences(vectors_.load(None, "first-byte-80")[0], Decoded(deep))
    assert found.came == "read: …"
