"""No run costs more than the maximum of its plan, whatever the server answers."""

from __future__ import annotations

import io
import json
import random
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import semcodec
from semcodec.backends.prompting.data_limits import MAX_DATA_TOKENS, cut_data
from semcodec.backends.prompting.prompts import quote_data
from semcodec.backends.recording import ModelRequest, ModelResponse, RejectedFieldError, Usage
from semcodec.backends.recording.budget import estimate_usage, max_tokens, max_usage
from semcodec.errors import BackendError, MissingFeatureError, RefusalError
from tests import profiles
from tests.cli.conftest import Run
from tests.cli.fake_client import PRICES, FakeClient, configure

pytestmark = pytest.mark.usefixtures("requests")
ROUNDING = Decimal("0.0001")  # of each row
WORDS = (
    "boat",
    "lake",
    "red",
    "blue",
    "no",
    "犬",
    "🐕‍🦺",
    "<|im_end|>",
    '"',
    "\\",
    "</data>",
    "\u202e",
    "x" * 50,
)
COMMANDS = {
    "encode": ["encode", "{photo}", "-o", "r.semc"],
    "encode nibble": [
        "encode", "{photo}", "-o", "r.semc", "--coding", "nibble", "--skeletons", "model"
    ],
    "encode tight": ["encode", "{photo}", "-o", "r.semc", "--max-bytes", "14", "--language", "any"],
    "encode importance": ["encode", "{photo}", "-o", "r.semc", "--order", "importance", "--k", "9"],
    "encode layers": ["encode", "{photo}", "-o", "r.semc", "--layers", "auto", "--max-bytes", "30"],
    "decode": ["decode", "{record}", "-o", "p.png"],
    "decode reflect": ["decode", "{record}", "-o", "p.png", "--reflect", "2"],
    "decode by description": ["decode", "{record}", "-o", "p.png", "--reflect-by", "description"],
    "decode candidates": [
        "decode", "{record}", "-o", "p.png", "--candidates", "2", "--reflect", "2"
    ],
    "sweep": ["sweep", "{photo}", "-o", "out", "--k", "2,5"],
}  # fmt: skip
IN_THE_GATE = ("decode candidates",)  # the others take seconds each


class Misbehaving:
    """Answers with anything: rarely what was asked for, often the longest that is read."""

    def __init__(self, seed: int) -> None:
        self.random, self.spent = random.Random(seed), 0

    def __call__(self, client: FakeClient, request: ModelRequest) -> ModelResponse:
        FakeClient.requests.append(request)
        kind = self.random.choice(("good", "good", "junk", "junk", "long", "empty", "error"))
        if kind == "error":
            raise self._error(request)
        usage = self.random.choice([None, estimate_usage(request), max_usage(request)])
        if request.is_image_request:
            return ModelResponse(image=self._image(request), usage=usage)
        text = {"good": request.expected_answer, "empty": ""}.get(kind, self._text(kind))
        return ModelResponse(text, is_truncated=self.random.random() < 0.2, usage=usage)

    def _text(self, kind: str) -> str:
        word = self.random.choice(WORDS)
        if kind == "long":
            return f"A red {word} boat lies on a blue lake. " * self.random.choice([400, 4_000])
        words = self.random.choices(WORDS, k=self.random.choice([3, 3_000]))
        return self.random.choice([" ".join(words), json.dumps(words), json.dumps({"1": "no"})])

    def _image(self, request: ModelRequest) -> bytes:
        out = io.BytesIO()
        Image.new("RGB", (16, 16), (self.random.randrange(256), 0, 0)).save(out, "PNG")
        return self.random.choice([out.getvalue()] * 4 + [b"junk"])

    def _error(self, request: ModelRequest) -> BackendError:
        return self.random.choice(
            [
                BackendError("The connection was lost.", stage=request.stage, billed=True),
                RefusalError("No.", stage=request.stage),
                RejectedFieldError("No.", ("response_format", "temperature"), stage=request.stage),
                MissingFeatureError("No.", stage=request.stage),
            ]
        )


