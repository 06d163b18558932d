"""Compute the weights of words in answers without a picture, for the describe stage.

    python spec/tables/make_answer_words.py TEXT_DIR

The answers are those in tests/backends/prompting/answers, the descriptions those of the text
collections that ``corpora`` lists. A weight is the logarithm of the ratio of the shares of texts
that contain a word. Words that occur in one answer only are left out, except function words.
"""

from __future__ import annotations

import argparse
import math
import textwrap
import tomllib
from collections import Counter
from pathlib import Path

from corpora import SOURCES, lines

from semcodec.backends.prompting.wording import find_words
from semcodec.words.stopwords import FUNCTION_WORDS

ROOT = Path(__file__).parents[2]
ANSWERS = ROOT / "tests/backends/prompting/answers"
OUT = ROOT / "semcodec/backends/prompting/answer_words.toml"
MAX_LINES = 3_000  #: of each collection, evenly spaced
MIN_COUNT = 2  #: answers that contain a word
MIN_WEIGHT, MAX_WEIGHT, LOWEST_WEIGHT = 5, 25, -30  #: tenths of a bit
SMOOTHING = 0.3  #: added to each count
HEADER = """\
# The weights of words, in tenths of a bit: how much more often answers without a picture contain
# them than descriptions do. Written by spec/tables/make_answer_words.py.

[weights]
"""


def read_answers() -> list[str]:
    """Return the English answers of models without a picture."""
    rows = [
        row
        for name in ("blind.toml", "more_blind.toml")
        for row in tomllib.loads((ANSWERS / name).read_text("utf-8"))["answer"]
    ]
    return [row["text"] for row in rows if row["text"].isascii()]


def read_descriptions(folder: Path) -> list[str]:
    """Return descriptions of all collections."""
    texts: list[str] = []
    for source in SOURCES:
        found = list(lines(folder, source, held_out=False))
        texts += found[:: -(-len(found) // MAX_LINES)]
    return texts


def compute_weights(answers: list[str], descriptions: list[str]) -> dict[str, int]:
    """Return the weights of the words of answers, and of all function words, in tenths of a bit."""
    in_answers = Counter(word for text in answers for word in find_words(text))
    in_descriptions = Counter(word for text in descriptions for word in find_words(text))
    ratio = len(answers) / len(descriptions)
    weights = {}
    for word in in_answers | in_descriptions:
        expected = (in_descriptions[word] + SMOOTHING / 5 / ratio) * ratio
        weight = round(10 * math.log2((in_answers[word] + SMOOTHING) / expected))
        is_frequent = in_answers[word] >= MIN_COUNT and weight >= MIN_WEIGHT
        if is_frequent or word in FUNCTION_WORDS:
            weights[word] = max(LOWEST_WEIGHT, min(MAX_WEIGHT, weight))
    return weights


def main(folder: Path) -> None:
    """Write the table."""
    weights = compute_weights(read_answers(), read_descriptions(folder))
    rows = []
    for weight in sorted(set(weights.values()), reverse=True):
        words = " ".join(sorted(word for word in weights if weights[word] == weight))
        lines_ = textwrap.wrap(words, 90)
        text = f'"{lines_[0]}"' if len(lines_) == 1 else '"""\n' + "\n".join(lines_) + '\n"""'
        rows.append(f"{weight} = {text}\n")
    OUT.write_text(HEADER + "".join(rows), "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", metavar="TEXT_DIR", type=Path, help="directory of the texts")
    main(**vars(parser.parse_args()))
