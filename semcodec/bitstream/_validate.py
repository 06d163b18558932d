"""What a caller gives, checked: each function returns a value in range or raises InputError."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

from semcodec.bitstream import checksums, framing, sizes
from semcodec.bitstream import extensions as ext
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.framing import text as text_
from semcodec.bitstream.record import CODINGS, Limits
from semcodec.bitstream.sizes import Size
from semcodec.coding import codings
from semcodec.errors import InputError

Data = bytes | bytearray | memoryview | str

AUTO: Final = "auto"
KEPT: Final = ("order", "words")  #: what ``coding="auto"`` may not lose


def as_bytes(data: object) -> bytes:
    """Return bytes, bytearray, memoryview or a text form as bytes."""
    if isinstance(data, str):
        return _text_form(str.__str__(data))
    if isinstance(data, bytes | bytearray | memoryview):
        try:
            return memoryview(data).tobytes()
        except ValueError as error:  # a memoryview that was released
            raise InputError("The memoryview is released: give the bytes themselves.") from error
    raise InputError("Give the record as bytes, bytearray or memoryview.")


def _text_form(text: str) -> bytes:
    prefixes = tuple(prefix.decode() for prefix in text_.PREFIXES.values())
    if text.startswith(prefixes) and text.isascii():
        return text.encode("ascii")
    raise InputError(f"A string is taken for a text form, {' or '.join(prefixes)}: give bytes.")


def limits(given: object) -> Limits:
    """Return the limits of a reader."""
    if isinstance(given, Limits):
        return given
    raise InputError("Give limits as Limits(...).")


def input_framing(given: object) -> str:
    """Return the framing in which one record is to be read."""
    if isinstance(given, str) and given == "sequence":
        raise InputError("A sequence holds any number of records: read it with unpack_all.")
    return validate_choice("framing", given, (AUTO, *framing.INPUT_FRAMINGS))


def output_framing(given: object) -> str:
    """Return the framing in which a record is to be written."""
    if isinstance(given, str) and given == "png":
        raise InputError("A PNG file needs a picture: use embed_png, or name another framing.")
    return validate_choice("framing", given, framing.OUTPUT_FRAMINGS)


def validate_choice(what: str, given: object, allowed: tuple[str, ...]) -> str:
    """Return a name out of ``allowed``; ``what`` says of what."""
    if isinstance(given, str) and given in allowed:
        return str.__str__(given)
    raise InputError(f"No such {what}: give one of {', '.join(allowed)}.")


def text(given: object) -> str:
    """Return a text, of one string or of words."""
    joined = str.__str__(given) if isinstance(given, str) else " ".join(_words(given))
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("The text holds half of a surrogate pair: drop it.") from error
    return joined


def _words(given: object) -> list[str]:
    if not isinstance(given, list | tuple):
        raise InputError("Give a text as a string, or words as a list of strings.")
    for word in given:
        if not isinstance(word, str) or str.split(word) != [word]:
            raise InputError("Each word is a string, not empty and without spaces: split it.")
    return [str.__str__(word) for word in given]


def coded(given: object, keep: object, carried: str) -> tuple[str, bytes]:
    """Return the coding for the text ``carried``, of several the shortest one, and the payload."""
    name = validate_choice("coding", given, (*CODINGS, AUTO))
    kept = validate_choice("thing to keep", keep, KEPT)
    if name != AUTO:
        if fault := codings.why_unencodable(name, carried):
            raise InputError(fault)
        return name, codings.encode(name, carried)
    able = [name for name in CODINGS if kept == "words" or name != "bag"]
    able = [name for name in able if not codings.why_unencodable(name, carried)]
    every = ((name, codings.encode(name, carried)) for name in able)
    return min(every, key=lambda one: len(one[1]))


def size(given: object) -> Size:
    """Return a width and a height."""
    match given:
        case tuple((width, height)) | list((width, height)) if (
            type(width) is int and type(height) is int  # a bool is no width
        ):
            if min(width, height) >= 1 and max(width, height) <= sizes.MAX_SIDE:
                return width, height
    raise InputError(f"Give the size as (width, height), each from 1 to {sizes.MAX_SIDE}.")


def check(given: object, frame: str) -> str:
    """Return the check for a framing: its usual one if None is given."""
    if given is None:
        return framing.DEFAULT_CHECKS[frame]
    name = validate_choice("check", given, checksums.NAMES)
    if frame in framing.CHECK_REQUIRED and name == "none":
        raise InputError(f"The framing {frame} must carry a check: give crc8, crc16 or crc32.")
    return name


def extensions(given: object, *, is_new: bool) -> tuple[Extension, ...]:
    """Return extensions in the order of the format; ``is_new`` if no record had them before."""
    pairs = list(given.items()) if isinstance(given, Mapping) else given
    if not isinstance(pairs, tuple | list):
        raise InputError("Give extensions by name, or as a list of pairs: type and bytes.")
    entries = sorted(map(partial(ext.checked, is_new=is_new), pairs))
    kinds = {kind for kind, _ in entries}
    if len(kinds) < len(entries):
        raise InputError("Give each extension type once.")
    return tuple(entries)
