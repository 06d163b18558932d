"""Presets: servers by name, which nothing redirects by accident."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec import backends
from semcodec.backends.openai import OpenAIBackend, Settings, credentials
from semcodec.backends.openai.client import Client
from semcodec.backends.presets import PRESETS
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse
from semcodec.errors import BackendError, InputError
from semcodec.pipeline.reflection.painting import is_paid

PICTURE = Image.new("RGB", (64, 48), "red")


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "config.toml"
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY", "SEMCODEC_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    return path


def write(config: Path, text: str) -> None:
    config.write_text(text)
    config.chmod(0o600)


def test_ports_are_the_defaults_of_the_servers() -> None:
    ports = {name: preset.base_url for name, preset in PRESETS.items()}
    assert ports == {
        "ollama": "http://127.0.0.1:11434/v1",
        "llama.cpp": "http://127.0.0.1:8080/v1",
        "vllm": "http://127.0.0.1:8000/v1",
        "lmstudio": "http://127.0.0.1:1234/v1",
    }


@pytest.mark.parametrize("name", PRESETS)
def test_name_is_a_backend(name: str) -> None:
    assert backends.is_server(name)
    server = backends.find("describer", name)
    assert (server.settings.base_url, server.settings.preset) == (PRESETS[name].base_url, name)
    assert not is_paid(server)


@pytest.mark.parametrize("name", PRESETS)
def test_default_backend_fills_the_roles_that_a_server_lacks(name: str) -> None:
    missing = PRESETS[name].missing_roles
    painter = backends.find("painter", name)
    assert (getattr(painter, "name", "") == "embedded") == ("painter" in missing)
    assert not {*backends.roles(name)} & {*missing}
    if missing:
        with pytest.raises(InputError, match="cannot be the painter, only describer, writer"):
            backends.find("painter", "auto", name)


def test_limit_of_ollama_has_its_older_name() -> None:
    sent: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        sent.append(request)
        return ModelResponse("A red boat.")

    OpenAIBackend(preset="ollama", describer="m", most_output=77, send=send).describe(PICTURE)
    assert "max_completion_tokens" not in sent[0].body
    assert (sent[0].extra["max_tokens"], sent[0].max_output_tokens) == (77, 77)


def test_environment_does_not_redirect_a_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    for url in ("http://elsewhere.example/v1", "nonsense", ""):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        assert Settings.load({}, preset="ollama").base_url == PRESETS["ollama"].base_url


OPENAI_CONFIG = """
[openai]
base_url = "https://api.openai.com/v1"
describer = "gpt-5.5"
text_extra = { service_tier = "flex" }
max_cost = 0.5
text_timeout = 7
api_key = "sk-abcdefghijk"
"""


def test_settings_of_another_server_are_not_those_of_a_preset(config: Path) -> None:
    write(config, OPENAI_CONFIG)
    settings = Settings.load({}, preset="ollama")
    assert (settings.base_url, settings.describer) == (PRESETS["ollama"].base_url, None)
    assert settings.text_extra == {}
    assert (str(settings.max_cost), settings.text_timeout) == ("0.5", 7)
    assert credentials.find_key(settings).source == credentials.NO_SOURCE


def test_settings_of_the_same_server_are_those_of_a_preset(config: Path) -> None:
    write(config, '[openai]\nbase_url = "http://127.0.0.1:11434/v1"\ndescriber = "qwen"\n')
    assert Settings.load({}, preset="ollama").describer == "qwen"
    assert Settings.load({}, preset="vllm").describer is None


@pytest.mark.parametrize("heading", ["[llama.cpp]", '["llama.cpp"]'])
def test_preset_has_a_table_of_its_own(config: Path, heading: str) -> None:
    url = "http://127.0.0.1:8081/v1"
    write(config, f'{OPENAI_CONFIG}\n{heading}\nbase_url = "{url}"\napi_key = "own-key-of-llama"\n'
                  'text_names = { seed = false }\n')  # fmt: skip
    settings = Settings.load({}, preset="llama.cpp")
    assert (settings.base_url, str(settings.max_cost)) == (url, "0.5")
    assert settings.text_names == {"max_completion_tokens": "max_tokens", "seed": False}
    assert credentials.find_key(settings).reveal() == "own-key-of-llama"
    other = Settings.load({}, preset="llama.cpp", base_url="http://127.0.0.1:8082/v1")
    assert other.base_url == "http://127.0.0.1:8082/v1"
    assert credentials.find_key(other).source == credentials.NO_SOURCE


def test_preset_in_the_config_file_is_a_default(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(config, '[openai]\npreset = "lmstudio"\n')
    settings = Settings.load({})
    assert settings.base_url == PRESETS["lmstudio"].base_url
    assert settings.text_names == {"max_completion_tokens": "max_tokens"}
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert Settings.load({}).base_url == "http://127.0.0.1:9/v1"


def test_key_of_openai_is_not_sent_to_a_preset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-abcdefghijk")
    settings = Settings.load({}, preset="vllm")
    assert credentials.find_key(settings).source == credentials.NO_SOURCE
    monkeypatch.setenv("SEMCODEC_API_KEY", "key-of-my-server")
    assert credentials.find_key(settings).reveal() == "key-of-my-server"


@pytest.mark.parametrize("preset", ["", "Ollama", "openai", 5, ["ollama"]])
def test_unknown_preset_is_rejected(preset: Any) -> None:
    with pytest.raises(InputError, match="The setting preset must be one"):
        Settings.load({}, preset=preset)


@pytest.mark.parametrize("name", PRESETS)
def test_message_about_a_missing_server_names_its_command(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2

    def refuse(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused")

    settings = Settings.load({}, preset=name, retries=0)
    key = credentials.find_key(settings)
    client = Client(settings, key, httpx2.MockTransport(refuse))
    with pytest.raises(BackendError) as caught:
        client.send(ModelRequest("describe", "models", {}))
    assert f"start {PRESETS[name].title} with '{PRESETS[name].start}'" in str(caught.value)


@pytest.mark.parametrize("recorded", [{"preset": "ollama"}, {"base_url": "http://127.0.0.1:9/v1"}])
def test_run_is_replayed_by_any_name(tmp_path: Path, recorded: dict[str, str]) -> None:
    path = tmp_path / "run.sqlite"

    def send(request: ModelRequest) -> ModelResponse:
        return ModelResponse('{"words": ["boat"]}' if request.stage == "select" else "A boat.")

    first = OpenAIBackend(
        **recorded, describer="m", writer="m", send=send, cassette=Cassette(path, "record")
    )
    encoded = semcodec.encode(PICTURE, describer=first, writer=first)
    for preset in ({}, {"preset": "ollama"}):
        again = OpenAIBackend(cassette=Cassette(path, "replay"), **preset)
        assert semcodec.encode(PICTURE, describer=again, writer=again).data == encoded.data
