"""The telemetry of onnxruntime is off, so no file is written to the home directory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_no_file_is_written_to_the_home_directory(tmp_path: Path) -> None:
    code = (
        "import semcodec; from importlib import resources;"
        "photo = resources.files('semcodec_embedded') / 'photos' / 'cat.jpg';"
        "semcodec.decode(semcodec.encode(photo.read_bytes()).data, size=(64, 64))"
    )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    result = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True)
    assert result.returncode == 0, result.stderr
    assert result.stderr == b""
    assert list(tmp_path.rglob("*")) == []
