"""The compiled declaration as two readers, Python and JavaScript, with the same plain values."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

HERE = Path(__file__).parent
DECLARATION = HERE.parents[1] / "spec" / "semcodec.ksy"
MODULES = HERE / "node_modules"

Values = dict[str, Any]


def is_installed() -> bool:
    """Say whether there is what it takes to compile and run the declaration."""
    found = importlib.util.find_spec("kaitaistruct")
    return bool(found and shutil.which("node") and (MODULES / "kaitai-struct-compiler").is_dir())


def node(script: str, *arguments: Path, stdin: str = "") -> str:
    """Return what a script of this folder prints."""
    command = ["node", str(HERE / script), *map(str, arguments)]
    environment = os.environ | {"NODE_PATH": str(MODULES)}
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compiled(folder: Path) -> ModuleType:
    """Compile the declaration into ``folder`` and return the Python module.

    It is called semcodec, as the library is, so it is loaded by its path and under another name.
    """
    node("compile.js", DECLARATION, folder)
    spec = importlib.util.spec_from_file_location("compiled_semcodec", folder / "semcodec.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def by_javascript(folder: Path, records: Iterable[bytes]) -> list[Values]:
    """Return the values of each record, or how it was refused."""
    lines = "".join(record.hex() + "\n" for record in records)
    return [json.loads(line) for line in node("read.js", folder, stdin=lines).splitlines()]


def by_python(module: ModuleType, record: bytes) -> tuple[Values, str]:
    """Return the values of a record, or how it was refused and by which line of the declaration."""
    import kaitaistruct

    try:
        return _fields(module.Semcodec.from_bytes(record)), ""
    except kaitaistruct.EndOfStreamError:
        return {"refused": "EOFError"}, ""
    except kaitaistruct.ValidationFailedError as error:
        return {"refused": type(error).__name__}, error.src_path


def _fields(parsed: Any) -> Values:
    core, body = parsed.core, parsed.core.body
    symbols, utf8, coded = (
        getattr(body.payload, name, None) for name in ("symbols", "utf8", "coded")
    )
    return {
        "framing": "file" if parsed.is_file else "bare",
        "coding": core.coding.name,
        "check": core.check.name,
        "size": _size(body.size) if core.has_size else None,
        "models": _models(body.models) if core.has_models else None,
        "extensions": [
            _extension(entry)
            for entry in (body.extensions.entries.entries if core.has_extensions else [])
        ],
        "symbols": None if symbols is None else [symbol.name for symbol in symbols],
        "utf8": None if utf8 is None else utf8.hex(),
        "coded": None if coded is None else coded.hex(),
        "check_value": core.check_value.hex(),
        "covered": core.covered.hex(),
    }


def _size(field: Any) -> list[int] | str:
    return [field.width, field.height] if field.is_explicit else field.code.name


def _models(field: Any) -> list[int]:
    ids = [] if field.is_row else [field.describer, field.writer, field.painter, field.prompts]
    return [number.value for number in (field.set, *ids)]


def _extension(entry: Any) -> list[Any]:
    raw = getattr(entry, "_raw_value", entry.value)
    number = getattr(entry.value, "number", None)
    return [entry.type.value, raw.hex(), getattr(number, "value", None)]
