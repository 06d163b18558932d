"""The way into libFuzzer: ``python -m fuzz.harness TARGET [libFuzzer options] [corpora]``.

Only this module knows atheris. It is the first to import the library, so that coverage is seen.
"""

from __future__ import annotations

import random
import sys

import atheris  # type: ignore[import-untyped, unused-ignore]  # it has no types, and may be absent

#: One in so many inputs is made anew by the target, and half are changed by libFuzzer alone.
ANEW, BY_LIBFUZZER = 32, 2


def main(name: str) -> None:
    """Fuzz a target with the options in ``sys.argv``; libFuzzer ends the process."""
    with atheris.instrument_imports(include=["semcodec"]):
        from fuzz import targets

        target = targets.load(name)

    def mutator(data: bytes, max_size: int, seed: int) -> bytes:
        rng = random.Random(seed)
        if rng.randrange(BY_LIBFUZZER) == 0:
            return bytes(atheris.Mutate(data, max_size))
        anew = not data or rng.randrange(ANEW) == 0
        made = target.an_input(rng) if anew else target.mutated(rng, bytes(data))
        return made[:max_size]

    atheris.Setup(sys.argv, target.test_one_input, custom_mutator=mutator)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv.pop(1))
