"""Tokens for libFuzzer: byte strings of the format that random changes do not come upon.

``dictionary.txt`` is written by ``python -m fuzz generate`` from the registries.
"""

from __future__ import annotations

from pathlib import Path

from semcodec._registry import EXTENSIONS, RESERVED_SIZE_CODES, SIZES
from semcodec.bitstream import header

PATH = Path(__file__).parent / "dictionary.txt"


def tokens() -> dict[str, bytes]:
    """Return the tokens by name."""
    found = {
        "file": b"\xb5\x1a",
        "url": b"semc:",
        "qr": b"SEMC:",
        "png": b"\x89PNG\r\n\x1a\n",
        "chunk": b"seMC",
        "end": b"\0\0\0\0IEND\xaeB`\x82",
        "overlong": b"\x81\0",
        "largest_leb": b"\xff\xff\xff\x7f",
        "no_ids": bytes(5),
        "default_size_4": bytes.fromhex("81ff83ff"),
        "default_size_8": bytes.fromhex("c00001ff800003ff"),
        "largest_side": header.write_size((header.MAX_SIDE, header.MAX_SIDE)),
    }
    found |= {f"size_{code}": bytes([code]) for code in (*SIZES, *RESERVED_SIZE_CODES)}
    return found | {f"extension_{row.name}": bytes([row.type, 1, 1]) for row in EXTENSIONS}


def text() -> str:
    """Return the dictionary as libFuzzer reads it."""
    lines = ["# Written by `python -m fuzz generate` from the registries: edit fuzz/dictionary.py."]
    for name, token in tokens().items():
        lines.append(f'{name}="' + "".join(f"\\x{byte:02x}" for byte in token) + '"')
    return "\n".join(lines) + "\n"
