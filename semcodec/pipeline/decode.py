"""The decoding pipeline: record, words, prompt, image; each stage is traced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from semcodec import backends, bitstream, carriers
from semcodec.backends import Writer
from semcodec.backends.isolation import has_method
from semcodec.bitstream import Limits, Record, guessing
from semcodec.bitstream.header import format_size
from semcodec.choices import PictureFormat, Reflection, ReflectionMethod
from semcodec.errors import InputError
from semcodec.pipeline import finishing, validation
from semcodec.pipeline.finishing import MAX_PAINTED_SIDE
from semcodec.pipeline.guidance import Canvas, LayerOptions, make_guidance
from semcodec.pipeline.reflection.painting import (
    OnStep,
    ReflectionOptions,
    Roles,
    Task,
    paint_and_reflect,
)
from semcodec.pipeline.reflection.steps import Step
from semcodec.pipeline.trace import Progress, Trace, TracedRun, trace_run
from semcodec.sources import Source, read_source
from semcodec.words.predicates import find_predicates
from semcodec.words.skeleton_readings import find_slip, received_words

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_FILE: Final = 2**29  #: bytes of a file with a record; a picture can be large
MAX_SEED: Final = 2**32 - 1


@dataclass(frozen=True, slots=True)
class Decoded:
    """The result of ``decode``.

    Attributes:
        image: the painted picture, RGB, of the requested size. A painter may paint another size:
            then the picture is enlarged or reduced. If it has another aspect ratio, it is cropped
            first, and ``trace.notices`` states more than 4 %.
        words: the words from which the picture was painted; for ``nibble``, the first readings of
            the skeletons (see ``readings``).
        record: the decoded record, equal to ``unpack(data)``.
        trace: the stages ``"decompress"`` (only for ``nibble``), ``"expand"``, ``"paint"``, those
            of reflection (``"check"``, ``"edit"``, ``"describe"``, ``"compare"``, and again
            ``"paint"``) and ``"upscale"`` (only for a picture that was painted smaller), with their
            models, inputs and outputs. A picture that is aligned with the colors of the record has
            a stage ``"align"``.
        guides: what each layer of the record was used for: ``"painter"`` (the painter took it),
            ``"prompt"`` (its places were added to the prompt), ``"aligned"`` (the painted picture
            was aligned with its colors), ``"painter, aligned"`` or ``"ignored"``. Empty if the
            record has no layers.

    Example:
        >>> import semcodec
        >>> decoded = semcodec.decode(semcodec.pack("rd bt", size=(96, 64)))
        >>> decoded.words, decoded.image.size
        (['red', 'boat'], (96, 64))
        >>> slip = semcodec.decode(semcodec.pack("rd trdtln bt", size=(96, 64)))
        >>> slip.words, slip.received_words
        (['red', 'traditional', 'boat'], ['red', 'trdtln', 'boat'])
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
    guides: dict[str, str] = field(default_factory=dict)

    @property
    def received_words(self) -> list[str]:
        """The words that may be shown as received: the record's, or words with its skeletons.

        They are ``words``, except where a skeleton of ``nibble`` had to be healed (SC-REA-10): for
        ``trdtln`` the picture is painted from *traditional*, and the received word is *trdtln*.
        """
        is_restored = self.record.coding == "nibble"
        return received_words(self.record.words, self.words) if is_restored else self.words

    @property
    def steps(self) -> list[Step]:
        """The steps of reflection; empty if that is off."""
        return [] if self.trace.reflection is None else self.trace.reflection.steps

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
            self.image, self.received_words, self.record, format_name, plain=plain
        )


