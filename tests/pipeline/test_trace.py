"""A trace contains every stage, including a failed one, with the notes of its backend."""

from __future__ import annotations

import doctest
import json
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import Describer, Writer, add_note
from semcodec.errors import BackendError, InputError, InvalidResponseError, RefusalError
from semcodec.pipeline import trace
from semcodec.pipeline.trace import TracedRun, trace_run

PICTURE = Image.new("RGB", (64, 64), "red")


class Model:
    """A describer and writer that adds notes, with a ``select`` that raises ``error`` if given."""

    name = "model"

    def __init__(self, error: Exception | None = None, **notes: Any) -> None:
        self.error, self.notes = error, notes

    def describe(self, image: object) -> str:
        for kind, value in self.notes.items():
            add_note(kind, value)
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        for kind, value in self.notes.items():
            add_note(kind, value)
        if self.error is not None:
            raise self.error
        return ["red", "boat"]


def encode_error(model: Model) -> BackendError:
    with pytest.raises(BackendError) as caught:
        semcodec.encode(PICTURE, backend=model)
    return caught.value


@pytest.mark.parametrize(
    "error", [BackendError("no luck"), RefusalError("no"), InvalidResponseError("bad")]
)
def test_failed_stage_is_recorded_with_the_message(error: BackendError) -> None:
    raised = encode_error(Model(error, calls={"model": "m"}))
    assert raised is error
    described, selected = raised.trace.stages
    assert (described.name, selected.name) == ("describe", "select")
    assert "failed" not in described.notes
    assert selected.notes == {"calls": [{"model": "m"}], "failed": str(error)}
    assert selected.output is None
    assert selected.inputs[0] == "A red boat on a lake."
    assert json.loads(raised.trace.to_json())["stages"][1]["notes"]["failed"] == str(error)


@pytest.mark.parametrize("error_class", [BackendError, RefusalError, InvalidResponseError])
def test_error_of_a_backend_gets_the_missing_backend_and_stage(
    error_class: type[BackendError],
) -> None:
    error = encode_error(Model(error_class("no")))
    assert (error.backend, error.stage) == ("model", "select")
    error = encode_error(Model(error_class("no", backend="inner", stage="login")))
    assert (error.backend, error.stage) == ("inner", "login")


def test_foreign_exception_becomes_a_backend_error_with_the_trace() -> None:
    raised = encode_error(Model(ZeroDivisionError("oh")))
    assert isinstance(raised.__cause__, ZeroDivisionError)
    assert "failed to select: ZeroDivisionError: oh" in str(raised)
    assert [stage.name for stage in raised.trace.stages] == ["describe", "select"]


def test_error_names_the_stage_and_not_the_method() -> None:
    class Selector(Model):
        def select_words(self, request: object) -> None:
            raise ZeroDivisionError

    error = encode_error(Selector())
    assert (error.stage, error.trace.stages[-1].name) == ("select", "select")


def test_input_error_is_recorded_as_a_stage() -> None:
    run = TracedRun([])
    with pytest.raises(InputError):
        run.run_stage("select", Model(InputError("name a model")), Writer.select, "a boat", 1)
    assert run.trace.stages[0].notes == {"failed": "name a model"}


def test_exception_with_a_failing_str_is_shown_by_its_type() -> None:
    class UnprintableError(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert "failed to select: UnprintableError." in str(encode_error(Model(UnprintableError())))


CYCLE: dict[str, Any] = {}
CYCLE["self"] = CYCLE


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), b"x", CYCLE, float("nan"), KeyError("x"), {"a": {2}}, {(1, 2): 3}],
    ids=lambda value: type(value).__name__,
)
def test_note_that_json_cannot_represent_is_dropped(value: Any) -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(x=value, y="kept"))
    assert encoded.trace.stages[0].notes == {"y": ["kept"]}
    json.loads(encoded.trace.to_json())
    raised = encode_error(Model(BackendError("broken"), x=value))
    assert raised.trace.stages[1].notes == {"failed": "broken"}


