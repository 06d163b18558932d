"""The options of ``--backend openai``: limits, recordings, models, and options without a server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.openai import client
from semcodec.backends.recording import ModelRequest
from semcodec.cli import openai_options
from tests.cli.conftest import Run
from tests.cli.fake_client import LOCAL, PRICES, SECRET, FakeClient, configure

pytestmark = pytest.mark.usefixtures("requests")

OPTIONS: dict[str, list[str]] = {
    "base_url": ["--base-url", LOCAL],
    "api": ["--api", "responses"],
    "detail": ["--detail", "low"],
    "quality": ["--quality", "low"],
    "effort": ["--effort", "low"],
    "start_from_colors": ["--start-from-colors"],
    "max_cost": ["--max-cost", "1"],
    "prompts": ["--prompts", "p.toml"],
    "ca_file": ["--ca-file", "ca.pem"],
    "model": ["--model", "m"],
    "describer_model": ["--describer-model", "m"],
    "writer_model": ["--writer-model", "m"],
    "painter_model": ["--painter-model", "m"],
    "checker_model": ["--checker-model", "m"],
    "locator_model": ["--locator-model", "m"],
    "timeout": ["--timeout", "5"],
    "dry_run": ["--dry-run"],
    "cache": ["--cache", "file"],
    "record": ["--record", "file"],
    "replay": ["--replay", "file"],
}


def encode_with_openai(photo: Path, folder: Path) -> list[Any]:
    """Return a command that encodes ``photo`` with a server, however often it is run."""
    return ["encode", photo, "-o", folder / "out.semc", "--force", "--backend", "openai"]


def test_all_server_options_are_tested() -> None:
    assert set(OPTIONS) == set(openai_options.OPENAI_OPTIONS)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("backend", [[], ["--backend", "embedded"], ["--writer", "rules"]])
def test_server_option_of_encode_requires_the_openai_backend(
    run: Run, photo: Path, tmp_path: Path, option: str, backend: list[str]
) -> None:
    out = tmp_path / "out.semc"
    code, result, err = run("encode", photo, "-o", out, *backend, *OPTIONS[option])
    assert (code, result) == (2, "")
    assert f"{OPTIONS[option][0]} needs a server: add --backend openai" in err
    assert not out.exists()


@pytest.mark.parametrize("option", OPTIONS)
def test_server_option_of_decode_requires_the_openai_backend(
    run: Run, two_words: Path, tmp_path: Path, option: str
) -> None:
    code, _, err = run("decode", two_words, "-o", tmp_path / "out.png", *OPTIONS[option])
    assert code == 2
    assert f"{OPTIONS[option][0]} needs a server" in err


def test_max_cost_of_0_requires_the_openai_backend(run: Run, photo: Path, tmp_path: Path) -> None:
    code, _, err = run("encode", photo, "-o", tmp_path / "out.semc", "--max-cost", "0")
    assert (code, "needs a server" in err) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
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
        (["--base-url", "ftp://a"], "The base URL is not an HTTP URL"),
        (["--base-url", f"https://{SECRET}@a.example/v1"], "use SEMCODEC_API_KEY for a key"),
        (["--model", " m"], "The setting describer must be one line of text"),
        (["--effort", " low"], "The setting effort must be one line of text"),
        (["--prompts", "none.toml"], "The prompt file none.toml cannot be read"),
        (["--replay", "none.sqlite"], "none.sqlite cannot be used as a recording"),
        (["--api-key", SECRET], "unrecognized arguments"),
    ],
    ids=lambda value: " ".join(value)[:30] if isinstance(value, list) else "",
)
def test_invalid_option_is_a_usage_error(
    run: Run,
    photo: Path,
    tmp_path: Path,
    requests: list[ModelRequest],
    options: list[str],
    message: str,
) -> None:
    out = tmp_path / "out.semc"
    code, result, err = run("encode", photo, "-o", out, "--backend", "openai", *options)
    assert (code, result, err.count("\n")) == (2, "", 1)
    assert message in err
    assert (requests, out.exists()) == ([], False)


@pytest.mark.parametrize("seconds", ["0.5", "3600", "1e2"])
def test_timeout_applies_to_texts_and_pictures(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seconds: str
) -> None:
    created: list[Any] = []
    monkeypatch.setattr(
        client, "Client", lambda settings, key: created.append(settings) or FakeClient()
    )
    command = encode_with_openai(photo, tmp_path)
    assert run(*command, "--timeout", seconds)[0] == 0
    (settings,) = created
    assert (settings.text_timeout, settings.image_timeout) == (float(seconds),) * 2


def test_readable_config_file_with_a_key_is_rejected(run: Run, photo: Path, tmp_path: Path) -> None:
    configure(tmp_path, f'[openai]\napi_key = "{SECRET}"')
    (tmp_path / "config.toml").chmod(0o644)
    code, out, err = run("encode", photo, "-o", tmp_path / "out.semc", "--backend", "openai")
    assert (code, err.count("\n")) == (2, 1)
    assert "run chmod 600" in err
    assert SECRET not in out + err


def test_option_overrides_the_environment(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    command = encode_with_openai(photo, tmp_path)
    assert run(*command, "--base-url", LOCAL, "--model", "m")[0] == 0
    code, _, err = run(*command)
    assert (code, "The base URL is not an HTTP URL" in err) == (2, True)


def test_encode_and_decode_print_their_cost(run: Run, photo: Path, tmp_path: Path) -> None:
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
    assert stages[0]["notes"]["calls"][0]["response_model"] == "served-1"
    with Image.open(picture) as image:
        assert image.size == (64, 48)


def test_cost_of_unpriced_and_local_models_is_printed(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    command = [*encode_with_openai(photo, tmp_path), "--k", "2"]
    command += ["--model", "m"]
    assert "2 calls, 2000 tokens in, 200 out, unknown price" in run(*command)[2]
    assert "2 calls, 2000 tokens in, 200 out, $0.0000" in run(*command, "--base-url", LOCAL)[2]


@pytest.mark.parametrize(("limit", "sent"), [("0", 0), ("0.1", 0), ("0.17", 1), ("5", 2)])
def test_max_cost_stops_before_it_is_exceeded(
    run: Run,
    photo: Path,
    tmp_path: Path,
    requests: list[ModelRequest],
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    sent: int,
) -> None:
    """The third limit is enough for the description, but not for the selection after it."""
    configure(tmp_path, PRICES)
    monkeypatch.setattr(FakeClient, "output_tokens", 2000)
    out, trace = tmp_path / "out.semc", tmp_path / "t.json"
    command = ["encode", photo, "-o", out, "--backend", "openai", "--k", "2", "--trace", trace]
    code, _, err = run(*command, "--max-cost", limit)
    assert len(requests) == sent
    assert (code, out.exists()) == ((0, True) if sent == 2 else (2, False))
    assert ("raise --max-cost" in err) == (sent < 2)
    stages = json.loads(trace.read_text())["stages"]
    assert ["failed" in stage["notes"] for stage in stages][-1] == (sent < 2)


def test_replay_sends_nothing_and_needs_no_other_options(
    run: Run, photo: Path, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    recording = tmp_path / "recording"
    command = ["--backend", "openai", "--k", "2"]
    run("encode", photo, "-o", tmp_path / "a.semc", *command, "--base-url", LOCAL, "--model", "m",
        "--detail", "low", "--record", recording)  # fmt: skip
    count = len(requests)
    for name in ("b.semc", "c.semc"):
        code, _, err = run("encode", photo, "-o", tmp_path / name, *command, "--replay", recording)
        assert code == 0
        assert "calls," not in err  # nothing was sent
        assert (tmp_path / name).read_bytes() == (tmp_path / "a.semc").read_bytes()
    assert len(requests) == count
    code, _, err = run("encode", photo, "-o", tmp_path / "d.semc", *command, "--replay", recording,
                       "--size", "64x48")  # fmt: skip
    assert (code, "has no response for 'describe' with m" in err) == (2, True)


def test_failed_request_leaves_the_trace_and_no_output(
    run: Run, two_words: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeClient, "failing_stage", "paint")
    out, trace = tmp_path / "out.png", tmp_path / "t.json"
    code, result, err = run("decode", two_words, "-o", out, "--backend", "openai", "--trace", trace)
    assert (code, result, out.exists()) == (2, "", False)
    cost, message = err.splitlines()
    assert (cost[:8], message) == ("3 calls,", "semcodec: The connection was lost during paint.")
    stages = json.loads(trace.read_text())["stages"]
    assert [stage["name"] for stage in stages] == ["decompress", "expand", "paint"]
    assert stages[2]["notes"]["failed"] == "The connection was lost during paint."
    assert stages[0]["notes"]["calls"]


def test_backend_of_one_role_gets_only_its_requests(
    run: Run, two_words: Path, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    code, _, _ = run("decode", two_words, "-o", tmp_path / "out.png", "--writer", "openai")
    assert (code, [request.stage for request in requests]) == (0, ["decompress", "expand"])


def test_model_option_of_a_role_overrides_the_general_one(
    run: Run, photo: Path, tmp_path: Path, requests: list[ModelRequest]
) -> None:
    command = [*encode_with_openai(photo, tmp_path), "--k", "2"]
    for options in (["--model", "a"], ["--model", "a", "--writer-model", "b"]):
        run(*command, *options)
    run(*command, "--describer-model", "c")
    assert [request.model for request in requests] == ["a", "a", "a", "b", "c", "gpt-5.5"]


def test_cost_ignores_malformed_notes_of_other_backends(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from semcodec.backends import add_note, registry

    class OtherBackend:
        def describe(self, image: object) -> str:
            add_note("calls", {"seconds": 1, "input_tokens": "many"})
            add_note("calls", {"seconds": 1, "input_tokens": 7})
            return "A red boat."

    monkeypatch.setitem(registry.BUILT_IN, "other", OtherBackend)
    code, _, err = run("encode", photo, "-o", tmp_path / "out.semc", "--describer", "other")
    assert (code, "2 calls, 7 tokens in, 0 out, unknown price" in err) == (0, True)


def test_doctor_prints_the_server_and_the_source_of_the_key(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    assert "not found: No API key for https://api.openai.com/v1" in run("doctor")[1]
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    monkeypatch.setenv("OPENAI_BASE_URL", LOCAL)
    code, out, err = run("doctor")
    assert f"URL  {LOCAL}\n  key  from $OPENAI_API_KEY" in out
    assert SECRET not in out + err
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    code, out, _ = run("doctor")
    assert (code, "not usable: The base URL" in out) == (0, True)
    assert re.search("openai +describer, writer, painter", out)
