"""How many bits beside the payload each way of framing costs: ours, general formats, image files.

    pip install -e '.[bench]'
    python bench/headers.py [--markdown]

All rows come from real encoders in one run; a row whose package is missing says so. *Framing* is
every bit that is not payload, so what a payload grows by when written as text counts as framing.
The payload of an image file is the coded picture. Headers of frames, tables of contents and all
that stands in AVIF's ``mdat`` are left on its side, in favour of the others.
"""

from __future__ import annotations

import base64
import io
import json
import math
import sys
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import semcodec
from semcodec import Models

WORDS = "ndn trdtnl rch vndv"
PAYLOAD = semcodec.unpack(semcodec.pack(WORDS)).payload
SIDE = 1024  #: pixels of the picture that goes into image files
MODELS = Models(describer=7, writer=2, painter=8, prompts=1)
FULL: dict[str, Any] = {"size": (1920, 1080), "models": MODELS}
CRC_16 = int.from_bytes(semcodec.pack(WORDS, **FULL, check="crc16")[-2:], "big")
LEGEND = (
    "I identifies itself, V version, S size, C integrity check, M models; "
    "small letter: by default, dot: not carried."
)

Fields = dict[str, int | bytes]
Shape = Callable[[Fields], object]

SAID: Fields = {"version": 1, "coding": 0, "width": 1024, "height": 1024, "models": 0}
SAID_ALL: Fields = {"version": 1, "coding": 0, "width": 1920, "height": 1080}
SAID_ALL |= {"describer": 7, "writer": 2, "painter": 8, "prompts": 1, "check": CRC_16}
ALONE: Fields = {"payload": PAYLOAD}  #: all else left out, and taken to be what is usual


class Sizes(NamedTuple):
    """What was measured: bytes in all, and how many bits of them are payload."""

    total: int
    payload: int = 8 * len(PAYLOAD)

    @property
    def framing(self) -> int:
        """All bits that are not payload."""
        return 8 * self.total - self.payload


class Row(NamedTuple):
    """One way of framing: its name, what it carries (see LEGEND), and how to measure it."""

    name: str
    carries: str
    measure: Callable[[], Sizes]


def ours(**options: Any) -> Sizes:
    """Measure a record of ours."""
    return Sizes(len(semcodec.pack(WORDS, **options)))


def ours_in_png(**options: Any) -> Sizes:
    """Measure what a record adds to a PNG file."""
    png = image_file("PNG")
    return Sizes(len(semcodec.embed_png(png, semcodec.pack(WORDS, **options))) - len(png))


def values(fields: Fields) -> list[int | bytes]:
    """Leave the keys out: both sides know the order."""
    return list(fields.values())


def numbered(fields: Fields) -> dict[int, int | bytes]:
    """Use small integers as keys."""
    return dict(enumerate(fields.values()))


def dumped(module: str, function: str, shape: Shape, fields: Fields) -> bytes:
    """Encode with a package that takes any object, as ``json.dumps`` does."""
    return bytes(getattr(import_module(module), function)(shape(fields)))


def protobuf(fields: Fields) -> bytes:
    """A proto3 message, declared here: ``uint32`` fields and one of ``bytes``."""
    descriptors = import_module("google.protobuf.descriptor_pb2")
    file = descriptors.FileDescriptorProto(name="record.proto", syntax="proto3")
    message = file.message_type.add(name="Record")
    for number, (name, value) in enumerate(fields.items(), 1):
        kind = "TYPE_BYTES" if isinstance(value, bytes) else "TYPE_UINT32"
        message.field.add(name=name, number=number, type=kind, label="LABEL_OPTIONAL")
    pool = import_module("google.protobuf.descriptor_pool").DescriptorPool()
    pool.Add(file)
    factory = import_module("google.protobuf.message_factory")
    record = factory.GetMessageClass(pool.FindMessageTypeByName("Record"))
    return bytes(record(**fields).SerializeToString())


