"""The official client of OpenAI, and semcodec's own, work with the server."""

from __future__ import annotations

import base64
import io
import json
import threading
from functools import cache
from typing import Any

import openai
import pytest
from PIL import Image

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.prompting import PromptBackend, Prompts
from semcodec.imaging import color_layer
from semcodec.serve import problems
from semcodec.serve.server import Server
from tests.backends.openai.openapi import official_description
from tests.backends.prompting.fake_chat import FakeChat
from tests.images import encode_image, scene
from tests.profiles import at_night
from tests.serve.chats import data_url, user
from tests.serve.fakes import DESCRIPTION, Painter, Scripted, roles_of, send, serving
from tests.serve.test_images import make_form

TOKEN = "0123456789abcdef"
PNG = encode_image(scene(), "PNG")


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    for name in ("OPENAI_API_KEY", "SEMCODEC_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SEMCODEC_CONFIG", str(tmp_path / "none.toml"))


# --- the package openai ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def client(server: Server) -> Any:
    with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
        yield client


def test_official_client_lists_and_retrieves_the_model(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["semcodec"]
    assert client.models.retrieve("semcodec").owned_by == "semcodec"
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-5.5")


def test_official_client_chats_about_a_picture(client: openai.OpenAI) -> None:
    messages: Any = [user("What is this?", data_url())]
    completion = client.chat.completions.create(model="semcodec", messages=messages)
    assert completion.choices[0].message.content == DESCRIPTION
    with client.chat.completions.create(model="semcodec", messages=messages, stream=True) as stream:
        chunks = [chunk.choices[0].delta.content or "" for chunk in stream]
    assert "".join(chunks) == DESCRIPTION
    with pytest.raises(openai.BadRequestError, match="data URL"):
        client.chat.completions.create(
            model="semcodec",
            messages=[user("?", "https://a.example/a.png")],  # type: ignore[list-item]
        )


def test_official_client_paints_and_edits(client: openai.OpenAI) -> None:
    painted = client.images.generate(
        model="semcodec",
        prompt="boat",
        size="48x32",
        extra_body={"seed": 7},  # type: ignore[call-overload]
    )
    assert open_b64(painted.data[0].b64_json).getpixel((0, 0)) == (7, 4, 60)
    edited = client.images.edit(model="semcodec", image=("a.png", PNG), prompt="invert it")
    assert open_b64(edited.data[0].b64_json).size == (96, 64)  # type: ignore[index]
    with pytest.raises(openai.BadRequestError):
        client.images.edit(
            model="semcodec", image=[("a.png", PNG), ("b.png", PNG)], prompt="join them"
        )


def open_b64(text: str | None) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(text or "")))


def test_official_client_sends_the_token(client: openai.OpenAI) -> None:
    with serving(roles_of(Scripted()), token=TOKEN) as server:
        assert client.with_options(base_url=server.url, api_key=TOKEN).models.list().data
        with pytest.raises(openai.AuthenticationError):
            client.with_options(base_url=server.url, api_key="other").models.list()


