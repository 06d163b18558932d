"""The decoder of Annex C of the specification, loaded from its text: one of three oracles.

The other two are the decoder in ``spec/implementations/js`` and the decoders that Kaitai Struct
compiles from ``spec/semcodec.ksy``. Annex C has one function for each field, with which tests and
fuzz targets also compare single fields: ``FUNCTIONS["leb"]``, ``FUNCTIONS["read_size"]``.

Two parts of Annex C are left open and are filled in from the library: the size codes of the
registry, and the words of the codings `lexicon` and `bag` (Annex K; the decoder in JavaScript reads
those independently). Without the words it is a decoder of the class core. It has no limits.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
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
    assert names["coded_words"] is None  # Annex C itself is a decoder of the class core
    names["coded_words"] = lambda coding, payload: (lexicon, bag)[coding - 1].decode(payload)
    return names


FUNCTIONS: Final = _load()
#: The exception that the functions of Annex C raise; its text is the id of the broken rule.
Refused: Final[type[Exception]] = FUNCTIONS["Refused"]


def decode(data: bytes, framing: str = "auto") -> dict[str, Any] | str:
    """Return the record of ``data`` in the form of ``Record.as_dict``, or the broken rule's id.

    Decoding stops at the first broken rule, as ``unpack`` does.
    """
    return _decode("read", data, framing)


def decode_sequence(data: bytes) -> list[dict[str, Any]] | str:
    """Return the records of a sequence, or the id of the first broken rule."""
    return _decode("read_sequence", data)


@contextlib.contextmanager
def without_tables() -> Iterator[None]:
    """Return a context manager in which Annex C decodes no `lexicon` and `bag` records."""
    full, FUNCTIONS["coded_words"] = FUNCTIONS["coded_words"], None
    try:
        yield
    finally:
        FUNCTIONS["coded_words"] = full


def _decode(function: str, *arguments: Any) -> Any:
    try:
        result = FUNCTIONS[function](*arguments)
    except Refused as error:
        return str(error)
    for record in result if isinstance(result, list) else [result]:
        record["size"] = [*record["size"]]
    return result


def compute_check(check_id: int, core: bytes) -> bytes:
    """Return the check for a core that has none yet; ``check_id`` is KK, 0 to 3."""
    return bytes(FUNCTIONS["check"](check_id, core))


def append_check(core: bytes) -> bytes:
    """Return a core followed by the check that its first byte states."""
    return core + compute_check(core[0] >> 3 & 3, core)


def replace_check(core: bytes) -> bytes:
    """Return a core whose last bytes are replaced with the check that its first byte states."""
    end = len(core) - CHECK_BYTES[core[0] >> 3 & 3] if core else 0
    return append_check(core[:end]) if end > 0 else core


def unwrap(data: bytes) -> tuple[str, bytes | None]:
    """Return the framing that the first bytes of ``data`` indicate, and the core inside it.

    The core is None if Annex C refuses the framing. A bare record is its own core.
    """
    by_first_byte = {b"\xb5": "file", b"\x89": "png"}
    by_prefix = {b"semc:": "url", b"SEMQ:": "qr"}
    framing = by_first_byte.get(data[:1]) or by_prefix.get(data[:5], "bare")
    if framing == "bare":
        return framing, data
    try:
        return framing, bytes(FUNCTIONS[f"of_{framing}"](data))
    except Refused:
        return framing, None
