"""Presets on the command line: a server by its name, such as ``--backend ollama``."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.backends.openai import client
from semcodec.backends.presets import PRESETS
from semcodec.backends.recording import ModelRequest
from tests.cli.conftest import Run
from tests.cli.fake_client import LOCAL, SECRET, RoutedClient


@pytest.fixture(autouse=True)
def sent(requests: list[ModelRequest], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    RoutedClient.sent = []
    monkeypatch.setattr(client, "Client", RoutedClient)
    monkeypatch.setenv("OPENAI_BASE_URL", "http://elsewhere.example/v1")
    return RoutedClient.sent


@pytest.mark.parametrize("name", PRESETS)
def test_preset_is_asked_at_its_port(
    run: Run, photo: Path, tmp_path: Path, sent: list[tuple[str, str]], name: str
) -> None:
    command = ["encode", photo, "-o", tmp_path / "a.semc", "--backend", name, "--model", "m"]
    assert run(*command)[0] == 0
    assert {url for url, _ in sent} == {PRESETS[name].base_url}
    code, out, _ = run(*command, "--force", "--dry-run")
    assert code == 0
    assert f"server  {PRESETS[name].base_url}\nkey     none" in out
    assert "texts   temperature 0, seed 1\n" in out


@pytest.mark.parametrize(
    ("names", "options", "urls"),
    [
        (["--writer", "ollama"], ["--base-url", LOCAL], {"expand": LOCAL}),
        (["--writer", "ollama", "--painter", "openai"], ["--base-url", LOCAL],
         {"expand": PRESETS["ollama"].base_url, "paint": LOCAL}),
        (["--writer", "vllm", "--painter", "ollama"], [],
         {"expand": PRESETS["vllm"].base_url, "paint": PRESETS["ollama"].base_url}),
        (["--backend", "llama.cpp"], [], {"expand": PRESETS["llama.cpp"].base_url}),
    ],
)  # fmt: skip
def test_base_url_is_for_openai_or_the_only_preset(
    run: Run,
    two_words: Path,
    tmp_path: Path,
    sent: list[tuple[str, str]],
    names: list[str],
    options: list[str],
    urls: dict[str, str],
) -> None:
    models = ["--model", "m", "--painter-model", "p"]
    command = ["decode", two_words, "-o", tmp_path / "a.png", *names, *options, *models]
    assert run(*command)[0] == 0
    assert {stage: url for url, stage in sent if stage != "decompress"} == urls


def test_base_url_for_two_presets_is_refused(
    run: Run, two_words: Path, tmp_path: Path, sent: list[tuple[str, str]]
) -> None:
    command = ["decode", two_words, "-o", tmp_path / "a.png", "--writer", "vllm"]
    code, _, err = run(*command, "--painter", "ollama", "--base-url", LOCAL)
    assert (code, sent) == (2, [])
    assert "--base-url could be for vllm or ollama" in err


def test_doctor_describes_presets(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    _, out, err = run("doctor", "--backend", "ollama", "--model", "m")
    assert "describer  ollama, model m" in out
    assert "server of --backend ollama\n  URL    http://127.0.0.1:11434/v1" in out
    assert "start  ollama serve" in out
    assert SECRET not in out + err
    assert "server of --backend openai" not in out
    _, out, _ = run("doctor", "--describer", "vllm", "--writer", "openai")
    assert "server of --backend openai\n  URL  http://elsewhere.example/v1" in out
    assert "server of --backend vllm\n" in out
