"""A plug-in for Pillow: open and save records as images, and embed them in PNG files.

Importing this module does not change Pillow; call ``register()``. Opening a record only reads its
few bytes, so size and words are available immediately. The picture is painted when its pixels are
first used, by the offline backend or the one that was registered; a record cannot select a backend.
"""

from __future__ import annotations

import io
import threading
import zlib
from collections.abc import Callable, Sequence
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, Literal

from semcodec import backends, bitstream, imaging
from semcodec.bitstream import Record
from semcodec.bitstream.framing import MAGIC
from semcodec.bitstream.framing.png import CHUNK_TYPE
from semcodec.bitstream.record import DEFAULT_LIMITS
from semcodec.errors import BackendError, InputError, SemcodecError
from semcodec.forks import block_fork
from semcodec.pipeline import decode, encode
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE

try:
    from PIL import Image, ImageFile, PngImagePlugin
except ImportError as _error:
    raise ImportError("Images need Pillow: pip install 'semcodec[image]'.") from _error

if TYPE_CHECKING:
    from PIL._imaging import PixelAccess

FORMAT: Final = "SEMCODEC"
EXTENSION: Final = ".semc"
MIME: Final = "application/vnd.semcodec"
#: Options of ``image.save("x.semc", ...)`` that are passed to ``semcodec.encode``.
OPTIONS: Final = (
    "k",
    "max_bytes",
    "ubpp",
    "coding",
    "size",
    "fit",
    "background",
    "check",
    "models",
    "layers",
)

Opener = Callable[[IO[bytes], str | bytes], ImageFile.ImageFile]
Saver = Callable[[Image.Image, IO[bytes], str | bytes], None]

_REGISTRATION_LOCK = threading.Lock()  # Pillow's tables of formats are global


class SemcodecImageFile(ImageFile.ImageFile):
    """A record as an RGB Pillow image, painted when its pixels are first used.

    Its ``info`` has ``record`` (the bytes of the file), ``text``, ``words``, ``coding`` and ``k``.

    Attributes:
        backend: the name of the backend that paints, for all images.
    """

    format: str | None = FORMAT
    format_description: str | None = "Semcodec record"
    info: dict[str | tuple[int, int], Any]
    fp: IO[bytes] | None
    backend: ClassVar[str] = backends.AUTO
    _data: bytes
    _checksum: int | None = None  #: checksum of the pixels as they were painted

    def _open(self) -> None:
        """Read the record; if it is invalid, ``Image.open`` raises UnidentifiedImageError."""
        assert self.fp is not None  # noqa: S101  # Pillow sets it before it calls this method
        self._data = self.fp.read(DEFAULT_LIMITS.max_bytes + 1)
        try:
            record = bitstream.unpack(self._data, framing="file")
        except SemcodecError as error:
            raise SyntaxError(str(error)) from error  # makes Pillow try the next plug-in
        self._mode, self._size = "RGB", record.size
        self.info = _describe(record, self._data)

    def load(self) -> PixelAccess | None:
        """Paint the picture on the first call, and return access to the pixels.

        Raises:
            OSError: the picture is too large, the record has no words, or a backend failed;
                ``__cause__`` is the error of the library, if there is one.
        """
        if self._im is None:
            self._release_file()
            self.im, self.readonly = self._decode().im, 0
            self._checksum = self._compute_checksum()
        return super().load()

    def own_record(self) -> bytes | None:
        """Return the bytes of the record, or None if the image was changed in place after opening.

        A record must not be saved with an image that it does not describe (SC-EDI-2). Pillow has no
        hook for changes in place (``putpixel``, ``paste``, ``ImageDraw``), so the checksum of mode,
        size and pixels is compared with the checksum of the painted picture. Methods that return a
        new image (``resize``, ``rotate``) return a plain image without a record. Tested by
        test_pillow.py::TestPng::test_image_that_is_drawn_on_has_no_record and its neighbors.
        """
        record: bytes | None = self.info.get("record")
        is_unchanged = self._im is None or self._checksum == self._compute_checksum()
        return record if is_unchanged else None

    def __getstate__(self) -> list[Any]:
        return [*super().__getstate__(), self._checksum]

    def __setstate__(self, state: list[Any]) -> None:
        super().__setstate__(state[:-1])
        self._checksum = state[-1]

    def _compute_checksum(self) -> int:
        """Return a checksum of the pixels, the mode and the size."""
        return zlib.crc32(self.tobytes(), zlib.crc32(repr((self.mode, self.size)).encode()))

    def _release_file(self) -> None:
        """Release the file, which has been read completely; close it if Pillow opened it."""
        file, self.fp = self.fp, None
        if file is not None and self._exclusive_fp:
            file.close()

    def _decode(self) -> Image.Image:
        if max(self.size) > MAX_PAINTED_SIDE:
            raise OSError(
                f"The size {self.width} x {self.height} is over {MAX_PAINTED_SIDE} pixels a side: "
                "call semcodec.decode with another size."
            )
        try:
            return decode(self._data, backend=self.backend).image
        except SemcodecError as error:
            raise OSError(str(error)) from error


class _PngOpener:
    """Pillow's function for opening PNG files, extended to add the record to ``info``."""

    def __init__(self, plain: Opener) -> None:
        self.plain = plain

    def __call__(self, file: IO[bytes], name: str | bytes) -> ImageFile.ImageFile:
        image = self.plain(file, name)
        image.info |= _read_chunk(getattr(image, "private_chunks", []))
        return image


