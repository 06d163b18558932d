"""A tape keeps replies, and is a file of others: whatever is in it, it is replayed or refused."""

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

from semcodec.backends.recording import Cassette, ModelResponse, Usage
from semcodec.backends.recording.cassette import MODES, READS, TABLE, Mode
from semcodec.errors import InputError
from tests.backends.calls.made import LOOK, call, reply

A, B = "https://a.example/v1", "https://b.example/v1"
DAMAGED = "is damaged: record it again"
NO_TAPE = "cannot be used as a tape"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "a tape #1 ?.sqlite"


def changed(path: Path, *statements: str) -> None:
    """Change a file as somebody else could."""
    with closing(sqlite3.connect(path)) as file, file:
        for statement in statements:
            file.execute(statement)


def rows(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as file:
        return file.execute("SELECT * FROM replies").fetchall()


@pytest.fixture
def recorded(path: Path) -> Path:
    """Return a tape with one reply on it."""
    Cassette(path, "record").put(call(), A, 0, reply())
    return path


def test_the_modes_are_those_of_the_type() -> None:
    assert get_args(Mode) == MODES
    with pytest.raises(InputError, match="one of cache, record, replay, peek"):
        Cassette("x", "play")  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["cache", "replay", "peek"])
@pytest.mark.parametrize(
    "kept",
    [
        reply(),
        ModelResponse(),
        ModelResponse("x" * 100_000),
        ModelResponse("é 犬 \0 \n \" ' --", b"\0\xff", "m", True, "no, I can't"),
    ],
    ids=range(4),
)
def test_a_reply_comes_back_as_it_was(path: Path, mode: Mode, kept: ModelResponse) -> None:
    Cassette(path, "record").put(call(), A, 0, kept)
    assert Cassette(path, mode).get(call(), A, 0) == kept


def test_a_recording_answers_nothing_and_keeps_the_newest(path: Path) -> None:
    tape = Cassette(path, "record")
    for text in ("One.", "Another."):
        tape.put(call(), A, 0, reply(text))
        assert tape.get(call(), A, 0) is None
    assert Cassette(path, "replay").get(call(), A, 0) == reply("Another.")
    assert len(rows(path)) == 1


def test_a_recording_is_no_part_of_an_older_one(recorded: Path) -> None:
    before = recorded.read_bytes()
    with pytest.raises(InputError, match=r"holds a run already.*: name a new tape") as refused:
        Cassette(recorded, "record")
    assert str(recorded) in str(refused.value)
    assert recorded.read_bytes() == before
    for mode in ("cache", "replay", "peek"):
        assert Cassette(recorded, mode).get(call(), A, 0) == reply()


def test_a_recording_is_no_part_of_a_cache(path: Path) -> None:
    Cassette(path, "cache").put(call(), A, 0, reply())
    with pytest.raises(InputError, match="holds a run already"):
        Cassette(path, "record")


def test_a_recording_of_which_no_call_came_back_is_begun_again(path: Path) -> None:
    Cassette(path, "record").keep_settings({"api": "chat"})
    Cassette(path, "record").keep_settings({"api": "responses"})
    assert Cassette(path, "replay").settings() == {"api": "responses"}


def test_a_recording_may_begin_in_an_empty_file_or_tape(path: Path) -> None:
    path.touch()
    Cassette(path, "record")
    Cassette(path, "record").put(call(), A, 0, reply())
    assert len(rows(path)) == 1


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("path", [None, 5, b"tape", ["tape"], ""], ids=repr)
def test_a_tape_has_a_path(path: Any, mode: Mode) -> None:
    with pytest.raises(InputError, match="must be a str or Path that is not empty"):
        Cassette(path, mode)


def test_a_reply_that_is_dropped_is_kept_no_longer(path: Path) -> None:
    tape = Cassette(path, "cache")
    for server, kept in ((A, reply()), (B, reply())):
        tape.put(call(), server, 0, kept)
    tape.put(call("other"), A, 0, reply())
    tape.drop(call(), A, reply("another"))
    tape.drop(call(), A, replace(reply(), image=b"another"))
    assert len(rows(path)) == 3
    tape.drop(call(), A, reply())
    assert [row[:3] for row in sorted(rows(path), key=lambda row: row[1])] == [
        (call("other").digest, A, 0),
        (call().digest, B, 0),
    ]
    tape.drop(call(), A, reply())  # once more does nothing
    assert len(rows(path)) == 2


def test_painted_tokens_come_back_and_are_none_on_older_tapes(path: Path) -> None:
    usage = Usage(1, 2, 30, 20)
    Cassette(path, "record").put(call(), A, 0, ModelResponse(usage=usage))
    got = Cassette(path, "replay").get(call(), A, 0)
    assert got is not None
    assert got.usage == usage
    changed(path, "UPDATE replies SET answered = json_remove(answered, '$.usage.painted')")
    older = Cassette(path, "replay").get(call(), A, 0)
    assert older is not None
    assert older.usage == Usage(1, 2, 30)


