"""API keys: where they are read from, which servers receive them, and how they are redacted."""

from __future__ import annotations

import copy
import pickle
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from semcodec.backends.openai import Settings, credentials
from semcodec.backends.openai.credentials import (
    OPENAI_ENV,
    PLACEHOLDER,
    REDACTED,
    SEMCODEC_ENV,
    ApiKey,
)
from semcodec.backends.openai.settings import BASE_URL_ENV, CONFIG_ENV
from semcodec.errors import BackendError, SemcodecError

SECRET = "sk-proj-abc/DEF+123="
OPENAI = Settings()
LOCAL = Settings(base_url="http://127.0.0.1:8080/v1")
OTHER = Settings(base_url="https://other.example/v1")
UNENCRYPTED = Settings(base_url="http://192.168.0.5:8000/v1")
SERVERS = {"openai": OPENAI, "local": LOCAL, "other": OTHER, "unencrypted": UNENCRYPTED}


@pytest.fixture(autouse=True)
def _no_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove every API key from the environment."""
    for name in (SEMCODEC_ENV, OPENAI_ENV, BASE_URL_ENV):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv(CONFIG_ENV, str(tmp_path / "config.toml"))
    monkeypatch.setitem(sys.modules, "keyring", None)


@pytest.fixture
def keyring(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, str], object]:
    """Replace the keyring by a dictionary, and return it."""
    passwords: dict[tuple[str, str], object] = {}

    def get_password(service: str, user: str) -> object:
        password = passwords.get((service, user))
        if isinstance(password, Exception):
            raise password
        return password

    monkeypatch.setitem(sys.modules, "keyring", SimpleNamespace(get_password=get_password))
    return passwords


def store_key(tmp_path: Path, value: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[openai]\napi_key = {value}")
    path.chmod(0o600)


def test_missing_key_for_openai_is_an_error_with_advice(tmp_path: Path) -> None:
    with pytest.raises(BackendError, match="set OPENAI_API_KEY in the environment") as caught:
        credentials.find_key(OPENAI)
    assert f"{tmp_path / 'config.toml'} with mode 600" in str(caught.value)
    assert (caught.value.backend, caught.value.stage) == ("openai", "load")


@pytest.mark.parametrize("server", ["local", "other", "unencrypted"])
def test_other_servers_may_need_no_key(server: str) -> None:
    key = credentials.find_key(SERVERS[server])
    assert (key.reveal(), key.source) == (PLACEHOLDER, "nowhere")


@pytest.mark.parametrize("server", SERVERS)
def test_semcodec_key_is_sent_to_any_server(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SEMCODEC_ENV, "our-key")
    monkeypatch.setenv(OPENAI_ENV, "their-key")
    key = credentials.find_key(SERVERS[server])
    assert (key.reveal(), key.source) == ("our-key", "$SEMCODEC_API_KEY")


@pytest.mark.parametrize(
    ("server", "is_sent"),
    [("openai", True), ("local", True), ("other", True), ("unencrypted", False)],
)
def test_openai_key_is_not_sent_unencrypted(
    server: str, is_sent: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(OPENAI_ENV, "their-key")
    assert credentials.find_key(SERVERS[server]).reveal() == (
        "their-key" if is_sent else PLACEHOLDER
    )


@pytest.mark.parametrize("server", SERVERS)
def test_key_in_the_config_file_is_sent_to_its_server_only(server: str, tmp_path: Path) -> None:
    url = SERVERS[server].base_url
    file = tmp_path / "config.toml"
    file.write_text(f'[openai]\nbase_url = "{url}"\napi_key = "stored-key"\n')
    file.chmod(0o600)
    keys = {
        name: credentials.find_key(settings).reveal()
        for name, settings in SERVERS.items()
        if name != "openai"
    }
    is_sent = server not in ("openai", "unencrypted")
    assert keys == {
        name: "stored-key" if is_sent and name == server else PLACEHOLDER for name in keys
    }


def test_key_is_read_from_environment_keyring_config_file_in_this_order(
    keyring: dict[tuple[str, str], object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store_key(tmp_path, '"stored-key"')
    assert credentials.find_key(OPENAI).source == str(tmp_path / "config.toml")
    keyring["semcodec", "openai"] = "ring-key"
    assert (credentials.find_key(OPENAI).reveal(), credentials.find_key(OPENAI).source) == (
        "ring-key",
        "the keyring",
    )
    monkeypatch.setenv(OPENAI_ENV, "their-key")
    assert credentials.find_key(OPENAI).source == "$OPENAI_API_KEY"


@pytest.mark.parametrize("server", ["local", "other", "unencrypted"])
def test_key_in_the_keyring_is_sent_to_openai_only(
    server: str, keyring: dict[tuple[str, str], object]
) -> None:
    keyring["semcodec", "openai"] = "ring-key"
    assert credentials.find_key(SERVERS[server]).reveal() == PLACEHOLDER


@pytest.mark.parametrize("password", [None, "", RuntimeError("locked")])
def test_empty_or_locked_keyring_has_no_key(
    password: object, keyring: dict[tuple[str, str], object]
) -> None:
    keyring["semcodec", "openai"] = password
    with pytest.raises(BackendError, match="No API key for"):
        credentials.find_key(OPENAI)


@pytest.mark.parametrize(
    "value", [" ", "a b", "sk-é", "sk-a\nb", "sk-\x1b[2J", "sk-\u200babc"], ids=ascii
)
def test_key_with_characters_that_a_header_cannot_have_is_rejected(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SEMCODEC_ENV, value)
    with pytest.raises(BackendError, match=r"key from \$SEMCODEC_API_KEY contains") as caught:
        credentials.find_key(LOCAL)
    assert not value.strip() or value not in str(caught.value)


def test_line_end_is_removed_from_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OPENAI_ENV, f"{SECRET}\r\n")
    assert credentials.find_key(OPENAI).reveal() == SECRET


@pytest.mark.parametrize("value", ["5", "true", "[]", "{}", '""'])
def test_key_in_the_config_file_must_be_a_string(value: str, tmp_path: Path) -> None:
    store_key(tmp_path, value)
    with pytest.raises(BackendError, match="contains invalid characters"):
        credentials.find_key(OPENAI)


def test_key_in_a_readable_config_file_is_not_used(tmp_path: Path) -> None:
    store_key(tmp_path, f'"{SECRET}"')
    (tmp_path / "config.toml").chmod(0o644)
    with pytest.raises(SemcodecError, match="chmod 600") as caught:
        credentials.find_key(OPENAI)
    assert SECRET not in str(caught.value)


def test_key_is_not_printed() -> None:
    key = ApiKey(SECRET, "$OPENAI_API_KEY")
    for shown in (repr(key), str(key), f"{key}", f"{key!r:>99}", repr([key]), "%s" % (key,)):  # noqa: UP031
        assert SECRET not in shown
        assert "$OPENAI_API_KEY" in shown
    assert not hasattr(key, "__dict__")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_key_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be copied"):
        pickle.dumps(ApiKey(SECRET, "here"), protocol)


@pytest.mark.parametrize("copy_function", [copy.copy, copy.deepcopy])
def test_key_cannot_be_copied(copy_function: object) -> None:
    with pytest.raises(TypeError, match="cannot be copied"):
        copy_function([ApiKey(SECRET, "here")][0])  # type: ignore[operator]


PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=6, max_size=40)


@given(PRINTABLE, st.text(max_size=20), st.text(max_size=20))
def test_key_is_redacted_in_any_text(secret: str, before: str, after: str) -> None:
    assume(secret != credentials.PLACEHOLDER)  # the placeholder is not a secret
    for form in (secret, quote(secret, safe="")):
        shown = ApiKey(secret, "here").redact_message(f"{before}{form} {form}{after}")
        assert form not in shown or form in REDACTED


@pytest.mark.parametrize("form", [SECRET, quote(SECRET, safe=""), f"x{SECRET}y"])
def test_key_is_redacted_in_a_message(form: str) -> None:
    shown = ApiKey(SECRET, "here").redact_message(
        f"Incorrect API key provided: {form}, see /v1?key={form}."
    )
    assert shown.startswith("Incorrect API key provided: ")
    assert SECRET not in shown
    assert "abc" not in shown
    assert REDACTED in shown


@pytest.mark.parametrize(
    "text",
    [
        "sk-proj-********************9xYz",
        "sk-abcd...wxyz",
        "sk-abcdefgh",
        "Bearer abcdefgh.ijk",
        "bearer   abcdefgh==",
        "Authorization: Bearer tok_123456",
    ],
)
def test_anything_that_looks_like_a_key_is_redacted(text: str) -> None:
    shown = ApiKey(PLACEHOLDER, "nowhere").redact_message(f"no {text} here")
    assert REDACTED in shown
    assert not any(part in shown for part in ("9xYz", "wxyz", "efgh", "123456"))
    assert shown.endswith(" here")


@pytest.mark.parametrize(
    "text", ["unused", "ask-me-anything", "a task-oriented bearer of news", ""]
)
def test_ordinary_words_are_not_redacted(text: str) -> None:
    assert ApiKey(PLACEHOLDER, "nowhere").redact_message(text) == text
    assert ApiKey("news", "too short to be one").redact_message(text) == text
