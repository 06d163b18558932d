"""Words as the alternative text of a picture, where viewers and screen readers look for it.

PNG has it in a chunk iTXt with the keyword ``Description``, JPEG and WebP in the EXIF tag
``ImageDescription``. All three also have it in XMP, as ``dc:description`` and as IPTC's
``AltTextAccessibility``. EXIF strings are ASCII by the standard; the text is written in UTF-8, as
the Metadata Working Group recommends and ExifTool, Exiv2 and browsers read it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from semcodec.choices import PictureFormat

MAX_ALT_TEXT: Final = 1000  #: characters; longer texts are cut at a word
IMAGE_DESCRIPTION_TAG: Final = 0x010E  #: of EXIF
PNG_KEYWORD: Final = "Description"  #: registered in the PNG specification
XMP_KEYWORD: Final = "XML:com.adobe.xmp"  #: of the chunk with XMP

#: Control characters, line separators and the marks that change the direction of text; XML cannot
#: contain the first, nor surrogates and the last two. Joiners stay: scripts and emoji need them.
_REMOVED: Final = re.compile(
    "[\0-\x20\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]+"
)
_XMP: Final = """\
<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:Iptc4xmpCore="http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/">
<dc:description>{alternatives}</dc:description>
<Iptc4xmpCore:AltTextAccessibility>{alternatives}</Iptc4xmpCore:AltTextAccessibility>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""
_ALTERNATIVES: Final = '<rdf:Alt><rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt>'


def from_words(words: Sequence[str]) -> str:
    """Return ``words`` as one line of at most ``MAX_ALT_TEXT`` characters.

    Characters that could break a file or hide a part of the text are replaced by spaces.
    """
    text = _REMOVED.sub(" ", " ".join(words)).strip()
    if len(text) <= MAX_ALT_TEXT:
        return text
    start = text[: MAX_ALT_TEXT - 1]
    return (start.rpartition(" ")[0] or start) + "…"


def save_options(format_name: PictureFormat, text: str, language: str = "") -> dict[str, Any]:
    """Return options for ``imaging.to_file`` that write ``text`` into the picture.

    Args:
        format_name: Pillow's name of the format.
        text: as ``from_words`` returns it; "" writes nothing.
        language: a language tag such as ``"en"``, or "" if it is not known; only PNG states it.
    """
    if not text:
        return {}
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    xmp = _XMP.format(alternatives=_ALTERNATIVES.format(escaped))
    if format_name == "PNG":
        return {"pnginfo": _png_chunks(text, language, xmp)}
    return {"exif": _exif(text), "xmp": xmp.encode()}


def _png_chunks(text: str, language: str, xmp: str) -> Any:
    from PIL.PngImagePlugin import PngInfo

    chunks = PngInfo()
    chunks.add_itxt(PNG_KEYWORD, text, lang=language)
    chunks.add_itxt(XMP_KEYWORD, xmp)
    return chunks


def _exif(text: str) -> Any:
    from PIL.Image import Exif

    exif = Exif()
    # As bytes, because Pillow would replace every character of a string that is not ASCII.
    exif[IMAGE_DESCRIPTION_TAG] = text.encode()
    return exif
