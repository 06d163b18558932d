"""Cassettes store and return responses; files with unexpected content are rejected."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import sqlite3
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from semcodec.backends.recording import Cassette, ModelResponse, Usage, transactions
from semcodec.backends.recording.cassette import MODES, READ_ONLY_MODES, SCHEMA, Mode
from semcodec.errors import InputError
from tests.backends.recording.factories import IMAGE_URL, make_request, make_response

A, B = "https://a.example/v1", "https://b.example/v1"
DAMAGED = "is damaged: record it again"
UNUSABLE = "cannot be used as a recording"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a cassette #1 ?.sqlite"


def execute(path: Path, *statements: str) -> None:
    """Change a file outside of semcodec."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT * FROM responses").fetchall()


@pytest.fixture
def recording(path: Path) -> Path:
    """Return the path of a recording with one response."""
    Cassette(path, "record").put(make_request(), A, 0, make_response())
    return path


def test_modes_are_those_of_the_type() -> None:
    assert get_args(Mode) == MODES
    with pytest.raises(InputError, match="use one of cache, record, replay, read_only_cache"):
        Cassette("x", "play")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["cache", "replay", "read_only_cache"])
@pytest.mark.parametrize(
    "response",
    [
        make_response(),
        ModelResponse(),
        ModelResponse("x" * 100_000),
        ModelResponse("é 犬 \0 \n \" ' --", b"\0\xff", "m", True, "no, I can't"),
    ],
    ids=["all fields", "empty", "long text", "special characters"],
)
def test_response_is_returned_unchanged(path: Path, mode: Mode, response: ModelResponse) -> None:
    Cassette(path, "record").put(make_request(), A, 0, response)
    assert Cassette(path, mode).get(make_request(), A, 0) == response


def test_recording_returns_nothing_and_stores_the_newest(path: Path) -> None:
    cassette = Cassette(path, "record")
    for text in ("One.", "Another."):
        cassette.put(make_request(), A, 0, make_response(text))
        assert cassette.get(make_request(), A, 0) is None
    assert Cassette(path, "replay").get(make_request(), A, 0) == make_response("Another.")
    assert len(rows(path)) == 1


def test_recording_does_not_continue_an_older_one(recording: Path) -> None:
    before = recording.read_bytes()
    with pytest.raises(
        InputError, match=r"already contains a recording: choose a new file"
    ) as caught:
        Cassette(recording, "record")
    assert str(recording) in str(caught.value)
    assert recording.read_bytes() == before
    for mode in ("cache", "replay", "read_only_cache"):
        assert Cassette(recording, mode).get(make_request(), A, 0) == make_response()


def test_recording_does_not_continue_a_cache(path: Path) -> None:
    Cassette(path, "cache").put(make_request(), A, 0, make_response())
    with pytest.raises(InputError, match="already contains a recording"):
        Cassette(path, "record")


def test_recording_without_responses_is_overwritten(path: Path) -> None:
    Cassette(path, "record").write_settings({"api": "chat"})
    Cassette(path, "record").write_settings({"api": "responses"})
    assert Cassette(path, "replay").read_settings() == {"api": "responses"}


def test_empty_file_may_become_a_recording(path: Path) -> None:
    path.touch()
    Cassette(path, "record")
    Cassette(path, "record").put(make_request(), A, 0, make_response())
    assert len(rows(path)) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", [None, 5, b"cassette", ["cassette"], ""], ids=repr)
def test_path_must_be_a_non_empty_string_or_path(path: Any, mode: Mode) -> None:
    with pytest.raises(InputError, match="must be a non-empty str or a Path"):
        Cassette(path, mode)


def test_delete_removes_one_response(path: Path) -> None:
    cassette = Cassette(path, "cache")
    for server, response in ((A, make_response()), (B, make_response())):
        cassette.put(make_request(), server, 0, response)
    cassette.put(make_request("other"), A, 0, make_response())
    cassette.delete(make_request(), A, make_response("another"))
    cassette.delete(make_request(), A, replace(make_response(), image=b"another"))
    assert len(rows(path)) == 3
    cassette.delete(make_request(), A, make_response())
    assert [row[:3] for row in sorted(rows(path), key=lambda row: row[1])] == [
        (make_request("other").digest, A, 0),
        (make_request().digest, B, 0),
    ]
    cassette.delete(make_request(), A, make_response())  # once more does nothing
    assert len(rows(path)) == 2


