"""What carries a core, written a second time and loosely, so that wrong cores travel as well.

Nothing here is the library's: the arithmetic of both text forms and the walk over PNG chunks are
done again from the specification (§7.4, §7.5). ``core_of`` reads what a lax reader would read.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

MAGIC = b"\xb5\x1a"
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PREFIXES = {"url": b"semc:", "qr": b"SEMC:"}
BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

#: A PNG file of one gray pixel, without its end: header, pixels.
HEADER = bytes.fromhex("00000001 00000001 08 00 00 00 00")
PIXELS = zlib.compress(b"\0\x80")


def to_base64(core: bytes) -> bytes:
    """Return ``core`` in base64url without padding: six bits a character."""
    bits = "".join(f"{byte:08b}" for byte in core)
    bits += "0" * (-len(bits) % 6)
    return "".join(BASE64[int(bits[at : at + 6], 2)] for at in range(0, len(bits), 6)).encode()


def of_base64(body: bytes) -> bytes:
    """Return the whole bytes of a base64url text, without a look at the bits that are left."""
    bits = "".join(f"{BASE64.index(char):06b}" for char in body.decode("ascii"))
    return bytes(int(bits[at : at + 8], 2) for at in range(0, len(bits) - 7, 8))


def to_base45(core: bytes) -> bytes:
    """Return ``core`` in base45: two bytes in three characters, the last one in two."""
    out = ""
    for at in range(0, len(core), 2):
        value = int.from_bytes(core[at : at + 2], "big")
        digits = (value % 45, value // 45 % 45, value // 2025)
        out += "".join(BASE45[digit] for digit in digits[: len(core[at : at + 2]) + 1])
    return out.encode()


def of_base45(body: bytes) -> bytes:
    """Return the bytes of a base45 text; raises ValueError or OverflowError if it has none."""
    digits, core = [BASE45.index(char) for char in body.decode("ascii")], b""
    for at in range(0, len(digits), 3):
        group = digits[at : at + 3]
        value = sum(digit * 45**place for place, digit in enumerate(group))
        core += value.to_bytes(len(group) - 1, "big")
    return core


def chunk(kind: bytes, data: bytes) -> bytes:
    """Return a PNG chunk with its CRC."""
    return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")


def chunks(png: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Go over the chunks that are there: where each starts, its type, its data; up to IEND."""
    at, kind = len(SIGNATURE), b""
    while at + 12 <= len(png) and kind != b"IEND":
        length = int.from_bytes(png[at : at + 4], "big")
        kind = png[at + 4 : at + 8]
        if at + 12 + length > len(png):
            return
        yield at, kind, png[at + 8 : at + 8 + length]
        at += 12 + length


def picture(*more: bytes) -> bytes:
    """Return a PNG file of one pixel with ``more`` chunks after its header."""
    return b"".join(
        (SIGNATURE, chunk(b"IHDR", HEADER), *more, chunk(b"IDAT", PIXELS), chunk(b"IEND", b""))
    )


def framed(framing: str, core: bytes) -> bytes:
    """Return any bytes as a core in ``framing``."""
    match framing:
        case "file":
            return MAGIC + core
        case "url":
            return PREFIXES["url"] + to_base64(core)
        case "qr":
            return PREFIXES["qr"] + to_base45(core)
        case "png":
            return picture(chunk(b"seMC", core))
    return core


def framing_of(data: bytes) -> str:
    """Return the framing by the first bytes, as ``auto`` does."""
    if data[:1] in (b"\xb5", b"\x89"):
        return "file" if data[:1] == b"\xb5" else "png"
    return next((name for name, start in PREFIXES.items() if data.startswith(start)), "bare")


def core_of(data: bytes) -> bytes | None:
    """Return the core that a lax reader would find, or None."""
    framing = framing_of(data)
    try:
        if framing == "png":
            return next((body for _, kind, body in chunks(data) if kind == b"seMC"), None)
        if framing in PREFIXES:
            return {"url": of_base64, "qr": of_base45}[framing](data[len(PREFIXES[framing]) :])
    except (ValueError, OverflowError):  # a stranger in the text, a group that says too much
        return None
    return data[len(MAGIC) :] if framing == "file" else data