def test_official_client_tries_again_when_the_server_is_busy(
    client: openai.OpenAI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(problems, "RETRY_SECONDS", 0.05)
    began, may_end = threading.Event(), threading.Event()

    class Slow(Scripted):
        def paint(self, *arguments: Any, **options: Any) -> Image.Image:
            began.set()
            assert may_end.wait(10)
            return super().paint(*arguments, **options)

    class Reports(list[tuple[str, str, int, float]]):
        def append(self, report: tuple[str, str, int, float]) -> None:
            super().append(report)
            may_end.set()  # the first report is of the rejected request

    reports, small = Reports(), {"prompt": "boat", "size": "8x8"}
    with serving(roles_of(Slow()), reports, max_waiting=0) as server:
        first = threading.Thread(
            target=send, args=(server, "POST", "/v1/images/generations", small)
        )
        first.start()
        assert began.wait(10)
        patient = client.with_options(base_url=server.url, max_retries=20)
        assert patient.images.generate(model="semcodec", **small).data  # type: ignore[call-overload]
        first.join()
    statuses = [status for _, _, status, _ in reports]
    assert statuses[0] == 429
    assert statuses.count(200) == 2


def test_official_client_does_not_repeat_what_fails_again(client: openai.OpenAI) -> None:
    model = FakeChat(ValueError("broken"))
    with serving(roles_of(PromptBackend(model, Prompts.read()))) as server:
        retrying = client.with_options(base_url=server.url, max_retries=2)
        messages: Any = [user("Hi")]
        with pytest.raises(openai.InternalServerError):
            retrying.chat.completions.create(model="semcodec", messages=messages)
    assert len(model.requests) == 1


#: What semcodec adds to OpenAI's API: which backend fills a role, and which one has painted.
OWN_FIELDS = {"unknown field /data/0/roles", "unknown field /model"}


@at_night
@pytest.mark.parametrize(
    "path", ["/models", "/chat/completions", "/images/generations", "/images/edits"]
)
def test_responses_follow_the_official_description(server: Server, path: str) -> None:
    description = official_description()
    form, form_kind = make_form(("prompt", "invert it"), ("model", "semcodec"), ("image", PNG))
    chat = {"model": "semcodec", "messages": [user("?", data_url())]}
    contents: dict[str, Any] = {
        "/models": None,
        "/chat/completions": json.dumps(chat).encode(),
        "/images/generations": b'{"prompt": "boat", "size": "1024x1024"}',
        "/images/edits": form,
    }
    content = contents[path]
    kind = form_kind if path == "/images/edits" else "application/json"
    method = "GET" if content is None else "POST"
    assert description.request_violations(method, path, kind, content or b"") == []
    status, body, _ = send(server, method, f"/v1{path}", content, {"content-type": kind})
    assert status == 200
    assert set(description.response_violations(method, path, body)) <= OWN_FIELDS


# --- semcodec's own backend -----------------------------------------------------------------------


def test_own_backend_does_the_same_as_the_backends_behind_the_server(server: Server) -> None:
    image = scene((320, 240))
    direct = semcodec.encode(image, backend=Scripted(), k=6, layers="layout")
    remote = semcodec.encode(image, backend=server.url, k=6, layers="layout")
    assert remote.data == direct.data
    assert remote.record.layers.layout
    options: dict[str, Any] = {"size": (64, 48), "seed": 5, "reflect": 1}
    there = OpenAIBackend(base_url=server.url, retries=0)
    decoded = semcodec.decode(remote.data, backend=there, checker=there, **options)
    here = Scripted()
    expected = semcodec.decode(direct.data, backend=here, checker=here, **options)
    assert decoded.image.tobytes() == expected.image.tobytes()
    assert decoded.trace.reflection is not None
    assert expected.trace.reflection is not None
    assert [step.after for step in decoded.steps] == [step.after for step in expected.steps]


def test_own_backend_restores_skeletons_and_compares(server: Server) -> None:
    record = semcodec.pack("rd bt", coding="nibble", size=(64, 48))
    decoded = semcodec.decode(record, backend=server.url, reflect_by="description", reflect=1)
    assert decoded.words == ["red", "boat"]
    stages = [stage.name for stage in decoded.trace.stages]
    assert stages[:3] == ["decompress", "expand", "paint"]
    assert {"describe", "compare", "edit"} <= set(stages)


def test_trace_of_a_client_names_the_models_behind_the_server(server: Server) -> None:
    encoded = semcodec.encode(scene(), backend=server.url)
    models = {call["response_model"] for call in encoded.trace.calls if "response_model" in call}
    assert models == {"scripted-describer", "scripted-writer"}


@cache
def colors_of_scene() -> bytes:
    return color_layer.encode_colors(scene(), 24)


def record_with_colors() -> bytes:
    extensions = {"colors": colors_of_scene()}
    return semcodec.pack("red boat", coding="lexicon", size=(96, 64), extensions=extensions)


def test_colors_of_a_record_reach_the_painter(server: Server) -> None:
    record = record_with_colors()
    painter = OpenAIBackend(base_url=server.url, retries=0, start_from_colors=True)
    decoded = semcodec.decode(record, writer="rules", painter=painter, align_colors=0)
    assert decoded.guides == {"colors": "painter"}
    expected = color_layer.render_colors(colors_of_scene(), (96, 64))
    difference = color_distance(decoded.image, expected)
    assert difference < 8


def color_distance(a: Image.Image, b: Image.Image) -> float:
    """Return the mean difference of two pictures, 0 to 255."""
    pairs = zip(a.convert("RGB").tobytes(), b.convert("RGB").tobytes(), strict=True)
    return sum(abs(x - y) for x, y in pairs) / (3 * a.width * a.height)


def test_client_recognizes_a_painter_without_colors_or_edits() -> None:
    record = record_with_colors()
    with serving(roles_of(Painter())) as server:
        painter = OpenAIBackend(base_url=server.url, retries=0, start_from_colors=True)
        decoded = semcodec.decode(record, writer="rules", painter=painter)
    assert any("cannot edit" in notice for notice in decoded.trace.notices)
