"""What happened in a run: each stage with what went in, what came out, by whom, how long."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

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
    """The stages of a run, in order; of a run that failed, the last one says why in its notes."""

    stages: list[Stage] = field(default_factory=list)
    progress: Progress | None = None

    def __enter__(self) -> Trace:
        """Begin a run."""
        return self

    def __exit__(self, kind: object, error: BaseException | None, at: object) -> None:
        """End a run; what ends it early carries the trace."""
        if isinstance(error, SemcodecError | KeyboardInterrupt):
            error.trace = self  # type: ignore[union-attr]  # an exception takes any attribute

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
        except SemcodecError as error:
            seconds = round(time.perf_counter() - started, 4)
            notes = {**_report(backend), "failed": str(error)}
            self.stages.append(Stage(name, model, seconds, list(map(_shown, given)), None, notes))
            raise
        seconds = round(time.perf_counter() - started, 4)
        shown = list(map(_shown, given))
        self.stages.append(Stage(name, model, seconds, shown, _shown(returned), _report(backend)))
        return returned

    def note(self, returned: Any, **notes: Any) -> None:
        """Say of the last stage what it returned, if that was a value of many parts, and more."""
        last = self.stages[-1]
        self.stages[-1] = replace(last, returned=_shown(returned), notes={**last.notes, **notes})

    def to_json(self) -> str:
        """Return the trace as JSON."""
        return json.dumps({"stages": [asdict(stage) for stage in self.stages]}, indent=2) + "\n"


def _asked(backend: object, method: str, given: Sequence[Any], model: str) -> Any:
    try:
        return getattr(backend, method)(*given)
    except SemcodecError:
        raise
    except Exception as error:  # a backend is foreign code: whatever it raises is its failure
        message = f"The backend {model} failed to {method}: {told(error)}."
        raise BackendError(message, backend=model, stage=method) from error


def _report(backend: object) -> dict[str, Any]:
    """Return what a backend has to say of its last answer, in values that JSON has."""
    try:
        said = backend.report() if hasattr(backend, "report") else {}
        json.dumps(said, allow_nan=False)
        return dict(said)
    except Exception:  # foreign code, and nothing that a result depends on
        return {}


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
