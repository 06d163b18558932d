"""Nothing is sent and nothing is left in the user's home."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_describing_leaves_no_trace_in_the_home(tmp_path: Path) -> None:
    code = (
        "import semcodec; from importlib import resources;"
        "photo = resources.files('semcodec_embedded') / 'photos' / 'cat.jpg';"
        "semcodec.decode(semcodec.encode(photo.read_bytes()).data, size=(64, 64))"
    )
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    home = kept | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / ".cache")}
    done = subprocess.run([sys.executable, "-c", code], env=home, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert list(tmp_path.rglob("*")) == []