def decode(
    data: Source,
    *,
    backend: object = "auto",
    writer: object = None,
    painter: object = None,
    upscaler: object = None,
    editor: object = None,
    checker: object = None,
    describer: object = None,
    reflect: Reflection | int = "auto",
    reflect_by: ReflectionMethod = "predicates",
    candidates: int = 1,
    size: tuple[int, int] | None = None,
    seed: int | None = None,
    ignore_layers: bool = False,
    align_colors: float | None = None,
    limits: Limits | None = None,
    progress: Progress | None = None,
    on_step: OnStep | None = None,
) -> Decoded:
    """Return a picture painted from the words of a record.

    Only the words, the size, the seed and the layers of the record are used. A record never selects
    a backend, a model or a server, and language models get its words as quoted data.

    Args:
        data: one record in any framing that ``unpack`` reads, as bytes, or as a text form that is
            a str; or the path of a file (another str, or an ``os.PathLike``), or a file opened with
            mode ``"rb"``. Files are read with ``framing="guess"`` and may be a carrier of a record,
            such as a photograph of a QR code. A str that starts with ``semc:`` or ``SEMQ:`` in any
            case is a text form; a ``pathlib.Path`` never is.
        backend: the backend for all stages: its name, the base URL of a server (``http://…``), or
            an object; ``"auto"`` is the offline backend ``semcodec-embedded`` with the rule-based
            writer.
        writer: the backend that restores words and writes the prompt; None for ``backend``.
        painter: the backend that paints; None for ``backend``.
        upscaler: the backend that enlarges a picture that was painted smaller; None for
            ``backend`` if it can, else ``"lanczos"``, which resamples it.
        editor: the backend that changes one thing in a picture; None for the painter if it can,
            else ``backend`` if it can. If there is none, the picture is painted again with the
            change in its prompt.
        checker: the backend that checks the picture; None for the painter's own account of what it
            drew, or ``backend`` if that can check.
        describer: the backend that describes painted pictures; None for ``backend`` with
            ``reflect_by="description"``, else for none. With a number of tries or candidates, the
            similarity of its description to the words decides between pictures of which as many
            statements hold; this needs ``semcodec[judge]``.
        reflect: how many times to try to improve the picture. Each picture is checked against
            statements that follow from the words, the most important one that fails becomes a
            change, and the better picture is kept. ``"auto"`` does what costs nothing: up to 4
            tries if the painter reports what it drew, or if the payload has at least 500 micro-bits
            per pixel, the checker is qualified and no call is paid. A number from 0 to 100 is the
            most tries with any checker. ``"off"`` keeps the first picture.
        reflect_by: ``"predicates"`` as above; ``"description"`` is the procedure of the paper: the
            picture is described, the writer compares the description with the prompt, and names
            the most important difference as a change. That is done as often as ``reflect`` states,
            twice for ``"auto"``, and the last picture is kept; if the painter reports what it drew,
            or a checker is named or qualified, a picture in which it finds less is rolled back.
        candidates: 1..100 pictures with the seeds ``seed``, ``seed + 1`` …, of which the best is
            kept; the first that keeps all promises is the last one. They count as tries.
        size: width and height of the picture, each 1..4096 pixels; None for the record's size,
            which must be within the same range.
        seed: 0..2^32-1; the offline painter returns the same picture for the same seed. None for
            the record's seed, or 0 if it has none.
        ignore_layers: whether to paint as if the record had only its words. Otherwise its boxes and
            colors go to the painter if it takes them; if not, places are added to the prompt, and
            the painted picture is aligned with the colors.
        align_colors: how far a painted picture is aligned with the colors of the record, 0.0 (not
            at all) to 1.0; None for 0.0 if the painter takes colors, else 0.9. It is the share of
            the difference in the coarse colors that is removed; of lightness, 7/9 of it.
        limits: limits on the record, as for ``unpack``.
        progress: called before each stage with its name and the name of its backend.
        on_step: called after each step of reflection with its ``Step``, and a copy of its picture
            as painted, or None if it has none. Its exceptions are not caught.

    Ctrl-C during reflection ends it, and the best picture so far is returned:
    ``trace.reflection.stopped`` is then ``"interrupted"``. Earlier or later it is raised, with the
    attributes ``trace`` and, once there is one, ``picture``.

    Raises:
        FormatError: the record is invalid; see ``.rule`` and ``.offset``.
        UnsupportedError: the record has a newer version, or exceeds ``limits``.
        InputError: an option is invalid, the record has no words, or a side of its size is over
            4096 pixels and ``size`` is None.
        BackendError: a backend failed or returned an invalid result; ``.trace`` has the stages,
            and ``.picture`` what was painted before, if anything was.

    Example:
        >>> import semcodec
        >>> data = semcodec.pack("red boat on a lake", coding="lexicon", size=(96, 64))
        >>> decoded = semcodec.decode(data, seed=7)
        >>> decoded.image.size
        (96, 64)
    """
    options = ReflectionOptions(reflect, reflect_by, candidates)
    layer_options = LayerOptions(ignore_layers, align_colors)
    if seed is not None and (type(seed) is not int or not 0 <= seed <= MAX_SEED):
        raise InputError(f"Invalid seed: use an integer from 0 to {MAX_SEED}.")
    record = _read_record(data, Limits() if limits is None else limits)
    target = _check_size(record.size if size is None else size)
    others = {"upscaler": upscaler, "editor": editor, "checker": checker}
    # The default describer would otherwise be loaded for nothing.
    if options.is_by_description or (options.is_requested and backends.is_named(describer)):
        others["describer"] = describer
    found = backends.find_all(backend, writer=writer, painter=painter, **others)
    text_writer, paint_role, upscale_role, edit_role, check_role, *describers = found
    if not backends.is_named(editor) and has_method(paint_role, backends.ROLES["editor"]):
        edit_role = paint_role  # a painter knows its own pictures best
    roles = Roles(
        paint_role,
        edit_role,
        check_role,
        is_named=backends.is_named(checker),
        describer=describers[0] if describers else None,
        writer=text_writer,
    )

    with trace_run(progress) as run:
        stages = _TextStages(run, text_writer)
        words = stages.restore_words(record)
        prompt = stages.expand(words)
        painted_size = finishing.paintable_size(paint_role, target)
        predicates = find_predicates(words, ordered=record.coding != "bag")
        canvas = Canvas(painted_size, target)
        guidance = make_guidance(
            record.layers, words, predicates, paint_role, canvas, layer_options
        )
        first_seed = _choose_seed(seed, record)
        task = Task(record, words, predicates, prompt, painted_size, first_seed, guidance)
        picture = paint_and_reflect(run, roles, task, options, on_step)
        run.picture = picture.image  # the best one, if anything fails from now on
        image = finishing.finish(run, picture.image, target, paint_role, upscale_role)
        return Decoded(image, words, record, run.trace, guidance.uses)


