"""Find the record in what a person gave: a file, a pasted text, or something else (spec §7.7).

Detection (§7.1) looks at the first bytes only, so it takes ordinary text for bare records: a bare
record has no mark, and 1 in 10 lines of text obeys all its rules. ``locate`` asks for more. In
order: data that is certainly a record; a text form somewhere in the data; a well-known file type,
which is named; and a bare record only if a check or its bytes distinguish it from ordinary data.
(If its check matches, it is one even if it breaks another rule, as records of earlier drafts do.)
What remains is refused; the message names the type of the data, or what has changed it.

The invariant: if §7.1 finds a record with a correct check, ``locate`` returns the same one or
raises. The exception is printable text that passes a CRC-8 by chance and contains a text form.
"""

from __future__ import annotations

import codecs
import contextlib
import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from semcodec._registry import RULES
from semcodec.bitstream import checksums, record_codec
from semcodec.bitstream import framing as framings
from semcodec.bitstream.framing import png
from semcodec.bitstream.header import read_first_byte
from semcodec.bitstream.parser import Parser, RuleError
from semcodec.bitstream.record import DEFAULT_LIMITS, Limits, Record
from semcodec.bitstream.sequence_reader import SequenceReader
from semcodec.bitstream.text_search import UnreadForm, find_forms
from semcodec.bitstream.text_views import MAX_TEXT, clean, decode_texts
from semcodec.choices import Check, Framing
from semcodec.errors import FormatError, InputError, UnsupportedError
from semcodec.signatures import FileType, decode_text, identify

MAX_UNCHECKED: Final = 512  #: bytes of a bare record without a check; records have 10 to 250
MAX_SKELETON: Final = 32  #: symbols of a word in such a record; random bytes have longer runs
MAX_ZEROS: Final = 0.25  #: share of zero bytes in such a record; tables of numbers have more
LETTERS_BY_CHANCE: Final = 63 / 256  #: share of ASCII letters, digits and spaces in random bytes
MIN_DEVIATIONS: Final = 4  #: how many standard deviations above that share text in 8 bits has
INDENT: Final = b"   "  #: 1 in 65536 records of lexicon starts like this
MIN_TEXT: Final = 8  #: bytes of such a text, as fewer bytes can have such a share by chance
MIN_RECORDS: Final = 2  #: of data that may be a sequence; 1 in 20,000 random blocks has two
MAX_AFTER: Final = 4  #: line ends and blanks after a file that are recognized
MAX_SHOWN: Final = 40  #: characters of a text form in a message

