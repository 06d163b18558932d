"""Text and files that are not records, for bench/guessing.py and the tests of ``framing="guess"``.

All of it is made from what a Python installation has, and is the same in each run.
"""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import marshal
import pickle
import plistlib
import pydoc
import random
import sqlite3
import struct
import sys
import tarfile
import wave
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from importlib.util import cache_from_source
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any, Final

from PIL import Image

SENTENCES: Final = (
    "A cat sits on a mat.", "how about a walk in the park?", "it rained all day, so we stayed in",
    "Hier ist das Haus am See.", "für dich und für mich", "eine Katze schläft auf dem Sofa",
    "L'été dernier, nous étions à Nîmes.", "¿Dónde está la biblioteca?", "Il gatto dorme.",
    "O gato está em cima da mesa.", "Katten sover på sofaen.", "Кот спит на диване.",
    "Η γάτα κοιμάται.", "החתול ישן", "القطة نائمة", "बिल्ली सो रही है", "猫在睡觉。",
    "猫が寝ています。", "고양이가 자고 있어요", "แมวกำลังนอน", "Kedi uyuyor.", "Kot śpi na kanapie.",
)  # fmt: skip


def lines(count: int = 2_000) -> list[str]:
    """Return lines of prose, code, lists, logs and tables, without blank ones."""
    sources = (_documentation(), _code(), _generated(), _generated())
    mixed = (line for group in zip_longest(*sources) for line in group if line and line.strip())
    return list(islice(mixed, count))


def _documentation() -> Iterator[str]:
    topics: dict[str, str] = pydoc.Helper.topics and __import__("pydoc_data.topics").topics.topics
    for name in sorted(topics):
        yield from topics[name].splitlines()


def _code() -> Iterator[str]:
    for module in (json, tarfile, pickle, zipfile):
        yield from Path(str(module.__file__)).read_text(encoding="utf-8").splitlines()


def _generated() -> Iterator[str]:
    rng = random.Random(7)
    words = " ".join(SENTENCES).split()
    while True:
        yield rng.choice(SENTENCES)
        yield " ".join(rng.choices(words, k=rng.randrange(1, 12)))
        yield f"2026-11-{rng.randrange(10, 30)} 12:00:{rng.randrange(10, 60)} INFO {rng.random()}"
        yield ",".join(str(rng.randrange(1000)) for _ in range(rng.randrange(2, 9)))
        yield f"{rng.choice('abcdefghijklmnop')}={rng.randrange(10**6)}"
        yield f"{rng.choice('`abcdefg')}. {rng.choice(SENTENCES)}"


def files() -> dict[str, bytes]:
    """Return the contents of 50 or more files of at least 20 types, by name."""
    rng = random.Random(5)
    result: dict[str, bytes] = {}
    for name, make in _MAKERS.items():
        for size in (1, 4, 40):
            result[f"{size}.{name}"] = make(rng, size)
    for module in (json, tarfile):
        compiled = Path(cache_from_source(str(module.__file__)))
        if compiled.exists():
            result[compiled.name] = compiled.read_bytes()
    result["python"] = Path(sys.executable).resolve().read_bytes()[: 2**20]
    return result


def _image(image_format: str, **options: Any) -> Callable[[random.Random, int], bytes]:
    def make(rng: random.Random, size: int) -> bytes:
        out, side = io.BytesIO(), 4 * size
        pixels = rng.randbytes(3 * side * side)
        Image.frombytes("RGB", (side, side), pixels).save(out, image_format, **options)
        return out.getvalue()

    return make


def _text(size: int) -> str:
    return "\n".join(islice(_generated(), 3 * size)) + "\n"


def _archive(mode: str) -> Callable[[random.Random, int], bytes]:
    def make(rng: random.Random, size: int) -> bytes:
        out, data = io.BytesIO(), rng.randbytes(10 * size)
        with tarfile.open(fileobj=out, mode=mode) as archive:
            archive.addfile(tarfile.TarInfo("a.bin"), io.BytesIO())
            info = tarfile.TarInfo("b.bin")
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    return make


