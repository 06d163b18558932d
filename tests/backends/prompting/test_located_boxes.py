"""Boxes are found in whatever form and convention a model returns them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from semcodec.backends.guides import Box
from semcodec.backends.prompting import ChatResponse
from semcodec.backends.prompting.backend import MAX_LOCATED
from semcodec.backends.prompting.box_coordinates import Form, FourNumbers, to_boxes
from semcodec.backends.prompting.box_labels import LabelMatcher
from semcodec.backends.prompting.data_limits import MAX_LOCATED_TOKENS
from semcodec.backends.prompting.lenient_json import MAX_DEPTH, Node, find_values
from semcodec.backends.prompting.located_boxes import MAX_BOXES, parse_boxes, typical_answer
from semcodec.backends.prompting.parsing import MAX_ANSWER
from semcodec.backends.recording.budget import max_tokens
from semcodec.errors import InvalidResponseError, RefusalError
from tests import profiles
from tests.backends.prompting.fake_chat import fake_backend

WORDS = "two brown dogs left red boat stop sign lake".split()
SIZE = (1024, 768)
DOG, BOAT = (0.1, 0.2, 0.3, 0.4), (0.5, 0.25, 0.9, 0.95)


def locate(answer: str, words: Sequence[str] = WORDS, size: tuple[int, int] = SIZE) -> Any:
    """Return the boxes of each word that has any."""
    boxes = parse_boxes(answer, words, size).boxes
    assert len(boxes) == len(words)
    return {word: round_all(found) for word, found in zip(words, boxes, strict=True) if found}


def round_all(boxes: Sequence[Box | None]) -> list[Any]:
    return [box and tuple(round(edge, 3) for edge in box) for box in boxes]


#: Answers that all mean one dog and one boat, at the same places.
FORMS = {
    "as requested": '{"boxes": [{"label": "dogs", "left": 100, "top": 200, "right": 300, '
    '"bottom": 400}, {"label": "boat", "left": 500, "top": 250, "right": 900, "bottom": 950}]}',
    "Qwen": '```json\n[\n\t{"bbox_2d": [100, 200, 300, 400], "label": "dog"},\n'
    '\t{"bbox_2d": [500, 250, 900, 950], "label": "a red boat"}\n]\n```',
    "Gemini": '[{"box_2d": [200, 100, 400, 300], "label": "dog"}, '
    '{"box_2d": [250, 500, 950, 900], "label": "boat"}]',
    "pixels": '[{"bbox": [102.4, 153.6, 307.2, 307.2], "label": "dog"}, '
    '{"bbox": [512, 192, 921.6, 729.6], "label": "boat"}, '
    '{"bbox": [0, 600, 1024, 768], "label": "grass"}]',
    "shares": '{"dogs": [[0.1, 0.2, 0.3, 0.4]], "boat": [[0.5, 0.25, 0.9, 0.95]]}',
    "percentages": '{"dogs": ["10%", "20%", "30%", "40%"], "boat": ["50%", "25%", "90%", "95%"]}',
    "Python": "[{'label': 'dogs', 'box': (100, 200, 300, 400), 'score': None},\n"
    " {'label': 'boat', 'box': (500, 250, 900, 950), 'score': nan},]",
    "a field for each word": '{"dog": {"x1": 100, "y1": 200, "x2": 300, "y2": 400}, '
    '"boat": {"xmin": 500, "ymin": 250, "xmax": 900, "ymax": 950}, "lake": [], "stop": null}',
    "width and height": '[{"name": "dog", "x": 100, "y": 200, "width": 200, "height": 200}, '
    '{"name": "boat", "bbox": {"x": 500, "y": 250, "w": 400, "h": 700}}]',
    "COCO": '[{"label": "dog", "bbox": [100, 200, 200, 200]}, '
    '{"label": "boat", "bbox": [500, 250, 400, 700]}]',
    "two corners": '[{"label": "dog", "points": [[100, 200], [300, 400]]}, '
    '{"label": "boat", "points": [{"x": 500, "y": 250}, {"x": 900, "y": 950}]}]',
    "the label first": '[["dog", 100, 200, 300, 400], ["boat", [500, 250, 900, 950]]]',
    "texts": '{"dog": "[100, 200, 300, 400]", "boat": "500,250,900,950"}',
    "texts as numbers": '[{"label": "dog", "left": "100", "top": "200", "right": "300px", '
    '"bottom": "400"}, {"label": "boat", "box": ["500", "250", "900", "950"]}]',
    "objects in lines": '{"label": "dog", "bbox_2d": [100, 200, 300, 400]}\n'
    '{"label": "boat", "bbox_2d": [500, 250, 900, 950]}\nThat is all.',
    "tags": "<ref>dog</ref><box>(100,200),(300,400)</box>"
    "<ref>boat</ref><box>[[500, 250, 900, 950]]</box>",
    "lines": "Here are the boxes, if that's what you mean:\n- dog: [100, 200, 300, 400]\n"
    "- **boat** at (500, 250, 900, 950)",
    "headings": "dog:\n[100, 200, 300, 400]\n\nboat:\n[500, 250, 900, 950]",
    "thoughts": "<think>The dog is at [1, 2, 3, 4].</think>\n"
    '{"dog": [100, 200, 300, 400], "boat": [500, 250, 900, 950]}',
    "other case, plural and order": '[{"bbox_2d": [500, 250, 900, 950], "label": "BOATS"}, '
    '{"bbox_2d": [100, 200, 300, 400], "label": "Dog."}]',
    "repeated boxes": '[{"bbox_2d": [100, 200, 300, 400], "label": "dog"}, '
    '{"bbox_2d": [101, 200, 300, 399], "label": "dog"}, '
    '{"bbox_2d": [500, 250, 900, 950], "label": "boat"}]',
    "the color too": '[{"bbox_2d": [100, 200, 300, 400], "label": "dog"}, '
    '{"bbox_2d": [500, 250, 900, 950], "label": "red"}, '
    '{"bbox_2d": [500, 250, 900, 951], "label": "boat"}]',
    "wrapped": '{"result": {"objects": [{"label": "dog", "box": {"coordinates": '
    '[100, 200, 300, 400]}}, {"label": "boat", "box": {"coordinates": [500, 250, 900, 950]}}]}}',
    "cut off": '[{"label": "dog", "bbox_2d": [100, 200, 300, 400]}, {"label": "boat", '
    '"bbox_2d": [500, 250, 900, 950]}, {"label": "boat", "bbox_2d": [10, 20, 50, 9',
    "NaN": '[{"label": "dog", "box": [NaN, 0, 1, 1]}, {"label": "dog", "box": '
    '[100, 200, 300, 400]}, {"label": "boat", "box": [500, 250, 900, 950]}]',
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_has_the_same_boxes(form: str) -> None:
    found = locate(FORMS[form])
    assert set(found) == {"dogs", "boat"}
    for word, expected in (("dogs", DOG), ("boat", BOAT)):
        (box,) = found[word]
        assert box == pytest.approx(expected, abs=0.0015)


def test_several_boxes_and_other_labels() -> None:
    answer = '{"dog": [[100, 200, 300, 400], [400, 200, 600, 400]], "cat": [[1, 2, 3, 4]]}'
    found = parse_boxes(answer, WORDS, SIZE)
    assert round_all(found.boxes[2]) == [DOG, (0.4, 0.2, 0.6, 0.4)]
    assert (found.found, found.unknown, found.impossible) == (3, 1, 0)


@pytest.mark.parametrize(
    ("form", "values", "size", "expected"),
    [
        # Thousandths as requested, unless something shows otherwise.
        ("list", [(200, 300, 400, 500)], (1024, 683), [(0.2, 0.3, 0.4, 0.5)]),
        ("list", [(0, 0, 1000, 1000)], (640, 480), [(0, 0, 1, 1)]),
        # One of them is beyond 1000, so both are pixels.
        ("list", [(0, 0, 512, 341.5), (1010, 0, 1020, 683)], (1024, 683),
         [(0, 0, 0.5, 0.5), (0.986, 0, 0.996, 1)]),
        # A box ends exactly at the lower edge in pixels, and none beyond it.
        ("list", [(512, 341.5, 768, 683)], (1024, 683), [(0.5, 0.5, 0.75, 1)]),
        ("list", [(512, 341.5, 768, 683), (0, 0, 100, 900)], (1024, 683),
         [(0.512, 0.342, 0.768, 0.683), (0, 0, 0.1, 0.9)]),
        ("list", [(0, 0, 640, 400)] * 9 + [(0, 0, 320, 900)], (640, 480),
         [(0, 0, 0.64, 0.4)] * 9 + [(0, 0, 0.32, 0.9)]),
        # All are at most 1: shares, even the whole picture in whole numbers.
        ("list", [(0, 0, 1, 1)], SIZE, [(0, 0, 1, 1)]),
        ("list", [(0.25, 0.5, 0.75, 1.01)], SIZE, [(0.25, 0.5, 0.75, 1)]),
        ("list", [(1, 1, 2, 2), (500, 500, 700, 600)], SIZE,
         [(0.001, 0.001, 0.002, 0.002), (0.5, 0.5, 0.7, 0.6)]),
        # Gemini's order goes with its name, in any unit, unless it is impossible.
        ("box_2d", [(100, 200, 300, 900)], SIZE, [(0.2, 0.1, 0.9, 0.3)]),
        ("box_2d", [(0.1, 0.2, 0.3, 0.9)], SIZE, [(0.2, 0.1, 0.9, 0.3)]),
        ("box_2d", [(1020, 100, 1800, 900)], (2000, 1000), [(0.51, 0.1, 0.9, 0.9)]),
        # Width and height, because the third number is below the first.
        ("list", [(600, 300, 200, 400)], SIZE, [(0.6, 0.3, 0.8, 0.7)]),
        ("list", [(600, 300, 200, 400), (100, 100, 300, 200)], SIZE,
         [(0.6, 0.3, 0.8, 0.7), (0.1, 0.1, 0.4, 0.3)]),
        # One mistake among many is not a convention of its own.
        ("list", [(600, 300, 200, 400), *[(100, 100, 300, 200)] * 5], SIZE,
         [None, *[(0.1, 0.1, 0.3, 0.2)] * 5]),
        # Slightly outside is cut off, far outside is impossible.
        ("corners", [(-10, 5, 1015, 900)], (1024, 1024), [(0, 0.005, 1, 0.9)]),
        ("corners", [(100, 100, 300, 5000)], SIZE, [None]),
        ("corners", [(300, 100, 300, 500)], SIZE, [None]),
        ("extent", [(300, 100, 200, 500)], SIZE, [(0.3, 0.1, 0.5, 0.6)]),
    ],
)  # fmt: skip
def test_convention_is_that_of_all_boxes_together(
    form: Form, values: Any, size: tuple[int, int], expected: Any
) -> None:
    boxes = round_all(to_boxes([FourNumbers(each, form) for each in values], size))
    assert boxes == expected


@pytest.mark.parametrize(
    ("label", "index"),
    [
        ("dogs", 2), ("Dog", 2), ("3. dog", 2), ("the brown dog", 2), ("dog on a boat", 2),
        ("boat with a dog", 5), ("stop sign", 7), ("stop-sign", 7), ("Lake.", 8), ("ship", None),
        ("", None), ("!!", None), ("dog's bowl", None), ("on the lake", 8),
    ],
)  # fmt: skip
def test_label_means_a_word(label: str, index: int | None) -> None:
    if label in ("stop-sign", "dog's bowl"):  # one word each, which is not one of the words
        index = None
    assert LabelMatcher(WORDS).find([label], [0] * len(WORDS)) == index


def test_label_of_another_word_for_the_thing() -> None:
    assert LabelMatcher(["red", "couch"]).find(["sofas"], [0, 0]) == 1
    assert LabelMatcher(["犬", "Straße"]).find(["STRASSE"], [0, 0]) == 1
    assert LabelMatcher(["犬", "x"]).find(["犬"], [0, 0]) == 0


def test_repeated_word_shares_out_its_boxes() -> None:
    words = "brown dog left white dog right".split()
    one, two, three = [100, 200, 300, 400], [400, 200, 600, 400], [700, 200, 900, 400]
    by_color = json.dumps([["white dog", one], ["brown dog", two]])
    assert [len(found) for found in parse_boxes(by_color, words, SIZE).boxes] == [0, 1, 0, 0, 1, 0]
    assert round_all(parse_boxes(by_color, words, SIZE).boxes[1]) == [(0.4, 0.2, 0.6, 0.4)]
    by_order = json.dumps({"dog": [one, two, three]})
    assert [len(found) for found in parse_boxes(by_order, words, SIZE).boxes] == [0, 2, 0, 0, 1, 0]


@pytest.mark.parametrize("answer", ['{"boxes": []}', "[]", '{"dog": null, "boat": []}', "None."])
def test_answer_without_boxes_can_be_right(answer: str) -> None:
    backend, chat = fake_backend(answer)
    assert backend.locate(Image.new("RGB", SIZE), WORDS) == [[] for _ in WORDS]
    assert len(chat.requests) == 1


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("A dog and a boat.", "no boxes"),
        ('{"dog": [1, 2, 3]}', "no boxes"),
        ("[" * 1000, "no boxes"),
        ("[", "no boxes"),
        ('{"dog": [100, 100, 300, 5000]}', "no box is within the picture, from 0 to 1000"),
        ('[{"label": "dog", "box": [300, 300, 300, 900]}]', "no box is within the picture"),
    ],
)
def test_unusable_answer_is_requested_again_and_then_an_error(answer: str, problem: str) -> None:
    backend, chat = fake_backend(answer, FORMS["Qwen"])
    found = backend.locate(Image.new("RGB", SIZE), WORDS)
    assert round_all(found[2]) == [DOG]
    assert chat.requests[1].rejected is not None
    assert problem in chat.requests[1].rejected[1]
    backend, chat = fake_backend(answer)
    with pytest.raises(InvalidResponseError, match="unusable answer to 'locate' twice"):
        backend.locate(Image.new("RGB", SIZE), WORDS)
    assert len(chat.requests) == len(chat.discarded) == 2


def test_model_that_sees_nothing_or_refuses() -> None:
    backend, _ = fake_backend("I'm sorry, I can't help with that.")
    with pytest.raises(RefusalError, match="refused 'locate'"):
        backend.locate(Image.new("RGB", SIZE), WORDS)
    backend, _ = fake_backend("Please upload the picture first.")
    with pytest.raises(InvalidResponseError, match="did not see the picture"):
        backend.locate(Image.new("RGB", SIZE), WORDS)
    backend, chat = fake_backend(ChatResponse("<think>Let me see", is_truncated=True))
    with pytest.raises(InvalidResponseError, match="thoughts of the model"):
        backend.locate(Image.new("RGB", SIZE), WORDS)
    assert len(chat.requests) == 1


def test_other_labels_are_requested_again_and_then_no_boxes() -> None:
    backend, chat = fake_backend('{"cat": [100, 200, 300, 400]}')
    assert backend.locate(Image.new("RGB", SIZE), WORDS) == [[] for _ in WORDS]
    assert len(chat.requests) == 2
    assert chat.requests[1].rejected is not None
    assert "no label is one of the words" in chat.requests[1].rejected[1]


def test_possible_boxes_of_two_answers_with_impossible_ones_are_used() -> None:
    answer = '{"dog": [100, 200, 300, 400], "boat": [100, 200, 300, 9000]}'
    backend, chat = fake_backend(answer)
    assert round_all(backend.locate(Image.new("RGB", SIZE), WORDS)[2]) == [DOG]
    assert len(chat.requests) == 2


def test_request_has_the_words_as_data_and_a_schema_of_named_edges() -> None:
    backend, chat = fake_backend(typical_answer(["dogs", "boat"]))
    backend.locate(Image.new("RGB", SIZE), WORDS)
    (request,) = chat.requests
    assert (request.stage, request.image is not None) == ("locate", True)
    assert json.dumps("\n".join(WORDS)) in request.task
    assert "never follow it" in request.rules
    assert request.schema is not None
    item = request.schema["properties"]["boxes"]["items"]
    assert item["required"] == ["label", "left", "top", "right", "bottom"]
    located = parse_boxes(request.expected_answer, WORDS, SIZE)
    assert (located.found, located.unknown, located.impossible) == (3, 0, 0)


def test_words_are_cut_to_the_limit_of_a_plan() -> None:
    backend, chat = fake_backend("[]")
    backend.locate(Image.new("RGB", SIZE), ["犬" * 99] * MAX_LOCATED)
    quoted = chat.requests[0].task.partition("<data>")[2].partition("</data>")[0]
    assert MAX_LOCATED_TOKENS / 2 < max_tokens(quoted) <= MAX_LOCATED_TOKENS


def test_only_the_words_of_a_layout_are_asked_about() -> None:
    words = [f"w{n}x" for n in range(MAX_LOCATED + 6)]
    backend, chat = fake_backend(f'{{"{words[-1]}": [1, 2, 300, 400], "w1x": [1, 2, 300, 400]}}')
    found = backend.locate(Image.new("RGB", SIZE), words)
    assert [index for index, boxes in enumerate(found) if boxes] == [1]
    assert len(found) == len(words)
    assert words[MAX_LOCATED] not in chat.requests[0].task
    assert backend.locate(Image.new("RGB", SIZE), []) == []
    assert backend.locate(Image.new("RGB", SIZE), ["", " "]) == [[], []]
    assert len(chat.requests) == 1


HOSTILE = {
    "many boxes": json.dumps([{"label": "dog", "box": [i, 2, i + 9, 40]} for i in range(9000)]),
    "many of one word": json.dumps({"dog": [[i, i, i + 300, i + 300] for i in range(600)]}),
    "deep lists": "[" * MAX_ANSWER,
    "deep objects": '{"a":' * (MAX_ANSWER // 5),
    "balanced deep lists": "[" * (MAX_ANSWER // 2) + "]" * (MAX_ANSWER // 2),
    "one long text": '["' + "a" * MAX_ANSWER,
    "one long escape": '["' + "\\" * MAX_ANSWER,
    "many quotation marks": "['" * (MAX_ANSWER // 2),
    "many starts": "[1]" * (MAX_ANSWER // 3),
    "groups of text": "dog (1, 2, 3, 4) " * (MAX_ANSWER // 17),
    "nearly groups": "(1, 2, 3, " * (MAX_ANSWER // 10),
    "blanks": "[1," + " " * MAX_ANSWER,
    "digits": "[" + "9" * MAX_ANSWER,
    "labels": json.dumps([["dog " * 50 + str(n), n, 2, 900, 40] for n in range(400)]),
    "numbers": "[1e99, -1e99, 1e99, 9e99], {'dog': [1e99, 1, 2, 3]}",
    "huge numbers": '{"dog": [-999999999, -999999999, 999999999, 999999999]}',
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answer_takes_bounded_time_and_has_few_boxes(name: str) -> None:
    started = time.process_time()
    boxes = parse_boxes(HOSTILE[name], WORDS, SIZE).boxes
    assert time.process_time() - started < 3
    assert all(len(found) <= MAX_BOXES for found in boxes)


@profiles.examples(15)
@given(st.recursive(st.floats() | st.text(max_size=5) | st.sampled_from([*WORDS, None]),
                    lambda inner: st.lists(inner, max_size=5)
                    | st.dictionaries(st.sampled_from([*WORDS, "left", "top", "bbox", "x"]), inner,
                                      max_size=5)),
       st.integers(0, 60))  # fmt: skip
def test_any_answer_has_boxes_within_the_picture(value: Any, end: int) -> None:
    for answer in (json.dumps(value), str(value), json.dumps(value)[:-end]):
        for boxes in parse_boxes(answer, WORDS, SIZE).boxes:
            for left, top, right, bottom in boxes:
                assert 0 <= left < right <= 1
                assert 0 <= top < bottom <= 1


@profiles.examples(15)
@given(st.recursive(st.integers(-999, 999) | st.text("abc'\" \\\n[{,:é", max_size=8),
                    lambda inner: st.lists(inner, max_size=4)
                    | st.dictionaries(st.text("ab", max_size=4), inner, max_size=4)))  # fmt: skip
def test_valid_json_is_parsed_exactly(value: Any) -> None:
    if isinstance(value, list | dict):
        (node,) = find_values(json.dumps(value))
        assert to_plain(node, isinstance(value, dict), value) == value


def to_plain(node: Any, is_object: bool, model: Any) -> Any:
    """Return the JSON value of a node; ``model`` tells lists from objects."""
    if is_object:
        models = list(model.values())
        pairs = zip(node.items, models, strict=True)
        return {key: plain(item, inner) for (key, item), inner in pairs}
    return [plain(item, inner) for (_, item), inner in zip(node.items, model, strict=True)]


def plain(item: Any, model: Any) -> Any:
    is_node = isinstance(model, list | dict)
    return to_plain(item, isinstance(model, dict), model) if is_node else item


def test_depth_is_limited_and_what_follows_is_still_read() -> None:
    deep = "[" * (MAX_DEPTH + 5) + "7" + "]" * (MAX_DEPTH + 5)
    first, second = find_values(f"[{deep}, 8] [9]")
    assert first.items[-1] == (None, 8.0)
    assert second.items == [(None, 9.0)]
    node, depth = first, 1
    while node.items and isinstance(node.items[0][1], Node):
        node, depth = node.items[0][1], depth + 1
    assert depth == MAX_DEPTH


@pytest.mark.parametrize("seed", range(profiles.count(1, 200)))
def test_jumbled_forms_never_raise(seed: int) -> None:
    rng = random.Random(seed)
    for form in FORMS.values():
        letters = list(form)
        for _ in range(rng.randint(1, 9)):
            place = rng.randrange(len(letters))
            letters[place : place + rng.randint(0, 3)] = rng.choice(["", "[", '"', "'", "}", ","])
        parse_boxes("".join(letters), WORDS, SIZE)
