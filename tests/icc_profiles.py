"""ICC profiles as bytes, written independently of the library from published colorants."""

from __future__ import annotations

import itertools
import struct

#: XYZ of red, green and blue under D50, as published profiles have them, and the gamma.
DISPLAY_P3 = (
    ((0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)),
    0,
)
ADOBE_RGB = (
    ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)),
    2.2,
)
PROPHOTO = (((0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491)), 1.8)
REC_2020 = (
    ((0.67348, 0.27904, -0.00194), (0.16566, 0.67534, 0.02998), (0.12506, 0.04561, 0.79687)),
    2.4,
)
RGB_SPACES = {
    "Display P3": DISPLAY_P3,
    "Adobe RGB": ADOBE_RGB,
    "ProPhoto": PROPHOTO,
    "Rec. 2020": REC_2020,
}


def assemble(
    tags: dict[bytes, bytes], space: bytes, kind: bytes = b"mntr", pcs: bytes = b"XYZ "
) -> bytes:
    contents, directory = b"", struct.pack(">I", len(tags))
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        directory += name + struct.pack(">II", start + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    size = start + len(contents)
    header = struct.pack(">I4s4s4s4s4s", size, b"test", b"\2\x10\0\0", kind, space, pcs)
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\0") + directory + contents


def xyz(x: float, y: float, z: float) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(65536 * value) for value in (x, y, z)))


def curve(gamma: float) -> bytes:
    if gamma:
        return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(256 * gamma))
    # sRGB's curve, as a parametric one.
    numbers = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
    return b"para\0\0\0\0\0\3\0\0" + struct.pack(">5i", *(round(65536 * n) for n in numbers))


COMMON = {
    b"desc": b"desc\0\0\0\0\0\0\0\5test\0" + bytes(78),
    b"cprt": b"text\0\0\0\0\0",
    b"wtpt": xyz(0.9642, 1, 0.8249),
}


def rgb_profile(space: str, kind: bytes = b"mntr") -> bytes:
    (red, green, blue), gamma = RGB_SPACES[space]
    tags = COMMON | {b"rXYZ": xyz(*red), b"gXYZ": xyz(*green), b"bXYZ": xyz(*blue)}
    return assemble(tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve(gamma)), b"RGB ", kind)


def gray_profile(gamma: float) -> bytes:
    return assemble(COMMON | {b"kTRC": curve(gamma)}, b"GRAY")


def cmyk_profile(*, swapped: bool = False) -> bytes:
    """Return a profile of a printer whose cyan is red, if ``swapped``, else of an ideal one."""
    grid = []
    for c, m, y, k in itertools.product((0, 255), repeat=4):
        red, green, blue = ((255 - ink) * (255 - k) / 255 for ink in (c, m, y))
        if swapped:
            red, blue = blue, red
        grid += lab_of_linear(red / 255, green / 255, blue / 255)
    table = bytes(range(256))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0))
    lut += struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut += table * 4 + bytes(grid) + table * 3
    return assemble(COMMON | {b"A2B0": lut}, b"CMYK", b"prtr", b"Lab ")


def lab_of_linear(red: float, green: float, blue: float) -> tuple[int, int, int]:
    """Return the 8-bit Lab (D50) of light in the primaries of sRGB."""
    rows = ((0.43607, 0.38515, 0.14307), (0.22249, 0.71687, 0.06061), (0.01392, 0.09708, 0.71410))
    white = (0.9642, 1.0, 0.8249)
    f = [
        (sum(a * b for a, b in zip(row, (red, green, blue), strict=True)) / w)
        for row, w in zip(rows, white, strict=True)
    ]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in f)
    lab = (116 * y - 16) * 2.55, 500 * (x - y) + 128, 200 * (y - z) + 128
    light, a, b = (min(255, max(0, round(value))) for value in lab)
    return light, a, b