def json_names(fields: Fields) -> bytes:
    """A compact object, the payload in base64url without padding."""
    text = base64.urlsafe_b64encode(PAYLOAD).rstrip(b"=").decode()
    return json.dumps({**fields, "payload": text}, separators=(",", ":")).encode()


CBOR = partial(dumped, "cbor2", "dumps")
MESSAGE_PACK = partial(dumped, "msgpack", "packb")
GENERAL: dict[str, Callable[[Fields], bytes]] = {
    "CBOR array": partial(CBOR, values),
    "CBOR map, keys 0 to n": partial(CBOR, numbered),
    "CBOR map, keys in words": partial(CBOR, dict),
    "MessagePack array": partial(MESSAGE_PACK, values),
    "MessagePack map, words": partial(MESSAGE_PACK, dict),
    "Protobuf (proto3)": protobuf,
    "JSON object": json_names,
}


def general(name: str, fields: Fields) -> Sizes:
    """Measure a record in a general format."""
    return Sizes(len(GENERAL[name](fields)))


def picture(side: int) -> Any:
    """Return a picture of three ramps."""
    image = import_module("PIL.Image")
    ramp = image.linear_gradient("L").resize((side, side))
    return image.merge("RGB", (ramp, ramp.rotate(90), ramp.rotate(180)))


def image_file(kind: str, **options: Any) -> bytes:
    """Return that picture as a file of Pillow."""
    file = io.BytesIO()
    try:
        picture(SIDE).save(file, kind, **options)
    except KeyError:
        raise ModuleNotFoundError(name=f"Pillow that writes {kind}") from None
    return file.getvalue()


def up_to(mark: bytes, behind: int, end: int, kind: str, **options: Any) -> Sizes:
    """Measure a file with a header up to ``behind`` bytes behind ``mark``, and an end."""
    data = image_file(kind, **options)
    header = data.index(mark) + len(mark) + behind
    return Sizes(len(data), 8 * (len(data) - header - end))


def jpeg_xl(**options: Any) -> Sizes:
    """Measure a JPEG XL file up to its frame; the container, if any, included."""
    import_module("pillow_jxl")
    data = image_file("JXL", quality=50, **options)
    start = data.index(b"\xff\x0a")
    bits = int.from_bytes(data[start + 2 : start + 5], "little")
    # From the low end: no small size (0), 13 bits of height follow (01), the height less 1,
    # ratio 1:1 (001), metadata all default (1), transform all default (1), filled up to 24.
    if bits != 0b0 | 0b01 << 1 | (SIDE - 1) << 3 | 0b001 << 16 | 0b11 << 19:
        raise AssertionError("the encoder writes another header than the one counted here")
    return Sizes(len(data), 8 * (len(data) - start - 5))


def thumb_hash() -> Sizes:
    """Measure a ThumbHash: of its header's 40 bits, 35 are mean colour and scales, so picture."""
    rgba = list(picture(32).convert("RGBA").tobytes())
    total = len(import_module("thumbhash").rgba_to_thumb_hash(32, 32, rgba))
    return Sizes(total, 8 * total - 5)


def blur_hash() -> Sizes:
    """Measure a BlurHash: a text of 1 character for the counts, else picture in base 83."""
    small, across, down = picture(32), 4, 3
    rows = [[small.getpixel((x, y)) for x in range(32)] for y in range(32)]
    text = import_module("blurhash").encode(rows, across, down)
    waves = (across * down - 1) * math.log2(19**3)  # of 19 levels for each colour
    return Sizes(len(text), math.ceil(24 + math.log2(83) + waves))  # mean colour, largest wave


