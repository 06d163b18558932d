"""Carriers: records in QR codes and NFC tags, and words as the alternative text of a picture.

``qr`` and ``ndef`` have a writer and a reader each. ``find_record`` reads a record from whatever a
user has: a text form or a file, an NDEF message, a picture with a record, or one that shows a code.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from semcodec import imaging, signatures
from semcodec.bitstream import Limits, Record, embed_png, guessing, unpack
from semcodec.bitstream._arguments import as_bytes
from semcodec.bitstream.framing import png
from semcodec.bitstream.record import DEFAULT_LIMITS
from semcodec.carriers import alt_text, ndef, qr
from semcodec.carriers._choice import choose_record, find_records
from semcodec.choices import PictureFormat, check_choice, values_of
from semcodec.errors import BackendError, InputError, SemcodecError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["alt_text", "extract", "find_record", "ndef", "qr", "to_picture_file"]


def find_record(data: bytes | str, *, limits: Limits = DEFAULT_LIMITS) -> Record:
    """Return the record in ``data``, which may be in a carrier; a string has a text form in it.

    Raises:
        FormatError, UnsupportedError: as for ``unpack``.
        InputError: there is no record, there are several different ones, or ``data`` is not bytes
            or a string.
        BackendError: ``data`` is a picture without a record, and zxing-cpp or Pillow is missing.

    Example:
        >>> import semcodec.carriers
        >>> code = semcodec.carriers.qr.write(semcodec.pack("rd bt"))
        >>> semcodec.carriers.find_record(code).text
        'rd bt'
    """
    content = data if isinstance(data, str) else extract(data)
    return unpack(content, framing="guess", limits=limits)


def extract(data: bytes) -> bytes:
    """Return the content of the carrier ``data``, or ``data`` itself if it is not a carrier.

    Carriers are NDEF messages, and pictures that show a QR code or another matrix code. A picture
    file that contains a record, or a text form in its metadata, is not searched for codes.

    Raises:
        InputError: the carrier contains no record or several different ones, or is damaged; or
            ``data`` is not bytes.
        BackendError: as for ``find_record``.
    """
    data = as_bytes(data)
    if (content := ndef.find(data)) is not None:
        return content
    file_type = signatures.identify(data)
    if file_type is None or file_type.kind != "image" or file_type == signatures.SVG:
        return data
    if _has_record(data):
        return data
    form = guessing.locate_form(data)  # in the metadata (§7.6)
    return _read_code(data, file_type.name) if form is None or form.error else form.data


def to_picture_file(
    image: Image,
    words: list[str] | tuple[str, ...],
    record: Record,
    format_name: PictureFormat = "PNG",
    *,
    plain: bool = False,
) -> bytes:
    """Return a picture file with ``words`` as its alternative text; a PNG also has ``record``.

    Args:
        image: the picture that was painted from the record.
        words: the words of the record as they are read, for ``nibble`` the restored ones.
        record: the record of the picture.
        format_name: ``"PNG"``, ``"JPEG"`` or ``"WEBP"``.
        plain: whether to leave out words and record.

    Raises:
        InputError: ``format_name`` is another format, or another argument has the wrong type.
    """
    are_words = isinstance(words, list | tuple) and all(isinstance(word, str) for word in words)
    if not (imaging.is_image(image) and are_words and isinstance(record, Record)):
        raise InputError(
            "A picture file needs an image, a list of words and a Record: give them in this order."
        )
    format_name = check_choice("picture format", format_name, values_of(PictureFormat))
    if plain:
        return imaging.to_file(image, format_name)
    language = "" if record.coding == "utf8" else "en"  # the tables have English words
    options = alt_text.save_options(format_name, alt_text.from_words(words), language)
    picture = imaging.to_file(image, format_name, **options)
    return embed_png(picture, record) if format_name == "PNG" else picture


def _has_record(data: bytes) -> bool:
    """Return whether ``data`` is a PNG file with a record, even with one that cannot be read."""
    if not data.startswith(png.SIGNATURE):
        return False
    try:
        unpack(data, framing="png")
    except SemcodecError as error:
        return getattr(error, "rule", "") != "SC-PNG-3"
    return True


def _read_code(data: bytes, name: str) -> bytes:
    """Return the record in the codes of a picture; ``name`` is the name of its file type."""
    contents: list[bytes] = []
    try:
        for codes in map(qr.read_codes, qr.versions(imaging.load(data).image)):
            contents += codes
            if find_records(codes):
                break
    except BackendError as error:
        message = f"This is {name} without a record. {error}"
        raise BackendError(message, backend=error.backend, stage=error.stage) from error
    if contents:
        advice = "photograph another code, or encode the picture first"
        return choose_record(contents, "The code in this picture", advice)
    raise InputError(
        f"This is {name} without a record, and no QR code was found in it: photograph the code "
        "from closer up, or encode the picture first."
    )