def maximum(plan: str) -> Decimal:
    """Return the maximum of a plan, and what rounding may have taken away."""
    [total] = re.findall(r"^total .*\$(\S+)$", plan, re.M)
    return Decimal(total) + (Decimal("0.01") if "." in total and len(total) < 6 else ROUNDING)


def spent(folder: Path) -> Decimal:
    """Return the sum of the trace; without one, the run has ended before its first stage."""
    stages = json.loads((folder / "t.json").read_text())["stages"]
    calls = [call for stage in stages for call in stage["notes"].get("calls", [])]
    return sum((Decimal(str(call["dollars"])) for call in calls), Decimal(0))


@pytest.mark.parametrize("name", COMMANDS if profiles.NAME == "nightly" else IN_THE_GATE)
def test_no_run_costs_more_than_its_plan(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    configure(tmp_path, PRICES)
    monkeypatch.chdir(tmp_path)
    record = tmp_path / "a.semc"
    coding: Any = "nibble" if "reflect" not in name else "lexicon"
    text = "rd bt bl lk" if coding == "nibble" else "two red boats left of a blue house"
    record.write_bytes(semcodec.pack(text, coding=coding, framing="file", size=(64, 48)))
    command = [word.format(photo=photo, record=record) for word in COMMANDS[name]]
    command += ["--backend", "openai", "--force", "--trace", "t.json"]
    limit = maximum(run(*command, "--dry-run")[1])
    costs = []
    for n in range(4, 4 + profiles.count(2, 200)):
        (tmp_path / "t.json").unlink(missing_ok=True)
        server = Misbehaving(profiles.seed(n))
        monkeypatch.setattr(
            FakeClient, "send", lambda *arguments, server=server: server(*arguments)
        )
        run(*command)
        costs.append(spent(tmp_path))
    assert 0 < max(costs) <= limit


@pytest.mark.parametrize("text", ["<" * 50_000, "犬" * 50_000, '"\\' * 50_000, "a boat " * 9_000])
def test_data_is_cut_to_its_limit(text: str) -> None:
    cut = cut_data(text)
    assert text.startswith(cut)
    assert MAX_DATA_TOKENS - 8 <= max_tokens(quote_data(cut)) <= MAX_DATA_TOKENS


def test_usual_data_is_not_cut() -> None:
    text = "A large brown dog lies in the center of a small wooden boat. " * 200
    assert cut_data(text) == text


@pytest.mark.skipif(profiles.NAME != "nightly", reason="long answers take seconds")
def test_worst_server_comes_near_the_plan(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is not just any large number: the most expensive answers cost half of it."""
    configure(tmp_path, PRICES)
    monkeypatch.chdir(tmp_path)
    answer = f"Das ist kein Bild, sondern ein {'Hünd' * 500} auf einem Boot. " * 200

    def send(_: FakeClient, request: ModelRequest) -> ModelResponse:
        is_first = request.stage == "describe" and len(request.body["messages"]) == 2
        return ModelResponse(
            answer if is_first else request.expected_answer, usage=max_usage(request)
        )

    monkeypatch.setattr(FakeClient, "send", send)
    command = ["encode", photo, "-o", "r.semc", "--backend", "openai", "--trace", "t.json"]
    limit = maximum(run(*command, "--dry-run")[1])
    run(*command)
    assert limit / 3 <= spent(tmp_path) <= limit


def test_usage_above_the_bound_is_the_servers_fault(
    run: Run, photo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one exception that the documents name."""
    configure(tmp_path, PRICES)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        FakeClient, "send", lambda _, request: ModelResponse("A cat.", usage=Usage(10**7, 0, 0))
    )
    command = ["encode", photo, "-o", "r.semc", "--backend", "openai", "--trace", "t.json"]
    limit = maximum(run(*command, "--dry-run")[1])
    run(*command)
    assert spent(tmp_path) > limit
