"""The decoding pipeline: record, words, prompt, image; each stage is traced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from semcodec import backends, bitstream, carriers
from semcodec.backends import Painter, Upscaler, Writer
from semcodec.bitstream import Limits, Record, guessing
from semcodec.choices import PictureFormat, Reflection, values_of
from semcodec.errors import InputError
from semcodec.pipeline import finishing, validation
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE
from semcodec.pipeline.trace import Progress, Trace, TracedRun, trace_run
from semcodec.sources import Source, read_source

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE: Final = 2**29  #: bytes of a file with a record; a picture can be large
MAX_SEED: Final = 2**32 - 1
#: The valid values of ``reflect``, as the stage does not exist yet.
NO_REFLECTION: Final[tuple[Reflection | int, ...]] = (*values_of(Reflection), 0)


@dataclass(frozen=True, slots=True)
class Decoded:
    """The result of ``decode``.

    Attributes:
        image: the painted picture, RGB, of the requested size. A painter may paint another size:
            then the picture is enlarged or reduced. If it has another aspect ratio, it is cropped
            first, and ``trace.notices`` states more than 4 %.
        words: the words from which the picture was painted; for ``nibble``, the restored words.
        record: the decoded record, equal to ``unpack(data)``.
        trace: the stages ``"decompress"`` (only for ``nibble``), ``"expand"``, ``"paint"`` and
            ``"upscale"`` (only for a picture that was painted smaller), with their models, inputs
            and outputs.

    Example:
        >>> import semcodec
        >>> decoded = semcodec.decode(semcodec.pack("rd bt", size=(96, 64)))
        >>> decoded.words, decoded.image.size
        (['red', 'boat'], (96, 64))
        >>> [stage.name for stage in decoded.trace.stages]
        ['decompress', 'expand', 'paint']
        >>> png = decoded.to_file("PNG")  # with the record, and the words as alternative text
        >>> semcodec.unpack(png).text
        'rd bt'
    """

    image: Image
    words: list[str]
    record: Record
    trace: Trace

    def to_file(self, format_name: PictureFormat = "PNG", *, plain: bool = False) -> bytes:
        """Return the picture as the bytes of a file, with its words as alternative text.

        A PNG file also contains the record. Programs that compress pictures again, such as
        messengers, usually remove both.

        Args:
            format_name: ``"PNG"``, ``"JPEG"`` or ``"WEBP"``.
            plain: whether to leave out the words and the record.

        Raises:
            InputError: ``format_name`` is another format.
        """
        return carriers.to_picture_file(
            self.image, self.words, self.record, format_name, plain=plain
        )


def decode(
    data: Source,
    *,
    backend: object = "auto",
    writer: object = None,
    painter: object = None,
    upscaler: object = None,
    reflect: Reflection | int = "auto",
    size: tuple[int, int] | None = None,
    seed: int | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
) -> Decoded:
    """Return a picture painted from the words of a record.

    Only the words, the size and the seed of the record are used. A record never selects a backend,
    a model or a server, and language models get its words as quoted data.

    Args:
        data: one record in any framing that ``unpack`` reads, as bytes, or as a text form that is
            a str; or the path of a file (another str, or an ``os.PathLike``), or a file opened with
            mode ``"rb"``. Files are read with ``framing="guess"`` and may be a carrier of a record,
            such as a photograph of a QR code. A str that starts with ``semc:`` or ``SEMQ:`` in any
            case is a text form; a ``pathlib.Path`` never is.
        backend: the backend for all stages, by name or as an object; ``"auto"`` is the offline
            backend ``semcodec-embedded`` with the rule-based writer.
        writer: the backend that restores words and writes the prompt; None for ``backend``.
        painter: the backend that paints; None for ``backend``.
        upscaler: the backend that enlarges a picture that was painted smaller; None for
            ``backend`` if it can, else ``"lanczos"``, which resamples it.
        reflect: ``"auto"``, ``"off"`` or 0; reflection is not available yet.
        size: width and height of the picture, each 1..4096 pixels; None for the record's size,
            which must be within the same range.
        seed: 0..2^32-1; the offline painter returns the same picture for the same seed. None for
            the record's seed, or 0 if it has none.
        limits: limits on the record, as for ``unpack``.
        progress: called before each stage with its name and the name of its backend.

    Raises:
        FormatError: the record is invalid; see ``.rule`` and ``.offset``.
        UnsupportedError: the record has a newer version, or exceeds ``limits``.
        InputError: an option is invalid, the record has no words, or a side of its size is over
            4096 pixels and ``size`` is None.
        BackendError: a backend failed or returned an invalid result; ``.trace`` has the stages.

    Example:
        >>> import semcodec
        >>> data = semcodec.pack("red boat on a lake", coding="lexicon", size=(96, 64))
        >>> decoded = semcodec.decode(data, seed=7)
        >>> decoded.image.size
        (96, 64)
    """
    if type(reflect) not in (str, int) or reflect not in NO_REFLECTION:
        raise InputError("Reflection is not available yet: use reflect='off'.")
    if seed is not None and (type(seed) is not int or not 0 <= seed <= MAX_SEED):
        raise InputError(f"Invalid seed: use an integer from 0 to {MAX_SEED}.")
    record = _read_record(data, Limits() if limits is None else limits)
    target = _check_size(record.size if size is None else size)
    roles = backends.find_all(backend, writer=writer, painter=painter, upscaler=upscaler)

    with trace_run(progress) as run:
        stages = _Stages(run, *roles)
        words = stages.restore_words(record)
        prompt = stages.expand(words)
        image = stages.paint(prompt, words, target, _choose_seed(seed, record))
        return Decoded(image, words, record, run.trace)


@dataclass(frozen=True, slots=True)
class _Stages:
    """The calls of backends in one run; each result is validated before it is returned."""

    run: TracedRun
    writer: Writer
    painter: Painter
    upscaler: Upscaler

    def restore_words(self, record: Record) -> list[str]:
        """Return the words of ``record``; for ``nibble`` they are restored from skeletons."""
        if not record.words:  # valid in a record, but no painter can use an empty prompt
            raise InputError("The record has no words, so there is nothing to paint.")
        if record.coding != "nibble":
            return record.words
        skeletons = record.words
        restored = self.run.run_stage("decompress", self.writer, Writer.decompress, skeletons)
        words = validation.check_words(restored, self.writer, "decompress")
        return validation.check_restored_words(words, skeletons, self.writer)

    def expand(self, words: list[str]) -> str:
        prompt = self.run.run_stage("expand", self.writer, Writer.expand, words)
        return validation.check_prompt(prompt, self.writer)

    def paint(self, prompt: str, words: list[str], size: tuple[int, int], seed: int) -> Image:
        painted_size = finishing.paintable_size(self.painter, size)
        result = self.run.run_stage(
            "paint", self.painter, Painter.paint, prompt, painted_size, seed
        )
        painted = validation.check_picture(result, words, self.painter, self.run.add_notice)
        return finishing.finish(self.run, painted, size, self.painter, self.upscaler)


def _read_record(data: object, limits: Limits) -> Record:
    if isinstance(data, bytes | bytearray | memoryview):
        return bitstream.unpack(data, limits=limits)
    if isinstance(data, str) and guessing.starts_with_form(data):
        return bitstream.unpack(data, framing="guess", limits=limits)
    return carriers.find_record(read_source(data, MAX_FILE), limits=limits)


def _choose_seed(seed: int | None, record: Record) -> int:
    return int(record.metadata.get("seed", 0)) if seed is None else seed


def _check_size(size: object) -> tuple[int, int]:
    """Return ``size``; raise ``InputError`` if it cannot be painted.

    Called before any backend is loaded, so that a malicious record of a few bytes costs nothing.
    """
    match size:
        case tuple((width, height)) if type(width) is int and type(height) is int:
            if min(width, height) > 0 and max(width, height) <= MAX_PAINTED_SIDE:
                return width, height
    raise InputError(
        f"This size cannot be painted: use a width and height from 1 to {MAX_PAINTED_SIDE} pixels."
    )
