"""Every request of a run, and every response of the fakes, conforms to OpenAI's description."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import semcodec
from semcodec.backends import Guide
from semcodec.backends.openai import settings
from semcodec.backends.openai.settings import DEFAULT_SEED
from semcodec.cli import main
from semcodec.errors import BackendError
from semcodec.words.predicates import find_predicates
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.backends.openai.openapi import official_description
from tests.backends.openai.schema_check import KEY, CheckingServer
from tests.images import PHOTO, scene

SCHEMA = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
CHAT_IMAGE = {
    "type": "image_url",
    "image_url": {"url": "data:image/png;base64,AA==", "detail": "high"},
}
CHAT: dict[str, Any] = {
    "model": "m",
    "messages": [
        {"role": "system", "content": "rules"},
        {"role": "user", "content": [{"type": "text", "text": "task"}, CHAT_IMAGE]},
    ],
    "max_completion_tokens": 9,
    "response_format": {
        "type": "json_schema",
        "json_schema": {"name": "n", "strict": True, "schema": SCHEMA},
    },
}
RESPONSES_IMAGE = {
    "type": "input_image",
    "image_url": "data:image/png;base64,AA==",
    "detail": "high",
}
RESPONSES: dict[str, Any] = {
    "model": "m",
    "instructions": "rules",
    "input": [
        {"role": "user", "content": [{"type": "input_text", "text": "task"}, RESPONSES_IMAGE]}
    ],
    "text": {"format": {"type": "json_schema", "name": "n", "strict": True, "schema": SCHEMA}},
    "store": False,
}
PAINT: dict[str, Any] = {"model": "m", "prompt": "a boat", "n": 1, "size": "1024x1024"}
VALID = {"chat/completions": CHAT, "responses": RESPONSES, "images/generations": PAINT}

#: Invalid requests: the route, the path of a field in a valid request, and its invalid value.
INVALID: list[tuple[str, str, Any]] = [
    ("chat/completions", "zzz", 1),
    ("chat/completions", "top_k", 40),
    ("chat/completions", "temperature", 9),
    ("chat/completions", "messages", []),
    ("chat/completions", "messages/0/role", "wizard"),
    ("chat/completions", "messages/0/mood", "good"),
    ("chat/completions", "messages/0/refusal", "of another kind of message"),
    ("chat/completions", "messages/1/content/0/type", "txt"),
    ("chat/completions", "messages/1/content/0/detail", "high"),
    ("chat/completions", "messages/1/content/0/image_url", CHAT_IMAGE["image_url"]),
    ("chat/completions", "messages/1/content/1/image_url/detail", "ultra"),
    ("chat/completions", "messages/1/content/1/image_url/sharpness", 3),
    ("chat/completions", "response_format/type", "yaml"),
    ("chat/completions", "response_format/strict", True),
    ("chat/completions", "response_format/json_schema/strict", "yes"),
    ("chat/completions", "response_format/json_schema/strength", 1),
    ("chat/completions", "reasoning_effort", "heroic"),
    ("chat/completions", "max_completion_tokens", "9"),
    ("responses", "zzz", 1),
    ("responses", "seed", 7),
    ("responses", "messages", []),
    ("responses", "input/0/role", "wizard"),
    ("responses", "input/0/content/1/detail", "ultra"),
    ("responses", "input/0/content/1/sharpness", 3),
    ("responses", "text/format/strength", 1),
    ("responses", "reasoning", {"effort": "low", "zeal": "high"}),
    ("images/generations", "seed", 7),
    ("images/generations", "quality", "ultra"),
    ("images/generations", "n", 11),
    ("images/generations", "size", 1024),
    ("images/generations", "output_format", "gif"),
]


def request_with(route: str, place: str, value: Any) -> bytes:
    body = copy.deepcopy(VALID[route])
    *steps, last = place.split("/")
    inner: Any = body
    for step in steps:
        inner = inner[int(step) if isinstance(inner, list) else step]
    inner[last] = value
    return json.dumps(body).encode()


def test_description_accepts_null_where_it_is_allowed() -> None:
    body = request_with("images/generations", "quality", None)
    assert (
        official_description().request_violations(
            "POST", "/images/generations", "application/json", body
        )
        == []
    )
    body = request_with("images/generations", "prompt", None)
    assert official_description().request_violations(
        "POST", "/images/generations", "application/json", body
    )


@pytest.mark.parametrize("route", VALID)
def test_description_accepts_a_valid_request(route: str) -> None:
    body = json.dumps(VALID[route]).encode()
    assert (
        official_description().request_violations("POST", f"/{route}", "application/json", body)
        == []
    )


@pytest.mark.parametrize(("route", "place", "value"), INVALID)
def test_description_rejects_an_invalid_value(route: str, place: str, value: Any) -> None:
    body = request_with(route, place, value)
    assert official_description().request_violations("POST", f"/{route}", "application/json", body)


@pytest.mark.parametrize(
    ("route", "field"),
    [("chat/completions", "messages"), ("chat/completions", "model"),
     ("images/generations", "prompt")],
)  # fmt: skip
def test_description_requires_fields_of_requests(route: str, field: str) -> None:
    incomplete = {name: value for name, value in VALID[route].items() if name != field}
    body = json.dumps(incomplete).encode()
    assert official_description().request_violations("POST", f"/{route}", "application/json", body)


def test_description_checks_routes_methods_and_content_types() -> None:
    body = json.dumps(CHAT).encode()
    violations = official_description().request_violations
    assert violations("POST", "/chat/completion", "application/json", body)
    assert violations("PUT", "/chat/completions", "application/json", body)
    assert violations("POST", "/chat/completions", "text/plain", body)
    assert violations("GET", "/models", "application/json", b"{}")
    assert violations("GET", "/models", "", b"") == []


def form(*parts: tuple[str, str]) -> tuple[str, bytes]:
    lines = [
        f"--b\r\nContent-Disposition: form-data; {name}\r\n\r\n{value}\r\n" for name, value in parts
    ]
    return "multipart/form-data; boundary=b", ("".join(lines) + "--b--\r\n").encode()


FILE = ('name="image"; filename="image.png"', "bytes")
PROMPT = ('name="prompt"', "paint it red")


@pytest.mark.parametrize(
    ("parts", "is_valid"),
    [
        ((FILE, PROMPT), True),
        ((FILE, PROMPT, ('name="n"', "1")), True),
        ((('name="image[]"; filename="a.png"', "x"), PROMPT), True),
        ((PROMPT,), False),
        ((FILE,), False),
        ((FILE, PROMPT, ('name="n"', "11")), False),
        ((FILE, PROMPT, ('name="n"', "one")), False),
        ((FILE, PROMPT, ('name="seed"', "7")), False),
        ((FILE, PROMPT, ('name="quality"', "ultra")), False),
    ],
)
def test_description_parses_forms(parts: tuple[tuple[str, str], ...], is_valid: bool) -> None:
    violations = official_description().request_violations("POST", "/images/edits", *form(*parts))
    assert (violations == []) is is_valid


@pytest.mark.parametrize("field", ["choices", "id", "model"])
def test_description_requires_fields_of_responses(field: str) -> None:
    body = fake_responses.chat_body("m", "text")
    assert official_description().response_violations("POST", "/chat/completions", body) == []
    del body[field]
    assert official_description().response_violations("POST", "/chat/completions", body)


def test_description_checks_the_fields_of_responses() -> None:
    body = fake_responses.chat_body("m", "text")
    body["choices"][0]["message"]["mood"] = "good"
    (violation,) = official_description().response_violations("POST", "/chat/completions", body)
    assert violation == "unknown field /choices/0/message/mood"


# --- requests of a run -------------------------------------------------------------------------

#: Settings that change requests to OpenAI.
SETTINGS: dict[str, dict[str, Any]] = {
    "chat": {},
    "chat, detail low, effort low": {"detail": "low", "effort": "low"},
    "chat, detail auto, effort high": {"detail": "auto", "effort": "high", "image_format": "webp"},
    "chat, no schema": {"structured": "off", "image_format": "png", "quality": "auto"},
    "responses": {"api": "responses"},
    "responses, detail low, effort low": {"api": "responses", "detail": "low", "effort": "low"},
    "responses, no schema": {"api": "responses", "structured": "off", "quality": "high"},
}
OTHER = {"base_url": "http://127.0.0.1:9/v1", "describer": "m", "writer": "m", "painter": "p"}
SERVERS: dict[str, dict[str, Any]] = {"openai": {}, "others": OTHER}
PAGE = Path(__file__).parents[3] / "docs" / "requests.md"


@pytest.mark.parametrize("name", SETTINGS)
def test_whole_run_conforms_to_the_description(name: str) -> None:
    checking = CheckingServer()
    backend = checking.backend(**SETTINGS[name])
    encoded = semcodec.encode(
        scene(), backend=backend, coding="nibble", skeletons="model", size=(256, 256)
    )
    decoded = semcodec.decode(encoded.data, backend=backend)
    edited = backend.edit(decoded.image, "make the door blue", seed=7)
    assert backend.compare("a red house", "a red house") == ""
    assert backend.check(decoded.image, find_predicates(["red", "house"])) == ["yes", "yes"]
    assert checking.violations == []
    assert encoded.record.text
    assert decoded.image.size == edited.size == (256, 256)
    text = "responses" if name.startswith("responses") else "chat/completions"
    pictures = ["images/generations", "images/edits", text, text]
    assert [route for route, _ in checking.requests] == [text] * 5 + pictures


@pytest.mark.parametrize("server", SERVERS)
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_retry_conforms_to_the_description(api: str, server: str) -> None:
    allowed = ("unknown field /seed",) if server == "others" else ()
    checking = CheckingServer(allowed, first_texts=["", "A red boat.", "[]", ""])
    encoded = semcodec.encode(
        scene(), backend=checking.backend(api=api, **SERVERS[server]), size=(256, 256)
    )
    assert checking.violations == []
    assert len(checking.requests) == 4
    again = checking.requests[1][1]
    turns = again["messages"][1:] if api == "chat" else again["input"]
    assert [turn["role"] for turn in turns] == ["user", "assistant", "user"]
    assert encoded.record.words == ["red", "boat"]


def test_only_model_of_a_server_is_listed() -> None:
    checking = CheckingServer()
    backend = checking.backend(base_url="http://127.0.0.1:9/v1")
    assert backend.describe(scene()) == fake_responses.DESCRIPTION
    assert checking.violations == []
    assert [route for route, _ in checking.requests] == ["models", "chat/completions"]


@pytest.mark.parametrize("name", SETTINGS)
def test_seed_is_the_only_extra_field_for_other_servers(name: str) -> None:
    checking = CheckingServer(allowed=("unknown field /seed",))
    backend = checking.backend(**OTHER, **SETTINGS[name])
    encoded = semcodec.encode(scene(), backend=backend, size=(256, 256))
    decoded = semcodec.decode(encoded.data, backend=backend, seed=7)
    backend.edit(decoded.image, "make the door blue", seed=8)
    assert checking.violations == []
    seeds = [int(body["seed"]) for _, body in checking.requests]
    assert seeds == [DEFAULT_SEED] * (len(seeds) - 2) + [7, 8]


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_temperature_and_seed_are_sent_only_to_models_of_openai_that_take_them(api: str) -> None:
    checking = CheckingServer()
    backend = checking.backend(api=api, describer="gpt-4.1-mini", writer="gpt-5.5")
    semcodec.encode(scene(), backend=backend, size=(256, 256))
    assert checking.violations == []
    described, selected = (fields for _, fields in checking.requests)
    assert described["temperature"] == 0
    assert described.get("seed") == (DEFAULT_SEED if api == "chat" else None)
    assert not {"temperature", "seed"} & set(selected)


def test_rejected_field_is_left_out_of_all_later_requests() -> None:
    """The description has no seed for responses and images, so the server rejects it."""
    checking = CheckingServer()
    backend = checking.backend(**OTHER, api="responses")
    encoded = semcodec.encode(scene(), backend=backend, size=(256, 256))
    decoded = semcodec.decode(encoded.data, backend=backend)
    stages = [*encoded.trace.stages, *decoded.trace.stages]
    repairs = [note for stage in stages for note in stage.notes.get("repairs", ())]
    assert repairs == [f"{stage}: sent again without seed, which was rejected"
                       for stage in ("describe", "paint")]  # fmt: skip
    assert len(checking.violations) == 2
    assert not any("seed" in body for _, body in checking.requests)


def collect_sent_fields(**settings: Any) -> dict[str, list[set[str]]]:
    """Return the names of the fields of each request of a run, by route."""
    checking = CheckingServer(allowed=("unknown field /seed",))
    backend = checking.backend(**settings)
    encoded = semcodec.encode(scene(), backend=backend, size=(256, 256))
    backend.edit(semcodec.decode(encoded.data, backend=backend).image, "make it blue", seed=8)
    return {route: list(map(set, checking.fields_sent(route))) for route, _ in checking.requests}


def test_requests_page_names_the_sent_fields() -> None:
    text = PAGE.read_text("utf-8")
    runs = [
        (name, collect_sent_fields(**server, **way))
        for way in SETTINGS.values()
        for name, server in SERVERS.items()
    ]
    for route in ("chat/completions", "responses", "images/generations", "images/edits"):
        (row,) = re.findall(rf"^\| `POST {route}` \|(.*)\|$", text, re.M)
        required, optional, *by_server = (
            set(re.findall("`(.*?)`", cell)) for cell in row.split("|")
        )
        fields = {
            name: [names for server, run in runs if server == name for names in run.get(route, ())]
            for name in SERVERS
        }
        assert set.intersection(*fields["openai"], *fields["others"]) == required
        for name, extra in zip(SERVERS, by_server, strict=True):
            assert set.union(*fields[name]) == required | optional | extra
            assert set.intersection(*fields[name]) == required | extra


@pytest.mark.parametrize("server", SERVERS)
def test_requests_page_names_the_fields_of_a_start_from_colors(server: str) -> None:
    allowed = ("unknown field /seed", "unknown field /strength") if server == "others" else ()
    checking = CheckingServer(allowed)
    backend = checking.backend(**SERVERS[server], start_from_colors=True)
    backend.paint("a boat", (256, 256), 7, guide=Guide(colors=scene()))
    assert checking.violations == []
    (row,) = re.findall(
        r"^\| `POST images/edits` from colors \|(.*)\|$", PAGE.read_text("utf-8"), re.M
    )
    required, _, *by_server = (set(re.findall("`(.*?)`", cell)) for cell in row.split("|"))
    (sent,) = checking.fields_sent("images/edits")
    assert set(sent) == required | by_server[list(SERVERS).index(server)]


def test_unknown_field_in_a_run_is_a_violation() -> None:
    checking = CheckingServer()
    with pytest.raises(BackendError, match="unknown field /top_k"):
        checking.backend(text_extra={"top_k": 40}).describe(scene())
    assert checking.violations == ["POST chat/completions: unknown field /top_k"]


# --- requests of the command line --------------------------------------------------------------


@pytest.fixture
def _photo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
    Path("photo.jpg").write_bytes(PHOTO)


def respond_with(checking: CheckingServer) -> Callable[[ReceivedRequest], Behavior]:
    return lambda received: respond(*checking.respond(received))


@pytest.mark.usefixtures("_photo")
@pytest.mark.parametrize("api", ["chat", "responses"])
def test_command_line_conforms_to_the_description(
    api: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    checking = CheckingServer()
    with FakeServer(respond_with(checking)) as server:
        monkeypatch.setattr(settings, "OPENAI_URL", server.url)
        server_options = "--backend", "openai", "--base-url", server.url, "--api", api
        assert (
            main(["encode", "photo.jpg", "-o", "photo.semc", "--size", "256x256", *server_options])
            == 0
        )
        assert main(["decode", "photo.semc", "-o", "picture.png", *server_options]) == 0
    assert checking.violations == []
    assert {request.headers["authorization"] for request in server.received} == {f"Bearer {KEY}"}
    (paint,) = checking.fields_sent("images/generations")
    assert paint["quality"] == "medium"
    assert "seed" not in paint


@pytest.mark.usefixtures("_photo")
def test_command_line_finds_the_only_model() -> None:
    checking = CheckingServer(allowed=("unknown field /seed",))
    with FakeServer(respond_with(checking)) as server:
        server_options = "--backend", "openai", "--base-url", server.url
        assert (
            main(["encode", "photo.jpg", "-o", "photo.semc", "--size", "256x256", *server_options])
            == 0
        )
        assert (
            main(["decode", "photo.semc", "-o", "picture.png", "--seed", "7", *server_options]) == 0
        )
    assert checking.violations == []
    (paint,) = checking.fields_sent("images/generations")
    assert paint["model"] == "its-only-model"
    assert paint["seed"] == 7
