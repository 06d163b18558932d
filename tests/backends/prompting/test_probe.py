"""Questions that a model without the picture can only guess, and the effect of wrong answers."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from PIL import Image, ImageColor, ImageDraw

import semcodec
from semcodec.backends.openai import OpenAIBackend
from semcodec.backends.prompting import ChatResponse, PromptBackend, Prompts, validation
from semcodec.backends.prompting.probe import (
    COLORS,
    CORNERS,
    Probe,
    name_colors,
    schema_properties,
    split_lines,
)
from semcodec.backends.recording import ModelRequest, ModelResponse, RejectedFieldError
from semcodec.errors import InvalidResponseError
from tests.backends.prompting.fake_chat import FakeChat, fake_backend

TEXT = "A small red boat lies on the calm lake."
SEEN = {
    "brightest": "top right",
    "darkest": "bottom left",
    "top_left": "blue",
    "top_right": "yellow",
    "bottom_left": "black",
    "bottom_right": "green",
}
GUESSED = {
    "brightest": "bottom left",
    "darkest": "top right",
    "top_left": "red",
    "top_right": "black",
    "bottom_left": "pink",
    "bottom_right": "white",
}


def corners() -> Image.Image:
    """Return a picture to which ``SEEN`` are the right answers."""
    picture = Image.new("RGB", (300, 300), "gray")
    draw = ImageDraw.Draw(picture)
    for box, color in {
        (0, 0, 99, 99): "blue",
        (200, 0, 299, 99): "yellow",
        (0, 200, 99, 299): "black",
        (200, 200, 299, 299): "green",
    }.items():
        draw.rectangle(box, color)
    return picture


def structured(text: str = TEXT, fields: dict[str, str] = SEEN) -> str:
    return json.dumps({"description": text, **fields})


@pytest.mark.parametrize("mode", ["RGB", "P", "L", "RGBA", "CMYK", "1"])
def test_every_mode_is_measured(mode: str) -> None:
    Probe.measure(corners().convert(mode))


def test_right_answers_are_measured() -> None:
    probe = Probe.measure(corners())
    assert {field: min(right) for field, right in probe.right.items()} == SEEN
    assert probe.count(SEEN) == (6, 6)
    assert probe.count(GUESSED) == (0, 6)
    assert probe.typical_answers() == SEEN


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (300, 2), (64, 64)])
def test_evenly_bright_picture_has_no_brightest_place(size: tuple[int, int]) -> None:
    probe = Probe.measure(Image.new("RGB", size, "red"))
    assert set(probe.right) == set(CORNERS)
    assert all("red" in right for right in probe.right.values())


def test_corner_with_many_colors_does_not_count() -> None:
    colors = [ImageColor.getrgb(name) for name in "black white gray lime blue yellow".split()]
    picture = Image.new("RGB", (48, 48))
    picture.putdata([colors[(x + 3 * y) % 6] for y in range(48) for x in range(48)])
    assert not set(CORNERS) & set(Probe.measure(picture).right)


@pytest.mark.parametrize("name", COLORS)
def test_each_color_has_its_name(name: str) -> None:
    color = Image.new("RGB", (1, 1), name).getpixel((0, 0))
    assert isinstance(color, tuple)
    red, green, blue = color
    assert name in name_colors((int(red), int(green), int(blue)))


def test_every_color_has_a_name() -> None:
    levels = range(0, 256, 15)
    for color in ((red, green, blue) for red in levels for green in levels for blue in levels):
        assert 1 <= len(name_colors(color)) <= 5
        assert name_colors(color) <= set(COLORS)


@pytest.mark.parametrize(
    ("right", "mismatch"),
    [(6, False), (4, False), (3, False), (2, True), (0, True)],
)
def test_fewer_than_half_right_answers_are_a_mismatch(right: int, mismatch: bool) -> None:
    probe = Probe.measure(corners())
    answers = {**GUESSED, **dict(list(SEEN.items())[:right])}
    assert bool(probe.describe_mismatch(answers)) == mismatch


def test_three_answers_are_no_verdict() -> None:
    probe = Probe.measure(corners())
    few = dict(list(GUESSED.items())[:3])
    assert not probe.describe_mismatch(few)
    assert not probe.describe_mismatch({**few, "top_left": 7, "top_right": "not visible"})
    assert probe.describe_mismatch({**few, "top_right": "Grey"})


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"brightest": "Top-Right"}, 1),
        ({"brightest": "top_right"}, 1),
        ({"top_left": "BLUE"}, 1),
        ({"top_left": "turquoise"}, 1),
        ({"top_left": ["blue"]}, 0),
        ({"top_left": "blue" * 1000}, 0),
        ({"top_left": None}, 0),
    ],
)
def test_answers_are_read_leniently(given: dict[str, Any], read: int) -> None:
    assert Probe.measure(corners()).count(given) == (read, read)


@pytest.mark.parametrize("trial", range(5))
def test_most_guesses_are_found_in_synthetic_pictures(trial: int) -> None:
    dice = random.Random(trial)
    pictures = [Image.new("RGB", (3, 3)) for _ in range(100)]
    for picture in pictures:
        picture.putdata([tuple(dice.randrange(256) for _ in range(3)) for _ in range(9)])
    probes = [Probe.measure(picture.resize((96, 96), 0)) for picture in pictures]
    found = sum(
        bool(
            probe.describe_mismatch(
                {field: dice.choice(p["enum"]) for field, p in schema_properties().items()}
            )
        )
        for probe in probes
    )
    assert found > 75
    assert not any(probe.describe_mismatch(probe.typical_answers()) for probe in probes)


@pytest.mark.parametrize("retry", ["", "again"])
def test_structured_answer_is_a_description(retry: str) -> None:
    answers = [structured("Please upload it."), structured()] if retry else [structured()]
    backend_, chat = fake_backend(*answers)
    assert backend_.describe(corners()) == TEXT
    assert len(chat.requests) == len(answers)


def notices(answer: str, probe: Probe | None = None) -> tuple[str | None, str, bool]:
    checked = validation.check_description(
        ChatResponse(answer), Probe.measure(corners()) if probe is None else probe
    )
    return checked.value, checked.notice, checked.is_blind


def test_wrong_answers_alone_are_a_notice() -> None:
    notice = "6 of its 6 answers about light and colors are wrong"
    assert notices(structured(fields=GUESSED)) == (
        TEXT,
        f"The describer may not see the picture: {notice}.",
        False,
    )
    assert notices(structured()) == (TEXT, "", False)


def test_wrong_answers_make_a_suspicious_description_blind() -> None:
    text = f"{TEXT} The image is not available."
    assert notices(structured(text)) == (text, "", False)
    assert notices(structured(text, GUESSED)) == (None, "", True)


@pytest.mark.parametrize(
    "answer",
    [
        TEXT,
        f"```json\n{structured()}\n```",
        f"Sure! {structured()} Anything else?",
        json.dumps({**SEEN, "description": TEXT}),
        json.dumps({"description": TEXT, "other": {"a": [1]}}),
        json.dumps({"description": [TEXT]}),
        f'{{"description": "{TEXT}", "brightest": "top',
        f'{{"description": "{TEXT}',
        f"{TEXT}\n\nBrightest: top right\n- **Top left:** blue\n* top_right = yellow",
    ],
)
def test_description_is_found_in_any_form(answer: str) -> None:
    assert notices(answer) == (TEXT, "", False)


@pytest.mark.parametrize(
    "answer",
    ["{red, green} lights.", '{"boat": "red"}', '["A boat"]', '{"', '{"description": ', "{}"],
)
def test_other_answers_with_braces_are_handled(answer: str) -> None:
    validation.check_description(ChatResponse(answer), Probe.measure(corners()))


def test_answers_outside_of_json_are_checked_too() -> None:
    lines = "\n".join(f"{field.replace('_', ' ')}: {value}" for field, value in GUESSED.items())
    assert "6 of its 6" in notices(f"{TEXT}\n{lines}")[1]
    assert split_lines("Top left: a red boat.\nA lake.") == ("Top left: a red boat.\nA lake.", {})


def test_notice_is_in_the_trace() -> None:
    backend_, _ = fake_backend(structured(fields=GUESSED), '["boat", "lake"]')
    encoded = semcodec.encode(corners(), backend=backend_, k=2)
    assert any("may not see the picture" in notice for notice in encoded.trace.notices)


def test_prompts_without_the_probe_do_not_ask(tmp_path: Any) -> None:
    from importlib import resources

    text = (resources.files("semcodec.backends.prompting") / "prompts-1.toml").read_text("utf-8")
    start, end = text.index("probe = "), text.index("[select]")
    path = tmp_path / "prompts.toml"
    path.write_text(text[:start] + text[end:], "utf-8")
    prompts = Prompts.read(path)
    assert prompts.probe == ""
    chat = FakeChat(TEXT)
    assert PromptBackend(chat, prompts).describe(corners()) == TEXT
    assert (chat.requests[0].schema, chat.requests[0].schema_task) == (None, "")


class Server:
    """Records requests, and rejects a JSON schema if ``accepts_schema`` is false."""

    def __init__(self, accepts_schema: bool = True) -> None:
        self.accepts_schema, self.requests = accepts_schema, list[ModelRequest]()

    def __call__(self, request: ModelRequest) -> ModelResponse:
        self.requests.append(request)
        if "response_format" not in request.body and "text" not in request.body:
            return ModelResponse(TEXT)
        if not self.accepts_schema:
            field = "text" if request.route == "responses" else "response_format"
            raise RejectedFieldError("no json_schema", (field,), stage=request.stage)
        return ModelResponse(structured())


@pytest.mark.parametrize("api", ["chat", "responses"])
@pytest.mark.parametrize("setting", ["auto", "json_schema", "off"])
@pytest.mark.parametrize("accepts_schema", [True, False])
def test_questions_are_sent_only_with_the_schema(
    api: str, setting: str, accepts_schema: bool
) -> None:
    server = Server(accepts_schema)
    backend = OpenAIBackend(
        send=server, base_url="http://127.0.0.1:9/v1", describer="m", api=api, structured=setting
    )
    if setting == "json_schema" and not accepts_schema:
        with pytest.raises(RejectedFieldError):
            backend.describe(corners())
    else:
        assert backend.describe(corners()) == TEXT
    for request in server.requests:
        has_schema = "response_format" in request.body or "text" in request.body
        assert (
            "top_left" in json.dumps(request.body.get("messages", request.body.get("input")))
        ) == has_schema
    expected = {"auto": 1 if accepts_schema else 2, "json_schema": 1, "off": 1}
    assert len(server.requests) == expected[setting]


def test_blind_model_with_a_schema_is_an_error() -> None:
    backend_, _ = fake_backend(structured("I don't see a picture here.", GUESSED))
    with pytest.raises(InvalidResponseError, match=r"did not see the picture \(.*I don't see"):
        backend_.describe(corners())
