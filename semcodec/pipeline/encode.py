"""The encoding pipeline: image, description, words, record; each stage is traced."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Literal

from semcodec import backends, imaging, words
from semcodec._version import __version__
from semcodec.bitstream import Models, Record, api
from semcodec.bitstream.header import DEFAULT_SIZE, SIZE_CODES
from semcodec.choices import (
    Check,
    Coding,
    CodingChoice,
    Fit,
    JudgeName,
    Language,
    ModelSetChoice,
    OutputFraming,
    Profile,
    Rate,
    SkeletonMethod,
    WordOrder,
    check_choice,
    values_of,
)
from semcodec.coding import codings
from semcodec.errors import InputError
from semcodec.imaging import fitting
from semcodec.pipeline import language as languages
from semcodec.pipeline import model_ids, profile_options
from semcodec.pipeline.description import GivenDescription
from semcodec.pipeline.encoding_stages import EncodingStages
from semcodec.pipeline.layers.choice import check_layers, read_choice
from semcodec.pipeline.layers.fitting import Fitting, LayerPlan
from semcodec.pipeline.layers.stages import LayerStages, find_locator
from semcodec.pipeline.limit_checks import LimitCheck
from semcodec.pipeline.model_ids import AUTO, NAMES
from semcodec.pipeline.rate_control import RateLimits
from semcodec.pipeline.trace import Progress, Trace, TracedRun, trace_run
from semcodec.sources import Source
from semcodec.words import Judge, SelectionRequest, skeleton

if TYPE_CHECKING:
    from PIL.Image import Image

CODINGS: Final[tuple[CodingChoice, ...]] = values_of(CodingChoice)
MODEL_CHOICES: Final[tuple[ModelSetChoice, ...]] = values_of(ModelSetChoice)
SKELETON_METHODS: Final[tuple[SkeletonMethod, ...]] = values_of(SkeletonMethod)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The result of ``encode``.

    Attributes:
        data: the bytes of the record in its framing.
        record: the record itself, equal to ``unpack(data)``.
        trace: the stages ``"describe"``, ``"select"`` and, for ``coding="nibble"``,
            ``"compress"``, and for a layout ``"locate"``, with their models, inputs and outputs.
        image: the RGB image given to the describer and the locator, of which the colors are:
            upright, in the aspect ratio of the record, with 1024 pixels on the longer side (a
            panorama: up to 4096, and at most 2^20 in all).
        description: the text from which the words were selected. ``encode(image, description=...)``
            encodes it again, with other limits or another coding, without describing again.

    Example:
        >>> from PIL import Image
        >>> import semcodec
        >>> encoded = semcodec.encode(Image.new("RGB", (300, 200), "red"), k=2)
        >>> encoded.record == semcodec.unpack(encoded.data)
        True
        >>> encoded.record.size, encoded.image.size
        ((1248, 832), (1024, 682))
        >>> encoded.description
        'Red background. Plain empty surface, smooth.'
    """

    data: bytes
    record: Record
    trace: Trace
    image: Image
    description: str


