"""Settings are validated and merged in order of precedence."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from semcodec.backends.openai import Settings
from semcodec.backends.openai.settings import (
    BASE_URL_ENV,
    CONFIG_ENV,
    MAX_CONFIG_BYTES,
    OPENAI_URL,
    UNRECORDED_SETTINGS,
    config_path,
    read_config,
)
from semcodec.errors import InputError
from tests.each import for_each

Configure = Callable[..., Path]
posix = pytest.mark.skipif(os.name != "posix", reason="only POSIX has these file modes")


@pytest.fixture
def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Configure:
    """Return a function that writes the config file, which does not exist before."""
    path = tmp_path / "config.toml"
    monkeypatch.setenv(CONFIG_ENV, str(path))
    monkeypatch.delenv(BASE_URL_ENV, raising=False)

    def configure_(text: str | bytes, mode: int = 0o644) -> Path:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path.chmod(mode)
        return path

    return configure_


def test_default_server_is_openai() -> None:
    settings = Settings()
    assert (settings.base_url, settings.is_openai, settings.is_local) == (OPENAI_URL, True, False)


@pytest.mark.parametrize(
    ("url", "is_openai", "is_local"),
    [
        ("https://api.openai.com/v1", True, False),
        ("https://API.OpenAI.com/v1/", True, False),
        ("https://api.openai.com:443/v1", True, False),
        ("https://api.openai.com.evil.example/v1", False, False),
        ("https://evil.example/api.openai.com/v1", False, False),
        ("http://localhost:8080/v1", False, True),
        ("http://LOCALHOST/v1", False, True),
        ("http://127.0.0.1:11434/v1", False, True),
        ("http://[::1]:8080/v1", False, True),
        ("http://localhost.evil.example/v1", False, False),
        ("http://192.168.0.5:8000/v1", False, False),
    ],
)
def test_base_url_is_classified_as_openai_or_local(
    url: str, is_openai: bool, is_local: bool
) -> None:
    settings = Settings(base_url=url)
    assert (settings.is_openai, settings.is_local) == (is_openai, is_local)


INVALID_URL = "not an HTTP URL"
HAS_SECRET = "must not contain a user, password or query"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("", INVALID_URL),
        (" ", INVALID_URL),
        ("api.openai.com/v1", INVALID_URL),
        ("//api.openai.com/v1", INVALID_URL),
        ("ftp://a.example/v1", INVALID_URL),
        ("file:///etc/passwd", INVALID_URL),
        ("https://", INVALID_URL),
        ("https:///v1", INVALID_URL),
        ("https://a.example/v1 ", INVALID_URL),
        (" https://a.example/v1", INVALID_URL),
        ("https://a.exa mple/v1", INVALID_URL),
        ("https://a.example/v1\n", INVALID_URL),
        ("https://a.example/\tv1", INVALID_URL),
        ("https://a.example/v1\x1b[2J", INVALID_URL),
        ("https://a\0.example/v1", INVALID_URL),
        ("https://a.example/\u202ev1", INVALID_URL),
        ("https://a.example:port/v1", INVALID_URL),
        ("https://a.example:99999/v1", INVALID_URL),
        ("https://[::1/v1", INVALID_URL),
        (None, INVALID_URL),
        (b"https://a.example/v1", INVALID_URL),
        (5, INVALID_URL),
        ("https://user@a.example/v1", HAS_SECRET),
        ("https://user:password@a.example/v1", HAS_SECRET),
        ("https://:sk-secret@a.example/v1", HAS_SECRET),
        ("https://@a.example/v1", HAS_SECRET),
        ("https://a.example/v1?key=sk-secret", HAS_SECRET),
        ("https://a.example/v1?", HAS_SECRET),
        ("https://a.example/v1#key", HAS_SECRET),
        ("https://a.example/v1#", HAS_SECRET),
    ],
    ids=repr,
)
def test_base_url_that_is_invalid_or_has_a_secret_is_rejected(url: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        Settings(base_url=url)
    assert "sk-secret" not in str(caught.value)
    assert "password@" not in str(caught.value)


INVALID: dict[str, list[Any]] = {
    "describer": ["", " ", "a ", "a\nb", "a\x1bb", 5, ["m"], b"m", "\ud800"],
    "writer": ["", 5],
    "painter": ["", 5],
    "effort": ["", 5, True],
    "prompts": ["", 5],
    "api": ["", "Chat", "assistants", None, 5, ["chat"], {}],
    "image_format": ["gif", "JPEG", None],
    "detail": ["", "medium", "original", None],
    "quality": ["", "best", "hd", None],
    "structured": ["", "on", True, None],
    "image_side": [63, 2049, 0, -64, 100.0, "100", True, None, float("nan")],
    "most_output": [15, 1_000_001, 100.5, "100", True, None],
    "retries": [-1, 11, 1.0, True, None, "2"],
    "text_timeout": [0, -1, 3600.1, float("nan"), float("inf"), "9", True, None],
    "image_timeout": [0, -1, 3601, float("nan"), "9", None],
    "temperature": [-0.1, 2.1, "0", True, float("nan"), float("inf")],
    "seed": [-1, 2**31, 1.5, "1", True],
    "max_cost": [
        Decimal(-1), Decimal("NaN"), Decimal("sNaN"), Decimal("inf"), Decimal(10**7), "1", 1.5,
    ],
    "text_extra": [
        None, 5, "x", [("a", 1)], {1: 2}, {"a": datetime.date(2026, 11, 1)}, {"a": {1, 2}},
        {"a": float("nan")}, {"a": b"x"}, {"a": {"b": [object]}},
    ],
    "image_extra": [None, [], {"a": float("inf")}],
    "prices": [None, 5, [], {5: {"input": 1, "output": 1}}],
}  # fmt: skip


@for_each(
    [(name, value) for name, values in INVALID.items() for value in values],
    name=lambda value: repr(value)[:40],
)
def test_message_names_the_invalid_setting(name: str, value: Any) -> None:
    with pytest.raises(InputError, match=f"The setting {name} ") as caught:
        Settings(**{name: value})
    assert str(caught.value).count(".") >= 1


VALID: dict[str, list[Any]] = {
    "describer": [None, "gpt-5.5", "qwen3-vl:2b", "a/b c", "犬"],
    "image_side": [64, 2048],
    "most_output": [16, 1_000_000],
    "temperature": [None, False, 0, 0.7, 2],
    "seed": [None, False, 0, 2**31 - 1],
    "retries": [0, 10],
    "text_timeout": [0.001, 3600, 5],
    "max_cost": [None, Decimal(0), Decimal("0.5"), Decimal(1_000_000)],
    "text_extra": [{}, {"top_k": 5, "a": {"b": [1.5, None, "x"]}}],
    "prices": [{"m": {"input": Decimal(1), "output": 2}}],
    "api": ["chat", "responses"],
    "effort": ["minimal", None],
}


@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name, values in VALID.items() for value in values],
    ids=repr,
)
def test_valid_setting_is_accepted(name: str, value: Any) -> None:
    assert getattr(Settings(**{name: value}), name) == value


def test_settings_are_read_from_arguments_recording_environment_config_file_in_this_order(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("argument", "recording", "environment", "config")
    urls = {name: f"https://{name}.example/v1" for name in names}
    recorded = {"base_url": urls["recording"]}
    assert Settings.load({}).base_url == OPENAI_URL
    configure(f'[openai]\nbase_url = "{urls["config"]}"')
    assert Settings.load({}).base_url == urls["config"]
    monkeypatch.setenv(BASE_URL_ENV, f" {urls['environment']} ")
    assert Settings.load({}).base_url == urls["environment"]
    assert Settings.load(recorded, base_url=urls["argument"]).base_url == urls["argument"]
    assert Settings.load(recorded, base_url=None).base_url == urls["recording"]


def test_empty_base_url_variable_does_not_override_the_config_file(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure('[openai]\nbase_url = "https://config.example/v1"')
    monkeypatch.setenv(BASE_URL_ENV, "  ")
    assert Settings.load({}).base_url == "https://config.example/v1"


@pytest.mark.parametrize("url", ["", "  "])
def test_empty_base_url_variable_is_rejected(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With ``OPENAI_BASE_URL=$LOCAL`` and LOCAL unset, a photograph must not be sent to OpenAI."""
    monkeypatch.setenv(BASE_URL_ENV, url)
    with pytest.raises(InputError, match="OPENAI_BASE_URL is set but empty: set it to a URL, or"):
        Settings.load({})
    assert Settings.load({}, base_url=OPENAI_URL).base_url == OPENAI_URL
    assert Settings.load({"base_url": OPENAI_URL}).base_url == OPENAI_URL


