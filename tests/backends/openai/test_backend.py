"""The OpenAI backend: choice of the model, JSON schemas, refusals, images and the cache."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from semcodec.backends.notes import collect_notes, group_by_kind
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.recording import (
    Cassette,
    ModelRequest,
    ModelResponse,
    RejectedFieldError,
)
from semcodec.backends.recording.cassette import Mode
from semcodec.errors import BackendError, InvalidResponseError, MissingFeatureError, RefusalError
from semcodec.words.predicates import Predicate
from tests import images

LOCAL = "http://127.0.0.1:9/v1"
PICTURE = images.scene()
Send = Callable[[ModelRequest], ModelResponse]


def backend(send: Send, **settings: Any) -> OpenAIBackend:
    models = {"describer": "m", "writer": "m", "painter": "p"}
    return OpenAIBackend(send=send, base_url=LOCAL, **{**models, **settings})


def recording_send(response: ModelResponse) -> tuple[Send, list[ModelRequest]]:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        return response

    return send, requests


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ("", "lists no models: name one with --model"),
        ("a\nb", r"has several models \(a, b\): name one with --model"),
        ("\n".join("abcdefghij"), "a, b, c, d, e, f, g, h"),
    ],
)
def test_model_must_be_named_if_there_is_not_exactly_one(names: str, message: str) -> None:
    send, requests = recording_send(ModelResponse(names))
    backend_ = backend(send, writer=None)
    for _ in range(2):
        with pytest.raises(BackendError, match=message):
            backend_.expand(["boat"])
    assert {request.route for request in requests} == {"models"}


def test_only_model_is_listed_once() -> None:
    send, requests = recording_send(ModelResponse("boat"))
    backend_ = backend(send, writer=None, describer=None)
    backend_.expand(["boat"])
    backend_.describe(PICTURE)
    assert [request.route for request in requests] == ["models", *["chat/completions"] * 2]
    assert [request.model for request in requests[1:]] == ["boat"] * 2


@pytest.mark.parametrize("stage", ["describe", "expand"])
def test_refusal_field_is_a_refusal_error(stage: str) -> None:
    send, requests = recording_send(ModelResponse(refusal="No, I can't."))
    argument: Any = PICTURE if stage == "describe" else ["boat"]
    with pytest.raises(RefusalError, match=f"The model m refused '{stage}'") as caught:
        getattr(backend(send), stage)(argument)
    assert (caught.value.backend, caught.value.stage, len(requests)) == ("openai", stage, 1)


def test_refusal_beside_a_text_is_ignored() -> None:
    send, _ = recording_send(ModelResponse("A boat.", refusal="perhaps"))
    assert backend(send).describe(PICTURE) == "A boat."


def send_without_schemas(
    message: str, kind: type[BackendError] = RejectedFieldError
) -> tuple[Send, list[ModelRequest]]:
    requests: list[ModelRequest] = []

    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        for field in ("response_format", "text"):
            if field in request.body and kind is RejectedFieldError:
                raise RejectedFieldError(message, (field,), stage=request.stage)
            if field in request.body:
                raise kind(message, stage=request.stage)
        return ModelResponse('["bt", "lk"]')

    return send, requests


@pytest.mark.parametrize("api", ["chat", "responses"])
def test_rejected_schema_is_not_sent_again(api: str) -> None:
    send, requests = send_without_schemas("The server rejects the request.")
    backend_ = backend(send, api=api)
    with collect_notes() as collected:
        for _ in range(2):
            assert backend_.compress(["boat", "lake"]) == ["bt", "lk"]
    field = "response_format" if api == "chat" else "text"
    assert [field in request.body for request in requests] == [True, False, False]
    (repair,) = group_by_kind(collected)["repairs"]
    assert repair == "compress: sent again without the JSON schema, which was rejected"


def test_rejected_schema_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    send, _ = send_without_schemas("The server rejects the request.")
    recorded = backend(send, cassette=Cassette(path, "record"))
    replayed = backend(fail_to_send, cassette=Cassette(path, "replay"))
    for backend_ in (recorded, replayed):
        assert backend_.compress(["boat", "lake"]) == ["bt", "lk"]
        assert backend_.compress(["boat", "lake"]) == ["bt", "lk"]


def fail_to_send(request: ModelRequest) -> ModelResponse:
    raise AssertionError(f"a request was sent: {request.stage}")


def send_without_edits(requests: list[ModelRequest]) -> Send:
    def send(request: ModelRequest) -> ModelResponse:
        requests.append(request)
        if request.route == "images/edits":
            raise MissingFeatureError("The server cannot edit.", backend="openai", stage="edit")
        return ModelResponse(image=images.encode_image(PICTURE, "PNG"))

    return send


@pytest.mark.parametrize("mode", [None, "cache", "record"])
def test_missing_edits_are_requested_once(tmp_path: Path, mode: Mode | None) -> None:
    requests: list[ModelRequest] = []
    cassette = Cassette(tmp_path / "run.sqlite", mode) if mode else None
    backend_ = backend(send_without_edits(requests), cassette=cassette)
    for _ in range(2):
        with pytest.raises(MissingFeatureError, match="The server cannot edit") as caught:
            backend_.edit(PICTURE, "Make it red.", 0)
        assert (caught.value.stage, caught.value.billed) == ("edit", False)
        backend_.paint("a red boat", PICTURE.size, len(requests))
    assert [request.stage for request in requests] == ["edit", "paint", "paint"]


def test_missing_edits_are_replayed(tmp_path: Path) -> None:
    path = tmp_path / "run.sqlite"
    recorded = backend(send_without_edits([]), cassette=Cassette(path, "record"))
    replayed = backend(fail_to_send, cassette=Cassette(path, "replay"))
    for backend_ in (recorded, replayed):
        with pytest.raises(MissingFeatureError, match="The server cannot edit"):
            backend_.edit(PICTURE, "Make it red.", 0)
        assert backend_.paint("a red boat", PICTURE.size, 1).size == PICTURE.size


def test_missing_edits_are_not_cached(tmp_path: Path) -> None:
    path, requests = tmp_path / "cache.sqlite", list[ModelRequest]()
    for _ in range(2):
        backend_ = backend(send_without_edits(requests), cassette=Cassette(path, "cache"))
        with pytest.raises(MissingFeatureError):
            backend_.edit(PICTURE, "Make it red.", 0)
    assert len(requests) == 2


def test_checker_may_have_a_model_of_its_own() -> None:
    send, requests = recording_send(ModelResponse("1. yes"))
    backend(send).check(PICTURE, [Predicate("noun", "boat")])
    backend(send, checker="c").check(PICTURE, [Predicate("noun", "boat")])
    assert [request.model for request in requests] == ["m", "c"]
    assert backend(send).model_name("checker") == "m"
    assert backend(send, checker="c").model_name("checker") == "c"
    assert backend(send).model_name("editor") == "p"


@pytest.mark.parametrize(
    ("message", "settings", "kind"),
    [
        ("The server failed at /json_schema/v1.", {}, BackendError),
        (
            "The server does not support json_schema.",
            {"structured": "json_schema"},
            RejectedFieldError,
        ),
    ],
)
def test_other_errors_are_not_taken_for_a_rejected_schema(
    message: str, settings: dict[str, str], kind: type[BackendError]
) -> None:
    send, requests = send_without_schemas(message, kind)
    with pytest.raises(BackendError, match=message.split("(")[0]):
        backend(send, **settings).compress(["boat"])
    assert len(requests) == 1


def test_schemas_can_be_switched_off() -> None:
    send, requests = send_without_schemas("json_schema")
    backend(send, structured="off").compress(["boat", "lake"])
    assert len(requests) == 1


def test_request_without_a_schema_is_not_sent_again_without_it() -> None:
    def send(request: ModelRequest) -> ModelResponse:
        raise RejectedFieldError("json_schema", ("text",))

    with pytest.raises(BackendError, match="json_schema"):
        backend(send).describe(PICTURE)


NO_IMAGES: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "no data to '{stage}' in place of"),
    "text": (b"no picture", "10 bytes of unknown data to '{stage}' in place of"),
    "truncated": (images.PHOTO[:300], "a JPEG image to '{stage}' that is damaged"),
    "gif": (images.GOOD["animation"], "a GIF image to '{stage}' in place of"),
    "damaged": (images.huge_png(9, 9), "a PNG image to '{stage}' that is damaged"),
}


@pytest.mark.parametrize("name", NO_IMAGES)
@pytest.mark.parametrize("stage", ["paint", "edit"])
def test_response_that_is_not_an_image_is_invalid(stage: str, name: str) -> None:
    data, returned = NO_IMAGES[name]
    send, _ = recording_send(ModelResponse(image=data))
    arguments: dict[str, Any] = {"paint": ("a boat", (64, 64), 0), "edit": (PICTURE, "more red", 0)}
    message = f"The model p returned {returned.format(stage=stage)}"
    with pytest.raises(InvalidResponseError, match=message) as caught:
        getattr(backend(send), stage)(*arguments[stage])
    assert (caught.value.stage, caught.value.retryable) == (stage, True)


def test_too_large_image_is_not_decoded() -> None:
    send, _ = recording_send(ModelResponse(image=images.huge_png(5000, 5000)))
    with pytest.raises(InvalidResponseError, match="over 16777216 pixels"):
        backend(send).paint("a boat", (64, 64), 0)


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp", "cmyk", "palette", "transparent"])
def test_image_of_any_mode_becomes_rgb(kind: str) -> None:
    send, _ = recording_send(ModelResponse(image=images.GOOD[kind]))
    assert backend(send).paint("a boat", (64, 64), 0).mode == "RGB"
    assert backend(send).edit(Image.new("RGB", (30, 20)), "more red", 0).size == (30, 20)


def test_image_on_a_transparent_background_is_visible() -> None:
    painted = Image.new("RGBA", (64, 64), (0, 0, 0, 0))
    painted.paste((0, 0, 0, 255), (16, 16, 48, 48))
    send, _ = recording_send(ModelResponse(image=images.encode_image(painted, "PNG")))
    image = backend(send).paint("a square", (64, 64), 0)
    assert image.getpixel((1, 1)) == (255, 255, 255)
    assert image.getpixel((32, 32)) == (0, 0, 0)


@pytest.mark.parametrize("side", [64, 1024])
@pytest.mark.parametrize("kind", ["jpeg", "png", "webp"])
def test_image_is_reduced_to_the_setting(side: int, kind: str) -> None:
    send, requests = recording_send(ModelResponse("A boat."))
    backend(send, image_side=side, image_format=kind).describe(Image.new("RGBA", (2000, 1000)))
    url = requests[0].body["messages"][1]["content"][1]["image_url"]["url"]
    head, _, data = url.partition(",")
    assert head == f"data:image/{kind};base64"
    with Image.open(io.BytesIO(base64.b64decode(data))) as sent_image:
        assert (sent_image.size, sent_image.format) == ((side, side // 2), kind.upper())
    assert requests[0].image_sizes == ((side, side // 2),)


def test_seed_changes_the_digest_even_if_it_is_not_sent() -> None:
    send, requests = recording_send(ModelResponse(image=images.encode_image(PICTURE, "PNG")))
    backend_ = OpenAIBackend(send=send, base_url="https://api.openai.com/v1")
    backend_.paint("a boat", (64, 64), 1)
    backend_.paint("a boat", (64, 64), 2)
    assert requests[0].body == requests[1].body
    assert requests[0].digest != requests[1].digest


@pytest.mark.parametrize(
    ("response", "method", "arguments"),
    [
        (ModelResponse(refusal="I can't."), "describe", (PICTURE,)),
        (ModelResponse(refusal="I can't."), "select", ("A boat.", 1)),
        (ModelResponse(image=b"no picture"), "paint", ("a boat", (64, 64), 0)),
        (ModelResponse(image=b"no picture"), "edit", (PICTURE, "make it red", 0)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refusals_and_unreadable_images_are_not_cached(
    tmp_path: Path, response: ModelResponse, method: str, arguments: tuple[Any, ...]
) -> None:
    """The next run must request them again, because the server may return something better."""
    send, requests = recording_send(response)
    for _ in range(2):
        with pytest.raises(BackendError):
            getattr(backend(send, cassette=Cassette(tmp_path / "cache", "cache")), method)(
                *arguments
            )
    assert len(requests) == 2


@pytest.mark.parametrize("size", [(4096, 4096), (4096, 256), (1, 1), (1000, 750), (256, 4096)])
@pytest.mark.parametrize("base_url", ["https://api.openai.com/v1", "http://127.0.0.1:9/v1"])
@pytest.mark.parametrize("painter", ["gpt-image-2", "gpt-image-1", "klein"])
def test_paintable_size_is_the_one_that_is_requested(
    size: tuple[int, int], base_url: str, painter: str
) -> None:
    out = io.BytesIO()
    PICTURE.convert("RGB").save(out, "PNG")
    send, requests = recording_send(ModelResponse(image=out.getvalue()))
    server = OpenAIBackend(send=send, base_url=base_url, painter=painter)
    paintable = server.paintable_size(size)
    assert requests == []
    for wanted in (size, paintable):
        server.paint("a boat", wanted, 0)
    assert {request.body["size"] for request in requests} == {"{}x{}".format(*paintable)}
    assert max(paintable) <= 4096