def encode(
    image: Source | Image,
    *,
    description: str | None = None,
    backend: object = "auto",
    describer: object = None,
    writer: object = None,
    locator: object = None,
    layers: str | Sequence[str] = "off",
    k: int | None = None,
    max_bytes: int | None = None,
    ubpp: float | None = None,
    rate: Rate | None = None,
    order: WordOrder = "reading",
    coding: CodingChoice = "auto",
    size: tuple[int, int] | Literal["auto"] = "auto",
    fit: Fit = "cover",
    background: str | tuple[int, int, int] = "auto",
    framing: OutputFraming | None = None,
    check: Check | None = None,
    models: Models | ModelSetChoice | int = "auto",
    profile: Profile | None = None,
    judge: Judge | JudgeName | None = None,
    skeletons: SkeletonMethod = "rule",
    language: Language = "en",
    progress: Progress | None = None,
) -> Encoded:
    """Return the record of an image: its description, reduced to a few words, as bytes.

    Set one of ``k``, ``max_bytes``, ``ubpp`` and ``rate="auto"``; with none, the record has at
    most 12 words. Several are upper bounds, all of which apply: ``max_bytes=40, rate="auto"`` is as
    many words as the description needs, but not more than 40 bytes.

    Args:
        image: the path or the bytes of an image file, a file object opened with mode ``"rb"``, or a
            PIL image, which is not changed. Formats: JPEG, PNG, WebP, AVIF, GIF, TIFF, BMP, JPEG
            2000, PPM, ICO; HEIC and JPEG XL with the extras ``heif`` and ``jxl``; at most
            200 MB. How large it may be depends on its format, because opening it takes at most
            400 MB of memory: see docs/images.md. Colors are converted to sRGB by the embedded
            profile.
        description: a description made by another tool, in English, the most important thing
            first; None to describe the image. With a description, no describer is loaded or called,
            the record names none, and the image is used only for the size. A text of over 100,000
            characters is truncated.
        backend: the backend for all stages: its name, the base URL of a server (``http://…``), or
            an object; ``"auto"`` is the offline backend ``semcodec-embedded`` with the rule-based
            writer.
        describer: the backend that describes; None for ``backend``.
        writer: the backend that selects words and makes skeletons; None for ``backend``.
        locator: the backend that finds the boxes of words for a layout; None for the describer if
            it can locate, else for ``semcodec-embedded`` if it is installed; with a ``description``
            no ``backend`` gets the image. Without one, the record has no layout, which
            ``trace.notices`` states.
        layers: what the record states beside the words, as extensions that decoders may ignore.
            ``"off"`` adds nothing. ``"layout"`` adds boxes of words: 2.5 bytes for each, and 3 to 5
            more. ``"colors:N"`` adds the colors of the scene in N bytes, 1..512, and 2 or 3 more;
            ``"colors"`` is ``"colors:12"``. Give both as ``"layout,colors:12"`` or as a sequence.
            With ``max_bytes``, words are left out for these layers; if not even the subject fits
            beside them, they are shortened in the order of ``truncate``. ``"auto"`` is the other
            way around and needs ``max_bytes``: as many words as ``rate="auto"`` selects, and then
            boxes, the largest first, and up to 80 bytes of colors in the bytes that are left.
            ``truncate`` removes layers before words, so that a truncation of a record with named
            layers has more words than a record that was encoded with this limit; with ``"auto"``,
            both are the same as long as the whole layout and 12 bytes of colors fit.
            Layers reveal more than the words: where people and things are, and the colors and the
            light of the scene. Not for the profile ``"tiny"``.
        k: maximum number of words, 1..1000.
        max_bytes: maximum size of the record including its framing and layers, in bytes. If not
            even the subject of the description fits, the writer is not called, and the error names
            the smallest number that works. If no record can be as short, a describer that may cost
            money is not called either, and the error names a lower bound.
        ubpp: maximum size of the payload, in micro-bits per pixel of the size that the record
            states, not of the photograph.
        rate: ``"auto"`` selects as many words as the description needs: a word is added while its
            gain is worth its bits. A landmark takes its name, a picture of many things up to 48
            words; docs/budgets.md states the threshold. No model is called for it. None for the
            limits above alone.
        order: ``"reading"`` for the order of the description. ``"importance"`` for phrases (a noun
            with the words about it) in order of importance, the subject first, so that the record
            can be truncated to a smaller one (see ``truncate``). The record states this order in
            four bytes, if no word is left out for them. Not for the coding ``"bag"``.
        coding: ``"lexicon"`` for whole words in order, ``"bag"`` for whole words without order,
            ``"utf8"`` for any words, ``"nibble"`` for skeletons as in the paper. ``"auto"`` is
            ``"lexicon"`` if it can code the words, else ``"utf8"``.
        size: width and height of the picture to be painted, each 1..2^31-1 pixels; the record
            states it. ``"auto"`` is about a megapixel in the aspect ratio of the image: a size with
            a code for which at most 4 % of the image is cut away, else sides that are multiples of
            16; at most 4096 x 256. The paper uses ``(1024, 1024)``.
        fit: how to fit the image to another aspect ratio: ``"cover"`` cuts equal parts off two
            opposite sides, and ``trace.notices`` states more than 4 %; ``"contain"`` pads the image
            with the colors of its edges, ``"stretch"`` scales both sides independently.
        background: the color behind transparent pixels: a name such as ``"white"``,
            ``"#rrggbb"``, or three levels 0..255. ``"auto"`` is white, or gray if what is visible
            would vanish on white.
        framing: ``"file"``, ``"bare"``, ``"sequence"``, ``"url"`` or ``"qr"``, as for ``pack``;
            None for ``"file"``, or the framing of the profile.
        check: ``"none"``, ``"crc8"``, ``"crc16"`` or ``"crc32"``; None for the framing's default,
            or that of the profile.
        models: the models that the record states: a ``Models`` object, or the name or number of a
            registered set. ``"auto"`` states the models that the backends report, if they are a
            registered set, in one byte, and else none; ``"names"`` also states ids that are not a
            set, and other models by name, in up to 255 bytes for each. ``trace.models`` has all
            names.
        profile: sets the options that a profile of the specification requires. ``"tiny"``: framing
            bare, no check, a size with a code. ``"file"``: framing file. ``"archive"``: framing
            file, crc32, and the names of the models, the prompts and the program. None for no
            profile.
        judge: compares candidate words with the description: ``"minilm"``, ``"auto"`` or an
            object, as for ``select``; None to select by rule.
        skeletons: with ``coding="nibble"``, ``"rule"`` for the rule of the paper or ``"model"``
            for the writer.
        language: ``"en"`` refuses a description in another language, because its words take
            several times the bytes of English ones; ``"any"`` accepts it, and ``trace.notices``
            states the cost.
        progress: called before each stage with its name and the name of its backend.

    Raises:
        InputError: the image, the description or an option is invalid, two options conflict, or not
            even the subject of the description fits the limits.
        BackendError: a backend failed or returned an invalid result; ``.trace`` has the stages.

    Example:
        >>> from importlib import resources
        >>> import semcodec
        >>> photo = resources.files("semcodec_embedded") / "photos" / "cat.jpg"
        >>> encoded = semcodec.encode(photo.read_bytes())
        >>> encoded.record.words
        ['huge', 'brown', 'cat']
        >>> encoded.record.size, len(encoded.data)
        ((1248, 832), 9)
        >>> text = "A brown cat sleeps on a wooden bench in a garden."  # by any other tool
        >>> semcodec.encode(photo.read_bytes(), description=text, k=4).record.words
        ['brown', 'cat', 'bench', 'garden']
        >>> layered = semcodec.encode(photo.read_bytes(), layers="layout,colors:12")
        >>> layered.record.layers.layout[0].word, len(layered.data)
        ('cat', 30)
    """
    # Everything is checked before the first stage, because a model may take minutes and cost money.
    if image is None:  # a likely attempt to encode a description alone
        raise InputError(
            "There is no image: give the one whose size the record states, or make the record of a "
            "text with select and pack."
        )
    check_choice("coding", coding, CODINGS)
    check_choice("skeletons", skeletons, SKELETON_METHODS)
    check_choice("language", language, languages.LANGUAGES)
    words.check_order(order, coding)
    imaging.parse_background(background)
    choice = read_choice(layers)
    check_layers(choice, max_bytes, profile)
    limits = RateLimits(k, max_bytes, ubpp, AUTO if choice.is_auto else rate)
    fitting.check_fit(fit)
    header = _check_header(profile, framing, check, size, models)
    limit_check = LimitCheck(limits, profile, check)
    loaded_judge = words.judge(judge)
    roles = _find_roles(backend, describer, writer, description)
    found_locator = find_locator(backend, roles[0], locator) if choice.locates else None

    with trace_run(progress) as run:
        stages = EncodingStages(run, skeletons, *roles)
        loaded = imaging.load(image, background)
        for notice in loaded.notices:
            run.add_notice(notice)
        header["size"] = target = _choose_size(loaded.size, size, fit, profile, run)
        selection_coding: Coding = "lexicon" if coding == AUTO else coding
        # The models are part of the record, so they must be known before the limits are checked.
        header |= _find_models(models, profile, stages)
        if not model_ids.is_free(stages.describer):  # else the subject decides, at no cost
            limit_check.check_header(selection_coding, header)
        fitted = fitting.fit_photograph(loaded.image, target, fit)
        layer_stages = LayerStages(run, choice, found_locator, fitted)
        described = stages.describe(fitted, language)
        max_words = limits.max_words(target)
        max_bits = limits.max_bits(
            target, lambda payload: payload + api.overhead(payload, **header)
        )
        channel = words.make_channel(languages.choose_selection_coding(described, coding))
        request = SelectionRequest(
            described, max_words, max_bits, channel, loaded_judge, order=order
        )
        subject = limit_check.find_subject(request, header)
        request = limits.narrow(request)
        rate_bits = replace(limits, max_bytes=None).max_bits(target, lambda payload: payload)
        for selected, is_complete in stages.selections(request, rate_bits, subject):
            run.add_notes(**limits.notes(request))
            text = stages.shorten(selected) if coding == "nibble" else " ".join(selected)
            text_coding = (
                codings.choose_coding(text, words_are_whole=True) if coding == AUTO else coding
            )
            states_order = is_complete and order == words.IMPORTANCE and profile != "tiny"
            for options in _extension_options(header, states_order):
                record = api.build_record(text, coding=text_coding, **options)
                data = api.serialize(record)
                if limits.accepts(data, record):
                    if choice:
                        builder = _Builder(selected, text, text_coding, header)
                        limit = builder.limit(max_bytes, stages, request, subject)
                        record = layer_stages.add(builder.plan(record), limit)
                        data = api.serialize(record)
                    languages.note_cost(described, record, run)
                    if size != AUTO or target not in SIZE_CODES:
                        limit_check.add_size_notice(run, record, request)
                    return Encoded(data, record, run.trace, fitted, described)
        raise InputError("The words do not fit the limits: allow more bytes.")


