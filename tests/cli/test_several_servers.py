"""Several servers in one run: each role may name one by its base URL."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import semcodec
from semcodec.backends.openai import client
from semcodec.backends.recording import ModelRequest
from tests.cli.conftest import Run
from tests.cli.fake_client import PRICES, SECRET, RoutedClient, configure

TEXT, PAINT, CHECK = (f"http://127.0.0.1:{port}/v1" for port in (9, 19, 29))
OPTIONS = ("--writer", TEXT, "--painter", PAINT, "--checker", CHECK, "--reflect", "1")


@pytest.fixture(autouse=True)
def sent(requests: list[ModelRequest], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    RoutedClient.sent = []
    monkeypatch.setattr(client, "Client", RoutedClient)
    return RoutedClient.sent


def test_each_role_has_a_server_of_its_own(
    run: Run, two_words: Path, tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    code, _, err = run("decode", two_words, "-o", tmp_path / "a.png", *OPTIONS)
    assert (code, "painted from" in err) == (0, True)
    assert [pair for pair in sent if pair[1] != "choose a model"] == [
        (TEXT, "decompress"),
        (TEXT, "expand"),
        (PAINT, "paint"),
        (CHECK, "check"),
    ]
    assert {url for url, stage in sent if stage == "choose a model"} == {TEXT, PAINT, CHECK}


def test_recording_of_several_servers_is_replayed(
    run: Run, two_words: Path, tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    """All of them get the same request for their models."""
    for mode in ("record", "replay"):
        sent.clear()
        options = (*OPTIONS, f"--{mode}", tmp_path / "run.sqlite")
        trace = tmp_path / f"{mode}.json"
        code, _, err = run(
            "decode", two_words, "-o", tmp_path / f"{mode}.png", *options, "--trace", trace
        )
        assert code == 0, err
        assert bool(sent) == (mode == "record")
    images = [(tmp_path / f"{mode}.png").read_bytes() for mode in ("record", "replay")]
    assert images[0] == images[1]
    models = [
        [
            call["model"]
            for stage in json.loads(path.read_text())["stages"]
            for call in stage["notes"].get("calls", ())
        ]
        for path in (tmp_path / "record.json", tmp_path / "replay.json")
    ]
    assert models[0] == models[1]
    assert f"model of {PAINT}" in models[0]


def test_dry_run_has_a_plan_for_each_server(
    run: Run, two_words: Path, tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    code, out, err = run("decode", two_words, "-o", tmp_path / "a.png", *OPTIONS, "--dry-run")
    assert (code, err, sent) == (0, "", [])
    assert re.findall(r"^server  (\S+)$", out, re.MULTILINE) == [TEXT, PAINT, CHECK]
    stages = [re.findall(r"^(\w+)  ", part, re.MULTILINE) for part in out.split("server  ")[1:]]
    assert [("check" in names, "paint" in names) for names in stages] == [
        (False, False), (False, True), (True, False),
    ]  # fmt: skip


def test_dry_run_counts_paintings_that_take_the_place_of_edits(
    run: Run, two_words: Path, tmp_path: Path
) -> None:
    """Another seed, or a new picture of a server that cannot edit."""
    options = ("--painter", PAINT, "--editor", TEXT, "--checker", CHECK, "--reflect", "3")
    _, out, _ = run("decode", two_words, "-o", tmp_path / "a.png", *options, "--dry-run")
    counts = dict(re.findall(r"^(paint|edit|check)  +\S.*?  +(\d+)  ", out, re.MULTILINE))
    assert counts == {"paint": "4", "edit": "3", "check": "4"}


def test_cost_limit_is_that_of_all_servers_together(
    run: Run, two_words: Path, tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    configure(tmp_path, PRICES)
    models = ("--model", "gpt-5.5", "--painter-model", "gpt-image-2")
    command = ("decode", two_words, "-o", tmp_path / "a.png", *OPTIONS, *models)
    # Each text may cost $0.13, and costs $0.008: if each server had a limit of its own, the check
    # would fit.
    code, _, err = run(*command, "--max-cost", "0.14")
    assert code == 0
    assert "only $0.1" in err
    assert ("check", CHECK) not in [(stage, url) for url, stage in sent]


def test_url_with_a_password_is_rejected_and_not_shown(
    run: Run, two_words: Path, tmp_path: Path
) -> None:
    url = f"https://me:{SECRET}@models.example/v1"
    code, out, err = run("decode", two_words, "-o", tmp_path / "a.png", "--painter", url)
    assert code == 2
    assert "must not contain a user, password" in err
    assert SECRET not in out + err


def test_doctor_shows_each_server(run: Run, sent: list[tuple[str, str]]) -> None:
    models = ("--model", "m", "--painter-model", "p")
    _, out, _ = run("doctor", "--writer", TEXT, "--painter", PAINT, *models)
    assert sent == []
    assert re.search(rf"writer +{TEXT}, model m\n", out)
    assert re.search(rf"painter +{PAINT}, model p\n", out)


@pytest.mark.parametrize("limit", ["0.13", "0.15", "0.17"])
def test_limit_holds_for_all_servers_and_inputs_of_a_command(
    run: Run, two_words: Path, tmp_path: Path, limit: str
) -> None:
    """Each of them alone would stay below it."""
    configure(tmp_path, PRICES)
    (tmp_path / "in").mkdir()
    for seed, name in enumerate("abc"):
        record = semcodec.pack("bt lk", framing="file", extensions={"seed": seed})
        (tmp_path / "in" / f"{name}.semc").write_bytes(record)
    command = ["decode", tmp_path / "in", "-o", tmp_path / "out", "--force"]
    command += ["--writer", TEXT, "--painter", PAINT, "--max-cost", limit]
    command += ["--model", "gpt-5.5", "--painter-model", "gpt-image-2"]
    plan = run(*command, "--dry-run")[1]
    assert plan.count(f"The limit of ${float(limit):.4f} may stop the run before its end.") == 2
    err = run(*command, "--trace", tmp_path / "t")[2]
    calls = [
        call
        for path in (tmp_path / "t").iterdir()
        for stage in json.loads(path.read_text())["stages"]
        for call in stage["notes"].get("calls", ())
    ]
    assert 0 < sum(call["dollars"] for call in calls) <= float(limit)
    assert {call["route"] for call in calls} >= {"chat/completions"}
    assert "of the limit remains: raise --max-cost" in err
