"""``import semcodec`` loads no large package, and its own modules when they are used."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import semcodec

LARGE = (
    "construct", "numpy", "PIL", "pillow_heif", "pillow_jxl", "segno", "zxingcpp", "shtab",
    "openai", "keyring", "onnxruntime", "tokenizers", "html.entities",
    "torch", "transformers", "diffusers", "huggingface_hub", "openvino", "openvino_genai",
)  # fmt: skip


def test_import_loads_no_large_package() -> None:
    code = f"import sys, semcodec; print([m for m in {LARGE!r} if m in sys.modules])"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"


def run_python(code: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    return result.stdout.strip()


def test_modules_are_imported_when_a_name_is_used() -> None:
    loaded = "sorted(m for m in sys.modules if m.startswith('semcodec'))"
    assert run_python(f"import sys, semcodec, semcodec.__main__; print({loaded})") == str(
        ["semcodec", "semcodec.__main__", "semcodec._version", "semcodec.forks"]
    )
    assert (
        run_python("import semcodec; print(semcodec.pack('nn').hex())") == semcodec.pack("nn").hex()
    )
    assert (
        run_python("from semcodec import *; print(pack('nn').hex())") == semcodec.pack("nn").hex()
    )
    assert run_python("import semcodec; print(semcodec.words.skeleton('dog'))") == "dg"


def test_options_of_local_models_load_no_backend() -> None:
    """Every command with options of models has them."""
    loaded = "[m for m in sys.modules if m.startswith('semcodec.backends.local')]"
    assert run_python(f"import sys, semcodec.cli.encode; print(sorted({loaded}))") == str(
        ["semcodec.backends.local", "semcodec.backends.local.settings"]
    )


def test_commands_on_records_load_no_pipeline() -> None:
    """It takes longer to import than these commands run."""
    commands = "pack, unpack, convert, truncate, inspect, validate, vectors, text"
    loaded = "[m for m in sys.modules if m in ('semcodec.pipeline', 'semcodec.backends')]"
    assert (
        run_python(f"import sys; from semcodec.cli import main, {commands}; print({loaded})")
        == "[]"
    )


def test_names_for_type_checkers_are_those_at_run_time() -> None:
    tree = ast.parse(Path(semcodec.__file__).read_text("utf-8"))
    names = {
        alias.name: node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if str(node.module).startswith("semcodec.") and not str(alias.asname).startswith("_")
    }
    by_module = {
        name: module for module, listed in semcodec._NAMES.items() for name in listed.split()
    }
    assert names == by_module
    assert set(semcodec.__all__) == set(names)
    assert set(semcodec.__all__) <= set(dir(semcodec))
    for name, module in names.items():
        assert getattr(semcodec, name) is getattr(sys.modules[str(module)], name)


def test_unknown_name_is_an_attribute_error() -> None:
    assert not hasattr(semcodec, "__wrapped__")
    with pytest.raises(AttributeError, match="'semcodec' has no attribute 'packs'"):
        semcodec.packs  # type: ignore[attr-defined]  # noqa: B018
