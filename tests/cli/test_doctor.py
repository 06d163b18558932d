"""``semcodec doctor``: available backends."""

from __future__ import annotations

import pytest

from semcodec.backends import registry
from tests.cli.conftest import Run


def test_doctor_prints_the_default_backends(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert "describer  embedded" in out


def test_missing_offline_backend_exits_with_2(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_entry_points", dict)
    code, out, _ = run("doctor")
    assert code == 2
    assert "describer  not available: The offline backend is not installed" in out
