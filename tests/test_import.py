"""``import semcodec`` loads no large package."""

import subprocess
import sys

LARGE = (
    "construct", "numpy", "PIL", "pillow_heif", "pillow_jxl", "segno", "zxingcpp", "shtab",
    "openai", "keyring", "onnxruntime", "tokenizers", "html.entities",
)  # fmt: skip


def test_import_loads_no_large_package() -> None:
    code = f"import sys, semcodec; print([m for m in {LARGE!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
