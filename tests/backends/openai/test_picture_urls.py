"""Pictures by URL: fetched from the same server without credentials, and never from another one."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Final

import pytest

import semcodec
from semcodec.backends.openai import OpenAIBackend, client, picture_urls
from semcodec.backends.openai.picture_urls import PictureUrlError, resolve
from semcodec.backends.recording import Cassette
from semcodec.cli import main
from semcodec.errors import BackendError, InvalidResponseError
from tests.backends.openai import fake_responses, fake_server
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond

KEY: Final = "Zx9/secret+of=ours"
PNG: Final = fake_responses.png_file((64, 64))
BOAT: Final = semcodec.pack("red boat", coding="lexicon", size=(64, 64))
SIZE: Final = (64, 64)


@pytest.fixture(autouse=True)
def _no_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"x-custom: {KEY}")
    monkeypatch.setattr(client, "FIRST_RETRY_WAIT", 0.001)


def serve(url: str, *files: Behavior) -> FakeServer:
    """Return a server whose pictures are at ``url``, where it sends ``files`` one after another."""
    left = list(files)

    def choose(received: ReceivedRequest) -> Behavior:
        if received.method == "GET":
            return left.pop(0) if len(left) > 1 else left[0]
        origin = server.url.removesuffix("/v1")
        sent = url.replace("SERVER", origin).replace("PORT", origin.rpartition(":")[2])
        return respond(200, {"data": [{"url": sent}]}, "set-cookie: session=abc; path=/")

    server = FakeServer(choose)
    return server


def paint(server: FakeServer, **settings: Any) -> Any:
    """Return the picture that a decoder gets."""
    return OpenAIBackend(base_url=server.url, painter="m", **settings).paint("a boat", SIZE, 0)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("SERVER/files/1.png?signature=abc#top", "/files/1.png"),
        ("/files/1.png", "/files/1.png"),
        ("files/1.png", "/v1/files/1.png"),
        (" SERVER/1.png\n", "/1.png"),
    ],
)
def test_picture_is_fetched_from_the_same_server_without_credentials(url: str, path: str) -> None:
    with serve(url, respond(200, PNG, kind="image/png")) as server:
        assert paint(server).size == SIZE
    request, fetched = server.received
    assert (fetched.method, fetched.path, fetched.body) == ("GET", path, b"")
    assert request.headers["x-custom"] == KEY
    assert not fetched.headers.keys() & {"authorization", "cookie", "x-custom", "referer"}
    assert KEY not in str(fetched)


def test_command_line_records_the_picture_and_replays_it_without_a_server(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("boat.semc").write_bytes(BOAT)
    with serve("/1.png", respond(200, PNG, kind="image/png")) as server:
        options = "--painter", "openai", "--base-url", server.url, "--painter-model", "m"
        command = "decode", "boat.semc", *options, "--reflect", "off"
        assert main([*command, "-o", "a.png", "--record", "run.sqlite", "--trace", "a.json"]) == 0
    assert len(server.received) == 2
    assert main([*command, "-o", "b.png", "--replay", "run.sqlite", "--trace", "b.json"]) == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    notes = [stage["notes"] for stage in json.loads(Path("a.json").read_text())["stages"]]
    (download,) = [note["downloads"] for note in notes if "downloads" in note]
    assert [(item["path"], item["bytes"]) for item in download] == [("/1.png", len(PNG))]
    assert sum(len(note.get("calls", [])) for note in notes) == 1


ELSEWHERE = (
    "http://other.example/1.png",
    "https://127.0.0.1:PORT/1.png",
    "http://127.0.0.1:1/1.png",
    "http://127.0.0.1/1.png",
    "http://localhost:PORT/1.png",
    "http://127.1:PORT/1.png",
    "http://[::ffff:127.0.0.1]:PORT/1.png",
    "http://127.0.0.1.:PORT/1.png",
    "http://user:password@127.0.0.1:PORT/1.png",
    "http://127.0.0.1:PORT@other.example/1.png",
    "http://127.0.0.1:PORT\\@other.example/1.png",
    "//other.example/1.png",
    "file:///etc/passwd",
    "ftp://127.0.0.1:PORT/1.png",
    "javascript:alert(1)",
    "http://127.0.0.1:99999/1.png",
    "http://\u2025/1.png",
    "http://xn--a/1.png",
    "http://[/1.png",
    "/a\nb",
    "http://127.0.0.1:PORT/" + "a" * 8192,
)


@pytest.mark.parametrize("url", ELSEWHERE, ids=lambda url: ascii(url)[:40])
def test_nothing_is_sent_to_another_server(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_urls, "download", lambda *_: pytest.fail("it is fetched"))
    refused = pytest.raises(InvalidResponseError, match=r"a picture (at another|with a)")
    with serve(url, respond(200, PNG)) as server, refused as caught:
        paint(server)
    assert len(server.received) == 1
    message = str(caught.value)
    assert caught.value.billed
    assert len(message) < 400
    assert message.isprintable()
    assert "password" not in message
    assert message.endswith("base64 (b64_json).")


def test_advice_names_the_field_that_was_left_out() -> None:
    server = serve("http://other.example/1.png", respond(200, PNG))
    with server, pytest.raises(InvalidResponseError) as caught:
        paint(server, image_extra={"response_format": False})
    assert str(caught.value).endswith(
        "(http://other.example), which is not fetched: "
        'set image_extra = { response_format = "b64_json" } in the config file.'
    )


def test_another_name_of_this_machine_is_named() -> None:
    with pytest.raises(PictureUrlError, match="use http://localhost:8000 in the base URL, or"):
        resolve("http://127.0.0.1:8000/v1", "http://localhost:8000/1.png", True)


@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("https://a.example/v1", "https://A.example:443/1.png"),
        ("http://a.example:80/v1/", "http://a.example/1.png"),
        ("http://[::1]:8000/v1", "http://[::1]:8000/1.png"),
        ("http://a.example/v1", "//a.example/1.png"),
    ],
)
def test_same_server_in_another_spelling(base: str, url: str) -> None:
    assert resolve(base, url, True).path == "/1.png"


@pytest.mark.parametrize(
    ("behavior", "problem", "count"),
    [
        (respond(302, b"", "location: http://other.example/1.png"), "(status 302)", 1),
        (respond(307, b"", "location: /2.png"), "(status 307)", 1),
        (respond(404, b""), "(status 404)", 1),
        (respond(401, b"", "www-authenticate: Basic realm=x"), "(status 401)", 1),
        (respond(503, b""), "(status 503)", 3),
        (fake_server.reset, "(ReadError)", 3),
        (fake_server.close_in_body, "(RemoteProtocolError)", 3),
        (respond(200, PNG, "content-encoding: gzip"), "which is a compressed response", 1),
        (fake_server.send_endless_body, "which is a response of over 1000000 bytes", 1),
    ],
)
def test_picture_that_is_not_sent_is_an_error(
    behavior: Behavior, problem: str, count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "MAX_IMAGE_BYTES", 1_000_000)
    with serve("/1.png", behavior) as server, pytest.raises(InvalidResponseError) as caught:
        paint(server)
    assert problem in str(caught.value)
    assert caught.value.billed
    assert [received.method for received in server.received] == ["POST"] + ["GET"] * count


def test_certificates_that_vanish_after_painting_do_not_make_it_free(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> object:
        raise BackendError("no certificates", stage="load")

    def choose(received: ReceivedRequest) -> Behavior:
        monkeypatch.setattr(client, "SharedTransport", fail)
        return respond(200, {"data": [{"url": "/1.png"}]})

    failed = pytest.raises(InvalidResponseError, match="but not the picture")
    with FakeServer(choose) as server, failed as caught:
        paint(server)
    assert caught.value.billed


def test_picture_is_requested_again_after_a_fault() -> None:
    files = fake_server.reset, respond(503, b""), respond(200, PNG, kind="image/png")
    with serve("/1.png", *files) as server:
        assert paint(server).size == SIZE
    assert [received.method for received in server.received] == ["POST"] + ["GET"] * 3


@pytest.mark.parametrize("behavior", [fake_server.never_respond, fake_server.drip_body])
def test_picture_has_the_deadline_of_its_request(behavior: Behavior) -> None:
    with serve("/1.png", behavior) as server, pytest.raises(InvalidResponseError) as caught:
        paint(server, image_timeout=0.3)
    assert "but not the picture within 0.3 seconds: try again with a longer --timeout" in str(
        caught.value
    )
    assert len(server.received) == 2


@pytest.mark.parametrize(
    "picture",
    [
        {"b64_json": "SERVER/1.png"},
        {"b64_json": "", "url": "/1.png"},
        {"b64_json": None, "url": "SERVER/1.png"},
        {"url": base64.b64encode(PNG).decode() + "\n" * 9000},
        {"b64_json": base64.b64encode(PNG).decode(), "url": "http://other.example/1.png"},
        {"b64_json": f"data:image/png;base64,{base64.b64encode(PNG).decode()}"},
    ],
)
def test_picture_in_the_field_of_another_form_is_read(picture: dict[str, Any]) -> None:
    def choose(received: ReceivedRequest) -> Behavior:
        if received.method == "GET":
            return respond(200, PNG)
        origin = server.url.removesuffix("/v1")
        sent = {name: value and value.replace("SERVER", origin) for name, value in picture.items()}
        return respond(200, {"data": [sent]})

    with FakeServer(choose) as server:
        assert paint(server).size == SIZE


def test_download_that_costs_nothing_is_not_counted(tmp_path: Path) -> None:
    with serve("/1.png", respond(200, PNG)) as server:
        cassette = Cassette(tmp_path / "cache.sqlite", "cache")
        backend = OpenAIBackend(base_url=server.url, painter="m", cassette=cassette)
        assert backend.paint("a boat", SIZE, 0).size == SIZE
        assert backend.paint("a boat", SIZE, 0).size == SIZE
    assert len(server.received) == 2
    assert backend.budget.spent == 0
