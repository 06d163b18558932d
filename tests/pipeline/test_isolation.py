"""Whatever a backend has, returns or raises, a run ends with a SemcodecError or with Ctrl-C."""

from __future__ import annotations

import gc
import itertools
import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec import SemcodecError
from semcodec.backends.isolation import format_exception, isolate
from semcodec.errors import BackendError, InvalidResponseError
from semcodec.words import Selection
from tests.images import PHOTO
from tests.pipeline.fake_model import FakeModel

DATA = semcodec.pack("rd bt", size=(8, 8))


class Array:
    """Looks like an array of pixels: it has ``tobytes``, and its ``size`` is one number."""

    size = 192

    def tobytes(self) -> bytes:
        return b""


class Hostile:
    """An object whose attributes and ``repr`` raise ``ZeroDivisionError``."""

    def __getattribute__(self, name: str) -> Any:
        raise ZeroDivisionError(name)

    def __repr__(self) -> str:
        raise ZeroDivisionError


class HostileText(str):
    def __getitem__(self, key: Any) -> str:
        raise ZeroDivisionError

    def split(self, *args: Any) -> Any:
        raise ZeroDivisionError


class HostileList(list[str]):
    def __iter__(self) -> Any:
        raise SystemExit


class HostileError(BackendError):
    def __str__(self) -> str:
        raise ZeroDivisionError


def make_cyclic_list() -> list[Any]:
    cycle: list[Any] = ["red"]
    cycle.append(cycle)
    return cycle


class EndlessList(list[str]):
    def __iter__(self) -> Any:
        return itertools.repeat("red")


def make_repeated_list() -> list[Any]:
    """Return a list of 2,000 lists of 2,000 lists of 2,000 texts, of which there are few."""
    return [[["red"] * 2_000] * 2_000] * 2_000


def make_wide_list() -> list[Any]:
    wide: list[Any] = ["red"]
    for _ in range(40):
        wide = [wide, wide]
    return wide


STAGES = ("describe", "select", "compress", "locate", "decompress", "expand", "paint")
RESULTS: dict[str, Callable[[], Any]] = {
    "array": lambda: Array(),
    "hostile object": lambda: Hostile(),
    "hostile list": lambda: HostileList(["two words"]),
    "endless list": lambda: EndlessList(["two words"]),
    "endless iterator": lambda: itertools.repeat("red"),
    "hostile error": lambda: HostileError("oh"),
    "SystemExit": lambda: SystemExit(3),
    "GeneratorExit": lambda: GeneratorExit(),
    "bytes": lambda: [b"red"],
    "object in a list": lambda: [object()],
    "set in a list": lambda: [{1}],
    "hostile object in a list": lambda: [Hostile()],
    "cyclic list": lambda: make_cyclic_list(),
    "wide list": lambda: make_wide_list(),
    "huge integer": lambda: 10**5000,
    "huge integer in a list": lambda: [10**5000],
    "nan": lambda: float("nan"),
    "image without pixels": lambda: Image.Image(),
    "object": lambda: object(),
}


class Model(FakeModel):
    """Raises a result that is any exception, SystemExit too."""

    def _result(self, stage: str, default: Any) -> Any:
        result = self.results.get(stage, default)
        if issubclass(type(result), BaseException):
            raise result
        return result


def run(backend: object) -> semcodec.Trace:
    options: Any = {"coding": "nibble", "skeletons": "model", "layers": "layout"}
    encoded = semcodec.encode(PHOTO, backend=backend, **options)
    return semcodec.decode(encoded.data, backend=backend).trace


@pytest.mark.parametrize("result", RESULTS)
@pytest.mark.parametrize("stage", STAGES)
def test_any_result_is_a_backend_error_with_a_trace_in_json(stage: str, result: str) -> None:
    with pytest.raises(BackendError) as caught:
        run(Model(**{stage: RESULTS[result]()}))
    stages = json.loads(caught.value.trace.to_json())["stages"]
    assert stages[-1]["name"] == stage
    assert len(json.dumps(stages)) < 5000


@pytest.mark.parametrize("stage", ["select", "compress", "locate", "decompress"])
def test_list_of_long_lists_ends(stage: str) -> None:
    with pytest.raises(BackendError) as caught:
        run(Model(**{stage: make_repeated_list()}))
    assert len(caught.value.trace.to_json()) < 1_000_000


@pytest.mark.parametrize("stage", ["describe", "expand"])
def test_long_text_is_cut_in_the_trace(stage: str) -> None:
    trace = run(Model(**{stage: "a red boat, " * 100_000}))
    assert len(trace.to_json()) < 1_000_000


