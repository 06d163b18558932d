"""The public functions on records, such as ``pack`` and ``unpack``; they check their arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from semcodec.bitstream import _arguments, record_codec
from semcodec.bitstream import framing as framings
from semcodec.bitstream._arguments import Data
from semcodec.bitstream.extensions import Argument, Extension
from semcodec.bitstream.framing import png as png_framing
from semcodec.bitstream.header import CODINGS, DEFAULT_MODELS, DEFAULT_SIZE, Models, Size
from semcodec.bitstream.parser import Parser
from semcodec.bitstream.record import (
    DEFAULT_LIMITS,
    Limits,
    Record,
    keep_payload,
    kept_payload,
)
from semcodec.choices import (
    Check,
    CodingChoice,
    Keep,
    ModelSet,
    OutputFraming,
    UnpackFraming,
    check_choice,
)
from semcodec.coding import codings
from semcodec.errors import InputError

Extensions = Sequence[Extension | tuple[str, Argument]] | Mapping[str, Argument]

# The defaults are constants of this module, because the fast path is chosen by identity: ``is`` is
# cheap, and never calls a method of an argument.
_NIBBLE: Final = "nibble"
_ORDER: Final = "order"
_BARE: Final = "bare"
_AUTO: Final = "auto"
_NO_EXTENSIONS: Final[tuple[Extension, ...]] = ()
_write_default, _read_default = record_codec.write_default, record_codec.read_default
_has_unlisted_word = codings.has_unlisted_word


def pack(
    text_or_words: str | list[str] | tuple[str, ...],
    *,
    coding: CodingChoice = _AUTO,
    keep: Keep = _ORDER,
    size: Size = DEFAULT_SIZE,
    models: Models | ModelSet | int = DEFAULT_MODELS,
    framing: OutputFraming = _BARE,
    check: Check | None = None,
    extensions: Extensions = _NO_EXTENSIONS,
) -> bytes:
    """Return the record of a text; the same arguments always give the same bytes.

    Args:
        text_or_words: a text, or words that are joined by spaces.
        coding: ``"lexicon"`` for whole words in order, ``"bag"`` for whole words without order,
            ``"utf8"`` for any text, ``"nibble"`` for skeletons. ``"auto"`` takes a text for
            skeletons if it consists of the sixteen symbols, one space between words, and at least
            one of its words is not in the tables of ``lexicon``; any other text is ``"lexicon"`` if
            that can encode it, else ``"utf8"``. It never makes skeletons of words. Give the coding
            if it is known: the skeletons ``tv mr`` are listed words too, so ``"auto"`` is
            ``"lexicon"`` for them. A text without words is ``"lexicon"`` if it is empty, and
            ``"utf8"`` if it is spaces.
        keep: with ``coding="auto"``, ``"words"`` allows the order of whole words to be lost, so
            that ``"bag"`` is used if it can encode the text.
        size: width and height in pixels, each from 1 to 2^31-1.
        models: a ``Models``, the name of a registered set, or its row.
        framing: ``"bare"``, ``"file"``, ``"sequence"`` (one item of it), or ``"url"`` and ``"qr"``
            (ASCII text).
        check: ``"none"``, ``"crc8"``, ``"crc16"``, ``"crc32"``, or None for the framing's default.
        extensions: names and values, such as ``{"seed": 7}``, or pairs of type and bytes; a type
            is registered, or even and from 2^27, for private use. A layout may name its words:
            ``{"layout": {"dog": [(8, 4, 20, 32)]}}`` is a box for the first word ``dog``, with its
            left, top, right and bottom edge in 32nds of the width or the height.

    Raises:
        InputError: an argument is not valid, or the coding cannot encode the text.

    Example:
        >>> import semcodec
        >>> semcodec.unpack(semcodec.pack("red bear sunset")).coding
        'lexicon'
        >>> semcodec.unpack(semcodec.pack("rd br snst")).coding
        'nibble'
    """
    if (
        type(text_or_words) is str
        and (coding is _AUTO or coding is _NIBBLE)
        and keep is _ORDER
        and size is DEFAULT_SIZE
        and models is DEFAULT_MODELS
        and framing is _BARE
        and check is None
        and extensions is _NO_EXTENSIONS
        and (data := _write_default(text_or_words)) is not None
        and (coding is _NIBBLE or _has_unlisted_word(text_or_words))
    ):
        return data
    record = build_record(
        text_or_words,
        coding=coding,
        keep=keep,
        size=size,
        models=models,
        framing=framing,
        check=check,
        extensions=extensions,
    )
    return serialize(record)


def unpack(
    data: Data,
    *,
    framing: UnpackFraming = _AUTO,
    limits: Limits = DEFAULT_LIMITS,
) -> Record:
    """Return the record in ``data``.

    Args:
        data: one whole record; a text form may be a string.
        framing: ``"bare"``, ``"file"``, ``"url"``, ``"qr"``, ``"png"``, or ``"auto"``, which
            detects it from the first bytes. ``"guess"`` is for data from people: it also finds a
            text form inside a text, such as a sentence, a link or a quotation, and raises an error
            for other files and for text, instead of reading them as bare records.
        limits: the largest sizes to accept.

    Raises:
        FormatError: a rule of the format is broken; the error has the rule and the offset.
        UnsupportedError: the data may be valid, but it needs a newer reader or exceeds a limit.
        InputError: an argument is not valid; with ``"guess"``, there is no record in ``data``, or
            there are several.

    Example:
        >>> import semcodec
        >>> semcodec.unpack("Look: <semc:KGgMxD3aWg>.", framing="guess").text
        'large red cup coffee table'
    """
    if (
        type(data) is bytes
        and data[:1] == b"\0"
        and framing is _AUTO
        and limits is DEFAULT_LIMITS
        and (record := _read_default(data)) is not None
    ):
        return record
    name = _arguments.unpack_framing(framing)
    if name == "guess":
        from semcodec.bitstream import guessing  # with its tables of file types

        return guessing.unpack_guess(_arguments.bytes_or_text(data), _arguments.limits(limits))
    parser = Parser(_arguments.as_bytes(data))
    return record_codec.read_record(parser, name, _arguments.limits(limits))


def unpack_all(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> Iterator[Record]:
    """Return an iterator over the records of a sequence, which reads one record at a time.

    Each record is within ``limits``, but not the words of all records together: stop when it takes
    too long, or read the sequence with ``unpack_sequence``. For more than ``max_records`` records,
    or bytes that are not all there yet, use ``read_sequence`` or ``SequenceReader``.

    Raises:
        FormatError: as for ``unpack``; also SC-SEQ-1, SC-SEQ-2.
        UnsupportedError, InputError: as for ``unpack``.
    """
    return record_codec.read_sequence(Parser(_arguments.as_bytes(data)), _arguments.limits(limits))


def unpack_sequence(data: Data, *, limits: Limits = DEFAULT_LIMITS) -> list[Record]:
    """Return all records of a sequence; the time that this takes is limited.

    A few bytes can hold hundreds of words, so a sequence has a limit on the words of all its
    ``lexicon`` and ``bag`` records, ``limits.max_sequence_words``. ``unpack_all`` has no such
    limit: its caller can stop after any record.

    Raises:
        FormatError: as for ``unpack_all``.
        UnsupportedError: as for ``unpack_all``; also SC-LIM-6.
        InputError: as for ``unpack``.
    """
    limits = _arguments.limits(limits)
    return list(record_codec.read_limited_sequence(Parser(_arguments.as_bytes(data)), limits))


def check_sequence(data: Data) -> None:
    """Read all records of a sequence, and keep none.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``unpack_sequence``.
    """
    parser = Parser(_arguments.as_bytes(data))
    for _ in record_codec.read_limited_sequence(parser, DEFAULT_LIMITS):
        pass


def repack(
    record: Record, *, framing: OutputFraming | None = None, check: Check | None = None
) -> bytes:
    """Return the bytes of ``record``: ``repack(unpack(data)) == data``.

    Args:
        record: as ``unpack`` returns it.
        framing: as for ``pack``; None keeps the framing of the record.
        check: as for ``pack``; None keeps the check of the record, or uses the default of
            ``framing`` if that differs from the framing of the record.

    Raises:
        InputError: ``unpack`` cannot return such a record, or the record comes from a PNG file
            and ``framing`` is None.
    """
    if not isinstance(record, Record) or type(record.version) is not int or record.version != 1:
        raise InputError("Give a Record of version 1, as unpack returns it.")
    # ``unpack`` would return the words of such a record in another order, so as another record.
    if codings.canonical_text(record.coding, record.text) != record.text:
        raise InputError("The words of a bag must be in canonical order, as unpack returns them.")
    new_framing = _arguments.output_framing(record.framing if framing is None else framing)
    # The check belongs to the framing: a file must have one, and a bare record has none by default.
    kept_check = record.check if new_framing == record.framing else None
    new_record = build_record(
        record.text,
        coding=record.coding,
        size=record.size,
        models=record.models,
        framing=new_framing,
        check=kept_check if check is None else check,
        extensions=record.extensions,
        is_new=False,
        payload=kept_payload(record),
    )
    return serialize(new_record)


def embed_png(png: bytes | bytearray | memoryview, record: Data | Record) -> bytes:
    """Return the PNG file ``png`` with ``record`` in it, replacing any record that it contains.

    Every other chunk is kept. ``unpack`` reads the record from the file.

    Raises:
        FormatError: ``png`` is not a PNG file, or ``record`` breaks a rule.
        UnsupportedError: ``png`` has over 65,536 chunks; or as for ``unpack``.
        InputError: ``png`` does not start with IHDR, or has 65,536 chunks of which none is a
            record, so one more would exceed the limit of ``unpack``; or as for ``unpack``.
    """
    value = record if isinstance(record, Record) else unpack(record)
    # The chunk has a CRC-32 of its own.
    core = repack(value, framing="bare", check="none")
    return png_framing.embed(_arguments.png(png), core, DEFAULT_LIMITS.max_chunks)


def extract_png(png: bytes | bytearray | memoryview) -> bytes:
    """Return the record in the PNG file ``png`` in the framing ``"bare"``.

    Raises:
        FormatError: ``png`` contains no record, or the record breaks a rule.
        UnsupportedError, InputError: as for ``unpack``.
    """
    return repack(unpack(png, framing="png"), framing="bare")


def build_record(
    text_or_words: str | list[str] | tuple[str, ...],
    *,
    coding: CodingChoice = _AUTO,
    keep: Keep = _ORDER,
    size: Size = DEFAULT_SIZE,
    models: Models | ModelSet | int = DEFAULT_MODELS,
    framing: OutputFraming = _BARE,
    check: Check | None = None,
    extensions: Extensions = _NO_EXTENSIONS,
    is_new: bool = True,
    payload: bytes | None = None,
) -> Record:
    """Return a ``Record`` from the arguments of ``pack``, with its payload.

    It equals the one that ``unpack`` returns for the bytes that ``pack`` returns.

    Args:
        is_new: False for a record that is written again, which keeps extensions of any even type.
        payload: the payload of the text in ``coding``, if it is known, so that the text is not
            encoded again.

    Raises:
        InputError: as for ``pack``.
    """
    framing = _arguments.output_framing(framing)
    text = _arguments.text(text_or_words)
    if payload is None:
        name, payload = _arguments.coding_and_payload(coding, keep, text)
    else:
        name = check_choice("coding", coding, CODINGS)
    canonical = codings.canonical_text(name, text)
    words = canonical.split() if extensions else None  # a layout may name them
    record = Record(
        canonical,
        name,
        _arguments.size(size),
        _arguments.models(models),
        _arguments.extensions(extensions, is_new=is_new, coding=name, words=words),
        framing,
        _arguments.check(check, framing),
        1,
    )
    return keep_payload(record, payload)


def serialize(record: Record) -> bytes:
    """Return the bytes of ``record``, which must come from ``build_record``.

    Raises:
        InputError: the record exceeds a default limit of ``unpack``.
    """
    # ``unpack`` must be able to read everything that ``pack`` writes.
    limits = DEFAULT_LIMITS
    if (count := len(record.extensions)) > limits.max_extensions:
        raise InputError(
            f"A record has at most {limits.max_extensions} extensions, not {count}; leave some out."
        )
    if (count := len(record.words)) > limits.max_words:
        raise InputError(
            f"A record has at most {limits.max_words} words, not {count}; use fewer words."
        )
    core = record_codec.write_core(record)
    data = framings.write(record.framing, core)
    # In a text form the limit applies to the text, in all other framings to the core.
    length = len(data if record.framing in framings.TEXT_FRAMINGS else core)
    if length > limits.max_bytes:
        raise InputError(
            f"A record has at most {limits.max_bytes} bytes, not {length}; use less text."
        )
    return data


def overhead(
    payload_bytes: int,
    *,
    size: Size = DEFAULT_SIZE,
    models: Models | ModelSet | int = DEFAULT_MODELS,
    framing: OutputFraming = _BARE,
    check: Check | None = None,
    extensions: Extensions = _NO_EXTENSIONS,
) -> int:
    """Return the bytes that ``pack`` adds to a payload of ``payload_bytes`` bytes, in any coding.

    The words are not known, so a layout that is given as groups needs the indexes of its words.

    In all framings but ``"bare"`` and ``"file"``, a longer core has more overhead: the length field
    of a sequence item grows, and a text form has four characters for three bytes (base64url) or
    three for two (base45).

    Raises:
        InputError: as for ``pack``.
    """
    framing = _arguments.output_framing(framing)
    core_bytes = payload_bytes + record_codec.core_overhead(
        _arguments.size(size),
        _arguments.models(models),
        _arguments.extensions(extensions, is_new=True, coding=None),
        _arguments.check(check, framing),
    )
    return framings.length(framing, core_bytes) - payload_bytes
