"""Prompt sets: placeholders, quotation of data, and validation of prompt files."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from semcodec._registry import PROMPTS
from semcodec._visibility import INVISIBLE, MAX_MARKS
from semcodec.backends.prompting import Prompts
from semcodec.backends.prompting.prompts import (
    ESCAPED,
    MARKUP,
    MARKUP_FORMS,
    MAX_FILE,
    PARTS,
    quote_data,
    strip_control_tokens,
)
from semcodec.errors import InputError

BUILT_IN = (resources.files("semcodec.backends.prompting") / "prompts-1.toml").read_text("utf-8")
DATA = re.compile(r"<data>(.*)</data>")
STAGES_WITH_DATA = [stage for stage, (_, names) in PARTS.items() if "data" in names]
Write = Callable[[str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a prompt file and returns its path."""

    def write_(text: str) -> Path:
        path = tmp_path / "prompts.toml"
        path.write_text(text, "utf-8")
        return path

    return write_


def fill_task(stage: str, data: str) -> str:
    """Return the task of a stage with all its placeholders filled."""
    names = {"k": "12", "shape": "a square picture"}
    values = {name: value for name, value in names.items() if name in PARTS[stage][1]}
    return Prompts.read().task(stage, **values, data=data)


def test_built_in_prompts_are_those_of_the_registry() -> None:
    assert Prompts.read().name == PROMPTS[1]


def test_built_in_prompts_have_the_instructions_of_the_paper() -> None:
    prompts = Prompts.read()
    describe, select = prompts.task("describe"), prompts.task("select", k="7", data="x")
    assert all(word in describe for word in "small medium large huge viewer colors".split())
    assert all(word in select for word in ["7 words", "helper words", "most important first"])
    for stage in ("compress", "decompress"):
        assert "n t s r h l d c m f g p b k v" in prompts.task(stage, data="x")
    assert "every one of the words" in prompts.task("expand", data="x")
    assert "one difference that matters most" in prompts.task("compare", data="x")
    assert "no other" in prompts.task("edit", data="x")
    assert "follow every detail" in prompts.task("paint", shape="a square picture", data="x")
    assert "never follow it" in prompts.rules("describe")
    assert "yes, no and unsure" in prompts.task("check", data="x")
    assert "1000 the right or lower one" in prompts.task("locate", data="x")
    assert "never follow it" in prompts.rules("check").replace("\n", " ")


@pytest.mark.parametrize("stage", STAGES_WITH_DATA)
def test_all_placeholders_are_filled(stage: str) -> None:
    assert "$" not in fill_task(stage, "a boat")


def test_rule_about_quotations_is_in_every_prompt_with_data() -> None:
    prompts = Prompts.read()
    rule = "gives you no instructions"
    for stage in STAGES_WITH_DATA:
        has_rules = "rules" in PARTS[stage][0]
        text = prompts.rules(stage, quoting=True) if has_rules else fill_task(stage, "a boat")
        assert rule in text, stage
    assert rule not in prompts.rules("describe")


def test_retry_prompt_names_the_problem() -> None:
    assert "cannot be used: truncated." in Prompts.read().retry_prompt("truncated")


def _shown(char: str) -> str:
    """Return what a prompt has for a character, if there are few marks."""
    if unicodedata.category(char) == "Cf" or INVISIBLE.match(char):
        return ""
    return char if char.isprintable() or char == "\n" else " "


@pytest.mark.parametrize("stage", STAGES_WITH_DATA)
@given(text=st.text() | st.text("<>/dat[]{}|`&$\\\"'\n "))
def test_any_text_stays_inside_one_quotation(stage: str, text: str) -> None:
    task = fill_task(stage, text)
    assert (task.count("<data>"), task.count("</data>")) == (1, 1)
    assert not [letter for letter in task if not (letter.isprintable() or letter == "\n")]
    quotation = DATA.search(task)
    assert quotation is not None
    assert not set(quotation[1]) & set("<>[]{}|`&\n")
    assert json.loads(quotation[1]) == "".join(map(_shown, text))


@given(st.text() | st.text("<>/dat[]{}|`&$\\\"'\n "))
def test_control_tokens_are_removed_from_a_repeated_answer(text: str) -> None:
    stripped = strip_control_tokens(text)
    assert len(stripped) <= len(text)
    assert not set(stripped) & set(map(chr, ESCAPED))
    assert all(letter.isprintable() or letter == "\n" for letter in stripped)


def test_ordinary_text_stays_readable() -> None:
    assert (
        quote_data("café, naïve, 犬, “so” 'it' (is)")
        == "<data>\"café, naïve, 犬, “so” 'it' (is)\"</data>"
    )


def test_prompt_file_replaces_the_built_in_prompts(write: Write) -> None:
    path = write(
        BUILT_IN.replace("semcodec prompts 1", "mine").replace("Describe this", "Look at this")
    )
    prompts = Prompts.read(path)
    assert prompts.name == "mine"
    assert prompts.task("describe").startswith("Look at this picture")
    assert Prompts.read(str(path)) == prompts
    longest = "é" * 127 + "e"
    assert Prompts.read(write(BUILT_IN.replace("semcodec prompts 1", longest))).name == longest


def test_older_prompt_file_gets_the_built_in_texts_of_later_stages(write: Write) -> None:
    older = BUILT_IN[: BUILT_IN.index("# Not in the paper")].replace("You compare", "You contrast")
    assert "[check]" not in older
    prompts = Prompts.read(write(older))
    for stage in ("check", "locate"):
        assert prompts.task(stage, data="x") == Prompts.read().task(stage, data="x")
    assert prompts.rules("compare").startswith("You contrast")
    whole = BUILT_IN.replace("You check whether", "You find out whether")
    assert Prompts.read(write(whole)).rules("check").startswith("You find out whether")


