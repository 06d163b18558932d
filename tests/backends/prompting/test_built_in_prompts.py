"""Prompt set 1 contains every instruction of the paper's appendix B.1, in other words."""

from __future__ import annotations

import pytest

from semcodec.backends.prompting import Prompts
from semcodec.coding import nibble

INSTRUCTIONS = {
    "describe": [
        "so much detail that somebody could make it again from your words alone",
        "every object",
        "small, medium, large or huge",
        "as the viewer sees it and by the other objects",
        "which colors it has",
    ],
    "select": [
        "a picture will be made again",
        "Choose the $k words that people would miss most",
        "No articles, prepositions or other helper words, and no punctuation",
        "the most important first",
    ],
    "compress": [
        "a picture will be made again",
        "Drop every vowel, the s of plurals and capitals",
        "use no other letters than n t s r h l d c m f g p b k v",
        "No punctuation",
    ],
    "decompress": [
        "the description of one picture",
        "Vowels, punctuation, capitals and the s of plurals are gone",
        "only the letters n t s r h l d c m f g p b k v were allowed",
        "Write the words as they were",
        "Look at all of them together",
    ],
    "expand": ["use every one of the words"],
    "paint": ["Paint $shape of this description, and follow every detail of it"],
    "compare": [
        "the one difference that matters most",
        'a change to "now" that makes it more like',
    ],
    "edit": ["Keep the picture exactly as it is, and make this one change and no other"],
}


@pytest.mark.parametrize("stage", INSTRUCTIONS)
def test_prompts_have_every_instruction_of_the_paper(stage: str) -> None:
    task = Prompts.read().texts[f"{stage}.task"]
    assert [phrase for phrase in INSTRUCTIONS[stage] if phrase not in task] == []


@pytest.mark.parametrize("stage", ["compress", "decompress"])
def test_letters_in_the_prompts_are_the_sixteen_symbols(stage: str) -> None:
    assert " ".join(nibble.SYMBOLS.strip()) in Prompts.read().texts[f"{stage}.task"]
