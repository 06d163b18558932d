"""Runs against aimock, a third-party mock of OpenAI's API with faults on request and a journal."""

from __future__ import annotations

import base64
import io
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

import pytest
from PIL import Image

import semcodec
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import client
from tests import images
from tests.servers.subprocess_server import SubprocessServer

Run = Callable[..., tuple[int, str, str]]
CLI = Path(__file__).with_name("node_modules") / "@copilotkit" / "aimock" / "dist" / "cli.js"
KEY: Final = "sk-none-of-your-business"
MIN_NODE: Final = 20  #: major version of Node.js
MODELS: Final = ("--model", "gpt-5.5", "--painter-model", "gpt-image-2")
DESCRIPTION: Final = "A large red boat lies on calm blue water. Behind it stands a white beach."
BLUE, GREEN = (20, 30, 200), (20, 200, 30)


def node_version() -> int:
    """Return the major version of Node.js, 0 if it is not installed."""
    path = shutil.which("node")
    result = subprocess.run([path, "--version"], capture_output=True, text=True) if path else None
    return int(result.stdout.strip().lstrip("v").partition(".")[0] or 0) if result else 0


pytestmark = [
    pytest.mark.servers,
    pytest.mark.skipif(
        not CLI.is_file() or node_version() < MIN_NODE,
        reason=f"aimock is not installed: run `make servers`; it needs Node.js {MIN_NODE} and npm.",
    ),
]


def image_response(pixel: tuple[int, int, int]) -> dict[str, Any]:
    file = images.encode_image(Image.new("RGB", (128, 128), pixel), "PNG")
    return {"image": {"b64Json": base64.b64encode(file).decode()}}


#: Responses by a phrase of the prompt; the first phrase that matches is used.
RESPONSES: Final = {
    "Describe this picture": {"content": DESCRIPTION},
    "Choose the": {"content": json.dumps({"words": ["red", "boat", "blue", "water", "beach"]})},
    "Shorten each": {"content": json.dumps({"skeletons": ["rd", "bt", "bl", "vtr", "bch"]})},
    "Write the words as they were": {
        "content": json.dumps({"words": ["red", "boat", "blue", "water", "beach"]})
    },
    "Write the whole description": {"content": f"{DESCRIPTION} The boat is red."},
    "Paint ": image_response(BLUE),
    "Keep the picture": image_response(GREEN),
}


class Mock(SubprocessServer):
    """aimock, with its control routes."""

    def control(self, method: str, path: str, body: object = None) -> Any:
        """Send a request to one of its control routes, and return the response."""
        data = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/__aimock/{path}", data, {"x-api-key": KEY}, method=method)
        with urlopen(request, timeout=30) as response:
            return json.loads(response.read())

    def journal(self, path: str) -> list[dict[str, Any]]:
        """Return the requests to ``path`` in its journal."""
        return list(self.control("GET", f"journal?path=/v1/{path}"))


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mock]:
    folder = tmp_path_factory.mktemp("aimock")
    fixtures = [
        {"match": {"userMessage": phrase}, "response": response}
        for phrase, response in RESPONSES.items()
    ]
    (folder / "responses.json").write_text(json.dumps({"fixtures": fixtures}))
    argv = ("node", CLI, "--port", 0, "--fixtures", folder / "responses.json", "--strict")
    with Mock(argv, folder / "log", r"(http://127\.0\.0\.1:\d+)", AIMOCK_API_KEYS=KEY) as mock:
        yield mock


