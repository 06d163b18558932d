"""The words that are selected from real sentences: numbers, negations, names, subjects."""

from __future__ import annotations

from tests.each import for_each
from tests.words.sentences.runner import FOLDER, Sentence, failures, load

SENTENCES = [sentence for path in sorted(FOLDER.glob("*.toml")) for sentence in load(path.stem)]


@for_each(SENTENCES)
def test_words_of_a_sentence(sentence: Sentence) -> None:
    problems = failures(sentence)
    if sentence.miss:
        assert problems, f"handled right now: remove miss from {sentence.text!r}"
    else:
        assert not problems, sentence.text
