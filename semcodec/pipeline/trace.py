"""The trace of a run: the inputs, output, model and duration of each stage."""

from __future__ import annotations

import hashlib
import json
import math
import reprlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from semcodec.backends.guides import Guide
from semcodec.backends.isolation import attempt, backend_name, isolate, own_name, type_name
from semcodec.backends.notes import NOTICES, Notes, collect_notes, group_by_kind
from semcodec.errors import BackendError, SemcodecError
from semcodec.imaging import is_image
from semcodec.pipeline.reflection.steps import ReflectionTrace
from semcodec.words import SelectionRequest
from semcodec.words.predicates import Predicate

_Role = TypeVar("_Role")
_Inputs = ParamSpec("_Inputs")
_Output = TypeVar("_Output")

MAX_DEPTH: Final = 3  #: levels of nested lists in a trace; deeper ones are shown by ``repr``
MAX_ITEMS: Final = 20_000  #: of all lists in a value; a record has up to 4,096 words
MAX_TEXT: Final = 200_000  #: characters of a text; more of a result is not used
MAX_INTEGER: Final = 2**63 - 1  #: larger integers are shown by ``repr``, which limits their length

_SHORT_REPR: Final = reprlib.Repr()
_SHORT_REPR.maxlevel = 2
_SHORT_REPR.maxother = _SHORT_REPR.maxstring = _SHORT_REPR.maxlong = 80

PICTURE_STAGES: Final = ("paint", "edit", "align")
CALLS: Final = "calls"  #: the kind of notes about requests to servers

_Stage = tuple[str, str, float, tuple[Any, ...]]  # its name, model, start and inputs

Progress = Callable[[str, str], object]  #: called before each stage with its name and its model


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of a model or of a rule, as values that JSON can represent.

    An image is represented as ``{"size": [width, height], "sha256": ...}`` (the digest of its
    pixels), bytes as hexadecimal digits, a selection request as an object, and anything else by its
    name or its shortened ``repr``.

    Attributes:
        name: ``"describe"``, ``"select"``, ``"compress"``, ``"locate"``, ``"decompress"``,
            ``"expand"`` or ``"paint"``.
        model: name of the backend that ran the stage.
        seconds: wall-clock time, rounded to 0.1 ms.
        inputs: the arguments of the call, in order.
        output: the value returned; None if the stage failed.
        notes: further details by kind: ``"calls"`` (requests to servers, with tokens and
            dollars), ``"repairs"`` (how responses were corrected), ``"judge"`` and ``"strategy"``
            (how words were selected), ``"rate"`` with ``"max_words"`` and ``"max_bits"`` (the rules
            that limit the words, and their numbers), ``"layout_bytes"``, ``"boxes"`` and
            ``"color_bytes"`` (the layers of the record), ``"failed"`` (the message of the error
            that ended the run).

    Example:
        >>> from semcodec.pipeline import Stage
        >>> Stage("select", "rules", 0.0012, ["A red boat.", 2], ["red", "boat"]).output
        ['red', 'boat']
    """

    name: str
    model: str
    seconds: float
    inputs: list[Any]
    output: Any
    notes: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trace:
    """The stages of a run of ``encode`` or ``decode``, in order.

    If a run fails after its first stage has begun, the error has the trace as ``.trace``, and the
    last stage is the one that failed. So has ``KeyboardInterrupt``: the request that Ctrl-C has
    interrupted is the last one of ``calls``, with its highest possible price in ``"dollars"``.

    Attributes:
        stages: one ``Stage`` for each call of a model or a rule.
        notices: sentences for the user about what was not done as expected, such as a color
            profile that was ignored, or a picture that had to be cropped.
        models: of ``encode``, the names of the models that the backends report, by role
            (``"describer"``, ``"writer"``, ``"painter"``, ``"prompts"``), also those that the
            record does not state; empty for ``decode``.
        reflection: of ``decode``, how the picture was checked and improved; None of ``encode``, and
            with ``reflect="off"`` and one candidate.

    Example:
        >>> import json, semcodec
        >>> trace = semcodec.decode(semcodec.pack("rd bt", size=(96, 64))).trace
        >>> [(stage.name, stage.model) for stage in trace.stages]
        [('decompress', 'rules'), ('expand', 'rules'), ('paint', 'embedded')]
        >>> json.loads(trace.to_json())["stages"][0]["output"]
        ['red', 'boat']
        >>> trace.calls, trace.notices
        ([], [])
    """

    stages: list[Stage] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    reflection: ReflectionTrace | None = None

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The requests to servers in all stages, in order; empty if the run was offline."""
        return list_calls(self.stages)

    def to_json(self) -> str:
        """Return the trace as JSON: an object with the attributes of this class as keys."""
        return json.dumps(asdict(self), indent=2) + "\n"


