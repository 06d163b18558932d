"""A file that keeps replies: a cache, or the recording of a run that can be replayed and shared.

One SQLite file with one table and no pickles. A reply is kept under the digest of its call, the
server that gave it, and how often the run had made the same call before: asked twice, a model may
answer differently. Keys and headers are no part of a call, and pictures that were looked at are
kept as digests; what the model said, and what it painted, is there for whoever gets the file. The
settings of the recorded run are kept too, so that it can be replayed without naming them again.
"""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, Literal, get_args

from semcodec.backends.recording.request import ModelRequest, ModelResponse, Usage
from semcodec.errors import InputError
from semcodec.forks import block_fork

Mode = Literal["cache", "record", "replay", "peek"]
MODES: Final = get_args(Mode)
READS: Final = ("replay", "peek")  #: that write nothing
CACHES: Final = ("cache", "peek")  #: that answer each call alike, however often it is made
TABLE: Final = (
    "CREATE TABLE replies (request TEXT, server TEXT, turn INTEGER, stage TEXT, model TEXT, "
    "asked TEXT, answered TEXT, image BLOB, PRIMARY KEY (request, server, turn))"
)
SETTINGS: Final = "settings"  #: what stands for a digest in the row of the settings
MAX_WAIT: Final = 30.0  #: seconds to wait for another program that writes to the file
WAIT_STEP: Final = 0.02  #: seconds between two tries


class Cassette:
    """Replies in the file ``path``.

    ``"cache"`` answers from the file what it can and keeps the rest; ``"record"`` keeps one run, in
    a new file; ``"replay"`` answers from the file alone, from whatever server the replies came;
    ``"peek"`` is a cache that keeps nothing more.

    Raises:
        InputError: the file cannot be opened, is no tape, or has what a record would mix with.
    """

    def __init__(self, path: str | Path, mode: Mode) -> None:
        if mode not in MODES:
            raise InputError(f"A tape is opened as one of {', '.join(MODES)}.")
        if not isinstance(path, str | Path) or path == "":
            raise InputError("The path of a tape must be a str or Path that is not empty.")
        self.path, self.mode = Path(path), mode
        kept = self._run("SELECT 1 FROM replies WHERE request <> ?", (SETTINGS,))
        if kept and mode == "record":
            message = f"{path} holds a run already, which may have been paid for: name a new tape."
            raise InputError(message)

    def get(self, call: ModelRequest, server: str, turn: int) -> ModelResponse | None:
        """Return what is kept of ``call``, made for the ``turn``-th time from 0, if it is."""
        if self.mode == "record":
            return None
        where = "request = ? AND turn = ?"
        values: tuple[Any, ...] = (call.digest, turn)
        if self.mode != "replay":
            where, values = where + " AND server = ?", (*values, server)
        query = f"SELECT answered, image FROM replies WHERE {where} ORDER BY server"  # noqa: S608
        rows = self._run(query, values)
        return self._reply(*rows[0]) if rows else None

    def put(self, call: ModelRequest, server: str, turn: int, reply: ModelResponse) -> None:
        """Keep ``reply``, in the place of an older one, unless the tape is only read."""
        if self.mode in READS:
            return
        row = (call.digest, server, turn, call.stage, call.model)
        asked = json.dumps(call.shown(), ensure_ascii=False)
        self._run(
            "INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*row, asked, *_columns(reply)),
        )

    def drop(self, call: ModelRequest, server: str, reply: ModelResponse) -> None:
        """Keep ``reply`` to ``call`` no longer; another reply that took its place stays."""
        query = (
            "DELETE FROM replies WHERE request = ? AND server = ? AND answered = ? AND image = ?"
        )
        self._run(query, (call.digest, server, *_columns(reply)))

    def settings(self) -> dict[str, Any]:
        """Return the settings of the run that is replayed; empty if this is no replay."""
        if self.mode != "replay":
            return {}
        rows = self._run("SELECT asked FROM replies WHERE request = ?", (SETTINGS,))
        try:
            settings = json.loads(rows[0][0]) if rows else {}
        except (TypeError, ValueError, RecursionError) as error:
            raise InputError(f"{self.path} is damaged: record it again.") from error
        if not isinstance(settings, dict):
            raise InputError(f"{self.path} is damaged: record it again.")
        return settings

    def keep_settings(self, settings: dict[str, Any]) -> None:
        """Keep the settings of the run that is recorded; nothing in them may be secret."""
        if self.mode == "record":
            row = (SETTINGS, "", 0, SETTINGS, "", json.dumps(settings), "{}", b"")
            self._run("INSERT OR REPLACE INTO replies VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _run(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        """Return the first row of a query; the file is opened anew, for threads share us.

        SQLite keeps locks, and a list of the files it has locked, for the whole process. A child
        that is forked while a file is open believes it locked for ever.
        """
        ends = time.monotonic() + MAX_WAIT
        while True:
            try:
                with block_fork(), closing(self._opened()) as file, file:
                    return file.execute(query, values).fetchmany(1)
            except (sqlite3.Error, OSError, ValueError, OverflowError) as error:
                if not _is_busy(error) or time.monotonic() > ends:
                    message = f"{self.path} cannot be used as a tape: {error}."
                    raise InputError(message) from error
            time.sleep(WAIT_STEP)  # here and not in SQLite, so that no fork waits for the program

    def _opened(self) -> sqlite3.Connection:
        """Return the file, which holds our table and no other, new or as we left it."""
        if "\0" in str(self.path):
            raise ValueError("no file has such a name")  # but SQLite would cut it there
        mode = "ro" if self.mode in READS else "rwc"
        file = sqlite3.connect(f"{self.path.absolute().as_uri()}?mode={mode}", timeout=0, uri=True)
        try:
            file.execute("PRAGMA trusted_schema = OFF")
            found = file.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
            if not found and self.mode not in READS:
                file.execute(TABLE.replace("TABLE", "TABLE IF NOT EXISTS", 1))
            elif found != [(TABLE,)]:
                raise sqlite3.DatabaseError("it holds something else")
        except BaseException:
            file.close()
            raise
        return file

    def _reply(self, answered: Any, image: Any) -> ModelResponse:
        try:
            said = json.loads(answered)
            usage = said.pop("usage")
            reply = ModelResponse(
                **said, image=image, usage=None if usage is None else Usage(**usage)
            )
        except (TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
            raise InputError(f"{self.path} is damaged: record it again.") from error
        if not _is_whole(reply):
            raise InputError(f"{self.path} is damaged: record it again.")
        return reply


def _is_busy(error: Exception) -> bool:
    """Return whether another connection is using the file."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _columns(reply: ModelResponse) -> tuple[str, bytes]:
    """Return the columns ``answered`` and ``image`` of a reply; equal replies have equal ones."""
    texts = asdict(reply)
    image = texts.pop("image")
    return json.dumps(texts, ensure_ascii=False), image


def _is_whole(reply: ModelResponse) -> bool:
    texts = isinstance(reply.image, bytes) and type(reply.cut_off) is bool
    texts = texts and all(isinstance(one, str) for one in (reply.text, reply.model, reply.refusal))
    counts = () if reply.usage is None else asdict(reply.usage).values()
    return texts and all(type(count) is int and count >= 0 for count in counts)
