"""Answers about the layers of a record: boxes of words, and pictures that start from colors."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from tests.backends.openai import fake_responses
from tests.backends.openai.fake_server import Behavior, respond
from tests.backends.openai.faults.fault import BILLED, PROCESSED, UNUSABLE, error_body, respond_text

AGAIN: Final = "use another model."
#: The boxes in hundredths of the picture, by word.
HOUSE: Final = {"house": [(12, 25, 50, 87)]}
NO_EDITS_NOTICE: Final = (
    "The server cannot edit pictures, so this one was not started from the colors of the record; "
    "they were applied after painting."
)
ONLY_COLORS: Final = (
    "The painted picture is the colors of the record and nothing else, because the model has "
    "returned them unchanged: raise start_strength, use another model, or omit --start-from-colors."
)


@dataclass(frozen=True, slots=True)
class BoxFault:
    """An answer to ``locate``, which every request for boxes gets, and its outcome.

    Attributes:
        name: what the server does, for the page.
        behavior: the same as code.
        message: of the error, with STAGE as placeholder; empty if there is none.
        requests: the number of requests for boxes.
        boxes: those of the result, in hundredths, by word; None where there is an error.
    """

    name: str
    behavior: Behavior
    message: str = ""
    requests: int = 1
    boxes: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StartFault:
    """An answer to the request that starts a picture from colors, and its outcome.

    Attributes:
        name: what the server does, for the page.
        behavior: the same as code; in place of it, ``returns_start`` returns the colors.
        result: the message of the error or, without one, the notice; URL is a placeholder.
        is_error: whether the run fails.
        routes: the requests for pictures: e for an edit, g for a generation.
    """

    name: str
    behavior: Behavior | None
    result: str
    is_error: bool = False
    routes: str = "e"


def answer(value: Any) -> Behavior:
    """Respond with a text, or a JSON value as text."""
    return respond_text(value if isinstance(value, str) else json.dumps(value))


def unusable(name: str, value: Any, problem: str) -> BoxFault:
    """Return a fault whose answer is unusable twice."""
    return BoxFault(name, answer(value), f"{UNUSABLE} ({problem}): {AGAIN}", 2)


def usable(name: str, value: Any, requests: int = 1, boxes: Any = HOUSE) -> BoxFault:
    """Return a fault whose answer can be used."""
    return BoxFault(name, answer(value), requests=requests, boxes=boxes)


def _black() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (512, 512)).save(out, "PNG")
    return out.getvalue()


BOX: Final = {"label": "house", "left": 120, "top": 250, "right": 500, "bottom": 870}
MANY: Final = [{**BOX, "left": 120 + n % 9} for n in range(1_500)]

BOXES: Final = (
    unusable("describes the picture instead", "A red house and a tree.", "no boxes"),
    unusable("returns three numbers in place of four", {"house": [120, 250, 500]}, "no boxes"),
    unusable("returns only boxes outside the picture", {"house": [120, 250, 500, 87_000]},
             "no box is within the picture, from 0 to 1000"),
    unusable("nests lists 50,000 deep", "[" * 50_000, "no boxes"),
    BoxFault("refuses to locate", answer("I'm sorry, but I can't help with that."),
             "The backend openai refused 'STAGE': use another image or model.", 2),
    BoxFault("asks for the picture", answer("Please upload the picture first."),
             "The model of the backend openai did not see the picture ('Please upload the picture "
             "first.'): use a model with vision, in llama.cpp with its --mmproj file.", 2),
    usable("finds nothing", {"boxes": []}, boxes={}),
    usable("returns boxes of other words only", {"cat": [120, 250, 500, 870]}, 2, {}),
    usable("returns a box of another word, too",
           {"boxes": [BOX, {**BOX, "label": "cat", "left": 0}]}),
    usable("returns 1,500 boxes", {"boxes": MANY}),
    usable("returns Qwen's boxes in a code fence",
           '```json\n[{"bbox_2d": [120, 250, 500, 870], "label": "House"}]\n```'),
    usable("returns Gemini's boxes, top edge first",
           [{"box_2d": [250, 120, 870, 500], "label": "house"}]),
    usable("returns pixels", {"house": [77, 120, 320, 417.6], "door": [600, 400, 640, 480]}),
    usable("returns shares", {"houses": [[0.12, 0.25, 0.5, 0.87]]}),
    usable("returns Python's notation, with NaN and without an end",
           "[{'label': 'house', 'box': (120, 250, 500, 870), 'score': nan}, {'label': 'tree', 'bo"),
    usable("returns tags", "<ref>house</ref><box>(120,250),(500,870)</box>"),
)  # fmt: skip

_SENT: Final = "The server URL"
STARTS: Final = (
    StartFault("does not have the route", respond(404, b""), NO_EDITS_NOTICE, routes="eg"),
    StartFault("does not accept a form", respond(415, error_body("Expected application/json")),
               NO_EDITS_NOTICE, routes="eg"),
    StartFault("has a model that cannot edit",
               respond(400, error_body("Image editing is not supported by this model.")),
               NO_EDITS_NOTICE, routes="eg"),
    StartFault("loses the connection", lambda connection: connection.reset(),
               f"{_SENT} lost the connection during 'paint' (ReadError){BILLED}: try again.", True),
    StartFault("fails", respond(500, error_body("CUDA error")),
               f"{_SENT} failed during 'paint' (status 500: CUDA error){PROCESSED}: try again "
               "later.", True),
    StartFault("returns the colors unchanged", None, ONLY_COLORS),
    StartFault("returns a black picture", respond(200, fake_responses.image_body(_black())),
               "The painted picture is black, perhaps by the painter's safety filter: try another "
               "seed, other words or another painter."),
)  # fmt: skip
