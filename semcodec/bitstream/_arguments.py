"""Validation of arguments: each function returns a value in range or raises ``InputError``."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from semcodec.bitstream import checksums
from semcodec.bitstream import framing as framings
from semcodec.bitstream.extensions import ORDER_TYPE, Extension, extension_from_pair
from semcodec.bitstream.framing.text import PREFIXES
from semcodec.bitstream.header import MAX_SIDE, MODEL_SETS, Models, Size
from semcodec.bitstream.record import Limits
from semcodec.choices import (
    Check,
    Coding,
    CodingChoice,
    Framing,
    Keep,
    OutputFraming,
    ReadFraming,
    UnpackFraming,
    Value,
    check_choice,
    values_of,
)
from semcodec.coding import codings
from semcodec.errors import InputError

# Callers may pass subclasses of str and bytes, whose methods can do anything. Values are therefore
# converted to exact str, bytes and int objects (``str.__str__``, ``tobytes``) before they are used
# or kept.

Data = bytes | bytearray | memoryview | str

_CODING_CHOICES: Final[tuple[CodingChoice, ...]] = values_of(CodingChoice)
_KEEP_CHOICES: Final[tuple[Keep, ...]] = values_of(Keep)
_READ_FRAMINGS: Final[tuple[ReadFraming, ...]] = values_of(ReadFraming)
_UNPACK_FRAMINGS: Final[tuple[UnpackFraming, ...]] = values_of(UnpackFraming)


def as_bytes(data: object) -> bytes:
    """Return the bytes of a bytes-like object, or of a text form given as a string."""
    if type(data) is bytes:  # cannot change
        return data
    if isinstance(data, str):
        return _text_form(str.__str__(data))
    if isinstance(data, bytes | bytearray | memoryview):
        try:
            # A copy, so that no other thread changes the data while it is read.
            return memoryview(data).tobytes()
        except ValueError as error:
            raise InputError("The memoryview is released: give the bytes themselves.") from error
    if isinstance(data, os.PathLike):
        raise InputError("A record must be bytes, not a path: pass the result of read_bytes().")
    raise InputError("A record must be bytes, a bytearray or a memoryview.")


def bytes_or_text(data: object) -> bytes | str:
    """Return the bytes of a bytes-like object, or any string as it is."""
    return str.__str__(data) if isinstance(data, str) else as_bytes(data)


def png(data: object) -> bytes:
    """Return the bytes of a PNG file; a text form of a record is not one."""
    if isinstance(data, bytes | bytearray | memoryview):
        return as_bytes(data)
    raise InputError("A PNG file must be bytes, a bytearray or a memoryview: read it as binary.")


def piece(data: object) -> bytes:
    """Return the bytes of a piece of a sequence; a text form is not one."""
    if isinstance(data, str):
        raise InputError("A sequence consists of bytes, not text: read it as binary.")
    if not isinstance(data, bytes | bytearray | memoryview):
        raise InputError("A piece of a sequence must be bytes, a bytearray or a memoryview.")
    return as_bytes(data)


def _text_form(text: str) -> bytes:
    prefixes = tuple(prefix.decode() for prefix in PREFIXES.values())
    if text.startswith(prefixes) and text.isascii():
        return text.encode("ascii")
    raise InputError(
        f"A record given as a string must have the prefix {' or '.join(prefixes)} of a text form: "
        "pass any other record as bytes."
    )


def limits(value: object) -> Limits:
    """Return ``value``, which must be a ``Limits``."""
    if isinstance(value, Limits):
        return value
    raise InputError("Give limits as Limits(...).")


def input_framing(value: object) -> ReadFraming:
    """Return the framing in which to read one record, or ``"auto"``."""
    return _one_record(value, _READ_FRAMINGS)


def unpack_framing(value: object) -> UnpackFraming:
    """Return the framing in which to read one record, ``"auto"`` or ``"guess"``."""
    return _one_record(value, _UNPACK_FRAMINGS)


def _one_record(value: object, allowed: tuple[Value, ...]) -> Value:
    if isinstance(value, str) and value == "sequence":
        raise InputError("A sequence contains any number of records: read it with unpack_all.")
    return check_choice("framing", value, allowed)


def output_framing(value: object) -> OutputFraming:
    """Return the framing in which to write a record."""
    if isinstance(value, str) and value == "png":
        raise InputError("A PNG file needs an image: use embed_png, or give another framing.")
    return check_choice("framing", value, framings.OUTPUT_FRAMINGS)


def text(value: object) -> str:
    """Return the text from a string, or from a list or tuple of words."""
    joined = str.__str__(value) if isinstance(value, str) else " ".join(_words(value))
    try:
        joined.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("The text contains an unpaired surrogate: remove it.") from error
    return joined


def _words(value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        raise InputError("Give a text as a string, or words as a list of strings.")
    for word in value:
        if not isinstance(word, str) or str.split(word) != [word]:
            raise InputError("Words must be non-empty strings without spaces: split the text.")
    return [str.__str__(word) for word in value]


def coding_and_payload(coding: object, keep: object, text: str) -> tuple[Coding, bytes]:
    """Return the coding for ``text``, chosen by its words for ``"auto"``, and the payload in it."""
    name = check_choice("coding", coding, _CODING_CHOICES)
    kept = check_choice("keep", keep, _KEEP_CHOICES)
    if name == "auto":
        name = codings.choose_coding(text, words_are_whole=False, keep_order=kept == "order")
    elif reason := codings.why_unencodable(name, text):
        raise InputError(reason)
    return name, codings.encode(name, text)


def size(value: object) -> Size:
    """Return the width and the height in pixels."""
    match value:
        case tuple((width, height)) | list((width, height)) if (
            type(width) is int and type(height) is int  # a bool is not a width
        ):
            if min(width, height) >= 1 and max(width, height) <= MAX_SIDE:
                return width, height
    raise InputError(f"Give the size as (width, height), each from 1 to {MAX_SIDE}.")


def models(value: object) -> Models:
    """Return the ``Models`` given as such, as the name of a registered set, or as its row."""
    if isinstance(value, Models):
        return value
    if isinstance(value, str):
        return Models(set=MODEL_SETS.index(check_choice("model set", value, MODEL_SETS)))
    if type(value) is int:
        return Models(set=value)
    raise InputError("Give models as Models(...), the name of a set, or its row.")


def check(value: object, framing: Framing) -> Check:
    """Return the name of the check; None selects the default of the framing."""
    if value is None:
        return framings.DEFAULT_CHECKS[framing]
    name = check_choice("check", value, checksums.NAMES)
    if framing in framings.CHECK_REQUIRED and name == "none":
        raise InputError(f"The framing {framing} requires a check: give crc8, crc16 or crc32.")
    return name


def extensions(
    value: object, *, is_new: bool, coding: Coding | None, words: Sequence[str] | None = None
) -> tuple[Extension, ...]:
    """Return the extensions, sorted by type.

    Args:
        value: extensions by name, or pairs.
        is_new: as for ``extension_from_pair``.
        coding: the coding of the record, which must allow them; None if it is not known.
        words: the words of the record, which a layout may name; None if they are not known.
    """
    pairs = list(value.items()) if isinstance(value, Mapping) else value
    if not isinstance(pairs, tuple | list):
        raise InputError("Give extensions by name, or as a list of pairs: type and bytes.")
    # Sorted by type. The values affect the order only among equal types, which are refused below.
    entries = sorted(map(partial(extension_from_pair, is_new=is_new, words=words), pairs))
    if len({type_id for type_id, _ in entries}) < len(entries):
        raise InputError("Give each extension type once.")
    if coding == "bag" and any(type_id == ORDER_TYPE for type_id, _ in entries):
        raise InputError(
            "The words of a bag have no order: omit the extension order, or use coding='lexicon'. "
            "(SC-EXT-12)"
        )
    return tuple(entries)
