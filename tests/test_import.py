"""Importing semcodec costs nothing heavy."""

import subprocess
import sys

HEAVY = ("construct", "numpy", "PIL", "openai", "onnxruntime", "tokenizers")


def test_import_loads_no_heavy_module() -> None:
    code = f"import sys, semcodec; print([m for m in {HEAVY!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
