"""Measure how many planted faults a checker sees, by kind: the table of docs/checkers.md.

    python bench/checker.py [SOURCE] [--checker NAME ...] [--pairs N] [--seed N] [--write]
    python bench/checker.py --checker openai --base-url http://127.0.0.1:8080/v1 --model qwen3-vl
    python bench/checker.py --checker local --model qwen3-vl-4b

SOURCE is a folder of photographs, which the embedded describer turns into words, or a text file
with a list of words on each line (the default is bench/word_lists.txt, the words of 37
photographs). The painter paints each list, and again with one fault in it: the subject is missing
or is another thing, an object is added, or a number, color, size or place is another one. The
checker gets the statements of the true words and both pictures, and sees the fault if more
statements of its kind hold in the right picture; as many are half a fault seen. So a checker that
guesses sees 0.50. Pairs whose pictures are equal are left out. N (--pairs) is the number of pairs
for each kind of fault; the painter's seed changes when the lists are used up.

Checkers: ``embedded``; ``scene``, the painter's own account of its picture; ``cosine``, a sentence
model that compares the words with the embedded description; ``perfect``, which knows the words from
which each picture was painted, and shows that the measurement can reach 1.00; and any backend that
can check or describe, by name. ``openai`` takes --base-url, --model and --cache, and ``local``
--model and the options of its device and precision. --write adds the
results to semcodec/pipeline/reflection/checkers.toml and to the table of docs/checkers.md. From
0.75 on, a checker may decide about a kind of statement.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import checker_page
from checker_faults import FAULTS, Fault, Words, plant
from PIL import Image

import semcodec
from semcodec import backends
from semcodec.backends.isolation import has_method
from semcodec.backends.local import LocalBackend
from semcodec.cli import local_options
from semcodec.pipeline.reflection import qualification
from semcodec.pipeline.reflection.checkers import DescriptionChecker, SceneChecker
from semcodec.pipeline.reflection.qualification import Measurement
from semcodec.words import judge
from semcodec.words.predicates import Predicate, find_predicates

SIDE: Final = 320  #: pixels; the embedded networks see 300 or fewer
MAX_ROUNDS: Final = 50  #: of the lists, each with another seed, until there are enough pairs
REPORTED: Final = 20  #: pairs between two lines of progress
DEFAULT_LISTS: Final = Path(__file__).with_name("word_lists.txt")
PHOTO_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".webp")
BUILT_IN: Final = ("embedded", "scene", "cosine", "perfect")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two pictures, of which the second has a fault.

    Attributes:
        fault: the fault.
        words: the true words.
        right: the picture of ``words``.
        wrong: the picture with the fault.
        wrong_words: the words from which it was painted.
    """

    fault: Fault
    words: Words
    right: Image.Image
    wrong: Image.Image
    wrong_words: Words


class Candidate(Protocol):
    """Something that is measured."""

    def value(self, picture: Image.Image, pair: Pair) -> float:
        """Return how well ``picture`` fits the words of ``pair``."""
        ...


class ByStatements:
    """Counts the statements that hold, of the kind of the fault; each picture is checked once."""

    def __init__(self, check: Callable[[Image.Image, list[Predicate]], Sequence[str]]) -> None:
        self._check = check
        self._held: dict[tuple[int, tuple[str, ...]], list[Predicate]] = {}
        self._kept: list[Image.Image] = []  #: so that no picture gets the id of another one

    def value(self, picture: Image.Image, pair: Pair) -> float:
        """Return the number of statements that hold."""
        key = id(picture), tuple(pair.words)
        if key not in self._held:
            predicates = find_predicates(pair.words)
            answers = self._check(picture, predicates)
            held = [one for one, answer in zip(predicates, answers, strict=True) if answer == "yes"]
            self._held[key] = held
            self._kept.append(picture)
        return sum(predicate.kind == pair.fault.kind for predicate in self._held[key])


class BySimilarity:
    """The cosine similarity of the words and the description."""

    def __init__(self, describer: Any) -> None:
        found = judge("minilm")
        assert found is not None  # only "auto" can be missing
        self._describer, self._judge = describer, found

    def value(self, picture: Image.Image, pair: Pair) -> float:
        """Return the similarity, -1 to 1."""
        text = self._describer.describe(picture)
        return self._judge.similarities(" ".join(pair.words), [text])[0]


class Perfect:
    """Knows the words of each picture: a statement holds if it follows from them."""

    def value(self, picture: Image.Image, pair: Pair) -> float:
        """Return the number of statements that hold; other things in the picture count against."""
        words = pair.words if picture is pair.right else pair.wrong_words
        wanted, shown = set(find_predicates(pair.words)), set(find_predicates(words))
        return len(wanted & shown) - len(shown - wanted)


class CachedDescriber:
    """A describer that describes each picture once."""

    def __init__(self, describer: Any) -> None:
        self.name = getattr(describer, "name", "")
        self._describer = describer
        self._texts: dict[int, tuple[Image.Image, str]] = {}

    def describe(self, image: Image.Image) -> str:
        """Return the description of ``image``."""
        if id(image) not in self._texts:
            self._texts[id(image)] = image, self._describer.describe(image)
        return self._texts[id(image)][1]


