"""Measure one photograph for bench/local_gpu.py: encode it, and paint its record in four ways.

All measurements are kept in a JSON file beside the pictures, so that a later run continues.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from functools import wraps
from pathlib import Path
from typing import Any, Final, TypeVar

from layer_metrics import compare, view
from local_gpu_results import Cost, Painted, Photograph

import semcodec
from semcodec.backends.isolation import isolate
from semcodec.backends.local import LocalBackend, devices, weights
from semcodec.errors import InvalidResponseError, RefusalError
from semcodec.words.predicates import find_predicates

SEED: Final = 7
TRIES: Final = 2  #: of reflection
#: The ways to paint a record: name, tries of reflection, and whether layers are used.
WAYS: Final = (
    ("words", 0, False),
    ("reflection", TRIES, False),
    ("layers", 0, True),
    ("both", TRIES, True),
)
LAYOUT: Final = "layout"  #: the layer for which the model must locate things
#: Kinds of work by the method of the backend; "load" is that of weights, in any of them.
KINDS: Final = {
    "describe": "describe",
    "locate": "locate",
    "select_words": "write",
    "compress": "write",
    "decompress": "write",
    "expand": "write",
    "compare": "write",
    "paint": "paint",
    "edit": "edit",
    "check": "check",
}
LOADERS: Final = ("load_text_model", "load_pipelines")

T = TypeVar("T")
Report = Callable[[str], None]


class Clock:
    """Seconds by kind of work. Work inside other work counts for its own kind alone."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._inner = 0.0  # seconds of the work inside the current one

    def watch(self, owner: Any, methods: Mapping[str, str]) -> None:
        """Replace the methods of an object by those that count their seconds."""
        for name, kind in methods.items():
            setattr(owner, name, self._timed(getattr(owner, name), kind))

    def _timed(self, function: Callable[..., Any], kind: str) -> Callable[..., Any]:
        @wraps(function)
        def call(*arguments: Any, **options: Any) -> Any:
            outer, self._inner = self._inner, 0.0
            started = time.perf_counter()
            try:
                return function(*arguments, **options)
            finally:
                seconds = time.perf_counter() - started
                self.seconds[kind] = self.seconds.get(kind, 0.0) + seconds - self._inner
                self._inner = outer + seconds

        return call

    def measure(self, work: Callable[[], T]) -> tuple[T, Cost]:
        """Return the result of ``work``, and what it costs."""
        torch = devices.import_torch()
        has_cuda = torch.cuda.is_available()
        if has_cuda:
            torch.cuda.reset_peak_memory_stats()
        before, started = self.seconds.copy(), time.perf_counter()
        result = work()
        total = time.perf_counter() - started
        spent = ((kind, value - before.get(kind, 0.0)) for kind, value in self.seconds.items())
        seconds = {kind: value for kind, value in spent if value}
        return result, Cost(total, seconds, torch.cuda.max_memory_reserved() if has_cuda else None)


def watch(local: LocalBackend) -> Clock:
    """Return a clock for the methods of a backend and for the loading of its models."""
    clock = Clock()
    clock.watch(local, KINDS)
    clock.watch(weights, dict.fromkeys(LOADERS, "load"))
    return clock


def fit(size: tuple[int, int], side: int) -> tuple[int, int]:
    """Return a size of the same aspect ratio whose longer side has ``side`` pixels.

    >>> fit((768, 512), 256)
    (256, 171)
    """
    width, height = size
    scale = side / max(size)
    return max(1, round(scale * width)), max(1, round(scale * height))