@dataclass(frozen=True, slots=True)
class _Builder:
    """Makes the record of some of the selected words.

    Attributes:
        selected: the words.
        text: the text of all of them, for ``nibble`` their skeletons.
        coding: the coding of the text.
        header: the other arguments of ``build_record``.
    """

    selected: list[str]
    text: str
    coding: Coding
    header: dict[str, Any]

    def rebuild(self, kept: list[str]) -> LayerPlan:
        """Return the record of ``kept``, which are among the selected words."""
        if self.coding != "nibble":
            record = api.build_record(" ".join(kept), coding=self.coding, **self.header)
            return LayerPlan(record, record.words)
        # A model may have made the skeletons, and is not called again.
        made = dict(zip(self.selected, self.text.split(), strict=True))
        text = " ".join(made.get(word) or skeleton(word) for word in kept)
        return LayerPlan(api.build_record(text, coding=self.coding, **self.header), kept)

    def limit(
        self,
        max_bytes: int | None,
        stages: EncodingStages,
        request: SelectionRequest,
        subject: list[str],
    ) -> Fitting:
        """Return the limit of the record with its layers, and how words are left out for it."""
        return Fitting(
            max_bytes,
            partial(stages.cut, self.selected, request, subject),
            self.rebuild,
            subject,
            may_skip=self.coding != "nibble" and request.order != words.IMPORTANCE,
        )

    def plan(self, record: Record) -> LayerPlan:
        """Return the record of all selected words with these, in its order."""
        return LayerPlan(record, self.selected if self.coding == "nibble" else record.words)


