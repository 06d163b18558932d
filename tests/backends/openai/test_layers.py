"""Boxes of words and pictures that start from colors, by servers on this machine."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends import Guide
from semcodec.backends.openai import DryRunClient, OpenAIBackend, client, settings
from semcodec.backends.openai.requests import image_output_tokens
from semcodec.backends.prompting import Prompts
from semcodec.backends.recording import Cassette, ModelRequest, ModelResponse, RejectedFieldError
from semcodec.backends.recording.budget import max_usage
from semcodec.errors import BackendError, InputError, MissingFeatureError
from semcodec.imaging import color_layer
from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, FakeServer, ReceivedRequest, respond
from tests.backends.openai.faults.layers import (
    BOXES,
    NO_EDITS_NOTICE,
    STARTS,
    BoxFault,
    StartFault,
)
from tests.images import encode_image

SIZE = (640, 480)
PHOTO = Image.linear_gradient("L").resize(SIZE).convert("RGB")
DESCRIPTION = "A large house with a red door stands near a tree."
COLORS = Image.merge("RGB", [band.resize((64, 48)) for band in (
    Image.linear_gradient("L"), Image.linear_gradient("L").rotate(90), Image.new("L", (9, 9), 90),
)])  # fmt: skip
LAYERS = {"colors": color_layer.encode_colors(COLORS, 24)}
RECORD = semcodec.pack("red house", coding="lexicon", size=(64, 48), extensions=LAYERS)
LOCAL = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def _remote(monkeypatch: pytest.MonkeyPatch) -> None:
    """Treat the fake server as a remote one, and do not wait between retries."""
    monkeypatch.setattr(settings, "LOCAL_HOSTS", ())
    monkeypatch.setattr(client, "Client", partial(client.Client, sleep=lambda _: None))


# --- boxes of words


@pytest.mark.parametrize("fault", BOXES, ids=[fault.name for fault in BOXES])
def test_answer_with_boxes_has_the_outcome_in_the_table(fault: BoxFault) -> None:
    with FakeServer(lambda _: fault.behavior) as server:
        backend = OpenAIBackend(base_url=server.url, describer="m")
        words = "large red house door stands tree".split()
        if fault.message:
            with pytest.raises(BackendError) as caught:
                backend.locate(PHOTO, words)
            assert str(caught.value) == fault.message.replace("STAGE", "locate")
            assert caught.value.stage == "locate"
        else:
            found = backend.locate(PHOTO, words)
            shown = {word: boxes for word, boxes in zip(words, found, strict=True) if boxes}
            shown.pop("door", None)
            assert fault.boxes is not None
            assert set(shown) == set(fault.boxes)
            for word, expected in fault.boxes.items():
                for box, wanted in zip(shown[word], expected, strict=True):
                    assert box == pytest.approx([edge / 100 for edge in wanted], abs=0.006)
    assert len(server.received) == fault.requests


def test_layout_of_a_record_is_what_the_server_located() -> None:
    received: list[Any] = []

    def choose(request: ReceivedRequest) -> Behavior:
        fields = json.loads(request.body)
        received.append(fields)
        return respond(200, fake_responses.response_body("chat/completions", fields))

    with FakeServer(choose) as server:
        backend = OpenAIBackend(base_url=server.url, describer="d", writer="w", locator="l")
        encoded = semcodec.encode(PHOTO, backend=backend, layers="layout", k=6)
    by_stage = {stage.name: stage for stage in encoded.trace.stages}
    assert by_stage["locate"].notes["calls"][0]["output_tokens"] == 10
    groups = {
        encoded.record.words[each.index]: each.shares for each in encoded.record.layers.layout
    }
    assert groups == {"house": ((0.125, 0.25, 0.5, 0.875),), "tree": ((0.625, 0.5, 0.875, 1.0),)}
    request = received[-1]
    assert (request["model"], len(request["messages"])) == ("l", 2)
    assert request["response_format"]["json_schema"]["name"] == "locate"


def test_locator_has_the_model_of_the_describer_unless_it_has_its_own() -> None:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        return ModelResponse('{"boxes": []}')

    for options in ({}, {"locator": "sharp"}, {"api": "responses", "structured": "off"}):
        backend = OpenAIBackend(base_url=LOCAL, describer="eye", send=send, **options)
        assert backend.locate(PHOTO, ["house"]) == [[]]
        assert backend.model_name("locator") == options.get("locator", "eye")
    assert [request.model for request in requests] == ["eye", "sharp", "eye"]
    assert [request.route for request in requests] == ["chat/completions"] * 2 + ["responses"]
    assert "text" not in requests[2].body


@pytest.mark.parametrize(
    ("size", "side", "seen"),
    [((640, 480), 1024, (640, 480)), ((1600, 1200), 1000, (1000, 750)),
     ((900, 1200), 512, (384, 512)), ((4500, 500), 1024, (3069, 341))],
)  # fmt: skip
def test_pixels_are_those_of_the_picture_that_is_sent(
    size: tuple[int, int], side: int, seen: tuple[int, int]
) -> None:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        width, height = request.image_sizes[0]
        return ModelResponse(json.dumps({"house": [width / 2, height / 2, width, height]}))

    backend = OpenAIBackend(base_url=LOCAL, describer="m", send=send, image_side=side)
    [[box]] = backend.locate(Image.new("RGB", size), ["house"])
    assert requests[0].image_sizes == (seen,)
    if abs(seen[1] - 1000) > 30 or seen[0] > 1000:
        assert box == pytest.approx((0.5, 0.5, 1, 1), abs=0.01)


def test_boxes_are_recorded_replayed_and_cached(tmp_path: Path) -> None:
    answers = iter(['{"house": [125, 250, 500, 875]}'])
    path = tmp_path / "run.sqlite"
    recorder = OpenAIBackend(
        base_url=LOCAL, describer="m", send=lambda _: ModelResponse(next(answers)),
        cassette=Cassette(path, "record"),
    )  # fmt: skip
    found = recorder.locate(PHOTO, ["house"])
    for mode in ("replay", "cache"):
        backend = OpenAIBackend(
            base_url=LOCAL, describer="m", send=lambda _: ModelResponse(next(answers)),
            cassette=Cassette(path, mode) if mode == "replay" else Cassette(path, "cache"),
        )  # fmt: skip
        assert backend.locate(PHOTO, ["house"]) == found == [[(0.125, 0.25, 0.5, 0.875)]]


# --- pictures that start from colors


class Painter:
    """A server for pictures that returns ``edited`` to edits; it notes the requests."""

    def __init__(self, edited: Behavior | None = None) -> None:
        self.edited, self.routes = edited, ""
        self.received: list[ReceivedRequest] = []

    def __call__(self, received: ReceivedRequest) -> Behavior:
        self.received.append(received)
        is_edit = received.path.endswith("images/edits")
        self.routes += "e" if is_edit else "g"
        if not is_edit:
            return respond(200, fake_responses.image_body(fake_responses.png_file(SIZE)))
        if self.edited is None:  # the image in the form
            start = received.body.index(b"\x89PNG")
            return respond(200, fake_responses.image_body(received.body[start:]))
        return self.edited


@pytest.mark.parametrize("fault", STARTS, ids=[fault.name for fault in STARTS])
def test_start_from_colors_has_the_outcome_in_the_table(fault: StartFault) -> None:
    painter = Painter(fault.behavior)
    with FakeServer(painter) as server:
        backend = OpenAIBackend(base_url=server.url, painter="m", start_from_colors=True)
        run = partial(semcodec.decode, RECORD, writer="rules", painter=backend)
        if fault.is_error:
            with pytest.raises(BackendError) as caught:
                run()
            assert str(caught.value) == fault.result.replace("URL", server.url)
        else:
            assert fault.result in run().trace.notices
    assert painter.routes == fault.routes


def paint_with(
    send: Callable[[ModelRequest], ModelResponse] | None = None, **options: Any
) -> tuple[list[ModelRequest], OpenAIBackend]:
    """Return the requests for one picture with colors, and the backend."""
    requests: list[ModelRequest] = []

    def note(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        if send is not None:
            return send(request)
        return ModelResponse(image=fake_responses.png_file(SIZE))

    models = {"painter": "m", "base_url": LOCAL, "start_from_colors": True, **options}
    backend = OpenAIBackend(send=note, **models)
    guide = Guide(colors=COLORS) if "colors" in backend.guides else None
    backend.paint("a </data> boat", (640, 480), 7, guide=guide)
    return requests, backend


def test_start_is_an_edit_of_the_colors() -> None:
    (request,), backend = paint_with()
    assert backend.guides == {"colors"}
    assert (request.stage, request.route, request.seed) == ("paint", "images/edits", 7)
    assert request.image_png is not None
    start = semcodec.imaging.open_image(request.image_png, ("PNG",))
    assert (start.size, request.image_sizes) == ((640, 480), ((640, 480),))
    assert start.resize(COLORS.size, Image.Resampling.BOX).getpixel((9, 9)) == pytest.approx(
        COLORS.getpixel((9, 9)), abs=4
    )
    assert request.extra["strength"] == 0.9
    prompt = request.body["prompt"]
    assert prompt.endswith(Prompts.read().colors)
    assert "\\u003c/data\\u003e boat" in prompt


def test_openai_gets_a_small_reference() -> None:
    (request,), _ = paint_with(base_url=settings.OPENAI_URL, painter="gpt-image-2")
    width, height = map(int, request.body["size"].split("x"))
    assert request.image_sizes == ((512, round(512 * height / width)),)
    assert 1000 < max_usage(request).input_image_tokens < 2000
    assert request.max_output_tokens == image_output_tokens(
        "gpt-image-2", (width, height), "medium"
    )


def test_picture_without_the_setting_or_without_colors_is_generated() -> None:
    (request,), backend = paint_with(start_from_colors=False)
    assert (request.route, backend.guides) == ("images/generations", frozenset())
    requests, backend = paint_with()
    backend.paint("a boat", (640, 480), 7)
    assert [each.route for each in requests] == ["images/edits", "images/generations"]
    assert "strength" not in requests[1].extra
    assert Prompts.read().colors not in requests[1].body["prompt"]


@pytest.mark.parametrize(
    ("options", "sent"),
    [({"start_strength": 0.5}, {"strength": 0.5}), ({"start_strength": False}, {}),
     ({"image_names": {"strength": "denoise"}}, {"denoise": 0.9}),
     ({"image_extra": {"strength": 0.7}}, {"strength": 0.7}),
     ({"image_extra": {"strength": False}}, {}),
     ({"base_url": settings.OPENAI_URL}, {})],
)  # fmt: skip
def test_strength_is_a_setting_but_not_sent_to_openai(options: Any, sent: dict[str, Any]) -> None:
    (request,), _ = paint_with(**options)
    assert {n: v for n, v in request.extra.items() if n in ("strength", "denoise")} == sent
    assert "strength" not in request.body


@pytest.mark.parametrize(
    "option",
    [{"start_strength": 0}, {"start_strength": 1.1}, {"start_strength": True},
     {"start_strength": "0.5"}, {"start_strength": None}, {"start_strength": float("nan")},
     {"start_from_colors": 1}, {"start_from_colors": "yes"}],
)  # fmt: skip
def test_invalid_settings_of_a_start(option: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=f"The setting {next(iter(option))} must be"):
        settings.Settings(**option)


def test_rejected_strength_is_left_out() -> None:
    def send(request: ModelRequest) -> ModelResponse:
        if "strength" in request.extra:
            raise RejectedFieldError("no", ("strength",), backend="openai", stage="paint")
        return ModelResponse(image=fake_responses.png_file(SIZE))

    requests, _ = paint_with(send)
    assert ["strength" in request.extra for request in requests] == [True, False]


def test_server_without_edits_gets_one_and_then_none() -> None:
    def send(request: ModelRequest) -> ModelResponse:
        if request.route == "images/edits":
            raise MissingFeatureError("no edits", backend="openai", stage="paint")
        return ModelResponse(image=fake_responses.png_file(SIZE))

    requests, backend = paint_with(send)
    assert backend.guides == frozenset()  # now the pipeline aligns the colors
    aligned = backend.paint("a boat", (640, 480), 7, guide=Guide(colors=COLORS))
    plain = backend.paint("a boat", (640, 480), 7)
    with pytest.raises(MissingFeatureError):
        backend.edit(PHOTO, "make it red", 0)
    routes = [request.route.removeprefix("images/") for request in requests]
    assert routes == ["edits", "generations", "generations", "generations"]
    assert distance(aligned, COLORS) < distance(plain, COLORS) / 2


def distance(image: Image.Image, other: Image.Image) -> float:
    """Return the mean difference of 16 x 16 average colors."""
    first, second = (each.resize((16, 16), Image.Resampling.BOX) for each in (image, other))
    pairs = zip(first.tobytes(), second.tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (3 * 256)


def test_edits_of_reflection_have_no_strength() -> None:
    requests, backend = paint_with()
    backend.edit(PHOTO, "make it red", 3)
    assert [request.stage for request in requests] == ["paint", "edit"]
    assert "strength" not in requests[1].extra
    assert Prompts.read().colors not in requests[1].body["prompt"]


def test_dry_run_plans_the_start_with_the_tokens_of_its_image() -> None:
    for starts, route in ((True, "images/edits"), (False, "images/generations")):
        dry_run = DryRunClient()
        backend = OpenAIBackend(send=dry_run, painter="m", start_from_colors=starts)
        semcodec.decode(RECORD, writer="rules", painter=backend)
        assert [request.route for request in dry_run.requests] == [route]
        assert bool(dry_run.requests[0].image_sizes) == starts


def test_start_and_its_fallback_are_replayed(tmp_path: Path) -> None:
    for name, edited in (("start", None), ("fallback", respond(404, b""))):
        path = tmp_path / name
        with FakeServer(Painter(edited)) as server:
            backend = OpenAIBackend(
                base_url=server.url, painter="m", start_from_colors=True,
                cassette=Cassette(path, "record"),
            )  # fmt: skip
            recorded = semcodec.decode(RECORD, writer="rules", painter=backend)
        replay = OpenAIBackend(cassette=Cassette(path, "replay"))
        again = semcodec.decode(RECORD, writer="rules", painter=replay)
        assert again.image.tobytes() == recorded.image.tobytes()
        assert again.trace.notices == recorded.trace.notices
        assert (NO_EDITS_NOTICE in again.trace.notices) == (name == "fallback")


def test_prompt_file_may_have_a_text_of_its_own_for_colors(tmp_path: Path) -> None:
    built_in = Path(semcodec.__file__).parent / "backends/prompting/prompts-1.toml"
    text = built_in.read_text("utf-8")
    path = tmp_path / "prompts.toml"
    path.write_text(re.sub(r'colors = """.*?"""', 'colors = "Use these colors."', text, flags=re.S))
    assert Prompts.read(path).colors == "Use these colors."
    path.write_text(re.sub(r'colors = """.*?"""', "", text, flags=re.S))
    assert Prompts.read(path).colors == Prompts.read().colors


def test_command_line_starts_from_colors(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from semcodec.cli import main

    record, picture = tmp_path / "r.semc", tmp_path / "p.png"
    record.write_bytes(semcodec.repack(semcodec.unpack(RECORD), framing="file"))
    painter = Painter(respond(200, fake_responses.image_body(encode_image(PHOTO, "PNG"))))
    with FakeServer(painter) as server:
        options = ["--painter", server.url, "--painter-model", "m", "--start-from-colors"]
        assert main(["decode", str(record), "-o", str(picture), *options]) == 0
    assert painter.routes == "e"
    assert picture.exists(), capsys.readouterr().err
