"""Parsing of model answers: word lists as JSON, lines or commas, with or without other text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec.backends.prompting import parsing
from tests.each import for_each

THREE_WORDS = ["boat", "lake", "dog"]

#: Notations in which models write three words.
NOTATIONS = {
    "json": '["boat", "lake", "dog"]',
    "json in an object": '{"words": ["boat", "lake", "dog"]}',
    "json on many lines": '{\n  "words": [\n    "boat",\n    "lake",\n    "dog"\n  ]\n}',
    "json nested in objects": '{"result": {"answer": {"words": ["boat", "lake", "dog"]}}}',
    "json with other fields": '{"count": 3, "why": "as asked", "words": ["boat", "lake", "dog"]}',
    "json with an empty list first": '{"notes": [], "words": ["boat", "lake", "dog"]}',
    "json with numbers in the list": '["boat", 1, "lake", null, 2.5, "dog", true]',
    "json of objects": '{"words": [{"word": "boat"}, {"word": "lake"}, {"word": "dog"}]}',
    "json of lists": '[["boat"], ["lake", "dog"]]',
    "json object with numeric keys": '{"1": "boat", "2": "lake", "3": "dog"}',
    "json object with skeletons as keys": '{"bt": "boat", "lk": "lake", "dg": "dog"}',
    "json list after a json object": '{"note": "here they are"} ["boat", "lake", "dog"]',
    "json with numbered entries": '["1. boat", "2. lake", "3) dog"]',
    "json in prose": 'Sure! Here you go:\n["boat", "lake", "dog"]\nI hope that helps.',
    "json after braces that are not json": 'The set {of words} is ["boat", "lake", "dog"].',
    "json in a fence": '```json\n["boat", "lake", "dog"]\n```',
    "json in a fence with CRLF": '```json\r\n["boat", "lake", "dog"]\r\n```\r\n',
    "json in an indented fence": '  ```JSON  \n["boat", "lake", "dog"]\n  ```  ',
    "json with capitals and spaces": '["  Boat ", "LAKE", "dog."]',
    "json after reasoning": '<think>["cat"] or so?</think>["boat", "lake", "dog"]',
    "json after reasoning without its start tag": 'Hm, ["cat"]?</think>["boat", "lake", "dog"]',
    "json before reasoning that never ends": '["boat", "lake", "dog"]<think>or rather',
    "json truncated in a word": '{"words": ["boat", "lake", "dog", "lan',
    "json truncated after a comma": '["boat", "lake", "dog",',
    "json with a trailing comma": '["boat", "lake", "dog",]',
    "Python list": "['boat', 'lake', 'dog']",
    "numbered lines": "1. boat\n2. lake\n3. dog",
    "lines numbered in other ways": "1) boat\n(2) lake\n3: dog",
    "lines numbered without punctuation": "1 boat\n2 lake\n3 dog",
    "numbered lines with gaps": "\n1. boat\n\n2. lake\n\n3. dog\n",
    "numbered lines in prose": "Here they are:\n1. boat\n2. lake\n3. dog\nTell me if I can help!",
    "bullets": "- boat\n- lake\n- dog",
    "other bullets": "* boat\n• lake\n– dog",  # an en dash, which some models use
    "indented bullets": "  - boat\n  - lake\n  - dog",
    "lines": "boat\nlake\ndog",
    "lines after a heading": "The words:\nboat\nlake\ndog",
    "lines in a fence": "```\nboat\nlake\ndog\n```",
    "commas": "boat, lake, dog",
    "commas and capitals": "Boat, Lake, Dog.",
    "commas after a heading": "Words: boat, lake, dog",
    "commas in prose": "Here they are, as asked:\nboat, lake, dog, \nBye",
    "commas and numbers": "1. boat, 2. lake, 3. dog",
    "one line": "boat lake dog",
    "one numbered line": "1. boat 2. lake 3. dog",
    "one numbered line after a heading": "The words are: 1. boat 2. lake 3. dog",
    "quotation marks": '"boat lake dog"',
    "typographic quotation marks": "“boat lake dog”",
}


@for_each(NOTATIONS)
def test_list_is_parsed_in_every_notation(notation: str) -> None:
    assert parsing.list_words(NOTATIONS[notation]) == THREE_WORDS


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("1. boat", ["boat"]),
        ("- boat", ["boat"]),
        ('["boat"]', ["boat"]),
        ("boat", ["boat"]),
        ("The word: boat", ["boat"]),
        ("Word: boat", ["boat"]),
        ("bt: boat\nlk: lake", ["bt", "boat", "lk", "lake"]),
        ("bt - boat\nlk → lake", ["bt", "boat", "lk", "lake"]),
        ('["caf\\u00e9", "na\\u00efve", "cut', ["café", "naïve"]),
        ('["a\\qb", "lake"', ["a", "qb", "lake"]),
        ('["o\'clock", "state-of-the-art"]', ["o'clock", "state-of-the-art"]),
        ("[]", []),
        ("{}", []),
        ("[[[]]]", []),
        ("", []),
        (" \n\t ", []),
        ("<think>what now", []),
        ("...", []),
        ("[", []),
        ('"', []),
    ],
)
def test_text_around_a_list_is_skipped(answer: str, words: list[str]) -> None:
    assert parsing.list_words(answer) == words


def test_spaces_in_entries_are_normalized() -> None:
    assert parsing.list_entries('["n  t\\n r", "   ", "3. s"]') == ["n t r", "s"]


def test_too_long_word_is_skipped() -> None:
    longest = "a" * parsing.MAX_WORD
    # In lower case "İ" becomes two characters, so such a word grows while it is parsed.
    assert parsing.list_words(f'["{longest}a", "{longest}", "{"İ" * 90_000}"]') == [longest]


def test_number_of_entries_is_limited() -> None:
    assert len(parsing.list_entries("a," * 2 * parsing.MAX_ENTRIES)) == parsing.MAX_ENTRIES


def test_number_of_json_starts_is_limited() -> None:
    # Within the limit the list is parsed as JSON, up to its end. Beyond it the answer counts as
    # truncated JSON, of which all strings are returned.
    answer = '["boat"] "lake"'
    assert parsing.list_words("{" * (parsing.MAX_JSON_STARTS - 1) + answer) == ["boat"]
    assert parsing.list_words("{" * parsing.MAX_JSON_STARTS + answer) == ["boat", "lake"]


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ('"A red boat."', "A red boat."),
        ("'A red boat.'", "A red boat."),
        ("“A red boat.”", "A red boat."),
        ('"Red" is written on a boat called "Sea"', '"Red" is written on a boat called "Sea"'),
        ("```text\nA red boat.\n```", "A red boat."),
        ("<think>A boat?</think>\n\nA red boat.", "A red boat."),
        ("<think>one</think> A <think>two</think> A red boat.", "A red boat."),
        ("<thinking>A boat?</thinking>A red boat.", "A red boat."),
        ("<THINK>A boat?</THINK>\nA red boat.", "A red boat."),
        ("<Thinking>A boat?</Thinking>A red boat.", "A red boat."),
        ("◁think▷A boat?◁/think▷A red boat.", "A red boat."),  # tags of some vision models
        ("[THINK]A boat?[/THINK]A red boat.", "A red boat."),
        (" \n<think>A boat?</think>A red boat.", "A red boat."),
        ("A boat?</think>A red boat.", "A red boat."),
        ("A boat?◁/think▷A red boat.", "A red boat."),
        ("A boat? <think>so</think>", "A boat? <think>so</think>"),
        ("A red boat. <think>three", "A red boat. <think>three"),
        ("<think>x</think>A sign says [THINK] here.", "A sign says [THINK] here."),
        ('A sign says "<think>" in red.', 'A sign says "<think>" in red.'),
        ("A <thinker> on a boat, [thinks]", "A <thinker> on a boat, [thinks]"),
        ('"', '"'),
    ],
)
def test_wrappers_around_prose_are_removed(answer: str, text: str) -> None:
    assert parsing.strip_wrappers(answer) == text


@pytest.mark.parametrize("tag", ["<think>", "<thinking>", "<THINK>", "◁think▷", "[THINK]"])
def test_unfinished_reasoning_is_not_an_answer(tag: str) -> None:
    assert parsing.strip_wrappers(f" {tag}A red boat.") == ""
    assert parsing.list_words(f'{tag}["boat"]') == []


def test_answer_after_long_reasoning_is_parsed() -> None:
    answer = "<think>" + "hm " * parsing.MAX_ANSWER + "</think>A boat."
    assert parsing.strip_wrappers(answer) == "A boat."


def test_length_of_an_answer_is_limited() -> None:
    assert len(parsing.strip_wrappers("a" * 2 * parsing.MAX_ANSWER)) == parsing.MAX_ANSWER


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A boat. A lak", "A boat."),
        ('He says "go!" and th', 'He says "go!"'),
        ("It is 3.5 m long. An", "It is 3.5 m long."),
        ("Is it? It", "Is it?"),
        ("a boat on a la", "a boat on a la"),
        ("A boat.", "A boat."),
    ],
)
def test_text_ends_with_its_last_whole_sentence(text: str, expected: str) -> None:
    assert parsing.whole_sentences(text) == expected


#: Answers near the limit of length. A parser that scans the rest of the text again from each of
#: its characters takes quadratic time for them.
REPETITIVE_ANSWERS = {
    "escaped quotation marks": '["' + '\\"' * 50_000,
    "unescaped quotation marks": '["' + '"' * 99_000,
    "backslashes": '["' + "\\" * 99_000,
    "blank lines": "\n" * 99_000 + "x",
    "spaces": " " * 99_000 + "x",
    "spaces after a fence": "```" + " " * 99_000 + "x",
    "fences": "```\n" * 25_000,
    "numbers": "1. " * 33_000,
    "numbers and spaces": ("1." + " " * 40) * 2_000,
    "digits": "[" + "1" * 99_000,
    "brackets": "[" * 99_000,
    "closed brackets": "[" * 50_000 + "]" * 50_000,
    "braces": "{" * 99_000,
    "fields": '{"a":' * 20_000,
    "nested lists": '["a",' * 900 + '"b"' + "]" * 900,
    "start tags of reasoning": "<think>" * 14_000,
    "end tags of reasoning": "</think>" * 12_000,
    "start tags of many kinds": "<think>[think]◁think▷" * 5_000,
    "brackets of end tags": "[/" * 49_000,
    "apostrophes": "a'" * 50_000,
    "periods": ". " * 50_000,
    "commas": "," * 99_000,
    "colons": ":" * 99_000,
    "lines": "a\n" * 50_000,
    "bullets": "-" * 99_000,
    "bullets on lines": "- a\n" * 25_000,
}


@pytest.mark.parametrize("kind", REPETITIVE_ANSWERS)
def test_huge_answer_is_parsed_in_linear_time(kind: str) -> None:
    """No clock is needed: with quadratic time this test would take minutes."""
    answer = REPETITIVE_ANSWERS[kind]
    assert all(len(word) <= parsing.MAX_WORD for word in parsing.list_words(answer))
    parsing.whole_sentences(answer)


@given(st.text(max_size=300) | st.text('[]{}"\\,:1.- \nab`<>◁▷think/', max_size=300))
def test_any_text_is_parsed_without_an_error(text: str) -> None:
    assert all(word == word.lower() for word in parsing.list_words(text))
    assert text.startswith(parsing.whole_sentences(text))


@pytest.mark.parametrize(
    ("answer", "description"),
    [
        ('{"caption": "A boat.", "brightest": "center"}', "A boat."),
        ('{"front": "A boat.", "back": ["A lake.", "Trees."]}', "A boat.\nA lake.\nTrees."),
        ('{"count": 1}', ""),
        ('{"Description": "A boat.", "Brightest": "center"}', "A boat."),
        ('{"result": {"description": "A boat.", "brightest": "center"}}', "A boat."),
        ('{"description": {"type": "string"}}', "string"),
        ("{'description': 'Bob's boat.', 'brightest': 'center'}", "Bob's boat."),
        ('{"descr', ""),
        ('A sign with {"count": 1} on it.', 'A sign with {"count": 1} on it.'),
    ],
)
def test_names_of_fields_are_not_in_the_description(answer: str, description: str) -> None:
    assert parsing.description_fields(answer)[0] == description
