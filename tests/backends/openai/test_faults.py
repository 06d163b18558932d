"""Every server fault has the outcome in the table: one message, no double billing, no key shown."""

from __future__ import annotations

import itertools
import json
import logging
import os
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx2
import pytest
from httpx2 import create_ssl_context
from PIL import Image

import semcodec
from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend, client, settings
from semcodec.backends.prompting import Prompts
from semcodec.backends.recording import Cassette
from semcodec.cli import main
from semcodec.errors import BackendError, MissingFeatureError
from tests import profiles
from tests.backends.openai import fake_responses, make_faults_page
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.backends.openai.fault_table import FAULTS
from tests.backends.openai.faults.fault import (
    KEY,
    ROUTES,
    SECONDS,
    STAGES,
    Fault,
    Kind,
    ReflectionStage,
    error_body,
)
from tests.images import PHOTO

SIZE = (64, 64)
PIECES = re.compile(
    rb"zx9|secret|=ours|ours&", re.I
)  #: pieces of the key, none of which may appear
HEADERS = "receive_response_headers.complete"
COMMANDS: dict[Kind, tuple[str, ...]] = {
    "text": ("encode", "photo.jpg", "-o", "photo.semc", "--size", "64x64", "--fit", "contain"),
    "image": ("decode", "boat.semc", "-o", "boat.png"),
}
INPUT_FILES = {
    "photo.jpg": PHOTO,
    "boat.semc": semcodec.pack("red boat", coding="lexicon", size=SIZE),
}
REST: dict[Kind, int] = {"text": 2, "image": 1}  #: requests of a run without a fault
CASES: list[tuple[Fault, Kind]] = [
    (fault, kind) for fault in FAULTS for kind in ROUTES if fault.requests(kind) is not None
]
NAMES = [f"{kind}: {fault.name}" for fault, kind in CASES]


@contextmanager
def serve(fault: Fault, choose: Callable[[ReceivedRequest], Behavior]) -> Iterator[FakeServer]:
    """Run a server with ``fault``."""
    with FakeServer(choose, at_connect=fault.behavior if fault.at_connect else None) as server:
        if fault.is_stopped:
            server.close()
        yield server


def base_url(fault: Fault, server: FakeServer) -> str:
    """Return the base URL that the user of ``fault`` has set."""
    url = server.url.removesuffix("/v1") + fault.path
    return url.replace("http:", f"{fault.scheme}:", 1)


class Run:
    """A run of the command line against a faulty server, with its output."""

    def __init__(self, fault: Fault, kind: Kind, capsys: pytest.CaptureFixture[str]) -> None:
        self.fault, self.kind, self._capsys = fault, kind, capsys
        self.faulty_responses, self.url = 0, ""
        self.received: list[ReceivedRequest] = []

    def __call__(self, *options: str) -> int:
        if self.fault.is_late:
            setting = {"text": "text_timeout", "image": "image_timeout"}[self.kind]
            Path(os.environ["SEMCODEC_CONFIG"]).write_text(f"[openai]\n{setting} = {SECONDS}\n")
        with serve(self.fault, self.choose) as server:
            self.url = base_url(self.fault, server)
            server_options = "--backend", "openai", "--base-url", self.url, "--model", "m"
            code = main([*COMMANDS[self.kind], *server_options, "--painter-model", "m", *options])
        self.received = server.received
        self.out, self.err = self._capsys.readouterr()
        return code

    def choose(self, received: ReceivedRequest) -> Behavior:
        """Return the behavior of the server for a request."""
        fault = self.fault
        route = received.path.removeprefix(f"{fault.path}/")
        valid_body = fake_responses.response_body(route, json.loads(received.body or b"{}"))
        is_faulty = route == ROUTES[self.kind] and fault.only in received.body
        if not is_faulty or (fault.once and self.faulty_responses):
            return respond(200, valid_body)
        self.faulty_responses += 1
        return fault.respond(valid_body)

    @property
    def request_count(self) -> int:
        """The number of requests to the route of the fault."""
        return sum(received.path.endswith(ROUTES[self.kind]) for received in self.received)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the waits between retries, in seconds; the client does not actually wait."""
    waits: list[float] = []
    monkeypatch.setattr(client, "Client", partial(client.Client, sleep=waits.append))
    return waits


@cache
def cached_ssl_context(trust_env: bool) -> ssl.SSLContext:
    """Return the certificates of this machine, which take longer to read than a test takes."""
    return create_ssl_context(trust_env=trust_env)


@pytest.fixture(autouse=True)
def _remote_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Treat the fake server as a remote one, because requests to a local server are free."""
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ())
    monkeypatch.setattr(httpx2, "create_ssl_context", cached_ssl_context)
    monkeypatch.setenv("SEMCODEC_API_KEY", KEY)
    monkeypatch.setenv("SEMCODEC_CONFIG", "config.toml")
    monkeypatch.chdir(tmp_path)
    for name, data in INPUT_FILES.items():
        Path(name).write_bytes(data)


