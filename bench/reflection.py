"""Measure reflection with the embedded painter, offline: what it repairs, and what it costs.

    python bench/reflection.py [SOURCE] [--k N] [--seed N] [--reflect auto|N] [--strips DIR]
    python bench/reflection.py [SOURCE] --hold-out [--seeds N]
    python bench/reflection.py --write                  # into docs/reflection.md

SOURCE is a folder of photographs, which the embedded describer turns into words, or a text file
with a list of words on each line (the default is bench/word_lists.txt, the words of 37
photographs). Each list is painted with a seed, and checked on the painter's own account of the
picture. The first table has the lists whose first picture breaks a statement of the words; the
second has the totals. --strips writes one PNG file for each of these lists: the first picture, and
that of each try with its change and whether it was kept or rolled back.

--hold-out compares reflection with N tries to the best of N + 1 seeds, at the same greatest number
of pictures, for N = 1, 2 and 4. Every second statement is not used by either; their results on
these are what counts, since a procedure can satisfy its own checker without a better picture.

--write puts all three tables, without seconds, into docs/reflection.md.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from checker import DEFAULT_LISTS, read_lists
from PIL import Image

import semcodec
from semcodec import backends
from semcodec.cli.reflection_report import draw_strip
from semcodec.pipeline.reflection import loop
from semcodec.pipeline.reflection.checkers import SceneChecker
from semcodec.pipeline.reflection.scoring import CheckResult
from semcodec.pipeline.reflection.steps import ReflectionTrace, Step, StepCost
from semcodec.pipeline.reflection.suggestions import suggest_changes
from semcodec.words.predicates import Predicate, find_predicates

TRIES: Final = (1, 2, 4)
PAGE: Final = Path(__file__).parents[1] / "docs/reflection.md"
MARKERS: Final = ("<!-- measured by bench/reflection.py -->\n", "<!-- end of the measurement -->")

Words = list[str]
Size = tuple[int, int]
SIZE: Final[Size] = (240, 160)  #: of the pictures


@dataclass(slots=True)
class Run:
    """One run of ``decode``.

    Attributes:
        words: the words.
        trace: what reflection did.
        seconds: of ``decode``.
        pictures: those of the steps, in order; None where there is none.
    """

    words: Words
    trace: ReflectionTrace
    seconds: float
    pictures: list[Image.Image | None] = field(default_factory=list)

    @property
    def broken(self) -> tuple[int, int]:
        """The statements that do not hold in the first picture, and in the one that was kept."""
        steps = self.trace.steps
        first, kept = steps[0].answers, steps[self.trace.kept].answers
        return list(first.values()).count("no"), list(kept.values()).count("no")


def run_list(words: Words, size: Size, seed: int, reflect: Any) -> Run:
    """Return the run of ``decode`` for a record of ``words``."""
    pictures: list[Image.Image | None] = []
    record = semcodec.pack(" ".join(words), coding="utf8", size=size)
    started = time.perf_counter()
    decoded = semcodec.decode(
        record, seed=seed, reflect=reflect, on_step=lambda _, picture: pictures.append(picture)
    )
    seconds = time.perf_counter() - started
    assert decoded.trace.reflection is not None
    return Run(words, decoded.trace.reflection, seconds, pictures)


def table_of_runs(runs: Sequence[Run]) -> str:
    """Return the table of the lists whose first picture breaks a statement."""
    rows = ["| words | broken before | after | tries | kept | rolled back | stopped |"]
    rows.append("|---|--:|--:|--:|--:|--:|---|")
    rows += [row_of(run) for run in runs if run.broken[0]]
    return "\n".join(rows)


def row_of(run: Run) -> str:
    """Return the row of a run."""
    cells = [" ".join(run.words), *run.broken, run.trace.tries, *outcomes(run.trace.steps)]
    return f"| {' | '.join(map(str, cells))} | {run.trace.stopped} |"


def outcomes(steps: Sequence[Step]) -> tuple[int, int]:
    """Return how many pictures after the first were kept, and how many were rolled back."""
    made = [step for step in steps[1:] if step.picture]
    kept = sum(step.kept for step in made)
    return kept, len(made) - kept


def table_of_totals(runs: Sequence[Run], with_seconds: bool = True) -> str:
    """Return the table of the sums over all lists."""
    broken = [run.broken for run in runs]
    kept, rolled_back = (sum(part) for part in zip(*(outcomes(run.trace.steps) for run in runs),
                                                   strict=True))  # fmt: skip
    tries = sum(run.trace.tries for run in runs)
    stopped = Counter(str(run.trace.stopped) for run in runs)
    steps = [step for run in runs for step in run.trace.steps]
    first = [run.trace.steps[0].seconds for run in runs]
    rows = {
        "lists of words": len(runs),
        "statements": sum(len(run.trace.steps[0].answers) for run in runs),
        "pictures that break a statement, first": sum(before > 0 for before, _ in broken),
        "pictures that break a statement, kept": sum(after > 0 for _, after in broken),
        "broken statements, first": sum(before for before, _ in broken),
        "broken statements, kept": sum(after for _, after in broken),
        "tries": tries,
        "of these kept": kept,
        "rolled back": rolled_back,
        "refused by the editor": tries - kept - rolled_back,
        "worse than the first picture": sum(after > before for before, after in broken),
        **{f"stopped: {reason}": count for reason, count in stopped.most_common()},
    }
    seconds = {
        "seconds of a first picture": f"{sum(first) / len(first):.3f}",
        "seconds of a try": f"{(sum(s.seconds for s in steps) - sum(first)) / max(1, tries):.3f}",
        "seconds in all": f"{sum(run.seconds for run in runs):.1f}",
    }
    shown = rows | seconds if with_seconds else rows
    return "\n".join(["| | |", "|---|--:|", *(f"| {name} | {shown[name]} |" for name in shown)])


def write_strip(run: Run, path: Path) -> None:
    """Write a PNG file with the pictures of a run, side by side."""
    pictures = {
        step.n: image
        for step, image in zip(run.trace.steps, run.pictures, strict=True)
        if image is not None
    }
    draw_strip(run.trace, pictures).save(path)


# --- reflection against the best of several seeds


@dataclass(slots=True)
class Bench:
    """Paints, edits and checks with one painter; see ``loop.Actions``.

    Attributes:
        painter: the painter.
        words: the words.
        size: width and height of the pictures.
        used: the statements on which the loop decides.
        pictures: number of pictures that were made.
    """

    painter: Any
    words: Words
    size: Size
    used: Sequence[Predicate]
    pictures: int = 0

    def paint(self, seed: int) -> Image.Image:
        """Return a picture of the words."""
        self.pictures += 1
        picture: Image.Image = self.painter.paint(" ".join(self.words), self.size, seed)
        return picture

    def edit(self, picture: Image.Image, change: str, seed: int) -> Image.Image:
        """Return ``picture`` with ``change``."""
        self.pictures += 1
        edited: Image.Image = self.painter.edit(picture, change, seed)
        return edited

    def repaint(self, changes: Sequence[str], seed: int) -> Image.Image:
        """Not used: the painter edits."""
        raise NotImplementedError

    def check(self, picture: Image.Image) -> CheckResult:
        """Return the answers to the statements that are used."""
        return CheckResult(tuple(SceneChecker(self.painter).check(picture, list(self.used))))

    def suggest(
        self, picture: Image.Image, predicate: Predicate, tried: AbstractSet[str]
    ) -> Sequence[str]:
        """Return changes by rule."""
        painted = SceneChecker(self.painter).find(picture, predicate.noun)
        return suggest_changes(predicate, painted, tried)

    def digest(self, picture: Image.Image) -> str:
        """Return the SHA-256 of the pixels."""
        return hashlib.sha256(picture.tobytes()).hexdigest()

    def take_cost(self) -> StepCost:
        """Return nothing: costs are not compared."""
        return StepCost()


@dataclass(slots=True)
class Tally:
    """Results of one procedure: statements that hold, of how many, and pictures made."""

    used: list[int] = field(default_factory=lambda: [0, 0])
    held_out: list[int] = field(default_factory=lambda: [0, 0])
    pictures: int = 0


def compare(lists: Sequence[Words], size: Size, seeds: int) -> dict[tuple[str, int], Tally]:
    """Return the results of both procedures for each number of tries."""
    painter = backends.find("painter", "embedded")
    tallies: dict[tuple[str, int], Tally] = {}
    for words in lists:
        statements = find_predicates(words)
        used, held_out = statements[::2], statements[1::2]
        for seed in range(seeds):
            for tries in (0, *TRIES):
                for name, candidates in (("reflect", 1), ("best of", tries + 1)):
                    actions = Bench(painter, words, size, used)
                    # Seeds far apart, so that no list is painted twice with the same one.
                    plan = loop.Plan(seed * 1000, tries, candidates=candidates)
                    outcome = loop.reflect(actions, used, plan)
                    tally = tallies.setdefault((name, tries), Tally())
                    tally.pictures += actions.pictures
                    for counts, asked in ((tally.used, used), (tally.held_out, held_out)):
                        answers = SceneChecker(painter).check(outcome.picture, asked)
                        counts[0] += list(answers).count("yes")
                        counts[1] += len(answers) - list(answers).count("unsure")
    return tallies


def table_of_procedures(tallies: dict[tuple[str, int], Tally]) -> str:
    """Return the table of both procedures."""
    rows = ["| N | procedure | pictures made | broken, used | broken, held out | broken, all |"]
    rows.append("|--:|---|--:|--:|--:|--:|")
    for (name, tries), tally in tallies.items():
        if tries == 0 and name == "best of":
            continue
        label = f"{name} {tries}" if name == "reflect" else f"best of {tries + 1} seeds"
        label = "first picture" if tries == 0 else label
        used, held_out = (counts[1] - counts[0] for counts in (tally.used, tally.held_out))
        total = tally.used[1] + tally.held_out[1]
        broken = [(used, tally.used[1]), (held_out, tally.held_out[1]), (used + held_out, total)]
        shares = " | ".join(f"{count} of {known}" for count, known in broken)
        rows.append(f"| {tries} | {label} | {tally.pictures} | {shares} |")
    return "\n".join(rows)


def write_page(lists: Sequence[Words], size: Size, seed: int, seeds: int) -> None:
    """Write all tables into the page, between the markers."""
    runs = [run_list(words, size, seed, "auto") for words in lists]
    tables = [table_of_runs(runs), table_of_totals(runs, with_seconds=False)]
    tables.append(table_of_procedures(compare(lists, size, seeds)))
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(MARKERS[0])
    after = rest.partition(MARKERS[1])[2]
    measured = "\n\n".join(tables)
    PAGE.write_text(f"{before}{MARKERS[0]}\n{measured}\n\n{MARKERS[1]}{after}", "utf-8")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", nargs="?", type=Path, default=DEFAULT_LISTS)
    parser.add_argument("--k", type=int, default=12, help="words of a photograph (default: 12)")
    parser.add_argument("--seed", type=int, default=0)
    default_size = "{}x{}".format(*SIZE)
    parser.add_argument(
        "--size", default=default_size, help=f"of the pictures (default: {default_size})"
    )
    parser.add_argument("--reflect", default="auto", metavar="auto|N")
    parser.add_argument("--strips", type=Path, metavar="DIR")
    parser.add_argument("--hold-out", action="store_true")
    parser.add_argument("--write", action="store_true", help="write docs/reflection.md")
    parser.add_argument("--seeds", type=int, default=4, help="with --hold-out (default: 4)")
    options = parser.parse_args()
    width, height = map(int, options.size.split("x"))
    reflect = int(options.reflect) if options.reflect.isdecimal() else options.reflect
    lists = read_lists(options.source, options.k)
    if options.hold_out:
        print(f"{len(lists)} lists of words, {options.seeds} seeds each\n")
        print(table_of_procedures(compare(lists, (width, height), options.seeds)))
        return
    if options.write:
        write_page(lists, (width, height), options.seed, options.seeds)
        return
    runs = [run_list(words, (width, height), options.seed, reflect) for words in lists]
    print(table_of_runs(runs), table_of_totals(runs), sep="\n\n")
    if options.strips:
        options.strips.mkdir(parents=True, exist_ok=True)
        for number, run in enumerate(runs):
            if run.broken[0]:
                write_strip(run, options.strips / f"{number:02}.png")


if __name__ == "__main__":
    main()
