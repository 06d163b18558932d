"""What happened in a run: each stage with what went in, what came out, by whom, how long."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from semcodec.backends.notes import Notes, collect_notes, grouped
from semcodec.errors import BackendError, SemcodecError

if TYPE_CHECKING:
    from PIL.Image import Image


@dataclass(frozen=True, slots=True)
class Stage:
    """One call of a model or a rule.

    Attributes:
        name: such as ``"describe"``.
        model: who did it.
        seconds: how long it took.
        given: what went in; an image as its size and SHA-256.
        returned: what came out, likewise.
        notes: what else there is to say, such as who judged a choice of words, which calls of
            servers it took with tokens and dollars, and what of the answers was repaired.
    """

    name: str
    model: str
    seconds: float
    given: Any
    returned: Any
    notes: dict[str, Any] = field(default_factory=dict)


Progress = Callable[[str, str], None]  #: is told each stage as it begins, and by whom


@dataclass(slots=True)
class Trace:
    """The stages of a run, in order; of a run that failed, the last one says why in its notes.

    Each stage gets the notes that were made in the context of the run since the stage before it.
    """

    stages: list[Stage] = field(default_factory=list)
    progress: Progress | None = None
    _notes: Notes = field(default_factory=list, repr=False)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """The calls of servers that the stages took."""
        said = [stage.notes.get("calls") for stage in self.stages]
        calls = [call for one in said if isinstance(one, list) for call in one]
        return [call for call in calls if isinstance(call, dict)]

    def call(self, backend: object, method: str, *given: Any, stage: str = "") -> Any:
        """Return what ``backend`` answers to ``method``, and note it as ``stage``.

        The stage is called like the method if it has no other name.

        Raises:
            BackendError: the backend raised anything that is no SemcodecError.
        """
        model = str(getattr(backend, "name", type(backend).__name__))
        name = stage or method
        if self.progress is not None:
            self.progress(name, model)
        started = time.perf_counter()
        try:
            returned = _asked(backend, method, given, model)
        except (SemcodecError, KeyboardInterrupt) as error:  # what was paid until then is noted
            seconds = round(time.perf_counter() - started, 4)
            notes = {**self._taken_notes(), "failed": str(error) or type(error).__name__}
            self.stages.append(Stage(name, model, seconds, list(map(_shown, given)), None, notes))
            raise
        seconds = round(time.perf_counter() - started, 4)
        shown = list(map(_shown, given))
        notes = self._taken_notes()
        self.stages.append(Stage(name, model, seconds, shown, _shown(returned), notes))
        return returned

    def note(self, returned: Any, **notes: Any) -> None:
        """Say of the last stage what it returned, if that was a value of many parts, and more."""
        last = self.stages[-1]
        self.stages[-1] = replace(last, returned=_shown(returned), notes={**last.notes, **notes})

    def _taken_notes(self) -> dict[str, Any]:
        """Return the notes made since the last stage ended."""
        taken = grouped(self._notes)
        self._notes.clear()
        return taken

    def to_json(self) -> str:
        """Return the trace as JSON."""
        return json.dumps({"stages": [asdict(stage) for stage in self.stages]}, indent=2) + "\n"


@contextmanager
def traced_run(progress: Progress | None = None) -> Iterator[Trace]:
    """Return the trace of the run that is the block; an error that ends it carries the trace."""
    with collect_notes() as notes:
        trace = Trace(progress=progress, _notes=notes)
        try:
            yield trace
        except (SemcodecError, KeyboardInterrupt) as error:
            error.trace = trace  # type: ignore[union-attr]  # an exception takes any attribute
            raise


def _asked(backend: object, method: str, given: Sequence[Any], model: str) -> Any:
    try:
        return getattr(backend, method)(*given)
    except SemcodecError:
        raise
    except Exception as error:  # a backend is foreign code: whatever it raises is its failure
        message = f"The backend {model} failed to {method}: {told(error)}."
        raise BackendError(message, backend=model, stage=method) from error


def told(error: Exception) -> str:
    """Return the kind and words of a foreign error, which may fail to say them."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:
        return type(error).__name__


def _shown(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, str | int | float | list | tuple | None):
        return value
    if hasattr(value, "tobytes") and hasattr(value, "size"):
        return _shown_image(value)
    return str(getattr(value, "name", None) or repr(value))


def _shown_image(image: Image) -> dict[str, Any]:
    try:
        digest = hashlib.sha256(image.tobytes()).hexdigest()
    except Exception:  # closed or damaged: whoever uses the image says so
        digest = ""
    return {"size": list(image.size), "sha256": digest}
