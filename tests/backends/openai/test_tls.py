"""TLS with certificates of one's own, and messages for those that cannot be verified."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import httpx2
import pytest
import trustme

from semcodec.backends.openai import tls
from semcodec.backends.openai.client import Client
from semcodec.backends.openai.credentials import ApiKey
from semcodec.backends.openai.settings import Settings
from semcodec.cli.main import main
from semcodec.errors import BackendError
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import FakeServer, respond
from tests.backends.openai.test_deadlines import CHAT
from tests.forking import MAX_SECONDS

PAST: Final = datetime(2001, 1, 1, tzinfo=UTC), datetime(2002, 1, 1, tzinfo=UTC)
FUTURE: Final = datetime(2998, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the path of its certificate."""

    ca: trustme.CA
    path: str

    def server_context(
        self, *names: str, dates: tuple[datetime | None, datetime | None] = (None, None)
    ) -> ssl.SSLContext:
        """Return the context of a server whose certificate has these names and dates."""
        certificate = self.ca.issue_cert(*names, not_before=dates[0], not_after=dates[1])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        return context


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    path, ca = tmp_path_factory.mktemp("ca") / "ca.pem", trustme.CA()
    ca.cert_pem.write_to_path(str(path))
    return Authority(ca, str(path))


@pytest.fixture(autouse=True)
def _no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust no certificates of the system, which take longer to read than a test takes."""
    monkeypatch.delenv(tls.FILE_ENV, raising=False)
    monkeypatch.delenv(tls.FOLDER_ENV, raising=False)
    monkeypatch.setattr(
        httpx2, "create_ssl_context", lambda trust_env: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    )


@contextmanager
def tls_server(context: ssl.SSLContext, host: str = "127.0.0.1") -> Iterator[str]:
    """Yield the base URL of a server with TLS."""
    behavior = respond(200, fake_responses.chat_body("m", "A boat."))
    with FakeServer(lambda _: behavior, tls=context) as server:
        yield server.url.replace("127.0.0.1", host)


def send(url: str, ca_file: str | None = None) -> str:
    """Return the text of the response, or the message of an error that is not retried."""
    waits: list[float] = []
    values = Settings(base_url=url, ca_file=ca_file, text_timeout=MAX_SECONDS)
    try:
        return Client(values, ApiKey("unused", "nowhere"), None, waits.append).send(CHAT).text
    except BackendError as error:
        caught = error
    assert (waits, caught.unavailable, caught.retryable, caught.billed) == ([], True, False, False)
    return str(caught).replace(url, "URL")


# --- certificates that are trusted ------------------------------------------------------------


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_ca_file_is_trusted(host: str, authority: Authority) -> None:
    with tls_server(authority.server_context(host), host) as url:
        assert send(url, authority.path) == "A boat."


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_certificates_of_the_environment_are_trusted_on_this_machine(
    host: str, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(tls.FILE_ENV, authority.path)
    with tls_server(authority.server_context(host), host) as url:
        assert send(url) == "A boat."


def test_folder_of_the_environment_is_used(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.undo()
    monkeypatch.delenv(tls.FILE_ENV, raising=False)
    monkeypatch.setenv(tls.FOLDER_ENV, str(tmp_path))
    with tls_server(authority.server_context("127.0.0.1")) as url:
        assert "an authority that is not trusted" in send(url)


def test_ca_file_is_trusted_in_addition(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv(tls.FILE_ENV, authority.path)
    with tls_server(authority.server_context("127.0.0.1")) as url:
        assert send(url, str(other)) == "A boat."


def test_changed_ca_file_is_read_again(authority: Authority, tmp_path: Path) -> None:
    path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(path))
    with tls_server(authority.server_context("127.0.0.1")) as url:
        assert "not trusted" in send(url, str(path))
        path.write_bytes(Path(authority.path).read_bytes() + b"\n")
        assert send(url, str(path)) == "A boat."


def test_config_file_and_option_name_the_ca_file(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[openai]\nca_file = "{Path(authority.path).as_posix()}"\n')
    assert Settings.load({}).ca_file is None
    monkeypatch.setenv("SEMCODEC_CONFIG", str(config))
    assert Settings.load({}).ca_file == Path(authority.path).as_posix()
    assert Settings.load({"ca_file": "recorded"}).ca_file == Path(authority.path).as_posix()
    assert "ca_file" not in Settings.load({}).to_record()


# --- certificates that are not ----------------------------------------------------------------


CASES = {
    "for another name": (("other.example",), (None, None), tls.CERTIFICATE_PROBLEMS[62]),
    "for another address": (("127.0.0.2",), (None, None), tls.CERTIFICATE_PROBLEMS[64]),
    "expired": (("127.0.0.1",), PAST, tls.CERTIFICATE_PROBLEMS[10]),
    "not valid yet": (("127.0.0.1",), FUTURE, tls.CERTIFICATE_PROBLEMS[9]),
}


@pytest.mark.parametrize("name", CASES)
def test_message_states_why_a_certificate_is_rejected(name: str, authority: Authority) -> None:
    names, dates, (problem, advice) = CASES[name]
    with tls_server(authority.server_context(*names, dates=dates)) as url:
        expected = f"The server URL {problem}: {advice}".replace("HOST", "127.0.0.1")
        assert send(url, authority.path) == expected


def test_certificates_do_not_matter_without_tls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(tls.FILE_ENV, "missing.pem")
    behavior = respond(200, fake_responses.chat_body("m", "A boat."))
    with FakeServer(lambda _: behavior) as server:
        assert send(server.url, "missing.pem") == "A boat."


def test_authority_that_the_environment_lacks_is_named(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    monkeypatch.setenv(tls.FILE_ENV, str(other))
    with tls_server(authority.server_context("127.0.0.1")) as url:
        assert send(url) == (
            "The server URL has a TLS certificate from an authority that is not in "
            "$SSL_CERT_FILE: name the authority with --ca-file, or unset the variable."
        )


def test_unknown_authority_is_not_trusted(authority: Authority) -> None:
    with tls_server(authority.server_context("127.0.0.1")) as url:
        assert send(url) == (
            "The server URL has a TLS certificate from an authority that is not trusted: "
            "if it is yours, name the certificate of the authority with --ca-file."
        )


def test_self_signed_certificate_is_trusted_by_naming_it(tmp_path: Path) -> None:
    ca, path, key = trustme.CA(), tmp_path / "self.pem", tmp_path / "key.pem"
    ca.cert_pem.write_to_path(str(path))
    ca.private_key_pem.write_to_path(str(key))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, key)
    with tls_server(context) as url:
        assert "has a self-signed TLS certificate: if the server is yours" in send(url)
        # The certificate of trustme's authorities has no name; other than that, it is trusted now.
        assert "for another name than 127.0.0.1" in send(url, str(path))


def test_server_without_tls_is_told_apart() -> None:
    behavior = respond(400, {})
    with FakeServer(lambda _: behavior, at_connect=behavior) as server:
        assert send(server.url.replace("http:", "https:")) == (
            "The server URL did not respond with TLS: "
            "check the port of the base URL, or begin it with http:."
        )


def test_other_failures_are_quoted(authority: Authority) -> None:
    context = authority.server_context("127.0.0.1")
    context.verify_mode = ssl.CERT_REQUIRED  # of the client, which has none
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tls_server(context) as url:
        assert "(tlsv1 alert" in (message := send(url, authority.path)) or "(sslv3" in message


# --- files that cannot be read ----------------------------------------------------------------


FILES = {
    "missing.pem": (None, "no such file or directory"),
    "": (None, "not a regular file"),
    "no.pem": (b"no certificate", "no PEM certificate in it"),
    "empty.pem": (b"", "no PEM certificate in it"),
    "damaged.pem": (
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "no PEM certificate in it",
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("source", ["ca_file", tls.FILE_ENV])
def test_file_without_certificates_is_named_with_its_setting(
    name: str, source: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    data, problem = FILES[name]
    path = tmp_path / name
    if data is not None:
        path.write_bytes(data)
    if source == tls.FILE_ENV:
        monkeypatch.setenv(source, str(path))
    described = "the setting ca_file" if source == "ca_file" else f"${source}"
    message = send("https://127.0.0.1:9/v1", str(path) if source == "ca_file" else None)
    assert message.startswith(
        f"The certificates of {described} cannot be read from {path} ({problem}): name a PEM file"
    )


def test_large_file_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.pem"
    with path.open("wb") as file:
        file.truncate(tls.MAX_CA_BYTES + 1)
    assert f"over the limit of {tls.MAX_CA_BYTES}" in send("https://127.0.0.1:9/v1", str(path))


def test_missing_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(tls.FOLDER_ENV, str(tmp_path / "missing"))
    message = send("https://127.0.0.1:9/v1")
    assert message.startswith("The certificates of $SSL_CERT_DIR cannot be read from")


def test_command_reports_a_missing_ca_file(capsys: pytest.CaptureFixture[str], photo: Path) -> None:
    server = "--backend", "openai", "--base-url", "https://127.0.0.1:9/v1", "--model", "m"
    output = str(photo.with_suffix(".semc"))
    assert main(["encode", str(photo), "-o", output, *server, "--ca-file", "no.pem"]) == 2
    assert capsys.readouterr().err == (
        "semcodec: The certificates of the setting ca_file cannot be read from no.pem "
        "(no such file or directory): name a PEM file, or unset it.\n"
    )
