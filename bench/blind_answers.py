"""Measure how many answers of models without a picture are found, and how many guesses.

    python bench/blind_answers.py [PHOTO...]

The first table counts the answers in tests/backends/prompting/answers that the installed version
handles right. The second one, for photographs, counts the guesses of the probe's questions that
are a mismatch: random ones, usual ones (the sky is blue, the grass is green), and the guess that
passes most of these photographs. "sees 80 %" is a model that answers each question right with that
probability: its mismatches are false alarms, which cause a notice.
"""

from __future__ import annotations

import argparse
import random
import tomllib
from collections.abc import Callable
from itertools import product
from pathlib import Path

from PIL import Image

from semcodec.backends.prompting import ChatResponse, validation

ANSWERS = Path(__file__).parents[1] / "tests/backends/prompting/answers"
TRIALS = 100  #: of each random guess for each photograph
USUAL = {
    "blue sky, green grass": ("top center", "bottom center", "blue", "green"),
    "blue sky, brown ground": ("top center", "bottom center", "blue", "brown"),
    "gray everywhere": ("center", "bottom left", "gray", "gray"),
    "white above gray": ("top center", "bottom center", "white", "gray"),
}


def count_answers() -> None:
    """Print how many answers of each file are handled right."""
    for name in ("blind", "honest"):
        listed = tomllib.loads((ANSWERS / f"{name}.toml").read_text("utf-8"))["answer"]
        right = 0
        for answer in listed:
            value = validation.check_description(ChatResponse(answer["text"])).value
            wanted = None if name == "blind" else answer.get("description", answer["text"])
            right += value == wanted
        print(f"{name:8}{right:4} of {len(listed)} right")


def count_guesses(photos: list[Path]) -> None:
    """Print the share of photographs for which a guess is a mismatch."""
    from semcodec.backends.prompting.probe import COLORS, CORNERS, PLACES, Probe

    probes = [Probe.measure(Image.open(photo)) for photo in photos]
    judged = sum(len(probe.right) >= 4 for probe in probes)
    print(f"{judged} of {len(photos)} photographs have at least 4 clear answers")
    dice = random.Random(1)

    def guess(places: tuple[str, str], top: str, bottom: str) -> dict[str, str]:
        brightest, darkest = places
        colors = dict(zip(CORNERS, (top, top, bottom, bottom), strict=True))
        return {"brightest": brightest, "darkest": darkest, **colors}

    def share(answers: Callable[[Probe], dict[str, str]], trials: int = 1) -> float:
        found = sum(bool(p.describe_mismatch(answers(p))) for p in probes for _ in range(trials))
        return 100 * found / trials / len(probes)

    def always(answers: dict[str, str]) -> Callable[[Probe], dict[str, str]]:
        return lambda _: answers

    def at_random(_: Probe) -> dict[str, str]:
        colors = {corner: dice.choice(COLORS) for corner in CORNERS}
        return {**guess((dice.choice(PLACES), dice.choice(PLACES)), "", ""), **colors}

    def seeing(percent: int) -> Callable[[Probe], dict[str, str]]:
        def answers(probe: Probe) -> dict[str, str]:
            right = probe.typical_answers()
            wrong = {
                name: min({*PLACES, *COLORS} - probe.right.get(name, frozenset())) for name in right
            }
            return {
                name: right[name] if dice.random() * 100 < percent else wrong[name]
                for name in right
            }

        return answers

    print(f"{'random':30}{share(at_random, TRIALS):5.0f} % found")
    for name, (brightest, darkest, top, bottom) in USUAL.items():
        usual = guess((brightest, darkest), top, bottom)
        print(f"{name:30}{share(always(usual)):5.0f} % found")
    fixed = min(
        (
            guess((a, b), top, bottom)
            for a, b, top, bottom in product(PLACES, PLACES, COLORS, COLORS)
        ),
        key=lambda answers: share(always(answers)),
    )
    print(f"{'the best of all fixed guesses':30}{share(always(fixed)):5.0f} % found")
    for percent in (90, 80, 70):
        print(f"{f'sees {percent} %':30}{share(seeing(percent), TRIALS):5.1f} % false alarms")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photos", nargs="*", type=Path)
    photos = parser.parse_args().photos
    count_answers()
    if photos:
        count_guesses(photos)


if __name__ == "__main__":
    main()
