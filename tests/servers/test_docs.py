"""The commands of docs/servers.md run, and its config file and dry run are up to date."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import Settings
from tests import images

Run = Callable[..., tuple[int, str, str]]
TEXT = (Path(__file__).parents[2] / "docs" / "servers.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", TEXT, flags=re.DOTALL | re.MULTILINE)
KEY = "sk-none-of-your-business"
COMMANDS = [
    line
    for kind, block in BLOCKS
    for line in block.splitlines()
    if kind == "sh" and line.startswith("semcodec ")
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory, with the files that the commands need."""
    (tmp_path / "photo.jpg").write_bytes(
        images.encode_image(Image.new("RGB", (1024, 1024), images.RED), "JPEG")
    )
    words = "huge brown cat background"
    record = semcodec.pack(words, coding="lexicon", framing="file", size=(96, 64))
    (tmp_path / "photo.semc").write_bytes(record)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SEMCODEC_CONFIG")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    return tmp_path


@pytest.mark.parametrize("line", [line for line in COMMANDS if "--replay" not in line])
def test_command_of_the_page_succeeds(run: Run, line: str) -> None:
    has_server = (
        re.search(r"openai|ollama|(writer|painter|locator) http:", line) and "doctor" not in line
    )
    dry_run = () if not has_server or "--dry-run" in line else ("--dry-run",)
    code, out, err = run(*shlex.split(line, comments=True)[1:], *dry_run)
    assert code == 0, err
    if base_url := re.search(r"--base-url (\S+)", line):
        assert base_url[1] in out


def test_commands_of_the_page_are_collected() -> None:
    assert len(COMMANDS) >= 11
    assert sum("--replay" in line for line in COMMANDS) == 1


def test_dry_run_prints_the_output_on_the_page(run: Run) -> None:
    [line] = [line for line in COMMANDS if "--dry-run" in line]
    _, out, _ = run(*shlex.split(line)[1:])
    expected = next(block for _, block in BLOCKS if block.startswith("server  "))
    assert without_prices(out) == without_prices(expected)


def without_prices(text: str) -> list[str]:
    """Return the lines of a text without amounts, which change with prices."""
    return re.sub(r" *\$\d+\.\d+", " $", text).rstrip().splitlines()


def test_config_file_of_the_page_is_valid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preset, text = (block for kind, block in BLOCKS if kind == "toml")
    path = folder / ".config" / "semcodec" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text + preset)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    settings = Settings.load({})
    assert (settings.describer, settings.painter) == ("qwen3-vl:8b", "x/z-image-turbo")
    assert settings.text_extra == {"keep_alive": "1h"}
    assert settings.text_names == {"max_completion_tokens": "max_tokens"}
    assert str(settings.max_cost) == "0.5"
    assert Settings.load({}, preset="ollama").base_url == "http://192.168.0.5:11434/v1"


def test_option_overrides_an_invalid_setting(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "config.toml"
    path.write_text('[openai]\nquality = "unknown"\n')
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    command = ("encode", "photo.jpg", "-o", "photo.semc", "--backend", "openai", "--dry-run")
    code, _, err = run(*command)
    assert code == 2
    assert err == "semcodec: The setting quality must be one of low, medium, high, auto.\n"
    assert run(*command, "--quality", "low")[0] == 0


@pytest.mark.skipif(os.name != "posix", reason="only POSIX has file modes")
def test_message_about_a_readable_key_is_the_one_on_the_page(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder / "config.toml"
    path.write_text(f'[openai]\napi_key = "{KEY}"\n')
    path.chmod(0o644)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(path))
    command = ("encode", "photo.jpg", "-o", "photo.semc", "--backend", "openai", "--dry-run")
    _, _, err = run(*command)
    assert err.replace(str(path), "/home/you/.config/semcodec/config.toml") in TEXT
    path.chmod(0o600)
    code, out, err = run(*command)
    assert code == 0
    assert KEY not in out + err