def _extension_options(header: dict[str, Any], states_order: bool) -> Iterator[dict[str, Any]]:
    """Yield the header with the entry for the order of the words, if wanted, and without it."""
    if states_order:
        extensions = header.get("extensions", {})
        yield header | {"extensions": {**extensions, "order": words.IMPORTANCE}}
    yield header


def _find_roles(
    backend: object, describer: object, writer: object, description: str | None
) -> tuple[Any, ...]:
    """Return the describer and the writer; a given description takes the place of the describer.

    Raises:
        InputError: the description is invalid, or there is also a describer.
    """
    if description is None:
        return backends.find_all(backend, describer=describer, writer=writer)
    if describer is not None:
        raise InputError("A description needs no describer: give one of the two.")
    given = GivenDescription(description)
    return given, *backends.find_all(backend, writer=writer)


def _check_header(
    profile: Profile | None, framing: Any, check: Any, size: Any, models: Any
) -> dict[str, Any]:
    """Return the options of the header that are known before the image is.

    Raises:
        InputError: an option is invalid, or conflicts with the profile.
    """
    if framing is None:
        framing = profile_options.default_framing(profile)
    set_check = profile_options.default_check(profile, framing) if check is None else check
    header: dict[str, Any] = {"framing": framing, "check": set_check}
    known_size = DEFAULT_SIZE if isinstance(size, str) and size == AUTO else size
    if isinstance(models, str):
        check_choice("models", models, MODEL_CHOICES)
    if models not in (AUTO, NAMES):
        header["models"] = models
    api.overhead(0, size=known_size, **header)  # raises InputError
    profile_options.check_conflicts(profile, framing=framing, check=check, size=size, models=models)
    return header


def _choose_size(
    photograph: tuple[int, int],
    size: tuple[int, int] | str,
    fit: str,
    profile: Profile | None,
    run: TracedRun,
) -> tuple[int, int]:
    """Return the size for the record; add a notice if more than a little is cut away for it."""
    if not isinstance(size, str):
        target = size
    elif profile == "tiny":
        target = fitting.closest_coded_size(photograph)
    else:
        target = fitting.choose_size(photograph)
    cut = fitting.describe_cut("The photograph", photograph, target)
    if cut and fit == "cover":
        remedy = "use fit contain" if isinstance(size, str) else "use size auto or fit contain"
        run.add_notice(f"{cut}; {remedy}.")
    return target


def _find_models(models: object, profile: Profile | None, stages: EncodingStages) -> dict[str, Any]:
    """Return the models and names that the record states; add all names to the trace."""
    pair = stages.describer, stages.writer
    names = model_ids.find_model_names(*pair)
    stages.run.trace.models.update(names)
    if profile == "archive":
        all_names = model_ids.all_names(names, *pair)
        extensions = {**all_names, "tool": f"semcodec {__version__}"}
        return {"models": model_ids.registered_set(names), "extensions": extensions}
    if models == NAMES:
        ids, unregistered = model_ids.ids_and_names(names)
        return {"models": ids, "extensions": unregistered}
    return {"models": model_ids.registered_set(names) if models == AUTO else models}