def test_output_image_tokens_are_stored_and_optional(path: Path) -> None:
    usage = Usage(1, 2, 30, 20)
    Cassette(path, "record").put(make_request(), A, 0, ModelResponse(usage=usage))
    stored = Cassette(path, "replay").get(make_request(), A, 0)
    assert stored is not None
    assert stored.usage == usage
    execute(
        path, "UPDATE responses SET response = json_remove(response, '$.usage.output_image_tokens')"
    )
    older = Cassette(path, "replay").get(make_request(), A, 0)
    assert older is not None
    assert older.usage == Usage(1, 2, 30)


@pytest.mark.parametrize("mode", READ_ONLY_MODES)
def test_read_only_modes_write_nothing(recording: Path, mode: Mode) -> None:
    before = recording.read_bytes()
    cassette = Cassette(recording, mode)
    cassette.put(make_request("other"), A, 0, make_response())
    cassette.write_settings({"api": "chat"})
    assert cassette.get(make_request("other"), A, 0) is None
    assert recording.read_bytes() == before
    assert [file.name for file in recording.parent.iterdir()] == [recording.name]


@pytest.mark.parametrize("mode", ["cache", "read_only_cache", "replay"])
def test_only_a_replay_returns_responses_of_another_server(recording: Path, mode: Mode) -> None:
    assert (Cassette(recording, mode).get(make_request(), B, 0) is None) == (mode != "replay")


def test_servers_are_stored_separately(path: Path) -> None:
    cassette = Cassette(path, "cache")
    cassette.put(make_request(), B, 0, make_response("of B"))
    cassette.put(make_request(), A, 0, make_response("of A"))
    assert [cassette.get(make_request(), server, 0) for server in (A, B)] == [
        make_response("of A"),
        make_response("of B"),
    ]
    assert Cassette(path, "replay").get(make_request(), "any", 0) == make_response("of A")


def test_occurrences_are_stored_separately(path: Path) -> None:
    cassette = Cassette(path, "cache")
    for occurrence in range(3):
        cassette.put(make_request(), A, occurrence, make_response(f"{occurrence}"))
    assert [cassette.get(make_request(), A, occurrence) for occurrence in range(3)] == [
        make_response(f"{n}") for n in range(3)
    ]
    assert cassette.get(make_request(), A, 3) is None


@pytest.mark.parametrize(
    "other",
    [
        make_request("a dog"),
        make_request(model="n"),
        make_request(image_png=b"png"),
        make_request(extra={"seed": 1}),
    ],
    ids=["text", "model", "image", "extra field"],
)
def test_another_request_has_no_response(recording: Path, other: Any) -> None:
    assert Cassette(recording, "replay").get(other, A, 0) is None


def test_photograph_is_not_stored(path: Path) -> None:
    request = make_request(image_png=b"\x89PNG THE PHOTOGRAPH", extra={"seen": [IMAGE_URL]})
    Cassette(path, "record").put(request, A, 0, make_response())
    data = path.read_bytes()
    assert b"PHOTO" not in data
    assert b"a boat" in data  # the text of the request is, for readability


@pytest.mark.parametrize("mode", ["cache", "replay", "read_only_cache"])
def test_recorded_settings_are_read_by_replays(path: Path, mode: Mode) -> None:
    settings = {"api": "responses", "text_extra": {"top_k": 5}}
    Cassette(path, "record").write_settings(settings)
    assert Cassette(path, mode).read_settings() == (settings if mode == "replay" else {})


def test_cache_stores_no_settings(path: Path) -> None:
    Cassette(path, "cache").write_settings({"api": "chat"})
    assert Cassette(path, "replay").read_settings() == {}


def test_threads_share_a_cassette(path: Path) -> None:
    cassette, errors = Cassette(path, "cache"), []

    def work(number: int) -> None:
        try:
            for occurrence in range(5):
                cassette.put(
                    make_request(f"{number}"),
                    A,
                    occurrence,
                    make_response(f"{number} {occurrence}"),
                )
                assert cassette.get(make_request(f"{number}"), A, occurrence) == make_response(
                    f"{number} {occurrence}"
                )
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(rows(path)) == 20