@pytest.fixture
def mock(running: Mock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mock]:
    """Return the mock with an empty journal and without faults."""
    monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", f"{running.url}/v1")
    running.control("POST", "reset/journal")
    yield running
    running.control("DELETE", "chaos")


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the waits between retries, in seconds; the client does not actually wait."""
    waits_: list[float] = []
    monkeypatch.setattr(client, "Client", partial(client.Client, sleep=waits_.append))
    return waits_


@pytest.fixture
def record(tmp_path: Path) -> Path:
    path = tmp_path / "boat.semc"
    path.write_bytes(semcodec.pack("red boat", coding="lexicon", framing="file", size=(96, 64)))
    return path


def pixel(path: Path) -> tuple[int, int, int]:
    with Image.open(path) as picture:
        return picture.convert("RGB").getpixel((9, 9))


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("coding", ["auto", "nibble"])
def test_photograph_is_encoded_and_decoded(
    run: Run, mock: Mock, photo: Path, tmp_path: Path, api: str, coding: str
) -> None:
    file, picture = tmp_path / "photo.semc", tmp_path / "picture.png"
    server_options = ("--backend", "openai", "--api", api, *MODELS)
    record_options = ("--k", 5, "--coding", coding, "--skeletons", "model", "--size", "96x64")
    code, out, err = run("encode", photo, "-o", file, *record_options, *server_options)
    assert (code, out) == (0, ""), err
    code, out, err = run("decode", file, "-o", picture, *server_options)
    assert (code, out) == (0, ""), err
    assert "'red boat blue water beach'" in err
    assert pixel(picture) == BLUE
    with Image.open(picture) as image:
        assert image.size == (96, 64)
    texts = len(mock.journal("chat/completions" if api == "chat" else "responses"))
    assert (texts, len(mock.journal("images/"))) == (3 if coding == "auto" else 5, 1)
    assert len(mock.journal("")) == texts + 1


def test_request_contains_the_photograph(run: Run, mock: Mock, photo: Path, tmp_path: Path) -> None:
    file = tmp_path / "photo.semc"
    assert run("encode", photo, "-o", file, "--k", 5, "--backend", "openai", *MODELS)[0] == 0
    first, *others = mock.journal("chat/completions")
    image_url = first["body"]["messages"][-1]["content"][1]["image_url"]
    kind, _, data = image_url["url"].partition(",")
    assert kind == "data:image/jpeg;base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as sent_image:
        sky, grass = (sent_image.convert("RGB").getpixel((900, y)) for y in (100, 600))
    assert sky[2] > 200 > grass[2]
    assert not any("image_url" in json.dumps(request["body"]) for request in others)


def test_edited_image_keeps_its_size(mock: Mock) -> None:
    backend = semcodec.backends.openai.OpenAIBackend(painter="gpt-image-2")
    before = Image.new("RGB", (90, 61), BLUE)
    with collect_notes() as collected:
        after = backend.edit(before, "make the water green", 7)
    assert (after.size, after.getpixel((9, 9))) == ((90, 61), GREEN)
    [request] = mock.journal("images/edits")
    assert "make the water green" in json.dumps(request["body"])
    assert "multipart/form-data" in request["headers"]["content-type"]
    [call] = group_by_kind(collected)["calls"]
    assert (call["route"], call["model"]) == ("images/edits", "gpt-image-2")


def test_message_about_a_rejected_key_does_not_show_it(
    run: Run, mock: Mock, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SEMCODEC_API_KEY", "sk-another-key")
    server_options = ("--backend", "openai", *MODELS)
    code, out, err = run("encode", photo, "-o", tmp_path / "photo.semc", *server_options)
    assert code == 2
    assert "rejected the API key from $SEMCODEC_API_KEY" in err
    assert "sk-another" not in out + err


def test_key_is_not_in_outputs_or_the_journal(
    run: Run, mock: Mock, photo: Path, tmp_path: Path
) -> None:
    file, picture = tmp_path / "photo.semc", tmp_path / "picture.png"
    outputs = [
        tmp_path / f"{command}.{kind}"
        for command in ("encode", "decode")
        for kind in ("sqlite", "json")
    ]
    server_options = ("--backend", "openai", *MODELS)
    encoded = run(
        "encode",
        photo,
        "-o",
        file,
        "--k",
        5,
        *server_options,
        "--record",
        outputs[0],
        "--trace",
        outputs[1],
    )
    decoded = run(
        "decode",
        file,
        "-o",
        picture,
        *server_options,
        "--record",
        outputs[2],
        "--trace",
        outputs[3],
    )
    assert (encoded[0], decoded[0]) == (0, 0)
    shown = "".join((*encoded[1:], *decoded[1:], json.dumps(mock.journal("")), mock.log_text))
    written = b"".join(path.read_bytes() for path in (file, picture, *outputs))
    assert KEY not in shown
    assert KEY.encode() not in written


def test_recorded_image_is_replayed_and_not_paid_again(
    run: Run, mock: Mock, record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cassette, files = tmp_path / "cassette", [tmp_path / f"{n}.png" for n in range(3)]
    server_options = ("--backend", "openai", *MODELS)
    assert run("decode", record, "-o", files[0], *server_options, "--record", cassette)[0] == 0
    monkeypatch.delenv("SEMCODEC_API_KEY")
    monkeypatch.delenv("OPENAI_BASE_URL")
    for file in files[1:]:
        code, _, err = run(
            "decode", record, "-o", file, "--backend", "openai", "--replay", cassette
        )
        assert code == 0, err
    assert len({file.read_bytes() for file in files}) == 1
    assert len(mock.journal("images/")) == 1


def test_rate_limited_request_is_retried(
    run: Run, mock: Mock, record: Path, tmp_path: Path, config: Path, waits: list[float]
) -> None:
    config.write_text("[openai]\nretries = 2\n")
    for _ in range(2):
        mock.control("POST", "error", {"status": 429, "body": {"message": "too many"}})
    server_options = ("--backend", "openai", *MODELS)
    code, _, err = run("decode", record, "-o", tmp_path / "boat.png", *server_options)
    assert code == 0, err
    assert len(waits) == 2
    assert [request["response"]["status"] for request in mock.journal("")] == [429, 429, 200, 200]


def test_image_request_is_retried_until_the_limit_ends(
    run: Run, mock: Mock, record: Path, tmp_path: Path, config: Path, monkeypatch: Any
) -> None:
    config.write_text("[openai]\nretries = 1\n")

    def sleep(seconds: float) -> None:
        mock.control("DELETE", "chaos")

    monkeypatch.setattr(client, "Client", partial(client.Client, sleep=sleep))
    mock.control("POST", "chaos", {"rateLimitRate": 1})
    server_options = ("--painter", "openai", "--writer", "rules", *MODELS)
    code, _, err = run("decode", record, "-o", tmp_path / "boat.png", *server_options)
    assert code == 0, err
    assert [request["response"]["status"] for request in mock.journal("images/")] == [429, 200]


@pytest.mark.parametrize(
    ("chaos", "message", "requests"),
    [
        ("rateLimitRate", "by its rate limit", 3),
        ("dropRate", "failed during 'paint' (status 500", 1),
        ("disconnectRate", "lost the connection during 'paint'", 1),
        ("malformedRate", "returned a malformed response to 'paint'", 1),
    ],
)
def test_image_request_that_may_be_billed_is_not_retried(
    run: Run, mock: Mock, record: Path, tmp_path: Path, config: Path, waits: list[float],
    chaos: str, message: str, requests: int,
) -> None:  # fmt: skip
    config.write_text("[openai]\nretries = 2\n")
    mock.control("POST", "chaos", {chaos: 1})
    picture, trace = tmp_path / "boat.png", tmp_path / "trace.json"
    server_options = ("--painter", "openai", "--writer", "rules", *MODELS, "--trace", trace)
    code, _, err = run("decode", record, "-o", picture, *server_options)
    assert code == 2
    assert message in err
    assert len(mock.journal("images/")) == requests
    assert json.loads(trace.read_text())["stages"][-1]["notes"]["failed"] in err
    assert not picture.exists()


def test_max_cost_stops_a_run_before_the_image_request(
    run: Run, mock: Mock, record: Path, tmp_path: Path, config: Path
) -> None:
    config.write_text('[openai.prices."gpt-image-2"]\ninput = 5\noutput = 30\n')
    server_options = ("--painter", "openai", "--writer", "rules", *MODELS)
    code, _, err = run(
        "decode", record, "-o", tmp_path / "boat.png", *server_options, "--max-cost", "0.001"
    )
    assert code == 2
    assert "may cost" in err
    assert "raise --max-cost" in err
    assert not mock.journal("")


def test_model_must_be_named_if_there_are_several(run: Run, mock: Mock, record: Path) -> None:
    server_options = ("--painter", "openai", "--writer", "rules")
    code, _, err = run("decode", record, "-o", record.with_name("boat.png"), *server_options)
    assert code == 2
    assert "has several models" in err
    assert "name one with --model or --painter-model" in err