def test_notes_are_in_the_stage_that_added_them() -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(a=1))
    assert [stage.notes["a"] for stage in encoded.trace.stages] == [[1], [1]]


def test_notices_are_collected_once_for_the_whole_run() -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(notices="Few words are known."))
    assert encoded.trace.notices == ["Few words are known."]
    assert all("notices" not in stage.notes for stage in encoded.trace.stages)
    assert json.loads(encoded.trace.to_json())["notices"] == ["Few words are known."]
    assert semcodec.encode(PICTURE, backend=Model(notices=5)).trace.notices == []


@pytest.mark.parametrize("kind", [[], (1, 2), None, 5], ids=repr)
def test_kind_of_a_note_must_be_a_string(kind: Any) -> None:
    class InvalidNote(Model):
        def describe(self, image: object) -> str:
            add_note(kind, 1)
            return "A boat."

    with pytest.raises(InputError, match="kind of a note"):
        semcodec.encode(PICTURE, describer=InvalidNote())


def test_notes_are_copied() -> None:
    value: dict[str, Any] = {"x": 1}
    encoded = semcodec.encode(PICTURE, backend=Model(y=value))
    value["x"] = object
    assert encoded.trace.stages[0].notes == {"y": [{"x": 1}]}
    json.loads(encoded.trace.to_json())


def test_notes_before_an_interrupt_are_recorded() -> None:
    class Interrupted(Model):
        def describe(self, image: object) -> str:
            add_note("calls", {"dollars": 1})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        semcodec.encode(PICTURE, describer=Interrupted())
    interrupted_trace = caught.value.trace  # type: ignore[attr-defined]
    assert interrupted_trace.calls == [{"dollars": 1}]
    assert interrupted_trace.stages[0].notes["failed"] == "KeyboardInterrupt"


def test_note_outside_a_run_is_dropped() -> None:
    add_note("a", 1)
    with trace_run() as run:
        run.run_stage("describe", Model(), Describer.describe, PICTURE)
    assert run.trace.stages[0].notes == {}
    add_note("a", 1)
    assert run._notes == []


@pytest.mark.parametrize("note", [5, "calls", None, ["m"], {"model": "m"}], ids=str)
def test_calls_that_are_not_objects_are_ignored(note: Any) -> None:
    with trace_run() as run:
        run.run_stage("describe", Model(calls=note), Describer.describe, PICTURE)
    assert run.trace.calls == ([note] if isinstance(note, dict) else [])


def test_progress_is_called_before_each_stage() -> None:
    started: list[tuple[str, str]] = []
    semcodec.encode(PICTURE, backend=Model(), progress=lambda *stage: started.append(stage))
    assert started == [("describe", "model"), ("select", "model")]
    started.clear()
    with pytest.raises(BackendError):
        semcodec.encode(
            PICTURE,
            backend=Model(BackendError("no")),
            progress=lambda *stage: started.append(stage),
        )
    assert started == [("describe", "model"), ("select", "model")]


def test_error_outside_a_run_has_no_trace() -> None:
    assert BackendError("no key").trace is None


def test_inputs_of_other_types_are_shown_as_text() -> None:
    class Judge:
        name = "minilm"

    run = TracedRun([])
    run.run_stage("select", Model(), Writer.select, Judge(), b"\x01\xff")
    assert run.trace.stages[0].inputs == ["minilm", "01ff"]
    run.run_stage("select", Model(), Writer.select, {"a": 1}, None)
    assert run.trace.stages[1].inputs == ["{'a': 1}", None]


def test_image_is_shown_by_size_and_digest_even_if_unreadable() -> None:
    class Broken:
        size = (3, 2)

        def tobytes(self) -> bytes:
            raise ValueError

    run = TracedRun([])
    run.run_stage("describe", Model(), Describer.describe, Broken())
    assert run.trace.stages[0].inputs == [{"size": [3, 2], "sha256": ""}]
    run.run_stage("describe", Model(), Describer.describe, PICTURE)
    assert len(run.trace.stages[1].inputs[0]["sha256"]) == 64


def test_doctest_of_the_module_passes() -> None:
    assert doctest.testmod(trace).failed == 0
