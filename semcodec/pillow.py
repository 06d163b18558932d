"""Pillow opens and saves records, and its PNG files carry them, once ``register()`` was called.

Opening reads the few bytes of the record and paints nothing: size and words are there at once.
The picture is painted when its pixels are first asked for, offline unless another backend was
registered; the record never chooses. Importing this module changes nothing in Pillow.

    semcodec.pillow.register()
    image = PIL.Image.open("harbour.semc")
    image.info["words"]        # nothing is painted yet
    image.save("harbour.png")  # painted; the file carries its record in a chunk seMC
"""

from __future__ import annotations

import io
import threading
import zlib
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, Literal

from semcodec import backends, bitstream
from semcodec.bitstream import Record
from semcodec.bitstream.framing import MAGIC
from semcodec.bitstream.record import DEFAULT_LIMITS
from semcodec.errors import BackendError, InputError, SemcodecError
from semcodec.forks import block_fork
from semcodec.pipeline import decode, encode
from semcodec.pipeline.decode import MAX_PAINTED_SIDE

try:
    from PIL import Image, ImageFile, PngImagePlugin
except ImportError as error:
    raise ImportError("Images need Pillow: pip install 'semcodec[image]'.") from error

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess

FORMAT: Final = "SEMCODEC"
EXTENSION: Final = ".semc"
MIME: Final = "image/vnd.semcodec"
#: Options of ``image.save("x.semc", ...)`` that go on to ``semcodec.encode``.
OPTIONS: Final = ("k", "max_bytes", "ubpp", "coding", "size", "fit", "check", "models")

Saver = Callable[[Image.Image, IO[bytes], str | bytes], None]

_REGISTERING = threading.Lock()


class SemcodecImageFile(ImageFile.ImageFile):
    """A record as an image of Pillow, painted when its pixels are first asked for.

    Its ``info`` has ``record`` (the bytes of the file), ``text``, ``words``, ``coding`` and ``k``.

    Attributes:
        backend: who paints, for all of them.
    """

    format = FORMAT
    format_description = "Semcodec record"
    backend: ClassVar[str] = backends.AUTO
    _data: bytes
    _checksum: int | None = None  #: of the pixels as they were painted

    def _open(self) -> None:
        """Read the record. A damaged one is declined: ``open`` raises UnidentifiedImageError."""
        assert self.fp is not None  # noqa: S101  # Pillow gives a file to whoever opens
        self._data = self.fp.read(DEFAULT_LIMITS.max_bytes + 1)
        try:
            record = bitstream.unpack(self._data, framing="file")
        except SemcodecError as error:
            raise SyntaxError(str(error)) from error  # so a plug-in tells Pillow: not mine
        self._mode, self._size = "RGB", record.size
        self.info = {
            "record": self._data,
            "text": record.text,
            "words": record.words,
            "coding": record.coding,
            "k": record.k,
        }

    def load(self) -> PixelAccess | None:
        """Paint, the first time, and return access to the pixels.

        Raises:
            OSError: the picture cannot be painted: too large, no words, or a backend failed. Its
                ``__cause__`` is the error of the library, if there is one.
        """
        if self._im is None:
            self._release_file()
            self.im, self.readonly = self._decode().im, 0
            self._checksum = self._checksum_now()
        return super().load()

    def own_record(self) -> bytes | None:
        """Return the record, or None if the image was changed in place since it was opened."""
        record: bytes | None = self.info.get("record")
        is_as_painted = self._im is None or self._checksum == self._checksum_now()
        return record if is_as_painted else None

    def __getstate__(self) -> list[Any]:
        return [*super().__getstate__(), self._checksum]

    def __setstate__(self, state: list[Any]) -> None:
        super().__setstate__(state[:-1])
        self._checksum = state[-1]

    def _checksum_now(self) -> int:
        """Return the checksum of the pixels, and of the mode and size that give them meaning."""
        return zlib.crc32(self.tobytes(), zlib.crc32(repr((self.mode, self.size)).encode()))

    def _release_file(self) -> None:
        """Let the file go: all of it was read. Pillow closes only what it opened itself."""
        file, self.fp = self.fp, None
        if file is not None and self._exclusive_fp:
            file.close()

    def _decode(self) -> Image.Image:
        if max(self.size) > MAX_PAINTED_SIDE:
            raise OSError(
                f"The record asks for {self.width} x {self.height} pixels, and at most {MAX_PAINTED_SIDE} "
                "a side are painted: call semcodec.decode with another size."
            )
        try:
            return decode(self._data, backend=self.backend).image
        except SemcodecError as error:
            raise OSError(str(error)) from error


