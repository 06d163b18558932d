"""Encode: image, description, words, text, bytes. One straight line with a trace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from semcodec import backends, imaging, words
from semcodec.backends import Describer, Writer
from semcodec.backends.rule_based import RuleBasedWriter
from semcodec.bitstream import Models, Record, api
from semcodec.coding import codings
from semcodec.errors import InputError
from semcodec.pipeline import validation
from semcodec.pipeline.model_ids import AUTO, labels
from semcodec.pipeline.rate_control import RateLimits
from semcodec.pipeline.trace import Progress, Trace, traced_run
from semcodec.words import Judge, Selection

if TYPE_CHECKING:
    from PIL.Image import Image

SQUARE: Final = (1024, 1024)
CODINGS: Final = ("auto", "nibble", "lexicon", "bag", "utf8")
RATES: Final = ("auto",)
SKELETON_METHODS: Final = ("rule", "model")


@dataclass(frozen=True, slots=True)
class Encoded:
    """What ``encode`` returns: the file, what it says, how it came about, and the image it saw."""

    data: bytes
    record: Record
    trace: Trace
    image: Image


def encode(
    image: bytes | bytearray | memoryview | Image,
    *,
    backend: object = "auto",
    describer: object = None,
    writer: object = None,
    k: int | None = None,
    max_bytes: int | None = None,
    ubpp: float | None = None,
    rate: str = "auto",
    coding: str = "auto",
    size: tuple[int, int] = SQUARE,
    fit: str = "cover",
    framing: str = "file",
    check: str | None = None,
    models: Models | str | int = "auto",
    judge: Judge | str | None = None,
    skeletons: str = "rule",
    progress: Progress | None = None,
) -> Encoded:
    """Return the record of what is in ``image``.

    Args:
        image: the bytes of an image file, or a PIL image.
        backend: who describes and writes, by name or as an object; ``"auto"`` is the offline one.
        describer, writer: a backend for this place alone.
        k, max_bytes, ubpp: limits on words, bytes of the record, payload per pixel; 12 words if
            none is given.
        rate: ``"auto"``, the only kind there is yet.
        coding: ``"nibble"`` sends skeletons, as the paper does; ``"lexicon"`` whole words,
            ``"bag"`` the same without their order, ``"utf8"`` any; ``"auto"`` whole words in
            their order, as ``"utf8"`` only where the tables' letters do not carry them.
        size: pixels the record is for; ``image`` is cropped to its aspect, as ``fit`` says.
        fit: ``"cover"`` or ``"contain"``.
        framing, check: as for ``pack``.
        models: as for ``pack``; ``"auto"`` is what the backends say they are.
        judge: who compares words with the description while they are chosen, as for ``select``.
        skeletons: what makes the skeletons of ``"nibble"``: ``"rule"``, or ``"model"``, the writer.
        progress: is told each stage as it begins, and by whom.

    Raises:
        InputError: the image or an option is at fault.
        BackendError: a model failed.
    """
    _check_options(rate, coding, skeletons)
    limit = RateLimits(k, max_bytes, ubpp)
    options: dict[str, Any] = {"size": size, "framing": framing, "check": check}
    api.overhead(0, models="default" if models == AUTO else models, **options)  # checks them
    judging = words.judge(judge)
    describing: Describer
    writing: Writer
    describing, writing = backends.find_all(backend, describer=describer, writer=writer)
    shortening = RuleBasedWriter() if skeletons == "rule" else writing

    with traced_run(progress) as trace:
        options |= _labelled(models, describing, writing)
        seen = imaging.crop(imaging.load(image), size, fit)
        description = validation.description(trace.call(describing, "describe", seen), describing)
        most = limit.most_words(size)
        most_bits = limit.most_bits(size, lambda room: room + api.overhead(room, **options))
        used = "lexicon" if coding == "auto" else coding
        while most > 0:
            answer = _chosen(writing, (description, most, used, most_bits, judging), trace)
            chosen = validation.words(answer, writing, "select")[:most]
            text = _text(chosen, used, writing, shortening, trace)
            carrier = _carrier(text) if coding == "auto" else coding
            record = api.build_record(text, coding=carrier, **options)
            data = api.serialize(record)
            if limit.allows(data, record):
                return Encoded(data, record, trace, seen)
            most = len(chosen) - 1
        raise InputError("Not even one word keeps this limit: allow more bytes.")


def _check_options(*given: object) -> None:
    """Refuse a rate, a coding or a way to compress that there is not."""
    choices = (RATES, CODINGS, SKELETON_METHODS)
    for one, known in zip(given, choices, strict=True):
        if not isinstance(one, str) or one not in known:
            every = "; ".join(", ".join(names) for names in choices)
            raise InputError(f"Give rate, coding and skeletons, each one of its own: {every}.")


def _labelled(models: object, describing: Describer, writing: Writer) -> dict[str, Any]:
    """Return the options that say which models made the record."""
    if models != AUTO:
        return {"models": models}
    known, others = labels(describing, writing)
    return {"models": known, "extensions": others}


def _carrier(text: str) -> str:
    """Return the coding for whole words: never nibble, whose reader takes ``tv`` for a skeleton."""
    return "utf8" if codings.why_unencodable("lexicon", text) else "lexicon"


def _chosen(
    writing: Writer, task: tuple[str, int, str, int | None, Judge | None], trace: Trace
) -> Any:
    """Return what ``writing`` chooses; one that takes only a number of words is its own judge."""
    if not hasattr(writing, "choose"):
        return trace.call(writing, "select", *task[:2])
    choice = trace.call(writing, "choose", *task, stage="select")
    if not isinstance(choice, Selection):
        return choice
    trace.note(choice.words, judge=choice.judge, won=choice.won)
    return choice.words


def _text(words: list[str], coding: str, writing: Writer, shortening: Writer, trace: Trace) -> str:
    """Return the text of ``words``, as ``coding`` carries it."""
    if coding != "nibble":
        return " ".join(words)
    validation.with_skeletons(words, writing)
    short = validation.words(trace.call(shortening, "compress", words), shortening, "compress")
    return " ".join(validation.skeletons(short, words, shortening))
