"""The soak test notices what it looks for, and its page shows its results."""

from __future__ import annotations

import base64
import http.client
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import soak_commands
import soak_counts
import soak_page
import soak_server
from soak_ledger import MAX_CALLS, Entry, Run, compare, price, repeated_requests, unique_tokens

from tests.backends.openai import fake_responses, fake_server
from tests.backends.openai.faults.fault import KEY
from tests.each import for_each

DOCS = Path(__file__).parents[1] / "docs"


def entry(number: int, *, segment: str = "s", may_be_billed: bool = True, **more: Any) -> Entry:
    tokens = unique_tokens(number) if may_be_billed else None
    values = {"tokens": tokens, "begun": float(number), "ended": number + 0.5, **more}
    return Entry(number, segment, f"request {number}", "b", may_be_billed, **values)


def call(number: int, **more: Any) -> dict[str, Any]:
    tokens = unique_tokens(number)
    counts = {"input_tokens": tokens[0], "output_tokens": tokens[1], "dollars": price(tokens)}
    return {"seconds": 0.1, **counts, **more}


def run(*calls: dict[str, Any], name: str = "r", **more: Any) -> Run:
    return Run(name, "s", "encode", calls, **more)


MODELS = {"seconds": 0.1, "dollars": 0, "route": "models"}
LOST = {"seconds": 0.1, "dollars": 0.1, "failed": "BackendError"}
FREE = {"seconds": 0.1, "dollars": 0, "input_tokens": 0, "output_tokens": 0, "failed": "x"}
FROM_CACHE = {"source": "cache", "input_tokens": 5, "output_tokens": 5}


def test_balanced_ledger_has_no_findings() -> None:
    entries = [entry(1), entry(2), entry(3, may_be_billed=False), entry(4, tokens=None)]
    balance = compare(
        entries, [run(call(1), MODELS, FREE, LOST), run(call(2), FROM_CACHE, name="t")]
    )
    assert balance.findings == []
    counts = (balance.answered, balance.lost, balance.free, balance.at_kills, balance.not_received)
    assert counts == (2, 1, 1, 0, 0)
    assert balance.dollars == balance.traced_dollars == price((101, 1)) + price((102, 1))
    assert (balance.input_tokens, balance.output_tokens) == (203, 2)


@pytest.mark.parametrize(
    ("entries", "runs", "finding"),
    [
        ([entry(1), entry(2)], [run(call(1))], "1 requests are in no trace, and 0 runs"),
        ([entry(1)], [run(call(1), call(2))], "no answer has the tokens (102, 1)"),
        ([entry(1)], [run(call(1)), run(call(1), name="t")], "2 calls have the answer (101, 1)"),
        ([entry(1)], [run(call(1), LOST)], "1 calls of traces never reached the server"),
        ([entry(1)], [run(call(1, dollars=0.5))], "a call costs 0.5, not 0.00021"),
        ([entry(1)], [run(call(1), FREE)], "1 calls failed for free, and the server rejected 0"),
        ([entry(1, segment="t")], [run(call(1))], "no answer has the tokens (101, 1)"),
        ([entry(1), entry(2, may_be_billed=False)], [run(call(1), LOST)], "never reached"),
    ],
)
def test_difference_is_a_finding(entries: list[Entry], runs: list[Run], finding: str) -> None:
    assert any(finding in text for text in compare(entries, runs).findings)


def test_kill_explains_a_limited_number_of_requests() -> None:
    entries = [entry(number) for number in range(MAX_CALLS + 1)]
    killed = run(call(0), signal="SIGKILL")
    assert compare(entries, [killed]).findings == []
    assert compare(entries, [killed]).at_kills == MAX_CALLS
    assert len(compare([*entries, entry(MAX_CALLS + 1)], [killed]).findings) == 1
    assert len(compare(entries, [replace(killed, segment="t")]).findings) == 2


def test_interrupt_explains_one_call() -> None:
    interrupted = run(LOST, is_interrupted=True)
    assert compare([], [interrupted]).findings == []
    assert len(compare([], [run(LOST, LOST, is_interrupted=True)]).findings) == 1