class _PngSaver:
    """Pillow's function for saving PNG files, extended to embed a record.

    Attributes:
        plain: Pillow's own function.
    """

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
    """Register the format with Pillow: ``.semc`` files, and records in PNG files.

    It may be called again: the backend of the last call is used for all images.

    - ``Image.open`` opens ``.semc`` files: see ``SemcodecImageFile``. It raises
      UnidentifiedImageError for a file that is invalid or has a newer version. As for any image,
      Pillow warns above ``Image.MAX_IMAGE_PIXELS``, and raises an error above twice that size.
    - ``image.save("x.semc", **options)`` encodes the image. ``OPTIONS`` have the meaning
      they have for ``semcodec.encode``; the default of ``size`` is the size of the upright image,
      at most 4096 pixels on a side.
    - ``Image.open`` of a PNG file with a record adds ``record`` (as a file), ``text``, ``words``,
      ``coding`` and ``k`` to ``info``, if the record is valid and stands before the pixels.
    - ``image.save("x.png", semcodec=record)`` embeds a record (bytes, str or Record), as
      ``semcodec.embed_png`` does.
    - An image opened from a record is saved with this record, in both formats, as long as its
      pixels are unchanged; ``semcodec=None`` omits the record.
    - Pillow opens, and thus empties, the output file before options are checked. If saving fails,
      it removes the file if it created it.

    Args:
        backend: the name of the backend that describes and paints; ``"auto"`` is the offline one.

    Raises:
        InputError: the backend is unknown.

    Example:
        >>> import io, semcodec, semcodec.pillow
        >>> from PIL import Image
        >>> semcodec.pillow.register()
        >>> file = io.BytesIO(semcodec.pack("rd bt", size=(96, 64), framing="file"))
        >>> image = Image.open(file)
        >>> image.size, image.info["words"]  # nothing is painted yet
        ((96, 64), ['rd', 'bt'])
        >>> png = io.BytesIO()
        >>> image.save(png, "PNG")  # painted; the file has its record in a chunk seMC
        >>> semcodec.unpack(png.getvalue()).text
        'rd bt'
    """
    if backend != backends.AUTO and backend not in backends.names():
        names = ", ".join(backends.names())
        raise InputError(f"Unknown backend: use auto or one of {names}.")
    SemcodecImageFile.backend = backend
    with block_fork(), _REGISTRATION_LOCK:
        Image.register_open(FORMAT, SemcodecImageFile, _has_magic)
        Image.register_save(FORMAT, _save)
        Image.register_extension(FORMAT, EXTENSION)
        Image.register_mime(FORMAT, MIME)
        png = PngImagePlugin.PngImageFile.format
        opener, accept = Image.OPEN[png]
        if not isinstance(opener, _PngOpener):
            Image.OPEN[png] = _PngOpener(opener), accept
        _wrap(Image.SAVE, png)
        _wrap(Image.SAVE_ALL, png)


def _wrap(savers: dict[str, Saver], kind: str) -> None:
    if not isinstance(plain := savers[kind], _PngSaver):
        savers[kind] = _PngSaver(plain)


def _has_magic(prefix: bytes) -> bool:
    return prefix.startswith(MAGIC)


def _describe(record: Record, data: bytes) -> dict[str | tuple[int, int], Any]:
    """Return what ``info`` has for a record; ``data`` is the record as a file."""
    return {
        "record": data,
        "text": record.text,
        "words": record.words,
        "coding": record.coding,
        "k": record.k,
    }


def _read_chunk(private_chunks: Sequence[tuple[Any, ...]]) -> dict[str | tuple[int, int], Any]:
    """Return what ``info`` has for the record in a PNG file, or nothing if there is no valid one.

    Pillow has read the chunks before the pixels, where ``embed_png`` puts the record.
    """
    cores = [chunk[1] for chunk in private_chunks if chunk[0] == CHUNK_TYPE]
    if len(cores) != 1:  # several are not valid (SC-PNG-4)
        return {}
    try:
        record = bitstream.unpack(cores[0], framing="bare")
        file = bitstream.repack(record, framing="file")
    except SemcodecError:
        return {}
    # The chunk has a checksum of its own, so that a record with one is not valid there (SC-PNG-6).
    return _describe(record, file) if record.check == "none" else {}


def _record_for(image: Image.Image) -> bytes | str | Record | None:
    """Return the record to save: the caller's, or the own record of an unchanged image."""
    own = image.own_record() if isinstance(image, SemcodecImageFile) else None
    record: bytes | str | Record | Literal[False] | None
    record = image.encoderinfo.get("semcodec", own)
    return None if record is False else record


def _save(image: Image.Image, file: IO[bytes], name: str | bytes) -> None:
    """Write the record of ``image``, or encode the image as a new record.

    Raises:
        OSError: a backend failed.
        InputError: an option is invalid.
    """
    record = _record_for(image)
    if record is not None:
        unpacked = record if isinstance(record, Record) else bitstream.unpack(record)
        file.write(bitstream.repack(unpacked, framing="file"))
        return
    options = {key: image.encoderinfo[key] for key in OPTIONS if key in image.encoderinfo}
    options.setdefault("size", _clamp_size(imaging.upright_size(image)))
    try:
        file.write(encode(image, backend=SemcodecImageFile.backend, **options).data)
    except BackendError as error:
        raise OSError(str(error)) from error


def _clamp_size(size: tuple[int, int]) -> tuple[int, int]:
    """Return ``size``, scaled down to ``MAX_PAINTED_SIDE`` if necessary."""
    width, height = size
    longest = max(width, height, MAX_PAINTED_SIDE)
    return max(1, width * MAX_PAINTED_SIDE // longest), max(1, height * MAX_PAINTED_SIDE // longest)
