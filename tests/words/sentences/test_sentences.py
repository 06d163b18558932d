"""The words that are selected from real sentences: numbers, negations, names, subjects."""

from __future__ import annotations

import pytest

from tests.words.sentences.runner import FOLDER, Sentence, failures, load

SENTENCES = [
    pytest.param(sentence, id=f"{path.stem}-{index}")
    for path in sorted(FOLDER.glob("*.toml"))
    for index, sentence in enumerate(load(path.stem), 1)
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_words_of_a_sentence(sentence: Sentence) -> None:
    problems = failures(sentence)
    if sentence.miss:
        assert problems, f"handled right now: remove miss from {sentence.text!r}"
    else:
        assert not problems, sentence.text
