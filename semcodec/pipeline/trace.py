"""What happened in a run: each stage with what went in, what came out, by whom, how long."""

from __future__ import annotations

import hashlib
import json
import time
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
        notes: what else there is to say, such as who judged a choice of words.
    """

    name: str
    model: str
    seconds: float
    given: Any
    returned: Any
    notes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Trace:
    """The stages of a run, in order."""

    stages: list[Stage] = field(default_factory=list)

    def call(self, backend: object, method: str, *given: Any, stage: str = "") -> Any:
        """Return what ``backend`` answers to ``method``, and note it as ``stage``.

        The stage is called like the method if it has no other name.

        Raises:
            BackendError: the backend raised anything that is no SemcodecError.
        """
        model = str(getattr(backend, "name", type(backend).__name__))
        started = time.perf_counter()
        try:
            returned = getattr(backend, method)(*given)
        except SemcodecError:
            raise
        except Exception as error:  # a backend is foreign code: whatever it raises is its failure
            message = f"The backend {model} failed to {method}: {told(error)}."
            raise BackendError(message, backend=model, stage=method) from error
        seconds = round(time.perf_counter() - started, 4)
        shown = [_shown(value) for value in given]
        self.stages.append(Stage(stage or method, model, seconds, shown, _shown(returned)))
        return returned

    def note(self, returned: Any, **notes: str) -> None:
        """Say of the last stage what it returned, if that was a value of many parts, and more."""
        self.stages[-1] = replace(self.stages[-1], returned=_shown(returned), notes=notes)

    def to_json(self) -> str:
        """Return the trace as JSON."""
        return json.dumps({"stages": [asdict(stage) for stage in self.stages]}, indent=2) + "\n"


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
