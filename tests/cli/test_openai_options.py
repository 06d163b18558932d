"""The options of servers as a user types them: rehearsed, limited, recorded, and refused alone."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import server
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.cli import openai_options
from semcodec.errors import BackendError

Run = Callable[..., tuple[int, str, str]]
LOCAL = "http://127.0.0.1:9/v1"
SECRET = "sk-proj-abcdefghijk"
PRICES = """
[openai.prices]
"gpt-5.5" = { input = 5, output = 30 }
"gpt-image-2" = { input = 5, image = 8, output = 30 }
"""


class Served:
    """A client whose server knows what a boat is; made calls are in ``calls``."""

    calls: list[ModelRequest] = []  # noqa: RUF012  # of all clients of a test
    fails, given = "", 100

    def __init__(self, *given: Any) -> None:
        pass

    def send(self, call: ModelRequest) -> ModelResponse:
        self.calls.append(call)
        if call.stage == self.fails:
            raise BackendError(f"The server broke off during {call.stage}.", stage=call.stage)
        if call.route.startswith("images"):
            out = io.BytesIO()
            Image.new("RGB", (64, 64), "red").save(out, "PNG")
            return ModelResponse(image=out.getvalue(), usage=Usage(100, 0, 200))
        said = {"describe": "A red boat lies on a blue lake.", "select": '["boat", "lake"]'}
        said |= {"decompress": '["boat", "lake"]', "expand": "A boat on a lake."}
        return ModelResponse(said[call.stage], model="served-1", usage=Usage(1000, 0, self.given))


@pytest.fixture(autouse=True)
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[ModelRequest]:
    """Let there be one key, no config and no server but ours; return the calls made of it."""
    for name in ("SEMCODEC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setitem(sys.modules, "keyring", None)
    monkeypatch.setattr(server, "Client", Served)
    monkeypatch.setattr(Served, "calls", [])
    return Served.calls


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "photo.semc"
    path.write_bytes(semcodec.pack("bt lk", framing="file", size=(64, 48)))
    return path


def configure(tmp_path: Path, text: str) -> None:
    (tmp_path / "config.toml").write_text(text)


def table(out: str) -> list[list[str]]:
    """Return the cells of a rehearsal's table that are not empty."""
    return [re.split(r"\s{2,}", line) for line in out.split("\n\n")[1].splitlines()]


OPTIONS: dict[str, list[str]] = {
    "base_url": ["--base-url", LOCAL],
    "api": ["--api", "responses"],
    "detail": ["--detail", "low"],
    "quality": ["--quality", "low"],
    "effort": ["--effort", "low"],
    "max_cost": ["--max-cost", "1"],
    "prompts": ["--prompts", "p.toml"],
    "model": ["--model", "m"],
    "describer_model": ["--describer-model", "m"],
    "writer_model": ["--writer-model", "m"],
    "painter_model": ["--painter-model", "m"],
    "timeout": ["--timeout", "5"],
    "dry_run": ["--dry-run"],
    "cache": ["--cache", "tape"],
    "record": ["--record", "tape"],
    "replay": ["--replay", "tape"],
}


def test_every_option_of_servers_is_in_this_table() -> None:
    assert set(OPTIONS) == set(openai_options.OPENAI_OPTIONS)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("backend", [[], ["--backend", "embedded"], ["--writer", "deterministic"]])
def test_an_option_of_servers_needs_a_server(
    run: Run, photo: Path, tmp_path: Path, option: str, backend: list[str]
) -> None:
    out = tmp_path / "out.semc"
    code, shown, err = run("encode", photo, "-o", out, *backend, *OPTIONS[option])
    assert (code, shown) == (2, "")
    assert f"{OPTIONS[option][0]} needs a server: add --backend openai" in err
    assert not out.exists()


@pytest.mark.parametrize("option", OPTIONS)
def test_so_it_is_for_decoding(run: Run, record: Path, tmp_path: Path, option: str) -> None:
    code, _, err = run("decode", record, "-o", tmp_path / "out.png", *OPTIONS[option])
    assert code == 2
    assert f"{OPTIONS[option][0]} needs a server" in err