@pytest.mark.parametrize("mode", READS)
def test_a_tape_that_is_read_is_not_written(recorded: Path, mode: Mode) -> None:
    before = recorded.read_bytes()
    tape = Cassette(recorded, mode)
    tape.put(call("other"), A, 0, reply())
    tape.keep_settings({"api": "chat"})
    assert tape.get(call("other"), A, 0) is None
    assert recorded.read_bytes() == before
    assert [one.name for one in recorded.parent.iterdir()] == [recorded.name]


@pytest.mark.parametrize("mode", ["cache", "peek", "replay"])
def test_only_a_replay_takes_the_replies_of_another_server(recorded: Path, mode: Mode) -> None:
    assert (Cassette(recorded, mode).get(call(), B, 0) is None) == (mode != "replay")


def test_two_servers_are_kept_apart(path: Path) -> None:
    tape = Cassette(path, "cache")
    tape.put(call(), B, 0, reply("of B"))
    tape.put(call(), A, 0, reply("of A"))
    assert [tape.get(call(), server, 0) for server in (A, B)] == [reply("of A"), reply("of B")]
    assert Cassette(path, "replay").get(call(), "any", 0) == reply("of A")


def test_asked_again_a_model_may_answer_otherwise(path: Path) -> None:
    tape = Cassette(path, "cache")
    for turn in range(3):
        tape.put(call(), A, turn, reply(f"{turn}"))
    assert [tape.get(call(), A, turn) for turn in range(3)] == [reply(f"{n}") for n in range(3)]
    assert tape.get(call(), A, 3) is None


@pytest.mark.parametrize(
    "other",
    [call("a dog"), call(model="n"), call(picture=b"png"), call(extra={"seed": 1})],
    ids=range(4),
)
def test_another_call_has_no_reply(recorded: Path, other: Any) -> None:
    assert Cassette(recorded, "replay").get(other, A, 0) is None


def test_no_photograph_is_on_a_tape(path: Path) -> None:
    made = call(picture=b"\x89PNG THE PHOTOGRAPH", extra={"seen": [LOOK]})
    Cassette(path, "record").put(made, A, 0, reply())
    data = path.read_bytes()
    assert b"PHOTO" not in data
    assert b"a boat" in data  # but what was asked is, for people to read


@pytest.mark.parametrize("mode", ["cache", "replay", "peek"])
def test_settings_are_kept_by_recordings_for_replays(path: Path, mode: Mode) -> None:
    settings = {"api": "responses", "text_extra": {"top_k": 5}}
    Cassette(path, "record").keep_settings(settings)
    assert Cassette(path, mode).settings() == (settings if mode == "replay" else {})


def test_a_cache_keeps_no_settings(path: Path) -> None:
    Cassette(path, "cache").keep_settings({"api": "chat"})
    assert Cassette(path, "replay").settings() == {}


def test_threads_share_a_tape(path: Path) -> None:
    tape, failed = Cassette(path, "cache"), []

    def work(number: int) -> None:
        try:
            for turn in range(5):
                tape.put(call(f"{number}"), A, turn, reply(f"{number} {turn}"))
                assert tape.get(call(f"{number}"), A, turn) == reply(f"{number} {turn}")
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(rows(path)) == 20