def _zip(_: random.Random, size: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", _text(size))
    return out.getvalue()


def _sound(rng: random.Random, size: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setparams((1, 2, 8000, 0, "NONE", ""))
        sound.writeframes(rng.randbytes(100 * size))
    return out.getvalue()


def _database(_: random.Random, size: int) -> bytes:
    with sqlite3.connect(":memory:") as database:
        database.execute("create table t (a integer, b text)")
        database.executemany("insert into t values (?, ?)", enumerate(islice(_generated(), size)))
    return database.serialize()


def _spreadsheet(rng: random.Random, size: int) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([rng.random(), rng.choice(SENTENCES)] for _ in range(size))
    return out.getvalue()


def _mail(_: random.Random, size: int) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@x.example", "b@x.example", "a cat"
    message.set_content(_text(size))
    return bytes(message)


def _values(rng: random.Random, size: int) -> dict[str, Any]:
    return {"a": [rng.random() for _ in range(size)], "b": SENTENCES[size % len(SENTENCES)]}


def _markup(_: random.Random, size: int) -> bytes:
    items = "".join(f"<p>{sentence}</p>" for sentence in islice(_generated(), size))
    return f"<!DOCTYPE html>\n<html><body>{items}</body></html>\n".encode()


def _data(_: random.Random, size: int) -> bytes:
    items = "".join(f"<a n='{index}'/>" for index in range(size))
    return f"<?xml version='1.0'?>\n<r>{items}</r>\n".encode()


_MAKERS: Final[dict[str, Callable[[random.Random, int], bytes]]] = {
    "png": _image("PNG"),
    "jpg": _image("JPEG"),
    "gif": _image("GIF"),
    "bmp": _image("BMP"),
    "tif": _image("TIFF"),
    "webp": _image("WEBP"),
    "ico": _image("ICO"),
    "ppm": _image("PPM"),
    "tga": _image("TGA"),
    "pdf": _image("PDF"),
    "txt": lambda _, size: _text(size).encode(),
    "latin-1.txt": lambda _, size: _text(size).encode("latin-1", "replace"),
    "utf-16.txt": lambda _, size: _text(size).encode("utf-16"),
    "utf-16-le.txt": lambda _, size: _text(size).encode("utf-16-le"),
    "cp437.txt": lambda _, size: _text(size).encode("cp437", "replace"),
    "csv": lambda rng, size: _spreadsheet(rng, size).encode(),
    "json": lambda rng, size: json.dumps(_values(rng, size)).encode(),
    "html": _markup,
    "xml": _data,
    "eml": _mail,
    "py": lambda _, size: "\n".join(islice(_code(), 10 * size)).encode(),
    "tar": _archive("w"),
    "tar.gz": _archive("w:gz"),
    "zip": _zip,
    "gz": lambda rng, size: gzip.compress(rng.randbytes(10 * size), mtime=0),
    "bz2": lambda rng, size: bz2.compress(rng.randbytes(10 * size)),
    "xz": lambda rng, size: lzma.compress(rng.randbytes(10 * size)),
    "zlib": lambda rng, size: zlib.compress(rng.randbytes(10 * size)),
    "wav": _sound,
    "sqlite": _database,
    "pickle": lambda rng, size: pickle.dumps(_values(rng, size)),
    "marshal": lambda rng, size: marshal.dumps(_values(rng, size)),
    "plist": lambda rng, size: plistlib.dumps(_values(rng, size)),
    "binary.plist": lambda rng, size: plistlib.dumps(
        _values(rng, size), fmt=plistlib.FMT_BINARY
    ),
    "floats": lambda rng, size: struct.pack(f"{size}d", *(rng.random() for _ in range(size))),
    "integers": lambda _, size: struct.pack(f">{size}i", *range(size)),
    "random": lambda rng, size: rng.randbytes(64 * size),
}  # fmt: skip