def default_rows() -> Iterator[Row]:
    """The default record: 1024 x 1024, model set 0."""
    yield Row("semcodec bare", "·Vs·m", ours)
    for bits in (8, 16, 32):
        yield Row(f"semcodec bare, CRC-{bits}", "·VsCm", partial(ours, check=f"crc{bits}"))
    yield Row("semcodec sequence", "·Vs·m", partial(ours, framing="sequence"))
    for framing in ("file", "url", "qr"):
        yield Row(f"semcodec {framing}", "IVsCm", partial(ours, framing=framing))
    yield Row("semcodec png chunk", "IVsCm", ours_in_png)
    for name in GENERAL:
        models = "m" if name.startswith("Protobuf") else "M"  # proto3 leaves zeros out
        yield Row(name, f"·VS·{models}", partial(general, name, SAID | ALONE))
    for name in ("CBOR array", "MessagePack array", "Protobuf (proto3)"):
        yield Row(f"{name}, only payload", "·vs·m", partial(general, name, ALONE))


def full_rows() -> Iterator[Row]:
    """The full record: 1920 x 1080, ids of four models, a check of 16 bits."""
    full = partial(ours, **FULL, check="crc16")
    yield Row("semcodec bare, CRC-16", "·VSCM", full)
    yield Row("semcodec sequence", "·VSCM", partial(full, framing="sequence"))
    for framing in ("file", "url", "qr"):
        yield Row(f"semcodec {framing}", "IVSCM", partial(full, framing=framing))
    yield Row("semcodec png chunk", "IVSCM", partial(ours_in_png, **FULL))
    for name in GENERAL:
        yield Row(name, "·VSCM", partial(general, name, SAID_ALL | ALONE))


def image_rows() -> Iterator[Row]:
    """Files of a picture of 1024 x 1024 pixels, beside a record of the same size."""
    yield Row("semcodec bare", "·Vs·m", ours)
    yield Row("semcodec file", "IVsCm", partial(ours, framing="file"))
    yield Row("JPEG XL codestream", "I·S··", jpeg_xl)
    yield Row("JPEG XL container", "IVS··", partial(jpeg_xl, use_container=True))
    yield Row("QOI", "I·S··", partial(up_to, b"qoif", 10, 8, "QOI"))
    yield Row("WebP, lossless", "IVS··", partial(up_to, b"VP8L", 9, 0, "WEBP", lossless=True))
    yield Row("WebP", "IVS··", partial(up_to, b"\x9d\x01\x2a", 4, 0, "WEBP", quality=0))
    yield Row("PNG", "I·SC·", partial(up_to, b"IDAT", 0, 16, "PNG"))  # end: check of IDAT, IEND
    yield Row("AVIF", "IVS··", partial(up_to, b"mdat", 0, 0, "AVIF", quality=0))
    yield Row("ThumbHash (no exact size)", "·····", thumb_hash)
    yield Row("BlurHash (no size), text", "·····", blur_hash)


def measured(rows: Iterator[Row]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the cells of each row; the first row is what the others are compared with."""
    least = 0
    for name, carries, measure in rows:
        try:
            sizes = measure()
        except ModuleNotFoundError as missing:
            yield name, "-", "-", "-", f"skipped: there is no {missing.name}"
            continue
        least = least or sizes.framing
        ratio = f"{sizes.framing / least:,.1f}"
        yield name, f"{sizes.framing:,}", f"{sizes.total:,}", ratio, carries


def main(markdown: bool) -> None:
    """Print the three tables, for a terminal or for a page."""
    head = ("framing", "bits", "bytes in all", "times ours", "carries")
    line = "| {} | {} | {} | {} | `{}` |" if markdown else "{:<33}{:>6}{:>14}{:>12}  {}"
    for rows in (default_rows, full_rows, image_rows):
        print(f"\n{rows.__doc__}\n")
        print(line.replace("`", "").format(*head))
        if markdown:
            print("|---|--:|--:|--:|---|")
        for cells in measured(rows()):
            print(line.format(*cells))
    print(f"\n{LEGEND}")


if __name__ == "__main__":
    main("--markdown" in sys.argv[1:])
