"""``semcodec doctor``."""

from __future__ import annotations

from tests.cli.conftest import Run


def test_doctor_prints_the_default_backends(run: Run) -> None:
    code, out, _ = run("doctor")
    assert code == 0
    assert "describer  embedded" in out
