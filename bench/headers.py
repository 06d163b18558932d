"""Measure the bits that framing adds to a payload in semcodec, general formats and image files.

    pip install -e '.[bench]'
    python bench/headers.py [--markdown]

All rows are measured with real encoders in one run; rows with missing packages are skipped.
*Framing* is every bit that is not payload; if a payload is written as text, its growth counts as
framing. The payload of an image file is the coded picture. Frame headers, tables of contents and
everything in AVIF's ``mdat`` count as payload, which favors the other formats.
"""

from __future__ import annotations

import argparse
import base64
import io
import json
import math
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from typing import Any, NamedTuple

import semcodec
from semcodec import Models

WORDS = "ndn trdtnl rch vndv"
PAYLOAD = semcodec.unpack(semcodec.pack(WORDS)).payload
SIDE = 1024  #: pixels of the picture in image files
MODELS = Models(describer=7, writer=2, painter=8, prompts=1)
FULL_OPTIONS: dict[str, Any] = {"size": (1920, 1080), "models": MODELS}
CRC_16 = int.from_bytes(semcodec.pack(WORDS, **FULL_OPTIONS, check="crc16")[-2:], "big")
LEGEND = (
    "I identification, V version, S size, C integrity check, M models; "
    "lower case: by default, dot: absent."
)

Fields = dict[str, int | bytes]
Arrangement = Callable[[Fields], object]

DEFAULT_FIELDS: Fields = {"version": 1, "coding": 0, "width": 1024, "height": 1024, "models": 0}
FULL_FIELDS: Fields = {"version": 1, "coding": 0, "width": 1920, "height": 1080}
FULL_FIELDS |= {"describer": 7, "writer": 2, "painter": 8, "prompts": 1, "check": CRC_16}
PAYLOAD_FIELD: Fields = {"payload": PAYLOAD}  #: all other fields absent, with default values


class Sizes(NamedTuple):
    """A measured size.

    Attributes:
        total: the size in bytes.
        payload: the number of bits that are payload.
    """

    total: int
    payload: int = 8 * len(PAYLOAD)

    @property
    def framing(self) -> int:
        """The bits that are not payload."""
        return 8 * self.total - self.payload


class Row(NamedTuple):
    """A row of a table: one format.

    Attributes:
        name: the name of the format.
        features: its fields besides the payload, in the letters of ``LEGEND``.
        measure: returns the size, or raises ModuleNotFoundError if a package is missing.
    """

    name: str
    features: str
    measure: Callable[[], Sizes]


def measure_record(**options: Any) -> Sizes:
    """Measure a record of semcodec."""
    return Sizes(len(semcodec.pack(WORDS, **options)))


def measure_png_chunk(**options: Any) -> Sizes:
    """Measure the bytes that a record adds to a PNG file."""
    png = make_image_file("PNG")
    return Sizes(len(semcodec.embed_png(png, semcodec.pack(WORDS, **options))) - len(png))


def without_keys(fields: Fields) -> list[int | bytes]:
    """Return only the values, for formats in which both sides know the order."""
    return list(fields.values())


def with_integer_keys(fields: Fields) -> dict[int, int | bytes]:
    """Return the values with small integers as keys."""
    return dict(enumerate(fields.values()))


def dump(module: str, function: str, arrange: Arrangement, fields: Fields) -> bytes:
    """Return the fields encoded by a function of a package, such as ``cbor2.dumps``."""
    return bytes(getattr(import_module(module), function)(arrange(fields)))


def encode_protobuf(fields: Fields) -> bytes:
    """Return a proto3 message with ``uint32`` fields and one ``bytes`` field."""
    descriptors = import_module("google.protobuf.descriptor_pb2")
    file = descriptors.FileDescriptorProto(name="record.proto", syntax="proto3")
    message = file.message_type.add(name="Record")
    for number, (name, value) in enumerate(fields.items(), 1):
        field_type = "TYPE_BYTES" if isinstance(value, bytes) else "TYPE_UINT32"
        message.field.add(name=name, number=number, type=field_type, label="LABEL_OPTIONAL")
    pool = import_module("google.protobuf.descriptor_pool").DescriptorPool()
    pool.Add(file)
    factory = import_module("google.protobuf.message_factory")
    record = factory.GetMessageClass(pool.FindMessageTypeByName("Record"))
    return bytes(record(**fields).SerializeToString())


