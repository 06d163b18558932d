"""A trace has every stage, also the one that failed, and what a backend reports of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.errors import BackendError, BadAnswer, InputError, Refused
from semcodec.pipeline.trace import Trace

PICTURE = Image.new("RGB", (64, 64), "red")


class Model:
    """Describes, chooses and fails as it is told to."""

    name = "model"

    def __init__(self, fails: Exception | None = None, report: Any = None) -> None:
        self.fails, self.said = fails, report

    def describe(self, image: object) -> str:
        return "A red boat on a lake."

    def select(self, description: str, k: int) -> list[str]:
        if self.fails is not None:
            raise self.fails
        return ["red", "boat"]

    def report(self) -> Any:
        if isinstance(self.said, Exception):
            raise self.said
        return self.said


def failed(model: Model) -> BackendError:
    with pytest.raises(BackendError) as caught:
        semcodec.encode(PICTURE, backend=model)
    return caught.value


@pytest.mark.parametrize("error", [BackendError("no luck"), Refused("no"), BadAnswer("bad")])
def test_the_stage_that_failed_is_kept_with_its_reason(error: BackendError) -> None:
    raised = failed(Model(error, report={"calls": [{"model": "m"}]}))
    assert raised is error
    describing, choosing = raised.trace.stages
    assert (describing.name, choosing.name) == ("describe", "select")
    assert "failed" not in describing.notes
    assert choosing.notes == {"calls": [{"model": "m"}], "failed": str(error)}
    assert choosing.returned is None
    assert choosing.given[0] == "A red boat on a lake."
    assert json.loads(raised.trace.to_json())["stages"][1]["notes"]["failed"] == str(error)


def test_whatever_a_backend_raises_is_a_backend_error_with_the_trace() -> None:
    raised = failed(Model(ZeroDivisionError("oh")))
    assert isinstance(raised.__cause__, ZeroDivisionError)
    assert "failed to select: ZeroDivisionError: oh" in str(raised)
    assert [stage.name for stage in raised.trace.stages] == ["describe", "select"]


def test_an_error_of_the_caller_is_kept_as_a_stage_too() -> None:
    trace = Trace()
    with pytest.raises(InputError):
        trace.call(Model(InputError("name a model")), "select", "a boat", 1)
    assert trace.stages[0].notes == {"failed": "name a model"}


def test_an_error_that_cannot_say_what_it_is() -> None:
    class Mute(Exception):
        def __str__(self) -> str:
            raise ValueError

    assert "failed to select: Mute." in str(failed(Model(Mute())))


CIRCLE: dict[str, Any] = {}
CIRCLE["self"] = CIRCLE


@pytest.mark.parametrize(
    "report",
    [
        None, 5, "text", [1, 2], [["a"]], {1: {2}}, {"a": object()}, {"a": b"x"}, CIRCLE,
        {"a": float("nan")}, RuntimeError("oh"), KeyError("x"), BackendError("no"), {},
    ],
    ids=lambda said: type(said).__name__,
)  # fmt: skip
def test_a_report_that_is_none_or_raises_is_left_out(report: Any) -> None:
    encoded = semcodec.encode(PICTURE, backend=Model(report=report))
    assert encoded.trace.stages[0].notes == {}
    json.loads(encoded.trace.to_json())
    raised = failed(Model(BackendError("broken"), report))
    assert raised.trace.stages[1].notes == {"failed": "broken"}


@pytest.mark.parametrize(
    ("said", "calls"),
    [
        ([{"model": "m"}], 1),
        ([{"model": "m"}, {"model": "n"}], 2),
        ([], 0),
        (5, 0),
        ("calls", 0),
        ({"model": "m"}, 0),
        (["m", 5, None, {"model": "m"}], 1),
    ],
)
def test_calls_are_those_that_a_report_has_as_such(said: Any, calls: int) -> None:
    trace = Trace()
    trace.call(Model(report={"calls": said}), "describe", PICTURE)
    assert trace.calls == [{"model": "m"}, {"model": "n"}][:calls]


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
    trace.call(Model(), "select", Judge(), b"\x01\xff")
    assert trace.stages[0].given == ["minilm", "01ff"]
    trace.call(Model(), "select", {"a": 1}, None)
    assert trace.stages[1].given == ["{'a': 1}", None]


def test_a_picture_is_shown_by_its_size_and_digest_even_if_it_cannot_be_read() -> None:
    class Broken:
        size = (3, 2)

        def tobytes(self) -> bytes:
            raise ValueError

    trace = Trace()
    trace.call(Model(), "describe", Broken())
    assert trace.stages[0].given == [{"size": [3, 2], "sha256": ""}]
    trace.call(Model(), "describe", PICTURE)
    assert len(trace.stages[1].given[0]["sha256"]) == 64
