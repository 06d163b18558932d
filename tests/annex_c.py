"""The decoder of Annex C of the specification, loaded from its text: one of three oracles.

The other two are the decoder in ``spec/implementations/js`` and what Kaitai Struct compiles of
``spec/semcodec.ksy``. Annex C has one function for each field, and tests and fuzz targets compare
single fields of the library with them too: ``FUNCTIONS["leb"]``, ``FUNCTIONS["read_size"]``.

Annex C leaves out two things, and the library fills both in: the size codes of the registry (from
``spec/registry``) and the words of the codings `lexicon` and `bag` (Annex K; the decoder in
JavaScript reads those independently). It has no limits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from semcodec._registry import SIZES
from semcodec.coding import bag, lexicon

SPECIFICATION: Final = Path(__file__).parents[1] / "spec" / "SEMCODEC-1.md"
CHECK_BYTES: Final = (0, 1, 2, 4)  #: length of the check by its code, KK


def _load() -> dict[str, Any]:
    """Return the names that the code of Annex C defines."""
    annex = SPECIFICATION.read_text("utf-8").partition("\n## Annex C.")[2]
    code = annex.partition("```python\n")[2].partition("```")[0]
    names: dict[str, Any] = {}
    exec(compile(code, "Annex C", "exec"), names)
    names["SIZES"].update(SIZES)
    names["coded_words"] = lambda coding, payload: (lexicon, bag)[coding - 1].decode(payload)
    return names


FUNCTIONS: Final = _load()
#: What the functions of Annex C raise; its text is the id of the broken rule.
Refused: Final[type[Exception]] = FUNCTIONS["Refused"]


def decode(data: bytes, framing: str = "auto") -> dict[str, Any] | str:
    """Return the record of ``data`` as ``Record.as_dict`` has it, or the id of the broken rule.

    Decoding stops at the first broken rule, as ``unpack`` does.
    """
    return _decode("read", data, framing)


def decode_sequence(data: bytes) -> list[dict[str, Any]] | str:
    """Return the records of a sequence, or the id of the first broken rule."""
    return _decode("read_sequence", data)


def _decode(function: str, *arguments: Any) -> Any:
    try:
        found = FUNCTIONS[function](*arguments)
    except Refused as error:
        return str(error)
    for record in found if isinstance(found, list) else [found]:
        record["size"] = [*record["size"]]
    return found


def compute_check(check_id: int, core: bytes) -> bytes:
    """Return the check of a core without one; ``check_id`` is KK, 0 to 3."""
    return bytes(FUNCTIONS["check"](check_id, core))


def append_check(core: bytes) -> bytes:
    """Return a core with the check that its first byte states behind it."""
    return core + compute_check(core[0] >> 3 & 3, core)


def replace_check(core: bytes) -> bytes:
    """Return a core whose last bytes are replaced with the check that its first byte states."""
    end = len(core) - CHECK_BYTES[core[0] >> 3 & 3] if core else 0
    return append_check(core[:end]) if end > 0 else core


def unwrap(data: bytes) -> tuple[str, bytes | None]:
    """Return the framing that the first bytes of ``data`` state, and the core inside it.

    The core is None where Annex C refuses the framing. A bare record is its own core.
    """
    starts = {b"\xb5": "file", b"\x89": "png"}
    framing = starts.get(data[:1]) or {b"semc:": "url", b"SEMC:": "qr"}.get(data[:5], "bare")
    if framing == "bare":
        return framing, data
    try:
        return framing, bytes(FUNCTIONS[f"of_{framing}"](data))
    except Refused:
        return framing, None