def list_calls(stages: Iterable[Stage]) -> list[dict[str, Any]]:
    """Return the requests to servers in ``stages``, in order."""
    noted = [stage.notes.get("calls") for stage in stages]
    calls = [call for group in noted if isinstance(group, list) for call in group]
    return [call for call in calls if isinstance(call, dict)]


def as_number(value: Any) -> float | None:
    """Return ``value`` if it is a number, else None; a third-party backend may note anything."""
    return value if type(value) in (int, float) else None


class TracedRun:
    """A run of ``encode`` or ``decode``: calls backends, and appends each call to the trace.

    Attributes:
        trace: the stages so far.
        picture: of ``decode``, what was painted: the last object that a painter or editor returned,
            then the picture that was kept; None before.
    """

    trace: Trace
    picture: Any

    def __init__(self, notes: Notes, progress: Progress | None = None) -> None:
        self.trace, self.picture = Trace(), None
        self._notes, self._progress = notes, progress
        self._stage: _Stage = "load", "", time.perf_counter(), ()  # the last one that has begun

    def run_stage(
        self,
        name: str,
        backend: _Role,
        method: Callable[Concatenate[_Role, _Inputs], _Output],
        *inputs: _Inputs.args,
        **options: _Inputs.kwargs,
    ) -> _Output:
        """Call a method of ``backend``, append the stage to the trace, and return the result.

        The annotated type of the result is the type in the protocol. A backend is third-party code
        that may return anything, so the result must be validated before use.

        Args:
            name: the name of the stage.
            backend: the backend; its method with the name of ``method`` is called.
            method: a method of the role's protocol, such as ``Writer.select``.
            inputs: the arguments of the method.
            options: its keyword arguments; the trace shows their values after ``inputs``.

        Raises:
            BackendError: the backend raised it, or an exception that is not a SemcodecError; the
                attributes ``backend`` and ``stage`` are set.
        """
        model = backend_name(backend)
        if self._progress is not None:
            self._progress(name, model)
        self._stage = name, model, time.perf_counter(), (*inputs, *options.values())
        # A failed stage is recorded too, because its requests may have been billed.
        try:
            output = _call_backend(name, backend, method.__name__, inputs, options)
            if name in PICTURE_STAGES:
                self.picture = output
        except (SemcodecError, KeyboardInterrupt) as error:
            if isinstance(error, BackendError):
                _complete_error(error, backend=model, stage=name)
            # Ctrl-C may come while a backend reads an answer: then the interrupt has it.
            self._append(getattr(error, "output", None), failed=_error_message(error))
            raise
        self._append(output)
        return output  # type: ignore[no-any-return]  # the type in the protocol

    def add_unfinished(self, error: BaseException) -> None:
        """Append the last stage if Ctrl-C has come before it was appended, but after a request."""
        if any(kind == CALLS for kind, _ in self._notes):
            self._append(failed=_error_message(error))

    def add_notice(self, notice: str) -> None:
        """Add a sentence for the user to the trace, once; see ``Trace.notices``."""
        if notice not in self.trace.notices:
            self.trace.notices.append(notice)

    def set_reflection(self, reflection: ReflectionTrace) -> None:
        """Set ``Trace.reflection``."""
        self.trace = replace(self.trace, reflection=reflection)

    def annotate(self, output: Any, **notes: Any) -> None:
        """Replace the output of the last stage by ``output``, and add notes to the stage."""
        last = self.trace.stages[-1]
        self.trace.stages[-1] = replace(last, output=_to_json_value(output))
        self.add_notes(**notes)

    def add_notes(self, **notes: Any) -> None:
        """Add notes to the last stage."""
        last = self.trace.stages[-1]
        added = {kind: _to_json_value(note) for kind, note in notes.items()}
        self.trace.stages[-1] = replace(last, notes={**last.notes, **added})

    def _append(self, output: Any = None, **notes: Any) -> None:
        """Append the stage that has just ended, with the notes that the backend made in it.

        The notes are cleared last: if Ctrl-C comes earlier, ``add_unfinished`` appends them.
        """
        name, model, started, inputs = self._stage
        seconds = round(time.perf_counter() - started, 4)  # measured before images are hashed
        shown = [_to_json_value(value) for value in inputs]
        shown_output = _to_json_value(output)
        notes = {**group_by_kind(self._notes), **notes}
        for notice in notes.pop(NOTICES, []):
            if isinstance(notice, str):
                self.add_notice(notice)
        self.trace.stages.append(Stage(name, model, seconds, shown, shown_output, notes))
        self._notes.clear()


