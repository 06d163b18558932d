"""Requests of web pages, of other hosts and without the token are rejected at once."""

from __future__ import annotations

from typing import Any

import pytest

from semcodec.errors import InputError
from semcodec.serve.access import Access, names_loopback
from semcodec.serve.problems import RequestError
from semcodec.serve.server import Server
from semcodec.serve.settings import Settings
from tests.each import for_each
from tests.serve.fakes import Scripted, roles_of, send, serving

TOKEN = "0123456789abcdef"
ROUTES = [
    ("GET", "/health"), ("GET", "/v1/models"), ("GET", "/v1/models/semcodec"),
    ("POST", "/v1/chat/completions"), ("POST", "/v1/images/generations"),
    ("POST", "/v1/images/edits"), ("OPTIONS", "/v1/chat/completions"), ("GET", "/"),
]  # fmt: skip
PAINT = {"prompt": "boat", "size": "8x8"}


WEB_PAGES = [
    {"origin": "https://a.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:8000"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-origin"},
    {"host": "a.example"},
    {"host": "a.example:80"},
    {"host": "127.0.0.1.a.example"},
    {"host": "localhost.a.example:8000"},
    {"host": "192.168.0.1:8000"},
]


@for_each(WEB_PAGES)
def test_web_pages_and_other_hosts_are_rejected(headers: dict[str, str]) -> None:
    with pytest.raises(RequestError) as caught:
        Access().check({"host": "127.0.0.1", **headers}, is_public=True)
    assert caught.value.status == 403


@pytest.mark.parametrize("headers", [WEB_PAGES[0], WEB_PAGES[5]], ids=["origin", "host"])
def test_web_pages_and_other_hosts_are_rejected_on_each_route(
    server: Server, scripted: Scripted, headers: dict[str, str]
) -> None:
    scripted.calls.clear()
    for method, path in ROUTES:
        status, body, sent = send(server, method, path, PAINT, headers)
        assert status == 403, path
        assert set(body) == {"error"}
        assert not [name for name in sent if name.lower().startswith("access-control")]
    assert not scripted.calls


def test_page_typed_into_the_address_bar_is_shown(server: Server) -> None:
    assert send(server, "GET", "/health", headers={"sec-fetch-site": "none"})[0] == 200


@for_each(["127.0.0.1", "127.0.0.1:8000", "localhost", "LOCALHOST:1", "[::1]", "[::1]:8000"])
def test_names_of_loopback(host: str) -> None:
    assert names_loopback(host)


@for_each(
    ["", ":", "a", "127.0.0.1@a.example", "a.example@127.0.0.1.b", "[", "[::1", "::2", "[::2]:80",
     "0.0.0.0", "127.0.0.1 a", "localhost.", "１２７.0.0.1", "127.0.0.1:8000:a.example/"]
)  # fmt: skip
def test_other_names(host: str) -> None:
    assert not names_loopback(host)


@pytest.fixture(scope="module")
def guarded(scripted: Scripted) -> Any:
    with serving(roles_of(scripted), token=TOKEN) as running:
        yield running


@for_each(
    ["", "Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}",
     TOKEN, f"Bearer {TOKEN} {TOKEN}", "Bearer é", "Bearer \xc3\xa9"],
)  # fmt: skip
def test_token_is_required(header: str) -> None:
    with pytest.raises(RequestError) as caught:
        Access(TOKEN).check({"authorization": header})
    assert caught.value.status == 401
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("header", [None, f"Bearer {TOKEN}x"])
def test_token_is_required_on_each_route_but_health(guarded: Server, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    for method, path in ROUTES:
        status, body, _ = send(guarded, method, path, PAINT, headers)
        assert status == (200 if path == "/health" else 401)
        assert TOKEN not in str(body)


def test_token_opens_a_server_under_any_name_but_not_for_pages(guarded: Server) -> None:
    headers = {"authorization": f"bearer {TOKEN}", "host": "box.example:8000"}
    assert send(guarded, "GET", "/v1/models", headers=headers)[0] == 200
    headers["origin"] = "http://box.example:8000"
    assert send(guarded, "GET", "/v1/models", headers=headers)[0] == 403


def test_body_is_not_read_without_access(guarded: Server) -> None:
    headers = {"content-length": str(10**12), "authorization": "Bearer x"}
    assert send(guarded, "POST", "/v1/images/edits", b"", headers)[0] == 401


@for_each(["0.0.0.0", "::", "192.168.0.1", "8.8.8.8", "fe80::1"])
def test_other_addresses_need_a_token(host: str) -> None:
    with pytest.raises(InputError, match="needs a token"):
        Settings(host)
    assert Settings(host, token=TOKEN).host == host


@for_each(["127.0.0.1", "::1", "localhost", "127.9.9.9"])
def test_loopback_needs_none(host: str) -> None:
    assert Settings(host).address.is_loopback


@for_each(["x" * 15, "x" * 501, "0123456789abcde f", "0123456789abcdeé", "0123456789\nabcdef"])
def test_weak_token_is_rejected_without_a_copy_in_the_message(token: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings(token=token)
    assert token not in str(caught.value)


def test_token_is_in_no_representation() -> None:
    assert TOKEN not in repr(Settings(token=TOKEN)) + repr(Access(TOKEN))


@pytest.mark.parametrize(
    "values",
    [{"host": "a.example"}, {"host": ""}, {"port": -1}, {"port": 65536}, {"max_waiting": -1},
     {"max_waiting": 101}, {"max_seconds": 0}, {"max_seconds": float("nan")}],
)  # fmt: skip
def test_invalid_settings(values: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        Settings(**values)


def test_port_in_use_is_an_input_error(server: Server) -> None:
    port = int(server.url.split(":")[2].removesuffix("/v1"))
    with pytest.raises(InputError, match="another port"):
        Server(roles_of(Scripted()), Settings(port=port))


def test_access_without_a_host_is_rejected() -> None:
    with pytest.raises(RequestError):
        Access().check({})