_STRONG_CHECKS: Final = ("crc16", "crc32")  #: 1 in 65536 texts or fewer pass one by chance
_CONTROLS: Final = re.compile(rb"[\0-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_LETTERS: Final = re.compile(rb"[A-Za-z0-9 ]")
#: The hexadecimal digits of a file, as ``pack`` prints it to a terminal.
_HEX_OF_FILE: Final = re.compile(r"\s*(0x)?b5[\s:]*1a([\s:]*[0-9a-f]{2})+\s*", re.IGNORECASE)
_AS_BINARY: Final = "copy it again as binary data, or send a text form"
_FORM_PREFIX: Final = re.compile(r"sem[cq](:|%3a)", re.IGNORECASE)
_FORM_START: Final = re.compile(
    r"[\s\"'`<(\[{*_“”„‘’«»‹›「『]*" + _FORM_PREFIX.pattern, re.IGNORECASE
)
#: What text programs make of the first bytes of a file and of a PNG image, and what they did.
_CONVERTED_STARTS: Final = (
    (rb"(\xef\xbb\xbf)?\xc2(\xb5\x1a|\x89PNG)", "was saved as UTF-8 text, which changed its bytes"),
    (rb"(\xef\xbb\xbf)?(\xef\xbf\xbd|\?|\xe2\x95\xa1|\xc3\x81)(\x1a|PNG\r?\n)",
     "was read as text, which lost bytes"),
    (rb"\xff\xfe..(\x1a\0|P\0N\0G\0)",
     "was written as UTF-16 text, as > does in Windows PowerShell"),
    (rb"\xef\xbb\xbf(\xb5\x1a|\x89PNG)", "was saved with a byte order mark in front"),
    (rb"\s+(\xb5\x1a|\x89PNG)", "was saved with blanks or line ends in front"),
    (rb"\x89PNG\n\x1a|\x89PNG\r\r\n", "was copied as text, which changed its line ends"),
)  # fmt: skip


class Located(NamedTuple):
    """A record that was found in other data.

    Attributes:
        data: the bytes of the record alone; its framing is detected as in §7.1.
        error: why a text form cannot be read, or None. A file, a PNG image or a bare record whose
            check matches may break a rule all the same, which shows when it is read.
        damage: what happened to such a text form, as a sentence with advice, or "".
    """

    data: bytes
    error: RuleError | None = None
    damage: str = ""


def unpack_guess(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Record:
    """Return the record that ``locate`` finds in ``data``.

    Raises:
        FormatError, UnsupportedError, InputError: as for ``locate`` and ``unpack``.
    """
    located = locate(data, limits)
    if located.error is not None:
        raise located.error
    return record_codec.read_record(Parser(located.data), "auto", limits)


def locate(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Located:
    """Return the record in ``data``, which is a file or a text of any kind.

    Raises:
        FormatError: a file was damaged on its way in a manner that is known.
        InputError: there is no record in ``data``, or there are several.
    """
    if isinstance(data, str):
        form = locate_form(data, limits)
        if form is None:
            raise _explain_text(data, None)
        return form
    parser = Parser(data)
    record = _read(parser, limits)
    if record is not None and _is_certain(data, record.framing, record.check):
        return Located(data)
    form = locate_form(data, limits)
    if form is not None and form.error is None:
        return form
    if not data or data.startswith((framings.MAGIC[:1], png.SIGNATURE)):
        _explain_damage(data, limits)
        return Located(data)
    _explain_conversion(data)
    if form is not None:
        return form
    if (file_type := identify(data)) is not None:
        raise InputError(describe_foreign(file_type))
    if record is None and parser.is_intact and _is_certain(data, "bare", _bare_check(data)):
        return Located(data)
    if record is None or not _is_credible(data, record):
        raise _explain_data(data, record, limits)
    return Located(data)


def starts_with_form(text: str) -> bool:
    """Return whether a string is a text form and not the path of a file, such as ``./semc:x``.

    Case does not matter, nor do blanks, quotes and brackets before the prefix.
    """
    return _FORM_START.match(clean(text)) is not None


def mentions_form(text: str) -> bool:
    """Return whether a text contains a prefix, or consists of the digits of a file."""
    return _FORM_PREFIX.search(clean(text)) is not None or _HEX_OF_FILE.fullmatch(text) is not None


def describe_foreign(file_type: FileType) -> str:
    """Return the sentence about a file of another type, which contains no record."""
    if file_type.kind == "image":
        return (
            f"This is {file_type.name} without a record: pass a .semc file or a PNG that decode "
            "wrote, or make a record of the picture with encode."
        )
    return (
        f"This is {file_type.name}, not a record: pass a .semc file, a PNG that decode wrote, or a "
        "text form (semc:… or SEMQ:…)."
    )


def _read(parser: Parser, limits: Limits) -> Record | None:
    """Return the record that detection (§7.1) finds, or None if it breaks a rule."""
    try:
        return record_codec.read_record(parser, "auto", limits)
    except (FormatError, UnsupportedError):
        return None


# --- how sure a bare record is -------------------------------------------------------------------


def _is_certain(data: bytes, framing: Framing, check: Check) -> bool:
    """Return whether the start and the check of data, which matches, leave no doubt."""
    if framing != "bare" or check in _STRONG_CHECKS:
        return True
    # 1 in 256 lines of text passes a CRC-8, and so do other files; a record starts like either in
    # a few of a thousand cases only.
    return check == "crc8" and not _is_text(data) and identify(data) is None


def _bare_check(data: bytes) -> Check:
    """Return the check that the first byte of a bare record states."""
    return checksums.NAMES[read_first_byte(Parser(data)).check_id]


def _is_credible(data: bytes, record: Record) -> bool:
    """Return whether a bare record without a check differs from ordinary files and texts."""
    return (
        record.check == "none"
        and len(data) <= MAX_UNCHECKED
        and data.count(0) <= MAX_ZEROS * len(data)
        and not _is_text(data)
        and (record.coding != "utf8" or record.text.isprintable())
        and (record.coding != "nibble" or max(map(len, record.words), default=0) <= MAX_SKELETON)
    )


def _is_text(data: bytes) -> bool:
    """Return whether ``data`` is text without control characters, in UTF-8, UTF-16 or 8 bits.

    A text that is not short may be cut within a character, and may contain the null characters
    that end strings.
    """
    head = data[:MAX_TEXT]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_text(head) is not None
    is_long = len(head.strip(b"\0")) >= MIN_TEXT
    if is_long:
        head = head.replace(b"\0", b"\n")
    if _CONTROLS.search(head):
        return False
    with contextlib.suppress(UnicodeDecodeError):
        codecs.getincrementaldecoder("utf-8")().decode(head, final=not is_long)
        return True
    if not is_long:
        return False
    if head.startswith(INDENT):
        return True
    # In another encoding, many characters are still ASCII letters, digits and spaces.
    excess = len(_LETTERS.findall(head)) - LETTERS_BY_CHANCE * len(head)
    deviation = math.sqrt(LETTERS_BY_CHANCE * (1 - LETTERS_BY_CHANCE) * len(head))
    return excess >= MIN_DEVIATIONS * deviation


# --- text forms ----------------------------------------------------------------------------------


def locate_form(data: bytes | str, limits: Limits = DEFAULT_LIMITS) -> Located | None:
    """Return the text form in ``data``, perhaps with its error, or None.

    Raises:
        InputError: there are several different records.
    """
    unread: UnreadForm | None = None
    for text in [data] if isinstance(data, str) else decode_texts(data):
        forms = find_forms(text, limits)
        if len(forms.valid) > 1:
            names = " and ".join(map(_shorten, forms.valid))
            raise InputError(f"The text contains different records, {names}: pass one of them.")
        if forms.valid and not forms.is_complete:
            raise InputError("The text contains too many text forms: pass one of them.")
        if forms.valid:
            return Located(forms.valid[0])
        if digits := _HEX_OF_FILE.fullmatch(text):
            return Located(bytes.fromhex(re.sub("0x|:", "", digits[0], flags=re.IGNORECASE)))
        unread = unread or forms.unread
    if unread is None:
        return None
    damage = _describe_damage(unread)
    return Located(unread.data, _explain_form(unread, damage), damage)


def _describe_damage(form: UnreadForm) -> str:
    if form.is_cut:
        return "Its end is left out (…): copy the whole form."
    if form.framing == "url" and form.data[5:].islower():
        return "It has no capital letters, so its case was changed: copy it again."
    return ""


def _explain_form(form: UnreadForm, damage: str) -> RuleError:
    """Return the error of a form that cannot be read, with a message that names the form."""
    error = form.error
    prefix = f"The text form {_shorten(form.data)} cannot be read. "
    values = error.offset, error.found, error.expected
    if isinstance(error, UnsupportedError):
        message = prefix + (damage or RULES[error.rule].message)
        return UnsupportedError(f"{message} ({error.rule})", error.rule, *values)
    # The message of this error can be more precise than that of its rule.
    message = prefix + (damage or error.args[0])
    return FormatError(error.rule, message, error.offset, error.verdict, *values[1:])


def _shorten(data: bytes) -> str:
    text = data.decode("ascii")
    return text if len(text) <= MAX_SHOWN else text[: MAX_SHOWN - 1] + "…"


# --- what is not a record ------------------------------------------------------------------------


def _explain_damage(data: bytes, limits: Limits) -> None:
    """Raise an error if undoing a known damage makes ``data``, which starts like a file, valid."""
    for damage, repaired in _repairs(data):
        if _read(Parser(repaired), limits) is not None:
            raise FormatError("SC-CHK-2", f"The file {damage}: {_AS_BINARY}.", verdict="invalid")


def _repairs(data: bytes) -> Iterator[tuple[str, bytes]]:
    stripped = data.rstrip(b"\r\n \t")
    for count in range(1, min(len(data) - len(stripped), MAX_AFTER) + 1):
        yield "has a line end or a blank after the record", data[:-count]
    for before, after in ((b"\r\n", b"\n"), (b"\n", b"\r\n")):
        if before in data and len(data) <= MAX_TEXT:
            yield "was copied as text, which changed its line ends", data.replace(before, after)


def _explain_conversion(data: bytes) -> None:
    """Raise an error if ``data`` is a file or a PNG image that a text program has changed."""
    for pattern, conversion in _CONVERTED_STARTS:
        if re.match(pattern, data, re.DOTALL):
            raise FormatError("SC-FRM-2", f"The file {conversion}: {_AS_BINARY}.")


def _explain_data(data: bytes, record: Record | None, limits: Limits) -> InputError:
    """Return the error for data that is not a record; ``record``: what it is as a bare record."""
    if _is_text(data):
        return _explain_text(data[:MAX_TEXT].decode("utf-8", "replace"), record)
    if not data.strip(b"\0"):
        return InputError(
            "This is not a record: it has only zero bytes, as after an interrupted copy. Copy the "
            "file again."
        )
    if _starts_sequence(data, limits):
        return InputError(
            "This may be a sequence of records: choose --framing sequence (in Python "
            "read_sequence, or unpack_all)."
        )
    return InputError(
        f"This is not a record: it starts with {data[:2].hex(' ')}, not with b5 1a as a .semc file "
        f"does.{_advise(record)}"
    )


def _starts_sequence(data: bytes, limits: Limits) -> bool:
    """Return whether data starts with records that are preceded by their lengths."""
    reader = SequenceReader(limits=limits).feed(data[:MAX_TEXT])
    try:
        return len(list(islice(reader, MIN_RECORDS))) == MIN_RECORDS
    except (FormatError, UnsupportedError):
        return False


def _explain_text(text: str, record: Record | None) -> InputError:
    if not text.strip():
        return InputError("The text is blank: pass a text form (semc:… or SEMQ:…) or a .semc file.")
    if _FORM_PREFIX.search(clean(text)):
        return InputError(
            "This is text without a record: nothing after semc: or SEMQ: is a text form. Copy the "
            "whole form."
        )
    return InputError(
        "This is text without a record: it has no text form (semc:… or SEMQ:…), and does not start "
        f"with b5 1a as a .semc file does.{_advise(record)}"
    )


def _advise(record: Record | None) -> str:
    if record is None:
        return " Pass the file that encode wrote."
    return ' If it is a bare record, choose --framing bare (in Python framing="bare").'
