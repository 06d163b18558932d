"""Identify the type of a file by its first bytes, to name it in a message.

A type is recognized by what its format requires, never by one or two letters: ordinary text may
begin with ``BM``, ``MZ``, ``PK``, ``ID3`` or ``Rar!``. The data is therefore first classified as
text or binary; text is compared with text formats only, and binary data with binary ones only.
"""

from __future__ import annotations

import codecs
import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

HEAD_SIZE: Final = 4096  #: bytes at the start of a file that are examined, in most formats
MAX_TAGS: Final = 256  #: entries of a TIFF directory that are examined
SUBFILE_TAG, MAKE_TAG, SUB_DIRECTORIES_TAG, DNG_VERSION_TAG = 254, 271, 330, 50706  #: of TIFF
SHORT: Final = 3  #: the TIFF type of 16-bit integers
#: Bytes that are not in text: control characters except tab, newline, form feed, return, escape.
_CONTROL: Final = bytes({*range(32), 127} - {*b"\t\n\f\r\x1b"})


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of files.

    Attributes:
        name: its name with an article, such as ``"a PDF document"``.
        kind: ``"image"``, ``"document"``, ``"archive"``, ``"audio"``, ``"video"``, ``"program"``,
            ``"font"``, ``"data"`` or ``"text"``.

    Example:
        >>> identify(b"%PDF-1.7\\n").name
        'a PDF document'
    """

    name: str
    kind: str


JPEG: Final = FileType("a JPEG image", "image")
PNG: Final = FileType("a PNG image", "image")
GIF: Final = FileType("a GIF image", "image")
WEBP: Final = FileType("a WebP image", "image")
AVIF: Final = FileType("an AVIF image", "image")
HEIC: Final = FileType("a HEIC photograph", "image")
JPEG_XL: Final = FileType("a JPEG XL image", "image")
JPEG_2000: Final = FileType("a JPEG 2000 image", "image")
TIFF: Final = FileType("a TIFF image", "image")
BMP: Final = FileType("a BMP image", "image")
NETPBM: Final = FileType("a Netpbm image", "image")
ICON: Final = FileType("a Windows icon", "image")
RAW: Final = FileType("a camera raw photograph", "image")
SVG: Final = FileType("an SVG drawing", "image")
HTML: Final = FileType("an HTML page", "text")
PDF: Final = FileType("a PDF document", "document")
_ZIP: Final = FileType("a ZIP archive", "archive")
_MP4: Final = FileType("an MP4 video", "video")
_RIFF: Final = FileType("a RIFF file", "data")
_MP3: Final = FileType("an MP3 audio file", "audio")

_NETPBM: Final = r"P[1-6]\s+(#[^\n]*\n\s*)*\d+\s+(#[^\n]*\n\s*)*\d+\s|P7\nWIDTH |P[Ff]\n\d+ \d+\n"

#: Binary formats with a constant at a constant offset: offset, constant, type.
_CONSTANTS: Final = (
    (0, b"\xff\xd8\xff", JPEG),
    (0, b"\x89PNG\r\n\x1a\n", PNG),
    (0, b"GIF87a", GIF),
    (0, b"GIF89a", GIF),
    (0, b"\x8aMNG\r\n\x1a\n", FileType("an MNG animation", "image")),
    (0, b"\xff\x0a", JPEG_XL),
    (0, b"\0\0\0\x0cJXL \r\n\x87\n", JPEG_XL),
    (0, b"\0\0\0\x0cjP  \r\n\x87\n", JPEG_2000),
    (0, b"\xff\x4f\xff\x51", JPEG_2000),
    (0, b"II\xbc\x01", FileType("a JPEG XR image", "image")),
    (0, b"8BPS\0\x01\0\0\0\0\0\0", FileType("a Photoshop document", "image")),
    (0, b"8BPS\0\x02\0\0\0\0\0\0", FileType("a Photoshop document", "image")),
    (0, b"gimp xcf ", FileType("a GIMP image", "image")),
    (0, b"\x76\x2f\x31\x01", FileType("an OpenEXR image", "image")),
    (0, b"DDS \x7c\0\0\0", FileType("a DDS texture", "image")),
    (0, b"qoif\0", FileType("a QOI image", "image")),
    (0, b"BPG\xfb", FileType("a BPG image", "image")),
    (0, b"AT&TFORM", FileType("a DjVu document", "document")),
    (0, b"icns\0", FileType("an Apple icon", "image")),
    (0, b"\xd7\xcd\xc6\x9a\0\0", FileType("a Windows metafile", "image")),
    (128, b"DICM", FileType("a DICOM image", "image")),
    (0, b"IIRO\x08\0\0\0", RAW),  # Olympus
    (0, b"IIRS\x08\0\0\0", RAW),
    (0, b"MMOR\0\0\0\x08", RAW),
    (0, b"IIU\0", RAW),  # Panasonic
    (0, b"FUJIFILMCCD-RAW ", RAW),
    (0, b"FOVb\0\0", RAW),  # Sigma
    (0, b"\0MRM\0", RAW),  # Minolta
    (0, b"II\x1a\0\0\0HEAPCCDR", RAW),  # Canon CRW
    (0, b"\xc5\xd0\xd3\xc6", FileType("an EPS drawing", "document")),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileType("a Microsoft Office document", "document")),
    (0, b"ITSF\x03\0\0\0", FileType("a compiled help file", "document")),
    (60, b"BOOKMOBI", FileType("a Kindle book", "document")),
    (0, b"Rar!\x1a\x07", FileType("a RAR archive", "archive")),
    (0, b"7z\xbc\xaf\x27\x1c", FileType("a 7z archive", "archive")),
    (0, b"\x1f\x8b\x08", FileType("a gzip archive", "archive")),
    (0, b"\x1f\x9d\x90", FileType("a compressed file", "archive")),
    (0, b"\xfd7zXZ\0", FileType("an xz archive", "archive")),
    (0, b"\x28\xb5\x2f\xfd", FileType("a Zstandard archive", "archive")),
    (0, b"\x04\x22\x4d\x18", FileType("an LZ4 archive", "archive")),
    (0, b"LZIP\x01", FileType("an lzip archive", "archive")),
    (257, b"ustar", FileType("a tar archive", "archive")),
    (0, b"MSCF\0\0\0\0", FileType("a CAB archive", "archive")),
    (0, b"!<arch>\n", FileType("an ar archive", "archive")),
    (0, b"\xed\xab\xee\xdb", FileType("an RPM package", "archive")),
    (0, b"xar!\0\x1c", FileType("a XAR archive", "archive")),
    (0, b"hsqs", FileType("a SquashFS image", "archive")),
    (0x8001, b"CD001", FileType("a disk image", "archive")),
    (0, b"PACK\0\0\0\x02", FileType("a Git pack", "archive")),
    (0, b"fLaC\0\0\0\x22", FileType("a FLAC audio file", "audio")),
    (0, b"MThd\0\0\0\x06", FileType("a MIDI file", "audio")),
    (0, b".snd\0\0\0", FileType("an AU audio file", "audio")),
    (0, b"#!AMR\n", FileType("an AMR audio file", "audio")),
    (0, b"wvpk", FileType("a WavPack audio file", "audio")),
    (0, b"FLV\x01", FileType("a Flash video", "video")),
    (0, b"\0\0\x01\xba", FileType("an MPEG video", "video")),
    (0, b"\0\0\x01\xb3", FileType("an MPEG video", "video")),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileType("a Windows Media file", "video")),
    (0, b"\x7fELF", FileType("an ELF program", "program")),
    (0, b"\xfe\xed\xfa\xce", FileType("a Mach-O program", "program")),
    (0, b"\xfe\xed\xfa\xcf", FileType("a Mach-O program", "program")),
    (0, b"\xce\xfa\xed\xfe", FileType("a Mach-O program", "program")),
    (0, b"\xcf\xfa\xed\xfe", FileType("a Mach-O program", "program")),
    (0, b"\0asm\x01\0\0\0", FileType("a WebAssembly module", "program")),
    (0, b"BC\xc0\xde", FileType("an LLVM bitcode file", "program")),
    (0, b"dex\n03", FileType("an Android program", "program")),
    (0, b"OTTO\0", FileType("an OpenType font", "font")),
    (0, b"ttcf\0", FileType("a font collection", "font")),
    (0, b"wOFF", FileType("a WOFF font", "font")),
    (0, b"wOF2", FileType("a WOFF2 font", "font")),
    (0, b"SQLite format 3\0", FileType("an SQLite database", "data")),
    (0, b"\x89HDF\r\n\x1a\n", FileType("an HDF5 file", "data")),
    (0, b"\x93NUMPY", FileType("a NumPy array", "data")),
    (0, b"PAR1", FileType("a Parquet table", "data")),
    (0, b"ARROW1\0\0", FileType("an Arrow table", "data")),
    (0, b"GGUF", FileType("a GGUF model", "data")),
    (0, b"\xd4\xc3\xb2\xa1", FileType("a packet capture", "data")),
    (0, b"\x0a\x0d\x0d\x0a", FileType("a packet capture", "data")),
    (0, b"L\0\0\0\x01\x14\x02\0", FileType("a Windows shortcut", "data")),
    (0, b"glTF\x02\0\0\0", FileType("a glTF model", "data")),
    (0, b"bplist00", FileType("a property list", "data")),
)  # fmt: skip

#: Text formats by a regular expression for their beginning, after a byte order mark and blanks.
#: Markup is compared without its prolog (declarations and comments).
_MARKUP: Final = (
    (r"(?i:<(\w+:)?svg(>|\s+[\w:-]+\s*=))", SVG),
    (r"(?i:<(html|head|body)[\s>])", HTML),
)
_TEXTS: Final = (
    (r"%PDF-\d\.\d\s", PDF),
    (r"%!PS-Adobe-\d\.\d EPSF-\d", FileType("an EPS drawing", "document")),
    (r"%!PS(-Adobe-\d\.\d)?\s", FileType("a PostScript document", "document")),
    (r"\{\\rtf\d", FileType("an RTF document", "document")),
    (r"(?i:<!doctype\s+html[\s>])", HTML),
    (r"<\?xml\s+version", FileType("an XML document", "text")),
    (r'\{\s*"[^"\n]{0,200}"\s*:', FileType("a JSON document", "text")),
    (r'\[\s*(\{\s*"|\[\s*["\d-]|"[^"\n]{0,200}"\s*[,\]]|-?\d[\d.]*\s*,\s*-?\d)',
     FileType("a JSON document", "text")),
    (r"#!\s?/\S+", FileType("a script", "program")),
    (r"#\?(RADIANCE|RGBE)\n", FileType("a Radiance HDR image", "image")),
    (r"/\* XPM \*/", FileType("an XPM image", "image")),
    (r"#define \w+_width \d+\s+#define \w+_height \d+",
     FileType("an XBM image", "image")),
    (_NETPBM, NETPBM),
    (r"SIMPLE  = {20}T", FileType("a FITS image", "image")),
    (r"data:[\w.+-]+/[\w.+-]+;base64,", FileType("a data URL", "text")),
    (r"version https://git-lfs\.github\.com/spec/",
     FileType("a Git LFS pointer", "text")),
    (r"-----BEGIN [A-Z0-9 ]+-----", FileType("a PEM or PGP file", "text")),
    (r"BEGIN:VCARD\s", FileType("a contact card", "text")),
    (r"BEGIN:VCALENDAR\s", FileType("a calendar file", "text")),
    (r"WEBVTT\s", FileType("a subtitle file", "text")),
)  # fmt: skip
#: One item before the root element: a declaration, a comment, or a document type.
_PROLOG_ITEM: Final = re.compile(
    r"<\?[^>]*\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[[^\]]*\])?[^>\[]*>", re.DOTALL | re.IGNORECASE
)
_EMAIL: Final = FileType("an e-mail message", "text")
_EMAIL_FIELD: Final = re.compile(
    r"^(Return-Path|Received|Message-ID|MIME-Version|Date|From|To|Subject|Delivered-To): ",
    re.MULTILINE | re.IGNORECASE,
)
MIN_EMAIL_FIELDS: Final = 3  #: different header fields of an e-mail message

#: Brands of the ISO base media file format (``ftyp``): the first four letters, or fewer.
_BRANDS: Final = (
    (("avif", "avis"), AVIF),
    (("hei", "hev", "mif", "msf"), HEIC),
    (("crx",), RAW),
    (("jxl",), JPEG_XL),
    (("M4A", "M4B", "F4A"), FileType("an M4A audio file", "audio")),
    (("qt",), FileType("a QuickTime video", "video")),
    (("3gp", "3g2"), FileType("a 3GP video", "video")),
)  # fmt: skip
_RIFF_FORMS: Final = {
    b"WEBP": WEBP,
    b"WAVE": FileType("a WAV audio file", "audio"),
    b"AVI ": FileType("an AVI video", "video"),
}
_IFF_FORMS: Final = {
    b"AIFF": FileType("an AIFF audio file", "audio"),
    b"AIFC": FileType("an AIFF audio file", "audio"),
    b"ILBM": FileType("an Amiga image", "image"),
}
_OGG_CODECS: Final = (
    (b"theora", FileType("an Ogg video", "video")),
    (b"OpusHead", FileType("an Opus audio file", "audio")),
)
#: What a ZIP archive contains: a name in its directory or its first entry.
_ZIP_CONTENTS: Final = (
    (b"mimetypeapplication/epub+zip", FileType("an EPUB book", "document")),
    (b"mimetypeapplication/vnd.oasis.opendocument", FileType("an OpenDocument file", "document")),
    (b"mimetypeimage/openraster", FileType("an OpenRaster image", "image")),
    (b"word/document.xml", FileType("a Word document", "document")),
    (b"xl/workbook.", FileType("an Excel workbook", "document")),
    (b"ppt/presentation.xml", FileType("a PowerPoint presentation", "document")),
    (b"AndroidManifest.xml", FileType("an Android program", "program")),
    (b"META-INF/MANIFEST.MF", FileType("a Java archive", "program")),
)
_ZIP_DIRECTORY_SIZE: Final = 2**16  #: bytes at the end of an archive that are searched for names
#: Sizes of the second header of a BMP file.
_DIB_SIZES: Final = (12, 16, 40, 52, 56, 64, 108, 124)
#: The maker in the first directory of a raw photograph that is laid out as TIFF.
_RAW_MAKERS: Final = (b"NIKON", b"SONY", b"PENTAX", b"RICOH", b"SAMSUNG", b"KODAK", b"Hasselblad")
_BIT_RATES: Final = (  # kbit/s, by MPEG 1 or 2/2.5, layer III
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
_SAMPLE_RATES: Final = (44100, 48000, 32000)


def identify(data: bytes) -> FileType | None:
    """Return the type of a file, or None for ordinary text and for unknown data.

    Args:
        data: the file; its first 64 KiB and, of a ZIP archive, its last 64 KiB are sufficient.

    Example:
        >>> identify(b"GIF89a\\x10\\0\\x10\\0\\x80\\0\\0").name
        'a GIF image'
        >>> identify(b"GIF89a is from 1989") is None
        True
    """
    text = decode_text(data[:HEAD_SIZE])
    return _identify_binary(data) if text is None else _identify_text(text)


def decode_text(head: bytes) -> str | None:
    """Return the beginning of a text, without its byte order mark, or None if ``head`` is not text.

    Text is UTF-8 without control characters, or UTF-16 with a byte order mark. A character that is
    cut at the end of ``head`` is dropped.
    """
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = head[: len(head) & ~1].decode("utf-16", "replace")
        return None if "�" in text[:-1] or _has_control(text.encode()) else text
    if head.translate(None, _CONTROL) != head:
        return None
    try:  # an incremental decoder keeps an incomplete character at the end
        return codecs.getincrementaldecoder("utf-8-sig")().decode(head)
    except UnicodeDecodeError:
        return None


def _has_control(data: bytes) -> bool:
    return data.translate(None, _CONTROL) != data


def _identify_text(text: str) -> FileType | None:
    text = text.lstrip()
    candidates = ((_MARKUP, _skip_prolog(text)), (_TEXTS, text))
    for patterns, beginning in candidates:
        for pattern, file_type in patterns:
            if re.match(pattern, beginning):
                return file_type
    header = re.split(r"\r?\n\r?\n", text, maxsplit=1)[0]
    fields = {name.lower() for name in _EMAIL_FIELD.findall(header)}
    is_email = len(fields) >= MIN_EMAIL_FIELDS and bool(_EMAIL_FIELD.match(header))
    return _EMAIL if is_email else None


def _skip_prolog(text: str) -> str:
    """Return ``text`` from the root element of its markup on."""
    # In a loop, not in one pattern: nested repetition would take exponential time for bad input.
    while item := _PROLOG_ITEM.match(text):
        text = text[item.end() :].lstrip()
    return text


def _identify_binary(data: bytes) -> FileType | None:
    for offset, constant, file_type in _CONSTANTS:
        if data.startswith(constant, offset):
            return file_type
    identified = (identify_structured(data) for identify_structured in _STRUCTURED)
    return next(filter(None, identified), None)


def _identify_pdf(data: bytes) -> FileType | None:
    return PDF if re.match(rb"\s*%PDF-\d\.\d\s", data[:64]) else None


def _identify_iso_media(data: bytes) -> FileType | None:
    """Identify MP4, HEIC and their relatives; a mixed HEIC/AVIF brand is decided by all brands."""
    if data[4:8] != b"ftyp":
        is_old_movie = data[4:8] in (b"moov", b"mdat", b"wide", b"pnot") and data[:1] == b"\0"
        return FileType("a QuickTime video", "video") if is_old_movie else None
    size = min(int.from_bytes(data[:4], "big"), 256)
    box = data[8 : max(size, 12)]
    # The major brand, then the compatible ones, without the version between them.
    brands = [box[at : at + 4].decode("latin-1") for at in range(0, len(box), 4) if at != 4]
    if "avif" in brands[1:] and brands[0] in ("mif1", "msf1"):
        return AVIF
    for names, file_type in _BRANDS:
        if brands[0].startswith(names):
            return file_type
    return _MP4


def _identify_tiff(data: bytes) -> FileType | None:
    """Identify TIFF, BigTIFF, and the raw photographs of cameras that are laid out as TIFF."""
    if data[:4] in (b"II\x2b\0", b"MM\0\x2b"):
        return TIFF
    if data[:4] not in (b"II\x2a\0", b"MM\0\x2a"):
        return None
    if data[8:10] == b"CR":  # Canon CR2
        return RAW
    tags = _first_tags(data)
    is_dng = DNG_VERSION_TAG in tags
    # The first picture is a small one, and others are in directories below.
    is_preview = tags.get(SUBFILE_TAG) == 1 and SUB_DIRECTORIES_TAG in tags
    maker = data[tags[MAKE_TAG] :][:10] if MAKE_TAG in tags else b""
    return RAW if is_dng or (is_preview and maker.startswith(_RAW_MAKERS)) else TIFF


def _first_tags(data: bytes) -> dict[int, int]:
    """Return the tags of the first directory of a TIFF file, with value or offset as 32 bits."""
    order = "<" if data[:2] == b"II" else ">"
    try:
        (start,) = struct.unpack_from(order + "I", data, 4)
        (count,) = struct.unpack_from(order + "H", data, start)
        entries = [
            struct.unpack_from(order + "HHII", data, start + 2 + 12 * index)
            for index in range(min(count, MAX_TAGS))
        ]
    except struct.error:
        return {}
    # A field of 4 bytes has its value on the left: big-endian, a short is in the upper half.
    is_shifted = order == ">"
    return {
        tag: value >> 16 if is_shifted and kind == SHORT else value
        for tag, kind, _, value in entries
    }


def _identify_bmp(data: bytes) -> FileType | None:
    is_bmp = data[:2] == b"BM" and int.from_bytes(data[14:18], "little") in _DIB_SIZES
    return BMP if is_bmp else None


def _identify_icon(data: bytes) -> FileType | None:
    """Identify a Windows icon or cursor: a count of 1..1024, and the first entry."""
    is_icon = data[:4] in (b"\0\0\1\0", b"\0\0\2\0") and len(data) >= 22
    count, size = int.from_bytes(data[4:6], "little"), int.from_bytes(data[14:18], "little")
    is_icon = is_icon and 1 <= count <= 1024 and data[9] in (0, 255) and size > 0
    return ICON if is_icon else None


def _identify_netpbm(data: bytes) -> FileType | None:
    is_netpbm = re.match(_NETPBM.encode(), data[:HEAD_SIZE])
    return NETPBM if is_netpbm else None


def _identify_metafile(data: bytes) -> FileType | None:
    is_metafile = data[:4] == b"\1\0\0\0" and data[40:44] == b" EMF"
    return FileType("a Windows metafile", "image") if is_metafile else None


def _identify_container(data: bytes) -> FileType | None:
    """Identify RIFF, IFF, Ogg and Matroska files by what they contain."""
    if data[:4] in (b"RIFF", b"RIFX"):
        return _RIFF_FORMS.get(data[8:12], _RIFF)
    if data[:4] == b"FORM":
        return _IFF_FORMS.get(data[8:12])
    if data[:5] == b"OggS\0":
        named = (file_type for name, file_type in _OGG_CODECS if name in data[:256])
        return next(named, FileType("an Ogg audio file", "audio"))
    if data[:4] == b"\x1a\x45\xdf\xa3":
        is_webm = b"webm" in data[:64]
        return FileType("a WebM video" if is_webm else "a Matroska video", "video")
    return None


def _identify_zip(data: bytes) -> FileType | None:
    if data[:4] not in (b"PK\3\4", b"PK\5\6", b"PK\7\x08"):
        return None
    names = data[:HEAD_SIZE] + data[-_ZIP_DIRECTORY_SIZE:]
    return next((file_type for name, file_type in _ZIP_CONTENTS if name in names), _ZIP)


def _identify_bzip2(data: bytes) -> FileType | None:
    """Identify bzip2 by the marker of its first block, or of the end if it is empty."""
    is_bzip2 = data[:3] == b"BZh" and data[4:10] in (b"1AY&SY", b"\x17\x72\x45\x38\x50\x90")
    return FileType("a bzip2 archive", "archive") if is_bzip2 else None


def _identify_audio(data: bytes) -> FileType | None:
    """Identify MP3 and AAC by two consecutive frames: a frame begins with only 11 constant bits."""
    if (
        data[:3] == b"ID3"
        and data[3:4] in (b"\2", b"\3", b"\4")
        and max(data[6:10], default=255) < 128
    ):
        return _MP3
    if len(data) < 8 or data[0] != 255 or data[1] < 224:
        return None
    if data[1] & 0xF6 == 0xF0:  # AAC: its frame length is a field of 13 bits
        length = (data[3] & 3) << 11 | data[4] << 3 | data[5] >> 5
        is_aac = length > 7 and data[length : length + 2] == data[:2]
        return FileType("an AAC audio file", "audio") if is_aac else None
    length = _mp3_frame_length(data[1], data[2])
    return _MP3 if length and data[length : length + 2] == data[:2] else None


def _mp3_frame_length(version_byte: int, rate_byte: int) -> int:
    """Return the length of a frame of layer III in bytes, or 0 if the bytes are not valid."""
    version, layer = version_byte >> 3 & 3, version_byte >> 1 & 3
    rate, sampling, padding = rate_byte >> 4, rate_byte >> 2 & 3, rate_byte >> 1 & 1
    if version == 1 or layer != 1 or rate in (0, 15) or sampling == 3:
        return 0
    is_mpeg1 = version == 3
    samples = _SAMPLE_RATES[sampling] // {3: 1, 2: 2, 0: 4}[version]
    return (144 if is_mpeg1 else 72) * _BIT_RATES[not is_mpeg1][rate] * 1000 // samples + padding


def _identify_transport_stream(data: bytes) -> FileType | None:
    is_stream = len(data) > 376 and data[0] == data[188] == data[376] == 0x47
    return FileType("an MPEG video", "video") if is_stream else None


def _identify_windows_program(data: bytes) -> FileType | None:
    """Identify a PE file by its header, whose offset is in the header of DOS; not by ``MZ``."""
    offset = int.from_bytes(data[60:64], "little")
    is_program = data[:2] == b"MZ" and data[offset : offset + 4] == b"PE\0\0"
    return FileType("a Windows program", "program") if is_program else None


def _identify_java_or_mach(data: bytes) -> FileType | None:
    """A Java class and a Mach-O file for several processors begin with the same four bytes."""
    if data[:4] != b"\xca\xfe\xba\xbe" or len(data) < 8:
        return None
    is_java = int.from_bytes(data[4:8], "big") >= 45  # the version; the other's number of parts
    return FileType("a Java class" if is_java else "a Mach-O program", "program")


def _identify_python(data: bytes) -> FileType | None:
    """Identify Python bytecode: a version of 16 bits, ``\\r\\n``, and flags, of which two exist."""
    version, flags = int.from_bytes(data[:2], "little"), data[4:8]
    is_bytecode = data[2:4] == b"\r\n" and 3000 <= version < 4000 and len(data) >= 16
    is_bytecode = is_bytecode and flags[1:] == b"\0\0\0" and flags[0] < 4
    return FileType("Python bytecode", "program") if is_bytecode else None


def _identify_font(data: bytes) -> FileType | None:
    tables = int.from_bytes(data[4:6], "big")
    is_font = data[:4] in (b"\0\1\0\0", b"true") and 4 <= tables <= 64 and data[12:16].isascii()
    is_font = is_font and data[12:16].rstrip().replace(b"/", b"").isalnum()
    return FileType("a TrueType font", "font") if is_font else None


def _identify_model(data: bytes) -> FileType | None:
    """Identify safetensors: the length of a JSON object, and the object."""
    is_tensors = data[5:8] == b"\0\0\0" and data[8:10] == b'{"'
    return FileType("a safetensors model", "data") if is_tensors else None


_STRUCTURED: Final[tuple[Callable[[bytes], FileType | None], ...]] = (
    _identify_pdf,
    _identify_iso_media,
    _identify_tiff,
    _identify_bmp,
    _identify_icon,
    _identify_netpbm,
    _identify_metafile,
    _identify_container,
    _identify_zip,
    _identify_bzip2,
    _identify_audio,
    _identify_transport_stream,
    _identify_windows_program,
    _identify_java_or_mach,
    _identify_python,
    _identify_font,
    _identify_model,
)