def read_lists(source: Path, k: int) -> list[Words]:
    """Return the word lists of a text file, or those of the photographs in a folder."""
    if not source.is_dir():
        lines = source.read_text("utf-8").splitlines()
        return [line.split() for line in lines if line.strip()]
    paths = [path for path in sorted(source.rglob("*")) if path.suffix.lower() in PHOTO_SUFFIXES]
    return [semcodec.encode(path, k=k).record.words for path in paths]


def make_pairs(lists: Sequence[Words], painter: Any, count: int, seed: int) -> Iterator[Pair]:
    """Yield up to ``count`` pairs for each fault; the seed decides the faults and the pictures."""
    rights: dict[tuple[int, int], Image.Image] = {}
    for fault in FAULTS:
        rng, made = random.Random(f"{seed} {fault.name}"), 0
        for offset in range(MAX_ROUNDS * len(lists)):
            if made == count:
                break
            number, index = divmod(offset, len(lists))
            changed = plant(fault, lists[index], rng)
            if changed is None:
                continue
            key = index, seed + number
            if key not in rights:
                rights[key] = painter.paint(" ".join(lists[index]), (SIDE, SIDE), key[1])
            wrong = painter.paint(" ".join(changed), (SIDE, SIDE), key[1])
            if rights[key].tobytes() != wrong.tobytes():
                made += 1
                yield Pair(fault, lists[index], rights[key], wrong, changed)


def measure(candidates: dict[str, Candidate], pairs: Iterator[Pair]) -> dict[str, Any]:
    """Return for each candidate and fault the measurement."""
    seen: dict[str, dict[str, list[float]]] = {name: {} for name in candidates}
    for number, pair in enumerate(pairs, 1):
        for name, candidate in candidates.items():
            right, wrong = candidate.value(pair.right, pair), candidate.value(pair.wrong, pair)
            result = 0.5 if right == wrong else float(right > wrong)
            seen[name].setdefault(pair.fault.name, []).append(result)
        if number % REPORTED == 0:
            print(f"{number} pairs", file=sys.stderr, flush=True)
    return {
        name: {
            fault: Measurement(round(sum(values) / len(values), 3), len(values))
            for fault, values in by_fault.items()
        }
        for name, by_fault in seen.items()
    }


def make_candidates(names: Sequence[str], painter: Any, options: argparse.Namespace) -> Any:
    """Return the candidates by the names under which they are published."""
    describer = CachedDescriber(backends.find("describer", "embedded"))
    found: dict[str, Candidate] = {}
    for name in names:
        if name == "scene":
            found[name] = ByStatements(SceneChecker(painter).check)
        elif name == "cosine":
            found[name] = BySimilarity(describer)
        elif name == "perfect":
            found[name] = Perfect()
        else:
            backend = _make_backend(name, options)
            is_checker = has_method(backend, "check")
            checker = backend if is_checker else DescriptionChecker(backend)
            found[qualification.published_name(checker)] = ByStatements(checker.check)
    return found


def _make_backend(name: str, options: argparse.Namespace) -> Any:
    if name == backends.LOCAL:
        return LocalBackend(**local_options.read_settings(options))
    if name != "openai":
        for role in ("checker", "describer"):
            try:
                return backends.find(role, name, name)
            except semcodec.InputError:
                if role == "describer":
                    raise
    from semcodec.backends.openai import OpenAIBackend
    from semcodec.backends.recording import Cassette

    cassette = Cassette(options.cache, "cache") if options.cache else None
    settings = {"base_url": options.base_url, "checker": options.model, "describer": options.model}
    return OpenAIBackend(
        cassette=cassette, **{key: value for key, value in settings.items() if value}
    )


def main() -> None:
    """Measure, and print the table and the rows of the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", nargs="?", type=Path, default=DEFAULT_LISTS)
    parser.add_argument("--checker", nargs="+", default=BUILT_IN, metavar="NAME")
    parser.add_argument("--painter", default="embedded", metavar="NAME")
    parser.add_argument("--pairs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--k", type=int, default=12, help="words of a photograph")
    parser.add_argument("--base-url")
    parser.add_argument("--model")
    parser.add_argument("--cache")
    parser.add_argument("--write", action="store_true", help="add the results to the two files")
    local_options.add(parser)
    options = parser.parse_args()
    try:
        run(options)
    except (OSError, semcodec.SemcodecError) as error:
        parser.exit(2, f"checker.py: {error}\n")  # the usage would be longer than the message


def run(options: argparse.Namespace) -> None:
    """Measure with the options of the command line."""
    lists = read_lists(options.source, options.k)
    painter = backends.find("painter", options.painter)
    candidates = make_candidates(options.checker, painter, options)
    pairs = make_pairs(lists, painter, options.pairs, options.seed)
    results = measure(candidates, pairs)
    print(f"{len(lists)} lists of words, painted by {options.painter}\n")
    print(checker_page.make_table(results))
    print(checker_page.make_toml(results))
    if options.write:
        checker_page.write(results)


if __name__ == "__main__":
    main()
