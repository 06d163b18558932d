"""Settings of the backend ``local``: where they come from, and which values are valid."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.local import LocalBackend, LocalSettings
from semcodec.errors import InputError


def test_config_file_is_overridden_by_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[local]\ndevice = "cpu"\nsteps = 3\n')
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    settings = LocalBackend(steps=5, quantization=None).settings
    assert (settings.device, settings.steps, settings.quantization) == ("cpu", 5, "auto")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("device", "tpu"),
        ("quantization", "int2"),
        ("offload", "disk"),
        ("text_model", ""),
        ("image_model", "two\nlines"),
        ("gguf", 1),
        ("steps", 0),
        ("steps", 201),
        ("steps", True),
        ("steps", 2.0),
        ("start_from_colors", 1),
        ("start_strength", 0.0),
        ("start_strength", float("nan")),
        ("image_side", 63),
        ("most_output", 10**9),
    ],
)
def test_invalid_value_names_the_setting(setting: str, value: Any) -> None:
    with pytest.raises(InputError, match=setting):
        LocalSettings(**{setting: value})


def test_unknown_setting_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"Unknown setting 'modle'.*text_model"):
        LocalBackend(modle="x")