def test_an_option_of_nothing_is_one_too(run: Run, photo: Path, tmp_path: Path) -> None:
    code, _, err = run("encode", photo, "-o", tmp_path / "out.semc", "--max-cost", "0")
    assert (code, "needs a server" in err) == (2, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--timeout", "0"], "invalid time"),
        (["--timeout", "3601"], "invalid time"),
        (["--timeout", "soon"], "invalid time"),
        (["--timeout", "nan"], "invalid time"),
        (["--max-cost", "-1"], "invalid amount"),
        (["--max-cost", "1e3"], "invalid amount"),
        (["--max-cost", "1,50"], "invalid amount"),
        (["--max-cost", "."], "invalid amount"),
        (["--max-cost", "$$1"], "invalid amount"),
        (["--max-cost", "1.2.3"], "invalid amount"),
        (["--max-cost", "9" * 10], "invalid amount"),
        (["--max-cost", "٣"], "invalid amount"),
        (["--api", "assistants"], "invalid choice"),
        (["--detail", "original"], "invalid choice"),
        (["--quality", "hd"], "invalid choice"),
        (["--cache", "a", "--record", "b"], "not allowed with"),
        (["--record", "a", "--replay", "b"], "not allowed with"),
        (["--base-url", "ftp://a"], "The base URL is like"),
        (["--base-url", f"https://{SECRET}@a.example/v1"], "give the key as a key"),
        (["--model", " m"], "The setting describer must be one line of text"),
        (["--effort", " low"], "The setting effort must be one line of text"),
        (["--prompts", "none.toml"], "The prompts none.toml cannot be read"),
        (["--replay", "none.sqlite"], "none.sqlite cannot be used as a tape"),
        (["--api-key", SECRET], "unrecognized arguments"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_an_option_that_is_wrong_is_usage(
    run: Run, photo: Path, tmp_path: Path, calls: list[ModelRequest], options: list[str], says: str
) -> None:
    out = tmp_path / "out.semc"
    code, shown, err = run("encode", photo, "-o", out, "--backend", "openai", *options)
    assert (code, shown, err.count("\n")) == (2, "", 1)
    assert says in err
    assert (calls, out.exists()) == ([], False)


@pytest.mark.parametrize("seconds", ["0.5", "3600", "1e2"])
def test_seconds_are_for_texts_and_pictures(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    made: list[Any] = []
    monkeypatch.setattr(server, "Client", lambda settings, key: made.append(settings) or Served())
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai"]
    assert run(*how, "--timeout", seconds)[0] == 0
    (settings,) = made
    assert (settings.text_timeout, settings.image_timeout) == (float(seconds),) * 2


def test_a_config_file_that_is_wrong_is_the_environment(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    configure(tmp_path, f'[openai]\napi_key = "{SECRET}"')
    (tmp_path / "config.toml").chmod(0o644)
    code, out, err = run("encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai")
    assert (code, err.count("\n")) == (2, 1)
    assert "run chmod 600" in err
    assert SECRET not in out + err


def test_an_option_comes_before_a_wrong_environment(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai"]
    assert run(*how, "--base-url", LOCAL, "--model", "m")[0] == 0
    code, _, err = run(*how)
    assert (code, "The base URL is like" in err) == (2, True)


def test_an_encoding_is_rehearsed(
    run: Run,
    photo: Path,
    tmp_path: Path,
    calls: list[ModelRequest],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    configure(tmp_path, PRICES)
    monkeypatch.delenv("OPENAI_API_KEY")
    before = sorted(tmp_path.iterdir())
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--dry-run"]
    how += ["--coding", "nibble", "--skeletons", "model", "--trace", tmp_path / "t.json"]
    code, out, err = run(*how)
    assert (code, err, calls) == (0, "", [])
    assert sorted(tmp_path.iterdir()) == before
    head, rows, end = out.split("\n\n")
    assert head == "server  https://api.openai.com/v1\nkey     not found, and the server needs one"
    assert (
        rows
        == """\
stage     model    tokens in  tokens out  expected  maximum
describe  gpt-5.5       2700         248   $0.0209  $0.1381
select    gpt-5.5        396          27   $0.0028  $0.1278
compress  gpt-5.5        184          22   $0.0016  $0.1257
total                                      $0.0253  $0.3917"""
    )
    assert end.startswith("Nothing was sent.")
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    _, out, err = run(*how)
    assert "key     from $OPENAI_API_KEY\n" in out
    assert SECRET not in out + err


def test_a_decoding_is_rehearsed(
    run: Run, record: Path, tmp_path: Path, calls: list[ModelRequest]
) -> None:
    configure(tmp_path, PRICES)
    how = ["decode", record, "-o", tmp_path / "out.png", "--backend", "openai", "--dry-run"]
    code, out, err = run(*how)
    assert (code, err, calls) == (0, "", [])
    assert not (tmp_path / "out.png").exists()
    heading, *rows, total = table(out)
    assert heading[0] == "stage"
    assert [row[0] for row in rows] == ["decompress", "expand", "paint"]
    assert "gpt-image-2" in rows[2]
    about = [float(row[-2].strip(" $")) for row in rows]
    most = [float(row[-1].strip(" $")) for row in rows]
    assert all(0 < one <= other for one, other in zip(about, most, strict=True))
    assert float(total[-2].strip(" $")) == pytest.approx(sum(about), abs=0.0002)
    assert float(total[-1].strip(" $")) == pytest.approx(sum(most), abs=0.0002)


def test_a_rehearsal_says_whether_the_limit_may_stop_it(
    run: Run, record: Path, tmp_path: Path
) -> None:
    configure(tmp_path, PRICES)
    how = ["decode", record, "-o", tmp_path / "out.png", "--backend", "openai", "--dry-run"]
    assert (
        "The limit of $0.0100 may stop the run before its end."
        in run(*how, "--max-cost", "0.01")[1]
    )
    assert "may stop the run" not in run(*how, "--max-cost", "$9")[1]
    assert "may stop the run" in run(*how, "--max-cost", "9", "--painter-model", "unknown")[1]


def test_a_rehearsal_with_another_server(run: Run, photo: Path, tmp_path: Path) -> None:
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--dry-run"]
    code, out, _ = run(*how, "--base-url", "https://a.example/v1")
    rows = table(out)
    assert code == 0
    assert "server  https://a.example/v1\nkey     from $OPENAI_API_KEY\n" in out
    assert [row[0] for row in rows] == ["stage", "list models", "describe", "select", "total"]
    assert [row[-1].strip() for row in rows[1:]] == ["$0.0000", *["unknown"] * 3]
    assert "$0.0000" in run(*how, "--base-url", LOCAL, "--model", "m")[1].split("total")[1]


def test_a_rehearsal_leaves_out_what_is_on_the_tape(
    run: Run, photo: Path, tmp_path: Path, calls: list[ModelRequest]
) -> None:
    tape = tmp_path / "tape"
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--k", "2"]
    how += ["--base-url", LOCAL, "--model", "m"]
    assert [row[0] for row in table(run(*how, "--dry-run", "--cache", tape)[1])[1:]] == [
        "describe", "select", "total",
    ]  # fmt: skip
    assert not tape.exists()
    run(*how, "--cache", tape)
    before, made = tape.read_bytes(), len(calls)
    assert [row[0] for row in table(run(*how, "--dry-run", "--cache", tape)[1])[1:]] == ["total"]
    assert (tape.read_bytes(), len(calls)) == (before, made)
    code, _, _ = run(*how, "--dry-run", "--record", tape)
    assert (code, tape.read_bytes()) == (0, before)


def test_there_and_back_and_what_it_took(run: Run, photo: Path, tmp_path: Path) -> None:
    configure(tmp_path, PRICES)
    file, picture = tmp_path / "out.semc", tmp_path / "out.png"
    code, out, err = run(
        "encode", photo, "-o", file, "--backend", "openai", "--size", "64x48", "--k", "2"
    )
    assert (code, out) == (0, "")
    assert "'boat lake'" in err
    assert "2 calls, 2000 tokens in, 200 out, $0.0160" in err
    trace = tmp_path / "t.json"
    code, _, err = run("decode", file, "-o", picture, "--backend", "openai", "--trace", trace)
    assert code == 0
    assert "2 calls, 1100 tokens in, 300 out, $0.0145" in err
    stages = json.loads(trace.read_text())["stages"]
    assert [stage["name"] for stage in stages] == ["expand", "paint"]
    assert stages[0]["notes"]["calls"][0]["answered_by"] == "served-1"
    with Image.open(picture) as painted:
        assert painted.size == (64, 48)


def test_an_unknown_price_is_told(run: Run, photo: Path, tmp_path: Path) -> None:
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--k", "2"]
    how += ["--model", "m"]
    assert "2 calls, 2000 tokens in, 200 out, unknown price" in run(*how)[2]
    assert "2 calls, 2000 tokens in, 200 out, $0.0000" in run(*how, "--base-url", LOCAL)[2]


@pytest.mark.parametrize(("limit", "made"), [("0", 0), ("0.1", 0), ("0.17", 1), ("5", 2)])
def test_a_limit_stops_before_it_is_exceeded(
    run: Run,
    photo: Path,
    tmp_path: Path,
    calls: list[ModelRequest],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    made: int,
) -> None:
    """The third pays for the description, and has less left than a choice may cost."""
    configure(tmp_path, PRICES)
    monkeypatch.setattr(Served, "given", 2000)
    out, trace = tmp_path / "out.semc", tmp_path / "t.json"
    how = ["encode", photo, "-o", out, "--backend", "openai", "--k", "2", "--trace", trace]
    code, _, err = run(*how, "--max-cost", limit)
    assert len(calls) == made
    assert (code, out.exists()) == ((0, True) if made == 2 else (2, False))
    assert ("allow more with --max-cost" in err) == (made < 2)
    stages = json.loads(trace.read_text())["stages"]
    assert ["failed" in stage["notes"] for stage in stages][-1] == (made < 2)


def test_a_run_is_replayed_without_a_server_and_its_options(
    run: Run, photo: Path, tmp_path: Path, calls: list[ModelRequest]
) -> None:
    tape = tmp_path / "tape"
    how = ["--backend", "openai", "--k", "2"]
    run("encode", photo, "-o", tmp_path / "a.semc", *how, "--base-url", LOCAL, "--model", "m",
        "--detail", "low", "--record", tape)  # fmt: skip
    made = len(calls)
    for name in ("b.semc", "c.semc"):
        code, _, err = run("encode", photo, "-o", tmp_path / name, *how, "--replay", tape)
        assert code == 0
        assert "calls," not in err  # nothing was taken of a server
        assert (tmp_path / name).read_bytes() == (tmp_path / "a.semc").read_bytes()
    assert len(calls) == made
    code, _, err = run("encode", photo, "-o", tmp_path / "d.semc", *how, "--replay", tape,
                       "--size", "64x48")  # fmt: skip
    assert (code, "has no answer to describe with m" in err) == (2, True)


def test_a_call_that_fails_leaves_the_trace_and_no_output(
    run: Run, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Served, "fails", "paint")
    out, trace = tmp_path / "out.png", tmp_path / "t.json"
    code, shown, err = run("decode", record, "-o", out, "--backend", "openai", "--trace", trace)
    assert (code, shown, out.exists()) == (2, "", False)
    paid, told = err.splitlines()
    assert (paid[:8], told) == ("3 calls,", "semcodec: The server broke off during paint.")
    stages = json.loads(trace.read_text())["stages"]
    assert [stage["name"] for stage in stages] == ["decompress", "expand", "paint"]
    assert stages[2]["notes"]["failed"] == "The server broke off during paint."
    assert stages[0]["notes"]["calls"]


def test_a_server_may_fill_one_place_alone(
    run: Run, record: Path, tmp_path: Path, calls: list[ModelRequest]
) -> None:
    code, _, _ = run("decode", record, "-o", tmp_path / "out.png", "--writer", "openai")
    assert (code, [call.stage for call in calls]) == (0, ["decompress", "expand"])


def test_models_are_chosen_by_place(
    run: Run, photo: Path, tmp_path: Path, calls: list[ModelRequest]
) -> None:
    how = ["encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai", "--k", "2"]
    for options in (["--model", "a"], ["--model", "a", "--writer-model", "b"]):
        run(*how, *options)
    run(*how, "--describer-model", "c")
    assert [call.model for call in calls] == ["a", "a", "a", "b", "c", "gpt-5.5"]


def test_notes_of_foreign_backends_do_not_break_the_sum(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from semcodec.backends import add_note, registry

    class Foreign:
        def describe(self, image: object) -> str:
            add_note("calls", {"seconds": 1, "tokens_in": "many"})
            add_note("calls", {"seconds": 1, "tokens_in": 7})
            return "A red boat."

    monkeypatch.setitem(registry.BUILT_IN, "foreign", Foreign)
    code, _, err = run("encode", photo, "-o", tmp_path / "out.semc", "--describer", "foreign")
    assert (code, "2 calls, 7 tokens in, 0 out, unknown price" in err) == (0, True)


def test_doctor_prints_the_server_and_the_source_of_the_key(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "not found: No key for https://api.openai.com/v1" in run("doctor")[1]
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    code, out, err = run("doctor")
    assert f"URL  {LOCAL}\n  key  from $OPENAI_API_KEY" in out
    assert SECRET not in out + err
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    code, out, _ = run("doctor")
    assert (code, "not usable: The base URL" in out) == (0, True)
    assert "openai         describer, writer, painter" in out
