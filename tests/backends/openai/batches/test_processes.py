"""A real run over loopback is killed again and again, checked against OpenAI's description."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai.batches import rounds
from tests.backends.openai.batches.batch_server import BatchServer
from tests.backends.openai.batches.runs import live_record, photographs
from tests.images import encode_image

ROOT = Path(__file__).parents[4]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_processes_that_are_killed_pay_nothing_twice() -> None:
    script = str(ROOT / "bench" / "batches.py")
    command = [sys.executable, script, "--photos", "30", "--kills", "5"]
    done = subprocess.run(
        [*command, "--seconds", "8", "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    assert lines["records"] == "30"
    assert lines["kills"] == "5"
    assert lines["paid_twice"] == lines["submitted_twice"] == lines["files_left"] == "0"
    assert json.loads(lines["violations"]) == []


def test_code_of_the_page_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = (ROOT / "docs" / "batches.md").read_text("utf-8")
    code = page.partition("```python\n")[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    photos = photographs(2)
    for name, photo in zip(("a.jpg", "b.jpg"), photos, strict=True):
        Path(name).write_bytes(encode_image(photo, "JPEG", quality=95))
    server = BatchServer(checks=True)
    monkeypatch.setattr(rounds, "_connect", server.api)
    monkeypatch.setattr(rounds, "FIRST_POLL", 0.001)
    monkeypatch.setattr(rounds, "MAX_POLL", 0.001)
    names: dict[str, Any] = {"__name__": "page"}
    exec(compile(code, "batches.md", "exec"), names)
    assert names["records"] == {name: live_record() for name in ("a.jpg", "b.jpg")}
    assert "Progress(round=1, waiting=2" in capsys.readouterr().out
    assert server.violations == []
