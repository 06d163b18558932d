"""``semcodec doctor``: available backends."""

from __future__ import annotations

import pytest

from semcodec.backends import registry
from tests.cli.conftest import Run
from tests.cli.fake_client import SECRET


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