class Measurer:
    """Measures photographs, and keeps the results in a folder.

    Args:
        local: the models.
        clock: watches them.
        layers: of the records; without boxes if the model locates nothing.
        side: pixels of the longer side of the pictures; None for that of the record.
        folder: of the results.
        report: gets a line for each step.
    """

    def __init__(
        self,
        local: LocalBackend,
        clock: Clock,
        layers: str,
        side: int | None,
        folder: Path,
        report: Report,
    ) -> None:
        self._local, self._clock, self._layers = local, clock, layers
        self._side, self._folder, self._report = side, folder, report

    def read(self, path: Path) -> Photograph | None:
        """Return the measurements of an earlier run with the same settings, or None."""
        file = self._folder / f"{path.stem}.json"
        if not file.exists():
            return None
        try:
            kept = json.loads(file.read_text("utf-8"))
            is_same = kept["key"] == self._key(path)
            return Photograph.from_dict(kept["photograph"]) if is_same else None
        except (ValueError, KeyError, TypeError):  # another file of this name
            return None

    def measure(self, path: Path) -> Photograph:
        """Return the measurements of a photograph, which are also written to a file.

        Raises:
            SemcodecError: it cannot be read, or a model failed.
        """
        (data, photograph, photo), cost = self._clock.measure(lambda: self._encode(path))
        photograph = replace(photograph, cost=cost)
        self._report(f"{photograph.bytes} bytes, {photograph.cost.describe()}")
        (self._folder / f"{path.stem}.semc").write_bytes(data)
        photo.save(self._folder / f"{path.stem}.png")
        painted = {}
        for name, tries, has_layers in WAYS:
            one, picture = self._paint(data, photo, tries, has_layers)
            picture.save(self._folder / f"{path.stem}-{name}.png")
            painted[name] = one
            self._report(
                f"{name}, {one.cost.describe()}, {one.true_statements} of {one.statements} "
                "statements are true"
            )
        photograph = replace(photograph, painted=painted)
        kept = {"key": self._key(path), "photograph": asdict(photograph)}
        (self._folder / f"{path.stem}.json").write_text(json.dumps(kept, indent=1), "utf-8")
        return photograph

    def _encode(self, path: Path) -> tuple[bytes, Photograph, Any]:
        """Return the record, its measurements but the cost, and the photograph as the model got it.

        A model that is too small to locate things fails the layer of boxes; then the record gets
        the other layers, which ``Photograph.layers`` states.
        """
        layers = self._layers.split(",")
        try:
            encoded = semcodec.encode(path, backend=self._local, layers=",".join(layers))
        except (InvalidResponseError, RefusalError) as error:
            if error.stage != "locate":
                raise
            self._report(f"without boxes: {error}")
            layers.remove(LAYOUT)
            encoded = semcodec.encode(
                path,
                backend=self._local,
                layers=",".join(layers) or "off",
                description=error.trace.stages[0].output if error.trace else None,
            )
        boxes = sum(len(each.boxes) for each in encoded.record.layers.layout or ())
        words, description = " ".join(encoded.record.words), encoded.description
        photograph = Photograph(
            path.name, description, words, len(encoded.data), ",".join(layers), boxes, Cost()
        )
        return encoded.data, photograph, encoded.image

    def _paint(self, data: bytes, photo: Any, tries: int, has_layers: bool) -> tuple[Painted, Any]:
        """Return the measurements of a picture of a record, and the picture."""
        decoded, cost = self._clock.measure(
            lambda: semcodec.decode(
                data,
                backend=self._local,
                reflect=tries or "off",
                seed=SEED,
                size=fit(photo.size, self._side) if self._side else None,
                ignore_layers=not has_layers,
            )
        )
        answers, checking = self._clock.measure(lambda: self._check(decoded))
        pictures = (view(image, edges=False) for image in (decoded.image, photo))
        reflection = decoded.trace.reflection
        painted = Painted(
            cost,
            sum(each.seconds.get("check", 0.0) for each in (cost, checking)),
            sum(answer == "yes" for answer in answers),
            len(answers),
            compare(*pictures).de16,
            0 if reflection is None else reflection.tries,
            reflection is not None and reflection.kept > 0,
            "" if reflection is None else str(reflection.stopped),
        )
        return painted, decoded.image

    def _check(self, decoded: semcodec.Decoded) -> list[Any]:
        """Return the answers about a picture; if reflection has checked it, those of reflection."""
        predicates = find_predicates(decoded.words, ordered=decoded.record.coding != "bag")
        reflection = decoded.trace.reflection
        if reflection and (found := reflection.steps[reflection.kept].answers):
            return list(found.values())
        with isolate(self._local, "check", "failed to check a picture"):
            return list(self._local.check(decoded.image, predicates))

    def _key(self, path: Path) -> dict[str, Any]:
        """Return what the measurements depend on."""
        return {
            "photograph": hashlib.sha256(path.read_bytes()).hexdigest(),
            "models": self._local.dependencies(),
            "settings": self._local.settings.to_dict(),
            "layers": self._layers,
            "side": self._side,
            "ways": [list(way) for way in WAYS],
            "seed": SEED,
        }
