"""A trace has every stage, also the one that failed, and what a backend reports of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import Describer, Writer, add_note
from semcodec.errors import BackendError, InputError, InvalidResponseError, RefusalError
from semcodec.pipeline.trace import Trace, traced_run

PICTURE = Image.new("RGB", (64, 64), "red")


class Model:
    """Describes, chooses and fails as it is told to."""

    name = "model"

    def __init__(self, fails: Exception | None = None, **notes: Any) -> None:
        self.fails, self.notes = fails, notes

    def describe(self, image: object) -> str:
        for kind, value in self.notes.items():
            add_note(kind, value)
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        for kind, value in self.notes.items():
            add_note(kind, value)
        if self.fails is not None:
            raise self.fails
        return ["red", "boat"]


def failed(model: Model) -> BackendError:
    with pytest.raises(BackendError) as caught:
        semcodec.encode(PICTURE, backend=model)
    return caught.value


@pytest.mark.parametrize(
    "error", [BackendError("no luck"), RefusalError("no"), InvalidResponseError("bad")]
)
def test_the_stage_that_failed_is_kept_with_its_reason(error: BackendError) -> None:
    raised = failed(Model(error, calls={"model": "m"}))
    assert raised is error
    describing, choosing = raised.trace.stages
    assert (describing.name, choosing.name) == ("describe", "select")
    assert "failed" not in describing.notes
    assert choosing.notes == {"calls": [{"model": "m"}], "failed": str(error)}
    assert choosing.output is None
    assert choosing.inputs[0] == "A red boat on a lake."
    assert json.loads(raised.trace.to_json())["stages"][1]["notes"]["failed"] == str(error)


def test_whatever_a_backend_raises_is_a_backend_error_with_the_trace() -> None:
    raised = failed(Model(ZeroDivisionError("oh")))
    assert isinstance(raised.__cause__, ZeroDivisionError)
    assert "failed to select: ZeroDivisionError: oh" in str(raised)
    assert [stage.name for stage in raised.trace.stages] == ["describe", "select"]


def test_an_error_of_the_caller_is_kept_as_a_stage_too() -> None:
    trace = Trace()
    with pytest.raises(InputError):
        trace.run_stage("select", Model(InputError("name a model")), Writer.select, "a boat", 1)
    assert trace.stages[0].notes == {"failed": "name a model"}


def test_an_error_that_cannot_say_what_it_is() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert "failed to select: Mute." in str(failed(Model(Mute())))


CIRCLE: dict[str, Any] = {}
CIRCLE["self"] = CIRCLE


@pytest.mark.parametrize(
    "value",
    [{1, 2}, object(), b"x", CIRCLE, float("nan"), KeyError("x"), {"a": {2}}, {(1, 2): 3}],
    ids=lambda value: type(value).__name__,
)
def test_a_note_that_json_cannot_represent_is_left_out(value: Any) -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(x=value, y="kept"))
    assert encoded.trace.stages[0].notes == {"y": ["kept"]}
    json.loads(encoded.trace.to_json())
    raised = failed(Model(BackendError("broken"), x=value))
    assert raised.trace.stages[1].notes == {"failed": "broken"}


def test_a_stage_has_the_notes_made_since_the_one_before() -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(a=1))
    assert [stage.notes["a"] for stage in encoded.trace.stages] == [[1], [1]]


@pytest.mark.parametrize("kind", [[], (1, 2), None, 5], ids=repr)
def test_a_note_of_no_kind_is_an_error_of_the_backend(kind: Any) -> None:
    class Noting(Model):
        def describe(self, image: object) -> str:
            add_note(kind, 1)
            return "A boat."

    with pytest.raises(InputError, match="The kind of a note is"):
        semcodec.encode(PICTURE, describer=Noting())


def test_a_note_that_is_changed_later_stays_as_it_was() -> None:
    value: dict[str, Any] = {"x": 1}
    encoded = semcodec.encode(PICTURE, backend=Model(y=value))
    value["x"] = object
    assert encoded.trace.stages[0].notes == {"y": [{"x": 1}]}
    json.loads(encoded.trace.to_json())


def test_what_was_paid_before_an_interrupt_is_noted() -> None:
    class Slow(Model):
        def describe(self, image: object) -> str:
            add_note("calls", {"dollars": 1})
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        semcodec.encode(PICTURE, describer=Slow())
    trace = caught.value.trace  # type: ignore[attr-defined]
    assert trace.calls == [{"dollars": 1}]
    assert trace.stages[0].notes["failed"] == "KeyboardInterrupt"


def test_a_note_without_a_run_is_dropped() -> None:
    add_note("a", 1)
    with traced_run() as trace:
        trace.run_stage("describe", Model(), Describer.describe, PICTURE)
    assert trace.stages[0].notes == {}
    add_note("a", 1)
    assert trace._notes == []


@pytest.mark.parametrize("note", [5, "calls", None, ["m"], {"model": "m"}], ids=str)
def test_calls_are_the_notes_of_calls_that_have_fields(note: Any) -> None:
    with traced_run() as trace:
        trace.run_stage("describe", Model(calls=note), Describer.describe, PICTURE)
    assert trace.calls == ([note] if isinstance(note, dict) else [])


def test_progress_is_told_before_each_stage() -> None:
    told: list[tuple[str, str]] = []
    semcodec.encode(PICTURE, backend=Model(), progress=lambda *stage: told.append(stage))
    assert told == [("describe", "model"), ("select", "model")]
    told.clear()
    with pytest.raises(BackendError):
        semcodec.encode(
            PICTURE, backend=Model(BackendError("no")), progress=lambda *stage: told.append(stage)
        )
    assert told == [("describe", "model"), ("select", "model")]


def test_an_error_has_no_trace_where_there_were_no_stages() -> None:
    assert BackendError("no key").trace is None


def test_what_is_no_value_is_shown_by_its_name() -> None:
    class Judge:
        name = "minilm"

    trace = Trace()
    trace.run_stage("select", Model(), Writer.select, Judge(), b"\x01\xff")
    assert trace.stages[0].inputs == ["minilm", "01ff"]
    trace.run_stage("select", Model(), Writer.select, {"a": 1}, None)
    assert trace.stages[1].inputs == ["{'a': 1}", None]


def test_a_picture_is_shown_by_its_size_and_digest_even_if_it_cannot_be_read() -> None:
    class Broken:
        size = (3, 2)

        def tobytes(self) -> bytes:
            raise ValueError

    trace = Trace()
    trace.run_stage("describe", Model(), Describer.describe, Broken())
    assert trace.stages[0].inputs == [{"size": [3, 2], "sha256": ""}]
    trace.run_stage("describe", Model(), Describer.describe, PICTURE)
    assert len(trace.stages[1].inputs[0]["sha256"]) == 64
