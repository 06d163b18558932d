"""``--dry-run``: the planned requests and their cost, without sending any."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import semcodec
from semcodec.backends.recording import ModelRequest
from tests.cli.conftest import Run
from tests.cli.fake_client import LOCAL, PRICES, SECRET, configure

pytestmark = pytest.mark.usefixtures("requests")


def plan_table(out: str) -> list[list[str]]:
    """Return the non-empty cells of each row of the plan's table."""
    return [re.split(r"\s{2,}", line) for line in out.split("\n\n")[1].splitlines()]


def test_plan_of_encode_has_a_row_per_request_and_the_source_of_the_key(
    run: Run,
    photo: Path,
    tmp_path: Path,
    requests: list[ModelRequest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure(tmp_path, PRICES)
    monkeypatch.delenv("OPENAI_API_KEY")
    before = sorted(tmp_path.iterdir())
    command = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--dry-run"]
    command += ["--coding", "nibble", "--skeletons", "model", "--trace", tmp_path / "t.json"]
    code, out, err = run(*command)
    assert (code, err, requests) == (0, "", [])
    assert sorted(tmp_path.iterdir()) == before
    head, rows, end = out.split("\n\n")
    assert head == "server  https://api.openai.com/v1\nkey     not found, and the server needs one"
    assert (
        rows
        == """\
stage     model    tokens in  tokens out  expected  maximum
describe  gpt-5.5       2133         287   $0.0193  $0.3192
select    gpt-5.5        425          27   $0.0029  $0.4225
compress  gpt-5.5        184          21   $0.0016  $0.5377
total                                      $0.0238    $1.28"""
    )
    assert end.startswith("Nothing was sent.")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    _, out, err = run(*command)
    assert "key     from $OPENAI_API_KEY\n" in out
    assert SECRET not in out + err


def test_plan_of_decode_has_a_row_per_request_and_totals(
    run: Run, two_words: Path, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    configure(tmp_path, PRICES)
    command = ["decode", two_words, "-o", tmp_path / "out.png", "--backend", "openai", "--dry-run"]
    code, out, err = run(*command)
    assert (code, err, requests) == (0, "", [])
    assert not (tmp_path / "out.png").exists()
    heading, *rows, total = plan_table(out)
    assert heading[0] == "stage"
    assert [row[0] for row in rows] == ["decompress", "expand", "paint"]
    assert "gpt-image-2" in rows[2]
    expected = [float(row[-2].strip(" $")) for row in rows]
    maximum = [float(row[-1].strip(" $")) for row in rows]
    assert all(0 < low <= high for low, high in zip(expected, maximum, strict=True))
    assert float(total[-2].strip(" $")) == pytest.approx(sum(expected), abs=0.0002)
    assert float(total[-1].strip(" $")) == pytest.approx(sum(maximum), abs=0.0002)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--reflect", "3"], {"paint": 1, "check": 4, "edit": 3}),
        (["--candidates", "3", "--reflect", "off"], {"paint": 3, "check": 3}),
        (
            ["--reflect-by", "description"],
            {"paint": 1, "describe": 2, "compare": 2, "edit": 2},
        ),
        (["--reflect", "auto"], {}),
    ],
)
def test_plan_counts_every_try_of_reflection(
    run: Run, two_words: Path, tmp_path: Path, options: list[str], expected: dict[str, int]
) -> None:
    configure(tmp_path, PRICES)
    command = ["decode", two_words, "-o", tmp_path / "out.png", "--backend", "openai", "--dry-run"]
    code, out, err = run(*command, *options)
    assert (code, err) == (0, "")
    heading, *rows, _ = plan_table(out)
    assert ("requests" in heading) == ("all tries of reflection" in out) == bool(expected)
    counts = {row[0]: int(row[2]) for row in rows if expected and row[0] in expected}
    assert counts == expected
    assert ("cannot edit" in out) == ("edit" in expected)


def test_plan_of_a_describer_alone_counts_its_rounds(
    run: Run, two_words: Path, tmp_path: Path
) -> None:
    configure(tmp_path, PRICES)
    command = ["decode", two_words, "-o", tmp_path / "out.png", "--describer", "openai"]
    _, out, _ = run(*command, "--dry-run", "--reflect-by", "description", "--reflect", "3")
    assert [row[:3:2] for row in plan_table(out)[1:2]] == [["describe", "3"]]
    assert "all tries of reflection" in out


def test_plan_of_several_records_counts_all_tries(
    run: Run, two_words: Path, tmp_path: Path
) -> None:
    configure(tmp_path, PRICES)
    other = tmp_path / "other.semc"
    other.write_bytes(semcodec.pack("bt lk", size=(64, 48)))
    command = ["decode", two_words, other, "-o", tmp_path / "out", "--backend", "openai"]
    _, out, _ = run(*command, "--dry-run", "--reflect", "2")
    counts = {row[0]: row[2] for row in plan_table(out)[1:]}
    assert (counts["paint"], counts["check"], counts["edit"]) == ("2", "6", "4")


def test_plan_warns_if_max_cost_may_stop_the_run(run: Run, two_words: Path, tmp_path: Path) -> None:
    configure(tmp_path, PRICES)
    command = ["decode", two_words, "-o", tmp_path / "out.png", "--backend", "openai", "--dry-run"]
    assert (
        "The limit of $0.0100 may stop the run before its end."
        in run(*command, "--max-cost", "0.01")[1]
    )
    assert "may stop the run" not in run(*command, "--max-cost", "$9")[1]
    assert "may stop the run" in run(*command, "--max-cost", "9", "--painter-model", "unknown")[1]


def test_plan_for_another_server_has_unknown_prices(run: Run, photo: Path, tmp_path: Path) -> None:
    command = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--dry-run"]
    code, out, _ = run(*command, "--base-url", "https://a.example/v1")
    rows = plan_table(out)
    assert code == 0
    assert "server  https://a.example/v1\nkey     from $OPENAI_API_KEY\n" in out
    assert [row[0] for row in rows] == ["stage", "list models", "describe", "select", "total"]
    assert [row[-1].strip() for row in rows[1:]] == ["$0.0000", *["unknown"] * 3]
    assert "$0.0000" in run(*command, "--base-url", LOCAL, "--model", "m")[1].split("total")[1]


def test_plan_omits_cached_requests(
    run: Run, photo: Path, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    recording = tmp_path / "recording"
    command = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--k", "2"]
    command += ["--base-url", LOCAL, "--model", "m"]
    plan = plan_table(run(*command, "--dry-run", "--cache", recording)[1])
    assert [row[0] for row in plan] == ["stage", "describe", "select", "total"]
    assert not recording.exists()
    run(*command, "--cache", recording)
    before, count = recording.read_bytes(), len(requests)
    assert [
        row[0] for row in plan_table(run(*command, "--dry-run", "--cache", recording)[1])[1:]
    ] == ["total"]
    assert (recording.read_bytes(), len(requests)) == (before, count)
    code, _, _ = run(*command, "--dry-run", "--record", recording)
    assert (code, recording.read_bytes()) == (0, before)
