"""A run that is killed leaves a list of the calls that may have been billed for no result."""

from __future__ import annotations

import json
import os
import threading
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.recording import Budget, ModelRequest, ModelResponse, Recorder, Usage
from semcodec.bulk import call_journal
from semcodec.bulk.call_journal import FILE_NAME, Call, CallJournal
from semcodec.errors import BackendError
from tests.backends.recording.factories import FlatPrices, make_request, make_response

NOTE = {"route": "chat/completions", "model": "m", "dollars": 0.1365}
SECRETS = {"prompt": "a secret", "digest": "00", "response_model": "other"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "out" / FILE_NAME


def left(path: Path) -> list[str]:
    return [call.describe() for call in call_journal.read(path)]


def test_call_is_in_the_file_until_its_input_is_finished(path: Path) -> None:
    journal = CallJournal(path)
    with journal.working_on("a.jpg"):
        number = journal.begin("describe", NOTE)
        assert left(path) == ["describe with m for a.jpg, at most $0.1365"]
        journal.end(number, {**NOTE, "dollars": 0.008, "input_tokens": 20})
    assert left(path) == ["describe with m for a.jpg, $0.0080"]
    journal.finish("b.jpg")
    assert len(left(path)) == 1
    journal.finish("a.jpg")
    assert list(path.parent.iterdir()) == []
    assert journal.close() == []


def test_call_that_failed_without_a_bill_is_dropped(path: Path) -> None:
    errors = [BackendError("It was not sent."), BackendError("It failed.", billed=True)]

    def fail(request: ModelRequest) -> ModelResponse:
        assert len(left(path)) == 1
        raise errors.pop(0)

    journal = CallJournal(path)
    recorder = Recorder(fail, "s", Budget(FlatPrices()), log=journal)
    for count in (0, 1):
        with pytest.raises(BackendError):
            recorder.send(make_request())
        assert len(left(path)) == count
    assert [call.is_ended for call in journal.close()] == [True]


def test_free_calls_are_not_noted(path: Path) -> None:
    class FreePrices:
        def price(self, model: str, usage: Usage) -> Decimal:
            return Decimal(0)

    def send(request: ModelRequest) -> ModelResponse:
        assert not path.exists()
        return make_response()

    recorder = Recorder(send, "s", Budget(FreePrices()), log=CallJournal(path))
    assert recorder.send(make_request()) == make_response()


def test_file_has_neither_prompts_nor_responses(path: Path) -> None:
    CallJournal(path).begin("describe", {**NOTE, **SECRETS})
    assert set(json.loads(path.read_text())) == {"stage", "source", "is_ended", "model", "dollars"}
    assert path.stat().st_mode & 0o777 == 0o600


def test_messages_name_each_call_with_its_price() -> None:
    calls = [Call("a.jpg", "describe", NOTE), Call("b.jpg", "select", {**NOTE, "dollars": None})]
    calls += [Call("c.jpg", "describe", {**NOTE, "input_tokens": 9}, is_ended=True)]
    calls += [Call("d.jpg", "describe", NOTE, is_ended=True)]  # its response had no token counts
    assert list(call_journal.messages(calls, "the last run was killed")) == [
        "2 calls were in flight when the last run was killed and may have been billed: "
        "describe with m for a.jpg, at most $0.1365; select with m for b.jpg, an unknown price.",
        "2 calls were paid for inputs that were not finished when the last run was killed: "
        "describe with m for c.jpg, $0.1365; describe with m for d.jpg, at most $0.1365.",
    ]
    many = [Call(f"{number}.jpg", "describe", NOTE) for number in range(10)]
    [message] = call_journal.messages(many, "the last run was killed")
    assert message.endswith("7.jpg, at most $0.1365; and 2 others.")
    assert list(call_journal.messages([], "the last run was killed")) == []


def test_calls_of_a_worker_that_died_stay_when_another_finishes_the_input() -> None:
    journal, dead, alive = CallJournal(None), object(), object()
    journal.add(Call("a.jpg", "describe", NOTE, owner=dead))
    journal.mark_orphaned(dead)
    journal.add(Call("a.jpg", "select", NOTE, owner=alive))
    journal.release_owner(alive)
    journal.mark_orphaned(alive)  # it ended after it had sent the trace
    journal.finish("a.jpg")
    assert [call.stage for call in journal.close()] == ["describe"]


def test_call_is_not_sent_if_it_cannot_be_noted(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = CallJournal(path)
    number = journal.begin("describe", NOTE)
    before = path.read_bytes()

    def fail(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(BackendError, match=r"No space left on device.*not sent") as caught:
        journal.begin("select", NOTE)
    assert caught.value.unavailable
    assert not caught.value.billed
    journal.end(number, NOTE)  # its response is not lost
    assert path.read_bytes() == before
    assert os.listdir(path.parent) == [FILE_NAME]
    assert len(journal.close()) == 1


BAD_LINES: list[Any] = [
    [],
    None,
    "x",
    {},
    {"stage": 1, "source": "a", "model": "m", "is_ended": False, "dollars": 1},
    {"stage": "s", "source": "a", "model": "m", "is_ended": False, "dollars": "1"},
    {"stage": "s", "source": "a", "model": "m", "is_ended": False, "dollars": -1},
    {"stage": "s", "source": "a", "model": "m", "is_ended": False, "dollars": True},
    {"stage": "s", "source": "a", "model": "m", "is_ended": False, "dollars": float("nan")},
]


def test_damaged_lines_are_omitted(tmp_path: Path) -> None:
    good = {"stage": "s", "source": "a", "model": "m", "is_ended": False, "dollars": 1}
    lines = [json.dumps(line).encode() for line in [*BAD_LINES, good]]
    path = tmp_path / FILE_NAME
    path.write_bytes(b"\n".join([*lines, b"[" * 10**5, b"\xff", b'{"stage": "s"']))
    assert left(path) == ["s with m for a, at most $1.0000"]


def test_what_is_not_a_small_file_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    assert left(path) == []
    journal = CallJournal(tmp_path / "target")
    journal.begin("describe", NOTE)
    path.symlink_to(tmp_path / "target")
    assert left(path) == []
    path.unlink()
    path.write_bytes((tmp_path / "target").read_bytes() * 20_000)
    assert left(path) == []
    path.unlink()
    os.mkfifo(path)
    assert left(path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes")
def test_pipes_are_neither_read_nor_written(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    os.mkfifo(path)
    assert call_journal.read(path) == []
    os.mkfifo(tmp_path / f"{FILE_NAME}.new")
    CallJournal(path).add(Call("a.jpg", "describe", {"model": "m", "dollars": 1}))
    assert len(call_journal.read(path)) == 1


def test_threads_work_on_photographs_of_their_own() -> None:
    journal = call_journal.ThreadJournal(None)
    seen: list[str] = []
    with journal.working_on("a"):
        thread = threading.Thread(target=lambda: seen.append(journal.source))
        thread.start()
        thread.join()
        seen.append(journal.source)
    assert seen == ["", "a"]
    assert journal.source == ""