def test_subclasses_of_str_are_read_as_plain_text() -> None:
    words = [HostileText("red"), HostileText("boat")]
    model = Model(describe=HostileText("a red boat"), select=words, expand=HostileText("boat"))
    encoded = semcodec.encode(PHOTO, backend=model)
    assert [type(word) for word in encoded.record.words] == [str, str]
    assert semcodec.decode(DATA, backend=model).words == ["red", "boat"]


def test_attributes_of_a_selection_are_shown_by_repr() -> None:
    class Selector(Model):
        def select_words(self, request: object) -> Selection:
            return Selection(["red"], strategy=object())  # type: ignore[arg-type]

    trace = semcodec.encode(PHOTO, backend=Selector()).trace
    assert "object" in json.loads(trace.to_json())["stages"][-1]["notes"]["strategy"]


def raise_error(_: object) -> Any:
    raise ZeroDivisionError


def exit_program(_: object) -> Any:
    raise SystemExit


@pytest.mark.parametrize("name", [["x"], None, 3, property(raise_error), property(exit_program)])
def test_invalid_name_is_replaced_by_the_type(name: Any) -> None:
    backend = type("Named", (Model,), {"name": name})()
    assert run(backend).stages[0].model == "Named"


@pytest.mark.parametrize(
    "hook", [lambda backend, role: "\udcff", lambda backend, role: ["x"], property(raise_error)]
)
def test_broken_model_name_counts_as_absent(hook: Callable[..., Any]) -> None:
    backend = type("Named", (Model,), {"model_name": hook})()
    assert not semcodec.encode(PHOTO, backend=backend).record.models.describer


@pytest.mark.parametrize("method", ["describe", "select_words", "select", "paint"])
def test_method_that_cannot_be_read_is_a_backend_error(method: str) -> None:
    backend = type("Broken", (Model,), {method: property(raise_error)})()
    with pytest.raises(BackendError, match="ZeroDivisionError"):
        run(backend)


def test_object_that_raises_for_each_attribute_is_a_semcodec_error() -> None:
    for backend in (Hostile(), Array()):
        with pytest.raises(SemcodecError):
            semcodec.decode(DATA, painter=backend)


def test_backend_cannot_change_the_run_through_its_arguments() -> None:
    class Eraser(Model):
        def expand(self, words: list[Any]) -> str:
            words.clear()
            return "a boat"

        def decompress(self, skeletons: list[Any]) -> list[str]:
            skeletons[:] = [0] * len(skeletons)
            return ["red", "boat"]

    decoded = semcodec.decode(DATA, backend=Eraser())
    assert (decoded.words, decoded.record.words) == (["red", "boat"], ["rd", "bt"])


def test_ctrl_c_is_not_converted() -> None:
    with pytest.raises(KeyboardInterrupt):
        run(Model(select=KeyboardInterrupt()))


@pytest.mark.parametrize(("error", "shown"), [
    (MemoryError(), "MemoryError"),
    (RuntimeError(" \n"), "RuntimeError"),
    (RuntimeError("no: memory"), "RuntimeError: no: memory"),
    (HostileError("no"), "HostileError"),
])  # fmt: skip
def test_exception_without_a_message_is_shown_as_its_type(error: Exception, shown: str) -> None:
    assert format_exception(error) == shown


def test_invalid_image_keeps_the_class_of_the_error() -> None:
    with pytest.raises(InvalidResponseError):
        semcodec.decode(DATA, painter=Model(paint=Array()))


def test_type_whose_name_raises_is_shown_as_object() -> None:
    metaclass = type("Meta", (type,), {"__name__": property(raise_error)})
    backend = metaclass("Nameless", (Model,), {"name": None})(select=3)
    with pytest.raises(InvalidResponseError) as caught:
        run(backend)
    assert caught.value.backend == "object"


def test_image_whose_conversion_returns_something_else_is_an_error() -> None:
    class Picture(Image.Image):
        def convert(self, mode: str) -> Any:  # type: ignore[override]
            return Array()

    with pytest.raises(InvalidResponseError):
        semcodec.decode(DATA, painter=Model(paint=Picture()))


def test_nothing_is_printed_if_a_second_interrupt_drops_the_block(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It may come between the block and its end, so that the end is never reached."""
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    block = isolate(object(), "paint", "failed to paint")
    block.__enter__()
    del block
    gc.collect()
    assert not ignored