def encode_json(fields: Fields) -> bytes:
    """Return a compact JSON object with the payload in base64url without padding."""
    text = base64.urlsafe_b64encode(PAYLOAD).rstrip(b"=").decode()
    return json.dumps({**fields, "payload": text}, separators=(",", ":")).encode()


CBOR = partial(dump, "cbor2", "dumps")
MESSAGE_PACK = partial(dump, "msgpack", "packb")
GENERAL: dict[str, Callable[[Fields], bytes]] = {
    "CBOR array": partial(CBOR, without_keys),
    "CBOR map, keys 0 to n": partial(CBOR, with_integer_keys),
    "CBOR map, text keys": partial(CBOR, dict),
    "MessagePack array": partial(MESSAGE_PACK, without_keys),
    "MessagePack map, text keys": partial(MESSAGE_PACK, dict),
    "Protobuf (proto3)": encode_protobuf,
    "JSON object": encode_json,
}


def measure_general(name: str, fields: Fields) -> Sizes:
    """Measure a record in a general format."""
    return Sizes(len(GENERAL[name](fields)))


def make_picture(side: int) -> Any:
    """Return an RGB picture of three gradients."""
    image = import_module("PIL.Image")
    ramp = image.linear_gradient("L").resize((side, side))
    return image.merge("RGB", (ramp, ramp.rotate(90), ramp.rotate(180)))


def make_image_file(image_format: str, **options: Any) -> bytes:
    """Return the picture of ``make_picture`` as a file written by Pillow."""
    file = io.BytesIO()
    try:
        make_picture(SIDE).save(file, image_format, **options)
    except KeyError:
        raise ModuleNotFoundError(name=f"Pillow with {image_format}") from None
    return file.getvalue()


def measure_image_file(
    marker: bytes, after: int, trailer: int, image_format: str, **options: Any
) -> Sizes:
    """Measure an image file.

    Its header ends ``after`` bytes after ``marker``; ``trailer`` bytes follow the coded picture.
    """
    data = make_image_file(image_format, **options)
    header = data.index(marker) + len(marker) + after
    return Sizes(len(data), 8 * (len(data) - header - trailer))


def measure_jpeg_xl(**options: Any) -> Sizes:
    """Measure a JPEG XL file with its container, if any; the payload starts at the frame."""
    import_module("pillow_jxl")
    data = make_image_file("JXL", quality=50, **options)
    start = data.index(b"\xff\x0a")
    bits = int.from_bytes(data[start + 2 : start + 5], "little")
    # Starting at the lowest bit: not a small size (0), a height of 13 bits (01), the height minus
    # 1, ratio 1:1 (001), default metadata (1), default transform (1), padded to 24 bits.
    if bits != 0b0 | 0b01 << 1 | (SIDE - 1) << 3 | 0b001 << 16 | 0b11 << 19:
        raise AssertionError("the encoder wrote an unexpected header")
    return Sizes(len(data), 8 * (len(data) - start - 5))


def measure_thumb_hash() -> Sizes:
    """Measure a ThumbHash; 35 of the 40 header bits (mean color, scales) count as payload."""
    rgba = list(make_picture(32).convert("RGBA").tobytes())
    total = len(import_module("thumbhash").rgba_to_thumb_hash(32, 32, rgba))
    return Sizes(total, 8 * total - 5)


def measure_blur_hash() -> Sizes:
    """Measure a BlurHash: a text with 1 character for the counts, and the payload in base 83."""
    small, columns, rows = make_picture(32), 4, 3
    pixels = [[small.getpixel((x, y)) for x in range(32)] for y in range(32)]
    text = import_module("blurhash").encode(pixels, columns, rows)
    # The payload is the mean color (24 bits), the largest coefficient (83 levels), and the other
    # coefficients (19 levels in each of three channels).
    coefficients = (columns * rows - 1) * math.log2(19**3)
    return Sizes(len(text), math.ceil(24 + math.log2(83) + coefficients))