def test_stored_response_that_is_requested_again_is_a_finding() -> None:
    first = entry(1)
    again = replace(entry(9), request=first.request)
    stored = {first.request: first.tokens or (0, 0)}
    assert repeated_requests([first, entry(9)], stored, slack=1) == []
    assert repeated_requests([first, again], {}, slack=1) == []
    assert len(repeated_requests([first, again], stored, slack=1)) == 1


def test_token_counts_are_unique() -> None:
    assert len({unique_tokens(number) for number in range(5_000)}) == 5_000


@for_each(soak_server.FAULTS, name=lambda fault: fault.name)
def test_answers_of_faults_have_unique_tokens(fault: Any) -> None:
    """Otherwise two calls could not be told apart."""
    valid = fake_responses.chat_body("m", "A boat.")
    valid["usage"] |= {"prompt_tokens": 7, "completion_tokens": 8}
    answer = soak_server.with_tokens(fault.respond(valid), (7, 8))
    sent = soak_server.Recording()
    answer.behavior(sent)
    assert answer.data in (None, sent.data)
    assert b'prompt_tokens": 20' not in sent.data
    assert b'input_tokens": 20' not in sent.data


def test_connection_that_is_kept_open_gets_several_responses() -> None:
    complete = soak_server.with_tokens(fake_server.respond(200, {"a": 1}), (7, 8))
    assert complete.data is not None
    with fake_server.FakeServer(lambda _: soak_server.keep_open(complete.data or b"")) as server:
        client = http.client.HTTPConnection(urlsplit(server.url).netloc)
        sockets = set()
        for _ in range(3):
            client.request("GET", "/v1/models")
            sockets.add(client.sock)
            assert client.getresponse().read() == b'{"a": 1}'
        client.close()
    assert len(sockets) == 1
    assert len(server.received) == 3


def test_incomplete_response_may_be_billed() -> None:
    for behavior in (fake_server.close_in_body, fake_server.reset, fake_server.never_respond):
        assert soak_server.with_tokens(behavior, (7, 8)) == (behavior, True, None)


@pytest.mark.parametrize(
    "form",
    [
        KEY, KEY.upper(), " ".join(KEY), quote(KEY, safe=""), KEY[::-1], KEY.encode().hex(),
        json.dumps(KEY).replace("/", "\\/"),
        *(base64.b64encode(b"x" * n + KEY.encode() + b"y").decode() for n in range(3)),
    ],
)  # fmt: skip
def test_key_is_found_in_any_form(form: str) -> None:
    assert soak_counts.leaks(f"before {form} after".encode(), KEY)
    assert not soak_counts.leaks(f"before {form[:-12]} after".encode(), KEY)


@pytest.mark.parametrize("header", [b"", b"\0" * 512])
def test_journal_of_an_interrupted_write_is_removed(header: bytes, tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE t (a)")
    path.with_name("run.sqlite-journal").write_bytes(header)
    assert soak_commands.check_file(path) == ""
    path.write_bytes(path.read_bytes()[:1000])
    assert soak_commands.check_file(path) != ""


def test_slope_is_that_of_a_line() -> None:
    assert soak_counts.slope([(0, 5), (1, 7), (2, 9)]) == 2
    assert soak_counts.slope([(0, 5)]) == soak_counts.slope([(3, 5), (3, 7)]) == 0


def test_resources_of_this_process_are_counted(tmp_path: Path) -> None:
    before = soak_counts.count_resources()
    with (tmp_path / "file").open("wb"):
        assert soak_counts.count_resources()["files"] == before["files"] + 1
    assert before["rss"] > 10_000


def test_page_shows_the_committed_results() -> None:
    results = json.loads((DOCS / "soak.json").read_text("utf-8"))
    assert (DOCS / "soak.md").read_text("utf-8") == soak_page.render(results)
    assert results["findings"] == []
    assert results["ledger"]["dollars"] == pytest.approx(results["ledger"]["traced_dollars"])
