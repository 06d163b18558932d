"""Photographs through batches have the records of single requests, and no reply is paid twice."""

from __future__ import annotations

from pathlib import Path

from tests.backends.openai.batches.batch_server import BatchServer
from tests.backends.openai.batches.runs import Run, live_record, photographs


def test_record_is_that_of_requests_sent_at_once(tmp_path: Path) -> None:
    server, (photo,) = BatchServer(), photographs(1)
    run = Run(tmp_path, server, [photo]).start()
    assert run.records == {0: live_record(photo)}
    assert run.rounds == 3
    assert sorted(server.paid.values()) == [1, 1]
    assert server.violations == []
    assert server.files == {}
