"""A backend given by name is created for each run, with its own settings and budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai.settings import Settings
from semcodec.backends.recording import ModelRequest, ModelResponse, Usage
from semcodec.errors import BudgetExceededError

PHOTO = Image.new("RGB", (64, 64), "white")
A, B = "http://127.0.0.1:8001/v1", "http://127.0.0.1:8002/v1"


@pytest.fixture(autouse=True)
def client_settings(monkeypatch: pytest.MonkeyPatch) -> list[Settings]:
    """Replace the client by a function, and return the list of its settings at each request."""
    settings_used: list[Settings] = []

    def lazy_client(settings: Settings) -> Any:
        def send(request: ModelRequest) -> ModelResponse:
            settings_used.append(settings)
            text = (
                "A red boat on a lake." if request.stage == "describe" else request.expected_answer
            )
            return ModelResponse(text, usage=Usage(7000, 0, 0))

        return send

    monkeypatch.setattr("semcodec.backends.openai.backend.lazy_client", lazy_client)
    return settings_used


def write_config(monkeypatch: pytest.MonkeyPatch, folder: Path, text: str) -> None:
    (folder / "config.toml").write_text(f"[openai]\n{text}\n", "utf-8")
    monkeypatch.setenv("SEMCODEC_CONFIG", str(folder / "config.toml"))


MODELS = 'describer = "m"\nwriter = "m"\npainter = "p"'
PRICES = MODELS + "\nprices = { m = { input = 100, output = 100 } }\nmax_cost = "


def test_each_run_reads_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client_settings: list[Settings]
) -> None:
    write_config(monkeypatch, tmp_path, MODELS)
    for url in (A, B):
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        semcodec.encode(PHOTO, backend="openai")
    assert [settings.base_url for settings in client_settings] == [A, A, B, B]


def test_each_run_reads_the_config_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client_settings: list[Settings]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", A)
    for model in ("m", "n"):
        write_config(monkeypatch, tmp_path, f'describer = "{model}"\nwriter = "{model}"')
        semcodec.encode(PHOTO, backend="openai")
    assert [settings.writer for settings in client_settings] == ["m", "m", "n", "n"]


def test_corrected_setting_is_used_by_the_next_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_config(monkeypatch, tmp_path, MODELS)
    monkeypatch.setenv("OPENAI_BASE_URL", "nonsense")
    with pytest.raises(semcodec.InputError, match="base URL"):
        semcodec.encode(PHOTO, backend="openai")
    monkeypatch.setenv("OPENAI_BASE_URL", A)
    semcodec.encode(PHOTO, backend="openai")


def test_max_cost_limits_one_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client_settings: list[Settings]
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", A)
    write_config(monkeypatch, tmp_path, PRICES + "2.5")
    costs = [
        sum(request["dollars"] for request in semcodec.encode(PHOTO, backend="openai").trace.calls)
        for _ in range(3)
    ]
    assert max(costs) < 2.5 < sum(costs)


def test_roles_of_one_run_share_its_budget(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client_settings: list[Settings]
) -> None:
    """The describer costs $0.70, which leaves too little of the limit for the selection."""
    monkeypatch.setenv("OPENAI_BASE_URL", A)
    write_config(monkeypatch, tmp_path, PRICES + "0.8")
    with pytest.raises(BudgetExceededError, match=r"'select' with m .* \$0\.1000 of the limit"):
        semcodec.encode(PHOTO, describer="openai", writer="openai")
    assert len(client_settings) == 1
