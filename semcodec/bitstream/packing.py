"""``pack``, ``unpack`` and ``repack``: what a caller gives is checked here, and only here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from semcodec.bitstream import alphabet, checks, fast, framing, models, reader, sizes, writer
from semcodec.bitstream import extensions as ext
from semcodec.bitstream.cursor import Cursor
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.models import Models
from semcodec.bitstream.record import CODINGS, DEFAULT_LIMITS, Limits, Record
from semcodec.bitstream.sizes import Size
from semcodec.errors import InputError, UnsupportedError

_FRAMINGS: Final = ("auto", *framing.DEFAULT_CHECKS)

_SIZE, _MODELS = sizes.DEFAULT, models.DEFAULT
_NONE: Final[tuple[Extension, ...]] = ()
_NIBBLE: Final = "nibble"
_BARE: Final = "bare"
_AUTO: Final = "auto"
_fast_pack, _fast_unpack = fast.pack, fast.unpack


def pack(
    text_or_words: str | list[str] | tuple[str, ...],
    *,
    coding: str = _NIBBLE,
    size: Size = _SIZE,
    models: Models | str | int = _MODELS,
    framing: str = _BARE,
    check: str | None = None,
    extensions: Sequence[Extension] = _NONE,
) -> bytes:
    """Return the one byte string of a text and its values.

    Args:
        text_or_words: a text, or words to be joined by spaces.
        coding: ``"nibble"``, ``"utf8"``, or ``"auto"``: nibble if the text fits.
        size: width and height in pixels.
        models: a ``Models``, the name of a registered set, or its row.
        framing: ``"bare"`` or ``"file"``.
        check: ``"none"``, ``"crc8"``, ``"crc16"``, ``"crc32"``, or None for the framing's own.
        extensions: pairs of type and bytes, in any order.

    Raises:
        InputError: the text or an option is not what the format can carry.
        UnsupportedError: the coding is not implemented yet.
    """
    if (
        type(text_or_words) is str
        and coding is _NIBBLE
        and size is _SIZE
        and models is _MODELS
        and framing is _BARE
        and check is None
        and extensions is _NONE
        and (packed := _fast_pack(text_or_words)) is not None
    ):
        return packed
    frame = _one_of("framing", framing, ("bare", "file"))
    text = _text(text_or_words)
    record = Record(
        text,
        _coding(coding, text),
        _size(size),
        _models(models),
        _extensions(extensions),
        frame,
        _check(check, frame),
        1,
    )
    return _within_limits(record)


def repack(record: Record) -> bytes:
    """Return the bytes of ``record``: ``repack(unpack(data)) == data``.

    Raises:
        InputError: no reader returns such a record.
    """
    if not isinstance(record, Record) or type(record.version) is not int or record.version != 1:
        raise InputError("Give a Record of version 1, as unpack returns it.")
    return pack(
        record.text,
        coding=record.coding,
        size=record.size,
        models=record.models,
        framing=record.framing,
        check=record.check,
        extensions=record.extensions,
    )


def unpack(
    data: bytes | bytearray | memoryview,
    *,
    framing: str = _AUTO,
    limits: Limits = DEFAULT_LIMITS,
) -> Record:
    """Return what ``data`` says.

    Args:
        data: one whole record.
        framing: ``"bare"``, ``"file"``, or ``"auto"``: by the first byte.
        limits: what to refuse to take in.

    Raises:
        FormatError: a rule of the format is broken; it says which, and where.
        UnsupportedError: the record may be right, but is beyond this reader or its limits.
        InputError: the arguments are no bytes, framing or limits.
    """
    if (
        type(data) is bytes
        and data[:1] == b"\0"
        and framing is _AUTO
        and limits is DEFAULT_LIMITS
        and (record := _fast_unpack(data)) is not None
    ):
        return record
    wanted = _one_of("framing", framing, _FRAMINGS)
    if not isinstance(limits, Limits):
        raise InputError("Give limits as Limits(...).")
    return reader.read(Cursor(as_bytes(data)), wanted, limits)


def as_bytes(data: object) -> bytes:
    """Return bytes, bytearray or memoryview as bytes, or raise InputError."""
    if isinstance(data, bytes | bytearray | memoryview):
        try:
            return memoryview(data).tobytes()
        except ValueError as error:  # a memoryview that was released
            raise InputError("The memoryview is released: give the bytes themselves.") from error
    raise InputError("Give the record as bytes, bytearray or memoryview.")


def _one_of(what: str, given: object, allowed: tuple[str, ...]) -> str:
    if isinstance(given, str) and given in allowed:
        return str.__str__(given)
    raise InputError(f"No such {what}: give one of {', '.join(allowed)}.")


def _text(given: object) -> str:
    text = str.__str__(given) if isinstance(given, str) else " ".join(_words(given))
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise InputError("The text holds half of a surrogate pair: drop it.") from error
    return text


def _words(given: object) -> list[str]:
    if not isinstance(given, list | tuple):
        raise InputError("Give a text as a string, or words as a list of strings.")
    for word in given:
        if not isinstance(word, str) or word.split() != [word]:
            raise InputError("Each word is a string, not empty and without spaces: split it.")
    return [str.__str__(word) for word in given]


def _coding(given: object, text: str) -> str:
    coding = _one_of("coding", given, (*CODINGS, _AUTO))
    if coding in ("lexicon", "bag"):
        raise UnsupportedError(f"The coding {coding} is not implemented yet: use nibble or utf8.")
    if coding == _AUTO:
        return "utf8" if _nibble_fault(text) else _NIBBLE
    if coding == _NIBBLE and (fault := _nibble_fault(text)):
        raise InputError(fault)
    return coding


def _nibble_fault(text: str) -> str | None:
    if strangers := alphabet.strangers(text):
        shown = " ".join(map(ascii, strangers[:8]))
        return f"The nibble coding has no symbol for {shown}: pass the text through skeleton first."
    if not alphabet.well_spaced(text):
        return "A nibble text has no leading, trailing or double space: take them out."
    return None


def _size(given: object) -> Size:
    match given:
        case tuple((width, height)) | list((width, height)) if (
            type(width) is int and type(height) is int  # a bool is no width
        ):
            if min(width, height) >= 1 and max(width, height) <= sizes.MOST:
                return width, height
    raise InputError(f"Give the size as (width, height), each from 1 to {sizes.MOST}.")


def _models(given: object) -> Models:
    return models.chosen(given)


def _check(given: object, frame: str) -> str:
    if given is None:
        return framing.DEFAULT_CHECKS[frame]
    check = _one_of("check", given, checks.NAMES)
    if frame == "file" and check == "none":
        raise InputError("A file must carry a check: give crc8, crc16 or crc32.")
    return check


def _extensions(given: object) -> tuple[Extension, ...]:
    if not isinstance(given, tuple | list):
        raise InputError("Give extensions as a list of pairs: type and bytes.")
    entries = sorted(map(ext.checked, given))
    kinds = {kind for kind, _ in entries}
    if len(kinds) < len(entries):
        raise InputError("Give each extension type once.")
    return tuple(entries)


def _within_limits(record: Record) -> bytes:
    """Return the bytes of ``record`` if a reader with default limits takes them."""
    limits = DEFAULT_LIMITS
    if len(record.extensions) > limits.max_extensions:
        raise InputError(f"Give at most {limits.max_extensions} extensions.")
    if len(record.words) > limits.max_words:
        raise InputError(f"Give at most {limits.max_words} words.")
    data = writer.write(record)
    if len(data) > limits.max_bytes:
        raise InputError(f"The record is over {limits.max_bytes} bytes: give less text.")
    return data