class _PngSaver:
    """Pillow's way to save PNG files, after which the record is put into the file."""

    def __init__(self, plain: Saver) -> None:
        self.plain = plain

    def __call__(self, image: Image.Image, file: IO[bytes], name: str | bytes) -> None:
        record = _record_for(image)
        if record is None:
            self.plain(image, file, name)
            return
        png = io.BytesIO()
        self.plain(image, png, name)
        file.write(bitstream.embed_png(png.getvalue(), record))


def register(backend: str = backends.AUTO) -> None:
    """Teach Pillow the format. May be called again; the last backend holds for all images.

    - ``Image.open`` opens files: see ``SemcodecImageFile``. A file that is damaged, or is of a
      newer version, raises UnidentifiedImageError. Pillow warns, and then refuses, when the size
      is over its own ``Image.MAX_IMAGE_PIXELS``.
    - ``image.save("x.semc")`` describes the image. ``OPTIONS`` are those of ``semcodec.encode``;
      without ``size`` it is that of the image, made smaller if it could not be painted again.
    - ``image.save("x.png", semcodec=record)`` puts a record into the file, in any form that
      ``semcodec.embed_png`` takes.
    - An image that was opened from a record saves this record, in both formats, as long as it was
      not made into another image by ``resize`` and the like, and its pixels are as they were
      painted; ``semcodec=None`` leaves it out.
    - A wrong option is found after Pillow has opened, and so emptied, the file to be written.

    Raises:
        InputError: there is no such backend.
    """
    if backend != backends.AUTO and backend not in backends.names():
        raise InputError(
            f"There is no such backend: give auto or one of {', '.join(backends.names())}."
        )
    SemcodecImageFile.backend = backend
    with block_fork(), _REGISTERING:
        Image.register_open(FORMAT, SemcodecImageFile, _has_magic)
        Image.register_save(FORMAT, _save)
        Image.register_extension(FORMAT, EXTENSION)
        Image.register_mime(FORMAT, MIME)
        png = PngImagePlugin.PngImageFile.format
        _wrap(Image.SAVE, png)
        _wrap(Image.SAVE_ALL, png)


def _wrap(savers: dict[str, Saver], kind: str) -> None:
    if not isinstance(plain := savers[kind], _PngSaver):
        savers[kind] = _PngSaver(plain)


def _has_magic(prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


def _record_for(image: Image.Image) -> bytes | str | Record | None:
    """Return the record to save with ``image``: what the caller says, else its own."""
    own = image.own_record() if isinstance(image, SemcodecImageFile) else None
    given: bytes | str | Record | Literal[False] | None = image.encoderinfo.get("semcodec", own)
    return None if given is False else given


def _save(image: Image.Image, file: IO[bytes], name: str | bytes) -> None:
    """Write the record of ``image``, or describe it.

    Raises:
        OSError: a backend failed.
        InputError: an option is at fault.
    """
    record = _record_for(image)
    if record is not None:
        given = record if isinstance(record, Record) else bitstream.unpack(record)
        file.write(bitstream.repack(given, framing="file"))
        return
    options = {key: image.encoderinfo[key] for key in OPTIONS if key in image.encoderinfo}
    options.setdefault("size", _clamp_size(image.size))
    try:
        file.write(encode(image, backend=SemcodecImageFile.backend, **options).data)
    except BackendError as error:
        raise OSError(str(error)) from error


def _clamp_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = size
    longest = max(width, height, MAX_PAINTED_SIDE)
    return max(1, width * MAX_PAINTED_SIDE // longest), max(1, height * MAX_PAINTED_SIDE // longest)