@contextmanager
def trace_run(progress: Progress | None = None) -> Iterator[TracedRun]:
    """Yield a ``TracedRun``; an error that leaves the block gets its trace as ``.trace``.

    If a picture was painted before, the error has it as ``.picture``.

    Notes of backends are collected while the block runs (see ``semcodec.backends.notes``).

    Args:
        progress: called before each stage with its name and the name of its backend.
    """
    with collect_notes() as notes:
        run = TracedRun(notes, progress)
        try:
            yield run
        except BaseException as error:  # also an exception of the caller's ``on_step``
            run.add_unfinished(error)
            with suppress(Exception):  # a backend may have raised its own subclass
                error.trace = run.trace  # type: ignore[attr-defined]  # accepts new attributes
                if run.picture is not None and is_image(run.picture):
                    error.picture = run.picture  # type: ignore[attr-defined]
            raise


def _call_backend(
    stage: str,
    backend: object,
    method: str,
    inputs: tuple[Any, ...],
    options: Mapping[str, Any],
) -> Any:
    arguments = map(_copy_argument, inputs)
    keywords = {name: _copy_argument(value) for name, value in options.items()}
    with isolate(backend, stage, f"failed to {stage}"):
        return getattr(backend, method)(*arguments, **keywords)


def _copy_argument(value: Any) -> Any:
    """Return a copy of a list or a guide: a backend that changes it must not change the run."""
    if isinstance(value, Guide):
        return value.copy()
    return list(value) if type(value) is list else value


def _complete_error(error: BackendError, **attributes: str) -> None:
    """Set the attributes of an error that its backend has left empty."""
    for name, value in attributes.items():
        if not attempt(lambda name=name: getattr(error, name, ""), ""):  # type: ignore[misc]
            with suppress(Exception):  # the backend may have raised its own subclass
                setattr(error, name, value)


def _error_message(error: BaseException) -> str:
    # The backend may have raised its own subclass, whose ``__str__`` raises.
    return attempt(lambda: str(error), "") or type_name(error)


def _to_json_value(value: Any) -> Any:
    """Return ``value`` as JSON types; results of backends may be any objects."""
    return attempt(
        lambda: _convert(value, MAX_DEPTH, iter(range(MAX_ITEMS))), f"<{type_name(value)}>"
    )


def _convert(value: Any, depth: int, left: Iterator[int]) -> Any:
    """Return ``value`` as JSON types; ``left`` ends when there are no more items to show."""
    if isinstance(value, bytes):
        return value[:MAX_TEXT].hex()
    if isinstance(value, SelectionRequest):
        return value.as_dict()
    if isinstance(value, Guide):
        boxes = [(each.word, each.index, list(map(list, each.boxes))) for each in value.layout]
        return {"layout": boxes, "colors": _image_summary(value.colors)}
    if isinstance(value, Predicate):
        return value.text
    if isinstance(value, list | tuple):
        # The limit on depth also ends lists that contain themselves, and that on items bounds those
        # that contain one list many times. ``__iter__`` of a subclass may never end.
        if not depth:
            return _bounded_repr(value)
        items = list.__iter__(value) if isinstance(value, list) else tuple.__iter__(value)
        return [_convert(item, depth - 1, left) for item, _ in zip(items, left, strict=False)]
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)[:MAX_TEXT]
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, int | float):
        return _bounded_repr(value)
    return _image_summary(value) or own_name(value) or _bounded_repr(value)


def _bounded_repr(value: object) -> str:
    """Return ``repr(value)`` without the middle if it is long, or the type if ``repr`` fails."""
    return attempt(lambda: _SHORT_REPR.repr(value), f"<{type_name(value)}>")


def _image_summary(image: Any) -> dict[str, Any] | None:
    """Return the size and digest of an image, or None if the object is not an image."""
    size: list[int] = attempt(lambda: [int(side) for side in image.size], [])
    if len(size) != 2 or not attempt(lambda: hasattr(image, "tobytes"), False):
        return None
    # An image that is closed or damaged is reported when it is used.
    digest = attempt(lambda: hashlib.sha256(image.tobytes()).hexdigest(), "")
    return {"size": size, "sha256": digest}
