"""``decode --reflect`` and ``--candidates``: what is printed, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from semcodec.backends import registry
from tests.cli.conftest import Run
from tests.pipeline.reflection.test_painting import EditingPainter, Painter

#: A command line whose painter hides the boat, and whose editor waits until it is interrupted.
SLOW = """
import sys, time
from pathlib import Path
from semcodec.backends import registry
from semcodec.cli.main import main
from tests.pipeline.reflection.test_painting import EditingPainter

class Slow(EditingPainter):
    # The first edit uncovers the dogs, and the second one takes long.
    def edit(self, image, change, seed):
        self.calls.append(change)
        if len(self.calls) > 2:
            Path(sys.argv[1]).write_text("waiting")
            time.sleep(600)
        return self._picture(image.size, ("boat",), 77)


registry.BUILT_IN["slow"] = lambda: Slow("boat", "dogs")
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "a.semc"
    words = "red boat two brown dogs"
    path.write_bytes(semcodec.pack(words, coding="lexicon", framing="file", size=(40, 30)))
    return path


def test_line_and_json_state_what_reflection_did(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "hiding", lambda: EditingPainter("boat"))
    command = ("decode", record, "--painter", "hiding", "--force", "-o", record.with_suffix(".png"))
    code, _, err = run(*command)
    assert code == 0
    assert "improved by 1 of 1 try: 5 of 5 statements hold (4 before)" in err
    _, out, _ = run(*command, "--json")
    expected = {"tries": 1, "kept": 1, "stopped": "nothing is missing", "held": 5, "of": 5}
    assert json.loads(out)["reflection"] == expected
    _, out, _ = run(*command, "--json", "--reflect", "off")
    assert json.loads(out)["reflection"] is None


def test_nothing_is_printed_if_nothing_was_tried(
    run: Run, record: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for painter in (Painter(), EditingPainter()):
        monkeypatch.setitem(registry.BUILT_IN, "good", lambda painter=painter: painter)
        out = record.with_suffix(".png")
        _, _, err = run("decode", record, "--painter", "good", "--force", "-o", out)
        assert err == f"{out}: painted from 'red boat two brown dogs'\n"


def test_candidates_are_counted(run: Run, record: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.BUILT_IN, "hiding", lambda: EditingPainter("boat"))
    command = ("decode", record, "--painter", "hiding", "-o", record.with_suffix(".png"))
    _, _, err = run(*command, "--candidates", "3", "--reflect", "off")
    assert "not improved by 2 tries: 4 of 5 statements hold; all tries are used" in err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for processes")
def test_ctrl_c_in_an_edit_writes_the_best_picture(record: Path, tmp_path: Path) -> None:
    marker, out, trace = tmp_path / "marker", tmp_path / "a.png", tmp_path / "t.json"
    command = ["decode", record, "--painter", "slow", "-o", out, "--trace", trace]
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW, marker, *command, "--reflect", "3"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    while not marker.exists() and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=120)  # far more than it takes, for a busy machine
    assert process.returncode == 130, err
    assert "Interrupted." in err
    reflection = json.loads(trace.read_text())["reflection"]
    assert (reflection["stopped"], reflection["kept"]) == ("interrupted", 1)
    with Image.open(out) as picture:
        assert picture.convert("RGB").getpixel((0, 0)) == (77, 1, 0)
    assert not [path for path in tmp_path.iterdir() if path not in (marker, out, trace, record)]
