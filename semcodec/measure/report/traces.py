"""What the page shows of a trace: its stages, their models and seconds, and sums of requests.

A trace has much that is of no use to readers of the page, and that may be private: the inputs and
outputs of models, prompts, responses of servers. Only the values named here are taken from it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

MAX_TRACE_BYTES: Final = 2**24  #: of a file that is read
MAX_STAGES: Final = 40  #: of one trace that are shown
RUNS: Final = ("encode", "decode")


class StageRow(NamedTuple):
    """A stage: its run, its name, its model, its seconds, and the requests to servers in it."""

    run: str
    name: str
    model: str
    seconds: float | None
    requests: int


def read_stages(path: Path) -> list[StageRow]:
    """Return the stages of the trace in a file; none if it cannot be read.

    The file has the trace of one run, or those of both by their names.
    """
    try:
        if not path.is_file():  # opening a pipe could take any time
            return []
        with path.open("rb") as file:
            value = json.loads(file.read(MAX_TRACE_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    return list(_stages(value))[:MAX_STAGES]


def _stages(value: Any) -> Iterator[StageRow]:
    runs = {"": value} if _list_in(value, "stages") else {run: _get(value, run) for run in RUNS}
    for run, trace in runs.items():
        for stage in _list_in(trace, "stages"):
            seconds = _get(stage, "seconds")
            yield StageRow(
                run=run,
                name=str(_get(stage, "name") or ""),
                model=str(_get(stage, "model") or ""),
                seconds=float(seconds) if type(seconds) in (int, float) else None,
                requests=len(_list_in(_get(stage, "notes"), "calls")),
            )


def _get(value: Any, key: str) -> Any:
    return value.get(key) if isinstance(value, dict) else None


def _list_in(value: Any, key: str) -> list[Any]:
    found = _get(value, key)
    return found if isinstance(found, list) else []