@pytest.mark.parametrize(("fault", "kind"), CASES, ids=NAMES)
def test_a_fault_has_the_outcome_in_the_table(
    fault: Fault,
    kind: Kind,
    waits: list[float],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    run = Run(fault, kind, capsys)
    # In the gate, every third run is recorded, because the disk takes longer than the run.
    is_recorded = profiles.NAME == "nightly" or CASES.index((fault, kind)) % 3 == 0
    recording = ("--record", "run.sqlite") if is_recorded else ()
    assert run("--trace", "trace.json", *recording) == fault.code
    message = fault.format_message(kind, run.url)
    assert run.out == ""
    if message:
        *usage_lines, error_line = run.err.splitlines()
        assert error_line == f"semcodec: {message}"
        assert all(re.match(r"\d calls?, \d+ tokens in, \d+ out, ", line) for line in usage_lines)
    rounds = REST[kind] if fault.transform else 1  # a transformed response is used
    assert run.faulty_responses == rounds * (fault.requests(kind) or 0)
    assert run.request_count == run.faulty_responses + (REST[kind] if fault.goes_on else 0)
    assert waits == list(fault.retry_waits(kind))
    expected = {"trace.json", *recording[1:]} | ({COMMANDS[kind][3]} if fault.code == 0 else set())
    # The lock of the recording is removed with the last reference to it.
    created_files = {path.name for path in Path().iterdir() if path.suffix != ".lock"}
    created_files -= {"config.toml"}
    assert created_files == expected | set(INPUT_FILES)
    assert not [*places_with_the_key(run, caplog.text)]
    assert all(received.headers["authorization"] == f"Bearer {KEY}" for received in run.received)
    trace = json.loads(Path("trace.json").read_text("utf-8"))
    failed = [stage["notes"]["failed"] for stage in trace["stages"] if "failed" in stage["notes"]]
    assert failed == [message] * bool(message)


def places_with_the_key(run: Run, log: str) -> Iterator[str]:
    """Yield the places that show a piece of the key, except logged headers of a response."""
    log = "\n".join(line for line in log.splitlines() if HEADERS not in line)
    places = {"stdout": run.out.encode(), "stderr": run.err.encode(), "the log": log.encode()}
    files = {
        path.name: path.read_bytes() for path in Path().iterdir() if path.name not in INPUT_FILES
    }
    yield from (place for place, data in {**places, **files}.items() if PIECES.search(data))


# --- outcomes that are not in the table --------------------------------------------------------


def sampled(faults: list[Fault], remainder: int) -> list[Fault]:
    """Return all faults at night, and every third one, but no slow one, in the gate."""
    if profiles.NAME == "nightly":
        return faults
    return [fault for fault in faults[remainder::3] if not fault.is_late]


EDIT_FAULTS = sampled([fault for fault, kind in CASES if kind == "image"], 1)


@pytest.mark.parametrize("fault", EDIT_FAULTS, ids=[fault.name for fault in EDIT_FAULTS])
def test_edits_are_retried_as_often_as_images(fault: Fault, waits: list[float]) -> None:
    success = fake_responses.image_body(fake_responses.png_file(SIZE))
    paths: list[str] = []

    def choose(received: ReceivedRequest) -> Behavior:
        if received.path.endswith("/models"):
            return respond(200, {"data": [fake_responses.model_entry("its-only-model")]})
        paths.append(received.path)
        is_over = (fault.once and len(paths) > 1) or fault.only not in received.body
        return respond(200, success) if is_over else fault.respond(success)

    with serve(fault, choose) as server:
        url = base_url(fault, server)
        seconds = SECONDS if fault.is_late else 300.0
        backend = OpenAIBackend(base_url=url, painter="m", image_timeout=seconds)
        if fault.code:
            with pytest.raises(BackendError) as caught:
                backend.edit(Image.new("RGB", SIZE), "make it red", 0)
            if "route" not in fault.message:
                message = fault.format_message("image", url).replace("'paint'", "'edit'")
                assert str(caught.value) == message
        else:
            assert backend.edit(Image.new("RGB", SIZE), "make it red", 0).size == SIZE
    successes = fault.once or bool(fault.only)
    assert paths == [f"{fault.path}/images/edits"] * ((fault.image_requests or 0) + successes)
    assert waits == list(fault.retry_waits("image"))


#: Those in which the server does not answer; what answers are used for differs.
LOCATE_FAULTS = sampled(
    [
        f
        for f, kind in CASES
        if kind == "text" and f.message and " backend openai " not in f.message
    ],
    0,
)[:: profiles.count(3, 1)]


@pytest.mark.parametrize("fault", LOCATE_FAULTS, ids=[fault.name for fault in LOCATE_FAULTS])
def test_request_for_boxes_has_the_outcome_of_a_description(
    fault: Fault, waits: list[float]
) -> None:
    def choose(received: ReceivedRequest) -> Behavior:
        if received.path.endswith("/models"):
            return respond(200, {"data": [fake_responses.model_entry("its-only-model")]})
        return fault.respond({})

    with serve(fault, choose) as server:
        url, seconds = base_url(fault, server), SECONDS if fault.is_late else 120.0
        backend = OpenAIBackend(base_url=url, describer="m", text_timeout=seconds)
        with pytest.raises(BackendError) as caught:
            backend.locate(Image.new("RGB", SIZE), ["boat"])
    assert str(caught.value) == fault.format_message("text", url).replace("describe", "locate")
    assert waits == list(fault.retry_waits("text"))


# --- faults in reflection


CHANGE: Final = "Make the boat blue."


def stage_of(received: ReceivedRequest) -> str:
    """Return the stage of a request to a server of any kind of model."""
    if received.path.endswith("images/generations"):
        return "paint"
    if received.path.endswith("images/edits"):
        return "edit"
    if received.path.endswith("models"):
        return "list models"
    content = json.loads(received.body)["messages"][0]["content"]
    rules = content if isinstance(content, str) else content[0]["text"]
    prompts = Prompts.read()
    return next(s for s in fake_responses.STAGES if rules.startswith(prompts.rules(s)))


def valid_body(stage: str, received: ReceivedRequest) -> Any:
    """Return the body of a valid response to a request of ``stage``."""
    if stage == "compare":
        return fake_responses.chat_body("m", CHANGE)
    if stage == "edit":
        return fake_responses.image_body(fake_responses.png_file((48, 48)))
    route = next(route for route in fake_responses.ROUTES if received.path.endswith(route))
    return fake_responses.response_body(route, json.loads(received.body or b"{}"))


def reflect_with_fault(
    fault: Fault, stage: ReflectionStage
) -> tuple[semcodec.Decoded, str, list[str]]:
    """Return the result of a run in which ``stage`` has a fault, the URL, and all stages."""
    faulty = itertools.count()

    def choose(received: ReceivedRequest) -> Behavior:
        name = stage_of(received)
        stages.append(name)
        if name == stage and fault.only in received.body and not (fault.once and next(faulty)):
            return fault.respond(valid_body(name, received))
        return respond(200, valid_body(name, received))

    stages: list[str] = []
    with FakeServer(choose) as server:
        models = {"describer": "m", "writer": "m", "painter": "m"}
        seconds = {"text_timeout": SECONDS, "image_timeout": SECONDS} if fault.is_late else {}
        url = base_url(fault, server)
        backend = OpenAIBackend(base_url=url, **models, **seconds)
        by = "predicates" if stage == "check" else "description"
        data = INPUT_FILES["boat.semc"]
        decoded = semcodec.decode(data, backend=backend, reflect=2, reflect_by=by)
    return decoded, url, stages


REFLECTION_STAGES: list[ReflectionStage] = ["check", "describe", "compare", "edit"]
REFLECTION_CASES = [
    (fault, stage)
    for number, fault in enumerate(FAULTS)
    for place, stage in enumerate(REFLECTION_STAGES)
    if fault.stop_reason(stage) is not None and not (fault.is_stopped or fault.at_connect)
    # In the gate, every third fault is in one of the stages, and the slow ones are left out.
    if profiles.NAME == "nightly"
    or (
        not (fault.is_late or number % 3)
        and place == (3 if fault.text_requests is None else number % 4)
    )
]


@pytest.mark.parametrize(
    ("fault", "stage"),
    REFLECTION_CASES,
    ids=[f"{stage}: {fault.name}" for fault, stage in REFLECTION_CASES],
)
def test_a_fault_in_reflection_keeps_the_picture(
    fault: Fault, stage: ReflectionStage, waits: list[float]
) -> None:
    decoded, url, stages = reflect_with_fault(fault, stage)
    reflection = decoded.trace.reflection
    assert reflection is not None
    reason = fault.stop_reason(stage)
    ended = reason or ("nothing is missing" if stage == "check" else "the same change again")
    assert reflection.stopped == ended
    assert decoded.image.size == SIZE
    assert stages.count("paint") == 1 + (stage == "edit" and fault.lacks_edits)
    kind: Kind = "image" if stage == "edit" else "text"
    message = fault.format_message(kind, url).replace(f"'{STAGES[kind]}'", f"'{stage}'")
    if stage == "compare":  # its request has no image, so the advice may be another one
        message = message.rpartition(": ")[0]
    if reason and reason.endswith("failed"):
        assert any(message in notice for notice in decoded.trace.notices)
    if not (fault.once or fault.only or fault.code == 0):
        assert stages.count(stage) == fault.requests(kind)
    assert waits == list(fault.retry_waits(kind))
    assert not PIECES.search(decoded.trace.to_json().encode())


#: What servers return for an edit that they cannot do; and similar errors of one request alone.
NO_EDITS = {
    "no route": respond(404, b""),
    "no method": respond(405, error_body("Method Not Allowed")),
    "not implemented": respond(501, b""),
    "no form": respond(415, error_body("Expected application/json")),
    "no route, as a bad request": respond(400, error_body("route /v1/images/edits does not exist")),
    "no multipart": respond(422, error_body("Multipart bodies cannot be parsed.")),
    "model": respond(400, error_body("Image editing is not supported by this model.")),
    "other models": respond(400, {"error": {"message": "Use gpt-image-1.", "param": "model"}}),
}
OTHER_ERRORS = {
    "size": respond(400, error_body("Invalid size.")),
    "failed": respond(500, error_body("Editing is not supported.")),
    "limit": respond(403, error_body("Edits are not supported for this key.")),
    "unsafe": respond(400, error_body("This is not supported.", "moderation_blocked")),
}


@pytest.mark.parametrize("name", [*NO_EDITS, *OTHER_ERRORS])
@pytest.mark.usefixtures("waits")
def test_server_without_edits_is_asked_once(name: str) -> None:
    behavior = {**NO_EDITS, **OTHER_ERRORS}[name]
    with FakeServer(lambda _: behavior) as server:
        backend = OpenAIBackend(base_url=server.url, painter="m")
        for _ in range(2):
            with pytest.raises(BackendError) as caught:
                backend.edit(Image.new("RGB", SIZE), "make it red", 0)
    assert isinstance(caught.value, MissingFeatureError) == (name in NO_EDITS)
    assert len(server.received) == (1 if name in NO_EDITS else 2)


def find_fault(name: str) -> Fault:
    return next(fault for fault in FAULTS if fault.name == name)


#: The number of photographs that a batch tries.
TRIED = {"everything": 1, "server": 3, "request": 5}
BATCH_FAULTS = sampled(
    [fault for fault, kind in CASES if kind == "text" and fault.code and not fault.is_late], 2
)


@pytest.mark.parametrize("fault", BATCH_FAULTS, ids=[fault.name for fault in BATCH_FAULTS])
@pytest.mark.usefixtures("waits")
def test_fault_stops_a_batch_as_soon_as_it_concerns_all(
    fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{number}.jpg" for number in range(5)]
    for number, name in enumerate(names):
        Path(name).write_bytes(PHOTO + bytes([number]))  # equal files would be sent once
    with serve(fault, lambda _: fault.respond({})) as server:
        options = ("--backend", "openai", "--base-url", base_url(fault, server), "--model", "m")
        code = main(["encode", *names, "-o", "out", "--trace", "traces", *options])
    tried = TRIED[fault.scope]
    assert len([*Path("traces").iterdir()]) == tried
    assert code == (1 if tried == 5 else 2)
    if code == 2:
        assert f"{tried - 1} failed, {6 - tried} not done" in capsys.readouterr().err


MODELS = [
    (
        respond(200, {"data": [fake_responses.model_entry("a"), fake_responses.model_entry("b")]}),
        "has several models (a, b)",
    ),
    (respond(200, {"data": []}), "lists no models"),
    (respond(404, error_body("Not found.")), "does not list its models"),
]


@pytest.mark.parametrize(("behavior", "problem"), MODELS, ids=[problem for _, problem in MODELS])
@pytest.mark.parametrize("kind", COMMANDS)
def test_command_needs_a_model_if_the_server_does_not_have_exactly_one(
    behavior: Behavior, problem: str, kind: Kind, capsys: pytest.CaptureFixture[str]
) -> None:
    with FakeServer(lambda received: behavior) as server:
        server_options = "--backend", "openai", "--base-url", server.url
        assert main([*COMMANDS[kind], *server_options]) == 2
    assert {received.path for received in server.received} == {"/v1/models"}
    sentence = f"The server {server.url} {problem}: name one with --model or --painter-model."
    assert capsys.readouterr().err == f"semcodec: {sentence}\n"


@pytest.mark.parametrize("name", ["never responds", "resets the connection"])
def test_message_about_a_local_server_does_not_mention_bills(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ("127.0.0.1",))
    fault = find_fault(name)
    run = Run(fault, "image", capsys)
    assert run("--timeout", str(SECONDS)) == 2
    assert "billed" in fault.message
    assert "billed" not in run.err
    assert ": try again" in run.err


def test_responses_before_a_fault_are_cached(
    waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    run = Run(find_fault("returns status 500"), "image", capsys)
    with FakeServer(run.choose) as server:
        server_options = (
            "--backend",
            "openai",
            "--base-url",
            server.url,
            "--model",
            "m",
            "--cache",
            "run.sqlite",
        )
        command = [*COMMANDS["image"], *server_options, "--painter-model", "m"]
        assert main(command) == 2
        run.fault = replace(run.fault, only=b"not in any request")
        assert main(command) == 0
    routes = [received.path.removeprefix("/v1/") for received in server.received]
    assert routes == [ROUTES["text"], ROUTES["image"], ROUTES["image"]]


def test_existing_output_is_unchanged_by_a_fault(
    waits: list[float], capsys: pytest.CaptureFixture[str]
) -> None:
    Path("boat.png").write_bytes(b"an older picture")
    assert Run(find_fault("returns status 500"), "image", capsys)() == 2
    assert Path("boat.png").read_bytes() == b"an older picture"


def test_image_of_another_size_is_scaled(capsys: pytest.CaptureFixture[str]) -> None:
    assert Run(find_fault("returns an image of another size"), "image", capsys)() == 0
    with Image.open("boat.png") as image:
        assert image.size == SIZE


def test_rejected_schema_is_not_sent_again_and_noted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    run = Run(find_fault("rejects JSON schemas"), "text", capsys)
    assert run("--trace", "trace.json", "--coding", "nibble", "--skeletons", "model") == 0
    assert run.faulty_responses == 1
    assert "JSON schema" in Path("trace.json").read_text("utf-8")


@pytest.mark.parametrize(
    "write",
    [
        str,
        lambda key: quote(key, safe=""),
        lambda key: re.sub("%..", lambda hex: hex[0].lower(), quote(key, safe="")),
        quote,
    ],
    ids=["plain", "percent-encoded", "percent-encoded in lower case", "partly percent-encoded"],
)
@pytest.mark.parametrize("is_escaped", [False, True])
def test_a_key_in_a_response_is_not_stored(write: Callable[[str], str], is_escaped: bool) -> None:
    form = write(KEY)
    written = "".join(f"\\u{ord(letter):04x}" for letter in form) if is_escaped else form
    text = json.dumps(fake_responses.chat_body("MODEL", "A red boat, MODEL."))
    data = text.replace("MODEL", written).encode()
    with FakeServer(lambda received: respond(200, data)) as server:
        backend = OpenAIBackend(
            base_url=server.url, describer="m", cassette=Cassette("run.sqlite", "record")
        )
        with collect_notes() as collected:
            assert backend.describe(Image.new("RGB", SIZE)) == "A red boat, [key]."
    assert group_by_kind(collected)["calls"][0]["response_model"] == "[key]"
    assert form.encode() not in Path("run.sqlite").read_bytes()


def test_faults_page_is_up_to_date() -> None:
    assert make_faults_page.PAGE.read_text("utf-8") == make_faults_page.page(), (
        "run python -m tests.backends.openai.make_faults_page"
    )


def test_names_of_faults_are_unique() -> None:
    assert len({fault.name for fault in FAULTS}) == len(FAULTS) >= 32
