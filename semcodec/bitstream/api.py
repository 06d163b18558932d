"""``pack``, ``unpack`` and their kin: what a caller gives is checked here, and only here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from semcodec.bitstream import _validate, fast_path, models, reader, sizes, writer
from semcodec.bitstream import framing as framings
from semcodec.bitstream._validate import Data
from semcodec.bitstream.extension_values import Value
from semcodec.bitstream.extensions import Extension
from semcodec.bitstream.framing import png as png_file
from semcodec.bitstream.models import Models
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import (
    DEFAULT_LIMITS,
    Limits,
    Record,
    keep_payload,
    kept_payload,
)
from semcodec.bitstream.sizes import Size
from semcodec.coding import codings
from semcodec.errors import InputError

Extensions = Sequence[Extension | tuple[str, Value]] | Mapping[str, Value]

_SIZE, _MODELS = sizes.DEFAULT, models.DEFAULT
_NONE: Final[tuple[Extension, ...]] = ()
_NIBBLE: Final = "nibble"
_BARE: Final = "bare"
_ORDER: Final = "order"
_AUTO: Final = "auto"
_fast_pack, _fast_unpack = fast_path.pack, fast_path.unpack
_chosen = models.parse_models


def pack(
    text_or_words: str | list[str] | tuple[str, ...],
    *,
    coding: str = _NIBBLE,
    keep: str = _ORDER,
    size: Size = _SIZE,
    models: Models | str | int = _MODELS,
    framing: str = _BARE,
    check: str | None = None,
    extensions: Extensions = _NONE,
) -> bytes:
    """Return the one byte string of a text and its values.

    Args:
        text_or_words: a text, or words to be joined by spaces.
        coding: ``"nibble"``, ``"lexicon"``, ``"bag"``, ``"utf8"``, or ``"auto"``: the one that
            takes the fewest bytes and keeps the text. A text of the sixteen symbols alone can
            become ``"nibble"``, whose readers take it for skeletons: name the coding of words.
        keep: with ``coding="auto"``, ``"words"`` lets their order go.
        size: width and height in pixels.
        models: a ``Models``, the name of a registered set, or its row.
        framing: ``"bare"``, ``"file"``, ``"sequence"`` (one item of it), or ``"url"`` and ``"qr"``
            (ASCII text).
        check: ``"none"``, ``"crc8"``, ``"crc16"``, ``"crc32"``, or None for the framing's own.
        extensions: names and values, such as ``{"seed": 7}``, or pairs of type and bytes; a type
            is registered, or even and from 2^27, for private use.

    Raises:
        InputError: the text or an option is not what the format can carry.
    """
    if (
        type(text_or_words) is str
        and coding is _NIBBLE
        and keep is _ORDER
        and size is _SIZE
        and models is _MODELS
        and framing is _BARE
        and check is None
        and extensions is _NONE
        and (packed := _fast_pack(text_or_words)) is not None
    ):
        return packed
    return serialize(
        build_record(
            text_or_words,
            coding=coding,
            keep=keep,
            size=size,
            models=models,
            framing=framing,
            check=check,
            extensions=extensions,
        )
    )


def build_record(
    text_or_words: str | list[str] | tuple[str, ...],
    *,
    coding: str = _NIBBLE,
    keep: str = _ORDER,
    size: Size = _SIZE,
    models: Models | str | int = _MODELS,
    framing: str = _BARE,
    check: str | None = None,
    extensions: Extensions = _NONE,
    is_new: bool = True,
    payload: bytes | None = None,
) -> Record:
    """Return the record whose bytes ``pack`` returns, as ``unpack`` returns it, with its payload.

    Args:
        is_new: False for a record that is written again, which keeps extensions of any type.
        payload: that of the text in this coding, where it is known: nothing is coded again.

    Raises:
        InputError: as for ``pack``.
    """
    frame = _validate.output_framing(framing)
    text = _validate.text(text_or_words)
    if payload is None:
        coding, payload = _validate.coded(coding, keep, text)
    record = Record(
        codings.canonical_text(coding, text),
        coding,
        _validate.size(size),
        _chosen(models),
        _validate.extensions(extensions, is_new=is_new),
        frame,
        _validate.check(check, frame),
        1,
    )
    return keep_payload(record, payload)


def overhead(
    payload_bytes: int,
    *,
    size: Size = _SIZE,
    models: Models | str | int = _MODELS,
    framing: str = _BARE,
    check: str | None = None,
    extensions: Extensions = _NONE,
) -> int:
    """Return the bytes that ``pack`` puts around a payload of ``payload_bytes``, in any coding.

    All framings but ``"bare"`` and ``"file"`` make more of a longer core: the length of an item
    grows, and a text form has four characters for three bytes or three for two.

    Raises:
        InputError: as for ``pack``.
    """
    frame = _validate.output_framing(framing)
    fields = _validate.size(size), _chosen(models), _validate.extensions(extensions, is_new=True)
    core = writer.around(*fields, _validate.check(check, frame)) + payload_bytes
    return framings.length(frame, core) - payload_bytes


def repack(record: Record, *, framing: str | None = None, check: str | None = None) -> bytes:
    """Return the bytes of ``record``: ``repack(unpack(data)) == data``.

    Args:
        record: as ``unpack`` returns it.
        framing: another framing to put it in, as for ``pack``.
        check: another check; None keeps it, or takes the usual one of another framing.

    Raises:
        InputError: no reader returns such a record, or it came from a picture and no framing
            is given.
    """
    if not isinstance(record, Record) or type(record.version) is not int or record.version != 1:
        raise InputError("Give a Record of version 1, as unpack returns it.")
    if codings.canonical_text(record.coding, record.text) != record.text:
        raise InputError("The words of a bag are in another order than unpack gives them.")
    frame = _validate.output_framing(record.framing if framing is None else framing)
    kept = record.check if frame == record.framing else None
    return serialize(
        build_record(
            record.text,
            coding=record.coding,
            size=record.size,
            models=record.models,
            framing=frame,
            check=kept if check is None else check,
            extensions=record.extensions,
            is_new=False,
            payload=kept_payload(record),
        )
    )


def unpack(
    data: Data,
    *,
    framing: str = _AUTO,
    limits: Limits = DEFAULT_LIMITS,
) -> Record:
    """Return what ``data`` says.

    Args:
        data: one whole record; a text form may be a string.
        framing: ``"bare"``, ``"file"``, ``"url"``, ``"qr"``, ``"png"``, or ``"auto"``: by the first
            bytes.
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
    wanted = _validate.input_framing(framing)
    cursor = Parser(_validate.as_bytes(data))
    return reader.read(cursor, wanted, _validate.limits(limits))


