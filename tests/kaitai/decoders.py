"""The compiled declaration as two decoders, in Python and in JavaScript.

Both return the same plain values. ``to_record`` makes a record from them and checks the rules that
the declaration leaves to its caller, with the functions of Annex C.
"""

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

from tests.annex_c import FUNCTIONS, Refused, compute_check

HERE = Path(__file__).parent
DECLARATION = HERE.parents[1] / "spec" / "semcodec.ksy"
MODULES = HERE / "node_modules"

#: Extension types whose value is a text: the declaration leaves those to its caller.
TEXT_TYPES = (2, 4, 6, 8, 16, 18)
CHECKS = ("none", "crc8", "crc16", "crc32")
CODINGS = ("nibble", "lexicon", "bag", "utf8")
IDS = ("set", "describer", "writer", "painter", "prompts")
REQUESTED_K = 10
DEFAULT_LIMITS = {"max_bytes": 65_536, "max_words": 4_096, "max_extensions": 64}
MAGIC = b"\xb5\x1a"

Values = dict[str, Any]
Size = tuple[int, int]


def is_installed() -> bool:
    """Return whether the declaration can be compiled and run here."""
    runtime = importlib.util.find_spec("kaitaistruct")
    return bool(runtime and shutil.which("node") and (MODULES / "kaitai-struct-compiler").is_dir())


def run_node(script: str, *arguments: Path, stdin: str = "") -> str:
    """Return the output of a script in this folder."""
    command = ["node", str(HERE / script), *map(str, arguments)]
    environment = os.environ | {"NODE_PATH": str(MODULES)}
    done = subprocess.run(
        command, input=stdin, capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def compile_declaration(folder: Path) -> ModuleType:
    """Compile the declaration into ``folder`` and return the Python module.

    The module has the name of the library, so it is loaded by its path under another name.
    """
    run_node("compile.js", DECLARATION, folder)
    spec = importlib.util.spec_from_file_location("compiled_semcodec", folder / "semcodec.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def decode_in_javascript(folder: Path, records: Iterable[bytes]) -> list[Values]:
    """Return the values of each record, or the error with which it was refused."""
    lines = "".join(record.hex() + "\n" for record in records)
    return [json.loads(line) for line in run_node("decode.js", folder, stdin=lines).splitlines()]


def decode_in_python(module: ModuleType, record: bytes) -> tuple[Values, str]:
    """Return the values of a record, or the error and its place in the declaration."""
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


# --- values to records ----------------------------------------------------------------------------


def parse_size(name: str) -> Size:
    """Return the size of a size code from its name, such as s640x480."""
    width, height = name.removeprefix("s").split("x")
    return int(width), int(height)


def to_record(values: Values, coded_sizes: set[Size]) -> Values | None:
    """Return the record in the form of ``Record.as_dict``; None if it breaks a rule.

    ``coded_sizes`` are the sizes that have a code in the declaration.
    """
    covered, check = bytes.fromhex(values["covered"]), bytes.fromhex(values["check_value"])
    size = values["size"] or (1024, 1024)
    if compute_check(CHECKS.index(values["check"]), covered) != check:
        return None  # SC-CHK-2
    if isinstance(values["size"], list) and tuple(size) in coded_sizes:
        return None  # SC-SIZ-3
    try:
        for type_id, value, _ in values["extensions"]:
            if type_id in TEXT_TYPES:
                FUNCTIONS["rule_value"](type_id, bytes.fromhex(value))  # SC-EXT-7, SC-EXT-11
        text = _text(values)  # SC-UTF, SC-LEX, SC-BAG
    except Refused:
        return None
    words = FUNCTIONS["split"](text)
    requested = [k for type_id, _, k in values["extensions"] if type_id == REQUESTED_K]
    return {
        "text": text,
        "words": words,
        "k": requested[0] if requested else len(words),
        "coding": values["coding"],
        "size": [*(parse_size(size) if isinstance(size, str) else size)],
        "models": dict(zip(IDS, [*(values["models"] or ()), 0, 0, 0, 0, 0], strict=False)),
        "extensions": [[type_id, value] for type_id, value, _ in values["extensions"]],
        "framing": values["framing"],
        "check": values["check"],
        "version": 1,
    }


def _text(values: Values) -> str:
    if values["symbols"] is not None:
        return "".join(values["symbols"]).replace("space", " ").removesuffix(" ")
    payload = bytes.fromhex(values["coded"] if values["utf8"] is None else values["utf8"])
    return str(FUNCTIONS["read_text"](CODINGS.index(values["coding"]), payload))


def apply_limits(record: Values | None, data: bytes, limits: dict[str, int]) -> Values | None:
    """Return ``record`` if a decoder with these limits accepts it (SC-LIM-1 to 3), else None."""
    limits = DEFAULT_LIMITS | limits
    fits = record is not None and (
        len(data.removeprefix(MAGIC)) <= limits["max_bytes"]
        and len(record["words"]) <= limits["max_words"]
        and len(record["extensions"]) <= limits["max_extensions"]
    )
    return record if fits else None
