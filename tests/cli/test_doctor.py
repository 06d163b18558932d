"""``semcodec doctor``: available backends."""

from __future__ import annotations

from pathlib import Path

import pytest

from semcodec.backends import registry
from semcodec.backends.recording import ModelRequest
from tests.cli.conftest import Run
from tests.cli.fake_client import SECRET
from tests.cli.scripted_painter import register


def test_doctor_prints_the_default_backends(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert "describer  embedded" in out


def test_missing_offline_backend_exits_with_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_entry_points", dict)
    code, out, _ = run("doctor")
    assert code == 2
    assert "describer  not available: The offline backend is not installed" in out


@pytest.mark.usefixtures("requests")
def test_key_is_not_required_of_other_servers(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code, out, _ = run("doctor")
    assert (code, SECRET in out) == (0, False)
    assert "key  from $OPENAI_API_KEY" in out
    monkeypatch.delenv("OPENAI_API_KEY")
    text = " ".join(run("doctor")[1].split())
    assert "key not found: No API key for https://api.openai.com/v1: set OPENAI_API_KEY" in text
    assert "Other servers may need none: see semcodec doctor --base-url URL." in text
    text = " ".join(run("doctor", "--base-url", "http://127.0.0.1:8080/v1")[1].split())
    assert "URL http://127.0.0.1:8080/v1 key none, and this server may need none" in text
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    assert "and this server may need none" in run("doctor")[1]


@pytest.mark.usefixtures("requests")
def test_server_that_cannot_be_used_is_explained(run: Run) -> None:
    code, out, _ = run("doctor", "--base-url", "nonsense")
    assert (code, "settings  not usable: " in out) == (0, True)


def what_would_run(run: Run, *options: str) -> dict[str, str]:
    """Return the section of the roles, by role, each as one line."""
    lines = run("doctor", *options)[1].partition("what would run\n")[2].partition("\n\n")[0]
    rows: dict[str, str] = {}
    for line in lines.splitlines():
        if not line.startswith("   "):
            role, _, text = line.strip().partition(" ")
            rows[role] = text.strip()
        else:
            rows[role] += f" {line.strip()}"
    return rows


@pytest.mark.usefixtures("requests")
def test_each_role_has_the_backend_and_the_model_that_the_options_select(run: Run) -> None:
    rows = what_would_run(
        run, "--describer", "openai", "--painter", "embedded", "--checker", "openai",
        "--checker-model", "a-vision-model",
    )  # fmt: skip
    assert sorted(rows) == sorted(registry.ROLES)
    assert rows["describer"] == "openai, model gpt-5.5"
    assert (rows["writer"], rows["painter"], rows["upscaler"]) == ("rules", "embedded", "lanczos")
    assert rows["checker"].startswith("openai, model a-vision-model; only with --reflect N")


def test_locator_is_the_describer_or_the_offline_backend(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert what_would_run(run)["locator"] == "embedded; only with --layers"
    assert what_would_run(run, "--locator", "embedded")["locator"].startswith("embedded")
    monkeypatch.setattr(registry, "_entry_points", dict)
    assert what_would_run(run)["locator"] == "none: records have no layout, add --locator NAME"


def test_model_of_another_server_is_not_asked_for(run: Run, requests: list[ModelRequest]) -> None:
    rows = what_would_run(run, "--backend", "openai", "--base-url", "http://127.0.0.1:9/v1")
    assert rows["describer"] == "openai, with the only model of the server"
    named = ("--model", "qwen", "--painter-model", "klein", "--writer-model", "small")
    rows = what_would_run(run, "--backend", "openai", "--base-url", "http://127.0.0.1:9/v1", *named)
    models = [rows[role] for role in ("describer", "writer", "painter")]
    assert models == [f"openai, model {model}" for model in ("qwen", "small", "klein")]
    assert requests == []


@pytest.mark.usefixtures("requests")
def test_painter_that_reports_its_pictures_checks_and_edits_them(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch, ())
    rows = what_would_run(run, "--backend", "openai", "--painter", "scripted")
    assert rows["checker"] == "scripted itself, by what it has drawn; always"
    assert rows["editor"] == "scripted"
    rows = what_would_run(run, "--painter", "scripted", "--editor", "openai")
    openai = "openai, model gpt-image-2"
    assert rows["editor"] == f"scripted; {openai} is not used, because nothing checks its pictures"
    named = ("--painter", "scripted", "--editor", "openai", "--checker")
    rows = what_would_run(run, *named, "openai")
    assert rows["editor"] == f"{openai}, only with --reflect N; else scripted"
    assert rows["checker"].endswith("; else scripted itself, by what it has drawn")
    rows = what_would_run(run, *named, "embedded")
    assert rows["checker"].startswith("embedded; not used: ")
    assert rows["checker"].endswith("; else scripted itself, by what it has drawn")
    assert rows["editor"].startswith("scripted; ")


def test_role_without_a_backend_is_explained(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    painter = type("Plain", (), {"name": "plain", "paint": lambda *_: None})
    monkeypatch.setitem(registry.BUILT_IN, "plain", painter)
    rows = what_would_run(run, "--painter", "plain")
    assert rows["editor"].startswith("none: a picture is painted again")
    assert rows["checker"] == "none: pictures are not checked, add --checker NAME"


@pytest.mark.usefixtures("requests")
@pytest.mark.parametrize("role", ["writer", "editor", "checker"])
def test_unusable_server_of_a_role_exits_with_2(run: Run, role: str) -> None:
    code, out, _ = run("doctor", f"--{role}", "openai", "--base-url", "nonsense")
    assert code == 2
    assert f"{role:9}  not available: The base URL is not an HTTP URL" in out


@pytest.mark.usefixtures("requests")
def test_start_from_colors_is_listed(run: Run, tmp_path: Path) -> None:
    assert "pictures start from" not in run("doctor")[1]
    (tmp_path / "config.toml").write_text("[openai]\nstart_from_colors = true\n")
    assert "colors  pictures start from those of a record" in run("doctor")[1]
