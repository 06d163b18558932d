"""The helper for PNG files: building, splitting and repairing files."""

from __future__ import annotations

import io

from PIL import Image

from tests.png_files import (
    END,
    HEADER,
    PIXELS,
    build_chunk,
    build_png,
    iter_chunks,
    repair_crcs,
    split_chunks,
)

TEXT = build_chunk(b"tEXt", b"a\0b")


def test_pillow_opens_a_built_file() -> None:
    with Image.open(io.BytesIO(build_png(TEXT, after=[TEXT]))) as image:
        image.load()
        assert (image.size, image.mode, image.info["a"]) == ((1, 1), "L", "b")


def test_chunks_end_at_iend() -> None:
    assert split_chunks(build_png(TEXT) + TEXT) == [HEADER, TEXT, PIXELS, END]


def test_chunks_end_at_a_truncated_chunk() -> None:
    png = build_png(TEXT)
    for end in range(1, len(END)):
        assert split_chunks(png[:-end]) == [HEADER, TEXT, PIXELS]
    for end in range(len(END) + 1, len(END + PIXELS)):
        assert split_chunks(png[:-end]) == [HEADER, TEXT]
    assert split_chunks(png[:8]) == split_chunks(b"") == []


def test_offsets_of_a_chunk() -> None:
    second = list(iter_chunks(build_png(TEXT)))[1]
    assert second == (8 + len(HEADER), b"tEXt", b"a\0b")
    assert second.end == 8 + len(HEADER + TEXT)


def test_wrong_crcs_are_repaired() -> None:
    assert repair_crcs(build_png(build_chunk(b"tEXt", b"a\0b", crc=0))) == build_png(TEXT)
