"""Make thousands of small pictures from a few photographs, broken files, and a describer for them.

The pictures are crops of the photographs, scaled and compressed anew, so that they cost little time
to read. Some are copied under other names: a batch must not compute their records again.
"""

from __future__ import annotations

import hashlib
import io
import random
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from PIL import Image

#: Pillow's names of the formats, with an ending and options that are quick.
FORMATS: Final = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
PHOTOGRAPH_ENDINGS: Final = (".png", ".jpg", ".jpeg", ".webp")
MIN_SIDE, MAX_SIDE = 48, 128  #: pixels of a picture that is made
MAX_SOURCE: Final = 512  #: pixels of a photograph that crops are made of
FILES_PER_FOLDER: Final = 500

CALLS: Final = "STUB_CALLS"  #: the environment variable that names the file of calls
#: A describer whose sentences follow from the pixels, and which notes each call in a file.
STUB: Final = '''\
import hashlib
import os

SIZES = "small large tall wide old new round long".split()
COLORS = "red green blue yellow white black brown gray".split()
THINGS = "boat house tree dog car bridge tower horse lamp chair flower bird".split()
PLACES = "river field street garden beach forest table hill".split()


class Stub:
    """Describes a picture by words that its pixels choose."""

    name = "stub"

    def describe(self, image):
        pixels = image.convert("RGB").resize((8, 8)).tobytes()
        digest = hashlib.sha256(pixels).digest()
        words = [names[byte % len(names)] for names, byte in
                 zip((SIZES, COLORS, THINGS, COLORS, THINGS, PLACES), digest)]
        if "STUB_CALLS" in os.environ:
            with open(os.environ["STUB_CALLS"], "ab", buffering=0) as file:
                file.write(hashlib.sha256(image.tobytes()).hexdigest().encode() + b"\\n")
        return "A {} {} {} near a {} {} by the {}.".format(*words)
'''
METADATA: Final = "Metadata-Version: 2.1\nName: stub-describer\nVersion: 1.0\n"
ENTRY_POINTS: Final = "[semcodec.backends]\nstub = stub_describer:Stub\n"


class Files(NamedTuple):
    """Pictures in a folder.

    Attributes:
        folder: the folder.
        names: paths below it, sorted; those of copies included.
        copies: the name of the original by the name of each copy.
    """

    folder: Path
    names: list[str]
    copies: dict[str, str]


def find_photographs(folder: Path) -> list[Path]:
    """Return the photographs below a folder, sorted."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTOGRAPH_ENDINGS)


def make_files(photographs: list[Path], folder: Path, count: int, copies: int, seed: int) -> Files:
    """Write ``count`` distinct pictures, and ``copies`` of some of them under other names."""
    randomness = random.Random(seed)
    contents = _make_contents([_open(path) for path in photographs], randomness)
    names: list[str] = []
    for number in range(count):
        ending, data = next(contents)
        name = f"{number // FILES_PER_FOLDER:02}/{number:05}{ending}"
        _write(folder / name, data)
        names.append(name)
    copied = {}
    for number, original in enumerate(randomness.sample(names, copies)):
        name = f"copies/{number:03}-{Path(original).name}"
        _write(folder / name, (folder / original).read_bytes())
        copied[name] = original
    return Files(folder, sorted([*names, *copied]), copied)


def install_stub(folder: Path) -> None:
    """Write a package with the stub into a folder, which must be on Python's path."""
    _write(folder / "stub_describer.py", STUB.encode())
    _write(folder / "stub_describer-1.0.dist-info" / "METADATA", METADATA.encode())
    _write(folder / "stub_describer-1.0.dist-info" / "entry_points.txt", ENTRY_POINTS.encode())


def _make_contents(
    images: list[Image.Image], randomness: random.Random
) -> Iterator[tuple[str, bytes]]:
    """Yield the ending and the content of distinct image files."""
    known: set[bytes] = set()
    while True:
        image = randomness.choice(images)
        share = randomness.uniform(0.4, 1)
        width, height = (max(1, round(side * share)) for side in image.size)
        left = randomness.randint(0, image.width - width)
        top = randomness.randint(0, image.height - height)
        scale = randomness.randint(MIN_SIDE, MAX_SIDE) / max(width, height)
        size = (max(8, round(width * scale)), max(8, round(height * scale)))
        small = image.resize(
            size, Image.Resampling.BILINEAR, (left, top, left + width, top + height)
        )
        name, ending = randomness.choice(list(FORMATS.items()))
        out = io.BytesIO()
        small.save(out, name, quality=randomness.randint(60, 95), method=0)
        digest = hashlib.sha256(out.getvalue()).digest()
        if digest not in known:
            known.add(digest)
            yield ending, out.getvalue()


def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        small = image.convert("RGB")
    small.thumbnail((MAX_SOURCE, MAX_SOURCE))
    return small


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def make_broken_files(folder: Path) -> tuple[str, ...]:
    """Write files that cannot be encoded among the pictures, and return their paths."""
    middle = sorted(path for path in folder.iterdir() if path.is_dir())
    place = middle[len(middle) // 2]
    (place / "00-text.jpg").write_text("not a picture")
    (place / "00-cut.jpg").write_bytes(next(place.glob("*.jpg")).read_bytes()[:200])
    (place / "00-bomb.png").write_bytes(_bomb(60_000))
    (place / "00-link.jpg").symlink_to("nowhere.jpg")
    with (place / "00-large.jpg").open("wb") as file:
        file.truncate(3 * 10**9)  # takes no room
    return tuple(path.relative_to(folder).as_posix() for path in sorted(place.glob("00-*")))


def _bomb(side: int) -> bytes:
    """Return a small PNG file that states a huge picture."""
    compressed = zlib.compressobj(9)
    data = b"".join(compressed.compress(bytes(side // 8 + 1)) for _ in range(side // 60))
    data += compressed.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body