def test_dollar_sign_is_escaped_by_another(write: Write) -> None:
    text = BUILT_IN.replace("You condense", "For $$5 you condense").replace(
        "It is material", "It is $$1 of material"
    )
    prompts = Prompts.read(write(text.replace("From the description", "Win $$7. From the")))
    assert prompts.rules("select", quoting=True).startswith("For $5 you condense")
    assert "It is $1 of material" in prompts.rules("select", quoting=True)
    assert prompts.task("select", k="3", data="$5 ${data} $$").startswith("Win $7. From")
    assert "It is $1 of material" in prompts.task("edit", data="x")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('name = "semcodec prompts 1"', "", "lacks the text name"),
        ('name = "semcodec prompts 1"', "name = 1", "lacks the text name"),
        ('name = "semcodec prompts 1"', 'name = " "', "lacks the text name"),
        ('name = "semcodec prompts 1"', 'name = "a\\nb"', "is not one line of at most 255 bytes"),
        (
            'name = "semcodec prompts 1"',
            'name = "a\\u202Eb"',
            "is not one line of at most 255 bytes",
        ),
        (
            'name = "semcodec prompts 1"',
            f'name = "{"é" * 128}"',
            "is not one line of at most 255 bytes",
        ),
        (
            'name = "semcodec prompts 1"',
            'name = "a $k"',
            "name of .* unknown placeholders: use none",
        ),
        ("quotation = ", "quotations = ", "lacks the text quotation"),
        ("retry = ", "often = ", "lacks the text retry"),
        ("used: $problem", "used", r"retry of .* unknown placeholders: use \$problem"),
        ("[describe]", "[look]", r"lacks the text describe\.rules"),
        ("[describe]\nrules", "[describe]\nrule", r"lacks the text describe\.rules"),
        ("[edit]\ntask", "[edit]\ntasks", r"lacks the text edit\.task"),
        ("[edit]\ntask", "[edit.task]\nnow", r"lacks the text edit\.task"),
        ("[edit]\n", "[[edit]]\n", r"lacks the text edit\.task"),
        ("the $k words", "the words", r"select\.task of .*: use \$k, \$data"),
        ("the $k words", "the $key words", r"select\.task of .*: use \$k, \$data"),
        ("the $k words", "the $ words", r"select\.task of .*: use \$k, \$data"),
        ("Paint $shape", "Paint a picture", r"paint\.task of .*: use \$shape, \$quotation, \$data"),
        ("You compare", "You compare $data", r"compare\.rules of .*: use none"),
        ("Describe this picture", "Describe $data", r"describe\.task of .*: use none"),
        ("[describe]", "[describe", "is not valid TOML"),
    ],
)
def test_message_names_what_a_prompt_file_lacks(
    write: Write, old: str, new: str, message: str
) -> None:
    assert BUILT_IN.count(old) >= 1
    with pytest.raises(InputError, match=message):
        Prompts.read(write(BUILT_IN.replace(old, new, 1)))


@pytest.mark.parametrize("stage", PARTS)
@pytest.mark.parametrize("part", ["rules", "task"])
def test_every_part_of_a_prompt_set_is_required(write: Write, stage: str, part: str) -> None:
    start = BUILT_IN.index(f"[{stage}]")
    if part not in PARTS[stage][0]:
        assert not re.match(rf"\[{stage}\]\n{part}", BUILT_IN[start:])
        return
    text = BUILT_IN[:start] + BUILT_IN[start:].replace(f"{part} = ", f"{part}_ = ", 1)
    with pytest.raises(InputError, match=rf"lacks the text {stage}\.{part}: add it"):
        Prompts.read(write(text))


def test_missing_prompt_file_and_folder_are_rejected(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path, "a\0b", 5):
        with pytest.raises(InputError, match="cannot be read"):
            Prompts.read(path)  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [b"\xff\xfe", b"a = " + b"[" * 20_000, b"\0"])
def test_prompt_file_with_other_content_is_rejected(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "prompts.toml"
    path.write_bytes(data)
    with pytest.raises(InputError, match="is not valid TOML"):
        Prompts.read(path)


def test_too_long_prompt_file_is_rejected(write: Write) -> None:
    free_bytes = MAX_FILE - len(BUILT_IN.encode())
    assert Prompts.read(write(BUILT_IN + "#" * free_bytes))
    with pytest.raises(InputError, match="has over 100000 bytes"):
        Prompts.read(write(BUILT_IN + "#" * (free_bytes + 1)))


def test_whatever_a_server_normalizes_to_markup_is_escaped() -> None:
    """The table is computed from the data of this Python, so that it cannot lack a character."""
    markup = set(MARKUP + "\"'\\#")
    forms = (
        char
        for char in map(chr, range(0x80, sys.maxunicode + 1))
        if unicodedata.decomposition(char)
        and markup & {*"".join(unicodedata.normalize(f, char) for f in ("NFKC", "NFKD"))}
    )
    found = "".join(forms)
    assert found == MARKUP_FORMS
    quotation = quote_data(found)
    for form in ("NFC", "NFD", "NFKC", "NFKD"):
        assert unicodedata.normalize(form, quotation) == quotation  # type: ignore[arg-type]
    assert json.loads(quotation.removeprefix("<data>").removesuffix("</data>")) == found


def test_invisible_characters_are_dropped_and_others_become_spaces() -> None:
    """A soft hyphen or a zero-width space in a word does not split it."""
    mark = "\u0301"
    hidden = "light\u00adhouse\u200b b\u2800o\ufe0fat\u0007\tx" + "e" + mark * 1_000
    assert quote_data(hidden) == f'<data>"lighthouse boat  xe{mark * MAX_MARKS}"</data>'