@dataclass(frozen=True, slots=True)
class _TextStages:
    """The calls of backends in one run; each result is validated before it is returned."""

    run: TracedRun
    writer: Writer

    def restore_words(self, record: Record) -> list[str]:
        """Return the words of ``record``; for ``nibble`` they are restored from skeletons."""
        if not record.words:  # valid in a record, but no painter can use an empty prompt
            raise InputError("The record has no words, so there is nothing to paint.")
        if record.coding != "nibble":
            return record.words
        skeletons = record.words
        validation.check_can_be_words(skeletons)
        restored = self.run.run_stage("decompress", self.writer, Writer.decompress, skeletons)
        words = validation.check_words(restored, self.writer, "decompress")
        words = validation.check_restored_words(words, skeletons, self.writer)
        slips = [
            f"{skeleton}: {word} ({slip})"
            for skeleton, word in zip(skeletons, words, strict=True)
            if (slip := find_slip(skeleton, word))
        ]
        if slips:
            self.run.annotate(words, slips=slips)
        return words

    def expand(self, words: list[str]) -> str:
        prompt = self.run.run_stage("expand", self.writer, Writer.expand, words)
        return validation.check_prompt(prompt, self.writer)


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
    sides = f"give a width and a height of 1 to {MAX_PAINTED_SIDE} pixels as size"
    match size:
        case tuple((width, height)) if type(width) is int and type(height) is int:
            if min(width, height) > 0 and max(width, height) <= MAX_PAINTED_SIDE:
                return width, height
            is_short = max(width.bit_length(), height.bit_length()) < 32
            shown = format_size((width, height)) if is_short else "of so many pixels"
            raise InputError(f"The size {shown} cannot be painted: {sides}.")
    raise InputError(f"The size has the wrong type: {sides}.")