def test_invalid_setting_that_is_overridden_is_ignored(
    configure: Configure, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure("[openai]\nretries = -5")
    monkeypatch.setenv(BASE_URL_ENV, "nonsense")
    assert Settings.load({}, base_url=OPENAI_URL, retries=1).retries == 1
    with pytest.raises(InputError, match="base URL"):
        Settings.load({}, retries=1)


@pytest.mark.parametrize("where", ["argument", "recording", "config"])
def test_message_names_the_unknown_setting(configure: Configure, where: str) -> None:
    if where == "config":
        configure("[openai]\ntop_k = 1\n")
    arguments = {"top_k": 1} if where == "argument" else {}
    with pytest.raises(InputError, match="setting 'top_k': use one of api, base_url"):
        Settings.load({"top_k": 1} if where == "recording" else {}, **arguments)


def test_recorded_settings_do_not_set_prices_limits_or_files() -> None:
    hostile: dict[str, Any] = {"prompts": "/etc/passwd", "ca_file": "/etc/passwd", "retries": 5}
    hostile |= {"prices": {"m": {}}, "max_cost": 10**6}
    hostile |= {"requests_per_minute": 1, "tokens_per_minute": 1}
    assert Settings.load(hostile) == Settings.load({}, retries=5)
    assert set(UNRECORDED_SETTINGS) == set(hostile) - {"retries"}


def test_recorded_settings_are_those_that_determine_requests() -> None:
    settings = Settings(
        describer="m",
        text_extra={"top_k": 5},
        prices={"m": {"input": 1, "output": 1}},
        max_cost=Decimal(5),
        prompts="/home/me/prompts.toml",
    )
    recorded = json.loads(json.dumps(settings.to_record()))
    assert not {"prices", "max_cost", "prompts", "api_key"} & set(recorded)
    assert (recorded["describer"], recorded["writer"]) == ("m", None)
    assert Settings.load(recorded, prices=settings.prices).to_record() == settings.to_record()


@pytest.mark.parametrize("cost", [1, 0.5, Decimal("0.5")])
def test_max_cost_may_be_any_number(cost: Any) -> None:
    assert Settings.load({}, max_cost=cost).max_cost == Decimal(str(cost))


@pytest.mark.parametrize("line", ["nan", "inf", "-1", "true", "'1'", "[]", "2026-11-01"])
def test_invalid_max_cost_in_the_config_file_is_rejected(configure: Configure, line: str) -> None:
    configure(f"[openai]\nmax_cost = {line}")
    with pytest.raises(InputError, match="setting max_cost must be a number"):
        Settings.load({})


def test_missing_config_file_sets_nothing(configure: Configure) -> None:
    assert read_config() == {}


@pytest.mark.parametrize("text", ["", "[other]\napi_key = 5", "[openai]", "openai = {}"])
def test_config_file_may_be_empty(configure: Configure, text: str) -> None:
    configure(text)
    assert read_config() == {}


@pytest.mark.parametrize("text", ["openai = 5", "openai = [1]", "[[openai]]\napi = 'chat'"])
def test_openai_in_the_config_file_must_be_a_table(configure: Configure, text: str) -> None:
    configure(text)
    with pytest.raises(InputError, match=r"must be a table"):
        read_config()


@pytest.mark.parametrize(
    "data",
    [b"[openai", b"\xff", b"a = 1\na = 2", b"a = " + b"[" * 20_000],
    ids=["truncated", "not UTF-8", "duplicate key", "deeply nested"],
)
def test_message_about_an_unreadable_config_file_does_not_quote_it(
    configure: Configure, data: bytes
) -> None:
    path = configure(data + b" # sk-secret")
    with pytest.raises(InputError, match="cannot be read") as caught:
        read_config()
    assert str(path) in str(caught.value)
    assert "sk-secret" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_folder_as_config_file_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(CONFIG_ENV, str(tmp_path))
    with pytest.raises(InputError, match="is not a regular file"):
        read_config()


def test_too_long_config_file_is_rejected(configure: Configure) -> None:
    configure("[openai]\n" + "#" * (MAX_CONFIG_BYTES - 9))
    assert read_config() == {}
    configure("[openai]\n" + "#" * (MAX_CONFIG_BYTES - 8))
    with pytest.raises(InputError, match="has over 100000 bytes"):
        read_config()


@posix
@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_key_is_read_from_a_private_config_file(configure: Configure, mode: int) -> None:
    configure('[openai]\napi_key = "sk-secret"', mode)
    assert read_config() == {"api_key": "sk-secret"}
    assert "sk-secret" not in repr(Settings.load({}))


@posix
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602, 0o610, 0o601, 0o666])
def test_readable_config_file_with_a_key_is_rejected(configure: Configure, mode: int) -> None:
    path = configure('[openai]\napi_key = "sk-secret"', mode)
    with pytest.raises(InputError, match="run chmod 600") as caught:
        Settings.load({})
    assert str(path) in str(caught.value)
    assert "sk-secret" not in str(caught.value)


@posix
def test_config_file_without_a_key_may_be_readable(configure: Configure) -> None:
    configure('[openai]\napi = "responses"', 0o644)
    assert Settings.load({}).api == "responses"


@pytest.mark.skipif(os.name == "nt", reason="Windows has another folder for it")
def test_config_file_path_follows_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CONFIG_ENV, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path() == tmp_path / "semcodec" / "config.toml"
    monkeypatch.delenv("XDG_CONFIG_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert config_path() == tmp_path / "me" / ".config" / "semcodec" / "config.toml"
    monkeypatch.setenv(CONFIG_ENV, "elsewhere.toml")
    assert config_path() == Path("elsewhere.toml")