def default_rows() -> Iterator[Row]:
    """The default record: 1024 x 1024, models not stated."""
    yield Row("semcodec bare", "·Vs·m", measure_record)
    for bits in (8, 16, 32):
        yield Row(
            f"semcodec bare, CRC-{bits}", "·VsCm", partial(measure_record, check=f"crc{bits}")
        )
    yield Row("semcodec sequence", "·Vs·m", partial(measure_record, framing="sequence"))
    for framing in ("file", "url", "qr"):
        yield Row(f"semcodec {framing}", "IVsCm", partial(measure_record, framing=framing))
    yield Row("semcodec png chunk", "IVsCm", measure_png_chunk)
    for name in GENERAL:
        models = "m" if name.startswith("Protobuf") else "M"  # proto3 omits zeros
        yield Row(
            name, f"·VS·{models}", partial(measure_general, name, DEFAULT_FIELDS | PAYLOAD_FIELD)
        )
    for name in ("CBOR array", "MessagePack array", "Protobuf (proto3)"):
        yield Row(f"{name}, only payload", "·vs·m", partial(measure_general, name, PAYLOAD_FIELD))


def full_rows() -> Iterator[Row]:
    """The full record: 1920 x 1080, ids of four models, a check of 16 bits."""
    full = partial(measure_record, **FULL_OPTIONS, check="crc16")
    yield Row("semcodec bare, CRC-16", "·VSCM", full)
    yield Row("semcodec sequence", "·VSCM", partial(full, framing="sequence"))
    for framing in ("file", "url", "qr"):
        yield Row(f"semcodec {framing}", "IVSCM", partial(full, framing=framing))
    yield Row("semcodec png chunk", "IVSCM", partial(measure_png_chunk, **FULL_OPTIONS))
    for name in GENERAL:
        yield Row(name, "·VSCM", partial(measure_general, name, FULL_FIELDS | PAYLOAD_FIELD))


def image_rows() -> Iterator[Row]:
    """Image files of 1024 x 1024 pixels, and a record for this size."""
    yield Row("semcodec bare", "·Vs·m", measure_record)
    yield Row("semcodec file", "IVsCm", partial(measure_record, framing="file"))
    yield Row("JPEG XL codestream", "I·S··", measure_jpeg_xl)
    yield Row("JPEG XL container", "IVS··", partial(measure_jpeg_xl, use_container=True))
    yield Row("QOI", "I·S··", partial(measure_image_file, b"qoif", 10, 8, "QOI"))
    yield Row(
        "WebP, lossless", "IVS··", partial(measure_image_file, b"VP8L", 9, 0, "WEBP", lossless=True)
    )
    yield Row(
        "WebP", "IVS··", partial(measure_image_file, b"\x9d\x01\x2a", 4, 0, "WEBP", quality=0)
    )
    png = partial(measure_image_file, b"IDAT", 0, 16, "PNG")  # trailer: checksum of IDAT, and IEND
    yield Row("PNG", "I·SC·", png)
    yield Row("AVIF", "IVS··", partial(measure_image_file, b"mdat", 0, 0, "AVIF", quality=0))
    yield Row("ThumbHash (no exact size)", "·····", measure_thumb_hash)
    yield Row("BlurHash (no size), text", "·····", measure_blur_hash)


def table_cells(rows: Iterator[Row]) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield the cells of each row; ratios are relative to the first row."""
    baseline = 0
    for name, features, measure in rows:
        try:
            sizes = measure()
        except ModuleNotFoundError as missing:
            yield name, "-", "-", "-", f"skipped: {missing.name} is not installed"
            continue
        baseline = baseline or sizes.framing
        ratio = f"{sizes.framing / baseline:,.1f}"
        yield name, f"{sizes.framing:,}", f"{sizes.total:,}", ratio, features


def main(markdown: bool) -> None:
    """Print the three tables as plain text or in Markdown."""
    head = ("format", "bits", "bytes in all", "ratio", "features")
    line = "| {} | {} | {} | {} | `{}` |" if markdown else "{:<33}{:>6}{:>14}{:>12}  {}"
    for rows in (default_rows, full_rows, image_rows):
        print(f"\n{rows.__doc__}\n")
        print(line.replace("`", "").format(*head))
        if markdown:
            print("|---|--:|--:|--:|---|")
        for cells in table_cells(rows()):
            print(line.format(*cells))
    print(f"\n{LEGEND}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--markdown", action="store_true", help="print tables in Markdown")
    main(parser.parse_args().markdown)