def test_two_programs_may_begin_a_tape_at_once(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one makes the table after we saw that there is none."""
    seen = sqlite3.connect

    def connect(*given: Any, **named: Any) -> Any:
        file = seen(*given, **named)
        if not path.exists() or not path.stat().st_size:
            changed_by_other(path)
        return file

    def changed_by_other(path: Path) -> None:
        with closing(seen(path)) as file, file:
            file.execute(TABLE)

    monkeypatch.setattr(sqlite3, "connect", connect)
    Cassette(path, "cache").put(call(), A, 0, reply())
    assert Cassette(path, "replay").get(call(), A, 0) == reply()


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
def test_a_file_of_something_else_is_no_tape(path: Path, mode: Mode, data: bytes) -> None:
    path.write_bytes(data)
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(path, mode)
    assert path.read_bytes() == data


@pytest.mark.parametrize("mode", READS)
def test_a_tape_that_is_read_must_be_there(path: Path, mode: Mode) -> None:
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(path, mode)
    path.touch()
    with pytest.raises(InputError, match="it holds something else"):
        Cassette(path, mode)
    assert path.read_bytes() == b""


@pytest.mark.parametrize("mode", MODES)
def test_a_folder_or_a_name_that_is_none_is_no_tape(tmp_path: Path, mode: Mode) -> None:
    for path in (tmp_path, tmp_path / "none" / "tape", tmp_path / ("x" * 300), f"{tmp_path}/a\0b"):
        with pytest.raises(InputError, match=NO_TAPE):
            Cassette(path, mode)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_tape_that_cannot_be_written_can_be_read(recorded: Path) -> None:
    recorded.chmod(0o400)
    assert Cassette(recorded, "replay").get(call(), A, 0) == reply()
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(recorded, "cache").put(call(), A, 1, reply())


#: What somebody could add to a tape, to have it do more than it says.
ADDED = {
    "another table": ["CREATE TABLE more (x)"],
    "a view": ["CREATE VIEW more AS SELECT 1"],
    "a trigger": [
        "CREATE TRIGGER more AFTER INSERT ON replies BEGIN DELETE FROM replies; END",
    ],
    "an index": ["CREATE INDEX more ON replies (model)"],
    "a virtual table": ["CREATE VIRTUAL TABLE more USING fts5(x)"],
    "another column": ["ALTER TABLE replies ADD COLUMN more TEXT"],
    "another name": ["ALTER TABLE replies RENAME TO answers"],
    "a view of the name": [
        "ALTER TABLE replies RENAME TO answers",
        "CREATE VIEW replies AS SELECT * FROM answers",
    ],
    "a table that only says it is ours": [
        "DROP TABLE replies",
        "CREATE TABLE replies (request)",
    ],
}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("what", ADDED)
def test_a_tape_has_our_table_and_nothing_else(recorded: Path, mode: Mode, what: str) -> None:
    changed(recorded, *ADDED[what])
    with pytest.raises(InputError, match="it holds something else"):
        Cassette(recorded, mode)


def test_a_tape_that_is_changed_while_it_is_open_is_looked_at_again(recorded: Path) -> None:
    tape = Cassette(recorded, "cache")
    changed(recorded, *ADDED["a trigger"])
    with pytest.raises(InputError, match="it holds something else"):
        tape.put(call(), A, 1, reply())
    assert len(rows(recorded)) == 1


GOOD = {"text": "", "model": "", "cut_off": False, "refusal": "", "usage": None}


@pytest.mark.parametrize(
    "answered",
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
            f"'{json.dumps({**GOOD, **change})}'"
            for change in (
                {"more": 1},
                {"image": ""},
                {"text": None},
                {"text": 5},
                {"text": ["a"]},
                {"model": {}},
                {"refusal": 0},
                {"cut_off": "no"},
                {"cut_off": 1},
                {"usage": "none"},
                {"usage": [1, 2, 3]},
                {"usage": 5},
                {"usage": {"taken": "1"}},
                {"usage": {"taken": 1.5}},
                {"usage": {"taken": True}},
                {"usage": {"given": -1}},
                {"usage": {"painted": -1}},
                {"usage": {"painted": None}},
                {"usage": {"more": 1}},
            )
        ),
        *(f"'{json.dumps({k: v for k, v in GOOD.items() if k != name})}'" for name in ("usage",)),
    ],
    ids=lambda text: text[:60],
)
def test_a_row_that_holds_no_reply_is_damaged(recorded: Path, answered: str) -> None:
    changed(recorded, f"UPDATE replies SET answered = {answered}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(recorded, "replay").get(call(), A, 0)


@pytest.mark.parametrize("image", ["NULL", "'text'", "5", "1.5"])
def test_a_picture_is_bytes(recorded: Path, image: str) -> None:
    changed(recorded, f"UPDATE replies SET image = {image}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(recorded, "replay").get(call(), A, 0)


def test_a_text_that_is_none_is_refused_by_the_file(recorded: Path) -> None:
    changed(recorded, "UPDATE replies SET answered = CAST(x'ff' AS TEXT)")
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(recorded, "replay").get(call(), A, 0)


@pytest.mark.parametrize(
    "asked",
    ["NULL", "5", "'{'", "'[]'", "'[[1, 2], [\"a\", 3]]'", "'\"\"'", "'null'", f"'{'[' * 9_999}'"],
    ids=lambda text: text[:20],
)
def test_settings_that_are_none_are_damaged(path: Path, asked: str) -> None:
    Cassette(path, "record").keep_settings({"api": "chat"})
    changed(path, f"UPDATE replies SET asked = {asked}")
    with pytest.raises(InputError, match=DAMAGED):
        Cassette(path, "replay").settings()


def test_a_tape_that_is_damaged_anywhere_is_replayed_or_refused(recorded: Path) -> None:
    whole = recorded.read_bytes()
    cut = [whole[:length] for length in range(0, len(whole), 511)]
    turned = [
        whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :] for at in range(0, len(whole), 97)
    ]
    for damaged in cut + turned:
        recorded.write_bytes(damaged)
        with contextlib.suppress(InputError):
            got = Cassette(recorded, "replay").get(call(), A, 0)
            assert got is None or isinstance(got, ModelResponse)


def test_what_cannot_be_written_is_said(path: Path) -> None:
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(path, "record").put(call(), A, 2**70, reply())
    with pytest.raises(InputError, match=NO_TAPE):
        Cassette(path, "record").put(call("\ud800"), A, 0, reply())
    assert rows(path) == []


def test_a_reply_is_kept_whole(recorded: Path) -> None:
    """No field of a reply is forgotten when one is added to it."""
    said = json.loads(rows(recorded)[0][6])
    assert {*said, "image"} == {one.name for one in dataclasses.fields(ModelResponse)}