def test_two_processes_may_create_the_file_at_once(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other process creates the table after this one has seen that it does not exist."""
    original_connect = sqlite3.connect

    def connect(*arguments: Any, **keywords: Any) -> Any:
        file = original_connect(*arguments, **keywords)
        if not path.exists() or not path.stat().st_size:
            create_table(path)
        return file

    def create_table(path: Path) -> None:
        with closing(original_connect(path)) as file, file:
            file.execute(SCHEMA)

    monkeypatch.setattr(sqlite3, "connect", connect)
    Cassette(path, "cache").put(make_request(), A, 0, make_response())
    assert Cassette(path, "replay").get(make_request(), A, 0) == make_response()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "data",
    [
        b"hello, I am a text",
        b"SQLite format 3\0" + b"\0" * 84,
        b"\0" * 4096,
        b"\x89PNG\r\n\x1a\n" * 99,
    ],
    ids=["text", "header", "zeros", "png"],
)
def test_file_with_other_content_is_not_a_cassette(path: Path, mode: Mode, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(path, mode)
    assert path.read_bytes() == data


@pytest.mark.parametrize("mode", READ_ONLY_MODES)
def test_read_only_modes_need_an_existing_file(path: Path, mode: Mode) -> None:
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(path, mode)
    path.touch()
    with pytest.raises(InputError, match="not a semcodec recording of this version"):
        Cassette(path, mode)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("mode", MODES)
def test_folder_and_invalid_name_are_not_cassettes(tmp_path: Path, mode: Mode) -> None:
    for path in (
        tmp_path,
        tmp_path / "none" / "cassette",
        tmp_path / ("x" * 300),
        f"{tmp_path}/a\0b",
    ):
        with pytest.raises(InputError, match=UNUSABLE):
            Cassette(path, mode)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_read_only_file_can_be_read(recording: Path) -> None:
    recording.chmod(0o400)
    assert Cassette(recording, "replay").get(make_request(), A, 0) == make_response()
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(recording, "cache").put(make_request(), A, 1, make_response())


#: Statements that an attacker could use to make SQLite run more than semcodec's own queries.
TAMPERING = {
    "another table": ["CREATE TABLE more (x)"],
    "a view": ["CREATE VIEW more AS SELECT 1"],
    "a trigger": [
        "CREATE TRIGGER more AFTER INSERT ON responses BEGIN DELETE FROM responses; END",
    ],
    "an index": ["CREATE INDEX more ON responses (model)"],
    "a virtual table": ["CREATE VIRTUAL TABLE more USING fts5(x)"],
    "another column": ["ALTER TABLE responses ADD COLUMN more TEXT"],
    "another table name": ["ALTER TABLE responses RENAME TO renamed"],
    "a view with the name of the table": [
        "ALTER TABLE responses RENAME TO renamed",
        "CREATE VIEW responses AS SELECT * FROM renamed",
    ],
    "a table of the name with other columns": [
        "DROP TABLE responses",
        "CREATE TABLE responses (request)",
    ],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("name", TAMPERING)
def test_a_file_with_more_than_the_table_is_rejected(
    recording: Path, mode: Mode, name: str
) -> None:
    execute(recording, *TAMPERING[name])
    with pytest.raises(InputError, match="not a semcodec recording of this version"):
        Cassette(recording, mode)


def test_file_changed_after_opening_is_checked_again(recording: Path) -> None:
    cassette = Cassette(recording, "cache")
    execute(recording, *TAMPERING["a trigger"])
    with pytest.raises(InputError, match="not a semcodec recording of this version"):
        cassette.put(make_request(), A, 1, make_response())
    assert len(rows(recording)) == 1


VALID = {"text": "", "model": "", "is_truncated": False, "refusal": "", "usage": None}


@pytest.mark.parametrize(
    "response",
    [
        "NULL",
        "5",
        "x''",
        "x'ff'",
        "''",
        "'{'",
        "'[]'",
        "'5'",
        "'null'",
        "'\"text\"'",
        "'{}'",
        f"'{'[' * 20_000}'",
        *(
            f"'{json.dumps({**VALID, **change})}'"
            for change in (
                {"more": 1},
                {"image": ""},
                {"text": None},
                {"text": 5},
                {"text": ["a"]},
                {"model": {}},
                {"refusal": 0},
                {"is_truncated": "no"},
                {"is_truncated": 1},
                {"usage": "none"},
                {"usage": [1, 2, 3]},
                {"usage": 5},
                {"usage": {"input_tokens": "1"}},
                {"usage": {"input_tokens": 1.5}},
                {"usage": {"input_tokens": True}},
                {"usage": {"output_tokens": -1}},
                {"usage": {"output_image_tokens": -1}},
                {"usage": {"output_image_tokens": None}},
                {"usage": {"more": 1}},
            )
        ),
        *(f"'{json.dumps({k: v for k, v in VALID.items() if k != name})}'" for name in ("usage",)),
    ],
    ids=lambda text: text[:60],
)
def test_invalid_row_is_reported_as_damage(recording: Path, response: str) -> None:
    execute(recording, f"UPDATE responses SET response = {response}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(recording, "replay").get(make_request(), A, 0)


@pytest.mark.parametrize("image", ["NULL", "'text'", "5", "1.5"])
def test_stored_image_must_be_bytes(recording: Path, image: str) -> None:
    execute(recording, f"UPDATE responses SET image = {image}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(recording, "replay").get(make_request(), A, 0)


def test_invalid_utf8_in_a_row_is_rejected(recording: Path) -> None:
    execute(recording, "UPDATE responses SET response = CAST(x'ff' AS TEXT)")
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(recording, "replay").get(make_request(), A, 0)


@pytest.mark.parametrize(
    "fields",
    ["NULL", "5", "'{'", "'[]'", "'[[1, 2], [\"a\", 3]]'", "'\"\"'", "'null'", f"'{'[' * 9_999}'"],
    ids=lambda text: text[:20],
)
def test_invalid_settings_are_reported_as_damage(path: Path, fields: str) -> None:
    Cassette(path, "record").write_settings({"api": "chat"})
    execute(path, f"UPDATE responses SET fields = {fields}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(path, "replay").read_settings()


def test_damaged_file_is_replayed_or_rejected(recording: Path) -> None:
    data = recording.read_bytes()
    truncated = [data[:length] for length in range(0, len(data), 511)]
    inverted = [
        data[:index] + bytes([data[index] ^ 0xFF]) + data[index + 1 :]
        for index in range(0, len(data), 97)
    ]
    for damaged in truncated + inverted:
        recording.write_bytes(damaged)
        with contextlib.suppress(InputError):
            response = Cassette(recording, "replay").get(make_request(), A, 0)
            assert response is None or isinstance(response, ModelResponse)


def test_failed_write_is_an_error(path: Path) -> None:
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(path, "record").put(make_request(), A, 2**70, make_response())
    with pytest.raises(InputError, match=UNUSABLE):
        Cassette(path, "record").put(make_request("\ud800"), A, 0, make_response())
    assert rows(path) == []


def test_every_field_of_a_response_is_stored(recording: Path) -> None:
    stored = json.loads(rows(recording)[0][6])
    # The last two are stored only if they are not empty, so that older versions can read the file.
    assert {*stored, "image", "missing", "rejected_fields"} == {
        field.name for field in dataclasses.fields(ModelResponse)
    }


def test_missing_feature_is_stored(path: Path) -> None:
    response = ModelResponse(missing="The server cannot edit.")
    Cassette(path, "record").put(make_request(), A, 0, response)
    assert Cassette(path, "replay").get(make_request(), A, 0) == response


def test_a_write_waits_for_another_process(
    recording: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(recording, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        waits: list[float] = []

        def finish_the_other(seconds: float) -> None:
            waits.append(seconds)
            other.execute("ROLLBACK")

        monkeypatch.setattr(transactions.time, "sleep", finish_the_other)
        Cassette(recording, "cache").put(make_request("other"), A, 0, make_response())
        assert waits == [transactions.LOCK_POLL]
        other.execute("BEGIN EXCLUSIVE")
        monkeypatch.setattr(transactions, "LOCK_TIMEOUT", -1.0)
        with pytest.raises(InputError, match="database is locked"):
            Cassette(recording, "cache")
    assert len(rows(recording)) == 2