def unpack_all(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Record]:
    """Go over the records of a sequence, each read when it is asked for.

    Raises:
        FormatError: as for ``unpack``, and SC-SEQ-1, SC-SEQ-2.
        UnsupportedError, InputError: as for ``unpack``.
    """
    return reader.read_all(Parser(_validate.as_bytes(data)), _validate.limits(limits))


def embed_png(png: bytes | bytearray | memoryview, record: Data | Record) -> bytes:
    """Return the PNG file ``png`` with ``record`` in it, in place of one that it had.

    Every other chunk is kept. ``unpack`` reads the record out of the file again.

    Raises:
        FormatError: ``png`` is no PNG file, or ``record`` breaks a rule.
        UnsupportedError: ``png`` has more than 65,536 chunks; else as for ``unpack``.
        InputError: ``png`` does not start with IHDR, or has 65,536 chunks and none of them is a
            record, so that one more would be over the limit of ``unpack``; else as for ``unpack``.
    """
    said = record if isinstance(record, Record) else unpack(record)
    core = repack(said, framing="bare", check="none")
    return png_file.embed(_validate.as_bytes(png), core, DEFAULT_LIMITS.max_chunks)


def extract_png(png: bytes | bytearray | memoryview) -> bytes:
    """Return the record that the PNG file ``png`` carries, bare.

    Raises:
        FormatError: there is none, or it breaks a rule.
        UnsupportedError, InputError: as for ``unpack``.
    """
    return repack(unpack(png, framing="png"), framing="bare")


def serialize(record: Record) -> bytes:
    """Return the bytes of ``record``, which ``build_record`` returned.

    Raises:
        InputError: a reader with default limits does not take them.
    """
    limits = DEFAULT_LIMITS
    if len(record.extensions) > limits.max_extensions:
        raise InputError(f"Give at most {limits.max_extensions} extensions.")
    if len(record.words) > limits.max_words:
        raise InputError(f"Give at most {limits.max_words} words.")
    core = writer.write(record)
    data = framings.write(record.framing, core)
    if len(data if record.framing in framings.TEXT_FRAMINGS else core) > limits.max_bytes:
        raise InputError(f"The record is over {limits.max_bytes} bytes: give less text.")
    return data
